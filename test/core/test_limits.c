/*
 * test_limits.c
 *		Fits to bases whose highest likelihood is at a limit of the model, beside
 *		the limiting model fitted by itself.
 *
 * The limiting models are written down here: one rate or one chance for all,
 * leaving at once or never, leaving at one age, spend of one law for all.  A fit
 * is within 1e-6 of |lnL| of their maximum, as test/recovery/limits.py finds on
 * many bases; where no number is large enough, it says so.
 */
#include <stdio.h>

#include "check.h"
#include "model/prediction.h"
#include "run_fit.h"

#define CLOSE		1e-6		/* of |lnL| */
#define CUSTOMERS	60

static MakeRow row[CUSTOMERS];

static void
add(int i, double x, double tx, double t, double m)
{
	row[i] = (MakeRow) {x, tx, t, m, 1.0};
}

/* lnL of Poisson purchases until "end" or T, for all customers at their rate. */
static double
poisson(int n, double end)
{
	double		x = 0.0;
	double		t = 0.0;
	int			i;

	for (i = 0; i < n; i++)
	{
		x += row[i].x;
		t += fmin(row[i].t, end);
	}
	return x * log(x / t) - x;
}

static void
check_limit(const ClvFitted *fit, double limit, const char *says)
{
	CHECK(fit->status == CLV_BOUNDARY && strstr(fit->message, says) != NULL,
		  "%s: status %d, \"%s\"", fit->model->name, fit->status, fit->message);
	CHECK(fabs(fit->loglik - limit) <= CLOSE * fabs(limit),
		  "%s: %.12g, the limit %.12g", fit->model->name, fit->loglik, limit);
}

/* Customers who do not differ and do not leave. */
static void
test_one_rate(void)
{
	static const char *const name[] = {"nbd", "bgnbd", "mbgnbd", "paretonbd", "ggompertznbd"};
	ClvFitted	fit;
	int			m;
	int			i;

	for (i = 0; i < CUSTOMERS; i++)
		add(i, 9 + i % 3, 99 + i % 5, 100 + i % 5, 0.0);
	for (m = 0; m < 5; m++)
	{
		ClvCustomer one = {9.0, 99.0, 100.0, 0};
		double		expected = 0.0;

		fit = run_rows(name[m], row, CUSTOMERS);
		if (m < 4)
			check_limit(&fit, poisson(CUSTOMERS, INFINITY), "r and alpha grow without limit");
		if (m == 4)
			break;				/* all may as well leave at 104 */
		clv_predict_purchases(fit.model, fit.par, &one, 0.0, 10.0, &expected);
		CHECK_REL(expected, 10.0 * fit.par[0] / fit.par[1], 1e-5, name[m]);
	}
}

/*
 * All leave at one age: the likelihood rises to that of Poisson purchases until
 * the last of all, but e^(b age) would have to be 10^(10^6) and more.
 */
static void
test_one_age(void)
{
	ClvFitted	fit;
	double		limit;
	double		expected = NAN;
	int			i;
	ClvCustomer newcomer = {0.0, 0.0, 0.0, 0};

	for (i = 1; i <= 60; i++)
		add(i - 1, 8 + i % 5, 56 + i % 9, 120, 0.0);
	fit = run_rows("ggompertznbd", row, 60);
	limit = poisson(60, 64.0);
	CHECK_REL(limit, -1713.7790, 1e-6, "the limit");
	CHECK(fit.loglik >= -1716.763586812 && fit.loglik < limit, "all leave at one age: %.12g", fit.loglik);
	CHECK(fit.status == CLV_BOUNDARY && strstr(fit.message, "beta grows without limit too, and ends at 1e+150"),
		  "status %d, \"%s\"", fit.status, fit.message);
	clv_predict_purchases(fit.model, fit.par, &newcomer, 0.0, 365.0, &expected);
	CHECK_REL(expected, 10.0, 5e-3, "purchases of a newcomer");

	/* a day after the last purchase of all: not seen from within */
	for (i = 0; i < 40; i++)
		add(i, 3, 27, 28, 0.0);
	fit = run_rows("ggompertznbd", row, 40);
	limit = poisson(40, 27.0);
	CHECK(fit.loglik >= -385.507961 && fit.loglik < limit, "all have left a day ago: %.12g", fit.loglik);
}

/* Leaving after the first purchase or never, at one rate: lnL by rate and share. */
static double
once_or_never(int n, double rate, double share)
{
	double		sum = 0.0;
	int			i;

	for (i = 0; i < n; i++)
	{
		double		gone = row[i].x == 1.0 ? share * exp(-rate * row[i].tx) : 0.0;

		sum += row[i].x * log(rate)
			+ log((row[i].x > 0.0 ? 1.0 - share : 1.0) * exp(-rate * row[i].t) + gone);
	}
	return sum;
}

static double
best_share(int n, double rate)
{
	double		low = 0.0;
	double		high = 1.0;
	int			i;

	for (i = 0; i < 60; i++)
	{
		double		a = low + (high - low) / 3.0;
		double		b = high - (high - low) / 3.0;

		if (once_or_never(n, rate, a) < once_or_never(n, rate, b))
			low = a;
		else
			high = b;
	}
	return once_or_never(n, rate, 0.5 * (low + high));
}

static void
test_once_or_never(void)
{
	ClvFitted	fit;
	double		best = -INFINITY;
	double		rate;
	int			i;

	for (i = 0; i < CUSTOMERS; i++)
	{
		if (i % 3 == 0)
			add(i, 1, 5 + i % 7, 100, 0.0);
		else
			add(i, 10 + i % 2, 95 + i % 4, 100, 0.0);
	}
	for (rate = 0.05; rate < 0.2; rate *= 1.001)
		best = fmax(best, best_share(CUSTOMERS, rate));
	fit = run_rows("bgnbd", row, CUSTOMERS);
	check_limit(&fit, best, "grow without limit");
	CHECK(fit.par[2] < 1e-5 && fit.par[3] < 1e-5, "a %g, b %g", fit.par[2], fit.par[3]);
}

/*
 * Few customers, of whom some have left at once, with a maximum inside as well:
 * the one at the limit is higher.
 */
static void
test_few_left_at_once(void)
{
	static const MakeRow few[] = {
		{5, 145.7, 275, 0, 1}, {0, 0, 50, 0, 1}, {1, 16.29, 93, 0, 1}, {1, 12.13, 140, 0, 1}, {0, 0, 88, 0, 1}
	};
	const int	n = sizeof(few) / sizeof(few[0]);
	ClvFitted	fit;
	double		best = -INFINITY;
	double		rate;

	memcpy(row, few, sizeof(few));
	for (rate = 0.005; rate < 0.05; rate *= 1.001)
		best = fmax(best, best_share(n, rate));
	fit = run_rows("bgnbd", row, n);
	check_limit(&fit, best, "grow without limit");
	CHECK(fit.par[2] < 1e-5 && fit.par[3] < 1e-5, "a %g, b %g", fit.par[2], fit.par[3]);
}

/* lnL of means of x orders each, shape p x and one mean for all. */
static double
one_law(int n, double p)
{
	double		mean = 0.0;
	double		orders = 0.0;
	double		sum = 0.0;
	int			i;

	for (i = 0; i < n; i++)
	{
		mean += row[i].x * row[i].m;
		orders += row[i].x;
	}
	mean /= orders;
	for (i = 0; i < n; i++)
	{
		double		k = p * row[i].x;

		sum += k * log(k / mean) - lgamma(k) + (k - 1.0) * log(row[i].m) - k * row[i].m / mean;
	}
	return sum;
}

static void
test_spend(void)
{
	ClvFitted	fit;
	double		best = -INFINITY;
	double		p;
	double		mean = NAN;
	int			i;

	/* customers differ no more than their orders */
	for (i = 0; i < 40; i++)
		add(i, 19, 100, 200, 0.01 * (1 + i % 3));
	for (p = 0.01; p < 10.0; p *= 1.001)
		best = fmax(best, one_law(40, p));
	fit = run_rows("gammagamma", row, 40);
	check_limit(&fit, best, "customers do not differ in their spend");
	clv_predict_expected_spend(fit.model, fit.par, 19.0, 0.03, &mean);
	CHECK_REL(mean, 0.02 - 0.01 / 40, 1e-4, "spend where customers do not differ");

	/* all orders alike: no maximum, and a search ends where both are largest */
	for (i = 0; i < 40; i++)
		add(i, 1 + i % 9, 100, 200, 25.0);
	fit = run_rows("gammagamma", row, 40);
	CHECK(fit.status == CLV_BOUNDARY && fit.par[0] > 0.999e8 && fit.par[1] > 0.999e8,
		  "all orders alike: status %d, p %g, q %g", fit.status, fit.par[0], fit.par[1]);
	CHECK_REL(fit.par[2], 25.0, 1e-6, "gamma where all orders are alike");
}

/* Subscribers who do not differ. */
static void
test_one_chance(void)
{
	static ClvTenure tenure[13];
	ClvBase		base;
	ClvFitted	fit;
	double		left = 1e6;
	double		lost = 0.0;
	double		decisions = 0.0;
	double		stay = NAN;
	double		p;
	int			i;

	memset(&base, 0, sizeof(base));
	base.tenure = tenure;
	base.ntenure = 12;
	for (i = 0; i < 12; i++)
	{
		double		go = floor(left * (0.1 + 1e-4 * i));

		tenure[i] = (ClvTenure) {i + 1, go, i == 11 ? left - go : 0.0};
		decisions += left;
		lost += go;
		left -= go;
		base.customers += (int64_t) (tenure[i].lost + tenure[i].stay);
	}
	p = lost / decisions;
	fit = run_fit("sbg", &base);
	check_limit(&fit, lost * log(p) + (decisions - lost) * log1p(-p), "a and b grow without limit");
	clv_predict_renewal(fit.model, fit.par, 0.0, 12.0, &stay);
	CHECK_REL(stay, pow(1.0 - p, 12.0), 1e-6, "S(12)");
}

/* lnL of the base, customer by customer. */
static double
log_likelihood(const ClvModel *model, const double *par, int n)
{
	double		sum = 0.0;
	int			i;

	for (i = 0; i < n; i++)
	{
		ClvCustomer one = {row[i].x, row[i].tx, row[i].t, 0};
		double		ln = NAN;

		clv_predict_loglik(model, par, &one, &ln);
		sum += ln;
	}
	return sum;
}

/*
 * Two classes, of customers at a rate of 0.15 and of customers at hardly any, from
 * awkward_bases.py: there is a maximum where the latter buy seldom, and a higher
 * one where they have left at once.  No point of a coarse grid is higher than the
 * fit.
 */
static void
test_two_maxima(void)
{
	static const MakeRow two_classes[CUSTOMERS] = {
		{9, 44.1, 277, 0, 1}, {0, 0, 38, 0, 1}, {0, 0, 69, 0, 1}, {13, 116.1, 154, 0, 1},
		{0, 0, 55, 0, 1}, {29, 199.9, 202, 0, 1}, {0, 0, 348, 0, 1}, {0, 0, 284, 0, 1},
		{0, 0, 86, 0, 1}, {0, 0, 231, 0, 1}, {0, 0, 307, 0, 1}, {0, 0, 338, 0, 1},
		{25, 188.6, 330, 0, 1}, {21, 166.2, 298, 0, 1}, {0, 0, 227, 0, 1}, {0, 0, 163, 0, 1},
		{0, 0, 201, 0, 1}, {34, 204.9, 213, 0, 1}, {0, 0, 139, 0, 1}, {0, 0, 97, 0, 1},
		{0, 0, 354, 0, 1}, {0, 0, 351, 0, 1}, {0, 0, 84, 0, 1}, {29, 191.1, 204, 0, 1},
		{0, 0, 70, 0, 1}, {1, 2.6, 346, 0, 1}, {35, 237.3, 245, 0, 1}, {0, 0, 72, 0, 1},
		{1, 3.4, 107, 0, 1}, {56, 296.4, 302, 0, 1}, {0, 0, 134, 0, 1}, {0, 0, 216, 0, 1},
		{0, 0, 247, 0, 1}, {0, 0, 52, 0, 1}, {10, 49.8, 153, 0, 1}, {0, 0, 59, 0, 1},
		{1, 172.3, 294, 0, 1}, {0, 0, 356, 0, 1}, {0, 0, 59, 0, 1}, {0, 0, 234, 0, 1},
		{10, 57.9, 145, 0, 1}, {16, 76.6, 217, 0, 1}, {0, 0, 152, 0, 1}, {0, 0, 192, 0, 1},
		{0, 0, 232, 0, 1}, {8, 63.3, 68, 0, 1}, {22, 121.9, 142, 0, 1}, {0, 0, 179, 0, 1},
		{30, 189.7, 190, 0, 1}, {0, 0, 268, 0, 1}, {0, 0, 151, 0, 1}, {0, 0, 127, 0, 1},
		{0, 0, 56, 0, 1}, {3, 8.8, 261, 0, 1}, {0, 0, 237, 0, 1}, {0, 0, 279, 0, 1},
		{0, 0, 108, 0, 1}, {7, 59.6, 65, 0, 1}, {4, 22, 35, 0, 1}, {0, 0, 270, 0, 1}
	};
	ClvFitted	fit;
	double		highest = -INFINITY;
	double		par[4];
	int			i;

	memcpy(row, two_classes, sizeof(row));
	fit = run_rows("paretonbd", row, CUSTOMERS);
	for (i = 0; i < 5 * 5 * 4 * 6; i++)
	{
		par[0] = 0.2 * pow(3.0, i % 5);
		par[1] = par[0] / 0.2 * pow(1.5, i / 5 % 5);
		par[2] = 0.05 * pow(3.0, i / 25 % 4);
		par[3] = 1e-3 * pow(10.0, i / 100);
		highest = fmax(highest, log_likelihood(fit.model, par, CUSTOMERS));
	}
	CHECK(fit.loglik >= highest - 1e-9, "two classes: %.12g, but %.12g elsewhere (r %g, alpha %g, s %g, beta %g)",
		  fit.loglik, highest, fit.par[0], fit.par[1], fit.par[2], fit.par[3]);
}

/*
 * Three customers of bgbb: one who buys at nearly every opportunity, one once,
 * one never.  A search from usual starts converges at a lower maximum than that
 * of one chance to buy for all, which is at the limit of alpha and beta.
 */
static void
test_one_chance_to_buy(void)
{
	ClvFitted	fit;
	double		highest = -INFINITY;
	int			i;

	add(0, 1, 2, 18, 0);
	add(1, 17, 18, 18, 0);
	add(2, 0, 0, 18, 0);
	fit = run_rows("bgbb", row, 3);
	for (i = 0; i < 40 * 20 * 20; i++)
	{
		double		chance = (i % 40 + 0.5) / 40.0;
		const double par[] = {
			1e8 * chance, 1e8 * (1.0 - chance),
			0.02 * pow(1.4, i / 40 % 20), 0.02 * pow(1.4, i / 800)
		};

		highest = fmax(highest, log_likelihood(fit.model, par, 3));
	}
	CHECK(fit.loglik >= highest - 1e-9, "three customers: %.12g, but %.12g elsewhere",
		  fit.loglik, highest);
}

int
main(void)
{
	RUN(test_two_maxima);
	RUN(test_one_rate);
	RUN(test_one_age);
	RUN(test_once_or_never);
	RUN(test_few_left_at_once);
	RUN(test_spend);
	RUN(test_one_chance);
	RUN(test_one_chance_to_buy);
	CHECK_DONE("limits");
}
