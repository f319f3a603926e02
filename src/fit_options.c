/*
 * fit_options.c
 *		What clv.fit may be asked for besides, as JSON: {"k": 2} of a model that
 *		has a whole-number parameter, and the names of covariates,
 *		{"covariates": ["channel", "gender"]}.
 */
#include "clv.h"

#include "model_value.h"

/* Without names, covariates are called v1, v2 and so on. */
static void
clv_name_covariates(const ClvBase *base, ClvModelValue *value)
{
	int			i;

	value->fit.ncov = base->ncov;
	for (i = 0; i < base->ncov; i++)
		snprintf(value->fit.covariate[i], sizeof(ClvCovariateName), "v%d", i + 1);
}

/* Which parameter of the model is the option of that name?  -1: none */
static int
clv_fit_option(const ClvModel *model, const char *key)
{
	int			i = model->nparam - 1;

	return clv_is_whole(model, i) && strcmp(model->param[i].name, key) == 0 ? i : -1;
}

static ClvStatus
clv_fit_set_option(const char *key, const JsonbValue *v, ClvModelValue *value,
				   double *whole, ClvError *err)
{
	const ClvModel *model = value->fit.model;
	int			i = clv_fit_option(model, key);
	ClvStatus	status;

	if (strcmp(key, "covariates") == 0)
		return clv_names_from_json(v, &value->fit.ncov, value->fit.covariate,
								   err);
	if (i < 0)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"model \"%s\" has no option \"%s\"", model->name, key);
	status = clv_read_double(v, key, whole, err);
	if (status != CLV_OK)
		return status;
	return clv_param_check(model, i, *whole, err);
}

/* Those that "auto" chooses from are fitted without covariates. */
static void
clv_fit_check_names(const ClvBase *base, bool is_auto,
					const ClvModelValue *value)
{
	const ClvFitted *fit = &value->fit;
	ClvError	err;

	if (is_auto && fit->ncov > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model \"auto\" takes no covariates"),
				 errhint("Fit mbgnbd and paretonbd, and compare clv.bic of the two.")));
	if (clv_covariates_check(fit->model, base, fit->covariate, fit->ncov,
							 &err) != CLV_OK)
		clv_raise(&err);
}

void
clv_fit_read_options(Jsonb *json, const ClvBase *base, bool is_auto,
					 ClvModelValue *value, double *whole)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	ClvError	err;
	char	   *key = NULL;

	if (value->fit.model->covariate != NULL && !is_auto)
		clv_name_covariates(base, value);
	if (json == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options must be a JSON object")));
	it = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			key = clv_name_copy(v.val.string.val, v.val.string.len);
		else if (token == WJB_VALUE &&
				 clv_fit_set_option(key, &v, value, whole, &err) != CLV_OK)
			clv_raise(&err);
	}
	clv_fit_check_names(base, is_auto, value);
}
