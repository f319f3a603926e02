/*
 * packed.h
 *		Small symmetric matrices, packed: products and inverses.
 *
 * No argument may be the output as well.
 */
#ifndef CLV_PACKED_H
#define CLV_PACKED_H

#include "model.h"

typedef double ClvMatrix[CLV_MAX_OWN][CLV_MAX_OWN];

/* The inverse, eigenvalues raised to "least" before. */
extern void clv_packed_invert(const double *packed, int n, double least,
							  double *out);

/* The inverse of a matrix that is positive definite. */
extern void clv_packed_invert_definite(const double *packed, int n,
									   double *out);

/* ln of the determinant of such a matrix. */
extern double clv_packed_log_det(const double *packed, int n);

extern void clv_packed_times(const double *packed, const double *v, int n,
							 double *out);
extern void clv_packed_product(const double *a, const double *b, int n,
							   ClvMatrix out);

/* M S M' of a symmetric S. */
extern void clv_packed_sandwich(ClvMatrix m, const double *packed, int n,
								double *out);

#endif							/* CLV_PACKED_H */
