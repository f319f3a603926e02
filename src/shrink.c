/*
 * shrink.c
 *		clv.shrink: the fits of several groups, drawn to what they share.
 */
#include "clv.h"

#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "fit/shrink.h"
#include "model_value.h"

#define CLV_MAX_SHRUNK	10000

static void
clv_shrink_release(void *shrink)
{
	clv_shrink_free(shrink);
}

/* A fit, and of the same unit of time as the ones before. */
static void
clv_shrink_read(Datum datum, double *unit_days, ClvModelValue *value)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(datum);
	ClvError	err;

	if (clv_model_decode((unsigned char *) VARDATA_ANY(v),
						 VARSIZE_ANY_EXHDR(v), value, &err) != CLV_OK)
		clv_raise(&err);
	if (!value->is_fitted)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("models to be shrunk must be fitted, but the parameters of one were given")));
	clv_value_require(value, value->fit.model->kind);
	if (*unit_days != 0.0 && *unit_days != value->unit_days)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("models to be shrunk must have the same unit_days, but have \"%g\" and \"%g\"",
						*unit_days, value->unit_days)));
	*unit_days = value->unit_days;
}

/* Add every group, and find the pool. */
static ClvShrink *
clv_shrink_run(const Datum *model, const bool *null, int n)
{
	ClvShrink  *shrink = clv_shrink_new(n);
	double		unit_days = 0.0;
	ClvStatus	status;
	int			i;

	if (shrink == NULL)
		clv_raise_status(CLV_NO_MEMORY);
	clv_own(CurrentMemoryContext, shrink, clv_shrink_release);
	for (i = 0; i < n; i++)
	{
		ClvModelValue value;
		ClvError	err;

		CHECK_FOR_INTERRUPTS();
		if (null[i])
			continue;
		clv_shrink_read(model[i], &unit_days, &value);
		if (clv_shrink_add(shrink, &value.fit, &err) != CLV_OK)
			clv_raise(&err);
	}
	CLV_RUN(status, clv_shrink_step(shrink));
	return shrink;
}

/* clv.shrink(models) */
PG_FUNCTION_INFO_V1(clv_shrink);
Datum
clv_shrink(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Oid			type = ARR_ELEMTYPE(array);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "clv shrink",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	ClvShrink  *shrink;
	ArrayType  *result;
	Datum	   *model;
	bool	   *null;
	int16		length;
	bool		by_value;
	char		align;
	double		unit_days = 0.0;
	int			n;
	int			i;
	size_t		group = 0;

	if (ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) > CLV_MAX_SHRUNK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d models to be shrunk",
						CLV_MAX_SHRUNK)));
	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(array, type, length, by_value, align, &model, &null, &n);
	shrink = clv_shrink_run(model, null, n);
	for (i = 0; i < n; i++)
	{
		ClvModelValue value;

		CHECK_FOR_INTERRUPTS();
		if (null[i])
			continue;
		clv_shrink_read(model[i], &unit_days, &value);
		clv_shrink_result(shrink, group++, &value.fit);
		model[i] = PointerGetDatum(clv_model_pack(&value));
	}
	MemoryContextSwitchTo(caller);
	result = construct_md_array(model, null, ARR_NDIM(array), ARR_DIMS(array),
								ARR_LBOUND(array), type, length, by_value,
								align);
	MemoryContextDelete(context);
	PG_RETURN_ARRAYTYPE_P(result);
}
