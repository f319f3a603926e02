/*
 * worth.h
 *		What customers and subscribers are worth in money.
 *
 * Present numbers of purchases, of years and of payments become money here and
 * nowhere else.  CLV_OUT_OF_RANGE: it is no finite number, or too small for a
 * product to have digits.
 */
#ifndef CLV_WORTH_H
#define CLV_WORTH_H

#include "status.h"

/* Purchases to come, of so much each. */
extern ClvStatus clv_worth(double purchases, double spend, double *out);

/* The same of a new customer, whose first purchase is now. */
extern ClvStatus clv_new_worth(double purchases, double spend, double *out);

/* What is left of it after costs. */
typedef struct ClvCosts
{
	double		margin;			/* share of the spend that is kept */
	double		per_order;
	double		per_year;		/* while the customer is there */
} ClvCosts;

extern ClvStatus clv_net_worth(const ClvCosts *costs, double worth,
							   double purchases, double years, double *out);

/* Payments of a subscriber; a price that is no number is CLV_BAD_ARGUMENT. */
extern ClvStatus clv_contract_worth(double price, double payments, double *out,
									ClvError *err);

#endif							/* CLV_WORTH_H */
