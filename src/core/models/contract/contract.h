/*
 * contract.h
 *		What sBG and BdW share.
 *
 * A subscriber decides at the end of each period whether to renew.  In sBG the
 * chance theta to leave is Beta(a, b) over subscribers and the same in each
 * period; in BdW one stays through t periods with (1 - theta)^(t^c) instead,
 * so that with c > 1 leaving gets likelier with time, and with c < 1 less
 * likely.  sBG is BdW with c = 1, and its par[] ends before c.  The chance of
 * t renewals and more is S(t) = B(a, b + t^c) / B(a, b).
 *
 * contract_models.c has the two as the list has them, contract.c predictions,
 * contract_fit.c the likelihood.
 */
#ifndef CLV_CONTRACT_H
#define CLV_CONTRACT_H

#include "model/model.h"

#define CLV_SBG_NPARAM	2
#define CLV_BDW_NPARAM	3

enum
{
	CLV_CONTRACT_A,
	CLV_CONTRACT_B,
	CLV_CONTRACT_C
};

extern const ClvModel clv_sbg;
extern const ClvModel clv_bdw;

/* c, which is 1 in sBG */
static inline double
clv_contract_shape(const ClvModel *model, const double *par)
{
	return model->nparam > CLV_CONTRACT_C ? par[CLV_CONTRACT_C] : 1.0;
}

/*
 * contract.c: ln of S(n + more) / S(n), to all digits also near 0.  NaN when
 * the budget is used up; NULL: work that has another limit.
 */
extern double clv_contract_log_stay(double a, double b, double c, double n,
									double more, ClvBudget *budget);
extern const ClvContract clv_contract_predictions;

/* contract_fit.c */
extern const ClvLikelihood clv_contract_likelihood;
extern bool clv_contract_start(const ClvModel *model,
							   const ClvMoments *moments,
							   int attempt, double *par);
extern double clv_contract_largest(const ClvModel *model, double longest,
								   int i);
extern bool clv_contract_usable(const ClvModel *model, const ClvBase *base);

#endif							/* CLV_CONTRACT_H */
