/*
 * fit.c
 *		clv.fit: a model fitted to a base, in two steps or in one.
 */
#include "clv.h"

#include "utils/jsonb.h"
#include "utils/memutils.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "cbs.h"
#include "model/moments.h"
#include "model_value.h"
#include "models/list.h"
#include "retention.h"

/* What a fit is asked for, besides the base and the model. */
typedef struct ClvFitCall
{
	double		unit_days;
	Jsonb	   *prior;			/* NULL: none */
	Jsonb	   *options;		/* NULL: none */
} ClvFitCall;

static void
clv_fit_release(void *fit)
{
	clv_fit_free(fit);
}

/*
 * Fit a model to a base; "context" is the owner of the fit's memory until then.
 */
void
clv_fit_run(const ClvModel *model, const ClvBase *base,
			const ClvFitOptions *options, MemoryContext context,
			ClvFitted *fitted)
{
	ClvFit	   *fit;
	ClvStatus	status;
	ClvError	err;

	fit = clv_fit_new(model, base, options, &err);
	if (fit == NULL)
		clv_raise(&err);
	clv_own(context, fit, clv_fit_release);
	CLV_RUN(status, clv_fit_step(fit, &err));
	if (status != CLV_OK)
		clv_raise(&err);
	clv_fit_result(fit, fitted);
}

/* A base in the unit that it is said to be in. */
const ClvBase *
clv_fit_base(Datum cbs, double unit_days, MemoryContext context)
{
	const ClvBase *base;
	ClvError	err;

	if (clv_unit_days_check(unit_days, &err) != CLV_OK)
		clv_raise(&err);
	base = clv_cbs_get_base(cbs, context);
	if (base->in_days && unit_days != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unit_days must be 1 for a base built from histories, but is \"%g\"",
						unit_days),
				 errhint("Histories are in days.")));
	return base;
}

/* What an order of the base is worth. */
static double
clv_fit_money(const ClvBase *base)
{
	ClvMoments	moments = {0};

	while (!clv_moments_step(&moments, base))
		CHECK_FOR_INTERRUPTS();
	return clv_moments_spend(&moments);
}

/* The default prior, but for what the argument says. */
static void
clv_fit_read_prior(Jsonb *json, const ClvBase *base,
				   const ClvModelValue *value, ClvPrior *prior)
{
	ClvError	err;

	clv_prior_default(value->fit.model, clv_fit_money(base), value->unit_days,
					  prior);
	if (clv_prior_from_json(&json->root, &value->fit, value->unit_days, prior,
							&err) != CLV_OK)
		clv_raise(&err);
}

/* One model fitted to a base; false when no customer in it tells anything. */
static bool
clv_fit_model(const ClvModel *model, bool is_auto, const ClvBase *base,
			  const ClvFitCall *call, MemoryContext context,
			  ClvModelValue *value)
{
	ClvFitOptions options = {0};
	ClvPrior	prior;
	ClvCovariateName name[CLV_MAX_COVARIATES];

	memset(value, 0, sizeof(*value));
	value->unit_days = call->unit_days;
	value->fit.model = model;
	clv_fit_read_options(call->options, base, is_auto, value,
						 &options.whole);
	if (call->prior != NULL)
	{
		clv_fit_read_prior(call->prior, base, value, &prior);
		options.prior = &prior;
	}
	if (!model->usable(model, base))
		return false;
	value->is_fitted = true;
	options.ncov = value->fit.ncov;
	options.covariate = name;
	memcpy(name, value->fit.covariate, sizeof(name));
	clv_fit_run(model, base, &options, context, &value->fit);
	return true;
}

/*
 * The models that a name stands for, NULL at the end: one, which is written to
 * "one", or those that "auto" chooses from.
 */
static const ClvModel *const *
clv_fit_candidates(const char *name, int length, const ClvModel **one)
{
	if (length == strlen("auto") && memcmp(name, "auto", length) == 0)
		return clv_auto_models;
	one[0] = clv_model_named(name, length);
	one[1] = NULL;
	return one;
}

/* The candidate with the lowest BIC, the earlier of two that have the same. */
static struct varlena *
clv_fit_best(const ClvModel *const *candidate, const ClvBase *base,
			 const ClvFitCall *call, MemoryContext context)
{
	bool		is_auto = candidate == clv_auto_models;
	ClvModelValue value;
	ClvModelValue best;
	bool		found = false;

	for (; *candidate != NULL; candidate++)
	{
		if (!clv_fit_model(*candidate, is_auto, base, call, context, &value))
			continue;
		if (!found || clv_fitted_bic(&value.fit) < clv_fitted_bic(&best.fit))
			best = value;
		found = true;
	}
	return found ? clv_model_pack(&best) : NULL;
}

static struct varlena *
clv_fit_cbs(Datum cbs, const ClvModel *const *candidate,
			const ClvFitCall *call, MemoryContext context)
{
	if ((*candidate)->kind == CLV_CONTRACT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model \"%s\" is of contracts and cannot be fitted to a clv.cbs",
						(*candidate)->name),
				 errhint("Use clv.fit(clv.retention(tenure, churned), model).")));
	return clv_fit_best(candidate, clv_fit_base(cbs, call->unit_days, context),
						call, context);
}

static struct varlena *
clv_fit_retention(Datum retention, const ClvModel *const *candidate,
				  const ClvFitCall *call, MemoryContext context)
{
	size_t		n;
	ClvTenureRow *row = clv_retention_rows(retention, &n);
	ClvTenure  *tenure = MemoryContextAlloc(context,
											(n + 1) * sizeof(ClvTenure));
	ClvBase		base;
	ClvError	err;

	clv_kind_require(*candidate, CLV_CONTRACT);
	if (clv_unit_days_check(call->unit_days, &err) != CLV_OK)
		clv_raise(&err);
	clv_survivors_base(row, n, tenure, &base);
	return clv_fit_best(candidate, &base, call, context);
}

typedef struct varlena *(*ClvFitter) (Datum base,
									 const ClvModel *const *candidate,
									 const ClvFitCall *call,
									 MemoryContext context);

/* Fit the model of that name to a base that "fit" takes. */
static Datum
clv_fit_named(FunctionCallInfo fcinfo, ClvFitter fit, const char *name,
			  int length, const ClvFitCall *call)
{
	const ClvModel *one[2];
	const ClvModel *const *candidate = clv_fit_candidates(name, length, one);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "clv fit",
												  ALLOCSET_DEFAULT_SIZES);
	struct varlena *result = fit(PG_GETARG_DATUM(0), candidate, call, context);

	MemoryContextDelete(context);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(result);
}

/* The same by the arguments (base, model, unit_days, prior, options). */
static Datum
clv_fit_arguments(FunctionCallInfo fcinfo, ClvFitter fit)
{
	ClvFitCall	call = {0};
	text	   *name;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	name = PG_GETARG_TEXT_PP(1);
	call.unit_days = PG_GETARG_FLOAT8(2);
	if (!PG_ARGISNULL(3))
		call.prior = PG_GETARG_JSONB_P(3);
	if (!PG_ARGISNULL(4))
		call.options = PG_GETARG_JSONB_P(4);
	return clv_fit_named(fcinfo, fit, VARDATA_ANY(name),
						 VARSIZE_ANY_EXHDR(name), &call);
}

/* clv.fit(cbs, model, unit_days, prior, options) */
PG_FUNCTION_INFO_V1(clv_fit);
Datum
clv_fit(PG_FUNCTION_ARGS)
{
	return clv_fit_arguments(fcinfo, clv_fit_cbs);
}

/* clv.fit(retention, model, unit_days, prior, options) */
PG_FUNCTION_INFO_V1(clv_fit_contract);
Datum
clv_fit_contract(PG_FUNCTION_ARGS)
{
	return clv_fit_arguments(fcinfo, clv_fit_retention);
}

/*
 * Write down what an aggregate is asked for, the model (argument 1) and its
 * unit; a row that asks for something else raises there.
 */
static struct varlena *
clv_fit_request(FunctionCallInfo fcinfo, struct varlena *state,
				ClvKind kind, double unit_days)
{
	text	   *name = PG_GETARG_TEXT_PP(1);
	const ClvModel *one[2];
	ClvCbsRequest request;

	request.model = VARDATA_ANY(name);
	request.length = VARSIZE_ANY_EXHDR(name);
	request.unit_days = unit_days;

	/* Only the first row can bring something new, so only it is looked up. */
	if (state == NULL)
		clv_kind_require(*clv_fit_candidates(request.model, request.length, one), kind);
	return clv_cbs_set_request(state, &request);
}

static bool
clv_any_null(FunctionCallInfo fcinfo, int from, int to)
{
	int			i;

	for (i = from; i <= to; i++)
	{
		if (PG_ARGISNULL(i))
			return true;
	}
	return false;
}

static Datum
clv_fit_return(FunctionCallInfo fcinfo, struct varlena *state)
{
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/* Transition of clv.fit(model, frequency, recency, t [, unit_days]) */
PG_FUNCTION_INFO_V1(clv_fit_transition);
Datum
clv_fit_transition(PG_FUNCTION_ARGS)
{
	struct varlena *state = clv_cbs_state(fcinfo);

	if (clv_any_null(fcinfo, 1, PG_NARGS() - 1))
		return clv_fit_return(fcinfo, state);
	state = clv_fit_request(fcinfo, state, CLV_TRANSACTION,
							PG_NARGS() > 5 ? PG_GETARG_FLOAT8(5) : 1.0);
	state = clv_cbs_add_row(state, PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3),
							PG_GETARG_FLOAT8(4), NULL);
	PG_RETURN_POINTER(state);
}

/* Transition of clv.fit(model, frequency, monetary) */
PG_FUNCTION_INFO_V1(clv_fit_spend_transition);
Datum
clv_fit_spend_transition(PG_FUNCTION_ARGS)
{
	struct varlena *state = clv_cbs_state(fcinfo);
	double		monetary = 0;

	if (clv_any_null(fcinfo, 1, 2))
		return clv_fit_return(fcinfo, state);
	if (!PG_ARGISNULL(3))
		monetary = PG_GETARG_FLOAT8(3);
	state = clv_fit_request(fcinfo, state, CLV_SPEND, 1.0);
	state = clv_cbs_add_spend(state, PG_GETARG_FLOAT8(2),
							  PG_ARGISNULL(3) ? NULL : &monetary);
	PG_RETURN_POINTER(state);
}

/* The fit that the rows asked for */
PG_FUNCTION_INFO_V1(clv_fit_final);
Datum
clv_fit_final(PG_FUNCTION_ARGS)
{
	ClvFitCall	call = {0};
	ClvCbsRequest request;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (!clv_cbs_get_request(PG_GETARG_VARLENA_P(0), &request))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the base does not say which model to fit"),
				 errhint("Use clv.fit(cbs, model).")));
	call.unit_days = request.unit_days;
	return clv_fit_named(fcinfo, clv_fit_cbs, request.model, request.length,
						 &call);
}
