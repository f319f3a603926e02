/*
 * renewals.c
 *		Expected number of renewals when the chance to quit is Beta distributed.
 *
 * The papers write the sum by gamma functions or by 2F1, singular at a = 1 and
 * slow near e^-delta = 1.  Here a few terms are added up, and where they do
 * not suffice the sum is the mean over theta of a geometric series,
 *
 *		e^-delta b / (a + b) E[(1 - y^h) / (1 - y)],	y = e^-delta (1 - theta)
 *
 * with theta from Beta(a, b + 1): every term is positive in both.
 */
#include "math/renewals.h"

#include <math.h>
#include <stdbool.h>

#include "math/beta_mean.h"

#define MAX_TERMS	200
#define NEGLIGIBLE	1e-17

double
clv_whole_periods(double h)
{
	return floor(h * (1.0 + 1e-12) + 1e-9);
}

double
clv_periods_begun(double h)
{
	return fmax(ceil(h * (1.0 - 1e-12) - 1e-9), 0.0);
}

typedef struct Series
{
	double		delta;
	double		h;
} Series;

/* ln of the geometric series at theta = p */
static double
log_series(double p, const void *arg)
{
	const Series *s = arg;
	double		log_y = log1p(-p) - s->delta;

	if (log_y == 0.0)
		return log(s->h);
	return log(expm1(s->h * log_y) / expm1(log_y));
}

/* Term by term; false when that takes too many. */
static bool
add_terms(double a, double b, double delta, double h, double *out)
{
	double		z = exp(-delta);
	double		rest = -expm1(-delta);	/* 1 - z */
	double		term = 1.0;
	double		sum = 0.0;
	int			j;

	for (j = 0; j < MAX_TERMS && j < h; j++)
	{
		term *= z * (b + j) / (a + b + j);
		sum += term;
		if (term * z <= NEGLIGIBLE * sum * rest)
			break;
	}
	*out = sum;
	return j < MAX_TERMS || j >= h;
}

double
clv_annuity(double delta, double h)
{
	/* 0 * INFINITY is not above it, and below it h is right to all digits */
	return delta * h > 1e-290 ? -expm1(-delta * h) / delta : h;
}

double
clv_renewals(double a, double b, double delta, double h, ClvBudget *budget)
{
	Series		series = {delta, h};
	ClvFalling	g;
	double		sum;

	if (delta == 0.0 && isinf(h))
		return a > 1.0 ? b / (a - 1.0) : INFINITY;
	if (!clv_budget_take(budget, MAX_TERMS))
		return NAN;
	if (add_terms(a, b, delta, h, &sum))
		return sum;

	g.log_value = log_series;
	g.arg = &series;
	g.budget = budget;
	g.cost = CLV_BUDGET_POINT;
	g.cost = CLV_BUDGET_POINT;
	g.steep = fmin(h, 1.0 / -expm1(-delta));
	g.steep_end = 1.0;
	return exp(-delta) * (b / (a + b)) * clv_beta_mean(a, b + 1.0, &g);
}
