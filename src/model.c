/*
 * model.c
 *		The type clv.model: input, output, comparison, and models from known
 *		parameters.
 */
#include "clv.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "model_value.h"
#include "varlena_cmp.h"

/* Ten times the longest that there is, for blanks. */
#define TEXT_MAX_LENGTH	1000000

/* A function has at most two models among its arguments, and they come first. */
#define CLV_MODEL_ARGS	2

typedef struct ClvModelCache
{
	size_t		size;			/* of the bytes; 0: nothing kept */
	size_t		room;			/* for them */
	unsigned char *bytes;
	ClvModelValue value;
} ClvModelCache;

typedef struct ClvArgCache
{
	ClvModelCache model[CLV_MODEL_ARGS];
	void	   *memo;
} ClvArgCache;

/*
 * Whoever makes a model, it has passed the check that is made of one from
 * outside: what is stored can be read.
 */
struct varlena *
clv_model_pack(const ClvModelValue *value)
{
	unsigned char bytes[CLV_MODEL_MAX_BYTES];
	size_t		size;
	struct varlena *v;
	ClvError	err;

	if (clv_model_value_check(value, &err) != CLV_OK)
		clv_raise(&err);
	size = clv_model_encode(value, bytes);
	v = palloc(VARHDRSZ + size);

	SET_VARSIZE(v, VARHDRSZ + size);
	memcpy(VARDATA(v), bytes, size);
	return v;
}

/* Room for bytes that take the place of those before. */
static void
clv_cache_reserve(ClvModelCache *cache, size_t size, MemoryContext context)
{
	cache->size = 0;
	if (size <= cache->room)
		return;
	if (cache->bytes != NULL)
		pfree(cache->bytes);
	cache->room = 0;
	cache->bytes = MemoryContextAlloc(context, size);
	cache->room = size;
}

/*
 * Scoring calls this once a row with the same model over and over.  Comparing
 * some hundred bytes is far cheaper than decoding them, and needs no trust in
 * pointers.
 */
const ClvModelValue *
clv_model_arg(FunctionCallInfo fcinfo, int argno)
{
	struct varlena *v = PG_GETARG_VARLENA_PP(argno);
	ClvArgCache *args = fcinfo->flinfo->fn_extra;
	ClvModelCache *cache;
	size_t		size = VARSIZE_ANY_EXHDR(v);
	ClvError	err;

	Assert(argno < CLV_MODEL_ARGS);
	if (args == NULL)
	{
		args = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(*args));
		fcinfo->flinfo->fn_extra = args;
	}
	cache = &args->model[argno];
	if (size != cache->size || memcmp(VARDATA_ANY(v), cache->bytes, size) != 0)
	{
		if (args->memo != NULL)
			pfree(args->memo);
		args->memo = NULL;
		clv_cache_reserve(cache, size, fcinfo->flinfo->fn_mcxt);
		if (clv_model_decode((unsigned char *) VARDATA_ANY(v), size,
							 &cache->value, &err) != CLV_OK)
			clv_raise(&err);
		memcpy(cache->bytes, VARDATA_ANY(v), size);
		cache->size = size;
	}
	return &cache->value;
}

void **
clv_model_memo(FunctionCallInfo fcinfo)
{
	ClvArgCache *args = fcinfo->flinfo->fn_extra;

	return &args->memo;
}

const ClvModel *
clv_model_named(const char *name, int length)
{
	const ClvModel *model;
	ClvError	err;

	if (clv_model_lookup(clv_name_copy(name, length), &model, &err) != CLV_OK)
		clv_raise(&err);
	return model;
}

void
clv_kind_require(const ClvModel *model, ClvKind kind)
{
	ClvError	err;

	if (clv_kind_check(model, kind, &err) != CLV_OK)
		clv_raise(&err);
}

/* The hint tells what the model's covariates are called, as far as it fits. */
static void
clv_refuse_covariates(const ClvFitted *fit)
{
	StringInfoData names;
	int			i;

	initStringInfo(&names);
	for (i = 0; i < fit->ncov; i++)
		appendStringInfo(&names, "%s%s", i == 0 ? "" : ", ", fit->covariate[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("model \"%s\" has covariates, and those of the customers are not known",
					fit->model->name),
			 errhint("Use clv.with_covariates(model, ARRAY[%s]) in its place.", names.data)));
}

void
clv_value_require(const ClvModelValue *value, ClvKind kind)
{
	clv_kind_require(value->fit.model, kind);
	if (value->fit.ncov > 0)
		clv_refuse_covariates(&value->fit);
}

/* Says what was being read when the JSON parser itself complains. */
static void
clv_model_in_context(void *arg)
{
	errcontext("text of a value of type clv.model");
}

/* False: not JSON, and the caller wants to be told softly. */
static bool
clv_parse_jsonb(FunctionCallInfo fcinfo, Datum *json)
{
	ErrorContextCallback context;
	bool		ok = true;

	context.callback = clv_model_in_context;
	context.arg = NULL;
	context.previous = error_context_stack;
	error_context_stack = &context;
#if PG_VERSION_NUM >= 160000
	ok = DirectInputFunctionCallSafe(jsonb_in, PG_GETARG_CSTRING(0), InvalidOid,
									 -1, fcinfo->context, json);
#else
	*json = DirectFunctionCall1(jsonb_in, PG_GETARG_DATUM(0));
#endif
	error_context_stack = context.previous;
	return ok;
}

PG_FUNCTION_INFO_V1(clv_model_in);
Datum
clv_model_in(PG_FUNCTION_ARGS)
{
	Datum		json;
	ClvModelValue value;
	ClvError	why,
				err;

	/* the JSON parser takes no interrupts */
	if (strlen(PG_GETARG_CSTRING(0)) > TEXT_MAX_LENGTH)
	{
		clv_fail(&err, CLV_LIMIT, NULL,
				 "text of a value of type clv.model is longer than %d bytes",
				 TEXT_MAX_LENGTH);
		clv_raise_soft(&err, fcinfo->context);
		PG_RETURN_NULL();
	}
	if (!clv_parse_jsonb(fcinfo, &json))
		PG_RETURN_NULL();
	if (clv_model_from_json(DatumGetJsonbP(json), &value, &why) != CLV_OK)
	{
		clv_fail(&err, CLV_BAD_TEXT, why.hint,
				 "invalid input for type clv.model: %.200s", why.message);
		clv_raise_soft(&err, fcinfo->context);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(clv_model_pack(&value));
}

PG_FUNCTION_INFO_V1(clv_model_out);
Datum
clv_model_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(clv_model_to_json(clv_model_arg(fcinfo, 0)));
}

PG_FUNCTION_INFO_V1(clv_model_recv);
Datum
clv_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			size = buf->len - buf->cursor;
	const char *data = pq_getmsgbytes(buf, size);
	ClvModelValue value;
	ClvError	err;

	if (clv_model_decode((const unsigned char *) data, size, &value,
						 &err) != CLV_OK)
		clv_raise(&err);
	PG_RETURN_POINTER(clv_model_pack(&value));
}

PG_FUNCTION_INFO_V1(clv_model_send);
Datum
clv_model_send(PG_FUNCTION_ARGS)
{
	struct varlena *v = PG_GETARG_VARLENA_PP(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* clv_model_eq() and so on: equal models have equal bytes. */
CLV_COMPARISON_FUNCTIONS(model, PG_GETARG_VARLENA_PP);

/* clv.model(name, params, unit_days): a model that nobody had to fit. */
PG_FUNCTION_INFO_V1(clv_model_make);
Datum
clv_model_make(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	Jsonb	   *params = PG_GETARG_JSONB_P(1);
	ClvModelValue value;
	ClvError	err;

	memset(&value, 0, sizeof(value));
	value.unit_days = PG_GETARG_FLOAT8(2);
	value.fit.model = clv_model_named(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	value.fit.limit = -1;
	if (clv_params_from_json(&params->root, &value.fit, &err) != CLV_OK)
		clv_raise(&err);
	PG_RETURN_POINTER(clv_model_pack(&value));
}
