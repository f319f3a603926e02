/*
 * covariates_measure.c
 *		What covariates are like over customers, and which of them to use.
 *
 * Three passes over the groups, in slices: the range of each covariate, the
 * means, and the products of differences from these.  All but the range is of
 * v over its largest absolute value, so that nothing overflows.
 */
#include "fit/covariates_fit.h"

#include <float.h>
#include <math.h>

#define GROUPS_A_STEP	8192

/*
 * A covariate whose variance is to less than this part that of the others, by
 * linear regression, tells nothing beside them: 1 / 100,000 of its standard
 * deviation is its own.
 */
#define OWN_VARIANCE	1e-10

static void
take_range(ClvCovariates *c, size_t g)
{
	const ClvGroup *group = &c->base->group[g];
	int			k;

	for (k = 0; k < c->ncov; k++)
	{
		c->low[k] = g > 0 ? fmin(c->low[k], group->v[k]) : group->v[k];
		c->high[k] = g > 0 ? fmax(c->high[k], group->v[k]) : group->v[k];
	}
	c->end[g] = clv_covariates_group_units(group) + (g > 0 ? c->end[g - 1] : 0);
}

/* The part of all customers that are in a group. */
static double
share_of(const ClvCovariates *c, const ClvGroup *group)
{
	return group->base->customers / (double) c->base->customers;
}

static void
add_to_mean(ClvCovariates *c, size_t g)
{
	const ClvGroup *group = &c->base->group[g];
	double		share = share_of(c, group);
	int			k;

	for (k = 0; k < c->ncov; k++)
		c->small_mean[k] += share * (group->v[k] / c->largest[k]);
}

static void
add_products(ClvCovariates *c, size_t g)
{
	const ClvGroup *group = &c->base->group[g];
	double		share = share_of(c, group);
	double		from_mean[CLV_MAX_COVARIATES];
	double	   *product = c->product;
	int			k;
	int			l;

	for (k = 0; k < c->ncov; k++)
	{
		from_mean[k] = group->v[k] / c->largest[k] - c->small_mean[k];
		for (l = 0; l <= k; l++)
			*product++ += share * from_mean[k] * from_mean[l];
	}
}

static void
set_largest(ClvCovariates *c)
{
	int			k;

	for (k = 0; k < c->ncov; k++)
	{
		c->largest[k] = fmax(fabs(c->low[k]), fabs(c->high[k]));
		if (c->largest[k] == 0.0)
			c->largest[k] = 1.0;
	}
}

/* One that is the same for all has exactly that mean, and a deviation of 0. */
static void
set_deviations(ClvCovariates *c)
{
	int			k;

	for (k = 0; k < c->ncov; k++)
	{
		c->mean[k] = c->low[k];
		c->sd[k] = 0.0;
		if (c->low[k] == c->high[k])
			continue;
		c->mean[k] = c->small_mean[k] * c->largest[k];
		c->sd[k] = sqrt(c->product[CLV_PACK(k, k)]) * c->largest[k];
		if (c->sd[k] < DBL_MIN)
			c->sd[k] = 0.0;		/* in its units there is no telling */
	}
}

static double
correlation(const ClvCovariates *c, int k, int l)
{
	return c->product[CLV_PACK(k, l)] /
		(sqrt(c->product[CLV_PACK(k, k)]) * sqrt(c->product[CLV_PACK(l, l)]));
}

/*
 * Choose those to be used: in their order, by the factor of Cholesky of their
 * correlations, whose diagonal is what each has of its own.
 */
static void
choose(ClvCovariates *c)
{
	double		factor[CLV_MAX_COVARIATES][CLV_MAX_COVARIATES];
	int			k;
	int			i;
	int			j;

	c->used = 0;
	c->unused = -1;
	for (k = 0; k < c->ncov; k++)
	{
		double	   *row = factor[c->used];
		double		own = c->sd[k] > 0.0 ? 1.0 : 0.0;

		for (i = 0; i < c->used; i++)
		{
			bool		varies = own > 0.0 && c->sd[c->which[i]] > 0.0;

			row[i] = varies ? correlation(c, k, c->which[i]) : 0.0;
			for (j = 0; j < i; j++)
				row[i] -= row[j] * factor[i][j];
			row[i] /= factor[i][i];
			own -= row[i] * row[i];
		}
		if (c->all || own > OWN_VARIANCE)
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

/* A slice of the work; true when it is finished. */
bool
clv_covariates_measure(ClvCovariates *c)
{
	static void (*const pass[]) (ClvCovariates *, size_t) = {
		take_range, add_to_mean, add_products
	};
	static void (*const after[]) (ClvCovariates *) = {
		set_largest, NULL, set_deviations
	};
	const int	passes = sizeof(pass) / sizeof(pass[0]);
	size_t		left = c->base->ngroup - c->done;
	size_t		stop = c->done + (left < GROUPS_A_STEP ? left : GROUPS_A_STEP);

	for (; c->done < stop; c->done++)
		pass[c->pass] (c, c->done);
	if (c->done < c->base->ngroup)
		return false;
	if (after[c->pass] != NULL)
		after[c->pass] (c);
	c->done = 0;
	if (++c->pass < passes)
		return false;
	choose(c);
	return true;
}
