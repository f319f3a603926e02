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
extern const ClvLikelihood clv_bgbb_likelihood;
extern bool clv_bgbb_start(const ClvModel *model, const ClvMoments *moments,
						   int attempt, double *par);

#endif							/* CLV_BGBB_H */
