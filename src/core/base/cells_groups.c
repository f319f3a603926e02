/*
 * cells_groups.c
 *		The covariates of a base, as they are stored: reading them.
 *
 * Safe on any bytes, as cells_read.c is: every number is held against the bytes
 * that are left, and nothing large is allocated for few of them.
 */
#include "base/cells_groups.h"

#include "base/cells_code.h"

#include <stdlib.h>

/* Bytes of a group besides its vector: a number, and the base of nobody. */
#define LEAST_BASE		13

/* Work of a step, in bytes of encodings; a group also costs some memory. */
#define STEP_BYTES		65536
#define GROUP_BYTES		64

ClvStatus
clv_groups_walk(ClvGroupsWalk *walk, ClvSpan section, ClvError *err)
{
	uint64_t	ncov;
	uint64_t	ngroup;

	walk->in = section;
	walk->next = 0;
	if (!clv_get_varint(&walk->in, &ncov) || ncov < 1 ||
		ncov > CLV_MAX_COVARIATES ||
		!clv_get_varint(&walk->in, &ngroup) || ngroup < 1 ||
		ngroup > clv_span_size(walk->in) / (ncov * sizeof(double) + LEAST_BASE))
		return clv_cells_malformed(err);
	walk->ncov = (int) ncov;
	walk->ngroup = ngroup;
	return CLV_OK;
}

ClvStatus
clv_groups_next(ClvGroupsWalk *walk, ClvGroupBytes *group, ClvError *err)
{
	ClvSpan    *in = &walk->in;
	ClvSpan		vector;

	if (walk->next >= walk->ngroup ||
		!clv_get_span(in, walk->ncov * sizeof(double), &vector) ||
		!clv_get_string(in, &group->base))
		return clv_cells_malformed(err);
	group->v = vector.at;
	walk->next++;
	if (walk->next == walk->ngroup && in->at < in->end)
		return clv_cells_malformed(err);
	return CLV_OK;
}

ClvSpan
clv_groups_base(const unsigned char *v, int ncov)
{
	const unsigned char *after = v + ncov * sizeof(double);
	ClvSpan		base = {after, after + CLV_VARINT_MAX};
	uint64_t	size = 0;

	clv_get_varint(&base, &size);	/* it ends where it ended before */
	base.end = base.at + size;
	return base;
}

void
clv_groups_vector(const unsigned char *v, int ncov, double *out)
{
	int			i;

	for (i = 0; i < ncov; i++)
		out[i] = clv_double_at(v + i * sizeof(double));
}

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
