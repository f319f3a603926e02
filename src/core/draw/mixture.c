/*
 * mixture.c
 *		Customers with covariates of their own, and the parameters that one draw
 *		of a fit has for each of them.
 *
 * With u = ln(theta) at the first vector, of covariance A = sum of l_k e_k e_k',
 * and B the covariance of the coefficients with u, a draw u = sum of
 * z_k sqrt(l_k) e_k leaves the coefficients normal around
 * sum of z_k B e_k / sqrt(l_k), with what their covariance C has beyond that.
 */
#include "draw/mixture.h"

#include <math.h>
#include <string.h>

#include "fit/newton.h"

#define FLAT	1e-12			/* of the largest variance: there is none */

int
clv_slopes_count(const ClvFitted *fit)
{
	return clv_param_count(fit) - fit->model->nparam;
}

/* What each normal of the parameters says of each coefficient. */
static void
find_given(ClvSlopes *slopes, const ClvFitted *at)
{
	int			own = slopes->fit->model->nparam;
	ClvEigen	eigen;
	int			i,
				j,
				k;

	clv_eigen(at->cov, own, &eigen);
	for (k = 0; k < own; k++)
	{
		for (j = 0; j < slopes->n; j++)
		{
			double		sum = 0.0;

			for (i = 0; i < own; i++)
				sum += at->cov[CLV_PACK(own + j, i)] * eigen.vector[k][i];
			slopes->given[k][j] =
				eigen.value[k] > FLAT * eigen.value[own - 1] ?
				sum / sqrt(eigen.value[k]) : 0.0;
		}
	}
}

/* Variance that the parameters leave to coefficients i and j. */
static double
left_over(const ClvSlopes *slopes, const ClvFitted *at, int i, int j)
{
	int			own = slopes->fit->model->nparam;
	double		sum = at->cov[CLV_PACK(own + i, own + j)];
	int			k;

	for (k = 0; k < own; k++)
		sum -= slopes->given[k][i] * slopes->given[k][j];
	return sum;
}

/*
 * The axes of what is left, of coefficients in units of their own standard
 * deviations: those of a covariate in thousands are as exact as others.
 */
static void
find_axes(ClvSlopes *slopes, const ClvFitted *at)
{
	int			own = slopes->fit->model->nparam;
	double		unit[CLV_MAX_COEFFICIENTS];
	double		left[CLV_PACKED(CLV_MAX_COEFFICIENTS)];
	ClvEigen	eigen;
	int			i,
				j,
				k;

	for (i = 0; i < slopes->n; i++)
	{
		unit[i] = sqrt(at->cov[CLV_PACK(own + i, own + i)]);
		for (j = 0; j <= i; j++)
			left[CLV_PACK(i, j)] = unit[i] > 0.0 && unit[j] > 0.0 ?
				left_over(slopes, at, i, j) / unit[i] / unit[j] : 0.0;
	}
	clv_eigen(left, slopes->n, &eigen);
	for (k = 0; k < slopes->n; k++)
	{
		for (i = 0; i < slopes->n; i++)
			slopes->axis[k][i] = sqrt(fmax(eigen.value[k], 0.0)) *
				eigen.vector[k][i] * unit[i];
	}
}

ClvStatus
clv_slopes_init(ClvSlopes *slopes, const ClvFitted *fit, const double *first,
				ClvError *err)
{
	ClvFitted	at;

	slopes->fit = fit;
	slopes->n = clv_slopes_count(fit);
	slopes->known = !fit->has_cov;
	if (slopes->known)
		return CLV_OK;
	if (!clv_covariates_shift(fit, first, false, &at))
		return clv_fail(err, CLV_OUT_OF_RANGE, NULL,
						"parameters of model \"%s\" are out of range for these covariates",
						fit->model->name);
	find_given(slopes, &at);
	find_axes(slopes, &at);
	return CLV_OK;
}

void
clv_slopes_draw(const ClvSlopes *slopes, ClvRandom *parameters,
				ClvRandom *random, double *coefficient)
{
	int			own = slopes->fit->model->nparam;
	int			j,
				k;

	memcpy(coefficient, slopes->fit->par + own, slopes->n * sizeof(double));
	if (slopes->known)
		return;
	for (k = 0; k < own; k++)
	{
		double		z = clv_random_normal(parameters);

		for (j = 0; j < slopes->n; j++)
			coefficient[j] += z * slopes->given[k][j];
	}
	for (k = 0; k < slopes->n; k++)
	{
		double		z = clv_random_normal(random);

		for (j = 0; j < slopes->n; j++)
			coefficient[j] += z * slopes->axis[k][j];
	}
}

ClvStatus
clv_slopes_at(const ClvFitted *fit, const double *first, const double *v,
			  const double *par, const double *coefficient, double *out,
			  ClvError *err)
{
	const ClvModel *model = fit->model;
	int			k;
	int			c;

	for (k = 0; k < model->nparam; k++)
	{
		double		shift = 0.0;

		for (c = 0; model->covariate[k] != 0 && c < fit->ncov; c++)
			shift += model->covariate[k] * *coefficient++ * (v[c] - first[c]);
		out[k] = shift == 0.0 ? par[k] : par[k] * exp(shift);
	}
	if (clv_model_check(model, out, NULL) == CLV_OK)
		return CLV_OK;
	return clv_fail(err, CLV_OUT_OF_RANGE,
					"Are they in the units and the order of those of the fit? If so, it says next to nothing of them: clv.without_uncertainty takes the model as it is.",
					"parameters of model \"%s\" are out of range for some covariates",
					model->name);
}
