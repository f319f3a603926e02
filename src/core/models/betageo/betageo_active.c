/*
 * betageo_active.c
 *		BG/NBD and MBG/NBD: the future of a customer who is active now.  (Where
 *		gaps have phases, betageo_regular.c takes over.)
 *
 * The purchase rate lambda is Gamma(r, rate alpha), the chance p to quit after
 * a purchase Beta(a, b); both already given the customer's history.  With
 * M_s(z) the mean of (1 + p z)^-s over p,
 *
 *		P(active after u) = M_r(u / alpha)
 *		rate of purchases at u = r / alpha M_{r+1}(u / alpha)
 *
 * and everything here is one of these, or its integral under exp(-delta u).
 * The papers write them by 2F1, which cancels, overflows or is singular (at
 * a = 1, a + b = 1) where the quantity itself is harmless.  Here all sums and
 * integrals have positive terms only, in one of two ways:
 *
 * Where few purchases are to be expected, by their number.  Let K be the
 * purchases up to u of one who never quits: negative binomial with
 * y = z / (1 + z).  Then M_s(z) = sum over k of
 *		(s)_k / k! y^k (1 - y)^s e_k,	e_k = (b)_k / (a + b)_k,
 * and the expected purchases are the sum of P(K = k) (e_0 + ... + e_{k-1}).
 *
 * Everywhere else as a mean over p of a function in closed form, or of a
 * one-dimensional integral (clv_expint_part), by clv_beta_mean().
 */
#include "models/betageo/betageo.h"

#include <math.h>

#include "math/beta_mean.h"
#include "math/quadrature.h"
#include "math/renewals.h"

#define SERIES_TERMS	768
#define SERIES_PANELS	6
#define SERIES_EPS		1e-16

/*
 * How many terms of the series in k matter?  Its mass is around s z with
 * variance s z (1 + z), its tail falls like y^k.
 */
static double
series_length(double s, double z)
{
	return s * z + 9.0 * sqrt(s * z * (1.0 + z)) + 37.0 * z + 8.0;
}

/*
 * The sums over i of weight[i] y[i]^j for j from 0 to 3, and the weights
 * after: four at a time, since none of them has to wait for another.
 */
static void
series_parts(int n, double *weight, const double *y, double part[4])
{
	double		sum0 = 0.0;
	double		sum1 = 0.0;
	double		sum2 = 0.0;
	double		sum3 = 0.0;
	int			i;

	for (i = 0; i < n; i++)
	{
		double		w0 = weight[i];
		double		w1 = w0 * y[i];
		double		w2 = w1 * y[i];
		double		w3 = w2 * y[i];

		sum0 += w0;
		sum1 += w1;
		sum2 += w2;
		sum3 += w3;
		weight[i] = w3 * y[i];
	}
	part[0] = sum0;
	part[1] = sum1;
	part[2] = sum2;
	part[3] = sum3;
}

/*
 * Sum over k of (s)_k / k! e_k times the sum over i of weight[i] y[i]^k, the
 * y[i] in ascending order; overwrites both arrays.  Taken together with the
 * last y^k, the largest, (s)_k / k! cannot overflow.
 */
static double
series_sum(const ClvActive *c, double s, int n, double *weight, double *y)
{
	double		top = y[n - 1];
	double		coef = 1.0;
	double		sum = 0.0;
	double		part[4];
	int			i;
	int			k;

	for (i = 0; i < n; i++)
		y[i] /= top;
	for (k = 0; k < 4 * SERIES_TERMS; k++)
	{
		double		term;
		double		ratio;

		if (k % 4 == 0)
		{
			if (!clv_budget_take(c->budget, n + 4))
				return NAN;
			series_parts(n, weight, y, part);
		}
		term = coef * part[k % 4];
		sum += term;

		/* Every later term is below this ratio times the one before. */
		ratio = top * (s + k) / (k + 1.0);
		if (ratio < top)
			ratio = top;
		if (ratio < 1.0 && !(term * ratio >= SERIES_EPS * sum * (1.0 - ratio)))
			return sum;
		coef *= top * (s + k) * (c->b + k)
			/ ((k + 1.0) * (c->a + c->b + k));
	}
	return NAN;
}

/* Sum over k of P(K = k) (e_0 + ... + e_{k-1}), K up to z alpha. */
static double
series_purchases(const ClvActive *c, double z)
{
	double		y = z / (1.0 + z);
	double		mass = exp(-c->r * log1p(z));
	double		survive = 1.0;
	double		total = 0.0;
	double		sum = 0.0;
	int			k;

	for (k = 0; k < 4 * SERIES_TERMS; k++)
	{
		double		ratio;

		if (!clv_budget_take(c->budget, 1))
			return NAN;
		mass *= y * (c->r + k) / (k + 1.0);
		total += survive;
		survive *= (c->b + k) / (c->a + c->b + k);
		sum += mass * total;

		/* total grows by no more than 1 / (k + 1) of itself */
		ratio = fmax(y * (c->r + k + 1.0) / (k + 2.0), y) * (k + 2.0) / (k + 1.0);
		if (ratio < 1.0 && !(mass * total * ratio >= SERIES_EPS * sum * (1.0 - ratio)))
			return sum;
	}
	return NAN;
}

/*
 * The integral of exp(-delta u) M_s(u / alpha) over u from 0 to h by panels in
 * ln(1 + u / alpha), each point by the series.  False: too many of either.
 *
 * M_s is a mixture of exponentials in that variable, no steeper than s: so the
 * first panel spans no more than e^-6 of any, and the next ones may double.
 */
static bool
series_integral(const ClvActive *c, double s, double delta, double h,
				double *out)
{
	double		weight[SERIES_PANELS * CLV_GAUSS];
	double		y[SERIES_PANELS * CLV_GAUSS];
	double		z = h / c->alpha;
	double		end = log1p(z);
	double		from = 0.0;
	double		width = 6.0 / s;
	int			n = 0;

	if (!(series_length(s, z) <= SERIES_TERMS) || delta * h > 6.0)
		return false;
	while (from < end && n < SERIES_PANELS * CLV_GAUSS)
	{
		int			i;

		width = fmin(fmin(width, 2.0), end - from);
		for (i = 0; i < CLV_GAUSS; i++, n++)
		{
			double		at = from + width * clv_gauss_node[i];

			/* du = alpha e^at, (1 - y)^s = e^(-s at) */
			y[n] = -expm1(-at);
			weight[n] = width * c->alpha * clv_gauss_weight[i]
				* exp((1.0 - s) * at - delta * c->alpha * expm1(at));
		}
		from += width;
		width *= 2.0;
	}
	if (from < end)
		return false;
	*out = series_sum(c, s, n, weight, y);
	return true;
}

/* Arguments of the functions of p below. */
typedef struct GivenP
{
	double		s;
	double		alpha;
	double		delta;
	double		h;
	ClvBudget  *budget;
} GivenP;

/* ln of (1 + p h / alpha)^-s */
static double
log_survival(double p, const void *arg)
{
	const GivenP *g = arg;

	return -g->s * log1p(p * (g->h / g->alpha));
}

/* ln of the integral of exp(-delta u) (1 + p u / alpha)^-s over (0, h] */
static double
log_integral(double p, const void *arg)
{
	const GivenP *g = arg;
	double		scale = g->alpha / p;

	return log(scale) + log(clv_expint_part(g->s - 1.0, g->delta * scale,
											log1p(g->h / scale), g->budget));
}

static double
mean_over_p(const ClvActive *c, double s, double delta, double h,
			double (*log_value) (double p, const void *arg))
{
	GivenP		given = {s, c->alpha, delta, h, c->budget};
	ClvFalling	g;

	g.log_value = log_value;
	g.arg = &given;
	g.cost = CLV_BUDGET_POINT / 2;
	g.budget = c->budget;
	g.steep = fmax(s, 1.0) * fmin(h, 1.0 / delta) / c->alpha;
	g.steep_end = fmin(g.steep, fmax(s, 1.0));
	return clv_beta_mean(c->a, c->b, &g);
}

/* The integral of exp(-delta u) M_s(u / alpha) over (0, h] */
static double
integral(const ClvActive *c, double s, double delta, double h)
{
	double		out;

	if (h == 0.0)
		return 0.0;
	if (!series_integral(c, s, delta, h, &out))
		out = mean_over_p(c, s, delta, h, log_integral);
	return clv_at_most(out, clv_annuity(delta, h));
}

double
clv_active_survival(const ClvActive *c, double u)
{
	double		z = u / c->alpha;
	double		y = z / (1.0 + z);
	double		weight = exp(-c->r * log1p(z));
	double		out;

	if (u == 0.0)
		return 1.0;
	if (c->phases > 1)
		return clv_regular_survival(c, u);
	if (series_length(c->r, z) <= SERIES_TERMS)
		out = series_sum(c, c->r, 1, &weight, &y);
	else
		out = mean_over_p(c, c->r, 0.0, u, log_survival);
	return clv_at_most(out, 1.0);
}

double
clv_active_purchases(const ClvActive *c, double delta, double h)
{
	double		z = h / c->alpha;

	if (c->phases > 1)
		return clv_regular_purchases(c, delta, h);
	if (delta == 0.0 && h > 0.0 && series_length(c->r, z) <= SERIES_TERMS)
		return series_purchases(c, z);
	return c->r / c->alpha * integral(c, c->r + 1.0, delta, h);
}

double
clv_active_lifetime(const ClvActive *c, double delta, double h)
{
	if (c->phases > 1)
		return clv_regular_lifetime(c, delta, h);
	return integral(c, c->r, delta, h);
}
