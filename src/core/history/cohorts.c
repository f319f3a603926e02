/*
 * cohorts.c
 *		What one history adds to a table of cohorts and periods.
 */
#include "history/cohorts.h"

/*
 * The period of the first purchase is looked for first, since refunds before it
 * belong to its cohort too.
 */
ClvStatus
clv_cohort_begin(ClvCohortReader *reader, const unsigned char *data,
				 size_t size, const int32_t *start, int32_t periods,
				 ClvRefunds policy, ClvError *err)
{
	ClvHistoryPeriod period = {0};
	ClvStatus	status;

	reader->cohort = -1;
	reader->purchases = 0;
	status = clv_history_read_periods(&reader->periods, data, size, start,
									  periods, policy, err);
	if (status != CLV_OK)
		return status;
	do
	{
		status = clv_history_next_period(&reader->periods, &period, err);
	} while (status == CLV_CONTINUE && period.purchases == 0);
	if (status != CLV_CONTINUE)
		return status;
	reader->cohort = period.k;
	return clv_history_read_periods(&reader->periods, data, size, start,
									periods, policy, err);
}

ClvStatus
clv_cohort_next(ClvCohortReader *reader, ClvCohortCell *cell, ClvError *err)
{
	ClvHistoryPeriod period;
	ClvStatus	status;
	bool		had_second = reader->purchases >= 2;

	if (reader->cohort < 0)
		return CLV_OK;
	status = clv_history_next_period(&reader->periods, &period, err);
	if (status != CLV_CONTINUE)
		return status;
	reader->purchases += period.purchases;
	cell->cohort = reader->cohort;
	cell->period = period.k;
	cell->active = period.purchases > 0;
	cell->second = reader->purchases >= 2 && !had_second;
	cell->orders = period.orders;
	cell->revenue = period.spend;
	return CLV_CONTINUE;
}
