/*
 * newton.h
 *		One step of Newton's method for a maximum, safeguarded.
 */
#ifndef CLV_NEWTON_H
#define CLV_NEWTON_H

#include "math/eigen.h"

/* f(x + s) is about f(x) + g's - s'Bs / 2; B by its eigenvectors. */
extern double clv_newton_step(const ClvEigen *curve, const double *grad,
							  double noise, double radius, double *step);

extern double clv_newton_gain(const double *packed, const double *grad,
							  const double *step, int n);

#endif							/* CLV_NEWTON_H */
