/*
 * fitted_predict.c
 *		What a fit says of a customer.
 */
#include "fit/fitted_predict.h"

#include <math.h>

#include "fit/undetermined.h"
#include "math/renewals.h"
#include "model/prediction.h"

/* Is it the parameters that tell?  If not, this is the answer. */
static bool
ask_parameters(ClvTold told, double by_limit, ClvAnswer *out)
{
	out->known = told != CLV_NOT_TOLD;
	out->value = by_limit;
	return told == CLV_TOLD_BY_PARAMETERS;
}

ClvStatus
clv_fitted_loglik(const ClvFitted *fit, const ClvCustomer *customer,
				  ClvAnswer *out)
{
	/* ln 1: no purchase, for certain */
	if (!ask_parameters(clv_told_purchases(fit, customer), 0.0, out))
		return CLV_OK;
	return clv_predict_loglik(fit->model, fit->par, customer, &out->value);
}

ClvStatus
clv_fitted_p_alive(const ClvFitted *fit, const ClvCustomer *customer,
				   double ahead, ClvAnswer *out)
{
	if (!ask_parameters(clv_told_alive(fit, customer, ahead), 1.0, out))
		return CLV_OK;
	return clv_predict_p_alive(fit->model, fit->par, customer, ahead,
							   &out->value);
}

ClvStatus
clv_fitted_p_active(const ClvFitted *fit, const ClvCustomer *customer,
					double h, ClvAnswer *out)
{
	if (!ask_parameters(clv_told_purchases(fit, customer), 0.0, out))
		return CLV_OK;
	return clv_predict_p_active(fit->model, fit->par, customer, h, &out->value);
}

ClvStatus
clv_fitted_purchases(const ClvFitted *fit, const ClvCustomer *customer,
					 double delta, double h, ClvAnswerCache *cache,
					 ClvAnswer *out)
{
	double	   *kept;
	ClvStatus	status;

	if (!ask_parameters(clv_told_purchases(fit, customer), 0.0, out))
		return CLV_OK;
	kept = clv_answer_cache_find(cache, customer, delta, h,
								 CLV_CACHED_PURCHASES);
	if (kept != NULL && !isnan(*kept))
	{
		out->value = *kept;
		return CLV_OK;
	}
	status = clv_predict_purchases(fit->model, fit->par, customer, delta, h,
								   &out->value);
	if (kept != NULL && status == CLV_OK)
		*kept = out->value;
	return status;
}

ClvStatus
clv_fitted_lifetime(const ClvFitted *fit, const ClvCustomer *customer,
					double delta, double h, ClvAnswerCache *cache,
					ClvAnswer *out)
{
	double	   *kept;
	ClvStatus	status;

	/* alive for certain, all the time */
	if (!ask_parameters(clv_told_alive(fit, customer, h), 0.0, out))
	{
		out->value = clv_annuity(delta, fit->model->discrete ? clv_whole_periods(h) : h);
		return CLV_OK;
	}
	kept = clv_answer_cache_find(cache, customer, delta, h,
								 CLV_CACHED_LIFETIME);
	if (kept != NULL && !isnan(*kept))
	{
		out->value = *kept;
		return CLV_OK;
	}
	status = clv_predict_lifetime(fit->model, fit->par, customer, delta, h,
								  &out->value);
	if (kept != NULL && status == CLV_OK)
		*kept = out->value;
	return status;
}

ClvStatus
clv_fitted_pmf(const ClvFitted *fit, const ClvCustomer *customer, double h,
			   double n, ClvAnswer *out)
{
	if (!ask_parameters(clv_told_purchases(fit, customer), n == 0.0 ? 1.0 : 0.0, out))
		return CLV_OK;
	return clv_predict_pmf(fit->model, fit->par, customer, h, n, &out->value);
}

ClvStatus
clv_fitted_next_purchase(const ClvFitted *fit, const ClvCustomer *customer,
						 double probability, ClvAnswer *out)
{
	ClvStatus	status = CLV_OK;

	if (ask_parameters(clv_told_purchases(fit, customer), INFINITY, out))
		status = clv_predict_next_purchase(fit->model, fit->par, customer,
										   probability, &out->value);
	out->known = !isinf(out->value);
	return status;
}

ClvStatus
clv_fitted_expected_spend(const ClvFitted *fit, double x, const double *m,
						  ClvAnswer *out, ClvError *err)
{
	ClvStatus	status = clv_spend_check(x, m, err);
	double		mean = x > 0.0 && m != NULL ? *m : 0.0;
	ClvNumber	number[2];

	out->known = x == 0.0 || mean > 0.0;
	if (status != CLV_OK || !out->known)
		return status;
	status = clv_predict_expected_spend(fit->model, fit->par, x, mean,
										&out->value);
	if (status != CLV_OK)
		return clv_fail(err, status, NULL,
						"model \"%s\" has no answer for frequency \"%s\", monetary \"%s\"",
						fit->model->name, clv_number(&number[0], x),
						clv_number(&number[1], mean));
	out->known = !isinf(out->value);
	return CLV_OK;
}
