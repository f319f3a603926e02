/*
 * history.c
 *		One customer's purchase history: built, closed, read, checked.
 *
 * A row is appended in a few nanoseconds: its distance from the row before it
 * and its amount.  When the buffer is full its days are sorted and those that
 * came twice are added up, exactly; so memory grows with the number of distinct
 * days only, and the time this takes is shared by all the rows it made room for.
 */
#include "history/history_code.h"

#include <string.h>

ClvStatus
clv_history_damaged(ClvError *err)
{
	return clv_fail(err, CLV_BAD_BINARY,
					"The stored bytes are not those of a purchase history.",
					"damaged value of type clv.rfm");
}

ClvStatus
clv_history_too_long(ClvError *err)
{
	return clv_fail(err, CLV_LIMIT,
					"One customer has too many purchase days: check the customer column.",
					"purchase history has more than %d days, or %d bytes",
					CLV_HISTORY_MAX_DAYS, CLV_HISTORY_MAX_BYTES);
}

ClvStatus
clv_history_limit_bytes(size_t size, ClvError *err)
{
	return size > CLV_HISTORY_MAX_BYTES ? clv_history_too_long(err) : CLV_OK;
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

ClvStatus
clv_history_find_days(const unsigned char *data, size_t size,
					  ClvSpan *days, ClvError *err)
{
	size_t		header = CLV_CLOSED_HEADER;

	if (size < CLV_CLOSED_HEADER || data[0] != CLV_HISTORY_VERSION ||
		(data[1] & ~CLV_ALL_FLAGS) != 0)
		return clv_history_damaged(err);
	if (data[1] & CLV_OPEN)
	{
		header = CLV_HISTORY_OPEN_HEADER;
		if (size < header || clv_open_used(data) > size ||
			clv_open_used(data) < header)
			return clv_history_damaged(err);
	}
	days->at = data + header;
	days->end = data + clv_history_used(data, size);
	return CLV_OK;
}

ClvStatus
clv_history_limit(const unsigned char *data, size_t size, ClvError *err)
{
	ClvSpan		in;
	int			days = 0;
	ClvStatus	status = clv_history_find_days(data, size, &in, err);

	if (status != CLV_OK)
		return status;
	if (clv_span_size(in) > CLV_HISTORY_MAX_BYTES - CLV_CLOSED_HEADER)
		return clv_history_too_long(err);
	if (clv_span_size(in) <= CLV_HISTORY_MAX_DAYS)
		return CLV_OK;			/* a day takes a byte at least */
	while (in.at < in.end)
	{
		int64_t		delta;
		ClvKindOfDay kind;

		if (!clv_read_head(&in, &delta, &kind) ||
			!clv_skip_day(&in, kind, data[1] & CLV_HAS_AMOUNTS))
			return clv_history_damaged(err);
		if (++days > CLV_HISTORY_MAX_DAYS)
			return clv_history_too_long(err);
	}
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
find_last(ClvSpan in, bool has_amounts, int64_t *last)
{
	int64_t		delta;
	ClvKindOfDay kind;

	*last = 0;
	while (in.at < in.end)
	{
		if (!clv_read_head(&in, &delta, &kind) ||
			!clv_skip_day(&in, kind, has_amounts))
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
	ClvSpan		days;
	ClvWriter	out = {data + used, data + size, false};
	ClvKindOfDay kind;
	int64_t		first;
	int64_t		delta;
	int64_t		last;
	ClvStatus	status;

	status = clv_history_find_days(more, more_size, &days, err);
	if (status != CLV_OK)
		return status;
	if ((data[1] ^ more[1]) & CLV_HAS_AMOUNTS)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Build all of them with an amount, or none.",
						"cannot merge purchase histories with and without amounts");
	if (days.at == days.end)
		return CLV_OK;
	if (more[1] & CLV_OPEN)
		last = clv_open_last(more);
	else if (!find_last(days, more[1] & CLV_HAS_AMOUNTS, &last))
		return clv_history_damaged(err);
	if (!clv_read_head(&days, &first, &kind))
		return clv_history_damaged(err);

	delta = first - clv_open_last(data);
	clv_write_head(&out, delta, kind);
	clv_put_bytes(&out, days.at, clv_span_size(days));
	if (out.full)
		return CLV_CONTINUE;
	data[1] |= more[1] & (CLV_UNSORTED | CLV_DUPLICATE);
	mark_order(data, used, delta);
	clv_open_set(data, (size_t) (out.at - data), (int32_t) last);
	return CLV_OK;
}

/* ---- closing ---- */

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
		return clv_history_damaged(err);
	return clv_history_find_days(data, size, &reader->in, err);
}

ClvStatus
clv_history_next(ClvHistoryReader *reader, ClvDay *day, ClvError *err)
{
	int64_t		delta;
	ClvKindOfDay kind;

	if (reader->in.at == reader->in.end)
		return CLV_OK;
	if (!clv_read_head(&reader->in, &delta, &kind) ||
		!clv_read_day(&reader->in, kind, reader->has_amounts, day))
		return clv_history_damaged(err);
	reader->day += delta;
	if (reader->day < CLV_MIN_DAY || reader->day > CLV_MAX_DAY)
		return clv_history_damaged(err);
	day->day = (int32_t) reader->day;
	return CLV_CONTINUE;
}

/* ---- what comes from outside ---- */

/* Is this day, read from these bytes, what writing it would give? */
static bool
is_canonical_day(const ClvDay *day, ClvKindOfDay kind, bool has_amounts,
				 ClvSpan bytes, int64_t delta)
{
	unsigned char again[32 + 2 * 20 * CLV_EXPANSION_MAX];
	ClvWriter	out = {again, again + sizeof(again), false};

	if (!clv_expansion_is_canonical(&day->gross) ||
		!clv_expansion_is_canonical(&day->refund) ||
		clv_day_kind(day, has_amounts) != kind)
		return false;
	clv_write_head(&out, delta, kind);
	clv_write_day(&out, day, kind, has_amounts);
	return !out.full && (size_t) (out.at - again) == clv_span_size(bytes) &&
		memcmp(again, bytes.at, clv_span_size(bytes)) == 0;
}

static ClvStatus
not_valid(ClvStatus status, ClvError *err, const char *what)
{
	return clv_fail(err, status, NULL, "invalid value for type clv.rfm: %s",
					what);
}

ClvStatus
clv_history_check_begin(ClvHistoryCheck *check, const unsigned char *data,
						size_t size, ClvStatus status, ClvError *err)
{
	check->first = data + CLV_CLOSED_HEADER;
	check->in.at = check->first;
	check->in.end = data + size;
	check->has_amounts = clv_history_has_amounts(data, size);
	check->last = 0;
	check->days = 0;
	check->status = status;
	if (size <= CLV_CLOSED_HEADER)
		return not_valid(status, err, "too short");
	if (size > CLV_HISTORY_MAX_BYTES)
		return clv_history_too_long(err);
	if (data[0] != CLV_HISTORY_VERSION)
		return not_valid(status, err, "unknown version");
	if ((data[1] & ~CLV_HAS_AMOUNTS) != 0)
		return not_valid(status, err, "unknown flags");
	return CLV_OK;
}

static ClvStatus
check_day(ClvHistoryCheck *check, ClvError *err)
{
	ClvSpan		bytes = check->in;
	int64_t		delta;
	ClvKindOfDay kind;
	ClvDay		day;

	if (!clv_read_head(&check->in, &delta, &kind) ||
		!clv_read_day(&check->in, kind, check->has_amounts, &day))
		return not_valid(check->status, err, "damaged day");
	bytes.end = check->in.at;
	if (delta <= 0 && bytes.at > check->first)
		return not_valid(check->status, err, "days are not in order");
	check->last += delta;
	if (check->last < CLV_MIN_DAY || check->last > CLV_MAX_DAY)
		return not_valid(check->status, err, "day out of range");
	if (!is_canonical_day(&day, kind, check->has_amounts, bytes, delta))
		return not_valid(check->status, err, "day is not in canonical form");
	if (++check->days > CLV_HISTORY_MAX_DAYS)
		return clv_history_too_long(err);
	return CLV_OK;
}

ClvStatus
clv_history_check_step(ClvHistoryCheck *check, ClvError *err)
{
	const ClvSpan *in = &check->in;
	const unsigned char *until = clv_span_size(*in) > CLV_HISTORY_SLICE ?
		in->at + CLV_HISTORY_SLICE : in->end;
	ClvStatus	status;

	while (in->at < until)
	{
		status = check_day(check, err);
		if (status != CLV_OK)
			return status;
	}
	return in->at < in->end ? CLV_CONTINUE : CLV_OK;
}

ClvStatus
clv_history_check(const unsigned char *data, size_t size, ClvStatus status,
				  ClvError *err)
{
	ClvHistoryCheck check;
	ClvStatus	st = clv_history_check_begin(&check, data, size, status, err);

	if (st != CLV_OK)
		return st;
	while ((st = clv_history_check_step(&check, err)) == CLV_CONTINUE)
		;
	return st;
}
