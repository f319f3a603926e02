/*
 * test_exact.c
 *		Sums of doubles against rational arithmetic (test/golden/exact.py), in
 *		any order and any parts.
 */
#include "math/exact.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

typedef struct GoldenSum
{
	int			n;
	double		value[48];
	int			parts;			/* -1: beyond the largest double */
	double		part[CLV_EXPANSION_MAX];
} GoldenSum;

#include "golden_exact.h"

#define N_SUMS	((int) (sizeof(golden_sums) / sizeof(golden_sums[0])))

static void
check_sum(ClvExact *sum, const GoldenSum *want, int number, const char *how)
{
	ClvExpansion got;
	double		nearest = want->parts > 0 ? want->part[0] : 0.0;
	double		value = clv_exact_value(sum);
	int			sign = clv_exact_sign(sum);

	if (want->parts < 0)
	{
		CHECK(isinf(value), "sum %d %s: got %.17g, want infinity", number, how,
			  value);
		CHECK(!clv_exact_canonical(sum, &got), "sum %d %s has an expansion",
			  number, how);
		return;
	}
	CHECK(value == nearest && !signbit(value) == !signbit(nearest),
		  "sum %d %s: got %.17g, want %.17g", number, how, value, nearest);
	CHECK(sign == (nearest > 0) - (nearest < 0), "sum %d %s: sign %d", number,
		  how, sign);
	CHECK(clv_exact_canonical(sum, &got) && got.n == want->parts &&
		  memcmp(got.c, want->part, got.n * sizeof(double)) == 0,
		  "sum %d %s: %d parts, want %d", number, how, got.n, want->parts);
	CHECK(clv_expansion_is_canonical(&got), "sum %d %s: not canonical", number,
		  how);
}

static void
test_golden(void)
{
	for (int i = 0; i < N_SUMS; i++)
	{
		const GoldenSum *want = &golden_sums[i];
		ClvExact	forth;
		ClvExact	back;
		ClvExact	half;

		clv_exact_init(&forth);
		clv_exact_init(&back);
		for (int k = 0; k < want->n; k++)
		{
			clv_exact_add(&forth, want->value[k]);
			clv_exact_add(&back, want->value[want->n - 1 - k]);
		}
		check_sum(&forth, want, i, "forth");
		check_sum(&back, want, i, "back");

		/* in two parts */
		clv_exact_init(&forth);
		clv_exact_init(&half);
		for (int k = 0; k < want->n; k++)
			clv_exact_add(k % 2 ? &half : &forth, want->value[k]);
		(void) clv_exact_value(&half);	/* takes carries */
		clv_exact_add_exact(&forth, &half);
		check_sum(&forth, want, i, "in parts");
	}
}

/* Parts that do not belong together are no expansion. */
static void
test_not_canonical(void)
{
	static const ClvExpansion bad[] = {
		{1, {0.0}},
		{1, {INFINITY}},
		{2, {1.0, 1.0}},
		{2, {0x1p-60, 1.0}},
		{2, {1.0, 0x1.8p-53}},	/* above half the last place */
		{2, {0x1.0000000000001p0, -0x1p-53}},	/* the tie is another's */
		{2, {1.0, 0.0}},
		{3, {1.0, 0x1p-60, 0x1p-61}},
	};
	ClvExpansion good = {2, {1.0, 0x1p-53}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!clv_expansion_is_canonical(&bad[i]), "bad expansion %zu", i);
	CHECK(clv_expansion_is_canonical(&good), "good expansion");
	good.n = 0;
	CHECK(clv_expansion_is_canonical(&good), "empty expansion");
}

/* So many additions that carries must be taken on the way. */
static void
test_many(void)
{
	const uint32_t million = 1000000;
	ClvExact	sum;
	ClvExact	total;

	clv_exact_init(&sum);
	for (uint32_t i = 0; i < million; i++)
		clv_exact_add(&sum, 0x1.fffffffffffffp-1);
	CHECK(clv_exact_value(&sum) == million * 0x1.fffffffffffffp-1,
		  "a million times just below 1: %.17g", clv_exact_value(&sum));

	/* doubled 40 times: 2^40 million additions */
	for (int i = 0; i < 40; i++)
	{
		total = sum;
		clv_exact_add_exact(&sum, &total);
	}
	CHECK(clv_exact_value(&sum) == ldexp(million * 0x1.fffffffffffffp-1, 40),
		  "doubled 40 times: %.17g", clv_exact_value(&sum));
}

int
main(void)
{
	RUN(test_golden);
	RUN(test_not_canonical);
	RUN(test_many);
	CHECK_DONE("exact");
}
