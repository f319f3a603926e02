/*
 * rfm_periods.c
 *		clv.periods: a purchase history by periods of any length; what the
 *		audit asks of one or two of them.
 */
#include "rfm.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"

#include "money.h"

PG_FUNCTION_INFO_V1(clv_rfm_periods);
PG_FUNCTION_INFO_V1(clv_rfm_in_period);
PG_FUNCTION_INFO_V1(clv_rfm_in_periods);

const DateADT *
clv_rfm_bounds(ArrayType *array, int *n)
{
	const DateADT *bound = (const DateADT *) ARR_DATA_PTR(array);
	int			i;

	*n = ARR_NDIM(array) == 1 ? ARR_DIMS(array)[0] : 0;
	if (*n > CLV_MAX_PERIODS + 1)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("bounds make more than %d periods", CLV_MAX_PERIODS)));
	clv_require_elements(array, "bounds");
	if (*n < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bounds must be an array of at least two dates"),
				 errhint("Period k is from the k-th date to the day before the next.")));
	for (i = 0; i < *n; i++)
	{
		if (DATE_NOT_FINITE(bound[i]) || (i > 0 && bound[i] <= bound[i - 1]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("bounds must be finite dates in ascending order, but date %d is not",
							i + 1)));
	}
	return bound;
}

/* clv.periods(rfm, bounds, refunds) */
Datum
clv_rfm_periods(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_RFM(0);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			n;
	const DateADT *bound = clv_rfm_bounds(PG_GETARG_ARRAYTYPE_P(1), &n);
	ClvRefunds	policy = clv_rfm_policy(bound[n - 1], PG_GETARG_TEXT_PP(2));
	ClvPeriodReader reader;
	ClvHistoryPeriod period;
	ClvStatus	status;
	ClvError	err;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	status = clv_history_read_periods(&reader, CLV_RFM_DATA(value),
									  CLV_RFM_SIZE(value), bound, n - 1,
									  policy, &err);
	if (status != CLV_OK)
		clv_raise(&err);
	while ((status = clv_history_next_period(&reader, &period, &err)) == CLV_CONTINUE)
	{
		Datum		values[5];
		bool		nulls[5] = {0};

		CHECK_FOR_INTERRUPTS();
		nulls[3] = nulls[4] = !reader.reader.has_amounts;
		values[0] = Int32GetDatum(period.k + 1);
		values[1] = Int32GetDatum(period.purchases);
		values[2] = Int64GetDatum(period.orders);
		values[3] = Float8GetDatum(period.spend);
		values[4] = Float8GetDatum(period.refunds);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	if (status != CLV_OK)
		clv_raise(&err);
	PG_FREE_IF_COPY(value, 0);
	return (Datum) 0;
}

/*
 * What a history has from a day to another, both in it; false (and zeros) when
 * it has nothing there.
 */
static bool
in_period(struct varlena *value, DateADT first, DateADT last, ClvRefunds policy,
		  ClvHistoryPeriod *period)
{
	const DateADT bound[2] = {first, last + 1};
	ClvPeriodReader reader;
	ClvStatus	status;
	ClvError	err;

	memset(period, 0, sizeof(*period));
	status = clv_history_read_periods(&reader, CLV_RFM_DATA(value),
									  CLV_RFM_SIZE(value), bound, 1, policy,
									  &err);
	if (status == CLV_OK)
		status = clv_history_next_period(&reader, period, &err);
	if (status != CLV_OK && status != CLV_CONTINUE)
		clv_raise(&err);
	return status == CLV_CONTINUE;
}

/* Three columns of a row: purchases, orders, revenue. */
static void
period_columns(struct varlena *value, const ClvHistoryPeriod *period,
			   Datum *column, bool *null)
{
	column[0] = Int32GetDatum(period->purchases);
	column[1] = Int64GetDatum(period->orders);
	null[2] = !clv_history_has_amounts(CLV_RFM_DATA(value), CLV_RFM_SIZE(value));
	if (!null[2])
		column[2] = DirectFunctionCall1(clv_money, Float8GetDatum(period->spend));
}

static Datum
make_row(FunctionCallInfo fcinfo, Datum *column, bool *null)
{
	TupleDesc	desc = clv_rfm_result_type(fcinfo);

	return HeapTupleGetDatum(heap_form_tuple(desc, column, null));
}

/* clv._in_period(rfm, first, last, refunds) */
Datum
clv_rfm_in_period(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_RFM(0);
	DateADT		last = PG_GETARG_DATEADT(2);
	ClvRefunds	policy = clv_rfm_policy(last, PG_GETARG_TEXT_PP(3));
	ClvHistoryPeriod period;
	Datum		column[3];
	bool		null[3] = {0};

	if (!in_period(value, PG_GETARG_DATEADT(1), last, policy, &period))
		PG_RETURN_NULL();
	period_columns(value, &period, column, null);
	PG_RETURN_DATUM(make_row(fcinfo, column, null));
}

/* clv._in_periods(rfm, from_first, from_last, to_first, to_last, refunds) */
Datum
clv_rfm_in_periods(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_RFM(0);
	DateADT		to_first = PG_GETARG_DATEADT(3);
	DateADT		to_last = PG_GETARG_DATEADT(4);
	ClvRefunds	policy = clv_rfm_policy(to_last, PG_GETARG_TEXT_PP(5));
	ClvHistoryPeriod from;
	ClvHistoryPeriod to;
	ClvHistoryPeriod before;
	Datum		column[7];
	bool		null[7] = {0};
	bool		any;

	any = in_period(value, PG_GETARG_DATEADT(1), PG_GETARG_DATEADT(2), policy, &from);
	if (!in_period(value, to_first, to_last, policy, &to) && !any)
		PG_RETURN_NULL();
	period_columns(value, &from, column, null);
	period_columns(value, &to, column + 3, null + 3);
	in_period(value, CLV_MIN_DAY, to_first - 1, policy, &before);
	column[6] = BoolGetDatum(before.purchases > 0);
	PG_RETURN_DATUM(make_row(fcinfo, column, null));
}
