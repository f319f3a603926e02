/*
 * first_by_date.c
 *		The aggregate clv._first_by_date: the value on the earliest date
 *		(arg-min), and the type of its state.
 *
 * clv.acquisition asks it millions of times for the channel of a customer's
 * first order.  An ordered aggregate would sort each customer's rows and could
 * not be computed in parallel; here a row that comes later changes nothing.
 *
 * The state is a value of a type of its own, as those of clv.rfm and clv.cbs
 * are: it can be sent to another node, and whatever a user makes of it by
 * casts, binary COPY or aggregates of his own has gone through check_state().
 */
#include "clv.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/date.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "bytes/codec.h"

PG_FUNCTION_INFO_V1(clv_first_by_date_in);
PG_FUNCTION_INFO_V1(clv_first_by_date_out);
PG_FUNCTION_INFO_V1(clv_first_by_date_recv);
PG_FUNCTION_INFO_V1(clv_first_by_date_send);
PG_FUNCTION_INFO_V1(clv_first_by_date_add);
PG_FUNCTION_INFO_V1(clv_first_by_date_merge);
PG_FUNCTION_INFO_V1(clv_first_by_date_value);

/* ---- the state: a version, a flag, the date, and the value's characters ---- */

typedef struct FirstByDate
{
	DateADT		day;
	bool		has_value;
	const char *value;			/* not terminated */
	int			length;
} FirstByDate;

#define STATE_VERSION	1
#define STATE_HEADER	(2 + 4)
#define MAX_LENGTH		1000000 /* bytes of a value; it names a group */

/* Is this a state that write_state() could have written? */
static bool
check_state(const FirstByDate *state)
{
	if (!DATE_NOT_FINITE(state->day) && !IS_VALID_DATE(state->day))
		return false;
	return state->has_value ?
		pg_verifymbstr(state->value, state->length, true) :
		state->length == 0;
}

static FirstByDate
read_state(Datum datum)
{
	const struct varlena *bytes = PG_DETOAST_DATUM_PACKED(datum);
	const unsigned char *data = (const unsigned char *) VARDATA_ANY(bytes);
	ClvSpan		in = {data, data + VARSIZE_ANY_EXHDR(bytes)};
	unsigned char version;
	unsigned char flags;
	uint32		day;
	FirstByDate state;

	if (!clv_get_byte(&in, &version) || version != STATE_VERSION ||
		!clv_get_byte(&in, &flags) || (flags & ~1) != 0 ||
		!clv_get_u32(&in, &day))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("damaged value of type clv._first_by_date")));
	state.has_value = flags != 0;
	state.day = (DateADT) day;
	state.value = (const char *) in.at;
	state.length = (int) clv_span_size(in);
	return state;
}

static struct varlena *
write_state(const FirstByDate *state)
{
	Size		size = VARHDRSZ + STATE_HEADER + state->length;
	struct varlena *bytes;
	ClvWriter	out;

	if (state->length > MAX_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of %d bytes is longer than the %d that clv._first_by_date keeps",
						state->length, MAX_LENGTH)));
	bytes = palloc(size);
	SET_VARSIZE(bytes, size);
	out.at = (unsigned char *) VARDATA(bytes);
	out.end = (unsigned char *) bytes + size;
	out.full = false;
	clv_put_byte(&out, STATE_VERSION);
	clv_put_byte(&out, state->has_value);
	clv_put_u32(&out, (uint32) state->day);
	clv_put_bytes(&out, state->value, state->length);
	return bytes;
}

/* ---- text and binary ---- */

/*
 * The text form is the date as a number of days since 2000-01-01, as dates are
 * stored, and where there is a value a colon and the value: "8826:search".
 */
static bool
parse_state(char *string, FirstByDate *state)
{
	char		again[16];
	char	   *end;
	long		day;

	errno = 0;
	day = strtol(string, &end, 10);
	if (errno != 0 || day < PG_INT32_MIN || day > PG_INT32_MAX ||
		(*end != ':' && *end != '\0'))
		return false;
	state->day = (DateADT) day;
	state->has_value = *end == ':';
	state->value = end + state->has_value;
	state->length = (int) strlen(state->value);

	/* one text for one state: no blanks, no leading zeros */
	snprintf(again, sizeof(again), "%d", state->day);
	return strlen(again) == (size_t) (end - string) &&
		memcmp(again, string, end - string) == 0 && check_state(state);
}

Datum
clv_first_by_date_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	FirstByDate state;
	ClvError	err;

	if (!parse_state(string, &state))
	{
		clv_fail(&err, CLV_BAD_TEXT,
				 "Values of this type are states of the aggregate clv._first_by_date(value, day).",
				 "invalid input syntax for type clv._first_by_date: \"%.64s\"%s",
				 string, strlen(string) > 64 ? " ..." : "");
		clv_raise_soft(&err, fcinfo->context);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(write_state(&state));
}

Datum
clv_first_by_date_out(PG_FUNCTION_ARGS)
{
	FirstByDate state = read_state(PG_GETARG_DATUM(0));
	StringInfoData string;

	initStringInfo(&string);
	appendStringInfo(&string, "%d", state.day);
	if (state.has_value)
	{
		appendStringInfoChar(&string, ':');
		appendBinaryStringInfo(&string, state.value, state.length);
	}
	PG_RETURN_CSTRING(string.data);
}

/* Version, flag and date in network byte order, the value as a text is sent. */
Datum
clv_first_by_date_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	FirstByDate state;
	int			version = pq_getmsgbyte(message);
	int			flags = pq_getmsgbyte(message);

	state.day = (DateADT) pq_getmsgint(message, sizeof(DateADT));
	state.has_value = flags != 0;
	state.value = pq_getmsgtext(message, message->len - message->cursor,
								&state.length);
	if (version != STATE_VERSION || (flags & ~1) != 0 || !check_state(&state))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type clv._first_by_date")));
	PG_RETURN_POINTER(write_state(&state));
}

Datum
clv_first_by_date_send(PG_FUNCTION_ARGS)
{
	FirstByDate state = read_state(PG_GETARG_DATUM(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbyte(&message, STATE_VERSION);
	pq_sendbyte(&message, state.has_value);
	pq_sendint32(&message, (uint32) state.day);
	pq_sendtext(&message, state.value, state.length);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ---- the aggregate ---- */

/*
 * On one date values go by their bytes, and no value comes last: the same on
 * every node, whatever its collations.
 */
static bool
is_earlier(const FirstByDate *a, const FirstByDate *b)
{
	int			cmp;

	if (a->day != b->day)
		return a->day < b->day;
	if (!a->has_value || !b->has_value)
		return a->has_value && !b->has_value;
	cmp = memcmp(a->value, b->value, Min(a->length, b->length));
	return cmp < 0 || (cmp == 0 && a->length < b->length);
}

/* (state, value, day) */
Datum
clv_first_by_date_add(PG_FUNCTION_ARGS)
{
	FirstByDate row = {0};

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	row.day = PG_GETARG_DATEADT(2);
	row.has_value = !PG_ARGISNULL(1);
	if (row.has_value)
	{
		text	   *value = PG_GETARG_TEXT_PP(1);

		row.value = VARDATA_ANY(value);
		row.length = (int) VARSIZE_ANY_EXHDR(value);
	}
	if (!PG_ARGISNULL(0))
	{
		FirstByDate before = read_state(PG_GETARG_DATUM(0));

		if (!is_earlier(&row, &before))
			PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	PG_RETURN_POINTER(write_state(&row));
}

/* (state, state), neither of them NULL */
Datum
clv_first_by_date_merge(PG_FUNCTION_ARGS)
{
	FirstByDate a;
	FirstByDate b;

	(void) clv_aggregate_context(fcinfo);
	a = read_state(PG_GETARG_DATUM(0));
	b = read_state(PG_GETARG_DATUM(1));
	if (is_earlier(&b, &a))
		PG_RETURN_POINTER(write_state(&b));
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

Datum
clv_first_by_date_value(PG_FUNCTION_ARGS)
{
	FirstByDate state;

	(void) clv_aggregate_context(fcinfo);
	state = read_state(PG_GETARG_DATUM(0));
	if (!state.has_value)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(state.value, state.length));
}
