/*
 * objective.h
 *		What a search climbs: the log-likelihood of a base, and a prior.
 *
 * It is a function of phi (param.h), of which theta = lower + unit e^phi.  The unit of a time is the mean age of the base and
 * that of a sum of money the geometric mean of spend: weeks and days, cents and
 * dollars take the same path to the same optimum.  A prior is added to the
 * likelihood as one customer more.
 *
 * An evaluation is stepped:
 *
 *		status = clv_objective_begin(&objective, phi);
 *		while (status == CLV_OK &&
 *			   (status = clv_objective_step(&objective)) == CLV_CONTINUE)
 *			take interrupts;
 */
#ifndef CLV_OBJECTIVE_H
#define CLV_OBJECTIVE_H

#include "fit/covariates.h"
#include "fit/optimum.h"
#include "model/moments.h"

typedef struct ClvObjective
{
	const ClvModel *model;		/* its coefficients included */
	const ClvCovariates *covariates;	/* that the model is made of; NULL: none */
	const ClvBase *base;
	const ClvPrior *prior;		/* NULL: none */
	double		whole;			/* value of the whole-number parameter */
	double		unit[CLV_MAX_PARAM];
	double		most[CLV_MAX_PARAM];	/* phi of a search goes no further */

	/* the evaluation that is under way */
	void	   *work;			/* NULL: not ready */
	ClvSums		sums;
	size_t		units;			/* as far as is known */
	size_t		step;			/* units a step */
	size_t		done;			/* units of it */
} ClvObjective;

/*
 * The fields from model to whole have been set, and the rest is zero; the base
 * has these moments.  False: no memory.
 */
extern bool clv_objective_init(ClvObjective *objective,
							   const ClvMoments *moments);
extern void clv_objective_free(ClvObjective *objective);

/* Customers whom the likelihood is of. */
extern int64_t clv_objective_customers(const ClvModel *model,
									   const ClvBase *base);

/* Parameter i of the model by phi, and phi by the parameter. */
extern double clv_objective_theta(const ClvObjective *objective, int i,
								  double phi);
extern double clv_objective_phi(const ClvObjective *objective, int i,
								double theta);

/* CLV_OK, or CLV_NO_MEMORY: as for the steps. */
extern ClvStatus clv_objective_begin(ClvObjective *objective,
									 const double *phi);

/* Some milliseconds of it: CLV_CONTINUE, or CLV_OK when that was all. */
extern ClvStatus clv_objective_step(ClvObjective *objective);

/*
 * The value at point->phi, where the evaluation was begun, and the derivatives;
 * false if one of them is not finite, or if the model cannot take that phi.
 */
extern bool clv_objective_take(const ClvObjective *objective,
							   ClvPoint *point);

/* What the prior adds at phi; 0 without one. */
extern double clv_objective_prior(const ClvObjective *objective,
								  const double *phi);

#endif							/* CLV_OBJECTIVE_H */
