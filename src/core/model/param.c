/*
 * param.c
 *		Between a parameter, theta, and phi, by which it is searched for.
 */
#include "model/param.h"

#include <math.h>

const ClvParam clv_coefficient_param = {.lower = -INFINITY, .upper = INFINITY};

static inline bool
is_coefficient(const ClvParam *param)
{
	return isinf(param->lower);
}

static inline bool
has_upper(const ClvParam *param)
{
	return !isinf(param->upper);
}

/*
 * Between both limits, by the odds of being at the upper one rather than at the
 * lower.  Each half is taken from its own end, so that it has all its digits;
 * where they end, theta is still below the limit.
 */
static double
theta_at(const ClvParam *param, double odds)
{
	double		width = param->upper - param->lower;

	if (odds <= 1.0)
		return param->lower + width * (odds / (1.0 + odds));
	return fmin(param->upper - width / (1.0 + odds),
				nextafter(param->upper, param->lower));
}

static double
odds_of(const ClvParam *param, double theta)
{
	return (theta - param->lower) / (param->upper - theta);
}

double
clv_param_theta(const ClvParam *param, double unit, double phi)
{
	if (is_coefficient(param))
		return phi;
	if (has_upper(param))
		return theta_at(param, exp(phi));
	return param->lower + unit * exp(phi);
}

double
clv_param_phi(const ClvParam *param, double unit, double theta)
{
	if (is_coefficient(param))
		return theta;
	if (has_upper(param))
		return log(odds_of(param, theta));
	return log((theta - param->lower) / unit);
}

double
clv_param_slope(const ClvParam *param, double unit, double phi, double *bend)
{
	double		slope;

	*bend = 0.0;
	if (is_coefficient(param))
		return 1.0;
	if (has_upper(param))
	{
		double		small = exp(-fabs(phi));

		slope = (param->upper - param->lower) * small / ((1.0 + small) * (1.0 + small));
		*bend = slope * tanh(-0.5 * phi);
		return slope;
	}
	slope = unit * exp(phi);
	*bend = slope;
	return slope;
}

double
clv_param_slope_at(const ClvParam *param, double theta)
{
	double		above = theta - param->lower;

	if (is_coefficient(param))
		return 1.0;
	if (has_upper(param))
		return above * ((param->upper - theta) / (param->upper - param->lower));
	return above;
}

double
clv_param_shift(const ClvParam *param, double theta, double by)
{
	if (is_coefficient(param))
		return theta + by;
	if (has_upper(param))
		return theta_at(param, odds_of(param, theta) * exp(by));
	return param->lower + (theta - param->lower) * exp(by);
}
