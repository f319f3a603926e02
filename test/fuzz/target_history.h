/*
 * target_history.h
 *		Bytes as those of a clv.rfm.
 */
#ifndef CLV_FUZZ_TARGET_HISTORY_H
#define CLV_FUZZ_TARGET_HISTORY_H

#include "history/history.h"

#include "target.h"

/* The history, added to an empty state "times" times and closed. */
static unsigned char *
history_rebuilt(const unsigned char *data, size_t size, int times,
				size_t *out_size)
{
	size_t		room = (size + 64) * (times + 1);
	unsigned char *open = malloc(room);
	unsigned char *compact = malloc(room);
	unsigned char *closed = NULL;
	void	   *scratch;
	ClvError	err;
	int			i;

	clv_history_begin(open, room, clv_history_has_amounts(data, size));
	for (i = 0; i < times; i++)
		PROMISE(clv_history_append_history(open, room, data, size, &err) == CLV_OK);
	scratch = malloc(clv_history_scratch(open, room) + 1);
	if (clv_history_compact(open, room, scratch, compact, room, &err) == CLV_OK)
	{
		PROMISE(clv_history_limit(compact, room, &err) == CLV_OK);
		closed = malloc(clv_history_used(compact, room));
		*out_size = clv_history_close(compact, room, closed);
	}
	else
		PROMISE(times > 1 && (err.status == CLV_OUT_OF_RANGE || err.status == CLV_LIMIT));
	free(scratch);
	free(open);
	free(compact);
	return closed;
}

static void
history_ask(const unsigned char *data, size_t size, int32_t as_of,
			ClvRefunds policy)
{
	ClvSummary	s;
	ClvSummary	reach;
	ClvBeginning b;
	ClvLogSum	gaps;
	ClvError	err;
	ClvStatus	status = clv_history_summary(data, size, as_of, policy, &s, &err);

	if (status != CLV_OK)
	{
		PROMISE(status == CLV_OUT_OF_RANGE ||
				(policy == CLV_REFUNDS_ERROR && status == CLV_BAD_ARGUMENT));
		return;
	}
	PROMISE(s.purchases >= 0 && s.purchases <= CLV_HISTORY_MAX_DAYS);
	PROMISE(clv_history_reach(data, size, as_of, policy, &reach, &err) == CLV_OK &&
			reach.purchases == s.purchases);
	PROMISE(clv_history_log_gaps(data, size, as_of, policy, &gaps, &err) == CLV_OK &&
			isfinite(clv_log_sum_value(gaps)) && clv_log_sum_value(gaps) >= 0);
	if (s.purchases == 0)
		return;
	PROMISE(s.first <= s.last && s.last <= as_of && s.orders >= 0);
	PROMISE(reach.first == s.first && reach.last == s.last);
	PROMISE(!s.has_money || (isfinite(s.spend) && isfinite(s.refunds) && s.refunds >= 0));
	PROMISE(!s.has_monetary || isfinite(s.monetary));
	status = clv_history_beginning(data, size, as_of, policy, &b, &err);
	PROMISE(status == CLV_OUT_OF_RANGE ||
			(status == CLV_OK && b.first == s.first && b.last == s.last &&
			 (!b.has_money || isfinite(b.spend))));
}

static void
history_ask_periods(const unsigned char *data, size_t size)
{
	static const int32_t start[] = {CLV_MIN_DAY, -30000, 0, 1, 8000, 9000, 10000, CLV_MAX_DAY};
	const int	periods = sizeof(start) / sizeof(start[0]) - 1;
	ClvOpportunities o;
	ClvPeriodReader reader;
	ClvHistoryPeriod period;
	ClvStatus	status;
	ClvError	err;
	int			last = -1;

	PROMISE(clv_history_opportunities(data, size, start, periods, CLV_REFUNDS_EVENT, &o, &err) == CLV_OK);
	PROMISE(!o.acquired || (0 <= o.x && o.x <= o.tx && o.tx <= o.n && o.n < periods));
	PROMISE(clv_history_read_periods(&reader, data, size, start, periods, CLV_REFUNDS_EVENT, &err) == CLV_OK);
	while ((status = clv_history_next_period(&reader, &period, &err)) == CLV_CONTINUE)
	{
		PROMISE(period.k > last && period.k < periods && period.purchases > 0);
		PROMISE(isfinite(period.spend) && isfinite(period.refunds));
		last = period.k;
	}
	PROMISE(status == CLV_OK || status == CLV_OUT_OF_RANGE);
}

static bool
fuzz_history(const unsigned char *data, size_t size)
{
	static const ClvRefunds policy[] = {
		CLV_REFUNDS_NET, CLV_REFUNDS_GROSS, CLV_REFUNDS_EVENT, CLV_REFUNDS_ERROR
	};
	static const int32_t as_of[] = {CLV_MIN_DAY, -30000, 8800, 9999, CLV_MAX_DAY};
	unsigned char *again;
	size_t		again_size = 0;
	ClvError	err;
	size_t		i;
	size_t		j;

	if (clv_history_check(data, size, CLV_BAD_BINARY, &err) != CLV_OK)
	{
		PROMISE(err.status == CLV_BAD_BINARY || err.status == CLV_LIMIT);
		return false;
	}
	PROMISE(clv_history_is_compact(data, size) && !clv_history_is_open(data, size));
	again = history_rebuilt(data, size, 1, &again_size);
	PROMISE(again != NULL && fuzz_same(data, size, again, again_size));
	free(again);
	again = history_rebuilt(data, size, 3, &again_size);
	PROMISE(again == NULL || clv_history_check(again, again_size, CLV_BAD_BINARY, &err) == CLV_OK);
	free(again);
	for (i = 0; i < sizeof(policy) / sizeof(policy[0]); i++)
	{
		for (j = 0; j < sizeof(as_of) / sizeof(as_of[0]); j++)
			history_ask(data, size, as_of[j], policy[i]);
	}
	history_ask_periods(data, size);
	return true;
}

#endif							/* CLV_FUZZ_TARGET_HISTORY_H */
