/*
 * bgbb_leaps.h
 *		Rules for long sums of terms that change slowly.
 *
 * A rule gives f(0) + ... + f(size - 1) as a weighted sum of CLV_LEAP_NODES of
 * the terms, right for polynomials of degree CLV_LEAP_NODES - 1; all weights are
 * positive, so that nothing cancels.  Term at[i] and its mirror image, term
 * size - 1 - at[i], have the same weight.
 */
#ifndef CLV_BGBB_LEAPS_H
#define CLV_BGBB_LEAPS_H

#define CLV_LEAPS		8
#define CLV_LEAP_NODES	16
#define CLV_LEAP_HALF	(CLV_LEAP_NODES / 2)

typedef struct ClvLeap
{
	int			size;			/* a power of two, twice the one before */
	int			at[CLV_LEAP_HALF];
	double		weight[CLV_LEAP_HALF];
} ClvLeap;

extern const ClvLeap clv_bgbb_leaps[CLV_LEAPS];

#endif							/* CLV_BGBB_LEAPS_H */
