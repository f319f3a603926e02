/*
 * test_outlook.c
 *		Futures that are drawn, against what the models expect of them and
 *		against futures that happen.
 *
 * Means are compared within LIMIT standard errors.  The seeds are fixed, so
 * that a check either always passes or never: a failure is a wrong law, not
 * bad luck.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "draw/future_value.h"
#include "model/prediction.h"
#include "models/list.h"

#define LIMIT	4.0
#define HORIZON	39.0
#define DELTA	0.002

static const double spend_par[] = {6.25, 3.74, 15.44};

/* orders of a customer are all alike, of 1 each */
static const double unit_par[] = {1e12, 1e12, 1.0};

#define COIN	{0.55, 10.6, 0.6, 1.9, 3}

/* In weeks; of a model that has none here, what is typical of it. */
static const struct
{
	const char *model;
	double		par[CLV_MAX_PARAM];
}			parameters[] = {
	{"bgnbd", COIN},
	{"mbgnbd", COIN},
	{"bgcnbd", COIN},
	{"mbgcnbd", COIN},
	{"bgbb", COIN},
	{"nbd", {0.385, 12.07}},
	{"paretonbd", {0.553, 10.58, 0.606, 11.67}},
	{"ggompertznbd", {0.553, 10.58, 0.02, 0.6, 0.25}},
	{NULL, {0}}
};

static ClvFitted
known(const char *name, const double *par)
{
	ClvFitted	fit;

	memset(&fit, 0, sizeof(fit));
	fit.model = clv_model_find(name);
	memcpy(fit.par, par, fit.model->nparam * sizeof(double));
	return fit;
}

static ClvFitted
timing(const char *name)
{
	const ClvModel *model = clv_model_find(name);
	double		par[CLV_MAX_PARAM];
	int			i;

	for (i = 0; parameters[i].model != NULL; i++)
	{
		if (strcmp(parameters[i].model, name) == 0)
			return known(name, parameters[i].par);
	}
	for (i = 0; i < model->nparam; i++)
		par[i] = model->param[i].typical * pow(7.0, -model->param[i].time_power);
	return known(name, par);
}

static ClvTerms
terms_of(const ClvFitted *model, const ClvFitted *spend, int draws, uint64_t seed)
{
	ClvTerms	terms = {model, spend, DELTA, HORIZON, 0.9, draws, seed, NULL};

	return terms;
}

static ClvCustomer
customer_of(double x, double tx, double t, double m)
{
	ClvCustomer row = {x, tx, t, 0};
	ClvCustomer customer;

	clv_customer_set(&customer, &row, m);
	return customer;
}

/* To the end; "total" has room for the draws, or is NULL. */
static ClvRange
run(const ClvTerms *terms, const ClvCustomer *customer, size_t n, double *total)
{
	ClvOutlook *outlook = malloc(sizeof(ClvOutlook));
	void	   *space = malloc(clv_outlook_space(terms, n));
	ClvRange	range;
	ClvStatus	status;

	clv_outlook_begin(outlook, terms, customer, n, space);
	while ((status = clv_outlook_step(outlook)) == CLV_CONTINUE)
		;
	CHECK(status == CLV_OK, "outlook fails: %s", outlook->err.message);
	clv_outlook_range(outlook, &range);
	if (total != NULL)
		memcpy(total, outlook->total, terms->draws * sizeof(double));
	free(space);
	free(outlook);
	return range;
}

static double
mean_of(const double *value, int n)
{
	double		sum = 0;
	int			i;

	for (i = 0; i < n; i++)
		sum += value[i];
	return sum / n;
}

static double
variance_of(const double *value, int n)
{
	double		mean = mean_of(value, n);
	double		sum = 0;
	int			i;

	for (i = 0; i < n; i++)
		sum += (value[i] - mean) * (value[i] - mean);
	return sum / (n - 1);
}

/* ------------------------------------------------------------------------
 * One customer
 * ------------------------------------------------------------------------
 */

#define DRAWS	20000

static const double histories[][4] = {
	{0, 0, 30, 0}, {0, 0, 2, 0}, {1, 3, 40, 12}, {4, 20, 26, 80}, {9, 30, 31, 5}
};

#define NHISTORY	(int) (sizeof(histories) / sizeof(histories[0]))

/* The mean is the discounted value, zeros are customers who are not active. */
static void
check_mean(const char *name, const double *h)
{
	ClvFitted	model = timing(name);
	ClvFitted	spend = known("gammagamma", spend_par);
	ClvTerms	terms = terms_of(&model, &spend, DRAWS, 7);
	ClvCustomer customer = customer_of(h[0], h[1], h[2], h[3]);
	double	   *total = malloc(DRAWS * sizeof(double));
	ClvRange	range = run(&terms, &customer, 1, total);
	double		error = sqrt(variance_of(total, DRAWS) / DRAWS);
	double		purchases,
				mean,
				active;

	clv_predict_purchases(model.model, model.par, &customer, DELTA, HORIZON,
						   &purchases);
	clv_predict_expected_spend(spend.model, spend.par, h[0], h[3], &mean);
	CHECK(fabs(range.mean - purchases * mean) < LIMIT * error,
		  "%s, x = %g, t = %g: mean %.6g, value %.6g, z = %.2f", name, h[0], h[2],
		  range.mean, purchases * mean, (range.mean - purchases * mean) / error);
	clv_predict_p_active(model.model, model.par, &customer, HORIZON, &active);
	CHECK(fabs(range.p_zero - (1 - active)) <
		  LIMIT * sqrt(active * (1 - active) / DRAWS),
		  "%s, x = %g, t = %g: p_zero %.6g, 1 - p_active %.6g", name, h[0], h[2],
		  range.p_zero, 1 - active);
	CHECK(range.lower <= range.median && range.median <= range.upper,
		  "%s: quantiles in order", name);
	free(total);
}

/*
 * Where each order is worth 1 and nothing is discounted, a draw is the number
 * of orders: its frequencies and quantiles are those of pmf().
 */
static void
check_pmf(const char *name, const double *h)
{
	ClvFitted	model = timing(name);
	ClvFitted	spend = known("gammagamma", unit_par);
	ClvTerms	terms = terms_of(&model, &spend, DRAWS, 11);
	ClvCustomer customer = customer_of(h[0], h[1], h[2], 1);
	double	   *total = malloc(DRAWS * sizeof(double));
	ClvRange	range;
	double		below = 0;
	int			n;

	terms.delta = 0;
	range = run(&terms, &customer, 1, total);
	for (n = 0; n < 25; n++)
	{
		double		share = 0;
		double		p;
		int			i;

		for (i = 0; i < DRAWS; i++)
			share += fabs(total[i] - n) < 1e-3;
		share /= DRAWS;
		clv_predict_pmf(model.model, model.par, &customer, HORIZON, n, &p);
		CHECK(fabs(share - p) <= LIMIT * sqrt(p * (1 - p) / DRAWS) + 2.0 / DRAWS,
			  "%s, x = %g, t = %g: share of %d orders %.6g, pmf %.6g", name, h[0],
			  h[2], n, share, p);

		/* well inside the step of the distribution, the quantile is n */
		if (below + 0.01 < 0.05 && 0.05 < below + p - 0.01)
			CHECK(fabs(range.lower - n) < 1e-3, "%s: lower %g, pmf says %d",
				  name, range.lower, n);
		if (below + 0.01 < 0.5 && 0.5 < below + p - 0.01)
			CHECK(fabs(range.median - n) < 1e-3, "%s: median %g, pmf says %d",
				  name, range.median, n);
		if (below + 0.01 < 0.95 && 0.95 < below + p - 0.01)
			CHECK(fabs(range.upper - n) < 1e-3, "%s: upper %g, pmf says %d",
				  name, range.upper, n);
		below += p;
	}
	free(total);
}

/* A share is at number share (n + 1) of n draws. */
static void
test_quantiles(void)
{
	ClvFitted	model = timing("nbd");
	ClvFitted	spend = known("gammagamma", spend_par);
	ClvTerms	terms = terms_of(&model, &spend, 4, 3);
	ClvCustomer customer = customer_of(50, 25, 26, 20);
	double		total[4];
	ClvRange	range;
	int			i,
				j;

	terms.level = 0.5;
	range = run(&terms, &customer, 1, total);
	for (i = 0; i < 4; i++)
	{
		for (j = i + 1; j < 4; j++)
		{
			double		swap = total[i];

			if (total[j] < swap)
			{
				total[i] = total[j];
				total[j] = swap;
			}
		}
	}
	CHECK_REL(range.lower, 0.75 * total[0] + 0.25 * total[1], 1e-14, "lower");
	CHECK_REL(range.median, 0.5 * total[1] + 0.5 * total[2], 1e-14, "median");
	CHECK_REL(range.upper, 0.25 * total[2] + 0.75 * total[3], 1e-14, "upper");
	CHECK_REL(range.mean, mean_of(total, 4), 1e-14, "mean");

	/* four draws do not tell where one in twenty is */
	terms.level = 0.9;
	range = run(&terms, &customer, 1, NULL);
	CHECK(range.lower == total[0] && range.upper == total[3], "the outermost draws");

	terms.draws = 1;
	range = run(&terms, &customer, 1, total);
	CHECK(range.lower == total[0] && range.upper == total[0] &&
		  range.median == total[0] && range.mean == total[0],
		  "all is the one draw");
}

/*
 * So that one draw more is in the interval of nineteen as often as that says:
 * of SEEDS, give or take three standard errors.
 */
#define SEEDS	2000

static void
test_level(void)
{
	ClvFitted	model = timing("nbd");
	ClvFitted	spend = known("gammagamma", spend_par);
	ClvCustomer customer = customer_of(50, 25, 26, 20);
	double		total[20];
	int			inside = 0;
	int			seed;

	for (seed = 1; seed <= SEEDS; seed++)
	{
		ClvTerms	terms = terms_of(&model, &spend, 20, seed);
		ClvRange	range;

		run(&terms, &customer, 1, total);
		terms.draws = 19;
		terms.level = 0.9;
		range = run(&terms, &customer, 1, NULL);
		inside += total[19] >= range.lower && total[19] <= range.upper;
	}
	CHECK(fabs(inside - 0.9 * SEEDS) < 3.0 * sqrt(0.9 * 0.1 * SEEDS),
		  "level: the next draw is in the interval of 90 %% %d times of %d", inside, SEEDS);
}

/* ------------------------------------------------------------------------
 * Many customers
 * ------------------------------------------------------------------------
 */

#define CROWD	100

/* Equal customers do not share draws: the variance grows like their number. */
static void
check_equal(const char *name)
{
	ClvFitted	model = timing(name);
	ClvFitted	spend = known("gammagamma", spend_par);
	ClvTerms	terms = terms_of(&model, &spend, 4000, 5);
	ClvCustomer customer[CROWD];
	double		one[4000];
	double		all[4000];
	double		ratio;
	int			i;

	for (i = 0; i < CROWD; i++)
		customer[i] = customer_of(4, 20, 26, 30);
	run(&terms, customer, 1, one);
	run(&terms, customer, CROWD, all);
	ratio = variance_of(all, 4000) / (CROWD * variance_of(one, 4000));
	CHECK(fabs(ratio - 1) < 0.15, "%s: variance of %d equals is %.3f of the sum",
		  name, CROWD, ratio);
	ratio = mean_of(all, 4000) / (CROWD * mean_of(one, 4000));
	CHECK(fabs(ratio - 1) < 0.05, "%s: mean of %d equals is %.3f of the sum",
		  name, CROWD, ratio);
}

/* A base of all kinds; equal ones among them. */
static void
make_crowd(ClvCustomer *customer, int n)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		const double *h = histories[i % 3 == 0 ? 0 : i % NHISTORY];

		customer[i] = customer_of(h[0], h[1], h[2] + (i % 4),
								  h[3] + (i % 7) * (h[0] > 0));
	}
}

/* Neither the order of the customers matters nor how the work is cut. */
static void
test_order(void)
{
	ClvFitted	model = timing("mbgnbd");
	ClvFitted	spend = known("gammagamma", spend_par);
	ClvTerms	terms = terms_of(&model, &spend, 300, 5);
	ClvCustomer customer[CROWD];
	ClvCustomer mixed[CROWD];
	double		total[300];
	double		again[300];
	int			i;

	make_crowd(customer, CROWD);
	for (i = 0; i < CROWD; i++)
		mixed[i] = customer[(i * 37 + 11) % CROWD];
	run(&terms, customer, CROWD, total);
	run(&terms, mixed, CROWD, again);
	CHECK(memcmp(total, again, sizeof(total)) == 0, "another order, the same draws");

	terms.draws = 100;
	run(&terms, customer, CROWD, again);
	CHECK(memcmp(total, again, 100 * sizeof(double)) == 0,
		  "fewer draws are the first ones");
	terms.seed = 6;
	run(&terms, customer, CROWD, again);
	CHECK(total[0] != again[0] && total[99] != again[99], "another seed, others");
}

/* ------------------------------------------------------------------------
 * Parameters that are not known
 * ------------------------------------------------------------------------
 */

/* With correlation, and one parameter that is held. */
static ClvFitted
uncertain(void)
{
	ClvFitted	fit = timing("paretonbd");

	fit.has_cov = true;
	fit.cov[CLV_PACK(0, 0)] = 0.06;
	fit.cov[CLV_PACK(1, 0)] = 0.07;
	fit.cov[CLV_PACK(1, 1)] = 0.24;
	fit.cov[CLV_PACK(3, 0)] = -0.012;
	fit.cov[CLV_PACK(3, 3)] = 0.54;
	return fit;
}

/* Logarithms of the parameters drawn have the covariance of the fit. */
static void
test_spread(void)
{
	ClvFitted	fit = uncertain();
	ClvSpread	spread;
	ClvRandom	random;
	double		sum[4] = {0};
	double		square[CLV_PACKED(4)] = {0};
	int			draws = 40000;
	int			bad = 0;
	int			i,
				j,
				k;

	CHECK(clv_spread_init(&spread, &fit, NULL) == CLV_OK, "spread");
	clv_random_init(&random, 1, 1);
	for (k = 0; k < draws; k++)
	{
		double		par[CLV_MAX_PARAM];
		double		phi[4];

		clv_spread_draw(&spread, &random, par, NULL);
		bad += par[2] != fit.par[2];
		for (i = 0; i < 4; i++)
		{
			phi[i] = log(par[i] / fit.par[i]);
			sum[i] += phi[i] / draws;
			for (j = 0; j <= i; j++)
				square[CLV_PACK(i, j)] += phi[i] * phi[j] / draws;
		}
	}
	CHECK(bad == 0, "a parameter without variance moved %d times", bad);
	for (i = 0; i < 4; i++)
	{
		CHECK(fabs(sum[i]) <= LIMIT * sqrt(fit.cov[CLV_PACK(i, i)] / draws),
			  "mean of phi %d is %g", i, sum[i]);
		for (j = 0; j <= i; j++)
		{
			double		both = fit.cov[CLV_PACK(i, i)] * fit.cov[CLV_PACK(j, j)];
			double		want = fit.cov[CLV_PACK(i, j)];

			CHECK(fabs(square[CLV_PACK(i, j)] - want) <=
				  LIMIT * sqrt((both + want * want) / draws),
				  "covariance of phi %d and %d is %g, not %g", i, j,
				  square[CLV_PACK(i, j)], want);
		}
	}

	fit.cov[CLV_PACK(1, 0)] = 1;
	CHECK(clv_spread_init(&spread, &fit, NULL) == CLV_BAD_ARGUMENT,
		  "no such covariance");
	fit = uncertain();
	fit.cov[CLV_PACK(0, 0)] = 1e12;
	CHECK(clv_spread_init(&spread, &fit, NULL) == CLV_OK &&
		  clv_spread_draw(&spread, &random, sum, NULL) == CLV_OUT_OF_RANGE,
		  "out of range");
}

/*
 * Of many customers together, what varies is what the parameters let their
 * expected value vary, and chance on top: customers share the parameters.
 */
static void
test_shared(void)
{
	ClvFitted	model = uncertain();
	ClvFitted	spend = known("gammagamma", spend_par);
	ClvTerms	terms = terms_of(&model, &spend, 4000, 5);
	ClvFitted	fixed = model;
	ClvSpread	spread;
	ClvRandom	random;
	ClvCustomer customer[CROWD];
	double		total[4000];
	double		value[4000];
	double		chance;
	double		ratio;
	int			i;
	int			k;

	make_crowd(customer, CROWD);
	run(&terms, customer, CROWD, total);
	clv_fitted_forget_spread(&fixed);
	CHECK(!fixed.has_cov && fixed.cov[0] == 0, "forgotten");
	terms.model = &fixed;
	run(&terms, customer, CROWD, value);
	chance = variance_of(value, 4000);

	clv_spread_init(&spread, &model, NULL);
	clv_random_init(&random, 99, 1);
	for (k = 0; k < 4000; k++)
	{
		double		par[CLV_MAX_PARAM];

		clv_spread_draw(&spread, &random, par, NULL);
		value[k] = 0;
		for (i = 0; i < CROWD; i++)
		{
			double		purchases;
			double		mean;

			clv_predict_purchases(model.model, par, &customer[i], DELTA,
								   HORIZON, &purchases);
			clv_predict_expected_spend(spend.model, spend.par, customer[i].x,
										customer[i].m, &mean);
			value[k] += purchases * mean;
		}
	}
	CHECK(variance_of(value, 4000) > 0.3 * chance,
		  "the parameters matter: %g, and chance %g", variance_of(value, 4000), chance);
	ratio = variance_of(total, 4000) / (variance_of(value, 4000) + chance);
	CHECK(fabs(ratio - 1) < 0.15, "variance is %.3f of its two parts", ratio);
	CHECK(fabs(mean_of(total, 4000) - mean_of(value, 4000)) <
		  LIMIT * sqrt(variance_of(total, 4000) * 2 / 4000),
		  "mean %g, mean of values %g", mean_of(total, 4000), mean_of(value, 4000));
}

/* ------------------------------------------------------------------------
 * Futures that happen
 * ------------------------------------------------------------------------
 */

#define GROUPS	400
#define MEMBERS	8
#define FUTURES	199

/* A customer drawn from the models: what is seen of it, and what comes then. */
static void
live(const ClvFitted *model, const ClvFitted *spend, ClvRandom *random,
	 ClvCustomer *customer, double *value)
{
	const ClvModel *m = model->model;
	double		t = m->discrete ? 26 : 26.5;
	double		x = 0;
	double		tx = 0;
	double		sum = 0;
	double		rate;
	double		at;
	ClvLife		life;

	m->transactions->draw(m, model->par, random, &life);
	rate = spend->model->spend->draw_rate(spend->model, spend->par, 0, 0, random);
	while ((at = m->transactions->next(m, &life, random)) <= t + HORIZON)
	{
		double		money = spend->model->spend->draw_spend(spend->model, spend->par,
															rate, random);

		if (at > t)
			*value += money * exp(-DELTA * (at - t));
		else
		{
			x++;
			tx = at;
			sum += money;
		}
	}
	*customer = customer_of(x, tx, t, x > 0 ? sum / x : 0);
}

/*
 * 90 % of what happens to groups of customers lies in the 90 % intervals, or more
 * where nothing happens to more than 5 %, since that is inside; 5 % lies above;
 * and the rank of what happens among FUTURES draws is any with the same chance.
 */
static void
check_coverage(const char *name)
{
	ClvFitted	model = timing(name);
	ClvFitted	spend = known("gammagamma", spend_par);
	int			inside = 0;
	int			above = 0;
	int			tenth[10] = {0};
	double		chi = 0;
	int			g;
	int			i;

	for (g = 0; g < GROUPS; g++)
	{
		ClvTerms	terms = terms_of(&model, &spend, FUTURES, g);
		ClvCustomer customer[MEMBERS];
		ClvRandom	random;
		ClvRange	range;
		double		total[FUTURES];
		double		happened = 0;
		int			below = 0;
		int			equal = 0;

		clv_random_init(&random, 1234567, g);
		for (i = 0; i < MEMBERS; i++)
			live(&model, &spend, &random, &customer[i], &happened);
		range = run(&terms, customer, MEMBERS, total);
		inside += range.lower <= happened && happened <= range.upper;
		above += happened > range.upper;
		for (i = 0; i < FUTURES; i++)
		{
			below += total[i] < happened;
			equal += total[i] == happened;
		}

		/* nothing is sold in some: a rank among those by lot */
		below += (int) ((equal + 1) * clv_random_uniform(&random));
		tenth[below / ((FUTURES + 1) / 10)]++;
	}
	CHECK(inside - 0.9 * GROUPS > -LIMIT * sqrt(0.09 * GROUPS),
		  "%s: %d of %d are inside", name, inside, GROUPS);
	CHECK(fabs(above - 0.05 * GROUPS) < LIMIT * sqrt(0.0475 * GROUPS),
		  "%s: %d of %d are above", name, above, GROUPS);
	for (i = 0; i < 10; i++)
		chi += (tenth[i] - GROUPS / 10.0) * (tenth[i] - GROUPS / 10.0) / (GROUPS / 10.0);
	CHECK(chi < 33.7, "%s: chi-square of ranks is %.1f (p < 0.0001)", name, chi);
}

/* ------------------------------------------------------------------------
 * What is refused
 * ------------------------------------------------------------------------
 */

static void
check_refused(double level, int draws, const char *message)
{
	ClvFitted	model = timing("bgnbd");
	ClvFitted	spend = known("gammagamma", spend_par);
	ClvTerms	terms = terms_of(&model, &spend, draws, 1);
	ClvError	err;

	terms.level = level;
	CHECK(clv_terms_check(&terms, &err) == CLV_BAD_ARGUMENT &&
		  strstr(err.message, message) != NULL, "%s", err.message);
}

static void
test_refused(void)
{
	const double busy[] = {1e6, 1e-4};
	ClvFitted	model = known("nbd", busy);
	ClvFitted	spend = known("gammagamma", spend_par);
	ClvTerms	terms = terms_of(&model, &spend, 1, 1);
	ClvCustomer customer = customer_of(0, 0, 1e-3, 0);
	ClvOutlook *outlook = malloc(sizeof(ClvOutlook));
	void	   *space = malloc(clv_outlook_space(&terms, 1));
	ClvStatus	status;

	check_refused(0, 1, "\"0\"");
	check_refused(1, 1, "\"1\"");
	check_refused(NAN, 1, "\"NaN\"");
	check_refused(0.5, 0, "\"0\"");
	check_refused(0.5, CLV_MAX_DRAWS + 1, "\"1000001\"");

	clv_outlook_begin(outlook, &terms, &customer, 1, space);
	while ((status = clv_outlook_step(outlook)) == CLV_CONTINUE)
		;
	CHECK(status == CLV_LIMIT && strstr(outlook->err.message, "too many orders") != NULL,
		  "orders without end: %s", outlook->err.message);
	CHECK(clv_outlook_step(outlook) == CLV_LIMIT, "and it stays so");
	free(space);
	free(outlook);
}

/* Every model that draws customers. */
static void
check_each(void (*check) (const char *name))
{
	int			i;

	for (i = 0; clv_models[i] != NULL; i++)
	{
		if (clv_models[i]->transactions != NULL)
			check(clv_models[i]->name);
	}
}

static void
check_histories(const char *name)
{
	int			k;

	for (k = 0; k < NHISTORY; k++)
	{
		check_mean(name, histories[k]);
		check_pmf(name, histories[k]);
	}
}

static void
test_histories(void)
{
	check_each(check_histories);
}

static void
test_equal(void)
{
	check_each(check_equal);
}

static void
test_coverage(void)
{
	check_each(check_coverage);
}

int
main(void)
{
	RUN(test_histories);
	RUN(test_equal);
	RUN(test_coverage);
	RUN(test_quantiles);
	RUN(test_level);
	RUN(test_order);
	RUN(test_spread);
	RUN(test_shared);
	RUN(test_refused);
	CHECK_DONE("outlook");
}
