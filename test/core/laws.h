/*
 * laws.h
 *		A customer of a model drawn at random, and what is asked of it: for laws
 *		that predictions obey whatever the parameters.
 */
#ifndef CLV_LAWS_H
#define CLV_LAWS_H

#include <math.h>
#include <stdbool.h>

#include "model/model.h"
#include "model/prediction.h"
#include "math/random.h"

typedef struct Case
{
	const ClvModel *model;
	double		par[CLV_MAX_PARAM];
	ClvCustomer row;
	double		h;
	double		delta;
} Case;

static ClvRandom seeded;

/* 10^u, u uniform */
static double
spread(double low, double high)
{
	return pow(10.0, low + (high - low) * clv_random_uniform(&seeded));
}

/* All of a case but the model and its parameters. */
static void
draw_history(Case *c, bool wide)
{
	c->row.x = floor(wide ? spread(-0.5, 5) : spread(-0.5, 2));
	c->row.t = wide ? spread(-3, 5) : spread(0, 3);
	c->row.tx = c->row.x > 0 ? c->row.t * clv_random_uniform(&seeded) : 0.0;
	c->h = wide ? spread(-6, 5) : spread(0.5, 3.3);
	c->delta = wide ? spread(-10, 2) : spread(-4.5, -2.5);
}

static double
purchases(const Case *c, double delta, double h)
{
	double		out = NAN;

	clv_predict_purchases(c->model, c->par, &c->row, delta, h, &out);
	return out;
}

static double
lifetime(const Case *c, double delta, double h)
{
	double		out = NAN;

	clv_predict_lifetime(c->model, c->par, &c->row, delta, h, &out);
	return out;
}

static double
pmf(const Case *c, double h, double n)
{
	double		out = NAN;

	clv_predict_pmf(c->model, c->par, &c->row, h, n, &out);
	return out;
}

static double
alive(const Case *c, double ahead)
{
	double		out = NAN;

	clv_predict_p_alive(c->model, c->par, &c->row, ahead, &out);
	return out;
}

static double
active(const Case *c, double h)
{
	double		out = NAN;

	clv_predict_p_active(c->model, c->par, &c->row, h, &out);
	return out;
}

static double
loglik(const Case *c)
{
	double		out = NAN;

	clv_predict_loglik(c->model, c->par, &c->row, &out);
	return out;
}

#endif							/* CLV_LAWS_H */
