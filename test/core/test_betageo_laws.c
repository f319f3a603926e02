/*
 * test_betageo_laws.c
 *		Laws that predictions of BG/NBD and MBG/NBD obey whatever the
 *		parameters, and their simulation.
 *
 * Parameters and histories are drawn at random, from a fixed seed: over the
 * whole space where a law can be checked there, otherwise as fits of real
 * customer bases come out.
 */
#include <float.h>

#include "models/betageo/betageo.h"
#include "check.h"
#include "laws.h"
#include "model/prediction.h"
#include "math/quadrature.h"

static const ClvModel *const both[] = {&clv_bgnbd, &clv_mbgnbd};

static Case
draw_case(bool wide)
{
	Case		c;

	c.model = both[clv_random_uniform(&seeded) < 0.5];
	c.par[CLV_BETAGEO_R] = wide ? spread(-4, 6) : spread(-1, 0.7);
	c.par[CLV_BETAGEO_ALPHA] = wide ? spread(-4, 6) : spread(0.5, 2.5);
	c.par[CLV_BETAGEO_A] = wide ? spread(-4, 6) : spread(-1, 1);
	c.par[CLV_BETAGEO_B] = wide ? spread(-4, 6) : spread(-0.5, 1.5);
	draw_history(&c, wide);
	return c;
}

/* Finite and inside its bounds, everywhere. */
static void
check_bounds(const Case *c)
{
	double		now = alive(c, 0.0);
	double		later = alive(c, c->h);
	double		det = purchases(c, c->delta, c->h);
	double		cet = purchases(c, 0.0, c->h);
	double		ever = purchases(c, c->delta, INFINITY);
	double		life = lifetime(c, c->delta, c->h);
	double		mass = pmf(c, c->h, floor(spread(-0.5, 4)));
	double		next = NAN;
	double		slack = 1.0 + 1e-12;

	clv_predict_next_purchase(c->model, c->par, &c->row, 0.5, &next);
	CHECK(isfinite(loglik(c)), "loglik");
	CHECK(now >= 0.0 && now <= 1.0 && later >= 0.0 && later <= now,
		  "p_alive %g, later %g", now, later);
	CHECK(active(c, c->h) >= 0.0 && active(c, c->h) <= now, "p_active");
	CHECK(cet >= active(c, c->h) / slack && isfinite(cet),
		  "purchases %.17g, p_active %.17g", cet, active(c, c->h));
	CHECK(det >= 0.0 && det <= cet * slack && det <= ever * slack
		  && isfinite(ever), "discounted %g of %g, %g", det, cet, ever);
	CHECK(life >= 0.0 && life <= now * c->h * slack + 1e-300 * c->h
		  && life >= later * -expm1(-c->delta * c->h) / c->delta / slack - 1e-300,
		  "lifetime %g", life);
	CHECK(mass >= 0.0 && mass <= 1.0, "pmf %g", mass);
	CHECK(next > 0.0, "next_purchase %g", next);
}

/* An interval without a purchase is a longer history without one. */
static void
check_no_purchase(const Case *c)
{
	Case		later = *c;

	later.row.t += c->h;
	CHECK(fabs(1.0 - active(c, c->h) - exp(loglik(&later) - loglik(c)))
		  < 1e-11 * (1.0 + fabs(loglik(c))), "P(no purchase)");
	CHECK(pmf(c, c->h, 0.0) == 1.0 - active(c, c->h)
		  || fabs(pmf(c, c->h, 0.0) + active(c, c->h) - 1.0) < 4 * DBL_EPSILON,
		  "P(no purchase) and p_active");
}

/* Another unit of time changes nothing but the likelihood's density. */
static void
check_unit(const Case *c)
{
	const double unit = 7.0;
	Case		d = *c;

	d.par[CLV_BETAGEO_ALPHA] *= unit;
	d.row.tx *= unit;
	d.row.t *= unit;
	CHECK(fabs(loglik(&d) + c->row.x * log(unit) - loglik(c))
		  < 1e-12 * (1.0 + fabs(loglik(c)) + c->row.x), "loglik in days");
	CHECK_REL(alive(&d, unit * c->h), alive(c, c->h), 1e-11, "p_alive in days");
	CHECK_REL(purchases(&d, c->delta / unit, unit * c->h),
			  purchases(c, c->delta, c->h), 1e-11, "discounted in days");
	CHECK_REL(purchases(&d, c->delta / unit, INFINITY),
			  purchases(c, c->delta, INFINITY), 1e-11, "for ever in days");
	CHECK_REL(lifetime(&d, c->delta / unit, unit * c->h),
			  unit * lifetime(c, c->delta, c->h), 1e-11, "lifetime in days");
}

/* A present value is the undiscounted one with its growth discounted. */
static void
check_discount(const Case *c)
{
	double		sum = 0.0;
	double		life = 0.0;
	int			i;

	for (i = 0; i < 8 * CLV_GAUSS; i++)
	{
		double		to = log1p(c->h);
		double		u = expm1(to / 8.0 * (i / CLV_GAUSS
										  + clv_gauss_node[i % CLV_GAUSS]));
		double		du = to / 8.0 * clv_gauss_weight[i % CLV_GAUSS] * (1.0 + u)
			* exp(-c->delta * u);

		sum += du * purchases(c, 0.0, u);
		life += du * alive(c, u);
	}
	CHECK_REL(purchases(c, c->delta, c->h),
			  exp(-c->delta * c->h) * purchases(c, 0.0, c->h) + c->delta * sum,
			  1e-10, "discounted by its growth");
	CHECK_REL(lifetime(c, c->delta, c->h), life, 1e-10, "lifetime by P(alive)");
	CHECK_REL(purchases(c, 1e-16, c->h), purchases(c, 0.0, c->h), 1e-11,
			  "rate next to 0");
	CHECK_REL(purchases(c, c->delta, 60.0 / c->delta),
			  purchases(c, c->delta, INFINITY), 1e-11, "long horizon");
	CHECK_REL(lifetime(c, c->delta, 60.0 / c->delta),
			  lifetime(c, c->delta, INFINITY), 1e-11, "long life");
}

/* The numbers of purchases are a distribution whose mean is known. */
static void
check_distribution(const Case *c)
{
	double		h = fmin(c->h, 10.0 * (c->par[CLV_BETAGEO_ALPHA] + c->row.t)
						 / (c->par[CLV_BETAGEO_R] + c->row.x));
	double		total = 0.0;
	double		mean = 0.0;
	int			n;

	for (n = 0; n < 3000; n++)
	{
		total += pmf(c, h, n);
		mean += n * pmf(c, h, n);
	}
	CHECK(fabs(total - 1.0) < 1e-12, "pmf adds up to %.15g", total);
	CHECK_REL(mean, purchases(c, 0.0, h), 1e-11, "mean of the pmf");
}

static void
check_next(const Case *c)
{
	double		share = clv_random_uniform(&seeded);
	double		when = NAN;

	clv_predict_next_purchase(c->model, c->par, &c->row,
							share * alive(c, 0.0), &when);
	if (isfinite(when))
		CHECK_REL(active(c, when), share * alive(c, 0.0), 1e-12, "next_purchase");
	clv_predict_next_purchase(c->model, c->par, &c->row,
							0.5 * (1.0 + alive(c, 0.0)), &when);
	CHECK(alive(c, 0.0) == 1.0 || isinf(when), "never: %g", when);
}

/* The two ways to take a mean over p meet where one hands over to the other. */
static void
test_seam(void)
{
	ClvBudget	budget = {1000 * (long long) CLV_BUDGET};
	ClvActive	c = {2.2426, 1.0, 0.7931, 4.4259, 1, 0.0, &budget};
	double		h;
	double		last = 0.0;

	for (h = 1.0; h < 20.0; h *= 1.01)
	{
		double		now = clv_active_purchases(&c, 0.0, h);
		double		slope = c.r / c.alpha
			* clv_active_survival(&(ClvActive) {c.r + 1.0, c.alpha, c.a, c.b, 1, 0.0, &budget},
								  sqrt(h * h / 1.01));

		if (last > 0.0)
			CHECK(fabs((now - last) / (slope * (h - h / 1.01)) - 1.0) < 1e-4,
				  "step at h = %g", h);
		CHECK_REL(clv_active_purchases(&c, 1e-17, h), now, 1e-12, "seam");
		last = now;
	}
}

static void
test_arguments(void)
{
	Case		c = draw_case(false);
	const ClvModel *m = c.model;
	double		out;

	CHECK(clv_predict_purchases(m, c.par, &c.row, 0.0, INFINITY, &out) == CLV_BAD_ARGUMENT
		  && clv_predict_purchases(m, c.par, &c.row, -0.1, 1.0, &out) == CLV_BAD_ARGUMENT
		  && clv_predict_purchases(m, c.par, &c.row, 0.1, NAN, &out) == CLV_BAD_ARGUMENT
		  && clv_predict_lifetime(m, c.par, &c.row, NAN, 1.0, &out) == CLV_BAD_ARGUMENT
		  && clv_predict_p_active(m, c.par, &c.row, -1.0, &out) == CLV_BAD_ARGUMENT
		  && clv_predict_p_alive(m, c.par, &c.row, -1.0, &out) == CLV_BAD_ARGUMENT
		  && clv_predict_pmf(m, c.par, &c.row, 1.0, 0.5, &out) == CLV_BAD_ARGUMENT
		  && clv_predict_pmf(m, c.par, &c.row, 1.0, -1.0, &out) == CLV_BAD_ARGUMENT
		  && clv_predict_next_purchase(m, c.par, &c.row, 1.5, &out) == CLV_BAD_ARGUMENT,
		  "bad arguments");
	CHECK(purchases(&c, 0.0, 0.0) == 0.0 && purchases(&c, 0.1, 0.0) == 0.0
		  && lifetime(&c, 0.1, 0.0) == 0.0 && active(&c, 0.0) == 0.0
		  && alive(&c, 0.0) > 0.0 && pmf(&c, 0.0, 0.0) == 1.0
		  && pmf(&c, 0.0, 3.0) == 0.0, "a horizon of 0");
}

/* Simulated customers buy, pause and leave as often as predicted. */
static void
check_simulation(const ClvModel *model)
{
	const double par[] = {0.5, 20.0, 0.8, 2.5};
	const double h = 150.0;
	const int	customers = 200000;
	Case		c = {model, {0.5, 20.0, 0.8, 2.5}, {0.0, 0.0, 0.0}, h, 0.0};
	double		sum = 0.0;
	double		squares = 0.0;
	double		none = 0.0;
	double		stayed = 0.0;
	int			i;

	for (i = 0; i < customers; i++)
	{
		ClvRandom	random;
		ClvLife		life;
		double		n = 0.0;
		bool		before = true;

		clv_random_init(&random, 20240607, i);
		model->transactions->draw(model, par, &random, &life);
		before = life.alive;
		while (model->transactions->next(model, &life, &random) <= h)
		{
			n++;
			before = life.alive;
		}
		sum += n;
		squares += n * n;
		none += n == 0.0;
		stayed += before;
	}
	sum /= customers;
	squares = squares / customers - sum * sum;
	CHECK(fabs(sum - purchases(&c, 0.0, h)) < 3.0 * sqrt(squares / customers),
		  "%s: %g purchases simulated, %g predicted", model->name, sum,
		  purchases(&c, 0.0, h));
	none /= customers;
	CHECK(fabs(none - pmf(&c, h, 0.0)) < 3.0 * sqrt(none * (1.0 - none) / customers),
		  "%s: P(none) %g simulated, %g predicted", model->name, none,
		  pmf(&c, h, 0.0));
	stayed /= customers;
	CHECK(fabs(stayed - alive(&c, h)) < 3.0 * sqrt(stayed * (1.0 - stayed) / customers),
		  "%s: P(alive) %g simulated, %g predicted", model->name, stayed,
		  alive(&c, h));
}

static void
test_bounds(void)
{
	Case		c;
	int			i;

	for (i = 0; i < 3000; i++)
	{
		c = draw_case(true);
		check_bounds(&c);
	}
}

static void
test_laws(void)
{
	Case		c;
	int			i;

	for (i = 0; i < 300; i++)
	{
		c = draw_case(false);
		check_bounds(&c);
		check_no_purchase(&c);
		check_unit(&c);
		check_discount(&c);
		check_next(&c);
		if (i < 60)
			check_distribution(&c);

		/* a new customer */
		c.row = (ClvCustomer) {0.0, 0.0, 0.0, 0};
		CHECK_REL(alive(&c, 0.0), c.model->variant == 0 ? 1.0
				  : c.par[CLV_BETAGEO_B]
				  / (c.par[CLV_BETAGEO_A] + c.par[CLV_BETAGEO_B]), 1e-15,
				  "P(alive) of a new customer");
	}
}

static void
test_simulation(void)
{
	check_simulation(&clv_bgnbd);
	check_simulation(&clv_mbgnbd);
}

int
main(void)
{
	clv_random_init(&seeded, 1, 0);
	RUN(test_bounds);
	RUN(test_laws);
	RUN(test_seam);
	RUN(test_arguments);
	RUN(test_simulation);
	CHECK_DONE("betageo laws");
}
