/*
 * profit.c
 *		What a customer is worth after costs, in one function: the views have the
 *		same as an expression of three predictions, two of which share one.
 */
#include "clv.h"

#include "utils/float.h"

#include "predict.h"

/*
 * Customers who have bought once differ in their age alone, so that few
 * answers serve all of them, and in most shops they are the majority.  The
 * answer for an age in days is kept in its own place, of which there are
 * enough for eleven years; then they are shared.
 */
#define AGES	4096

typedef struct Future
{
	double		t;
	bool		known;
	double		purchases;
	double		years;
} Future;

typedef struct Futures
{
	double		delta;
	double		h;
	Future		once[AGES];
} Futures;

static Future
predict(const ClvModelValue *value, const ClvRow *row, double delta, double h)
{
	Future		future;

	future.t = row->t;
	future.known = true;
	future.purchases = clv_purchases(value, row, delta, h);
	future.years = clv_years(value, row, delta, h);
	return future;
}

/* What is kept from call to call, empty when another question is asked. */
static Futures *
kept_futures(FunctionCallInfo fcinfo, double delta, double h)
{
	void	  **memo = clv_model_memo(fcinfo);
	Futures    *futures = *memo;

	if (futures != NULL && futures->delta == delta && futures->h == h)
		return futures;
	if (futures == NULL)
		*memo = futures = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt,
											 sizeof(Futures));
	memset(futures, 0, sizeof(Futures));
	futures->delta = delta;
	futures->h = h;
	return futures;
}

static Future
future_of(FunctionCallInfo fcinfo, const ClvModelValue *value,
		  const ClvRow *row, double delta, double h)
{
	Future	   *kept;

	if (row->x > 0.0 || row->t >= PG_INT32_MAX)
		return predict(value, row, delta, h);
	kept = &kept_futures(fcinfo, delta, h)->once[(int) row->t % AGES];
	if (!kept->known || kept->t != row->t)
		*kept = predict(value, row, delta, h);
	return *kept;
}

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
	Future		future;
	double		delta,
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
	future = future_of(fcinfo, value, &row, delta, h);
	net = float8_mul(PG_GETARG_FLOAT8(8), clv_worth(future.purchases, mean));
	net = float8_mi(net, float8_mul(PG_GETARG_FLOAT8(9), future.purchases));
	net = float8_mi(net, float8_mul(PG_GETARG_FLOAT8(10), future.years));
	PG_RETURN_FLOAT8(net);
}
