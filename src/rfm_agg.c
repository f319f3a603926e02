/*
 * rfm_agg.c
 *		The aggregates clv.rfm and clv.rollup: rows become a purchase history.
 *
 * The state is a value of clv.rfm itself, open: with room to spare inside its
 * varlena.  A row is appended in place and the function returns the pointer
 * that it was given, which the executor then does not copy.  Growth makes a
 * new value in the current context, which the executor copies into the
 * aggregate's and frees the old one for; it must be neither freed nor resized
 * here.  Sizes are powers of two, as those of the memory that holds them.
 */
#include "rfm.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "pgtime.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/memutils.h"

#include "math/calendar.h"
#include "numeric.h"

PG_FUNCTION_INFO_V1(clv_merge);
PG_FUNCTION_INFO_V1(clv_rfm_add_date);
PG_FUNCTION_INFO_V1(clv_rfm_add_date_numeric);
PG_FUNCTION_INFO_V1(clv_rfm_add_timestamp);
PG_FUNCTION_INFO_V1(clv_rfm_add_timestamp_numeric);
PG_FUNCTION_INFO_V1(clv_rfm_add_timestamptz);
PG_FUNCTION_INFO_V1(clv_rfm_add_timestamptz_numeric);
PG_FUNCTION_INFO_V1(clv_rfm_add_needless_zone);
PG_FUNCTION_INFO_V1(clv_rfm_merge);
PG_FUNCTION_INFO_V1(clv_rfm_close);

#define FIRST_SIZE		32		/* of a state: four or so orders */
#define MOST_ROOM		131072	/* of a state: what is sorted in one go */

/* ---- the state ---- */

static inline bool
is_state(const struct varlena *value)
{
	return VARATT_IS_4B_U(value) &&
		clv_history_is_open(CLV_RFM_DATA(value), CLV_RFM_SIZE(value));
}

static struct varlena *
begin_state(size_t size, bool has_amounts)
{
	struct varlena *state = clv_rfm_allocate(size);

	clv_history_begin(CLV_RFM_DATA(state), CLV_RFM_SIZE(state), has_amounts);
	return state;
}

/*
 * At least twice the size, and room for "more" bytes; a long history grows by
 * as much as is sorted and added up without an interrupt.
 */
static size_t
next_size(const struct varlena *state, size_t more)
{
	size_t		size = (size_t) VARSIZE(state) * 2;

	while (size < VARSIZE(state) + more)
		size *= 2;
	return Min(size, VARSIZE(state) + more + MOST_ROOM);
}

/*
 * Room for "more" bytes: in a new state, or in the one given when compacting
 * empties half of it.
 */
static struct varlena *
make_room(struct varlena *state, size_t more)
{
	unsigned char *data = CLV_RFM_DATA(state);
	size_t		size = CLV_RFM_SIZE(state);
	size_t		used;
	struct varlena *larger;
	ClvError	err;

	if (!clv_history_may_shrink(data, size))
	{
		if (clv_history_is_compact(data, size) &&
			clv_history_limit(data, size, &err) != CLV_OK)
			clv_raise(&err);
		larger = clv_rfm_allocate(next_size(state, more));
		memcpy(CLV_RFM_DATA(larger), data, size);
		memset(CLV_RFM_DATA(larger) + size, 0, CLV_RFM_SIZE(larger) - size);
		return larger;
	}
	larger = clv_rfm_compact(state, next_size(state, more));
	used = clv_history_used(CLV_RFM_DATA(larger), CLV_RFM_SIZE(larger));
	if (used + more + Min(used + more, MOST_ROOM) > size)
	{
		SET_VARSIZE(larger, Min(VARSIZE(larger),
								VARHDRSZ + used + more + MOST_ROOM));
		return larger;
	}
	memcpy(data, CLV_RFM_DATA(larger), used);
	memset(data + used, 0, size - used);
	pfree(larger);
	return state;
}

/* Append all of another value; "state" may be NULL. */
static struct varlena *
append_value(struct varlena *state, struct varlena *value)
{
	const unsigned char *data = CLV_RFM_DATA(value);
	size_t		size = CLV_RFM_SIZE(value);
	ClvError	err;
	ClvStatus	status;

	if (state == NULL)
		state = begin_state(FIRST_SIZE, clv_history_has_amounts(data, size));
	while ((status = clv_history_append_history(CLV_RFM_DATA(state),
												CLV_RFM_SIZE(state),
												data, size, &err)) == CLV_CONTINUE)
		state = make_room(state, clv_history_used(data, size));
	if (status != CLV_OK)
		clv_raise(&err);
	return state;
}

/*
 * The state to append to.  A partial state that came from elsewhere may be
 * toasted, have a short header or be closed: then it is copied.
 */
static struct varlena *
open_state(Datum datum)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(datum);

	if (is_state(value))
		return value;
	return append_value(NULL, PG_DETOAST_DATUM_PACKED(datum));
}

/* ---- rows ---- */

/* Rows whose date or amount is NULL are skipped. */
static Datum
skip_row(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

#define AMOUNT_ARG		2		/* after state and date, where there is one */

/* How that argument becomes an amount; NULL where there is none. */
typedef double (*AmountOf) (Datum argument);

static inline double
amount_of_double(Datum argument)
{
	return DatumGetFloat8(argument);
}

static inline Datum
add_row(FunctionCallInfo fcinfo, int32 day, AmountOf amount_of)
{
	bool		has_amount = amount_of != NULL;
	double		amount = has_amount ? amount_of(PG_GETARG_DATUM(AMOUNT_ARG)) : 0.0;
	struct varlena *state;

	if (unlikely(!isfinite(amount)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("amount must be finite, but is \"%s\"",
						isnan(amount) ? "NaN" :
						amount > 0 ? "Infinity" : "-Infinity"),
				 errhint("Leave such rows out, for instance with FILTER (WHERE ...).")));

	if (PG_ARGISNULL(0))
		state = begin_state(FIRST_SIZE, has_amount);
	else
		state = open_state(PG_GETARG_DATUM(0));
	if (unlikely(has_amount != clv_history_has_amounts(CLV_RFM_DATA(state),
													   CLV_RFM_SIZE(state))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot mix rows with and without amounts in a purchase history")));

	while (!clv_history_append(CLV_RFM_DATA(state), CLV_RFM_SIZE(state),
							   day, amount))
		state = make_room(state, CLV_HISTORY_MAX_ROW);
	PG_RETURN_POINTER(state);
}

static void
not_finite(const char *type, const char *value)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be finite, but is \"%s\"", type, value),
			 errhint("Leave such rows out, for instance with FILTER (WHERE ...).")));
}

static int32
day_in_range(int64 day, const char *value)
{
	if (day < CLV_MIN_DAY || day > CLV_MAX_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("day of timestamp \"%s\" is out of range for type date",
						value)));
	return (int32) day;
}

/* (state, at date [, amount]) */
static inline Datum
add_date(FunctionCallInfo fcinfo, AmountOf amount_of)
{
	DateADT		at;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1) || (amount_of != NULL && PG_ARGISNULL(AMOUNT_ARG)))
		return skip_row(fcinfo);
	at = PG_GETARG_DATEADT(1);
	if (DATE_NOT_FINITE(at))
		not_finite("date", DATE_IS_NOBEGIN(at) ? "-infinity" : "infinity");
	return add_row(fcinfo, at, amount_of);
}

Datum
clv_rfm_add_date(PG_FUNCTION_ARGS)
{
	return add_date(fcinfo, PG_NARGS() > 2 ? amount_of_double : NULL);
}

Datum
clv_rfm_add_date_numeric(PG_FUNCTION_ARGS)
{
	return add_date(fcinfo, clv_double_of_numeric);
}

/* (state, at timestamp [, amount]): the day is the one it is written with. */
static inline Datum
add_timestamp(FunctionCallInfo fcinfo, AmountOf amount_of)
{
	Timestamp	at;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1) || (amount_of != NULL && PG_ARGISNULL(AMOUNT_ARG)))
		return skip_row(fcinfo);
	at = PG_GETARG_TIMESTAMP(1);
	if (TIMESTAMP_NOT_FINITE(at))
		not_finite("timestamp",
				   TIMESTAMP_IS_NOBEGIN(at) ? "-infinity" : "infinity");
	return add_row(fcinfo, clv_day_of_time(at), amount_of);
}

Datum
clv_rfm_add_timestamp(PG_FUNCTION_ARGS)
{
	return add_timestamp(fcinfo, PG_NARGS() > 2 ? amount_of_double : NULL);
}

Datum
clv_rfm_add_timestamp_numeric(PG_FUNCTION_ARGS)
{
	return add_timestamp(fcinfo, clv_double_of_numeric);
}

/* ---- zones ---- */

/* The zone of the call before, which mostly is that of this one. */
typedef struct ZoneCache
{
	pg_tz	   *zone;
	size_t		length;
	char		name[TZ_STRLEN_MAX + 1];
} ZoneCache;

static pg_tz *
find_zone(const char *name)
{
	pg_tz	   *zone = pg_tzset(name);

	if (zone == NULL || !pg_tz_acceptable(zone))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%.*s\" not recognized",
						pg_mbcliplen(name, (int) strlen(name), TZ_STRLEN_MAX), name),
				 errhint("Use a full name of the view pg_timezone_names, such as \"Europe/Berlin\".")));
	return zone;
}

/*
 * Zones are looked up by name alone: abbreviations depend on the setting
 * timezone_abbreviations, which servers and sessions need not share.
 */
static pg_tz *
zone_argument(FunctionCallInfo fcinfo, int n)
{
	ZoneCache  *cache = fcinfo->flinfo->fn_extra;
	text	   *given = PG_GETARG_TEXT_PP(n);
	size_t		length = VARSIZE_ANY_EXHDR(given);
	pg_tz	   *zone;
	char	   *name;

	if (cache != NULL && cache->length == length &&
		memcmp(cache->name, VARDATA_ANY(given), length) == 0)
		return cache->zone;

	name = text_to_cstring(given);
	zone = find_zone(name);
	if (cache == NULL)
	{
		cache = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(ZoneCache));
		fcinfo->flinfo->fn_extra = cache;
	}
	cache->zone = zone;			/* zones live as long as the process */
	cache->length = length;
	memcpy(cache->name, name, length + 1);
	pfree(name);
	return zone;
}

static int32
day_in_zone(TimestampTz at, pg_tz *zone)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;

	if (timestamp2tm(at, &offset, &tm, &fsec, NULL, zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return day_in_range((int64) date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) -
						POSTGRES_EPOCH_JDATE, timestamptz_to_str(at));
}

/* (state, at timestamptz [, amount], zone) */
static inline Datum
add_timestamptz(FunctionCallInfo fcinfo, AmountOf amount_of)
{
	int			zone = amount_of != NULL ? 3 : 2;
	TimestampTz at;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1) || (amount_of != NULL && PG_ARGISNULL(AMOUNT_ARG)))
		return skip_row(fcinfo);
	clv_require_argument(fcinfo, zone, "time zone");
	at = PG_GETARG_TIMESTAMPTZ(1);
	if (TIMESTAMP_NOT_FINITE(at))
		not_finite("timestamp",
				   TIMESTAMP_IS_NOBEGIN(at) ? "-infinity" : "infinity");
	return add_row(fcinfo, day_in_zone(at, zone_argument(fcinfo, zone)), amount_of);
}

Datum
clv_rfm_add_timestamptz(PG_FUNCTION_ARGS)
{
	return add_timestamptz(fcinfo, PG_NARGS() > 3 ? amount_of_double : NULL);
}

Datum
clv_rfm_add_timestamptz_numeric(PG_FUNCTION_ARGS)
{
	return add_timestamptz(fcinfo, clv_double_of_numeric);
}

/*
 * A date or a timestamp without time zone with a zone.  Without this the zone
 * would be applied after a cast to timestamptz by the session's TimeZone.
 */
Datum
clv_rfm_add_needless_zone(PG_FUNCTION_ARGS)
{
	(void) clv_aggregate_context(fcinfo);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a time zone is of no use with a date or a timestamp without time zone"),
			 errhint("Leave the zone out, or give the instant: at AT TIME ZONE 'the zone it was written in'.")));
	PG_RETURN_NULL();
}

/* ---- states ---- */

/*
 * (state, value): the transition of clv.rollup and the combine function of
 * all.  The value is never changed and never returned.
 */
Datum
clv_rfm_merge(PG_FUNCTION_ARGS)
{
	struct varlena *state = NULL;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1))
		return skip_row(fcinfo);
	if (!PG_ARGISNULL(0))
		state = open_state(PG_GETARG_DATUM(0));
	PG_RETURN_POINTER(append_value(state, PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1))));
}

/* The canonical value; the state stays as it is, for windows. */
Datum
clv_rfm_close(PG_FUNCTION_ARGS)
{
	(void) clv_aggregate_context(fcinfo);
	PG_RETURN_POINTER(PG_GETARG_CLV_RFM(0));
}

/* clv.merge(rfm, rfm): the same union of two values; NULL is an empty one. */
Datum
clv_merge(PG_FUNCTION_ARGS)
{
	struct varlena *both = NULL;
	int			i;

	for (i = 0; i < 2; i++)
	{
		if (!PG_ARGISNULL(i))
			both = append_value(both, PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(i)));
	}
	if (both == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(clv_rfm_canonical(PointerGetDatum(both)));
}
