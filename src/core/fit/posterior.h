/*
 * posterior.h
 *		A likelihood and a prior together, as the solver has them.
 *
 * "phi" are the parameters that the solver moves, in "unit"; with covariates
 * they are those of a customer who has their means, but the prior is of what
 * is reported, so that it may depend on several of them.
 */
#ifndef CLV_POSTERIOR_H
#define CLV_POSTERIOR_H

#include "fit/covariates.h"
#include "fit/optimum.h"

/* ln of the prior's density, but for a constant; "covariates" may be NULL. */
extern double clv_prior_log(const ClvModel *model,
							const ClvCovariates *covariates,
							const ClvPrior *prior, const double *unit,
							const double *phi);

/* Add it, and its derivatives, to those of the likelihood. */
extern void clv_prior_add(const ClvModel *model,
						  const ClvCovariates *covariates,
						  const ClvPrior *prior, const double *unit,
						  ClvPoint *point);

#endif							/* CLV_POSTERIOR_H */
