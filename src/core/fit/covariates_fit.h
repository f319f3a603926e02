/*
 * covariates_fit.h
 *		What a model with coefficients is made of; for covariates_*.c alone.
 */
#ifndef CLV_COVARIATES_FIT_H
#define CLV_COVARIATES_FIT_H

#include "fit/covariates.h"

/* What there is to say of a coefficient. */
typedef struct ClvCoefficientText
{
	char		name[CLV_PARAM_NAME];
	char		sharp[160];
} ClvCoefficientText;

struct ClvCovariates
{
	ClvModel	model;			/* what is fitted; first: it is cast back */
	ClvLikelihood likelihood;	/* of it */
	const ClvModel *plain;
	const ClvBase *base;
	int			ncov;			/* of the base */
	ClvCovariateName covariate[CLV_MAX_COVARIATES];
	bool		all;			/* use them all, whatever they tell */
	int			used;			/* of them, that the fit uses */
	int			which[CLV_MAX_COVARIATES];	/* they are */
	int			unused;			/* the first that it does not, or -1 */
	bool		is_constant;	/* that one is the same for all customers */
	int			owner[CLV_MAX_PARAM];	/* which a parameter is, or moves */
	ClvParam	param[CLV_MAX_PARAM];
	ClvCoefficientText *text;	/* of each parameter that is a coefficient */

	/* what covariates are like over customers (covariates_measure.c) */
	int			pass;			/* over the groups, that is under way */
	size_t		done;			/* groups of it */
	size_t	   *end;			/* of each group's units, among all */
	double		low[CLV_MAX_COVARIATES];
	double		high[CLV_MAX_COVARIATES];
	double		largest[CLV_MAX_COVARIATES];	/* absolute value */
	double		mean[CLV_MAX_COVARIATES];
	double		sd[CLV_MAX_COVARIATES]; /* 0: constant */

	/* of v / largest: means, and products of differences from them */
	double		small_mean[CLV_MAX_COVARIATES];
	double		product[CLV_PACKED(CLV_MAX_COVARIATES)];
};

/* covariate k of a group by its standard deviation, from the mean */
static inline double
clv_standardised(const ClvCovariates *c, const ClvGroup *group, int k)
{
	if (!(c->sd[k] > 0.0))
		return 0.0;
	return group->v[k] / c->sd[k] - c->mean[k] / c->sd[k];
}

/* covariates_measure.c: a slice of it; true when all is known and chosen */
extern bool clv_covariates_measure(ClvCovariates *c);

/* covariates_sums.c: the likelihood of c->model */
extern void clv_covariates_set_sums(ClvCovariates *c);

/* How many units the group's part of the likelihood counts as. */
extern size_t clv_covariates_group_units(const ClvGroup *group);

#endif							/* CLV_COVARIATES_FIT_H */
