/*
 * test_dropout_laws.c
 *		Laws that predictions of Pareto/NBD, NBD and GGompertz/NBD obey
 *		whatever the parameters.
 *
 * Parameters and histories are drawn at random, from a fixed seed: over the
 * whole space where a law can be checked there, otherwise as fits of real
 * customer bases come out.
 */
#include <float.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "models/dropout/dropout.h"
#include "laws.h"
#include "model/prediction.h"
#include "math/renewals.h"
#include "models/list.h"

#define WIDE	20000
#define USUAL	2000

static Case
draw_case(const ClvModel *model, bool wide)
{
	Case		c;
	int			i;

	c.model = model;
	for (i = 0; i < c.model->nparam; i++)
	{
		int			power = c.model->param[i].time_power;

		if (wide)
			c.par[i] = spread(-4, 6);
		else
			c.par[i] = power == 0 ? spread(-1, 0.7) : pow(spread(0.5, 2.5), power);
	}
	draw_history(&c, wide);
	return c;
}

static double
next(const Case *c, double probability)
{
	double		out = NAN;

	clv_predict_next_purchase(c->model, c->par, &c->row, probability, &out);
	return out;
}

#define CHECK_CASE(c, cond, what) \
	CHECK(cond, "%s (%g %g %g %g %g) x %g tx %.17g t %.17g h %g delta %g: %s", \
		  (c)->model->name, (c)->par[0], (c)->par[1], (c)->par[2], (c)->par[3], \
		  (c)->par[4], (c)->row.x, (c)->row.tx, (c)->row.t, (c)->h, (c)->delta, what)

/* Finite and inside its bounds, everywhere. */
static void
check_bounds(const Case *c)
{
	const double eps = 1e-13;
	double		now = alive(c, 0.0);
	double		later = alive(c, c->h);
	double		soon = active(c, c->h);
	double		det = purchases(c, c->delta, c->h);
	double		cet = purchases(c, 0.0, c->h);
	double		ever = purchases(c, c->delta, INFINITY);
	double		life = lifetime(c, c->delta, c->h);
	double		mass = pmf(c, c->h, floor(spread(-0.5, 4)));
	double		half = next(c, 0.5);

	CHECK_CASE(c, isfinite(loglik(c)), "loglik");
	CHECK_CASE(c, now >= 0.0 && now <= 1.0, "p_alive");
	CHECK_CASE(c, later >= 0.0 && later <= now, "p_alive ahead");
	CHECK_CASE(c, soon >= 0.0 && soon <= now * (1.0 + eps), "p_active");
	CHECK_CASE(c, soon <= active(c, 2.0 * c->h) * (1.0 + eps), "p_active grows");
	CHECK_CASE(c, active(c, 2.0 * c->h) <= active(c, INFINITY) * (1.0 + eps), "p_active ever");
	CHECK_CASE(c, soon <= cet * (1.0 + eps), "p_active and purchases");
	CHECK_CASE(c, cet >= 0.0 && det >= 0.0 && det <= cet * (1.0 + eps), "purchases");
	CHECK_CASE(c, isfinite(cet) && det <= ever * (1.0 + eps) && isfinite(ever),
			   "purchases for ever");
	CHECK_CASE(c, life >= 0.0 && life <= now * clv_annuity(c->delta, c->h) * (1.0 + eps) + 1e-300 * c->h,
			   "lifetime");
	CHECK_CASE(c, life >= later * clv_annuity(c->delta, c->h) * (1.0 - eps) - 1e-300,
			   "lifetime of survivors");
	CHECK_CASE(c, mass >= 0.0 && mass <= 1.0, "pmf");
	CHECK_CASE(c, half > 0.0 && (now > 0.5 || isinf(half)), "next_purchase");
	CHECK_CASE(c, purchases(c, c->delta, 0.0) == 0.0 && active(c, 0.0) == 0.0 &&
			   pmf(c, 0.0, 0.0) >= 1.0 - eps && pmf(c, 0.0, 3.0) == 0.0, "no time at all");
	CHECK_CASE(c, c->row.tx < c->row.t || now == 1.0, "bought just now");
}

/* One quantity by another, as fits of real bases come out. */
static void
check_laws(const Case *c)
{
	Case		after = *c;
	double		p = active(c, c->h);
	double		sum = 0.0;
	double		mean = 0.0;
	double		step = 1e-3 * c->h;
	double		n;

	/* silence until T + h is one more observation */
	after.row.t += c->h;
	CHECK_REL(pmf(c, c->h, 0.0), exp(loglik(&after) - loglik(c)), 1e-10, "silence");
	CHECK(fabs(pmf(c, c->h, 0.0) + p - 1.0) < 1e-13, "pmf(0)");

	/* the time by which the next purchase has come, and back */
	CHECK_REL(active(c, next(c, 0.5 * p)), 0.5 * p, 1e-13, "next_purchase");
	CHECK(isinf(next(c, fmin(1.0, active(c, INFINITY) * (1.0 + 1e-9) + 1e-12))), "never");

	/* present values are integrals, here by difference quotients */
	if (alive(c, c->h) > 1e-3)
	{
		CHECK_REL((lifetime(c, 0.0, c->h - 2.0 * step) - 8.0 * lifetime(c, 0.0, c->h - step)
				   + 8.0 * lifetime(c, 0.0, c->h + step)
				   - lifetime(c, 0.0, c->h + 2.0 * step)) / (12.0 * step),
				  alive(c, c->h), 1e-8, "lifetime");
		CHECK_REL((lifetime(c, c->delta, c->h + step) - lifetime(c, c->delta, c->h - step))
				  / (2.0 * step), alive(c, c->h) * exp(-c->delta * c->h), 1e-5, "discounted");
	}
	CHECK_REL(purchases(c, c->delta, 1e9), purchases(c, c->delta, INFINITY), 1e-12,
			  "far horizon");
	CHECK_REL(purchases(c, 1e-13, c->h), purchases(c, 0.0, c->h), 1e-8, "no discount");

	/* probabilities add up, and to the mean */
	for (n = 0.0; n < 2000.0 && sum < 1.0 - 1e-12; n++)
	{
		double		mass = pmf(c, c->h, n);

		sum += mass;
		mean += n * mass;
	}
	if (n < 2000.0)
	{
		CHECK_REL(sum, 1.0, 1e-11, "sum of pmf");
		CHECK_REL(mean, purchases(c, 0.0, c->h), 1e-7, "mean of pmf");
	}
}

/* A time in other units. */
static void
check_units(const Case *c)
{
	const double by = 7.0;
	Case		days = *c;
	int			i;

	for (i = 0; i < c->model->nparam; i++)
		days.par[i] *= pow(by, c->model->param[i].time_power);
	days.row.tx *= by;
	days.row.t *= by;
	days.h *= by;
	days.delta /= by;
	CHECK(fabs(loglik(&days) + c->row.x * log(by) - loglik(c)) <=
		  1e-12 * (10.0 + fabs(loglik(c)) + c->row.x * 10.0), "loglik in days");
	CHECK_REL(alive(&days, days.h), alive(c, c->h), 1e-11, "p_alive in days");
	CHECK_REL(active(&days, days.h), active(c, c->h), 1e-11, "p_active in days");
	CHECK_REL(purchases(&days, days.delta, days.h), purchases(c, c->delta, c->h), 1e-11,
			  "purchases in days");
	CHECK_REL(lifetime(&days, days.delta, INFINITY), by * lifetime(c, c->delta, INFINITY),
			  1e-11, "lifetime in days");
	CHECK_REL(pmf(&days, days.h, 2.0), pmf(c, c->h, 2.0), 1e-11, "pmf in days");
}

/* GGompertz/NBD with b going to 0 is Pareto/NBD. */
static void
check_steady_risk(const Case *pareto)
{
	Case		c = *pareto;
	double		b = 1e-9;

	c.model = clv_model_find("ggompertznbd");
	c.par[2] = b;
	c.par[3] = pareto->par[2];
	c.par[4] = b * pareto->par[3];
	CHECK(fabs(loglik(&c) - loglik(pareto)) < 1e-4, "steady risk: loglik");
	CHECK_REL(alive(&c, c.h), alive(pareto, c.h), 1e-4, "steady risk: p_alive");
	CHECK_REL(purchases(&c, 0.0, c.h), purchases(pareto, 0.0, c.h), 1e-4,
			  "steady risk: purchases");
	CHECK_REL(active(&c, c.h), active(pareto, c.h), 1e-4, "steady risk: p_active");
}

/* Pareto/NBD in which nobody leaves is NBD, of one who has just bought. */
static void
check_immortal(Case c)
{
	Case		one;
	const Case *nbd = &one;

	c.row.x += 1.0;
	c.row.tx = c.row.t;
	one = c;
	c.model = clv_model_find("paretonbd");
	c.par[2] = 1e-13;
	c.par[3] = 10.0;
	CHECK(fabs(loglik(&c) - loglik(nbd)) < 1e-9, "immortal: loglik");
	CHECK_REL(purchases(&c, c.delta, INFINITY), purchases(nbd, c.delta, INFINITY), 1e-9,
			  "immortal: purchases");
	CHECK_REL(active(&c, c.h), active(nbd, c.h), 1e-9, "immortal: p_active");
	CHECK(fabs(pmf(&c, c.h, 3.0) - pmf(nbd, c.h, 3.0)) < 1e-10, "immortal: pmf");
	CHECK_REL(next(&c, 0.5), next(nbd, 0.5), 1e-9, "immortal: next_purchase");
}

/* Laws of one of the models, on wide and on usual cases. */
static void
check_model(const ClvModel *model)
{
	int			i;

	for (i = 0; i < WIDE; i++)
	{
		Case		c = draw_case(model, true);

		check_bounds(&c);
	}
	for (i = 0; i < USUAL; i++)
	{
		Case		c = draw_case(model, false);

		check_bounds(&c);
		check_units(&c);
		if (model == clv_model_find("paretonbd"))
			check_steady_risk(&c);
		if (model == clv_baseline)
			check_immortal(c);
		if (i % 20 == 0 && alive(&c, 0.0) > 1e-3)
			check_laws(&c);
	}
}

static void
test_laws(void)
{
	int			k;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		if (clv_models[k]->law != NULL)
			check_model(clv_models[k]);
	}
}

int
main(void)
{
	clock_t		begin = clock();

	clv_random_init(&seeded, 42, 0);
	RUN(test_laws);
	printf("  %.1f seconds\n", (double) (clock() - begin) / CLOCKS_PER_SEC);
	CHECK_DONE("dropout laws");
}
