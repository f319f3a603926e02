/*
 * quadrature.h
 *		Quadrature rules: a Gauss-Legendre panel, the mean over a Beta.
 */
#ifndef CLV_QUADRATURE_H
#define CLV_QUADRATURE_H

#include "math/special.h"

/* Gauss-Legendre on [0, 1] */
#define CLV_GAUSS	12

extern const double clv_gauss_node[CLV_GAUSS];
extern const double clv_gauss_weight[CLV_GAUSS];

/* The same of few points, and this one last. */
#define CLV_GAUSS_RULES	5

typedef struct ClvGaussRule
{
	int			n;
	const double *node;
	const double *weight;
} ClvGaussRule;

extern const ClvGaussRule clv_gauss_rule[CLV_GAUSS_RULES];

/*
 * ln g(p) for a positive function of p that falls from p = 0 to p = 1, and
 * whose d ln g / d ln p falls too, so that g times a Beta density has one
 * peak.  Near either end g is linear in p up to terms of the size of
 * (steep p)^2 and (steep_end (1 - p))^2.
 */
typedef struct ClvFalling
{
	double		(*log_value) (double p, const void *arg);
	const void *arg;
	double		steep;
	double		steep_end;
	int			cost;			/* what g(p) takes of the budget */
	ClvBudget  *budget;
} ClvFalling;

/*
 * The mean of g(p) when p is Beta(a, b).  NaN when the budget is used up, when
 * the sum does not settle, and where a and b are so large that the density
 * has no digits.
 */
extern double clv_beta_mean(double a, double b, const ClvFalling *g);

#endif							/* CLV_QUADRATURE_H */
