/*
 * fit.h
 *		Fit of any model in the list to a base, stepped by its caller: by
 *		maximum likelihood, or with a prior to the mode of the posterior.
 *
 *		fit = clv_fit_new(model, base, NULL, &err);
 *		while ((st = clv_fit_step(fit, &err)) == CLV_CONTINUE)
 *			take interrupts;
 *		clv_fit_result(fit, &fitted);
 *		clv_fit_free(fit);
 *
 * A step is at most about 5 ms of work.  All memory is malloc'd and owned by
 * the ClvFit; the base must outlive it.
 */
#ifndef CLV_FIT_H
#define CLV_FIT_H

#include "model/model.h"
#include "model/prior.h"

#define CLV_MAX_COVARIATE_NAME	64	/* bytes, the last of them zero */

typedef char ClvCovariateName[CLV_MAX_COVARIATE_NAME];

typedef enum ClvFitStatus
{
	CLV_CONVERGED = 0,
	CLV_BOUNDARY,				/* the optimum is at a limit of a parameter */
	CLV_NOT_CONVERGED
} ClvFitStatus;

typedef struct ClvFitted
{
	const ClvModel *model;

	/*
	 * With covariates the parameters are the model's own, of a customer whose
	 * covariates are all zero, then the coefficients of each that covariates
	 * move, in the order of the names (covariates.h).
	 */
	int			ncov;
	ClvCovariateName covariate[CLV_MAX_COVARIATES];
	double		par[CLV_MAX_PARAM];

	/*
	 * Covariance of phi (param.h), packed, with zeros for a whole number; all zero where has_cov is false
	 * (the information is singular, as at a boundary).
	 */
	bool		has_cov;
	double		cov[CLV_PACKED(CLV_MAX_PARAM)];
	double		loglik;
	int64_t		customers;		/* that the likelihood is of */
	int64_t		excluded;		/* left out (spend models) */
	int			iterations;
	int			evaluations;
	ClvFitStatus status;
	int			limit;			/* boundary: index of the parameter, or -1 */
	char		message[256];	/* boundary, not converged: what it means */

	/*
	 * The prior that the fit was made with; the likelihood is without it, the
	 * covariance with it.  Of a fit that was shrunk afterwards (shrink.h) it is
	 * what the groups have in common, and there is no likelihood.
	 */
	bool		has_prior;
	ClvPrior	prior;
	int			groups;			/* shrunk toward the pool of so many; 0: not */

	/*
	 * What a fit with covariates says of customers who share theirs; there is
	 * no likelihood of it.
	 */
	bool		at_covariates;

	/*
	 * Nobody in the base had bought again, and there was no prior: the data do
	 * not tell customers who have left from those who buy seldom
	 * (undetermined.h).
	 */
	bool		undetermined;
} ClvFitted;

/* What a caller may ask for besides; NULL is all zeros. */
typedef struct ClvFitOptions
{
	double		whole;			/* value of the whole-number parameter; 0: the one
								 * with the highest likelihood */
	const ClvPrior *prior;		/* copied; NULL: maximum likelihood */
	int			ncov;			/* names of the base's covariates; 0: fit without
								 * them */
	const ClvCovariateName *covariate;	/* copied */
} ClvFitOptions;

typedef struct ClvFit ClvFit;

extern ClvFit *clv_fit_new(const ClvModel *model, const ClvBase *base,
						   const ClvFitOptions *options, ClvError *err);
extern ClvStatus clv_fit_step(ClvFit *fit, ClvError *err);
extern void clv_fit_result(const ClvFit *fit, ClvFitted *fitted);
extern void clv_fit_free(ClvFit *fit);

#endif							/* CLV_FIT_H */
