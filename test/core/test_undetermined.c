/*
 * test_undetermined.c
 *		Every transaction model, fitted to a base in which nobody has bought again.
 *
 * The likelihood is 1 wherever nobody buys again, so what a fit says of leaving
 * is where its search ended.  Models are taken from the list, and what each is
 * said to determine is compared with what it predicts from parameters that have
 * that likelihood: a new one is tested without a change here.
 */
#include <string.h>

#include "check.h"
#include "fit/fitted.h"
#include "make_groups.h"
#include "model/prediction.h"
#include "fit/shrink.h"
#include "fit/undetermined.h"

#define CUSTOMERS	200

static MakeRow row[CUSTOMERS];

/* None alike in age; the last one may have bought again. */
static void
make_rows(bool again)
{
	int			i;

	for (i = 0; i < CUSTOMERS; i++)
		row[i] = (MakeRow) {0.0, 0.0, 1.0 + i, 0.0, 1.0};
	if (again)
		row[CUSTOMERS - 1] = (MakeRow) {1.0, 10.0, CUSTOMERS, 0.0, 1.0};
}

static ClvFitted
fit_rows(const ClvModel *model, const ClvPrior *prior)
{
	ClvFitOptions options = {.prior = prior};
	ClvBase		base;
	ClvFitted	fitted;

	make_base(row, CUSTOMERS, &base);
	base.has_log_gaps = true;
	fitted = run_options(model, &base, &options);
	clv_base_free(&base);
	return fitted;
}

/* Number "which" of the parameters by which nobody buys again. */
static void
limit_params(const ClvModel *model, int which, double *par)
{
	ClvRandom	random;
	int			i;

	clv_random_init(&random, 5, which);
	par[0] = 1e-12;
	par[1] = exp(3.0 * clv_random_normal(&random));
	for (i = CLV_BUYING_PARAMS; i < model->nparam; i++)
		par[i] = model->param[i].typical * exp(3.0 * clv_random_normal(&random));
	if (model->most > 0)
		par[model->nparam - 1] = 1.0 + which % model->most;
}

typedef struct Spread
{
	double		least;
	double		most;
} Spread;

static void
spread_add(Spread *spread, double value)
{
	spread->least = fmin(spread->least, value);
	spread->most = fmax(spread->most, value);
}

/*
 * A prediction that is determined by the limit is the same by all parameters
 * that the likelihood does not tell apart, and one that is not is not.
 */
static void
check_told(const ClvModel *model, double x, double t, double ahead)
{
	ClvFitted	fitted = {.model = model, .undetermined = true};
	ClvCustomer one = {x, x > 0.0 ? t / 2.0 : 0.0, t, 0};
	Spread		alive = {INFINITY, -INFINITY};
	Spread		bought = {INFINITY, -INFINITY};
	Spread		purchases = {INFINITY, -INFINITY};
	ClvTold		told;
	int			which;

	for (which = 0; which < 100; which++)
	{
		ClvCustomer silent = {0.0, 0.0, 100.0, 0};
		double		par[CLV_MAX_PARAM];
		double		out = NAN;

		limit_params(model, which, par);
		CHECK(clv_predict_loglik(model, par, &silent, &out) == CLV_OK && fabs(out) < 1e-8,
			  "%s: the likelihood of no purchase is not 1 but e^%g", model->name, out);
		if (clv_predict_p_alive(model, par, &one, ahead, &out) == CLV_OK)
			spread_add(&alive, out);
		if (clv_predict_p_active(model, par, &one, 50.0, &out) == CLV_OK)
			spread_add(&bought, out);
		if (clv_predict_purchases(model, par, &one, 0.0, 50.0, &out) == CLV_OK)
			spread_add(&purchases, out);
	}
	told = clv_told_alive(&fitted, &one, ahead);
	if (told == CLV_TOLD_BY_LIMIT)
		CHECK(alive.least > 1.0 - 1e-9, "%s: P(alive) at %g + %g is from %g to %g",
			  model->name, t, ahead, alive.least, alive.most);
	else
		CHECK(told == CLV_NOT_TOLD &&
			  (x > 0.0 || alive.most - alive.least > 0.5),
			  "%s: P(alive) at %g + %g is from %g to %g", model->name, t, ahead,
			  alive.least, alive.most);
	told = clv_told_purchases(&fitted, &one);
	if (told == CLV_TOLD_BY_LIMIT)
		CHECK(bought.most < 1e-8 && purchases.most < 1e-6, "%s: up to %g purchases, P %g",
			  model->name, purchases.most, bought.most);
	else
		CHECK(told == CLV_NOT_TOLD && bought.most > 0.01 && bought.most > 2.0 * bought.least,
			  "%s: who bought again buys with a chance from %g to %g", model->name,
			  bought.least, bought.most);
	fitted.undetermined = false;
	CHECK(clv_told_alive(&fitted, &one, ahead) == CLV_TOLD_BY_PARAMETERS &&
		  clv_told_purchases(&fitted, &one) == CLV_TOLD_BY_PARAMETERS, "%s: any other fit", model->name);
}

/* As bytes, back, and refused where such a fit cannot be. */
static void
check_bytes(const ClvFitted *fitted)
{
	ClvModelValue value = {1.0, true, *fitted};
	ClvModelValue back;
	unsigned char bytes[CLV_MODEL_MAX_BYTES];
	size_t		size = clv_model_encode(&value, bytes);

	CHECK(clv_model_decode(bytes, size, &back, NULL) == CLV_OK && back.fit.undetermined &&
		  strcmp(back.fit.message, fitted->message) == 0, "%s: its bytes", fitted->model->name);
	value.fit.has_cov = true;
	CHECK(clv_model_value_check(&value, NULL) != CLV_OK, "%s with a covariance", fitted->model->name);
	value.fit = *fitted;
	value.fit.status = CLV_CONVERGED;
	value.fit.limit = -1;
	CHECK(clv_model_value_check(&value, NULL) != CLV_OK, "%s converged", fitted->model->name);
	value.fit = *fitted;
	value.fit.has_prior = true;
	clv_prior_default(fitted->model, 1.0, 1.0, &value.fit.prior);
	CHECK(clv_model_value_check(&value, NULL) != CLV_OK, "%s with a prior", fitted->model->name);
}

static void
check_model(const ClvModel *model)
{
	ClvPrior	prior;
	ClvFitted	fitted;
	int			limit = model->nparam > CLV_BUYING_PARAMS ? CLV_BUYING_PARAMS : 0;
	char		names[32];

	make_rows(false);
	fitted = fit_rows(model, NULL);
	snprintf(names, sizeof(names), "nothing about %s", model->param[limit].name);
	CHECK(fitted.undetermined && fitted.status == CLV_BOUNDARY && fitted.limit == limit &&
		  !fitted.has_cov && strstr(fitted.message, names) != NULL &&
		  fabs(fitted.loglik) < 1e-9, "%s: status %d, limit %d, lnL %g, %s", model->name,
		  fitted.status, fitted.limit, fitted.loglik, fitted.message);
	CHECK((strstr(fitted.message, "P(alive)") == NULL) ==
		  (model->leaving == CLV_LEAVES_AFTER_REPEAT), "%s: %s", model->name, fitted.message);
	check_bytes(&fitted);

	clv_prior_default(model, 1.0, 1.0, &prior);
	fitted = fit_rows(model, &prior);
	CHECK(!fitted.undetermined, "%s with a prior: %s", model->name, fitted.message);
	make_rows(true);
	fitted = fit_rows(model, NULL);
	CHECK(!fitted.undetermined &&
		  (strstr(fitted.message, "rests on the only customer") != NULL) ==
		  (limit > 0 && fitted.status != CLV_CONVERGED),
		  "%s where one has bought again: %s", model->name, fitted.message);
}

static void
test_models(void)
{
	int			m;
	int			i;

	for (m = 0; clv_models[m] != NULL; m++)
	{
		static const double t[] = {0.0, 10.0, 100.0, 1000.0};

		if (clv_models[m]->kind != CLV_TRANSACTION)
			continue;
		check_model(clv_models[m]);
		for (i = 0; i < 4; i++)
		{
			check_told(clv_models[m], 0.0, t[i], 0.0);
			check_told(clv_models[m], 0.0, t[i], 400.0);
			if (t[i] > 0.0)
				check_told(clv_models[m], 1.0, t[i], 0.0);
		}
	}
}

/* Covariates do not tell either, whatever they are. */
static void
test_covariates(void)
{
	static GroupedRow grouped[CUSTOMERS];
	ClvFitOptions options = {.ncov = 1, .covariate = make_name};
	double		v[CLV_MAX_COVARIATES] = {1.0};
	int			m;
	int			i;

	make_rows(false);
	for (i = 0; i < CUSTOMERS; i++)
		grouped[i] = (GroupedRow) {row[i], {i % 2}};
	for (m = 0; clv_models[m] != NULL; m++)
	{
		ClvBase		base;
		ClvFitted	fitted;
		ClvFitted	at;

		if (clv_models[m]->covariate == NULL)
			continue;
		make_groups(grouped, CUSTOMERS, 1, &base);
		fitted = run_options(clv_models[m], &base, &options);
		memset(&at, 0, sizeof(at));
		CHECK(fitted.undetermined && fitted.ncov == 1 && fitted.limit == CLV_BUYING_PARAMS,
			  "%s: %s", clv_models[m]->name, fitted.message);
		CHECK(clv_fitted_at(&fitted, v, &at, NULL) == CLV_OK && at.undetermined,
			  "%s at a covariate: %s", clv_models[m]->name, at.message);
		check_bytes(&at);
		clv_base_free(&base);
	}
}

/* One customer of an MBG/NBD, from the first purchase to age t. */
static MakeRow
live(const ClvModel *model, const double *par, ClvRandom *random)
{
	double		t = 30.0 + floor(335.0 * clv_random_uniform(random));
	MakeRow		one = {0.0, 0.0, t, 0.0, 1.0};
	ClvLife		life;
	double		at;

	model->transactions->draw(model, par, random, &life);
	while ((at = model->transactions->next(model, &life, random)) <= t)
	{
		one.x++;
		one.tx = at;
	}
	return one;
}

/*
 * How many must have bought again?  With fewer than so many P(alive) is often 0
 * or 1 for all, and the fit says what it rests on; with more it hardly ever is.
 */
static void
test_few(void)
{
	static MakeRow some[300];
	const ClvModel *model = clv_model_find("mbgnbd");
	double		n[2] = {0.0, 0.0};
	double		extreme[2] = {0.0, 0.0};
	double		told[2] = {0.0, 0.0};
	int			seed;
	int			i;

	for (seed = 0; seed < 600; seed++)
	{
		double		par[] = {0.5 * exp(-4.0 * (seed % 60) / 60.0), 30.0, 1.0, 1.5};
		double		mean = 0.0;
		int			again = 0;
		int			many;
		ClvFitted	fitted;

		for (i = 0; i < 300; i++)
		{
			ClvRandom	random;

			clv_random_init(&random, seed, i);
			some[i] = live(model, par, &random);
			again += some[i].x > 0.0;
		}
		fitted = run_rows("mbgnbd", some, 300);
		for (i = 0; i < 300; i++)
		{
			ClvCustomer one = {some[i].x, some[i].tx, some[i].t, 0};
			double		out = NAN;

			clv_predict_p_alive(model, fitted.par, &one, 0.0, &out);
			mean += out / 300.0;
		}
		many = again >= 20;
		n[many]++;
		extreme[many] += mean < 0.05 || mean > 0.95;
		told[many] += (strstr(fitted.message, "rests on") != NULL) ==
			(!many && again > 0 && fitted.status != CLV_CONVERGED);
	}
	CHECK(n[0] > 200.0 && extreme[0] > 0.4 * n[0], "few: %g of %g bases", extreme[0], n[0]);
	CHECK(n[1] > 200.0 && extreme[1] < 0.03 * n[1], "many: %g of %g bases", extreme[1], n[1]);
	CHECK(told[0] == n[0] && told[1] == n[1], "told of %g of %g, %g of %g", told[0], n[0], told[1], n[1]);
}

int
main(void)
{
	RUN(test_models);
	RUN(test_covariates);
	RUN(test_few);
	CHECK_DONE("undetermined");
}
