/*
 * compare.c
 *		clv.compare: several models fitted to one base, side by side, and each
 *		tested against a base in which nobody ever leaves.
 */
#include "clv.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "cbs.h"
#include "draw/redraw.h"
#include "model_value.h"
#include "models/list.h"

#define CLV_COMPARE_COLUMNS	9
#define CLV_MAX_BOOTSTRAP	100000
#define CLV_MAX_COMPARED	100 /* models: there are not so many */

/*
 * A ratio of likelihoods as high as this one, but for how exactly an optimum
 * is found.
 */
#define CLV_SAME_RATIO		1e-6

/* One model of the comparison. */
typedef struct ClvCompared
{
	const ClvModel *model;
	bool		usable;			/* the rest holds */
	ClvFitted	fit;
	double		seconds;
	bool		tested;			/* against nbd: not if opportunities count */
	double		ratio;			/* twice the log-likelihood above that of nbd */
	int			reached;		/* draws whose ratio is as high */
} ClvCompared;

/* The models named in an array. */
static ClvCompared *
clv_compare_models(ArrayType *array, int *n)
{
	Datum	   *name;
	bool	   *null;
	ClvCompared *compared;
	int			i;

	if (ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) > CLV_MAX_COMPARED)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d models to compare",
						CLV_MAX_COMPARED)));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &name, &null, n);
	compared = palloc0(*n * sizeof(ClvCompared) + 1);
	for (i = 0; i < *n; i++)
	{
		text	   *t;

		if (null[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("names of models must not be null")));
		t = DatumGetTextPP(name[i]);
		compared[i].model = clv_model_named(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
		clv_kind_require(compared[i].model, CLV_TRANSACTION);
	}
	return compared;
}

/* All the fits to the base at hand. */
static void
clv_compare_fit(const ClvBase *base, ClvCompared *nbd, ClvCompared *compared,
				int n)
{
	int			i;

	clv_fit_run(nbd->model, base, NULL, CurrentMemoryContext, &nbd->fit);
	for (i = 0; i < n; i++)
	{
		ClvCompared *c = &compared[i];
		instr_time	begin;
		instr_time	end;

		INSTR_TIME_SET_CURRENT(begin);
		clv_fit_run(c->model, base, NULL, CurrentMemoryContext, &c->fit);
		INSTR_TIME_SET_CURRENT(end);
		INSTR_TIME_SUBTRACT(end, begin);
		c->seconds = INSTR_TIME_GET_DOUBLE(end);
		c->usable = true;
		c->tested = !c->model->discrete;
		c->ratio = 2.0 * (c->fit.loglik - nbd->fit.loglik);
	}
}

static void
clv_redraw_release(void *redraw)
{
	clv_redraw_free(redraw);
}

/* A base of the same customers if nobody ever left. */
static const ClvBase *
clv_compare_redraw(const ClvCompared *nbd, const ClvBase *base, uint64 seed,
				   uint32 which)
{
	MemoryContextCallback *release = palloc(sizeof(*release));
	ClvRedraw  *redraw = clv_redraw_new(nbd->model, nbd->fit.par, base, seed, which);
	ClvStatus	status;
	ClvError	err;

	if (redraw == NULL)
		clv_raise_status(CLV_NO_MEMORY);
	release->func = clv_redraw_release;
	release->arg = redraw;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, release);
	do
	{
		CHECK_FOR_INTERRUPTS();
		status = clv_redraw_step(redraw, &err);
	} while (status == CLV_CONTINUE);
	if (status != CLV_OK)
		clv_raise(&err);
	return clv_redraw_base(redraw);
}

/*
 * Fit all models to one draw.  A draw that a fit does not come to an end of
 * counts against the model.
 */
static void
clv_compare_draw(const ClvCompared *nbd, const ClvBase *base, uint64 seed,
				 uint32 which, ClvCompared *compared, int n)
{
	const ClvBase *drawn = clv_compare_redraw(nbd, base, seed, which);
	ClvFitted	null;
	ClvFitted	fit;
	int			i;

	clv_fit_run(nbd->model, drawn, NULL, CurrentMemoryContext, &null);
	for (i = 0; i < n; i++)
	{
		ClvCompared *c = &compared[i];

		if (!c->tested || c->model == nbd->model)
			continue;
		clv_fit_run(c->model, drawn, NULL, CurrentMemoryContext, &fit);
		if (fit.status == CLV_NOT_CONVERGED ||
			2.0 * (fit.loglik - null.loglik) >= c->ratio - CLV_SAME_RATIO)
			c->reached++;
	}
}

static void
clv_compare_bootstrap(const ClvCompared *nbd, const ClvBase *base, uint64 seed,
					  int draws, ClvCompared *compared, int n)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "clv draw",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	int			i;

	for (i = 0; i < draws; i++)
	{
		clv_compare_draw(nbd, base, seed, i, compared, n);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* One row: nothing but the name where the base tells nothing. */
static void
clv_compare_put(ReturnSetInfo *rsinfo, const ClvCompared *c, const ClvModel *nbd,
				int draws)
{
	Datum		values[CLV_COMPARE_COLUMNS] = {0};
	bool		nulls[CLV_COMPARE_COLUMNS];

	memset(nulls, !c->usable, sizeof(nulls));
	values[0] = CStringGetTextDatum(c->model->name);
	values[3] = Int32GetDatum(c->model->nparam);
	nulls[0] = nulls[3] = false;
	if (c->usable)
	{
		values[1] = CStringGetTextDatum(clv_fit_status_name(c->fit.status));
		values[2] = Float8GetDatum(c->fit.loglik);
		values[4] = Float8GetDatum(clv_fitted_aic(&c->fit));
		values[5] = Float8GetDatum(clv_fitted_bic(&c->fit));
		values[6] = Float8GetDatum(c->ratio);
		values[7] = Float8GetDatum((c->reached + 1.0) / (draws + 1.0));
		values[8] = Float8GetDatum(c->seconds);
		nulls[6] = !c->tested;
		nulls[7] = !c->tested || draws == 0 || c->model == nbd;
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
clv_compare_base(FunctionCallInfo fcinfo, int draws, uint64 seed)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ClvCompared nbd = {.model = clv_baseline};
	ClvCompared *compared;
	MemoryContext context;
	MemoryContext caller;
	const ClvBase *base;
	int			n;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	context = AllocSetContextCreate(CurrentMemoryContext, "clv compare",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	compared = clv_compare_models(PG_GETARG_ARRAYTYPE_P(1), &n);
	base = clv_cbs_get_cells(PG_GETARG_DATUM(0), context);
	if (draws > 0 && base->customers > CLV_REDRAW_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a base of " INT64_FORMAT " customers is too large to be drawn anew",
						(int64) base->customers)));
	if (nbd.model->usable(nbd.model, base))
	{
		clv_compare_fit(base, &nbd, compared, n);
		if (draws > 0)
			clv_compare_bootstrap(&nbd, base, seed, draws, compared, n);
	}
	for (i = 0; i < n; i++)
		clv_compare_put(rsinfo, &compared[i], nbd.model, draws);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* clv.compare(cbs, models) */
PG_FUNCTION_INFO_V1(clv_compare);
Datum
clv_compare(PG_FUNCTION_ARGS)
{
	clv_compare_base(fcinfo, 0, 0);
	return (Datum) 0;
}

/* clv.compare_bootstrap(cbs, models, draws, seed) */
PG_FUNCTION_INFO_V1(clv_compare_by_draws);
Datum
clv_compare_by_draws(PG_FUNCTION_ARGS)
{
	int			draws = PG_GETARG_INT32(2);

	if (draws < 1 || draws > CLV_MAX_BOOTSTRAP)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("draws must be from 1 to %d, but is \"%d\"",
						CLV_MAX_BOOTSTRAP, draws),
				 errhint("With n draws the p-value is known in steps of 1/(n + 1): 99 are a beginning.")));
	clv_compare_base(fcinfo, draws, (uint64) PG_GETARG_INT64(3));
	return (Datum) 0;
}
