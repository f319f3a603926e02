/*
 * twofold.h
 *		Sums and products to twice the precision of a double.
 *
 * An unevaluated sum hi + lo with |lo| at most half an ulp of hi (Dekker,
 * "A floating-point technique for extending the available precision", 1971;
 * Knuth's two-sum).  Right to about 2^-104 of the largest term; products ask
 * for factors below 2^995, or the splitting overflows.
 */
#ifndef CLV_TWOFOLD_H
#define CLV_TWOFOLD_H

typedef struct ClvTwofold
{
	double		hi;
	double		lo;
} ClvTwofold;

/* a + b, exactly. */
static inline ClvTwofold
clv_two_sum(double a, double b)
{
	ClvTwofold	r;
	double		bb;

	r.hi = a + b;
	bb = r.hi - a;
	r.lo = (a - (r.hi - bb)) + (b - bb);
	return r;
}

/* a * b, exactly. */
static inline ClvTwofold
clv_two_product(double a, double b)
{
	const double splitter = 134217729.0;	/* 2^27 + 1 */
	ClvTwofold	r;
	double		t = splitter * a;
	double		ah = t - (t - a);
	double		al = a - ah;
	double		bh,
				bl;

	t = splitter * b;
	bh = t - (t - b);
	bl = b - bh;
	r.hi = a * b;
	r.lo = ((ah * bh - r.hi) + ah * bl + al * bh) + al * bl;
	return r;
}

static inline ClvTwofold
clv_twofold_add(ClvTwofold x, ClvTwofold y)
{
	ClvTwofold	s = clv_two_sum(x.hi, y.hi);
	ClvTwofold	r;

	s.lo += x.lo + y.lo;
	r.hi = s.hi + s.lo;
	r.lo = s.lo - (r.hi - s.hi);
	return r;
}

static inline ClvTwofold
clv_twofold_plus(ClvTwofold x, double y)
{
	ClvTwofold	t = {y, 0};

	return clv_twofold_add(x, t);
}

static inline ClvTwofold
clv_twofold_minus(ClvTwofold x, ClvTwofold y)
{
	y.hi = -y.hi;
	y.lo = -y.lo;
	return clv_twofold_add(x, y);
}

/* x times a double. */
static inline ClvTwofold
clv_twofold_times(ClvTwofold x, double y)
{
	ClvTwofold	p = clv_two_product(x.hi, y);

	p.lo += x.lo * y;
	return clv_two_sum(p.hi, p.lo);
}

static inline ClvTwofold
clv_twofold_square(ClvTwofold x)
{
	ClvTwofold	p = clv_two_product(x.hi, x.hi);

	p.lo += 2 * x.hi * x.lo;
	return clv_two_sum(p.hi, p.lo);
}

#endif							/* CLV_TWOFOLD_H */
