/*
 * tier.c
 *		Cut-offs, tiers, scores and measures of concentration.
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

PG_FUNCTION_INFO_V1(clv_cutoffs_accum);
Datum
clv_cutoffs_accum(PG_FUNCTION_ARGS)
{
	ClvQuestion question;
	ClvError	err;
	text	   *method;
	const double *share;
	int			n;

	clv_require_argument(fcinfo, 2, "tier method");
	clv_require_argument(fcinfo, 3, "tier shares");
	method = PG_GETARG_TEXT_PP(2);
	if (clv_cutoff_method(VARDATA_ANY(method), VARSIZE_ANY_EXHDR(method),
						  &question, &err) != CLV_OK)
		clv_raise(&err);
	share = clv_float8_array(PG_GETARG_DATUM(3), "tier shares", &n);
	return clv_sample_accum(fcinfo, question, share, n);
}

PG_FUNCTION_INFO_V1(clv_score_limits_accum);
Datum
clv_score_limits_accum(PG_FUNCTION_ARGS)
{
	double		scores;

	clv_require_argument(fcinfo, 2, "scores");
	scores = PG_GETARG_INT32(2);
	return clv_sample_accum(fcinfo, CLV_SCORES, &scores, 1);
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

	clv_require_argument(fcinfo, 2, "fraction");
	fraction = PG_GETARG_FLOAT8(2);
	return clv_sample_accum(fcinfo, CLV_TOP_SHARE, &fraction, 1);
}

PG_FUNCTION_INFO_V1(clv_lorenz_accum);
Datum
clv_lorenz_accum(PG_FUNCTION_ARGS)
{
	double		points;

	clv_require_argument(fcinfo, 2, "number of points");
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
	CLV_RUN(status, clv_inquiry_step(inquiry));
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
	Size		n;				/* CLV_MAX_POINTS + 1 at most */
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

/* The labels in argument i, enough for the cut-offs. */
static ArrayType *
tier_labels(FunctionCallInfo fcinfo, int i, int ncutoff)
{
	ArrayType  *label;
	int			n;

	clv_require_argument(fcinfo, i, "tier labels");
	label = PG_GETARG_ARRAYTYPE_P(i);
	n = ARR_NDIM(label) == 1 ? ARR_DIMS(label)[0] : 0;
	if (n <= ncutoff)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%d\" cut-offs make \"%d\" tiers, but there are \"%d\" labels",
						ncutoff, ncutoff + 1, n),
				 errhint("Labels are an array of one dimension: one for each cut-off, from the top, and one for the rest.")));
	return label;
}

/* Label number "tier" (from 0); labels may be more than the tiers. */
static Datum
tier_label(ArrayType *label, int tier, bool *isnull)
{
	int			subscript = ARR_LBOUND(label)[0] + tier;

	return array_get_element(PointerGetDatum(label), 1, &subscript, -1, -1,
							 false, TYPALIGN_INT, isnull);
}

/* Which of the first n labels is this?  n: none of them. */
static int
find_label(ArrayType *label, int n, const text *wanted)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		bool		isnull;
		Datum		datum = tier_label(label, i, &isnull);
		const text *one = isnull ? NULL : DatumGetTextPP(datum);

		if (one != NULL && VARSIZE_ANY_EXHDR(one) == VARSIZE_ANY_EXHDR(wanted) &&
			memcmp(VARDATA_ANY(one), VARDATA_ANY(wanted),
				   VARSIZE_ANY_EXHDR(wanted)) == 0)
			return i;
	}
	return n;
}

/* The value in argument 0; *below: it is below 0, and has no tier but one. */
static double
tier_value(FunctionCallInfo fcinfo, bool *below)
{
	double		value = PG_GETARG_FLOAT8(0);
	ClvError	err;

	if (clv_value_check(value, &err) != CLV_OK)
		clv_raise(&err);
	*below = value < 0;
	return value;
}

static const double *
tier_cutoffs(FunctionCallInfo fcinfo, int *n)
{
	const double *cutoff = clv_float8_array(PG_GETARG_DATUM(1), "cut-offs", n);
	ClvError	err;

	if (clv_cutoffs_check(cutoff, *n, &err) != CLV_OK)
		clv_raise(&err);
	return cutoff;
}

/* tier(value, cutoffs, labels, unprofitable) */
PG_FUNCTION_INFO_V1(clv_tier);
Datum
clv_tier(PG_FUNCTION_ARGS)
{
	double		value;
	const double *cutoff;
	bool		below;
	int			n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	value = tier_value(fcinfo, &below);
	if (below || PG_ARGISNULL(1))
	{
		fcinfo->isnull = !below || PG_ARGISNULL(3);
		return PG_GETARG_DATUM(3);
	}
	cutoff = tier_cutoffs(fcinfo, &n);
	return tier_label(tier_labels(fcinfo, 2, n),
					  (int) clv_tier_number(value, cutoff, n), &fcinfo->isnull);
}

/* tier(value, cutoffs, previous, band, labels, unprofitable) */
PG_FUNCTION_INFO_V1(clv_tier_kept);
Datum
clv_tier_kept(PG_FUNCTION_ARGS)
{
	double		value;
	double		band;
	const double *cutoff;
	ArrayType  *label;
	int			previous;
	size_t		tier;
	bool		below;
	int			n;
	ClvError	err;

	clv_require_argument(fcinfo, 3, "band");
	band = PG_GETARG_FLOAT8(3);
	if (clv_band_check(band, &err) != CLV_OK)
		clv_raise(&err);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	value = tier_value(fcinfo, &below);
	if (below || PG_ARGISNULL(1))
	{
		fcinfo->isnull = !below || PG_ARGISNULL(5);
		return PG_GETARG_DATUM(5);
	}
	cutoff = tier_cutoffs(fcinfo, &n);
	label = tier_labels(fcinfo, 4, n);
	previous = PG_ARGISNULL(2) ? n + 1 :
		find_label(label, n + 1, PG_GETARG_TEXT_PP(2));
	tier = previous > n ? clv_tier_number(value, cutoff, n) :
		clv_tier_number_kept(value, cutoff, n, previous, band);
	return tier_label(label, (int) tier, &fcinfo->isnull);
}
