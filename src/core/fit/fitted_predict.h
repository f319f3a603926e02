/*
 * fitted_predict.h
 *		What a fit says of a customer.
 *
 * That is what its model predicts (prediction.h) with its parameters, but where
 * nobody in its base had bought again (undetermined.h): then it is what all the
 * parameters agree in, or not known.  Arguments and status are those of
 * prediction.h; the answer holds where the status is CLV_OK.
 */
#ifndef CLV_FITTED_PREDICT_H
#define CLV_FITTED_PREDICT_H

#include "fit/answer_cache.h"
#include "fit/fit.h"

typedef struct ClvAnswer
{
	bool		known;			/* false: there is none */
	double		value;			/* a finite number */
} ClvAnswer;

extern ClvStatus clv_fitted_loglik(const ClvFitted *fit,
								   const ClvCustomer *customer,
								   ClvAnswer *out);
extern ClvStatus clv_fitted_p_alive(const ClvFitted *fit,
									const ClvCustomer *customer, double ahead,
									ClvAnswer *out);
extern ClvStatus clv_fitted_p_active(const ClvFitted *fit,
									 const ClvCustomer *customer, double h,
									 ClvAnswer *out);

/* "cache" may be NULL; it is of this fit. */
extern ClvStatus clv_fitted_purchases(const ClvFitted *fit,
									  const ClvCustomer *customer, double delta,
									  double h, ClvAnswerCache *cache,
									  ClvAnswer *out);
extern ClvStatus clv_fitted_lifetime(const ClvFitted *fit,
									 const ClvCustomer *customer, double delta,
									 double h, ClvAnswerCache *cache,
									 ClvAnswer *out);
extern ClvStatus clv_fitted_pmf(const ClvFitted *fit,
								const ClvCustomer *customer, double h,
								double n, ClvAnswer *out);

/* Not known when the purchase never comes with that probability. */
extern ClvStatus clv_fitted_next_purchase(const ClvFitted *fit,
										  const ClvCustomer *customer,
										  double probability, ClvAnswer *out);

/*
 * Mean spend of a purchase to come, by a customer with x repeat purchases of
 * *m on average (NULL: not known).  Not known when m is not or not above 0, or
 * when the mean of all customers is infinite.
 */
extern ClvStatus clv_fitted_expected_spend(const ClvFitted *fit, double x,
										   const double *m, ClvAnswer *out,
										   ClvError *err);

#endif							/* CLV_FITTED_PREDICT_H */
