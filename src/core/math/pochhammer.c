/*
 * pochhammer.c
 *		ln Gamma(a + x) - ln Gamma(a), and its derivatives, without cancellation.
 *
 * The logarithm is given without its leading term x ln a: a likelihood has
 * that term against others of its size (x ln alpha), and where a grows without
 * limit only what is left tells one model from the next.
 *
 * Both arguments of a difference are moved up by the same number of steps,
 * f(z) = f(z + 1) - ..., until Stirling's series holds; then like terms are
 * subtracted in closed form.  Domain: a >= 1e-100 and 0 <= x <= 1e12.
 * Accuracy: d1 and d2 to a few units in the last place; ln to a few units in
 * the last place of its largest part, x (1 + |ln(a + 16) / a|).
 */
#include "math/pochhammer.h"

#include <math.h>

#include "math/special.h"

/* From here on the series below are right to 1e-16. */
#define ASYMPTOTIC	16.0

/* ln z - 1 / (2 z) - psi(z), Abramowitz & Stegun 6.3.18 */
static double
stirling_psi(double z)
{
	double		w = 1.0 / (z * z);

	return w * (1.0 / 12
				+ w * (-1.0 / 120
					   + w * (1.0 / 252
							  + w * (-1.0 / 240
									 + w * (1.0 / 132
											- w * 691.0 / 32760)))));
}

/* psi'(z) - 1 / z - 1 / (2 z^2), 6.4.12 */
static double
stirling_psi1(double z)
{
	double		w = 1.0 / (z * z);

	return w / z * (1.0 / 6
					+ w * (-1.0 / 30
						   + w * (1.0 / 42
								  + w * (-1.0 / 30
										 + w * (5.0 / 66
												- w * 691.0 / 2730)))));
}

void
clv_pochhammer(double a, double x, ClvPochhammer *out)
{
	double		z = a;
	double		product = 0.0;	/* of (1 + x / (a + j)), minus 1 */
	double		d1 = 0.0;
	double		d2 = 0.0;
	double		ln = 0.0;
	double		up;

	if (a < ASYMPTOTIC)
	{
		for (; z < ASYMPTOTIC; z += 1.0)
		{
			double		low = 1.0 / z;
			double		high = 1.0 / (z + x);
			double		gap = x * low * high;	/* low - high */

			product += (1.0 + product) * (x * low);
			d1 += gap;
			d2 -= gap * (low + high);
		}
		ln = x * log(z / a) - log1p(product);
	}

	up = z + x;
	out->ln = ln + ((up - 0.5) * log1p(x / z) - x) +
		(clv_stirling_rest(up) - clv_stirling_rest(z));
	out->d1 = d1 + log1p(x / z) + 0.5 * (x / z) / up +
		(stirling_psi(z) - stirling_psi(up));
	out->d2 = d2 - (x / z) / up * (1.0 + 0.5 * (1.0 / z + 1.0 / up)) +
		(stirling_psi1(up) - stirling_psi1(z));
}

double
clv_trigamma(double x)
{
	double		sum = 0.0;

	for (; x < ASYMPTOTIC; x += 1.0)
		sum += 1.0 / (x * x);
	return sum + 1.0 / x + 0.5 / (x * x) + stirling_psi1(x);
}
