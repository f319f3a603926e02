/*
 * history_summary.c
 *		What a history says as of a day: frequency, recency, money, gaps; and
 *		period by period.
 *
 * Definitions: a purchase is a day whose spend counts under the refund policy;
 * several orders on one day are one purchase (Fader & Hardie; peers differ, see
 * the README).  Money is added up exactly and rounded once.
 */
#include "history/history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/calendar.h"

ClvStatus
clv_refunds_parse(const char *name, ClvRefunds *policy, ClvError *err)
{
	static const char *const names[] = {"net", "gross", "event", "error"};
	static const ClvRefunds policies[] = {
		CLV_REFUNDS_NET, CLV_REFUNDS_GROSS, CLV_REFUNDS_EVENT, CLV_REFUNDS_ERROR
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (strcmp(name, names[i]) == 0)
		{
			*policy = policies[i];
			return CLV_OK;
		}
	}
	return clv_fail(err, CLV_BAD_ARGUMENT,
					"Use one of \"net\", \"gross\", \"event\", \"error\".",
					"unknown refund policy \"%.64s\"", name);
}

/* gross - refund, exactly */
static void
net_of_day(const ClvDay *day, ClvExact *net)
{
	clv_exact_init(net);
	clv_exact_add_expansion(net, &day->gross);
	clv_exact_subtract_expansion(net, &day->refund);
}

double
clv_day_net(const ClvDay *day)
{
	ClvExact	net;

	net_of_day(day, &net);
	return clv_exact_value(&net);
}

/*
 * Is there money left on a day with refunds?  Prices are decimal and doubles
 * binary: 0.1 + 0.2 refunded as 0.3 leaves 2.8e-17, which nobody paid.  So a
 * net that is below a trillionth of the day's gross, and below a millionth of
 * the currency's unit, is that rounding and nothing else.
 */
static bool
net_positive(const ClvDay *day)
{
	ClvExact	net;
	double		left;

	net_of_day(day, &net);
	left = clv_exact_value(&net);
	return left > 0.0 && (left >= 1e-6 || left > 1e-12 * day->gross.c[0]);
}

/* Is the day a purchase? */
static bool
day_counts(const ClvDay *day, bool has_amounts, ClvRefunds policy)
{
	switch (policy)
	{
		case CLV_REFUNDS_EVENT:
			return true;
		case CLV_REFUNDS_GROSS:
			return day->orders > 0;
		case CLV_REFUNDS_NET:
		case CLV_REFUNDS_ERROR:
			break;
	}
	if (!has_amounts || day->refund.n == 0)
		return true;
	return net_positive(day);
}

/* As few digits as give the same double back. */
static int
digits_of(double value)
{
	char		text[40];
	int			digits = 15;

	for (; digits < 17; digits++)
	{
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return digits;
}

/*
 * The next day up to as_of: CLV_CONTINUE with a day, CLV_OK when there is none.
 */
static ClvStatus
next_observed(ClvHistoryReader *reader, int32_t as_of, ClvRefunds policy,
			  ClvDay *day, ClvError *err)
{
	char		text[CLV_DAY_TEXT];
	ClvStatus	status = clv_history_next(reader, day, err);

	if (status != CLV_CONTINUE)
		return status;
	if (day->day > as_of)
		return CLV_OK;
	if (policy == CLV_REFUNDS_ERROR && day->refund.n > 0)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Use the refund policy \"net\", \"gross\" or \"event\", or leave refunds out.",
						"refund of %.*g on \"%s\"",
						digits_of(day->refund.c[0]), day->refund.c[0],
						clv_day_text(day->day, text));
	return CLV_CONTINUE;
}

/* Sums over days, before they are rounded. */
typedef struct Money
{
	ClvExact	repeat;			/* days that count, after the first */
	ClvExact	spend;			/* all days */
	ClvExact	refunds;
} Money;

static void
add_money(Money *money, const ClvDay *day, bool repeat, ClvRefunds policy)
{
	clv_exact_add_expansion(&money->spend, &day->gross);
	if (repeat)
		clv_exact_add_expansion(&money->repeat, &day->gross);
	if (day->refund.n == 0)
		return;
	clv_exact_add_expansion(&money->refunds, &day->refund);
	if (policy == CLV_REFUNDS_GROSS)
		return;
	clv_exact_subtract_expansion(&money->spend, &day->refund);
	if (repeat)
		clv_exact_subtract_expansion(&money->repeat, &day->refund);
}

static ClvStatus
sum_out_of_range(ClvError *err)
{
	return clv_fail(err, CLV_OUT_OF_RANGE, NULL,
					"sum of a customer's amounts is out of range for type double precision");
}

static ClvStatus
round_money(Money *money, ClvSummary *out, ClvError *err)
{
	double		repeat = clv_exact_value(&money->repeat);

	out->has_money = true;
	out->spend = clv_exact_value(&money->spend);
	out->refunds = clv_exact_value(&money->refunds);
	out->has_monetary = out->purchases > 1;
	if (out->has_monetary)
		out->monetary = repeat / (double) (out->purchases - 1);
	if (isinf(repeat) || isinf(out->spend) || isinf(out->refunds))
		return sum_out_of_range(err);
	return CLV_OK;
}

static inline void
add_purchase(ClvSummary *out, int32_t day)
{
	if (out->purchases++ == 0)
		out->first = day;
	out->last = day;
}

ClvStatus
clv_history_summary(const unsigned char *data, size_t size, int32_t as_of,
					ClvRefunds policy, ClvSummary *out, ClvError *err)
{
	ClvHistoryReader reader;
	ClvDay		day;
	Money		money;
	ClvStatus	status = clv_history_read(&reader, data, size, err);

	if (status != CLV_OK)
		return status;
	memset(out, 0, sizeof(*out));
	clv_exact_init(&money.repeat);
	clv_exact_init(&money.spend);
	clv_exact_init(&money.refunds);

	while ((status = next_observed(&reader, as_of, policy, &day, err)) == CLV_CONTINUE)
	{
		bool		counts = day_counts(&day, reader.has_amounts, policy);

		add_money(&money, &day, counts && out->purchases > 0, policy);
		if (day.orders > INT64_MAX - out->orders)
			return clv_fail(err, CLV_OUT_OF_RANGE, NULL, "too many orders");
		out->orders += day.orders;
		out->refund_days += day.refund.n > 0;
		if (counts)
			add_purchase(out, day.day);
	}
	if (status != CLV_OK || out->purchases == 0 || !reader.has_amounts)
		return status;
	return round_money(&money, out, err);
}

ClvStatus
clv_history_reach(const unsigned char *data, size_t size, int32_t as_of,
				  ClvRefunds policy, ClvSummary *out, ClvError *err)
{
	ClvHistoryReader reader;
	ClvDay		day;
	ClvStatus	status = clv_history_read(&reader, data, size, err);

	if (status != CLV_OK)
		return status;
	memset(out, 0, sizeof(*out));
	while ((status = next_observed(&reader, as_of, policy, &day, err)) == CLV_CONTINUE)
	{
		if (day_counts(&day, reader.has_amounts, policy))
			add_purchase(out, day.day);
	}
	return status;
}

ClvStatus
clv_history_beginning(const unsigned char *data, size_t size, int32_t as_of,
					  ClvRefunds policy, ClvBeginning *out, ClvError *err)
{
	ClvHistoryReader reader;
	ClvDay		day;
	ClvExact	spend;
	ClvStatus	status = clv_history_read(&reader, data, size, err);

	if (status != CLV_OK)
		return status;
	memset(out, 0, sizeof(*out));
	clv_exact_init(&spend);
	while ((status = next_observed(&reader, as_of, policy, &day, err)) == CLV_CONTINUE)
	{
		if (out->purchases == 0)
			out->refunded |= day.refund.n > 0;
		if (!day_counts(&day, reader.has_amounts, policy))
			continue;
		out->purchases++;
		if (out->purchases == 1)
		{
			out->first = day.day;
			clv_exact_add_expansion(&spend, &day.gross);
			if (policy != CLV_REFUNDS_GROSS)
				clv_exact_subtract_expansion(&spend, &day.refund);
		}
		else if (out->purchases == 2)
			out->second = day.day;
		out->last = day.day;
	}
	if (status != CLV_OK || out->purchases == 0 || !reader.has_amounts)
		return status;
	out->has_money = true;
	out->spend = clv_exact_value(&spend);
	return isinf(out->spend) ? sum_out_of_range(err) : CLV_OK;
}

/*
 * The period of a day that is neither before the k-th nor after the last: most
 * often the k-th itself.
 */
static int32_t
period_of(const int32_t *start, int32_t periods, int32_t k, int32_t day)
{
	int32_t		end = periods;

	if (day < start[k + 1])
		return k;
	while (end - k > 1)
	{
		int32_t		middle = k + (end - k) / 2;

		if (start[middle] <= day)
			k = middle;
		else
			end = middle;
	}
	return k;
}

ClvStatus
clv_history_opportunities(const unsigned char *data, size_t size,
						  const int32_t *start, int32_t periods,
						  ClvRefunds policy, ClvOpportunities *out,
						  ClvError *err)
{
	ClvHistoryReader reader;
	ClvDay		day;
	int32_t		first = 0;
	int32_t		k = 0;
	ClvStatus	status = clv_history_read(&reader, data, size, err);

	memset(out, 0, sizeof(*out));
	if (status != CLV_OK)
		return status;
	while ((status = next_observed(&reader, start[periods] - 1, policy, &day,
								   err)) == CLV_CONTINUE)
	{
		if (!day_counts(&day, reader.has_amounts, policy))
			continue;
		if (!out->acquired && day.day < start[0])
			return CLV_OK;
		k = period_of(start, periods, k, day.day);
		if (!out->acquired)
		{
			out->acquired = true;
			out->n = periods - 1 - k;
			first = k;
		}
		else if (k - first > out->tx)
		{
			out->x++;
			out->tx = k - first;
		}
	}
	return status;
}

/* ---- any periods ---- */

static void
read_ahead(ClvPeriodReader *reader, ClvError *err)
{
	reader->status = next_observed(&reader->reader,
								   reader->start[reader->periods] - 1,
								   reader->policy, &reader->day, err);
}

ClvStatus
clv_history_read_periods(ClvPeriodReader *reader, const unsigned char *data,
						 size_t size, const int32_t *start, int32_t periods,
						 ClvRefunds policy, ClvError *err)
{
	ClvStatus	status = clv_history_read(&reader->reader, data, size, err);

	if (status != CLV_OK)
		return status;
	reader->start = start;
	reader->periods = periods;
	reader->policy = policy;
	reader->k = 0;
	do
	{
		read_ahead(reader, err);
	} while (reader->status == CLV_CONTINUE && reader->day.day < start[0]);
	return reader->status == CLV_CONTINUE ? CLV_OK : reader->status;
}

ClvStatus
clv_history_next_period(ClvPeriodReader *reader, ClvHistoryPeriod *out, ClvError *err)
{
	bool		has_amounts = reader->reader.has_amounts;
	ClvSummary	rounded = {0};
	Money		money;

	if (reader->status != CLV_CONTINUE)
		return reader->status;
	reader->k = period_of(reader->start, reader->periods, reader->k, reader->day.day);
	memset(out, 0, sizeof(*out));
	out->k = reader->k;
	clv_exact_init(&money.repeat);
	clv_exact_init(&money.spend);
	clv_exact_init(&money.refunds);
	while (reader->status == CLV_CONTINUE &&
		   reader->day.day < reader->start[reader->k + 1])
	{
		out->purchases += day_counts(&reader->day, has_amounts, reader->policy);
		if (reader->day.orders > INT64_MAX - out->orders)
			return clv_fail(err, CLV_OUT_OF_RANGE, NULL, "too many orders");
		out->orders += reader->day.orders;
		add_money(&money, &reader->day, false, reader->policy);
		read_ahead(reader, err);
	}
	if (reader->status != CLV_OK && reader->status != CLV_CONTINUE)
		return reader->status;
	if (has_amounts && round_money(&money, &rounded, err) != CLV_OK)
		return CLV_OUT_OF_RANGE;
	out->spend = rounded.spend;
	out->refunds = rounded.refunds;
	return CLV_CONTINUE;
}

/* ---- gaps between purchases ---- */

#define LOG_SUM_BITS	53
#define LOG_SUM_UNIT	((uint64_t) 1 << LOG_SUM_BITS)

void
clv_log_sum_add(ClvLogSum *sum, ClvLogSum more)
{
	sum->whole += more.whole;
	sum->frac += more.frac;		/* both below 2^53 */
	sum->whole += sum->frac >> LOG_SUM_BITS;
	sum->frac &= LOG_SUM_UNIT - 1;
}

/* Both terms are exact (the whole is below 2^53), so this rounds once. */
double
clv_log_sum_value(ClvLogSum sum)
{
	return (double) sum.whole + ldexp((double) sum.frac, -LOG_SUM_BITS);
}

/* ln(gap), gap >= 1 */
static ClvLogSum
log_of_gap(int64_t gap)
{
	ClvLogSum	result;
	uint64_t	scaled = (uint64_t) ldexp(log((double) gap), LOG_SUM_BITS);

	result.whole = scaled >> LOG_SUM_BITS;
	result.frac = scaled & (LOG_SUM_UNIT - 1);
	return result;
}

ClvStatus
clv_history_log_gaps(const unsigned char *data, size_t size, int32_t as_of,
					 ClvRefunds policy, ClvLogSum *out, ClvError *err)
{
	ClvHistoryReader reader;
	ClvDay		day;
	int64_t		last = 0;
	bool		first = true;
	ClvStatus	status = clv_history_read(&reader, data, size, err);

	out->whole = 0;
	out->frac = 0;
	if (status != CLV_OK)
		return status;
	while ((status = next_observed(&reader, as_of, policy, &day, err)) == CLV_CONTINUE)
	{
		if (!day_counts(&day, reader.has_amounts, policy))
			continue;
		if (!first)
			clv_log_sum_add(out, log_of_gap(day.day - last));
		first = false;
		last = day.day;
	}
	return status;
}
