/*
 * cells_pack.c
 *		Any number of rows and encoded bases become one encoded base.
 *
 * The parts are merged two by two, always the two smallest (those that came,
 * in order of size, wait in one queue and those that were made in another: the
 * smallest is at the head of either), so that many small bases and a large one
 * cost little more than the large one.
 *
 * Customers with covariates are first put together by these, which makes one
 * base of each group (cells_groups.h) and leaves their rows without covariates;
 * with those all goes on as it would without any.
 */
#include "base/cells_groups.h"

#include <stdlib.h>
#include <string.h>

typedef struct Part
{
	const ClvCellsRow *row;		/* rows, or else */
	const unsigned char *data;	/* an encoding */
	size_t		size;			/* of either, in rows or bytes */
	int			ncov;			/* doubles after each row */
	bool		has_gaps;		/* rows only */
	ClvLogSum	gaps;
	size_t		weight;			/* about how many cells */
	bool		loaded;
	ClvCells	cells;
} Part;

typedef enum PackStage
{
	PACK_COVARIATES, PACK_GROUP, PACK_PICK, PACK_LOAD, PACK_MERGE, PACK_WRITE,
	PACK_DONE
} PackStage;

struct ClvCellsPack
{
	Part	   *part;			/* first those that came, then those made */
	size_t		npart;
	size_t		room;
	size_t		came;			/* how many came */
	size_t		next_came;		/* heads of the two queues */
	size_t		next_made;
	PackStage	stage;
	size_t		looked;			/* parts whose covariates are known */
	bool		has_ncov;		/* a customer has come: */
	int			ncov;			/* so many covariates */
	ClvGrouping *grouping;		/* NULL without covariates */
	Part	   *hold[2];		/* being loaded or merged */
	int			nhold;
	unsigned char *request;
	size_t		request_size;
	bool		reading;
	ClvCellsReader reader;
	ClvCellsSort *sort;
	ClvCellsMerge *merge;
	ClvCells	merged;
	ClvCellsWriter writer;
};

ClvCellsPack *
clv_cells_pack_new(void)
{
	return calloc(1, sizeof(ClvCellsPack));
}

void
clv_cells_pack_free(ClvCellsPack *pack)
{
	size_t		i;

	if (pack == NULL)
		return;
	for (i = 0; i < pack->npart; i++)
		clv_cells_free(&pack->part[i].cells);
	free(pack->part);
	free(pack->request);
	clv_grouping_free(pack->grouping);
	clv_cells_sort_free(pack->sort);
	clv_cells_merge_free(pack->merge);
	clv_cells_free(&pack->merged);
	free(pack->writer.data);
	free(pack);
}

/* Room for one more part; NULL when there is no memory. */
static Part *
new_part(ClvCellsPack *pack)
{
	if (pack->npart == pack->room)
	{
		size_t		room = pack->room < 4 ? 4 : pack->room * 2;
		Part	   *part = realloc(pack->part, room * sizeof(Part));

		if (part == NULL)
			return NULL;
		pack->part = part;
		pack->room = room;
	}
	memset(&pack->part[pack->npart], 0, sizeof(Part));
	return &pack->part[pack->npart++];
}

ClvStatus
clv_cells_pack_rows(ClvCellsPack *pack, const ClvCellsRow *row, size_t n,
					int ncov, const ClvLogSum *gaps)
{
	Part	   *part = new_part(pack);

	if (part == NULL)
		return CLV_NO_MEMORY;
	part->row = row;
	part->size = n;
	part->ncov = ncov;
	part->weight = n;
	part->has_gaps = gaps != NULL;
	if (gaps != NULL)
		part->gaps = *gaps;
	pack->came = pack->npart;
	return CLV_OK;
}

ClvStatus
clv_cells_pack_base(ClvCellsPack *pack, const unsigned char *data, size_t size)
{
	Part	   *part = new_part(pack);

	if (part == NULL)
		return CLV_NO_MEMORY;
	part->data = data;
	part->size = size;
	part->weight = size / 4;
	pack->came = pack->npart;
	return CLV_OK;
}

/* What the result asks of a one-step fit; all parts must ask the same. */
ClvStatus
clv_cells_pack_request(ClvCellsPack *pack, const unsigned char *request,
					   size_t size, ClvError *err)
{
	if (size == 0)
		return CLV_OK;
	if (pack->request != NULL)
	{
		if (pack->request_size == size &&
			memcmp(pack->request, request, size) == 0)
			return CLV_OK;
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Model and unit must be the same in every row.",
						"parts of a fit cannot be put together: they ask for different models or units");
	}
	pack->request = malloc(size);
	if (pack->request == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	memcpy(pack->request, request, size);
	pack->request_size = size;
	return CLV_OK;
}

/* ---- covariates ---- */

#define HEADS_A_STEP	16384

/* How many covariates have the customers of a part? */
static ClvStatus
look_at_part(ClvCellsPack *pack, Part *part, ClvError *err)
{
	ClvCellsHead head;

	if (part->data != NULL)
	{
		if (clv_cells_head(part->data, part->size, &head, err) != CLV_OK)
			return CLV_BAD_BINARY;
		if (head.customers == 0)
			return CLV_OK;
		part->ncov = head.ncov;
	}
	if (pack->has_ncov && part->ncov != pack->ncov)
		return clv_cells_covariates_differ(part->ncov, pack->ncov, err);
	pack->has_ncov = true;
	pack->ncov = part->ncov;
	return CLV_OK;
}

/* All parts to be grouped, rows before the sections of bases. */
static ClvStatus
begin_grouping(ClvCellsPack *pack, ClvError *err)
{
	ClvStatus	status = CLV_OK;
	ClvCellsHead head;
	size_t		i;

	pack->grouping = clv_grouping_new(pack->ncov);
	if (pack->grouping == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	for (i = 0; i < pack->came && status == CLV_OK; i++)
		if (pack->part[i].data == NULL)
			status = clv_grouping_add_rows(pack->grouping, pack->part[i].row,
										   pack->part[i].size);
	for (i = 0; i < pack->came && status == CLV_OK; i++)
	{
		const Part *part = &pack->part[i];

		if (part->data == NULL || part->ncov == 0)
			continue;
		clv_cells_head(part->data, part->size, &head, NULL);
		status = clv_grouping_add_section(pack->grouping, head.covariates);
	}
	pack->stage = PACK_GROUP;
	return status == CLV_OK ? CLV_CONTINUE :
		clv_fail(err, status, NULL, "out of memory");
}

/* Are there covariates?  Some parts at a time. */
static ClvStatus
look_for_covariates(ClvCellsPack *pack, ClvError *err)
{
	size_t		budget = HEADS_A_STEP;
	ClvStatus	status;

	for (; pack->looked < pack->came; pack->looked++)
	{
		if (budget-- == 0)
			return CLV_CONTINUE;
		status = look_at_part(pack, &pack->part[pack->looked], err);
		if (status != CLV_OK)
			return status;
	}
	if (pack->ncov > 0)
		return begin_grouping(pack, err);
	pack->stage = PACK_PICK;
	return CLV_CONTINUE;
}

/* All rows, now without covariates, are in the first part that has any. */
static void
take_plain_rows(ClvCellsPack *pack)
{
	size_t		n;
	const ClvCellsRow *row = clv_grouping_rows(pack->grouping, &n);
	size_t		i;

	for (i = 0; i < pack->came; i++)
	{
		Part	   *part = &pack->part[i];

		if (part->data != NULL)
			continue;
		part->row = row;
		part->size = part->weight = n;
		n = 0;
	}
}

static ClvStatus
group_customers(ClvCellsPack *pack, ClvError *err)
{
	ClvStatus	status = clv_grouping_step(pack->grouping, err);

	if (status != CLV_OK)
		return status;
	take_plain_rows(pack);
	pack->stage = PACK_PICK;
	return CLV_CONTINUE;
}

/* ---- all customers ---- */

static int
compare_parts(const void *a, const void *b)
{
	size_t		wa = ((const Part *) a)->weight;
	size_t		wb = ((const Part *) b)->weight;

	return wa < wb ? -1 : wa > wb ? 1 : 0;
}

/* The smallest part that waits, or NULL. */
static Part *
next_part(ClvCellsPack *pack)
{
	Part	   *came = pack->next_came < pack->came ?
		&pack->part[pack->next_came] : NULL;
	Part	   *made = pack->next_made < pack->npart ?
		&pack->part[pack->next_made] : NULL;

	if (came != NULL && (made == NULL || came->weight <= made->weight))
	{
		pack->next_came++;
		return came;
	}
	if (made != NULL)
		pack->next_made++;
	return made;
}

static bool
pick_parts(ClvCellsPack *pack)
{
	if (pack->came == 0)
	{
		/* no customers at all: a base of none */
		Part	   *none = new_part(pack);

		if (none == NULL)
			return false;
		none->loaded = true;
		none->cells.base.has_log_gaps = true;
	}
	else if (pack->next_came == 0)
	{
		qsort(pack->part, pack->came, sizeof(Part), compare_parts);
		pack->next_made = pack->came;
	}
	pack->hold[0] = next_part(pack);
	pack->hold[1] = next_part(pack);
	pack->nhold = pack->hold[1] == NULL ? 1 : 2;
	pack->stage = PACK_LOAD;
	return true;
}

/* Decode or sort one part, a slice at a time. */
static ClvStatus
load_part(ClvCellsPack *pack, Part *part, ClvError *err)
{
	ClvStatus	status;

	if (part->data != NULL)
	{
		if (!pack->reading)
			clv_cells_read_begin(&pack->reader, &part->cells, part->data,
								 part->size);
		pack->reading = true;
		status = clv_cells_read_step(&pack->reader, err);
		if (status != CLV_OK)
			return status;
		pack->reading = false;
		part->loaded = true;
		return clv_cells_pack_request(pack, part->cells.request,
									  part->cells.request_size, err);
	}
	if (pack->sort == NULL)
	{
		pack->sort = clv_cells_sort_new(&part->cells, part->row, part->size);
		if (pack->sort == NULL)
			return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	}
	status = clv_cells_sort_step(pack->sort, err);
	if (status != CLV_OK)
		return status;
	clv_cells_sort_free(pack->sort);
	pack->sort = NULL;
	part->loaded = true;
	part->cells.base.has_log_gaps = part->has_gaps;
	part->cells.gaps = part->gaps;
	return CLV_OK;
}

/* Customers whose history is known beside others whose spend alone is? */
static ClvStatus
check_whole(const ClvBase *base, ClvError *err)
{
	if (base->customers == 0 || base->customers ==
		base->spenders + base->no_repeat + base->no_spend)
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
					"a base of spend alone cannot be rolled up with one of customers");
}

static ClvStatus
load_parts(ClvCellsPack *pack, ClvError *err)
{
	Part	  **hold = pack->hold;
	ClvStatus	status;
	int			i;

	for (i = 0; i < pack->nhold; i++)
	{
		if (hold[i]->loaded)
			continue;
		status = load_part(pack, hold[i], err);
		return status == CLV_OK ? CLV_CONTINUE : status;
	}
	if (pack->nhold == 2)
	{
		pack->stage = PACK_MERGE;
		pack->merge = clv_cells_merge_new(&pack->merged, &hold[0]->cells,
										  &hold[1]->cells);
		return pack->merge != NULL ? CLV_CONTINUE :
			clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	}
	status = check_whole(&hold[0]->cells.base, err);
	if (status != CLV_OK)
		return status;
	free(hold[0]->cells.request);
	hold[0]->cells.request = pack->request;
	hold[0]->cells.request_size = pack->request_size;
	pack->request = NULL;
	if (pack->grouping != NULL)
		hold[0]->cells.covariates = clv_grouping_section(pack->grouping);
	pack->stage = PACK_WRITE;
	clv_cells_write_begin(&pack->writer, &hold[0]->cells);
	return CLV_CONTINUE;
}

static ClvStatus
merge_parts(ClvCellsPack *pack, ClvError *err)
{
	ClvStatus	status = clv_cells_merge_step(pack->merge, err);
	Part	   *made;

	if (status != CLV_OK)
		return status;
	clv_cells_merge_free(pack->merge);
	pack->merge = NULL;
	clv_cells_free(&pack->hold[0]->cells);
	clv_cells_free(&pack->hold[1]->cells);
	made = new_part(pack);		/* moves the parts: hold is void */
	if (made == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	made->cells = pack->merged;
	made->weight = made->cells.base.ncell + made->cells.base.nspend;
	made->loaded = true;
	memset(&pack->merged, 0, sizeof(ClvCells));
	pack->stage = PACK_PICK;
	return CLV_CONTINUE;
}

ClvStatus
clv_cells_pack_step(ClvCellsPack *pack, ClvError *err)
{
	ClvStatus	status = CLV_OK;

	switch (pack->stage)
	{
		case PACK_COVARIATES:
			return look_for_covariates(pack, err);
		case PACK_GROUP:
			return group_customers(pack, err);
		case PACK_PICK:
			return pick_parts(pack) ? CLV_CONTINUE :
				clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
		case PACK_LOAD:
			return load_parts(pack, err);
		case PACK_MERGE:
			return merge_parts(pack, err);
		case PACK_WRITE:
			status = clv_cells_write_step(&pack->writer, err);
			if (status == CLV_OK)
				pack->stage = PACK_DONE;
			break;
		case PACK_DONE:
			break;
	}
	return status;
}

const unsigned char *
clv_cells_pack_result(const ClvCellsPack *pack, size_t *size)
{
	*size = pack->writer.size;
	return pack->writer.data;
}

size_t
clv_cells_pack_cells(const ClvCellsPack *pack)
{
	const ClvBase *base = &pack->hold[0]->cells.base;
	size_t		all = base->ncell + base->nspend;
	size_t		groups = pack->grouping == NULL ? 0 :
		clv_grouping_cells(pack->grouping);

	return all > groups ? all : groups;
}
