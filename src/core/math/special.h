/*
 * special.h
 *		Functions that GSL lacks or gets wrong at the edges.
 *
 * Domains and errors are those that test/core/test_special.c checks.  None of
 * these functions allocates, keeps state or fails: inside its domain each
 * returns the finite right answer, and every loop in them is bounded.  Those
 * that may be long take their work from a budget, and return NaN when it is
 * used up or the answer has not settled.
 */
#ifndef CLV_SPECIAL_H
#define CLV_SPECIAL_H

#include <float.h>
#include <math.h>

#include "math/budget.h"

/*
 * "value" where it should be at most "bound": what is above it by a rounding is
 * the bound, and what is above it by more is NaN, as NaN is.
 */
static inline double
clv_at_most(double value, double bound)
{
	if (value <= bound)
		return value;
	return value <= bound * (1.0 + 1e-9) ? bound : NAN;
}

/* ln of a / b, both above 0, also where the quotient is out of range */
static inline double
clv_log_ratio(double a, double b)
{
	double		ratio = a / b;

	return ratio >= DBL_MIN && ratio <= DBL_MAX ? log(ratio) : log(a) - log(b);
}

/* ln Gamma(x) less Stirling's (x - 1/2) ln x - x + ln(2 pi)/2; x > 0 */
extern double clv_stirling_rest(double x);

/*
 * ln of (b)_k / (a + b)_k, that is of the mean of (1 - p)^k when p is
 * Beta(a, b); a, b > 0, k >= 0 whole.
 */
extern double clv_log_survive(double a, double b, double k);

/*
 * A Beta(a, b) distribution seen in v = logit p, as an offset d from v at the
 * mean.  Writing the density around its own centre keeps all digits where a
 * and b are large and ln B(a, b) would cancel against a ln p + b ln(1 - p).
 */
typedef struct ClvBeta
{
	double		a;
	double		b;
	double		mean;			/* a / (a + b) */
	double		rest;			/* b / (a + b) */
	double		norm;			/* ln of B(a, b) mean^-a rest^-b */
} ClvBeta;

extern void clv_beta_set(ClvBeta *beta, double a, double b);

/* ln of p^a (1 - p)^b / B(a, b), the density of v, at offset d */
extern double clv_beta_log_density(const ClvBeta *beta, double d);

/*
 * K is negative binomial: P(K = k) = (r)_k / k! y^k (1 - y)^r with
 * y = z / (1 + z); r, z > 0, k >= 0 whole.  The relative error is below 1e-11
 * wherever the answer is above 1e-300; NaN where it would not be, r and k being
 * so large that nothing is left of it.
 */
extern double clv_negbin(double r, double z, double k);

/* P(K >= k) */
extern double clv_negbin_upper(double r, double z, double k,
							   ClvBudget *budget);

/* e^w E_s(w), the scaled exponential integral, for any real s > 0 and w > 0 */
extern double clv_expint(double s, double w);

/*
 * The integral of exp(-s y - w (e^y - 1)) over y from 0 to "to"; s > -1,
 * w >= 0, to > 0, which may be INFINITY where w > 0: then it is clv_expint of
 * s + 1.
 */
extern double clv_expint_part(double s, double w, double to,
							  ClvBudget *budget);

#endif							/* CLV_SPECIAL_H */
