/*
 * prior.h
 *		What may be held of a model's parameters before a base is seen.
 *
 * Each phi (param.h) is normal by itself.  Without an upper limit theta - lower
 * is lognormal with the median given, and within a factor of exp(2 sd) of it with
 * 95 %; with one it is the odds (theta - lower) / (upper - theta) that are.  The
 * coefficient of a covariate is normal itself.
 */
#ifndef CLV_PRIOR_H
#define CLV_PRIOR_H

#include "model/model.h"

#define CLV_PRIOR_SD	2.0		/* by default: 95 % within a factor of 50 */

typedef struct ClvPrior
{
	double		median[CLV_MAX_PARAM];	/* of theta, in the unit of the fit */
	double		sd[CLV_MAX_PARAM];	/* of phi; neither is used of a whole number */
} ClvPrior;

/*
 * The typical values of the model, with CLV_PRIOR_SD, for a base where an order
 * is worth "money", its geometric mean (moments.h).
 */
extern void clv_prior_default(const ClvModel *model, double money,
							  double unit_days, ClvPrior *prior);

/* Medians given in days become medians in another unit. */
extern void clv_prior_rescale(const ClvModel *model, double factor,
							  double *median);

/* Where phi of parameter i, or coefficient i, has its median. */
extern double clv_prior_center(const ClvModel *model, const ClvPrior *prior,
							   int i);

#endif							/* CLV_PRIOR_H */
