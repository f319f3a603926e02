/*
 * cells_write.c
 *		The canonical encoding of a customer base: writing it.
 *
 * In short (docs/storage.md has it in full): a head with the counts, with
 * covariates and with what a one-step fit was asked, three dictionaries of the
 * distinct x, t_x and T, the cells as steps from one to the next in the order
 * (x, T, t_x), the spend cells in the order (x, m).
 */
#include "base/cells_code.h"

#include <math.h>
#include <stdlib.h>

#define MAX_ENTRY		40		/* bytes of one cell or dictionary entry */

/* The total of x amounts in cents, if it gives back their mean exactly. */
static bool
mean_cents(double m, double x, uint64_t *cents)
{
	double		total = m * x * 100.0;

	if (!(total < MAX_CENTS))
		return false;
	*cents = (uint64_t) (total + 0.5);
	return *cents > 0 && clv_cents_mean(*cents, x) == m;
}

static bool
make_room(ClvCellsWriter *w, size_t bytes)
{
	unsigned char *data;
	size_t		room;

	if ((size_t) (w->out.end - w->out.at) >= bytes)
		return true;
	room = w->size + bytes + w->size / 2;
	data = realloc(w->data, room);
	if (data == NULL)
		return false;
	w->data = data;
	w->out.at = data + w->size;
	w->out.end = data + room;
	return true;
}

static void
write_head(ClvCellsWriter *w)
{
	ClvWriter  *out = &w->out;
	const ClvCells *cells = w->cells;
	const ClvBase *base = &cells->base;

	clv_put_byte(out, CLV_CELLS_VERSION);
	clv_put_byte(out, base->has_log_gaps ? 0 : FLAG_COLUMNS);
	clv_put_varint(out, base->no_repeat);
	clv_put_varint(out, base->no_spend);
	clv_put_varint(out, base->spenders);
	if (base->has_log_gaps)
	{
		clv_put_varint(out, cells->gaps.whole);
		clv_put_varint(out, cells->gaps.frac);
	}
	clv_put_string(out, cells->covariates.at,
				   clv_span_size(cells->covariates));
	clv_put_string(out, cells->request, cells->request_size);
}

static bool
all_whole(const double *value, size_t n)
{
	size_t		i;

	for (i = 0; i < n; i++)
		if (!(value[i] <= CLV_CELLS_MAX_WHOLE && value[i] == floor(value[i])))
			return false;
	return true;
}

/* Ascending values: steps less one where all are whole, else raw. */
static void
write_values(ClvCellsWriter *w, const double *value, size_t n, size_t to)
{
	ClvWriter  *out = &w->out;

	if (w->i == 0)
	{
		w->raw = !all_whole(value, n);
		clv_put_varint(out, (uint64_t) n << 1 | w->raw);
	}
	for (; w->i < to; w->i++)
	{
		if (w->raw)
			clv_put_double(out, value[w->i]);
		else if (w->i == 0)
			clv_put_varint(out, (uint64_t) value[0]);
		else
			clv_put_varint(out, (uint64_t) (value[w->i] - value[w->i - 1]) - 1);
	}
}

static void
write_cells(ClvCellsWriter *w, const ClvBase *base, size_t to)
{
	ClvWriter  *out = &w->out;

	if (w->i == 0)
	{
		clv_put_varint(out, base->ncell);
		memset(&w->last, 0, sizeof(w->last));
	}
	for (; w->i < to; w->i++)
	{
		ClvCell		c = base->cell[w->i];
		bool		new_x = w->i == 0 || c.ix != w->last.ix;
		uint32_t	step = new_x ? c.it : c.it - w->last.it;

		clv_put_varint(out, (uint64_t) step << 2 | (new_x ? CELL_NEW_X : 0) |
					   (c.n > 1 ? CELL_MANY : 0));
		if (new_x)
			clv_put_varint(out, c.ix - w->last.ix);
		clv_put_varint(out, new_x || step > 0 ? c.itx : c.itx - w->last.itx - 1);
		if (c.n > 1)
			clv_put_varint(out, (uint64_t) c.n - 2);
		w->last = c;
	}
}

static void
write_spend(ClvCellsWriter *w, const ClvBase *base, size_t to)
{
	ClvWriter  *out = &w->out;

	if (w->i == 0)
	{
		clv_put_varint(out, base->nspend);
		memset(&w->last, 0, sizeof(w->last));
	}
	for (; w->i < to; w->i++)
	{
		const ClvSpend *s = &base->spend[w->i];
		uint32_t	ix = w->last.ix;
		uint64_t	cents = 0;
		bool		raw = !mean_cents(s->m, s->x, &cents);
		bool		new_x;

		while (ix + 1 < base->nx && base->x[ix] < s->x)
			ix++;
		new_x = w->i == 0 || ix != w->last.ix;
		if (new_x)
			w->cents = 0;
		clv_put_varint(out, (raw ? SPEND_RAW : (cents - w->cents) << 3) |
					   (new_x ? CELL_NEW_X : 0) | (s->n > 1 ? CELL_MANY : 0));
		if (new_x)
			clv_put_varint(out, ix - w->last.ix);
		if (raw)
			clv_put_double(out, s->m);
		else
			w->cents = cents;
		if (s->n > 1)
			clv_put_varint(out, (uint64_t) s->n - 2);
		w->last.ix = ix;
	}
}

void
clv_cells_write_begin(ClvCellsWriter *w, const ClvCells *cells)
{
	memset(w, 0, sizeof(ClvCellsWriter));
	w->cells = cells;
}

ClvStatus
clv_cells_write_step(ClvCellsWriter *w, ClvError *err)
{
	const ClvBase *base = &w->cells->base;
	size_t		n = clv_stage_elements(w->stage, base);
	size_t		to = clv_slice_end(w->i, n);
	size_t		sections = w->stage > STAGE_HEAD ? 0 :
		w->cells->request_size + clv_span_size(w->cells->covariates);

	if (!make_room(w, (to - w->i + 4) * MAX_ENTRY + sections))
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	switch (w->stage)
	{
		case STAGE_HEAD:
			write_head(w);
			break;
		case STAGE_X:
			write_values(w, base->x, n, to);
			break;
		case STAGE_TX:
			write_values(w, base->tx, n, to);
			break;
		case STAGE_T:
			write_values(w, base->t, n, to);
			break;
		case STAGE_CELLS:
			write_cells(w, base, to);
			break;
		case STAGE_SPEND:
			write_spend(w, base, to);
			break;
	}
	w->size = w->out.at - w->data;
	if (to == n)
	{
		w->stage++;
		w->i = 0;
	}
	return w->stage < STAGE_DONE ? CLV_CONTINUE : CLV_OK;
}
