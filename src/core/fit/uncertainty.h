/*
 * uncertainty.h
 *		What a fit leaves open about its parameters.
 *
 * phi (param.h) is normal around the fit, with the covariance that
 * the fit carries.  A model without one is taken as known.
 */
#ifndef CLV_UNCERTAINTY_H
#define CLV_UNCERTAINTY_H

#include "fit/fit.h"

typedef struct ClvSpread
{
	const ClvFitted *fit;
	double		axis[CLV_MAX_OWN][CLV_MAX_OWN]; /* of the ellipsoid: each as
													 * long as its standard
													 * deviation */
} ClvSpread;

/* The model as if its parameters were known. */
extern void clv_fitted_forget_spread(ClvFitted *fit);

/* Only for a fit that has a covariance. */
extern ClvStatus clv_spread_init(ClvSpread *spread, const ClvFitted *fit,
								 ClvError *err);

/* Parameters as they may be just as well. */
extern ClvStatus clv_spread_draw(const ClvSpread *spread, ClvRandom *random,
								 double *par, ClvError *err);

#endif							/* CLV_UNCERTAINTY_H */
