/*
 * predict.h
 *		What functions about one customer have in common.
 */
#ifndef CLV_PREDICT_H
#define CLV_PREDICT_H

#include "model_value.h"

/* clv_model_arg(), refused unless it is of that kind */
extern const ClvModelValue *clv_transaction_arg(FunctionCallInfo fcinfo);
extern const ClvModelValue *clv_spend_arg(FunctionCallInfo fcinfo, int argno);

/* The three arguments from "argno" on, refused unless the model can take them. */
extern ClvCustomer clv_row_arg(FunctionCallInfo fcinfo, int argno,
						  const ClvModelValue *value);

/*
 * Purchases to come, discounted at "delta" a unit, until "h".  Of both functions
 * the call keeps what it found for customers of one purchase, and both are false
 * where the data of the fit do not tell.
 */
extern bool clv_purchases(FunctionCallInfo fcinfo, const ClvModelValue *value,
						  const ClvCustomer *row, double delta, double h,
						  double *out);

/* Discounted years until "h" in which the customer is there. */
extern bool clv_years(FunctionCallInfo fcinfo, const ClvModelValue *value,
					  const ClvCustomer *row, double delta, double h, double *out);

/*
 * Mean spend of a purchase to come, by a customer with x repeat purchases of
 * m on average.  False: unknown (m is) or infinite.
 */
extern bool clv_mean_spend(const ClvModelValue *value, double x,
						   const double *m, double *out);

/*
 * What clv.value is asked: model, spend, frequency, recency, t, monetary,
 * annual_rate, horizon, and perhaps more.  False: there is no answer, one of
 * the arguments being NULL (monetary may be) or the spend unknown.
 */
typedef struct ClvCustomerArgs
{
	const ClvModelValue *value;
	ClvCustomer row;
	double		delta;
	double		h;
	double		mean;			/* spend of a purchase */
} ClvCustomerArgs;

extern bool clv_customer_args(FunctionCallInfo fcinfo, int nargs,
							  ClvCustomerArgs *out);

#endif							/* CLV_PREDICT_H */
