/*
 * start.h
 *		What several models' starts need to know of a base.
 */
#ifndef CLV_START_H
#define CLV_START_H

#include "model.h"

typedef struct ClvMoments
{
	double		mean;			/* of x; never zero */
	double		variance;		/* of x */
	double		age;			/* mean T; never zero */
} ClvMoments;

extern void clv_moments(const ClvBase *base, ClvMoments *out);

/*
 * r and alpha of a gamma law of purchase rates, as if nobody ever left, with r
 * times "factor".
 */
extern void clv_start_rate(const ClvMoments *moments, double factor,
						   double *r, double *alpha);

/* ClvModel.usable of models of (x, t_x, T) */
extern int64_t clv_observed_customers(const ClvModel *model,
									  const ClvBase *base);

#endif							/* CLV_START_H */
