/*
 * history.h
 *		One customer's purchase history, day by day, in few bytes.
 *
 * The value behind clv.rfm without its varlena header; docs/storage.md has the
 * layout.  Days are PostgreSQL's (0 is 2000-01-01).
 *
 * A history is open while it is built: rows are appended in whatever order
 * they come, into a buffer with room to spare.  Compacting sorts the days and
 * adds up rows of the same day; closing it gives the canonical form, of which
 * there is one for each history, so that equal histories have equal bytes.
 */
#ifndef CLV_HISTORY_H
#define CLV_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes/codec.h"
#include "math/exact.h"
#include "status.h"

#define CLV_HISTORY_VERSION		1

/* PostgreSQL's dates: 4714-11-24 BC up to 5874897-12-31 */
#define CLV_MIN_DAY		(-2451545)
#define CLV_MAX_DAY		2145031948

/*
 * What a history holds at most: 328 years of a purchase every day, and 20 bytes
 * for each of them.  A question to a history is answered in one go, and this
 * bounds the time that it takes.
 */
#define CLV_HISTORY_MAX_DAYS	120000
#define CLV_HISTORY_MAX_BYTES	2400000

/* Room that clv_history_begin() needs, and a row at most. */
#define CLV_HISTORY_OPEN_HEADER	12
#define CLV_HISTORY_MAX_ROW		16

typedef struct ClvDay
{
	int32_t		day;
	int64_t		orders;			/* rows with an amount >= 0, or with none */
	ClvExpansion gross;			/* what they add up to */
	ClvExpansion refund;		/* what rows below 0 add up to, as >= 0 */
} ClvDay;

/*
 * Building.  The buffer is the caller's; "size" is all of it.
 */
extern void clv_history_begin(unsigned char *data, size_t size,
							  bool has_amounts);

/* false: no room.  "amount" is ignored in a history without amounts. */
extern bool clv_history_append(unsigned char *data, size_t size, int32_t day,
							   double amount);

/* All rows of another history, open or not.  CLV_CONTINUE: no room. */
extern ClvStatus clv_history_append_history(unsigned char *data, size_t size,
											const unsigned char *more,
											size_t more_size, ClvError *err);

extern bool clv_history_is_open(const unsigned char *data, size_t size);
extern bool clv_history_has_amounts(const unsigned char *data, size_t size);

/* Is there nothing to sort and add up? */
extern bool clv_history_is_compact(const unsigned char *data, size_t size);

/* Is compacting likely to save room? */
extern bool clv_history_may_shrink(const unsigned char *data, size_t size);

/* Bytes in use, of which an open history has fewer than its buffer. */
extern size_t clv_history_used(const unsigned char *data, size_t size);

/*
 * Compacting, from one buffer to another.  "scratch" has room for
 * clv_history_scratch() bytes.  CLV_CONTINUE: no room; CLV_LIMIT: too long.
 */
extern size_t clv_history_scratch(const unsigned char *data, size_t size);
extern ClvStatus clv_history_compact(const unsigned char *data, size_t size,
									 void *scratch, unsigned char *out,
									 size_t out_size, ClvError *err);

/*
 * The same in slices, some milliseconds each: begin, then step until it
 * returns something else than CLV_CONTINUE.  "full": there was no room.
 */
typedef struct ClvCompaction
{
	const unsigned char *data;
	const unsigned char *end;
	bool		has_amounts;
	const void *entry;			/* n of them, sorted by day */
	size_t		n;
	size_t		at;				/* the next */
	int			days;
	int32_t		last;			/* day written */
	unsigned char *out;
	size_t		out_size;
	size_t		used;
	bool		full;
} ClvCompaction;

extern ClvStatus clv_compaction_begin(ClvCompaction *c,
									  const unsigned char *data, size_t size,
									  void *scratch, unsigned char *out,
									  size_t out_size, ClvError *err);
extern ClvStatus clv_compaction_step(ClvCompaction *c, ClvError *err);

/* CLV_LIMIT if a compact history holds too much. */
extern ClvStatus clv_history_limit(const unsigned char *data, size_t size,
								   ClvError *err);

/* The same of a number of bytes alone, for what is not looked at yet. */
extern ClvStatus clv_history_limit_bytes(size_t size, ClvError *err);

/*
 * The canonical form of a compact history; "out" has clv_history_used() bytes
 * of room at least.  Returns its size.
 */
extern size_t clv_history_close(const unsigned char *data, size_t size,
								unsigned char *out);

/*
 * Is this a canonical history, to the last bit?  For what comes from outside;
 * "status" is that of the error.
 */
extern ClvStatus clv_history_check(const unsigned char *data, size_t size,
								   ClvStatus status, ClvError *err);

/* The same in slices. */
typedef struct ClvHistoryCheck
{
	ClvSpan		in;
	const unsigned char *first; /* day */
	bool		has_amounts;
	int64_t		last;			/* day read */
	int			days;
	ClvStatus	status;
} ClvHistoryCheck;

extern ClvStatus clv_history_check_begin(ClvHistoryCheck *check,
										 const unsigned char *data, size_t size,
										 ClvStatus status, ClvError *err);
extern ClvStatus clv_history_check_step(ClvHistoryCheck *check, ClvError *err);

/*
 * Reading, day by day in ascending order: a canonical or compact history.
 * clv_history_next() returns CLV_CONTINUE with a day, and CLV_OK at the end.
 */
typedef struct ClvHistoryReader
{
	ClvSpan		in;
	bool		has_amounts;
	int64_t		day;
} ClvHistoryReader;

extern ClvStatus clv_history_read(ClvHistoryReader *reader,
								  const unsigned char *data, size_t size,
								  ClvError *err);
extern ClvStatus clv_history_next(ClvHistoryReader *reader, ClvDay *day,
								  ClvError *err);

/* gross - refund, rounded once */
extern double clv_day_net(const ClvDay *day);

typedef enum ClvRefunds
{
	CLV_REFUNDS_NET,			/* a day counts if its net is > 0, or if it
								 * has no refund */
	CLV_REFUNDS_GROSS,			/* refunds are ignored */
	CLV_REFUNDS_EVENT,			/* any row counts */
	CLV_REFUNDS_ERROR			/* a refund is an error */
} ClvRefunds;

extern ClvStatus clv_refunds_parse(const char *name, ClvRefunds *policy,
								   ClvError *err);

typedef struct ClvSummary
{
	int64_t		purchases;		/* days that count; 0: the rest is void */
	int32_t		first;			/* first day that counts */
	int32_t		last;			/* last day that counts */
	bool		has_money;
	bool		has_monetary;	/* has_money and a repeat purchase */
	double		monetary;
	int64_t		orders;
	double		spend;
	double		refunds;		/* >= 0 */
	int32_t		refund_days;
} ClvSummary;

extern ClvStatus clv_history_summary(const unsigned char *data, size_t size,
									 int32_t as_of, ClvRefunds policy,
									 ClvSummary *out, ClvError *err);

/* Only the purchases of it, and the first and the last day: no sums. */
extern ClvStatus clv_history_reach(const unsigned char *data, size_t size,
								   int32_t as_of, ClvRefunds policy,
								   ClvSummary *out, ClvError *err);

/* What a history begins with: the first purchase, and whether others follow. */
typedef struct ClvBeginning
{
	int64_t		purchases;		/* days that count; 0: the rest is void */
	int32_t		first;			/* first day that counts */
	int32_t		second;			/* void unless there are two */
	int32_t		last;			/* last day that counts */
	bool		has_money;
	double		spend;			/* on the first day that counts */
	bool		refunded;		/* is there a refund up to that day? */
} ClvBeginning;

extern ClvStatus clv_history_beginning(const unsigned char *data, size_t size,
									   int32_t as_of, ClvRefunds policy,
									   ClvBeginning *out, ClvError *err);

/*
 * A sum of ln(gap in days), exactly.  Every ln g, g >= 2, computed in double
 * precision is a whole multiple of 2^-53, so that the sum is an integer in
 * that unit: "whole" + "frac" * 2^-53 with frac < 2^53.
 */
typedef struct ClvLogSum
{
	uint64_t	whole;
	uint64_t	frac;
} ClvLogSum;

extern void clv_log_sum_add(ClvLogSum *sum, ClvLogSum more);
extern double clv_log_sum_value(ClvLogSum sum);

/* Over successive days that count, up to as_of. */
extern ClvStatus clv_history_log_gaps(const unsigned char *data, size_t size,
									  int32_t as_of, ClvRefunds policy,
									  ClvLogSum *out, ClvError *err);

/*
 * A history as opportunities to buy, one a period, each taken or not.  Period
 * k is from day start[k] to the day before start[k + 1].
 */
typedef struct ClvOpportunities
{
	bool		acquired;		/* the first purchase is in one of the
								 * periods; if not the rest is void */
	int32_t		x;				/* later periods with a purchase */
	int32_t		tx;				/* number of the last of them, counted from
								 * the period of the first purchase; 0: none */
	int32_t		n;				/* later periods */
} ClvOpportunities;

extern ClvStatus clv_history_opportunities(const unsigned char *data,
										   size_t size, const int32_t *start,
										   int32_t periods, ClvRefunds policy,
										   ClvOpportunities *out,
										   ClvError *err);

/*
 * A history by periods of any length, one at a time and only those in which
 * there is anything: period k is from day start[k] to the day before
 * start[k + 1], k < periods.  clv_history_next_period() returns CLV_CONTINUE
 * with a period, and CLV_OK at the end.
 */
typedef struct ClvHistoryPeriod
{
	int32_t		k;
	int32_t		purchases;		/* days that count */
	int64_t		orders;
	double		spend;			/* of all rows in it, as the policy has it */
	double		refunds;		/* >= 0 */
} ClvHistoryPeriod;

typedef struct ClvPeriodReader
{
	ClvHistoryReader reader;
	const int32_t *start;
	int32_t		periods;
	ClvRefunds	policy;
	ClvDay		day;			/* read ahead */
	ClvStatus	status;			/* of reading it */
	int32_t		k;
} ClvPeriodReader;

extern ClvStatus clv_history_read_periods(ClvPeriodReader *reader,
										  const unsigned char *data,
										  size_t size, const int32_t *start,
										  int32_t periods, ClvRefunds policy,
										  ClvError *err);
extern ClvStatus clv_history_next_period(ClvPeriodReader *reader,
										 ClvHistoryPeriod *out, ClvError *err);

#endif							/* CLV_HISTORY_H */
