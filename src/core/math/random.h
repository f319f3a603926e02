/*
 * random.h
 *		Random numbers that depend on nothing but a seed and a place.
 *
 * A counter-based generator (Philox 4x32-10; Salmon, Moraes, Dror & Shaw 2011,
 * "Parallel random numbers: as easy as 1, 2, 3"): stream number "stream" of
 * seed "seed" is the same whoever draws it, in whatever order and in however
 * many processes.
 */
#ifndef CLV_RANDOM_H
#define CLV_RANDOM_H

#include <stdint.h>

typedef struct ClvRandom
{
	uint32_t	key[2];			/* the seed */
	uint32_t	counter[4];		/* place in the stream, stream number */
	uint32_t	block[4];		/* the numbers of the present place */
	int			used;			/* of the four in block */
} ClvRandom;

extern void clv_random_init(ClvRandom *random, uint64_t seed, uint64_t stream);
extern uint32_t clv_random_bits(ClvRandom *random);
extern double clv_random_uniform(ClvRandom *random);	/* in (0, 1) */
extern double clv_random_exponential(ClvRandom *random);	/* mean 1 */
extern double clv_random_normal(ClvRandom *random);	/* mean 0, variance 1 */
extern double clv_random_gamma(ClvRandom *random, double shape, double rate);
extern double clv_random_beta(ClvRandom *random, double a, double b);

#endif							/* CLV_RANDOM_H */
