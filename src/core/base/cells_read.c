/*
 * cells_read.c
 *		The canonical encoding of a customer base: reading it.
 *
 * Safe on any bytes: every count is held against the bytes that are left, every
 * index against its dictionary and every number of customers against the
 * head.  Whether the bytes are canonical, and the customers possible, is
 * another question (cells_check.c).  Covariates are passed over here: they are
 * read by cells_groups.c.
 */
#include "base/cells_code.h"
#include "base/cells_groups.h"

#include <stdlib.h>

/* A number of customers: part of those the head has promised. */
static inline bool
get_customers(ClvCellsReader *r, bool many, double *n)
{
	uint64_t	more = 0;

	if (many && (!clv_get_varint(&r->in, &more) ||
				 more > (uint64_t) CLV_CELLS_MAX_CUSTOMERS))
		return false;
	more += many ? 2 : 1;
	if ((int64_t) more > r->left)
		return false;
	r->left -= (int64_t) more;
	*n = (double) more;
	return true;
}

static bool
get_count(ClvCellsReader *r, int64_t *count)
{
	uint64_t	v;

	if (!clv_get_varint(&r->in, &v) || v > (uint64_t) CLV_CELLS_MAX_CUSTOMERS)
		return false;
	*count = (int64_t) v;
	return true;
}

/* Which bytes belong to whom?  Customers of histories have no covariates. */
static bool
read_sections(ClvCellsReader *r, ClvCellsHead *head)
{
	ClvGroupsWalk walk;

	if (!clv_get_string(&r->in, &head->covariates) ||
		!clv_get_string(&r->in, &head->request))
		return false;
	head->ncov = 0;
	head->ngroup = 0;
	if (head->covariates.at == head->covariates.end)
		return true;
	if (head->has_log_gaps ||
		clv_groups_walk(&walk, head->covariates, NULL) != CLV_OK)
		return false;
	head->ncov = walk.ncov;
	head->ngroup = walk.ngroup;
	return true;
}

/* Everything up to the dictionaries. */
static bool
read_head(ClvCellsReader *r, ClvCellsHead *head)
{
	unsigned char version;
	unsigned char flags;

	if (!clv_get_byte(&r->in, &version) || version != CLV_CELLS_VERSION ||
		!clv_get_byte(&r->in, &flags))
		return false;
	r->later = (flags & FLAG_CALENDAR) != 0;
	if ((flags & ~FLAGS_KNOWN) != 0)
		return false;
	if (!get_count(r, &head->no_repeat) || !get_count(r, &head->no_spend) ||
		!get_count(r, &head->spenders))
		return false;
	head->customers = head->no_repeat + head->no_spend + head->spenders;
	if (head->customers > CLV_CELLS_MAX_CUSTOMERS)
		return false;
	head->has_log_gaps = (flags & FLAG_COLUMNS) == 0;
	head->gaps.whole = head->gaps.frac = 0;
	if (head->has_log_gaps &&
		(!clv_get_varint(&r->in, &head->gaps.whole) ||
		 !clv_get_varint(&r->in, &head->gaps.frac) ||
		 head->gaps.frac >= (uint64_t) CLV_CELLS_MAX_WHOLE))
		return false;
	return read_sections(r, head);
}

static bool
read_head_into(ClvCellsReader *r, bool *no_memory)
{
	ClvBase    *base = &r->cells->base;
	ClvCellsHead head;

	if (!read_head(r, &head))
		return false;
	base->spenders = head.spenders;
	base->no_repeat = head.no_repeat;
	base->no_spend = head.no_spend;
	base->has_log_gaps = head.has_log_gaps;
	base->in_days = head.has_log_gaps;
	base->sum_log_gaps = clv_log_sum_value(head.gaps);
	r->cells->gaps = head.gaps;
	r->cells->request_size = clv_span_size(head.request);
	r->cells->request = malloc(r->cells->request_size + 1);
	*no_memory = r->cells->request == NULL;
	if (*no_memory)
		return false;
	memcpy(r->cells->request, head.request.at, r->cells->request_size);
	r->cells->covariates = head.covariates;
	return true;
}

/*
 * The number of elements of a stage, of at least "least" bytes each: no more
 * than the bytes left, so that nothing large is allocated for a short value.
 */
static bool
get_elements(ClvCellsReader *r, uint64_t n, size_t least, size_t size,
			 void **array, bool *no_memory)
{
	if (n > clv_span_size(r->in) / least || n >= UINT32_MAX)
		return false;
	*array = malloc(n > 0 ? n * size : 1);
	*no_memory = *array == NULL;
	return *array != NULL;
}

static bool
read_values(ClvCellsReader *r, double **value, uint32_t *count,
			bool *no_memory)
{
	size_t		to;
	uint64_t	v;

	if (*value == NULL)
	{
		if (!clv_get_varint(&r->in, &v))
			return false;
		r->raw = v & 1;
		v >>= 1;
		if (!get_elements(r, v, r->raw ? 8 : 1, sizeof(double),
						  (void **) value, no_memory))
			return false;
		*count = (uint32_t) v;
	}
	for (to = clv_slice_end(r->i, *count); r->i < to; r->i++)
	{
		double	   *entry = *value + r->i;

		if (r->raw)
		{
			if (!clv_get_double(&r->in, entry))
				return false;
			continue;
		}
		if (!clv_get_varint(&r->in, &v) || v > (uint64_t) CLV_CELLS_MAX_WHOLE)
			return false;
		*entry = (double) v + (r->i > 0 ? entry[-1] + 1 : 0);
		if (*entry > CLV_CELLS_MAX_WHOLE)
			return false;
	}
	return true;
}

/* One cell, as a step from its predecessor. */
static inline bool
read_cell(ClvCellsReader *r, const ClvBase *base, ClvCell *c)
{
	uint64_t	token;
	uint64_t	ix = 0;
	uint64_t	it;
	uint64_t	itx;

	if (!clv_get_varint(&r->in, &token))
		return false;
	it = token >> 2;
	if ((token & CELL_NEW_X) && !clv_get_varint(&r->in, &ix))
		return false;
	if (!clv_get_varint(&r->in, &itx) ||
		ix >= base->nx || it >= base->nt || itx >= base->ntx)
		return false;
	if (!(token & CELL_NEW_X))
	{
		if (it == 0)
			itx += (uint64_t) c->itx + 1;
		it += c->it;
	}
	ix += c->ix;
	if (ix >= base->nx || it >= base->nt || itx >= base->ntx)
		return false;
	c->ix = (uint32_t) ix;
	c->it = (uint32_t) it;
	c->itx = (uint32_t) itx;
	return get_customers(r, token & CELL_MANY, &c->n);
}

static bool
read_cells(ClvCellsReader *r, bool *no_memory)
{
	ClvBase    *base = &r->cells->base;
	size_t		to;

	if (base->cell == NULL)
	{
		uint64_t	n;

		if (!clv_get_varint(&r->in, &n) ||
			!get_elements(r, n, 2, sizeof(ClvCell), (void **) &base->cell,
						  no_memory))
			return false;
		base->ncell = n;
		memset(&r->last, 0, sizeof(r->last));
		r->left = base->no_repeat + base->no_spend + base->spenders;
	}
	for (to = clv_slice_end(r->i, base->ncell); r->i < to; r->i++)
	{
		if (!read_cell(r, base, &r->last))
			return false;
		base->cell[r->i] = r->last;
		base->customers += (int64_t) r->last.n;
	}
	return true;
}

static inline bool
read_spend_cell(ClvCellsReader *r, const ClvBase *base, ClvSpend *s)
{
	uint64_t	token;
	uint64_t	ix = 0;

	if (!clv_get_varint(&r->in, &token))
		return false;
	if (token & CELL_NEW_X)
	{
		if (!clv_get_varint(&r->in, &ix) || ix >= base->nx)
			return false;
		r->cents = 0;
	}
	ix += r->last.ix;
	if (ix >= base->nx)
		return false;
	r->last.ix = (uint32_t) ix;
	s->x = base->x[ix];
	if (token & SPEND_RAW)
	{
		if (!clv_get_double(&r->in, &s->m))
			return false;
	}
	else
	{
		r->cents += token >> 3;
		if (r->cents > (uint64_t) MAX_CENTS || s->x == 0)
			return false;
		s->m = clv_cents_mean(r->cents, s->x);
	}
	return get_customers(r, token & CELL_MANY, &s->n);
}

static bool
read_spend(ClvCellsReader *r, bool *no_memory)
{
	ClvBase    *base = &r->cells->base;
	size_t		to;

	if (base->spend == NULL)
	{
		uint64_t	n;

		if (!clv_get_varint(&r->in, &n) ||
			!get_elements(r, n, 1, sizeof(ClvSpend), (void **) &base->spend,
						  no_memory))
			return false;
		base->nspend = n;
		memset(&r->last, 0, sizeof(r->last));
		r->cents = 0;
		r->left = base->spenders;
	}
	for (to = clv_slice_end(r->i, base->nspend); r->i < to; r->i++)
		if (!read_spend_cell(r, base, &base->spend[r->i]))
			return false;
	return r->i < base->nspend || r->left == 0;
}

void
clv_cells_read_begin(ClvCellsReader *r, ClvCells *cells,
					 const unsigned char *data, size_t size)
{
	memset(r, 0, sizeof(ClvCellsReader));
	memset(cells, 0, sizeof(ClvCells));
	r->in.at = data;
	r->in.end = data + size;
	r->cells = cells;
}

/* The bytes were no encoding of this version. */
static ClvStatus
refuse(const ClvCellsReader *r, ClvError *err)
{
	if (!r->later)
		return clv_cells_malformed(err);
	return clv_fail(err, CLV_BAD_BINARY,
					"Read it with the version of clv that wrote it.",
					"invalid value of type clv.cbs: it was written by a later version");
}

ClvStatus
clv_cells_read_step(ClvCellsReader *r, ClvError *err)
{
	ClvBase    *base = &r->cells->base;
	bool		ok = false;
	bool		no_memory = false;

	switch (r->stage)
	{
		case STAGE_HEAD:
			ok = read_head_into(r, &no_memory);
			break;
		case STAGE_X:
			ok = read_values(r, &base->x, &base->nx, &no_memory);
			break;
		case STAGE_TX:
			ok = read_values(r, &base->tx, &base->ntx, &no_memory);
			break;
		case STAGE_T:
			ok = read_values(r, &base->t, &base->nt, &no_memory);
			break;
		case STAGE_CELLS:
			ok = read_cells(r, &no_memory);
			break;
		case STAGE_SPEND:
			ok = read_spend(r, &no_memory);
			break;
	}
	if (no_memory)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	if (!ok)
		return refuse(r, err);
	if (r->i == clv_stage_elements(r->stage, base))
	{
		r->stage++;
		r->i = 0;
	}
	if (r->stage < STAGE_DONE)
		return CLV_CONTINUE;
	return r->in.at == r->in.end ? CLV_OK : clv_cells_malformed(err);
}

ClvStatus
clv_cells_head(const unsigned char *data, size_t size, ClvCellsHead *head,
			   ClvError *err)
{
	ClvCellsReader reader;

	memset(&reader, 0, sizeof(reader));
	reader.in.at = data;
	reader.in.end = data + size;
	return read_head(&reader, head) ? CLV_OK : refuse(&reader, err);
}
