/*
 * test_gammagamma.c
 *		The Gamma-Gamma model: one customer's likelihood, expectation, draws.
 *
 * Against 50-digit arithmetic (test/golden/gammagamma.py), published values and
 * draws; the likelihood of a base and its fit are test_fit.c's.
 */
#include <float.h>

#include "check.h"
#include "models/gammagamma.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

static const ClvModel *const model = &clv_gammagamma;

typedef struct GoldenSpend
{
	double		par[3];			/* p, q, gamma */
	double		x;
	double		m;
	double		loglik;
	double		scale;			/* sum of the magnitudes of its terms */
	double		expected;
} GoldenSpend;

#include "golden_gammagamma.h"
#include "model/prediction.h"

static void
test_golden(void)
{
	size_t		i;

	for (i = 0; i < LENGTH(golden_spend); i++)
	{
		const GoldenSpend *golden = &golden_spend[i];
		double		got;

		CHECK(clv_predict_loglik_spend(model, golden->par, golden->x, golden->m, &got) == CLV_OK,
			  "customer %zu", i);
		CHECK(fabs(got - golden->loglik) <= 1e-12 * fmax(1.0, fabs(golden->loglik)) +
			  4.0 * DBL_EPSILON * golden->scale, "customer %zu: %.17g, not %.17g", i,
			  got, golden->loglik);
		CHECK(clv_predict_expected_spend(model, golden->par, golden->x, golden->m, &got) == CLV_OK,
			  "customer %zu", i);
		CHECK_REL(got, golden->expected, 1e-10, "expected spend");
	}
}

/* Values from the literature and from failures of other libraries. */
static void
test_known(void)
{
	static const double cdnow[] = {6.25, 3.74, 15.44};
	static const double heavy[] = {6.25, 0.79, 15.44};
	static const double wild[] = {0.05, 0.9, 2.0};
	double		got;

	CHECK(clv_predict_loglik_spend(model, cdnow, 2.0, 22.35, &got) == CLV_OK, "loglik");
	CHECK_REL(got, -3.551316760, 1e-9, "loglik");
	CHECK(clv_predict_expected_spend(model, cdnow, 2.0, 22.35, &got) == CLV_OK, "mean");
	CHECK_REL(got, 24.66371391, 1e-9, "mean");

	/* without a purchase m does not matter: p gamma / (q - 1) */
	CHECK(clv_predict_expected_spend(model, cdnow, 0.0, NAN, &got) == CLV_OK, "population");
	CHECK_REL(got, 6.25 * 15.44 / 2.74, 1e-14, "population");

	/* q < 1: no population mean, but a customer's own */
	CHECK(clv_predict_expected_spend(model, heavy, 0.0, 0.0, &got) == CLV_OK && got == INFINITY,
		  "population without a mean");
	CHECK(clv_predict_expected_spend(model, heavy, 1.0, 20.0, &got) == CLV_OK, "mean");
	CHECK_REL(got, 6.25 * (15.44 + 20.0) / (6.25 + 0.79 - 1.0), 1e-14, "q below 1");
	CHECK_REL(got, 36.6721854305, 1e-11, "q below 1");

	/* p x + q <= 1: not even that */
	CHECK(clv_predict_expected_spend(model, wild, 1.0, 20.0, &got) == CLV_OK && got == INFINITY,
		  "customer without a mean");
	CHECK(clv_predict_expected_spend(model, wild, 3.0, 20.0, &got) == CLV_OK, "mean");
	CHECK_REL(got, 0.05 * 62.0 / 0.05, 1e-12, "barely a mean");
}

static void
test_refused(void)
{
	static const double par[] = {6.25, 3.74, 15.44};
	static const double x[] = {-1.0, NAN, INFINITY, 1.0, 1.0, 1.0, 1.0};
	static const double m[] = {1.0, 1.0, 1.0, 0.0, -5.0, NAN, INFINITY};
	double		got;
	size_t		i;

	for (i = 0; i < LENGTH(x); i++)
	{
		CHECK(clv_predict_expected_spend(model, par, x[i], m[i], &got) == CLV_BAD_ARGUMENT,
			  "expected spend of %g, %g", x[i], m[i]);
		CHECK(clv_predict_loglik_spend(model, par, x[i], m[i], &got) == CLV_BAD_ARGUMENT,
			  "likelihood of %g, %g", x[i], m[i]);
	}
	CHECK(clv_predict_loglik_spend(model, par, 0.0, 1.0, &got) == CLV_BAD_ARGUMENT, "no purchase");
	CHECK(clv_predict_expected_spend(model, par, 1e10, 1e305, &got) == CLV_OUT_OF_RANGE, "overflow");
}

/*
 * A million draws: the mean of all orders is p gamma / (q - 1), and that of
 * second orders after a first one of about z is the expectation given (1, z).
 */
static void
test_draws(void)
{
	static const double par[] = {4.0, 5.0, 20.0};
	double		sum = 0.0;
	double		square = 0.0;
	double		next = 0.0;
	double		told = 0.0;
	double		spread = 0.0;
	double		n = 0.0;
	const int	draws = 1000000;
	int			i;

	for (i = 0; i < draws; i++)
	{
		ClvRandom	random;
		double		rate;
		double		z;
		double		again;
		double		expected;

		clv_random_init(&random, 99, i);
		rate = model->spend->draw_rate(model, par, 0, 0, &random);
		z = model->spend->draw_spend(model, par, rate, &random);
		again = model->spend->draw_spend(model, par, rate, &random);
		sum += z;
		square += z * z;
		if (z > 30.0 && z < 40.0)
		{
			clv_predict_expected_spend(model, par, 1.0, z, &expected);
			next += again;
			told += expected;
			spread += (again - expected) * (again - expected);
			n += 1.0;
		}
	}
	sum /= draws;
	square = sqrt((square / draws - sum * sum) / draws);
	CHECK(fabs(sum - 20.0) < 4.0 * square, "mean of orders %g, standard error %g", sum, square);
	CHECK(fabs(next - told) < 4.0 * sqrt(spread), "mean of second orders %g, not %g",
		  next / n, told / n);
}

int
main(void)
{
	RUN(test_golden);
	RUN(test_known);
	RUN(test_refused);
	RUN(test_draws);
	CHECK_DONE("gammagamma");
}
