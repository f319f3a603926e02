/*
 * sample.c
 *		Aggregate state of the tier and concentration aggregates.
 *
 * An array of values that doubles when it is full.  Nothing depends on their
 * order: final functions sort a copy, and leave the state as it is.
 */
#include "sample.h"

#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/memutils.h"

#define SAMPLE_VERSION	1
#define SAMPLE_START	64		/* values that the first allocation holds */

/* Fixed part of a serialized state, and one value of it, in bytes. */
#define SAMPLE_HEADER	(1 + 1 + 4 + 8)

const double *
clv_float8_array(Datum datum, const char *what, int *n)
{
	ArrayType  *array = DatumGetArrayTypeP(datum);

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have one dimension, but have \"%d\"", what,
						ARR_NDIM(array))));
	clv_require_elements(array, what);
	*n = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
	return (const double *) ARR_DATA_PTR(array);
}

static Sample *
sample_new(MemoryContext context, ClvQuestion question, const double *arg,
		   Size narg, Size size)
{
	Sample	   *sample = MemoryContextAlloc(context, sizeof(Sample));

	sample->context = context;
	sample->question = question;
	sample->narg = narg;
	sample->arg = MemoryContextAlloc(context, Max(narg, 1) * sizeof(double));
	if (narg > 0)
		memcpy(sample->arg, arg, narg * sizeof(double));
	sample->n = 0;
	sample->size = Max(size, SAMPLE_START);
	sample->value = MemoryContextAllocHuge(context, sample->size * sizeof(double));
	return sample;
}

static void
sample_require_same(const Sample *sample, ClvQuestion question,
					const double *arg, Size narg)
{
	if (sample->question != question || sample->narg != narg ||
		(narg > 0 && memcmp(sample->arg, arg, narg * sizeof(double)) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("arguments after the value must be the same in every row"),
				 errhint("Group by what they depend on.")));
}

/* Make room for more values; doubling, so that a value is moved but twice. */
static void
sample_reserve(Sample *sample, Size more)
{
	if (more <= sample->size - sample->n)
		return;
	sample->size = Max(sample->size * 2, sample->n + more);
	sample->value = repalloc_huge(sample->value, sample->size * sizeof(double));
}

Datum
clv_sample_accum(FunctionCallInfo fcinfo, ClvQuestion question,
				 const double *arg, Size narg)
{
	MemoryContext context = clv_aggregate_context(fcinfo);
	Sample	   *sample = PG_ARGISNULL(0) ? NULL : (Sample *) PG_GETARG_POINTER(0);
	ClvError	err;

	if (sample != NULL)
		sample_require_same(sample, question, arg, narg);
	else
	{
		if (clv_inquiry_check(question, arg, narg, &err) != CLV_OK)
			clv_raise(&err);
		sample = sample_new(context, question, arg, narg, 0);
	}

	if (!PG_ARGISNULL(1))
	{
		double		value = PG_GETARG_FLOAT8(1);

		if (clv_value_check(value, &err) != CLV_OK)
			clv_raise(&err);
		sample_reserve(sample, 1);
		sample->value[sample->n++] = value + 0.0;	/* -0 becomes 0 */
	}
	PG_RETURN_POINTER(sample);
}

Sample *
clv_sample_final(FunctionCallInfo fcinfo)
{
	(void) clv_aggregate_context(fcinfo);
	return PG_ARGISNULL(0) ? NULL : (Sample *) PG_GETARG_POINTER(0);
}

PG_FUNCTION_INFO_V1(clv_sample_combine);
Datum
clv_sample_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = clv_aggregate_context(fcinfo);
	Sample	   *into = PG_ARGISNULL(0) ? NULL : (Sample *) PG_GETARG_POINTER(0);
	Sample	   *from = PG_ARGISNULL(1) ? NULL : (Sample *) PG_GETARG_POINTER(1);

	if (from == NULL)
	{
		if (into == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(into);
	}
	if (into == NULL)
		into = sample_new(context, from->question, from->arg, from->narg,
						  from->n);
	else
		sample_require_same(into, from->question, from->arg, from->narg);
	sample_reserve(into, from->n);
	memcpy(into->value + into->n, from->value, from->n * sizeof(double));
	into->n += from->n;
	PG_RETURN_POINTER(into);
}

PG_FUNCTION_INFO_V1(clv_sample_serialize);
Datum
clv_sample_serialize(PG_FUNCTION_ARGS)
{
	Sample	   *sample = (Sample *) PG_GETARG_POINTER(0);
	StringInfoData buf;
	Size		i;

	(void) clv_aggregate_context(fcinfo);
	if (sample->n > (MaxAllocSize - SAMPLE_HEADER - VARHDRSZ) / sizeof(double) - sample->narg - 1)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("\"%zu\" values are too many for a parallel worker to hand over",
						sample->n),
				 errhint("Set max_parallel_workers_per_gather to 0.")));

	pq_begintypsend(&buf);
	enlargeStringInfo(&buf, SAMPLE_HEADER + (sample->narg + sample->n) * sizeof(double));
	pq_sendbyte(&buf, SAMPLE_VERSION);
	pq_sendbyte(&buf, sample->question);
	pq_sendint32(&buf, (uint32) sample->narg);
	pq_sendint64(&buf, (uint64) sample->n);
	for (i = 0; i < sample->narg; i++)
		pq_sendfloat8(&buf, sample->arg[i]);
	for (i = 0; i < sample->n; i++)
		pq_sendfloat8(&buf, sample->value[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

PG_FUNCTION_INFO_V1(clv_sample_deserialize);
Datum
clv_sample_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	StringInfoData buf;
	Sample	   *sample;
	ClvQuestion question;
	double	   *arg;
	Size		narg,
				n,
				i;

	(void) clv_aggregate_context(fcinfo);
	buf.data = VARDATA_ANY(bytes);
	buf.len = VARSIZE_ANY_EXHDR(bytes);
	buf.maxlen = buf.len;
	buf.cursor = 0;

	if (pq_getmsgbyte(&buf) != SAMPLE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unrecognized version of a sample of values")));
	question = (ClvQuestion) pq_getmsgbyte(&buf);
	narg = pq_getmsgint(&buf, 4);
	n = (Size) pq_getmsgint64(&buf);

	/* before anything is allocated for them */
	if (narg > (Size) (buf.len - buf.cursor) / sizeof(double) ||
		n > (Size) (buf.len - buf.cursor) / sizeof(double) - narg)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("sample of values is cut short")));
	arg = palloc(Max(narg, 1) * sizeof(double));
	for (i = 0; i < narg; i++)
		arg[i] = pq_getmsgfloat8(&buf);
	sample = sample_new(CurrentMemoryContext, question, arg, narg, n);
	for (i = 0; i < n; i++)
		sample->value[i] = pq_getmsgfloat8(&buf);
	sample->n = n;
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(sample);
}
