/*
 * cbs_info.c
 *		Questions to a base: its counts, its cells and its spend.
 */
#include "cbs_state.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"

PG_FUNCTION_INFO_V1(clv_cbs_customers);
PG_FUNCTION_INFO_V1(clv_cbs_summary);
PG_FUNCTION_INFO_V1(clv_cbs_cells);
PG_FUNCTION_INFO_V1(clv_cbs_spend_cells);

#define ROWS_BETWEEN_INTERRUPTS 1024

Datum
clv_cbs_customers(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_CBS(0);
	int64		customers = clv_cbs_head(value).customers;

	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_INT64(customers);
}

/* clv.summary(cbs) */
Datum
clv_cbs_summary(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_CBS(0);
	ClvCellsHead head = clv_cbs_head(value);
	const ClvBase *base = clv_cbs_get_base(PointerGetDatum(value),
										   CurrentMemoryContext);
	TupleDesc	desc;
	Datum		values[8];
	bool		nulls[8] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Int64GetDatum(head.customers);
	values[1] = Int64GetDatum(head.no_repeat);
	values[2] = Int64GetDatum(head.spenders);
	values[3] = Int64GetDatum(head.no_spend);
	values[4] = Int64GetDatum((int64) base->ncell);
	values[5] = Int64GetDatum((int64) base->nspend);
	values[6] = BoolGetDatum(base->in_days);
	values[7] = Float8GetDatum(base->sum_log_gaps);
	nulls[7] = !base->has_log_gaps;
	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

Datum
clv_cbs_cells(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const ClvBase *base;
	size_t		i;

	InitMaterializedSRF(fcinfo, 0);
	base = clv_cbs_get_base(PG_GETARG_DATUM(0), CurrentMemoryContext);
	for (i = 0; i < base->ncell; i++)
	{
		const ClvCell *cell = &base->cell[i];
		Datum		values[4];
		bool		nulls[4] = {false};

		if (i % ROWS_BETWEEN_INTERRUPTS == 0)
			CHECK_FOR_INTERRUPTS();
		values[0] = Float8GetDatum(base->x[cell->ix]);
		values[1] = Float8GetDatum(base->tx[cell->itx]);
		values[2] = Float8GetDatum(base->t[cell->it]);
		values[3] = Int64GetDatum((int64) cell->n);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}

Datum
clv_cbs_spend_cells(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const ClvBase *base;
	size_t		i;

	InitMaterializedSRF(fcinfo, 0);
	base = clv_cbs_get_base(PG_GETARG_DATUM(0), CurrentMemoryContext);
	for (i = 0; i < base->nspend; i++)
	{
		const ClvSpend *spend = &base->spend[i];
		Datum		values[3];
		bool		nulls[3] = {false};

		if (i % ROWS_BETWEEN_INTERRUPTS == 0)
			CHECK_FOR_INTERRUPTS();
		values[0] = Float8GetDatum(spend->x);
		values[1] = Float8GetDatum(spend->m);
		values[2] = Int64GetDatum((int64) spend->n);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}
