/*
 * test_absurd_draws.c
 *		What is drawn, searched and added up for absurd parameters, histories
 *		and bases: every draw ends soon, and every step of whatever is stepped.
 *
 * test_absurd.c has the predictions.  The models are those of the list, so that
 * a new one is in it unasked.
 */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "absurd.h"
#include "check.h"
#include "fit/fit.h"
#include "make_base.h"
#include "fit/objective.h"
#include "draw/future_value.h"
#include "model/prediction.h"
#include "fit/redraw.h"
#include "fit/shrink.h"
#include "draw/simulate.h"
#include "model/moments.h"
#include "models/list.h"

#define LIVES		400			/* of each model */
#define ORDERS		200			/* of a life */
#define MOST_STEPS	300			/* of one likelihood */

static const double absurd_x[] = {0, 1, 2, 30, 1e5, 1e12, 1e15};
static const double absurd_t[] = {1e-300, 1e-10, 1, 100, 1e5, 1e20, 1e100, 1e300};

static const char *
describe(const ClvModel *model, const double *par)
{
	static char text[400];
	int			used = snprintf(text, sizeof(text), "%s(", model->name);
	int			i;

	for (i = 0; i < model->nparam; i++)
		used += snprintf(text + used, sizeof(text) - used, "%.17g%s", par[i],
						 i + 1 < model->nparam ? ", " : ")");
	return text;
}

/* The longest that a call of the running test took. */
static double slowest;

static void
check_time(double begin, const char *what, const ClvModel *model, const double *par)
{
	double		took = milliseconds() - begin;

	slowest = fmax(slowest, took);
	CHECK(took < MOST_MS, "%s took %.0f ms: %s", what, took, describe(model, par));
}

static void
tell(const char *what)
{
	printf("  %s: at most %.1f ms\n", what, slowest);
	slowest = 0.0;
}

/* A history that the model takes. */
static bool
draw_row(const ClvModel *model, double absurd, ClvCustomer *row)
{
	row->x = uniform() < absurd ? pick(absurd_x, LENGTH(absurd_x)) : floor(10.0 * uniform());
	row->t = uniform() < absurd ? pick(absurd_t, LENGTH(absurd_t)) : 365.0 * uniform();
	if (model->discrete)
	{
		row->t = fmin(ceil(row->t), 1e6);
		row->x = fmin(row->x, row->t);
	}
	row->tx = row->x > 0.0 ? row->t * (uniform() < 0.2 ? 1.0 : uniform()) : 0.0;
	if (model->discrete)
		row->tx = fmax(floor(row->tx), row->x);
	return clv_model_row_check(model, row, NULL) == CLV_OK;
}

/*
 * The variates themselves: within their bounds, and outside of the domain none,
 * neither a number nor an endless search for one.
 */
static void
test_variates(void)
{
	static const double shape[] = {
		NAN, -INFINITY, -1e300, -2.5, 0.0, 5e-324, 1e-300, 1e-100, 1e-5, 0.5, 1.0,
		3.0, 1e5, 1e16, 1e100, 1e300, 1.7e308, INFINITY
	};
	int			i;
	int			j;
	int			k;

	clv_random_init(&chance, 20261204, 0);
	for (i = 0; i < LENGTH(shape); i++)
	{
		for (j = 0; j < LENGTH(shape); j++)
		{
			bool		proper = shape[i] > 0.0 && shape[j] > 0.0 &&
				isfinite(shape[i]) && isfinite(shape[j]);
			double		begin = milliseconds();

			for (k = 0; k < 200; k++)
			{
				double		g = clv_random_gamma(&chance, shape[i], shape[j]);
				double		b = clv_random_beta(&chance, shape[i], shape[j]);

				CHECK(proper ? g >= 0.0 : isnan(g), "gamma(%g, %g): %g",
					  shape[i], shape[j], g);
				CHECK((b >= 0.0 && b <= 1.0) ||
					  (isnan(b) && !(proper && fmin(shape[i], shape[j]) >= 1e-100)) ||
					  (isnan(b) && isinf(shape[i] + shape[j])),
					  "beta(%g, %g): %g", shape[i], shape[j], b);
			}
			CHECK(milliseconds() - begin < MOST_MS, "variates of %g, %g took %.0f ms",
				  shape[i], shape[j], milliseconds() - begin);
		}
	}
}

/* Purchases of one life, the first of which is not before "from". */
static void
check_life(const ClvModel *model, const double *par, double from, ClvLife *life)
{
	double		before = from;
	double		at = from;
	double		begin = milliseconds();
	int			i;

	for (i = 0; i < ORDERS && !isinf(at); i++)
	{
		at = model->transactions->next(model, life, &chance);
		CHECK(at >= before, "purchase at %.17g after %.17g: %s", at, before,
			  describe(model, par));
		before = at;
	}
	check_time(begin, "next", model, par);
}

static void
check_lives(const ClvModel *model, const double *par, const ClvCustomer *row)
{
	double		begin = milliseconds();
	bool		fit = clv_parameters_fit(model, par);
	ClvLife		life;

	model->transactions->draw(model, par, &chance, &life);
	check_time(begin, "draw", model, par);
	if (fit)
		check_life(model, par, 0.0, &life);
	begin = milliseconds();
	model->transactions->draw_alive(model, par, row, &chance, &life);
	check_time(begin, "draw_alive", model, par);
	if (fit && row->t <= 1e100 && row->x <= 1e12)
		check_life(model, par, row->t, &life);
}

static void
check_spend(const ClvModel *model, const double *par, const ClvCustomer *row)
{
	double		begin = milliseconds();
	double		rate = model->spend->draw_rate(model, par, row->x, row->t, &chance);
	double		spend = model->spend->draw_spend(model, par, rate, &chance);

	check_time(begin, "draw_spend", model, par);
	if (clv_parameters_fit(model, par))
		CHECK(!(spend < 0.0), "spend %g: %s", spend, describe(model, par));
}

static void
test_lives(void)
{
	double		par[CLV_MAX_PARAM];
	ClvCustomer row;
	int			k;
	int			i;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		const ClvModel *model = clv_models[k];

		clv_random_init(&chance, 20261205, k);
		for (i = 0; i < LIVES; i++)
		{
			draw_parameters(model, (i % 5 + 1) / 5.0, par);
			if (!draw_row(model, (i % 5 + 1) / 5.0, &row))
				continue;
			if (model->transactions != NULL)
				check_lives(model, par, &row);
			if (model->spend != NULL)
				check_spend(model, par, &row);
		}
	}
	tell("a life");
}

/* Of whose life every purchase is at once, if there is such a customer. */
static void
set_hasty(const ClvModel *model, double *par)
{
	int			i;

	for (i = 0; i < model->nparam; i++)
	{
		par[i] = 1.0;
		if (model->param[i].time_power > 0)
			par[i] = 1e-90;
	}
	if (model->nparam > 2 && !model->discrete)
		par[2] = 1e-12;			/* nobody leaves */
}

/* Orders without end are counted, and then there are no more. */
static void
test_simulation(void)
{
	double		par[CLV_MAX_PARAM];
	double		spend_par[] = {6.25, 3.74, 15.44};
	ClvSimulation simulation = {NULL, par, 1.0, NULL, spend_par, 10, 100, 1};
	ClvShopper	shopper;
	ClvOrder	order;
	ClvError	err;
	int			endless = 0;
	int			k;
	int			i;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		if (clv_models[k]->transactions == NULL)
			continue;
		simulation.model = clv_models[k];
		set_hasty(simulation.model, par);
		CHECK(clv_simulation_check(&simulation, 1, &err) == CLV_OK, "%s", err.message);
		clv_shopper_begin(&shopper, &simulation, 1);
		for (i = 0; i <= CLV_MAX_ORDERS && clv_shopper_next(&shopper, &order); i++)
			;
		CHECK(i <= CLV_MAX_ORDERS, "orders without end: %s", describe(simulation.model, par));
		endless += shopper.status == CLV_LIMIT;

		par[0] = 1e200;
		CHECK(clv_simulation_check(&simulation, 1, &err) == CLV_OUT_OF_RANGE,
			  "%s is simulated", describe(simulation.model, par));
	}
	CHECK(endless > 0, "no model has a customer who never ends");
}

/* Rows of customers; "absurd" as for parameters. */
static void
draw_base(const ClvModel *model, double absurd, int rows, ClvBase *base)
{
	MakeRow    *row = malloc(rows * sizeof(MakeRow));
	double		t = pick(absurd_t, LENGTH(absurd_t));
	int			n = 0;
	int			i;

	for (i = 0; i < rows; i++)
	{
		ClvCustomer one;

		if (!draw_row(model, absurd, &one))
			continue;
		if (absurd >= 1.0 && !model->discrete)
		{
			one.tx = one.x > 0.0 ? one.tx / one.t * t : 0.0;
			one.t = t;
		}
		if (clv_customer_check(&one, NULL) != CLV_OK)
			continue;
		row[n].x = one.x;
		row[n].tx = one.tx;
		row[n].t = one.t;
		row[n].m = uniform() < absurd ? pick(absurd_par, LENGTH(absurd_par)) : 1.0 + uniform();
		row[n].n = uniform() < absurd ? pick(absurd_x + 1, 4) : 1.0;
		n++;
	}
	make_base(row, n, base);
	base->has_log_gaps = true;
	free(row);
}

/* Subscribers of so many tenures. */
static void
draw_tenures(double absurd, int n, ClvBase *base)
{
	int			i;

	memset(base, 0, sizeof(*base));
	base->tenure = malloc(n * sizeof(ClvTenure));
	base->ntenure = n;
	for (i = 0; i < n; i++)
	{
		ClvTenure  *tenure = &base->tenure[i];

		tenure->t = i + (uniform() < absurd ? 20000.0 * i : 0.0);
		if (i > 0 && tenure->t <= tenure[-1].t)
			tenure->t = tenure[-1].t + 1.0;
		tenure->lost = i > 0 ? (uniform() < absurd ? 1e9 : 3.0) : 0.0;
		tenure->stay = uniform() < absurd ? 1e9 : 1.0;
		base->customers += tenure->lost + tenure->stay;
	}
}

static void
base_of(const ClvModel *model, double absurd, int n, ClvBase *base)
{
	if (model->kind == CLV_CONTRACT)
		draw_tenures(absurd, n, base);
	else
		draw_base(model, absurd, n, base);
}

/*
 * The likelihood anywhere in the box that a search is kept in, of a base whose
 * customers have as many different times as there are: one step's worth.
 */
static void
test_likelihood(void)
{
	int			k;
	int			round;
	int			i;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		const ClvModel *model = clv_models[k];

		clv_random_init(&chance, 20261206, k);
		for (round = 0; round < 6; round++)
		{
			ClvObjective objective = {.model = model, .whole = model->most};
			ClvMoments	moments = {0};
			double		phi[CLV_MAX_PARAM];
			double		begin = milliseconds();
			int			points;
			ClvBase		base;

			base_of(model, round / 5.0, round < 3 ? 2000 : 200, &base);
			if (base.ncell + base.ntenure == 0 || !model->usable(model, &base))
			{
				clv_base_free(&base);
				continue;
			}
			objective.base = &base;
			while (!clv_moments_step(&moments, &base))
				;
			begin = milliseconds();
			CHECK(clv_objective_init(&objective, &moments), "no memory");
			for (points = 0; points < 12; points++)
			{
				int			steps = 0;

				for (i = 0; i < model->nparam; i++)
					phi[i] = CLV_MAX_PHI * (points % 2 == 0 ? 2.0 * uniform() - 1.0 :
											uniform() < 0.5 ? 1.0 : -1.0);
				clv_objective_begin(&objective, phi);
				check_time(begin, "begin", model, phi);
				do
				{
					begin = milliseconds();
					i = clv_objective_step(&objective);
					check_time(begin, "a step of a likelihood (phi)", model, phi);
				} while (i == CLV_CONTINUE && ++steps < MOST_STEPS * (points == 0 ? 300 : 1));
				begin = milliseconds();
			}
			clv_objective_free(&objective);
			clv_base_free(&base);
		}
		printf("  %-13s", model->name);
		tell("a step of a likelihood");
	}
}

static void
draw_prior(const ClvModel *model, ClvPrior *prior)
{
	int			i;

	clv_prior_default(model, 1.0, 1.0, prior);
	for (i = 0; i < clv_real_params(model); i++)
	{
		if (uniform() < 0.5)
			prior->median[i] = fmax(model->param[i].lower, 0.0) + pick(absurd_par, LENGTH(absurd_par));
		if (uniform() < 0.5)
			prior->sd[i] = pick(absurd_par, LENGTH(absurd_par));
	}
}

/* Steps of a fit, to its end or to many. */
static void
check_fit(const ClvModel *model, const ClvBase *base, const ClvFitOptions *options)
{
	double		begin = milliseconds();
	ClvFit	   *fit;
	ClvFitted	fitted;
	ClvStatus	status = CLV_CONTINUE;
	ClvError	err;
	int			i;

	fit = clv_fit_new(model, base, options, &err);
	check_time(begin, "the beginning of a fit", model, options->prior->median);
	if (fit == NULL)
		return;
	for (i = 0; i < 600 && status == CLV_CONTINUE; i++)
	{
		begin = milliseconds();
		status = clv_fit_step(fit, &err);
		check_time(begin, "a step of a fit (prior)", model, options->prior->median);
	}
	if (status == CLV_OK)
		clv_fit_result(fit, &fitted);
	clv_fit_free(fit);
}

static void
test_fits(void)
{
	int			k;
	int			i;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		const ClvModel *model = clv_models[k];

		clv_random_init(&chance, 20261207, k);
		for (i = 0; i < 10; i++)
		{
			ClvBase		base;
			ClvPrior	prior;
			ClvFitOptions options = {.prior = i % 2 == 0 ? NULL : &prior,
			.whole = model->most > 0 ? 1 + i % model->most : 0};

			draw_prior(model, &prior);
			options.prior = &prior;
			base_of(model, (i % 5 + 1) / 5.0, 30, &base);
			if (base.ncell + base.ntenure > 0 && model->usable(model, &base))
				check_fit(model, &base, &options);
			clv_base_free(&base);
		}
	}
	tell("a step of a fit");
}

/* A fit as it may be read from text: with a covariance that says nothing. */
static void
set_fitted(const ClvModel *model, double absurd, ClvFitted *fit)
{
	int			i;

	memset(fit, 0, sizeof(*fit));
	fit->model = model;
	draw_parameters(model, absurd, fit->par);
	fit->has_cov = true;
	for (i = 0; i < clv_real_params(model); i++)
	{
		if (model->param[i].lower > 0.0)
			fit->par[i] += model->param[i].lower;
		fit->cov[CLV_PACK(i, i)] = uniform() < absurd ? pick(absurd_par, LENGTH(absurd_par)) : 1e-2;
	}
}

static void
check_outlook(const ClvTerms *terms, const ClvCustomer *customer, int n)
{
	void	   *space = malloc(clv_outlook_space(terms, n));
	const ClvFitted *fit = terms->model;
	ClvOutlook	outlook;
	ClvRange	range;
	ClvStatus	status = CLV_CONTINUE;
	int			i;

	clv_outlook_begin(&outlook, terms, customer, n, space);
	for (i = 0; i < 40 && status == CLV_CONTINUE;)
	{
		double		begin = milliseconds();

		/* the many short steps of sorting are not counted */
		i += outlook.crowd.key == 4;

		status = clv_outlook_step(&outlook);
		check_time(begin, "a step of an outlook", fit->model, fit->par);
	}
	if (status == CLV_OK)
	{
		clv_outlook_range(&outlook, &range);
		CHECK(range.lower >= 0.0 && range.lower <= range.median && range.median <= range.upper,
			  "a value of %g, %g, %g: %s", range.lower, range.median, range.upper,
			  describe(fit->model, fit->par));
	}
	free(space);
}

static void
test_outlooks(void)
{
	int			k;
	int			i;
	int			j;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		clv_random_init(&chance, 20261208, k);
		for (i = 0; i < 12 && clv_models[k]->transactions != NULL; i++)
		{
			ClvFitted	fit;
			ClvFitted	spend;
			ClvTerms	terms = {&fit, &spend, uniform() < 0.5 ? 0.0 : 1e-3,
				uniform() < 0.3 ? 1e300 : 100.0, 0.9, 500, 1, NULL};
			ClvCustomer customer[20];
			int			n = 0;

			/* many a draw within the door, each with work of its own */
			set_fitted(clv_models[k], (i % 4) / 8.0, &fit);
			set_fitted(clv_model_find("gammagamma"), i % 4 / 20.0, &spend);
			for (j = 0; i % 3 == 0 && j < fit.model->nparam; j++)
				fit.cov[CLV_PACK(j, j)] = clv_is_whole(fit.model, j) ? 0.0 : 400.0;
			for (j = 0; j < 20; j++)
			{
				ClvCustomer row;

				if (draw_row(fit.model, (i % 5) / 5.0, &row))
					clv_customer_set(&customer[n++], &row, 1.0 + uniform());
			}
			if (n > 0)
				check_outlook(&terms, customer, n);
		}
	}
	tell("a step of an outlook");
}

static void
test_redraws(void)
{
	double		par[CLV_MAX_PARAM];
	int			endless = 0;
	int			k;
	int			i;
	int			round;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		const ClvModel *model = clv_models[k];

		clv_random_init(&chance, 20261209, k);
		for (round = 0; round < 20 && model->transactions != NULL; round++)
		{
			ClvBase		base;
			ClvRedraw  *redraw;
			ClvStatus	status = CLV_CONTINUE;
			ClvError	err;

			draw_base(model, 0.0, 50, &base);
			draw_parameters(model, 0.3, par);
			if (round == 0)
				set_hasty(model, par);
			redraw = clv_redraw_new(model, par, &base, 1, round);
			for (i = 0; status == CLV_CONTINUE && i < (round == 0 ? 1000 : 20); i++)
			{
				double		begin = milliseconds();

				status = clv_redraw_step(redraw, &err);
				check_time(begin, "a step of a base drawn", model, par);
			}
			CHECK(round > 0 || status != CLV_CONTINUE, "purchases without end: %s",
				  describe(model, par));
			endless += status == CLV_LIMIT || status == CLV_OUT_OF_RANGE;
			clv_redraw_free(redraw);
			clv_base_free(&base);
		}
	}
	CHECK(endless > 0, "no model has a customer who never ends");
	tell("a step of a base drawn");
}

static void
test_shrinking(void)
{
	const int	groups = 10000;
	ClvError	err;
	int			k;
	int			i;
	int			round;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		clv_random_init(&chance, 20261210, k);
		for (round = 0; round < 3; round++)
		{
			ClvShrink  *shrink = clv_shrink_new(groups);
			ClvStatus	status = CLV_CONTINUE;
			ClvFitted	fit;

			for (i = 0; i < groups; i++)
			{
				double		begin = milliseconds();

				set_fitted(clv_models[k], round / 4.0, &fit);
				if (clv_models[k]->most > 0)
					fit.par[clv_models[k]->nparam - 1] = 1.0;
				fit.has_prior = true;
				draw_prior(clv_models[k], &fit.prior);
				CHECK(clv_shrink_add(shrink, &fit, &err) == CLV_OK, "%s", err.message);
				check_time(begin, "a fit to be shrunk", clv_models[k], fit.par);
			}
			for (i = 0; i < 100 && status == CLV_CONTINUE; i++)
			{
				double		begin = milliseconds();

				status = clv_shrink_step(shrink);
				check_time(begin, "a step of shrinking", clv_models[k], fit.par);
			}
			clv_shrink_free(shrink);
		}
	}
	tell("a step of shrinking");
}

int
main(void)
{
	setlinebuf(stdout);
	RUN(test_variates);
	RUN(test_lives);
	RUN(test_simulation);
	RUN(test_likelihood);
	RUN(test_fits);
	RUN(test_outlooks);
	RUN(test_redraws);
	RUN(test_shrinking);
	CHECK_DONE("absurd draws");
}
