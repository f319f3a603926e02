/*
 * history.h
 *		One customer's purchase history, day by day, in few bytes.
 *
 * The value behind clv.rfm without its varlena header; docs/storage.md has the
 * layout.  Days are PostgreSQL's (0 is 2000-01-01).
 */
#ifndef CLV_HISTORY_H
#define CLV_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

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

#endif							/* CLV_HISTORY_H */
