/*
 * param.h
 *		Between a parameter, theta, and phi, by which it is searched for.
 *
 * phi runs over all numbers where theta is between its limits:
 *
 *		theta = lower + unit e^phi						no upper limit
 *		theta = lower + (upper - lower) / (1 + e^-phi)	both
 *		theta = phi										a coefficient
 *
 * A fit holds phi to be normal: covariances and priors are of phi, and so
 * intervals, draws and what groups have in common stay within the limits.  Only
 * a search has units (objective.h), everything else is in unit 1; a parameter
 * with an upper limit has no unit.
 */
#ifndef CLV_PARAM_H
#define CLV_PARAM_H

#include "model/model.h"

/* The coefficient of a covariate, which may be any number. */
extern const ClvParam clv_coefficient_param;

extern double clv_param_theta(const ClvParam *param, double unit, double phi);
extern double clv_param_phi(const ClvParam *param, double unit, double theta);

/* The derivative of theta by phi, and the second one. */
extern double clv_param_slope(const ClvParam *param, double unit, double phi,
							  double *bend);

/* The same derivative at "theta", and theta where phi is larger by "by". */
extern double clv_param_slope_at(const ClvParam *param, double theta);
extern double clv_param_shift(const ClvParam *param, double theta, double by);

#endif							/* CLV_PARAM_H */
