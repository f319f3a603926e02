/*
 * cells_parts.c
 *		Rows and encoded bases, none with covariates, become one encoded base.
 *
 * The parts are merged two by two, always the two smallest (those that came,
 * in order of size, wait in one queue and those that were made in another: the
 * smallest is at the head of either), so that many small bases and a large one
 * cost little more than the large one.
 */
#include "base/cells_parts.h"

#include <stdlib.h>
#include <string.h>

typedef enum PartsStage
{
	PARTS_PICK, PARTS_LOAD, PARTS_MERGE, PARTS_WRITE, PARTS_DONE
} PartsStage;

struct ClvParts
{
	ClvPart    *part;			/* first those that came, then those made */
	size_t		npart;
	size_t		room;
	size_t		came;			/* how many came */
	size_t		next_came;		/* heads of the two queues */
	size_t		next_made;
	PartsStage	stage;
	ClvSpan		covariates;		/* of the result */
	ClvPart    *hold[2];		/* being loaded or merged */
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

ClvParts *
clv_parts_new(void)
{
	return calloc(1, sizeof(ClvParts));
}

void
clv_parts_free(ClvParts *parts)
{
	size_t		i;

	if (parts == NULL)
		return;
	for (i = 0; i < parts->npart; i++)
		clv_cells_free(&parts->part[i].cells);
	free(parts->part);
	free(parts->request);
	clv_cells_sort_free(parts->sort);
	clv_cells_merge_free(parts->merge);
	clv_cells_free(&parts->merged);
	free(parts->writer.data);
	free(parts);
}

/* Room for one more part; NULL when there is no memory. */
static ClvPart *
new_part(ClvParts *parts)
{
	if (parts->npart == parts->room)
	{
		size_t		room = parts->room < 4 ? 4 : parts->room * 2;
		ClvPart    *part = realloc(parts->part, room * sizeof(ClvPart));

		if (part == NULL)
			return NULL;
		parts->part = part;
		parts->room = room;
	}
	memset(&parts->part[parts->npart], 0, sizeof(ClvPart));
	return &parts->part[parts->npart++];
}

ClvStatus
clv_parts_rows(ClvParts *parts, const ClvCustomer *row, size_t n, int ncov,
			   const ClvLogSum *gaps)
{
	ClvPart    *part = new_part(parts);

	if (part == NULL)
		return CLV_NO_MEMORY;
	part->row = row;
	part->size = n;
	part->ncov = ncov;
	part->weight = n;
	part->has_gaps = gaps != NULL;
	if (gaps != NULL)
		part->gaps = *gaps;
	parts->came = parts->npart;
	return CLV_OK;
}

ClvStatus
clv_parts_base(ClvParts *parts, const unsigned char *data, size_t size)
{
	ClvPart    *part = new_part(parts);

	if (part == NULL)
		return CLV_NO_MEMORY;
	part->data = data;
	part->size = size;
	part->weight = size / 4;
	parts->came = parts->npart;
	return CLV_OK;
}

/* What the result asks of a one-step fit; all parts must ask the same. */
ClvStatus
clv_parts_request(ClvParts *parts, const unsigned char *request,
					   size_t size, ClvError *err)
{
	if (size == 0)
		return CLV_OK;
	if (parts->request != NULL)
	{
		if (parts->request_size == size &&
			memcmp(parts->request, request, size) == 0)
			return CLV_OK;
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Model and unit must be the same in every row.",
						"parts of a fit cannot be put together: they ask for different models or units");
	}
	parts->request = malloc(size);
	if (parts->request == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	memcpy(parts->request, request, size);
	parts->request_size = size;
	return CLV_OK;
}

ClvPart *
clv_parts_came(ClvParts *parts, size_t *n)
{
	*n = parts->came;
	return parts->part;
}

void
clv_parts_covariates(ClvParts *parts, ClvSpan section)
{
	parts->covariates = section;
}

/* ---- one of them ---- */

static int
compare_parts(const void *a, const void *b)
{
	size_t		wa = ((const ClvPart *) a)->weight;
	size_t		wb = ((const ClvPart *) b)->weight;

	return wa < wb ? -1 : wa > wb ? 1 : 0;
}

/* The smallest part that waits, or NULL. */
static ClvPart *
next_part(ClvParts *parts)
{
	ClvPart    *came = parts->next_came < parts->came ?
		&parts->part[parts->next_came] : NULL;
	ClvPart    *made = parts->next_made < parts->npart ?
		&parts->part[parts->next_made] : NULL;

	if (came != NULL && (made == NULL || came->weight <= made->weight))
	{
		parts->next_came++;
		return came;
	}
	if (made != NULL)
		parts->next_made++;
	return made;
}

static bool
pick_parts(ClvParts *parts)
{
	if (parts->came == 0)
	{
		/* no customers at all: a base of none */
		ClvPart    *none = new_part(parts);

		if (none == NULL)
			return false;
		none->loaded = true;
		none->cells.base.has_log_gaps = true;
	}
	else if (parts->next_came == 0)
	{
		qsort(parts->part, parts->came, sizeof(ClvPart), compare_parts);
		parts->next_made = parts->came;
	}
	parts->hold[0] = next_part(parts);
	parts->hold[1] = next_part(parts);
	parts->nhold = parts->hold[1] == NULL ? 1 : 2;
	parts->stage = PARTS_LOAD;
	return true;
}

/* Decode or sort one part, a slice at a time. */
static ClvStatus
load_part(ClvParts *parts, ClvPart *part, ClvError *err)
{
	ClvStatus	status;

	if (part->data != NULL)
	{
		if (!parts->reading)
			clv_cells_read_begin(&parts->reader, &part->cells, part->data,
								 part->size);
		parts->reading = true;
		status = clv_cells_read_step(&parts->reader, err);
		if (status != CLV_OK)
			return status;
		parts->reading = false;
		part->loaded = true;
		return clv_parts_request(parts, part->cells.request,
									  part->cells.request_size, err);
	}
	if (parts->sort == NULL)
	{
		parts->sort = clv_cells_sort_new(&part->cells, part->row, part->size);
		if (parts->sort == NULL)
			return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	}
	status = clv_cells_sort_step(parts->sort, err);
	if (status != CLV_OK)
		return status;
	clv_cells_sort_free(parts->sort);
	parts->sort = NULL;
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
load_parts(ClvParts *parts, ClvError *err)
{
	ClvPart   **hold = parts->hold;
	ClvStatus	status;
	int			i;

	for (i = 0; i < parts->nhold; i++)
	{
		if (hold[i]->loaded)
			continue;
		status = load_part(parts, hold[i], err);
		return status == CLV_OK ? CLV_CONTINUE : status;
	}
	if (parts->nhold == 2)
	{
		parts->stage = PARTS_MERGE;
		parts->merge = clv_cells_merge_new(&parts->merged, &hold[0]->cells,
										  &hold[1]->cells);
		return parts->merge != NULL ? CLV_CONTINUE :
			clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	}
	status = check_whole(&hold[0]->cells.base, err);
	if (status != CLV_OK)
		return status;
	free(hold[0]->cells.request);
	hold[0]->cells.request = parts->request;
	hold[0]->cells.request_size = parts->request_size;
	parts->request = NULL;
	hold[0]->cells.covariates = parts->covariates;
	parts->stage = PARTS_WRITE;
	clv_cells_write_begin(&parts->writer, &hold[0]->cells);
	return CLV_CONTINUE;
}

static ClvStatus
merge_parts(ClvParts *parts, ClvError *err)
{
	ClvStatus	status = clv_cells_merge_step(parts->merge, err);
	ClvPart    *made;

	if (status != CLV_OK)
		return status;
	clv_cells_merge_free(parts->merge);
	parts->merge = NULL;
	clv_cells_free(&parts->hold[0]->cells);
	clv_cells_free(&parts->hold[1]->cells);
	made = new_part(parts);		/* moves the parts: hold is void */
	if (made == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	made->cells = parts->merged;
	made->weight = made->cells.base.ncell + made->cells.base.nspend;
	made->loaded = true;
	memset(&parts->merged, 0, sizeof(ClvCells));
	parts->stage = PARTS_PICK;
	return CLV_CONTINUE;
}

ClvStatus
clv_parts_step(ClvParts *parts, ClvError *err)
{
	ClvStatus	status = CLV_OK;

	switch (parts->stage)
	{
		case PARTS_PICK:
			return pick_parts(parts) ? CLV_CONTINUE :
				clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
		case PARTS_LOAD:
			return load_parts(parts, err);
		case PARTS_MERGE:
			return merge_parts(parts, err);
		case PARTS_WRITE:
			status = clv_cells_write_step(&parts->writer, err);
			if (status == CLV_OK)
				parts->stage = PARTS_DONE;
			break;
		case PARTS_DONE:
			break;
	}
	return status;
}

const unsigned char *
clv_parts_result(const ClvParts *parts, size_t *size)
{
	*size = parts->writer.size;
	return parts->writer.data;
}

size_t
clv_parts_cells(const ClvParts *parts)
{
	const ClvBase *base = &parts->hold[0]->cells.base;

	return base->ncell + base->nspend;
}
