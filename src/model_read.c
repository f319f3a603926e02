/*
 * model_read.c
 *		The text form of clv.model, read: through jsonb, whose numbers are exact
 *		decimals.
 */
#include "clv.h"

#include <math.h>

#include "utils/numeric.h"

#include "model_keys.h"

/*
 * Each of these takes the value of the key "name", checks what it
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
clv_some_params_from_json(JsonbContainer *object, const ClvFitted *fit,
						  double *par, bool *seen, ClvError *err)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	ClvStatus	status;
	char	   *name = NULL;
	int			i = 0;

	if (!JsonContainerIsObject(object))
		return clv_fail(err, CLV_BAD_ARGUMENT, "Write {\"name\": value, ...}.",
						"parameters must be a JSON object");
	it = JsonbIteratorInit(object);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			name = clv_name_copy(v.val.string.val, v.val.string.len);
			status = clv_param_lookup(fit, name, &i, err);
			seen[i] = true;
		}
		else if (token == WJB_VALUE)
			status = clv_read_double(&v, name, &par[i], err);
		else
			continue;
		if (status != CLV_OK)
			return status;
	}
	return CLV_OK;
}

ClvStatus
clv_params_from_json(JsonbContainer *object, ClvFitted *fit, ClvError *err)
{
	bool		seen[CLV_MAX_PARAM] = {false};
	ClvStatus	status = clv_some_params_from_json(object, fit, fit->par, seen,
												   err);
	char		name[CLV_PARAM_NAME];
	int			i;

	for (i = 0; status == CLV_OK && i < clv_param_count(fit); i++)
	{
		if (seen[i])
			continue;
		clv_param_name(fit, i, name);
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"parameter \"%s\" of model \"%s\" is missing",
						name, fit->model->name);
	}
	return status;
}

/* Of covariates; an empty array is for the caller to judge. */
ClvStatus
clv_names_from_json(const JsonbValue *v, int *n, ClvCovariateName *name,
					ClvError *err)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	item;
	ClvStatus	status;

	*n = 0;
	if (v->type != jbvBinary || !JsonContainerIsArray(v->val.binary.data))
		return clv_fail(err, CLV_BAD_ARGUMENT, "Write [\"name\", ...].",
						"\"covariates\" must be an array of names");
	it = JsonbIteratorInit(v->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &item, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (*n == CLV_MAX_COVARIATES)
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"there are more than %d covariates",
							CLV_MAX_COVARIATES);
		if (item.type == jbvNull)
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"names of covariates must not be null");
		status = clv_read_string(&item, "covariates", name[*n],
								 CLV_MAX_COVARIATE_NAME, err);
		if (status != CLV_OK)
			return status;
		(*n)++;
	}
	return clv_covariate_names_check((const ClvCovariateName *) name, *n, err);
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
			if (++depth > 2 || (depth == 2 && ++row >= clv_param_count(fit)))
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
	if (row != clv_param_count(fit) - 1)
		goto shape;
	fit->has_cov = true;
	return CLV_OK;

shape:
	return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
					"\"covariance\" must be null or the lower triangle of a matrix of %d rows",
					clv_param_count(fit));
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

/* The names of covariates, of a model that takes any. */
static ClvStatus
clv_read_covariates(const JsonbValue *v, ClvFitted *fit, ClvError *err)
{
	if (fit->model->covariate == NULL)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"model \"%s\" takes no covariates", fit->model->name);
	if (clv_names_from_json(v, &fit->ncov, fit->covariate, err) != CLV_OK)
		return CLV_BAD_ARGUMENT;
	if (fit->ncov == 0)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"\"covariates\" must not be empty");
	return CLV_OK;
}

/* What every model has: the keys before KEY_GIVEN, and perhaps covariates. */
static ClvStatus
clv_read_given(const JsonbValue *field, const bool *seen,
			   ClvModelValue *value, ClvError *err)
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
	if (seen[KEY_COVARIATES] &&
		(st = clv_read_covariates(&field[KEY_COVARIATES], &value->fit,
								  err)) != CLV_OK)
		return st;
	return clv_params_from_json(field[KEY_PARAMETERS].val.binary.data,
								&value->fit, err);
}

/* How the fit ended: status, limit, message. */
static ClvStatus
clv_read_outcome(const JsonbValue *field, ClvFitted *fit, ClvError *err)
{
	char		status[CLV_NAME_MAX];
	char		limit[CLV_PARAM_NAME];
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
	return clv_param_lookup(fit, limit, &fit->limit, err);
}

/* A key that is left out where it does not hold: true, if it is there. */
static ClvStatus
clv_read_mark(const JsonbValue *field, const bool *seen, ClvKey key, bool *out,
			  ClvError *err)
{
	*out = seen[key];
	if (!seen[key] || (field[key].type == jbvBool && field[key].val.boolean))
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT, NULL, "\"%s\" must be true",
					clv_key_name[key]);
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
	return clv_prior_from_json(field[KEY_PRIOR].val.binary.data, fit,
							   value->unit_days, &fit->prior, err);
}

/* Of a shrunk model, and of one at some covariates, there is none: null. */
static ClvStatus
clv_read_loglik(const JsonbValue *v, ClvFitted *fit, ClvError *err)
{
	bool		none = fit->groups > 0 || fit->at_covariates;

	if (none && v->type == jbvNull)
		return CLV_OK;
	if (none)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"\"loglik\" of a model that is shrunk or at some covariates must be null");
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
	for (key = KEY_GIVEN; key < KEY_COVARIATES; key++)
		value->is_fitted |= seen[key];
	for (key = 0; key < (value->is_fitted ? KEY_FITTED : KEY_GIVEN); key++)
	{
		if (!seen[key])
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"key \"%s\" is missing", clv_key_name[key]);
	}
	if ((st = clv_read_given(field, seen, value, err)) != CLV_OK)
		return st;
	if (value->is_fitted &&
		((st = clv_read_mark(field, seen, KEY_AT_COVARIATES,
							 &value->fit.at_covariates, err)) != CLV_OK ||
		 (st = clv_read_mark(field, seen, KEY_UNDETERMINED,
							 &value->fit.undetermined, err)) != CLV_OK ||
		 (st = clv_read_prior(field, seen, value, err)) != CLV_OK ||
		 (st = clv_read_fit(field, &value->fit, err)) != CLV_OK))
		return st;
	return clv_model_value_check(value, err);
}
