/*
 * make_groups.h
 *		A base with covariates from rows, for tests.
 */
#ifndef CLV_MAKE_GROUPS_H
#define CLV_MAKE_GROUPS_H

#include "run_fit.h"
#include "models/list.h"

#define MAKE_COVARIATES	3

typedef struct GroupedRow
{
	MakeRow		row;
	double		v[MAKE_COVARIATES];
} GroupedRow;

static const ClvCovariateName make_name[CLV_MAX_COVARIATES] = {"one", "two", "three"};

static int
make_by_values(const void *a, const void *b)
{
	const GroupedRow *l = a;
	const GroupedRow *r = b;
	int			i;

	for (i = 0; i < MAKE_COVARIATES; i++)
	{
		if (l->v[i] != r->v[i])
			return l->v[i] < r->v[i] ? -1 : 1;
	}
	return 0;
}

/* The first ncov covariates count; those after them are all zero. */
static inline void
make_groups(const GroupedRow *grouped, size_t n, int ncov, ClvBase *base)
{
	GroupedRow *sorted = malloc(n * sizeof(GroupedRow));
	MakeRow    *row = malloc(n * sizeof(MakeRow));
	size_t		from;
	size_t		to;
	size_t		ngroup = 0;

	memcpy(sorted, grouped, n * sizeof(GroupedRow));
	qsort(sorted, n, sizeof(GroupedRow), make_by_values);
	for (to = 0; to < n; to++)
	{
		row[to] = sorted[to].row;
		ngroup += to == 0 || make_by_values(&sorted[to - 1], &sorted[to]) != 0;
	}
	make_base(row, n, base);
	if (!clv_base_make_groups(base, ncov, ngroup))
		abort();
	ngroup = 0;
	for (from = 0; from < n; from = to)
	{
		for (to = from + 1; to < n && make_by_values(&sorted[from], &sorted[to]) == 0; to++)
			;
		memcpy(base->group[ngroup].v, sorted[from].v, ncov * sizeof(double));
		make_base(row + from, to - from, base->group[ngroup].base);
		ngroup++;
	}
	free(sorted);
	free(row);
}

/* Fit with the base's covariates. */
static inline ClvFitted
run_covariates(const ClvModel *model, const ClvBase *base, const ClvPrior *prior)
{
	ClvFitOptions options = {.prior = prior, .ncov = base->ncov, .covariate = make_name};

	return run_options(model, base, &options);
}

static inline ClvFitted
run_grouped(const char *name, const GroupedRow *row, size_t n, int ncov)
{
	ClvBase		base;
	ClvFitted	fitted;

	make_groups(row, n, ncov, &base);
	fitted = run_covariates(clv_model_find(name), &base, NULL);
	clv_base_free(&base);
	return fitted;
}

#endif							/* CLV_MAKE_GROUPS_H */
