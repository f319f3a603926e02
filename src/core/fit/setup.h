/*
 * setup.h
 *		What a fit does before its search begins.
 *
 * It sees whether the model can be fitted to the base, and sums up what the
 * search needs to know of it.  Covariates are measured after that.
 */
#ifndef CLV_SETUP_H
#define CLV_SETUP_H

#include "fit/covariates.h"
#include "model/moments.h"

typedef struct ClvPrelude
{
	const ClvModel *model;		/* that is asked for */
	const ClvBase *base;
	ClvMoments	moments;		/* of it */
	ClvCovariates *covariates;	/* NULL: none */
} ClvPrelude;

/*
 * "prelude" is all zero, and to be freed whatever comes of it.  CLV_OK,
 * CLV_NO_MEMORY, which the caller is to describe, or an error: the base lacks
 * what the model needs.
 */
extern ClvStatus clv_prelude_init(ClvPrelude *prelude, const ClvModel *model,
								  const ClvBase *base,
								  const ClvFitOptions *options,
								  ClvError *err);
extern void clv_prelude_free(ClvPrelude *prelude);

/* Some milliseconds of it: CLV_CONTINUE, or CLV_OK when that was all; or as above. */
extern ClvStatus clv_prelude_step(ClvPrelude *prelude, ClvError *err);

/* When that was all, the same of what covariates add. */
extern ClvStatus clv_prelude_measure(ClvPrelude *prelude);

/* What to search with, then: the model, its coefficients included. */
extern const ClvModel *clv_prelude_model(const ClvPrelude *prelude);

#endif							/* CLV_SETUP_H */
