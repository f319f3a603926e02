/*
 * exact.c
 *		Sums of doubles without rounding.
 */
#include "math/exact.h"

#include <math.h>
#include <string.h>

#define LIMB_BITS	32
#define LIMB_BASE	((int64_t) 1 << LIMB_BITS)
#define LIMB_MASK	((uint64_t) LIMB_BASE - 1)
#define LOWEST_BIT	1074		/* limb 0 weighs 2^-1074 */

/*
 * A limb grows by less than 2^32 with each addition, so that after this many
 * it is still below 2^61, and the sum of two such accumulators below 2^62.
 */
#define MAX_ADDS	((uint32_t) 1 << 29)

void
clv_exact_init(ClvExact *sum)
{
	sum->lo = 0;
	sum->hi = -1;
	sum->adds = 0;
}

/* Bring limbs from .. to into use. */
static inline void
reach(ClvExact *sum, int from, int to)
{
	if (sum->hi < sum->lo)
	{
		sum->lo = from;
		sum->hi = from - 1;
	}
	while (sum->lo > from)
		sum->limb[--sum->lo] = 0;
	while (sum->hi < to)
		sum->limb[++sum->hi] = 0;
}

/*
 * Take the carries: afterwards each limb but the highest is in [0, 2^32), and
 * the highest, which has the sign of the sum unless it is zero, is in
 * (-2^32, 2^32).
 */
static void
normalise(ClvExact *sum)
{
	for (int i = sum->lo; i <= sum->hi; i++)
	{
		int64_t		low = (int64_t) ((uint64_t) sum->limb[i] & LIMB_MASK);
		int64_t		carry = (sum->limb[i] - low) / LIMB_BASE;

		if (i == sum->hi)
		{
			if (sum->limb[i] > -LIMB_BASE && sum->limb[i] < LIMB_BASE)
				break;
			reach(sum, sum->lo, i + 1);
		}
		sum->limb[i] = low;
		sum->limb[i + 1] += carry;
	}
	sum->adds = 1;
}

void
clv_exact_add(ClvExact *sum, double value)
{
	uint64_t	bits;
	uint64_t	mantissa;
	uint64_t	low;
	uint64_t	high;
	int			position;
	int			shift;
	int64_t    *limb;

	memcpy(&bits, &value, sizeof(bits));
	mantissa = bits & (((uint64_t) 1 << 52) - 1);
	position = (int) (bits >> 52 & 0x7ff);
	if (position > 0)
	{
		mantissa |= (uint64_t) 1 << 52;
		position--;
	}
	if (mantissa == 0)
		return;

	shift = position % LIMB_BITS;
	position /= LIMB_BITS;
	low = mantissa << shift;
	high = shift > 0 ? mantissa >> (64 - shift) : 0;

	reach(sum, position, position + 2);
	limb = &sum->limb[position];
	if (bits >> 63)
	{
		limb[0] -= (int64_t) (low & LIMB_MASK);
		limb[1] -= (int64_t) (low >> LIMB_BITS);
		limb[2] -= (int64_t) high;
	}
	else
	{
		limb[0] += (int64_t) (low & LIMB_MASK);
		limb[1] += (int64_t) (low >> LIMB_BITS);
		limb[2] += (int64_t) high;
	}
	if (++sum->adds >= MAX_ADDS)
		normalise(sum);
}

void
clv_exact_add_expansion(ClvExact *sum, const ClvExpansion *more)
{
	for (int i = 0; i < more->n; i++)
		clv_exact_add(sum, more->c[i]);
}

void
clv_exact_subtract_expansion(ClvExact *sum, const ClvExpansion *less)
{
	for (int i = 0; i < less->n; i++)
		clv_exact_add(sum, -less->c[i]);
}

void
clv_exact_add_exact(ClvExact *sum, const ClvExact *more)
{
	if (more->hi < more->lo)
		return;
	reach(sum, more->lo, more->hi);
	for (int i = more->lo; i <= more->hi; i++)
		sum->limb[i] += more->limb[i];
	sum->adds += more->adds;
	if (sum->adds >= MAX_ADDS)
		normalise(sum);
}

/* Take carries and say what sign the sum has. */
int
clv_exact_sign(ClvExact *sum)
{
	normalise(sum);
	for (int i = sum->hi; i >= sum->lo; i--)
	{
		if (sum->limb[i] != 0)
			return sum->limb[i] > 0 ? 1 : -1;
	}
	return 0;
}

static void
negate(ClvExact *sum)
{
	for (int i = sum->lo; i <= sum->hi; i++)
		sum->limb[i] = -sum->limb[i];
}

static inline uint64_t
limb_or_zero(const ClvExact *sum, int i)
{
	return i >= sum->lo ? (uint64_t) sum->limb[i] : 0;
}

/* The nearest double of a sum above zero whose carries are taken. */
static double
round_positive(const ClvExact *sum)
{
	int			top = sum->hi;
	int			shift = 0;
	uint64_t	head;
	uint64_t	below;
	bool		rest;

	while (sum->limb[top] == 0)
		top--;
	head = (uint64_t) sum->limb[top] << LIMB_BITS |
		limb_or_zero(sum, top - 1);
	below = limb_or_zero(sum, top - 2);
	while (!(head >> (63 - shift)))
		shift++;				/* at most 31 */

	/*
	 * The 64 leading bits, of which the conversion below rounds the last 11
	 * away: whatever lies beneath them only matters for being there or not,
	 * so it may stand in the last of the eleven.
	 */
	rest = (below << shift & LIMB_MASK) != 0;
	for (int i = top - 3; i >= sum->lo && !rest; i--)
		rest = sum->limb[i] != 0;
	head = head << shift | below << shift >> LIMB_BITS | (rest ? 1 : 0);
	return ldexp((double) head, LIMB_BITS * (top - 1) - LOWEST_BIT - shift);
}

double
clv_exact_value(ClvExact *sum)
{
	double		value;

	switch (clv_exact_sign(sum))
	{
		case 0:
			return 0.0;
		case 1:
			return round_positive(sum);
	}
	negate(sum);
	normalise(sum);
	value = -round_positive(sum);
	negate(sum);
	return value;
}

bool
clv_exact_canonical(ClvExact *sum, ClvExpansion *out)
{
	double		part;

	out->n = 0;
	while ((part = clv_exact_value(sum)) != 0)
	{
		if (isinf(part))
			return false;
		out->c[out->n++] = part;
		clv_exact_add(sum, -part);
	}
	return true;
}

bool
clv_expansion_is_canonical(const ClvExpansion *expansion)
{
	ClvExact	sum;
	ClvExpansion again;

	for (int i = 0; i < expansion->n; i++)
	{
		if (!isfinite(expansion->c[i]) || expansion->c[i] == 0)
			return false;
	}
	if (expansion->n <= 1)
		return true;
	clv_exact_init(&sum);
	clv_exact_add_expansion(&sum, expansion);
	return clv_exact_canonical(&sum, &again) && again.n == expansion->n &&
		memcmp(again.c, expansion->c, again.n * sizeof(double)) == 0;
}
