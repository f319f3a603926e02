/*
 * model_read.c
 *		The text form of clv.model, read through jsonb; and priors,
 *		{"mean": {"r": 0.5, ...}, "sd": {"r": 2, ...}}: an argument of clv.fit,
 *		and a part of the models that it was used for.
 *
 * Each has the other in it: a fitted model its prior, and a prior a model whose
 * parameters are its mean.
 */
#include "clv.h"

#include "model_keys.h"

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

/* ---- priors ---- */

/* By the names of parameters, which are not whole numbers. */
static ClvStatus
clv_read_by_name(JsonbContainer *object, const ClvFitted *fit, double *out,
				 ClvError *err)
{
	bool		seen[CLV_MAX_PARAM] = {false};
	ClvStatus	status = clv_some_params_from_json(object, fit, out, seen,
												   err);
	int			whole = clv_real_count(fit);

	if (status == CLV_OK && whole < clv_param_count(fit) && seen[whole])
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"parameter %s is a whole number and has no prior",
						fit->model->param[whole].name);
	return status;
}

/* One for all parameters, or some by name. */
static ClvStatus
clv_read_sd(const JsonbValue *v, const ClvFitted *fit, double *sd,
			ClvError *err)
{
	ClvStatus	status;
	int			i;

	if (v->type == jbvBinary)
		return clv_read_by_name(v->val.binary.data, fit, sd, err);
	status = clv_read_double(v, "sd", &sd[0], err);
	for (i = 1; i < clv_real_count(fit); i++)
		sd[i] = sd[0];
	return status;
}

static bool
clv_same_covariates(const ClvFitted *a, const ClvFitted *b)
{
	int			i;

	for (i = 0; i < a->ncov && i < b->ncov; i++)
	{
		if (strcmp(a->covariate[i], b->covariate[i]) != 0)
			return false;
	}
	return a->ncov == b->ncov;
}

/* The parameters of a model, in another unit of time perhaps. */
static ClvStatus
clv_read_model_mean(const JsonbValue *object, const ClvFitted *fit,
					double unit_days, double *median, ClvError *err)
{
	JsonbValue	copy = *object;
	ClvModelValue value;
	ClvStatus	status;

	status = clv_model_from_json(JsonbValueToJsonb(&copy), &value, err);
	if (status != CLV_OK)
		return status;
	if (value.fit.model != fit->model)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"the prior mean is a model \"%s\", but the fit is of model \"%s\"",
						value.fit.model->name, fit->model->name);
	if (!clv_same_covariates(&value.fit, fit))
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Covariates are the same if their names are, in the same order.",
						"the prior mean is a model with other covariates than those of the fit");
	if (value.fit.undetermined)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Nobody in its base had bought again: its parameters are anything.",
						"the prior mean is a model that is not determined");
	memcpy(median, value.fit.par, clv_real_count(fit) * sizeof(double));
	clv_prior_rescale(fit->model, value.unit_days / unit_days, median);
	return CLV_OK;
}

/* Some parameters by name, or a model. */
static ClvStatus
clv_read_mean(const JsonbValue *v, const ClvFitted *fit, double unit_days,
			  double *median, ClvError *err)
{
	JsonbContainer *object;
	JsonbValue	found;

	if (v->type != jbvBinary || !JsonContainerIsObject(v->val.binary.data))
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Write {\"name\": value, ...}, or a clv.model as jsonb.",
						"the prior mean must be a JSON object");
	object = v->val.binary.data;
	if (getKeyJsonValueFromContainer(object, "parameters",
									 strlen("parameters"), &found) != NULL)
		return clv_read_model_mean(v, fit, unit_days, median, err);
	return clv_read_by_name(object, fit, median, err);
}

/* "prior" comes with the defaults, which what is not in "object" keeps. */
ClvStatus
clv_prior_from_json(JsonbContainer *object, const ClvFitted *fit,
					double unit_days, ClvPrior *prior, ClvError *err)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	ClvStatus	status = CLV_OK;
	char	   *key = NULL;

	if (!JsonContainerIsObject(object))
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Write {\"mean\": {...}, \"sd\": 2}, or {} for the default.",
						"a prior must be a JSON object");
	it = JsonbIteratorInit(object);
	while (status == CLV_OK &&
		   (token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			key = clv_name_copy(v.val.string.val, v.val.string.len);
		else if (token != WJB_VALUE)
			continue;
		else if (strcmp(key, "mean") == 0)
			status = clv_read_mean(&v, fit, unit_days, prior->median, err);
		else if (strcmp(key, "sd") == 0)
			status = clv_read_sd(&v, fit, prior->sd, err);
		else
			status = clv_fail(err, CLV_BAD_ARGUMENT,
							  "A prior has the keys \"mean\" and \"sd\".",
							  "there is no key \"%s\" in a prior", key);
	}
	if (status != CLV_OK)
		return status;
	return clv_prior_check(fit, prior, err);
}
