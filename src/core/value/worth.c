/*
 * worth.c
 *		What customers and subscribers are worth in money.
 */
#include "value/worth.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

static ClvStatus
settle(double worth, double *out)
{
	if (!isfinite(worth))
		return CLV_OUT_OF_RANGE;
	*out = worth;
	return CLV_OK;
}

ClvStatus
clv_worth(double purchases, double spend, double *out)
{
	return settle(purchases * spend, out);
}

ClvStatus
clv_new_worth(double purchases, double spend, double *out)
{
	return settle((1.0 + purchases) * spend, out);
}

/* A product that is 0 though neither factor is. */
static bool
is_lost(double a, double b)
{
	return a * b == 0.0 && a != 0.0 && b != 0.0;
}

/*
 * In the order in which a view has the same as an expression in SQL, where such
 * a product is an error.
 */
ClvStatus
clv_net_worth(const ClvCosts *costs, double worth, double purchases,
			  double years, double *out)
{
	if (is_lost(costs->margin, worth) || is_lost(costs->per_order, purchases) ||
		is_lost(costs->per_year, years))
		return CLV_OUT_OF_RANGE;
	return settle(costs->margin * worth - costs->per_order * purchases -
				  costs->per_year * years, out);
}

ClvStatus
clv_contract_worth(double price, double payments, double *out, ClvError *err)
{
	ClvNumber	number;

	if (!isfinite(price))
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"price must be finite, but is \"%s\"",
						clv_number(&number, price));
	if (settle(price * payments, out) == CLV_OK)
		return CLV_OK;
	return clv_fail(err, CLV_OUT_OF_RANGE, NULL, "value out of range");
}
