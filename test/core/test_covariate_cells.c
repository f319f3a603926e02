/*
 * test_covariate_cells.c
 *		Bases of customers with covariates: grouping, merging, encoding and
 *		checking.
 *
 * The bases of the groups are what packing the rows of each group alone gives,
 * without covariates, which test_cells.c has tested.  What it must look like is
 * worked out by hand (docs/storage.md has the same example).
 */
#include <stdlib.h>
#include <string.h>

#include "base/cells_groups.h"
#include "pack_bytes.h"
#include "math/random.h"

#define MAX_ROW		(4 + CLV_MAX_COVARIATES)

/* Rows, each of 4 + ncov doubles. */
typedef struct Rows
{
	double	   *at;
	size_t		n;
	int			ncov;
} Rows;

enum
{
	FEW, SIGNS, OWN, ONE_VECTOR, SIXTEEN, KINDS
};

static const char *const kind_name[KINDS] = {
	"few vectors", "signs and sizes", "own vectors", "one vector", "sixteen"
};

/* ---- making rows and bases ---- */

static double
draw_covariate(int kind, ClvRandom *random)
{
	static const double odd[] = {
		-INFINITY, -1e300, -1, -1e-310, 0, 5e-324, 1, 1.5, 1e308
	};
	double		u = clv_random_uniform(random);

	switch (kind)
	{
		case FEW:
			return u < 0.5;
		case SIGNS:
			return odd[1 + (int) (u * 8)];
		case OWN:
			return u - 0.5;
		case SIXTEEN:
			return u < 0.9 ? 0 : floor(u * 50) - 45;
	}
	return -2.5;
}

static Rows
draw_rows(int kind, size_t n, uint64_t seed)
{
	Rows		rows = {NULL, n, kind == SIXTEEN ? 16 : kind == ONE_VECTOR ? 1 : 2};
	size_t		stride = clv_row_stride(rows.ncov);
	ClvRandom	random;
	size_t		i;
	int			c;

	rows.at = malloc((n + 1) * stride * sizeof(double));
	clv_random_init(&random, seed, kind);
	for (i = 0; i < n; i++)
	{
		double	   *row = rows.at + i * stride;

		row[0] = floor(-2 * log(clv_random_uniform(&random)));
		row[2] = 50 + floor(40 * clv_random_uniform(&random));
		row[1] = row[0] == 0 ? 0 :
			1 + floor((row[2] - 1) * clv_random_uniform(&random));
		row[3] = floor(clv_random_uniform(&random) * 90 - 20) / 4;
		if (row[0] == 0 || row[3] < 0)
			row[3] = 0;
		for (c = 0; c < rows.ncov; c++)
			row[4 + c] = draw_covariate(kind, &random);
	}
	return rows;
}

static void
shuffle(Rows rows, uint64_t seed)
{
	size_t		stride = clv_row_stride(rows.ncov);
	size_t		size = stride * sizeof(double);
	double		swap[MAX_ROW];
	ClvRandom	random;
	size_t		i;

	clv_random_init(&random, seed, 1);
	for (i = rows.n; i > 1; i--)
	{
		double	   *a = rows.at + (i - 1) * stride;
		double	   *b = rows.at + (size_t) (clv_random_uniform(&random) * i) * stride;

		memcpy(swap, a, size);
		memmove(a, b, size);
		memcpy(b, swap, size);
	}
}

static void
add_rows(ClvCellsPack *pack, Rows rows, size_t from, size_t to)
{
	clv_cells_pack_rows(pack, (const ClvCustomer *)
						(rows.at + from * clv_row_stride(rows.ncov)),
						to - from, rows.ncov, NULL);
}

static Bytes
pack_slice(Rows rows, size_t from, size_t to)
{
	ClvCellsPack *pack = clv_cells_pack_new();
	Bytes		out;
	ClvError	err;

	add_rows(pack, rows, from, to);
	CHECK(run_pack(pack, &out, &err) == CLV_OK, "pack of %zu rows", to - from);
	return out;
}

/* ---- what a base must hold ---- */

static int	order_ncov;

static int
by_vector(const void *a, const void *b)
{
	const double *p = (const double *) a + 4;
	const double *q = (const double *) b + 4;
	int			c;

	for (c = 0; c < order_ncov; c++)
		if (p[c] != q[c])
			return p[c] < q[c] ? -1 : 1;
	return 0;
}

/* The bytes of the section's group against those of its rows packed alone. */
static bool
group_agrees(const double *row, size_t n, int ncov, const ClvGroupBytes *group)
{
	size_t		stride = clv_row_stride(ncov);
	ClvCustomer *plain = malloc(n * sizeof(ClvCustomer));
	double		v[CLV_MAX_COVARIATES];
	Bytes		alone;
	bool		agrees;
	size_t		i;

	for (i = 0; i < n; i++)
		memcpy(&plain[i], row + i * stride, sizeof(ClvCustomer));
	alone = pack_rows(plain, n);
	clv_groups_vector(group->v, ncov, v);
	agrees = memcmp(v, row + 4, ncov * sizeof(double)) == 0 &&
		same(alone, (Bytes) {(unsigned char *) group->base.at,
			clv_span_size(group->base)});
	free(alone.data);
	free(plain);
	return agrees;
}

/* Every group is the rows of its vector, and there is no other; how many? */
static size_t
check_groups(const char *label, Rows rows, ClvSpan section)
{
	size_t		stride = clv_row_stride(rows.ncov);
	size_t		from = 0;
	ClvGroupsWalk walk;
	ClvGroupBytes group;
	ClvError	err;

	order_ncov = rows.ncov;
	qsort(rows.at, rows.n, stride * sizeof(double), by_vector);
	if (clv_groups_walk(&walk, section, &err) != CLV_OK)
		return 0;
	CHECK(walk.ncov == rows.ncov, "%s: %d covariates", label, walk.ncov);
	while (from < rows.n && walk.next < walk.ngroup)
	{
		const double *row = rows.at + from * stride;
		size_t		to = from;

		while (to < rows.n && by_vector(row, rows.at + to * stride) == 0)
			to++;
		CHECK(clv_groups_next(&walk, &group, &err) == CLV_OK &&
			  group_agrees(row, to - from, rows.ncov, &group),
			  "%s: group %zu", label, walk.next);
		from = to;
	}
	CHECK(from == rows.n && walk.next == walk.ngroup, "%s: %zu groups", label,
		  walk.ngroup);
	return walk.ngroup;
}

/* The decoded groups are the decoded encodings of the groups. */
static void
check_decoded(const char *label, Bytes bytes, size_t ngroup)
{
	ClvCellsHead head;
	ClvGroupsWalk walk;
	ClvGroupBytes group;
	ClvBase		base;
	ClvBase		own;
	ClvError	err;
	size_t		i;

	CHECK(clv_cells_decode(bytes.data, bytes.size, &base, &err) == CLV_OK &&
		  clv_cells_head(bytes.data, bytes.size, &head, &err) == CLV_OK &&
		  base.ngroup == ngroup && head.ngroup == ngroup &&
		  base.ncov == head.ncov, "%s: decoding", label);
	clv_groups_walk(&walk, head.covariates, &err);
	for (i = 0; i < base.ngroup; i++)
	{
		const ClvBase *got = base.group[i].base;
		double		v[CLV_MAX_COVARIATES];

		clv_groups_next(&walk, &group, &err);
		clv_groups_vector(group.v, head.ncov, v);
		CHECK(clv_cells_decode(group.base.at, clv_span_size(group.base),
							   &own, &err) == CLV_OK &&
			  memcmp(base.group[i].v, v, base.ncov * sizeof(double)) == 0 &&
			  got->customers == own.customers && got->ngroup == 0 &&
			  got->ncell == own.ncell && got->nspend == own.nspend &&
			  memcmp(got->x, own.x, own.nx * sizeof(double)) == 0 &&
			  memcmp(got->spend, own.spend, own.nspend * sizeof(ClvSpend)) == 0,
			  "%s: decoded group %zu", label, i);
		clv_base_free(&own);
	}
	clv_base_free(&base);
}

/* The bytes but for the section: those of the same rows without covariates. */
static bool
plain_agrees(Rows rows, Bytes bytes, const ClvCellsHead *head)
{
	size_t		stride = clv_row_stride(rows.ncov);
	size_t		length = clv_span_size(head->covariates);
	ClvCustomer *plain = malloc((rows.n + 1) * sizeof(ClvCustomer));
	ClvCellsHead plain_head;
	Bytes		alone;
	size_t		tail;
	ClvError	err;
	bool		agrees;
	size_t		i;

	for (i = 0; i < rows.n; i++)
		memcpy(&plain[i], rows.at + i * stride, sizeof(ClvCustomer));
	alone = pack_rows(plain, rows.n);
	clv_cells_head(alone.data, alone.size, &plain_head, &err);
	tail = alone.data + alone.size - plain_head.covariates.end;
	agrees = bytes.size > tail + length &&
		memcmp(head->covariates.end, plain_head.covariates.end, tail) == 0 &&
		head->covariates.end + tail == bytes.data + bytes.size &&
		head->customers == plain_head.customers &&
		head->spenders == plain_head.spenders;
	free(alone.data);
	free(plain);
	return agrees;
}

static void
check_contents(int kind, size_t n)
{
	Rows		rows = draw_rows(kind, n, 1 + n);
	Bytes		bytes = pack_slice(rows, 0, n);
	ClvCellsHead head;
	ClvError	err = {CLV_OK, "", ""};
	size_t		ngroup;
	char		label[64];

	snprintf(label, sizeof(label), "%s %zu", kind_name[kind], n);
	CHECK(check_bytes(bytes.data, bytes.size, &err) == CLV_OK,
		  "%s: what was written is refused: %s", label, err.message);
	CHECK(clv_cells_head(bytes.data, bytes.size, &head, &err) == CLV_OK &&
		  head.ncov == rows.ncov, "%s: head", label);
	CHECK(plain_agrees(rows, bytes, &head), "%s: all customers", label);
	ngroup = check_groups(label, rows, head.covariates);
	CHECK(ngroup == head.ngroup, "%s: number of groups", label);
	check_decoded(label, bytes, ngroup);
	free(bytes.data);
	free(rows.at);
}

/* Any order and any cut into parts give the same bytes. */
static void
check_invariance(int kind, size_t n)
{
	Rows		rows = draw_rows(kind, n, 99);
	Bytes		whole = pack_slice(rows, 0, n);
	Bytes		part[6];
	Bytes		again;
	Bytes		more;
	ClvCellsPack *pack = clv_cells_pack_new();
	ClvError	err;
	size_t		i;

	shuffle(rows, 5);
	again = pack_slice(rows, 0, n);
	CHECK(same(whole, again), "%s: order of rows", kind_name[kind]);
	free(again.data);

	for (i = 0; i < 6; i++)
	{
		size_t		from = n * i * i / 36;
		size_t		to = n * (i + 1) * (i + 1) / 36;

		part[i] = pack_slice(rows, from, to);
		if (i % 2 == 0)
			clv_cells_pack_base(pack, part[i].data, part[i].size);
		else
			add_rows(pack, rows, from, to);
	}
	CHECK(run_pack(pack, &again, &err) == CLV_OK && same(whole, again),
		  "%s: cut into parts", kind_name[kind]);
	free(again.data);

	/* one after the other, from the last to the first */
	again = part[5];
	for (i = 5; i-- > 0;)
	{
		CHECK(pack_two(again, part[i], &more, &err) == CLV_OK, "%s: part %zu",
			  kind_name[kind], i);
		free(again.data);
		again = more;
		free(part[i].data);
	}
	CHECK(same(whole, again), "%s: part after part", kind_name[kind]);
	free(again.data);
	free(whole.data);
	free(rows.at);
}

/* The layout, by hand. */
static void
test_layout(void)
{
	static const unsigned char want[] = {
		1, 1,					/* version; from columns */
		2, 2, 1,				/* no repeat, no spend, spenders */
		2 + 2 * 35 + 44,		/* bytes of covariates: */
		2, 3,					/* 2 of them, 3 vectors */
		0xbf, 0xf0, 0, 0, 0, 0, 0, 0,	/* -1 */
		0x40, 0x1c, 0, 0, 0, 0, 0, 0,	/* 7 */
		18,						/* bytes: (1, 1, 9) without spend */
		1, 1, 0, 1, 0, 0, 0, 1 << 1, 1, 1 << 1, 1, 1 << 1, 9,
		1, 2, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, /* 0 */
		0, 0, 0, 0, 0, 0, 0, 0, /* 0 */
		18,						/* bytes: (0, 0, 5) */
		1, 1, 1, 0, 0, 0, 0, 1 << 1, 0, 1 << 1, 0, 1 << 1, 5,
		1, 2, 0, 0, 0,
		0x3f, 0xf0, 0, 0, 0, 0, 0, 0,	/* 1 */
		0, 0, 0, 0, 0, 0, 0, 0, /* 0 */
		27,						/* bytes: (0, 0, 5) and twice (2, 3, 5) */
		1, 1, 1, 1, 1, 0, 0, 2 << 1, 0, 1, 2 << 1, 0, 2, 1 << 1, 5,
		2, 2, 0, 0, 2 | 1, 1, 1, 0, 1, 0xe2, 0x12, 1,
		0,						/* no request */
		3 << 1, 0, 0, 0, 3 << 1, 0, 0, 1, 2 << 1, 5, 3, /* all customers */
		3, 2 | 1, 0, 0, 0, 1 << 2 | 2, 1, 1, 2 | 1, 1, 2, 0,
		1, 0xe2, 0x12, 2
	};
	double		row[][6] = {
		{2, 3, 5, 1.5, 1, 0}, {0, 0, 5, 0, 0, 0}, {1, 1, 9, 0, -1, 7},
		{2, 3, 5, 0, 1, 0}, {0, 0, 5, 0, 1, 0}
	};
	Rows		rows = {row[0], 5, 2};
	Bytes		bytes = pack_slice(rows, 0, 5);

	CHECK(bytes.size == sizeof(want) &&
		  memcmp(bytes.data, want, sizeof(want)) == 0, "layout");
	free(bytes.data);
}

static void
test_covariates(void)
{
	double		v[CLV_MAX_COVARIATES + 1] = {1, -0.0, 3};
	ClvCustomerCovariates out;
	ClvError	err;
	int			i;

	CHECK(clv_cells_covariates(v, 3, &out, &err) == CLV_OK && out.n == 3 &&
		  out.v[0] == 1 && !signbit(out.v[1]) && out.v[2] == 3, "covariates");
	CHECK(clv_cells_covariates(v, CLV_MAX_COVARIATES, &out, &err) == CLV_OK,
		  "as many as can be");
	CHECK(clv_cells_covariates(v, 0, &out, &err) == CLV_BAD_ARGUMENT &&
		  clv_cells_covariates(v, CLV_MAX_COVARIATES + 1, &out, &err) ==
		  CLV_BAD_ARGUMENT, "none or too many are taken");
	for (i = 0; i < 3; i++)
	{
		v[2] = i == 0 ? NAN : i == 1 ? INFINITY : -INFINITY;
		CHECK(clv_cells_covariates(v, 3, &out, &err) == CLV_BAD_ARGUMENT &&
			  strstr(err.message, "covariate 3") != NULL, "%g is taken", v[2]);
	}
}

/* Bases whose customers have different numbers of covariates. */
static void
test_refusals(void)
{
	Rows		one = draw_rows(ONE_VECTOR, 5, 1);
	Rows		two = draw_rows(FEW, 5, 1);
	Bytes		a = pack_slice(one, 0, 5);
	Bytes		b = pack_slice(two, 0, 5);
	Bytes		plain = pack_rows((const ClvCustomer *) one.at, 1);
	ClvCellsPack *pack = clv_cells_pack_new();
	Bytes		none;
	Bytes		sum;
	ClvError	err;

	run_pack(pack, &none, &err);
	CHECK(pack_two(a, b, &sum, &err) == CLV_BAD_ARGUMENT &&
		  pack_two(b, a, &sum, &err) == CLV_BAD_ARGUMENT &&
		  pack_two(a, plain, &sum, &err) == CLV_BAD_ARGUMENT &&
		  pack_two(plain, b, &sum, &err) == CLV_BAD_ARGUMENT,
		  "different numbers of covariates are put together");
	pack = clv_cells_pack_new();
	add_rows(pack, one, 0, 5);
	add_rows(pack, two, 0, 5);
	CHECK(run_pack(pack, &sum, &err) == CLV_BAD_ARGUMENT, "so are rows");
	pack = clv_cells_pack_new();
	clv_cells_pack_base(pack, plain.data, plain.size);
	add_rows(pack, two, 0, 5);
	CHECK(run_pack(pack, &sum, &err) == CLV_BAD_ARGUMENT, "so are both");
	CHECK(pack_two(none, a, &sum, &err) == CLV_OK && sum.size > none.size,
		  "a base of nobody is refused");
	free(sum.data);
	free(none.data);
	free(plain.data);
	free(a.data);
	free(b.data);
	free(one.at);
	free(two.at);
}

/* What is taken must be a base as good as any, the rest refused by name. */
static void
test_damaged(const char *label, size_t place, unsigned char *data, size_t size)
{
	Bytes		other = {data, size};
	Bytes		twice;
	ClvBase		base;
	ClvError	err;
	ClvStatus	status = check_bytes(data, size, &err);

	if (status == CLV_OK)
	{
		CHECK(pack_two(other, other, &twice, &err) == CLV_OK &&
			  check_bytes(twice.data, twice.size, &err) == CLV_OK,
			  "%s: byte %zu", label, place);
		free(twice.data);
		return;
	}
	CHECK(status == CLV_BAD_BINARY && strstr(err.message, "clv.cbs") != NULL,
		  "%s: byte %zu: %s", label, place, err.message);

	/* Decoding and packing alone promise no more than not to crash. */
	if (clv_cells_decode(data, size, &base, &err) == CLV_OK)
		clv_base_free(&base);
	if (pack_two(other, other, &twice, &err) == CLV_OK)
		free(twice.data);
}

static void
check_hostile(int kind)
{
	static const unsigned char evil[] = {0, 1, 2, 3, 0x7f, 0x80, 0xff};
	Rows		rows = draw_rows(kind, 12, 7);
	Bytes		bytes = pack_slice(rows, 0, 12);
	unsigned char *copy = malloc(bytes.size + 1);
	ClvRandom	random;
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
			memcpy(copy, bytes.data, bytes.size);
			copy[i] = k < 8 ? copy[i] ^ 1 << k : evil[k - 8];
			test_damaged(kind_name[kind], i, copy, bytes.size);
		}

	/* several bytes at once */
	clv_random_init(&random, 3, kind);
	for (i = 0; i < 4000; i++)
	{
		memcpy(copy, bytes.data, bytes.size);
		for (k = 0; k < 2 + i % 4; k++)
			copy[(size_t) (clv_random_uniform(&random) * bytes.size)] =
				(unsigned char) (clv_random_uniform(&random) * 256);
		test_damaged(kind_name[kind], i, copy, bytes.size);
	}
	free(copy);
	free(bytes.data);
	free(rows.at);
}

static void
test_contents(void)
{
	static const size_t sizes[] = {1, 2, 7, 255, 3000, 16384, 70000};
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
		check_invariance(kind, 36);
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
	RUN(test_covariates);
	RUN(test_refusals);
	CHECK_DONE("covariate cells");
}
