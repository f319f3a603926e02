/*
 * earliest.c
 *		The aggregate clv._earliest: of values with a day the one of the
 *		earliest day.
 *
 * clv.acquisition asks it millions of times for the channel of a customer's
 * first order.  An ordered aggregate would sort each customer's rows and could
 * not be computed in parallel; here a row that comes later changes nothing.
 */
#include "clv.h"

#include "utils/date.h"
#include "utils/varlena.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_FUNCTION_INFO_V1(clv_earliest_add);
PG_FUNCTION_INFO_V1(clv_earliest_merge);
PG_FUNCTION_INFO_V1(clv_earliest_value);

/* The state, a bytea: the day, whether there is a value, and the value. */
typedef struct Earliest
{
	DateADT		day;
	bool		has_value;
	const char *value;			/* not terminated */
	int			length;
} Earliest;

#define EARLIEST_HEADER		(sizeof(DateADT) + 1)

static Earliest
read_state(const struct varlena *state)
{
	const char *data = VARDATA_ANY(state);
	Earliest	e;

	memcpy(&e.day, data, sizeof(DateADT));
	e.has_value = data[sizeof(DateADT)] != 0;
	e.value = data + EARLIEST_HEADER;
	e.length = (int) (VARSIZE_ANY_EXHDR(state) - EARLIEST_HEADER);
	return e;
}

static struct varlena *
write_state(const Earliest *e)
{
	Size		size = VARHDRSZ + EARLIEST_HEADER + e->length;
	struct varlena *state = palloc(size);
	char	   *data = VARDATA(state);

	SET_VARSIZE(state, size);
	memcpy(data, &e->day, sizeof(DateADT));
	data[sizeof(DateADT)] = e->has_value;
	if (e->length > 0)
		memcpy(data + EARLIEST_HEADER, e->value, e->length);
	return state;
}

/* On one day values go by their order, and no value comes last. */
static bool
is_earlier(const Earliest *a, const Earliest *b, Oid collation)
{
	if (a->day != b->day)
		return a->day < b->day;
	if (!a->has_value || !b->has_value)
		return a->has_value && !b->has_value;
	return varstr_cmp(a->value, a->length, b->value, b->length, collation) < 0;
}

/* (state, value, day) */
Datum
clv_earliest_add(PG_FUNCTION_ARGS)
{
	Earliest	row = {0};

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
		Earliest	before = read_state(PG_GETARG_BYTEA_PP(0));

		if (!is_earlier(&row, &before, PG_GET_COLLATION()))
			PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	PG_RETURN_BYTEA_P(write_state(&row));
}

/* (state, state), neither of them NULL */
Datum
clv_earliest_merge(PG_FUNCTION_ARGS)
{
	Earliest	a = read_state(PG_GETARG_BYTEA_PP(0));
	Earliest	b = read_state(PG_GETARG_BYTEA_PP(1));

	if (is_earlier(&b, &a, PG_GET_COLLATION()))
		PG_RETURN_BYTEA_P(write_state(&b));
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

Datum
clv_earliest_value(PG_FUNCTION_ARGS)
{
	Earliest	e = read_state(PG_GETARG_BYTEA_PP(0));

	if (!e.has_value)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(e.value, e.length));
}
