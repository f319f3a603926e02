/*
 * survivors.h
 *		Subscribers by how long they stayed, in few bytes.
 *
 * The value behind clv.retention without its varlena header; docs/storage.md
 * has the layout.  A subscriber of tenure t either left in period t, having
 * made t - 1 renewals, or is still there after t of them.  All that a contract
 * model needs is how many did the one and the other for each t.
 *
 * Counts are in millionths of a subscriber, so that published percentages can
 * be counted, added up and compared exactly.
 *
 * A published survivor table (so many left after t periods) comes row by row,
 * in any order and in parts: until the last one is there it is a value of its
 * own, a table, and clv_survivors_finish() makes subscribers of it.
 */
#ifndef CLV_SURVIVORS_H
#define CLV_SURVIVORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "status.h"

#define CLV_SURVIVORS_VERSION	1
#define CLV_SURVIVORS_UNIT		1000000 /* what a subscriber counts */
#define CLV_MAX_TENURE			1000000

/*
 * Distinct tenures in a value.  All work over one value is done in one go, and
 * this bounds it: to read, merge or write the largest takes some 20 ms.
 */
#define CLV_MAX_TENURES			100000

/* Totals stay where float8 is exact. */
#define CLV_SURVIVORS_MAX_TOTAL	(INT64_C(9000000000) * CLV_SURVIVORS_UNIT)

/* Of a table, "stay" is those left after so many periods, and "lost" is 0. */
typedef struct ClvTenureRow
{
	int32_t		tenure;
	int64_t		lost;
	int64_t		stay;
} ClvTenureRow;

/* The one error for too many distinct tenures. */
extern ClvStatus clv_survivors_too_many(ClvError *err);

/* Is this a subscriber, or a row of a table?  Makes a row of it. */
extern ClvStatus clv_survivors_subscriber(int32_t tenure, bool churned,
										  ClvTenureRow *row, ClvError *err);
extern ClvStatus clv_survivors_published(int32_t period, double survivors,
										 ClvTenureRow *row, ClvError *err);

/*
 * Sort rows by tenure and add up those of one tenure (in a table there must be
 * none); returns how many are left in *n.  CLV_LIMIT if they are too many.
 */
extern ClvStatus clv_survivors_merge(ClvTenureRow *row, size_t *n, bool table,
									 ClvError *err);

/*
 * A table of *n sorted rows becomes subscribers, in the same place.  It must
 * have every period from 0 on, and never rise.
 */
extern ClvStatus clv_survivors_finish(ClvTenureRow *row, size_t *n,
									  ClvError *err);

/* Bytes of n sorted rows; "out" has room for clv_survivors_room(n). */
extern size_t clv_survivors_room(size_t n);
extern size_t clv_survivors_encode(const ClvTenureRow *row, size_t n,
								   bool table, unsigned char *out);

/*
 * And back; safe on any bytes.  "row" has room for clv_survivors_count() rows.
 * "status" is that of the error.
 */
extern ClvStatus clv_survivors_count(const unsigned char *data, size_t size,
									 size_t *n, bool *table, ClvStatus status,
									 ClvError *err);
extern ClvStatus clv_survivors_decode(const unsigned char *data, size_t size,
									  ClvTenureRow *row, ClvStatus status,
									  ClvError *err);

/*
 * Are these bytes what the encoder would have written?  For bytes from
 * outside.
 */
extern ClvStatus clv_survivors_check(const unsigned char *data, size_t size,
									 ClvStatus status, ClvError *err);

/*
 * The text form: "retention:1:369/0,2:163/0,7:21/241", tenure, lost and stay,
 * or "survivors:0:1000,1:631" of a table.  "out" has room for
 * CLV_SURVIVORS_TEXT(n); "row" for clv_survivors_text_rows(text), which is at
 * most CLV_MAX_TENURES + 1, however long the text.
 */
#define CLV_SURVIVORS_TEXT(n)	(16 + 56 * (n))

extern void clv_survivors_print(const ClvTenureRow *row, size_t n, bool table,
								char *out);
extern size_t clv_survivors_text_rows(const char *text);
extern ClvStatus clv_survivors_parse(const char *text, ClvTenureRow *row,
									 size_t *n, bool *table, ClvError *err);

/* One period of n sorted rows that are no table, as people read it. */
typedef struct ClvPeriod
{
	int64_t		at_risk;		/* came to the period, and were seen in it */
	int64_t		lost;			/* left in it */
	int64_t		surviving;
} ClvPeriod;

/* Millionths in subscribers. */
static inline double
clv_survivors_number(int64_t count)
{
	return (double) count / CLV_SURVIVORS_UNIT;
}

/* Walks from the last period down to the first: start with *i = n, all zero. */
extern void clv_survivors_period(const ClvTenureRow *row, size_t *i,
								 int32_t period, ClvPeriod *out);

/*
 * What n sorted rows that are no table must be: no row empty, nobody lost
 * before the first period.
 */
extern bool clv_survivors_valid(const ClvTenureRow *row, size_t n);

/* How many are in n rows, to the nearest whole one. */
extern int64_t clv_survivors_total(const ClvTenureRow *row, size_t n);

/* For a fit; "tenure" has room for n. */
extern void clv_survivors_base(const ClvTenureRow *row, size_t n,
							   ClvTenure *tenure, ClvBase *base);

#endif							/* CLV_SURVIVORS_H */
