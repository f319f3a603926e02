/*
 * betageo_phase.c
 *		BG/CNBD-k and MBG/CNBD-k: how many purchases, if one never quits.
 *
 * With j phases of the present gap gone, m purchases by u are m k - j phases
 * by then, whose number is negative binomial: Gamma(r + j, rate alpha) is the
 * law of lambda.  Everything is a sum over j < k of positive terms.  With k = 1
 * it has a single term, the one of BG/NBD and MBG/NBD.
 */
#include "models/betageo/betageo.h"

#include <math.h>

#include "math/special.h"

/* Newton's steps in ln u: this small, and the next would be its square. */
#define SETTLED		1e-9
#define MAX_STEPS	200
#define LONGEST		20.0

/*
 * The sum over j < phases of (r)_j / j! y^j, 0 <= y <= 1.  Times (1 - y)^r it
 * is the chance of fewer than that many phases.
 */
double
clv_phase_sum(double r, double y, int phases)
{
	double		term = 1.0;
	double		sum = 1.0;
	int			j;

	for (j = 1; j < phases; j++)
	{
		term *= (r + (j - 1)) / j * y;
		sum += term;
	}
	return sum;
}

/* How many phases have passed: terms of that sum are in the ratio of chances. */
int
clv_phase_draw(double r, double y, int phases, ClvRandom *random)
{
	double		term = 1.0;
	double		left;
	int			j = 0;

	if (phases == 1)
		return 0;
	left = clv_random_uniform(random) * clv_phase_sum(r, y, phases);
	while (j < phases - 1 && left >= term)
	{
		left -= term;
		term *= (r + j) / (j + 1) * y;
		j++;
	}
	return j;
}

/* The chances that j phases have passed; returns how many there are. */
static int
phase_weights(const ClvActive *c, double *weight)
{
	int			k = c->phases;
	double		term = 1.0;
	double		sum = clv_phase_sum(c->r, c->idle, k);
	int			j;

	for (j = 0; j < k; j++)
	{
		weight[j] = term / sum;
		term *= (c->r + j) / (j + 1) * c->idle;
	}
	return k;
}

/* P(at least m purchases by u) */
double
clv_active_at_least(const ClvActive *c, double u, double m)
{
	double		weight[CLV_MAX_PHASES];
	int			k = phase_weights(c, weight);
	double		z = u / c->alpha;
	double		sum = 0.0;
	int			j;

	if (m == 0.0 || isinf(u))
		return 1.0;
	if (u == 0.0)
		return 0.0;
	for (j = 0; j < k; j++)
	{
		if (weight[j] != 0.0)
			sum += weight[j] * clv_negbin_upper(c->r + j, z, m * k - j, c->budget);
	}
	return clv_at_most(sum, 1.0);
}

/*
 * P(from <= K <= to), K negative binomial as in clv_negbin(), to - from below
 * CLV_MAX_PHASES.  Begins at the end with the larger chance, so that nothing is lost below the least double.
 */
static double
negbin_between(double r, double z, double from, double to)
{
	double		y = z / (1.0 + z);
	bool		rises = y * (r + from) > from + 1.0;
	double		n = rises ? to : from;
	double		term = clv_negbin(r, z, n);
	double		sum = term;
	int			i;

	for (i = (int) (to - from); i > 0; i--)
	{
		if (rises)
		{
			term *= n / (y * (r + (n - 1.0)));
			n -= 1.0;
		}
		else
		{
			term *= y * (r + n) / (n + 1.0);
			n += 1.0;
		}
		sum += term;
	}
	return sum;
}

/* P(exactly m purchases by u) */
double
clv_active_exactly(const ClvActive *c, double u, double m)
{
	double		weight[CLV_MAX_PHASES];
	int			k = phase_weights(c, weight);
	double		z = u / c->alpha;
	double		sum = 0.0;
	int			j;

	if (u == 0.0)
		return m == 0.0 ? 1.0 : 0.0;
	for (j = 0; j < k; j++)
	{
		if (weight[j] != 0.0)
			sum += weight[j] * negbin_between(c->r + j, z,
											  fmax(m * k - j, 0.0),
											  m * k - j + (k - 1));
	}
	return clv_at_most(sum, 1.0);
}

/*
 * The density of the next purchase's time u, times u: the chance of n phases
 * by u, with n the ones that are missing, times n.
 */
static double
next_density(const ClvActive *c, double u)
{
	double		weight[CLV_MAX_PHASES];
	int			k = phase_weights(c, weight);
	double		sum = 0.0;
	int			j;

	for (j = 0; j < k; j++)
		sum += weight[j] * (k - j) * clv_negbin(c->r + j, u / c->alpha, k - j);
	return sum;
}

/*
 * By when will the next purchase have come with the chance "share"?  "left" is
 * 1 - share to all digits, above 0.
 *
 * Newton's method for ln P as a function of ln u, P the smaller of the two
 * chances, which a bracket keeps from going astray.
 */
double
clv_active_wait(const ClvActive *c, double share, double left)
{
	bool		upper = share < 0.5;
	double		low = -INFINITY;	/* ln u; the root is above */
	double		high = INFINITY;
	double		at;
	int			i;

	if (c->phases == 1)
		return c->alpha * expm1(-(upper ? log1p(-share) : log(left)) / c->r);

	/* where so many phases are to be expected */
	at = log(c->alpha) + log(c->phases / c->r);
	for (i = 0; i < MAX_STEPS; i++)
	{
		double		u = exp(at);
		double		chance;
		double		gap;
		double		next;

		if (isinf(u / c->alpha))
			return INFINITY;
		if (!clv_budget_take(c->budget, c->phases * 3 * CLV_BUDGET_POINT))
			return NAN;
		chance = upper ? clv_active_at_least(c, u, 1.0)
			: clv_active_exactly(c, u, 0.0);
		gap = (upper ? 1.0 : -1.0) * log((upper ? share : left) / chance);
		if (isnan(gap))
			return NAN;
		if (gap > 0.0)
			low = at;
		else
			high = at;
		next = at + gap * chance / next_density(c, u);
		if (!(fabs(next - at) < LONGEST))
			next = at + copysign(LONGEST, gap);
		if (fabs(next - at) < SETTLED)
			return exp(next);
		at = next > low && next < high ? next : 0.5 * (low + high);
	}
	return NAN;
}
