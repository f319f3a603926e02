/*
 * test_mixture.c
 *		Customers with covariates of their own: parameters drawn together.
 *
 * What is drawn at any vector must have the mean and covariance that the fit
 * has there (clv_covariates_shift(), which golden tables hold), and between two
 * vectors the covariance worked out here from that of the fit.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "draw/mixture.h"
#include "models/list.h"
#include "fit/uncertainty.h"

#define DRAWS	200000
#define NCOV	2

/*
 * A Pareto/NBD with two covariates, the second in thousands, whose covariance
 * is M M' of some M, so that nothing in it is zero.
 */
static void
make_fit(ClvFitted *fit, double scale)
{
	const double par[] = {0.6, 11.0, 0.7, 13.0, 0.5, -0.3, 0.2, 0.4};
	double		m[8][8];
	double		unit[8];
	int			i,
				j,
				k;

	memset(fit, 0, sizeof(*fit));
	fit->model = clv_model_find("paretonbd");
	fit->ncov = NCOV;
	strcpy(fit->covariate[0], "a");
	strcpy(fit->covariate[1], "b");
	fit->has_cov = true;
	for (i = 0; i < 8; i++)
	{
		/* coefficients of b */
		unit[i] = i == 5 || i == 7 ? scale : 1.0;
		fit->par[i] = par[i] * unit[i];
		for (j = 0; j < 8; j++)
			m[i][j] = 0.03 * (1 + (i * 7 + j * 3) % 5) * ((i + 2 * j) % 3 - 1) + (i == j ? 0.05 : 0.0);
	}
	for (i = 0; i < 8; i++)
	{
		for (j = 0; j <= i; j++)
		{
			for (k = 0; k < 8; k++)
				fit->cov[CLV_PACK(i, j)] += m[i][k] * m[j][k] * unit[i] * unit[j];
		}
	}
}

/* Part i of ln(theta) at v, by the numbers of the fit: row'phi. */
static void
row_of(const ClvFitted *fit, const double *v, int i, double *row)
{
	int			j;

	for (j = 0; j < 8; j++)
		row[j] = j == i;
	for (j = 4; j < 8; j++)
	{
		int			c;

		if (clv_coefficient_of(fit, j, &c) == i)
			row[j] = fit->model->covariate[i] * v[c];
	}
}

static double
covariance(const ClvFitted *fit, const double *a, const double *b)
{
	double		sum = 0.0;
	int			i,
				j;

	for (i = 0; i < 8; i++)
		for (j = 0; j < 8; j++)
			sum += a[i] * b[j] * fit->cov[i > j ? CLV_PACK(i, j) : CLV_PACK(j, i)];
	return sum;
}

/* ln(theta) at both vectors, of one draw. */
static void
draw(const ClvSpread *spread, const ClvSlopes *slopes, const ClvFitted *fit,
	 const double *first, const double *v, int number, double *phi)
{
	ClvRandom	random;
	ClvRandom	again;
	ClvRandom	other;
	double		par[CLV_MAX_OWN];
	double		at[CLV_MAX_OWN];
	double		coefficient[CLV_MAX_COEFFICIENTS];
	ClvError	err;
	int			i;

	clv_random_init(&random, 5, number);
	again = random;
	clv_random_init(&other, 6, number);
	CHECK(clv_spread_draw(spread, &random, par, &err) == CLV_OK, "%s", err.message);
	clv_slopes_draw(slopes, &again, &other, coefficient);
	CHECK(clv_slopes_at(fit, first, first, par, coefficient, at, &err) == CLV_OK, "%s", err.message);
	CHECK(memcmp(at, par, 4 * sizeof(double)) == 0, "draw %d is another at the first vector", number);
	CHECK(clv_slopes_at(fit, first, v, par, coefficient, at, &err) == CLV_OK, "%s", err.message);
	for (i = 0; i < 4; i++)
	{
		phi[i] = log(par[i]);
		phi[4 + i] = log(at[i]);
	}
}

static void
check_moments(double scale, double first_b, const char *label)
{
	const double first[NCOV] = {-1.0, first_b / scale};
	const double v[NCOV] = {2.0, 1.5 / scale};
	static double sum[8];
	static double product[8][8];
	ClvFitted	fit;
	ClvFitted	plain;
	ClvSpread	spread;
	ClvSlopes  *slopes = malloc(sizeof(ClvSlopes));
	ClvError	err;
	double		row[8][8];
	double		mean[8];
	int			i,
				j,
				k;

	memset(sum, 0, sizeof(sum));
	memset(product, 0, sizeof(product));
	make_fit(&fit, scale);
	CHECK(clv_fitted_at(&fit, first, &plain, &err) == CLV_OK, "%s", err.message);
	CHECK(clv_spread_init(&spread, &plain, &err) == CLV_OK, "%s", err.message);
	CHECK(clv_slopes_init(slopes, &fit, first, &err) == CLV_OK, "%s", err.message);
	for (i = 0; i < 8; i++)
	{
		row_of(&fit, i < 4 ? first : v, i % 4, row[i]);
		mean[i] = log(fit.par[i % 4]);
		for (k = 4; k < 8; k++)
			mean[i] += row[i][k] * fit.par[k];
	}
	for (k = 0; k < DRAWS; k++)
	{
		double		phi[8];

		draw(&spread, slopes, &fit, first, v, k, phi);
		for (i = 0; i < 8; i++)
		{
			sum[i] += phi[i] - mean[i];
			for (j = 0; j <= i; j++)
				product[i][j] += (phi[i] - mean[i]) * (phi[j] - mean[j]);
		}
	}
	for (i = 0; i < 8; i++)
	{
		double		vi = covariance(&fit, row[i], row[i]);

		CHECK(fabs(sum[i] / DRAWS) < 4.5 * sqrt(vi / DRAWS), "%s: mean %d is off by %g", label, i, sum[i] / DRAWS);
		for (j = 0; j <= i; j++)
		{
			double		vj = covariance(&fit, row[j], row[j]);
			double		want = covariance(&fit, row[i], row[j]);
			double		got = product[i][j] / DRAWS;

			CHECK(fabs(got - want) < 4.5 * sqrt((vi * vj + want * want) / DRAWS),
				  "%s: covariance %d, %d is %g, not %g", label, i, j, got, want);
		}
	}
	free(slopes);
}

static void
test_moments(void)
{
	check_moments(1.0, 0.5, "like units");
	check_moments(1e-3, 0.5, "one in thousands");
	check_moments(1e5, 0.5, "one in millionths");
	check_moments(1.0, 0.0, "near the origin");
}

/* Without a covariance the coefficients are those of the fit. */
static void
test_known(void)
{
	const double first[NCOV] = {-1.0, 0.5};
	const double v[NCOV] = {2.0, 1.5};
	ClvFitted	fit;
	ClvFitted	plain;
	ClvFitted	at;
	ClvSlopes  *slopes = malloc(sizeof(ClvSlopes));
	ClvRandom	random;
	ClvError	err;
	double		coefficient[CLV_MAX_COEFFICIENTS];
	double		par[CLV_MAX_OWN];
	int			i;

	make_fit(&fit, 1.0);
	clv_fitted_forget_spread(&fit);
	clv_random_init(&random, 1, 1);
	CHECK(clv_fitted_at(&fit, first, &plain, &err) == CLV_OK, "%s", err.message);
	CHECK(clv_fitted_at(&fit, v, &at, &err) == CLV_OK, "%s", err.message);
	CHECK(clv_slopes_init(slopes, &fit, first, &err) == CLV_OK, "%s", err.message);
	clv_slopes_draw(slopes, &random, &random, coefficient);
	CHECK(clv_slopes_at(&fit, first, v, plain.par, coefficient, par, &err) == CLV_OK, "%s", err.message);
	for (i = 0; i < 4; i++)
		CHECK_REL(par[i], at.par[i], 1e-14, "known");
	free(slopes);
}

/* Parameters that leave the doubles are refused. */
static void
test_out_of_range(void)
{
	const double first[NCOV] = {0.0, 0.0};
	const double v[NCOV] = {1e4, 0.0};
	ClvFitted	fit;
	ClvError	err;
	double		par[CLV_MAX_OWN];

	make_fit(&fit, 1.0);
	CHECK(clv_slopes_at(&fit, first, v, fit.par, fit.par + 4, par, &err) == CLV_OUT_OF_RANGE, "in range");
}

int
main(void)
{
	RUN(test_moments);
	RUN(test_known);
	RUN(test_out_of_range);
	CHECK_DONE("mixture");
}
