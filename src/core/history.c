/*
 * history.c
 *		One customer's purchase history: built, compacted, closed, checked.
 *
 * A row is appended in a few nanoseconds: its distance from the row before it
 * and its amount.  When the buffer is full its days are sorted and those that
 * came twice are added up, exactly; so memory grows with the number of distinct
 * days only, and the time this takes is shared by all the rows it made room for.
 */
#include "history_code.h"

#include <string.h>

static ClvStatus
damaged(ClvError *err)
{
	return clv_fail(err, CLV_BAD_BINARY,
					"The stored bytes are not those of a purchase history.",
					"damaged value of type clv.rfm");
}

bool
clv_history_is_open(const unsigned char *data, size_t size)
{
	return size >= CLV_HISTORY_OPEN_HEADER && (data[1] & CLV_OPEN) != 0;
}

bool
clv_history_has_amounts(const unsigned char *data, size_t size)
{
	return size >= CLV_CLOSED_HEADER && (data[1] & CLV_HAS_AMOUNTS) != 0;
}

bool
clv_history_is_compact(const unsigned char *data, size_t size)
{
	return size >= CLV_CLOSED_HEADER &&
		(data[1] & (CLV_UNSORTED | CLV_DUPLICATE)) == 0;
}

/* Out of order is no reason to think that days came twice, until it is long. */
#define LONG_HISTORY	240

bool
clv_history_may_shrink(const unsigned char *data, size_t size)
{
	return !clv_history_is_compact(data, size) &&
		((data[1] & CLV_DUPLICATE) != 0 || size >= LONG_HISTORY);
}

size_t
clv_history_used(const unsigned char *data, size_t size)
{
	size_t		used;

	if (!clv_history_is_open(data, size))
		return size;
	used = clv_open_used(data);
	return used < size ? used : size;
}

/* Where the days are, and that the header is one we know. */
static ClvStatus
find_days(const unsigned char *data, size_t size,
		  const unsigned char **from, const unsigned char **end, ClvError *err)
{
	size_t		header = CLV_CLOSED_HEADER;

	if (size < CLV_CLOSED_HEADER || data[0] != CLV_HISTORY_VERSION ||
		(data[1] & ~CLV_ALL_FLAGS) != 0)
		return damaged(err);
	if (data[1] & CLV_OPEN)
	{
		header = CLV_HISTORY_OPEN_HEADER;
		if (size < header || clv_open_used(data) > size ||
			clv_open_used(data) < header)
			return damaged(err);
	}
	*from = data + header;
	*end = data + clv_history_used(data, size);
	return CLV_OK;
}

/* ---- building ---- */

void
clv_history_begin(unsigned char *data, size_t size, bool has_amounts)
{
	memset(data, 0, size);
	data[0] = CLV_HISTORY_VERSION;
	data[1] = CLV_OPEN | (has_amounts ? CLV_HAS_AMOUNTS : 0);
	clv_open_set(data, CLV_HISTORY_OPEN_HEADER, 0);
}

/* What a day that is appended at this distance makes of the flags. */
static inline void
mark_order(unsigned char *data, size_t used, int64_t delta)
{
	if (delta > 0 || used == CLV_HISTORY_OPEN_HEADER)
		return;
	data[1] |= delta == 0 ? CLV_DUPLICATE : CLV_UNSORTED;
}

bool
clv_history_append(unsigned char *data, size_t size, int32_t day,
				   double amount)
{
	unsigned char row[CLV_HISTORY_MAX_ROW];
	bool		has_amounts = (data[1] & CLV_HAS_AMOUNTS) != 0;
	size_t		used = clv_open_used(data);
	int64_t		delta = (int64_t) day - clv_open_last(data);
	size_t		length;

	if (size - used >= CLV_HISTORY_MAX_ROW)
		length = clv_write_row(data + used, delta, has_amounts, amount) -
			(data + used);
	else
	{
		length = clv_write_row(row, delta, has_amounts, amount) - row;
		if (size - used < length)
			return false;
		memcpy(data + used, row, length);
	}
	mark_order(data, used, delta);
	clv_open_set(data, used + length, day);
	return true;
}

/* The day of the last entry, from the distances. */
static bool
find_last(const unsigned char *p, const unsigned char *end, bool has_amounts,
		  int64_t *last)
{
	int64_t		delta;
	ClvKindOfDay kind;

	*last = 0;
	while (p < end)
	{
		if (!clv_read_head(&p, end, &delta, &kind) ||
			!clv_skip_day(&p, end, kind, has_amounts))
			return false;
		*last += delta;
		if (*last < CLV_MIN_DAY || *last > CLV_MAX_DAY)
			return false;
	}
	return true;
}

/*
 * Distances are relative, so that all but the first may be copied as they are.
 */
ClvStatus
clv_history_append_history(unsigned char *data, size_t size,
						   const unsigned char *more, size_t more_size,
						   ClvError *err)
{
	size_t		used = clv_open_used(data);
	const unsigned char *p;
	const unsigned char *end;
	ClvWriter	writer = {data + used, data + size, false};
	ClvKindOfDay kind;
	int64_t		first;
	int64_t		delta;
	int64_t		last;
	ClvStatus	status;

	status = find_days(more, more_size, &p, &end, err);
	if (status != CLV_OK)
		return status;
	if ((data[1] ^ more[1]) & CLV_HAS_AMOUNTS)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Build all of them with an amount, or none.",
						"cannot merge purchase histories with and without amounts");
	if (p == end)
		return CLV_OK;
	if (more[1] & CLV_OPEN)
		last = clv_open_last(more);
	else if (!find_last(p, end, more[1] & CLV_HAS_AMOUNTS, &last))
		return damaged(err);
	if (!clv_read_head(&p, end, &first, &kind))
		return damaged(err);

	delta = first - clv_open_last(data);
	clv_write_head(&writer, delta, kind);
	clv_write_bytes(&writer, p, end - p);
	if (writer.full)
		return CLV_CONTINUE;
	data[1] |= more[1] & (CLV_UNSORTED | CLV_DUPLICATE);
	mark_order(data, used, delta);
	clv_open_set(data, writer.p - data, (int32_t) last);
	return CLV_OK;
}

/* ---- compacting ---- */

typedef struct Entry
{
	int32_t		day;
	uint32_t	at;				/* offset of its head */
} Entry;

#define SHORT_LIST	32

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
	const unsigned char *p;
	const unsigned char *end;
	int64_t		day = 0;
	ClvStatus	status = find_days(data, size, &p, &end, err);

	if (status != CLV_OK)
		return status;
	for (*n = 0; p < end; (*n)++)
	{
		size_t		at = p - data;
		int64_t		delta;
		ClvKindOfDay kind;

		if (!clv_read_head(&p, end, &delta, &kind) ||
			!clv_skip_day(&p, end, kind, data[1] & CLV_HAS_AMOUNTS))
			return damaged(err);
		day += delta;
		if (day < CLV_MIN_DAY || day > CLV_MAX_DAY)
			return damaged(err);
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
copy_entry(ClvWriter *writer, const unsigned char *p,
		   const unsigned char *end, int64_t delta, bool has_amounts)
{
	const unsigned char *from;
	ClvKindOfDay kind;
	int64_t		old_delta;

	if (!clv_read_head(&p, end, &old_delta, &kind))
		return false;
	from = p;
	if (!clv_skip_day(&p, end, kind, has_amounts))
		return false;
	clv_write_head(writer, delta, kind);
	clv_write_bytes(writer, from, p - from);
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
		const unsigned char *p = data + entry[i].at;
		int64_t		delta;
		ClvKindOfDay kind;
		ClvDay		day;

		if (!clv_read_head(&p, end, &delta, &kind) ||
			!clv_read_day(&p, end, kind, has_amounts, &day))
			return damaged(err);
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
clv_history_compact(const unsigned char *data, size_t size, void *scratch,
					unsigned char *out, size_t out_size, ClvError *err)
{
	bool		has_amounts = clv_history_has_amounts(data, size);
	const unsigned char *end = data + clv_history_used(data, size);
	Entry	   *entry = scratch;
	ClvWriter	writer;
	size_t		n;
	size_t		same;
	int32_t		last = 0;
	ClvStatus	status = list_entries(data, size, entry, &n, err);

	if (status != CLV_OK)
		return status;
	sort_entries(entry, entry + n, n);

	clv_history_begin(out, out_size, has_amounts);
	writer.p = out + CLV_HISTORY_OPEN_HEADER;
	writer.end = out + out_size;
	writer.full = false;
	for (size_t i = 0; i < n && !writer.full; i += same)
	{
		int64_t		delta = (int64_t) entry[i].day - last;

		for (same = 1; i + same < n && entry[i + same].day == entry[i].day;)
			same++;
		if (same == 1)
		{
			if (!copy_entry(&writer, data + entry[i].at, end, delta,
							has_amounts))
				return damaged(err);
		}
		else
		{
			ClvDay		day;
			ClvKindOfDay kind;

			status = add_entries(data, end, entry + i, same, has_amounts,
								 &day, err);
			if (status != CLV_OK)
				return status;
			kind = clv_day_kind(&day, has_amounts);
			clv_write_head(&writer, delta, kind);
			clv_write_day(&writer, &day, kind, has_amounts);
		}
		last = entry[i].day;
	}
	if (writer.full)
		return CLV_CONTINUE;
	clv_open_set(out, writer.p - out, last);
	return CLV_OK;
}

size_t
clv_history_close(const unsigned char *data, size_t size, unsigned char *out)
{
	size_t		header = clv_history_is_open(data, size) ?
		CLV_HISTORY_OPEN_HEADER : CLV_CLOSED_HEADER;
	size_t		days = clv_history_used(data, size) - header;

	out[0] = CLV_HISTORY_VERSION;
	out[1] = data[1] & CLV_HAS_AMOUNTS;
	memcpy(out + CLV_CLOSED_HEADER, data + header, days);
	return CLV_CLOSED_HEADER + days;
}

/* ---- reading ---- */

ClvStatus
clv_history_read(ClvHistoryReader *reader, const unsigned char *data,
				 size_t size, ClvError *err)
{
	reader->day = 0;
	reader->has_amounts = clv_history_has_amounts(data, size);
	if (!clv_history_is_compact(data, size))
		return damaged(err);
	return find_days(data, size, &reader->p, &reader->end, err);
}

ClvStatus
clv_history_next(ClvHistoryReader *reader, ClvDay *day, ClvError *err)
{
	int64_t		delta;
	ClvKindOfDay kind;

	if (reader->p == reader->end)
		return CLV_OK;
	if (!clv_read_head(&reader->p, reader->end, &delta, &kind) ||
		!clv_read_day(&reader->p, reader->end, kind, reader->has_amounts, day))
		return damaged(err);
	reader->day += delta;
	if (reader->day < CLV_MIN_DAY || reader->day > CLV_MAX_DAY)
		return damaged(err);
	day->day = (int32_t) reader->day;
	return CLV_CONTINUE;
}

/* ---- what comes from outside ---- */

/* Is this day, read from [from, to), what writing it would give? */
static bool
is_canonical_day(const ClvDay *day, ClvKindOfDay kind, bool has_amounts,
				 const unsigned char *from, const unsigned char *to,
				 int64_t delta)
{
	unsigned char again[32 + 2 * 20 * CLV_EXPANSION_MAX];
	ClvWriter	writer = {again, again + sizeof(again), false};

	if (!clv_expansion_is_canonical(&day->gross) ||
		!clv_expansion_is_canonical(&day->refund) ||
		clv_day_kind(day, has_amounts) != kind)
		return false;
	clv_write_head(&writer, delta, kind);
	clv_write_day(&writer, day, kind, has_amounts);
	return !writer.full && writer.p - again == to - from &&
		memcmp(again, from, to - from) == 0;
}

static ClvStatus
not_valid(ClvStatus status, ClvError *err, const char *what)
{
	return clv_fail(err, status, NULL, "invalid value for type clv.rfm: %s",
					what);
}

ClvStatus
clv_history_check(const unsigned char *data, size_t size, ClvStatus status,
				  ClvError *err)
{
	const unsigned char *p = data + CLV_CLOSED_HEADER;
	const unsigned char *end = data + size;
	bool		has_amounts = clv_history_has_amounts(data, size);
	int64_t		last = 0;

	if (size <= CLV_CLOSED_HEADER)
		return not_valid(status, err, "too short");
	if (data[0] != CLV_HISTORY_VERSION)
		return not_valid(status, err, "unknown version");
	if ((data[1] & ~CLV_HAS_AMOUNTS) != 0)
		return not_valid(status, err, "unknown flags");
	while (p < end)
	{
		const unsigned char *from = p;
		int64_t		delta;
		ClvKindOfDay kind;
		ClvDay		day;

		if (!clv_read_head(&p, end, &delta, &kind) ||
			!clv_read_day(&p, end, kind, has_amounts, &day))
			return not_valid(status, err, "damaged day");
		if (delta <= 0 && from > data + CLV_CLOSED_HEADER)
			return not_valid(status, err, "days are not in order");
		last += delta;
		if (last < CLV_MIN_DAY || last > CLV_MAX_DAY)
			return not_valid(status, err, "day out of range");
		if (!is_canonical_day(&day, kind, has_amounts, from, p, delta))
			return not_valid(status, err, "day is not in canonical form");
	}
	return CLV_OK;
}
