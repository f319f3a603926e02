/*
 * portfolio.h
 *		Customers with what each has spent, in an order of their own.
 *
 * A spend model needs m and a transaction model (x, t_x, T), and a customer's
 * future value needs them joined, which the cells of a base are not.  Sorted,
 * a crowd is the same in whatever order its customers came, and equal ones are
 * neighbours.  Where customers are of groups, those of a group are together.
 *
 *		clv_crowd_begin(&crowd, customer, NULL, n, space);
 *		while (clv_crowd_step(&crowd) == CLV_CONTINUE)
 *			take interrupts;
 *		... clv_crowd_at(&crowd, i) ...
 */
#ifndef CLV_PORTFOLIO_H
#define CLV_PORTFOLIO_H

#include "math/radix.h"
#include "model/model.h"

#define CLV_MAX_CROWD	UINT32_MAX	/* customers in one crowd */

typedef struct ClvCrowd
{
	const ClvCustomer *customer;
	const uint32_t *group;		/* of each; NULL: there are none */
	size_t		n;
	int			key;			/* of those sorted by, the last one first */
	size_t		at;				/* customers whose key is loaded */
	ClvRadix	radix;
} ClvCrowd;

/*
 * No -0 among the customer's numbers: it would not equal 0 in the order.  m is 0
 * where x is.
 */
extern void clv_customer_set(ClvCustomer *customer, const ClvCustomer *row,
							 double m);
extern bool clv_customer_equal(const ClvCustomer *a, const ClvCustomer *b);

/* Bytes of scratch for n customers. */
extern size_t clv_crowd_space(size_t n);

/* "customer" and "group" are left as they are, and must stay. */
extern void clv_crowd_begin(ClvCrowd *crowd, const ClvCustomer *customer,
							const uint32_t *group, size_t n, void *space);
extern ClvStatus clv_crowd_step(ClvCrowd *crowd);	/* about a millisecond */

/* Number i of them, once sorted. */
extern const ClvCustomer *clv_crowd_at(const ClvCrowd *crowd, size_t i);
extern uint32_t clv_crowd_group_at(const ClvCrowd *crowd, size_t i);

#endif							/* CLV_PORTFOLIO_H */
