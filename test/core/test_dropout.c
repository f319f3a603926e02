/*
 * test_dropout.c
 *		Predictions of Pareto/NBD, NBD and GGompertz/NBD against 50-digit
 *		arithmetic (test/golden), published values, and inputs on which
 *		libraries fail.
 */
#include <float.h>
#include <string.h>

#include "check.h"
#include "golden_dropout.h"
#include "check_golden.h"
#include "golden_ggompertznbd.h"
#include "golden_nbd.h"
#include "golden_paretonbd.h"
#include "model/prediction.h"
#include "models/list.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

static const ClvModel *
model_of(const char *name, const Golden *g)
{
	return clv_model_find(name);
}

/* Sum of the absolute terms that the papers add up to the log-likelihood. */
static double
loglik_terms(const ClvModel *m, const Golden *g)
{
	double		r = g->par[CLV_DROPOUT_R];
	double		alpha = g->par[CLV_DROPOUT_ALPHA];

	return fabs(lgamma(r + g->row.x)) + fabs(lgamma(r)) + fabs(r * log(alpha))
		+ fabs((r + g->row.x) * log(alpha + g->row.t))
		+ fabs(m->law->log_survival(g->par + CLV_DROPOUT_LAW, 0.0, g->row.t));
}

#define TABLE(model) \
	{#model, golden_##model, LENGTH(golden_##model), model_of, loglik_terms}

static const GoldenTable table[] = {
	TABLE(paretonbd), TABLE(nbd), TABLE(ggompertznbd)
};

/* ------------------------------------------------------------- published */

#define PARETO	"paretonbd", {{.5534, 10.578, .6061, 11.669}
#define CDNOW	"paretonbd", {{.553, 10.578, .606, 11.669}
#define S(s)	"paretonbd", {{.5534, 10.578, s, 11.669}
#define DAYS	"paretonbd", {{.5534, 74.046, .6061, 81.683}
#define GGOM	"ggompertznbd", {{.553, 10.578, .02, .6, .25}
#define NBD		"nbd", {{.3848, 12.072}
#define REPEAT	{2, 30.43, 38.86}
#define ONCE	{0, 0, 38.86}
#define NEW		{0, 0, 0}
#define YEAR	0.0026877296610607431	/* ln(1.15) / 52 */
#define MONTHLY	0.0099503308531680828	/* ln(1.01) */

/*
 * Values printed to some ten digits by independent implementations, and right
 * answers to inputs on which libraries fail: s = 1 and 2, alpha = beta, beta
 * far from alpha, many purchases, fast discounting of old customers.
 */
static const struct
{
	int			what;
	const char *model;
	Golden		g;				/* want[0] only */
	double		digits;			/* half a unit of the last one printed */
}			published[] = {
	{LOGLIK, PARETO, REPEAT, 0, 0, 0, 0, {-9.554037719}}, 5e-10},
	{LOGLIK, PARETO, ONCE, 0, 0, 0, 0, {-.5213525405}}, 5e-11},
	{P_ALIVE, PARETO, REPEAT, 0, 0, 0, 0, {.8691429919}}, 5e-11},
	{P_ALIVE, PARETO, ONCE, 0, 0, 0, 0, {.2951516623}}, 5e-11},
	{P_ALIVE_AHEAD, PARETO, REPEAT, 39, 0, 0, 0, {.6145002078}}, 5e-11},
	{P_ACTIVE, PARETO, REPEAT, 39, 0, 0, 0, {1 - .4080476468}}, 5e-11},
	{P_ACTIVE, PARETO, REPEAT, INFINITY, 0, 0, 0, {1 - .295363393265}}, 5e-13},
	{PURCHASES, PARETO, REPEAT, 39, 0, 0, 0, {1.455266860}}, 5e-10},
	{PURCHASES, PARETO, ONCE, 39, 0, 0, 0, {.1071067745}}, 5e-11},
	{PURCHASES, PARETO, NEW, 39, 0, 0, 0, {1.213782580}}, 5e-10},
	{PMF, PARETO, NEW, 39, 0, 0, 0, {.5934431913}}, 5e-11},
	{PMF, PARETO, NEW, 39, 0, 2, 0, {.0825216898}}, 5e-11},
	{DISCOUNTED, PARETO, REPEAT, 52, YEAR, 0, 0, {1.736033941}}, 5e-10},
	{DISCOUNTED_EVER, PARETO, REPEAT, 0, YEAR, 0, 0, {6.501692471}}, 5e-10},
	{LIFETIME_EVER, PARETO, REPEAT, 0, YEAR, 0, 0, {125.883400}}, 5e-7},
	{LIFETIME_DISCOUNTED, PARETO, REPEAT, 52, YEAR, 0, 0, {33.612456}}, 5e-7},
	{NEXT_PURCHASE, PARETO, REPEAT, 0, 0, 0, .5, {23.7542535}}, 5e-8},
	{NEXT_PURCHASE, PARETO, REPEAT, 0, 0, 0, .705, {INFINITY}}, 0},
	{LOGLIK, GGOM, REPEAT, 0, 0, 0, 0, {-9.646798780}}, 5e-10},
	{LOGLIK, GGOM, ONCE, 0, 0, 0, 0, {-.5104903527}}, 5e-11},
	{P_ALIVE, GGOM, REPEAT, 0, 0, 0, 0, {.8154788860}}, 5e-11},
	{P_ALIVE, GGOM, ONCE, 0, 0, 0, 0, {.2499134243}}, 5e-11},
	{P_ALIVE_AHEAD, GGOM, REPEAT, 39, 0, 0, 0, {.4393656590}}, 5e-11},
	{P_ACTIVE, GGOM, REPEAT, 39, 0, 0, 0, {1 - .4866375469}}, 5e-11},
	{PURCHASES, GGOM, REPEAT, 39, 0, 0, 0, {1.209233403}}, 5e-10},
	{PURCHASES, GGOM, NEW, 39, 0, 0, 0, {1.163449224}}, 5e-10},
	{DISCOUNTED, GGOM, REPEAT, 52, YEAR, 0, 0, {1.392888738}}, 5e-10},
	{DISCOUNTED_EVER, GGOM, REPEAT, 0, YEAR, 0, 0, {2.463674603}}, 5e-10},
	{LOGLIK, NBD, {2, 30, 38.86}, 0, 0, 0, 0, {-9.044417769}}, 5e-10},
	{PURCHASES, NBD, {2, 30, 38.86}, 39, 0, 0, 0, {1.826105395}}, 5e-10},

	/* s = 1, s = 2 and near */
	{PURCHASES, S(1), REPEAT, 39, 0, 0, 0, {1.1862280141}}, 5e-11},
	{PURCHASES, S(1), REPEAT, 52, 0, 0, 0, {1.46739618827}}, 5e-12},
	{DISCOUNTED_EVER, S(1), REPEAT, 0, YEAR, 0, 0, {3.68340220514}}, 5e-12},
	{PURCHASES, S(2), REPEAT, 39, 0, 0, 0, {.72283523588}}, 5e-12},
	{PURCHASES, S(2), REPEAT, 52, 0, 0, 0, {.841579336358}}, 5e-13},
	{DISCOUNTED_EVER, S(2), REPEAT, 0, YEAR, 0, 0, {1.25908150459}}, 5e-12},
	{PURCHASES, "paretonbd", {{.553, 10.578, 1, 11.669}, {2, 30, 38}, 39, 0, 0, 0,
	{1.214792245309068}}, 5e-16},
	{DISCOUNTED_EVER, "paretonbd", {{.553, 10.578, 1, 11.669}, {2, 30, 38}, 0, .0027,
	0, 0, {3.743271078383775}}, 5e-16},
	{PURCHASES, "paretonbd", {{.553, 10.578, 2, 11.669}, {2, 30, 38}, 39, 0, 0, 0,
	{.7449313404255344}}, 5e-17},
	{DISCOUNTED_EVER, "paretonbd", {{.553, 10.578, 2, 11.669}, {2, 30, 38}, 0, .0027,
	0, 0, {1.28804973415544}}, 5e-15},

	/* beta of another size, alpha = beta, the last purchase just now */
	{P_ALIVE, "paretonbd", {{.5534, 10.578, .6061, 1e6}, REPEAT, 0, 0, 0, 0,
	{.999993500105}}, 5e-13},
	{DISCOUNTED_EVER, "paretonbd", {{.5534, 10.578, .6061, 1e6}, REPEAT, 0, YEAR, 0,
	0, {19.2119597893}}, 5e-11},
	{LOGLIK, "paretonbd", {{.5534, 10, .6061, 10}, REPEAT, 0, 0, 0, 0,
	{-9.62259498637}}, 5e-12},
	{P_ALIVE, "paretonbd", {{.5534, 10, .6061, 10}, REPEAT, 0, 0, 0, 0,
	{.864199268944}}, 5e-13},
	{LOGLIK, PARETO, {3, 38.86, 38.86}, 0, 0, 0, 0, {-12.6575788936}}, 5e-11},
	{LOGLIK, "paretonbd", {{.5534, 10, .6061, 10}, {3, 38.86, 38.86}, 0, 0, 0, 0,
	{-12.7200801492}}, 5e-11},
	{P_ALIVE, PARETO, {3, 38.86, 38.86}, 0, 0, 0, 0, {1}}, 0},
	{LOGLIK, "paretonbd", {{10.465, .00798565, 3.0516, 2.820}, {0, 0, 1. / 7}, 0, 0,
	0, 0, {-7.000134}}, 5e-7},
	{P_ALIVE, "paretonbd", {{10.465, .00798565, 3.0516, 2.820}, {0, 0, 1. / 7}, 0, 0,
	0, 0, {4.1595e-11}}, 5e-16},

	/* a rate of 10 % a year of 52 weeks */
	{DISCOUNTED_EVER, PARETO, REPEAT, 0, 0.001832888073160095, 0, 0,
	{8.1582293324}}, 5e-11},

	/* 1 % a month of 4.345 weeks, of twelve months and for ever */
	{DISCOUNTED, PARETO, REPEAT, 12 * 4.345, MONTHLY / 4.345, 0, 0, {1.75603407}}, 5e-9},
	{DISCOUNTED_EVER, PARETO, REPEAT, 0, MONTHLY / 4.345, 0, 0, {7.15840366}}, 5e-9},

	/* alpha a millionth of beta: 2F1 next to its singularity */
	{LOGLIK, "paretonbd", {{.5, .001, .6, 1000}, {0, 0, 39}, 0, 0, 0, 0,
	{-5.263004432621361}}, 5e-15},

	/* many purchases, in days (by 2F1 in 400 digits) and in weeks */
	{LOGLIK, DAYS, {500, 360, 364}, 0, 0, 0, 0, {-434.983098293}}, 5e-10},
	{P_ALIVE, DAYS, {500, 360, 364}, 0, 0, 0, 0, {.8954731765059333}}, 5e-17},
	{PURCHASES, DAYS, {500, 360, 364}, 365, 0, 0, 0, {307.668455196}}, 5e-10},
	{LOGLIK, DAYS, {500, 180, 364}, 0, 0, 0, 0, {-168.8121441855813}}, 5e-14},
	{P_ALIVE, DAYS, {500, 180, 364}, 0, 0, 0, 0, {2.267127627946833e-116}}, 5e-132},
	{LOGLIK, "paretonbd", {{1, 1, 1, 1}, {170, 496. / 7, 496. / 7}, 0, 0, 0, 0,
	{-28.6719013738539}}, 5e-14},
	{LOGLIK, CDNOW, {200, 265. / 7, 272. / 7}, 0, 0, 0, 0, {78.6778350115507}}, 5e-13},
	{P_ALIVE, CDNOW, {200, 265. / 7, 272. / 7}, 0, 0, 0, 0, {.849797343157107}}, 5e-16},
	{PURCHASES, CDNOW, {200, 265. / 7, 272. / 7}, 39, 0, 0, 0, {111.766435839682}}, 5e-13},
	{LOGLIK, CDNOW, {150, 103, 104}, 0, 0, 0, 0, {-111.580328476109}}, 5e-13},
	{P_ALIVE, CDNOW, {150, 103, 104}, 0, 0, 0, 0, {.989149819935911}}, 5e-16},
	{PURCHASES, CDNOW, {150, 103, 104}, 39, 0, 0, 0, {46.2797432612848}}, 5e-14},
	{LOGLIK, CDNOW, {10000, 1. / 7, 38.857}, 0, 0, 0, 0, {58372.6018407451}}, 5e-10},
	{P_ALIVE, CDNOW, {10000, 1. / 7, 38.857}, 0, 0, 0, 0, {0}}, 0},
	{PURCHASES, CDNOW, {10000, 1. / 7, 38.857}, 39, 0, 0, 0, {0}}, 0},

	/* fast discounting */
	{DISCOUNTED_EVER, CDNOW, {2, 96, 104}, 0, .2, 0, 0, {.1036179121350669}}, 5e-17},
	{DISCOUNTED_EVER, CDNOW, {2, 216. / 7, 272. / 7}, 0, .5, 0, 0, {.08858347051614235}}, 5e-18},
	{DISCOUNTED_EVER, CDNOW, {2, 512, 520}, 0, .2, 0, 0, {.02370051626517669}}, 5e-18},
	{DISCOUNTED_EVER, CDNOW, {2, 96, 104}, 0, .5, 0, 0, {.04205713352901041}}, 5e-18},
	{DISCOUNTED_EVER, CDNOW, {2, 512, 520}, 0, 0.09531017980432493, 0, 0, {.0494341999}}, 5e-10}
};

static void
test_published(void)
{
	size_t		i;

	for (i = 0; i < LENGTH(published); i++)
	{
		const Golden *g = &published[i].g;
		double		got = ask_model(clv_model_find(published[i].model), published[i].what, g);

		CHECK(got == g->want[0] || fabs(got - g->want[0]) <= published[i].digits
			  + 1e-13 * fabs(g->want[0]),
			  "published row %zu, %s: got %.15g, want %.15g", i,
			  quantity[published[i].what], got, g->want[0]);
	}
}

/*
 * What libraries add up month by month, each month discounted from its end: to
 * be had from the purchases of ever longer horizons.
 */
static void
test_monthly(void)
{
	const ClvModel *m = clv_model_find("paretonbd");
	const double par[] = {.5534, 10.578, .6061, 11.669};
	const ClvCustomer row = REPEAT;
	double		before = 0.0;
	double		sum = 0.0;
	int			month;

	for (month = 1; month <= 12; month++)
	{
		double		purchases = NAN;

		clv_predict_purchases(m, par, &row, 0.0, month * 4.345, &purchases);
		sum += (purchases - before) / pow(1.01, month);
		before = purchases;
	}
	CHECK(fabs(sum - 1.74725844) < 5e-9, "month by month: %.10g", sum);
}

static void
test_golden(void)
{
	int			i;
	int			k;

	for (i = 0; i < LENGTH(table); i++)
		check_golden(&table[i]);

	/* every model with a law of lifetimes has a table */
	for (k = 0; clv_models[k] != NULL; k++)
	{
		for (i = 0; i < LENGTH(table) && strcmp(table[i].name, clv_models[k]->name) != 0; i++)
			;
		CHECK(clv_models[k]->law == NULL || i < LENGTH(table),
			  "no table of 50 digits of %s", clv_models[k]->name);
	}
}

int
main(void)
{
	RUN(test_golden);
	RUN(test_published);
	RUN(test_monthly);
	CHECK_DONE("dropout");
}
