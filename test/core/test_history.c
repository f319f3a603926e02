/*
 * test_history.c
 *		Purchase histories: built in any order and parts, asked under every
 *		refund policy, against plain loops over the rows; and bytes that are
 *		not a history.
 */
#include "history/cohorts.h"
#include "history/history.h"
#include "math/calendar.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* ---- rows ---- */

typedef struct Row
{
	int32_t		day;
	double		amount;
} Row;

static uint64_t seed = 20240301;

/* A linear congruential generator: the same rows on every machine. */
static uint32_t
draw(uint32_t limit)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (seed >> 33) % limit;
}

static void
shuffle(Row *row, int n)
{
	for (int i = n - 1; i > 0; i--)
	{
		int			j = (int) draw(i + 1);
		Row			swap = row[i];

		row[i] = row[j];
		row[j] = swap;
	}
}

/* ---- building with the memory that the core asks for ---- */

typedef struct Buffer
{
	unsigned char *data;
	size_t		size;
} Buffer;

static Buffer
buffer_new(size_t size, bool has_amounts)
{
	Buffer		buffer = {malloc(size), size};

	clv_history_begin(buffer.data, size, has_amounts);
	return buffer;
}

static void
buffer_compact(Buffer *buffer, size_t size)
{
	void	   *scratch = malloc(clv_history_scratch(buffer->data, buffer->size));
	ClvStatus	status;
	ClvError	err;

	for (;;)
	{
		unsigned char *data = malloc(size);

		status = clv_history_compact(buffer->data, buffer->size, scratch,
									 data, size, &err);
		if (status != CLV_CONTINUE)
		{
			CHECK(status == CLV_OK, "compact: %s", err.message);
			free(buffer->data);
			buffer->data = data;
			buffer->size = size;
			break;
		}
		free(data);
		size *= 2;
	}
	free(scratch);
}

/* Grow when compacting leaves little room, by any length. */
static void
buffer_append(Buffer *buffer, Row row)
{
	while (!clv_history_append(buffer->data, buffer->size, row.day, row.amount))
	{
		buffer_compact(buffer, buffer->size);
		if (clv_history_used(buffer->data, buffer->size) +
			CLV_HISTORY_MAX_ROW > buffer->size / 2)
			buffer_compact(buffer, buffer->size + buffer->size / 2 + draw(30));
	}
}

static void
buffer_merge(Buffer *buffer, const Buffer *more)
{
	ClvStatus	status;
	ClvError	err;

	while ((status = clv_history_append_history(buffer->data, buffer->size,
												more->data, more->size,
												&err)) == CLV_CONTINUE)
		buffer_compact(buffer, buffer->size + more->size);
	CHECK(status == CLV_OK, "merge: %s", err.message);
}

/* The canonical form. */
static void
buffer_close(Buffer *buffer)
{
	unsigned char *data;
	ClvError	err = {0};

	if (!clv_history_is_compact(buffer->data, buffer->size))
		buffer_compact(buffer, buffer->size);
	data = malloc(clv_history_used(buffer->data, buffer->size));
	buffer->size = clv_history_close(buffer->data, buffer->size, data);
	free(buffer->data);
	buffer->data = data;
	CHECK(clv_history_check(data, buffer->size, CLV_BAD_BINARY, &err) == CLV_OK,
		  "canonical form: %s", err.message);
}

static Buffer
build(const Row *row, int n, bool has_amounts)
{
	Buffer		buffer = buffer_new(20 + draw(60), has_amounts);

	for (int i = 0; i < n; i++)
		buffer_append(&buffer, row[i]);
	return buffer;
}

static bool
same_bytes(const Buffer *a, const Buffer *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* ---- the same bytes whatever the order and the parts ---- */

static double
any_amount(void)
{
	switch (draw(8))
	{
		case 0:
			return 0.0;
		case 1:
			return -0.0;
		case 2:
			return -(double) draw(10000) / 100;
		case 3:
			return ldexp((double) draw(1u << 31), (int) draw(1800) - 1000);
		case 4:
			return -ldexp((double) draw(1u << 31), (int) draw(100) - 50);
		case 5:
			return (double) draw(1u << 31) / 3;
		default:
			return (double) draw(20000) / 100;
	}
}

static void
check_order(int days, int n, bool has_amounts)
{
	Row		   *row = malloc(n * sizeof(Row));
	Buffer		want;
	Buffer		shuffled;
	Buffer		merged = buffer_new(64, has_amounts);
	int			from = 0;

	for (int i = 0; i < n; i++)
	{
		row[i].day = 8800 - days / 2 + (int32_t) draw(days);
		row[i].amount = any_amount();
	}
	want = build(row, n, has_amounts);
	buffer_close(&want);

	shuffle(row, n);
	shuffled = build(row, n, has_amounts);
	buffer_close(&shuffled);
	CHECK(same_bytes(&want, &shuffled), "%d rows on %d days, shuffled", n, days);

	/* in parts, open, compact or closed */
	while (from < n)
	{
		int			length = 1 + (int) draw(n - from);
		Buffer		part = build(row + from, length, has_amounts);
		unsigned	how = draw(3);

		if (how == 1)
			buffer_compact(&part, part.size);
		else if (how == 2)
			buffer_close(&part);
		buffer_merge(&merged, &part);
		free(part.data);
		from += length;
	}
	buffer_close(&merged);
	CHECK(same_bytes(&want, &merged), "%d rows on %d days, in parts", n, days);
	free(row);
	free(want.data);
	free(shuffled.data);
	free(merged.data);
}

static void
test_orders(void)
{
	for (int i = 0; i < 150; i++)
		check_order(1 + (int) draw(1 + i), 1 + (int) draw(1 + 2 * i), i % 4 != 0);
	check_order(30000, 40000, true);
	check_order(4000000, 5000, true);
}

/* ---- questions, against loops over the rows ---- */

typedef struct PlainDay
{
	bool		seen;
	int64_t		orders;
	double		gross;
	double		refund;
} PlainDay;

#define DAYS	40

/* The definitions, told once more in the plainest way. */
static bool
plain_counts(const PlainDay *day, ClvRefunds policy)
{
	if (!day->seen)
		return false;
	if (policy == CLV_REFUNDS_EVENT)
		return true;
	if (policy == CLV_REFUNDS_GROSS)
		return day->orders > 0;
	return day->refund == 0 || day->gross - day->refund > 0;
}

static void
check_summary(const Buffer *history, const PlainDay *day, int32_t as_of,
			  ClvRefunds policy, bool has_amounts)
{
	ClvSummary	got;
	ClvLogSum	gaps;
	ClvError	err;
	int64_t		purchases = 0;
	int64_t		orders = 0;
	int			refund_days = 0;
	int			first = 0;
	int			last = 0;
	double		repeat = 0;
	double		spend = 0;
	double		refunds = 0;
	double		log_gaps = 0;

	for (int i = 0; i < DAYS && i <= as_of; i++)
	{
		double		net = day[i].gross -
			(policy == CLV_REFUNDS_GROSS ? 0 : day[i].refund);

		orders += day[i].orders;
		spend += net;
		refunds += day[i].refund;
		refund_days += day[i].refund > 0;
		if (!plain_counts(&day[i], policy))
			continue;
		if (purchases++ == 0)
			first = i;
		else
		{
			repeat += net;
			log_gaps += log(i - last);
		}
		last = i;
	}
	if (policy == CLV_REFUNDS_ERROR && refund_days > 0)
	{
		CHECK(clv_history_summary(history->data, history->size, as_of, policy,
								  &got, &err) == CLV_BAD_ARGUMENT,
			  "refund under \"error\"");
		return;
	}
	CHECK(clv_history_summary(history->data, history->size, as_of, policy,
							  &got, &err) == CLV_OK, "%s", err.message);
	CHECK(got.purchases == purchases && got.orders == orders &&
		  got.refund_days == refund_days,
		  "as of %d, policy %d: counts", as_of, policy);
	CHECK(clv_history_log_gaps(history->data, history->size, as_of, policy,
							   &gaps, &err) == CLV_OK, "%s", err.message);
	CHECK(fabs(clv_log_sum_value(gaps) - log_gaps) <= 1e-13 * log_gaps,
		  "as of %d, policy %d: gaps %.17g, want %.17g", as_of, policy,
		  clv_log_sum_value(gaps), log_gaps);
	if (purchases == 0)
		return;
	CHECK(got.first == first && got.last == last,
		  "as of %d, policy %d: first and last", as_of, policy);
	CHECK(got.has_money == has_amounts &&
		  got.has_monetary == (has_amounts && purchases > 1),
		  "as of %d, policy %d: money", as_of, policy);
	if (!has_amounts)
		return;
	CHECK(got.spend == spend && got.refunds == refunds,
		  "as of %d, policy %d: spend and refunds", as_of, policy);
	CHECK(!got.has_monetary || got.monetary == repeat / (purchases - 1),
		  "as of %d, policy %d: monetary", as_of, policy);
}

static void
check_beginning(const Buffer *history, const PlainDay *day, int32_t as_of,
				ClvRefunds policy, bool has_amounts)
{
	ClvBeginning got;
	ClvError	err;
	int			found[3] = {0}; /* the first, the second, the last */
	int64_t		purchases = 0;
	double		spend = 0;
	bool		refunded = false;
	bool		refused = false;

	for (int i = 0; i < DAYS && i <= as_of; i++)
	{
		refused |= policy == CLV_REFUNDS_ERROR && day[i].refund > 0;
		if (purchases == 0)
			refunded |= day[i].refund > 0;
		if (!plain_counts(&day[i], policy))
			continue;
		if (purchases == 0)
			spend = day[i].gross -
				(policy == CLV_REFUNDS_GROSS ? 0 : day[i].refund);
		if (purchases < 2)
			found[purchases] = i;
		found[2] = i;
		purchases++;
	}
	CHECK(clv_history_beginning(history->data, history->size, as_of, policy,
								&got, &err) == (refused ? CLV_BAD_ARGUMENT : CLV_OK),
		  "as of %d, policy %d", as_of, policy);
	if (refused)
		return;
	CHECK(got.purchases == purchases, "as of %d, policy %d: purchases", as_of,
		  policy);
	if (purchases == 0)
		return;
	CHECK(got.first == found[0] && got.last == found[2] &&
		  (purchases < 2 || got.second == found[1]),
		  "as of %d, policy %d: days", as_of, policy);
	CHECK(got.refunded == refunded && got.has_money == has_amounts &&
		  (!has_amounts || got.spend == spend),
		  "as of %d, policy %d: first order", as_of, policy);
}

/* Amounts are quarters, so that plain sums of doubles are exact too. */
static void
check_summaries(bool has_amounts)
{
	for (int round = 0; round < 200; round++)
	{
		PlainDay	day[DAYS] = {{0}};
		int			n = 1 + (int) draw(30);
		Buffer		history = buffer_new(64, has_amounts);

		for (int i = 0; i < n; i++)
		{
			Row			row = {(int32_t) draw(DAYS),
				((double) draw(400) - (round % 3 ? 120 : 0)) / 4};
			PlainDay   *to = &day[row.day];

			to->seen = true;
			if (!has_amounts)
				to->orders++;
			else if (row.amount < 0)
				to->refund -= row.amount;
			else
			{
				to->orders++;
				to->gross += row.amount;
			}
			buffer_append(&history, row);
		}
		buffer_close(&history);
		for (int32_t as_of = -1; as_of <= DAYS; as_of++)
		{
			for (int policy = CLV_REFUNDS_NET; policy <= CLV_REFUNDS_ERROR; policy++)
			{
				check_summary(&history, day, as_of, (ClvRefunds) policy,
							  has_amounts);
				check_beginning(&history, day, as_of, (ClvRefunds) policy,
								has_amounts);
			}
		}
		free(history.data);
	}
}

/* ---- sums that doubles cannot hold ---- */

/* 4096 tiny amounts vanish one by one beside a huge one, but not together. */
static void
test_exact(void)
{
	const Row	huge = {100, 0x1p53};
	const Row	tiny = {100, 0.25};
	const Row	refund = {101, -0x1p53};
	Buffer		history = buffer_new(64, true);
	ClvSummary	summary;
	ClvError	err;

	for (int i = 0; i < 2048; i++)
		buffer_append(&history, tiny);
	buffer_append(&history, huge);
	for (int i = 0; i < 2048; i++)
		buffer_append(&history, tiny);
	buffer_append(&history, refund);
	CHECK(history.size < 1000, "4098 rows on two days take %zu bytes",
		  history.size);
	buffer_close(&history);
	CHECK(clv_history_summary(history.data, history.size, 200,
							  CLV_REFUNDS_NET, &summary, &err) == CLV_OK,
		  "%s", err.message);
	CHECK(summary.spend == 1024 && summary.refunds == 0x1p53 &&
		  summary.orders == 4097 && summary.purchases == 1,
		  "spend %.17g", summary.spend);
	free(history.data);
}

static void
test_overflow(void)
{
	static const Row rows[] = {{5, 0x1p1023}, {7, 1}, {5, 0x1p1023}};
	Buffer		history = build(rows, 3, true);
	Buffer		one = build(rows, 1, true);
	unsigned char out[256];
	Row			other = {6, 0x1p1023};
	void	   *scratch = malloc(clv_history_scratch(history.data, history.size));
	ClvSummary	summary;
	ClvError	err;

	CHECK(clv_history_compact(history.data, history.size, scratch, out,
							  sizeof(out), &err) == CLV_OUT_OF_RANGE &&
		  strstr(err.message, "\"2000-01-06\""), "day out of range: %s",
		  err.message);
	buffer_append(&one, other);
	CHECK(clv_history_summary(one.data, one.size, 9, CLV_REFUNDS_NET, &summary,
							  &err) == CLV_OUT_OF_RANGE, "total out of range");

	/* beyond the range on the way, but not in the end */
	other.day = 7;
	other.amount = -0x1p1023;
	buffer_append(&one, other);
	CHECK(clv_history_summary(one.data, one.size, 9, CLV_REFUNDS_EVENT,
							  &summary, &err) == CLV_OK &&
		  summary.spend == 0x1p1023 && summary.monetary == 0,
		  "total back in range");
	free(scratch);
	free(history.data);
	free(one.data);
}

/* ---- bytes ---- */

static void
test_bytes(void)
{
	/* see docs/storage.md */
	static const Row rows[] = {{1, 0.01}, {3, 1.0 / 3}, {4, -5}, {5, 0}};
	static const unsigned char want[] = {
		1, 1,
		1 << 3 | 0, 1,
		2 << 3 | 1, 0x3f, 0xd5, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
		1 << 3 | 3, 0, 0, 3, 0xf4, 0x03,
		1 << 3 | 0, 0
	};
	Buffer		got = build(rows, 4, true);

	buffer_close(&got);
	CHECK(got.size == sizeof(want) && memcmp(got.data, want, got.size) == 0,
		  "bytes of version 1");
	free(got.data);
}

static void
test_limits(void)
{
	static const Row rows[] = {{CLV_MAX_DAY, 1}, {CLV_MIN_DAY, 2}, {CLV_MAX_DAY, 4}};
	static const struct
	{
		int32_t		day;
		const char *text;
	}			texts[] = {
		{0, "2000-01-01"}, {-1, "1999-12-31"}, {59, "2000-02-29"},
		{60, "2000-03-01"}, {8826, "2024-03-01"}, {36584, "2100-03-01"},
		{36583, "2100-02-28"}, {-730119, "0001-01-01"},
		{-730120, "0001-12-31 BC"}, {CLV_MIN_DAY, "4714-11-24 BC"},
		{CLV_MAX_DAY, "5874897-12-31"}
	};
	Buffer		history = build(rows, 3, true);
	ClvSummary	summary;
	ClvError	err;
	char		text[CLV_DAY_TEXT];

	buffer_close(&history);
	CHECK(clv_history_summary(history.data, history.size, CLV_MAX_DAY,
							  CLV_REFUNDS_NET, &summary, &err) == CLV_OK &&
		  summary.first == CLV_MIN_DAY && summary.last == CLV_MAX_DAY &&
		  summary.monetary == 5, "first and last day of all");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK(strcmp(clv_day_text(texts[i].day, text), texts[i].text) == 0,
			  "day %d is %s, not %s", texts[i].day, text, texts[i].text);
	free(history.data);
}

/*
 * Changed bytes are refused, or they are the canonical form of another
 * history: nothing in between, and no read beyond the end (which the
 * sanitizers see, as the copy has no byte to spare).
 */
static void
test_mutations(void)
{
	int			accepted = 0;

	for (int round = 0; round < 30000; round++)
	{
		Row			rows[6];
		int			n = 1 + (int) draw(6);
		Buffer		history;
		unsigned char *data;
		size_t		size;
		ClvError	err;

		for (int i = 0; i < n; i++)
		{
			rows[i].day = (int32_t) draw(4);
			rows[i].amount = any_amount();
		}
		history = build(rows, n, round % 8 != 0);
		buffer_close(&history);
		size = draw(3) ? history.size : draw((uint32_t) history.size + 1);
		data = malloc(size + 1);
		memcpy(data + 1, history.data, size);
		for (int i = 0; i < 1 + round % 3 && size > 0; i++)
			data[1 + draw((uint32_t) size)] ^= (unsigned char) (1 << draw(8));
		if (clv_history_check(data + 1, size, CLV_BAD_TEXT, &err) == CLV_OK)
		{
			Buffer		again = buffer_new(64, clv_history_has_amounts(data + 1, size));
			Buffer		given = {data + 1, size};

			accepted++;
			buffer_merge(&again, &given);
			buffer_compact(&again, again.size);
			buffer_close(&again);
			CHECK(same_bytes(&again, &given), "round %d: accepted, but not canonical",
				  round);
			free(again.data);
		}
		else
			CHECK(err.status == CLV_BAD_TEXT && strstr(err.message, "clv.rfm"),
				  "round %d: %s", round, err.message);
		free(data);
		free(history.data);
	}
	CHECK(accepted > 1000 && accepted < 25000, "%d accepted", accepted);
}

static void
test_summaries(void)
{
	check_summaries(true);
	check_summaries(false);
}

/* ---- the longest ---- */

/* So many days, each with "rows" rows; compacted to the status given. */
static ClvStatus
compact_days(int days, int rows, bool descending, Buffer *out)
{
	Buffer		open = buffer_new((size_t) days * rows * 12 + 64, true);
	bool		room = true;
	void	   *scratch;
	ClvStatus	status;
	ClvError	err;

	for (int d = 0; d < days; d++)
	{
		for (int r = 0; r < rows; r++)
			room &= clv_history_append(open.data, open.size, descending ? -d : d, pow(10.0, 30 * r));
	}
	CHECK(room, "no room for %d days", days);
	out->size = open.size;
	out->data = malloc(out->size);
	scratch = malloc(clv_history_scratch(open.data, open.size) + 1);
	status = clv_history_compact(open.data, open.size, scratch, out->data, out->size, &err);
	if (rows == 1 && !descending)
		CHECK(clv_history_limit(open.data, open.size, &err) == status, "limit of %d days", days);
	free(scratch);
	free(open.data);
	return status;
}

static void
test_longest(void)
{
	static const bool descending[] = {false, true};
	Buffer		history;
	unsigned char *more;
	ClvError	err;

	for (int i = 0; i < 2; i++)
	{
		CHECK(compact_days(CLV_HISTORY_MAX_DAYS + 1, 1, descending[i], &history) == CLV_LIMIT, "a day too many");
		free(history.data);
		CHECK(compact_days(CLV_HISTORY_MAX_DAYS, 1, descending[i], &history) == CLV_OK, "as many days as there may be");
		buffer_close(&history);

		/* one day more, the next, of one cent */
		more = malloc(history.size + 2);
		memcpy(more, history.data, history.size);
		more[history.size] = 8;
		more[history.size + 1] = 1;
		CHECK(clv_history_check(more, history.size + 2, CLV_BAD_BINARY, &err) == CLV_LIMIT, "%s", err.message);
		free(more);
		free(history.data);
	}
	CHECK(compact_days(CLV_HISTORY_MAX_BYTES / 60, 8, false, &history) == CLV_LIMIT, "too many bytes");
	free(history.data);
	more = calloc(1, CLV_HISTORY_MAX_BYTES + 1);
	more[0] = 1;
	CHECK(clv_history_check(more, CLV_HISTORY_MAX_BYTES + 1, CLV_BAD_BINARY, &err) == CLV_LIMIT, "%s", err.message);
	CHECK(clv_history_check(more, CLV_HISTORY_MAX_BYTES, CLV_BAD_BINARY, &err) == CLV_BAD_BINARY, "%s", err.message);
	free(more);
}

/* Five periods of ten days from day 100 on; nothing outside them counts. */
static void
check_cells(const Row *rows, int n, const ClvCohortCell *want, int cells,
			const char *what)
{
	const int32_t start[] = {100, 110, 120, 130, 140, 150};
	Buffer		history = build(rows, n, true);
	ClvCohortReader reader;
	ClvCohortCell cell;
	ClvStatus	status;
	ClvError	err = {0};
	int			got = 0;

	buffer_close(&history);
	status = clv_cohort_begin(&reader, history.data, history.size, start, 5,
							  CLV_REFUNDS_NET, &err);
	CHECK(status == CLV_OK, "%s: %s", what, err.message);
	while ((status = clv_cohort_next(&reader, &cell, &err)) == CLV_CONTINUE)
	{
		CHECK(got < cells && cell.cohort == want[got].cohort &&
			  cell.period == want[got].period && cell.active == want[got].active &&
			  cell.second == want[got].second && cell.orders == want[got].orders &&
			  cell.revenue == want[got].revenue, "%s: cell %d", what, got);
		got++;
	}
	CHECK(status == CLV_OK && got == cells, "%s: %d cells", what, got);
	free(history.data);
}

static void
test_cohorts(void)
{
	const Row	usual[] = {{99, 7}, {112, 5}, {113, 6}, {131, 4}, {131, -1}, {150, 9}};
	const ClvCohortCell usual_cells[] = {{1, 1, true, true, 2, 11}, {1, 3, true, false, 1, 3}};
	const Row	refund_first[] = {{101, -2}, {125, 8}, {141, 1}};
	const ClvCohortCell refund_cells[] = {
		{2, 0, false, false, 0, -2}, {2, 2, true, false, 1, 8}, {2, 4, true, true, 1, 1}
	};
	const Row	refunds[] = {{101, -2}, {125, -8}};

	check_cells(usual, 6, usual_cells, 2, "purchases");
	check_cells(refund_first, 3, refund_cells, 3, "a refund before the first purchase");
	check_cells(refunds, 2, NULL, 0, "refunds alone are of no cohort");
	check_cells(usual, 1, NULL, 0, "before the first period");
}

static void
test_day_of_time(void)
{
	const int64_t day = CLV_USECS_PER_DAY;

	CHECK(clv_day_of_time(0) == 0 && clv_day_of_time(day - 1) == 0, "day 0");
	CHECK(clv_day_of_time(day) == 1 && clv_day_of_time(-1) == -1, "beside it");
	CHECK(clv_day_of_time(-day) == -1 && clv_day_of_time(-day - 1) == -2, "day -1");
}

int
main(void)
{
	RUN(test_bytes);
	RUN(test_limits);
	RUN(test_exact);
	RUN(test_overflow);
	RUN(test_orders);
	RUN(test_summaries);
	RUN(test_mutations);
	RUN(test_longest);
	RUN(test_cohorts);
	RUN(test_day_of_time);
	CHECK_DONE("history");
}
