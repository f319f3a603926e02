/*
 * tier.c
 *		Cut-offs, tiers and measures of concentration.
 */
#include "sample.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/memutils.h"

/* ------------------------------------------------------------------------
 * Transitions
 * ------------------------------------------------------------------------
 */

static void
require_argument(FunctionCallInfo fcinfo, int i, const char *what)
{
	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be NULL", what)));
}

PG_FUNCTION_INFO_V1(clv_cutoffs_accum);
Datum
clv_cutoffs_accum(PG_FUNCTION_ARGS)
{
	ClvQuestion question;
	ClvError	err;
	text	   *method;
	const double *share;
	int			n;

	require_argument(fcinfo, 2, "tier method");
	require_argument(fcinfo, 3, "tier shares");
	method = PG_GETARG_TEXT_PP(2);
	if (clv_cutoff_method(VARDATA_ANY(method), VARSIZE_ANY_EXHDR(method),
						  &question, &err) != CLV_OK)
		clv_raise(&err);
	share = clv_float8_array(PG_GETARG_DATUM(3), "tier shares", &n);
	return clv_sample_accum(fcinfo, question, share, n);
}

PG_FUNCTION_INFO_V1(clv_gini_accum);
Datum
clv_gini_accum(PG_FUNCTION_ARGS)
{
	return clv_sample_accum(fcinfo, CLV_GINI, NULL, 0);
}

PG_FUNCTION_INFO_V1(clv_top_share_accum);
Datum
clv_top_share_accum(PG_FUNCTION_ARGS)
{
	double		fraction;

	require_argument(fcinfo, 2, "fraction");
	fraction = PG_GETARG_FLOAT8(2);
	return clv_sample_accum(fcinfo, CLV_TOP_SHARE, &fraction, 1);
}

PG_FUNCTION_INFO_V1(clv_lorenz_accum);
Datum
clv_lorenz_accum(PG_FUNCTION_ARGS)
{
	double		points;

	require_argument(fcinfo, 2, "number of points");
	points = PG_GETARG_INT32(2);
	return clv_sample_accum(fcinfo, CLV_LORENZ, &points, 1);
}

/* ------------------------------------------------------------------------
 * Answers
 * ------------------------------------------------------------------------
 */

/* Numbers that answer the state's question; NULL: there is no answer. */
static double *
sample_answer(FunctionCallInfo fcinfo, Size *nout)
{
	Sample	   *sample = clv_sample_final(fcinfo);
	ClvInquiry *inquiry;
	ClvStatus	status;
	void	   *space;
	double	   *out;

	if (sample == NULL || sample->n == 0)
		return NULL;
	out = palloc(Max(clv_inquiry_outputs(sample->question, sample->arg, sample->narg), 1) *
				 sizeof(double));
	space = MemoryContextAllocHuge(CurrentMemoryContext,
								   clv_inquiry_space(sample->question, sample->narg, sample->n));
	inquiry = palloc(sizeof(ClvInquiry));
	clv_inquiry_begin(inquiry, sample->question, sample->arg, sample->narg,
					  sample->value, sample->n, space, out);
	do
	{
		CHECK_FOR_INTERRUPTS();
		status = clv_inquiry_step(inquiry);
	} while (status == CLV_CONTINUE);
	if (status != CLV_OK)
		clv_raise_status(status);

	if (inquiry->unknown)
		out = NULL;
	*nout = inquiry->nout;
	pfree(inquiry);
	pfree(space);
	return out;
}

PG_FUNCTION_INFO_V1(clv_concentration_final);
Datum
clv_concentration_final(PG_FUNCTION_ARGS)
{
	Size		n;
	double	   *out = sample_answer(fcinfo, &n);

	if (out == NULL)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(out[0]);
}

PG_FUNCTION_INFO_V1(clv_concentration_array_final);
Datum
clv_concentration_array_final(PG_FUNCTION_ARGS)
{
	Size		n;
	double	   *out = sample_answer(fcinfo, &n);
	Datum	   *element;
	Size		i;

	if (out == NULL)
		PG_RETURN_NULL();
	element = palloc(Max(n, 1) * sizeof(Datum));
	for (i = 0; i < n; i++)
		element[i] = Float8GetDatum(out[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(element, (int) n, FLOAT8OID,
										  sizeof(float8), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}

/* ------------------------------------------------------------------------
 * One customer's tier
 * ------------------------------------------------------------------------
 */

/* Label number "tier" (from 0); labels may be more than the tiers. */
static Datum
tier_label(FunctionCallInfo fcinfo, Size tier, int ncutoff)
{
	ArrayType  *label;
	int			subscript;
	int			n;
	bool		isnull;
	Datum		result;

	require_argument(fcinfo, 2, "tier labels");
	label = PG_GETARG_ARRAYTYPE_P(2);
	n = ARR_NDIM(label) == 1 ? ARR_DIMS(label)[0] : 0;
	if (n <= ncutoff)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%d\" cut-offs make \"%d\" tiers, but there are \"%d\" labels",
						ncutoff, ncutoff + 1, n),
				 errhint("Labels are an array of one dimension: one for each cut-off, from the top, and one for the rest.")));
	subscript = ARR_LBOUND(label)[0] + (int) tier;
	result = array_get_element(PointerGetDatum(label), 1, &subscript, -1, -1,
							   false, TYPALIGN_INT, &isnull);
	if (isnull)
		PG_RETURN_NULL();
	return result;
}

PG_FUNCTION_INFO_V1(clv_tier);
Datum
clv_tier(PG_FUNCTION_ARGS)
{
	double		value;
	const double *cutoff;
	int			n;
	ClvError	err;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	value = PG_GETARG_FLOAT8(0);
	if (clv_value_check(value, &err) != CLV_OK)
		clv_raise(&err);
	if (value < 0)
	{
		if (PG_ARGISNULL(3))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(3));
	}
	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	cutoff = clv_float8_array(PG_GETARG_DATUM(1), "cut-offs", &n);
	if (clv_cutoffs_check(cutoff, n, &err) != CLV_OK)
		clv_raise(&err);
	return tier_label(fcinfo, clv_tier_number(value, cutoff, n), n);
}
