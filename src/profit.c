/*
 * profit.c
 *		What a customer is worth after costs, in one function: the views have the
 *		same as an expression of three predictions, two of which share one.
 */
#include "clv.h"

#include "predict.h"
#include "value/worth.h"

/*
 * clv._net_value(model, spend, frequency, recency, t, monetary, annual_rate,
 * horizon, margin, cost_per_order, service_cost)
 *
 * What the margin or a cost that is no number makes of it is no answer.
 */
PG_FUNCTION_INFO_V1(clv_net_value);
Datum
clv_net_value(PG_FUNCTION_ARGS)
{
	ClvCustomerArgs of;
	double		purchases,
				years,
				worth,
				net;
	ClvCosts	costs;
	ClvStatus	status;

	if (!clv_customer_args(fcinfo, 11, &of) ||
		!clv_purchases(fcinfo, of.value, &of.row, of.delta, of.h, &purchases) ||
		!clv_years(fcinfo, of.value, &of.row, of.delta, of.h, &years))
		PG_RETURN_NULL();
	costs.margin = PG_GETARG_FLOAT8(8);
	costs.per_order = PG_GETARG_FLOAT8(9);
	costs.per_year = PG_GETARG_FLOAT8(10);
	status = clv_worth(purchases, of.mean, &worth);
	if (status == CLV_OK)
		status = clv_net_worth(&costs, worth, purchases, years, &net);
	if (status != CLV_OK)
		clv_raise_status(status);
	PG_RETURN_FLOAT8(net);
}
