/*
 * customer.h
 *		One customer as the models see it.
 */
#ifndef CLV_CUSTOMER_H
#define CLV_CUSTOMER_H

#include "status.h"

/*
 * One customer's history, in the model's unit of time, and spend.  Models of
 * transactions do not look at m.
 */
typedef struct ClvCustomer
{
	double		x;				/* repeat purchases, whole */
	double		tx;				/* recency, 0 <= tx <= t */
	double		t;				/* age; in a discrete model opportunities so
								 * far, and tx the number of the last taken;
								 * on the way into a base < 0: not known */
	double		m;				/* mean spend of a repeat purchase; 0: none
								 * that can be fitted */
} ClvCustomer;

/* Can such a history be?  For every customer that enters from outside. */
extern ClvStatus clv_customer_check(const ClvCustomer *customer, ClvError *err);

/*
 * Can a customer have x repeat purchases of *m on average (NULL: not known)?
 * Without a repeat purchase m may be anything.
 */
extern ClvStatus clv_spend_check(double x, const double *m, ClvError *err);

#endif							/* CLV_CUSTOMER_H */
