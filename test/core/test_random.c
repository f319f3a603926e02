/*
 * test_random.c
 *		The generator against published vectors, the draws against their laws.
 *
 * Seeds are fixed: a statistical check here either always passes or never.
 */
#include "check.h"
#include "math/random.h"

#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#define DRAWS	20000

static void
check_vector(const uint32_t counter[4], const uint32_t key[2],
			 const uint32_t want[4])
{
	ClvRandom	random;
	int			i;

	/* the place is not an argument of init: set it, and draw the next block */
	clv_random_init(&random, 0, 0);
	memcpy(random.key, key, sizeof(random.key));
	memcpy(random.counter, counter, sizeof(random.counter));
	if (random.counter[0]-- == 0)
		random.counter[1]--;
	random.used = 4;
	for (i = 0; i < 4; i++)
	{
		uint32_t	got = clv_random_bits(&random);

		CHECK(got == want[i], "philox word %d: %08x, want %08x", i, got,
			  want[i]);
	}
}

/* Known answers that the authors of the generator publish with it. */
static void
test_known_answers(void)
{
	const uint32_t zero[4] = {0, 0, 0, 0};
	const uint32_t ones[4] = {~0u, ~0u, ~0u, ~0u};
	const uint32_t pi[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
	const uint32_t pi_key[2] = {0xa4093822, 0x299f31d0};
	const uint32_t want_zero[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
	const uint32_t want_ones[4] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
	const uint32_t want_pi[4] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};

	check_vector(zero, zero, want_zero);
	check_vector(ones, ones, want_ones);
	check_vector(pi, pi_key, want_pi);
}

/* A stream is the same alone and interleaved, and differs from the others. */
static void
test_streams(void)
{
	ClvRandom	a,
				b,
				again;
	uint32_t	first[100];
	int			i;
	int			same = 0;

	clv_random_init(&a, 42, 1);
	for (i = 0; i < 100; i++)
		first[i] = clv_random_bits(&a);
	clv_random_init(&b, 42, 2);
	clv_random_init(&again, 42, 1);
	for (i = 0; i < 100; i++)
	{
		same += clv_random_bits(&b) == first[i];
		CHECK(clv_random_bits(&again) == first[i], "word %d of a stream", i);
	}
	CHECK(same == 0, "%d words in common of streams 1 and 2", same);
	clv_random_init(&b, 43, 1);
	clv_random_init(&again, UINT64_C(42) << 32, 1);
	CHECK(clv_random_bits(&b) != first[0] && clv_random_bits(&again) != first[0],
		  "the seed makes no difference");
	clv_random_init(&b, 42, UINT64_C(1) << 32 | 1);
	CHECK(clv_random_bits(&b) != first[0], "high half of the stream number");
}

static int
compare(const void *p, const void *q)
{
	double		a = *(const double *) p;
	double		b = *(const double *) q;

	return (a > b) - (a < b);
}

/*
 * Largest distance of a sample from its law, times sqrt(n): above 1.95 has
 * probability 0.001.
 */
static double
kolmogorov(double *draw, double (*cdf) (double, double, double), double p,
		   double q)
{
	double		worst = 0;
	int			i;

	qsort(draw, DRAWS, sizeof(double), compare);
	for (i = 0; i < DRAWS; i++)
	{
		double		f = cdf(draw[i], p, q);

		worst = fmax(worst, fmax(f - i / (double) DRAWS,
								 (i + 1) / (double) DRAWS - f));
	}
	return worst * sqrt(DRAWS);
}

static double
gamma_cdf(double x, double shape, double rate)
{
	return gsl_cdf_gamma_P(x * rate, shape, 1);
}

static void
test_laws(void)
{
	static const double shape[][2] = {
		{0.02, 3}, {0.243, 4.414}, {0.99, 1}, {1, 0.5}, {6.25, 15}, {3000, 1e-4}
	};
	/* b is not tiny: 1 - draw is then below the spacing of doubles at 1 */
	static const double ab[][2] = {
		{0.05, 0.5}, {0.793, 2.426}, {1, 1}, {3, 0.2}, {40, 700}
	};
	static double draw[DRAWS];
	ClvRandom	random;
	double		d;
	int			i,
				j;

	clv_random_init(&random, 20110101, 7);
	for (j = 0; j < DRAWS; j++)
	{
		draw[j] = clv_random_uniform(&random);
		if (!(draw[j] > 0 && draw[j] < 1))
			break;
	}
	CHECK(j == DRAWS, "a uniform draw of %.17g", draw[j]);
	d = kolmogorov(draw, gsl_cdf_flat_P, 0, 1);
	CHECK(d < 1.95, "uniform: %g", d);

	for (j = 0; j < DRAWS; j++)
		draw[j] = clv_random_exponential(&random);
	d = kolmogorov(draw, gamma_cdf, 1, 1);
	CHECK(d < 1.95, "exponential: %g", d);

	for (i = 0; i < sizeof(shape) / sizeof(shape[0]); i++)
	{
		for (j = 0; j < DRAWS; j++)
			draw[j] = clv_random_gamma(&random, shape[i][0], shape[i][1]);
		d = kolmogorov(draw, gamma_cdf, shape[i][0], shape[i][1]);
		CHECK(d < 1.95, "gamma (%g, %g): %g", shape[i][0], shape[i][1], d);
	}
	for (i = 0; i < sizeof(ab) / sizeof(ab[0]); i++)
	{
		for (j = 0; j < DRAWS; j++)
			draw[j] = clv_random_beta(&random, ab[i][0], ab[i][1]);
		d = kolmogorov(draw, gsl_cdf_beta_P, ab[i][0], ab[i][1]);
		CHECK(d < 1.95, "beta (%g, %g): %g", ab[i][0], ab[i][1], d);
	}
}

/*
 * Over the whole range of parameters: finite, in bounds, and the mean right
 * (five standard errors) where the draws do not underflow.
 */
static void
test_extremes(void)
{
	static const double p[] = {1e-4, 1e-2, 1, 1e2, 1e6};
	ClvRandom	random;
	int			i,
				j,
				k;

	clv_random_init(&random, 5, 1);
	for (i = 0; i < 5; i++)
	{
		for (j = 0; j < 5; j++)
		{
			double		a = p[i];
			double		b = p[j];
			double		gamma = 0;
			double		beta = 0;
			double		sd = sqrt(a * b / (a + b + 1)) / (a + b);

			for (k = 0; k < 2000; k++)
			{
				double		g = clv_random_gamma(&random, a, b);
				double		u = clv_random_beta(&random, a, b);

				gamma += g;
				beta += u;
				if (!(isfinite(g) && g >= 0 && u >= 0 && u <= 1))
					break;
			}
			CHECK(k == 2000, "out of bounds at (%g, %g)", a, b);
			CHECK(fabs(beta / k - a / (a + b)) <= 5 * sd / sqrt(k),
				  "mean %g of beta (%g, %g)", beta / k, a, b);
			if (a >= 1)
				CHECK(fabs(gamma / k - a / b) <= 5 * sqrt(a) / b / sqrt(k),
					  "mean %g of gamma (%g, %g)", gamma / k, a, b);
		}
	}
}

int
main(void)
{
	RUN(test_known_answers);
	RUN(test_streams);
	RUN(test_laws);
	RUN(test_extremes);
	CHECK_DONE("random");
}
