/*
 * test_breaks.c
 *		Natural breaks against every possible cut, sort against qsort.
 */
#include "check.h"
#include "value/breaks.h"
#include "math/random.h"
#include "math/sort.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int
compare(const void *p, const void *q)
{
	double		a = *(const double *) p;
	double		b = *(const double *) q;

	return (a > b) - (a < b);
}

/* Two-pass sum of squares about the mean, in the widest arithmetic there is. */
static double
spread(const double *value, size_t from, size_t to)
{
	long double mean = 0;
	long double sum = 0;
	size_t		i;

	for (i = from; i < to; i++)
		mean += value[i];
	mean /= (long double) (to - from);
	for (i = from; i < to; i++)
		sum += (value[i] - mean) * (value[i] - mean);
	return (double) sum;
}

/* Least cost of value[from .. n) in k classes that do not split equal values. */
static double
brute(const double *value, size_t from, size_t n, int k)
{
	double		least = INFINITY;
	size_t		to;

	if (k == 1)
		return spread(value, from, n);
	for (to = from + 1; to < n; to++)
	{
		if (value[to] != value[to - 1])
			least = fmin(least, spread(value, from, to) + brute(value, to, n, k - 1));
	}
	return least;
}

static size_t
solve(const double *value, size_t n, int k, double *cutoff)
{
	ClvBreaks	breaks;
	void	   *space = malloc(clv_breaks_space(n, k));
	size_t		ncutoff;

	clv_breaks_begin(&breaks, value, n, k, space);
	while (clv_breaks_step(&breaks) == CLV_CONTINUE)
		;
	ncutoff = clv_breaks_result(&breaks, cutoff);
	free(space);
	return ncutoff;
}

/* Cost of the classes that the cut-offs make. */
static double
cost_of(const double *value, size_t n, const double *cutoff, size_t ncutoff)
{
	double		sum = 0;
	size_t		to = n;
	size_t		from;
	size_t		i;

	for (i = 0; i <= ncutoff; i++)
	{
		for (from = to; from > 0 && (i == ncutoff || value[from - 1] >= cutoff[i]);)
			from--;
		sum += spread(value, from, to);
		to = from;
	}
	return sum;
}

static void
check_optimal(const double *value, size_t n, int k, const char *label)
{
	double		cutoff[CLV_MAX_CLASSES];
	size_t		distinct = 1;
	size_t		want;
	size_t		got = solve(value, n, k, cutoff);
	size_t		i;

	for (i = 1; i < n; i++)
		distinct += value[i] != value[i - 1];
	want = distinct < (size_t) k ? distinct - 1 : (size_t) k - 1;
	CHECK(got == want, "%s, k = %d: %zu cut-offs, want %zu", label, k, got, want);
	for (i = 1; i < got; i++)
		CHECK(cutoff[i] < cutoff[i - 1], "%s, k = %d: not descending", label, k);
	if (got == want)
	{
		double		least = distinct <= (size_t) k ? 0 : brute(value, 0, n, k);
		double		cost = cost_of(value, n, cutoff, got);

		CHECK(cost <= least * (1 + 1e-13), "%s, k = %d: cost %.17g, least %.17g",
			  label, k, cost, least);
	}
}

/* Random values of several shapes, every k up to one more than they need. */
static void
test_brute_force(void)
{
	ClvRandom	random;
	double		value[24];
	char		label[64];
	int			round,
				k;

	clv_random_init(&random, 1958, 1);
	for (round = 0; round < 400; round++)
	{
		size_t		n = 1 + clv_random_bits(&random) % 22;
		int			shape = round % 4;
		size_t		i;

		for (i = 0; i < n; i++)
		{
			double		e = clv_random_exponential(&random);

			value[i] = shape == 0 ? floor(3 * e)	/* many ties */
				: shape == 1 ? exp(4 * e)	/* a heavy tail */
				: shape == 2 ? 1e12 + e /* a large offset */
				: e * e;
		}
		qsort(value, n, sizeof(double), compare);
		snprintf(label, sizeof(label), "round %d, n = %zu", round, n);
		for (k = 1; k <= 5; k++)
			check_optimal(value, n, k, label);
	}
}

static void
check_cutoffs(const double *value, size_t n, int k, const double *want,
			  size_t nwant, const char *label)
{
	double		cutoff[CLV_MAX_CLASSES];
	size_t		got = solve(value, n, k, cutoff);
	size_t		i;

	CHECK(got == nwant, "%s: %zu cut-offs, want %zu", label, got, nwant);
	for (i = 0; i < got && i < nwant; i++)
		CHECK(cutoff[i] == want[i], "%s: cut-off %.17g, want %.17g", label,
			  cutoff[i], want[i]);
}

/* Where a sum of squares in plain doubles goes wrong. */
static void
test_hard_cases(void)
{
	/* two far clusters, each of two near ones */
	const double far[] = {0, 0.001, 1, 1.001, 1e9, 1e9 + 0.001, 1e9 + 1, 1e9 + 1.001};
	const double far_cut[] = {1e9 + 1, 1e9, 1};

	/* neighbours in the last bits of a large number */
	const double offset[] = {0x1p52, 0x1p52 + 1, 0x1p52 + 8, 0x1p52 + 9};
	const double offset_cut[] = {0x1p52 + 8};
	const double big[] = {0, 1e307, 1.7e308, 1.75e308};
	const double big_cut[] = {1.7e308};
	const double small[] = {0, 5e-324, 4e-322, 4.1e-322};
	const double small_cut[] = {4e-322};

	/* equally good: the larger top class */
	const double even[] = {0, 1, 2};
	const double even_cut[] = {1};
	const double same[] = {7, 7, 7};

	check_cutoffs(far, 8, 4, far_cut, 3, "far clusters");
	check_cutoffs(offset, 4, 2, offset_cut, 1, "offset");
	check_cutoffs(big, 4, 2, big_cut, 1, "near overflow");
	check_cutoffs(small, 4, 2, small_cut, 1, "near underflow");
	check_cutoffs(even, 3, 2, even_cut, 1, "a tie");
	check_cutoffs(same, 3, 4, NULL, 0, "one distinct value");
	check_cutoffs(same, 1, 1, NULL, 0, "one value");
}

static double
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

/*
 * A million values: sorted as qsort does, and no cut-off can be moved to
 * advantage.  The longest step is told, and must be far below what a cancel
 * may wait (the limit is generous: tests run on busy machines).
 */
static void
test_million(void)
{
	const size_t n = 1000000;
	double	   *value = malloc(n * sizeof(double));
	void	   *sort_space = malloc(clv_sort_space(n));
	void	   *space = malloc(clv_breaks_space(n, 4));
	double		cutoff[3];
	double		longest = 0;
	double		last,
				begin;
	double		cost;
	ClvRandom	random;
	ClvSort	   *sort = malloc(sizeof(ClvSort));
	ClvBreaks	breaks;
	size_t		i;
	int			j,
				side;

	clv_random_init(&random, 1958, 2);
	for (i = 0; i < n; i++)
		value[i] = exp(2 * clv_random_exponential(&random)) - (i % 3);
	begin = last = milliseconds();
	clv_sort_begin(sort, value, n, sort_space);
	while (clv_sort_step(sort) == CLV_CONTINUE)
	{
		double		now = milliseconds();

		longest = fmax(longest, now - last);
		last = now;
	}
	printf("breaks: a million values sorted in %.0f ms, ", last - begin);
	qsort(value, n, sizeof(double), compare);
	CHECK(memcmp(value, sort->sorted, n * sizeof(double)) == 0, "sort");

	begin = last = milliseconds();
	clv_breaks_begin(&breaks, value, n, 4, space);
	while (clv_breaks_step(&breaks) == CLV_CONTINUE)
	{
		double		now = milliseconds();

		longest = fmax(longest, now - last);
		last = now;
	}
	clv_breaks_result(&breaks, cutoff);
	printf("cut in %.0f ms, longest step %.1f ms\n", last - begin, longest);
	CHECK(longest < 100, "a step of %g ms", longest);

	cost = cost_of(value, n, cutoff, 3);
	for (j = 0; j < 3; j++)
	{
		for (side = -1; side <= 1; side += 2)
		{
			double	   *at = bsearch(&cutoff[j], value, n, sizeof(double), compare);
			double		moved[3];

			if (at + side == value + n)
				continue;
			memcpy(moved, cutoff, sizeof(moved));
			moved[j] = at[side];
			CHECK(cost_of(value, n, moved, 3) >= cost * (1 - 1e-13),
				  "cut-off %d moved by %d is better", j, side);
		}
	}
	free(value);
	free(sort_space);
	free(space);
	free(sort);
}

int
main(void)
{
	RUN(test_brute_force);
	RUN(test_hard_cases);
	RUN(test_million);
	CHECK_DONE("breaks");
}
