/*
 * calendar.c
 *		Days since 2000-01-01, as PostgreSQL counts them.
 */
#include "math/calendar.h"

#include <stdio.h>

/*
 * The Gregorian calendar has 146097 days in each 400 years, the last of which
 * ends with February when years are taken to begin in March.
 */
char *
clv_day_text(int32_t day, char *text)
{
	int64_t		n = (int64_t) day + 730425; /* since 0000-03-01 */
	int64_t		era = (n >= 0 ? n : n - 146096) / 146097;
	int			of_era = (int) (n - era * 146097);
	int			year_of_era = (of_era - of_era / 1460 + of_era / 36524 -
							   of_era / 146096) / 365;
	int			of_year = of_era - (365 * year_of_era + year_of_era / 4 -
									year_of_era / 100);
	int			month = (5 * of_year + 2) / 153;	/* 0 is March */
	int			of_month = of_year - (153 * month + 2) / 5 + 1;
	int			year = (int) era * 400 + year_of_era + (month >= 10);

	snprintf(text, CLV_DAY_TEXT, "%04d-%02u-%02u%s",
			 year > 0 ? year : 1 - year,
			 (unsigned) (month < 10 ? month + 3 : month - 9) % 100,
			 (unsigned) of_month % 100, year > 0 ? "" : " BC");
	return text;
}
