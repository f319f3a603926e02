/*
 * test_param.c
 *		Parameters between their limits, and a model that has an upper one.
 *
 * No model in the list has a parameter with an upper limit yet.  So there is one
 * here: subscribers who all leave with the same chance theta at the end of each
 * period.  With D of N decisions to leave,
 *
 *		ln L = D ln(theta) + (N - D) ln(1 - theta)
 *
 * is highest at theta = D / N, where the variance of phi = ln(theta / (1 - theta))
 * is 1 / (N theta (1 - theta)).
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "fit/fitted.h"
#include "fit/shrink.h"
#include "fit/uncertainty.h"
#include "model/param.h"
#include "model/prior.h"
#include "run_fit.h"

typedef struct Coin
{
	const ClvBase *base;
	double		theta;
} Coin;

static void *
coin_new(const ClvModel *model, const ClvBase *base)
{
	Coin	   *coin = calloc(1, sizeof(Coin));

	if (coin != NULL)
		coin->base = base;
	return coin;
}

static size_t
coin_units(const void *work)
{
	return ((const Coin *) work)->base->ntenure;
}

static ClvStatus
coin_begin(void *work, const double *par)
{
	((Coin *) work)->theta = par[0];
	return CLV_OK;
}

static ClvStatus
coin_slice(void *work, size_t from, size_t to, ClvSums *sums)
{
	const Coin *coin = work;
	double		theta = coin->theta;

	for (; from < to; from++)
	{
		const ClvTenure *cell = &coin->base->tenure[from];
		double		left = cell->lost;
		double		stayed = cell->t * (cell->lost + cell->stay) - left;

		sums->loglik += left * log(theta) + stayed * log1p(-theta);
		sums->grad[0] += left / theta - stayed / (1.0 - theta);
		sums->hess[0] -= left / (theta * theta) + stayed / ((1.0 - theta) * (1.0 - theta));
	}
	return CLV_OK;
}

static bool
coin_start(const ClvModel *model, const ClvMoments *moments, int attempt, double *par)
{
	par[0] = attempt == 0 ? 0.5 : 0.05;
	return attempt < 2;
}

static bool
coin_usable(const ClvModel *model, const ClvBase *base)
{
	return base->ntenure > 0;
}

static const ClvLikelihood coin_likelihood = {
	.work_new = coin_new,
	.work_free = free,
	.units = coin_units,
	.begin = coin_begin,
	.slice = coin_slice
};

static const ClvParam coin_param[] = {
	{"theta", 0.0, 1.0, 0, 0,
		"there is no sign that customers ever leave",
		"customers leave in the first period",
		"never said",
	NULL, 0.2}
};

static const ClvModel coin_model = {
	.name = "coin",
	.kind = CLV_CONTRACT,
	.nparam = 1,
	.param = coin_param,
	.reference = "in closed form",
	.start = coin_start,
	.usable = coin_usable,
	.likelihood = &coin_likelihood
};

/* lost and left of those who decided in three periods */
static ClvFitted
fit_coin(double lost1, double lost2, double stay, const ClvPrior *prior)
{
	ClvTenure	tenure[] = {{1.0, lost1, 0.0}, {2.0, lost2, 0.0}, {3.0, 0.0, stay}};
	ClvBase		base;
	ClvFitOptions options = {.prior = prior};

	memset(&base, 0, sizeof(base));
	base.tenure = tenure;
	base.ntenure = 3;
	base.customers = (int64_t) (lost1 + lost2 + stay);
	return run_options(&coin_model, &base, &options);
}

/* ---------------------------------------------------------------- the map */

static const ClvParam shapes[] = {
	{.name = "free", .lower = 0.0, .upper = INFINITY},
	{.name = "above 1", .lower = 1.0, .upper = INFINITY},
	{.name = "a chance", .lower = 0.0, .upper = 1.0},
	{.name = "between", .lower = 2.0, .upper = 5.0},
	{.name = "coefficient", .lower = -INFINITY, .upper = INFINITY}
};

#define NSHAPE	((int) (sizeof(shapes) / sizeof(shapes[0])))

static void
test_there_and_back(void)
{
	int			k;
	double		phi;

	for (k = 0; k < NSHAPE; k++)
	{
		const ClvParam *param = &shapes[k];
		double		before = -INFINITY;

		for (phi = -18.0; phi <= 18.0; phi += 0.25)
		{
			double		theta = clv_param_theta(param, 1.0, phi);
			double		low = theta - param->lower;
			double		high = param->upper - theta;

			/* the digits of a limit that is not 0 are lost beside it */
			double		lost = 4e-16 * (1.0 +
									fabs(theta) / fmin(param->lower == 0.0 ? INFINITY : low, high));

			CHECK(theta > before && low > 0.0 && high > 0.0, "%s: %g at %g",
				  param->name, theta, phi);
			CHECK(fabs(clv_param_phi(param, 1.0, theta) - phi) <= lost + 1e-15 * fabs(phi),
				  "%s: back to %.17g from %g", param->name,
				  clv_param_phi(param, 1.0, theta), phi);
			before = theta;
		}
	}
	CHECK(clv_param_theta(&shapes[2], 1.0, 0.0) == 0.5 &&
		  clv_param_theta(&shapes[3], 1.0, 0.0) == 3.5, "the middle");
	CHECK_REL(clv_param_theta(&shapes[2], 1.0, -18.0), exp(-18.0) / (1.0 + exp(-18.0)), 1e-15,
			  "a small chance keeps its digits");
	for (phi = 30.0; phi < 800.0; phi *= 1.5)
		CHECK(clv_param_theta(&shapes[2], 1.0, phi) < 1.0 &&
			  clv_param_theta(&shapes[3], 1.0, phi) < 5.0, "beyond the limit at %g", phi);
	CHECK(clv_param_theta(&shapes[0], 7.0, 0.0) == 7.0 &&
		  clv_param_phi(&shapes[1], 7.0, 8.0) == 0.0, "a unit");
}

/* Derivatives against differences of the map itself. */
static void
test_derivatives(void)
{
	const double step = 1e-4;
	int			k;
	double		phi;

	for (k = 0; k < NSHAPE; k++)
	{
		const ClvParam *param = &shapes[k];
		double		unit = k == 0 ? 3.0 : 1.0;

		for (phi = -6.0; phi <= 6.0; phi += 0.5)
		{
			double		low = clv_param_theta(param, unit, phi - step);
			double		here = clv_param_theta(param, unit, phi);
			double		high = clv_param_theta(param, unit, phi + step);
			double		bend;
			double		own;
			double		slope = clv_param_slope(param, unit, phi, &bend);
			double		up = clv_param_slope(param, unit, phi + step, &own);
			double		down = clv_param_slope(param, unit, phi - step, &own);

			CHECK(fabs((high - low) / (2.0 * step) - slope) <= 1e-7 * slope + 1e-11,
				  "%s at %g: slope %g", param->name, phi, slope);
			CHECK(fabs((up - down) / (2.0 * step) - bend) <= 1e-7 * slope,
				  "%s at %g: bend %g", param->name, phi, bend);
			CHECK(fabs(clv_param_slope_at(param, here) - slope) <= 1e-13 * slope + 1e-15,
				  "%s at %g: %.17g, not %.17g", param->name, phi,
				  clv_param_slope_at(param, here), slope);
		}
	}
}

/* To shift phi is to go there, shift and come back. */
static void
test_shift(void)
{
	static const double inside[NSHAPE] = {0.75, 1.75, 0.75, 3.5, -0.75};
	int			k;
	double		phi;
	double		by;

	for (k = 0; k < NSHAPE; k++)
	{
		for (phi = -6.0; phi <= 6.0; phi += 1.5)
		{
			for (by = -5.0; by <= 5.0; by += 1.25)
			{
				double		theta = clv_param_theta(&shapes[k], 1.0, phi);
				double		want = clv_param_theta(&shapes[k], 1.0, phi + by);

				CHECK(fabs(clv_param_shift(&shapes[k], theta, by) - want) <=
					  1e-12 * fabs(want), "%s: %g from %g", shapes[k].name, by, phi);
			}
		}
		CHECK(clv_param_shift(&shapes[k], inside[k], 0.0) == inside[k],
			  "%s: by nothing", shapes[k].name);
	}
}

/* -------------------------------------------------------- a model with one */

static void
test_fit(void)
{
	static const double lost[][3] = {{20, 10, 70}, {1, 0, 9000}, {900, 50, 3}, {1, 1, 1}};
	size_t		k;

	for (k = 0; k < sizeof(lost) / sizeof(lost[0]); k++)
	{
		double		left = lost[k][0] + lost[k][1];
		double		decisions = lost[k][0] + 2.0 * lost[k][1] + 3.0 * lost[k][2];
		double		theta = left / decisions;
		double		variance = 1.0 / (decisions * theta * (1.0 - theta));
		double		odds = theta / (1.0 - theta);
		double		reach = exp(1.959963984540054 * sqrt(variance));
		ClvFitted	fit = fit_coin(lost[k][0], lost[k][1], lost[k][2], NULL);
		ClvCoefficient c;

		CHECK(fit.status == CLV_CONVERGED && fit.has_cov, "%zu: %s", k, fit.message);
		CHECK_REL(fit.par[0], theta, 1e-8, "theta");
		CHECK_REL(fit.cov[0], variance, 1e-7, "its variance by the odds");
		clv_fitted_coefficient(&fit, 0, &c);
		CHECK_REL(c.std_error, sqrt(theta * (1.0 - theta) / decisions), 1e-7, "its error");
		CHECK_REL(c.lower, odds / reach / (1.0 + odds / reach), 1e-7, "from");
		CHECK_REL(c.upper, odds * reach / (1.0 + odds * reach), 1e-7, "to");
		CHECK(c.lower > 0.0 && c.upper < 1.0, "%zu: from %g to %g", k, c.lower, c.upper);
	}
}

static void
test_limits(void)
{
	ClvFitted	fit = fit_coin(30, 0, 0, NULL);
	ClvError	err;

	CHECK(fit.status == CLV_BOUNDARY && fit.limit == 0 && fit.par[0] < 1.0 &&
		  fit.par[0] > 1.0 - 1e-7 &&
		  strcmp(fit.message, "theta grows to 1: customers leave in the first period") == 0,
		  "all leave: %.17g, %s", fit.par[0], fit.message);
	CHECK(clv_model_check(fit.model, fit.par, &err) == CLV_OK, "%s", err.message);
	fit = fit_coin(0, 0, 30, NULL);
	CHECK(fit.status == CLV_BOUNDARY && fit.limit == 0 && fit.par[0] > 0.0 &&
		  fit.par[0] < 1e-7 &&
		  strcmp(fit.message, "theta falls to 0: there is no sign that customers ever leave") == 0,
		  "nobody leaves: %g, %s", fit.par[0], fit.message);
	CHECK(clv_param_check(&coin_model, 0, 1.0, &err) == CLV_BAD_ARGUMENT &&
		  strcmp(err.hint, "It is above 0 and below 1.") == 0, "1 is no theta: %s", err.hint);
	CHECK(clv_param_check(&coin_model, 0, 0.0, &err) == CLV_BAD_ARGUMENT, "nor is 0");
	CHECK(clv_param_check(&coin_model, 0, 0.999, &err) == CLV_OK, "%s", err.message);
}

/* The mode of likelihood and prior, by the slope of both. */
static void
test_prior(void)
{
	ClvPrior	prior;
	ClvFitted	fit;
	ClvError	err;
	double		theta;
	double		z;

	clv_prior_default(&coin_model, 1.0, 1.0, &prior);
	CHECK(prior.median[0] == 0.2 && prior.sd[0] == CLV_PRIOR_SD, "the typical one");
	CHECK_REL(clv_prior_center(&coin_model, &prior, 0), log(0.25), 1e-15, "in odds");
	prior.sd[0] = 0.5;
	fit = fit_coin(20, 10, 70, &prior);
	theta = fit.par[0];
	z = (log(theta / (1.0 - theta)) - log(0.25)) / 0.5;
	CHECK(fit.status == CLV_CONVERGED && fit.has_cov, "%s", fit.message);
	CHECK(fabs(30.0 - 250.0 * theta - z / 0.5) < 1e-7, "slope at %g", theta);
	CHECK_REL(fit.cov[0], 1.0 / (250.0 * theta * (1.0 - theta) + 4.0), 1e-7, "variance");

	/* with a prior even this has a mode */
	fit = fit_coin(30, 0, 0, &prior);
	CHECK(fit.status == CLV_CONVERGED && fit.par[0] < 1.0, "%s", fit.message);
	prior.median[0] = 1.0;
	CHECK(clv_prior_check(&fit, &prior, &err) == CLV_BAD_ARGUMENT &&
		  strcmp(err.message, "the prior mean of parameter theta must be below 1, but is \"1\"") == 0,
		  "%s", err.message);
}

/* Draws, and groups drawn together, stay between the limits. */
static void
test_draws(void)
{
	ClvFitted	fit = fit_coin(0, 1, 1, NULL);
	ClvFitted	some[3] = {fit_coin(20, 10, 70, NULL), fit_coin(30, 20, 3, NULL), fit_coin(1, 0, 40, NULL)};
	ClvShrink  *shrink = clv_shrink_new(3);
	ClvSpread	spread;
	ClvRandom	random;
	ClvError	err;
	double		sum = 0.0;
	double		par;
	int			i;

	clv_random_init(&random, 20261201, 0);
	CHECK(fit.has_cov && clv_spread_init(&spread, &fit, &err) == CLV_OK, "%s", fit.message);
	for (i = 0; i < 20000; i++)
	{
		CHECK(clv_spread_draw(&spread, &random, &par, &err) == CLV_OK && par > 0.0 && par < 1.0,
			  "drawn: %g", par);
		sum += clv_param_phi(coin_param, 1.0, par);
	}

	/* normal by the odds: 4.5 standard errors of the mean */
	CHECK(fabs(sum / i - clv_param_phi(coin_param, 1.0, fit.par[0])) <
		  4.5 * sqrt(fit.cov[0] / i), "mean of draws");
	for (i = 0; i < 3; i++)
		CHECK(clv_shrink_add(shrink, &some[i], &err) == CLV_OK, "%s", err.message);
	while (clv_shrink_step(shrink) == CLV_CONTINUE)
		;
	for (i = 0; i < 3; i++)
	{
		ClvFitted	group = some[i];

		clv_shrink_result(shrink, i, &group);
		CHECK(group.groups == 3 && group.par[0] > 0.0 && group.par[0] < 1.0 &&
			  group.prior.median[0] > some[2].par[0] && group.prior.median[0] < some[1].par[0],
			  "group %d: %g of %g", i, group.par[0], group.prior.median[0]);
		CHECK(i == 0 || (group.par[0] < some[i].par[0]) == (some[i].par[0] > group.prior.median[0]),
			  "group %d is drawn to the pool", i);
	}
	clv_shrink_free(shrink);
}

int
main(void)
{
	RUN(test_there_and_back);
	RUN(test_derivatives);
	RUN(test_shift);
	RUN(test_fit);
	RUN(test_limits);
	RUN(test_prior);
	RUN(test_draws);
	CHECK_DONE("param");
}
