/*
 * pochhammer.h
 *		ln Gamma(a + x) - ln Gamma(a), and its derivatives, without cancellation.
 */
#ifndef CLV_POCHHAMMER_H
#define CLV_POCHHAMMER_H

typedef struct ClvPochhammer
{
	double		ln;				/* lnGamma(a + x) - lnGamma(a) - x ln a */
	double		d1;				/* psi(a + x) - psi(a) */
	double		d2;				/* psi'(a + x) - psi'(a) */
} ClvPochhammer;

extern void clv_pochhammer(double a, double x, ClvPochhammer *out);
extern double clv_trigamma(double x);

#endif							/* CLV_POCHHAMMER_H */
