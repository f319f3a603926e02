/*
 * prediction.h
 *		The front door of all predictions: nothing else asks a model.
 *
 * Whatever is asked of a model about a customer or a subscriber is asked here.
 * This is the one place that checks the arguments, gives the model a budget of
 * work, and checks the answer before it leaves.  Each function returns
 *
 *		CLV_OK				and *out, a number within its bounds
 *		CLV_BAD_ARGUMENT	such an argument cannot be
 *		CLV_OUT_OF_RANGE	no answer: the model could not tell within its budget,
 *							or not to enough digits, or what it told is NaN,
 *							infinite, or out of its bounds
 *		CLV_UNSUPPORTED		the model does not make this prediction
 *
 * and leaves *out alone but for CLV_OK.  What exceeds its upper bound by a
 * rounding is that bound, what is below 1e-300 is 0, and nothing else is
 * changed: a wrong number is never made a plausible one.  The caller has had
 * parameters checked by clv_model_check() and the row by clv_model_row_check().
 * The answer depends on nothing but the arguments.
 */
#ifndef CLV_PREDICTION_H
#define CLV_PREDICTION_H

#include "model/model.h"

/* Are these parameters within what the models are written for? */
extern bool clv_parameters_fit(const ClvModel *model, const double *par);

/*
 * Transaction models.  "delta" is the discount rate per unit of time
 * (continuous), "h" the horizon, which may be INFINITY where delta > 0, and in
 * clv_predict_p_active().
 */
extern ClvStatus clv_predict_loglik(const ClvModel *model, const double *par,
									const ClvCustomer *row, double *out);
extern ClvStatus clv_predict_p_alive(const ClvModel *model, const double *par,
									 const ClvCustomer *row, double ahead,
									 double *out);

/*
 * P(alive) as of the row, and how much of the budget it took, for whoever asks
 * many times between two interrupts.
 */
extern ClvStatus clv_predict_alive_now(const ClvModel *model,
									   const double *par, const ClvCustomer *row,
									   long long *work, double *out);
extern ClvStatus clv_predict_p_active(const ClvModel *model,
									  const double *par, const ClvCustomer *row,
									  double h, double *out);
extern ClvStatus clv_predict_purchases(const ClvModel *model,
									   const double *par, const ClvCustomer *row,
									   double delta, double h, double *out);
extern ClvStatus clv_predict_lifetime(const ClvModel *model,
									  const double *par, const ClvCustomer *row,
									  double delta, double h, double *out);
extern ClvStatus clv_predict_pmf(const ClvModel *model, const double *par,
								 const ClvCustomer *row, double h, double n,
								 double *out);

/* *out is INFINITY when the purchase never comes with that probability */
extern ClvStatus clv_predict_next_purchase(const ClvModel *model,
										   const double *par,
										   const ClvCustomer *row,
										   double probability, double *out);

/*
 * Spend models.  x = 0 asks for the population mean, whatever m is; *out is
 * INFINITY when the mean is infinite.
 */
extern ClvStatus clv_predict_loglik_spend(const ClvModel *model,
										  const double *par, double x,
										  double m, double *out);
extern ClvStatus clv_predict_expected_spend(const ClvModel *model,
											const double *par, double x,
											double m, double *out);

/*
 * Contract models: ClvModel says what is asked.  *out of payments may be
 * INFINITY where delta is 0 and h infinite.
 */
extern ClvStatus clv_predict_renewal(const ClvModel *model, const double *par,
									 double n, double more, double *out);
extern ClvStatus clv_predict_payments(const ClvModel *model,
									  const double *par, double period,
									  double delta, double h, double *out);

#endif							/* CLV_PREDICTION_H */
