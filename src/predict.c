/*
 * predict.c
 *		What a model says of one customer, and of a new one.
 *
 * Every function here takes a model, checks the customer's history, turns
 * intervals and annual rates into the model's unit of time, and asks the core.
 */
#include "clv.h"

#include <math.h>

#include "fit/fitted_predict.h"
#include "predict.h"
#include "value/worth.h"

const ClvModelValue *
clv_transaction_arg(FunctionCallInfo fcinfo)
{
	const ClvModelValue *value = clv_model_arg(fcinfo, 0);

	clv_value_require(value, CLV_TRANSACTION);
	return value;
}

const ClvModelValue *
clv_spend_arg(FunctionCallInfo fcinfo, int argno)
{
	const ClvModelValue *value = clv_model_arg(fcinfo, argno);

	clv_value_require(value, CLV_SPEND);
	return value;
}

ClvCustomer
clv_row_arg(FunctionCallInfo fcinfo, int argno, const ClvModelValue *value)
{
	ClvCustomer row;
	ClvError	err;

	row.x = PG_GETARG_FLOAT8(argno);
	row.tx = PG_GETARG_FLOAT8(argno + 1);
	row.t = PG_GETARG_FLOAT8(argno + 2);
	row.m = 0.0;
	if (clv_model_row_check(value->fit.model, &row, &err) != CLV_OK)
		clv_raise(&err);
	return row;
}

/* Someone who has just bought for the first time. */
static const ClvCustomer clv_new_customer = {0.0, 0.0, 0.0, 0};

/* Go on if the core could tell, and raise with the customer if not. */
static void
require(ClvStatus status, const ClvModelValue *value, const ClvCustomer *row)
{
	const char *name = value->fit.model->name;
	ClvNumber	number[3];
	ClvError	err;

	if (status == CLV_OK)
		return;
	if (status == CLV_UNSUPPORTED)
		clv_fail(&err, status, NULL, "model \"%s\" does not make this prediction", name);
	else
		clv_fail(&err, status, NULL,
				 "model \"%s\" has no answer for frequency \"%s\", recency \"%s\", t \"%s\"",
				 name, clv_number(&number[0], row->x), clv_number(&number[1], row->tx),
				 clv_number(&number[2], row->t));
	clv_raise(&err);
}

/* An answer as what a function returns. */
static Datum
answer_datum(FunctionCallInfo fcinfo, ClvStatus status,
			 const ClvModelValue *value, const ClvCustomer *row,
			 const ClvAnswer *answer)
{
	require(status, value, row);
	if (!answer->known)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(answer->value);
}

/* clv.p_alive(model, frequency, recency, t [, ahead]) */
PG_FUNCTION_INFO_V1(clv_p_alive);
Datum
clv_p_alive(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);
	double		ahead = 0.0;
	ClvAnswer	answer;
	ClvStatus	status;

	if (PG_NARGS() > 4)
		ahead = clv_interval_units(PG_GETARG_INTERVAL_P(4), value->unit_days);
	status = clv_fitted_p_alive(&value->fit, &row, ahead, &answer);
	return answer_datum(fcinfo, status, value, &row, &answer);
}

/* clv.p_active(model, frequency, recency, t, horizon) */
PG_FUNCTION_INFO_V1(clv_p_active);
Datum
clv_p_active(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);
	double		h = clv_interval_units(PG_GETARG_INTERVAL_P(4), value->unit_days);
	ClvAnswer	answer;
	ClvStatus	status = clv_fitted_p_active(&value->fit, &row, h, &answer);

	return answer_datum(fcinfo, status, value, &row, &answer);
}

/* The answers that this call keeps of this model. */
static ClvAnswerCache *
answer_cache(FunctionCallInfo fcinfo)
{
	void	  **memo = clv_model_memo(fcinfo);
	ClvAnswerCache *cache = *memo;
	bool		large = cache != NULL && clv_answer_cache_outgrown(cache);

	if (cache != NULL && !large)
		return cache;
	*memo = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, clv_answer_cache_size(large));
	if (cache != NULL)
		pfree(cache);
	clv_answer_cache_init(*memo, large);
	return *memo;
}

bool
clv_purchases(FunctionCallInfo fcinfo, const ClvModelValue *value,
			  const ClvCustomer *row, double delta, double h, double *out)
{
	ClvAnswer	answer;

	require(clv_fitted_purchases(&value->fit, row, delta, h,
								 answer_cache(fcinfo), &answer),
			value, row);
	*out = answer.value;
	return answer.known;
}

bool
clv_years(FunctionCallInfo fcinfo, const ClvModelValue *value,
		  const ClvCustomer *row, double delta, double h, double *out)
{
	ClvAnswer	answer;

	require(clv_fitted_lifetime(&value->fit, row, delta, h,
								answer_cache(fcinfo), &answer),
			value, row);
	if (answer.known)
		*out = clv_finite(clv_units_to_years(answer.value, value->unit_days));
	return answer.known;
}

/* clv_purchases() as what a function returns. */
static Datum
clv_purchases_datum(FunctionCallInfo fcinfo, const ClvModelValue *value,
					const ClvCustomer *row, double delta, double h)
{
	double		out;

	if (!clv_purchases(fcinfo, value, row, delta, h, &out))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(out);
}

/* clv.expected_purchases(model, frequency, recency, t, horizon) */
PG_FUNCTION_INFO_V1(clv_expected_purchases);
Datum
clv_expected_purchases(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);
	double		h = clv_interval_units(PG_GETARG_INTERVAL_P(4), value->unit_days);

	return clv_purchases_datum(fcinfo, value, &row, 0.0, h);
}

/* clv.expected_purchases(model, horizon): of a new customer */
PG_FUNCTION_INFO_V1(clv_expected_purchases_new);
Datum
clv_expected_purchases_new(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	double		h = clv_interval_units(PG_GETARG_INTERVAL_P(1), value->unit_days);

	return clv_purchases_datum(fcinfo, value, &clv_new_customer, 0.0, h);
}

/* clv.discounted_purchases(model, frequency, recency, t, annual_rate [, horizon]) */
PG_FUNCTION_INFO_V1(clv_discounted_purchases);
Datum
clv_discounted_purchases(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);
	double		delta = clv_discount_per_unit(PG_GETARG_FLOAT8(4), value->unit_days);
	double		h = INFINITY;

	if (PG_NARGS() > 5)
		h = clv_interval_units(PG_GETARG_INTERVAL_P(5), value->unit_days);
	else if (delta == 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("annual rate must be above 0 without a horizon"),
				 errhint("Add a horizon: undiscounted purchases may have no finite sum.")));
	return clv_purchases_datum(fcinfo, value, &row, delta, h);
}

/* clv.alive_years(model, frequency, recency, t, annual_rate, horizon) */
PG_FUNCTION_INFO_V1(clv_alive_years);
Datum
clv_alive_years(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);
	double		delta = clv_discount_per_unit(PG_GETARG_FLOAT8(4), value->unit_days);
	double		h = clv_interval_units(PG_GETARG_INTERVAL_P(5), value->unit_days);
	double		out;

	if (!clv_years(fcinfo, value, &row, delta, h, &out))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(out);
}

static Datum
clv_pmf(FunctionCallInfo fcinfo, const ClvModelValue *value, const ClvCustomer *row,
		const Interval *horizon, int64 n)
{
	double		h = clv_interval_units(horizon, value->unit_days);
	ClvAnswer	answer;
	ClvStatus	status;

	if (n < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of purchases must not be negative, but is \"" INT64_FORMAT "\"",
						n)));
	status = clv_fitted_pmf(&value->fit, row, h, (double) n, &answer);
	return answer_datum(fcinfo, status, value, row, &answer);
}

/* clv.purchases_pmf(model, frequency, recency, t, horizon, n) */
PG_FUNCTION_INFO_V1(clv_purchases_pmf);
Datum
clv_purchases_pmf(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);

	return clv_pmf(fcinfo, value, &row, PG_GETARG_INTERVAL_P(4),
				   PG_GETARG_INT64(5));
}

/* clv.purchases_pmf(model, horizon, n): of a new customer */
PG_FUNCTION_INFO_V1(clv_purchases_pmf_new);
Datum
clv_purchases_pmf_new(PG_FUNCTION_ARGS)
{
	return clv_pmf(fcinfo, clv_transaction_arg(fcinfo), &clv_new_customer,
				   PG_GETARG_INTERVAL_P(1), PG_GETARG_INT64(2));
}

/* clv.next_purchase(model, frequency, recency, t, probability) */
PG_FUNCTION_INFO_V1(clv_next_purchase);
Datum
clv_next_purchase(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);
	double		probability = PG_GETARG_FLOAT8(4);
	ClvAnswer	answer;

	if (!(probability > 0.0 && probability < 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("probability must be above 0 and below 1, but is \"%g\"",
						probability)));
	require(clv_fitted_next_purchase(&value->fit, &row, probability, &answer),
			value, &row);
	if (!answer.known)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(clv_finite(clv_units_to_days(answer.value, value->unit_days)));
}

/* clv.loglik(model, frequency, recency, t) */
PG_FUNCTION_INFO_V1(clv_row_loglik);
Datum
clv_row_loglik(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);
	ClvAnswer	answer;
	ClvStatus	status = clv_fitted_loglik(&value->fit, &row, &answer);

	return answer_datum(fcinfo, status, value, &row, &answer);
}

bool
clv_mean_spend(const ClvModelValue *value, double x, const double *m,
			   double *out)
{
	ClvAnswer	answer;
	ClvError	err;

	if (clv_fitted_expected_spend(&value->fit, x, m, &answer, &err) != CLV_OK)
		clv_raise(&err);
	*out = answer.value;
	return answer.known;
}

/* clv.expected_spend(spend, frequency, monetary) */
PG_FUNCTION_INFO_V1(clv_expected_spend);
Datum
clv_expected_spend(PG_FUNCTION_ARGS)
{
	double		m = 0.0;
	double		out;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(2))
		m = PG_GETARG_FLOAT8(2);
	if (!clv_mean_spend(clv_spend_arg(fcinfo, 0), PG_GETARG_FLOAT8(1),
						PG_ARGISNULL(2) ? NULL : &m, &out))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(out);
}

bool
clv_customer_args(FunctionCallInfo fcinfo, int nargs, ClvCustomerArgs *out)
{
	const ClvModelValue *spend;
	double		m = 0.0;
	int			i;

	for (i = 0; i < nargs; i++)
	{
		if (i != 5 && PG_ARGISNULL(i))
			return false;
	}
	out->value = clv_transaction_arg(fcinfo);
	spend = clv_spend_arg(fcinfo, 1);
	out->row = clv_row_arg(fcinfo, 2, out->value);
	out->delta = clv_discount_per_unit(PG_GETARG_FLOAT8(6), out->value->unit_days);
	out->h = clv_interval_units(PG_GETARG_INTERVAL_P(7), out->value->unit_days);
	if (!PG_ARGISNULL(5))
		m = PG_GETARG_FLOAT8(5);
	return clv_mean_spend(spend, out->row.x, PG_ARGISNULL(5) ? NULL : &m,
						  &out->mean);
}

/*
 * clv.value(model, spend, frequency, recency, t, monetary, annual_rate,
 * horizon): clv.discounted_purchases times clv.expected_spend
 */
PG_FUNCTION_INFO_V1(clv_value);
Datum
clv_value(PG_FUNCTION_ARGS)
{
	ClvCustomerArgs of;
	double		purchases,
				worth;
	ClvStatus	status;

	if (!clv_customer_args(fcinfo, 8, &of) ||
		!clv_purchases(fcinfo, of.value, &of.row, of.delta, of.h, &purchases))
		PG_RETURN_NULL();
	status = clv_worth(purchases, of.mean, &worth);
	if (status != CLV_OK)
		clv_raise_status(status);
	PG_RETURN_FLOAT8(worth);
}

/* clv.new_customer_value(model, spend, annual_rate, horizon) */
PG_FUNCTION_INFO_V1(clv_new_customer_value);
Datum
clv_new_customer_value(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	const ClvModelValue *spend = clv_spend_arg(fcinfo, 1);
	double		delta = clv_discount_per_unit(PG_GETARG_FLOAT8(2), value->unit_days);
	double		h = clv_interval_units(PG_GETARG_INTERVAL_P(3), value->unit_days);
	double		purchases,
				mean,
				worth;
	ClvStatus	status;

	if (!clv_mean_spend(spend, 0.0, NULL, &mean) ||
		!clv_purchases(fcinfo, value, &clv_new_customer, delta, h, &purchases))
		PG_RETURN_NULL();
	status = clv_new_worth(purchases, mean, &worth);
	if (status != CLV_OK)
		clv_raise_status(status);
	PG_RETURN_FLOAT8(worth);
}
