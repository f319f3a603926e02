/*
 * test_fit.c
 *		The likelihood of a base and its optimum, ordinary and degenerate.
 *
 * Likelihoods and derivatives are held against 100-digit arithmetic
 * (golden_fit.h); fits against what must not change them, and against the
 * answers that bases without an optimum have in the limit.
 */
#include <float.h>
#include <time.h>

#include "check.h"
#include "evaluate.h"
#include "models/gammagamma.h"
#include "models/list.h"
#include "run_fit.h"
#include "model/moments.h"

/* What it is, and the sum of the magnitudes of what it is the sum of. */
typedef struct GoldenNumber
{
	double		want;
	double		scale;
} GoldenNumber;

typedef struct GoldenFit
{
	const char *model;
	double		par[4];
	GoldenNumber loglik;
	GoldenNumber grad[4];
	GoldenNumber hess[10];
} GoldenFit;

#include "golden_fit.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

static const char *const timing[] = {"bgnbd", "mbgnbd"};

/*
 * The tolerance of second derivatives is wide for corners such as r = 1e6 and
 * alpha = 1e-4, where customers' parts cancel within; the solver needs them
 * to a few digits.
 */
static void
test_golden(void)
{
	ClvBase		base;
	size_t		k;

	make_base(golden_row, LENGTH(golden_row), &base);
	for (k = 0; k < LENGTH(golden_fit); k++)
	{
		const GoldenFit *golden = &golden_fit[k];
		const ClvModel *model = clv_model_find(golden->model);
		ClvSums		sums = evaluate(model, &base, golden->par, 0);
		double		want = golden->loglik.want;
		int			i;

		CHECK(fabs(sums.loglik - want) <= 1e-12 * fmax(1.0, fabs(want)) +
			  4.0 * DBL_EPSILON * golden->loglik.scale,
			  "%s %zu: %.17g, not %.17g", golden->model, k, sums.loglik, want);
		for (i = 0; i < model->nparam; i++)
			CHECK(fabs(sums.grad[i] - golden->grad[i].want) <= 1e-10 * golden->grad[i].scale,
				  "%s %zu, derivative %d: %.17g, not %.17g", golden->model, k,
				  i, sums.grad[i], golden->grad[i].want);
		for (i = 0; i < CLV_PACKED(model->nparam); i++)
			CHECK(fabs(sums.hess[i] - golden->hess[i].want) <= 1e-8 * golden->hess[i].scale,
				  "%s %zu, second derivative %d: %.17g, not %.17g", golden->model,
				  k, i, sums.hess[i], golden->hess[i].want);
	}
	clv_base_free(&base);
}

/* A customer of rate "lambda" who leaves with chance p at each of "throws + x" throws. */
static MakeRow
live(ClvRandom *random, int throws, double lambda, double p, double t)
{
	MakeRow		row = {0.0, 0.0, t, 0.0, 1.0};
	double		now = 0.0;

	if (throws > 0 && clv_random_uniform(random) < p)
		return row;
	while ((now += clv_random_exponential(random) / lambda) <= t)
	{
		row.x += 1.0;
		row.tx = now;
		if (clv_random_uniform(random) < p)
			break;
	}
	return row;
}

#define SIMULATED	20000

/* Whole days, so that cells have more than one customer; spend in cents. */
static void
simulate(MakeRow *row, int throws)
{
	size_t		i;

	for (i = 0; i < SIMULATED; i++)
	{
		ClvRandom	random;
		double		lambda;
		double		p;
		double		nu;
		double		total = 0.0;
		int			k;

		clv_random_init(&random, 20240607, i);
		lambda = clv_random_gamma(&random, 0.8, 40.0);
		p = clv_random_beta(&random, 0.6, 2.5);
		row[i] = live(&random, throws, lambda, p,
					  100.0 + floor(265.0 * clv_random_uniform(&random)));
		row[i].tx = ceil(row[i].tx);
		nu = clv_random_gamma(&random, 3.7, 15.0);
		for (k = 0; k < row[i].x; k++)
			total += clv_random_gamma(&random, 6.0, nu);
		row[i].m = row[i].x > 0.0 ? ceil(100.0 * total / row[i].x) / 100.0 : 0.0;
	}
}

/* True values within five standard errors: a test of sense, not of coverage. */
static void
check_near(const ClvFitted *fitted, const double *truth, const char *label)
{
	int			i;

	CHECK(fitted->status == CLV_CONVERGED, "%s: %s", label, fitted->message);
	for (i = 0; i < fitted->model->nparam; i++)
	{
		double		lower = fitted->model->param[i].lower;
		double		se = sqrt(fitted->cov[CLV_PACK(i, i)]);
		double		gap = log((fitted->par[i] - lower) / (truth[i] - lower));

		CHECK(se > 0.0 && se < 0.5, "%s: standard error %g", label, se);
		CHECK(fabs(gap) < 5.0 * se, "%s: parameter %d is %g, simulated with %g",
			  label, i, fitted->par[i], truth[i]);
	}
}

/* The same fit but for units: parameters, their covariance and the likelihood. */
static void
check_scaled(const ClvFitted *a, const ClvFitted *b, double time, double money,
			 double shift, const char *label)
{
	int			i;

	CHECK(a->status == b->status, "%s: status %d and %d", label, a->status, b->status);
	CHECK_REL(b->loglik, a->loglik + shift, 1e-12, label);
	for (i = 0; i < a->model->nparam; i++)
	{
		const ClvParam *param = &a->model->param[i];

		CHECK_REL(b->par[i], a->par[i] * pow(time, param->time_power) *
				  pow(money, param->money_power), 1e-9, label);
	}
	for (i = 0; i < CLV_PACKED(a->model->nparam); i++)
		CHECK_REL(b->cov[i], a->cov[i], 1e-7, label);
}

static bool
same_bits(const ClvFitted *a, const ClvFitted *b)
{
	return a->status == b->status && a->loglik == b->loglik &&
		a->evaluations == b->evaluations &&
		memcmp(a->par, b->par, sizeof(a->par)) == 0 &&
		memcmp(a->cov, b->cov, sizeof(a->cov)) == 0;
}

static void
test_simulated(void)
{
	static const double times[] = {0.8, 40.0, 0.6, 2.5};
	static const double spend[] = {6.0, 3.7, 15.0};
	MakeRow    *row = malloc(2 * SIMULATED * sizeof(MakeRow));
	MakeRow    *other = row + SIMULATED;
	int			throws;

	for (throws = 0; throws < 2; throws++)
	{
		ClvFitted	plain;
		ClvFitted	money;
		double		purchases = 0.0;
		double		spenders = 0.0;
		size_t		i;

		simulate(row, throws);
		for (i = 0; i < SIMULATED; i++)
		{
			purchases += row[i].x;
			spenders += row[i].m > 0.0;
			other[i] = row[i];
			other[i].tx *= 7.0;
			other[i].t *= 7.0;
			other[i].m *= 100.0;
		}
		plain = run_rows(timing[throws], row, SIMULATED);
		money = run_rows("gammagamma", row, SIMULATED);
		check_near(&plain, times, timing[throws]);
		check_near(&money, spend, "gammagamma");
		CHECK(plain.customers == SIMULATED && plain.excluded == 0, "customers");
		CHECK(money.customers == spenders && money.excluded == SIMULATED - spenders,
			  "%ld customers, %ld left out", (long) money.customers, (long) money.excluded);

		{
			ClvFitted	long_unit = run_rows(timing[throws], other, SIMULATED);
			ClvFitted	small_coin = run_rows("gammagamma", other, SIMULATED);

			check_scaled(&plain, &long_unit, 7.0, 1.0, -log(7.0) * purchases, "time unit");
			check_scaled(&money, &small_coin, 1.0, 100.0, -log(100.0) * spenders, "money unit");
		}

		/* in any order, and twice over as rows or as weights: the same bits */
		for (i = 0; i < SIMULATED; i++)
			other[i] = row[SIMULATED - 1 - i];
		{
			ClvFitted	turned = run_rows(timing[throws], other, SIMULATED);
			ClvFitted	doubled;
			ClvFitted	weighted;

			CHECK(same_bits(&turned, &plain), "order of rows");
			memcpy(other, row, SIMULATED * sizeof(MakeRow));
			doubled = run_rows(timing[throws], row, 2 * SIMULATED);
			for (i = 0; i < SIMULATED; i++)
				other[i].n = 2.0;
			weighted = run_rows(timing[throws], other, SIMULATED);
			CHECK(same_bits(&doubled, &weighted), "weights");
			CHECK_REL(doubled.loglik, 2.0 * plain.loglik, 1e-13, "doubled");
			for (i = 0; i < 4; i++)
				CHECK_REL(doubled.par[i], plain.par[i], 1e-8, "doubled");
		}
	}
	free(row);
}

/* The sums do not depend on where slices are cut, to the last bit. */
static void
test_slices(void)
{
	static const size_t cut[] = {1, 7, 100, 128, 1000, 8192};
	static const double par[] = {2.3, 31.0, 1.7, 3.1, 2.0};
	MakeRow    *row = malloc(SIMULATED * sizeof(MakeRow));
	ClvBase		base;
	int			m;
	size_t		k;

	simulate(row, 1);
	for (m = 0; m < SIMULATED; m++)
	{
		/* a history that a discrete model can have, too */
		row[m].t = ceil(row[m].t);
		row[m].tx = fmin(ceil(row[m].tx), row[m].t);
		row[m].x = fmin(row[m].x, row[m].tx);
	}
	make_base(row, SIMULATED, &base);
	for (m = 0; clv_models[m] != NULL; m++)
	{
		ClvSums		whole = evaluate(clv_models[m], &base, par, 0);

		for (k = 0; k < LENGTH(cut); k++)
		{
			ClvSums		parts = evaluate(clv_models[m], &base, par, cut[k]);

			CHECK(memcmp(&whole, &parts, sizeof(whole)) == 0,
				  "%s in slices of %zu", clv_models[m]->name, cut[k]);
		}
	}
	clv_base_free(&base);
	free(row);
}

/*
 * Customers that do not differ: the likelihood rises towards that of one rate
 * lambda and one chance p, whose own maximum is in closed form.
 */
static double
homogeneous_limit(const MakeRow *row, size_t n, int throws)
{
	double		best = -INFINITY;
	double		lambda = 0.2;
	double		p = 0.1;
	bool		done = false;
	int			round;

	/* EM: the chance of having left, then the best lambda and p */
	for (round = 0; round < 5000 && !done; round++)
	{
		double		loglik = 0.0;
		double		x = 0.0;
		double		time = 0.0;
		double		left = 0.0;
		double		stayed = 0.0;
		size_t		i;

		for (i = 0; i < n; i++)
		{
			double		flips = row[i].x + throws;
			double		alive = exp(-lambda * (row[i].t - row[i].tx)) * (1.0 - p);
			double		gone = flips > 0.0 ? p : 0.0;
			double		w = gone / (flips > 0.0 ? alive + gone : 1.0);

			loglik += row[i].x * log(lambda) - lambda * row[i].tx;
			if (flips > 0.0)
				loglik += (flips - 1.0) * log1p(-p) + log(alive + gone);
			else
				loglik -= lambda * (row[i].t - row[i].tx);
			x += row[i].x;
			time += row[i].tx + (1.0 - w) * (row[i].t - row[i].tx);
			left += w;
			stayed += flips - w;
		}
		done = loglik - best < 1e-11 * fabs(loglik);
		best = loglik;
		lambda = x / time;
		p = left / (left + stayed);
	}
	return best;
}

static void
test_homogeneous(void)
{
	MakeRow		row[2000];
	int			boundaries = 0;
	int			throws;
	int			seed;

	for (throws = 0; throws < 2; throws++)
	{
		for (seed = 1; seed <= 6; seed++)
		{
			ClvFitted	fitted;
			double		limit;
			size_t		i;

			for (i = 0; i < LENGTH(row); i++)
			{
				ClvRandom	random;

				clv_random_init(&random, seed, i);
				row[i] = live(&random, throws, 0.2, 0.1, 52.0);
			}
			fitted = run_rows(timing[throws], row, LENGTH(row));
			limit = homogeneous_limit(row, LENGTH(row), throws);
			CHECK(fitted.status != CLV_NOT_CONVERGED, "homogeneous: %s", fitted.message);
			CHECK(fitted.loglik >= limit - 1e-4, "homogeneous: %.10g, below the limit %.10g",
				  fitted.loglik, limit);
			CHECK_REL(fitted.par[0] / fitted.par[1], 0.2, 0.1, "homogeneous rate");
			if (fitted.status == CLV_BOUNDARY)
			{
				CHECK(strstr(fitted.message, "do not differ") != NULL,
					  "homogeneous: %s", fitted.message);
				CHECK(fitted.limit == 0 || fitted.limit == 2, "limit %d", fitted.limit);
				boundaries++;
			}
			if (fitted.limit == 0 && strstr(fitted.message, "r/alpha") != NULL &&
				fitted.par[2] > 1e6)
				CHECK_REL(fitted.loglik, limit, 1e-8, "homogeneous limit");
		}
	}
	CHECK(boundaries > 0, "no homogeneous base ended at a boundary");
}

/* An optimum at a limit: which, what it means, finite numbers, no covariance. */
static void
check_limit(const char *name, const MakeRow *row, size_t n, const char *limit,
			const char *says, const char *label)
{
	clock_t		begin = clock();
	ClvFitted	fitted = run_rows(name, row, n);
	double		seconds = (double) (clock() - begin) / CLOCKS_PER_SEC;
	int			i;

	CHECK(fitted.status == CLV_BOUNDARY, "%s, %s: status %d, %s", label, name,
		  fitted.status, fitted.message);
	CHECK(fitted.limit >= 0 && strcmp(fitted.model->param[fitted.limit].name, limit) == 0,
		  "%s, %s: limit %d, %s", label, name, fitted.limit, fitted.message);
	CHECK(strstr(fitted.message, says) != NULL, "%s, %s: %s", label, name, fitted.message);
	CHECK(!fitted.has_cov, "%s, %s: a covariance", label, name);
	CHECK(isfinite(fitted.loglik), "%s, %s: %g", label, name, fitted.loglik);
	for (i = 0; i < fitted.model->nparam; i++)
		CHECK(isfinite(fitted.par[i]) && fitted.par[i] > 0.0, "%s, %s: parameter %d is %g",
			  label, name, i, fitted.par[i]);
	CHECK(seconds < 1.0, "%s, %s: %g seconds", label, name, seconds);
}

/*
 * Small bases of MBG/NBD often have two optima, one where one-time buyers buy
 * seldom and one where they have left: no start of the model's may lead higher
 * than the fit.
 */
static const ClvModel *starts_of;
static int	start_number;

static bool
one_start(const ClvModel *model, const ClvMoments *moments, int attempt, double *par)
{
	return attempt == 0 && starts_of->start(starts_of, moments, start_number, par);
}

static void
test_optima(void)
{
	static const double truth[][4] = {
		{0.243, 4.414, 0.793, 2.426}, {0.8, 10.0, 0.5, 3.0}, {0.1, 3.0, 0.2, 0.3}
	};
	MakeRow		row[100];
	double		par[4];
	int			differ = 0;
	int			seed;

	starts_of = clv_model_find("mbgnbd");
	for (seed = 0; seed < 120; seed++)
	{
		ClvModel	single = *starts_of;
		ClvBase		base;
		ClvMoments	moments;
		ClvFitted	fitted;
		double		best = -INFINITY;
		double		worst = INFINITY;
		size_t		i;

		for (i = 0; i < LENGTH(row); i++)
		{
			const double *t = truth[seed % LENGTH(truth)];
			ClvRandom	random;
			double		lambda;
			double		p;

			clv_random_init(&random, 5000 + seed, i);
			lambda = clv_random_gamma(&random, t[0], t[1]);
			p = clv_random_beta(&random, t[2], t[3]);
			row[i] = live(&random, 1, lambda, p, 10.0 + 60.0 * clv_random_uniform(&random));
		}
		make_base(row, LENGTH(row), &base);
		memset(&moments, 0, sizeof(moments));
		while (!clv_moments_step(&moments, &base))
			;
		fitted = run_fit("mbgnbd", &base);
		single.start = one_start;
		for (start_number = 0; starts_of->start(starts_of, &moments, start_number, par); start_number++)
		{
			ClvFitted	other = run_model(&single, &base);

			best = fmax(best, other.loglik);
			worst = fmin(worst, other.loglik);
		}
		CHECK(fitted.loglik > best - 1e-6, "seed %d: %.10g, but a start leads to %.10g",
			  seed, fitted.loglik, best);
		differ += best - worst > 1e-3;
		clv_base_free(&base);
	}
	CHECK(differ > 3, "only %d bases with two optima: they test nothing", differ);
}

static void
test_degenerate(void)
{
	static const MakeRow one[] = {{2.0, 30.4, 38.9, 25.0, 1.0}};
	static const MakeRow three[] = {
		{2.0, 30.4, 38.9, 25.0, 1.0}, {0.0, 0.0, 20.0, 0.0, 1.0}, {5.0, 11.0, 38.0, 12.0, 1.0}
	};
	static const MakeRow newborn[] = {{0.0, 0.0, 0.0, 0.0, 50.0}};
	MakeRow		never[100];
	MakeRow		still[200];
	MakeRow		ten[200];
	ClvBase		base;
	int			k;
	int			i;

	for (i = 0; i < 100; i++)
		never[i] = (MakeRow) {0.0, 0.0, 10.0 + 0.3 * i, 0.0, 1.0};
	for (i = 0; i < 200; i++)
	{
		double		t = 10.0 + 0.15 * i;

		/* all bought on the last day, at rates that differ */
		still[i] = (MakeRow) {1.0 + (i * 7 % 13), t, t, 0.0, 1.0};
		ten[i] = (MakeRow) {10.0, 80.0 + 0.1 * i, 100.0, 30.0, 1.0};
	}

	for (k = 0; k < 2; k++)
	{
		check_limit(timing[k], one, 1, "r", "r/alpha = 0.0514139", "one customer");
		check_limit(timing[k], three, 3, "a", "chance of leaving", "three customers");
		check_limit(timing[k], still, 200, "b", "no sign that customers ever leave",
					"all bought on the last day");
		check_limit(timing[k], ten, 200, "r", "r/alpha = 0.1:", "ten purchases each");

		/* nobody has been seen for any time */
		make_base(newborn, 1, &base);
		CHECK(clv_model_find(timing[k])->usable(clv_model_find(timing[k]), &base) == false,
			  "newborn customers are of use");
		CHECK(run_fit(timing[k], &base).status == CLV_NOT_CONVERGED, "newborn customers");
		clv_base_free(&base);
	}
	check_limit("bgnbd", never, 100, "a", "nobody has bought again", "one-time buyers");
	CHECK(fabs(run_rows("bgnbd", never, 100).loglik) < 1e-9, "one-time buyers");
	CHECK(fabs(run_rows("mbgnbd", never, 100).loglik) < 1e-9, "one-time buyers");
	check_limit("mbgnbd", never, 100, "a", "nobody has bought again", "one-time buyers");
}

static void
test_degenerate_spend(void)
{
	static const MakeRow one[] = {{2.0, 30.4, 38.9, 25.0, 1.0}};
	MakeRow		same[60];
	MakeRow    *wild = malloc(3000 * sizeof(MakeRow));
	ClvBase		base;
	int			i;

	for (i = 0; i < 60; i++)
		same[i] = (MakeRow) {1.0 + i % 6, 10.0, 20.0, 30.0, 1.0};
	check_limit("gammagamma", one, 1, "p", "orders of one customer do not differ", "one spender");
	check_limit("gammagamma", same, 60, "p", "orders of one customer do not differ", "one price");

	/* a population without a finite mean: q = 0.8 */
	for (i = 0; i < 3000; i++)
	{
		ClvRandom	random;
		double		nu;
		double		total = 0.0;
		int			x = 1 + i % 6;
		int			k;

		clv_random_init(&random, 17, i);
		nu = clv_random_gamma(&random, 0.8, 11.9);
		for (k = 0; k < x; k++)
			total += clv_random_gamma(&random, 2.4, nu);
		wild[i] = (MakeRow) {x, 10.0, 20.0, total / x, 1.0};
	}
	check_limit("gammagamma", wild, 3000, "q", "mean spend of all customers would be infinite",
				"no finite mean");
	CHECK(run_rows("gammagamma", wild, 3000).par[1] == 1.0, "q is not at its limit");
	free(wild);

	/* nobody has spent on a repeat purchase */
	same[0] = (MakeRow) {0.0, 0.0, 20.0, 0.0, 1.0};
	same[1] = (MakeRow) {3.0, 10.0, 20.0, 0.0, 1.0};
	make_base(same, 2, &base);
	CHECK(clv_gammagamma.usable(&clv_gammagamma, &base) == 0, "no spend is of use");
	clv_base_free(&base);
}

static void
test_checks(void)
{
	static const ClvCustomer bad[] = {
		{1.5, 1.0, 2.0}, {-1.0, 0.0, 2.0}, {1.0, 3.0, 2.0}, {0.0, 1.0, 2.0},
		{1.0, 0.0, 2.0}, {1.0, -1.0, 2.0}, {NAN, 1.0, 2.0}, {1.0, NAN, 2.0},
		{1.0, 1.0, INFINITY}, {0.0, 0.0, -1.0}
	};
	static const ClvCustomer good[] = {{0.0, 0.0, 0.0}, {0.0, 0.0, 9.5}, {3.0, 9.5, 9.5}, {1e5, 1e5, 1e5}};
	double		par[] = {1.0, 1.0, 1.0, 1.0};
	ClvError	err;
	size_t		i;

	for (i = 0; i < LENGTH(bad); i++)
		CHECK(clv_customer_check(&bad[i], &err) == CLV_BAD_ARGUMENT && err.hint[0] != '\0',
			  "bad row %zu", i);
	{
		ClvCustomer row = {-0.1, NAN, -INFINITY, 0};

		clv_customer_check(&row, &err);
		CHECK(strstr(err.message, "frequency \"-0.1\", recency \"NaN\" and t \"-Infinity\"") != NULL,
			  "%s", err.message);
	}
	for (i = 0; i < LENGTH(good); i++)
		CHECK(clv_customer_check(&good[i], &err) == CLV_OK, "good row %zu", i);

	CHECK(clv_model_find("mbgnbd") != NULL && clv_model_find("BGNBD") == NULL &&
		  clv_model_find("") == NULL, "names");
	CHECK(clv_model_check(clv_model_find("bgnbd"), par, &err) == CLV_OK, "parameters");
	for (i = 0; i < 4; i++)
	{
		static const double wrong[] = {0.0, -1.0, NAN, INFINITY};

		par[i] = wrong[i];
		CHECK(clv_model_check(clv_model_find("bgnbd"), par, &err) == CLV_BAD_ARGUMENT,
			  "parameter %zu", i);
		par[i] = 1.0;
	}
}

int
main(void)
{
	RUN(test_golden);
	RUN(test_slices);
	RUN(test_simulated);
	RUN(test_homogeneous);
	RUN(test_optima);
	RUN(test_degenerate);
	RUN(test_degenerate_spend);
	RUN(test_checks);
	CHECK_DONE("fit");
}
