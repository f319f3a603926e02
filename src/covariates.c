/*
 * covariates.c
 *		clv.with_covariates: what a model says of customers who share their
 *		covariates.
 */
#include "clv.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "model_value.h"

const double *
clv_covariates_arg(FunctionCallInfo fcinfo, int argno, const ClvFitted *fit)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("covariates must have one dimension, but have \"%d\"",
						ARR_NDIM(array))));
	clv_require_elements(array, "covariates");
	if (fit->ncov > 0 && n != fit->ncov)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model \"%s\" has %d covariates, but \"%d\" values are given",
						fit->model->name, fit->ncov, n)));
	return (const double *) ARR_DATA_PTR(array);
}

/* clv.with_covariates(model, covariates) */
PG_FUNCTION_INFO_V1(clv_with_covariates);
Datum
clv_with_covariates(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value = clv_model_arg(fcinfo, 0);
	const double *v = clv_covariates_arg(fcinfo, 1, &value->fit);
	ClvModelValue at;
	ClvError	err;

	at.unit_days = value->unit_days;
	at.is_fitted = value->is_fitted;
	if (clv_fitted_at(&value->fit, v, &at.fit, &err) != CLV_OK)
		clv_raise(&err);
	PG_RETURN_POINTER(clv_model_pack(&at));
}
