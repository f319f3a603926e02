/*
 * make_base.h
 *		A base from rows, for tests: plain sorting, no storage format.
 */
#ifndef CLV_MAKE_BASE_H
#define CLV_MAKE_BASE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

typedef struct MakeRow
{
	double		x;
	double		tx;
	double		t;
	double		m;				/* <= 0: none */
	double		n;				/* customers */
} MakeRow;

static int
make_by_value(const void *a, const void *b)
{
	double		l = *(const double *) a;
	double		r = *(const double *) b;

	return (l > r) - (l < r);
}

static int
make_by_cell(const void *a, const void *b)
{
	const ClvCell *l = a;
	const ClvCell *r = b;

	if (l->ix != r->ix)
		return l->ix < r->ix ? -1 : 1;
	if (l->it != r->it)
		return l->it < r->it ? -1 : 1;
	return (l->itx > r->itx) - (l->itx < r->itx);
}

static int
make_by_spend(const void *a, const void *b)
{
	const ClvSpend *l = a;
	const ClvSpend *r = b;

	if (l->x != r->x)
		return l->x < r->x ? -1 : 1;
	return (l->m > r->m) - (l->m < r->m);
}

/* Sort and drop what is there already; returns how many are left. */
static uint32_t
make_distinct(double *value, size_t n)
{
	uint32_t	left = 0;
	size_t		i;

	qsort(value, n, sizeof(double), make_by_value);
	for (i = 0; i < n; i++)
	{
		if (left == 0 || value[left - 1] != value[i])
			value[left++] = value[i];
	}
	return left;
}

static uint32_t
make_index(const double *value, uint32_t n, double of)
{
	return (const double *) bsearch(&of, value, n, sizeof(double), make_by_value) - value;
}

static void
make_merge(ClvBase *base)
{
	size_t		i;
	size_t		left = 0;

	qsort(base->cell, base->ncell, sizeof(ClvCell), make_by_cell);
	for (i = 0; i < base->ncell; i++)
	{
		if (left > 0 && make_by_cell(&base->cell[left - 1], &base->cell[i]) == 0)
			base->cell[left - 1].n += base->cell[i].n;
		else
			base->cell[left++] = base->cell[i];
	}
	base->ncell = left;

	left = 0;
	qsort(base->spend, base->nspend, sizeof(ClvSpend), make_by_spend);
	for (i = 0; i < base->nspend; i++)
	{
		if (left > 0 && make_by_spend(&base->spend[left - 1], &base->spend[i]) == 0)
			base->spend[left - 1].n += base->spend[i].n;
		else
			base->spend[left++] = base->spend[i];
	}
	base->nspend = left;
}

static inline void
make_base(const MakeRow *row, size_t n, ClvBase *base)
{
	size_t		i;

	memset(base, 0, sizeof(*base));
	base->x = malloc((n + 1) * sizeof(double));
	base->tx = malloc((n + 1) * sizeof(double));
	base->t = malloc((n + 1) * sizeof(double));
	base->cell = malloc((n + 1) * sizeof(ClvCell));
	base->spend = malloc((n + 1) * sizeof(ClvSpend));
	for (i = 0; i < n; i++)
	{
		base->x[i] = row[i].x;
		base->tx[i] = row[i].tx;
		base->t[i] = row[i].t;
	}
	base->nx = make_distinct(base->x, n);
	base->ntx = make_distinct(base->tx, n);
	base->nt = make_distinct(base->t, n);
	for (i = 0; i < n; i++)
	{
		ClvCell    *cell = &base->cell[base->ncell++];

		cell->ix = make_index(base->x, base->nx, row[i].x);
		cell->itx = make_index(base->tx, base->ntx, row[i].tx);
		cell->it = make_index(base->t, base->nt, row[i].t);
		cell->n = row[i].n;
		base->customers += row[i].n;
		if (row[i].x == 0.0)
			base->no_repeat += row[i].n;
		else if (!(row[i].m > 0.0))
			base->no_spend += row[i].n;
		else
		{
			ClvSpend   *spend = &base->spend[base->nspend++];

			spend->x = row[i].x;
			spend->m = row[i].m;
			spend->n = row[i].n;
			base->spenders += row[i].n;
		}
	}
	make_merge(base);
}

#endif							/* CLV_MAKE_BASE_H */
