/*
 * golden_dropout.h
 *		Rows of the golden tables of the models of dropout.h.
 *
 * The tables themselves, golden_<model>.h, are made by test/golden/<model>.py.
 */
#ifndef CLV_GOLDEN_DROPOUT_H
#define CLV_GOLDEN_DROPOUT_H

#include "dropout.h"

#define GOLDEN_PARAM	5

enum
{
	LOGLIK, P_ALIVE, P_ALIVE_AHEAD, P_ACTIVE, PURCHASES, DISCOUNTED,
	DISCOUNTED_EVER, LIFETIME, LIFETIME_DISCOUNTED, LIFETIME_EVER, PMF,
	NEXT_PURCHASE, QUANTITIES
};

/* A customer, what is asked, and the answers. */
typedef struct Golden
{
	double		par[GOLDEN_PARAM];
	ClvRow		row;
	double		h;
	double		delta;
	double		n;				/* of the pmf */
	double		probability;	/* of next_purchase */
	double		want[QUANTITIES];
} Golden;

/* What it is, and the sum of the magnitudes of what it is the sum of. */
typedef struct GoldenNumber
{
	double		want;
	double		scale;
} GoldenNumber;

/* The likelihood of a base, with derivatives. */
typedef struct GoldenBase
{
	double		par[GOLDEN_PARAM];
	GoldenNumber loglik;
	GoldenNumber grad[GOLDEN_PARAM];
	GoldenNumber hess[CLV_PACKED(GOLDEN_PARAM)];
} GoldenBase;

#endif							/* CLV_GOLDEN_DROPOUT_H */
