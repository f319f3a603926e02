/*
 * eigen.h
 *		Eigenvectors and eigenvalues of small symmetric matrices.
 */
#ifndef CLV_EIGEN_H
#define CLV_EIGEN_H

#include "math/packed.h"

/* In ascending order of value. */
typedef struct ClvEigen
{
	int			n;
	double		value[CLV_PACKED_ROWS];
	double		vector[CLV_PACKED_ROWS][CLV_PACKED_ROWS];	/* [which][part] */
} ClvEigen;

/* Of an n by n matrix, packed, all of it finite; n is at most CLV_PACKED_ROWS. */
extern void clv_eigen(const double *packed, int n, ClvEigen *out);

#endif							/* CLV_EIGEN_H */
