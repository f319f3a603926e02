/*
 * rfm_summary.c
 *		Questions to a purchase history: summary, single figures, days.
 */
#include "rfm.h"

#include "funcapi.h"
#include "utils/date.h"

PG_FUNCTION_INFO_V1(clv_rfm_summary);
PG_FUNCTION_INFO_V1(clv_rfm_frequency);
PG_FUNCTION_INFO_V1(clv_rfm_recency);
PG_FUNCTION_INFO_V1(clv_rfm_t);
PG_FUNCTION_INFO_V1(clv_rfm_monetary);
PG_FUNCTION_INFO_V1(clv_rfm_first_purchase);
PG_FUNCTION_INFO_V1(clv_rfm_last_purchase);
PG_FUNCTION_INFO_V1(clv_rfm_days);

ClvRefunds
clv_rfm_policy(DateADT as_of, const text *refunds)
{
	ClvRefunds	policy = CLV_REFUNDS_NET;
	char	   *name;
	ClvError	err;

	if (DATE_NOT_FINITE(as_of))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of must be finite, but is \"%s\"",
						DATE_IS_NOBEGIN(as_of) ? "-infinity" : "infinity"),
				 errhint("Give the last day that was observed.")));
	if (refunds == NULL)
		return policy;
	name = text_to_cstring(refunds);
	if (clv_refunds_parse(name, &policy, &err) != CLV_OK)
		clv_raise(&err);
	pfree(name);
	return policy;
}

/* A question of the core: clv_history_summary(), or less. */
typedef ClvStatus (*Question) (const unsigned char *data, size_t size,
							   int32_t as_of, ClvRefunds policy,
							   ClvSummary *out, ClvError *err);

/*
 * What arguments (rfm, as_of, refunds) say to a question; false when there is
 * no purchase up to as_of.
 */
static bool
ask(FunctionCallInfo fcinfo, Question question, ClvSummary *summary)
{
	struct varlena *value = PG_GETARG_CLV_RFM(0);
	DateADT		as_of = PG_GETARG_DATEADT(1);
	ClvRefunds	policy = clv_rfm_policy(as_of, PG_GETARG_TEXT_PP(2));
	ClvError	err;

	if (question(CLV_RFM_DATA(value), CLV_RFM_SIZE(value), as_of, policy,
				 summary, &err) != CLV_OK)
		clv_raise(&err);
	PG_FREE_IF_COPY(value, 0);
	return summary->purchases > 0;
}

static bool
summarise(FunctionCallInfo fcinfo, ClvSummary *summary)
{
	return ask(fcinfo, clv_history_summary, summary);
}

TupleDesc
clv_rfm_result_type(FunctionCallInfo fcinfo)
{
	TupleDesc	desc = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (desc != NULL)
		return desc;
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = desc;
	return desc;
}

Datum
clv_rfm_summary(PG_FUNCTION_ARGS)
{
	ClvSummary	s;
	Datum		values[11];
	bool		nulls[11] = {0};
	DateADT		as_of = PG_GETARG_DATEADT(1);
	TupleDesc	desc;

	if (!summarise(fcinfo, &s))
		PG_RETURN_NULL();
	values[0] = Int32GetDatum((int32) (s.purchases - 1));
	values[1] = Float8GetDatum((double) s.last - s.first);
	values[2] = Float8GetDatum((double) as_of - s.first);
	values[3] = Float8GetDatum(s.monetary);
	values[4] = DateADTGetDatum(s.first);
	values[5] = DateADTGetDatum(s.last);
	values[6] = Int32GetDatum(as_of - s.last);
	values[7] = Int64GetDatum(s.orders);
	values[8] = Float8GetDatum(s.spend);
	values[9] = Float8GetDatum(s.refunds);
	values[10] = Int32GetDatum(s.refund_days);
	nulls[3] = !s.has_monetary;
	nulls[8] = nulls[9] = !s.has_money;

	desc = clv_rfm_result_type(fcinfo);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}

/* clv._first_purchase(rfm, as_of, refunds) */
Datum
clv_rfm_first_purchase(PG_FUNCTION_ARGS)
{
	ClvSummary	summary;

	if (!ask(fcinfo, clv_history_reach, &summary))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(summary.first);
}

/* clv._last_purchase(rfm, as_of, refunds) */
Datum
clv_rfm_last_purchase(PG_FUNCTION_ARGS)
{
	ClvSummary	summary;

	if (!ask(fcinfo, clv_history_reach, &summary))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(summary.last);
}

Datum
clv_rfm_frequency(PG_FUNCTION_ARGS)
{
	ClvSummary	summary;

	if (!summarise(fcinfo, &summary))
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) (summary.purchases - 1));
}

Datum
clv_rfm_recency(PG_FUNCTION_ARGS)
{
	ClvSummary	summary;

	if (!summarise(fcinfo, &summary))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) summary.last - summary.first);
}

Datum
clv_rfm_t(PG_FUNCTION_ARGS)
{
	ClvSummary	summary;

	if (!summarise(fcinfo, &summary))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) PG_GETARG_DATEADT(1) - summary.first);
}

Datum
clv_rfm_monetary(PG_FUNCTION_ARGS)
{
	ClvSummary	summary;

	if (!summarise(fcinfo, &summary) || !summary.has_monetary)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(summary.monetary);
}

/* The nearest double of a sum at rest. */
static double
nearest(const ClvExpansion *sum)
{
	return sum->n > 0 ? sum->c[0] : 0.0;
}

Datum
clv_rfm_days(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_RFM(0);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ClvHistoryReader reader;
	ClvDay		day;
	ClvError	err;
	ClvStatus	status;

	InitMaterializedSRF(fcinfo, 0);
	status = clv_history_read(&reader, CLV_RFM_DATA(value),
							  CLV_RFM_SIZE(value), &err);
	if (status != CLV_OK)
		clv_raise(&err);
	while ((status = clv_history_next(&reader, &day, &err)) == CLV_CONTINUE)
	{
		Datum		values[5];
		bool		nulls[5] = {0};

		CHECK_FOR_INTERRUPTS();
		nulls[1] = nulls[2] = nulls[3] = !reader.has_amounts;
		values[0] = DateADTGetDatum(day.day);
		values[1] = Float8GetDatum(nearest(&day.gross));
		values[2] = Float8GetDatum(nearest(&day.refund));
		values[3] = Float8GetDatum(clv_day_net(&day));
		values[4] = Int64GetDatum(day.orders);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	if (status != CLV_OK)
		clv_raise(&err);
	PG_FREE_IF_COPY(value, 0);
	return (Datum) 0;
}
