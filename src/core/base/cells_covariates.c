/*
 * cells_covariates.c
 *		Put customers who share their covariates together.
 *
 * What comes is a list of elements, each with a vector of covariates: rows, and
 * the encoded groups of other bases.  They are sorted by their vectors, the
 * last covariate first, so that the elements of a group become neighbours.
 * Then group after group is written: one that was encoded and has got no
 * company is copied, any other is packed like a base of its own.
 */
#include "base/cells_groups.h"

#include "base/cells_code.h"
#include "base/cells_parts.h"

#include <stdlib.h>

#include "math/radix.h"

/* The front of the section is written last, when its groups are counted. */
#define FRONT			(2 * CLV_VARINT_MAX)

/* Work of a step, in rows or bytes; a group always costs so many. */
#define STEP_WORK		65536
#define GROUP_WORK		64

#define BYTES_A_CELL	12		/* about so many, in a small group */

typedef enum GroupingStage
{
	GROUPING_LIST,				/* encoded groups join the rows as elements; */
	GROUPING_KEYS,				/* all get a covariate as their key */
	GROUPING_ORDER,				/* and are sorted by it */
	GROUPING_EXTEND,			/* the elements of the next group */
	GROUPING_PACK,				/* become one base */
	GROUPING_DONE
} GroupingStage;

struct ClvGrouping
{
	int			ncov;
	size_t		stride;			/* of rows */
	ClvGroupsWalk *walk;		/* of the sections that came */
	size_t		nwalk;

	GroupingStage stage;
	size_t		pos;			/* next element of the present stage */
	size_t		at;				/* walk under way */
	int			column;			/* covariate under way */
	const unsigned char **element;	/* rows, then vectors of encoded groups */
	size_t		nrow;
	size_t		nelement;
	ClvItem    *item;			/* two arrays of nelement items */
	ClvRadix	radix;

	ClvCustomer *row;			/* in the order of their groups */
	size_t		nsorted;
	size_t		group_row;		/* where the present group begins there */
	size_t		group_element;	/* and among the elements */
	ClvParts   *parts;
	size_t		work;			/* of a step of it */

	unsigned char *out;			/* from FRONT on: the groups */
	size_t		size;
	size_t		room;
	unsigned char *section;		/* points into out */
	size_t		ngroup;
	size_t		ncell;
};

ClvGrouping *
clv_grouping_new(int ncov)
{
	ClvGrouping *g = calloc(1, sizeof(ClvGrouping));

	if (g == NULL)
		return NULL;
	g->ncov = ncov;
	g->stride = clv_row_stride(ncov);
	g->size = FRONT;
	return g;
}

void
clv_grouping_free(ClvGrouping *g)
{
	if (g == NULL)
		return;
	clv_parts_free(g->parts);
	free(g->walk);
	free(g->element);
	free(g->item);
	free(g->row);
	free(g->out);
	free(g);
}

/* Rows must come before sections. */
ClvStatus
clv_grouping_add_rows(ClvGrouping *g, const ClvCustomer *row, size_t n)
{
	size_t		total = g->nrow + n;
	const unsigned char **element = realloc(g->element, (total + 1) *
											sizeof(*element));
	const double *at = (const double *) row;

	if (element == NULL)
		return CLV_NO_MEMORY;
	g->element = element;
	for (; g->nrow < total; at += g->stride)
		element[g->nrow++] = (const unsigned char *) at;
	g->nelement = total;
	return CLV_OK;
}

/* The array grows by powers of two. */
ClvStatus
clv_grouping_add_section(ClvGrouping *g, ClvSpan section)
{
	size_t		n = g->nwalk;

	if ((n & (n - 1)) == 0)
	{
		ClvGroupsWalk *walk = realloc(g->walk, (n > 0 ? 2 * n : 1) *
									  sizeof(ClvGroupsWalk));

		if (walk == NULL)
			return CLV_NO_MEMORY;
		g->walk = walk;
	}
	if (clv_groups_walk(&g->walk[n], section, NULL) != CLV_OK)
		return CLV_BAD_BINARY;
	g->nelement += g->walk[n].ngroup;
	g->nwalk++;
	return CLV_OK;
}

/* ---- the elements, in order ---- */

static bool
begin_list(ClvGrouping *g)
{
	const unsigned char **element = realloc(g->element, (g->nelement + 1) *
											sizeof(*element));

	if (element == NULL)
		return false;
	g->element = element;
	g->item = malloc((g->nelement + 1) * 2 * sizeof(ClvItem));
	g->row = malloc((g->nrow + 1) * sizeof(ClvCustomer));
	g->pos = g->nrow;
	return g->item != NULL && g->row != NULL;
}

static ClvStatus
list_groups(ClvGrouping *g, ClvError *err)
{
	size_t		to;

	if (g->item == NULL && !begin_list(g))
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	for (to = clv_slice_end(g->pos, g->nelement); g->pos < to; g->pos++)
	{
		ClvGroupsWalk *walk = &g->walk[g->at];
		ClvGroupBytes group;

		if (clv_groups_next(walk, &group, err) != CLV_OK)
			return CLV_BAD_BINARY;
		g->element[g->pos] = group.v;
		g->at += walk->next == walk->ngroup;
	}
	return to < g->nelement ? CLV_CONTINUE : CLV_OK;
}

/* Bits that order as the doubles do. */
static inline uint64_t
ordered_bits(uint64_t bits)
{
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* Covariate c of an element; encoded unless it is a row. */
static inline double
get_covariate(const ClvGrouping *g, uint32_t i, int c)
{
	const unsigned char *element = g->element[i];

	if (i >= g->nrow)
		return clv_double_at(element + c * sizeof(double));
	return ((const double *) (element + sizeof(ClvCustomer)))[c];
}

static inline uint64_t
get_bits(const ClvGrouping *g, uint32_t i, int c)
{
	double		v = get_covariate(g, i, c);
	uint64_t	bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits;
}

/* The elements in the order reached so far get the next key. */
static void
fill_keys(ClvGrouping *g)
{
	bool		first = g->column == g->ncov - 1;
	ClvItem    *item = first ? g->item : g->radix.item;
	size_t		to = clv_slice_end(g->pos, g->nelement);

	for (; g->pos < to; g->pos++)
	{
		if (first)
			item[g->pos].tag = (uint32_t) g->pos;
		item[g->pos].key = ordered_bits(get_bits(g, item[g->pos].tag,
												 g->column));
	}
}

/* The keys are there: sort by them.  The order so far is kept among equals. */
static void
begin_order(ClvGrouping *g)
{
	bool		first = g->column == g->ncov - 1;
	ClvItem    *item = first ? g->item : g->radix.item;
	ClvItem    *spare = first ? g->item + g->nelement : g->radix.spare;

	clv_radix_init(&g->radix, item, spare, g->nelement);
	clv_radix_by_key(&g->radix, 0, 64);
}

/* ---- the groups ---- */

static bool
same_group(const ClvGrouping *g, uint32_t a, uint32_t b)
{
	int			c;

	for (c = 0; c < g->ncov; c++)
		if (get_bits(g, a, c) != get_bits(g, b, c))
			return false;
	return true;
}

/*
 * Take elements while they are of the present group, rows into their array.
 * Rows come first, their indexes being lower.  True when the group is whole.
 */
static bool
extend_group(ClvGrouping *g, size_t *work)
{
	const ClvItem *item = g->radix.item;

	while (g->pos < g->nelement)
	{
		uint32_t	i = item[g->pos].tag;

		if (!same_group(g, item[g->group_element].tag, i))
			return true;
		if (i < g->nrow)
			memcpy(&g->row[g->nsorted++], g->element[i], sizeof(ClvCustomer));
		g->pos++;
		if (++*work >= STEP_WORK)
			return false;
	}
	return true;
}

/* Write a group: its vector, and the encoding of its base. */
static bool
put_group(ClvGrouping *g, const unsigned char *data, size_t size)
{
	size_t		needed = g->ncov * sizeof(double) + CLV_VARINT_MAX + size;
	uint32_t	first = g->radix.item[g->group_element].tag;
	ClvWriter	to = {NULL, NULL, false};
	int			c;

	if (g->room - g->size < needed || g->out == NULL)
	{
		size_t		room = g->size + needed + g->size / 2;
		unsigned char *out = realloc(g->out, room);

		if (out == NULL)
			return false;
		g->out = out;
		g->room = room;
	}
	to.at = g->out + g->size;
	to.end = g->out + g->room;
	for (c = 0; c < g->ncov; c++)
		clv_put_double(&to, get_covariate(g, first, c));
	clv_put_string(&to, data, size);
	g->size = to.at - g->out;
	g->ngroup++;
	return true;
}

/* A group that is one encoded base goes out as it came. */
static ClvStatus
copy_group(ClvGrouping *g, const unsigned char *v, ClvError *err)
{
	ClvSpan		base = clv_groups_base(v, g->ncov);
	size_t		size = clv_span_size(base);

	g->ncell += size / BYTES_A_CELL;
	return put_group(g, base.at, size) ? CLV_OK :
		clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
}

/* Its rows and encoded bases are to become one base. */
static ClvStatus
begin_parts(ClvGrouping *g, size_t nrow, ClvError *err)
{
	const ClvItem *item = g->radix.item;
	ClvStatus	status = CLV_OK;
	size_t		i;

	g->parts = clv_parts_new();
	if (g->parts == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	if (nrow > 0)
		status = clv_parts_rows(g->parts, g->row + g->group_row, nrow, 0,
									 NULL);
	g->work = nrow;
	for (i = g->group_element + nrow; status == CLV_OK && i < g->pos; i++)
	{
		ClvSpan		base = clv_groups_base(g->element[item[i].tag], g->ncov);

		status = clv_parts_base(g->parts, base.at, clv_span_size(base));
		g->work += clv_span_size(base);
	}
	return status == CLV_OK ? CLV_CONTINUE :
		clv_fail(err, status, NULL, "out of memory");
}

static ClvStatus
end_parts(ClvGrouping *g, ClvError *err)
{
	size_t		size;
	const unsigned char *data = clv_parts_result(g->parts, &size);

	if (!put_group(g, data, size))
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	g->ncell += clv_parts_cells(g->parts);
	clv_parts_free(g->parts);
	g->parts = NULL;
	return CLV_OK;
}

/* The number of covariates and of groups go before the first of them. */
static void
put_front(ClvGrouping *g)
{
	unsigned char front[FRONT];
	ClvWriter	to = {front, front + FRONT, false};
	size_t		size;

	clv_put_varint(&to, g->ncov);
	clv_put_varint(&to, g->ngroup);
	size = to.at - front;
	g->section = g->out + FRONT - size;
	memcpy(g->section, front, size);
}

/* The elements of a group are known: one step towards writing it. */
static ClvStatus
write_group(ClvGrouping *g, size_t *work, ClvError *err)
{
	size_t		nrow = g->nsorted - g->group_row;
	size_t		n = g->pos - g->group_element;
	ClvStatus	status;

	*work += GROUP_WORK;
	if (g->parts != NULL)
	{
		*work += g->work;
		status = clv_parts_step(g->parts, err);
		if (status == CLV_OK)
			status = end_parts(g, err);
	}
	else if (n == 1 && nrow == 0)
		status = copy_group(g, g->element[g->radix.item[g->group_element].tag],
							err);
	else
		status = begin_parts(g, nrow, err);
	if (status != CLV_OK)
		return status;
	g->group_row = g->nsorted;
	g->group_element = g->pos;
	if (g->pos < g->nelement)
	{
		g->stage = GROUPING_EXTEND;
		return CLV_CONTINUE;
	}
	put_front(g);
	g->stage = GROUPING_DONE;
	return CLV_OK;
}

/* Sorted by this covariate: the one before it is next. */
static void
end_order(ClvGrouping *g)
{
	g->pos = 0;
	g->stage = GROUPING_KEYS;
	if (g->column-- > 0)
		return;
	g->nsorted = 0;
	g->stage = GROUPING_EXTEND;
}

ClvStatus
clv_grouping_step(ClvGrouping *g, ClvError *err)
{
	size_t		work = 0;
	ClvStatus	status = CLV_CONTINUE;

	switch (g->stage)
	{
		case GROUPING_LIST:
			status = list_groups(g, err);
			if (status != CLV_OK)
				return status;
			g->pos = 0;
			g->column = g->ncov - 1;
			g->stage = GROUPING_KEYS;
			return CLV_CONTINUE;
		case GROUPING_KEYS:
			fill_keys(g);
			if (g->pos == g->nelement)
			{
				begin_order(g);
				g->stage = GROUPING_ORDER;
			}
			return CLV_CONTINUE;
		case GROUPING_ORDER:
			if (clv_radix_step(&g->radix) == CLV_OK)
				end_order(g);
			return CLV_CONTINUE;
		case GROUPING_EXTEND:
		case GROUPING_PACK:
			while (status == CLV_CONTINUE && work < STEP_WORK)
			{
				if (g->stage == GROUPING_PACK)
					status = write_group(g, &work, err);
				else if (extend_group(g, &work))
					g->stage = GROUPING_PACK;
			}
			return status;
		case GROUPING_DONE:
			break;
	}
	return CLV_OK;
}

ClvSpan
clv_grouping_section(const ClvGrouping *g)
{
	return (ClvSpan) {g->section, g->out + g->size};
}

/* About as many; groups that were copied are not decoded to count them. */
size_t
clv_grouping_cells(const ClvGrouping *g)
{
	return g->ncell;
}

const ClvCustomer *
clv_grouping_rows(const ClvGrouping *g, size_t *n)
{
	*n = g->nrow;
	return g->row;
}
