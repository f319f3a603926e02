/*
 * profit.c
 *		What a customer is worth after costs, in one function: the views have the
 *		same as an expression of three predictions, two of which share one.
 */
#include "clv.h"

#include "utils/float.h"

#include "predict.h"

/*
 * clv._net_value(model, spend, frequency, recency, t, monetary, annual_rate,
 * horizon, margin, cost_per_order, service_cost)
 *
 * Computed as the views have it, in the order of their expressions.  What the
 * margin or a cost that is no number makes of it is no answer.
 */
PG_FUNCTION_INFO_V1(clv_net_value);
Datum
clv_net_value(PG_FUNCTION_ARGS)
{
	ClvCustomerArgs of;
	double		purchases,
				years,
				net;

	if (!clv_customer_args(fcinfo, 11, &of) ||
		!clv_purchases(fcinfo, of.value, &of.row, of.delta, of.h, &purchases) ||
		!clv_years(fcinfo, of.value, &of.row, of.delta, of.h, &years))
		PG_RETURN_NULL();
	net = float8_mul(PG_GETARG_FLOAT8(8), clv_worth(purchases, of.mean));
	net = float8_mi(net, float8_mul(PG_GETARG_FLOAT8(9), purchases));
	net = float8_mi(net, float8_mul(PG_GETARG_FLOAT8(10), years));
	PG_RETURN_FLOAT8(clv_finite(net));
}
