/*
 * covariates.h
 *		Parameters that depend on customers' static covariates.
 *
 * A customer with covariates v has theta e^(s gamma'v) in place of theta, for
 * each parameter that covariates move, where s is -1 or 1 (ClvModel.covariate)
 * and gamma are the coefficients: Fader & Hardie (2007), "Incorporating
 * time-invariant covariates into the Pareto/NBD and BG/NBD models" (note 019).
 * s is such that with a higher gamma'v customers buy, or leave, at a higher
 * rate: gamma is the change of the logarithm of that rate by a unit of v.
 *
 * In a ClvFitted with ncov > 0 the model's own parameters come first, those of
 * v = 0, then the coefficients of the first parameter that moves, in the order
 * of the names, then those of the next.
 */
#ifndef CLV_COVARIATES_H
#define CLV_COVARIATES_H

#include "fit/fit.h"

/* "alpha.channel" and its final zero */
#define CLV_PARAM_NAME	(16 + CLV_MAX_COVARIATE_NAME)

/* Can these be the names of covariates? */
extern ClvStatus clv_covariate_names_check(const ClvCovariateName *name,
										   int n, ClvError *err);

/* Can such a model be fitted to this base, with names for its covariates? */
extern ClvStatus clv_covariates_check(const ClvModel *model,
									  const ClvBase *base,
									  const ClvCovariateName *name, int n,
									  ClvError *err);

/* The parameters of a fit, coefficients included. */
extern int	clv_param_count(const ClvFitted *fit);

/* How many of them are not whole numbers; these come first. */
extern int	clv_real_count(const ClvFitted *fit);

/* Which of the model's own does parameter i, a coefficient, move; by what? */
extern int	clv_coefficient_of(const ClvFitted *fit, int i, int *covariate);

/* "out" has room for CLV_PARAM_NAME bytes. */
extern void clv_param_name(const ClvFitted *fit, int i, char *out);

/* Parameter i; of a coefficient the limits alone. */
extern const ClvParam *clv_fitted_param(const ClvFitted *fit, int i);

/*
 * What "fit" says of customers whose covariates are v: parameters and their
 * covariance, of the model's own where "own" is true, or of v for a new origin
 * of the covariates.  "to" is another fit; false where a parameter overflows.
 */
extern bool clv_covariates_shift(const ClvFitted *fit, const double *v,
								 bool own, ClvFitted *to);

/* The plain model of customers whose covariates are v. */
extern ClvStatus clv_fitted_at(const ClvFitted *fit, const double *v,
							   ClvFitted *out, ClvError *err);

/* covariates_fit.c: a model with its coefficients, to be fitted to a base */
typedef struct ClvCovariates ClvCovariates;

/*
 * NULL: no memory.  Covariates that tell nothing beside the others are left
 * out, unless "all".
 */
extern ClvCovariates *clv_covariates_new(const ClvModel *plain,
										 const ClvBase *base,
										 const ClvCovariateName *name,
										 bool all);
extern void clv_covariates_free(ClvCovariates *c);

/*
 * Look at the base's covariates, some milliseconds of it: CLV_CONTINUE, or
 * CLV_OK when the model is ready.
 */
extern ClvStatus clv_covariates_step(ClvCovariates *c);

/*
 * It has the parameters of a customer with mean covariates, and coefficients
 * of a standard deviation of each.  Fit it to the same base.
 */
extern const ClvModel *clv_covariates_model(const ClvCovariates *c);

/*
 * What phi of parameter i of the plain model at v = 0, or
 * coefficient i by a unit of v, is of the parameters phi: row'phi.
 */
extern void clv_covariates_row(const ClvCovariates *c, int i, double *row);

/*
 * Turn what was fitted, at "phi", into what has been asked for; "plain" is the
 * fit of the plain model.
 */
extern void clv_covariates_result(const ClvCovariates *c, const double *phi,
								  const ClvFitted *plain, ClvFitted *fitted);

#endif							/* CLV_COVARIATES_H */
