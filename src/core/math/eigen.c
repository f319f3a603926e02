/*
 * eigen.c
 *		Eigenvectors and eigenvalues of small symmetric matrices.
 *
 * Cyclic Jacobi: each eigenvalue comes out to full precision, also one that is
 * tiny beside the others, which says how little the data tell of a direction.
 */
#include "math/eigen.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Quadratic once the matrix is nearly diagonal. */
#define MAX_SWEEPS	60

/* Turn rows and columns p and q of "a" so that a[p][q] vanishes. */
static void
jacobi_rotate(double a[CLV_PACKED_ROWS][CLV_PACKED_ROWS],
			  double v[CLV_PACKED_ROWS][CLV_PACKED_ROWS], int n, int p, int q)
{
	double		theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
	double		t = copysign(1.0, theta) / (fabs(theta) + sqrt(theta * theta + 1.0));
	double		c = 1.0 / sqrt(t * t + 1.0);
	double		s = t * c;
	int			k;

	for (k = 0; k < n; k++)
	{
		double		kp = a[k][p];
		double		kq = a[k][q];

		a[k][p] = c * kp - s * kq;
		a[k][q] = s * kp + c * kq;
	}
	for (k = 0; k < n; k++)
	{
		double		pk = a[p][k];
		double		qk = a[q][k];
		double		vp = v[p][k];
		double		vq = v[q][k];

		a[p][k] = c * pk - s * qk;
		a[q][k] = s * pk + c * qk;
		v[p][k] = c * vp - s * vq;
		v[q][k] = s * vp + c * vq;
	}
	a[p][q] = a[q][p] = 0.0;
}

/* Take the diagonal and the vectors in ascending order of value. */
static void
eigen_sort(double a[CLV_PACKED_ROWS][CLV_PACKED_ROWS],
		   double v[CLV_PACKED_ROWS][CLV_PACKED_ROWS], int n, ClvEigen *out)
{
	bool		taken[CLV_PACKED_ROWS] = {false};
	int			i;
	int			k;

	out->n = n;
	for (i = 0; i < n; i++)
	{
		int			least = -1;

		for (k = 0; k < n; k++)
		{
			if (!taken[k] && (least < 0 || a[k][k] < a[least][least]))
				least = k;
		}
		taken[least] = true;
		out->value[i] = a[least][least];
		memcpy(out->vector[i], v[least], n * sizeof(double));
	}
}

/* All parts of "packed" are finite. */
void
clv_eigen(const double *packed, int n, ClvEigen *out)
{
	double		a[CLV_PACKED_ROWS][CLV_PACKED_ROWS];
	double		v[CLV_PACKED_ROWS][CLV_PACKED_ROWS];
	int			sweep;
	int			p;
	int			q;

	memset(v, 0, sizeof(v));
	for (p = 0; p < n; p++)
	{
		for (q = 0; q < n; q++)
			a[p][q] = packed[CLV_PACK(p, q)];
		v[p][p] = 1.0;
	}

	for (sweep = 0; sweep < MAX_SWEEPS; sweep++)
	{
		bool		done = true;

		for (p = 0; p < n - 1; p++)
		{
			for (q = p + 1; q < n; q++)
			{
				/*
				 * Small against its own row and column, not against the whole
				 * matrix: an eigenvalue that is tiny beside the others is
				 * wanted to full precision too.
				 */
				double		scale = sqrt(fabs(a[p][p])) * sqrt(fabs(a[q][q]));

				if (fabs(a[p][q]) <= 1e-18 * scale || fabs(a[p][q]) < 1e-290)
					continue;
				jacobi_rotate(a, v, n, p, q);
				done = false;
			}
		}
		if (done)
			break;
	}
	eigen_sort(a, v, n, out);
}
