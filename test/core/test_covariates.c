/*
 * test_covariates.c
 *		Fits to a base with static covariates, and what they say of customers.
 *
 * Likelihoods and derivatives are held against 60-digit arithmetic
 * (golden_covariates.h); fits against what must not change them, against
 * separate fits where these are the same, and against simulations.
 */
#include "check.h"
#include "evaluate.h"
#include "fit/covariates.h"
#include "make_groups.h"

#define MAX_GOLDEN	10

typedef struct GoldenCovariates
{
	const char *model;
	double		par[MAX_GOLDEN];
	double		loglik;
	double		grad[MAX_GOLDEN];
	double		hess[CLV_PACKED(MAX_GOLDEN)];
} GoldenCovariates;

#include "golden_covariates.h"
#include "model/prediction.h"
#include "models/list.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

static const char *const taking[] = {"bgnbd", "mbgnbd", "paretonbd"};

/* Each within rounding of the largest of its kind. */
static void
check_numbers(const double *got, const double *want, int n, double tolerance,
			  const char *label)
{
	double		largest = 1.0;
	int			i;

	for (i = 0; i < n; i++)
		largest = fmax(largest, fabs(want[i]));
	for (i = 0; i < n; i++)
		CHECK(fabs(got[i] - want[i]) <= tolerance * largest,
			  "%s, number %d: %.17g, not %.17g", label, i, got[i], want[i]);
}

/* "taking" is all of those that the list has; the others are told of them. */
static void
test_taking(void)
{
	const ClvBase base = {.ncov = 1};
	ClvError	err;
	int			n = 0;
	int			k;

	for (k = 0; clv_models[k] != NULL; k++)
		n += clv_models[k]->covariate != NULL;
	CHECK(n == (int) LENGTH(taking), "%d models take covariates", n);
	for (k = 0; clv_models[k] != NULL; k++)
	{
		if (clv_models[k]->covariate == NULL)
			CHECK(clv_covariates_check(clv_models[k], &base, make_name, 1, &err) == CLV_BAD_ARGUMENT &&
				  strcmp(err.hint, "Those that do are: bgnbd, mbgnbd, paretonbd.") == 0,
				  "%s: %s", clv_models[k]->name, err.hint);
		else
			CHECK(clv_covariates_check(clv_models[k], &base, make_name, 1, &err) == CLV_OK,
				  "%s: %s", clv_models[k]->name, err.message);
	}
}

static void
test_golden(void)
{
	ClvBase		base;
	size_t		k;

	make_groups(golden_row, LENGTH(golden_row), 2, &base);
	CHECK(base.ngroup == 4, "%zu groups", base.ngroup);
	for (k = 0; k < LENGTH(golden); k++)
	{
		const GoldenCovariates *g = &golden[k];
		ClvCovariates *c = clv_covariates_new(clv_model_find(g->model), &base, make_name, true);
		const ClvModel *model = clv_covariates_model(c);
		ClvSums		sums;
		ClvSums		parts;

		while (clv_covariates_step(c) == CLV_CONTINUE)
			;
		sums = evaluate(model, &base, g->par, 8192);
		parts = evaluate(model, &base, g->par, 1);

		CHECK_REL(sums.loglik, g->loglik, 1e-13, g->model);
		check_numbers(sums.grad, g->grad, model->nparam, 1e-12, g->model);
		check_numbers(sums.hess, g->hess, CLV_PACKED(model->nparam), 1e-11, g->model);
		CHECK(memcmp(&sums, &parts, sizeof(sums)) == 0, "%s: slices matter", g->model);
		clv_covariates_free(c);
	}
	clv_base_free(&base);
}

/* A customer of a model; whole days. */
static MakeRow
draw(const ClvModel *model, const double *par, uint64_t seed, size_t which)
{
	ClvRandom	random;
	ClvLife		life;
	MakeRow		row = {0.0, 0.0, 0.0, 0.0, 1.0};
	double		at;

	clv_random_init(&random, seed, which);
	row.t = 200.0 + floor(200.0 * clv_random_uniform(&random));
	model->transactions->draw(model, par, &random, &life);
	while ((at = model->transactions->next(model, &life, &random)) <= row.t)
	{
		row.x += 1.0;
		row.tx = ceil(at);
	}
	return row;
}

/* Coefficients of both signs; one covariate is 0 or 1, the other near 30. */
static const double truth[3][MAX_GOLDEN] = {
	{0.8, 40.0, 0.6, 2.5, 0.9, -0.04, -0.7, 0.05, 0.4, -0.03},
	{0.8, 40.0, 0.6, 2.5, -0.9, 0.04, 0.7, -0.05, -0.4, 0.03},
	{0.8, 40.0, 0.7, 60.0, 0.9, -0.04, -0.8, 0.06}
};

/* A fit that knows the truth. */
static ClvFitted
known(int m)
{
	ClvFitted	fit;

	memset(&fit, 0, sizeof(fit));
	fit.model = clv_model_find(taking[m]);
	fit.ncov = 2;
	fit.limit = -1;
	memcpy(fit.covariate, make_name, sizeof(fit.covariate));
	memcpy(fit.par, truth[m], sizeof(truth[m]));
	return fit;
}

static GroupedRow *
simulate(int m, size_t n, uint64_t seed)
{
	GroupedRow *row = calloc(n, sizeof(GroupedRow));
	ClvFitted	fit = known(m);
	ClvFitted	at;
	ClvError	err;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		row[i].v[0] = (double) (i % 3 == 0);
		row[i].v[1] = 20.0 + (double) (i * 7 % 5) * 5.0;
		if (clv_fitted_at(&fit, row[i].v, &at, &err) != CLV_OK)
			abort();
		row[i].row = draw(fit.model, at.par, seed, i);
	}
	return row;
}

/* The log-likelihood of rows by the plain model of each customer's covariates. */
static double
sum_of_plain(const ClvFitted *fit, const GroupedRow *row, size_t n)
{
	double		sum = 0.0;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		ClvCustomer own = {row[i].row.x, row[i].row.tx, row[i].row.t, 0};
		ClvFitted	at;
		ClvError	err;
		double		loglik;

		if (clv_fitted_at(fit, row[i].v, &at, &err) != CLV_OK ||
			clv_predict_loglik(fit->model, at.par, &own, &loglik) != CLV_OK)
			return NAN;
		sum += row[i].row.n * loglik;
	}
	return sum;
}

/* True values within five standard errors. */
static void
check_near(const ClvFitted *fit, const double *want)
{
	int			i;

	CHECK(fit->status == CLV_CONVERGED, "%s: %s", fit->model->name, fit->message);
	for (i = 0; i < clv_param_count(fit); i++)
	{
		double		se = sqrt(fit->cov[CLV_PACK(i, i)]);
		double		gap = i < fit->model->nparam ? log(fit->par[i] / want[i]) : fit->par[i] - want[i];
		char		name[CLV_PARAM_NAME];

		clv_param_name(fit, i, name);
		CHECK(se > 0.0 && se < 1.0, "%s %s: standard error %g", fit->model->name, name, se);
		CHECK(fabs(gap) < 5.0 * se, "%s %s: %g, simulated with %g, error %g",
			  fit->model->name, name, fit->par[i], want[i], se);
	}
}

/* The same fit in other units and from another origin of the covariates. */
static void
check_moved(const ClvFitted *a, const GroupedRow *row, size_t n)
{
	static const double origin[] = {1.0, 300.0};
	GroupedRow *moved = malloc(n * sizeof(GroupedRow));
	ClvFitted	b;
	ClvFitted	at;
	ClvError	err;
	size_t		i;
	int			k;

	memcpy(moved, row, n * sizeof(GroupedRow));
	for (i = 0; i < n; i++)
	{
		moved[i].v[0] = row[i].v[0] - origin[0];
		moved[i].v[1] = 1000.0 * (row[i].v[1] - origin[1]);
	}
	b = run_grouped(a->model->name, moved, n, 2);
	CHECK(clv_fitted_at(a, origin, &at, &err) == CLV_OK, "%s", err.message);
	CHECK(b.status == a->status, "%s", b.message);
	CHECK_REL(b.loglik, a->loglik, 1e-13, "likelihood in other units");
	for (k = 0; k < a->model->nparam; k++)
		CHECK_REL(b.par[k], at.par[k], 1e-7, "parameter at the other origin");
	for (k = 0; k < CLV_PACKED(a->model->nparam); k++)
		CHECK(fabs(b.cov[k] - at.cov[k]) < 1e-6 * fabs(at.cov[CLV_PACK(a->model->nparam - 1, a->model->nparam - 1)]),
			  "covariance %d at the other origin: %g, not %g", k, b.cov[k], at.cov[k]);
	for (k = a->model->nparam; k < clv_param_count(a); k++)
	{
		double		scale = (k - a->model->nparam) % 2 == 0 ? 1.0 : 1000.0;

		CHECK_REL(b.par[k] * scale, a->par[k], 1e-7, "coefficient in another unit");
		CHECK_REL(b.cov[CLV_PACK(k, k)] * scale * scale, a->cov[CLV_PACK(k, k)], 1e-6, "its variance");
	}
	free(moved);
}

#define SIMULATED	6000

static void
test_simulated(void)
{
	int			m;

	for (m = 0; m < (int) LENGTH(taking); m++)
	{
		GroupedRow *row = simulate(m, SIMULATED, 20240607);
		ClvFitted	fit = run_grouped(taking[m], row, SIMULATED, 2);
		ClvFitted	plain;
		ClvFitted	truly = known(m);
		ClvBase		base;

		make_groups(row, SIMULATED, 2, &base);
		plain = run_fit(taking[m], &base);
		clv_base_free(&base);
		check_near(&fit, truth[m]);
		CHECK_REL(sum_of_plain(&fit, row, SIMULATED), fit.loglik, 1e-12, "sum of plain likelihoods");
		CHECK(fit.loglik >= sum_of_plain(&truly, row, SIMULATED), "the truth is likelier");
		CHECK(fit.loglik > plain.loglik + 20.0, "%g, %g without covariates", fit.loglik, plain.loglik);
		CHECK(plain.ncov == 0 && plain.customers == SIMULATED, "a fit without covariates");
		check_moved(&fit, row, SIMULATED);
		free(row);
	}
}

/*
 * Customers, and the same customers in a slower world: there all times are
 * twice as long.  r, s, a and b are those of either alone.
 */
static void
test_separate(void)
{
	int			m;

	for (m = 0; m < (int) LENGTH(taking); m++)
	{
		GroupedRow *row = realloc(simulate(m, SIMULATED, 77), 2 * SIMULATED * sizeof(GroupedRow));
		ClvFitted	fit;
		ClvFitted	alone;
		ClvFitted	slow;
		int			n;
		int			k;
		size_t		i;

		for (i = 0; i < SIMULATED; i++)
		{
			memset(row[i].v, 0, sizeof(row[i].v));
			row[SIMULATED + i] = row[i];
			row[SIMULATED + i].row.tx *= 2.0;
			row[SIMULATED + i].row.t *= 2.0;
			row[SIMULATED + i].v[0] = 1.0;
		}
		fit = run_grouped(taking[m], row, 2 * SIMULATED, 1);
		alone = run_grouped(taking[m], row, SIMULATED, 0);
		slow = run_grouped(taking[m], row + SIMULATED, SIMULATED, 0);
		n = fit.model->nparam;
		CHECK(fit.status == CLV_CONVERGED, "%s", fit.message);
		CHECK_REL(fit.loglik, alone.loglik + slow.loglik, 1e-12, "likelihood of both");
		for (k = 0; k < n; k++)
			CHECK_REL(fit.par[k], alone.par[k], 1e-6, "parameters of either");
		for (k = n; k < clv_param_count(&fit); k++)
		{
			int			covariate;
			int			owner = clv_coefficient_of(&fit, k, &covariate);
			double		want = fit.model->param[owner].time_power == 1 ? -log(2.0) : 0.0;

			CHECK(fabs(fit.par[k] - want) < 1e-6, "%s: coefficient %d is %g, not %g", taking[m], k, fit.par[k], want);
		}
		free(row);
	}
}

/* A covariate that tells nothing beside the others is held, and told. */
static void
test_unused(void)
{
	GroupedRow *row = simulate(2, SIMULATED, 5);
	ClvFitted	fit = run_grouped("paretonbd", row, SIMULATED, 2);
	ClvFitted	constant;
	ClvFitted	twice;
	size_t		i;

	for (i = 0; i < SIMULATED; i++)
	{
		row[i].v[2] = row[i].v[1];
		row[i].v[1] = 0.1;
	}
	constant = run_grouped("paretonbd", row, SIMULATED, 3);
	CHECK(constant.status == CLV_NOT_CONVERGED && !constant.has_cov, "status %d", constant.status);
	CHECK(strcmp(constant.message, "covariate two is the same for all customers: its coefficients are held at 0") == 0,
		  "%s", constant.message);
	CHECK_REL(constant.loglik, fit.loglik, 1e-14, "likelihood without the constant");
	CHECK(constant.par[5] == 0.0 && constant.par[8] == 0.0, "constant's coefficients");
	CHECK_REL(constant.par[6], fit.par[5], 1e-9, "coefficient after the constant");
	CHECK_REL(constant.par[1], fit.par[1], 1e-9, "alpha beside a constant");

	for (i = 0; i < SIMULATED; i++)
	{
		row[i].v[1] = row[i].v[2];
		row[i].v[2] = 3.0 * row[i].v[0] - 0.1 * row[i].v[1] + 7.0;
	}
	twice = run_grouped("paretonbd", row, SIMULATED, 3);
	CHECK(twice.status == CLV_NOT_CONVERGED && !twice.has_cov, "status %d", twice.status);
	CHECK(strcmp(twice.message, "covariate three follows from those before it: its coefficients are held at 0") == 0,
		  "%s", twice.message);
	CHECK_REL(twice.loglik, fit.loglik, 1e-13, "likelihood without what follows");
	CHECK_REL(twice.par[5], fit.par[5], 1e-9, "coefficient before what follows");
	free(row);
}

/* A coefficient without a maximum, and zero out of sight. */
static void
test_limits(void)
{
	GroupedRow *row = simulate(2, SIMULATED, 9);
	ClvFitted	fit;
	ClvFitted	plain;
	size_t		i;

	for (i = 0; i < SIMULATED; i++)
	{
		row[i].v[1] = 0.0;
		if (row[i].v[0] == 1.0)
			row[i].row.x = row[i].row.tx = 0.0;
	}
	fit = run_grouped("paretonbd", row, SIMULATED, 1);
	CHECK(fit.status == CLV_BOUNDARY && fit.limit >= fit.model->nparam, "status %d, limit %d", fit.status, fit.limit);
	CHECK(strstr(fit.message, "one tells customers apart so sharply") != NULL, "%s", fit.message);
	free(row);

	row = simulate(2, SIMULATED, 9);
	for (i = 0; i < SIMULATED; i++)
		row[i].v[1] = 1e9 + row[i].v[1];
	fit = run_grouped("paretonbd", row, SIMULATED, 2);
	CHECK(fit.status == CLV_NOT_CONVERGED && strstr(fit.message, "take the mean off") != NULL, "status %d: %s",
		  fit.status, fit.message);

	/* what it gives out is the fit without them, with the likelihood of that */
	plain = run_grouped("paretonbd", row, SIMULATED, 0);
	CHECK(fit.loglik == plain.loglik && memcmp(fit.par, plain.par, sizeof(fit.par)) == 0, "not the plain fit: %g, %g",
		  fit.loglik, plain.loglik);
	free(row);
}

/*
 * Covariates that have nothing to do with customers, in small and odd bases:
 * never is the fit less likely than the one without them.
 */
static void
test_likelier(void)
{
	static const double rough[][4] = {
		{0.2, 40.0, 0.3, 0.3}, {3.0, 600.0, 0.05, 3.0}, {0.8, 40.0, 8.0, 2.0}
	};
	int			bases = 0;
	int			m;
	int			k;

	for (m = 0; m < (int) LENGTH(taking); m++)
	{
		for (k = 0; k < 60; k++)
		{
			const size_t n = 40;
			GroupedRow *row = calloc(n, sizeof(GroupedRow));
			ClvFitted	fit;
			ClvFitted	plain;
			size_t		i;

			for (i = 0; i < n; i++)
			{
				row[i].row = draw(clv_model_find(taking[m]), rough[k % 3], 100 + k, i);
				row[i].v[0] = (double) (i % 4 == 0);
				row[i].v[1] = (double) (i * i % 11);
			}
			fit = run_grouped(taking[m], row, n, 2);
			plain = run_grouped(taking[m], row, n, 0);
			CHECK(fit.loglik >= plain.loglik - 1e-9 * fabs(plain.loglik), "%s, base %d: %.12g, but %.12g without (%s)",
				  taking[m], k, fit.loglik, plain.loglik, fit.message);
			bases += plain.loglik < 0.0;
			free(row);
		}
	}
	CHECK(bases == 60 * (int) LENGTH(taking), "%d bases", bases);
}

/* Everybody leaves with the same chance; half buy at half the rate. */
static GroupedRow *
simulate_alike(uint64_t seed)
{
	const double alike[] = {0.8, 40.0, 1e6, 9e6};
	const double slower[] = {0.8, 80.0, 1e6, 9e6};
	GroupedRow *row = calloc(SIMULATED, sizeof(GroupedRow));
	size_t		i;

	for (i = 0; i < SIMULATED; i++)
	{
		row[i].v[0] = (double) (i % 2);
		row[i].row = draw(clv_model_find("bgnbd"), i % 2 == 0 ? alike : slower, seed, i);
	}
	return row;
}

/* a and b have no maximum, and the purchase rates are found all the same. */
static void
test_alike(void)
{
	GroupedRow *row = simulate_alike(16);
	ClvFitted	fit = run_grouped("bgnbd", row, SIMULATED, 1);

	CHECK(fit.status == CLV_BOUNDARY && !fit.has_cov && (fit.limit == 2 || fit.limit == 3), "status %d, limit %d",
		  fit.status, fit.limit);
	CHECK(strstr(fit.message, "a and b grow without limit at a/b = 0.1") != NULL &&
		  strstr(fit.message, "customers do not differ in their chance of leaving") != NULL, "%s", fit.message);
	CHECK(fabs(fit.par[4] + log(2.0)) < 0.1, "alpha.one is %g", fit.par[4]);
	CHECK_REL(sum_of_plain(&fit, row, SIMULATED), fit.loglik, 1e-12, "likelihood at the limit");
	free(row);
}

/*
 * A limit that is one of some customers alone is told as one of a coefficient:
 * by chance those of one half of this base seem to differ, the others not.
 */
static void
test_alike_in_part(void)
{
	GroupedRow *row = simulate_alike(13);
	GroupedRow *half = calloc(SIMULATED / 2, sizeof(GroupedRow));
	ClvFitted	fit = run_grouped("bgnbd", row, SIMULATED, 1);
	size_t		i;
	int			which;

	for (which = 0; which < 2; which++)
	{
		ClvFitted	alone;

		for (i = 0; i < SIMULATED / 2; i++)
			half[i] = row[2 * i + which];
		alone = run_grouped("bgnbd", half, SIMULATED / 2, 0);
		CHECK(alone.status == (which == 0 ? CLV_CONVERGED : CLV_BOUNDARY), "half %d: %s", which, alone.message);
	}
	CHECK(fit.status == CLV_BOUNDARY && fit.limit >= 5, "status %d, limit %d", fit.status, fit.limit);
	CHECK(strstr(fit.message, ".one grows without limit: one tells customers apart so sharply") != NULL, "%s",
		  fit.message);
	free(half);
	free(row);
}

/*
 * Those of one value never buy again, the others do: it is not so that hardly
 * anyone does, whichever parameter the search takes to its limit.
 */
static void
test_never(void)
{
	static const int every[] = {2, 100, 1000};
	int			m;
	int			k;

	for (m = 0; m < (int) LENGTH(taking); m++)
	{
		for (k = 0; k < (int) LENGTH(every); k++)
		{
			GroupedRow *row = calloc(SIMULATED, sizeof(GroupedRow));
			ClvFitted	fit;
			size_t		i;

			for (i = 0; i < SIMULATED; i++)
			{
				row[i].row = draw(clv_model_find(taking[m]), truth[m], 42, i);
				row[i].v[0] = (double) (i % every[k] == 0);
				if (row[i].v[0] == 1.0)
					row[i].row.x = row[i].row.tx = 0.0;
			}
			fit = run_grouped(taking[m], row, SIMULATED, 1);
			CHECK(fit.status == CLV_BOUNDARY && fit.limit >= fit.model->nparam, "%s, 1 of %d: status %d, limit %d",
				  taking[m], every[k], fit.status, fit.limit);
			CHECK(strstr(fit.message, "one tells customers apart so sharply") != NULL, "%s", fit.message);
			CHECK((strstr(fit.message, "grows") != NULL) == (fit.par[fit.limit] > 0.0), "%s, but it is %g",
				  fit.message, fit.par[fit.limit]);
			free(row);
		}
	}
}

/*
 * Customers of Pareto/NBD whose likelihood under BG/NBD has no maximum with
 * covariates, though it has one without them: that is told, and no numbers are
 * given out as errors.  Pareto/NBD itself is found.
 */
static void
test_contrast(void)
{
	const size_t n = 600;
	GroupedRow *row = calloc(n, sizeof(GroupedRow));
	ClvFitted	known_fit = known(2);
	const double par[] = {1.2, 200.0, 2.0, 500.0, 0.3, 0.6, 0.8, -0.4};
	ClvFitted	fit;
	ClvFitted	at;
	ClvError	err;
	size_t		i;

	memcpy(known_fit.par, par, sizeof(par));
	for (i = 0; i < n; i++)
	{
		row[i].v[0] = (double) (i % 2);
		row[i].v[1] = (double) (i % 3 == 0);
		if (clv_fitted_at(&known_fit, row[i].v, &at, &err) != CLV_OK)
			abort();
		row[i].row = draw(known_fit.model, at.par, 5, i);
	}
	fit = run_grouped("bgnbd", row, n, 0);
	CHECK(fit.status == CLV_CONVERGED, "bgnbd without covariates: %s", fit.message);
	fit = run_grouped("bgnbd", row, n, 2);
	CHECK(fit.status == CLV_BOUNDARY && !fit.has_cov && fit.limit == 2, "bgnbd: status %d, limit %d", fit.status, fit.limit);
	CHECK(strstr(fit.message, "a and b grow without limit") != NULL, "bgnbd: %s", fit.message);
	fit = run_grouped("paretonbd", row, n, 2);
	CHECK(fit.status == CLV_CONVERGED && fit.has_cov, "paretonbd: %s", fit.message);
	for (i = 0; i < 8; i++)
	{
		double		se = sqrt(fit.cov[CLV_PACK(i, i)]);
		double		gap = i < 4 ? log(fit.par[i] / par[i]) : fit.par[i] - par[i];

		CHECK(se < 1.0 && fabs(gap) < 3.0 * se, "paretonbd, parameter %zu: %g, error %g", i, fit.par[i], se);
	}
	free(row);
}

/* ln of the posterior density, but for a constant, of parameters as they are given out. */
static double
posterior(const ClvFitted *fit, const GroupedRow *row, size_t n)
{
	double		sum = sum_of_plain(fit, row, n);
	int			i;

	for (i = 0; i < clv_param_count(fit); i++)
	{
		double		from = i < fit->model->nparam ? log(fit->par[i] / fit->prior.median[i]) :
			fit->par[i] - fit->prior.median[i];

		sum -= 0.5 * from * from / (fit->prior.sd[i] * fit->prior.sd[i]);
	}
	return sum;
}

/* Few customers: the prior matters.  At the mode every slope is 0. */
static void
test_prior(void)
{
	const size_t n = 60;
	GroupedRow *row = simulate(2, n, 3);
	ClvBase		base;
	ClvPrior	prior;
	ClvFitted	fit;
	ClvFitted	up;
	ClvFitted	down;
	int			i;

	make_groups(row, n, 2, &base);
	clv_prior_default(clv_model_find("paretonbd"), 1.0, 1.0, &prior);
	prior.sd[1] = 0.5;
	prior.median[5] = -0.02;
	prior.sd[5] = 0.01;
	fit = run_covariates(clv_model_find("paretonbd"), &base, &prior);
	CHECK(fit.status == CLV_CONVERGED && fit.has_prior, "%s", fit.message);
	CHECK_REL(sum_of_plain(&fit, row, n), fit.loglik, 1e-12, "likelihood without the prior");
	for (i = 0; i < clv_param_count(&fit); i++)
	{
		double		step = 1e-4 * sqrt(fit.cov[CLV_PACK(i, i)]);
		double		slope;

		up = down = fit;
		up.par[i] = i < 4 ? fit.par[i] * exp(step) : fit.par[i] + step;
		down.par[i] = i < 4 ? fit.par[i] * exp(-step) : fit.par[i] - step;
		slope = (posterior(&up, row, n) - posterior(&down, row, n)) / 2e-4;
		CHECK(fabs(slope) < 1e-5, "slope by parameter %d: %g", i, slope);
	}
	clv_base_free(&base);
	free(row);
}

/* What a customer's covariates make of a fit. */
static void
test_at(void)
{
	const double v[] = {1.0, 30.0};
	const double wrong[] = {1.0, NAN};
	const double far[] = {1.0, 1e5};
	GroupedRow *row = simulate(2, 2000, 11);
	ClvFitted	fit = run_grouped("paretonbd", row, 2000, 2);
	ClvFitted	at;
	ClvFitted	again;
	ClvError	err;
	const double lean[] = {0.0, 1.0, 0.0, 0.0, -1.0, -30.0, 0.0, 0.0};
	double		variance = 0.0;
	int			i;
	int			j;

	CHECK(clv_fitted_at(&fit, v, &at, &err) == CLV_OK, "%s", err.message);
	CHECK(at.at_covariates && at.ncov == 0 && at.loglik == 0.0 && clv_param_count(&at) == 4, "a plain model");
	CHECK_REL(at.par[1], fit.par[1] * exp(-fit.par[4] - 30.0 * fit.par[5]), 1e-14, "alpha");
	CHECK_REL(at.par[3], fit.par[3] * exp(-fit.par[6] - 30.0 * fit.par[7]), 1e-14, "beta");
	CHECK(at.par[0] == fit.par[0] && at.par[2] == fit.par[2], "r and s");
	for (i = 0; i < 8; i++)
	{
		for (j = 0; j < 8; j++)
			variance += lean[i] * fit.cov[CLV_PACK(i, j)] * lean[j];
	}
	CHECK_REL(at.cov[CLV_PACK(1, 1)], variance, 1e-9, "variance of ln alpha");
	CHECK(clv_fitted_at(&at, v, &again, &err) == CLV_BAD_ARGUMENT, "of a plain model");
	CHECK(clv_fitted_at(&fit, wrong, &again, &err) == CLV_BAD_ARGUMENT && strstr(err.message, "\"two\"") != NULL,
		  "%s", err.message);
	CHECK(clv_fitted_at(&fit, far, &again, &err) == CLV_OUT_OF_RANGE, "%s", err.message);
	free(row);
}

static void
test_names(void)
{
	static const ClvCovariateName empty[] = {""};
	static const ClvCovariateName same[] = {"a", "b", "a"};
	static const ClvCovariateName foreign[] = {"Stra\303\237e"};
	ClvBase		base = {.ncov = 2};
	ClvError	err;

	CHECK(clv_covariate_names_check(make_name, 3, &err) == CLV_OK, "%s", err.message);
	CHECK(clv_covariate_names_check(empty, 1, &err) == CLV_BAD_ARGUMENT, "an empty name");
	CHECK(clv_covariate_names_check(same, 3, &err) == CLV_BAD_ARGUMENT, "a name twice");
	CHECK(clv_covariate_names_check(foreign, 1, &err) == CLV_BAD_ARGUMENT, "not ASCII");
	CHECK(clv_covariates_check(clv_model_find("nbd"), &base, make_name, 2, &err) == CLV_BAD_ARGUMENT, "nbd");
	CHECK(clv_covariates_check(clv_model_find("nbd"), &base, make_name, 0, &err) == CLV_OK, "nbd without");
	CHECK(clv_covariates_check(clv_model_find("bgnbd"), &base, make_name, 3, &err) == CLV_BAD_ARGUMENT, "3 of 2");
	CHECK(clv_covariates_check(clv_model_find("bgnbd"), &base, make_name, 2, &err) == CLV_OK, "2 of 2");
}

int
main(void)
{
	RUN(test_taking);
	RUN(test_golden);
	RUN(test_simulated);
	RUN(test_separate);
	RUN(test_unused);
	RUN(test_limits);
	RUN(test_likelier);
	RUN(test_alike);
	RUN(test_alike_in_part);
	RUN(test_never);
	RUN(test_contrast);
	RUN(test_prior);
	RUN(test_at);
	RUN(test_names);
	CHECK_DONE("covariates");
}
