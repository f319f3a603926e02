/*
 * undetermined.h
 *		What a fit can say where nobody in its base has bought again.
 *
 * The likelihood of such a base has its highest value, 1, where nobody ever buys
 * again.  Whether that is because all have left, or because all buy at a rate of
 * 0, it does not say: it is flat from one end to the other.  What is the same all
 * along is determined, by the limit:
 *
 *		- a customer who has not bought again will not.  With a chance L(T) of no
 *		  purchase in (0, T], that of none in (0, h] is at least L(T)^(h/T) for
 *		  h > T, since E y^(h/T) >= (E y)^(h/T) for y = e^(-lambda min(T, life)).
 *		- P(alive) of one who cannot have left without buying again is 1.
 *
 * P(alive) of others is anything from 0 to 1; and a customer who has bought
 * again is one that cannot be in the limit, whose future depends on how it was
 * approached.
 */
#ifndef CLV_UNDETERMINED_H
#define CLV_UNDETERMINED_H

#include "fit/fit.h"
#include "model/moments.h"

typedef enum ClvTold
{
	CLV_TOLD_BY_PARAMETERS = 0,	/* ask prediction.h */
	CLV_TOLD_BY_LIMIT,			/* no purchase to come; alive for certain */
	CLV_NOT_TOLD				/* no answer */
} ClvTold;

/*
 * Mark a fit without a prior to a base in which nobody has bought again; where
 * few have, and there are no standard errors that would tell, say so.
 */
extern void clv_undetermined_judge(ClvFitted *fit, const ClvMoments *moments);

/* What tells how many purchases this customer will make, and when? */
extern ClvTold clv_told_purchases(const ClvFitted *fit, const ClvCustomer *row);

/* What tells whether the customer is alive that long after row->t? */
extern ClvTold clv_told_alive(const ClvFitted *fit, const ClvCustomer *row,
							  double ahead);

#endif							/* CLV_UNDETERMINED_H */
