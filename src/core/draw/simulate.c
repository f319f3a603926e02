/*
 * simulate.c
 *		Customers drawn from a model, one at a time and one purchase at a time.
 */
#include "draw/simulate.h"

#include <math.h>

#include "model/prediction.h"

/* Below it every sum of money to the cent is a double of its own. */
#define MAX_AMOUNT	1e13

static ClvStatus
check_parameters(const ClvModel *model, const double *par, ClvError *err)
{
	if (model == NULL || clv_parameters_fit(model, par))
		return CLV_OK;
	return clv_fail(err, CLV_OUT_OF_RANGE, "",
					"customers cannot be drawn from model \"%s\" with parameters so large or so small",
					model->name);
}

ClvStatus
clv_simulation_check(const ClvSimulation *simulation, int64_t customer,
					 ClvError *err)
{
	if (customer < 0)
		return clv_fail(err, CLV_BAD_ARGUMENT, "",
						"customers are numbered from 1 on, and \"%lld\" is negative",
						(long long) customer);
	if (simulation->births < 1)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"First purchases are spread over so many days.",
						"number of birth days must be at least 1, but is \"%d\"",
						(int) simulation->births);
	if (simulation->days < simulation->births)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Everyone is born before the observation ends.",
						"days observed must be at least the \"%d\" birth days, but are \"%d\"",
						(int) simulation->births, (int) simulation->days);
	if (check_parameters(simulation->model, simulation->par, err) != CLV_OK)
		return CLV_OUT_OF_RANGE;
	return check_parameters(simulation->spend, simulation->spend_par, err);
}

/*
 * What is bought has a stream of its own, so that a log comes out with the
 * same purchases whether it has amounts or not.
 */
void
clv_shopper_begin(ClvShopper *shopper, const ClvSimulation *simulation,
				  int64_t customer)
{
	shopper->simulation = simulation;
	shopper->orders = 0;
	shopper->status = CLV_OK;
	clv_random_init(&shopper->timing, simulation->seed, (uint64_t) customer);
	shopper->birth = simulation->births * clv_random_uniform(&shopper->timing);
	simulation->model->transactions->draw(simulation->model, simulation->par,
										  &shopper->timing, &shopper->life);
	if (simulation->spend != NULL)
	{
		clv_random_init(&shopper->money, simulation->seed, ~(uint64_t) customer);
		shopper->rate = simulation->spend->spend->draw_rate(simulation->spend,
															simulation->spend_par,
															0.0, 0.0,
															&shopper->money);
	}
}

/* To the cent; NaN where the model has none. */
static double
draw_amount(ClvShopper *shopper)
{
	const ClvSimulation *simulation = shopper->simulation;
	double		amount = simulation->spend->spend->draw_spend(simulation->spend,
															  simulation->spend_par,
															  shopper->rate,
															  &shopper->money);

	if (isnan(amount))
		return NAN;
	return fmin(fmax(round(amount * 100), 1) / 100, MAX_AMOUNT);
}

static bool
fail(ClvShopper *shopper, ClvStatus status, const char *hint, const char *what)
{
	shopper->status = clv_fail(&shopper->err, status, hint, "%s", what);
	return false;
}

bool
clv_shopper_next(ClvShopper *shopper, ClvOrder *order)
{
	const ClvSimulation *simulation = shopper->simulation;
	double		day = shopper->birth;

	if (shopper->orders > 0)
		day += simulation->unit_days *
			simulation->model->transactions->next(simulation->model, &shopper->life,
												  &shopper->timing);
	if (isnan(day))
		return fail(shopper, CLV_OUT_OF_RANGE, "", "an order drawn is at no time");
	if (!(day < simulation->days))
		return false;
	if (shopper->orders >= CLV_MAX_ORDERS)
		return fail(shopper, CLV_LIMIT, "Orders are drawn one by one: take fewer days.",
					"there are too many orders of one customer");
	order->at = (int64_t) (day * (double) CLV_USECS_PER_DAY);
	order->amount = NAN;
	if (simulation->spend != NULL)
	{
		order->amount = draw_amount(shopper);
		if (isnan(order->amount))
			return fail(shopper, CLV_OUT_OF_RANGE, "", "an amount drawn is no number");
	}
	shopper->orders++;
	return order->at < simulation->days * CLV_USECS_PER_DAY;
}
