/*
 * retention.c
 *		The type clv.retention: subscribers by how long they stayed.  Text,
 *		binary, order, the aggregates that build it, and what is inside.
 *
 * A value is VARDATA_ANY(), the bytes of survivors.h.  The state of an
 * aggregate is of the same type but open: rows as they came, with room for
 * more.  When the room is used up rows of one tenure are added up, so that the
 * memory follows the number of distinct tenures.
 */
#include "retention.h"

#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "varlena_cmp.h"

typedef struct ClvRetentionOpen
{
	int32		vl_len_;
	uint8		version;
	uint8		flags;
	uint16		unused;			/* zero */
	uint32		nrow;
	uint32		unused2;		/* zero */
	ClvTenureRow row[FLEXIBLE_ARRAY_MEMBER];
} ClvRetentionOpen;

#define RETENTION_OPEN	0x80	/* no value has this flag */
#define RETENTION_TABLE	0x01

#define FIRST_ROWS		8		/* GROUP BY may make many states */
#define ROOM_GROWS_TO	512		/* however few tenures there are */
#define MOST_ROOM		32768	/* however many: what is sorted in one go */

#define DATA(value)		((const unsigned char *) VARDATA_ANY(value))
#define SIZE(value)		((size_t) VARSIZE_ANY_EXHDR(value))

/* ---- rows and values ---- */

static bool
is_open(const struct varlena *value)
{
	return SIZE(value) >= 2 && (DATA(value)[1] & RETENTION_OPEN) != 0;
}

/* The rows of a value or a state, sorted; a copy with room for "more". */
static ClvTenureRow *
copy_rows(Datum datum, size_t more, size_t *n, bool *table)
{
	struct varlena *value = pg_detoast_datum((struct varlena *) DatumGetPointer(datum));
	ClvTenureRow *row;
	ClvError	err;

	if (is_open(value))
	{
		const ClvRetentionOpen *open = (const ClvRetentionOpen *) value;

		*n = open->nrow;
		*table = (open->flags & RETENTION_TABLE) != 0;
		row = palloc((*n + more) * sizeof(ClvTenureRow));
		memcpy(row, open->row, *n * sizeof(ClvTenureRow));
		if (clv_survivors_merge(row, n, *table, &err) != CLV_OK)
			clv_raise(&err);
	}
	else
	{
		if (clv_survivors_count(DATA(value), SIZE(value), n, table,
								CLV_BAD_BINARY, &err) != CLV_OK)
			clv_raise(&err);
		row = palloc((*n + more) * sizeof(ClvTenureRow));
		if (clv_survivors_decode(DATA(value), SIZE(value), row,
								 CLV_BAD_BINARY, &err) != CLV_OK)
			clv_raise(&err);
	}
	if ((Pointer) value != DatumGetPointer(datum))
		pfree(value);
	return row;
}

/*
 * A value, wherever the rows come from, has passed the check that is made of
 * bytes from outside: what is stored can be read.  NULL, and "err" with that
 * status, if it does not.
 */
static struct varlena *
pack_checked(const ClvTenureRow *row, size_t n, bool table, ClvStatus status,
			 ClvError *err)
{
	struct varlena *value = palloc(VARHDRSZ + clv_survivors_room(n));
	size_t		size = clv_survivors_encode(row, n, table,
											(unsigned char *) VARDATA(value));

	SET_VARSIZE(value, VARHDRSZ + size);
	if (clv_survivors_check(DATA(value), size, status, err) != CLV_OK)
		return NULL;
	return value;
}

static struct varlena *
pack_rows(const ClvTenureRow *row, size_t n, bool table)
{
	ClvError	err;
	struct varlena *value = pack_checked(row, n, table, CLV_OUT_OF_RANGE, &err);

	if (value == NULL)
		clv_raise(&err);
	return value;
}

ClvTenureRow *
clv_retention_rows(Datum retention, size_t *n)
{
	bool		table;
	ClvTenureRow *row = copy_rows(retention, 0, n, &table);
	ClvError	err;

	if (table && clv_survivors_finish(row, n, &err) != CLV_OK)
		clv_raise(&err);
	return row;
}

/* The closed form of a datum, for comparison and output. */
static struct varlena *
canonical(Datum datum)
{
	struct varlena *value = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(datum));
	ClvTenureRow *row;
	size_t		n;
	bool		table;

	if (!is_open(value))
		return value;
	row = copy_rows(datum, 0, &n, &table);
	value = pack_rows(row, n, table);
	pfree(row);
	return value;
}

#define PG_GETARG_CLV_RETENTION(n)	canonical(PG_GETARG_DATUM(n))

CLV_COMPARISON_FUNCTIONS(retention, PG_GETARG_CLV_RETENTION);

/* ---- text and binary ---- */

PG_FUNCTION_INFO_V1(clv_retention_in);
Datum
clv_retention_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	size_t		n;
	bool		table;
	ClvTenureRow *row;
	struct varlena *value = NULL;
	ClvError	err;

	row = palloc(clv_survivors_text_rows(string) * sizeof(ClvTenureRow));
	if (clv_survivors_parse(string, row, &n, &table, &err) == CLV_OK)
		value = pack_checked(row, n, table, CLV_BAD_TEXT, &err);
	if (value == NULL)
	{
		clv_raise_soft(&err, fcinfo->context);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(clv_retention_out);
Datum
clv_retention_out(PG_FUNCTION_ARGS)
{
	size_t		n;
	bool		table;
	ClvTenureRow *row = copy_rows(PG_GETARG_DATUM(0), 0, &n, &table);
	char	   *string = palloc(CLV_SURVIVORS_TEXT(n));

	clv_survivors_print(row, n, table, string);
	PG_RETURN_CSTRING(string);
}

/* The binary form is the value's bytes, which are the same on all machines. */
PG_FUNCTION_INFO_V1(clv_retention_recv);
Datum
clv_retention_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			size = message->len - message->cursor;
	struct varlena *value;
	ClvError	err;

	if (size > clv_survivors_room(CLV_MAX_TENURES))
	{
		clv_survivors_too_many(&err);
		clv_raise(&err);
	}
	value = palloc(VARHDRSZ + size);
	SET_VARSIZE(value, VARHDRSZ + size);
	pq_copymsgbytes(message, VARDATA(value), size);
	if (clv_survivors_check(DATA(value), size, CLV_BAD_BINARY, &err) != CLV_OK)
		clv_raise(&err);
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(clv_retention_send);
Datum
clv_retention_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_RETENTION(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, (const char *) DATA(value), (int) SIZE(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ---- aggregates ---- */

static ClvRetentionOpen *
new_state(size_t rows, bool table)
{
	Size		size = offsetof(ClvRetentionOpen, row) + rows * sizeof(ClvTenureRow);
	ClvRetentionOpen *open = palloc0(size);

	SET_VARSIZE(open, size);
	open->version = CLV_SURVIVORS_VERSION;
	open->flags = RETENTION_OPEN | (table ? RETENTION_TABLE : 0);
	return open;
}

/*
 * The state in argument 0 with room for "more" rows, in the current context if
 * it is a new one: the executor copies it and frees the old.
 */
static ClvRetentionOpen *
state_with_room(FunctionCallInfo fcinfo, size_t more, bool table)
{
	ClvRetentionOpen *open;
	ClvTenureRow *row;
	size_t		before;
	size_t		n;
	bool		is_table;

	if (PG_ARGISNULL(0))
		return new_state(Max(FIRST_ROWS, more), table);
	open = (ClvRetentionOpen *) PG_GETARG_POINTER(0);
	if (!VARATT_IS_EXTENDED(open) && is_open((struct varlena *) open) &&
		((open->flags & RETENTION_TABLE) != 0) == table &&
		VARSIZE(open) - offsetof(ClvRetentionOpen, row) >=
		(open->nrow + more) * sizeof(ClvTenureRow))
		return open;

	row = copy_rows(PG_GETARG_DATUM(0), 0, &n, &is_table);
	if (is_table != table)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a survivor table that is not complete cannot be merged with subscribers")));
	before = VARSIZE_ANY(open) / sizeof(ClvTenureRow);
	open = new_state(Max(n + more + Min(n + more, MOST_ROOM),
						 Min(2 * before, ROOM_GROWS_TO)), table);
	memcpy(open->row, row, n * sizeof(ClvTenureRow));
	open->nrow = (uint32) n;
	pfree(row);
	return open;
}

static Datum
return_state(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* Transition of clv.retention(tenure, churned) */
PG_FUNCTION_INFO_V1(clv_retention_add);
Datum
clv_retention_add(PG_FUNCTION_ARGS)
{
	ClvRetentionOpen *open;
	ClvTenureRow row;
	ClvError	err;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return return_state(fcinfo);
	if (clv_survivors_subscriber(PG_GETARG_INT32(1), PG_GETARG_BOOL(2), &row,
								 &err) != CLV_OK)
		clv_raise(&err);
	open = state_with_room(fcinfo, 1, false);
	open->row[open->nrow++] = row;
	PG_RETURN_POINTER(open);
}

/* Transition of clv.retention_table(period, survivors) */
PG_FUNCTION_INFO_V1(clv_retention_add_published);
Datum
clv_retention_add_published(PG_FUNCTION_ARGS)
{
	ClvRetentionOpen *open;
	ClvTenureRow row;
	ClvError	err;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return return_state(fcinfo);
	if (clv_survivors_published(PG_GETARG_INT32(1), PG_GETARG_FLOAT8(2), &row,
								&err) != CLV_OK)
		clv_raise(&err);
	open = state_with_room(fcinfo, 1, true);
	open->row[open->nrow++] = row;
	PG_RETURN_POINTER(open);
}

/* A value joins the state: the transition of rollup, and every combine. */
PG_FUNCTION_INFO_V1(clv_retention_combine);
Datum
clv_retention_combine(PG_FUNCTION_ARGS)
{
	ClvRetentionOpen *open;
	ClvTenureRow *row;
	size_t		n;
	bool		table;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(1))
		return return_state(fcinfo);
	row = copy_rows(PG_GETARG_DATUM(1), 0, &n, &table);
	open = state_with_room(fcinfo, n, table);
	memcpy(open->row + open->nrow, row, n * sizeof(ClvTenureRow));
	open->nrow += n;
	pfree(row);
	PG_RETURN_POINTER(open);
}

PG_FUNCTION_INFO_V1(clv_retention_close);
Datum
clv_retention_close(PG_FUNCTION_ARGS)
{
	size_t		n;
	ClvTenureRow *row;

	(void) clv_aggregate_context(fcinfo);
	row = clv_retention_rows(PG_GETARG_DATUM(0), &n);

	/* a table in which nobody ever was */
	if (n == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(pack_rows(row, n, false));
}

/* ---- what is inside ---- */

PG_FUNCTION_INFO_V1(clv_retention_customers);
Datum
clv_retention_customers(PG_FUNCTION_ARGS)
{
	size_t		n;
	ClvTenureRow *row = clv_retention_rows(PG_GETARG_DATUM(0), &n);

	PG_RETURN_INT64(clv_survivors_total(row, n));
}

/* clv.survivors(retention): one row a period */
PG_FUNCTION_INFO_V1(clv_retention_survivors);
Datum
clv_retention_survivors(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	size_t		n;
	ClvTenureRow *row = clv_retention_rows(PG_GETARG_DATUM(0), &n);
	int32		last = n > 0 ? row[n - 1].tenure : 0;
	ClvPeriod  *period = MemoryContextAllocHuge(CurrentMemoryContext,
												(last + 1) * sizeof(ClvPeriod));
	ClvPeriod	here = {0, 0, 0};
	int32		t;

	InitMaterializedSRF(fcinfo, 0);
	for (t = last; t >= 1; t--)
	{
		CHECK_FOR_INTERRUPTS();
		clv_survivors_period(row, &n, t, &here);
		period[t] = here;
	}
	for (t = 1; t <= last; t++)
	{
		Datum		values[5];
		bool		nulls[5] = {false};
		double		at_risk = clv_survivors_number(period[t].at_risk);
		double		surviving = clv_survivors_number(period[t].surviving);

		CHECK_FOR_INTERRUPTS();
		values[0] = Int32GetDatum(t);
		values[1] = Float8GetDatum(at_risk);
		values[2] = Float8GetDatum(clv_survivors_number(period[t].lost));
		values[3] = Float8GetDatum(surviving);
		values[4] = Float8GetDatum(surviving / at_risk);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
