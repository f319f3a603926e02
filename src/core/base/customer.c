/*
 * customer.c
 *		One customer as the models see it.
 */
#include "base/customer.h"

#include <math.h>
#include <stddef.h>

ClvStatus
clv_customer_check(const ClvCustomer *customer, ClvError *err)
{
	const char *hint = NULL;
	ClvNumber	number[3];

	if (!isfinite(customer->x) || !isfinite(customer->tx) || !isfinite(customer->t))
		hint = "All three are finite numbers.";
	else if (customer->x < 0.0 || customer->x != floor(customer->x))
		hint = "The frequency is the number of purchase days after the first: a whole number, zero or more.";
	else if (customer->tx < 0.0 || customer->tx > customer->t)
		hint = "The recency is the time from the first to the last purchase: between zero and t.";
	else if (customer->x == 0.0 && customer->tx > 0.0)
		hint = "Without a repeat purchase the recency is zero.";
	else if (customer->x > 0.0 && customer->tx == 0.0)
		hint = "With a repeat purchase the recency is above zero.";

	if (hint == NULL)
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT, hint,
					"frequency \"%s\", recency \"%s\" and t \"%s\" cannot belong to one customer",
					clv_number(&number[0], customer->x), clv_number(&number[1], customer->tx),
					clv_number(&number[2], customer->t));
}

ClvStatus
clv_spend_check(double x, const double *m, ClvError *err)
{
	ClvNumber	number;

	if (!(x >= 0.0 && isfinite(x) && x == floor(x)))
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Frequency is the number of purchase days after the first.",
						"frequency must be a whole number of at least 0, but is \"%s\"",
						clv_number(&number, x));
	if (x > 0.0 && m != NULL && !isfinite(*m))
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Leave customers without a known spend NULL.",
						"monetary must be finite, but is \"%s\"",
						clv_number(&number, *m));
	return CLV_OK;
}
