/*
 * cbs_state.c
 *		The state in which a clv.cbs is built: room for rows, and packing it.
 *
 * A row is appended in place, which costs a few nanoseconds.  When the room is
 * used up all is packed into one encoding of distinct cells, and the new state
 * gets room for about as many rows as there are cells: so the memory follows
 * the number of distinct cells, and a row is sorted once and merged a few
 * times.
 */
#include "cbs_state.h"

#include "utils/memutils.h"

#include "model_value.h"

#define SMALLEST_STATE	256		/* bytes: GROUP BY may make many */
#define BYTES_ROOM		8		/* room for each byte of a base whose cells
								 * are not counted yet */
#define ROOM_GROWS_TO	8192	/* room doubles up to here, however few cells
								 * there are */
#define LEAST_ROOM_AT_LIMIT	(1024 * 1024)

/* ---- where things are ---- */

static inline unsigned char *
base_of(const ClvCbsOpen *open)
{
	return (unsigned char *) open + sizeof(ClvCbsOpen);
}

static inline ClvCustomer *
rows_of(const ClvCbsOpen *open)
{
	return (ClvCustomer *) (base_of(open) + MAXALIGN(open->base_size));
}

static inline Size
row_size(const ClvCbsOpen *open)
{
	return sizeof(ClvCustomer) + open->ncov * sizeof(double);
}

/* Where the next row goes. */
static inline unsigned char *
rows_end(const ClvCbsOpen *open)
{
	return (unsigned char *) rows_of(open) + open->nrow * row_size(open);
}

static inline unsigned char *
end_of(const ClvCbsOpen *open)
{
	return (unsigned char *) open + VARSIZE(open);
}

static inline Size
room_in(const ClvCbsOpen *open)
{
	return end_of(open) - open->pending_size - rows_end(open);
}

/* ---- packing ---- */

static void
release_pack(void *pack)
{
	clv_cells_pack_free(pack);
}

/* The core's memory is malloc'd: "context" frees it, however we leave. */
static ClvCellsPack *
begin_pack(MemoryContext context)
{
	ClvCellsPack *pack = clv_cells_pack_new();

	if (pack == NULL)
		clv_raise_status(CLV_NO_MEMORY);
	clv_own(context, pack, release_pack);
	return pack;
}

static void
pack_base(ClvCellsPack *pack, const unsigned char *data, Size size)
{
	ClvStatus	status = clv_cells_pack_base(pack, data, size);

	if (status != CLV_OK)
		clv_raise_status(status);
}

static void
pack_open(ClvCellsPack *pack, const ClvCbsOpen *open)
{
	const unsigned char *pending = end_of(open);
	Size		left = open->pending_size;
	ClvStatus	status;

	if (open->base_size > 0)
		pack_base(pack, base_of(open), open->base_size);
	while (left > 0)
	{
		uint32		size = clv_u32_at(pending - sizeof(uint32));

		pending -= sizeof(size) + size;
		left -= sizeof(size) + size;
		pack_base(pack, pending, size);
	}
	if (open->nrow == 0)
		return;
	status = clv_cells_pack_rows(pack, rows_of(open), open->nrow, open->ncov,
								 (open->flags & CLV_CBS_COLUMNS) ? NULL :
								 &open->gaps);
	if (status != CLV_OK)
		clv_raise_status(status);
}

static void
pack_value(ClvCellsPack *pack, const struct varlena *value)
{
	if (clv_cbs_is_open(value))
		pack_open(pack, (const ClvCbsOpen *) value);
	else
		pack_base(pack, CLV_CBS_DATA(value), CLV_CBS_SIZE(value));
}

static const unsigned char *
run_pack(ClvCellsPack *pack, Size *size)
{
	ClvStatus	status;
	ClvError	err;

	CLV_RUN(status, clv_cells_pack_step(pack, &err));
	if (status != CLV_OK)
		clv_raise(&err);
	return clv_cells_pack_result(pack, size);
}

static void
too_large(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("customer base has too many distinct cells for one value"),
			 errhint("Give recency and t in whole days and monetary in whole cents, or build one base for each group of customers.")));
}

static struct varlena *
close_state(const ClvCbsOpen *open)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "clv base",
												  ALLOCSET_SMALL_SIZES);
	ClvCellsPack *pack = begin_pack(context);
	const unsigned char *data;
	struct varlena *closed;
	Size		size;

	pack_open(pack, open);
	data = run_pack(pack, &size);
	if (size > CLV_CBS_MAX_BYTES)
		too_large();
	closed = palloc(VARHDRSZ + size);
	SET_VARSIZE(closed, VARHDRSZ + size);
	memcpy(VARDATA(closed), data, size);
	MemoryContextDelete(context);
	return closed;
}

struct varlena *
clv_cbs_canonical(Datum datum)
{
	struct varlena *given = (struct varlena *) DatumGetPointer(datum);
	struct varlena *value = pg_detoast_datum_packed(given);
	struct varlena *aligned;
	struct varlena *closed;

	if (!clv_cbs_is_open(value))
		return value;
	aligned = pg_detoast_datum(value);	/* a state has a long header */
	closed = close_state((const ClvCbsOpen *) aligned);
	if (aligned != value)
		pfree(aligned);
	if (value != given)
		pfree(value);
	return closed;
}

/* ---- states ---- */

ClvCellsHead
clv_cbs_head(const struct varlena *closed)
{
	ClvCellsHead head;
	ClvError	err;

	if (clv_cells_head(CLV_CBS_DATA(closed), CLV_CBS_SIZE(closed), &head,
					   &err) != CLV_OK)
		clv_raise(&err);
	return head;
}

/* A state of "base" and "room" bytes more. */
static ClvCbsOpen *
new_state(const unsigned char *base, Size base_size, Size room)
{
	Size		fixed = sizeof(ClvCbsOpen) + MAXALIGN(base_size);
	ClvCbsOpen *open;

	if (fixed > MaxAllocSize - LEAST_ROOM_AT_LIMIT)
		too_large();
	room = Max(room, SMALLEST_STATE - Min(fixed, SMALLEST_STATE));
	room = Min(room, MaxAllocSize - fixed);
	open = palloc0(fixed + room);
	SET_VARSIZE(open, fixed + room);
	open->version = CLV_CELLS_VERSION;
	open->flags = CLV_CBS_OPEN;
	open->base_size = base_size;
	if (base_size > 0)
		memcpy(base_of(open), base, base_size);
	return open;
}

/*
 * Everything that is in "open" and in "other" (NULL or any clv.cbs), packed,
 * with room for more.  The old state is left to the executor, which frees it.
 */
static ClvCbsOpen *
pack_state(const ClvCbsOpen *open, const struct varlena *other)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "clv base",
												  ALLOCSET_SMALL_SIZES);
	ClvCellsPack *pack = begin_pack(context);
	Size		before = VARSIZE(open) - ((unsigned char *) rows_of(open) -
										  (unsigned char *) open);
	const unsigned char *data;
	ClvCbsOpen *result;
	Size		size;
	Size		room;

	pack_open(pack, open);
	if (other != NULL)
		pack_value(pack, other);
	data = run_pack(pack, &size);
	room = clv_cells_pack_cells(pack) * row_size(open);
	result = new_state(data, size,
					   Max(room, Min(2 * before, ROOM_GROWS_TO)));
	MemoryContextDelete(context);
	return result;
}

/*
 * A state may come as none, as a value, or open already.  The covariates of a
 * value are mostly doubles, which take as much room in a row.
 */
static ClvCbsOpen *
open_state(struct varlena *state)
{
	Size		covariates;

	if (state == NULL)
		return new_state(NULL, 0, 0);
	if (clv_cbs_is_open(state))
		return (ClvCbsOpen *) state;
	covariates = clv_span_size(clv_cbs_head(state).covariates);
	return new_state(CLV_CBS_DATA(state), CLV_CBS_SIZE(state),
					 BYTES_ROOM * (CLV_CBS_SIZE(state) - covariates) + covariates);
}

/* Rows with so many covariates are to follow: as many as those before? */
static void
set_ncov(ClvCbsOpen *open, int ncov)
{
	ClvError	err;

	if (open->nrow > 0 && open->ncov != ncov)
	{
		clv_cells_covariates_differ(open->ncov, ncov, &err);
		clv_raise(&err);
	}
	open->ncov = ncov;
}

/* Rows that stay together, all with the same covariates. */
static inline struct varlena *
append_rows(struct varlena *state, const ClvCustomer *row, int n,
			const ClvCustomerCovariates *covariates, const ClvLogSum *gaps)
{
	ClvCbsOpen *open = open_state(state);
	int			ncov = covariates == NULL ? 0 : covariates->n;
	int			i;

	set_ncov(open, ncov);
	if (unlikely(room_in(open) < n * row_size(open)))
	{
		open = pack_state(open, NULL);
		open->ncov = ncov;
	}
	for (i = 0; i < n; i++)
	{
		unsigned char *to = rows_end(open);

		memcpy(to, &row[i], sizeof(ClvCustomer));
		if (ncov > 0)
			memcpy(to + sizeof(ClvCustomer), covariates->v,
				   ncov * sizeof(double));
		open->nrow++;
	}
	if (gaps == NULL)
		open->flags |= CLV_CBS_COLUMNS;
	else
		clv_log_sum_add(&open->gaps, *gaps);
	return (struct varlena *) open;
}

struct varlena *
clv_cbs_append(struct varlena *state, const ClvCustomer *row,
			   const ClvCustomerCovariates *covariates, const ClvLogSum *gaps)
{
	return append_rows(state, row, 1, covariates, gaps);
}

struct varlena *
clv_cbs_append_many(struct varlena *state, const ClvCustomer *row,
					const ClvCustomerCovariates *covariates, int64 customers)
{
	ClvCustomer rows[2];

	rows[0] = *row;
	clv_cells_more((double) (customers - 1), &rows[1]);
	return append_rows(state, rows, customers > 1 ? 2 : 1, covariates, NULL);
}

/* An encoding joins the pending ones; there is room. */
static void
add_pending(ClvCbsOpen *open, const unsigned char *data, uint32 size)
{
	unsigned char *to = end_of(open) - open->pending_size - sizeof(size) - size;

	memcpy(to, data, size);
	clv_set_u32(to + size, size);
	open->pending_size += sizeof(size) + size;
}

/* What another open state has, piece by piece; there is room. */
static void
add_pieces(ClvCbsOpen *open, const ClvCbsOpen *other)
{
	if (other->base_size > 0)
		add_pending(open, base_of(other), other->base_size);
	open->pending_size += other->pending_size;
	memcpy(end_of(open) - open->pending_size,
		   end_of(other) - other->pending_size, other->pending_size);
	if (other->nrow > 0)
	{
		set_ncov(open, other->ncov);
		memcpy(rows_end(open), rows_of(other), other->nrow * row_size(other));
		open->nrow += other->nrow;
	}
	open->flags |= other->flags;
	clv_log_sum_add(&open->gaps, other->gaps);
}

struct varlena *
clv_cbs_absorb(struct varlena *state, Datum datum)
{
	struct varlena *value = pg_detoast_datum((struct varlena *) DatumGetPointer(datum));
	const ClvCbsOpen *other = NULL;
	ClvCbsOpen *open;
	Size		needed = sizeof(uint32);

	if (state == NULL)
		return value;			/* the executor copies it */
	if (clv_cbs_is_open(value))
	{
		other = (const ClvCbsOpen *) value;
		needed += other->base_size + other->pending_size +
			other->nrow * row_size(other);
	}
	else
		needed += CLV_CBS_SIZE(value);
	open = open_state(state);
	if (room_in(open) < needed)
		return (struct varlena *) pack_state(open, value);
	if (other != NULL)
		add_pieces(open, other);
	else
		add_pending(open, CLV_CBS_DATA(value), CLV_CBS_SIZE(value));
	return (struct varlena *) open;
}

/* ---- what a one-step fit was asked ---- */

/* The encoding of no customer, with a request. */
static ClvCbsOpen *
new_request_state(const unsigned char *request, Size request_size)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "clv base",
												  ALLOCSET_SMALL_SIZES);
	ClvCellsPack *pack = begin_pack(context);
	const unsigned char *data;
	ClvCbsOpen *open;
	Size		size;
	ClvError	err;

	if (clv_cells_pack_request(pack, request, request_size, &err) != CLV_OK)
		clv_raise(&err);
	data = run_pack(pack, &size);
	open = new_state(data, size, 0);
	MemoryContextDelete(context);
	return open;
}

/* The head of what is packed already. */
static ClvCellsHead
state_head(const struct varlena *state)
{
	const ClvCbsOpen *open = (const ClvCbsOpen *) state;
	ClvCellsHead head;
	ClvError	err;

	if (!clv_cbs_is_open(state))
		return clv_cbs_head(state);
	memset(&head, 0, sizeof(head));
	if (open->base_size > 0 &&
		clv_cells_head(base_of(open), open->base_size, &head, &err) != CLV_OK)
		clv_raise(&err);
	return head;
}

/* Stored as unit_days, a double, and the name. */
bool
clv_cbs_get_request(const struct varlena *state, ClvCbsRequest *request)
{
	ClvSpan		in = state_head(state).request;

	if (!clv_get_double(&in, &request->unit_days))
		return false;
	request->model = (const char *) in.at;
	request->length = (int) clv_span_size(in);
	return true;
}

struct varlena *
clv_cbs_set_request(struct varlena *state, const ClvCbsRequest *request)
{
	ClvCbsRequest before;
	ClvWriter	out;
	unsigned char *bytes;
	Size		size = sizeof(double) + request->length;

	if (state == NULL)
	{
		bytes = palloc(size);
		out = (ClvWriter) {bytes, bytes + size, false};
		clv_put_double(&out, request->unit_days);
		clv_put_bytes(&out, request->model, request->length);
		state = (struct varlena *) new_request_state(bytes, size);
		pfree(bytes);
		return state;
	}
	if (!clv_cbs_get_request(state, &before) ||
		before.length != request->length ||
		memcmp(before.model, request->model, before.length) != 0 ||
		before.unit_days != request->unit_days)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model and unit must be the same in every row of a fit, but are \"%s\" and %g after others",
						clv_name_copy(request->model, request->length),
						request->unit_days),
				 errhint("Fit different models in different calls.")));
	return state;
}
