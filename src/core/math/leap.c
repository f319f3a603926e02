/*
 * leap.c
 *		Leaps over many sweeps of an EM algorithm.
 */
#include "math/leap.h"

#include <math.h>
#include <string.h>

#define TRIES		8
#define SLACK		1e-10		/* of a likelihood: rounding */

/*
 * With r the first step and v what the second differs from it, the leap from
 * the first point is 2 a r + a^2 v, a = |r| / |v|; a = 1 is the third point, to
 * which it draws back until the leap is possible.
 */
static void
extrapolate(const ClvLeap *leap, int n,
			bool (*possible) (const void *context, const double *at),
			const void *context, double *to)
{
	double		step = 0.0;
	double		bend = 0.0;
	double		a;
	int			try;
	int			i;

	for (i = 0; i < n; i++)
	{
		double		r = leap->second[i] - leap->first[i];
		double		v = leap->third[i] - leap->second[i] - r;

		step += r * r;
		bend += v * v;
	}
	a = bend > 0.0 ? sqrt(step / bend) : 1.0;
	for (try = 0; try < TRIES && a > 1.0; try++)
	{
		for (i = 0; i < n; i++)
		{
			double		r = leap->second[i] - leap->first[i];
			double		v = leap->third[i] - leap->second[i] - r;

			to[i] = leap->first[i] + a * (2.0 * r + a * v);
		}
		if (possible(context, to))
			return;
		a = 0.5 * (1.0 + a);
	}
	memcpy(to, leap->third, n * sizeof(double));
}

void
clv_leap(ClvLeap *leap, int n, const double *from, double value,
		 bool (*possible) (const void *context, const double *at),
		 const void *context, double *to)
{
	size_t		size = n * sizeof(double);

	switch (leap->phase)
	{
		case 0:
			memcpy(leap->first, from, size);
			break;
		case 1:
			memcpy(leap->second, from, size);
			memcpy(leap->third, to, size);
			leap->value = value;
			extrapolate(leap, n, possible, context, to);
			break;
		default:
			if (!(value >= leap->value - SLACK * fmax(1.0, fabs(leap->value))))
				memcpy(to, leap->third, size);
			break;
	}
	leap->phase = (leap->phase + 1) % 3;
}
