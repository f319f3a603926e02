/*
 * cells_check.c
 *		Is an encoded base one that the encoder could have written, its groups
 *		left out?
 *
 * For bytes that come from outside.  They are decoded; the customers are held
 * against the rules for rows and the counts against each other; every entry of
 * the dictionaries must be used; and encoding it all again must give the same
 * bytes.  The last rule alone takes care of order, of duplicates and of every
 * number that could be written in more than one way.  The groups of customers
 * with covariates are for cells_groups_check.c.
 */
#include "base/cells_code.h"

#include <math.h>
#include <stdlib.h>

typedef enum CheckStage
{
	CHECK_READ, CHECK_CELLS, CHECK_SPEND, CHECK_COUNTS, CHECK_WRITE, CHECK_DONE
} CheckStage;

struct ClvPlainCheck
{
	const unsigned char *data;
	size_t		size;
	CheckStage	stage;
	size_t		pos;
	ClvCells	cells;
	ClvCellsReader reader;
	ClvCellsWriter writer;
	unsigned char *used[3];		/* entries of x, tx, t */
	int64_t		no_repeat;
	size_t		ix;				/* of the spend cell */
};

ClvPlainCheck *
clv_plain_check_new(const unsigned char *data, size_t size)
{
	ClvPlainCheck *c = calloc(1, sizeof(ClvPlainCheck));

	if (c == NULL)
		return NULL;
	c->data = data;
	c->size = size;
	clv_cells_read_begin(&c->reader, &c->cells, data, size);
	return c;
}

void
clv_plain_check_free(ClvPlainCheck *c)
{
	int			i;

	if (c == NULL)
		return;
	clv_cells_free(&c->cells);
	free(c->writer.data);
	for (i = 0; i < 3; i++)
		free(c->used[i]);
	free(c);
}

const ClvCells *
clv_plain_check_cells(const ClvPlainCheck *c)
{
	return &c->cells;
}

static ClvStatus
ascending(const double *value, size_t n, ClvError *err)
{
	size_t		i;

	for (i = 1; i < n; i++)
		if (!(value[i] > value[i - 1]))
			return clv_cells_refuse(err, "its values do not ascend");
	return CLV_OK;
}

/* The base is decoded: get ready to look at its cells. */
static ClvStatus
begin_cells(ClvPlainCheck *c, ClvError *err)
{
	const ClvBase *base = &c->cells.base;

	c->used[0] = calloc(base->nx + 1, 1);
	c->used[1] = calloc(base->ntx + 1, 1);
	c->used[2] = calloc(base->nt + 1, 1);
	if (!c->used[0] || !c->used[1] || !c->used[2])
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	if (ascending(base->x, base->nx, err) != CLV_OK ||
		ascending(base->tx, base->ntx, err) != CLV_OK ||
		ascending(base->t, base->nt, err) != CLV_OK)
		return CLV_BAD_BINARY;
	c->stage = CHECK_CELLS;
	return CLV_CONTINUE;
}

static ClvStatus
check_cells(ClvPlainCheck *c, ClvError *err)
{
	const ClvBase *base = &c->cells.base;
	size_t		to = clv_slice_end(c->pos, base->ncell);
	ClvError	why;

	for (; c->pos < to; c->pos++)
	{
		const ClvCell *cell = &base->cell[c->pos];
		ClvCustomer row = {base->x[cell->ix], base->tx[cell->itx],
		base->t[cell->it], 0};

		if (clv_customer_check(&row, &why) != CLV_OK)
			return clv_cells_refuse(err, why.message);
		c->used[0][cell->ix] = 1;
		c->used[1][cell->itx] = 1;
		c->used[2][cell->it] = 1;
		if (row.x == 0)
			c->no_repeat += (int64_t) cell->n;
	}
	if (to < base->ncell)
		return CLV_CONTINUE;
	c->pos = 0;
	c->stage = CHECK_SPEND;
	return CLV_CONTINUE;
}

static ClvStatus
check_spend(ClvPlainCheck *c, ClvError *err)
{
	const ClvBase *base = &c->cells.base;
	size_t		to = clv_slice_end(c->pos, base->nspend);

	for (; c->pos < to; c->pos++)
	{
		const ClvSpend *spend = &base->spend[c->pos];

		if (!(spend->x >= 1 && isfinite(spend->x) && spend->m > 0 &&
			  isfinite(spend->m)))
			return clv_cells_refuse(err, "a spend cannot be");
		if (c->pos > 0 && !(spend->x > spend[-1].x ||
							(spend->x == spend[-1].x &&
							 spend->m > spend[-1].m)))
			return clv_cells_refuse(err, "its spends do not ascend");
		while (base->x[c->ix] < spend->x)
			c->ix++;
		c->used[0][c->ix] = 1;
	}
	if (to < base->nspend)
		return CLV_CONTINUE;
	c->stage = CHECK_COUNTS;
	return CLV_CONTINUE;
}

static bool
all_used(const unsigned char *used, size_t n)
{
	return memchr(used, 0, n) == NULL;
}

static ClvStatus
check_counts(ClvPlainCheck *c, ClvError *err)
{
	const ClvBase *base = &c->cells.base;

	if (!all_used(c->used[0], base->nx) || !all_used(c->used[1], base->ntx) ||
		!all_used(c->used[2], base->nt))
		return clv_cells_refuse(err, "it lists values that no customer has");
	if (base->customers > 0 &&
		(base->customers !=
		 base->spenders + base->no_repeat + base->no_spend ||
		 c->no_repeat != base->no_repeat))
		return clv_cells_refuse(err, "its counts do not agree");
	clv_cells_write_begin(&c->writer, &c->cells);
	c->stage = CHECK_WRITE;
	return CLV_CONTINUE;
}

/* Written again it must be the same bytes. */
static ClvStatus
check_bytes(ClvPlainCheck *c, ClvError *err)
{
	ClvStatus	status = clv_cells_write_step(&c->writer, err);

	if (status != CLV_OK)
		return status;
	if (c->writer.size != c->size ||
		memcmp(c->writer.data, c->data, c->size) != 0)
		return clv_cells_refuse(err, "it is not in canonical form");
	c->stage = CHECK_DONE;
	return CLV_OK;
}

ClvStatus
clv_plain_check_step(ClvPlainCheck *c, ClvError *err)
{
	ClvStatus	status;

	switch (c->stage)
	{
		case CHECK_READ:
			status = clv_cells_read_step(&c->reader, err);
			return status == CLV_OK ? begin_cells(c, err) : status;
		case CHECK_CELLS:
			return check_cells(c, err);
		case CHECK_SPEND:
			return check_spend(c, err);
		case CHECK_COUNTS:
			return check_counts(c, err);
		case CHECK_WRITE:
			return check_bytes(c, err);
		case CHECK_DONE:
			break;
	}
	return CLV_OK;
}
