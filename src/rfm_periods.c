/*
 * rfm_periods.c
 *		clv.periods: a purchase history by periods of any length.
 */
#include "rfm.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/date.h"

PG_FUNCTION_INFO_V1(clv_rfm_periods);

/* The days on which periods begin, and after them the one after the last. */
static const DateADT *
bounds_arg(ArrayType *array, int *n)
{
	const DateADT *bound = (const DateADT *) ARR_DATA_PTR(array);
	int			i;

	*n = ARR_NDIM(array) == 1 ? ARR_DIMS(array)[0] : 0;
	if (*n < 2 || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bounds must be an array of at least two dates and no NULL"),
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
	const DateADT *bound = bounds_arg(PG_GETARG_ARRAYTYPE_P(1), &n);
	ClvRefunds	policy = clv_rfm_policy(bound[n - 1], PG_GETARG_TEXT_PP(2));
	ClvPeriodReader reader;
	ClvHistoryPeriod	period;
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
