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
 * Computed as the views have it, in the order of their expressions.
 */
PG_FUNCTION_INFO_V1(clv_net_value);
Datum
clv_net_value(PG_FUNCTION_ARGS)
{
	const ClvModelValue *value,
			   *spend;
	ClvRow		row;
	double		purchases,
				delta,
				h,
				mean,
				net,
				m = 0.0;
	int			i;

	for (i = 0; i < 11; i++)
	{
		if (i != 5 && PG_ARGISNULL(i))
			PG_RETURN_NULL();
	}
	value = clv_transaction_arg(fcinfo);
	spend = clv_spend_arg(fcinfo, 1);
	row = clv_row_arg(fcinfo, 2, value);
	delta = clv_discount_per_unit(PG_GETARG_FLOAT8(6), value->unit_days);
	h = clv_interval_units(PG_GETARG_INTERVAL_P(7), value->unit_days);
	if (!PG_ARGISNULL(5))
		m = PG_GETARG_FLOAT8(5);
	if (!clv_mean_spend(spend, row.x, PG_ARGISNULL(5) ? NULL : &m, &mean))
		PG_RETURN_NULL();
	purchases = clv_purchases(fcinfo, value, &row, delta, h);
	net = float8_mul(PG_GETARG_FLOAT8(8), clv_worth(purchases, mean));
	net = float8_mi(net, float8_mul(PG_GETARG_FLOAT8(9), purchases));
	net = float8_mi(net, float8_mul(PG_GETARG_FLOAT8(10),
								   clv_years(fcinfo, value, &row, delta, h)));
	PG_RETURN_FLOAT8(net);
}
