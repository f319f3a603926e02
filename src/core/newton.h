/*
 * newton.h
 *		One step of Newton's method for a maximum, safeguarded.
 */
#ifndef CLV_NEWTON_H
#define CLV_NEWTON_H

#include "model.h"

/* Eigenvectors and eigenvalues of a symmetric matrix, ascending. */
typedef struct ClvEigen
{
	int			n;
	double		value[CLV_MAX_PARAM];
	double		vector[CLV_MAX_PARAM][CLV_MAX_PARAM];	/* [which][part] */
} ClvEigen;

extern void clv_eigen(const double *packed, int n, ClvEigen *out);

/* f(x + s) is about f(x) + g's - s'Bs / 2; B by its eigenvectors. */
extern double clv_newton_step(const ClvEigen *curve, const double *grad,
							  double noise, double radius, double *step);

extern double clv_newton_gain(const double *packed, const double *grad,
							  const double *step, int n);

#endif							/* CLV_NEWTON_H */
