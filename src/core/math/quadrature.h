/*
 * quadrature.h
 *		Gauss-Legendre quadrature on [0, 1]: nodes and weights.
 */
#ifndef CLV_QUADRATURE_H
#define CLV_QUADRATURE_H

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

#endif							/* CLV_QUADRATURE_H */
