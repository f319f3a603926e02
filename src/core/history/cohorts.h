/*
 * cohorts.h
 *		What one history adds to a table of cohorts and periods.
 *
 *		if ((st = clv_cohort_begin(&reader, data, size, ...)) != CLV_OK) fail;
 *		while ((st = clv_cohort_next(&reader, &cell, &err)) == CLV_CONTINUE)
 *			add the cell;
 *
 * A customer's cohort is the period of the first purchase, and is the same in
 * all cells of a history.  A history without a purchase is of no cohort and
 * has no cells; one with a purchase has a cell for each period with a purchase
 * or a refund, also for refunds before the first purchase.
 */
#ifndef CLV_COHORTS_H
#define CLV_COHORTS_H

#include "history/history.h"

typedef struct ClvCohortCell
{
	int32_t		cohort;			/* periods count from 0 */
	int32_t		period;
	bool		active;			/* there is a purchase */
	bool		second;			/* the second purchase is in it */
	int64_t		orders;
	double		revenue;
} ClvCohortCell;

typedef struct ClvCohortReader
{
	ClvPeriodReader periods;
	int32_t		cohort;			/* -1: of none */
	int64_t		purchases;		/* so far */
} ClvCohortReader;

/* The arguments are those of clv_history_read_periods(). */
extern ClvStatus clv_cohort_begin(ClvCohortReader *reader,
								  const unsigned char *data, size_t size,
								  const int32_t *start, int32_t periods,
								  ClvRefunds policy, ClvError *err);
extern ClvStatus clv_cohort_next(ClvCohortReader *reader, ClvCohortCell *cell,
								 ClvError *err);

#endif							/* CLV_COHORTS_H */
