/*
 * contract.c
 *		What a contract model says of subscribers: retention, lifetime, value.
 */
#include "clv.h"

#include <math.h>

#include "model/prediction.h"
#include "model_value.h"
#include "value/worth.h"

static const ClvModelValue *
clv_contract_arg(FunctionCallInfo fcinfo)
{
	const ClvModelValue *value = clv_model_arg(fcinfo, 0);

	clv_kind_require(value->fit.model, CLV_CONTRACT);
	return value;
}

/* A number of periods, "least" or more. */
static double
clv_period_arg(FunctionCallInfo fcinfo, int argno, int32 least)
{
	int32		period = PG_GETARG_INT32(argno);

	if (period < least)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period must be at least %d, but is \"%d\"", least,
						period)));
	return (double) period;
}

/* Go on if the core could tell. */
static void
clv_contract_require(ClvStatus status, const ClvModelValue *value)
{
	ClvError	err;

	if (status == CLV_OK)
		return;
	clv_fail(&err, status, NULL, "model \"%s\" has no answer",
			 value->fit.model->name);
	clv_raise(&err);
}

static double
clv_renewal(const ClvModelValue *value, double n, double more)
{
	double		out;

	clv_contract_require(clv_predict_renewal(value->fit.model, value->fit.par, n,
											 more, &out),
						 value);
	return out;
}

/* clv.survival(model, periods) */
PG_FUNCTION_INFO_V1(clv_survival);
Datum
clv_survival(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_contract_arg(fcinfo);

	PG_RETURN_FLOAT8(clv_renewal(value, 0.0, clv_period_arg(fcinfo, 1, 0)));
}

/* clv.retention_rate(model, period) */
PG_FUNCTION_INFO_V1(clv_retention_rate);
Datum
clv_retention_rate(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_contract_arg(fcinfo);

	PG_RETURN_FLOAT8(clv_renewal(value, clv_period_arg(fcinfo, 1, 1) - 1.0, 1.0));
}

/*
 * Payments to come of a subscriber in that period (0: a new one), by the
 * arguments annual_rate, "rate", and horizon, if there is one more.
 */
static double
clv_payments(FunctionCallInfo fcinfo, double period, int rate)
{
	const ClvModelValue *value = clv_contract_arg(fcinfo);
	double		delta = clv_discount_per_unit(PG_GETARG_FLOAT8(rate),
											  value->unit_days);
	double		h = INFINITY;
	double		out;

	if (PG_NARGS() > rate + 1)
		h = clv_interval_units(PG_GETARG_INTERVAL_P(rate + 1), value->unit_days);
	clv_contract_require(clv_predict_payments(value->fit.model, value->fit.par,
											  period, delta, h, &out),
						 value);
	return out;
}

/* A number, unless it has no limit. */
static Datum
clv_unless_infinite(FunctionCallInfo fcinfo, double number)
{
	if (isinf(number))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(number);
}

/* clv.expected_lifetime(model, annual_rate [, horizon]) */
PG_FUNCTION_INFO_V1(clv_expected_lifetime);
Datum
clv_expected_lifetime(PG_FUNCTION_ARGS)
{
	return clv_unless_infinite(fcinfo, clv_payments(fcinfo, 0.0, 1));
}

/* clv.residual_lifetime(model, period, annual_rate [, horizon]) */
PG_FUNCTION_INFO_V1(clv_residual_lifetime);
Datum
clv_residual_lifetime(PG_FUNCTION_ARGS)
{
	return clv_unless_infinite(fcinfo,
							   clv_payments(fcinfo, clv_period_arg(fcinfo, 1, 1), 2));
}

/* So many payments of argument 1; NULL when they have no limit. */
static Datum
clv_payments_value(FunctionCallInfo fcinfo, double payments)
{
	double		price = PG_GETARG_FLOAT8(1);
	double		worth;
	ClvError	err;

	if (clv_contract_worth(price, isinf(payments) ? 0.0 : payments, &worth, &err) != CLV_OK)
		clv_raise(&err);
	if (isinf(payments))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(worth);
}

/* clv.new_contract_value(model, price, annual_rate [, horizon]) */
PG_FUNCTION_INFO_V1(clv_new_contract_value);
Datum
clv_new_contract_value(PG_FUNCTION_ARGS)
{
	return clv_payments_value(fcinfo, clv_payments(fcinfo, 0.0, 2));
}

/* clv.contract_value(model, price, period, annual_rate [, horizon]) */
PG_FUNCTION_INFO_V1(clv_contract_value);
Datum
clv_contract_value(PG_FUNCTION_ARGS)
{
	return clv_payments_value(fcinfo,
							  clv_payments(fcinfo, clv_period_arg(fcinfo, 2, 1), 3));
}
