/*
 * portfolio.c
 *		Customers with what each has spent, in an order of their own.
 *
 * Sorted by group, then x, then T, then t_x, then m: by the last of them first,
 * each sort leaving the order of equals as it was.  Only numbers of customers
 * are moved.
 */
#include "draw/portfolio.h"

#include <string.h>

#define SLICE	65536			/* keys loaded in a step */
#define KEYS	4				/* of a customer; the group is one more */

/* Bits of numbers that are not negative order as the numbers do. */
static uint64_t
key_of(const ClvCustomer *customer, int key)
{
	const double value[KEYS] = {
		customer->m, customer->tx, customer->t, customer->x
	};
	uint64_t	bits;

	memcpy(&bits, &value[key], sizeof(bits));
	return bits;
}

void
clv_customer_set(ClvCustomer *customer, const ClvCustomer *row, double m)
{
	customer->x = row->x + 0.0;
	customer->tx = row->tx + 0.0;
	customer->t = row->t + 0.0;
	customer->m = row->x > 0.0 ? m : 0.0;
}

bool
clv_customer_equal(const ClvCustomer *a, const ClvCustomer *b)
{
	return a->x == b->x && a->t == b->t && a->tx == b->tx && a->m == b->m;
}

size_t
clv_crowd_space(size_t n)
{
	return 2 * n * sizeof(ClvItem);
}

void
clv_crowd_begin(ClvCrowd *crowd, const ClvCustomer *customer,
				const uint32_t *group, size_t n, void *space)
{
	ClvItem    *item = space;

	crowd->customer = customer;
	crowd->group = group;
	crowd->n = n;
	crowd->key = 0;
	crowd->at = 0;
	clv_radix_init(&crowd->radix, item, item + n, n);
}

/* Keys of the customers in the order that they have by now, at first none. */
static void
load_slice(ClvCrowd *crowd)
{
	ClvItem    *item = crowd->radix.item;
	size_t		end = crowd->n - crowd->at > SLICE ? crowd->at + SLICE : crowd->n;
	size_t		i;

	for (i = crowd->at; i < end; i++)
	{
		if (crowd->key == 0)
			item[i].tag = (uint32_t) i;
		item[i].key = crowd->key == KEYS ? crowd->group[item[i].tag] :
			key_of(&crowd->customer[item[i].tag], crowd->key);
	}
	crowd->at = end;
}

ClvStatus
clv_crowd_step(ClvCrowd *crowd)
{
	ClvRadix   *radix = &crowd->radix;
	int			keys = crowd->group == NULL ? KEYS : KEYS + 1;

	if (crowd->key == keys)
		return CLV_OK;
	if (crowd->at < crowd->n)
	{
		load_slice(crowd);
		if (crowd->at == crowd->n)
		{
			clv_radix_init(radix, radix->item, radix->spare, crowd->n);
			clv_radix_by_key(radix, 0, 64);
		}
		return CLV_CONTINUE;
	}
	if (clv_radix_step(radix) == CLV_CONTINUE)
		return CLV_CONTINUE;
	crowd->at = 0;
	crowd->key++;
	return crowd->key == keys ? CLV_OK : CLV_CONTINUE;
}

const ClvCustomer *
clv_crowd_at(const ClvCrowd *crowd, size_t i)
{
	return &crowd->customer[crowd->radix.item[i].tag];
}

/* Likewise its group, 0 where there are none. */
uint32_t
clv_crowd_group_at(const ClvCrowd *crowd, size_t i)
{
	return crowd->group == NULL ? 0 : crowd->group[crowd->radix.item[i].tag];
}
