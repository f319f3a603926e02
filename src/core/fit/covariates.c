/*
 * covariates.c
 *		Parameters that depend on customers' static covariates.
 *
 * ln theta of a customer is linear in ln theta of v = 0 and in the
 * coefficients, so that its covariance follows from theirs without an
 * approximation, and so does a prior.
 */
#include "fit/covariates.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/param.h"
#include "models/list.h"

static bool
valid_name(const char *name)
{
	const char *c;

	for (c = name; *c >= ' ' && *c <= '~'; c++)
		;
	return *c == '\0' && c > name && c - name < CLV_MAX_COVARIATE_NAME;
}

ClvStatus
clv_covariate_names_check(const ClvCovariateName *name, int n, ClvError *err)
{
	int			i;
	int			j;

	for (i = 0; i < n; i++)
	{
		if (!valid_name(name[i]))
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"the name of a covariate must be 1 to %d characters of printable ASCII",
							CLV_MAX_COVARIATE_NAME - 1);
		for (j = 0; j < i; j++)
		{
			if (strcmp(name[i], name[j]) == 0)
				return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
								"two covariates have the name \"%s\"", name[i]);
		}
	}
	return CLV_OK;
}

/* Which models do? */
static ClvStatus
takes_none(const ClvModel *model, ClvError *err)
{
	char		hint[256] = "Those that do are:";
	size_t		used = strlen(hint);
	const char *comma = "";
	int			i;

	for (i = 0; clv_models[i] != NULL && used < sizeof(hint); i++)
	{
		if (clv_models[i]->covariate == NULL)
			continue;
		used += snprintf(hint + used, sizeof(hint) - used, "%s %s", comma,
						 clv_models[i]->name);
		comma = ",";
	}
	if (used < sizeof(hint))
		snprintf(hint + used, sizeof(hint) - used, ".");
	return clv_fail(err, CLV_BAD_ARGUMENT, hint,
					"model \"%s\" takes no covariates", model->name);
}

ClvStatus
clv_covariates_check(const ClvModel *model, const ClvBase *base,
					 const ClvCovariateName *name, int n, ClvError *err)
{
	if (n > 0 && model->covariate == NULL)
		return takes_none(model, err);
	if (n > 0 && n != base->ncov)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Name each element of the array that clv.cbs was given, in its order.",
						"%d covariates are named, but the base has %d",
						n, base->ncov);
	return clv_covariate_names_check(name, n, err);
}

/* The place of parameter k among those that covariates move, or -1. */
static int
moved_rank(const ClvModel *model, int k)
{
	int			rank = 0;
	int			i;

	if (model->covariate == NULL || model->covariate[k] == 0)
		return -1;
	for (i = 0; i < k; i++)
		rank += model->covariate[i] != 0;
	return rank;
}

int
clv_param_count(const ClvFitted *fit)
{
	const ClvModel *model = fit->model;
	int			moved = 0;
	int			i;

	for (i = 0; fit->ncov > 0 && i < model->nparam; i++)
		moved += model->covariate[i] != 0;
	return model->nparam + moved * fit->ncov;
}

int
clv_real_count(const ClvFitted *fit)
{
	return clv_param_count(fit) - (fit->model->most > 0 ? 1 : 0);
}

int
clv_coefficient_of(const ClvFitted *fit, int i, int *covariate)
{
	const ClvModel *model = fit->model;
	int			rank = (i - model->nparam) / fit->ncov;
	int			k;

	*covariate = (i - model->nparam) % fit->ncov;
	for (k = 0; moved_rank(model, k) != rank; k++)
		;
	return k;
}

void
clv_param_name(const ClvFitted *fit, int i, char *out)
{
	int			covariate;
	int			k;

	if (i < fit->model->nparam)
	{
		snprintf(out, CLV_PARAM_NAME, "%s", fit->model->param[i].name);
		return;
	}
	k = clv_coefficient_of(fit, i, &covariate);
	snprintf(out, CLV_PARAM_NAME, "%s.%s", fit->model->param[k].name,
			 fit->covariate[covariate]);
}

const ClvParam *
clv_fitted_param(const ClvFitted *fit, int i)
{
	return i < fit->model->nparam ? &fit->model->param[i] : &clv_coefficient_param;
}

/* The first coefficient of parameter p, or -1. */
static int
coefficients_at(const ClvFitted *fit, int p)
{
	int			rank = p < fit->model->nparam ? moved_rank(fit->model, p) : -1;

	return rank < 0 ? -1 : fit->model->nparam + rank * fit->ncov;
}

/* s gamma'v of parameter k. */
static double
shift_of(const ClvFitted *fit, const double *v, int k, const double *coefficient)
{
	int			at = coefficients_at(fit, k);
	double		sum = 0.0;
	int			c;

	for (c = 0; at >= 0 && c < fit->ncov; c++)
		sum += fit->model->covariate[k] * coefficient[at + c] * v[c];
	return sum;
}

/* Covariance of coefficient or parameter p with parameter k at v. */
static double
cov_with_moved(const ClvFitted *fit, const double *v, int p, int k)
{
	int			at = coefficients_at(fit, k);
	double		sum = fit->cov[CLV_PACK(p, k)];
	int			c;

	for (c = 0; at >= 0 && c < fit->ncov; c++)
		sum += fit->model->covariate[k] * v[c] * fit->cov[CLV_PACK(p, at + c)];
	return sum;
}

/* Covariance of p and k, both at v. */
static double
cov_of_moved(const ClvFitted *fit, const double *v, int p, int k)
{
	int			at = coefficients_at(fit, p);
	double		sum = cov_with_moved(fit, v, p, k);
	int			c;

	for (c = 0; at >= 0 && c < fit->ncov; c++)
		sum += fit->model->covariate[p] * v[c] *
			cov_with_moved(fit, v, at + c, k);
	return sum;
}

bool
clv_covariates_shift(const ClvFitted *fit, const double *v, bool own,
					 ClvFitted *to)
{
	const ClvModel *model = fit->model;
	int			n = own ? model->nparam : clv_param_count(fit);
	bool		in_range = true;
	int			i;
	int			j;

	for (i = 0; i < model->nparam; i++)
	{
		to->par[i] = fit->par[i] * exp(shift_of(fit, v, i, fit->par));
		in_range = in_range && to->par[i] > 0.0 && isfinite(to->par[i]);
	}
	for (; i < n; i++)
		to->par[i] = fit->par[i];
	for (i = 0; fit->has_cov && i < n; i++)
	{
		for (j = 0; j <= i; j++)
			to->cov[CLV_PACK(i, j)] = j < model->nparam ?
				cov_of_moved(fit, v, i, j) : fit->cov[CLV_PACK(i, j)];
	}
	return in_range;
}

/* The prior of theta at v: ln theta is a sum of normals there as well. */
static void
shift_prior(const ClvFitted *fit, const double *v, ClvPrior *out)
{
	const ClvPrior *prior = &fit->prior;
	int			k;
	int			c;

	for (k = 0; k < fit->model->nparam; k++)
	{
		int			at = coefficients_at(fit, k);
		double		sd = prior->sd[k];

		for (c = 0; at >= 0 && c < fit->ncov; c++)
			sd = hypot(sd, prior->sd[at + c] * v[c]);
		out->sd[k] = sd;
		out->median[k] = prior->median[k] *
			exp(shift_of(fit, v, k, prior->median));
	}
}

ClvStatus
clv_fitted_at(const ClvFitted *fit, const double *v, ClvFitted *out,
			  ClvError *err)
{
	ClvNumber	number;
	int			c;

	if (fit->ncov == 0)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Fit it to a base with covariates: clv.cbs(frequency, recency, t, monetary, covariates).",
						"model \"%s\" was fitted without covariates",
						fit->model->name);
	for (c = 0; c < fit->ncov; c++)
	{
		if (!isfinite(v[c]))
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"covariate \"%s\" must be finite, but is \"%s\"",
							fit->covariate[c], clv_number(&number, v[c]));
	}
	out->model = fit->model;
	out->ncov = 0;
	out->has_cov = fit->has_cov;
	out->loglik = 0.0;
	out->customers = fit->customers;
	out->excluded = fit->excluded;
	out->iterations = fit->iterations;
	out->evaluations = fit->evaluations;
	out->status = fit->status;
	out->limit = fit->limit < fit->model->nparam ? fit->limit : -1;
	snprintf(out->message, sizeof(out->message), "%s", fit->message);
	out->has_prior = fit->has_prior;
	out->groups = 0;
	out->at_covariates = true;
	out->undetermined = fit->undetermined;
	if (fit->has_prior)
		shift_prior(fit, v, &out->prior);
	if (clv_covariates_shift(fit, v, true, out))
		return CLV_OK;
	return clv_fail(err, CLV_OUT_OF_RANGE,
					"Are the covariates in the same units and the same order as those of the fit?",
					"parameters of model \"%s\" are out of range for these covariates",
					fit->model->name);
}
