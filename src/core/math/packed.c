/*
 * packed.c
 *		Small symmetric matrices, packed: products and inverses.
 */
#include "math/packed.h"

#include <math.h>

#include "math/eigen.h"

#define TINY	1e-16			/* a pivot that rounding has made zero */

/* The inverse of a symmetric matrix, its eigenvalues raised to "least". */
void
clv_packed_invert(const double *packed, int n, double least, double *out)
{
	ClvEigen	eigen;
	int			i;
	int			j;
	int			k;

	clv_eigen(packed, n, &eigen);
	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			double		sum = 0.0;

			for (k = 0; k < n; k++)
				sum += eigen.vector[k][i] * eigen.vector[k][j] /
					fmax(eigen.value[k], least);
			out[CLV_PACK(i, j)] = sum;
		}
	}
}

/*
 * The same of a matrix that is known to be positive definite, by Cholesky's
 * factors, in a fraction of the time.
 */
void
clv_packed_invert_definite(const double *packed, int n, double *out)
{
	ClvMatrix	l;				/* the lower factor */
	ClvMatrix	inverse;		/* of it */
	int			i;
	int			j;
	int			k;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			double		sum = packed[CLV_PACK(i, j)];

			for (k = 0; k < j; k++)
				sum -= l[i][k] * l[j][k];
			l[i][j] = i == j ? sqrt(fmax(sum, TINY)) : sum / l[j][j];
		}
	}
	for (j = 0; j < n; j++)
	{
		inverse[j][j] = 1.0 / l[j][j];
		for (i = j + 1; i < n; i++)
		{
			inverse[i][j] = 0.0;
			for (k = j; k < i; k++)
				inverse[i][j] -= l[i][k] * inverse[k][j] / l[i][i];
		}
	}
	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			out[CLV_PACK(i, j)] = 0.0;
			for (k = i; k < n; k++)
				out[CLV_PACK(i, j)] += inverse[k][i] * inverse[k][j];
		}
	}
}

double
clv_packed_log_det(const double *packed, int n)
{
	ClvMatrix	l;
	double		sum = 0.0;
	int			i;
	int			j;
	int			k;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			l[i][j] = packed[CLV_PACK(i, j)];
			for (k = 0; k < j; k++)
				l[i][j] -= l[i][k] * l[j][k];
			l[i][j] = i == j ? sqrt(l[i][i]) : l[i][j] / l[j][j];
		}
		sum += 2.0 * log(l[i][i]);
	}
	return sum;
}

void
clv_packed_times(const double *packed, const double *v, int n, double *out)
{
	int			i;
	int			j;

	for (i = 0; i < n; i++)
	{
		out[i] = 0.0;
		for (j = 0; j < n; j++)
			out[i] += packed[CLV_PACK(i, j)] * v[j];
	}
}

/* Of two symmetric matrices. */
void
clv_packed_product(const double *a, const double *b, int n, ClvMatrix out)
{
	int			i;
	int			j;
	int			k;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j < n; j++)
		{
			out[i][j] = 0.0;
			for (k = 0; k < n; k++)
				out[i][j] += a[CLV_PACK(i, k)] * b[CLV_PACK(k, j)];
		}
	}
}

/* M S M' of a symmetric S. */
void
clv_packed_sandwich(ClvMatrix m, const double *packed, int n, double *out)
{
	int			i;
	int			j;
	int			k;

	for (i = 0; i < n; i++)
	{
		double		row[CLV_MATRIX_ROWS];

		clv_packed_times(packed, m[i], n, row);
		for (j = 0; j <= i; j++)
		{
			out[CLV_PACK(i, j)] = 0.0;
			for (k = 0; k < n; k++)
				out[CLV_PACK(i, j)] += row[k] * m[j][k];
		}
	}
}
