/*
 * radix.h
 *		A stable radix sort that is stepped by its caller.
 *
 * An item has a 64-bit key and a 32-bit tag.  What it is sorted by is said
 * digit by digit, least significant first: bits of the key and bits of the
 * tag, in any mixture.  The arrays belong to the caller.
 */
#ifndef CLV_RADIX_H
#define CLV_RADIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define CLV_RADIX_BITS	11		/* widest digit */
#define CLV_RADIX_MAX	40		/* digits of one sort */

typedef struct ClvItem
{
	uint64_t	key;
	uint32_t	tag;
} ClvItem;

typedef struct ClvRadix
{
	ClvItem    *item;			/* sorted, once clv_radix_step() returns
								 * CLV_OK: either of the two arrays */
	ClvItem    *spare;
	size_t		n;
	int			ndigit;
	struct
	{
		bool		tag;
		int			shift;
		int			bits;
	}			digit[CLV_RADIX_MAX];
	int			now;			/* digit under way */
	bool		counted;		/* its counts are places already */
	size_t		pos;			/* next item */
	size_t		place[1 << CLV_RADIX_BITS];
} ClvRadix;

extern void clv_radix_init(ClvRadix *radix, ClvItem *item, ClvItem *spare,
						   size_t n);

/* The lowest "bits" bits from "shift" on, as digits above those so far. */
extern void clv_radix_by_key(ClvRadix *radix, int shift, int bits);
extern void clv_radix_by_tag(ClvRadix *radix, int bits);

extern ClvStatus clv_radix_step(ClvRadix *radix);

/* How many bits "value" takes. */
extern int	clv_bit_width(uint64_t value);

#endif							/* CLV_RADIX_H */
