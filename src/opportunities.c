/*
 * opportunities.c
 *		clv.opportunities: a purchase history as periods with and without a
 *		purchase, what a model in discrete time is fitted to.
 */
#include "rfm.h"

#include "access/htup_details.h"
#include "common/int.h"
#include "funcapi.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* The periods that the last call asked for, kept for the next one. */
typedef struct ClvPeriods
{
	DateADT		first;
	DateADT		last;
	Interval	length;
	int32		count;			/* whole periods from first to last */
	DateADT    *start;			/* count + 1 of them */
	MemoryContext context;		/* of start */
	TupleDesc	desc;
} ClvPeriods;

PG_FUNCTION_INFO_V1(clv_opportunities);

static char *
interval_text(const Interval *interval)
{
	return DatumGetCString(DirectFunctionCall1(interval_out,
											   IntervalPGetDatum(interval)));
}

static void
check_arguments(DateADT first, DateADT last, const Interval *length)
{
	if (DATE_NOT_FINITE(first) || DATE_NOT_FINITE(last))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("first and last date must be finite")));
	if (length->time != 0 || length->month < 0 || length->day < 0 ||
		(length->month == 0 && length->day == 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period must be a positive number of days or months, but is \"%s\"",
						interval_text(length)),
				 errhint("Use a period such as '1 year', '1 month', '7 days'.")));
}

/* The day on which period k begins: first + k * length, by the calendar. */
static DateADT
period_start(DateADT first, const Interval *length, int32 k)
{
	Interval	shift = {0};
	Datum		at;

	if (pg_mul_s32_overflow(length->month, k, &shift.month) ||
		pg_mul_s32_overflow(length->day, k, &shift.day))
		return DATEVAL_NOEND;
	at = DirectFunctionCall2(date_pl_interval, DateADTGetDatum(first),
							 IntervalPGetDatum(&shift));
	return DatumGetDateADT(DirectFunctionCall1(timestamp_date, at));
}

static void
find_periods(ClvPeriods *periods, DateADT first, DateADT last,
			 const Interval *length)
{
	int32		room = 64;
	DateADT    *start;

	check_arguments(first, last, length);
	periods->count = -1;		/* nothing valid, should we not come back */
	MemoryContextReset(periods->context);
	start = MemoryContextAlloc(periods->context, room * sizeof(DateADT));
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (++periods->count > CLV_MAX_PERIODS)
		{
			periods->count = -1;
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("there are more than %d periods of \"%s\" from first to last date",
							CLV_MAX_PERIODS, interval_text(length)),
					 errhint("Use longer periods.")));
		}
		if (periods->count == room)
		{
			room *= 2;
			start = repalloc(start, room * sizeof(DateADT));
		}
		start[periods->count] = period_start(first, length, periods->count);
	} while ((int64) start[periods->count] <= (int64) last + 1);
	periods->count--;			/* the last one is not over */
	if (periods->count < 1)
	{
		periods->count = -1;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no whole period of \"%s\" from first to last date",
						interval_text(length)),
				 errhint("The last date is the last day of the last period.")));
	}
	periods->first = first;
	periods->last = last;
	periods->length = *length;
	periods->start = start;
}

/* Usually they are the same in all rows of a query. */
static const ClvPeriods *
periods_arg(FunctionCallInfo fcinfo)
{
	ClvPeriods *periods = fcinfo->flinfo->fn_extra;
	MemoryContext context = fcinfo->flinfo->fn_mcxt;
	DateADT		first = PG_GETARG_DATEADT(1);
	DateADT		last = PG_GETARG_DATEADT(2);
	const Interval *length = PG_GETARG_INTERVAL_P(3);

	if (periods == NULL)
	{
		TupleDesc	desc;
		MemoryContext old;

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		old = MemoryContextSwitchTo(context);
		periods = palloc0(sizeof(*periods));
		periods->count = -1;
		periods->desc = BlessTupleDesc(CreateTupleDescCopy(desc));
		periods->context = AllocSetContextCreate(context, "clv periods",
												 ALLOCSET_SMALL_SIZES);
		MemoryContextSwitchTo(old);
		fcinfo->flinfo->fn_extra = periods;
	}
	if (periods->count < 0 || periods->first != first ||
		periods->last != last || periods->length.month != length->month ||
		periods->length.day != length->day || length->time != 0)
		find_periods(periods, first, last, length);
	return periods;
}

/* clv.opportunities(rfm, first, last, period, refunds) */
Datum
clv_opportunities(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_RFM(0);
	const ClvPeriods *periods = periods_arg(fcinfo);
	ClvRefunds	policy = clv_rfm_policy(PG_GETARG_DATEADT(2),
										PG_GETARG_TEXT_PP(4));
	ClvOpportunities found;
	Datum		values[3];
	bool		nulls[3] = {0};
	ClvError	err;

	if (clv_history_opportunities(CLV_RFM_DATA(value), CLV_RFM_SIZE(value),
								  periods->start, periods->count, policy,
								  &found, &err) != CLV_OK)
		clv_raise(&err);
	PG_FREE_IF_COPY(value, 0);
	if (!found.acquired)
		PG_RETURN_NULL();
	values[0] = Int32GetDatum(found.x);
	values[1] = Int32GetDatum(found.tx);
	values[2] = Int32GetDatum(found.n);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(periods->desc, values,
													  nulls)));
}
