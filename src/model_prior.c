/*
 * model_prior.c
 *		Priors as JSON, {"mean": {"r": 0.5, ...}, "sd": {"r": 2, ...}}: an
 *		argument of clv.fit, and a part of the models that it was used for.
 */
#include "clv.h"

#include "model_value.h"

void
clv_json_prior(StringInfo out, const ClvFitted *fit)
{
	appendStringInfoString(out, "{\"mean\": ");
	clv_json_params(out, fit, clv_real_count(fit), fit->prior.median);
	appendStringInfoString(out, ", \"sd\": ");
	clv_json_params(out, fit, clv_real_count(fit), fit->prior.sd);
	appendStringInfoChar(out, '}');
}

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
