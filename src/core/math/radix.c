/*
 * radix.c
 *		A stable radix sort that is stepped by its caller.
 *
 * Least significant digit first: a pass counts the values of a digit, turns
 * the counts into places and moves every item to its place.  A digit in which
 * all items agree is not moved.
 */
#include "math/radix.h"

#include <string.h>

#define CLV_RADIX_SLICE 65536	/* items a step: well under a millisecond */

void
clv_radix_init(ClvRadix *radix, ClvItem *item, ClvItem *spare, size_t n)
{
	radix->item = item;
	radix->spare = spare;
	radix->n = n;
	radix->ndigit = 0;
	radix->now = 0;
	radix->counted = false;
	radix->pos = 0;
}

/*
 * Few items are sorted by narrow digits: clearing and adding up the counts
 * would otherwise cost more than moving the items.
 */
static void
add_digits(ClvRadix *radix, bool tag, int shift, int bits)
{
	int			widest = radix->n < 256 ? 5 : radix->n < 16384 ? 8 :
		CLV_RADIX_BITS;
	int			digits = (bits + widest - 1) / widest;

	while (digits > 0)
	{
		int			width = (bits + digits - 1) / digits;

		radix->digit[radix->ndigit].tag = tag;
		radix->digit[radix->ndigit].shift = shift;
		radix->digit[radix->ndigit].bits = width;
		radix->ndigit++;
		shift += width;
		bits -= width;
		digits--;
	}
}

void
clv_radix_by_key(ClvRadix *radix, int shift, int bits)
{
	add_digits(radix, false, shift, bits);
}

void
clv_radix_by_tag(ClvRadix *radix, int bits)
{
	add_digits(radix, true, 0, bits);
}

int
clv_bit_width(uint64_t value)
{
	int			width = 0;

	for (; value != 0; value >>= 1)
		width++;
	return width;
}

static void
count_slice(ClvRadix *radix, bool tag, int shift, uint64_t mask, size_t to)
{
	const ClvItem *item = radix->item;
	size_t		i;

	if (radix->pos == 0)
		memset(radix->place, 0, (mask + 1) * sizeof(size_t));
	if (tag)
		for (i = radix->pos; i < to; i++)
			radix->place[(item[i].tag >> shift) & mask]++;
	else
		for (i = radix->pos; i < to; i++)
			radix->place[(item[i].key >> shift) & mask]++;
}

static void
move_slice(ClvRadix *radix, bool tag, int shift, uint64_t mask, size_t to)
{
	const ClvItem *item = radix->item;
	ClvItem    *spare = radix->spare;
	size_t		i;

	if (tag)
		for (i = radix->pos; i < to; i++)
			spare[radix->place[(item[i].tag >> shift) & mask]++] = item[i];
	else
		for (i = radix->pos; i < to; i++)
			spare[radix->place[(item[i].key >> shift) & mask]++] = item[i];
}

/* Counts become places; false if all items share one value of the digit. */
static bool
counts_to_places(ClvRadix *radix, uint64_t mask)
{
	size_t		sum = 0;
	uint64_t	v;

	for (v = 0; v <= mask; v++)
	{
		size_t		count = radix->place[v];

		if (count == radix->n)
			return false;
		radix->place[v] = sum;
		sum += count;
	}
	return true;
}

static void
next_digit(ClvRadix *radix)
{
	radix->now++;
	radix->counted = false;
}

ClvStatus
clv_radix_step(ClvRadix *radix)
{
	bool		tag;
	int			shift;
	uint64_t	mask;
	size_t		to;

	if (radix->now >= radix->ndigit || radix->n < 2)
		return CLV_OK;

	tag = radix->digit[radix->now].tag;
	shift = radix->digit[radix->now].shift;
	mask = (UINT64_C(1) << radix->digit[radix->now].bits) - 1;
	to = radix->n - radix->pos > CLV_RADIX_SLICE ?
		radix->pos + CLV_RADIX_SLICE : radix->n;

	if (radix->counted)
		move_slice(radix, tag, shift, mask, to);
	else
		count_slice(radix, tag, shift, mask, to);
	radix->pos = to < radix->n ? to : 0;
	if (radix->pos > 0)
		return CLV_CONTINUE;

	if (radix->counted)
	{
		ClvItem    *moved = radix->spare;

		radix->spare = radix->item;
		radix->item = moved;
		next_digit(radix);
	}
	else if (counts_to_places(radix, mask))
		radix->counted = true;
	else
		next_digit(radix);
	return radix->now < radix->ndigit ? CLV_CONTINUE : CLV_OK;
}
