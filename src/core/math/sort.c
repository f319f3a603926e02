/*
 * sort.c
 *		Doubles into ascending order, stepped by the caller.
 */
#include "math/sort.h"

#include <string.h>

#define SLICE	65536			/* values turned into keys and back in a step */

enum
{
	STAGE_LOAD,
	STAGE_SORT,
	STAGE_UNLOAD,
	STAGE_DONE
};

/*
 * Bits that order as the doubles do: of positive numbers the sign bit is set,
 * of negative ones all bits are turned over.
 */
static inline uint64_t
key_of(double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static inline double
value_of(uint64_t key)
{
	uint64_t	bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

size_t
clv_sort_space(size_t n)
{
	return 2 * n * sizeof(ClvItem);
}

void
clv_sort_begin(ClvSort *sort, const double *value, size_t n, void *space)
{
	ClvItem    *item = space;

	sort->value = value;
	sort->sorted = NULL;
	sort->n = n;
	sort->at = 0;
	sort->stage = STAGE_LOAD;
	clv_radix_init(&sort->radix, item, item + n, n);
	clv_radix_by_key(&sort->radix, 0, 64);
}

static void
load_slice(ClvSort *sort, size_t end)
{
	ClvItem    *item = sort->radix.item;
	size_t		i;

	for (i = sort->at; i < end; i++)
	{
		item[i].key = key_of(sort->value[i]);
		item[i].tag = 0;
	}
}

/* The values take the place of items that have been read already. */
static void
unload_slice(ClvSort *sort, size_t end)
{
	const ClvItem *item = sort->radix.item;
	size_t		i;

	for (i = sort->at; i < end; i++)
		sort->sorted[i] = value_of(item[i].key);
}

ClvStatus
clv_sort_step(ClvSort *sort)
{
	size_t		end = sort->n - sort->at > SLICE ? sort->at + SLICE : sort->n;

	switch (sort->stage)
	{
		case STAGE_LOAD:
			load_slice(sort, end);
			break;
		case STAGE_SORT:
			end = clv_radix_step(&sort->radix) == CLV_OK ? sort->n : 0;
			break;
		case STAGE_UNLOAD:
			sort->sorted = (double *) sort->radix.item;
			unload_slice(sort, end);
			break;
		default:
			return CLV_OK;
	}
	sort->at = end;
	if (end == sort->n)
	{
		sort->at = 0;
		sort->stage++;
	}
	return sort->stage == STAGE_DONE ? CLV_OK : CLV_CONTINUE;
}
