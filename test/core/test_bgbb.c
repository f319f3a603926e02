/*
 * test_bgbb.c
 *		BG/BB against 50-digit arithmetic (see test/golden/bgbb.py), published
 *		values, identities, and bases that have no optimum.
 */
#include <float.h>
#include <time.h>

#include "check.h"
#include "evaluate.h"
#include "model/prediction.h"
#include "models/list.h"
#include "run_fit.h"

enum
{
	LOGLIK, P_ALIVE, P_ALIVE_AHEAD, P_ACTIVE, PURCHASES, DISCOUNTED,
	DISCOUNTED_EVER, LIFETIME, PMF, QUANTITIES
};

static const char *const quantity[] = {
	"loglik", "p_alive", "p_alive ahead", "p_active", "purchases",
	"discounted", "discounted for ever", "lifetime discounted", "pmf"
};

typedef struct GoldenRow
{
	double		par[4];
	ClvCustomer row;
	double		h;
	double		n;
	double		delta;
	double		want[QUANTITIES];
} GoldenRow;

/* What it is, and the sum of the magnitudes of what it is the sum of. */
typedef struct GoldenNumber
{
	double		want;
	double		scale;
} GoldenNumber;

typedef struct GoldenFit
{
	double		par[4];
	GoldenNumber loglik;
	GoldenNumber grad[4];
	GoldenNumber hess[10];
} GoldenFit;

#include "golden_bgbb.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

/* The goal is 1e-10; as all are well within, a tenfold loss shall show. */
#define LIMIT	2e-12

static const ClvModel *model;

/* ---------------------------------------------------------------- golden */

static double
ask(int what, const GoldenRow *g)
{
	double		out = NAN;
	ClvStatus	status = CLV_OK;

	switch (what)
	{
		case LOGLIK:
			status = clv_predict_loglik(model, g->par, &g->row, &out);
			break;
		case P_ALIVE:
			status = clv_predict_p_alive(model, g->par, &g->row, 0.0, &out);
			break;
		case P_ALIVE_AHEAD:
			status = clv_predict_p_alive(model, g->par, &g->row, g->h, &out);
			break;
		case P_ACTIVE:
			status = clv_predict_p_active(model, g->par, &g->row, g->h, &out);
			break;
		case PURCHASES:
			status = clv_predict_purchases(model, g->par, &g->row, 0.0, g->h, &out);
			break;
		case DISCOUNTED:
			status = clv_predict_purchases(model, g->par, &g->row, g->delta, g->h, &out);
			break;
		case DISCOUNTED_EVER:
			status = clv_predict_purchases(model, g->par, &g->row, g->delta, INFINITY, &out);
			break;
		case LIFETIME:
			status = clv_predict_lifetime(model, g->par, &g->row, g->delta, g->h, &out);
			break;
		case PMF:
			status = clv_predict_pmf(model, g->par, &g->row, g->h, g->n, &out);
			break;
	}
	return status == CLV_OK ? out : NAN;
}

static void
test_golden_rows(void)
{
	int			what;
	size_t		i;

	for (what = 0; what < QUANTITIES; what++)
	{
		double		worst = 0.0;
		size_t		where = 0;

		for (i = 0; i < LENGTH(golden_row); i++)
		{
			const GoldenRow *g = &golden_row[i];
			double		got = ask(what, g);
			double		want = g->want[what];
			double		error = fabs(got - want);

			if (what == LOGLIK)
				error /= fmax(1.0, fabs(want));
			else if (want > 0.0)
				error /= want;
			CHECK(error <= (want == 0.0 ? 1e-290 : LIMIT),
				  "%s of row %zu: %.17g, not %.17g", quantity[what], i, got, want);
			if (want != 0.0 && !(error <= worst))
			{
				worst = error;
				where = i;
			}
		}
		printf("  %-20s worst relative error %.1e of %zu rows (row %zu)\n",
			   quantity[what], worst, LENGTH(golden_row), where);
	}
}

static void
test_golden_fit(void)
{
	ClvBase		base;
	size_t		k;
	int			i;

	make_base(golden_base, LENGTH(golden_base), &base);
	for (k = 0; k < LENGTH(golden_fit); k++)
	{
		const GoldenFit *g = &golden_fit[k];
		ClvSums		sums = evaluate(model, &base, g->par, 8192);

		CHECK(fabs(sums.loglik - g->loglik.want) <= 1e-12 * g->loglik.scale,
			  "base, set %zu: %.17g, not %.17g", k, sums.loglik, g->loglik.want);
		for (i = 0; i < 4; i++)
			CHECK(fabs(sums.grad[i] - g->grad[i].want) <= 1e-10 * g->grad[i].scale,
				  "set %zu, derivative %d: %.17g, not %.17g", k, i,
				  sums.grad[i], g->grad[i].want);
		for (i = 0; i < 10; i++)
			CHECK(fabs(sums.hess[i] - g->hess[i].want) <= 1e-8 * g->hess[i].scale,
				  "set %zu, second derivative %d: %.17g, not %.17g", k, i,
				  sums.hess[i], g->hess[i].want);
	}
	clv_base_free(&base);
}

#define MANY	1e9				/* customers that are compared */

/* They may be what is left of parts that are larger, MANY times "scale". */
static void
check_leaps(double leaps, double steps, double scale, const char *what, size_t row, size_t set)
{
	CHECK(fabs(leaps - steps) <= 1e-12 * (fabs(steps) + MANY * scale),
		  "row %zu, set %zu, %s: %.17g by leaps, %.17g by steps", row, set, what, leaps, steps);
}

/*
 * Long sums are taken by leaps.  No leap goes past a t_x, so that a customer who
 * shares x and n with others, one every so few opportunities, is reached by
 * single steps: the sums must be those of the two bases apart.
 */
static void
test_leaps(void)
{
	static const MakeRow far[] = {
		{0, 0, 36525, 0, MANY}, {3, 40, 36525, 0, MANY}, {25, 900, 36525, 0, MANY},
		{900, 5000, 36525, 0, MANY}, {1, 2000, 9000, 0, MANY}, {40, 41, 700, 0, MANY}
	};
	static MakeRow row[2000];
	size_t		r;
	size_t		k;
	int			i;
	int			j;

	for (r = 0; r < LENGTH(far); r++)
	{
		ClvBase		alone;
		ClvBase		others;
		ClvBase		all;
		double		tx;
		size_t		n = 0;

		for (tx = far[r].tx + (far[r].x > 0 ? 20 : 0); far[r].x > 0 && tx < far[r].t; tx += 20)
			row[n++] = (MakeRow) {far[r].x, tx, far[r].t, 0, 1};
		make_base(&far[r], 1, &alone);
		make_base(row, n, &others);
		row[n++] = far[r];
		make_base(row, n, &all);
		for (k = 0; k < LENGTH(golden_fit); k++)
		{
			const double *par = golden_fit[k].par;
			ClvCustomer one = {far[r].x, far[r].tx, far[r].t, 0};
			ClvSums		sum = evaluate(model, &alone, par, 1000);
			ClvSums		rest = evaluate(model, &others, par, 1000);
			ClvSums		both = evaluate(model, &all, par, 1000);
			double		loglik = NAN;

			clv_predict_loglik(model, par, &one, &loglik);
			CHECK(fabs(sum.loglik / MANY - loglik) <= 1e-12 * fmax(1.0, fabs(loglik)),
				  "row %zu, set %zu: %.17g, not %.17g", r, k, sum.loglik / MANY, loglik);
			check_leaps(sum.loglik, both.loglik - rest.loglik, 1.0, "log-likelihood", r, k);
			for (i = 0; i < 4; i++)
			{
				check_leaps(sum.grad[i], both.grad[i] - rest.grad[i], 1.0 / par[i], "derivative", r, k);
				for (j = 0; j <= i; j++)
					check_leaps(sum.hess[CLV_PACK(i, j)], both.hess[CLV_PACK(i, j)] - rest.hess[CLV_PACK(i, j)],
								1.0 / (par[i] * par[j]), "second derivative", r, k);
			}
		}
		clv_base_free(&alone);
		clv_base_free(&others);
		clv_base_free(&all);
	}
}

/* ------------------------------------------------------------- published */

/* Fader, Hardie & Shang (2010), table 1: donors by x, t_x, n. */
static const MakeRow donors[] = {
	{6, 6, 6, 0, 1203}, {5, 6, 6, 0, 728}, {4, 6, 6, 0, 512}, {3, 6, 6, 0, 357},
	{2, 6, 6, 0, 234}, {1, 6, 6, 0, 129}, {5, 5, 6, 0, 335}, {4, 5, 6, 0, 284},
	{3, 5, 6, 0, 225}, {2, 5, 6, 0, 173}, {1, 5, 6, 0, 119}, {4, 4, 6, 0, 240},
	{3, 4, 6, 0, 181}, {2, 4, 6, 0, 155}, {1, 4, 6, 0, 78}, {3, 3, 6, 0, 322},
	{2, 3, 6, 0, 255}, {1, 3, 6, 0, 129}, {2, 2, 6, 0, 613}, {1, 2, 6, 0, 277},
	{1, 1, 6, 0, 1091}, {0, 0, 6, 0, 3464}
};

static const double published[] = {1.204, 0.750, 0.657, 2.783};

static double
purchases(const double *par, double x, double tx, double n, double delta, double h)
{
	ClvCustomer row = {x, tx, n, 0};
	double		out = NAN;

	clv_predict_purchases(model, par, &row, delta, h, &out);
	return out;
}

static void
test_published(void)
{
	static const double estimate[] = {1.2035223516, 0.7497163582, 0.6567182084, 2.7834422326};
	static const double error[] = {0.069391362298, 0.029447716636, 0.051009858772, 0.320819001820};
	ClvFitted	fit = run_rows("bgbb", donors, LENGTH(donors));
	ClvCustomer row = {2, 4, 6, 0};
	double		out;
	int			i;

	CHECK(fit.status == CLV_CONVERGED && fit.customers == 11104, "donors: %s", fit.message);
	CHECK_REL(fit.loglik, -33225.581274346994, 1e-13, "donors");
	for (i = 0; i < 4; i++)
	{
		CHECK_REL(fit.par[i], estimate[i], 1e-8, "donors");
		CHECK_REL(fit.par[i] * sqrt(fit.cov[CLV_PACK(i, i)]), error[i], 1e-6,
				  "standard error");
	}
	CHECK_REL(purchases(published, 2, 4, 6, 0.0, 5.0), 1.057348942, 1e-9, "CET");
	CHECK_REL(purchases(published, 2, 4, 6, log(1.1), INFINITY), 1.665069903, 1e-9, "DERT");
	clv_predict_p_alive(model, published, &row, 0.0, &out);
	CHECK_REL(out, 0.6336118933, 1e-9, "alive at n");
	clv_predict_p_alive(model, published, &row, 1.0, &out);
	CHECK_REL(out, 0.5895141164, 1e-9, "alive at n + 1, as the paper has it");
	clv_predict_p_active(model, published, &row, 5.0, &out);
	CHECK_REL(1.0 - out, 0.5195681021, 1e-9, "none in 5");
}

/* ------------------------------------------------------------ identities */

static double
choose(double n, double k)
{
	return round(exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)));
}

/* All histories of n opportunities together are certain. */
static void
test_total(void)
{
	double		n = 9.0;
	double		sum = 0.0;
	ClvCustomer row;
	double		out;

	row.t = n;
	for (row.tx = 0.0; row.tx <= n; row.tx += 1.0)
		for (row.x = row.tx > 0.0; row.x <= row.tx; row.x += 1.0)
		{
			clv_predict_loglik(model, published, &row, &out);
			sum += exp(out) * (row.x > 0.0 ? choose(row.tx - 1.0, row.x - 1.0) : 1.0);
		}
	CHECK_REL(sum, 1.0, 1e-13, "sum of all histories");
}

/* The probabilities of all numbers of purchases, and of the waiting time. */
static void
test_laws(void)
{
	size_t		i;

	for (i = 0; i < LENGTH(golden_row); i += 7)
	{
		const GoldenRow *g = &golden_row[i];
		double		h = 40.0;
		double		sum = 0.0;
		double		mean = 0.0;
		double		out;
		double		active;
		double		wait;
		double		before = 0.0;
		double		n;

		for (n = 0.0; n <= h + 1.0; n += 1.0)
		{
			clv_predict_pmf(model, g->par, &g->row, h, n, &out);
			sum += out;
			mean += n * out;
		}
		CHECK_REL(sum, 1.0, 1e-12, "sum of pmf");
		clv_predict_purchases(model, g->par, &g->row, 0.0, h, &out);
		CHECK(fabs(mean - out) <= 1e-12 * out + 1e-290, "mean of pmf");
		clv_predict_p_active(model, g->par, &g->row, h, &active);
		if (!(active > 1e-250))
			continue;
		clv_predict_next_purchase(model, g->par, &g->row, active, &wait);
		CHECK(wait <= h, "waiting for what will come within %g: %g", h, wait);
		clv_predict_p_active(model, g->par, &g->row, wait, &out);
		CHECK(out >= active, "too soon at %g", wait);
		clv_predict_next_purchase(model, g->par, &g->row, 0.3 * active, &wait);
		clv_predict_p_active(model, g->par, &g->row, wait, &out);
		clv_predict_p_active(model, g->par, &g->row, wait - 1.0, &before);
		CHECK(before < 0.3 * active && 0.3 * active <= out, "quantile at %g", wait);
	}
}

/* Horizons count whole opportunities, and rounding does not lose one. */
static void
test_horizons(void)
{
	double		five = purchases(published, 2, 4, 6, 0.0, 5.0);
	double		ever;
	double		long_ago;
	ClvCustomer row = {1, 1, 6, 0};
	double		wait;

	CHECK(purchases(published, 2, 4, 6, 0.0, 5.9) == five, "a part of an opportunity");
	CHECK(purchases(published, 2, 4, 6, 0.0, 5.0 * (1 - 1e-15)) == five, "rounding");
	CHECK(purchases(published, 2, 4, 6, 0.0, 0.9) == 0.0, "less than one opportunity");
	ever = purchases(published, 2, 4, 6, 1e-3, INFINITY);
	long_ago = purchases(published, 2, 4, 6, 1e-3, 1e5);
	CHECK_REL(long_ago, ever, 1e-12, "a long horizon");
	clv_predict_next_purchase(model, published, &row, 0.5, &wait);
	CHECK(isinf(wait), "who is probably gone: %g", wait);

	/* gamma = 1 is no special case */
	{
		static const double below[] = {0.5, 3, 1 - 1e-12, 20};
		static const double at[] = {0.5, 3, 1, 20};

		CHECK_REL(purchases(below, 0, 0, 3, 0.0, 1e4), purchases(at, 0, 0, 3, 0.0, 1e4),
				  1e-11, "gamma = 1");
	}
}

/* ------------------------------------------------------------------ fits */

#define SIMULATED	5000

static double
seconds(void)
{
	return (double) clock() / CLOCKS_PER_SEC;
}

/* Whatever the base, a fit ends soon with predictions inside their bounds. */
static void
check_fit(const char *what, const MakeRow *row, size_t n, ClvFitStatus status)
{
	double		start = seconds();
	ClvFitted	fit = run_rows("bgbb", row, n);
	size_t		i;

	CHECK(fit.status == status, "%s: status %d, %s", what, fit.status, fit.message);
	CHECK((status == CLV_CONVERGED) == (fit.message[0] == '\0'), "%s: %s", what, fit.message);

	/* the goal is one second, of a machine that has nothing else to do */
	CHECK(seconds() - start < 2.0, "%s took %g s", what, seconds() - start);
	for (i = 0; i < n && i < 20; i++)
	{
		ClvCustomer one = {row[i].x, row[i].tx, row[i].t, 0};
		double		alive = NAN;
		double		more = purchases(fit.par, one.x, one.tx, one.t, 0.05, INFINITY);

		clv_predict_p_alive(model, fit.par, &one, 0.0, &alive);
		CHECK(alive >= 0.0 && alive <= 1.0, "%s: alive %g", what, alive);
		CHECK(more >= 0.0 && more <= 1.0 / expm1(0.05), "%s: %g purchases", what, more);
	}
}

static void
test_degenerate(void)
{
	static const MakeRow none[] = {{0, 0, 6, 0, 100}};
	static const MakeRow all[] = {{6, 6, 6, 0, 100}};
	static const MakeRow one[] = {{2, 4, 6, 0, 1}};
	static const MakeRow daily[] = {{2000, 36500, 36525, 0, 1}, {0, 0, 36525, 0, 3}};
	static const MakeRow five[] = {{0, 0, 6, 0, 2}, {1, 1, 6, 0, 1}, {3, 5, 6, 0, 1}, {6, 6, 6, 0, 1}};
	static const MakeRow once[] = {{0, 0, 1, 0, 60}, {1, 1, 1, 0, 40}};
	MakeRow    *same = malloc(SIMULATED * sizeof(MakeRow));
	ClvFitted	fit;
	ClvError	err;
	ClvBase		base;
	size_t		i;

	check_fit("nobody buys again", none, LENGTH(none), CLV_BOUNDARY);
	check_fit("everybody always buys", all, LENGTH(all), CLV_BOUNDARY);
	check_fit("one customer", one, LENGTH(one), CLV_BOUNDARY);
	check_fit("a century of days", daily, LENGTH(daily), CLV_BOUNDARY);
	check_fit("one opportunity", once, LENGTH(once), CLV_BOUNDARY);
	fit = run_rows("bgbb", five, LENGTH(five));
	CHECK(fit.status != CLV_NOT_CONVERGED, "five customers: %s", fit.message);

	/* customers that do not differ, p = 0.4 and theta = 0.1 */
	for (i = 0; i < SIMULATED; i++)
	{
		ClvRandom	random;
		double		k;

		clv_random_init(&random, 20240607, i);
		same[i] = (MakeRow) {0, 0, 20, 0, 1};
		for (k = 1.0; k <= 20.0 && clv_random_uniform(&random) >= 0.1; k += 1.0)
		{
			if (clv_random_uniform(&random) < 0.4)
			{
				same[i].x += 1.0;
				same[i].tx = k;
			}
		}
	}
	fit = run_rows("bgbb", same, SIMULATED);
	CHECK_REL(fit.par[0] / (fit.par[0] + fit.par[1]), 0.4, 0.02, "p of all");
	CHECK_REL(fit.par[2] / (fit.par[2] + fit.par[3]), 0.1, 0.05, "theta of all");
	check_fit("customers that do not differ", same, SIMULATED, fit.status);
	free(same);

	/* what is not a row of opportunities is refused */
	for (i = 0; i < 3; i++)
	{
		static const MakeRow bad[] = {{2, 4.5, 6, 0, 1}, {2, 4, 6.5, 0, 1}, {5, 4, 6, 0, 1}};
		ClvFit	   *refused;

		make_base(&bad[i], 1, &base);
		refused = clv_fit_new(model, &base, NULL, &err);
		CHECK(clv_fit_step(refused, &err) == CLV_BAD_ARGUMENT && err.status == CLV_BAD_ARGUMENT,
			  "base %zu was taken", i);
		clv_fit_free(refused);
		clv_base_free(&base);
	}
}

/* The sums do not depend on where slices are cut, to the last bit. */
static void
test_slices(void)
{
	static const size_t cut[] = {1, 7, 1501, 1502, 1600};
	ClvSums		whole;
	ClvBase		base;
	size_t		k;

	make_base(golden_base, LENGTH(golden_base), &base);
	whole = evaluate(model, &base, published, 1000000);
	for (k = 0; k < LENGTH(cut); k++)
	{
		ClvSums		parts = evaluate(model, &base, published, cut[k]);

		CHECK(memcmp(&whole, &parts, sizeof(whole)) == 0, "slices of %zu", cut[k]);
	}
	clv_base_free(&base);
}

int
main(void)
{
	model = clv_model_find("bgbb");
	RUN(test_golden_rows);
	RUN(test_golden_fit);
	RUN(test_leaps);
	RUN(test_published);
	RUN(test_total);
	RUN(test_laws);
	RUN(test_horizons);
	RUN(test_degenerate);
	RUN(test_slices);
	CHECK_DONE("bgbb");
}
