/*
 * beta_mean.h
 *		The mean of a function of a chance that is Beta distributed.
 */
#ifndef CLV_BETA_MEAN_H
#define CLV_BETA_MEAN_H

#include "math/special.h"

/*
 * ln g(p) for a positive function of p that falls from p = 0 to p = 1, and
 * whose d ln g / d ln p falls too, so that g times a Beta density has one
 * peak.  Near either end g is linear in p up to terms of the size of
 * (steep p)^2 and (steep_end (1 - p))^2.
 */
typedef struct ClvFalling
{
	double		(*log_value) (double p, const void *arg);
	const void *arg;
	double		steep;
	double		steep_end;
	int			cost;			/* what g(p) takes of the budget */
	ClvBudget  *budget;
} ClvFalling;

/*
 * The mean of g(p) when p is Beta(a, b).  NaN when the budget is used up, when
 * the sum does not settle, and where a and b are so large that the density
 * has no digits.
 */
extern double clv_beta_mean(double a, double b, const ClvFalling *g);

#endif							/* CLV_BETA_MEAN_H */
