/*
 * cells_merge.c
 *		Two bases become one.
 *
 * Both are in order, and so is the union of their dictionaries: the indexes of
 * a base become others that ascend just the same, and its cells stay sorted.
 * So every part is one walk along two sorted sequences.
 */
#include "base/cells_code.h"

#include <stdlib.h>
#include <string.h>

typedef enum MergeStage
{
	MERGE_X, MERGE_TX, MERGE_T, MERGE_CELLS, MERGE_SPEND, MERGE_DONE
} MergeStage;

/* Old index to new. */
typedef struct IndexMap
{
	uint32_t   *x;
	uint32_t   *tx;
	uint32_t   *t;
} IndexMap;

struct ClvCellsMerge
{
	ClvBase    *out;
	const ClvBase *in[2];
	IndexMap	map[2];
	MergeStage	stage;
	bool		begun;			/* the present stage has its memory */
	size_t		pos[2];			/* next element of either */
};

ClvCellsMerge *
clv_cells_merge_new(ClvCells *out, const ClvCells *a, const ClvCells *b)
{
	ClvCellsMerge *m = calloc(1, sizeof(ClvCellsMerge));

	memset(out, 0, sizeof(ClvCells));
	if (m == NULL)
		return NULL;
	m->out = &out->base;
	m->in[0] = &a->base;
	m->in[1] = &b->base;
	out->base.customers = a->base.customers + b->base.customers;
	out->base.spenders = a->base.spenders + b->base.spenders;
	out->base.no_repeat = a->base.no_repeat + b->base.no_repeat;
	out->base.no_spend = a->base.no_spend + b->base.no_spend;
	out->base.has_log_gaps = a->base.has_log_gaps && b->base.has_log_gaps;
	if (out->base.has_log_gaps)
	{
		out->gaps = a->gaps;
		clv_log_sum_add(&out->gaps, b->gaps);
	}
	return m;
}

void
clv_cells_merge_free(ClvCellsMerge *m)
{
	int			i;

	if (m == NULL)
		return;
	for (i = 0; i < 2; i++)
	{
		free(m->map[i].x);
		free(m->map[i].tx);
		free(m->map[i].t);
	}
	free(m);
}

/* One dictionary of the three: where it is in a base and in a map. */
typedef struct Dictionary
{
	double	  **value;
	uint32_t   *n;
	const double *in[2];
	uint32_t	nin[2];
	uint32_t  **map[2];
} Dictionary;

static Dictionary
get_dictionary(ClvCellsMerge *m)
{
	const ClvBase *a = m->in[0];
	const ClvBase *b = m->in[1];

	if (m->stage == MERGE_X)
		return (Dictionary) {
			&m->out->x, &m->out->nx, {a->x, b->x}, {a->nx, b->nx},
			{&m->map[0].x, &m->map[1].x}
		};
	if (m->stage == MERGE_TX)
		return (Dictionary) {
			&m->out->tx, &m->out->ntx, {a->tx, b->tx}, {a->ntx, b->ntx},
			{&m->map[0].tx, &m->map[1].tx}
		};
	return (Dictionary) {
		&m->out->t, &m->out->nt, {a->t, b->t}, {a->nt, b->nt},
		{&m->map[0].t, &m->map[1].t}
	};
}

/* True when the stage is done; *ok is false when there is no memory. */
static bool
merge_values(ClvCellsMerge *m, bool *ok)
{
	Dictionary	d = get_dictionary(m);
	size_t		budget = CLV_CELLS_SLICE;
	int			i;

	if (!m->begun)
	{
		*d.value = malloc(((size_t) d.nin[0] + d.nin[1] + 1) * sizeof(double));
		for (i = 0; i < 2; i++)
			*d.map[i] = malloc(((size_t) d.nin[i] + 1) * sizeof(uint32_t));
		*ok = *d.value && *d.map[0] && *d.map[1];
		if (!*ok)
			return false;
	}
	while (budget-- > 0)
	{
		bool		more[2] = {m->pos[0] < d.nin[0], m->pos[1] < d.nin[1]};
		double		v;

		if (more[0] && more[1])
			v = d.in[0][m->pos[0]] < d.in[1][m->pos[1]] ?
				d.in[0][m->pos[0]] : d.in[1][m->pos[1]];
		else if (more[0] || more[1])
			v = more[0] ? d.in[0][m->pos[0]] : d.in[1][m->pos[1]];
		else
			return true;
		for (i = 0; i < 2; i++)
			if (more[i] && d.in[i][m->pos[i]] == v)
				(*d.map[i])[m->pos[i]++] = *d.n;
		(*d.value)[(*d.n)++] = v;
	}
	return false;
}

static inline ClvCell
map_cell(const ClvCellsMerge *m, int i)
{
	ClvCell		c = m->in[i]->cell[m->pos[i]];

	c.ix = m->map[i].x[c.ix];
	c.it = m->map[i].t[c.it];
	c.itx = m->map[i].tx[c.itx];
	return c;
}

static inline int
compare_cells(const ClvCell *a, const ClvCell *b)
{
	if (a->ix != b->ix)
		return a->ix < b->ix ? -1 : 1;
	if (a->it != b->it)
		return a->it < b->it ? -1 : 1;
	if (a->itx != b->itx)
		return a->itx < b->itx ? -1 : 1;
	return 0;
}

static bool
merge_cells(ClvCellsMerge *m, bool *ok)
{
	ClvBase    *out = m->out;
	size_t		n0 = m->in[0]->ncell;
	size_t		n1 = m->in[1]->ncell;
	size_t		budget = CLV_CELLS_SLICE;

	if (!m->begun)
	{
		out->cell = malloc((n0 + n1 + 1) * sizeof(ClvCell));
		*ok = out->cell != NULL;
		if (!*ok)
			return false;
	}
	while (budget-- > 0 && (m->pos[0] < n0 || m->pos[1] < n1))
	{
		ClvCell		a;
		ClvCell		b;
		int			order;

		if (m->pos[0] < n0)
			a = map_cell(m, 0);
		if (m->pos[1] < n1)
			b = map_cell(m, 1);
		order = m->pos[1] >= n1 ? -1 : m->pos[0] >= n0 ? 1 :
			compare_cells(&a, &b);
		if (order == 0)
			a.n += b.n;
		if (order <= 0)
			m->pos[0]++;
		if (order >= 0)
			m->pos[1]++;
		out->cell[out->ncell++] = order <= 0 ? a : b;
	}
	return m->pos[0] == n0 && m->pos[1] == n1;
}

static inline int
compare_spend(const ClvSpend *a, const ClvSpend *b)
{
	if (a->x != b->x)
		return a->x < b->x ? -1 : 1;
	if (a->m != b->m)
		return a->m < b->m ? -1 : 1;
	return 0;
}

static bool
merge_spend(ClvCellsMerge *m, bool *ok)
{
	ClvBase    *out = m->out;
	size_t		n0 = m->in[0]->nspend;
	size_t		n1 = m->in[1]->nspend;
	size_t		budget = CLV_CELLS_SLICE;

	if (!m->begun)
	{
		out->spend = malloc((n0 + n1 + 1) * sizeof(ClvSpend));
		*ok = out->spend != NULL;
		if (!*ok)
			return false;
	}
	while (budget-- > 0 && (m->pos[0] < n0 || m->pos[1] < n1))
	{
		const ClvSpend *a = m->in[0]->spend + m->pos[0];
		const ClvSpend *b = m->in[1]->spend + m->pos[1];
		ClvSpend   *sum = &out->spend[out->nspend++];
		int			order;

		order = m->pos[1] >= n1 ? -1 : m->pos[0] >= n0 ? 1 :
			compare_spend(a, b);
		*sum = order <= 0 ? *a : *b;
		if (order == 0)
			sum->n += b->n;
		if (order <= 0)
			m->pos[0]++;
		if (order >= 0)
			m->pos[1]++;
	}
	return m->pos[0] == n0 && m->pos[1] == n1;
}

ClvStatus
clv_cells_merge_step(ClvCellsMerge *m, ClvError *err)
{
	bool		ok = true;
	bool		done = true;
	ClvStatus	status = clv_cells_count(m->out->spenders + m->out->no_repeat +
										 m->out->no_spend, err);

	if (status != CLV_OK)
		return status;
	switch (m->stage)
	{
		case MERGE_X:
		case MERGE_TX:
		case MERGE_T:
			done = merge_values(m, &ok);
			break;
		case MERGE_CELLS:
			done = merge_cells(m, &ok);
			break;
		case MERGE_SPEND:
			done = merge_spend(m, &ok);
			break;
		case MERGE_DONE:
			return CLV_OK;
	}
	if (!ok)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	m->begun = !done;
	if (done)
	{
		m->stage++;
		m->pos[0] = m->pos[1] = 0;
	}
	return m->stage < MERGE_DONE ? CLV_CONTINUE : CLV_OK;
}
