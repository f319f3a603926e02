/*
 * row.c
 *		One customer as the models see it.
 */
#include "base/row.h"

#include <math.h>
#include <stddef.h>

ClvStatus
clv_row_check(const ClvRow *row, ClvError *err)
{
	const char *hint = NULL;
	ClvNumber	number[3];

	if (!isfinite(row->x) || !isfinite(row->tx) || !isfinite(row->t))
		hint = "All three are finite numbers.";
	else if (row->x < 0.0 || row->x != floor(row->x))
		hint = "The frequency is the number of purchase days after the first: a whole number, zero or more.";
	else if (row->tx < 0.0 || row->tx > row->t)
		hint = "The recency is the time from the first to the last purchase: between zero and t.";
	else if (row->x == 0.0 && row->tx > 0.0)
		hint = "Without a repeat purchase the recency is zero.";
	else if (row->x > 0.0 && row->tx == 0.0)
		hint = "With a repeat purchase the recency is above zero.";

	if (hint == NULL)
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT, hint,
					"frequency \"%s\", recency \"%s\" and t \"%s\" cannot belong to one customer",
					clv_number(&number[0], row->x), clv_number(&number[1], row->tx),
					clv_number(&number[2], row->t));
}
