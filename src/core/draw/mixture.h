/*
 * mixture.h
 *		Customers with covariates of their own, and the parameters that one draw
 *		of a fit has for each of them.
 *
 * What a fit with covariates leaves open is one normal: of ln(theta) at any
 * vector and of the coefficients.  It is drawn in two parts.  ln(theta) at the
 * first vector comes first, as of the plain model there (spread.h); then the
 * coefficients, given that.  At another vector theta differs by the factor
 * e^(s gamma'(v - first)), which is 1 where the vector is the first: so if all
 * customers have that one, nothing else but the plain model is drawn.
 */
#ifndef CLV_MIXTURE_H
#define CLV_MIXTURE_H

#include "fit/covariates.h"
#include "math/random.h"

#define CLV_MAX_COEFFICIENTS	(CLV_MAX_MOVED * CLV_MAX_COVARIATES)

typedef struct ClvMixture
{
	const ClvFitted *fit;		/* with covariates */
	const double *v;			/* distinct vectors, ascending, fit->ncov each */
	size_t		n;
	const uint32_t *of;			/* the vector of each customer */
} ClvMixture;

/* What is open about the coefficients, by standard normals. */
typedef struct ClvSlopes
{
	const ClvFitted *fit;
	int			n;				/* coefficients */
	bool		known;			/* the fit has no covariance: none of the rest */
	double		given[CLV_MAX_OWN][CLV_MAX_COEFFICIENTS];	/* those of the
															 * parameters */
	double		axis[CLV_MAX_COEFFICIENTS][CLV_MAX_COEFFICIENTS];	/* others */
} ClvSlopes;

extern int	clv_slopes_count(const ClvFitted *fit);
extern ClvStatus clv_slopes_init(ClvSlopes *slopes, const ClvFitted *fit,
								 const double *first, ClvError *err);

/*
 * Coefficients of a draw whose parameters at "first" were drawn from
 * "parameters"; the rest of their randomness comes from "random".
 */
extern void clv_slopes_draw(const ClvSlopes *slopes, ClvRandom *parameters,
							ClvRandom *random, double *coefficient);

/* Parameters at v, of those at "first" and the coefficients of a draw. */
extern ClvStatus clv_slopes_at(const ClvFitted *fit, const double *first,
							   const double *v, const double *par,
							   const double *coefficient, double *out,
							   ClvError *err);

#endif							/* CLV_MIXTURE_H */
