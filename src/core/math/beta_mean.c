/*
 * beta_mean.c
 *		The mean of a function of a chance that is Beta distributed.
 */
#include "math/beta_mean.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#define SIDE_POINTS		4000	/* on one side, at most */
#define LEVELS			9		/* of halving the step */
#define UNSETTLED		1e-9	/* a change of the last one that is too much */
#define NO_DIGITS		1e-8	/* a rounding of the density that is */
#define NARROW			1e16	/* from here on the density has no digits */
#define LOG_NOTHING		(-710.0)

/* What one side of the trapezoidal sum needs. */
typedef struct Mean
{
	ClvBeta		beta;
	const ClvFalling *g;
	double		peak;			/* offset of the highest point */
	double		top;			/* ln of the integrand there */
} Mean;

/*
 * ln of the integrand at offset d; *p and *q: the two probabilities there.  NaN
 * when the budget is used up.
 */
static double
log_integrand(const Mean *mean, double d, double *p, double *q)
{
	double		e = exp(d);
	double		sum = mean->beta.rest + mean->beta.mean * e;

	*p = mean->beta.mean * e / sum;
	*q = mean->beta.rest / sum;
	if (!clv_budget_take(mean->g->budget, CLV_BUDGET_POINT + mean->g->cost))
		return NAN;
	return clv_beta_log_density(&mean->beta, d)
		+ mean->g->log_value(*p, mean->g->arg);
}

/*
 * Find the peak, which lies left of the Beta's own mean since g falls, and
 * return a step no longer than about twice the width of the peak and than 1.
 */
static double
find_peak(Mean *mean)
{
	double		p;
	double		q;
	double		step = fmin(1.0, 1.0 / sqrt(mean->beta.mean * mean->beta.b));
	int			i;

	mean->peak = 0.0;
	mean->top = log_integrand(mean, 0.0, &p, &q);
	for (i = 0; i < 64; i++)
	{
		double		f = log_integrand(mean, mean->peak - step, &p, &q);

		if (!(f > mean->top))
			break;
		mean->peak -= step;
		mean->top = f;
		step *= 2.0;
	}
	for (i = 0; i < 64; i++)
	{
		double		left = log_integrand(mean, mean->peak - step, &p, &q);
		double		right = log_integrand(mean, mean->peak + step, &p, &q);

		if (left > mean->top || right > mean->top)
		{
			mean->peak += left > right ? -step : step;
			mean->top = fmax(left, right);
			continue;
		}
		if (step <= 1.0 && 2.0 * mean->top - left - right < 4.0)
			break;
		step *= 0.5;
	}
	return step;
}

/*
 * What is left of a side whose terms have become t = C e^(s d) (1 + c e^d),
 * up to terms of relative size e^(2d): "now" is the term just added, "last"
 * the one before, "slope" is s times the step, "step" its length.
 */
static double
rest_of_side(double last, double now, double slope, double step)
{
	double		second = (last - now * exp(slope)) / (exp(slope) * expm1(step));
	double		first = now - second;

	return first / expm1(slope) + second / expm1(slope + step);
}

/* How far the density at the peak may be off: terms of this size cancel in it. */
static double
density_error(const Mean *mean, double step)
{
	return DBL_EPSILON * fmin(mean->beta.a, mean->beta.b)
		* (fabs(mean->peak) + 8.0 * step);
}

/*
 * Sum the integrand (over its value at the peak) at d = from, from + step, ...
 *
 * Where p is so small that 1 - p and g have become linear in p, the terms are
 * a sum of two geometric series, and likewise where 1 - p is small: so the
 * sum ends there, however slowly the terms fall.
 */
static double
side(const Mean *mean, double from, double step)
{
	const double linear = 3e-7;
	const ClvBeta *beta = &mean->beta;
	double		sum = 0.0;
	double		last = 0.0;
	int			i;

	for (i = 0; i < SIDE_POINTS; i++)
	{
		double		p;
		double		q;
		double		now = exp(log_integrand(mean, from + i * step, &p, &q) - mean->top);

		sum += now;
		if (!(now >= 1e-18 || (now != 0.0 && now >= last)))
			return sum;
		if (step < 0.0 && i > 0 && (1.0 + beta->b + mean->g->steep) * p < linear)
			return sum + rest_of_side(last, now, -step * beta->a, -step);
		if (step > 0.0 && i > 0 && (1.0 + beta->a + mean->g->steep_end) * q < linear)
			return sum + rest_of_side(last, now, step * beta->b, step);
		last = now;
	}
	return NAN;
}

/*
 * Customers who do not differ: where the whole Beta is so narrow that g is the
 * same over it, the mean is g at that place.  Of ln g a share of half its
 * squared change over a standard deviation is left out.
 */
static bool
narrow_mean(double a, double b, const ClvFalling *g, double *out)
{
	const double near = 1e-3;
	double		p = a / (a + b);
	double		here;
	double		slope;

	if (fmin(a, b) < NARROW || !clv_budget_take(g->budget, 2 * g->cost))
		return false;
	here = g->log_value(p, g->arg);
	slope = (here - g->log_value(p * (1.0 - near), g->arg)) / near;
	*out = exp(here);
	return slope * slope < DBL_EPSILON * fmin(a, b);
}

double
clv_beta_mean(double a, double b, const ClvFalling *g)
{
	Mean		mean;
	double		step;
	double		sum;
	double		before = 0.0;
	double		ln;
	int			level;

	if (narrow_mean(a, b, g, &sum))
		return sum;
	clv_beta_set(&mean.beta, a, b);
	mean.g = g;
	step = find_peak(&mean);
	if (mean.top < -1000.0 && mean.top >= -DBL_MAX)
		return 0.0;				/* below the least double, however wide */
	if (!(mean.top >= -DBL_MAX && density_error(&mean, step) < NO_DIGITS))
		return NAN;
	sum = side(&mean, mean.peak, step) + side(&mean, mean.peak - step, -step);

	/*
	 * The trapezoidal rule in v = logit p.  The integrand is analytic in
	 * |Im v| < pi, so that the error is squared, about, when the step is
	 * halved; go on until a change shows that it was and is now negligible.
	 */
	for (level = 0; level < LEVELS; level++)
	{
		double		half = 0.5 * step;
		double		more = side(&mean, mean.peak + half, step)
			+ side(&mean, mean.peak - half, -step);
		double		change = fabs(more - sum) / (more + sum);

		sum += more;
		step = half;
		if (!(change >= 1e-13 && (change >= 1e-8 || change >= before * sqrt(before))))
			return exp(mean.top + log(sum * step));
		before = change;
	}

	/* What has not settled may still be known to be nothing. */
	ln = mean.top + log(sum * step);
	return before < UNSETTLED || ln < LOG_NOTHING ? exp(ln) : NAN;
}
