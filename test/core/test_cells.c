/*
 * test_cells.c
 *		Customer bases: sorting, merging, encoding and checking.
 *
 * What a base must hold is worked out here by qsort and counting; what it must
 * look like, by hand (docs/storage.md has the same example).
 */
#include <stdlib.h>
#include <string.h>

#include "pack_bytes.h"
#include "math/random.h"

enum
{
	DAYS, WEEKS, CONTINUOUS, HUGE_VALUES, ONE_TIME, SAME, SPEND_ONLY, KINDS
};

static const char *const kind_name[KINDS] = {
	"days", "weeks", "continuous", "huge", "one-time", "same", "spend only"
};

/* ---- making rows and bases ---- */

static ClvCustomer
draw_row(int kind, ClvRandom *random)
{
	ClvCustomer row = {0, 0, 0, 0};
	double		u = clv_random_uniform(random);
	double		v = clv_random_uniform(random);

	if (kind == SAME)
		return (ClvCustomer) {3, 20, 90, 12.5};
	row.x = kind == ONE_TIME ? 0 : floor(-2 * log(clv_random_uniform(random)));
	row.t = 300 + floor(u * 200);
	row.tx = 1 + floor((row.t - 1) * v);
	row.m = floor(clv_random_uniform(random) * 3000 - 500) / 100.0;
	if (kind == WEEKS)
	{
		row.t /= 7;
		row.tx /= 7;
	}
	if (kind == CONTINUOUS)
	{
		row.t += clv_random_uniform(random);
		row.tx += v / 2;
		row.m /= 3;
	}
	if (kind == HUGE_VALUES && u < 0.3)
	{
		row.x = u < 0.1 ? 9007199254740992.0 : 9007199254740991.0;
		row.t = 1e300 * u;
		row.tx = row.t * v;
		row.m = 1e308 * v;
	}
	if (kind == SPEND_ONLY)
	{
		row.tx = 0;
		row.t = -1;
	}
	if (row.x == 0)
		row.tx = 0;
	if (row.x == 0 || row.m < 0)
		row.m = 0;
	return row;
}

static ClvCustomer *
draw_rows(int kind, size_t n, uint64_t seed)
{
	ClvCustomer *row = malloc((n + 1) * sizeof(ClvCustomer));
	ClvRandom	random;
	size_t		i;

	clv_random_init(&random, seed, kind);
	for (i = 0; i < n; i++)
		row[i] = draw_row(kind, &random);
	return row;
}

/* ---- what a base must hold ---- */

#define COMPARE(a, b) \
	do { \
		if ((a) != (b)) \
			return (a) < (b) ? -1 : 1; \
	} while (0)

static int
by_cell(const void *a, const void *b)
{
	const ClvCustomer *p = a;
	const ClvCustomer *q = b;

	COMPARE(p->x, q->x);
	COMPARE(p->t, q->t);
	COMPARE(p->tx, q->tx);
	return 0;
}

static int
by_spend(const void *a, const void *b)
{
	const ClvCustomer *p = a;
	const ClvCustomer *q = b;

	COMPARE(p->x, q->x);
	COMPARE(p->m, q->m);
	return 0;
}

/* Walk along the sorted rows and the cells together. */
static bool
cells_agree(ClvCustomer *row, size_t n, const ClvBase *base)
{
	size_t		i = 0;
	size_t		k;

	qsort(row, n, sizeof(ClvCustomer), by_cell);
	while (i < n && row[i].t < 0)
		i++;					/* spend only: no cells at all */
	for (k = 0; k < base->ncell; k++)
	{
		const ClvCell *c = &base->cell[k];
		double		count = 0;

		for (; i < n && row[i].x == base->x[c->ix] &&
			 row[i].t == base->t[c->it] && row[i].tx == base->tx[c->itx]; i++)
			count++;
		if (count != c->n || count == 0)
			return false;
	}
	return i == n || row[i].t < 0;
}

static bool
spend_agrees(ClvCustomer *row, size_t n, const ClvBase *base)
{
	size_t		i = 0;
	size_t		k;

	qsort(row, n, sizeof(ClvCustomer), by_spend);
	for (k = 0; k < base->nspend; k++)
	{
		const ClvSpend *s = &base->spend[k];
		double		count = 0;

		while (i < n && row[i].m == 0)
			i++;
		for (; i < n && row[i].x == s->x && row[i].m == s->m; i++)
			count++;
		if (count != s->n || count == 0)
			return false;
	}
	while (i < n && row[i].m == 0)
		i++;
	return i == n;
}

static void
check_contents(int kind, size_t n)
{
	ClvCustomer *row = draw_rows(kind, n, 1 + n);
	Bytes		bytes = pack_rows(row, n);
	int64_t		no_repeat = 0;
	int64_t		spenders = 0;
	ClvBase		base;
	ClvCellsHead head;
	ClvError	err;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		no_repeat += row[i].x == 0;
		spenders += row[i].m > 0;
	}
	CHECK(check_bytes(bytes.data, bytes.size, &err) == CLV_OK,
		  "%s %zu: what was written is refused: %s", kind_name[kind], n,
		  err.message);
	CHECK(clv_cells_decode(bytes.data, bytes.size, &base, &err) == CLV_OK,
		  "%s %zu: not readable", kind_name[kind], n);
	CHECK(cells_agree(row, n, &base), "%s %zu: cells", kind_name[kind], n);
	CHECK(spend_agrees(row, n, &base), "%s %zu: spend", kind_name[kind], n);
	CHECK(base.customers == (kind == SPEND_ONLY ? 0 : (int64_t) n) &&
		  base.no_repeat == no_repeat && base.spenders == spenders &&
		  base.no_spend == (int64_t) n - no_repeat - spenders,
		  "%s %zu: counts", kind_name[kind], n);
	CHECK(clv_cells_head(bytes.data, bytes.size, &head, &err) == CLV_OK &&
		  head.customers == (int64_t) n && head.spenders == spenders,
		  "%s %zu: head", kind_name[kind], n);
	clv_base_free(&base);
	free(bytes.data);
	free(row);
}

/* Any order and any cut into parts give the same bytes. */
static void
check_invariance(int kind, size_t n)
{
	ClvCustomer *row = draw_rows(kind, n, 99);
	Bytes		whole = pack_rows(row, n);
	Bytes		part[5];
	Bytes		again;
	ClvCellsPack *pack = clv_cells_pack_new();
	ClvRandom	random;
	ClvError	err;
	size_t		i;

	clv_random_init(&random, 5, 5);
	for (i = n; i > 1; i--)
	{
		size_t		j = (size_t) (clv_random_uniform(&random) * i);
		ClvCustomer swap = row[i - 1];

		row[i - 1] = row[j];
		row[j] = swap;
	}
	again = pack_rows(row, n);
	CHECK(same(whole, again), "%s: order of rows", kind_name[kind]);
	free(again.data);

	for (i = 0; i < 5; i++)
	{
		size_t		from = n * i * i / 25;
		size_t		to = n * (i + 1) * (i + 1) / 25;

		part[i] = pack_rows(row + from, to - from);
		if (i % 2 == 0)
			clv_cells_pack_base(pack, part[i].data, part[i].size);
		else
			clv_cells_pack_rows(pack, row + from, to - from, 0, NULL);
	}
	CHECK(run_pack(pack, &again, &err) == CLV_OK && same(whole, again),
		  "%s: cut into parts", kind_name[kind]);
	free(again.data);
	for (i = 0; i < 5; i++)
		free(part[i].data);
	free(whole.data);
	free(row);
}

/* The layout, by hand. */
static void
test_layout(void)
{
	static const unsigned char want[] = {
		1, 1,					/* version; from columns */
		2, 2, 1,				/* no repeat, no spend, spenders */
		0, 0,					/* no covariates, no request */
		3 << 1, 0, 0, 0,		/* x: 0, 1, 2 */
		3 << 1, 0, 0, 1,		/* t_x: 0, 1, 3 */
		2 << 1, 5, 3,			/* T: 5, 9 */
		3,						/* cells */
		2 | 1, 0, 0, 0,			/* x 0, T 5, t_x 0: 2 customers */
		1 << 2 | 2, 1, 1,		/* x 1, T 9, t_x 1 */
		2 | 1, 1, 2, 0,			/* x 2, T 5, t_x 3: 2 customers */
		1,						/* spend cells */
		0xe2, 0x12, 2			/* 300 << 3 | 2: 300 cents, x 2: mean 1.5 */
	};
	const ClvCustomer row[] = {
		{2, 3, 5, 1.5}, {0, 0, 5, 0}, {1, 1, 9, 0}, {2, 3, 5, 0}, {0, 0, 5, 0}
	};
	Bytes		bytes = pack_rows(row, 5);

	CHECK(bytes.size == sizeof(want) &&
		  memcmp(bytes.data, want, sizeof(want)) == 0, "layout");
	free(bytes.data);
}

static void
test_rows(void)
{
	static const double bad[][3] = {
		{1, 6, 5}, {0, 1, 5}, {1, 0, 5}, {-1, 0, 5}, {1, -1, 5}, {0, 0, -5},
		{0.5, 1, 5}, {NAN, 1, 5}, {1, NAN, 5}, {1, 1, NAN},
		{INFINITY, 1, 5}, {1, INFINITY, INFINITY}, {1e300, 1, 5}
	};
	ClvCustomer out;
	ClvError	err;
	double		m = NAN;
	size_t		i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		ClvCustomer row = {bad[i][0], bad[i][1], bad[i][2], 0};

		CHECK(clv_cells_row(&row, NULL, &out, &err) == CLV_BAD_ARGUMENT,
			  "row %g %g %g is taken", row.x, row.tx, row.t);
	}
	CHECK(clv_cells_row(&(ClvCustomer) {1, 1, 5, 0}, &m, &out, &err) ==
		  CLV_BAD_ARGUMENT, "monetary NaN is taken");
	CHECK(clv_cells_row(&(ClvCustomer) {0, 0, 5, 0}, &m, &out, &err) == CLV_OK &&
		  out.m == 0, "monetary of a one-time buyer is looked at");
	m = -3;
	CHECK(clv_cells_row(&(ClvCustomer) {1, 1, 5, 0}, &m, &out, &err) == CLV_OK &&
		  out.m == 0, "negative monetary");
	CHECK(clv_cells_row(&(ClvCustomer) {-0.0, -0.0, 0, 0}, NULL, &out, &err) ==
		  CLV_OK && !signbit(out.x) && !signbit(out.tx), "minus zero");
	CHECK(clv_cells_spend_row(0.5, NULL, &out, &err) == CLV_BAD_ARGUMENT &&
		  clv_cells_spend_row(NAN, NULL, &out, &err) == CLV_BAD_ARGUMENT &&
		  clv_cells_spend_row(-1, NULL, &out, &err) == CLV_BAD_ARGUMENT,
		  "bad frequency of a spend row is taken");
}

/* Histories give gaps; one row from columns makes them unknown. */
static void
test_gaps(void)
{
	const ClvCustomer row = {1, 2, 5, 0};
	const ClvLogSum gaps = {3, UINT64_C(1) << 52};
	ClvCellsPack *pack = clv_cells_pack_new();
	Bytes		columns = pack_rows(&row, 1);
	Bytes		history;
	Bytes		both;
	ClvBase		base;
	ClvError	err;

	clv_cells_pack_rows(pack, &row, 1, 0, &gaps);
	run_pack(pack, &history, &err);
	CHECK(pack_two(history, history, &both, &err) == CLV_OK &&
		  clv_cells_decode(both.data, both.size, &base, &err) == CLV_OK &&
		  base.has_log_gaps && base.in_days && base.sum_log_gaps == 7.0,
		  "sum of gaps");
	clv_base_free(&base);
	free(both.data);
	CHECK(pack_two(history, columns, &both, &err) == CLV_OK &&
		  clv_cells_decode(both.data, both.size, &base, &err) == CLV_OK &&
		  !base.has_log_gaps && !base.in_days && base.customers == 2,
		  "gaps of a mixture");
	clv_base_free(&base);
	free(both.data);
	free(history.data);
	free(columns.data);
}

static void
test_refusals(void)
{
	const ClvCustomer whole = {1, 2, 5, 0};
	const ClvCustomer spend = {1, 0, -1, 5};
	Bytes		a = pack_rows(&whole, 1);
	Bytes		b = pack_rows(&spend, 1);
	Bytes		sum;
	ClvError	err;
	ClvStatus	status = CLV_OK;
	ClvCellsPack *pack;
	int			doublings;

	CHECK(pack_two(a, b, &sum, &err) == CLV_BAD_ARGUMENT,
		  "customers and spend alone are put together");
	free(b.data);

	/* 1 customer doubled 53 times is 2^53, once more is too many. */
	for (doublings = 0; doublings < 60; doublings++)
	{
		status = pack_two(a, a, &sum, &err);
		free(a.data);
		a = sum;
		if (status != CLV_OK)
			break;
	}
	CHECK(status == CLV_OUT_OF_RANGE && doublings == 53,
		  "2^%d customers", doublings);

	pack = clv_cells_pack_new();
	CHECK(clv_cells_pack_request(pack, (const unsigned char *) "a", 1,
								 &err) == CLV_OK &&
		  clv_cells_pack_request(pack, (const unsigned char *) "a", 1,
								 &err) == CLV_OK &&
		  clv_cells_pack_request(pack, (const unsigned char *) "b", 1,
								 &err) == CLV_BAD_ARGUMENT, "requests");
	CHECK(run_pack(pack, &sum, &err) == CLV_OK, "no customers");
	CHECK(check_bytes(sum.data, sum.size, &err) == CLV_OK &&
		  sum.size == 15 && sum.data[8] == 1 && sum.data[9] == 'a',
		  "base of none: %zu bytes", sum.size);
	free(sum.data);
}

/* Every truncation, and every byte set to what may hurt. */
static void
check_hostile(int kind)
{
	static const unsigned char evil[] = {0, 1, 2, 3, 0x7f, 0x80, 0xff};
	ClvCustomer *row = draw_rows(kind, 40, 7);
	Bytes		bytes = pack_rows(row, 40);
	unsigned char *copy = malloc(bytes.size + 1);
	ClvBase		base;
	ClvError	err;
	size_t		i;
	size_t		k;

	for (i = 0; i < bytes.size; i++)
		CHECK(check_bytes(bytes.data, i, &err) == CLV_BAD_BINARY,
			  "%s: %zu of %zu bytes are taken", kind_name[kind], i, bytes.size);
	memcpy(copy, bytes.data, bytes.size);
	copy[bytes.size] = 0;
	CHECK(check_bytes(copy, bytes.size + 1, &err) == CLV_BAD_BINARY,
		  "%s: a byte too many is taken", kind_name[kind]);
	for (i = 0; i < bytes.size; i++)
		for (k = 0; k < sizeof(evil) + 8; k++)
		{
			Bytes		twice;
			ClvStatus	status;

			memcpy(copy, bytes.data, bytes.size);
			copy[i] = k < 8 ? copy[i] ^ 1 << k : evil[k - 8];
			status = check_bytes(copy, bytes.size, &err);
			if (status == CLV_OK)
			{
				/* another base, then: it must be as good as any */
				Bytes		other = {copy, bytes.size};

				CHECK(pack_two(other, other, &twice, &err) == CLV_OK,
					  "%s: byte %zu", kind_name[kind], i);
				free(twice.data);
			}
			else
				CHECK(status == CLV_BAD_BINARY &&
					  strstr(err.message, "clv.cbs") != NULL,
					  "%s: byte %zu: %s", kind_name[kind], i, err.message);

			/* decoding alone promises no more than not to crash */
			if (clv_cells_decode(copy, bytes.size, &base, &err) == CLV_OK)
				clv_base_free(&base);
		}
	free(copy);
	free(bytes.data);
	free(row);
}

static void
test_contents(void)
{
	/* around the sizes at which digits get wider and a slice is full */
	static const size_t sizes[] = {0, 1, 2, 7, 255, 256, 5000, 16384, 70000};
	size_t		i;
	int			kind;

	for (kind = 0; kind < KINDS; kind++)
	{
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			check_contents(kind, sizes[i]);
	}
}

static void
test_invariance(void)
{
	int			kind;

	for (kind = 0; kind < KINDS; kind++)
	{
		check_invariance(kind, 10);
		check_invariance(kind, 3000);
	}
}

static void
test_hostile(void)
{
	int			kind;

	for (kind = 0; kind < KINDS; kind++)
		check_hostile(kind);
}

int
main(void)
{
	RUN(test_contents);
	RUN(test_invariance);
	RUN(test_hostile);
	RUN(test_layout);
	RUN(test_rows);
	RUN(test_gaps);
	RUN(test_refusals);
	CHECK_DONE("cells");
}
