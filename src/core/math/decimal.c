/*
 * decimal.c
 *		A double as the decimal number that it is printed as, and back.
 *
 * Fifteen significant digits are the nearest whole number to value times a
 * power of ten.  Powers up to the 22nd are doubles, and so the product is known
 * exactly, as two of them: nothing is lost before the one rounding.  On the way
 * back, product or quotient of two numbers that are doubles are rounded once,
 * by the processor (Clinger 1990, "How to read floating point numbers
 * accurately").
 */
#include "math/decimal.h"

#include <math.h>

#include "math/twofold.h"

#define DIGITS		15
#define MAX_POWER	22
#define MOST_DIGITS	(INT64_C(1) << 53)	/* whole numbers up to it are doubles */

static const double power_of_ten[MAX_POWER + 1] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
};

/* Halves go to the even number, as they do in print. */
static int64_t
nearest(ClvTwofold x)
{
	double		whole = floor(x.hi);
	double		above = x.hi - whole - 0.5;

	/* |lo| is at most half an ulp of hi, a sixteenth: either whole or the next */
	if (above > -x.lo || (above == -x.lo && fmod(whole, 2.0) != 0.0))
		whole += 1.0;
	return (int64_t) whole;
}

bool
clv_decimal(double value, ClvDecimal *out)
{
	double		size = fabs(value);
	int			decimals = DIGITS;
	int64_t		digits;

	if (size == 0.0)
	{
		out->digits = 0;
		out->decimals = 0;
		return true;
	}
	if (!(size >= 1e-8 && size < 1e15))
		return false;
	while (decimals > 0 && size >= power_of_ten[DIGITS - decimals])
		decimals--;
	while (decimals < MAX_POWER && size * power_of_ten[decimals] < 1e14)
		decimals++;
	digits = nearest(clv_two_product(size, power_of_ten[decimals]));
	for (; decimals > 0 && digits % 10 == 0; decimals--)
		digits /= 10;
	out->digits = value < 0.0 ? -digits : digits;
	out->decimals = decimals;
	return true;
}

bool
clv_decimal_double(const ClvDecimal *decimal, double *out)
{
	double		digits = (double) decimal->digits;

	if (decimal->decimals > MAX_POWER || decimal->decimals < -MAX_POWER ||
		decimal->digits > MOST_DIGITS || decimal->digits < -MOST_DIGITS)
		return false;
	*out = decimal->decimals >= 0 ?
		digits / power_of_ten[decimal->decimals] :
		digits * power_of_ten[-decimal->decimals];
	return true;
}

void
clv_decimal_round(ClvDecimal *decimal, int decimals)
{
	int64_t		unit = 1;
	int64_t		rest;

	for (; decimal->decimals > decimals; decimal->decimals--)
		unit *= 10;
	if (unit == 1)
		return;
	rest = decimal->digits % unit;
	decimal->digits /= unit;
	if (rest >= unit - rest)
		decimal->digits++;
	else if (-rest >= unit + rest)
		decimal->digits--;
	for (; decimal->decimals > 0 && decimal->digits % 10 == 0; decimal->decimals--)
		decimal->digits /= 10;
}
