/*
 * test_special.c
 *		Special functions and the mean over a Beta against 60-digit arithmetic
 *		(test/golden/special.py) and laws that they obey.
 */
#include <float.h>

#include "check.h"
#include "math/beta_mean.h"
#include "math/special.h"

enum
{
	STIRLING_REST, LOG_SURVIVE, BETA_LOG_DENSITY, NEGBIN, NEGBIN_UPPER,
	EXPINT, EXPINT_PART, FUNCTIONS
};

#include "golden_special.h"

/* Relative errors allowed; those of logarithms are of max(1, |value|). */
static const struct
{
	const char *name;
	double		limit;
}			function[FUNCTIONS] = {
	{"stirling_rest", 1e-14},
	{"log_survive", 1e-14},
	{"beta_log_density", 1e-11},
	{"negbin", 1e-11},
	{"negbin_upper", 1e-11},
	{"expint", 1e-14},
	{"expint_part", 2e-14}
};

static double
ask(const Golden *g)
{
	const double *arg = g->arg;
	ClvBudget	budget = {CLV_BUDGET};
	ClvBeta		beta;

	switch (g->function)
	{
		case STIRLING_REST:
			return clv_stirling_rest(arg[0]);
		case LOG_SURVIVE:
			return clv_log_survive(arg[0], arg[1], arg[2]);
		case BETA_LOG_DENSITY:
			clv_beta_set(&beta, arg[0], arg[1]);
			return clv_beta_log_density(&beta, arg[2]);
		case NEGBIN:
			return clv_negbin(arg[0], arg[1], arg[2]);
		case NEGBIN_UPPER:
			return clv_negbin_upper(arg[0], arg[1], arg[2], &budget);
		case EXPINT:
			return clv_expint(arg[0], arg[1]);
		case EXPINT_PART:
			return clv_expint_part(arg[0], arg[1], arg[2], &budget);
	}
	return NAN;
}

static void
test_golden(void)
{
	double		worst[FUNCTIONS] = {0.0};
	int			i;

	for (i = 0; i < (int) (sizeof(golden) / sizeof(golden[0])); i++)
	{
		const Golden *g = &golden[i];
		double		scale = fabs(g->want);
		double		got = ask(g);
		double		error;

		if (g->function == STIRLING_REST || g->function == LOG_SURVIVE
			|| g->function == BETA_LOG_DENSITY)
			scale = fmax(scale, 1.0);
		error = fabs(got - g->want) / fmax(scale, 1e-300);
		CHECK(error <= function[g->function].limit,
			  "%s(%.17g, %.17g, %.17g): got %.17g, want %.17g",
			  function[g->function].name, g->arg[0], g->arg[1], g->arg[2],
			  got, g->want);
		worst[g->function] = fmax(worst[g->function], error);
	}
	for (i = 0; i < FUNCTIONS; i++)
		printf("  %-20s worst relative error %.1e\n", function[i].name,
			   worst[i]);
}

/* (1 - p)^k, whose mean over p is known. */
static double
log_power(double p, const void *arg)
{
	return *(const double *) arg * log1p(-p);
}

static void
test_beta_mean(void)
{
	static const double par[] = {1e-4, 0.3, 1.0, 4.4, 1e3, 1e6};
	int			i;
	int			j;
	int			k;

	for (i = 0; i < 6; i++)
		for (j = 0; j < 6; j++)
			for (k = 0; k < 3; k++)
			{
				double		power = (double[]) {0.0, 1.0, 20.0}[k];
				double		want = exp(clv_log_survive(par[i], par[j], power));
				ClvBudget	budget = {CLV_BUDGET};
				ClvFalling	g = {log_power, &power, power, power, 1, &budget};
				char		label[80];

				snprintf(label, sizeof(label), "mean of (1 - p)^%g, Beta(%g, %g)",
						 power, par[i], par[j]);
				/* Elsewhere 1 - p has too few digits left. */
				if (power == 0.0 || par[i] <= 1e3 * par[j])
					CHECK_REL(clv_beta_mean(par[i], par[j], &g), want, 1e-11,
							  label);
			}
}

static void
test_laws(void)
{
	ClvBudget	budget = {CLV_BUDGET};
	double		sum = 0.0;
	int			k;

	/* P(K >= k) counted down, and that all is 1 */
	CHECK(clv_negbin_upper(2.5, 3.0, 0.0, &budget) == 1.0, "P(K >= 0)");
	for (k = 0; k < 40; k++)
	{
		CHECK(fabs(1.0 - sum - clv_negbin_upper(2.5, 3.0, k, &budget)) < 1e-14,
			  "P(K >= %d)", k);
		sum += clv_negbin(2.5, 3.0, k);
	}

	/* s E_(s+1) = e^-w - w E_s, across where the method changes */
	for (k = 1; k < 60; k++)
	{
		double		s = 0.37 * k;
		double		w = 0.1 * (k % 13) + 0.05;

		CHECK_REL(s * clv_expint(s + 1.0, w), 1.0 - w * clv_expint(s, w), 1e-12,
				  "recurrence of E_s");
	}
	CHECK(clv_expint_part(2.5, 0.3, INFINITY, &budget) == clv_expint(3.5, 0.3),
		  "expint_part to infinity");
}

int
main(void)
{
	RUN(test_golden);
	RUN(test_beta_mean);
	RUN(test_laws);
	CHECK_DONE("special");
}
