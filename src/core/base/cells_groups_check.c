/*
 * cells_groups_check.c
 *		Is this a base, and do the groups of one with covariates make it up?
 *
 * For bytes that come from outside.  All customers are looked at first
 * (cells_check.c), then group by group.  Each must be a canonical base itself,
 * and its vector above the one before.  Every cell of a group then takes its
 * customers from the same cell of the base; in the end none may be left there.
 */
#include "base/cells_groups.h"

#include "base/cells_code.h"

#include <math.h>
#include <stdlib.h>

/* Work of a step, in bytes or elements; a group always costs so many. */
#define STEP_WORK		65536
#define GROUP_WORK		64

#define OTHER_CUSTOMERS	"its groups are not its customers"

typedef enum GroupStage
{
	GROUP_BEGIN, GROUP_CHECK, GROUP_X, GROUP_TX, GROUP_T, GROUP_CELLS,
	GROUP_SPEND, GROUP_REST, GROUP_DONE
} GroupStage;

typedef struct GroupsCheck
{
	const ClvBase *base;		/* all customers */
	ClvGroupsWalk walk;
	double		before[CLV_MAX_COVARIATES]; /* vector of the group before */
	GroupStage	stage;
	size_t		pos;			/* next element of the present stage */
	size_t		work;			/* of a step with the present group */
	ClvPlainCheck *check;		/* of it */
	const ClvBase *group;
	uint32_t   *x;				/* its indexes to those of all */
	uint32_t   *tx;
	uint32_t   *t;
	double	   *cell;			/* customers that no group has claimed */
	double	   *spend;
} GroupsCheck;

static void
groups_check_free(GroupsCheck *c)
{
	if (c == NULL)
		return;
	clv_plain_check_free(c->check);
	free(c->x);
	free(c->tx);
	free(c->t);
	free(c->cell);
	free(c->spend);
	free(c);
}

static GroupsCheck *
groups_check_new(const ClvCells *cells)
{
	GroupsCheck *c = calloc(1, sizeof(GroupsCheck));
	const ClvBase *base = &cells->base;
	size_t		i;

	if (c == NULL)
		return NULL;
	c->base = base;
	c->walk.in = cells->covariates;
	c->x = malloc((base->nx + 1) * sizeof(uint32_t));
	c->tx = malloc((base->ntx + 1) * sizeof(uint32_t));
	c->t = malloc((base->nt + 1) * sizeof(uint32_t));
	c->cell = malloc((base->ncell + 1) * sizeof(double));
	c->spend = malloc((base->nspend + 1) * sizeof(double));
	if (!c->x || !c->tx || !c->t || !c->cell || !c->spend)
	{
		groups_check_free(c);
		return NULL;
	}
	for (i = 0; i < base->ncell; i++)
		c->cell[i] = base->cell[i].n;
	for (i = 0; i < base->nspend; i++)
		c->spend[i] = base->spend[i].n;
	return c;
}

static ClvStatus
begin_groups(GroupsCheck *c, ClvError *err)
{
	ClvSpan		section = c->walk.in;

	return clv_groups_walk(&c->walk, section, err) == CLV_OK ?
		CLV_CONTINUE : CLV_BAD_BINARY;
}

/* Finite, no -0, and after the vector of the group before? */
static bool
vector_can_follow(GroupsCheck *c, const double *v)
{
	int			order = c->walk.next > 1 ? 0 : 1;
	int			i;

	for (i = 0; i < c->walk.ncov; i++)
	{
		if (!isfinite(v[i]) || (v[i] == 0 && signbit(v[i])))
			return false;
		if (order == 0)
			order = (v[i] > c->before[i]) - (v[i] < c->before[i]);
	}
	return order > 0;
}

static ClvStatus
begin_group(GroupsCheck *c, ClvError *err)
{
	double		v[CLV_MAX_COVARIATES];
	ClvGroupBytes group;
	ClvCellsHead head;
	size_t		size;

	if (clv_groups_next(&c->walk, &group, err) != CLV_OK)
		return CLV_BAD_BINARY;
	clv_groups_vector(group.v, c->walk.ncov, v);
	if (!vector_can_follow(c, v))
		return clv_cells_refuse(err, "its covariates are not finite numbers in ascending order");
	memcpy(c->before, v, sizeof(v));
	size = clv_span_size(group.base);
	c->work = GROUP_WORK + size;
	if (clv_cells_head(group.base.at, size, &head, err) != CLV_OK)
		return CLV_BAD_BINARY;
	if (head.customers == 0 || head.has_log_gaps || head.ncov > 0 ||
		clv_span_size(head.request) > 0)
		return clv_cells_refuse(err, "a group of its customers cannot be");
	c->check = clv_plain_check_new(group.base.at, size);
	if (c->check == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	c->stage = GROUP_CHECK;
	return CLV_CONTINUE;
}

/* The group is a base; can it be a part of this one? */
static ClvStatus
end_check(GroupsCheck *c, ClvError *err)
{
	c->group = &clv_plain_check_cells(c->check)->base;
	if (c->group->customers == 0 || c->group->nx > c->base->nx ||
		c->group->ntx > c->base->ntx || c->group->nt > c->base->nt)
		return clv_cells_refuse(err, OTHER_CUSTOMERS);
	c->stage = GROUP_X;
	return CLV_CONTINUE;
}

/* Where a group's values are among those of all; false: not there. */
static bool
map_values(GroupsCheck *c, const double *from, size_t n, const double *all,
		   size_t nall, uint32_t *map)
{
	size_t		to = clv_slice_end(c->pos, n);

	for (; c->pos < to; c->pos++)
	{
		size_t		low = c->pos > 0 ? map[c->pos - 1] + 1 : 0;
		size_t		high = nall;

		while (low < high)
		{
			size_t		middle = low + (high - low) / 2;

			if (all[middle] < from[c->pos])
				low = middle + 1;
			else
				high = middle;
		}
		if (low == nall || all[low] != from[c->pos])
			return false;
		map[c->pos] = (uint32_t) low;
	}
	return true;
}

static inline bool
cell_before(const ClvCell *a, uint32_t ix, uint32_t it, uint32_t itx)
{
	if (a->ix != ix)
		return a->ix < ix;
	if (a->it != it)
		return a->it < it;
	return a->itx < itx;
}

/* The next cell of the group takes its customers; false: they are not there. */
static bool
claim_cell(GroupsCheck *c)
{
	const ClvCell *cell = &c->group->cell[c->pos];
	const ClvCell *all = c->base->cell;
	uint32_t	ix = c->x[cell->ix];
	uint32_t	it = c->t[cell->it];
	uint32_t	itx = c->tx[cell->itx];
	size_t		low = 0;
	size_t		high = c->base->ncell;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (cell_before(&all[middle], ix, it, itx))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == c->base->ncell || all[low].ix != ix || all[low].it != it ||
		all[low].itx != itx || c->cell[low] < cell->n)
		return false;
	c->cell[low] -= cell->n;
	return true;
}

static bool
claim_spend(GroupsCheck *c)
{
	const ClvSpend *spend = &c->group->spend[c->pos];
	const ClvSpend *all = c->base->spend;
	size_t		low = 0;
	size_t		high = c->base->nspend;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (all[middle].x < spend->x ||
			(all[middle].x == spend->x && all[middle].m < spend->m))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == c->base->nspend || all[low].x != spend->x ||
		all[low].m != spend->m || c->spend[low] < spend->n)
		return false;
	c->spend[low] -= spend->n;
	return true;
}

/* A slice of claims; false when one of them is refused. */
static bool
claim_slice(GroupsCheck *c, size_t n, bool (*claim) (GroupsCheck *))
{
	size_t		to = clv_slice_end(c->pos, n);

	for (; c->pos < to; c->pos++)
		if (!claim(c))
			return false;
	return true;
}

/* Is nobody left without a group? */
static bool
rest_slice(GroupsCheck *c, size_t n)
{
	size_t		ncell = c->base->ncell;
	size_t		to = clv_slice_end(c->pos, n);

	for (; c->pos < to; c->pos++)
		if ((c->pos < ncell ? c->cell[c->pos] : c->spend[c->pos - ncell]) > 0)
			return false;
	return true;
}

/* How many elements the present stage has. */
static size_t
stage_elements(const GroupsCheck *c)
{
	switch (c->stage)
	{
		case GROUP_X:
			return c->group->nx;
		case GROUP_TX:
			return c->group->ntx;
		case GROUP_T:
			return c->group->nt;
		case GROUP_CELLS:
			return c->group->ncell;
		case GROUP_SPEND:
			return c->group->nspend;
		case GROUP_REST:
			return c->base->ncell + c->base->nspend;
		default:
			return 0;
	}
}

/* All elements of the stage are done. */
static void
end_stage(GroupsCheck *c)
{
	c->pos = 0;
	c->stage++;
	if (c->stage != GROUP_REST)
		return;
	clv_plain_check_free(c->check);
	c->check = NULL;
	if (c->walk.next < c->walk.ngroup)
		c->stage = GROUP_BEGIN;
}

/* A slice of a stage that walks along elements. */
static bool
run_slice(GroupsCheck *c, size_t n)
{
	const ClvBase *all = c->base;
	const ClvBase *own = c->group;

	switch (c->stage)
	{
		case GROUP_X:
			return map_values(c, own->x, n, all->x, all->nx, c->x);
		case GROUP_TX:
			return map_values(c, own->tx, n, all->tx, all->ntx, c->tx);
		case GROUP_T:
			return map_values(c, own->t, n, all->t, all->nt, c->t);
		case GROUP_CELLS:
			return claim_slice(c, n, claim_cell);
		case GROUP_SPEND:
			return claim_slice(c, n, claim_spend);
		default:
			return rest_slice(c, n);
	}
}

static ClvStatus
run_stage(GroupsCheck *c, size_t *work, ClvError *err)
{
	size_t		n = stage_elements(c);
	size_t		from = c->pos;
	ClvStatus	status;

	if (c->stage == GROUP_BEGIN)
		return begin_group(c, err);
	if (c->stage == GROUP_CHECK)
	{
		*work += c->work;
		status = clv_plain_check_step(c->check, err);
		return status == CLV_OK ? end_check(c, err) : status;
	}
	if (!run_slice(c, n))
		return clv_cells_refuse(err, OTHER_CUSTOMERS);
	*work += c->pos - from;
	if (c->pos == n)
		end_stage(c);
	return c->stage < GROUP_DONE ? CLV_CONTINUE : CLV_OK;
}

static ClvStatus
groups_check_step(GroupsCheck *c, ClvError *err)
{
	size_t		work = 0;
	ClvStatus	status = CLV_CONTINUE;

	if (c->walk.ncov == 0)
		return begin_groups(c, err);
	if (c->stage == GROUP_DONE)
		return CLV_OK;
	while (status == CLV_CONTINUE && work < STEP_WORK)
		status = run_stage(c, &work, err);
	return status;
}

/* ---- a base and its groups ---- */

struct ClvCellsCheck
{
	ClvPlainCheck *all;			/* customers */
	bool		whole;			/* they have passed */
	GroupsCheck *groups;		/* NULL without covariates */
};

ClvCellsCheck *
clv_cells_check_new(const unsigned char *data, size_t size)
{
	ClvCellsCheck *c = calloc(1, sizeof(ClvCellsCheck));

	if (c == NULL)
		return NULL;
	c->all = clv_plain_check_new(data, size);
	if (c->all == NULL)
	{
		free(c);
		return NULL;
	}
	return c;
}

void
clv_cells_check_free(ClvCellsCheck *c)
{
	if (c == NULL)
		return;
	clv_plain_check_free(c->all);
	groups_check_free(c->groups);
	free(c);
}

/* All customers are a base: go on to the groups, if there are any. */
static ClvStatus
check_all(ClvCellsCheck *c, ClvError *err)
{
	ClvStatus	status = clv_plain_check_step(c->all, err);
	const ClvCells *cells = clv_plain_check_cells(c->all);

	if (status != CLV_OK)
		return status;
	c->whole = true;
	if (clv_span_size(cells->covariates) == 0)
		return CLV_OK;
	c->groups = groups_check_new(cells);
	return c->groups != NULL ? CLV_CONTINUE :
		clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
}

ClvStatus
clv_cells_check_step(ClvCellsCheck *c, ClvError *err)
{
	if (!c->whole)
		return check_all(c, err);
	return c->groups == NULL ? CLV_OK : groups_check_step(c->groups, err);
}
