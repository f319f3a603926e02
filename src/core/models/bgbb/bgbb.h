/*
 * bgbb.h
 *		The BG/BB model.
 *
 * Time is a row of opportunities to buy.  Before each one a customer dies with
 * probability theta, and at each one a living customer buys with probability
 * p; p is Beta(alpha, beta) over customers, theta Beta(gamma, delta).  In a
 * ClvCustomer x is the purchases, tx the number of the opportunity of the last one
 * (0: none), t the opportunities so far, n in the paper.
 *
 * bgbb.c has one customer's likelihood and predictions, bgbb_fit.c the
 * likelihood of a base.
 */
#ifndef CLV_BGBB_H
#define CLV_BGBB_H

#include "model/model.h"

#define CLV_BGBB_NPARAM	4

enum
{
	CLV_BGBB_ALPHA,
	CLV_BGBB_BETA,
	CLV_BGBB_GAMMA,
	CLV_BGBB_DELTA
};

extern const ClvModel clv_bgbb;

/* bgbb_fit.c */
#define CLV_BGBB_CHUNK	8192	/* opportunities of a unit of work, at most: that
								 * may take a third of a millisecond */
#define CLV_BGBB_STEP	16		/* units in a step of a fit */
extern void *clv_bgbb_work_new(const ClvModel *model, const ClvBase *base);
extern void clv_bgbb_work_free(void *work);
extern size_t clv_bgbb_units(const void *work);
extern ClvStatus clv_bgbb_begin(void *work, const double *par);
extern ClvStatus clv_bgbb_slice(void *work, size_t from, size_t to,
								ClvSums *sums);
extern bool clv_bgbb_start(const ClvModel *model, const ClvMoments *moments,
						   int attempt, double *par);

#endif							/* CLV_BGBB_H */
