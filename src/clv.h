/*
 * clv.h
 *		What every glue file needs: the server, the core's errors, arguments.
 */
#ifndef CLV_H
#define CLV_H

#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "status.h"

/* Spelled so from PostgreSQL 18 on, which has no other spelling. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* error.c: the one mapping from the core's failures to SQLSTATEs */
pg_noreturn extern void clv_raise(const ClvError *err);
extern void clv_raise_soft(const ClvError *err, struct Node *context);
pg_noreturn extern void clv_raise_status(ClvStatus status);

/*
 * 22004 unless argument i is there, and unless all elements of an array are;
 * "name" is what they are
 */
extern void clv_require_argument(FunctionCallInfo fcinfo, int i,
								 const char *name);
extern void clv_require_elements(ArrayType *array, const char *name);

/* The number if it is finite; nothing else may leave a function. */
extern double clv_finite(double number);

/* aggregate.c: raises 0A000 when it is not an aggregate that calls */
extern MemoryContext clv_aggregate_context(FunctionCallInfo fcinfo);

/*
 * memory.c: a malloc'd object of the core belongs to a memory context from here
 * on, which releases it
 */
extern void clv_own(MemoryContext context, void *object,
					void (*release) (void *object));

/* Work of the core in slices, with interrupts taken between them. */
#define CLV_RUN(status, step) \
	do { \
		CHECK_FOR_INTERRUPTS(); \
		(status) = (step); \
	} while ((status) == CLV_CONTINUE)

/* units.c: calendar and annual quantities become days, in one place */
extern double clv_interval_days(const Interval *interval);
extern double clv_discount_per_day(double annual_rate);
extern double clv_interval_units(const Interval *interval, double unit_days);
extern double clv_discount_per_unit(double annual_rate, double unit_days);
extern double clv_units_to_days(double units, double unit_days);
extern double clv_units_to_years(double units, double unit_days);

#endif							/* CLV_H */
