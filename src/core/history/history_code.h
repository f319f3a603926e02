/*
 * history_code.h
 *		The bytes of a history: its header, and one day.  For history*.c.
 *
 * docs/storage.md describes the layout.
 */
#ifndef CLV_HISTORY_CODE_H
#define CLV_HISTORY_CODE_H

#include "bytes/codec.h"
#include "history/history.h"

/* Flags, byte 1 of the header. */
#define CLV_HAS_AMOUNTS		0x01
#define CLV_OPEN			0x02	/* the long header, with room at the end */
#define CLV_UNSORTED		0x04	/* open: a day came after a later one */
#define CLV_DUPLICATE		0x08	/* open: a day came twice in a row */
#define CLV_ALL_FLAGS		0x0f

#define CLV_CLOSED_HEADER	2

/* What follows the day, in the low bits of its varint. */
typedef enum ClvKindOfDay
{
	CLV_DAY_CENTS = 0,			/* one order: whole cents, or no amount */
	CLV_DAY_DOUBLE = 1,			/* one order: eight bytes */
	CLV_DAY_ORDERS = 2,			/* orders, their sum */
	CLV_DAY_REFUND = 3			/* orders, their sum, sum of refunds */
} ClvKindOfDay;

#define CLV_KIND_BITS		2
#define CLV_KIND_MASK		3

/* Bytes read or written in a step of what is stepped: 5 ms at most. */
#define CLV_HISTORY_SLICE	16384

extern ClvStatus clv_history_damaged(ClvError *err);
extern ClvStatus clv_history_too_long(ClvError *err);

/* Where the days are, and that the header is one we know. */
extern ClvStatus clv_history_find_days(const unsigned char *data, size_t size,
									   ClvSpan *days, ClvError *err);

extern void clv_write_head(ClvWriter *out, int64_t delta, ClvKindOfDay kind);

/* Everything of a day but its head, and the kind that the head must tell. */
extern ClvKindOfDay clv_day_kind(const ClvDay *day, bool has_amounts);
extern void clv_write_day(ClvWriter *out, const ClvDay *day,
						  ClvKindOfDay kind, bool has_amounts);

/*
 * One row: the same bytes as the day that has no other row.  "to" has
 * CLV_HISTORY_MAX_ROW bytes; returns their end.
 */
extern unsigned char *clv_write_row(unsigned char *to, int64_t delta,
									bool has_amounts, double amount);

/* False: the bytes cannot be. */
extern bool clv_read_day(ClvSpan *in, ClvKindOfDay kind, bool has_amounts,
						 ClvDay *day);
extern bool clv_skip_day(ClvSpan *in, ClvKindOfDay kind, bool has_amounts);

/* The distance from the day before, and the kind. */
static inline bool
clv_read_head(ClvSpan *in, int64_t *delta, ClvKindOfDay *kind)
{
	uint64_t	head;
	uint64_t	zigzag;

	if (!clv_get_varint(in, &head))
		return false;
	*kind = (ClvKindOfDay) (head & CLV_KIND_MASK);
	zigzag = head >> CLV_KIND_BITS;

	/* the distance between the first date of all and the last is below 2^31 */
	if (zigzag > UINT32_MAX)
		return false;
	*delta = zigzag & 1 ? -(int64_t) (zigzag >> 1) - 1 :
		(int64_t) (zigzag >> 1);
	return true;
}

/* The open header: version, flags, 2 spare bytes, bytes used, last day. */
static inline uint32_t
clv_open_used(const unsigned char *data)
{
	return clv_u32_at(data + 4);
}

static inline int32_t
clv_open_last(const unsigned char *data)
{
	return (int32_t) clv_u32_at(data + 8);
}

static inline void
clv_open_set(unsigned char *data, size_t used, int32_t last)
{
	clv_set_u32(data + 4, (uint32_t) used);
	clv_set_u32(data + 8, (uint32_t) last);
}

#endif							/* CLV_HISTORY_CODE_H */
