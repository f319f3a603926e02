/*
 * cohorts.c
 *		Histories by the period of the first purchase and by period: how many
 *		customers are active, how many buy for the second time, orders, revenue.
 *
 * A history adds to a few cells of a table that is mostly empty when periods
 * are short; those that are not are kept in a hash table.
 */
#include "rfm.h"

#include "access/htup_details.h"
#include "common/int.h"
#include "funcapi.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "history/cohorts.h"
#include "money.h"

PG_FUNCTION_INFO_V1(clv_cohort_cells_accum);
PG_FUNCTION_INFO_V1(clv_cohort_cells_final);

#define CELL_COLUMNS	6
#define MAX_CELLS		500000	/* put into one array in the end */

typedef struct Place
{
	int32		cohort;			/* period of the first purchase, from 0 */
	int32		period;
} Place;

typedef struct Cell
{
	Place		place;
	int64		active;			/* customers with a purchase */
	int64		second;			/* customers with the second purchase */
	int64		orders;
	ClvMoneySum revenue;
} Cell;

/* What the first row asks is asked of all. */
typedef struct Cohorts
{
	MemoryContext context;
	const DateADT *bound;
	int			periods;
	ClvRefunds	policy;
	bool		has_amounts;	/* any history does */
	HTAB	   *cells;
} Cohorts;

/* ---- one history ---- */

static HTAB *
create_cells(MemoryContext context)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(Place);
	control.entrysize = sizeof(Cell);
	control.hcxt = context;
	return hash_create("clv cohort cells", 256, &control,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static Cohorts *
begin_cohorts(FunctionCallInfo fcinfo, MemoryContext context)
{
	Cohorts    *cohorts;
	MemoryContext old;
	int			n;

	clv_require_argument(fcinfo, 2, "bounds");
	clv_require_argument(fcinfo, 3, "refunds");
	old = MemoryContextSwitchTo(context);
	cohorts = palloc0(sizeof(Cohorts));
	cohorts->context = context;
	cohorts->bound = clv_rfm_bounds(PG_GETARG_ARRAYTYPE_P_COPY(2), &n);
	cohorts->periods = n - 1;
	cohorts->policy = clv_rfm_policy(cohorts->bound[n - 1], PG_GETARG_TEXT_PP(3));
	cohorts->cells = create_cells(context);
	MemoryContextSwitchTo(old);
	return cohorts;
}

static void
add_cell(Cohorts *cohorts, const ClvCohortCell *found)
{
	Place		place = {found->cohort, found->period};
	bool		is_there;
	Cell	   *cell = hash_search(cohorts->cells, &place, HASH_ENTER, &is_there);

	if (!is_there)
	{
		if (hash_get_num_entries(cohorts->cells) > MAX_CELLS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("cohorts and periods make more than %d cells", MAX_CELLS),
					 errhint("Use longer periods.")));
		cell->active = cell->second = cell->orders = 0;
		memset(&cell->revenue, 0, sizeof(cell->revenue));
	}
	cell->active += found->active;
	cell->second += found->second;
	if (pg_add_s64_overflow(cell->orders, found->orders, &cell->orders))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many orders of a cohort in one period")));
	clv_money_add(&cell->revenue, found->revenue, cohorts->context);
}

static void
add_history(Cohorts *cohorts, struct varlena *history)
{
	ClvCohortReader reader;
	ClvCohortCell cell;
	ClvStatus	status;
	ClvError	err;

	status = clv_cohort_begin(&reader, CLV_RFM_DATA(history),
							  CLV_RFM_SIZE(history), cohorts->bound,
							  cohorts->periods, cohorts->policy, &err);
	if (status != CLV_OK)
		clv_raise(&err);
	while ((status = clv_cohort_next(&reader, &cell, &err)) == CLV_CONTINUE)
		add_cell(cohorts, &cell);
	if (status != CLV_OK)
		clv_raise(&err);
	cohorts->has_amounts |= reader.cohort >= 0 && reader.periods.reader.has_amounts;
}

/* clv._cohort_cells(rfm, bounds, refunds), transition */
Datum
clv_cohort_cells_accum(PG_FUNCTION_ARGS)
{
	MemoryContext context = clv_aggregate_context(fcinfo);
	Cohorts    *cohorts;
	struct varlena *history;

	cohorts = PG_ARGISNULL(0) ? begin_cohorts(fcinfo, context) : (Cohorts *) PG_GETARG_POINTER(0);
	if (!PG_ARGISNULL(1))
	{
		history = PG_GETARG_CLV_RFM(1);
		add_history(cohorts, history);
		PG_FREE_IF_COPY(history, 1);
	}
	PG_RETURN_POINTER(cohorts);
}

/* ---- the answer ---- */

static Datum
cell_datum(const Cohorts *cohorts, const Cell *cell, TupleDesc desc)
{
	Datum		column[CELL_COLUMNS];
	bool		null[CELL_COLUMNS] = {0};

	column[0] = Int32GetDatum(cell->place.cohort + 1);
	column[1] = Int32GetDatum(cell->place.period + 1);
	column[2] = Int64GetDatum(cell->active);
	column[3] = Int64GetDatum(cell->second);
	column[4] = Int64GetDatum(cell->orders);
	null[5] = !cohorts->has_amounts;
	if (!null[5])
		column[5] = NumericGetDatum(clv_money_total(&cell->revenue));
	return HeapTupleGetDatum(heap_form_tuple(desc, column, null));
}

/* clv._cohort_cells(rfm, bounds, refunds), final */
Datum
clv_cohort_cells_final(PG_FUNCTION_ARGS)
{
	Cohorts    *cohorts;
	Oid			type;
	TupleDesc	desc;
	HASH_SEQ_STATUS scan;
	Cell	   *cell;
	Datum	   *row;
	int			n = 0;
	ArrayType  *result;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	cohorts = (Cohorts *) PG_GETARG_POINTER(0);
	type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	desc = lookup_rowtype_tupdesc_copy(type, -1);
	BlessTupleDesc(desc);
	row = MemoryContextAllocHuge(CurrentMemoryContext,
								 Max(hash_get_num_entries(cohorts->cells), 1) * sizeof(Datum));
	hash_seq_init(&scan, cohorts->cells);
	while ((cell = hash_seq_search(&scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		row[n++] = cell_datum(cohorts, cell, desc);
	}
	result = construct_array(row, n, type, -1, false, TYPALIGN_DOUBLE);
	PG_RETURN_ARRAYTYPE_P(result);
}
