/*
 * leap.h
 *		Leaps over many sweeps of an EM algorithm.
 *
 * Where the data leave much open EM comes closer by a small share of the rest
 * in each sweep.  From three points in a row follows about where it would end
 * (the squared extrapolation S3 of Varadhan & Roland, "Simple and Globally
 * Convergent Methods for Accelerating the Convergence of Any EM Algorithm",
 * Scandinavian Journal of Statistics 35, 2008).  A leap to where the likelihood
 * is lower is taken back.
 */
#ifndef CLV_LEAP_H
#define CLV_LEAP_H

#include <stdbool.h>

#include "math/packed.h"

#define CLV_LEAP_PARTS	CLV_PACKED(CLV_MATRIX_ROWS)

/* All zero to begin with. */
typedef struct ClvLeap
{
	int			phase;			/* sweeps since the last leap but one, 0 to 2 */
	double		first[CLV_LEAP_PARTS];
	double		second[CLV_LEAP_PARTS];
	double		third[CLV_LEAP_PARTS];
	double		value;			/* of the likelihood at "second" */
} ClvLeap;

/*
 * A sweep has gone from "from", where the likelihood is "value", to "to": change
 * "to", of n parts, into where to go on from.  "possible" tells whether a point
 * can be.
 */
extern void clv_leap(ClvLeap *leap, int n, const double *from, double value,
					 bool (*possible) (const void *context, const double *at),
					 const void *context, double *to);

#endif							/* CLV_LEAP_H */
