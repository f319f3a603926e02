/*
 * moments.h
 *		What solver and models need to know of a base before a search begins.
 *
 *		memset(&moments, 0, sizeof(moments));
 *		while (!clv_moments_step(&moments, base))
 *			take interrupts;
 */
#ifndef CLV_MOMENTS_H
#define CLV_MOMENTS_H

#include "model/model.h"

struct ClvMoments
{
	size_t		done;			/* cells, spend cells and tenures taken */

	/* sums over customers */
	double		n;
	double		x;
	double		xx;
	double		t;
	double		again;			/* who have bought again */
	double		longest;		/* the largest T, or tenure */
	double		latest;			/* the largest t_x */
	double		spenders;
	double		ln_spend;		/* of ln m */
	double		decisions;		/* of subscribers, whether to leave */
	double		lost;			/* of them, to leave */
};

/* Take the next cells, a millisecond's work or so; true when all are. */
extern bool clv_moments_step(ClvMoments *moments, const ClvBase *base);

/* Mean age and geometric mean of spend, 1 where there is none. */
extern double clv_moments_age(const ClvMoments *moments);
extern double clv_moments_spend(const ClvMoments *moments);

/* Mean T as starts use it, never zero. */
extern double clv_start_age(const ClvMoments *moments);

/*
 * r and alpha of a gamma law of purchase rates, as if nobody ever left, with r
 * times "factor".
 */
extern void clv_start_rate(const ClvMoments *moments, double factor,
						   double *r, double *alpha);

/* ClvModel.usable of models of (x, t_x, T) */
extern bool clv_anyone_observed(const ClvModel *model, const ClvBase *base);

#endif							/* CLV_MOMENTS_H */
