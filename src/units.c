/*
 * units.c
 *		Calendar intervals and annual rates become days, and days the unit of a
 *		model and back, here and nowhere else.
 */
#include "clv.h"

#include <math.h>

#define CLV_DAYS_PER_YEAR	365.25

/*
 * Length of an interval in days: a year is 365.25 days, a month a twelfth of
 * it, a week 7.  A negative or infinite interval raises.
 */
double
clv_interval_days(const Interval *interval)
{
	double		days;

#ifdef INTERVAL_NOT_FINITE
	if (INTERVAL_NOT_FINITE(interval))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("interval must be finite"),
				 errhint("Leave the horizon out to look ahead without end.")));
#endif
	days = interval->month * (CLV_DAYS_PER_YEAR / 12.0) + interval->day +
		interval->time / (double) USECS_PER_DAY;
	if (days < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("interval must not be negative, but is \"%s\"",
						DatumGetCString(DirectFunctionCall1(interval_out,
															IntervalPGetDatum(interval))))));
	return days;
}

/*
 * Continuous discount rate per day of an annual effective rate.
 */
double
clv_discount_per_day(double annual_rate)
{
	if (!isfinite(annual_rate) || annual_rate < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("annual rate must be a finite number of at least 0, but is \"%g\"",
						annual_rate),
				 errhint("0.10 is 10 %% a year.")));
	return log1p(annual_rate) / CLV_DAYS_PER_YEAR;
}

/* The same two in a model's unit of time. */
double
clv_interval_units(const Interval *interval, double unit_days)
{
	double		units = clv_interval_days(interval) / unit_days;

	if (!isfinite(units))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("interval is out of range in units of \"%g\" days",
						unit_days)));
	return units;
}

double
clv_discount_per_unit(double annual_rate, double unit_days)
{
	return clv_discount_per_day(annual_rate) * unit_days;
}

/* And a length of time in a model's unit for people to read. */
double
clv_units_to_days(double units, double unit_days)
{
	return units * unit_days;
}

double
clv_units_to_years(double units, double unit_days)
{
	return units * unit_days / CLV_DAYS_PER_YEAR;
}

/* clv.interval_days(interval) */
PG_FUNCTION_INFO_V1(clv_interval_days_sql);
Datum
clv_interval_days_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(clv_interval_days(PG_GETARG_INTERVAL_P(0)));
}

/* clv._finite(float8) */
PG_FUNCTION_INFO_V1(clv_finite_value);
Datum
clv_finite_value(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(clv_finite(PG_GETARG_FLOAT8(0)));
}
