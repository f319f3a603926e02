/*
 * model_info.c
 *		What a model is asked about itself: parameters, intervals, likelihood,
 *		how its fit went; and the list of models there are.
 */
#include "clv.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "models/list.h"
#include "utils/array.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "model_value.h"

/* Of a given model, all that a fit would know is NULL. */
#define CLV_FIT_OR_NULL(fit) \
	const ClvModelValue *value = clv_model_arg(fcinfo, 0); \
	const ClvFitted *fit = &value->fit; \
	if (!value->is_fitted) \
		PG_RETURN_NULL()

/* Nor is there a likelihood of a model that no base was asked about. */
#define CLV_LIKELIHOOD_OR_NULL(fit) \
	const ClvModelValue *value = clv_model_arg(fcinfo, 0); \
	const ClvFitted *fit = &value->fit; \
	if (!clv_has_loglik(value)) \
		PG_RETURN_NULL()

PG_FUNCTION_INFO_V1(clv_model_name);
Datum
clv_model_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(clv_model_arg(fcinfo, 0)->fit.model->name));
}

PG_FUNCTION_INFO_V1(clv_unit_days);
Datum
clv_unit_days(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(clv_model_arg(fcinfo, 0)->unit_days);
}

PG_FUNCTION_INFO_V1(clv_param);
Datum
clv_param(PG_FUNCTION_ARGS)
{
	const ClvFitted *fit = &clv_model_arg(fcinfo, 0)->fit;
	text	   *name = PG_GETARG_TEXT_PP(1);
	ClvError	err;
	int			i;

	if (clv_param_lookup(fit,
						 clv_name_copy(VARDATA_ANY(name),
									   VARSIZE_ANY_EXHDR(name)),
						 &i, &err) != CLV_OK)
		clv_raise(&err);
	PG_RETURN_FLOAT8(fit->par[i]);
}

PG_FUNCTION_INFO_V1(clv_model_loglik);
Datum
clv_model_loglik(PG_FUNCTION_ARGS)
{
	CLV_LIKELIHOOD_OR_NULL(fit);
	PG_RETURN_FLOAT8(fit->loglik);
}

PG_FUNCTION_INFO_V1(clv_aic);
Datum
clv_aic(PG_FUNCTION_ARGS)
{
	CLV_LIKELIHOOD_OR_NULL(fit);
	PG_RETURN_FLOAT8(clv_fitted_aic(fit));
}

PG_FUNCTION_INFO_V1(clv_bic);
Datum
clv_bic(PG_FUNCTION_ARGS)
{
	CLV_LIKELIHOOD_OR_NULL(fit);
	PG_RETURN_FLOAT8(clv_fitted_bic(fit));
}

PG_FUNCTION_INFO_V1(clv_model_customers);
Datum
clv_model_customers(PG_FUNCTION_ARGS)
{
	CLV_FIT_OR_NULL(fit);
	PG_RETURN_INT64(fit->customers);
}

PG_FUNCTION_INFO_V1(clv_model_excluded);
Datum
clv_model_excluded(PG_FUNCTION_ARGS)
{
	CLV_FIT_OR_NULL(fit);
	PG_RETURN_INT64(fit->excluded);
}

PG_FUNCTION_INFO_V1(clv_iterations);
Datum
clv_iterations(PG_FUNCTION_ARGS)
{
	CLV_FIT_OR_NULL(fit);
	PG_RETURN_INT32(fit->iterations);
}

PG_FUNCTION_INFO_V1(clv_status);
Datum
clv_status(PG_FUNCTION_ARGS)
{
	CLV_FIT_OR_NULL(fit);
	PG_RETURN_TEXT_P(cstring_to_text(clv_fit_status_name(fit->status)));
}

PG_FUNCTION_INFO_V1(clv_message);
Datum
clv_message(PG_FUNCTION_ARGS)
{
	CLV_FIT_OR_NULL(fit);
	if (fit->message[0] == '\0')
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(fit->message));
}

/* clv.coefficients(model): one row a parameter */
PG_FUNCTION_INFO_V1(clv_coefficients);
Datum
clv_coefficients(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_model_arg(fcinfo, 0);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ClvCoefficient c;
	char		name[CLV_PARAM_NAME];
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < clv_param_count(&value->fit); i++)
	{
		Datum		values[5];
		bool		nulls[5] = {false};

		clv_fitted_coefficient(&value->fit, i, &c);
		clv_param_name(&value->fit, i, name);
		values[0] = CStringGetTextDatum(name);
		values[1] = Float8GetDatum(c.estimate);
		values[2] = Float8GetDatum(c.std_error);
		values[3] = Float8GetDatum(c.lower);
		values[4] = Float8GetDatum(c.upper);
		nulls[2] = !c.has_error || !isfinite(c.std_error);
		nulls[3] = !c.has_error || !isfinite(c.lower);
		nulls[4] = !c.has_error || !isfinite(c.upper);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static ArrayType *
clv_param_names(const ClvModel *model)
{
	Datum		name[CLV_MAX_PARAM];
	int			i;

	for (i = 0; i < model->nparam; i++)
		name[i] = CStringGetTextDatum(model->param[i].name);
	return construct_array(name, model->nparam, TEXTOID, -1, false,
						   TYPALIGN_INT);
}

/* clv.models(): one row a model */
PG_FUNCTION_INFO_V1(clv_models_list);
Datum
clv_models_list(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; clv_models[i] != NULL; i++)
	{
		Datum		values[4];
		bool		nulls[4] = {false};

		values[0] = CStringGetTextDatum(clv_models[i]->name);
		values[1] = CStringGetTextDatum(clv_kind_name(clv_models[i]->kind));
		values[2] = PointerGetDatum(clv_param_names(clv_models[i]));
		values[3] = CStringGetTextDatum(clv_models[i]->reference);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
