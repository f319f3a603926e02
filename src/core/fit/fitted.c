/*
 * fitted.c
 *		What follows from a model and its parameters.
 */
#include "fit/fitted.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/param.h"
#include "models/list.h"

#define CLV_Z_95	1.959963984540054	/* 97.5 % quantile of the normal */

static const char *const clv_kind_names[] = {
	"transaction", "spend", "contract"
};

static const char *const clv_fit_status_names[] = {
	"converged", "boundary", "not_converged"
};

const char *
clv_kind_name(ClvKind kind)
{
	return clv_kind_names[kind];
}

const char *
clv_fit_status_name(ClvFitStatus status)
{
	return clv_fit_status_names[status];
}

bool
clv_fit_status_parse(const char *name, ClvFitStatus *status)
{
	int			i;

	for (i = CLV_CONVERGED; i <= CLV_NOT_CONVERGED; i++)
	{
		if (strcmp(name, clv_fit_status_names[i]) == 0)
		{
			*status = (ClvFitStatus) i;
			return true;
		}
	}
	return false;
}

/* Append "name" to a list in a fixed buffer, as far as there is room. */
static void
clv_list_append(char *list, size_t size, const char *name)
{
	size_t		used = strlen(list);

	snprintf(list + used, size - used, "%s%s", used ? ", " : "", name);
}

ClvStatus
clv_model_lookup(const char *name, const ClvModel **model, ClvError *err)
{
	char		list[200] = "";
	char		hint[256];
	int			i;

	*model = clv_model_find(name);
	if (*model != NULL)
		return CLV_OK;
	for (i = 0; clv_models[i] != NULL; i++)
		clv_list_append(list, sizeof(list), clv_models[i]->name);
	snprintf(hint, sizeof(hint), "Available are: %s.", list);
	return clv_fail(err, CLV_BAD_ARGUMENT, hint,
					"there is no model \"%s\"", name);
}

ClvStatus
clv_kind_check(const ClvModel *model, ClvKind kind, ClvError *err)
{
	char		list[200] = "";
	char		hint[256];
	int			i;

	if (model->kind == kind)
		return CLV_OK;
	for (i = 0; clv_models[i] != NULL; i++)
	{
		if (clv_models[i]->kind == kind)
			clv_list_append(list, sizeof(list), clv_models[i]->name);
	}
	snprintf(hint, sizeof(hint), "Use one of: %s.", list);
	return clv_fail(err, CLV_BAD_ARGUMENT, hint,
					"a %s model is needed, but \"%s\" is a %s model",
					clv_kind_name(kind), model->name,
					clv_kind_name(model->kind));
}

ClvStatus
clv_param_lookup(const ClvFitted *fit, const char *name, int *index,
				 ClvError *err)
{
	char		list[200] = "";
	char		hint[256];
	char		own[CLV_PARAM_NAME];
	int			i;

	for (i = 0; i < clv_param_count(fit); i++)
	{
		clv_param_name(fit, i, own);
		if (strcmp(name, own) == 0)
		{
			*index = i;
			return CLV_OK;
		}
		clv_list_append(list, sizeof(list), own);
	}
	snprintf(hint, sizeof(hint), "Its parameters are: %s.", list);
	return clv_fail(err, CLV_BAD_ARGUMENT, hint,
					"model \"%s\" has no parameter \"%s\"",
					fit->model->name, name);
}

/*
 * phi is what the fit holds to be normal, so the interval is symmetric there and
 * never leaves the domain here.
 */
void
clv_fitted_coefficient(const ClvFitted *fit, int i, ClvCoefficient *out)
{
	const ClvParam *param = clv_fitted_param(fit, i);
	double		error;

	memset(out, 0, sizeof(*out));
	out->estimate = fit->par[i];
	out->has_error = fit->has_cov && !clv_is_whole(fit->model, i);
	if (!out->has_error)
		return;
	error = sqrt(fit->cov[CLV_PACK(i, i)]);

	/* either may be infinite, of a fit that says next to nothing */
	out->std_error = clv_param_slope_at(param, out->estimate) * error;
	out->lower = clv_param_shift(param, out->estimate, -CLV_Z_95 * error);
	out->upper = clv_param_shift(param, out->estimate, CLV_Z_95 * error);
}

bool
clv_has_loglik(const ClvModelValue *value)
{
	return value->is_fitted && value->fit.groups == 0 &&
		!value->fit.at_covariates;
}

double
clv_fitted_aic(const ClvFitted *fit)
{
	return 2.0 * clv_param_count(fit) - 2.0 * fit->loglik;
}

double
clv_fitted_bic(const ClvFitted *fit)
{
	return clv_param_count(fit) * log((double) fit->customers) -
		2.0 * fit->loglik;
}

ClvStatus
clv_prior_check(const ClvFitted *fit, const ClvPrior *prior, ClvError *err)
{
	char		name[CLV_PARAM_NAME];
	ClvNumber	number;
	int			i;

	for (i = 0; i < clv_real_count(fit); i++)
	{
		double		lower = clv_fitted_param(fit, i)->lower;
		double		upper = clv_fitted_param(fit, i)->upper;

		clv_param_name(fit, i, name);
		if (!isfinite(prior->median[i]) && isinf(lower))
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"It is the mean of the coefficient, by a unit of the covariate.",
							"the prior mean of coefficient %s must be finite, but is \"%s\"",
							name, clv_number(&number, prior->median[i]));
		if (!(prior->median[i] > lower && isfinite(prior->median[i])))
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"It is the median of the parameter, in the unit of the fit.",
							"the prior mean of parameter %s must be finite and above %g, but is \"%s\"",
							name, lower, clv_number(&number, prior->median[i]));
		if (!(prior->median[i] < upper))
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"It is the median of the parameter, in the unit of the fit.",
							"the prior mean of parameter %s must be below %g, but is \"%s\"",
							name, upper, clv_number(&number, prior->median[i]));
		if (!(prior->sd[i] > 0.0 && isfinite(prior->sd[i])))
			return clv_fail(err, CLV_BAD_ARGUMENT, isinf(lower) ?
							"It is that of the coefficient, by a unit of the covariate." :
							"It is that of the parameter's logarithm: 2 leaves it free within a factor of 50.",
							"the prior sd of parameter %s must be finite and above 0, but is \"%s\"",
							name, clv_number(&number, prior->sd[i]));
	}
	return CLV_OK;
}

static ClvStatus
clv_covariance_check(const ClvFitted *fit, ClvError *err)
{
	ClvNumber	number;
	int			i,
				j;

	for (i = 0; fit->has_cov && i < clv_param_count(fit); i++)
	{
		for (j = 0; j <= i; j++)
		{
			if (!isfinite(fit->cov[CLV_PACK(i, j)]))
				return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
								"covariance must be finite");
		}
		if (fit->cov[CLV_PACK(i, i)] < 0)
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"variance must not be negative, but is \"%s\"",
							clv_number(&number, fit->cov[CLV_PACK(i, i)]));
	}
	return CLV_OK;
}

/*
 * A fit stays above the infimum of each parameter, and its covariance is that
 * of phi, which has none below it.
 */
static ClvStatus
clv_lower_check(const ClvFitted *fit, ClvError *err)
{
	char		name[CLV_PARAM_NAME];
	ClvNumber	number[2];
	int			i;

	for (i = 0; fit->has_cov && i < clv_param_count(fit); i++)
	{
		double		lower = clv_fitted_param(fit, i)->lower;

		if (clv_is_whole(fit->model, i) || fit->par[i] >= lower)
			continue;
		clv_param_name(fit, i, name);
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"parameter %s of a fit with a covariance must be at least %s, but is %s",
						name, clv_number(&number[0], lower),
						clv_number(&number[1], fit->par[i]));
	}
	return CLV_OK;
}

static ClvStatus
clv_fitted_check(const ClvFitted *fit, ClvError *err)
{
	ClvNumber	number;
	const char *c;

	if (!isfinite(fit->loglik))
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"log-likelihood must be finite, but is \"%s\"",
						clv_number(&number, fit->loglik));
	if (fit->customers < 1 || fit->excluded < 0 || fit->iterations < 0 ||
		fit->evaluations < 0)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"counts of a fit are out of range");
	if (fit->limit < -1 || fit->limit >= clv_param_count(fit) ||
		(fit->limit >= 0 && fit->status != CLV_BOUNDARY))
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"only a fit at a boundary has a limit parameter");
	if (fit->groups < 0 || (fit->groups > 0 && !fit->has_prior) ||
		(fit->groups > 0 && fit->loglik != 0.0))
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"only a model with a prior and without a likelihood is of a pool of groups");
	if (fit->at_covariates &&
		(fit->groups > 0 || fit->ncov > 0 || fit->loglik != 0.0))
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"only a plain model without a likelihood is of customers with some covariates");
	if (fit->undetermined &&
		(fit->model->kind != CLV_TRANSACTION || fit->status != CLV_BOUNDARY ||
		 fit->has_prior || fit->has_cov))
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"only a transaction model at a boundary, without a prior or a covariance, is undetermined");
	if (fit->groups > 0 && fit->ncov > 0)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"a model with covariates is not of a pool of groups");
	for (c = fit->message; *c; c++)
	{
		if (*c < ' ' || *c > '~')
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"message of a fit must be printable ASCII");
	}
	if (fit->has_prior && clv_prior_check(fit, &fit->prior, err) != CLV_OK)
		return CLV_BAD_ARGUMENT;
	if (clv_lower_check(fit, err) != CLV_OK)
		return CLV_BAD_ARGUMENT;
	return clv_covariance_check(fit, err);
}

/* The model takes as many covariates as there are, with finite coefficients. */
static ClvStatus
clv_coefficients_check(const ClvFitted *fit, ClvError *err)
{
	char		name[CLV_PARAM_NAME];
	ClvNumber	number;
	int			i;

	if (fit->ncov > 0 && fit->model->covariate == NULL)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"model \"%s\" takes no covariates", fit->model->name);
	if (clv_covariate_names_check(fit->covariate, fit->ncov, err) != CLV_OK)
		return CLV_BAD_ARGUMENT;
	for (i = fit->model->nparam; i < clv_param_count(fit); i++)
	{
		if (isfinite(fit->par[i]))
			continue;
		clv_param_name(fit, i, name);
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"coefficient %s must be finite, but is \"%s\"", name,
						clv_number(&number, fit->par[i]));
	}
	return CLV_OK;
}

ClvStatus
clv_unit_days_check(double unit_days, ClvError *err)
{
	ClvNumber	number;

	if (isfinite(unit_days) && unit_days > 0)
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT,
					"It is the length in days of the unit of recency and t: 7 for weeks.",
					"unit_days must be finite and above 0, but is \"%s\"",
					clv_number(&number, unit_days));
}

ClvStatus
clv_model_value_check(const ClvModelValue *value, ClvError *err)
{
	ClvStatus	status = clv_unit_days_check(value->unit_days, err);

	if (status == CLV_OK)
		status = clv_model_check(value->fit.model, value->fit.par, err);
	if (status == CLV_OK)
		status = clv_coefficients_check(&value->fit, err);
	if (status != CLV_OK || !value->is_fitted)
		return status;
	return clv_fitted_check(&value->fit, err);
}
