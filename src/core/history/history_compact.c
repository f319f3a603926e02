/*
 * history_compact.c
 *		The days of an open history sorted, and those that came twice added up.
 *
 * Sorting is linear and takes a few milliseconds for the longest history;
 * adding up exactly takes longer and is done in slices.
 */
#include "history/history_code.h"

#include <string.h>

#include "math/calendar.h"

typedef struct Entry
{
	int32_t		day;
	uint32_t	at;				/* offset of its head */
} Entry;

#define SHORT_LIST	32
#define ENTRIES_A_STEP	16384	/* 2 ms, however short they are */

static void
insertion_sort(Entry *entry, size_t n)
{
	for (size_t i = 1; i < n; i++)
	{
		Entry		moved = entry[i];
		size_t		j = i;

		for (; j > 0 && entry[j - 1].day > moved.day; j--)
			entry[j] = entry[j - 1];
		entry[j] = moved;
	}
}

static inline unsigned
digit(const Entry *entry, int shift)
{
	return ((uint32_t) entry->day ^ UINT32_C(0x80000000)) >> shift & 0xff;
}

/*
 * By day.  Linear in n, whatever the order was: a byte of the day at a time,
 * leaving out those that all days share.
 */
static void
sort_entries(Entry *entry, Entry *spare, size_t n)
{
	Entry	   *from = entry;
	Entry	   *to = spare;

	if (n <= SHORT_LIST)
	{
		insertion_sort(entry, n);
		return;
	}
	for (int shift = 0; shift < 32; shift += 8)
	{
		size_t		count[256] = {0};
		size_t		place = 0;
		Entry	   *swap;

		for (size_t i = 0; i < n; i++)
			count[digit(&from[i], shift)]++;
		if (count[digit(&from[0], shift)] == n)
			continue;
		for (int i = 0; i < 256; i++)
		{
			size_t		here = count[i];

			count[i] = place;
			place += here;
		}
		for (size_t i = 0; i < n; i++)
			to[count[digit(&from[i], shift)]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	if (from != entry)
		memcpy(entry, from, n * sizeof(Entry));
}

static ClvStatus
list_entries(const unsigned char *data, size_t size, Entry *entry, size_t *n,
			 ClvError *err)
{
	ClvSpan		in;
	int64_t		day = 0;
	ClvStatus	status = clv_history_find_days(data, size, &in, err);

	if (status != CLV_OK)
		return status;
	for (*n = 0; in.at < in.end; (*n)++)
	{
		size_t		at = in.at - data;
		int64_t		delta;
		ClvKindOfDay kind;

		if (!clv_read_head(&in, &delta, &kind) ||
			!clv_skip_day(&in, kind, data[1] & CLV_HAS_AMOUNTS))
			return clv_history_damaged(err);
		day += delta;
		if (day < CLV_MIN_DAY || day > CLV_MAX_DAY)
			return clv_history_damaged(err);
		entry[*n].day = (int32_t) day;
		entry[*n].at = (uint32_t) at;
	}
	return CLV_OK;
}

/* An entry takes two bytes at least, or one when there are no amounts. */
size_t
clv_history_scratch(const unsigned char *data, size_t size)
{
	size_t		n = clv_history_used(data, size) /
		(clv_history_has_amounts(data, size) ? 2 : 1);

	return n * (n > SHORT_LIST ? 2 : 1) * sizeof(Entry);
}

/* Days that came once are copied, all but their distance. */
static bool
copy_entry(ClvWriter *out, ClvSpan in, int64_t delta, bool has_amounts)
{
	const unsigned char *from;
	ClvKindOfDay kind;
	int64_t		old_delta;

	if (!clv_read_head(&in, &old_delta, &kind))
		return false;
	from = in.at;
	if (!clv_skip_day(&in, kind, has_amounts))
		return false;
	clv_write_head(out, delta, kind);
	clv_put_bytes(out, from, in.at - from);
	return true;
}

/* Add up entries of the same day. */
static ClvStatus
add_entries(const unsigned char *data, const unsigned char *end,
			const Entry *entry, size_t n, bool has_amounts, ClvDay *total,
			ClvError *err)
{
	ClvExact	gross;
	ClvExact	refund;

	clv_exact_init(&gross);
	clv_exact_init(&refund);
	total->day = entry[0].day;
	total->orders = 0;
	for (size_t i = 0; i < n; i++)
	{
		ClvSpan		in = {data + entry[i].at, end};
		int64_t		delta;
		ClvKindOfDay kind;
		ClvDay		day;

		if (!clv_read_head(&in, &delta, &kind) ||
			!clv_read_day(&in, kind, has_amounts, &day))
			return clv_history_damaged(err);
		if (day.orders > INT64_MAX - total->orders)
			return clv_fail(err, CLV_OUT_OF_RANGE, NULL,
							"too many orders on one day");
		total->orders += day.orders;
		clv_exact_add_expansion(&gross, &day.gross);
		clv_exact_add_expansion(&refund, &day.refund);
	}
	if (!clv_exact_canonical(&gross, &total->gross) ||
		!clv_exact_canonical(&refund, &total->refund))
	{
		char		text[CLV_DAY_TEXT];

		return clv_fail(err, CLV_OUT_OF_RANGE, NULL,
						"sum of the amounts of \"%s\" is out of range for type double precision",
						clv_day_text(total->day, text));
	}
	return CLV_OK;
}

ClvStatus
clv_compaction_begin(ClvCompaction *c, const unsigned char *data, size_t size,
					 void *scratch, unsigned char *out, size_t out_size,
					 ClvError *err)
{
	Entry	   *entry = scratch;
	ClvStatus	status;

	c->data = data;
	c->end = data + clv_history_used(data, size);
	c->has_amounts = clv_history_has_amounts(data, size);
	c->entry = entry;
	c->at = 0;
	c->days = 0;
	c->last = 0;
	c->full = false;
	status = list_entries(data, size, entry, &c->n, err);
	if (status != CLV_OK)
		return status;
	sort_entries(entry, entry + c->n, c->n);
	clv_history_begin(out, out_size, c->has_amounts);
	c->out = out;
	c->out_size = out_size;
	c->used = CLV_HISTORY_OPEN_HEADER;
	return CLV_OK;
}

/* The next day, from its "same" entries. */
static ClvStatus
write_entries(const ClvCompaction *c, const Entry *entry, size_t same,
			  ClvWriter *out, ClvError *err)
{
	int64_t		delta = (int64_t) entry->day - c->last;
	ClvSpan		in = {c->data + entry->at, c->end};
	ClvDay		day;
	ClvKindOfDay kind;
	ClvStatus	status;

	if (same == 1)
		return copy_entry(out, in, delta, c->has_amounts) ? CLV_OK :
			clv_history_damaged(err);
	status = add_entries(c->data, c->end, entry, same, c->has_amounts, &day, err);
	if (status != CLV_OK)
		return status;
	kind = clv_day_kind(&day, c->has_amounts);
	clv_write_head(out, delta, kind);
	clv_write_day(out, &day, kind, c->has_amounts);
	return CLV_OK;
}

ClvStatus
clv_compaction_step(ClvCompaction *c, ClvError *err)
{
	const Entry *entry = c->entry;
	ClvWriter	out = {c->out + c->used, c->out + c->out_size, false};
	const unsigned char *from = out.at;
	size_t		until = c->at + ENTRIES_A_STEP;
	ClvStatus	status;

	while (c->at < c->n && c->at < until && !out.full &&
		   out.at - from < CLV_HISTORY_SLICE)
	{
		size_t		i = c->at;
		size_t		same = 1;

		while (i + same < c->n && entry[i + same].day == entry[i].day)
			same++;
		status = write_entries(c, &entry[i], same, &out, err);
		if (status != CLV_OK)
			return status;
		if (++c->days > CLV_HISTORY_MAX_DAYS)
			return clv_history_too_long(err);
		c->last = entry[i].day;
		c->at += same;
	}
	c->used = out.at - c->out;
	c->full = out.full;
	if (c->used - CLV_HISTORY_OPEN_HEADER > CLV_HISTORY_MAX_BYTES - CLV_CLOSED_HEADER)
		return clv_history_too_long(err);
	if (c->full)
		return CLV_OK;
	if (c->at < c->n)
		return CLV_CONTINUE;
	clv_open_set(c->out, c->used, c->last);
	return CLV_OK;
}

ClvStatus
clv_history_compact(const unsigned char *data, size_t size, void *scratch,
					unsigned char *out, size_t out_size, ClvError *err)
{
	ClvCompaction c;
	ClvStatus	status = clv_compaction_begin(&c, data, size, scratch, out,
											  out_size, err);

	if (status != CLV_OK)
		return status;
	while ((status = clv_compaction_step(&c, err)) == CLV_CONTINUE)
		;
	return status == CLV_OK && c.full ? CLV_CONTINUE : status;
}
