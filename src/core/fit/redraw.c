/*
 * redraw.c
 *		A base drawn anew from a model, for a parametric bootstrap.
 *
 * Each customer has a stream of random numbers of its own (random.h): that of
 * its place among the cells of the base at hand, and of the number of the draw.
 */
#include "fit/redraw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cells.h"
#include "math/twofold.h"

#define PURCHASES_A_STEP	16384

struct ClvRedraw
{
	const ClvModel *model;
	double		par[CLV_MAX_OWN];
	const ClvBase *like;
	uint64_t	seed;
	uint64_t	which;

	/* the customer who is being drawn */
	size_t		cell;
	double		of_cell;		/* drawn of this cell before */
	bool		begun;
	ClvRandom	random;
	ClvLife		life;

	ClvCustomer *row;
	size_t		nrow;
	ClvTwofold	log_gaps;
	ClvCellsSort *sort;
	ClvCells	cells;
};

/*
 * NULL: no memory.  "base" has at most CLV_REDRAW_MAX customers, and must
 * outlive the draw.
 */
ClvRedraw *
clv_redraw_new(const ClvModel *model, const double *par, const ClvBase *base,
			   uint64_t seed, uint32_t which)
{
	ClvRedraw  *redraw = calloc(1, sizeof(ClvRedraw));

	if (redraw == NULL)
		return NULL;
	redraw->model = model;
	memcpy(redraw->par, par, model->nparam * sizeof(double));
	redraw->like = base;
	redraw->seed = seed;
	redraw->which = which;
	redraw->row = malloc((base->customers + 1) * sizeof(ClvCustomer));
	if (redraw->row == NULL)
	{
		free(redraw);
		return NULL;
	}
	return redraw;
}

void
clv_redraw_free(ClvRedraw *redraw)
{
	if (redraw == NULL)
		return;
	clv_cells_sort_free(redraw->sort);
	clv_cells_free(&redraw->cells);
	free(redraw->row);
	free(redraw);
}

const ClvBase *
clv_redraw_base(const ClvRedraw *redraw)
{
	return &redraw->cells.base;
}

static void
begin_customer(ClvRedraw *redraw)
{
	ClvCustomer *row = &redraw->row[redraw->nrow];

	clv_random_init(&redraw->random, redraw->seed,
					redraw->which << 32 | redraw->nrow);
	redraw->model->transactions->draw(redraw->model, redraw->par, &redraw->random,
									  &redraw->life);
	row->x = 0.0;
	row->tx = 0.0;
	row->t = redraw->like->t[redraw->like->cell[redraw->cell].it];
	row->m = 0.0;
	redraw->begun = true;
}

/* One purchase more, or the end of the customer. */
static ClvStatus
draw_purchase(ClvRedraw *redraw, ClvError *err)
{
	ClvCustomer *row = &redraw->row[redraw->nrow];
	double		at = redraw->model->transactions->next(redraw->model, &redraw->life,
													   &redraw->random);

	/* also where at is NaN */
	if (!(at > row->tx))
		return clv_fail(err, CLV_OUT_OF_RANGE, NULL,
						"a purchase drawn is at no time after the one before");
	if (at <= row->t)
	{
		if (row->x >= CLV_MAX_ORDERS)
			return clv_fail(err, CLV_LIMIT, NULL,
							"more than %d purchases are drawn of one customer",
							CLV_MAX_ORDERS);
		redraw->log_gaps = clv_twofold_plus(redraw->log_gaps,
											log(at - row->tx));
		row->x++;
		row->tx = at;
		return CLV_OK;
	}
	redraw->begun = false;
	redraw->nrow++;
	if (++redraw->of_cell < redraw->like->cell[redraw->cell].n)
		return CLV_OK;
	redraw->of_cell = 0.0;
	redraw->cell++;
	return CLV_OK;
}

ClvStatus
clv_redraw_step(ClvRedraw *redraw, ClvError *err)
{
	ClvStatus	status;
	int			i;

	if (redraw->cell < redraw->like->ncell)
	{
		for (i = 0; i < PURCHASES_A_STEP && redraw->cell < redraw->like->ncell; i++)
		{
			if (!redraw->begun)
				begin_customer(redraw);
			status = draw_purchase(redraw, err);
			if (status != CLV_OK)
				return status;
		}
		return CLV_CONTINUE;
	}
	if (redraw->sort == NULL)
		redraw->sort = clv_cells_sort_new(&redraw->cells, redraw->row,
										  redraw->nrow);
	if (redraw->sort == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL,
						"out of memory while drawing a base");
	status = clv_cells_sort_step(redraw->sort, err);
	if (status != CLV_OK)
		return status;
	redraw->cells.base.in_days = redraw->like->in_days;
	redraw->cells.base.has_log_gaps = redraw->like->has_log_gaps;
	redraw->cells.base.sum_log_gaps = redraw->log_gaps.hi;
	return CLV_OK;
}
