/*
 * uncertainty.c
 *		What a fit leaves open about its parameters.
 *
 * The ellipsoid of the covariance by its own axes, so that it may be flat: a
 * parameter that is held has no variance, and is drawn as it is, to the bit.
 */
#include "fit/uncertainty.h"

#include <math.h>
#include <string.h>

#include "fit/newton.h"
#include "model/param.h"

#define ROUNDING	1e-9		/* of the largest variance */

void
clv_fitted_forget_spread(ClvFitted *fit)
{
	fit->has_cov = false;
	memset(fit->cov, 0, sizeof(fit->cov));
}

ClvStatus
clv_spread_init(ClvSpread *spread, const ClvFitted *fit, ClvError *err)
{
	int			n = fit->model->nparam;
	ClvEigen	eigen;
	int			i,
				k;

	clv_eigen(fit->cov, n, &eigen);
	if (eigen.value[0] < -ROUNDING * eigen.value[n - 1])
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"covariance of model \"%s\" has a negative variance \"%g\"",
						fit->model->name, eigen.value[0]);
	spread->fit = fit;
	for (k = 0; k < n; k++)
	{
		for (i = 0; i < n; i++)
			spread->axis[k][i] = sqrt(fmax(eigen.value[k], 0.0)) *
				eigen.vector[k][i];
	}
	return CLV_OK;
}

ClvStatus
clv_spread_draw(const ClvSpread *spread, ClvRandom *random, double *par,
				ClvError *err)
{
	const ClvModel *model = spread->fit->model;
	double		dphi[CLV_MAX_OWN] = {0.0};
	int			i,
				k;

	for (k = 0; k < model->nparam; k++)
	{
		double		z = clv_random_normal(random);

		for (i = 0; i < model->nparam; i++)
			dphi[i] += z * spread->axis[k][i];
	}
	for (i = 0; i < model->nparam; i++)
		par[i] = clv_param_shift(&model->param[i], spread->fit->par[i], dphi[i]);
	if (clv_model_check(model, par, err) == CLV_OK)
		return CLV_OK;
	return clv_fail(err, CLV_OUT_OF_RANGE,
					"The fit says next to nothing about some parameter; clv.without_uncertainty takes the model as it is.",
					"parameters of model \"%s\" are so uncertain that one drawn is out of range",
					model->name);
}
