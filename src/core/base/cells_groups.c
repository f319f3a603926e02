/*
 * cells_groups.c
 *		A base with its groups: reading all of it.
 *
 * Safe on any bytes, as cells_read.c is: every number is held against the bytes
 * that are left, and nothing large is allocated for few of them.
 */
#include "base/cells_groups.h"

#include "base/cells_code.h"

#include <stdlib.h>

/* Work of a step, in bytes of encodings; a group also costs some memory. */
#define STEP_BYTES		65536
#define GROUP_BYTES		64

/* "cells" have been read, and belong to the caller. */
void
clv_groups_read_begin(ClvGroupsReader *g, ClvCells *cells)
{
	memset(g, 0, sizeof(ClvGroupsReader));
	g->base = &cells->base;
	g->walk.in = cells->covariates;
}

void
clv_groups_read_end(ClvGroupsReader *g)
{
	clv_cells_free(&g->cells);
}

/* The next group's vector, and the beginning of its base. */
static ClvStatus
begin_group(ClvGroupsReader *g, ClvError *err)
{
	size_t		next = g->walk.next;
	ClvGroupBytes group;

	if (clv_groups_next(&g->walk, &group, err) != CLV_OK)
		return CLV_BAD_BINARY;
	clv_groups_vector(group.v, g->walk.ncov, g->base->group[next].v);
	clv_cells_read_begin(&g->reader, &g->cells, group.base.at,
						 clv_span_size(group.base));
	g->reading = true;
	return CLV_CONTINUE;
}

/* A group's base has been read: it has no groups itself. */
static ClvStatus
end_group(ClvGroupsReader *g, ClvError *err)
{
	if (g->cells.covariates.at != g->cells.covariates.end)
		return clv_cells_malformed(err);
	*g->base->group[g->walk.next - 1].base = g->cells.base;
	memset(&g->cells.base, 0, sizeof(ClvBase));
	clv_cells_free(&g->cells);
	g->reading = false;
	return g->walk.next < g->walk.ngroup ? CLV_CONTINUE : CLV_OK;
}

ClvStatus
clv_groups_read_step(ClvGroupsReader *g, ClvError *err)
{
	const unsigned char *from = g->walk.in.at;
	size_t		groups = 0;
	ClvStatus	status = CLV_CONTINUE;

	if (g->walk.ncov == 0)
	{
		if (from == g->walk.in.end)
			return CLV_OK;
		if (clv_groups_walk(&g->walk, g->walk.in, err) != CLV_OK)
			return CLV_BAD_BINARY;
		return clv_base_make_groups(g->base, g->walk.ncov, g->walk.ngroup) ?
			CLV_CONTINUE : clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	}

	/* Many small groups a step, or one slice of a large one. */
	while (status == CLV_CONTINUE &&
		   (g->walk.in.at - from) + groups * GROUP_BYTES < STEP_BYTES)
	{
		if (!g->reading)
			status = begin_group(g, err);
		else
		{
			status = clv_cells_read_step(&g->reader, err);
			if (status == CLV_CONTINUE && g->reader.i > 0)
				break;
			if (status == CLV_OK)
				status = end_group(g, err);
			groups++;
		}
	}
	return status;
}

ClvStatus
clv_cells_decode(const unsigned char *data, size_t size, ClvBase *base,
				 ClvError *err)
{
	ClvCells	cells;
	ClvCellsReader reader;
	ClvGroupsReader groups;
	ClvStatus	status;

	clv_cells_read_begin(&reader, &cells, data, size);
	do
		status = clv_cells_read_step(&reader, err);
	while (status == CLV_CONTINUE);

	clv_groups_read_begin(&groups, &cells);
	if (status == CLV_OK)
		do
			status = clv_groups_read_step(&groups, err);
		while (status == CLV_CONTINUE);
	clv_groups_read_end(&groups);

	*base = cells.base;
	free(cells.request);
	if (status != CLV_OK)
		clv_base_free(base);
	return status;
}
