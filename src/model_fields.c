/*
 * model_fields.c
 *		Values of keys, read from jsonb, whose numbers are exact decimals:
 *		numbers, names, parameters.
 */
#include "clv.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/numeric.h"

#include "model_keys.h"

/*
 * A name from outside, short enough to be quoted in a message.  No name that
 * we know is nearly so long, so cutting never makes a wrong one right.
 */
char *
clv_name_copy(const char *name, int length)
{
	return pnstrdup(name, pg_mbcliplen(name, length, CLV_NAME_MAX));
}

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

ClvStatus
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
ClvStatus
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
