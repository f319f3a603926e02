/*
 * cells_sort.c
 *		Sort the rows of single customers into the cells of a base.
 *
 * First the distinct values of x, t_x and T are listed and every row gets
 * their indexes: by a table where the values are whole and not too large, as
 * days are, else by sorting the bits of the float8 (which order as the values
 * do, none being negative).  Then the rows are sorted by their indexes, and
 * the customers with spend by (x, m); equal neighbours become one cell.
 *
 * A row may stand for more customers than one, as the row after it says.  That
 * has no values, and is passed over until there are cells to add its count to.
 */
#include "base/cells_code.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/radix.h"

enum
{
	COLUMN_X, COLUMN_TX, COLUMN_T, COLUMNS
};

typedef enum SortStage
{
	SORT_SCAN,					/* what kind of values are there? */
	SORT_MARK,					/* table: which ones occur */
	SORT_LOOK_UP,				/* table: their indexes */
	SORT_LIST,					/* bits: collect, */
	SORT_LIST_ORDER,			/* sort, */
	SORT_LIST_NUMBER,			/* and number them */
	SORT_CELL_KEYS,
	SORT_CELL_ORDER,
	SORT_CELLS,
	SORT_SPEND_KEYS,
	SORT_SPEND_ORDER,
	SORT_SPEND,
	SORT_MORE,					/* counts of rows for many customers */
	SORT_DONE
} SortStage;

struct ClvCellsSort
{
	ClvCells   *out;
	const ClvCustomer *row;
	size_t		n;
	SortStage	stage;
	size_t		pos;
	int			column;			/* whose values are being listed */
	bool		whole[COLUMNS];
	double		max[COLUMNS];
	bool		has_more;		/* a row stands for many customers */
	uint32_t   *index[COLUMNS]; /* of each row's value */
	uint32_t   *table;			/* value to index */
	ClvItem    *item;			/* two arrays of n items */
	size_t		nitem;
	ClvRadix	radix;
};

ClvCellsSort *
clv_cells_sort_new(ClvCells *out, const ClvCustomer *row, size_t n)
{
	ClvCellsSort *s = calloc(1, sizeof(ClvCellsSort));
	int			c;

	memset(out, 0, sizeof(ClvCells));
	if (s == NULL)
		return NULL;
	s->out = out;
	s->row = row;
	s->n = n;
	s->item = malloc((n + 1) * 2 * sizeof(ClvItem));
	for (c = 0; c < COLUMNS; c++)
	{
		s->whole[c] = true;
		s->index[c] = malloc((n + 1) * sizeof(uint32_t));
	}
	if (s->item == NULL || s->index[COLUMN_X] == NULL ||
		s->index[COLUMN_TX] == NULL || s->index[COLUMN_T] == NULL)
	{
		clv_cells_sort_free(s);
		return NULL;
	}
	return s;
}

void
clv_cells_sort_free(ClvCellsSort *s)
{
	int			c;

	if (s == NULL)
		return;
	for (c = 0; c < COLUMNS; c++)
		free(s->index[c]);
	free(s->table);
	free(s->item);
	free(s);
}

/*
 * A row that tells only the spend has neither t_x nor T, and if there is no
 * spend that can be fitted either its x is in no cell.
 */
static inline bool
has_value(const ClvCustomer *row, int column)
{
	return row->t >= 0 || (column == COLUMN_X && row->m > 0);
}

static inline double
get_value(const ClvCustomer *row, int column)
{
	return column == COLUMN_X ? row->x : column == COLUMN_TX ? row->tx : row->t;
}

static void
scan_rows(ClvCellsSort *s, size_t to)
{
	ClvBase    *base = &s->out->base;
	int			c;

	for (; s->pos < to; s->pos++)
	{
		const ClvCustomer *row = &s->row[s->pos];

		for (c = 0; c < COLUMNS; c++)
		{
			double		v = get_value(row, c);

			if (!has_value(row, c))
				continue;
			if (v > s->max[c])
				s->max[c] = v;
			if (s->whole[c] && v != floor(v))
				s->whole[c] = false;
		}
		/* no branches: which kind comes next cannot be foretold */
		base->customers += row->t >= 0;
		base->no_repeat += row->x == 0;
		base->spenders += row->m > 0;
		base->no_spend += (row->x > 0) & !(row->m > 0);
		s->has_more |= row->x < 0;
	}
}

/* ---- distinct values by a table ---- */

/* A table is walked along from end to end, which few rows do not repay. */
static bool
fits_table(const ClvCellsSort *s, int column)
{
	return s->whole[column] && s->max[column] < 8.0 * s->n + 1024 &&
		s->max[column] < 64.0 * s->n;
}

static void
mark_values(ClvCellsSort *s, size_t to)
{
	for (; s->pos < to; s->pos++)
		if (has_value(&s->row[s->pos], s->column))
			s->table[(uint32_t) get_value(&s->row[s->pos], s->column)] = 1;
}

/* The marks become indexes, and the dictionary is written. */
static double *
number_table(ClvCellsSort *s, uint32_t *count)
{
	uint32_t	size = (uint32_t) s->max[s->column] + 1;
	uint32_t	n = 0;
	uint32_t	v;
	double	   *value;

	for (v = 0; v < size; v++)
		n += s->table[v];
	value = malloc((n + 1) * sizeof(double));
	if (value == NULL)
		return NULL;
	*count = n;
	for (n = 0, v = 0; v < size; v++)
	{
		if (s->table[v] == 0)
			continue;
		value[n] = v;
		s->table[v] = n++;
	}
	return value;
}

static void
look_up_values(ClvCellsSort *s, size_t to)
{
	uint32_t   *index = s->index[s->column];

	for (; s->pos < to; s->pos++)
		if (has_value(&s->row[s->pos], s->column))
			index[s->pos] =
				s->table[(uint32_t) get_value(&s->row[s->pos], s->column)];
}

/* ---- distinct values by sorting ---- */

static inline uint64_t
double_bits(double v)
{
	uint64_t	bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits;
}

static inline double
bits_double(uint64_t bits)
{
	double		v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static void
list_values(ClvCellsSort *s, size_t to)
{
	for (; s->pos < to; s->pos++)
	{
		if (!has_value(&s->row[s->pos], s->column))
			continue;
		s->item[s->nitem].key =
			double_bits(get_value(&s->row[s->pos], s->column));
		s->item[s->nitem].tag = (uint32_t) s->pos;
		s->nitem++;
	}
}

static void
number_values(ClvCellsSort *s, double *value, uint32_t *count, size_t to)
{
	const ClvItem *item = s->radix.item;
	uint32_t   *index = s->index[s->column];

	for (; s->pos < to; s->pos++)
	{
		if (s->pos == 0 || item[s->pos].key != item[s->pos - 1].key)
			value[(*count)++] = bits_double(item[s->pos].key);
		index[item[s->pos].tag] = *count - 1;
	}
}

/* ---- cells ---- */

static void
list_cells(ClvCellsSort *s, size_t to)
{
	for (; s->pos < to; s->pos++)
	{
		if (!has_value(&s->row[s->pos], COLUMN_T))
			continue;
		s->item[s->nitem].key = (uint64_t) s->index[COLUMN_T][s->pos] << 32 |
			s->index[COLUMN_TX][s->pos];
		s->item[s->nitem].tag = s->index[COLUMN_X][s->pos];
		s->nitem++;
	}
}

static void
make_cells(ClvCellsSort *s, size_t to)
{
	ClvBase    *base = &s->out->base;
	const ClvItem *item = s->radix.item;

	for (; s->pos < to; s->pos++)
	{
		const ClvItem *now = &item[s->pos];
		ClvCell    *cell;

		if (s->pos > 0 && now->key == now[-1].key && now->tag == now[-1].tag)
		{
			base->cell[base->ncell - 1].n++;
			continue;
		}
		cell = &base->cell[base->ncell++];
		cell->ix = now->tag;
		cell->it = (uint32_t) (now->key >> 32);
		cell->itx = (uint32_t) now->key;
		cell->n = 1;
	}
}

static void
list_spend(ClvCellsSort *s, size_t to)
{
	for (; s->pos < to; s->pos++)
	{
		if (s->row[s->pos].m <= 0)
			continue;
		s->item[s->nitem].key = double_bits(s->row[s->pos].m);
		s->item[s->nitem].tag = s->index[COLUMN_X][s->pos];
		s->nitem++;
	}
}

static void
make_spend(ClvCellsSort *s, size_t to)
{
	ClvBase    *base = &s->out->base;
	const ClvItem *item = s->radix.item;

	for (; s->pos < to; s->pos++)
	{
		const ClvItem *now = &item[s->pos];
		ClvSpend   *spend;

		if (s->pos > 0 && now->key == now[-1].key && now->tag == now[-1].tag)
		{
			base->spend[base->nspend - 1].n++;
			continue;
		}
		spend = &base->spend[base->nspend++];
		spend->x = base->x[now->tag];
		spend->m = bits_double(now->key);
		spend->n = 1;
	}
}

/* ---- counts ---- */

static ClvCell *
find_cell(const ClvCellsSort *s, size_t i)
{
	ClvBase    *base = &s->out->base;
	uint32_t	ix = s->index[COLUMN_X][i];
	uint32_t	it = s->index[COLUMN_T][i];
	uint32_t	itx = s->index[COLUMN_TX][i];
	size_t		low = 0;
	size_t		high = base->ncell;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;
		const ClvCell *c = &base->cell[middle];

		if (c->ix != ix ? c->ix < ix : c->it != it ? c->it < it : c->itx < itx)
			low = middle + 1;
		else
			high = middle;
	}
	return &base->cell[low];
}

static ClvSpend *
find_spend(const ClvCellsSort *s, const ClvCustomer *row)
{
	ClvBase    *base = &s->out->base;
	size_t		low = 0;
	size_t		high = base->nspend;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;
		const ClvSpend *c = &base->spend[middle];

		if (c->x != row->x ? c->x < row->x : c->m < row->m)
			low = middle + 1;
		else
			high = middle;
	}
	return &base->spend[low];
}

/* The customers that a row stands for beside the one that it is. */
static ClvStatus
add_more(ClvCellsSort *s, size_t to, ClvError *err)
{
	ClvBase    *base = &s->out->base;
	ClvStatus	status = CLV_OK;

	for (; s->pos < to && status == CLV_OK; s->pos++)
	{
		const ClvCustomer *row = &s->row[s->pos];
		int64_t		more = (int64_t) row->tx;

		if (row->x >= 0)
			continue;
		row--;
		if (row->t >= 0)
		{
			find_cell(s, s->pos - 1)->n += row[1].tx;
			base->customers += more;
		}
		if (row->m > 0)
		{
			find_spend(s, row)->n += row[1].tx;
			base->spenders += more;
		}
		else if (row->x == 0)
			base->no_repeat += more;
		else
			base->no_spend += more;
		status = clv_cells_count(base->spenders + base->no_repeat +
								 base->no_spend, err);
	}
	return status;
}

/* ---- one stage after the other ---- */

/* Where the dictionary of the present column belongs. */
static double **
dictionary(ClvCellsSort *s, uint32_t **count)
{
	ClvBase    *base = &s->out->base;

	switch (s->column)
	{
		case COLUMN_X:
			*count = &base->nx;
			return &base->x;
		case COLUMN_TX:
			*count = &base->ntx;
			return &base->tx;
	}
	*count = &base->nt;
	return &base->t;
}

/* Set up a stage; false when there is no memory. */
static bool
begin_stage(ClvCellsSort *s, SortStage stage)
{
	ClvBase    *base = &s->out->base;
	double	  **value;
	uint32_t   *count;

	value = dictionary(s, &count);
	s->stage = stage;
	s->pos = 0;
	switch (stage)
	{
		case SORT_MARK:
			free(s->table);
			s->table = calloc((size_t) s->max[s->column] + 1,
							  sizeof(uint32_t));
			return s->table != NULL;
		case SORT_LOOK_UP:
			*value = number_table(s, count);
			return *value != NULL;
		case SORT_LIST:
		case SORT_CELL_KEYS:
		case SORT_SPEND_KEYS:
			s->nitem = 0;
			return true;
		case SORT_LIST_ORDER:
			clv_radix_init(&s->radix, s->item, s->item + s->n, s->nitem);
			clv_radix_by_key(&s->radix, 0, 64);
			return true;
		case SORT_LIST_NUMBER:
			*value = malloc((s->nitem + 1) * sizeof(double));
			return *value != NULL;
		case SORT_CELL_ORDER:
			clv_radix_init(&s->radix, s->item, s->item + s->n, s->nitem);
			clv_radix_by_key(&s->radix, 0, clv_bit_width(base->ntx));
			clv_radix_by_key(&s->radix, 32, clv_bit_width(base->nt));
			clv_radix_by_tag(&s->radix, clv_bit_width(base->nx));
			return true;
		case SORT_CELLS:
			base->cell = malloc((s->nitem + 1) * sizeof(ClvCell));
			return base->cell != NULL;
		case SORT_SPEND_ORDER:
			clv_radix_init(&s->radix, s->item, s->item + s->n, s->nitem);
			clv_radix_by_key(&s->radix, 0, 64);
			clv_radix_by_tag(&s->radix, clv_bit_width(base->nx));
			return true;
		case SORT_SPEND:
			base->spend = malloc((s->nitem + 1) * sizeof(ClvSpend));
			return base->spend != NULL;
		default:
			return true;
	}
}

static bool
begin_column(ClvCellsSort *s, int column)
{
	if (column == COLUMNS)
		return begin_stage(s, SORT_CELL_KEYS);
	s->column = column;
	return begin_stage(s, fits_table(s, column) ? SORT_MARK : SORT_LIST);
}

/* A slice of the present stage; true when the stage is done. */
static bool
run_slice(ClvCellsSort *s)
{
	size_t		rows = clv_slice_end(s->pos, s->n);
	size_t		items = clv_slice_end(s->pos, s->nitem);
	double	  **value;
	uint32_t   *count;

	switch (s->stage)
	{
		case SORT_SCAN:
			scan_rows(s, rows);
			return rows == s->n;
		case SORT_MARK:
			mark_values(s, rows);
			return rows == s->n;
		case SORT_LOOK_UP:
			look_up_values(s, rows);
			return rows == s->n;
		case SORT_LIST:
			list_values(s, rows);
			return rows == s->n;
		case SORT_CELL_KEYS:
			list_cells(s, rows);
			return rows == s->n;
		case SORT_SPEND_KEYS:
			list_spend(s, rows);
			return rows == s->n;
		case SORT_LIST_ORDER:
		case SORT_CELL_ORDER:
		case SORT_SPEND_ORDER:
			return clv_radix_step(&s->radix) == CLV_OK;
		case SORT_LIST_NUMBER:
			value = dictionary(s, &count);
			number_values(s, *value, count, items);
			return items == s->nitem;
		case SORT_CELLS:
			make_cells(s, items);
			return items == s->nitem;
		case SORT_SPEND:
			make_spend(s, items);
			return items == s->nitem;
		case SORT_MORE:
		case SORT_DONE:
			break;
	}
	return true;
}

ClvStatus
clv_cells_sort_step(ClvCellsSort *s, ClvError *err)
{
	size_t		rows = clv_slice_end(s->pos, s->n);
	ClvStatus	status;
	bool		ok;

	if (s->stage == SORT_MORE)
	{
		status = s->has_more ? add_more(s, rows, err) : CLV_OK;
		return status == CLV_OK && s->has_more && rows < s->n ?
			CLV_CONTINUE : status;
	}
	if (!run_slice(s))
		return CLV_CONTINUE;
	switch (s->stage)
	{
		case SORT_SCAN:
			ok = begin_column(s, COLUMN_X);
			break;
		case SORT_LOOK_UP:
		case SORT_LIST_NUMBER:
			ok = begin_column(s, s->column + 1);
			break;
		case SORT_DONE:
			return CLV_OK;
		default:
			ok = begin_stage(s, s->stage + 1);
			break;
	}
	return ok ? CLV_CONTINUE :
		clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
}
