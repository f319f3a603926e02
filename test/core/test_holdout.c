/*
 * test_holdout.c
 *		Predictions against forward simulation.
 *
 * Customers are drawn from each model with purchase times as they fall, observed
 * for T, and predicted; then their future is looked at.  Whatever a prediction
 * says must agree with what happens, in total and for one-time buyers and heavy
 * buyers apart, within LIMIT standard errors.  The standard error is that of
 * the differences themselves, so that nothing is assumed about their spread.
 *
 * The seed is fixed: a run is repeatable, and a failure is a wrong formula or a
 * wrong simulator, not bad luck.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "model/model.h"
#include "model/prediction.h"
#include "models/list.h"

#define CUSTOMERS	10000
#define SEED		20260101
#define HORIZON		39.0
#define AHEAD		13.0
#define DELTA		0.02
#define LIMIT		4.0			/* of some hundred comparisons, one is near 3 */

/* Sum of (what happened - what was predicted), and of its square. */
typedef struct Tally
{
	double		diff;
	double		square;
} Tally;

enum
{
	PURCHASES, DISCOUNTED, ACTIVE, NONE, TWO, MEDIAN, NQUANTITY
};

static const char *const quantity_name[NQUANTITY] = {
	"purchases", "discounted purchases", "p_active", "pmf(0)", "pmf(2)",
	"next purchase within its median"
};

#define COINS	{{0.55, 10.6, 0.6, 1.9, 2}, {1.5, 6.0, 1.0, 4.0, 3}, {0.243, 4.414, 0.793, 2.426, 5}}

/* In weeks; of a model that has none here, what is typical of it, and near it. */
static const struct
{
	const char *model;
	double		set[3][CLV_MAX_PARAM];
}			parameter_sets[] = {
	{"bgnbd", COINS},
	{"mbgnbd", COINS},
	{"bgcnbd", COINS},
	{"mbgcnbd", COINS},
	{"bgbb", COINS},
	{"nbd", {{0.385, 12.07}, {1.5, 6.0}, {8.0, 100.0}}},
	{"paretonbd", {{0.553, 10.58, 0.606, 11.67}, {1.5, 6.0, 1.0, 20.0}, {0.243, 4.414, 2.5, 60.0}}},
	{"ggompertznbd", {{0.553, 10.58, 0.02, 0.6, 0.25}, {1.5, 6.0, 0.05, 0.3, 0.8}, {0.6, 12.6, 0.1, 1.5, 20.0}}},
	{NULL, {{0}}}
};

static const double *
parameters(const ClvModel *model, int set)
{
	static const double near[] = {1.0, 2.0, 0.5};
	static double typical[CLV_MAX_PARAM];
	int			i;

	for (i = 0; parameter_sets[i].model != NULL; i++)
	{
		if (strcmp(parameter_sets[i].model, model->name) == 0)
			return parameter_sets[i].set[set];
	}
	for (i = 0; i < model->nparam; i++)
		typical[i] = near[set] * model->param[i].typical *
			pow(7.0, -model->param[i].time_power);
	return typical;
}

static void
tally(Tally *t, double happened, double predicted)
{
	double		d = happened - predicted;

	t->diff += d;
	t->square += d * d;
}

static double
z_score(const Tally *t)
{
	return t->square > 0 ? t->diff / sqrt(t->square) : 0;
}

/* One customer's past up to row->t, and what comes in (t, t + HORIZON]. */
static void
live(const ClvModel *model, const double *par, ClvRandom *random,
	 ClvCustomer *row, double *count, double *discounted, double *wait)
{
	ClvLife		life;
	double		at;

	model->transactions->draw(model, par, random, &life);
	row->x = row->tx = 0;
	*count = *discounted = 0;
	*wait = INFINITY;
	while ((at = model->transactions->next(model, &life, random)) <= row->t + HORIZON)
	{
		if (at <= row->t)
		{
			row->x++;
			row->tx = at;
			continue;
		}
		if (*count == 0)
			*wait = at - row->t;
		*count += 1;
		*discounted += exp(-DELTA * (at - row->t));
	}
}

static void
compare(const ClvModel *model, const double *par, const ClvCustomer *row,
		double count, double discounted, double wait, Tally *t)
{
	double		predicted;
	double		active;

	clv_predict_purchases(model, par, row, 0, HORIZON, &predicted);
	tally(&t[PURCHASES], count, predicted);
	clv_predict_purchases(model, par, row, DELTA, HORIZON, &predicted);
	tally(&t[DISCOUNTED], discounted, predicted);
	clv_predict_p_active(model, par, row, HORIZON, &active);
	tally(&t[ACTIVE], count > 0, active);
	clv_predict_pmf(model, par, row, HORIZON, 0, &predicted);
	tally(&t[NONE], count == 0, predicted);
	clv_predict_pmf(model, par, row, HORIZON, 2, &predicted);
	tally(&t[TWO], count == 2, predicted);

	/*
	 * Half of the purchases that the horizon will see come by this time, or,
	 * where time is discrete, by the opportunity at which they become half.
	 */
	clv_predict_next_purchase(model, par, row, active / 2, &predicted);
	clv_predict_p_active(model, par, row, predicted, &active);
	tally(&t[MEDIAN], wait <= predicted, active);
}

static void
check_transactions(const ClvModel *model, int set)
{
	const double *par = parameters(model, set);
	Tally		all[NQUANTITY] = {{0}};
	Tally		once[NQUANTITY] = {{0}};
	Tally		heavy[NQUANTITY] = {{0}};
	int			i;

	for (i = 0; i < CUSTOMERS; i++)
	{
		ClvRandom	random;
		ClvCustomer row;
		double		count;
		double		discounted;
		double		wait;

		clv_random_init(&random, SEED + set, i);
		row.t = 26 + 13 * clv_random_uniform(&random);
		if (model->discrete)
			row.t = floor(row.t);
		live(model, par, &random, &row, &count, &discounted, &wait);
		compare(model, par, &row, count, discounted, wait, all);
		compare(model, par, &row, count, discounted, wait,
				row.x == 0 ? once : heavy);
	}
	for (i = 0; i < NQUANTITY; i++)
	{
		CHECK(fabs(z_score(&all[i])) < LIMIT, "%s, set %d, %s: z = %.2f",
			  model->name, set, quantity_name[i], z_score(&all[i]));
		CHECK(fabs(z_score(&once[i])) < LIMIT, "%s, set %d, %s, x = 0: z = %.2f",
			  model->name, set, quantity_name[i], z_score(&once[i]));
		CHECK(fabs(z_score(&heavy[i])) < LIMIT, "%s, set %d, %s, x > 0: z = %.2f",
			  model->name, set, quantity_name[i], z_score(&heavy[i]));
	}
}

/* A customer's next order against the mean expected from the earlier ones. */
static void
check_spend(const ClvModel *model)
{
	static const double par[] = {6.25, 3.74, 15.44};
	Tally		t[4] = {{0}};
	int			i;

	for (i = 0; i < CUSTOMERS; i++)
	{
		ClvRandom	random;
		double		rate;
		double		x = i % 4;
		double		sum = 0;
		double		predicted;
		int			j;

		clv_random_init(&random, SEED, i);
		rate = model->spend->draw_rate(model, par, 0, 0, &random);
		for (j = 0; j < x; j++)
			sum += model->spend->draw_spend(model, par, rate, &random);
		clv_predict_expected_spend(model, par, x, x > 0 ? sum / x : 0, &predicted);
		tally(&t[i % 4], model->spend->draw_spend(model, par, rate, &random),
			  predicted);
	}
	for (i = 0; i < 4; i++)
		CHECK(fabs(z_score(&t[i])) < LIMIT, "%s, x = %d: z = %.2f",
			  model->name, i, z_score(&t[i]));
}

static void
test_transactions(void)
{
	int			i;
	int			set;

	for (i = 0; clv_models[i] != NULL; i++)
	{
		if (clv_models[i]->kind == CLV_TRANSACTION)
			for (set = 0; set < 3; set++)
				check_transactions(clv_models[i], set);
	}
}

static void
test_spend(void)
{
	int			i;

	for (i = 0; clv_models[i] != NULL; i++)
	{
		if (clv_models[i]->kind == CLV_SPEND)
			check_spend(clv_models[i]);
	}
}

int
main(void)
{
	RUN(test_transactions);
	RUN(test_spend);
	CHECK_DONE("holdout");
}
