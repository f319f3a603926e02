/*
 * compare.c
 *		clv.compare: several models fitted to one base, side by side, and each
 *		tested against a base in which nobody ever leaves.
 */
#include "clv.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "portability/instr_time.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "cbs.h"
#include "fit/compare.h"
#include "fit/redraw.h"
#include "fit/redraw.h"
#include "model_value.h"
#include "models/list.h"

#define COMPARE_COLUMNS		9
#define MAX_BOOTSTRAP		100000
#define MAX_COMPARED		100 /* models: there are not so many */

/* The models named in an array. */
static const ClvModel **
compare_models(ArrayType *array, int *n)
{
	Datum	   *name;
	const ClvModel **model;
	int			i;

	if (ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) > MAX_COMPARED)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d models to compare",
						MAX_COMPARED)));
	clv_require_elements(array, "names of models");
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &name, NULL, n);
	model = palloc(*n * sizeof(*model) + 1);
	for (i = 0; i < *n; i++)
	{
		text	   *t;

		t = DatumGetTextPP(name[i]);
		model[i] = clv_model_named(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
		clv_kind_require(model[i], CLV_TRANSACTION);
	}
	return model;
}

static void
release_comparison(void *comparison)
{
	clv_comparison_free(comparison);
}

/* To its end; "seconds" of each model's fit to the base itself by the clock. */
static void
run_comparison(ClvComparison *comparison, double *seconds)
{
	ClvStatus	status;
	ClvError	err;

	do
	{
		int			at = clv_comparison_at(comparison);
		instr_time	begin;
		instr_time	end;

		CHECK_FOR_INTERRUPTS();
		INSTR_TIME_SET_CURRENT(begin);
		status = clv_comparison_step(comparison, &err);
		INSTR_TIME_SET_CURRENT(end);
		INSTR_TIME_SUBTRACT(end, begin);
		if (at >= 0)
			seconds[at] += INSTR_TIME_GET_DOUBLE(end);
	} while (status == CLV_CONTINUE);
	if (status != CLV_OK)
		clv_raise(&err);
}

static void
put_compared(ReturnSetInfo *rsinfo, const ClvCompared *c, double p_value,
			 double seconds)
{
	Datum		values[COMPARE_COLUMNS];
	bool		nulls[COMPARE_COLUMNS] = {0};

	values[0] = CStringGetTextDatum(c->model->name);
	values[1] = CStringGetTextDatum(clv_fit_status_name(c->fit.status));
	values[2] = Float8GetDatum(c->fit.loglik);
	values[3] = Int32GetDatum(c->model->nparam);
	values[4] = Float8GetDatum(clv_fitted_aic(&c->fit));
	values[5] = Float8GetDatum(clv_fitted_bic(&c->fit));
	values[6] = Float8GetDatum(c->ratio);
	values[7] = Float8GetDatum(p_value);
	values[8] = Float8GetDatum(seconds);
	nulls[6] = !c->tested;
	nulls[7] = isnan(p_value);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* A base that tells nothing has the names of the models alone. */
static void
put_model(ReturnSetInfo *rsinfo, const ClvModel *model)
{
	Datum		values[COMPARE_COLUMNS] = {0};
	bool		nulls[COMPARE_COLUMNS];

	memset(nulls, true, sizeof(nulls));
	values[0] = CStringGetTextDatum(model->name);
	values[3] = Int32GetDatum(model->nparam);
	nulls[0] = nulls[3] = false;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
compare_fits(ReturnSetInfo *rsinfo, const ClvBase *base,
			 const ClvModel *const *model, int n, int draws, uint64 seed)
{
	double	   *seconds = palloc0(n * sizeof(double) + 1);
	ClvComparison *comparison = clv_comparison_new(base, model, n, draws, seed);
	int			i;

	if (comparison == NULL)
		clv_raise_status(CLV_NO_MEMORY);
	clv_own(CurrentMemoryContext, comparison, release_comparison);
	run_comparison(comparison, seconds);
	for (i = 0; i < n; i++)
		put_compared(rsinfo, clv_comparison_result(comparison, i),
					 clv_comparison_p_value(comparison, i), seconds[i]);
}

static void
compare_base(FunctionCallInfo fcinfo, int draws, uint64 seed)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const ClvModel **model;
	MemoryContext context;
	MemoryContext caller;
	const ClvBase *base;
	int			n;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(CurrentMemoryContext, "clv compare",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	model = compare_models(PG_GETARG_ARRAYTYPE_P(1), &n);
	base = clv_cbs_get_cells(PG_GETARG_DATUM(0), context);
	if (draws > 0 && base->customers > CLV_REDRAW_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a base of " INT64_FORMAT " customers is too large to be drawn anew",
						(int64) base->customers)));
	if (clv_baseline->usable(clv_baseline, base))
		compare_fits(rsinfo, base, model, n, draws, seed);
	else
	{
		for (i = 0; i < n; i++)
			put_model(rsinfo, model[i]);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* clv.compare(cbs, models) */
PG_FUNCTION_INFO_V1(clv_compare);
Datum
clv_compare(PG_FUNCTION_ARGS)
{
	compare_base(fcinfo, 0, 0);
	return (Datum) 0;
}

/* clv.compare_bootstrap(cbs, models, draws, seed) */
PG_FUNCTION_INFO_V1(clv_compare_by_draws);
Datum
clv_compare_by_draws(PG_FUNCTION_ARGS)
{
	int			draws = PG_GETARG_INT32(2);

	if (draws < 1 || draws > MAX_BOOTSTRAP)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("draws must be from 1 to %d, but is \"%d\"",
						MAX_BOOTSTRAP, draws),
				 errhint("With n draws the p-value is known in steps of 1/(n + 1): 99 are a beginning.")));
	compare_base(fcinfo, draws, (uint64) PG_GETARG_INT64(3));
	return (Datum) 0;
}
