/*
 * covariates_sums.c
 *		The likelihood of a base with covariates, for fitting.
 *
 * The customers who share their covariates are a base of the plain model, with
 * parameters theta e^(s gamma'v); the likelihood of all is the sum of those of
 * these groups, and its derivatives follow by the chain rule.  Each group's
 * sums are complete before they are added, so that the total does not depend
 * on how the units are cut.
 *
 * With u = (1, v), the derivatives by what moves ln theta_k, which are ln
 * theta_k itself and its coefficients, are u times that by ln theta_k, and the
 * second ones u u' times a number: so only the sums of these are taken, for
 * each two parameters of the model, and put in their places in the end.
 */
#include "fit/covariates_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/twofold.h"

/* Groups are summed plainly inside a block, with compensation between blocks. */
#define BLOCK		32

/*
 * A unit is a cell, of which the plain model makes no more than four units;
 * there is as much to be done for a group, besides, as for so many.
 */
#define GROUP_UNITS	16

typedef struct Work
{
	const ClvCovariates *c;
	double		par[CLV_MAX_PARAM];

	/* the group that is under way */
	size_t		now;
	size_t		at;				/* the next unit */
	void	   *group;			/* its work, of the plain model */
	size_t		units;			/* of that */
	double		u[1 + CLV_MAX_COVARIATES];
	double		theta[CLV_MAX_OWN];	/* its parameters */
	ClvSums		sums;

	/* all before it; first and second derivatives as add_group() has them */
	ClvTwofold	loglik;
	size_t		nsum;
	double	   *block;
	ClvTwofold *total;
} Work;

size_t
clv_covariates_group_units(const ClvGroup *group)
{
	return GROUP_UNITS + group->base->ncell;
}

/* How much of u moves ln theta of parameter k. */
static int
reach_of(const ClvCovariates *c, int k)
{
	return c->plain->covariate[k] != 0 ? 1 + c->used : 1;
}

/* How much of u u' there is for two parameters: (i, j), j <= i, in range. */
static void
reaches_of(const ClvCovariates *c, int k, int l, int *i, int *j)
{
	int			a = reach_of(c, k);
	int			b = reach_of(c, l);

	*i = a > b ? a : b;
	*j = a > b ? b : a;
}

static size_t
count_sums(const ClvCovariates *c)
{
	size_t		n = 0;
	int			k;
	int			l;

	for (k = 0; k < c->plain->nparam; k++)
	{
		n += reach_of(c, k);
		for (l = 0; l <= k; l++)
		{
			int			i;
			int			j;

			reaches_of(c, k, l, &i, &j);
			n += j > 1 ? CLV_PACKED(i) : i;
		}
	}
	return n;
}

static void
drop_group(Work *w)
{
	if (w->group != NULL)
		w->c->plain->likelihood->work_free(w->group);
	w->group = NULL;
}

static void
covariates_work_free(void *work)
{
	Work	   *w = work;

	if (w == NULL)
		return;
	drop_group(w);
	free(w->block);
	free(w->total);
	free(w);
}

static void *
covariates_work_new(const ClvModel *model, const ClvBase *base)
{
	const ClvCovariates *c = (const ClvCovariates *) model;
	Work	   *w = calloc(1, sizeof(Work));

	if (w == NULL)
		return NULL;
	w->c = c;
	w->nsum = count_sums(c);
	w->block = calloc(w->nsum, sizeof(double));
	w->total = calloc(w->nsum, sizeof(ClvTwofold));
	if (w->block != NULL && w->total != NULL)
		return w;
	covariates_work_free(w);
	return NULL;
}

static size_t
covariates_units(const void *work)
{
	const ClvCovariates *c = ((const Work *) work)->c;

	return c->end[c->base->ngroup - 1];
}

static ClvStatus
covariates_begin(void *work, const double *par)
{
	Work	   *w = work;

	memcpy(w->par, par, w->c->model.nparam * sizeof(double));
	drop_group(w);
	w->now = 0;
	w->at = 0;
	memset(&w->loglik, 0, sizeof(w->loglik));
	memset(w->block, 0, w->nsum * sizeof(double));
	memset(w->total, 0, w->nsum * sizeof(ClvTwofold));
	return CLV_OK;
}

/*
 * Make the work of the group that is next, and set its parameters.  It is made
 * for each evaluation: groups may be as many as customers, and to make one is
 * little beside its likelihood.
 */
static ClvStatus
begin_group(Work *w)
{
	const ClvCovariates *c = w->c;
	const ClvGroup *group = &c->base->group[w->now];
	const double *coefficient = w->par + c->plain->nparam;
	int			k;
	int			i;

	w->group = c->plain->likelihood->work_new(c->plain, group->base);
	if (w->group == NULL)
		return CLV_NO_MEMORY;
	w->units = c->plain->likelihood->units(w->group);
	w->u[0] = 1.0;
	for (i = 0; i < c->used; i++)
		w->u[1 + i] = clv_standardised(c, group, c->which[i]);
	for (k = 0; k < c->plain->nparam; k++)
	{
		double		move = 0.0;

		for (i = 1; i < reach_of(c, k); i++)
			move += *coefficient++ * w->u[i];
		w->theta[k] = w->par[k] * exp(c->plain->covariate[k] * move);
	}
	clv_sums_clear(&w->sums, c->plain->nparam);
	return c->plain->likelihood->begin(w->group, w->theta);
}

/*
 * Add the group's derivatives, by logarithms but for the second one by theta_k
 * itself twice, where the bend of the exponential function cancels.
 */
static void
add_group(Work *w)
{
	const ClvCovariates *c = w->c;
	const double *u = w->u;
	double	   *sum = w->block;
	int			k;
	int			l;

	w->loglik = clv_twofold_plus(w->loglik, w->sums.loglik);
	for (k = 0; k < c->plain->nparam; k++)
	{
		double		by_log = w->theta[k] * w->sums.grad[k];
		int			reach = reach_of(c, k);
		int			i;
		int			j;

		for (i = 0; i < reach; i++)
			*sum++ += by_log * u[i];
		for (l = 0; l <= k; l++)
		{
			double		bend = w->theta[k] * w->sums.hess[CLV_PACK(k, l)] * w->theta[l];
			int			shorter;

			*sum++ += bend;
			if (k == l)
				bend += by_log;
			reaches_of(c, k, l, &reach, &shorter);
			for (i = 1; i < reach; i++)
			{
				double		by_u = bend * u[i];
				int			stop = i < shorter ? i + 1 : shorter;

				for (j = 0; j < stop; j++)
					sum[j] += by_u * u[j];
				sum += stop;
			}
		}
	}
}

static void
flush_block(Work *w)
{
	size_t		i;

	for (i = 0; i < w->nsum; i++)
		w->total[i] = clv_twofold_plus(w->total[i], w->block[i]);
	memset(w->block, 0, w->nsum * sizeof(double));
}

/* The parameter by which part i of u moves ln theta_k. */
static int
place_of(const ClvCovariates *c, int k, int i)
{
	int			place = c->plain->nparam + i - 1;
	int			l;

	if (i == 0)
		return k;
	for (l = 0; l < k; l++)
		place += reach_of(c, l) - 1;
	return place;
}

/* The derivative of ln theta_k by it. */
static double
slope_of(const Work *w, int k, int i)
{
	return i == 0 ? 1.0 / w->par[k] : w->c->plain->covariate[k];
}

/* Add a second derivative, by part i of u for theta_k, and j for theta_l. */
static void
put_second(const Work *w, int k, int i, int l, int j, double value, ClvSums *sums)
{
	const ClvCovariates *c = w->c;

	if (i < reach_of(c, k) && j < reach_of(c, l))
		sums->hess[CLV_PACK(place_of(c, k, i), place_of(c, l, j))] +=
			slope_of(w, k, i) * value * slope_of(w, l, j);
}

/* Put all totals in their places. */
static void
hand_over(const Work *w, ClvSums *sums)
{
	const ClvCovariates *c = w->c;
	const ClvTwofold *total = w->total;
	int			k;
	int			l;

	sums->loglik += w->loglik.hi;
	for (k = 0; k < c->plain->nparam; k++)
	{
		int			reach = reach_of(c, k);
		int			shorter;
		int			i;
		int			j;

		for (i = 0; i < reach; i++)
			sums->grad[place_of(c, k, i)] += slope_of(w, k, i) * (total++)->hi;
		for (l = 0; l <= k; l++)
		{
			reaches_of(c, k, l, &reach, &shorter);
			for (i = 0; i < reach; i++)
			{
				for (j = 0; j <= i && j < shorter; j++, total++)
				{
					put_second(w, k, i, l, j, total->hi, sums);
					if (k != l && i != j)
						put_second(w, k, j, l, i, total->hi, sums);
				}
			}
		}
	}
}

/* Where "unit" of the group's is among those of its work. */
static size_t
unit_of_work(const Work *w, size_t unit, size_t all)
{
	return unit < all ? unit * w->units / all : w->units;
}

static ClvStatus
covariates_slice(void *work, size_t from, size_t to, ClvSums *sums)
{
	Work	   *w = work;
	const ClvCovariates *c = w->c;

	from = w->at;
	while (from < to)
	{
		size_t		first = w->now > 0 ? c->end[w->now - 1] : 0;
		size_t		end = c->end[w->now];
		size_t		stop = to < end ? to : end;
		ClvStatus	status = w->group == NULL ? begin_group(w) : CLV_OK;

		if (status == CLV_OK)
			status = c->plain->likelihood->slice(w->group,
												 unit_of_work(w, from - first, end - first),
												 unit_of_work(w, stop - first, end - first),
												 &w->sums);
		w->at = from;
		if (status != CLV_OK)
			return status;
		if (stop == end)
		{
			add_group(w);
			drop_group(w);
			if (++w->now % BLOCK == 0 || w->now == c->base->ngroup)
				flush_block(w);
		}
		from = stop;
	}
	w->at = to;
	if (w->now == c->base->ngroup)
		hand_over(w, sums);
	return CLV_OK;
}

void
clv_covariates_set_sums(ClvCovariates *c)
{
	c->likelihood = *c->plain->likelihood;
	c->likelihood.work_new = covariates_work_new;
	c->likelihood.work_free = covariates_work_free;
	c->likelihood.units = covariates_units;
	c->likelihood.begin = covariates_begin;
	c->likelihood.slice = covariates_slice;
	c->model.likelihood = &c->likelihood;
}
