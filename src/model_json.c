/*
 * model_json.c
 *		The text form of clv.model: JSON that people read and that keeps every
 *		bit.
 *
 * Numbers are written in the fewest digits that read back as the same double,
 * whatever extra_float_digits is, since text is also how values travel between
 * servers.  Reading goes through jsonb, whose numbers are exact decimals.
 */
#include "clv.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "utils/json.h"
#include "utils/numeric.h"

#include "model_value.h"

#define CLV_JSON_VERSION	1

/* The keys, in the order in which they are written. */
typedef enum ClvKey
{
	KEY_MODEL,
	KEY_VERSION,
	KEY_UNIT_DAYS,
	KEY_PARAMETERS,
	KEY_GIVEN,					/* number of keys of a model that is not fitted */
	KEY_STATUS = KEY_GIVEN,
	KEY_LIMIT,
	KEY_MESSAGE,
	KEY_LOGLIK,
	KEY_CUSTOMERS,
	KEY_EXCLUDED,
	KEY_ITERATIONS,
	KEY_EVALUATIONS,
	KEY_COVARIANCE,
	KEY_FITTED,					/* number of keys that every fitted model has */
	KEY_PRIOR = KEY_FITTED,
	KEY_GROUPS,
	KEY_COUNT
} ClvKey;

static const char *const clv_key_name[KEY_COUNT] = {
	"model", "version", "unit_days", "parameters", "status", "limit",
	"message", "loglik", "customers", "excluded", "iterations",
	"evaluations", "covariance", "prior", "groups"
};

static void
clv_json_double(StringInfo out, double v)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(v, digits);
	appendStringInfoString(out, digits);
}

void
clv_json_params(StringInfo out, const ClvModel *model, int n,
				const double *value)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		appendStringInfo(out, "%s\"%s\": ", i == 0 ? "{" : ", ",
						 model->param[i].name);
		clv_json_double(out, value[i]);
	}
	appendStringInfoChar(out, '}');
}

static void
clv_json_key(StringInfo out, ClvKey key)
{
	appendStringInfo(out, "%s\"%s\": ", key == KEY_MODEL ? "{" : ", ",
					 clv_key_name[key]);
}

/* The lower triangle, row by row; null where there is none. */
static void
clv_json_covariance(StringInfo out, const ClvFitted *fit)
{
	int			i,
				j;

	if (!fit->has_cov)
	{
		appendStringInfoString(out, "null");
		return;
	}
	for (i = 0; i < fit->model->nparam; i++)
	{
		appendStringInfoString(out, i == 0 ? "[[" : ", [");
		for (j = 0; j <= i; j++)
		{
			if (j > 0)
				appendStringInfoString(out, ", ");
			clv_json_double(out, fit->cov[CLV_PACK(i, j)]);
		}
		appendStringInfoChar(out, ']');
	}
	appendStringInfoChar(out, ']');
}

static void
clv_json_fit(StringInfo out, const ClvFitted *fit)
{
	clv_json_key(out, KEY_STATUS);
	escape_json(out, clv_fit_status_name(fit->status));
	clv_json_key(out, KEY_LIMIT);
	if (fit->limit < 0)
		appendStringInfoString(out, "null");
	else
		escape_json(out, fit->model->param[fit->limit].name);
	clv_json_key(out, KEY_MESSAGE);
	if (fit->message[0] == '\0')
		appendStringInfoString(out, "null");
	else
		escape_json(out, fit->message);
	clv_json_key(out, KEY_LOGLIK);
	if (fit->groups > 0)
		appendStringInfoString(out, "null");
	else
		clv_json_double(out, fit->loglik);
	clv_json_key(out, KEY_CUSTOMERS);
	appendStringInfo(out, INT64_FORMAT, (int64) fit->customers);
	clv_json_key(out, KEY_EXCLUDED);
	appendStringInfo(out, INT64_FORMAT, (int64) fit->excluded);
	clv_json_key(out, KEY_ITERATIONS);
	appendStringInfo(out, "%d", fit->iterations);
	clv_json_key(out, KEY_EVALUATIONS);
	appendStringInfo(out, "%d", fit->evaluations);
	clv_json_key(out, KEY_COVARIANCE);
	clv_json_covariance(out, fit);
	if (fit->has_prior)
	{
		clv_json_key(out, KEY_PRIOR);
		clv_json_prior(out, fit);
	}
	if (fit->groups > 0)
	{
		clv_json_key(out, KEY_GROUPS);
		appendStringInfo(out, "%d", fit->groups);
	}
}

char *
clv_model_to_json(const ClvModelValue *value)
{
	const ClvFitted *fit = &value->fit;
	StringInfoData out;

	initStringInfo(&out);
	clv_json_key(&out, KEY_MODEL);
	escape_json(&out, fit->model->name);
	clv_json_key(&out, KEY_VERSION);
	appendStringInfo(&out, "%d", CLV_JSON_VERSION);
	clv_json_key(&out, KEY_UNIT_DAYS);
	clv_json_double(&out, value->unit_days);
	clv_json_key(&out, KEY_PARAMETERS);
	clv_json_params(&out, fit->model, fit->model->nparam, fit->par);
	if (value->is_fitted)
		clv_json_fit(&out, fit);
	appendStringInfoChar(&out, '}');
	return out.data;
}

/*
 * Reading.  Each of these takes the value of the key "name", checks what it
 * is, and describes in "err" what is wrong with it.
 */
ClvStatus
clv_read_double(const JsonbValue *v, const char *name, double *out,
				ClvError *err)
{
	char	   *digits;

	if (v->type != jbvNumeric)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL, "\"%s\" must be a number",
						name);
	digits = DatumGetCString(DirectFunctionCall1(numeric_out,
												 NumericGetDatum(v->val.numeric)));
	*out = strtod(digits, NULL);
	if (!isfinite(*out))
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"\"%s\" is out of range", name);
	return CLV_OK;
}

static ClvStatus
clv_read_count(const JsonbValue *v, const char *name, int64 max, int64 *out,
			   ClvError *err)
{
	char	   *digits = "";
	char	   *end = digits;

	if (v->type == jbvNumeric)
	{
		digits = DatumGetCString(DirectFunctionCall1(numeric_out,
													 NumericGetDatum(v->val.numeric)));
		errno = 0;
		*out = strtoll(digits, &end, 10);
	}
	if (end == digits || *end != '\0' || errno != 0 || *out < 0 || *out > max)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"\"%s\" must be a whole number from 0 to " INT64_FORMAT,
						name, max);
	return CLV_OK;
}

/* "out" has room for "size" bytes; null reads as the empty string. */
static ClvStatus
clv_read_string(const JsonbValue *v, const char *name, char *out, size_t size,
				ClvError *err)
{
	out[0] = '\0';
	if (v->type == jbvNull)
		return CLV_OK;
	if (v->type != jbvString)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL, "\"%s\" must be a string",
						name);
	if (v->val.string.len >= size)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL, "\"%s\" is too long",
						name);
	memcpy(out, v->val.string.val, v->val.string.len);
	out[v->val.string.len] = '\0';
	return CLV_OK;
}

ClvStatus
clv_some_params_from_json(JsonbContainer *object, const ClvModel *model,
						  double *par, bool *seen, ClvError *err)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	ClvStatus	status;
	int			i = 0;

	if (!JsonContainerIsObject(object))
		return clv_fail(err, CLV_BAD_ARGUMENT, "Write {\"name\": value, ...}.",
						"parameters must be a JSON object");
	it = JsonbIteratorInit(object);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			status = clv_param_lookup(model,
									  clv_name_copy(v.val.string.val,
													v.val.string.len),
									  &i, err);
			seen[i] = true;
		}
		else if (token == WJB_VALUE)
			status = clv_read_double(&v, model->param[i].name, &par[i], err);
		else
			continue;
		if (status != CLV_OK)
			return status;
	}
	return CLV_OK;
}

ClvStatus
clv_params_from_json(JsonbContainer *object, const ClvModel *model,
					 double *par, ClvError *err)
{
	bool		seen[CLV_MAX_PARAM] = {false};
	ClvStatus	status = clv_some_params_from_json(object, model, par, seen,
													   err);
	int			i;

	for (i = 0; status == CLV_OK && i < model->nparam; i++)
	{
		if (!seen[i])
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"parameter \"%s\" of model \"%s\" is missing",
							model->param[i].name, model->name);
	}
	return status;
}

static ClvStatus
clv_read_covariance(const JsonbValue *v, ClvFitted *fit, ClvError *err)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	item;
	ClvStatus	status;
	int			row = -1,
				column = 0,
				depth = 0;

	if (v->type == jbvNull)
		return CLV_OK;
	if (v->type != jbvBinary)
		goto shape;
	it = JsonbIteratorInit(v->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &item, false)) != WJB_DONE)
	{
		if (token == WJB_BEGIN_ARRAY)
		{
			if (++depth > 2 || (depth == 2 && ++row >= fit->model->nparam))
				goto shape;
			column = 0;
		}
		else if (token == WJB_END_ARRAY)
		{
			if (depth-- == 2 && column != row + 1)
				goto shape;
		}
		else
		{
			if (token != WJB_ELEM || depth != 2 || column > row)
				goto shape;
			status = clv_read_double(&item, clv_key_name[KEY_COVARIANCE],
									 &fit->cov[CLV_PACK(row, column)], err);
			if (status != CLV_OK)
				return status;
			column++;
		}
	}
	if (row != fit->model->nparam - 1)
		goto shape;
	fit->has_cov = true;
	return CLV_OK;

shape:
	return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
					"\"covariance\" must be null or the lower triangle of a matrix of %d rows",
					fit->model->nparam);
}

/* The values by key; a key that is not ours is an error. */
static ClvStatus
clv_read_keys(Jsonb *json, JsonbValue *field, bool *seen, ClvError *err)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	int			key = 0;

	if (!JB_ROOT_IS_OBJECT(json))
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL, "not a JSON object");
	it = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			for (key = 0; key < KEY_COUNT; key++)
			{
				if (strlen(clv_key_name[key]) == v.val.string.len &&
					memcmp(clv_key_name[key], v.val.string.val,
						   v.val.string.len) == 0)
					break;
			}
			if (key == KEY_COUNT)
				return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
								"unknown key \"%s\"",
								clv_name_copy(v.val.string.val,
											  v.val.string.len));
			seen[key] = true;
		}
		else if (token == WJB_VALUE)
			field[key] = v;
	}
	return CLV_OK;
}

/* What every model has: the keys before KEY_GIVEN. */
static ClvStatus
clv_read_given(const JsonbValue *field, ClvModelValue *value, ClvError *err)
{
	char		name[CLV_NAME_MAX];
	int64		version = 0;
	ClvStatus	st;

	if ((st = clv_read_string(&field[KEY_MODEL], "model", name, sizeof(name),
							  err)) != CLV_OK ||
		(st = clv_model_lookup(name, &value->fit.model, err)) != CLV_OK ||
		(st = clv_read_count(&field[KEY_VERSION], "version", PG_INT32_MAX,
							 &version, err)) != CLV_OK)
		return st;
	if (version != CLV_JSON_VERSION)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"unknown version \"" INT64_FORMAT "\"", version);
	st = clv_read_double(&field[KEY_UNIT_DAYS], "unit_days",
						 &value->unit_days, err);
	if (st != CLV_OK)
		return st;
	if (field[KEY_PARAMETERS].type != jbvBinary)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"\"parameters\" must be an object");
	return clv_params_from_json(field[KEY_PARAMETERS].val.binary.data,
								value->fit.model, value->fit.par, err);
}

/* How the fit ended: status, limit, message. */
static ClvStatus
clv_read_outcome(const JsonbValue *field, ClvFitted *fit, ClvError *err)
{
	char		status[CLV_NAME_MAX];
	char		limit[CLV_NAME_MAX];
	ClvStatus	st;

	if ((st = clv_read_string(&field[KEY_STATUS], "status", status,
							  sizeof(status), err)) != CLV_OK ||
		(st = clv_read_string(&field[KEY_LIMIT], "limit", limit,
							  sizeof(limit), err)) != CLV_OK ||
		(st = clv_read_string(&field[KEY_MESSAGE], "message", fit->message,
							  sizeof(fit->message), err)) != CLV_OK)
		return st;
	if (!clv_fit_status_parse(status, &fit->status))
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"unknown status \"%s\"", status);
	if (limit[0] == '\0')
		return CLV_OK;
	return clv_param_lookup(fit->model, limit, &fit->limit, err);
}

/* The prior, and the groups that it is the pool of, where there are any. */
static ClvStatus
clv_read_prior(const JsonbValue *field, const bool *seen,
			   ClvModelValue *value, ClvError *err)
{
	ClvFitted  *fit = &value->fit;
	int64		groups = 0;
	ClvStatus	st;

	if (seen[KEY_GROUPS])
	{
		st = clv_read_count(&field[KEY_GROUPS], "groups", PG_INT32_MAX,
							&groups, err);
		if (st != CLV_OK)
			return st;
		if (groups == 0)
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"\"groups\" must be above 0");
	}
	fit->groups = (int) groups;
	fit->has_prior = seen[KEY_PRIOR];
	if (!fit->has_prior)
		return CLV_OK;
	if (field[KEY_PRIOR].type != jbvBinary)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"\"prior\" must be an object");

	/* none of it is left to a default: what is missing is not valid */
	return clv_prior_from_json(field[KEY_PRIOR].val.binary.data, fit->model,
							   value->unit_days, &fit->prior, err);
}

/* Of a shrunk model there is no likelihood: null. */
static ClvStatus
clv_read_loglik(const JsonbValue *v, ClvFitted *fit, ClvError *err)
{
	if (fit->groups > 0 && v->type == jbvNull)
		return CLV_OK;
	if (fit->groups > 0)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"\"loglik\" of a shrunk model must be null");
	return clv_read_double(v, "loglik", &fit->loglik, err);
}

/* What a fitted model has besides. */
static ClvStatus
clv_read_fit(const JsonbValue *field, ClvFitted *fit, ClvError *err)
{
	int64		customers,
				excluded,
				iterations,
				evaluations;
	ClvStatus	st;

	if ((st = clv_read_outcome(field, fit, err)) != CLV_OK ||
		(st = clv_read_loglik(&field[KEY_LOGLIK], fit, err)) != CLV_OK ||
		(st = clv_read_count(&field[KEY_CUSTOMERS], "customers", PG_INT64_MAX,
							 &customers, err)) != CLV_OK ||
		(st = clv_read_count(&field[KEY_EXCLUDED], "excluded", PG_INT64_MAX,
							 &excluded, err)) != CLV_OK ||
		(st = clv_read_count(&field[KEY_ITERATIONS], "iterations",
							 PG_INT32_MAX, &iterations, err)) != CLV_OK ||
		(st = clv_read_count(&field[KEY_EVALUATIONS], "evaluations",
							 PG_INT32_MAX, &evaluations, err)) != CLV_OK)
		return st;
	fit->customers = customers;
	fit->excluded = excluded;
	fit->iterations = (int) iterations;
	fit->evaluations = (int) evaluations;
	return clv_read_covariance(&field[KEY_COVARIANCE], fit, err);
}

ClvStatus
clv_model_from_json(Jsonb *json, ClvModelValue *value, ClvError *err)
{
	JsonbValue	field[KEY_COUNT];
	bool		seen[KEY_COUNT] = {false};
	ClvStatus	st;
	int			key;

	memset(value, 0, sizeof(*value));
	value->fit.limit = -1;
	if ((st = clv_read_keys(json, field, seen, err)) != CLV_OK)
		return st;

	/* A single key of a fit asks for all of them. */
	for (key = KEY_GIVEN; key < KEY_COUNT; key++)
		value->is_fitted |= seen[key];
	for (key = 0; key < (value->is_fitted ? KEY_FITTED : KEY_GIVEN); key++)
	{
		if (!seen[key])
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"key \"%s\" is missing", clv_key_name[key]);
	}
	if ((st = clv_read_given(field, value, err)) != CLV_OK)
		return st;
	if (value->is_fitted &&
		((st = clv_read_prior(field, seen, value, err)) != CLV_OK ||
		 (st = clv_read_fit(field, &value->fit, err)) != CLV_OK))
		return st;
	return clv_model_value_check(value, err);
}
