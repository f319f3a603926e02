/*
 * calendar.h
 *		Days since 2000-01-01, as PostgreSQL counts them.
 */
#ifndef CLV_CALENDAR_H
#define CLV_CALENDAR_H

#include <stdint.h>

#define CLV_USECS_PER_DAY	INT64_C(86400000000)

/* "2024-03-01", or "0044-03-15 BC"; returns text, CLV_DAY_TEXT bytes */
#define CLV_DAY_TEXT	32
extern char *clv_day_text(int32_t day, char *text);

/* The day on which a time falls, in microseconds since 2000-01-01 00:00. */
static inline int32_t
clv_day_of_time(int64_t microseconds)
{
	int64_t		day = microseconds / CLV_USECS_PER_DAY;

	return (int32_t) (microseconds % CLV_USECS_PER_DAY < 0 ? day - 1 : day);
}

#endif							/* CLV_CALENDAR_H */
