/*
 * newton.c
 *		One step of Newton's method for a maximum, safeguarded.
 *
 * The trust-region method of More & Sorensen ("Computing a Trust Region Step",
 * SIAM J. Sci. Stat. Comput. 4, 1983) in the eigenvectors of the information
 * matrix B: with a handful of parameters the decomposition costs nothing
 * beside one evaluation of the likelihood, and it also tells which directions
 * the data say nothing about.
 */
#include "fit/newton.h"

#include <float.h>
#include <math.h>

/* How near a step comes to a radius that is but a guess. */
#define CLOSE_ENOUGH	1.001
#define MAX_ROUNDS		60

/* The step's length squared, and minus half its derivative by the shift. */
static double
step_length(const ClvEigen *curve, const double *along, double shift,
			double *fall)
{
	double		sum = 0.0;
	int			i;

	*fall = 0.0;
	for (i = 0; i < curve->n; i++)
	{
		double		bend = curve->value[i] + shift;
		double		part;

		if (along[i] == 0.0)
			continue;
		part = along[i] / bend * (along[i] / bend);
		sum += part;
		*fall += part / bend;
	}
	return sum;
}

/*
 * The least shift of B, up to rounding, that makes it positive and the step no
 * longer than "radius".
 *
 * One over the length is nearly linear in the shift, and concave: so Newton's
 * method for it comes up to the answer from below, in a few rounds (More &
 * Sorensen 1983, section 3; Conn, Gould & Toint, "Trust-Region Methods", 2000,
 * 7.3).
 */
static double
step_shift(const ClvEigen *curve, const double *along, double noise,
		   double radius)
{
	double		least;
	double		shift;
	int			i;

	if (curve->n == 0)
		return 0.0;
	least = fmax(noise, 4.0 * DBL_EPSILON * fabs(curve->value[0]));
	shift = curve->value[0] < least ? least - curve->value[0] : 0.0;
	for (i = 0; i < MAX_ROUNDS; i++)
	{
		double		fall;
		double		square = step_length(curve, along, shift, &fall);
		double		length = sqrt(square);

		if (length <= radius * CLOSE_ENOUGH)
			break;
		shift += square / fall * (length - radius) / radius;
	}
	return shift;
}

/*
 * The step to the highest point of the quadratic model no further away than
 * "radius"; the return is twice what Newton's own step would gain, g' B^-1 g,
 * or INFINITY if the model is not concave.  Slopes below "noise" count as
 * zero: along them the data say nothing, and nothing is done.
 */
double
clv_newton_step(const ClvEigen *curve, const double *grad, double noise,
				double radius, double *step)
{
	double		along[CLV_PACKED_ROWS];
	double		decrement = 0.0;
	double		shift;
	int			i;
	int			k;

	for (i = 0; i < curve->n; i++)
	{
		along[i] = 0.0;
		step[i] = 0.0;
		for (k = 0; k < curve->n; k++)
			along[i] += curve->vector[i][k] * grad[k];
		if (fabs(along[i]) <= noise)
			along[i] = 0.0;
		else if (curve->value[i] <= 0.0)
			decrement = INFINITY;
		else
			decrement += along[i] * along[i] / curve->value[i];
	}

	shift = step_shift(curve, along, noise, radius);
	for (i = 0; i < curve->n; i++)
	{
		if (along[i] == 0.0)
			continue;
		for (k = 0; k < curve->n; k++)
			step[k] += along[i] / (curve->value[i] + shift) *
				curve->vector[i][k];
	}
	return decrement;
}

/* What the quadratic model says of a step. */
double
clv_newton_gain(const double *packed, const double *grad, const double *step,
				int n)
{
	double		gain = 0.0;
	int			i;
	int			k;

	for (i = 0; i < n; i++)
	{
		double		bend = 0.0;

		for (k = 0; k < n; k++)
			bend += packed[CLV_PACK(i, k)] * step[k];
		gain += step[i] * (grad[i] - 0.5 * bend);
	}
	return gain;
}
