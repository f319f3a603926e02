/*
 * test_shrink.c
 *		Groups drawn to their pool, where the answer can be written down.
 *
 * With the same covariance s2 I in every fit, EM settles where the covariance
 * between the estimates y, S with divisor n - 1, is Sigma + s2 I: then
 * Sigma = S - s2 I and m = mu + Sigma S^-1 (y - mu), mu the mean of the y, which
 * has covariance S / n.  Of m itself the covariance is s2 I - s2^2 S^-1, given mu,
 * and with that of mu s2 I - (1 - 1 / n) s2^2 S^-1.
 */
#include "check.h"

#include <math.h>
#include <string.h>

#include "fit/shrink.h"
#include "models/list.h"

#define GROUPS	5

/* the variance that a fit leaves */
static double S2 = 0.04;

static const double estimate[GROUPS][2] = {
	{-1.0, 3.1}, {-0.4, 3.9}, {0.1, 3.6}, {-0.9, 4.4}, {0.7, 4.0}
};

/*
 * A fit of nbd that knows ln r and ln alpha to be "y", with variance s2 each;
 * with a prior of the same mode, the fit is where both together put it.
 */
static ClvFitted
fit_of(const double *y, double prior_mean, double prior_sd)
{
	ClvFitted	fit;
	int			i;

	memset(&fit, 0, sizeof(fit));
	fit.model = clv_model_find("nbd");
	fit.has_cov = true;
	fit.has_prior = prior_sd > 0.0;
	fit.customers = 9;
	fit.limit = -1;
	for (i = 0; i < 2; i++)
	{
		double		weight = prior_sd > 0.0 ? 1.0 / (prior_sd * prior_sd) : 0.0;
		double		precision = 1.0 / S2 + weight;

		fit.par[i] = exp((y[i] / S2 + weight * prior_mean) / precision);
		fit.cov[CLV_PACK(i, i)] = 1.0 / precision;
		fit.prior.median[i] = exp(prior_mean);
		fit.prior.sd[i] = prior_sd;
	}
	return fit;
}

/* The sample's mean and covariance, and what follows for each group. */
static void
by_hand(double *mu, double sigma[2][2], double m[GROUPS][2], double *var, double *mu_var)
{
	double		s[2][2] = {{0.0}};
	double		det;
	int			g;
	int			i;
	int			j;

	for (i = 0; i < 2; i++)
	{
		mu[i] = 0.0;
		for (g = 0; g < GROUPS; g++)
			mu[i] += estimate[g][i] / GROUPS;
	}
	for (i = 0; i < 2; i++)
	{
		for (j = 0; j < 2; j++)
		{
			for (g = 0; g < GROUPS; g++)
				s[i][j] += (estimate[g][i] - mu[i]) * (estimate[g][j] - mu[j]) / (GROUPS - 1);
			sigma[i][j] = s[i][j] - (i == j ? S2 : 0.0);
		}
	}
	det = s[0][0] * s[1][1] - s[0][1] * s[1][0];
	for (i = 0; i < 2; i++)
	{
		var[i] = S2 - (1.0 - 1.0 / GROUPS) * S2 * S2 * s[1 - i][1 - i] / det;
		mu_var[i] = s[i][i] / GROUPS;
	}
	for (g = 0; g < GROUPS; g++)
	{
		double		y0 = estimate[g][0] - mu[0];
		double		y1 = estimate[g][1] - mu[1];
		double		z0 = (s[1][1] * y0 - s[0][1] * y1) / det;
		double		z1 = (s[0][0] * y1 - s[1][0] * y0) / det;

		for (i = 0; i < 2; i++)
			m[g][i] = mu[i] + sigma[i][0] * z0 + sigma[i][1] * z1;
	}
}

/* "lost": a fit without a covariance comes along, and becomes the pool. */
static void
check_pool(const char *label, double prior_mean, double prior_sd, bool lost)
{
	ClvShrink  *shrink = clv_shrink_new(GROUPS + 1);
	ClvFitted	fit[GROUPS + 1];
	ClvError	err;
	double		mu[2];
	double		sigma[2][2];
	double		m[GROUPS][2];
	double		var[2];
	double		mu_var[2];
	int			n = GROUPS + (lost ? 1 : 0);
	int			g;
	int			i;

	by_hand(mu, sigma, m, var, mu_var);
	for (g = 0; g < n; g++)
	{
		fit[g] = fit_of(estimate[g % GROUPS], prior_mean, prior_sd);
		fit[g].has_cov = g < GROUPS;
		CHECK(clv_shrink_add(shrink, &fit[g], &err) == CLV_OK, "%s: refused", label);
	}
	while (clv_shrink_step(shrink) == CLV_CONTINUE)
		;
	for (g = 0; g < n; g++)
	{
		clv_shrink_result(shrink, g, &fit[g]);
		CHECK(fit[g].groups == GROUPS && fit[g].has_cov && fit[g].status == CLV_CONVERGED,
			  "%s: not shrunk, or not settled", label);
		for (i = 0; i < 2; i++)
		{
			CHECK_REL(fit[g].par[i], exp(g < GROUPS ? m[g][i] : mu[i]), 5e-5, label);
			CHECK_REL(fit[g].cov[CLV_PACK(i, i)], g < GROUPS ? var[i] : sigma[i][i] + mu_var[i], 5e-5, label);
			CHECK_REL(fit[g].prior.median[i], exp(mu[i]), 5e-5, label);
			CHECK_REL(fit[g].prior.sd[i], sqrt(sigma[i][i]), 5e-5, label);
		}
	}
	clv_shrink_free(shrink);
}

/*
 * Directions that too few tell: there the prior stays, N(0, SD2), as what groups
 * are like and as what is known of their mean.  By hand in one direction, with
 * data that say y, variance s2, of some of the groups: each of these says as
 * much of mu as 1 / (SD2 + s2), the prior 1 / SD2.
 */
#define SD2		4.0

/* A fit of nbd at "phi", with covariance (a, b; b, c). */
static ClvFitted
fit_at(double phi0, double phi1, double a, double b, double c)
{
	double		origin[2] = {0.0, 0.0};
	ClvFitted	fit = fit_of(origin, 0.0, sqrt(SD2));

	fit.par[0] = exp(phi0);
	fit.par[1] = exp(phi1);
	fit.cov[CLV_PACK(0, 0)] = a;
	fit.cov[CLV_PACK(1, 0)] = b;
	fit.cov[CLV_PACK(1, 1)] = c;
	return fit;
}

static void
shrink_all(ClvFitted *fit, int n)
{
	ClvShrink  *shrink = clv_shrink_new(n);
	ClvError	err;
	int			g;

	for (g = 0; g < n; g++)
		CHECK(clv_shrink_add(shrink, &fit[g], &err) == CLV_OK, "refused");
	while (clv_shrink_step(shrink) == CLV_CONTINUE)
		;
	for (g = 0; g < n; g++)
		clv_shrink_result(shrink, g, &fit[g]);
	clv_shrink_free(shrink);
}

/* ln alpha of group "g", and what the pool says of it. */
static void
check_alpha(const ClvFitted *fit, int g, double mean, double var, double mu,
			const char *label)
{
	CHECK_REL(fit[g].par[1], exp(mean), 1e-5, label);
	CHECK_REL(fit[g].cov[CLV_PACK(1, 1)], var, 1e-5, label);
	CHECK_REL(fit[g].prior.median[1], exp(mu), 1e-5, label);
	CHECK_REL(fit[g].prior.sd[1], sqrt(SD2), 1e-9, label);
}

/* The first "tell" groups say ln alpha = y with variance s2, the others nothing. */
static void
check_few(int tell, double y, double s2, double said, const char *label)
{
	ClvFitted	fit[GROUPS];
	double		both = 1.0 / (1.0 / s2 + 1.0 / SD2);
	double		each = 1.0 / (SD2 + s2);
	double		mu = tell * each * said / (1.0 / SD2 + tell * each);
	int			g;

	for (g = 0; g < GROUPS; g++)
	{
		double		phi0 = estimate[g][0] * (1.0 / S2) / (1.0 / S2 + 1.0 / SD2);
		double		var0 = 1.0 / (1.0 / S2 + 1.0 / SD2);

		fit[g] = g < tell ? fit_at(phi0, y * both / s2, var0, 0.0, both)
			: fit_at(phi0, 0.3, var0, 0.0, SD2);
	}
	shrink_all(fit, GROUPS);
	for (g = 0; g < GROUPS; g++)
	{
		if (g < tell)
			check_alpha(fit, g, both * (said / s2 + mu / SD2), both, mu, label);
		else
			check_alpha(fit, g, mu, SD2, mu, label);
	}
}

/*
 * Of r / alpha alone the data speak, as of a base of one-time buyers; what the
 * fits say across is rounding errors, either way.
 */
static void
test_ratio(void)
{
	ClvFitted	fit[3];
	double		known = 1.0 / (1.0 / S2 + 1.0 / SD2);
	int			g;

	for (g = 0; g < 3; g++)
	{
		double		ratio = -2.0 - 0.1 * g;
		double		across = SD2 * (1.0 + 1e-9 * (g - 1));

		fit[g] = fit_at(ratio / 2.0 + 1e-9, -ratio / 2.0 + 1e-9,
						0.5 * (known + across), 0.5 * (across - known),
						0.5 * (known + across));
	}
	shrink_all(fit, 3);
	for (g = 0; g < 3; g++)
	{
		const double *cov = fit[g].cov;
		double		across = 0.5 * (cov[CLV_PACK(0, 0)] + cov[CLV_PACK(1, 1)])
			+ cov[CLV_PACK(1, 0)];
		double		along = 0.5 * (cov[CLV_PACK(0, 0)] + cov[CLV_PACK(1, 1)])
			- cov[CLV_PACK(1, 0)];

		CHECK_REL(fit[g].par[0] * fit[g].par[1], 1.0, 1e-6, "a ratio: across");
		CHECK_REL(across, SD2, 1e-6, "a ratio: variance across");
		CHECK(along > 0.0 && along < S2, "a ratio: variance along is %g", along);
		CHECK(strstr(fit[g].message, "with their prior") != NULL,
			  "a ratio: the message is \"%s\"", fit[g].message);
	}
}

static void
test_few(void)
{
	/* what the data say weakly is not followed far: as far again as the fit */
	check_few(0, 0.0, 1.0, 0.0, "nobody tells");
	check_few(1, 1.5, 0.1, 1.5, "one tells");
	check_few(1, -3.0, 1e-6, -3.0, "one tells exactly");
	check_few(5, 20.0, 40.0, 2.0 * 20.0 / 11.0, "all tell a little");
	check_few(3, -1e4, 4e5, -2e4 / (1e5 + 1.0), "three tell next to nothing");
}

static void
test_pool(void)
{
	check_pool("without priors", 0.0, 0.0, false);
	check_pool("a prior is taken out", 2.0, 0.3, false);
	check_pool("one knows nothing", 0.0, 0.0, true);

	/* EM alone comes nearer by a hundredth of the rest in a sweep */
	S2 = 0.2;
	check_pool("fits that leave nearly all open", 0.0, 0.0, false);
}

#define MANY	30

/* Fits that agree in nothing, one of them without a covariance. */
static void
make_many(ClvFitted *fit)
{
	int			g;

	for (g = 0; g < MANY; g++)
	{
		double		y[2] = {sin(3.0 * g), 3.0 + cos(1.7 * g)};

		S2 = 0.01 * (1 + g % 7);
		fit[g] = fit_of(y, 0.1 + 0.01 * g, 0.5 + 0.03 * (g % 5));
		fit[g].has_cov = g != 11;
	}
	S2 = 0.04;
}

/* In whatever order groups come, each is shrunk to the same bits. */
static void
test_order(void)
{
	static ClvFitted first[MANY];
	static ClvFitted other[MANY];
	int			turn;
	int			g;

	make_many(first);
	shrink_all(first, MANY);
	for (turn = 1; turn < MANY; turn += 4)
	{
		ClvFitted	made[MANY];

		make_many(made);
		for (g = 0; g < MANY; g++)
			other[g] = made[(7 * g + turn) % MANY];
		shrink_all(other, MANY);
		for (g = 0; g < MANY; g++)
		{
			const ClvFitted *same = &first[(7 * g + turn) % MANY];

			CHECK(memcmp(other[g].par, same->par, 2 * sizeof(double)) == 0 &&
				  memcmp(other[g].cov, same->cov, CLV_PACKED(2) * sizeof(double)) == 0 &&
				  memcmp(other[g].prior.median, same->prior.median, 2 * sizeof(double)) == 0 &&
				  memcmp(other[g].prior.sd, same->prior.sd, 2 * sizeof(double)) == 0,
				  "group %d in order %d: %.17g, %.17g for %.17g, %.17g", g, turn,
				  other[g].par[0], other[g].par[1], same->par[0], same->par[1]);
		}
	}
}

int
main(void)
{
	RUN(test_order);
	RUN(test_few);
	RUN(test_ratio);
	RUN(test_pool);
	CHECK_DONE("shrink");
}
