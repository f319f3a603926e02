/*
 * objective.c
 *		What a search climbs: the log-likelihood of a base, and a prior.
 */
#include "fit/objective.h"

#include <math.h>

#include "fit/posterior.h"
#include "model/param.h"

#define UNITS_A_STEP	8192	/* unless the model knows better */

int64_t
clv_objective_customers(const ClvModel *model, const ClvBase *base)
{
	return model->kind == CLV_SPEND ? base->spenders : base->customers;
}

double
clv_objective_theta(const ClvObjective *objective, int i, double phi)
{
	const ClvModel *model = objective->model;
	const ClvParam *param = &model->param[i];

	if (clv_is_whole(model, i))
		return objective->whole;

	/* at a lower limit that it may be at, a parameter is there */
	if (param->lower > 0.0 && phi <= -CLV_MAX_PHI)
		return param->lower;
	return clv_param_theta(param, objective->unit[i], phi);
}

double
clv_objective_phi(const ClvObjective *objective, int i, double theta)
{
	const ClvModel *model = objective->model;

	if (clv_is_whole(model, i))
		return 0.0;
	return clv_param_phi(&model->param[i], objective->unit[i], theta);
}

/* Mean age and geometric mean of spend, whatever units they are in. */
static void
set_units(ClvObjective *objective, const ClvMoments *moments)
{
	double		t = clv_moments_age(moments);
	double		money = clv_moments_spend(moments);
	int			k;

	for (k = 0; k < objective->model->nparam; k++)
	{
		const ClvParam *param = &objective->model->param[k];

		objective->unit[k] = pow(t, param->time_power) * pow(money, param->money_power);
	}
}

static void
set_most(ClvObjective *objective, const ClvMoments *moments)
{
	const ClvModel *model = objective->model;
	int			k;

	for (k = 0; k < model->nparam; k++)
	{
		double		largest = model->largest == NULL ? NAN :
			model->largest(model, moments->longest, k);

		objective->most[k] = isnan(largest) ? CLV_MAX_PHI :
			clv_objective_phi(objective, k, largest);
	}
}

bool
clv_objective_init(ClvObjective *objective, const ClvMoments *moments)
{
	const ClvLikelihood *likelihood = objective->model->likelihood;

	objective->work = likelihood->work_new(objective->model, objective->base);
	if (objective->work == NULL)
		return false;
	objective->step = likelihood->step_units > 0 ? likelihood->step_units : UNITS_A_STEP;
	set_units(objective, moments);
	set_most(objective, moments);
	return true;
}

void
clv_objective_free(ClvObjective *objective)
{
	if (objective->work != NULL)
		objective->model->likelihood->work_free(objective->work);
}

/* The model cannot take these parameters: count it as a likelihood of NaN. */
static void
give_up(ClvObjective *objective)
{
	objective->sums.loglik = NAN;
	objective->done = objective->units;
}

ClvStatus
clv_objective_begin(ClvObjective *objective, const double *phi)
{
	const ClvModel *model = objective->model;
	double		par[CLV_MAX_PARAM];
	ClvStatus	status;
	int			i;

	for (i = 0; i < model->nparam; i++)
		par[i] = clv_objective_theta(objective, i, phi[i]);
	clv_sums_clear(&objective->sums, model->nparam);
	objective->done = 0;
	status = model->likelihood->begin(objective->work, par);
	objective->units = model->likelihood->units(objective->work);
	if (status == CLV_NO_MEMORY)
		return status;
	if (status != CLV_OK)
		give_up(objective);
	return CLV_OK;
}

ClvStatus
clv_objective_step(ClvObjective *objective)
{
	const ClvLikelihood *likelihood = objective->model->likelihood;
	size_t		from = objective->done;
	ClvStatus	status = CLV_OK;

	if (from < objective->units)
	{
		objective->done = objective->units - from > objective->step ?
			from + objective->step : objective->units;
		status = likelihood->slice(objective->work, from, objective->done,
								   &objective->sums);
		objective->units = likelihood->units(objective->work);
	}
	if (status == CLV_NO_MEMORY)
		return status;
	if (status == CLV_CONTINUE)
		objective->done = from;
	else if (status != CLV_OK)
		give_up(objective);
	return objective->done < objective->units ? CLV_CONTINUE : CLV_OK;
}

/* From derivatives in theta to derivatives in phi. */
bool
clv_objective_take(const ClvObjective *objective, ClvPoint *point)
{
	const ClvModel *model = objective->model;
	const ClvSums *sums = &objective->sums;
	double		slope[CLV_MAX_PARAM];	/* dtheta / dphi */
	bool		finite = isfinite(sums->loglik);
	int			i;
	int			j;

	point->loglik = sums->loglik;
	point->most = objective->most;
	point->scale = fmax(fabs(point->loglik),
						(double) clv_objective_customers(model, objective->base));
	for (i = 0; i < model->nparam; i++)
	{
		double		own;

		slope[i] = clv_param_slope(&model->param[i], objective->unit[i],
								   point->phi[i], &own);
		point->grad[i] = slope[i] * sums->grad[i];
		finite = finite && isfinite(point->grad[i]);
		for (j = 0; j <= i; j++)
		{
			double		bend = slope[i] * sums->hess[CLV_PACK(i, j)] * slope[j];

			if (i == j)
				bend += own * sums->grad[i];
			point->info[CLV_PACK(i, j)] = -bend;
			finite = finite && isfinite(bend);
		}
	}
	if (objective->prior != NULL)
		clv_prior_add(model, objective->covariates, objective->prior,
					  objective->unit, point);
	return finite;
}

double
clv_objective_prior(const ClvObjective *objective, const double *phi)
{
	if (objective->prior == NULL)
		return 0.0;
	return clv_prior_log(objective->model, objective->covariates,
						 objective->prior, objective->unit, phi);
}
