/*
 * test_dropout_fit.c
 *		The likelihood of a base under Pareto/NBD, NBD and GGompertz/NBD, with
 *		its derivatives, against 50-digit arithmetic and the sum of its rows;
 *		fits of simulated bases, and of bases at a limit.
 */
#include <float.h>

#include "check.h"
#include "golden_dropout.h"
#include "model/prediction.h"
#include "models/list.h"
#include "run_fit.h"

#include "golden_dropout_fit.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

static ClvSums
evaluate(const ClvModel *model, const ClvBase *base, const double *par)
{
	void	   *work = model->likelihood->work_new(model, base);
	ClvSums		sums;

	memset(&sums, 0, sizeof(sums));
	model->likelihood->begin(work, par);
	while (model->likelihood->slice(work, 0, model->likelihood->units(work), &sums) == CLV_CONTINUE)
		;
	model->likelihood->work_free(work);
	return sums;
}

/* ---------------------------------------------------------------- golden */

/* The worst errors so far. */
typedef struct Worst
{
	double		loglik;
	double		grad;
	double		hess;
} Worst;

/*
 * Derivatives by ln of the parameters, as the solver takes them: within
 * "limit" of what they are, or of 1 where they are less ("size" is what they
 * are, or what they are the sum of).
 */
static double
check_slope(double got, double want, double size, double limit, const char *label,
			const char *what, int i)
{
	double		error = fabs(got - want) / fmax(1.0, size);

	CHECK(error <= limit, "%s, %s derivative %d: %.17g, not %.17g", label, what, i, got, want);
	return error;
}

static void
check_sums(const ClvModel *model, const double *par, const ClvSums *got,
		   const GoldenLoglik *want, const GoldenLoglik *size, const char *label, Worst *worst)
{
	double		error = fabs(got->loglik - want->loglik) / fmax(1.0, size->loglik);
	int			i;
	int			j;
	int			k = 0;

	CHECK(error <= 1e-14, "%s: %.17g, not %.17g", label, got->loglik, want->loglik);
	worst->loglik = fmax(worst->loglik, error);
	for (i = 0; i < model->nparam; i++)
	{
		worst->grad = fmax(worst->grad,
						   check_slope(par[i] * got->grad[i], par[i] * want->grad[i],
									   par[i] * size->grad[i], 1e-12, label, "first", i));
		for (j = 0; j <= i; j++, k++)
		{
			double		unit = par[i] * par[j];

			worst->hess = fmax(worst->hess,
							   check_slope(unit * got->hess[k], unit * want->hess[k],
										   unit * size->hess[k], 1e-11, label, "second", k));
		}
	}
}

/* Add n customers to a base's likelihood, and to the magnitudes it is of. */
static void
add_golden(const GoldenLoglik *row, double n, GoldenLoglik *sum, GoldenLoglik *size)
{
	int			k;

	sum->loglik += n * row->loglik;
	size->loglik += n * fabs(row->loglik);
	for (k = 0; k < GOLDEN_PARAM; k++)
	{
		sum->grad[k] += n * row->grad[k];
		size->grad[k] += n * fabs(row->grad[k]);
	}
	for (k = 0; k < CLV_PACKED(GOLDEN_PARAM); k++)
	{
		sum->hess[k] += n * row->hess[k];
		size->hess[k] += n * fabs(row->hess[k]);
	}
}

/* Each customer alone, and all together. */
static void
check_golden(const char *name, const GoldenFit *golden, int sets)
{
	const ClvModel *model = clv_model_find(name);
	Worst		worst = {0.0, 0.0, 0.0};
	int			set;

	for (set = 0; set < sets; set++)
	{
		const double *par = golden[set].par;
		GoldenLoglik sum;
		GoldenLoglik size;
		ClvBase		base;
		ClvSums		got;
		char		label[64];
		int			i;

		memset(&sum, 0, sizeof(sum));
		memset(&size, 0, sizeof(size));
		for (i = 0; i < GOLDEN_ROWS; i++)
		{
			MakeRow		one = golden_row[i];
			GoldenLoglik none;
			GoldenLoglik own;

			add_golden(&golden[set].row[i], one.n, &sum, &size);
			memset(&none, 0, sizeof(none));
			memset(&own, 0, sizeof(own));
			add_golden(&golden[set].row[i], 1.0, &none, &own);
			one.n = 1.0;
			make_base(&one, 1, &base);
			got = evaluate(model, &base, par);
			clv_base_free(&base);
			snprintf(label, sizeof(label), "%s %d, row %d", name, set, i);
			check_sums(model, par, &got, &golden[set].row[i], &own, label, &worst);
		}
		make_base(golden_row, GOLDEN_ROWS, &base);
		got = evaluate(model, &base, par);
		clv_base_free(&base);
		snprintf(label, sizeof(label), "%s %d, all rows", name, set);
		check_sums(model, par, &got, &sum, &size, label, &worst);
	}
	printf("  %-13s worst error of lnL %.1e, first derivatives %.1e, second %.1e\n", name,
		   worst.loglik, worst.grad, worst.hess);
}

/* ------------------------------------------------------------- simulated */

static const struct
{
	const char *model;
	double		par[5];			/* in days */
}			truth[] = {
	{"paretonbd", {0.8, 40.0, 0.9, 150.0}},
	{"nbd", {0.8, 40.0}},
	{"ggompertznbd", {0.8, 40.0, 0.02, 0.4, 0.8}}
};

#define SIMULATED	20000

/* Observed for 100 to 365 days, purchases on whole days or as they fall. */
static void
simulate(int which, bool days, MakeRow *row)
{
	const ClvModel *model = clv_model_find(truth[which].model);
	size_t		i;

	for (i = 0; i < SIMULATED; i++)
	{
		ClvRandom	random;
		ClvLife		life;
		double		at;

		clv_random_init(&random, 20240607, i);
		row[i] = (MakeRow) {0.0, 0.0, 100.0 + 265.0 * clv_random_uniform(&random), 0.0, 1.0};
		if (days)
			row[i].t = floor(row[i].t);
		model->transactions->draw(model, truth[which].par, &random, &life);
		while ((at = model->transactions->next(model, &life, &random)) <= row[i].t)
		{
			row[i].x += 1.0;
			row[i].tx = days ? ceil(at) : at;
		}
	}
}

/* Likelihood and derivatives of a base are the sums of those of its rows. */
static void
check_rows(int which, const MakeRow *row, size_t n)
{
	const ClvModel *model = clv_model_find(truth[which].model);
	const double *par = truth[which].par;
	ClvBase		base;
	ClvSums		all;
	ClvSums		one;
	double		loglik = 0.0;
	double		grad[GOLDEN_PARAM] = {0.0};
	double		hess[CLV_PACKED(GOLDEN_PARAM)] = {0.0};
	size_t		i;
	int			k;

	make_base(row, n, &base);
	all = evaluate(model, &base, par);
	clv_base_free(&base);
	for (i = 0; i < n; i++)
	{
		ClvCustomer customer = {row[i].x, row[i].tx, row[i].t, 0};
		double		ln = NAN;

		clv_predict_loglik(model, par, &customer, &ln);
		loglik += row[i].n * ln;
		make_base(&row[i], 1, &base);
		one = evaluate(model, &base, par);
		clv_base_free(&base);
		for (k = 0; k < model->nparam; k++)
			grad[k] += one.grad[k];
		for (k = 0; k < CLV_PACKED(model->nparam); k++)
			hess[k] += one.hess[k];
	}
	CHECK_REL(all.loglik, loglik, 1e-12, model->name);
	for (k = 0; k < model->nparam; k++)
		CHECK(fabs(all.grad[k] - grad[k]) < 1e-10 * n, "%s: derivative %d is %.17g, not %.17g",
			  model->name, k, all.grad[k], grad[k]);
	for (k = 0; k < CLV_PACKED(model->nparam); k++)
		CHECK_REL(all.hess[k], hess[k], 1e-9, model->name);
}

/* True values within five standard errors, standard errors no surprise. */
static void
check_near(int which, const ClvFitted *fitted)
{
	int			i;

	CHECK(fitted->status == CLV_CONVERGED, "%s: %s", truth[which].model, fitted->message);
	for (i = 0; i < fitted->model->nparam; i++)
	{
		double		se = sqrt(fitted->cov[CLV_PACK(i, i)]);

		CHECK(se > 0.0 && se < 0.5, "%s: standard error %g", truth[which].model, se);
		CHECK(fabs(log(fitted->par[i] / truth[which].par[i])) < 5.0 * se,
			  "%s: parameter %d is %g, simulated with %g", truth[which].model, i,
			  fitted->par[i], truth[which].par[i]);
	}
}

/* In weeks, in another order, and twice over: the same but for units. */
static void
check_invariance(int which, const MakeRow *row, const ClvFitted *plain)
{
	MakeRow    *other = malloc(SIMULATED * sizeof(MakeRow));
	double		purchases = 0.0;
	ClvFitted	weeks;
	ClvFitted	turned;
	size_t		i;
	int			k;

	for (i = 0; i < SIMULATED; i++)
	{
		purchases += row[i].x;
		other[i] = row[i];
		other[i].tx /= 7.0;
		other[i].t /= 7.0;
	}
	weeks = run_rows(truth[which].model, other, SIMULATED);
	CHECK_REL(weeks.loglik, plain->loglik + log(7.0) * purchases, 1e-12, "weeks");
	for (k = 0; k < plain->model->nparam; k++)
	{
		CHECK_REL(weeks.par[k], plain->par[k] / pow(7.0, plain->model->param[k].time_power),
				  1e-8, "weeks");
		CHECK_REL(weeks.cov[CLV_PACK(k, k)], plain->cov[CLV_PACK(k, k)], 1e-6, "weeks");
	}
	for (i = 0; i < SIMULATED; i++)
		other[i] = row[SIMULATED - 1 - i];
	turned = run_rows(truth[which].model, other, SIMULATED);
	CHECK(turned.loglik == plain->loglik && turned.evaluations == plain->evaluations &&
		  memcmp(turned.par, plain->par, sizeof(plain->par)) == 0 &&
		  memcmp(turned.cov, plain->cov, sizeof(plain->cov)) == 0, "order of rows");
	free(other);
}

static void
test_simulated(void)
{
	MakeRow    *row = malloc(SIMULATED * sizeof(MakeRow));
	int			which;

	for (which = 0; which < 3; which++)
	{
		ClvFitted	fitted;

		simulate(which, true, row);
		check_rows(which, row, 2000);
		fitted = run_rows(truth[which].model, row, SIMULATED);
		check_invariance(which, row, &fitted);
		simulate(which, false, row);
		check_rows(which, row, 2000);
		fitted = run_rows(truth[which].model, row, SIMULATED);
		check_near(which, &fitted);
	}
	free(row);
}

/* -------------------------------------------------------------- limits */

/* Fits to these end at a limit, which they name. */
static void
check_limit(const char *name, const MakeRow *row, size_t n, const char *what, ClvFitted *fitted)
{
	*fitted = run_rows(name, row, n);
	CHECK(fitted->status == CLV_BOUNDARY && !fitted->has_cov &&
		  strstr(fitted->message, what) != NULL, "%s: %s", name, fitted->message);
}

/*
 * All of ten purchases in a hundred days: r and alpha grow at r/alpha = 0.1.
 * Nobody buys again: the likelihood goes to 1 as purchases become rare.
 */
static void
test_limits(void)
{
	MakeRow		ten[200];
	MakeRow		never[100];
	ClvFitted	fitted;
	size_t		i;
	int			k;

	for (i = 0; i < LENGTH(ten); i++)
		ten[i] = (MakeRow) {10.0, 80.0 + 0.1 * i, 100.0, 0.0, 1.0};
	for (i = 0; i < LENGTH(never); i++)
		never[i] = (MakeRow) {0.0, 0.0, 10.0 + 0.3 * i, 0.0, 1.0};
	for (k = 0; clv_models[k] != NULL; k++)
	{
		const char *name = clv_models[k]->name;

		if (clv_models[k]->law == NULL)
			continue;
		for (i = 0; i < LENGTH(truth) && strcmp(truth[i].model, name) != 0; i++)
			;
		CHECK(i < LENGTH(truth), "no parameters to simulate %s with", name);
		check_limit(name, ten, LENGTH(ten), "do not differ in their purchase rate", &fitted);
		if (clv_models[k] == clv_baseline)
			CHECK_REL(fitted.par[0] / fitted.par[1], 0.1, 1e-6, "r/alpha");
		fitted = run_rows(name, never, LENGTH(never));
		CHECK(fitted.status == CLV_BOUNDARY && fabs(fitted.loglik) < 1e-6, "%s, one-time buyers: %g, %s",
			  name, fitted.loglik, fitted.message);
	}
}

/* A base without attrition: Pareto/NBD goes to NBD, and says so. */
static void
test_no_attrition(void)
{
	MakeRow    *row = malloc(SIMULATED * sizeof(MakeRow));
	ClvFitted	nbd;
	ClvFitted	pareto;

	simulate(1, true, row);
	nbd = run_rows("nbd", row, SIMULATED);
	pareto = run_rows("paretonbd", row, SIMULATED);
	CHECK(nbd.status == CLV_CONVERGED, "NBD: %s", nbd.message);
	CHECK(pareto.loglik >= nbd.loglik - 1e-6, "Pareto/NBD: %.10g is below NBD's %.10g",
		  pareto.loglik, nbd.loglik);
	CHECK(pareto.loglik - nbd.loglik < 6.0, "Pareto/NBD: %.10g is far above NBD's %.10g",
		  pareto.loglik, nbd.loglik);
	if (pareto.status == CLV_BOUNDARY)
		CHECK(strstr(pareto.message, "no sign that customers ever leave") != NULL, "%s",
			  pareto.message);
	free(row);
}

/*
 * Sixty customers buy once in six days, and all fall silent after two months:
 * the likelihood rises the more they leave at one age, 64, towards -1713.78,
 * that of purchases at one rate until then.  e^(64 b) has to stay a number, so
 * that it ends a little before.  Probabilities at these parameters in 50-digit
 * arithmetic.
 */
static void
test_one_age(void)
{
	static const double par[] = {100000000.00000018, 641321891.55251718, 5.2970040584882279,
	166.94871962459064, 9.9999999999998817e+149};
	static const struct
	{
		ClvCustomer row;
		double		ahead;
		double		want;
	}			alive[] = {
		{{0, 0, 0}, 63, 0.99858345504644569}, {{0, 0, 0}, 65, 7.0439494882497865e-22},
		{{0, 0, 0}, 80, 0.0}, {{10, 62, 63}, 0, 0.99854907211230144},
		{{10, 62, 64}, 0, 0.74760643449510033}, {{10, 62, 120}, 0, 0.0}
	};
	static const ClvCustomer newcomer = {0, 0, 0, 0};
	MakeRow		row[60];
	ClvFitted	fit;
	double		purchases = NAN;
	size_t		i;

	for (i = 0; i < 60; i++)
		row[i] = (MakeRow) {8 + (i + 1) % 5, 56 + (i + 1) % 9, 120, 0, 1};
	fit = run_rows("ggompertznbd", row, 60);
	CHECK(fit.status == CLV_BOUNDARY && fabs(fit.loglik + 1716.7635868) < 1e-6,
		  "one age: status %d, lnL %.12g: %s", fit.status, fit.loglik, fit.message);
	for (i = 0; i < sizeof(alive) / sizeof(alive[0]); i++)
	{
		double		out = NAN;

		clv_predict_p_alive(fit.model, par, &alive[i].row, alive[i].ahead, &out);
		CHECK(fabs(out - alive[i].want) <= 1e-11 * alive[i].want, "one age: alive %zu %.15g, not %.15g",
			  i, out, alive[i].want);
	}
	clv_predict_purchases(fit.model, par, &newcomer, 0.0, 120.0, &purchases);
	CHECK(fabs(purchases / 9.9996288957205811 - 1.0) < 1e-12, "one age: %.15g purchases", purchases);
}

static void
test_golden(void)
{
	check_golden("paretonbd", golden_paretonbd_fit, LENGTH(golden_paretonbd_fit));
	check_golden("nbd", golden_nbd_fit, LENGTH(golden_nbd_fit));
	check_golden("ggompertznbd", golden_ggompertznbd_fit, LENGTH(golden_ggompertznbd_fit));
}

int
main(void)
{
	RUN(test_golden);
	RUN(test_simulated);
	RUN(test_limits);
	RUN(test_no_attrition);
	RUN(test_one_age);
	CHECK_DONE("dropout fit");
}
