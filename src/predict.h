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

/*
 * Mean spend of a purchase to come, by a customer with x repeat purchases of
 * m on average.  False: unknown (m is) or infinite.
 */
extern bool clv_mean_spend(const ClvModelValue *value, double x,
						   const double *m, double *out);

#endif							/* CLV_PREDICT_H */
