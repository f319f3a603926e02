/*
 * test_concentration.c
 *		Cut-offs, scores, Gini, top share and Lorenz curve against their
 *		definitions.
 */
#include "check.h"
#include "value/concentration.h"
#include "math/random.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of the answer; -1: unknown. */
static int
ask(ClvQuestion question, const double *arg, size_t narg, const double *value,
	size_t n, double *out)
{
	void	   *space = malloc(clv_inquiry_space(question, narg, n) + 1);
	ClvInquiry *inquiry = malloc(sizeof(ClvInquiry));
	int			result;

	clv_inquiry_begin(inquiry, question, arg, narg, value, n, space, out);
	while (clv_inquiry_step(inquiry) == CLV_CONTINUE)
		;
	result = inquiry->unknown ? -1 : (int) inquiry->nout;
	free(inquiry);
	free(space);
	return result;
}

/* Every share i/n of n customers is exactly i of them, as decimals say. */
static void
test_decimal_shares(void)
{
	static double value[2000];
	int			n,
				i;
	int			wrong = 0;
	int			wrong_value = 0;
	char		text[32];

	for (i = 0; i < 2000; i++)
		value[i] = 2000 - i;
	for (n = 10; n <= 1000; n *= 10)
	{
		for (i = 1; i <= n; i++)
		{
			double		equal[1000];
			double		share;
			double		out;
			int			j;

			snprintf(text, sizeof(text), "0.%0*d", n == 10 ? 1 : n == 100 ? 2 : 3, i);
			share = i == n ? 1 : strtod(text, NULL);
			ask(CLV_QUANTILE, &share, 1, value, n, &out);
			wrong += out != value[i - 1];

			/* nearly equal prices: the running total's i-th step */
			for (j = 0; j < n; j++)
				equal[j] = 0.1 + (n - j) * 1e-17;
			ask(CLV_VALUE_SHARE, &share, 1, equal, n, &out);
			wrong_value += out != equal[i - 1];
		}
	}
	CHECK(wrong == 0, "%d quantiles miss by a customer", wrong);
	CHECK(wrong_value == 0, "%d shares of value miss by a customer", wrong_value);
}

/* Gini by its definition, over all pairs. */
static double
gini_of(const double *value, size_t n)
{
	long double pairs = 0;
	long double total = 0;
	size_t		i,
				j;

	for (i = 0; i < n; i++)
	{
		total += value[i];
		for (j = 0; j < n; j++)
			pairs += fabsl((long double) value[i] - value[j]);
	}
	return (double) (pairs / (2 * n * total));
}

static void
test_gini(void)
{
	ClvRandom	random;
	double		value[300];
	double		out;
	int			round;

	clv_random_init(&random, 1912, 1);
	for (round = 0; round < 100; round++)
	{
		size_t		n = 1 + clv_random_bits(&random) % 300;
		double		scale = pow(10, round % 7 * 50 - 150);
		size_t		i;

		for (i = 0; i < n; i++)
			value[i] = scale * (clv_random_exponential(&random) - round % 2 * 0.1);
		if (ask(CLV_GINI, NULL, 0, value, n, &out) == 1)
			CHECK_REL(out, gini_of(value, n), 1e-13, "gini");
	}
	value[0] = 0;
	value[1] = -1;
	CHECK(ask(CLV_GINI, NULL, 0, value, 0, &out) == -1, "gini of none");
	CHECK(ask(CLV_GINI, NULL, 0, value, 1, &out) == -1, "gini of nothing");
	CHECK(ask(CLV_GINI, NULL, 0, value, 2, &out) == -1, "gini of debts");
}

/* Any order of the values gives the same bits. */
static void
test_order(void)
{
	static const double share[] = {0.05, 0.2, 0.5};
	static const double points = 7;
	static const double fraction = 0.33;
	static const double scores = 5;
	ClvRandom	random;
	double		value[1000],
				first[7][8],
				out[8];
	int			round,
				q,
				i;

	clv_random_init(&random, 3, 1);
	for (i = 0; i < 1000; i++)
		value[i] = floor(100 * exp(3 * clv_random_exponential(&random))) / 100 - 5;
	for (round = 0; round < 20; round++)
	{
		for (q = CLV_QUANTILE; q <= CLV_LORENZ; q++)
		{
			const double *arg = q == CLV_LORENZ ? &points : q == CLV_TOP_SHARE ? &fraction :
				q == CLV_SCORES ? &scores : share;
			int			n = ask(q, arg, q < CLV_SCORES ? 3 : 1, value, 1000,
								round == 0 ? first[q] : out);

			CHECK(n > 0, "no answer to question %d", q);
			if (round > 0)
				CHECK(memcmp(out, first[q], n * sizeof(double)) == 0,
					  "question %d depends on the order", q);
		}
		for (i = 999; i > 0; i--)
		{
			int			j = clv_random_bits(&random) % (i + 1);
			double		t = value[i];

			value[i] = value[j];
			value[j] = t;
		}
	}
}

/* Small enough to be worked out by hand. */
static void
test_by_hand(void)
{
	const double value[] = {1, -2, 3, 8};	/* total 10 */
	const double huge[] = {1e308, 1e308, 1e308, 1e308};
	const double third = 1.0 / 3;
	const double half = 0.5;
	const double points = 8;
	const double lorenz[] = {0, -0.1, -0.2, -0.15, -0.1, 0.05, 0.2, 0.6, 1};
	const double shares[] = {0.6, 0.9, 1};
	double		out[16];
	int			i;

	/* of 8 + 3 + 1: 0.6 is 7.2, 0.9 is 10.8, all is reached at 1 */
	CHECK(ask(CLV_VALUE_SHARE, shares, 3, value, 4, out) == 3 &&
		  out[0] == 8 && out[1] == 3 && out[2] == 1, "shares of value");
	CHECK(ask(CLV_TOP_SHARE, &third, 1, value, 4, out) == 1, "top share");
	CHECK_REL(out[0], 1.1, 1e-15, "top two of four");
	CHECK(ask(CLV_TOP_SHARE, &half, 1, huge, 4, out) == 1 && out[0] == 0.5,
		  "top share of huge values");
	CHECK(ask(CLV_LORENZ, &points, 1, value, 4, out) == 9, "lorenz");
	for (i = 0; i < 9; i++)
		CHECK(fabs(out[i] - lorenz[i]) < 1e-15, "lorenz point %d: %.17g", i, out[i]);
	CHECK(out[0] == 0 && out[8] == 1, "ends of the lorenz curve");
	CHECK(clv_tier_number(5, value + 2, 1) == 0 &&
		  clv_tier_number(3, value + 2, 1) == 0 &&
		  clv_tier_number(2.9, value + 2, 1) == 1, "tier numbers");
}

/* A customer's score, counted. */
static int
counted_score(int scores, const double *value, int n, double x)
{
	int			below = 0;
	int			same = 0;

	for (int i = 0; i < n; i++)
	{
		below += value[i] < x;
		same += value[i] == x;
	}
	if (same == n)
		return (scores + 1) / 2;
	return 1 + (int) fmin(floor((double) scores * below / (n - same)), scores - 1);
}

static void
test_scores(void)
{
	ClvRandom	random;

	clv_random_init(&random, 7, 0);
	for (int run = 0; run < 2000; run++)
	{
		double		value[40];
		double		limit[9];
		int			n = 1 + run % 40;
		int			kinds = 1 + run / 40 % 12;
		double		scores = 2 + run % 8;
		int			limits;
		int			wrong = 0;

		for (int i = 0; i < n; i++)
			value[i] = floor(kinds * clv_random_uniform(&random)) - 3;
		if (run % 3 == 0)
			for (int i = 0; i < n; i++)
				value[i] = value[i] == 0 && i % 2 ? -0.0 : value[i];
		limits = ask(CLV_SCORES, &scores, 1, value, n, limit);
		for (int i = 0; i < n; i++)
		{
			int			got = 1;

			for (int k = 0; k < limits; k++)
				got += value[i] >= limit[k];
			wrong += got != counted_score((int) scores, value, n, value[i]);
		}
		CHECK(wrong == 0, "%d of %d values have another score of %g", wrong, n, scores);
	}
}

int
main(void)
{
	RUN(test_scores);
	RUN(test_decimal_shares);
	RUN(test_gini);
	RUN(test_order);
	RUN(test_by_hand);
	CHECK_DONE("concentration");
}
