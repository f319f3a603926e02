/*
 * interval.c
 *		How sure a value is: of one customer, and what many share with it.
 *
 * Arguments become the terms and the customers of the core's outlook; its
 * steps are taken with interrupts between them.
 */
#include "clv.h"

#include "funcapi.h"
#include "utils/memutils.h"

#include "fit/uncertainty.h"
#include "fit/undetermined.h"
#include "interval.h"
#include "predict.h"

bool
clv_interval_args(FunctionCallInfo fcinfo, int first)
{
	int			i;

	for (i = 0; i < CLV_INTERVAL_ARGS; i++)
	{
		if (i != CLV_ARG_MONETARY && PG_ARGISNULL(first + i))
			return false;
	}
	return true;
}

void
clv_interval_terms(FunctionCallInfo fcinfo, int first,
				   const ClvModelValue *model, const ClvModelValue *spend,
				   ClvTerms *terms)
{
	ClvError	err;

	terms->model = &model->fit;
	terms->spend = &spend->fit;
	terms->delta = clv_discount_per_unit(PG_GETARG_FLOAT8(first + CLV_ARG_RATE),
										 model->unit_days);
	terms->h = clv_interval_units(PG_GETARG_INTERVAL_P(first + CLV_ARG_HORIZON),
								  model->unit_days);
	terms->level = PG_GETARG_FLOAT8(first + CLV_ARG_LEVEL);
	terms->draws = PG_GETARG_INT32(first + CLV_ARG_DRAWS);
	terms->seed = (uint64) PG_GETARG_INT64(first + CLV_ARG_SEED);
	terms->mixture = NULL;
	if (clv_terms_check(terms, &err) != CLV_OK)
		clv_raise(&err);
}

bool
clv_interval_customer(FunctionCallInfo fcinfo, int first,
					  const ClvModelValue *model, const ClvModelValue *spend,
					  ClvCustomer *customer)
{
	ClvCustomer row;
	double		m = 0.0;
	double		mean;
	bool		has_m = !PG_ARGISNULL(first + CLV_ARG_MONETARY);
	ClvError	err;

	row.x = PG_GETARG_FLOAT8(first + CLV_ARG_FREQUENCY);
	row.tx = PG_GETARG_FLOAT8(first + CLV_ARG_RECENCY);
	row.t = PG_GETARG_FLOAT8(first + CLV_ARG_T);
	row.m = 0.0;
	if (clv_model_row_check(model->fit.model, &row, &err) != CLV_OK)
		clv_raise(&err);
	if (has_m)
		m = PG_GETARG_FLOAT8(first + CLV_ARG_MONETARY);
	if (!clv_mean_spend(spend, row.x, has_m ? &m : NULL, &mean) ||
		clv_told_purchases(&model->fit, &row) == CLV_NOT_TOLD)
		return false;
	clv_customer_set(customer, &row, m);
	return true;
}

static Datum
range_datum(FunctionCallInfo fcinfo, const ClvRange *range)
{
	TupleDesc	desc;
	Datum		values[5];
	bool		nulls[5] = {0};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Float8GetDatum(range->lower);
	values[1] = Float8GetDatum(range->median);
	values[2] = Float8GetDatum(range->upper);
	values[3] = Float8GetDatum(range->mean);
	values[4] = Float8GetDatum(range->p_zero);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values,
											 nulls));
}

static void
run_outlook(ClvOutlook *outlook)
{
	ClvStatus	status;

	CLV_RUN(status, clv_outlook_step(outlook));
	if (status != CLV_OK)
		clv_raise(&outlook->err);
}

Datum
clv_interval_answer(FunctionCallInfo fcinfo, const ClvTerms *terms,
					const ClvCustomer *customer, Size n)
{
	ClvOutlook *outlook = palloc(sizeof(ClvOutlook));
	void	   *space = MemoryContextAllocHuge(CurrentMemoryContext,
											   clv_outlook_space(terms, n));
	ClvRange	range;

	clv_outlook_begin(outlook, terms, customer, n, space);
	run_outlook(outlook);
	clv_outlook_range(outlook, &range);
	pfree(space);
	pfree(outlook);
	return range_datum(fcinfo, &range);
}

/* What was asked of the customer before: the parameters drawn serve again. */
typedef struct ClvAsked
{
	ClvTerms	terms;
	ClvOutlook	outlook;
	bool		answered;
} ClvAsked;

bool
clv_interval_same(const ClvTerms *a, const ClvTerms *b)
{
	return a->delta == b->delta && a->h == b->h && a->level == b->level &&
		a->draws == b->draws && a->seed == b->seed;
}

static Datum
answer_again(FunctionCallInfo fcinfo, const ClvTerms *terms,
			 const ClvCustomer *customer)
{
	void	  **memo = clv_model_memo(fcinfo);
	ClvAsked   *asked = *memo;
	ClvRange	range;

	if (asked != NULL && asked->answered && clv_interval_same(&asked->terms, terms))
		clv_outlook_again(&asked->outlook, customer, 1);
	else
	{
		if (asked != NULL)
			pfree(asked);
		*memo = NULL;
		asked = MemoryContextAllocHuge(fcinfo->flinfo->fn_mcxt,
									   MAXALIGN(sizeof(ClvAsked)) +
									   clv_outlook_space(terms, 1));
		*memo = asked;
		asked->terms = *terms;
		clv_outlook_begin(&asked->outlook, &asked->terms, customer, 1,
						  (char *) asked + MAXALIGN(sizeof(ClvAsked)));
	}
	asked->answered = false;	/* an error may end this */
	run_outlook(&asked->outlook);
	clv_outlook_range(&asked->outlook, &range);
	asked->answered = true;
	return range_datum(fcinfo, &range);
}

/* clv.value_interval(model, spend, frequency, ..., level, draws, seed) */
PG_FUNCTION_INFO_V1(clv_value_interval);
Datum
clv_value_interval(PG_FUNCTION_ARGS)
{
	const ClvModelValue *model,
			   *spend;
	ClvCustomer customer;
	ClvTerms	terms;

	if (!clv_interval_args(fcinfo, 0))
		PG_RETURN_NULL();
	model = clv_transaction_arg(fcinfo);
	spend = clv_spend_arg(fcinfo, CLV_ARG_SPEND);
	clv_interval_terms(fcinfo, 0, model, spend, &terms);
	if (!clv_interval_customer(fcinfo, 0, model, spend, &customer))
		PG_RETURN_NULL();
	return answer_again(fcinfo, &terms, &customer);
}

/* clv.without_uncertainty(model) */
PG_FUNCTION_INFO_V1(clv_without_uncertainty);
Datum
clv_without_uncertainty(PG_FUNCTION_ARGS)
{
	ClvModelValue value = *clv_model_arg(fcinfo, 0);

	clv_fitted_forget_spread(&value.fit);
	PG_RETURN_POINTER(clv_model_pack(&value));
}

/*
 * clv.draw_model(model, seed, draw): the stream is the kind's own, so that a
 * transaction model and a spend model of one draw are independent, as their
 * fits are.
 */
PG_FUNCTION_INFO_V1(clv_draw_model);
Datum
clv_draw_model(PG_FUNCTION_ARGS)
{
	ClvModelValue value = *clv_model_arg(fcinfo, 0);
	int32		draw = PG_GETARG_INT32(2);
	ClvSpread	spread;
	ClvRandom	random;
	ClvError	err;

	clv_value_require(&value, value.fit.model->kind);
	if (draw < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of a draw must be at least 0, but is \"%d\"", draw)));
	if (value.fit.has_cov)
	{
		clv_random_init(&random, (uint64) PG_GETARG_INT64(1),
						(uint64) value.fit.model->kind << 56 | (uint64) draw);
		if (clv_spread_init(&spread, &clv_model_arg(fcinfo, 0)->fit, &err) != CLV_OK ||
			clv_spread_draw(&spread, &random, value.fit.par, &err) != CLV_OK)
			clv_raise(&err);
	}

	/* what the data do not determine is no more determined as if known */
	value.is_fitted = value.fit.undetermined;
	PG_RETURN_POINTER(clv_model_pack(&value));
}
