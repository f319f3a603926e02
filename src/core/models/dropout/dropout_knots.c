/*
 * dropout_knots.c
 *		The cells of a base in groups that share their times.
 *
 * Cells are sorted by (x, T, t_x).  A group takes as many of one x as have no
 * more than CLV_MAX_KNOTS times among them: in a base of whole days that is
 * mostly all of them.  It depends on the base alone where a group ends.
 */
#include "models/dropout/dropout_knots.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CELLS	65536		/* of a group */

bool
clv_knots_init(ClvKnots *knots, const ClvBase *base, bool recencies)
{
	memset(knots, 0, sizeof(*knots));
	knots->base = base;
	knots->recencies = recencies;
	knots->most = (size_t) base->ntx + base->nt;
	if (knots->most > CLV_MAX_KNOTS)
		knots->most = CLV_MAX_KNOTS;
	knots->place = malloc((base->ncell + 1) * sizeof(ClvPlace));
	knots->seen = calloc((size_t) base->ntx + 1, sizeof(size_t));
	knots->rank = malloc(((size_t) base->ntx + 1) * sizeof(uint16_t));
	return knots->place != NULL && knots->seen != NULL && knots->rank != NULL;
}

void
clv_knots_free(ClvKnots *knots)
{
	free(knots->place);
	free(knots->group);
	free(knots->time);
	free(knots->seen);
	free(knots->rank);
}

/* Room for one group more, and for its knots. */
static bool
make_room(ClvKnots *knots)
{
	if (knots->ngroup == knots->groups)
	{
		size_t		n = 2 * knots->groups + 1;
		ClvKnotGroup   *group = realloc(knots->group, n * sizeof(ClvKnotGroup));

		if (group == NULL)
			return false;
		knots->group = group;
		knots->groups = n;
	}
	if (knots->times - knots->ntime < knots->most)
	{
		size_t		n = 2 * knots->times + knots->most;
		double	   *time = realloc(knots->time, n * sizeof(double));

		if (time == NULL)
			return false;
		knots->time = time;
		knots->times = n;
	}
	return true;
}

static int
by_index(const void *a, const void *b)
{
	uint32_t	l = *(const uint32_t *) a;
	uint32_t	r = *(const uint32_t *) b;

	return (l > r) - (l < r);
}

/*
 * How many cells from "first" on make a group.  "itx" takes their distinct
 * recencies, in order.
 */
static size_t
collect_times(ClvKnots *knots, size_t first, uint32_t *itx, size_t *ntx)
{
	const ClvBase *base = knots->base;
	size_t		ages = 0;
	size_t		i;

	*ntx = 0;
	for (i = first; i < base->ncell && i - first < MAX_CELLS; i++)
	{
		const ClvCell *cell = &base->cell[i];
		bool		new_t = i == first || cell->it != cell[-1].it;
		bool		new_tx = knots->recencies &&
			knots->seen[cell->itx] != knots->ngroup + 1;

		if (cell->ix != base->cell[first].ix ||
			ages + new_t + *ntx + new_tx > CLV_MAX_KNOTS)
			break;
		ages += new_t;
		if (new_tx)
		{
			knots->seen[cell->itx] = knots->ngroup + 1;
			itx[(*ntx)++] = cell->itx;
		}
	}
	qsort(itx, *ntx, sizeof(uint32_t), by_index);
	return i - first;
}

/*
 * The next group: merge the times of its cells, whose T ascend, and write
 * down each cell's place.
 */
bool
clv_knots_next(ClvKnots *knots, size_t first)
{
	const ClvBase *base = knots->base;
	const ClvCell *cell = base->cell;
	uint32_t	itx[CLV_MAX_KNOTS];
	size_t		ntx;
	size_t		next = 0;
	size_t		i;
	ClvKnotGroup   *group;
	double	   *time;

	if (!make_room(knots))
		return false;
	group = &knots->group[knots->ngroup];
	group->cell = first;
	group->knot = knots->ntime;
	group->cells = collect_times(knots, first, itx, &ntx);
	group->knots = 0;
	time = knots->time + knots->ntime;

	for (i = first; i < first + group->cells; i++)
	{
		double		t = base->t[cell[i].it];

		for (; next < ntx && base->tx[itx[next]] <= t; next++)
		{
			double		tx = base->tx[itx[next]];

			if (group->knots == 0 || tx > time[group->knots - 1])
				time[group->knots++] = tx;
			knots->rank[itx[next]] = (uint16_t) (group->knots - 1);
		}
		if (group->knots == 0 || t > time[group->knots - 1])
			time[group->knots++] = t;
		knots->place[i].t = (uint16_t) (group->knots - 1);
		knots->place[i].tx = knots->recencies ? knots->rank[cell[i].itx] : knots->place[i].t;
	}
	knots->ntime += group->knots;
	knots->ngroup++;
	return true;
}
