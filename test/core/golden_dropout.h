/*
 * golden_dropout.h
 *		Rows of the golden tables of the models of dropout.h.
 *
 * The tables themselves, golden_<model>.h, are made by test/golden/<model>.py.
 */
#ifndef CLV_GOLDEN_DROPOUT_H
#define CLV_GOLDEN_DROPOUT_H

#include "models/dropout/dropout.h"
#include "golden_quantity.h"

#define GOLDEN_PARAM	5

/* A customer, what is asked, and the answers. */
typedef struct Golden
{
	double		par[GOLDEN_PARAM];
	ClvCustomer row;
	double		h;
	double		delta;
	double		n;				/* of the pmf */
	double		probability;	/* of next_purchase */
	double		want[QUANTITIES];
} Golden;

#define GOLDEN_ROWS		21

/* A customer's log-likelihood, and its derivatives by the parameters. */
typedef struct GoldenLoglik
{
	double		loglik;
	double		grad[GOLDEN_PARAM];
	double		hess[CLV_PACKED(GOLDEN_PARAM)];
} GoldenLoglik;

/* Those of all customers of golden_row, made by test/golden/dropout_fit.py. */
typedef struct GoldenFit
{
	double		par[GOLDEN_PARAM];
	GoldenLoglik row[GOLDEN_ROWS];
} GoldenFit;

#endif							/* CLV_GOLDEN_DROPOUT_H */
