/*
 * target_model.h
 *		Bytes as those of a clv.model.  Predictions are not asked here: what a
 *		model of absurd parameters answers is for the tests of predictions.
 */
#ifndef CLV_FUZZ_TARGET_MODEL_H
#define CLV_FUZZ_TARGET_MODEL_H

#include "fit/fitted.h"

#include "target.h"

static void
model_ask(const ClvModelValue *value)
{
	const ClvFitted *fit = &value->fit;
	ClvCoefficient c;
	ClvError	err;
	int			i;

	for (i = 0; i < clv_param_count(fit); i++)
	{
		char		name[CLV_PARAM_NAME];
		int			found = -1;

		clv_param_name(fit, i, name);
		PROMISE(clv_param_lookup(fit, name, &found, &err) == CLV_OK && found == i);
		clv_fitted_coefficient(fit, i, &c);
		PROMISE(isfinite(c.estimate));
		PROMISE(!c.has_error || (c.std_error >= 0 && c.lower <= c.estimate && c.estimate <= c.upper));
	}
	if (!clv_has_loglik(value))
		return;
	PROMISE(isfinite(fit->loglik) && !isnan(clv_fitted_aic(fit)) && !isnan(clv_fitted_bic(fit)));
	PROMISE(clv_fit_status_name(fit->status) != NULL);
}

static bool
fuzz_model(const unsigned char *data, size_t size)
{
	unsigned char bytes[CLV_MODEL_MAX_BYTES];
	ClvModelValue value;
	ClvError	err;

	if (clv_model_decode(data, size, &value, &err) != CLV_OK)
	{
		PROMISE(err.status == CLV_BAD_BINARY);
		return false;
	}
	PROMISE(clv_model_value_check(&value, &err) == CLV_OK);
	PROMISE(fuzz_same(data, size, bytes, clv_model_encode(&value, bytes)));
	model_ask(&value);
	return true;
}

#endif							/* CLV_FUZZ_TARGET_MODEL_H */
