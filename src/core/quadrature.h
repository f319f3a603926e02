/*
 * quadrature.h
 *		Quadrature rules: a Gauss-Legendre panel, the mean over a Beta.
 */
#ifndef CLV_QUADRATURE_H
#define CLV_QUADRATURE_H

#include "special.h"

/* Gauss-Legendre on [0, 1] */
#define CLV_GAUSS	12

extern const double clv_gauss_node[CLV_GAUSS];
extern const double clv_gauss_weight[CLV_GAUSS];

/*
 * ln g(p) for a positive function of p that falls from p = 0 to p = 1, where
 * d ln g / dp is nowhere steeper than -"steep" and d ln g / d ln p falls (so
 * that g times a Beta density has one peak).
 */
typedef struct ClvFalling
{
	double		(*log_value) (double p, const void *arg);
	const void *arg;
	double		steep;			/* at p = 0 */
	double		steep_end;		/* at p = 1 */
} ClvFalling;

/* The mean of g(p) when p is Beta(a, b). */
extern double clv_beta_mean(double a, double b, const ClvFalling *g);

#endif							/* CLV_QUADRATURE_H */
