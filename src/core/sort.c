/*
 * sort.c
 *		Least-significant-digit radix sort of doubles by their bits.
 *
 * The time is the same for every input and each pass can stop anywhere, which
 * is what a sort inside a server needs: qsort() takes no interrupts.
 */
#include "sort.h"

#include <stdint.h>
#include <string.h>

#define SLICE	65536			/* values moved in a step */

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

void
clv_sort_begin(ClvSort *sort, const double *value, double *copy,
			   double *spare, size_t n)
{
	memset(sort, 0, sizeof(ClvSort));
	sort->value = value;
	sort->sorted = copy;
	sort->other = spare;
	sort->n = n;
	sort->pass = -1;
}

/* Copy a slice, and count its digits for all passes at once. */
static void
count_slice(ClvSort *sort, size_t end)
{
	size_t		i;
	int			pass;

	for (i = sort->at; i < end; i++)
	{
		uint64_t	key = key_of(sort->value[i]);

		sort->sorted[i] = sort->value[i];
		for (pass = 0; pass < CLV_SORT_PASSES; pass++)
			sort->place[pass][key >> (8 * pass) & 0xFF]++;
	}
}

/* Counts become the places where each digit's values begin. */
static void
count_to_place(ClvSort *sort)
{
	int			pass,
				digit;

	for (pass = 0; pass < CLV_SORT_PASSES; pass++)
	{
		size_t		sum = 0;

		for (digit = 0; digit < CLV_SORT_BUCKETS; digit++)
		{
			size_t		count = sort->place[pass][digit];

			sort->place[pass][digit] = sum;
			sum += count;
		}
	}
}

static void
move_slice(ClvSort *sort, size_t end)
{
	size_t	   *place = sort->place[sort->pass];
	size_t		i;

	for (i = sort->at; i < end; i++)
	{
		double		value = sort->sorted[i];

		sort->other[place[key_of(value) >> (8 * sort->pass) & 0xFF]++] = value;
	}
}

ClvStatus
clv_sort_step(ClvSort *sort)
{
	size_t		end;

	if (sort->pass == CLV_SORT_PASSES)
		return CLV_OK;

	end = sort->n - sort->at > SLICE ? sort->at + SLICE : sort->n;
	if (sort->pass < 0)
		count_slice(sort, end);
	else
		move_slice(sort, end);
	sort->at = end;
	if (end < sort->n)
		return CLV_CONTINUE;

	if (sort->pass < 0)
		count_to_place(sort);
	else
	{
		double	   *moved = sort->other;

		sort->other = sort->sorted;
		sort->sorted = moved;
	}
	sort->at = 0;
	sort->pass++;
	return sort->pass == CLV_SORT_PASSES ? CLV_OK : CLV_CONTINUE;
}
