/*
 * packed.h
 *		Small symmetric matrices, packed: products and inverses.
 *
 * No argument may be the output as well.
 */
#ifndef CLV_PACKED_H
#define CLV_PACKED_H

#define CLV_PACKED(n)	((n) * ((n) + 1) / 2)	/* elements of n rows */
#define CLV_PACK(i, j)	((i) >= (j) ? (i) * ((i) + 1) / 2 + (j) \
						 : (j) * ((j) + 1) / 2 + (i))

#define CLV_MATRIX_ROWS	8		/* of a matrix below, whole or packed */
#define CLV_PACKED_ROWS	56		/* of one that is decomposed (eigen.h) */

typedef double ClvMatrix[CLV_MATRIX_ROWS][CLV_MATRIX_ROWS];

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
