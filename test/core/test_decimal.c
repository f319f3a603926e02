/*
 * test_decimal.c
 *		Doubles as decimals against what printf prints, to the last digit, and
 *		decimals as doubles against what strtod reads, to the last bit.
 */
#include "math/decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "math/random.h"

#define N_RANDOM	200000

/* The 15 digits that are printed, as a whole number over a power of ten. */
static ClvDecimal
printed(double value)
{
	ClvDecimal	want;
	char		text[64];
	char	   *exponent;

	snprintf(text, sizeof(text), "%.14e", value);
	exponent = strchr(text, 'e');
	want.decimals = 14 - atoi(exponent + 1);
	*exponent = '\0';
	memmove(strchr(text, '.'), strchr(text, '.') + 1, 15);
	want.digits = strtoll(text, NULL, 10);
	if (want.digits == 0)
		want.decimals = 0;
	for (; want.decimals > 0 && want.digits % 10 == 0; want.decimals--)
		want.digits /= 10;
	for (; want.decimals < 0; want.decimals++)
		want.digits *= 10;
	return want;
}

static void
check_value(double value)
{
	ClvDecimal	want = printed(value);
	ClvDecimal	got = {0, -1};

	CHECK(clv_decimal(value, &got) && got.digits == want.digits &&
		  got.decimals == want.decimals,
		  "%.17g: got %" PRId64 " / 10^%d, want %" PRId64 " / 10^%d", value,
		  got.digits, got.decimals, want.digits, want.decimals);
}

/* A value, its neighbours, and the same below 0. */
static void
check_around(double value)
{
	const double some[] = {
		value, nextafter(value, 0.0), nextafter(value, INFINITY)
	};

	for (int i = 0; i < 3; i++)
	{
		if (some[i] < 1e-8 || some[i] >= 1e15)
			continue;
		check_value(some[i]);
		check_value(-some[i]);
	}
}

/* Powers of ten and of two, halves in the 16th digit, and round amounts. */
static void
test_edges(void)
{
	check_value(0.0);
	check_value(-0.0);
	for (int i = -8; i <= 15; i++)
		check_around(pow(10.0, i));
	for (int i = -26; i < 50; i++)
	{
		check_around(ldexp(1.0, i));
		check_around(ldexp(3.0, i));
	}
	for (double odd = 1.0; odd < 100.0; odd += 2.0)
	{
		check_around(1e14 + odd / 2.0);
		check_around(1e13 + odd / 20.0);
		check_around(123456789012.0 + odd / 2048.0);
		check_around(1.0 + odd * 5e-15);
	}
	for (int i = 0; i < 2000; i++)
		check_around(i / 100.0);
}

static void
test_random(void)
{
	ClvRandom	random;

	clv_random_init(&random, 1, 0);
	for (int i = 0; i < N_RANDOM; i++)
	{
		check_value(pow(10.0, -8.0 + 23.0 * clv_random_uniform(&random)));
		check_value(-rint(1e7 * clv_random_uniform(&random)) / 100.0);
	}
}

static void
test_refused(void)
{
	const double out[] = {
		1e15, -1e15, 1e300, nextafter(1e-8, 0.0), 5e-324, INFINITY, -INFINITY, NAN
	};
	ClvDecimal	got;

	for (int i = 0; i < (int) (sizeof(out) / sizeof(out[0])); i++)
		CHECK(!clv_decimal(out[i], &got), "%g has a decimal", out[i]);
}

static void
check_back(int64_t digits, int decimals)
{
	ClvDecimal	decimal = {digits, decimals};
	char		text[64];
	double		got = NAN;

	snprintf(text, sizeof(text), "%" PRId64 "e%d", digits, -decimals);
	CHECK(clv_decimal_double(&decimal, &got) && got == strtod(text, NULL),
		  "%s: got %.17g, want %.17g", text, got, strtod(text, NULL));
}

static void
test_all_back(void)
{
	const int64_t most = INT64_C(1) << 53;
	ClvRandom	random;

	clv_random_init(&random, 2, 0);
	for (int decimals = -22; decimals <= 22; decimals++)
	{
		check_back(0, decimals);
		check_back(1, decimals);
		check_back(most, decimals);
		check_back(-most, decimals);
		for (int i = 0; i < 2000; i++)
		{
			double		size = pow(2.0, 53.0 * clv_random_uniform(&random));

			check_back((int64_t) size, decimals);
			check_back(-(int64_t) size, decimals);
		}
	}
}

static void
test_refused_back(void)
{
	const int64_t most = INT64_C(1) << 53;
	const ClvDecimal out[] = {
		{most + 1, 0}, {-most - 1, 0}, {INT64_MAX, 2}, {INT64_MIN, 2}, {1, 23},
		{1, -23}
	};
	double		got;

	for (int i = 0; i < (int) (sizeof(out) / sizeof(out[0])); i++)
		CHECK(!clv_decimal_double(&out[i], &got),
			  "%" PRId64 "e%d is not read", out[i].digits, -out[i].decimals);
}

/* Halves away from zero, no zero left at the end. */
static void
test_round(void)
{
	const struct
	{
		ClvDecimal	given;
		int			decimals;
		ClvDecimal	want;
	}			cases[] = {
		{{12345, 3}, 2, {1235, 2}}, {{-12345, 3}, 2, {-1235, 2}},
		{{12344, 3}, 2, {1234, 2}}, {{-12344, 3}, 2, {-1234, 2}},
		{{1995, 3}, 2, {2, 0}}, {{1, 1}, 2, {1, 1}}, {{5, 3}, 2, {1, 2}},
		{{4, 3}, 2, {0, 0}}, {{-4, 3}, 2, {0, 0}}, {{123456789012345, 22}, 9, {12, 9}},
		{{700, 0}, 2, {700, 0}}, {{5, 1}, 0, {1, 0}}, {{-5, 1}, 0, {-1, 0}}
	};

	for (int i = 0; i < (int) (sizeof(cases) / sizeof(cases[0])); i++)
	{
		ClvDecimal	got = cases[i].given;

		clv_decimal_round(&got, cases[i].decimals);
		CHECK(got.digits == cases[i].want.digits && got.decimals == cases[i].want.decimals,
			  "case %d: %" PRId64 "e%d", i, got.digits, -got.decimals);
	}
}

int
main(void)
{
	RUN(test_edges);
	RUN(test_random);
	RUN(test_refused);
	RUN(test_all_back);
	RUN(test_refused_back);
	RUN(test_round);
	CHECK_DONE("decimal");
}
