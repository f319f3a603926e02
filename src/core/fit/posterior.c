/*
 * posterior.c
 *		A likelihood and a prior together, as the solver has them.
 */
#include "fit/posterior.h"

#include <math.h>
#include <string.h>

/*
 * How many standard deviations parameter i is from the median of its prior,
 * at "phi"; "row" takes the derivative of that, times the deviation.
 */
static double
distance(const ClvModel *model, const ClvCovariates *covariates,
		 const ClvPrior *prior, const double *unit, const double *phi, int i,
		 double *row)
{
	double		sum = log(unit[i]) - clv_prior_center(model, prior, i);
	int			k;

	if (covariates != NULL)
		clv_covariates_row(covariates, i, row);
	else
	{
		memset(row, 0, model->nparam * sizeof(double));
		row[i] = 1.0;
	}
	for (k = 0; k < model->nparam; k++)
		sum += row[k] * phi[k];
	return sum / prior->sd[i];
}

double
clv_prior_log(const ClvModel *model, const ClvCovariates *covariates,
			  const ClvPrior *prior, const double *unit, const double *phi)
{
	double		row[CLV_MAX_PARAM];
	double		sum = 0.0;
	int			i;

	for (i = 0; i < clv_real_params(model); i++)
	{
		double		z = distance(model, covariates, prior, unit, phi, i, row);

		sum -= 0.5 * z * z;
	}
	return sum;
}

void
clv_prior_add(const ClvModel *model, const ClvCovariates *covariates,
			  const ClvPrior *prior, const double *unit, ClvPoint *point)
{
	int			n = clv_real_params(model);
	double		row[CLV_MAX_PARAM];
	int			i;
	int			j;
	int			k;

	point->loglik += clv_prior_log(model, covariates, prior, unit, point->phi);
	for (i = 0; i < n; i++)
	{
		double		sd = prior->sd[i];
		double		z = distance(model, covariates, prior, unit, point->phi, i,
								 row);

		for (j = 0; j < n; j++)
		{
			point->grad[j] -= z / sd * row[j];
			for (k = 0; k <= j; k++)
				point->info[CLV_PACK(j, k)] += row[j] / sd * row[k] / sd;
		}
	}
}
