/*
 * random.c
 *		Philox 4x32-10, and the distributions that the models draw from.
 *
 * The generator is of Salmon, Moraes, Dror & Shaw, "Parallel random numbers:
 * as easy as 1, 2, 3", SC11 (2011), section 3.4 and table 2.  A stream is a
 * (seed, stream number) pair; its numbers are the encryptions of 0, 1, 2, ...
 * so that streams need neither order nor memory of each other.
 *
 * Normal, gamma and beta variates are GSL's, drawn from a generator of ours
 * that lives on the stack.  The functions used raise no GSL errors and allocate
 * nothing.
 */
#include "math/random.h"

#include <math.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#define PHILOX_ROUNDS	10
#define PHILOX_M0		UINT32_C(0xD2511F53)
#define PHILOX_M1		UINT32_C(0xCD9E8D57)
#define PHILOX_W0		UINT32_C(0x9E3779B9)	/* golden ratio */
#define PHILOX_W1		UINT32_C(0xBB67AE85)	/* sqrt(3) - 1 */

/* Encrypt the counter into block. */
static void
philox_block(ClvRandom *random)
{
	uint32_t	k0 = random->key[0];
	uint32_t	k1 = random->key[1];
	uint32_t	c0 = random->counter[0];
	uint32_t	c1 = random->counter[1];
	uint32_t	c2 = random->counter[2];
	uint32_t	c3 = random->counter[3];
	int			round;

	for (round = 0; round < PHILOX_ROUNDS; round++)
	{
		uint64_t	p0 = (uint64_t) PHILOX_M0 * c0;
		uint64_t	p1 = (uint64_t) PHILOX_M1 * c2;

		c0 = (uint32_t) (p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t) p1;
		c2 = (uint32_t) (p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t) p0;
		k0 += PHILOX_W0;
		k1 += PHILOX_W1;
	}
	random->block[0] = c0;
	random->block[1] = c1;
	random->block[2] = c2;
	random->block[3] = c3;
}

void
clv_random_init(ClvRandom *random, uint64_t seed, uint64_t stream)
{
	random->key[0] = (uint32_t) seed;
	random->key[1] = (uint32_t) (seed >> 32);
	random->counter[0] = 0;
	random->counter[1] = 0;
	random->counter[2] = (uint32_t) stream;
	random->counter[3] = (uint32_t) (stream >> 32);
	philox_block(random);
	random->used = 0;
}

uint32_t
clv_random_bits(ClvRandom *random)
{
	if (random->used == 4)
	{
		if (++random->counter[0] == 0)
			random->counter[1]++;
		philox_block(random);
		random->used = 0;
	}
	return random->block[random->used++];
}

/*
 * An odd multiple of 2^-53, so that neither end can come up and both tails are
 * alike; every such number is exact in double precision.
 */
double
clv_random_uniform(ClvRandom *random)
{
	uint64_t	high = clv_random_bits(random) >> 6;
	uint64_t	low = clv_random_bits(random) >> 6;

	return (double) (((high << 26 | low) << 1) | 1) * 0x1p-53;
}

double
clv_random_exponential(ClvRandom *random)
{
	return -log(clv_random_uniform(random));
}

static unsigned long
gsl_get(void *state)
{
	return clv_random_bits(state);
}

static double
gsl_get_double(void *state)
{
	return clv_random_uniform(state);
}

/* Seeding is clv_random_init's; nothing calls a generator's set by itself. */
static const gsl_rng_type philox_type = {
	"philox4x32-10", UINT32_MAX, 0, sizeof(ClvRandom), NULL, gsl_get,
	gsl_get_double
};

double
clv_random_normal(ClvRandom *random)
{
	gsl_rng		rng = {&philox_type, random};

	return gsl_ran_gaussian_ziggurat(&rng, 1.0);
}

/*
 * NaN unless both are above 0: GSL would call itself -shape times, and what it
 * makes of infinity is no variate.
 *
 * Below shape 0.002 or so a good part of the distribution lies under the
 * smallest double and comes out as 0: the rate of a customer who never buys.
 */
double
clv_random_gamma(ClvRandom *random, double shape, double rate)
{
	gsl_rng		rng = {&philox_type, random};

	if (!(shape > 0.0 && rate > 0.0) || isinf(shape) || isinf(rate))
		return NAN;
	return gsl_ran_gamma(&rng, shape, 1.0) / rate;
}

/*
 * In [0, 1]; NaN unless both are above 0 and their sum is finite.  Where both parameters are at most 1, GSL (2.0 and later) works
 * in logarithms when powers underflow; otherwise at least one of the two gamma
 * variates that it divides is above zero.
 */
double
clv_random_beta(ClvRandom *random, double a, double b)
{
	gsl_rng		rng = {&philox_type, random};

	if (!(a > 0.0 && b > 0.0) || isinf(a + b))
		return NAN;
	return gsl_ran_beta(&rng, a, b);
}
