/*
 * cells_walk.c
 *		Along the groups of a base with covariates, none of them decoded.
 *
 * Safe on any bytes, as cells_read.c is, which is built on this: a head tells
 * how many groups there are.
 */
#include "base/cells_code.h"
#include "base/cells_groups.h"

/* Bytes of a group besides its vector: a number, and the base of nobody. */
#define LEAST_BASE		13

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
