/*
 * cbs_info.c
 *		Questions to a base: its counts, its cells, spend and covariates.
 */
#include "cbs_state.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"

#include "base/cells_groups.h"

PG_FUNCTION_INFO_V1(clv_cbs_customers);
PG_FUNCTION_INFO_V1(clv_cbs_summary);
PG_FUNCTION_INFO_V1(clv_cbs_cells);
PG_FUNCTION_INFO_V1(clv_cbs_spend_cells);
PG_FUNCTION_INFO_V1(clv_cbs_covariates);

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
	const ClvBase *base = clv_cbs_get_cells(PointerGetDatum(value),
											CurrentMemoryContext);
	TupleDesc	desc;
	Datum		values[10];
	bool		nulls[10] = {false};

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
	values[8] = Int32GetDatum(head.ncov);
	values[9] = Int64GetDatum((int64) head.ngroup);
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
	base = clv_cbs_get_cells(PG_GETARG_DATUM(0), CurrentMemoryContext);
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
	base = clv_cbs_get_cells(PG_GETARG_DATUM(0), CurrentMemoryContext);
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

/* A vector of covariates as float8[]. */
static Datum
covariates_datum(const unsigned char *bytes, int n)
{
	double		v[CLV_MAX_COVARIATES];
	Datum		element[CLV_MAX_COVARIATES];
	int			i;

	clv_groups_vector(bytes, n, v);
	for (i = 0; i < n; i++)
		element[i] = Float8GetDatum(v[i]);
	return PointerGetDatum(construct_array(element, n, FLOAT8OID,
										   sizeof(float8), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

/* clv.covariates(cbs) */
Datum
clv_cbs_covariates(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	struct varlena *value = PG_GETARG_CLV_CBS(0);
	ClvCellsHead head = clv_cbs_head(value);
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext,
											  "clv row",
											  ALLOCSET_SMALL_SIZES);
	ClvGroupsWalk walk;
	ClvGroupBytes group;
	ClvError	err;

	InitMaterializedSRF(fcinfo, 0);
	if (head.ncov == 0)
		return (Datum) 0;
	if (clv_groups_walk(&walk, head.covariates, &err) != CLV_OK)
		clv_raise(&err);
	while (walk.next < walk.ngroup)
	{
		ClvCellsHead own;
		MemoryContext before;
		Datum		values[2];
		bool		nulls[2] = {false};

		CHECK_FOR_INTERRUPTS();
		if (clv_groups_next(&walk, &group, &err) != CLV_OK ||
			clv_cells_head(group.base.at, clv_span_size(group.base),
						   &own, &err) != CLV_OK)
			clv_raise(&err);
		before = MemoryContextSwitchTo(row);
		values[0] = covariates_datum(group.v, head.ncov);
		values[1] = Int64GetDatum(own.customers);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
		MemoryContextSwitchTo(before);
		MemoryContextReset(row);
	}
	return (Datum) 0;
}
