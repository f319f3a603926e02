/*
 * covariates_fit.c
 *		A model with the coefficients of its covariates, to be fitted.
 *
 * What is fitted are the parameters of a customer with mean covariates and
 * coefficients of standardised ones: a fit then takes the same path whatever
 * the units of the covariates are and wherever they have their zero.
 */
#include "fit/covariates_fit.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/optimum.h"
#include "model/param.h"

const ClvModel *
clv_covariates_model(const ClvCovariates *c)
{
	return &c->model;
}

void
clv_covariates_free(ClvCovariates *c)
{
	if (c == NULL)
		return;
	free(c->end);
	free(c->text);
	free(c);
}

/* As if covariates made no difference. */
static bool
covariates_start(const ClvModel *model, const ClvMoments *moments, int attempt,
				 double *par)
{
	const ClvCovariates *c = (const ClvCovariates *) model;
	int			i;

	for (i = c->plain->nparam; i < model->nparam; i++)
		par[i] = 0.0;
	return c->plain->start(c->plain, moments, attempt, par);
}

/* The plain model's parameters, and the coefficients of those it moves. */
static void
set_params(ClvCovariates *c)
{
	int			n = c->plain->nparam;
	int			k;
	int			u;

	for (k = 0; k < n; k++)
	{
		c->param[k] = c->plain->param[k];
		c->owner[k] = k;
	}
	for (k = 0; k < c->plain->nparam; k++)
	{
		for (u = 0; c->plain->covariate[k] != 0 && u < c->used; u++, n++)
		{
			const char *name = c->covariate[c->which[u]];
			ClvCoefficientText *text = &c->text[n];

			snprintf(text->name, sizeof(text->name), "%s.%s",
					 c->plain->param[k].name, name);
			snprintf(text->sharp, sizeof(text->sharp),
					 "%s tells customers apart so sharply that no finite effect on %s is likeliest",
					 name, c->plain->param[k].name);
			c->param[n] = clv_coefficient_param;
			c->param[n].name = text->name;
			c->param[n].falls = text->sharp;
			c->param[n].grows = text->sharp;
			c->owner[n] = k;
		}
	}
	c->model.nparam = n;
	c->model.param = c->param;
}

ClvCovariates *
clv_covariates_new(const ClvModel *plain, const ClvBase *base,
				   const ClvCovariateName *name, bool all)
{
	ClvCovariates *c = calloc(1, sizeof(ClvCovariates));

	if (c == NULL)
		return NULL;
	c->plain = plain;
	c->base = base;
	c->ncov = base->ncov;
	c->all = all;
	memcpy(c->covariate, name, base->ncov * sizeof(ClvCovariateName));
	c->text = malloc(CLV_MAX_PARAM * sizeof(ClvCoefficientText));
	c->end = malloc(base->ngroup * sizeof(size_t));
	if (c->text == NULL || c->end == NULL)
	{
		clv_covariates_free(c);
		return NULL;
	}
	c->model = *plain;
	c->model.covariate = NULL;
	c->model.start = covariates_start;
	clv_covariates_set_sums(c);
	return c;
}

ClvStatus
clv_covariates_step(ClvCovariates *c)
{
	if (!clv_covariates_measure(c))
		return CLV_CONTINUE;
	set_params(c);
	return CLV_OK;
}

/* What a unit of a covariate is of its standard deviation; a constant's is 1. */
static double
unit_of(const ClvCovariates *c, int k)
{
	return c->sd[k] > 0.0 ? 1.0 / c->sd[k] : 1.0;
}

/* The covariate of coefficient i. */
static int
covariate_of(const ClvCovariates *c, int i)
{
	return c->which[(i - c->plain->nparam) % c->used];
}

void
clv_covariates_row(const ClvCovariates *c, int i, double *row)
{
	int			n = c->plain->nparam;
	int			j;

	memset(row, 0, c->model.nparam * sizeof(double));
	if (i >= n)
	{
		row[i] = unit_of(c, covariate_of(c, i));
		return;
	}
	row[i] = 1.0;
	for (j = n; j < c->model.nparam; j++)
	{
		int			k = covariate_of(c, j);

		if (c->owner[j] == i)
			row[j] = -c->plain->covariate[i] * c->mean[k] * unit_of(c, k);
	}
}

/* The place of parameter i among all, those left out included. */
static int
place_of(const ClvCovariates *c, int i)
{
	int			n = c->plain->nparam;

	if (i < n)
		return i;
	return n + (i - n) / c->used * c->ncov + covariate_of(c, i);
}

/* Put parameters in their places, by a unit of each covariate. */
static void
spread_out(const ClvCovariates *c, const ClvFitted *from, ClvFitted *to)
{
	double		scale[CLV_MAX_PARAM];
	int			i;
	int			j;

	for (i = 0; i < c->model.nparam; i++)
	{
		scale[i] = i < c->plain->nparam ? 1.0 : unit_of(c, covariate_of(c, i));
		to->par[place_of(c, i)] = scale[i] * from->par[i];
		for (j = 0; j <= i; j++)
			to->cov[CLV_PACK(place_of(c, i), place_of(c, j))] =
				scale[i] * from->cov[CLV_PACK(i, j)] * scale[j];
	}
}

/* Not what was asked for: the message says why. */
static void
not_converged(ClvFitted *fitted)
{
	fitted->status = CLV_NOT_CONVERGED;
	fitted->limit = -1;
	fitted->has_cov = false;
	memset(fitted->cov, 0, sizeof(fitted->cov));
}

/* Some coefficients mean nothing. */
static void
tell_unused(const ClvCovariates *c, ClvFitted *fitted)
{
	const char *name = c->covariate[c->unused];

	not_converged(fitted);
	if (c->is_constant)
		snprintf(fitted->message, sizeof(fitted->message),
				 "covariate %s is the same for all customers: its coefficients are held at 0",
				 name);
	else
		snprintf(fitted->message, sizeof(fitted->message),
				 "covariate %s follows from those before it: its coefficients are held at 0",
				 name);
}

/*
 * Zero is so far from the covariates that nothing can be said of it: what is
 * left is the fit without them.
 */
static void
tell_far(const ClvCovariates *c, const ClvFitted *plain, ClvFitted *fitted)
{
	not_converged(fitted);
	memset(fitted->par, 0, sizeof(fitted->par));
	memcpy(fitted->par, plain->par, c->plain->nparam * sizeof(double));
	fitted->loglik = plain->loglik;
	snprintf(fitted->message, sizeof(fitted->message),
			 "parameters of a customer whose covariates are all 0 are out of range, and this is the fit without covariates: take the mean off each of them before the fit");
}

/*
 * How far apart coefficient i takes customers with the least and the largest
 * value of its covariate; 0 if the parameter has gone far for both.
 */
static double
apart(const ClvCovariates *c, const double *phi, int i)
{
	int			k = covariate_of(c, i);
	int			owner = c->owner[i];
	double		by = c->plain->covariate[owner] * phi[i] * unit_of(c, k);
	double		low = phi[owner] + by * (c->low[k] - c->mean[k]);
	double		high = phi[owner] + by * (c->high[k] - c->mean[k]);

	if (low * high > 0.0 && fmin(fabs(low), fabs(high)) > CLV_FAR_PHI)
		return 0.0;
	return fabs(high - low);
}

/*
 * A parameter that has gone far may have done so for some customers alone,
 * such as a group of whom nobody ever bought again: the others have kept
 * theirs, and it is a coefficient that has no limit.
 */
static void
tell_sharp(const ClvCovariates *c, const double *phi, ClvFitted *fitted)
{
	int			sharpest = -1;
	double		most = CLV_FAR_PHI;
	int			i;

	if (fitted->status != CLV_BOUNDARY ||
		c->plain->covariate[c->owner[fitted->limit]] == 0)
		return;
	for (i = c->plain->nparam; i < c->model.nparam; i++)
	{
		double		far = apart(c, phi, i);

		if (far > most)
		{
			most = far;
			sharpest = i;
		}
	}
	if (sharpest < 0)
		return;
	fitted->limit = sharpest;
	snprintf(fitted->message, sizeof(fitted->message), "%s %s without limit: %s",
			 c->param[sharpest].name, phi[sharpest] > 0.0 ? "grows" : "falls",
			 c->param[sharpest].grows);
}

/* Are the variances of all coefficients numbers, by a unit of each covariate? */
static bool
has_errors(const ClvFitted *fitted)
{
	int			i;

	for (i = fitted->model->nparam; i < clv_param_count(fitted); i++)
	{
		double		variance = fitted->cov[CLV_PACK(i, i)];

		if (!(variance >= DBL_MIN && variance <= DBL_MAX))
			return false;
	}
	return true;
}

static void
tell_units(ClvFitted *fitted)
{
	not_converged(fitted);
	snprintf(fitted->message, sizeof(fitted->message),
			 "standard errors are out of range: take other units for the covariates");
}

void
clv_covariates_result(const ClvCovariates *c, const double *phi,
					  const ClvFitted *plain, ClvFitted *fitted)
{
	ClvFitted	there = *fitted;
	double		origin[CLV_MAX_COVARIATES];
	int			k;

	tell_sharp(c, phi, fitted);
	fitted->model = c->plain;
	fitted->ncov = c->ncov;
	memcpy(fitted->covariate, c->covariate, sizeof(fitted->covariate));
	if (fitted->limit >= 0)
		fitted->limit = place_of(c, fitted->limit);
	memset(fitted->par, 0, sizeof(fitted->par));
	memset(fitted->cov, 0, sizeof(fitted->cov));
	spread_out(c, &there, fitted);

	there = *fitted;
	for (k = 0; k < c->ncov; k++)
		origin[k] = -c->mean[k];
	if (!clv_covariates_shift(&there, origin, false, fitted))
		tell_far(c, plain, fitted);
	else if (c->unused >= 0 && fitted->status == CLV_CONVERGED)
		tell_unused(c, fitted);
	else if (fitted->has_cov && !has_errors(fitted))
		tell_units(fitted);
}
