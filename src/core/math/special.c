/*
 * special.c
 *		Functions that GSL lacks or gets wrong at the edges.
 */
#include "math/special.h"

#include <math.h>

#include "math/quadrature.h"

#define HALF_LOG_2PI	0.91893853320467274178

/* A series ends with a term, a fraction with a change, as small as this. */
#define NEGLIGIBLE		1e-17
#define UNCHANGED		4e-16
#define FRACTION_STEPS	20000

#define NO_DIGITS		1e-8	/* a rounding that is too much */
#define LOG_NOTHING		(-800.0)	/* and where it does not matter */
#define LARGE_SHAPE		1e8		/* beyond it 1 / (1 + z) has lost z */
#define LEAST_REST		3e-7	/* of 1, that still has digits */

double
clv_stirling_rest(double x)
{
	double		y;
	int			sign;

	/* Below 10 nothing is large enough to cancel. */
	if (x < 10.0)
		return lgamma_r(x, &sign) - (x - 0.5) * log(x) + x - HALF_LOG_2PI;

	/* B(2k) / (2k (2k - 1) x^(2k - 1)), Abramowitz & Stegun 6.1.41 */
	y = 1.0 / (x * x);
	return (1.0 / 12.0
			+ y * (-1.0 / 360.0
				   + y * (1.0 / 1260.0
						  + y * (-1.0 / 1680.0
								 + y * (1.0 / 1188.0
										+ y * (-691.0 / 360360.0
											   + y * (1.0 / 156.0
													  - y * 3617.0 / 122400.0))))))) / x;
}

double
clv_log_survive(double a, double b, double k)
{
	if (k <= 64.0)
	{
		double		sum = 0.0;
		int			i;

		for (i = 0; i < k; i++)
			sum -= log1p(a / (b + i));
		return sum;
	}

	/*
	 * Stirling's formula for the four gamma functions, with the large parts
	 * taken together: what is left is of the size of the result.
	 */
	return (b - 0.5) * log1p(a / b * (k / (a + b + k)))
		- k * log1p(a / (b + k)) - a * log1p(k / (a + b))
		+ (clv_stirling_rest(a + b) - clv_stirling_rest(b))
		- (clv_stirling_rest(a + b + k) - clv_stirling_rest(b + k));
}

void
clv_beta_set(ClvBeta *beta, double a, double b)
{
	double		n = a + b;

	beta->a = a;
	beta->b = b;
	beta->mean = a / n;
	beta->rest = b / n;
	beta->norm = HALF_LOG_2PI - 0.5 * log(beta->mean * b)
		+ clv_stirling_rest(a) + clv_stirling_rest(b) - clv_stirling_rest(n);
}

double
clv_beta_log_density(const ClvBeta *beta, double d)
{
	double		n = beta->a + beta->b;

	/* Two ways to write the same; the smaller parameter bounds the terms. */
	if (beta->a <= beta->b)
		return beta->a * d - n * log1p(beta->mean * expm1(d)) - beta->norm;
	return -beta->b * d - n * log1p(beta->rest * expm1(-d)) - beta->norm;
}

double
clv_negbin(double r, double z, double k)
{
	ClvBeta		beta;
	double		d;
	double		ln;
	double		error;			/* terms of this size cancel */

	if (k == 0.0)
		return exp(-r * log1p(z));

	/* y^k (1 - y)^r / (k B(k, r)) */
	clv_beta_set(&beta, k, r);
	d = log(z) - log(k / r);
	ln = clv_beta_log_density(&beta, d);
	error = DBL_EPSILON * fmin(k, r) * fabs(d);
	if (!(error < NO_DIGITS) && !(ln + error < LOG_NOTHING))
		return NAN;
	return exp(ln) / k;
}

/*
 * The continued fraction for I_x(a, b) over x^a (1 - x)^b / (a B(a, b))
 * (Abramowitz & Stegun 26.5.8), by the modified Lentz algorithm.  For x below
 * the mean it takes some sqrt(a + b) steps.
 */
static double
beta_fraction(double a, double b, double x, ClvBudget *budget)
{
	const double tiny = 1e-300;
	double		c = 1.0;
	double		d = 1.0 - (a + b) * x / (a + 1.0);
	double		f;
	int			m;

	d = 1.0 / (fabs(d) < tiny ? tiny : d);
	f = d;
	for (m = 1; m < FRACTION_STEPS && clv_budget_take(budget, 3); m++)
	{
		double		even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
		double		odd = -(a + m) * (a + b + m) * x
			/ ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
		double		step;

		d = 1.0 + even * d;
		c = 1.0 + even / c;
		d = 1.0 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		f *= d * c;
		d = 1.0 + odd * d;
		c = 1.0 + odd / c;
		d = 1.0 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		step = d * c;
		f *= step;
		if (!(fabs(step - 1.0) >= UNCHANGED))
			return f;
	}
	return NAN;
}

/*
 * P(K < k) where k is at most about the mean, by the chances from P(K = k),
 * "mass", down: each is smaller than the one before.
 */
static double
negbin_lower(double r, double z, double k, double mass, ClvBudget *budget)
{
	double		y = z / (1.0 + z);
	double		sum = 0.0;
	double		i;

	for (i = k; i > 0.0; i -= 1.0)
	{
		if (!clv_budget_take(budget, 2))
			return NAN;
		mass *= i / (y * (r + (i - 1.0)));
		sum += mass;
		if (!(mass > NEGLIGIBLE * sum))
			break;
	}
	return sum;
}

double
clv_negbin_upper(double r, double z, double k, ClvBudget *budget)
{
	double		y = z / (1.0 + z);
	double		mass;
	double		rest;

	if (k == 0.0)
		return 1.0;
	if (k == 1.0)
		return -expm1(-r * log1p(z));
	mass = clv_negbin(r, z, k);

	/*
	 * P(K >= k) = I_y(k, r).  Above the mean the other tail is the smaller
	 * one; its factor has r where this one has k.
	 */
	if (y * (k + r + 2.0) < k + 1.0)
		return mass * beta_fraction(k, r, y, budget);
	rest = 1.0 - (r > LARGE_SHAPE ? negbin_lower(r, z, k, mass, budget)
				  : mass * k / r * beta_fraction(r, k, 1.0 / (1.0 + z), budget));

	/* Where r is tiny K is 0 for nearly certain, and the difference all that counts. */
	return rest > LEAST_REST ? rest : NAN;
}

/*
 * e^w E_s(w) by its continued fraction (Abramowitz & Stegun 5.1.22, even
 * part).  At most some 100 steps where w >= 1 or s > 20.
 */
static double
expint_fraction(double s, double w)
{
	double		b = w + s;
	double		c = 1e300;
	double		d = 1.0 / b;
	double		f = d;
	int			i;

	for (i = 1; i < 1000; i++)
	{
		double		a = -i * (s - 1.0 + i);
		double		step;

		b += 2.0;
		d = 1.0 / (a * d + b);
		c = b + a / c;
		step = c * d;
		f *= step;
		if (!(fabs(step - 1.0) >= UNCHANGED))
			return f;
	}
	return NAN;
}

/* ln Gamma(1 + x), |x| <= 1, to all digits also near x = 0 */
static double
lgamma_1p(double x)
{
	int			sign;

	if (fabs(x) > 0.01)
		return lgamma_r(1.0 + x, &sign);

	/* Euler's constant and zeta(k) / k, Abramowitz & Stegun 6.1.33 */
	return x * (-0.57721566490153286
				+ x * (0.82246703342411322
					   + x * (-0.40068563438653143
							  + x * (0.27058080842778454
									 + x * (-0.20738555102867398
											+ x * (0.16955717699740819
												   + x * -0.14404989676884612))))));
}

/*
 * e^w E_s(w) for w < 1: the series of E_(1 + e)(w) with e in (-1, 1/2), whose
 * two parts that are singular at e = 0 are taken together, and then
 * s E_(s + 1) = e^-w - w E_s.
 */
static double
expint_series(double s, double w)
{
	double		up = s < 1.5 ? 0.0 : floor(s - 0.5);
	double		e = s - up - 1.0;
	double		log_part = lgamma_1p(-e) + e * log(w);
	double		sum = e == 0.0 ? 0.57721566490153286 + log(w)
		: expm1(log_part) / e;
	double		power = 1.0;
	double		fade = exp(-w);
	double		value;
	int			k;

	for (k = 1; k < 40; k++)
	{
		power *= -w / k;
		sum += power / (k - e);
		if (fabs(power) < NEGLIGIBLE * w)
			break;
	}
	value = -sum;
	for (k = 0; k < up; k++)
		value = (fade - w * value) / (1.0 + e + k);
	return value / fade;
}

double
clv_expint(double s, double w)
{
	return w < 1.0 && s <= 20.0 ? expint_series(s, w) : expint_fraction(s, w);
}

double
clv_expint_part(double s, double w, double to, ClvBudget *budget)
{
	double		sum = 0.0;
	double		y = 0.0;
	int			panel;

	if (w == 0.0)
		return s == 0.0 ? to : -expm1(-s * to) / s;
	if (isinf(to))
		return clv_expint(s + 1.0, w);

	/*
	 * Gauss-Legendre panels over which the integrand, an entire function,
	 * falls by no more than e^-9.  It falls ever faster, so that there are no
	 * more than some 60 of them for any w above 1e-40.
	 */
	for (panel = 0; y < to; panel++)
	{
		double		fall = w * exp(y);
		double		width = fmin(fmin(4.5 / fmax(s, 2.25), log1p(4.0 / fall)),
								 to - y);
		double		part = 0.0;
		int			i;

		if (panel == 200 || !clv_budget_take(budget, CLV_GAUSS * CLV_BUDGET_POINT / 2))
			return NAN;
		for (i = 0; i < CLV_GAUSS; i++)
		{
			double		at = y + width * clv_gauss_node[i];

			part += clv_gauss_weight[i] * exp(-s * at - w * expm1(at));
		}
		sum += width * part;
		y += width;
		if (s + fall > 0.0 && width * part < NEGLIGIBLE * sum)
			break;
	}
	return sum;
}
