/*
 * test_contract.c
 *		sBG and BdW against 50-digit arithmetic (see test/golden/contract.py),
 *		published values, identities, and subscribers that tell too little.
 */
#include <float.h>
#include <time.h>

#include "check.h"
#include "evaluate.h"
#include "models/contract/contract.h"
#include "model/prediction.h"
#include "models/list.h"
#include "run_fit.h"
#include "math/special.h"
#include "base/survivors.h"

typedef struct GoldenStay
{
	double		par[3];
	double		n;
	double		more;
	double		want;
} GoldenStay;

typedef struct GoldenPayments
{
	double		par[3];
	double		period;
	double		delta;
	double		h;
	double		want;
} GoldenPayments;

/* What it is, and the sum of the magnitudes of what it is the sum of. */
typedef struct GoldenNumber
{
	double		want;
	double		scale;
} GoldenNumber;

typedef struct GoldenFit
{
	double		par[3];
	GoldenNumber loglik;
	GoldenNumber grad[3];
	GoldenNumber hess[6];
} GoldenFit;

#include "golden_contract.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

/* ---------------------------------------------------------------- golden */

static double
payments(const ClvModel *model, const double *par, double period, double delta,
		 double h)
{
	double		out = NAN;

	return clv_predict_payments(model, par, period, delta, h, &out) == CLV_OK ? out : NAN;
}

static void
test_golden_stay(void)
{
	double		worst = 0.0;
	size_t		i;

	for (i = 0; i < LENGTH(golden_stay); i++)
	{
		const GoldenStay *g = &golden_stay[i];
		double		got = clv_contract_log_stay(g->par[0], g->par[1], g->par[2],
												g->n, g->more, NULL);
		double		error = fabs(got / g->want - 1.0);

		CHECK(error < 1e-12, "log of renewal %zu: %.17g, not %.17g", i, got, g->want);
		worst = fmax(worst, error);
	}
	printf("  %-20s worst relative error %.1e of %zu rows\n", "log of renewal",
		   worst, LENGTH(golden_stay));
}

static void
test_golden_payments(void)
{
	double		worst = 0.0;
	size_t		i;

	for (i = 0; i < LENGTH(golden_payments); i++)
	{
		const GoldenPayments *g = &golden_payments[i];
		double		got = payments(&clv_bdw, g->par, g->period, g->delta, g->h);
		double		error = fabs(got / g->want - 1.0);

		CHECK(error < 1e-11, "payments %zu: %.17g, not %.17g", i, got, g->want);
		worst = fmax(worst, error);
		if (g->par[2] == 1.0)
			CHECK(payments(&clv_sbg, g->par, g->period, g->delta, g->h) == got,
				  "BdW with c = 1 is sBG: row %zu", i);
	}
	printf("  %-20s worst relative error %.1e of %zu rows\n", "payments",
		   worst, LENGTH(golden_payments));
}

static void
test_golden_fit(void)
{
	ClvBase		base;
	size_t		k;
	int			i;

	memset(&base, 0, sizeof(base));
	base.tenure = (ClvTenure *) golden_base;
	base.ntenure = LENGTH(golden_base);
	for (k = 0; k < LENGTH(golden_fit); k++)
	{
		const GoldenFit *g = &golden_fit[k];
		ClvSums		sums = evaluate(&clv_bdw, &base, g->par, 1000);
		ClvSums		parts = evaluate(&clv_bdw, &base, g->par, 7);

		CHECK(memcmp(&sums, &parts, sizeof(sums)) == 0, "slices");
		CHECK(fabs(sums.loglik - g->loglik.want) <= 1e-12 * g->loglik.scale,
			  "base, set %zu: %.17g, not %.17g", k, sums.loglik, g->loglik.want);
		for (i = 0; i < 3; i++)
			CHECK(fabs(sums.grad[i] - g->grad[i].want) <= 1e-10 * g->grad[i].scale,
				  "set %zu, derivative %d: %.17g, not %.17g", k, i,
				  sums.grad[i], g->grad[i].want);
		for (i = 0; i < 6; i++)
		{
			static const int row[] = {0, 1, 1, 2, 2, 2};
			static const int column[] = {0, 0, 1, 0, 1, 2};
			double		scale = sqrt(g->hess[CLV_PACK(row[i], row[i])].scale *
									 g->hess[CLV_PACK(column[i], column[i])].scale);

			/* beside the diagonal, and in corners such as a = 1e-4, b = 1e6 */
			CHECK(fabs(sums.hess[i] - g->hess[i].want) <= 1e-8 * g->hess[i].scale + 1e-6 * scale,
				  "set %zu, second derivative %d: %.17g, not %.17g", k, i,
				  sums.hess[i], g->hess[i].want);
		}
	}
}

/* ------------------------------------------------------------- published */

/* Fader & Hardie (2007), table 1: percent left after 0, 1, ... 12 years. */
static const double regular[] = {
	100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3
};
static const double high_end[] = {
	100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4
};

static ClvFitted
fit_table(const char *model, const double *percent, int years)
{
	ClvTenureRow row[16];
	ClvTenure	tenure[16];
	ClvBase		base;
	ClvError	err;
	size_t		n = years + 1;
	int			i;

	for (i = 0; i <= years; i++)
		CHECK(clv_survivors_published(i, 10 * percent[i], &row[i], &err) == CLV_OK, "row");
	CHECK(clv_survivors_merge(row, &n, true, &err) == CLV_OK &&
		  clv_survivors_finish(row, &n, &err) == CLV_OK, "table");
	clv_survivors_base(row, n, tenure, &base);
	return run_fit(model, &base);
}

static void
check_table(const char *model, const double *percent, int years, double loglik,
			double a, double b, double c, double error)
{
	ClvFitted	fit = fit_table(model, percent, years);

	CHECK(fit.status == CLV_CONVERGED && fit.customers == 1000, "%s: %s", model, fit.message);
	CHECK_REL(fit.loglik, loglik, 3e-8, model);
	CHECK_REL(fit.par[0], a, 3e-4, model);
	CHECK_REL(fit.par[1], b, 1e-4, model);
	if (c > 0.0)
		CHECK_REL(fit.par[2], c, 1e-4, model);
	if (error > 0.0)
		CHECK_REL(fit.par[0] * sqrt(fit.cov[0]), error, 1e-6, model);
}

static void
test_published(void)
{
	static const double par[] = {0.668, 3.806};

	check_table("sbg", regular, 7, -1680.265188463287, 0.7040772985, 1.1820430262, 0, 0.06559896421);
	check_table("sbg", high_end, 7, -1611.158147391158, 0.6680883511, 3.8060949641, 0, 0.10373493115);
	check_table("sbg", regular, 12, -1931.4916941280796, 0.6973624517, 1.1689046209, 0, 0.05466578789);
	check_table("sbg", high_end, 12, -2010.8584195650851, 0.5961112005, 3.3269687412, 0, 0.06294367700);
	check_table("bdw", regular, 7, -1679.6028, 0.4556, 0.7793, 1.2835, 0);
	check_table("bdw", high_end, 7, -1605.3142, 0.2143, 1.4266, 1.7236, 0);

	CHECK_REL(payments(&clv_sbg, par, 0, log(1.1), INFINITY), 5.922596408, 1e-9, "DEL");
	CHECK_REL(payments(&clv_sbg, par, 1, log(1.1), INFINITY), 5.414856048, 1e-9, "DERL");
	CHECK_REL(payments(&clv_sbg, par, 4, log(1.1), INFINITY), 6.620280323, 1e-9, "DERL");
}

/* ------------------------------------------------------------ identities */

static void
test_payments(void)
{
	static const double finite[] = {1.5, 3.0, 1.0};
	static const double infinite[] = {1.0, 3.0, 1.0};
	static const double weibull[] = {0.6, 3.0, 2.0};
	static const double heavy[] = {0.5, 3.0, 2.0};
	double		sum = 0.0;
	double		t;
	double		out;

	CHECK_REL(payments(&clv_sbg, finite, 0, 0, INFINITY), 7.0, 1e-14, "(a + b - 1) / (a - 1)");
	CHECK(isinf(payments(&clv_sbg, infinite, 0, 0, INFINITY)), "a = 1");
	CHECK(isinf(payments(&clv_bdw, heavy, 0, 0, INFINITY)), "a c = 1");

	/* the tail of BdW without discount, where S(t) has become C t^-1.2 */
	for (t = 0.0; t < 20000.0; t += 1.0)
	{
		clv_predict_renewal(&clv_bdw, weibull, 0, t, &out);
		sum += out;
	}
	clv_predict_renewal(&clv_bdw, weibull, 0, t - 0.5, &out);
	sum += out * (t - 0.5) / 0.2;
	CHECK_REL(payments(&clv_bdw, weibull, 0, 0, INFINITY), sum, 1e-8, "BdW without discount");
	CHECK(payments(&clv_bdw, weibull, 0, 0, 0) == 0.0, "no time at all");
	CHECK(payments(&clv_bdw, weibull, 0, 0, 0.5) == 1.0, "one payment, now");
	CHECK(payments(&clv_bdw, weibull, 0, 0, 12) == payments(&clv_bdw, weibull, 0, 0, 12 * (1 - 1e-15)), "rounding");
	CHECK(isnan(payments(&clv_bdw, weibull, -1, 0, 1)), "period -1");
	CHECK(isnan(payments(&clv_bdw, weibull, 0, -1, 1)), "rate -1");
}

/* ------------------------------------------------------------------ fits */

static void
check_cells(const char *what, const char *name, ClvTenure *cell, size_t n, ClvFitStatus status)
{
	const ClvModel *model = clv_model_find(name);
	clock_t		start = clock();
	ClvFitted	fit;
	ClvBase		base;
	double		t;

	memset(&base, 0, sizeof(base));
	base.tenure = cell;
	base.ntenure = n;
	fit = run_fit(name, &base);
	CHECK(fit.status == status, "%s, %s: status %d, %s", name, what, fit.status, fit.message);
	CHECK((status == CLV_CONVERGED) == (fit.message[0] == '\0'), "%s: %s", what, fit.message);
	CHECK((double) (clock() - start) / CLOCKS_PER_SEC < 1.0, "%s: too long", what);
	for (t = 0.0; t < 100.0; t += 7.0)
	{
		double		stay = NAN;

		CHECK(clv_predict_renewal(model, fit.par, 0, t, &stay) == CLV_OK && stay >= 0.0 && stay <= 1.0,
			  "%s: S(%g) = %g", what, t, stay);
	}
	t = payments(model, fit.par, 3, 0.05, INFINITY);
	CHECK(t >= 0.0 && t <= 1.0 / -expm1(-0.05) + 1e-9, "%s: %g payments", what, t);
}

static void
test_degenerate(void)
{
	static ClvTenure left[] = {{1, 100, 0}};
	static ClvTenure stayed[] = {{5, 0, 100}};
	static ClvTenure one_left[] = {{3, 1, 0}};
	static ClvTenure one_stays[] = {{1, 0, 1}};
	static ClvTenure same[] = {{1, 100000, 0}, {2, 90000, 0}, {3, 81000, 0}, {4, 72900, 656100}};
	static ClvTenure century[] = {{100, 3, 0}, {36525, 0, 2}};
	static ClvTenure early[] = {{1, 50, 0}, {10, 0, 50}};

	check_cells("all left at once", "sbg", left, 1, CLV_BOUNDARY);
	check_cells("nobody left", "sbg", stayed, 1, CLV_BOUNDARY);
	check_cells("one left", "sbg", one_left, 1, CLV_BOUNDARY);
	check_cells("one stays", "sbg", one_stays, 1, CLV_BOUNDARY);
	check_cells("customers that do not differ", "sbg", same, LENGTH(same), CLV_BOUNDARY);
	check_cells("a century of days", "sbg", century, LENGTH(century), CLV_CONVERGED);
	check_cells("who stays a period stays", "sbg", early, LENGTH(early), CLV_BOUNDARY);
	check_cells("all left at once", "bdw", left, 1, CLV_BOUNDARY);
	check_cells("nobody left", "bdw", stayed, 1, CLV_BOUNDARY);
	check_cells("one left", "bdw", one_left, 1, CLV_BOUNDARY);
	check_cells("one stays", "bdw", one_stays, 1, CLV_BOUNDARY);
	check_cells("a century of days", "bdw", century, LENGTH(century), CLV_BOUNDARY);
	check_cells("who stays a period stays", "bdw", early, LENGTH(early), CLV_BOUNDARY);
}

/*
 * Subscribers who do not differ leave at one rate for ever: the likelihood of
 * BdW, as that of sBG, has no maximum then, it rises as a and b grow at a fixed
 * ratio and c becomes 1.  Where they do differ, and c is 1, it has one there.
 */
static void
test_geometric(void)
{
	static const double stay[] = {0.05, 0.5, 0.8, 0.9, 0.99};
	static const int periods[] = {4, 12, 100};
	ClvTenure	cell[100];
	ClvFitted	fit;
	ClvBase		base;
	int			i;
	int			j;
	int			t;

	memset(cell, 0, sizeof(cell));
	memset(&base, 0, sizeof(base));
	base.tenure = cell;
	base.customers = 1000000;
	for (i = 0; i < (int) LENGTH(stay); i++)
	{
		for (j = 0; j < (int) LENGTH(periods); j++)
		{
			base.ntenure = periods[j];
			for (t = 1; t <= periods[j]; t++)
			{
				cell[t - 1].t = t;
				cell[t - 1].lost = 1e6 * pow(stay[i], t - 1) * (1.0 - stay[i]);
				cell[t - 1].stay = t == periods[j] ? 1e6 * pow(stay[i], t) : 0.0;
			}
			fit = run_fit("bdw", &base);
			CHECK(fit.status == CLV_BOUNDARY && !fit.has_cov &&
				  strncmp(fit.message, "a and b grow", 12) == 0,
				  "%g, %d periods: status %d, %s", stay[i], periods[j], fit.status, fit.message);
			CHECK_REL(fit.par[1] / (fit.par[0] + fit.par[1]), stay[i], 1e-5, "chance to stay");
			CHECK_REL(fit.par[2], 1.0, 1e-4, "shape");
		}
	}

	base.ntenure = 12;
	for (t = 1; t <= 12; t++)
	{
		cell[t - 1].t = t;
		cell[t - 1].lost = 1e6 * exp(clv_log_survive(0.7, 3.0, t - 1)) * 0.7 / (2.7 + t);
		cell[t - 1].stay = t == 12 ? 1e6 * exp(clv_log_survive(0.7, 3.0, t)) : 0.0;
	}
	fit = run_fit("bdw", &base);
	CHECK(fit.status == CLV_CONVERGED && fit.has_cov, "they differ: status %d, %s", fit.status, fit.message);
	CHECK_REL(fit.par[0], 0.7, 1e-6, "a");
	CHECK_REL(fit.par[1], 3.0, 1e-6, "b");
	CHECK_REL(fit.par[2], 1.0, 1e-6, "c");
}

/* Simulated subscribers: are the parameters found again? */
static void
test_recovery(void)
{
	static const double truth[] = {1.2, 4.0, 1.4};
	ClvTenure	cell[13];
	ClvFitted	fit;
	ClvBase		base;
	int			i;

	memset(cell, 0, sizeof(cell));
	memset(&base, 0, sizeof(base));
	for (i = 0; i < 13; i++)
		cell[i].t = i;
	for (i = 0; i < 200000; i++)
	{
		ClvRandom	random;
		double		theta;
		double		t;

		clv_random_init(&random, 20260101, i);
		theta = clv_random_beta(&random, truth[0], truth[1]);

		/* stays through t with (1 - theta)^(t^c) */
		t = ceil(pow(clv_random_exponential(&random) / -log1p(-theta), 1.0 / truth[2]));
		if (t <= 12.0)
			cell[(int) t].lost += 1.0;
		else
			cell[12].stay += 1.0;
	}
	base.tenure = cell;
	base.ntenure = 13;
	fit = run_fit("bdw", &base);
	CHECK(fit.status == CLV_CONVERGED, "recovery: %s", fit.message);
	for (i = 0; i < 3; i++)
		CHECK(fabs(log(fit.par[i] / truth[i])) < 3.0 * sqrt(fit.cov[CLV_PACK(i, i)]),
			  "parameter %d: %g", i, fit.par[i]);
}

/* ------------------------------------------------------------ survivors */

static void
test_survivors(void)
{
	static const char *const good[] = {
		"retention:0:0/1,1:2/0,2:0/2,3:1/1", "retention:1:36.9/0,7:2.1/24.000001",
		"survivors:0:100,1:63.1,3:0", "retention:1000000:9000000000/0"
	};
	static const char *const bad[] = {
		"", "retention:", "retention:1", "retention:1:2", "retention:2:1/0,1:1/0",
		"retention:1:0/0", "retention:0:1/0", "retention:1:1/0,", "retention:1:1.0000001/0",
		"retention:1:1./0", "retention:1:-1/0", "retention:1:9000000001/0",
		"retention:1000001:1/0", " retention:1:1/0", "retention:1:1/0 ", "survivors:0:1/1"
	};
	ClvTenureRow row[16];
	ClvTenureRow again[16];
	ClvError	err;
	size_t		i;

	for (i = 0; i < LENGTH(good); i++)
	{
		unsigned char bytes[512];
		char		text[512];
		size_t		n;
		size_t		m;
		size_t		size;
		size_t		k;
		bool		table;

		CHECK(clv_survivors_parse(good[i], row, &n, &table, &err) == CLV_OK, "%s: %s", good[i], err.message);
		size = clv_survivors_encode(row, n, table, bytes);
		CHECK(clv_survivors_check(bytes, size, CLV_BAD_BINARY, &err) == CLV_OK, "%s", err.message);
		CHECK(clv_survivors_count(bytes, size, &m, &table, CLV_BAD_BINARY, &err) == CLV_OK && m == n, "count");
		CHECK(clv_survivors_decode(bytes, size, again, CLV_BAD_BINARY, &err) == CLV_OK, "decode");
		clv_survivors_print(again, n, table, text);
		CHECK(strcmp(text, good[i]) == 0, "%s, not %s", text, good[i]);

		/* no damage goes unnoticed, or it is another value of its own */
		for (k = 0; k < size; k++)
			CHECK(clv_survivors_check(bytes, k, CLV_BAD_BINARY, &err) == CLV_BAD_BINARY, "cut at %zu", k);
		for (k = 0; k < 8 * size; k++)
		{
			bytes[k / 8] ^= 1 << k % 8;
			if (clv_survivors_check(bytes, size, CLV_BAD_BINARY, &err) == CLV_OK)
			{
				CHECK(clv_survivors_count(bytes, size, &m, &table, CLV_BAD_BINARY, &err) == CLV_OK && m <= 16 &&
					  clv_survivors_decode(bytes, size, again, CLV_BAD_BINARY, &err) == CLV_OK, "bit %zu", k);
				clv_survivors_print(again, m, table, text);
				CHECK(strcmp(text, good[i]) != 0, "bit %zu does not matter", k);
			}
			bytes[k / 8] ^= 1 << k % 8;
		}
	}
	for (i = 0; i < LENGTH(bad); i++)
	{
		size_t		n;
		bool		table;

		CHECK(clv_survivors_parse(bad[i], row, &n, &table, &err) == CLV_BAD_TEXT, "%s was taken", bad[i]);
	}
}

static ClvFitted
fit_tenures(const ClvTenure *tenure, size_t n)
{
	ClvBase		base;
	size_t		i;

	memset(&base, 0, sizeof(base));
	base.tenure = (ClvTenure *) tenure;
	base.ntenure = n;
	for (i = 0; i < n; i++)
		base.customers += (int64_t) (tenure[i].lost + tenure[i].stay);
	return run_fit("bdw", &base);
}

/*
 * Nobody leaves before the sixth period, and then ever more: b is 1e12, since
 * 10^c is.  The maximum and S(t) by Newton's method in 60-digit arithmetic.
 */
static void
test_late(void)
{
	static const ClvTenure tenure[] = {
		{6, 1, 0}, {7, 3, 0}, {8, 15, 0}, {9, 50, 0}, {10, 131, 800}
	};
	static const double want[][2] = {
		{5, 0.99990765846365923}, {8, 0.9810492291628279}, {10, 0.79999997638153856},
		{12, 0.30545997520550706}, {15, 0.020402608879330405}
	};
	static const double par[] = {1.3065003288219074, 1240088481143.0079, 11.363542924088192};
	static const double sd[] = {4.02526989859, 1.89558423153, 0.169050534592};
	ClvFitted	fit = fit_tenures(tenure, LENGTH(tenure));
	double		life = NAN;
	size_t		i;

	CHECK(fit.status == CLV_CONVERGED && fabs(fit.loglik + 682.1124876329935) < 1e-9,
		  "late: status %d, lnL %.15g", fit.status, fit.loglik);
	for (i = 0; i < LENGTH(par); i++)
		CHECK(fabs(log(fit.par[i] / par[i])) < 1e-7 && fabs(sqrt(fit.cov[CLV_PACK(i, i)]) / sd[i] - 1.0) < 1e-6,
			  "late: %s %.12g (%.9g), not %.12g (%.9g)", fit.model->param[i].name, fit.par[i],
			  sqrt(fit.cov[CLV_PACK(i, i)]), par[i], sd[i]);
	for (i = 0; i < LENGTH(want); i++)
	{
		double		stay = NAN;

		clv_predict_renewal(fit.model, fit.par, 0.0, want[i][0], &stay);
		CHECK(fabs(stay - want[i][1]) < 1e-9, "late: S(%g) %.12g, not %.12g", want[i][0], stay, want[i][1]);
	}
	clv_predict_payments(fit.model, par, 0.0, log(1.1), INFINITY, &life);
	CHECK(fabs(life / 7.3820010540010609 - 1.0) < 1e-12, "late: DEL %.15g", life);
}

/* ln L of the discrete Weibull model, S(t) = e^(-rate t^c). */
static double
discrete_weibull(const ClvTenure *tenure, size_t n, double rate, double c)
{
	double		sum = 0.0;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		double		from = rate * pow(tenure[i].t - 1.0, c);
		double		to = rate * pow(tenure[i].t, c);

		sum -= tenure[i].stay * to;
		if (tenure[i].lost > 0.0)
			sum += tenure[i].lost * (log(-expm1(from - to)) - from);
	}
	return sum;
}

/*
 * Where subscribers do not differ, a and b grow without limit, and BdW becomes
 * the discrete Weibull model: the fit must be as high as one of that, and none
 * beside it be higher.
 */
static void
test_limit(void)
{
	static const double power[] = {3.0, 8.0, 20.0};
	size_t		k;

	for (k = 0; k < LENGTH(power); k++)
	{
		ClvTenure	tenure[24];
		ClvFitted	fit;
		double		left = 20000.0;
		double		here;
		int			i;

		for (i = 0; i < 24; i++)
		{
			double		lost = floor(left * 0.3 * pow((i + 1.0) / 24.0, power[k]));

			left -= lost;
			tenure[i] = (ClvTenure) {i + 1, lost, i == 23 ? left : 0.0};
		}
		fit = fit_tenures(tenure, 24);
		here = discrete_weibull(tenure, 24, fit.par[0] / fit.par[1], fit.par[2]);
		CHECK(fit.status == CLV_BOUNDARY && strstr(fit.message, "a and b grow without limit") != NULL,
			  "power %g: status %d, %s", power[k], fit.status, fit.message);
		CHECK(fabs(fit.loglik - here) < 1e-6 * fabs(here), "power %g: lnL %.12g, of the limit %.12g",
			  power[k], fit.loglik, here);
		for (i = 1; i <= 48; i++)
		{
			double		stay = NAN;
			double		limit = exp(-fit.par[0] / fit.par[1] * pow(i, fit.par[2]));

			clv_predict_renewal(fit.model, fit.par, 0.0, i, &stay);
			CHECK(fabs(stay - limit) < 2e-6, "power %g: S(%d) %.12g, of the limit %.12g", power[k], i, stay, limit);
		}
		for (i = 0; i < 4; i++)
		{
			double		c = fit.par[2] * (i == 0 ? 1.001 : i == 1 ? 0.999 : 1.0);
			double		rate = fit.par[0] / fit.par[1] * pow(24.0, fit.par[2] - c) * (i == 2 ? 1.01 : i == 3 ? 0.99 : 1.0);

			CHECK(discrete_weibull(tenure, 24, rate, c) < here, "power %g: higher beside it, way %d", power[k], i);
		}
	}
}

int
main(void)
{
	RUN(test_golden_stay);
	RUN(test_golden_payments);
	RUN(test_golden_fit);
	RUN(test_published);
	RUN(test_payments);
	RUN(test_degenerate);
	RUN(test_geometric);
	RUN(test_recovery);
	RUN(test_late);
	RUN(test_limit);
	RUN(test_survivors);
	CHECK_DONE("contract");
}
