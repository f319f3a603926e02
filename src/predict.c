/*
 * predict.c
 *		What a model says of one customer, and of a new one.
 *
 * Every function here takes a model, checks the customer's history, turns
 * intervals and annual rates into the model's unit of time, and asks the core.
 */
#include "clv.h"

#include <math.h>

#include "fit/undetermined.h"
#include "math/renewals.h"
#include "model/prediction.h"
#include "predict.h"

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

/* A later model may leave a prediction out. */
static void
clv_require_supported(ClvStatus status, const ClvModelValue *value)
{
	if (status == CLV_UNSUPPORTED)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("model \"%s\" does not make this prediction",
						value->fit.model->name)));
}

/* Go on if the core could tell, and raise with the customer if not. */
static void
clv_require(ClvStatus status, const ClvModelValue *value, const ClvCustomer *row)
{
	ClvError	err;

	if (status == CLV_OK)
		return;
	clv_require_supported(status, value);
	clv_fail(&err, status, NULL,
			 "model \"%s\" has no answer for frequency \"%g\", recency \"%g\", t \"%g\"",
			 value->fit.model->name, row->x, row->tx, row->t);
	clv_raise(&err);
}

/* clv.p_alive(model, frequency, recency, t [, ahead]) */
PG_FUNCTION_INFO_V1(clv_p_alive);
Datum
clv_p_alive(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);
	double		ahead = 0.0;
	double		out;
	ClvTold		told;

	if (PG_NARGS() > 4)
		ahead = clv_interval_units(PG_GETARG_INTERVAL_P(4), value->unit_days);
	told = clv_told_alive(&value->fit, &row, ahead);
	if (told == CLV_NOT_TOLD)
		PG_RETURN_NULL();
	if (told == CLV_TOLD_BY_LIMIT)
		PG_RETURN_FLOAT8(1.0);
	clv_require(clv_predict_p_alive(value->fit.model, value->fit.par, &row, ahead, &out),
				value, &row);
	PG_RETURN_FLOAT8(out);
}

/* clv.p_active(model, frequency, recency, t, horizon) */
PG_FUNCTION_INFO_V1(clv_p_active);
Datum
clv_p_active(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);
	double		h = clv_interval_units(PG_GETARG_INTERVAL_P(4), value->unit_days);
	double		out;
	ClvTold		told = clv_told_purchases(&value->fit, &row);

	if (told == CLV_NOT_TOLD)
		PG_RETURN_NULL();
	if (told == CLV_TOLD_BY_LIMIT)
		PG_RETURN_FLOAT8(0.0);
	clv_require(clv_predict_p_active(value->fit.model, value->fit.par, &row, h, &out),
				value, &row);
	PG_RETURN_FLOAT8(out);
}

/*
 * Customers who have bought once differ in their age alone, and in most shops
 * they are many: few answers serve all of them.  What is known of an age stays
 * in its place until another one comes there; the places are few as long as
 * the model may be another one in the next row.
 */
enum
{
	KEPT_PURCHASES,
	KEPT_YEARS,
	KEPT_ANSWERS
};

typedef struct Kept
{
	double		t;				/* NaN: nothing is kept here */
	double		delta;
	double		h;
	double		answer[KEPT_ANSWERS];	/* NaN: not asked for yet */
} Kept;

typedef struct KeptTable
{
	int			bits;			/* there are 2^bits places */
	int			missed;
	Kept		place[FLEXIBLE_ARRAY_MEMBER];
} KeptTable;

#define KEPT_FEW		4
#define KEPT_MANY		11
#define KEPT_GROW		64		/* misses after which few become many */

static KeptTable *
make_kept(MemoryContext context, int bits)
{
	Size		size = sizeof(Kept) << bits;
	KeptTable  *table = MemoryContextAlloc(context, offsetof(KeptTable, place) + size);

	table->bits = bits;
	table->missed = 0;
	memset(table->place, 0xff, size);	/* all bits set: NaN */
	return table;
}

/* The table of this call, with many places once it is worth it. */
static KeptTable *
kept_table(FunctionCallInfo fcinfo)
{
	void	  **memo = clv_model_memo(fcinfo);
	KeptTable  *table = *memo;

	if (table == NULL)
		*memo = table = make_kept(fcinfo->flinfo->fn_mcxt, KEPT_FEW);
	else if (table->missed > KEPT_GROW)
	{
		*memo = make_kept(fcinfo->flinfo->fn_mcxt, KEPT_MANY);
		pfree(table);
		table = *memo;
	}
	return table;
}

/* Where an answer is kept, NaN before it is; NULL: not that of this customer. */
static double *
kept_answer(FunctionCallInfo fcinfo, const ClvCustomer *row, double delta, double h,
			int which)
{
	KeptTable  *table;
	Kept	   *kept;
	uint64		bits;

	if (row->x > 0.0)
		return NULL;
	table = kept_table(fcinfo);
	memcpy(&bits, &row->t, sizeof(bits));
	kept = &table->place[bits * UINT64CONST(0x9E3779B97F4A7C15) >> (64 - table->bits)];
	if (!(kept->t == row->t && kept->delta == delta && kept->h == h))
	{
		kept->t = row->t;
		kept->delta = delta;
		kept->h = h;
		memset(kept->answer, 0xff, sizeof(kept->answer));
		if (table->bits == KEPT_FEW)
			table->missed++;
	}
	return &kept->answer[which];
}

bool
clv_purchases(FunctionCallInfo fcinfo, const ClvModelValue *value,
			  const ClvCustomer *row, double delta, double h, double *out)
{
	ClvTold		told = clv_told_purchases(&value->fit, row);
	double	   *kept;

	*out = 0.0;
	if (told != CLV_TOLD_BY_PARAMETERS)
		return told == CLV_TOLD_BY_LIMIT;
	kept = kept_answer(fcinfo, row, delta, h, KEPT_PURCHASES);
	if (kept != NULL && !isnan(*kept))
	{
		*out = *kept;
		return true;
	}
	clv_require(clv_predict_purchases(value->fit.model, value->fit.par, row, delta, h, out),
				value, row);
	if (kept != NULL)
		*kept = *out;
	return true;
}

bool
clv_years(FunctionCallInfo fcinfo, const ClvModelValue *value,
		  const ClvCustomer *row, double delta, double h, double *out)
{
	ClvTold		told = clv_told_alive(&value->fit, row, h);
	double	   *kept;

	if (told == CLV_NOT_TOLD)
		return false;
	if (told == CLV_TOLD_BY_LIMIT)
	{
		/* alive for certain, all the time */
		h = value->fit.model->discrete ? clv_whole_periods(h) : h;
		*out = clv_finite(clv_units_to_years(clv_annuity(delta, h), value->unit_days));
		return true;
	}
	kept = kept_answer(fcinfo, row, delta, h, KEPT_YEARS);
	if (kept != NULL && !isnan(*kept))
	{
		*out = *kept;
		return true;
	}
	clv_require(clv_predict_lifetime(value->fit.model, value->fit.par, row, delta, h, out),
				value, row);
	*out = clv_finite(clv_units_to_years(*out, value->unit_days));
	if (kept != NULL)
		*kept = *out;
	return true;
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
	double		out;
	ClvTold		told = clv_told_purchases(&value->fit, row);

	if (n < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of purchases must not be negative, but is \"" INT64_FORMAT "\"",
						n)));
	if (told == CLV_NOT_TOLD)
		PG_RETURN_NULL();
	if (told == CLV_TOLD_BY_LIMIT)
		PG_RETURN_FLOAT8(n == 0 ? 1.0 : 0.0);
	clv_require(clv_predict_pmf(value->fit.model, value->fit.par, row, h, (double) n, &out),
				value, row);
	PG_RETURN_FLOAT8(out);
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
	double		out;

	if (!(probability > 0.0 && probability < 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("probability must be above 0 and below 1, but is \"%g\"",
						probability)));

	/* by the limit, it never comes */
	if (clv_told_purchases(&value->fit, &row) != CLV_TOLD_BY_PARAMETERS)
		PG_RETURN_NULL();
	clv_require(clv_predict_next_purchase(value->fit.model, value->fit.par, &row,
										  probability, &out),
				value, &row);
	if (isinf(out))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(clv_finite(clv_units_to_days(out, value->unit_days)));
}

/* clv.loglik(model, frequency, recency, t) */
PG_FUNCTION_INFO_V1(clv_row_loglik);
Datum
clv_row_loglik(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_transaction_arg(fcinfo);
	ClvCustomer row = clv_row_arg(fcinfo, 1, value);
	double		out;
	ClvTold		told = clv_told_purchases(&value->fit, &row);

	if (told == CLV_NOT_TOLD)
		PG_RETURN_NULL();
	if (told == CLV_TOLD_BY_LIMIT)
		PG_RETURN_FLOAT8(0.0);	/* ln 1: no purchase, for certain */
	clv_require(clv_predict_loglik(value->fit.model, value->fit.par, &row, &out),
				value, &row);
	PG_RETURN_FLOAT8(out);
}

bool
clv_mean_spend(const ClvModelValue *value, double x, const double *m,
			   double *out)
{
	const ClvModel *model = value->fit.model;
	ClvStatus	status;
	ClvError	err;

	if (!isfinite(x) || x < 0 || x != floor(x))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("frequency must be a whole number of at least 0, but is \"%g\"",
						x)));
	if (m != NULL && !isfinite(*m))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("monetary must be finite, but is \"%g\"", *m)));
	if (x > 0 && (m == NULL || *m <= 0))
		return false;
	status = clv_predict_expected_spend(value->fit.model, value->fit.par, x,
								   x > 0 ? *m : 0.0, out);
	if (status != CLV_OK)
	{
		clv_fail(&err, status, NULL,
				 "model \"%s\" has no answer for frequency \"%g\", monetary \"%g\"",
				 model->name, x, x > 0 ? *m : 0.0);
		clv_raise(&err);
	}
	return !isinf(*out);
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

double
clv_worth(double purchases, double spend)
{
	return clv_finite(purchases * spend);
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
	double		purchases;

	if (!clv_customer_args(fcinfo, 8, &of) ||
		!clv_purchases(fcinfo, of.value, &of.row, of.delta, of.h, &purchases))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(clv_worth(purchases, of.mean));
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
	double		purchases;
	double		mean;

	if (!clv_mean_spend(spend, 0.0, NULL, &mean) ||
		!clv_purchases(fcinfo, value, &clv_new_customer, delta, h, &purchases))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(clv_worth(1.0 + purchases, mean));
}
