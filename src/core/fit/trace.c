/*
 * trace.c
 *		The way that a search went.
 *
 * Towards a limit that is far out searches from all sides come to the same
 * ridge soon, and follow it step by step.  One that meets the path of another
 * there, as high as that was, need not be seen to the end.
 */
#include "fit/trace.h"

#include <math.h>
#include <string.h>

void
clv_path_add(ClvPath *path, const ClvPoint *point, int nparam)
{
	if (path->n == CLV_MAX_PATH)
		return;
	memcpy(path->phi[path->n], point->phi, nparam * sizeof(double));
	path->loglik[path->n++] = point->loglik;
}

/* Is "phi" so near to the line from a to b? */
static bool
is_between(const double *a, const double *b, const double *phi, int nparam,
		   double within)
{
	double		square = 0.0;
	double		along = 0.0;
	int			i;

	for (i = 0; i < nparam; i++)
	{
		square += (b[i] - a[i]) * (b[i] - a[i]);
		along += (b[i] - a[i]) * (phi[i] - a[i]);
	}
	along = square > 0.0 ? fmin(fmax(along / square, 0.0), 1.0) : 0.0;
	for (i = 0; i < nparam; i++)
	{
		if (fabs(phi[i] - a[i] - along * (b[i] - a[i])) > within)
			return false;
	}
	return true;
}

bool
clv_path_meets(const ClvPath *path, const ClvPoint *point, int nparam,
			   double within)
{
	int			i;

	for (i = 1; i < path->n; i++)
	{
		if (point->loglik >= path->loglik[i - 1] &&
			point->loglik <= path->loglik[i] &&
			is_between(path->phi[i - 1], path->phi[i], point->phi, nparam, within))
			return true;
	}
	return false;
}
