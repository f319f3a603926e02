/*
 * covariates_fit.c
 *		A model with the coefficients of its covariates, to be fitted.
 *
 * The customers who share their covariates are a base of the plain model, with
 * parameters theta e^(s gamma'v); the likelihood of all is the sum of those of
 * these groups, and its derivatives follow by the chain rule.  Each group's
 * sums are complete before they are added, so that the total does not depend
 * on how the units are cut.
 *
 * What is fitted are the parameters of a customer with mean covariates and
 * coefficients of standardised ones: a fit then takes the same path whatever
 * the units of the covariates are and wherever they have their zero.
 */
#include "covariates.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twofold.h"

/*
 * A covariate whose variance is to less than this part that of the others, by
 * linear regression, tells nothing beside them: 1 / 100,000 of its standard
 * deviation is its own.
 */
#define OWN_VARIANCE	1e-10

struct ClvCovariates
{
	ClvModel	model;			/* what is fitted; first: it is cast back */
	const ClvModel *plain;
	int			ncov;			/* of the base */
	ClvCovariateName covariate[CLV_MAX_COVARIATES];
	int			used;			/* of them, that the fit uses */
	int			which[CLV_MAX_COVARIATES];	/* they are */
	int			unused;			/* the first that it does not, or -1 */
	bool		is_constant;	/* that one is the same for all customers */
	double		mean[CLV_MAX_COVARIATES];
	double		sd[CLV_MAX_COVARIATES]; /* 0: constant */
	double	   *value;			/* standardised, the used ones by group */
	int			owner[CLV_MAX_PARAM];	/* which a parameter is, or moves */
	ClvParam	param[CLV_MAX_PARAM];
	struct Text *text;			/* of each parameter that is a coefficient */
};

/* What there is to say of a coefficient. */
typedef struct Text
{
	char		name[CLV_PARAM_NAME];
	char		sharp[160];
} Text;

typedef struct Work
{
	const ClvCovariates *c;
	const ClvBase *base;
	void	  **group;			/* of the plain model, by group */
	size_t	   *end;			/* of its units, among all */
	double		par[CLV_MAX_PARAM];

	/* the group that is under way */
	size_t		now;
	double		theta[CLV_MAX_OWN];	/* its parameters */
	ClvSums		sums;

	/* all before it */
	ClvTwofold	loglik;
	ClvTwofold	grad[CLV_MAX_PARAM];
	ClvTwofold	hess[CLV_PACKED(CLV_MAX_PARAM)];
} Work;

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
	free(c->value);
	free(c->text);
	free(c);
}

static void
covariates_work_free(void *work)
{
	Work	   *w = work;
	size_t		g;

	if (w == NULL)
		return;
	for (g = 0; w->group != NULL && g < w->base->ngroup; g++)
		w->c->plain->work_free(w->group[g]);
	free(w->group);
	free(w->end);
	free(w);
}

static void *
covariates_work_new(const ClvModel *model, const ClvBase *base)
{
	const ClvCovariates *c = (const ClvCovariates *) model;
	Work	   *w = calloc(1, sizeof(Work));
	size_t		units = 0;
	size_t		g;

	if (w == NULL)
		return NULL;
	w->c = c;
	w->base = base;
	w->group = calloc(base->ngroup, sizeof(void *));
	w->end = calloc(base->ngroup, sizeof(size_t));
	for (g = 0; w->group != NULL && w->end != NULL && g < base->ngroup; g++)
	{
		w->group[g] = c->plain->work_new(c->plain, base->group[g].base);
		if (w->group[g] == NULL)
			break;
		units += c->plain->units(w->group[g]);
		w->end[g] = units;
	}
	if (g == base->ngroup && w->group != NULL && w->end != NULL)
		return w;
	covariates_work_free(w);
	return NULL;
}

static size_t
covariates_units(const void *work)
{
	const Work *w = work;

	return w->end[w->base->ngroup - 1];
}

static ClvStatus
covariates_begin(void *work, const double *par)
{
	Work	   *w = work;
	int			n = w->c->model.nparam;

	memcpy(w->par, par, n * sizeof(double));
	w->now = 0;
	memset(&w->loglik, 0, sizeof(w->loglik));
	memset(w->grad, 0, n * sizeof(ClvTwofold));
	memset(w->hess, 0, CLV_PACKED(n) * sizeof(ClvTwofold));
	return CLV_OK;
}

/* Set the parameters of the group that is next. */
static ClvStatus
begin_group(Work *w)
{
	const ClvCovariates *c = w->c;
	const double *value = c->value + w->now * c->used;
	int			n = c->plain->nparam;
	double		move[CLV_MAX_OWN] = {0.0};
	int			i;

	for (i = n; i < c->model.nparam; i++)
		move[c->owner[i]] += w->par[i] * value[(i - n) % c->used];
	for (i = 0; i < n; i++)
		w->theta[i] = w->par[i] * exp(c->plain->covariate[i] * move[i]);
	clv_sums_clear(&w->sums, n);
	return c->plain->begin(w->group[w->now], w->theta);
}

/*
 * Add the group's sums, by the chain rule.  ln of a group's theta_k is linear
 * in ln theta_k, with slope 1, and in its coefficients, with slopes s v: so
 * are first derivatives in these, and of second derivatives by the parameters
 * themselves those of the exponential function remain.
 */
static void
end_group(Work *w)
{
	const ClvCovariates *c = w->c;
	const double *value = c->value + w->now * c->used;
	int			n = c->plain->nparam;
	double		slope[CLV_MAX_PARAM];	/* of ln theta */
	int			i;
	int			j;

	for (i = 0; i < n; i++)
		slope[i] = 1.0 / w->par[i];
	for (; i < c->model.nparam; i++)
		slope[i] = c->plain->covariate[c->owner[i]] * value[(i - n) % c->used];

	w->loglik = clv_twofold_plus(w->loglik, w->sums.loglik);
	for (i = 0; i < c->model.nparam; i++)
	{
		int			k = c->owner[i];
		double		by_log = w->theta[k] * w->sums.grad[k];

		w->grad[i] = clv_twofold_plus(w->grad[i], slope[i] * by_log);
		for (j = 0; j <= i; j++)
		{
			int			l = c->owner[j];
			double		bend = w->theta[k] * w->sums.hess[CLV_PACK(k, l)] * w->theta[l];

			/* twice by theta_k itself, the bend of the exponential cancels */
			if (k == l && i >= n)
				bend += by_log;
			w->hess[CLV_PACK(i, j)] =
				clv_twofold_plus(w->hess[CLV_PACK(i, j)],
								 slope[i] * bend * slope[j]);
		}
	}
}

static ClvStatus
covariates_slice(void *work, size_t from, size_t to, ClvSums *sums)
{
	Work	   *w = work;
	const ClvCovariates *c = w->c;
	int			n = c->model.nparam;
	int			i;

	while (from < to)
	{
		size_t		first = w->now > 0 ? w->end[w->now - 1] : 0;
		size_t		stop = to < w->end[w->now] ? to : w->end[w->now];
		ClvStatus	status = from == first ? begin_group(w) : CLV_OK;

		if (status == CLV_OK)
			status = c->plain->slice(w->group[w->now], from - first,
									 stop - first, &w->sums);
		if (status != CLV_OK)
			return status;
		if (stop == w->end[w->now])
		{
			end_group(w);
			w->now++;
		}
		from = stop;
	}
	if (to < covariates_units(w))
		return CLV_OK;
	sums->loglik += w->loglik.hi;
	for (i = 0; i < n; i++)
		sums->grad[i] += w->grad[i].hi;
	for (i = 0; i < CLV_PACKED(n); i++)
		sums->hess[i] += w->hess[i].hi;
	return CLV_OK;
}

/* As if covariates made no difference. */
static bool
covariates_start(const ClvModel *model, const ClvBase *base, int attempt,
				 double *par)
{
	const ClvCovariates *c = (const ClvCovariates *) model;
	int			i;

	for (i = c->plain->nparam; i < model->nparam; i++)
		par[i] = 0.0;
	return c->plain->start(c->plain, base, attempt, par);
}

/*
 * Mean and standard deviation of covariate k over customers, without overflow.
 * One that is the same for all has exactly that mean, and a deviation of 0.
 */
static void
measure(ClvCovariates *c, const ClvBase *base, int k)
{
	double		low = base->group[0].v[k];
	double		high = low;
	double		n = (double) base->customers;
	double		mean = 0.0;
	double		variance = 0.0;
	double		largest;
	size_t		g;

	for (g = 0; g < base->ngroup; g++)
	{
		low = fmin(low, base->group[g].v[k]);
		high = fmax(high, base->group[g].v[k]);
	}
	largest = fmax(fabs(low), fabs(high));
	c->mean[k] = low;
	c->sd[k] = 0.0;
	if (low == high)
		return;
	for (g = 0; g < base->ngroup; g++)
		mean += base->group[g].base->customers / n * (base->group[g].v[k] / largest);
	for (g = 0; g < base->ngroup; g++)
	{
		double		from_mean = base->group[g].v[k] / largest - mean;

		variance += base->group[g].base->customers / n * from_mean * from_mean;
	}
	c->mean[k] = mean * largest;
	c->sd[k] = sqrt(variance) * largest;
	if (c->sd[k] < DBL_MIN)
		c->sd[k] = 0.0;			/* in its units there is no telling */
}

static double
standardised(const ClvCovariates *c, const ClvBase *base, size_t g, int k)
{
	if (!(c->sd[k] > 0.0))
		return 0.0;
	return base->group[g].v[k] / c->sd[k] - c->mean[k] / c->sd[k];
}

static double
correlation(const ClvCovariates *c, const ClvBase *base, int k, int l)
{
	double		sum = 0.0;
	size_t		g;

	for (g = 0; g < base->ngroup; g++)
		sum += base->group[g].base->customers / (double) base->customers *
			standardised(c, base, g, k) * standardised(c, base, g, l);
	return sum;
}

/*
 * Choose those to be used: in their order, by the factor of Cholesky of their
 * correlations, whose diagonal is what each has of its own.
 */
static void
choose(ClvCovariates *c, const ClvBase *base, bool all)
{
	double		factor[CLV_MAX_COVARIATES][CLV_MAX_COVARIATES];
	int			k;
	int			i;
	int			j;

	c->unused = -1;
	for (k = 0; k < c->ncov; k++)
	{
		double	   *row = factor[c->used];
		double		own = c->sd[k] > 0.0 ? 1.0 : 0.0;

		for (i = 0; own > 0.0 && i < c->used; i++)
		{
			row[i] = correlation(c, base, k, c->which[i]);
			for (j = 0; j < i; j++)
				row[i] -= row[j] * factor[i][j];
			row[i] /= factor[i][i];
			own -= row[i] * row[i];
		}
		if (all || own > OWN_VARIANCE)
		{
			row[c->used] = sqrt(fmax(own, OWN_VARIANCE));
			c->which[c->used++] = k;
		}
		else if (c->unused < 0)
		{
			c->unused = k;
			c->is_constant = c->sd[k] == 0.0;
		}
	}
}

static bool
fill_values(ClvCovariates *c, const ClvBase *base)
{
	size_t		g;
	int			u;

	c->value = malloc((base->ngroup * c->used + 1) * sizeof(double));
	for (g = 0; c->value != NULL && g < base->ngroup; g++)
	{
		for (u = 0; u < c->used; u++)
			c->value[g * c->used + u] = standardised(c, base, g, c->which[u]);
	}
	return c->value != NULL;
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
			Text	   *text = &c->text[n];

			snprintf(text->name, sizeof(text->name), "%s.%s",
					 c->plain->param[k].name, name);
			snprintf(text->sharp, sizeof(text->sharp),
					 "%s tells customers apart so sharply that no finite effect on %s is likeliest",
					 name, c->plain->param[k].name);
			c->param[n].name = text->name;
			c->param[n].lower = -INFINITY;
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
	int			k;

	if (c == NULL)
		return NULL;
	c->plain = plain;
	c->ncov = base->ncov;
	memcpy(c->covariate, name, base->ncov * sizeof(ClvCovariateName));
	for (k = 0; k < c->ncov; k++)
		measure(c, base, k);
	choose(c, base, all);
	c->text = malloc(CLV_MAX_PARAM * sizeof(Text));
	if (c->text == NULL || !fill_values(c, base))
	{
		clv_covariates_free(c);
		return NULL;
	}
	c->model = *plain;
	c->model.covariate = NULL;
	c->model.work_new = covariates_work_new;
	c->model.work_free = covariates_work_free;
	c->model.units = covariates_units;
	c->model.begin = covariates_begin;
	c->model.slice = covariates_slice;
	c->model.start = covariates_start;
	set_params(c);
	return c;
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

/* Zero is so far from the covariates that nothing can be said of it. */
static void
tell_far(const ClvCovariates *c, ClvFitted *fitted)
{
	not_converged(fitted);
	memset(fitted->par + c->plain->nparam, 0,
		   (CLV_MAX_PARAM - c->plain->nparam) * sizeof(double));
	snprintf(fitted->message, sizeof(fitted->message),
			 "parameters of a customer whose covariates are all 0 are out of range: take the mean off each covariate before the fit");
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
clv_covariates_result(const ClvCovariates *c, ClvFitted *fitted)
{
	ClvFitted	there = *fitted;
	double		origin[CLV_MAX_COVARIATES];
	int			k;

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
	{
		*fitted = there;
		tell_far(c, fitted);
	}
	else if (c->unused >= 0 && fitted->status == CLV_CONVERGED)
		tell_unused(c, fitted);
	else if (fitted->has_cov && !has_errors(fitted))
		tell_units(fitted);
}
