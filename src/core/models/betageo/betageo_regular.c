/*
 * betageo_regular.c
 *		BG/CNBD-k and MBG/CNBD-k: the future of a customer who is active now.
 *
 * With lambda and p known, and j phases of the present gap gone, the phases up
 * to u are Poisson(lambda u), every k-th of them is a purchase (the first is
 * number k - j), and after each the customer quits with chance p.  Discounting
 * is a change of clock: exp(-delta u) times the density of the n-th phase is
 * v^n, v = lambda / (lambda + delta), times that of a clock of rate
 * lambda + delta.  So, with N Poisson((lambda + delta) h) and q = 1 - p,
 *
 *		purchases = sum over m >= 1 of q^(m-1) v^(mk-j) P(N >= mk - j)
 *		lifetime  = sum over n >= 0 of q^floor((n+j)/k) v^n P(N > n) / (lambda + delta)
 *		survival  = E q^floor((N+j)/k), delta = 0
 *
 * and what is asked for is the mean of these over lambda, by the trapezoidal
 * rule in ln lambda, and over p.  All terms are positive.
 *
 * Where few phases are to be expected the sums are done as they stand, and the
 * mean of q^m over p is e_m = (b)_m / (a + b)_m: nothing is left of p.
 *
 * Where many are, the phase that the horizon finds the customer in no longer
 * depends on the one now, and the geometric sums have a closed form: with
 * Q = q v^k and theta = Q^(1/k), and mu the mean of N,
 *
 *		E Q^floor((N+j)/k) = theta^j e^(-mu (1 - theta)) (1 + ... + theta^-(k-1)) / k
 *
 * but for terms of relative size e^(-mu theta (1 - cos(2 pi / k))) (the other
 * k-th roots of Q); then the mean over p is by clv_beta_mean().
 */
#include "models/betageo/betageo.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "math/beta_mean.h"
#include "math/renewals.h"
#include "math/special.h"

#define NEGLIGIBLE		1e-18
#define LOG_NEGLIGIBLE	(-44.0)
#define MAX_MANY		128		/* nodes with many phases, at a time */
#define MAX_STEPS		20000
#define RARE			1e-10	/* phases, none of which may be skipped */
#define MAX_SHAPE		1e11	/* beyond it the density of lambda has no digits */
#define ONE_RATE		1e16	/* beyond it there is but one of them */
#define PI				3.14159265358979323846

/*
 * Phases from which the closed form holds, twice as many for survival: with
 * the other roots it neglects e^-36 of itself, or what is e^-700 with a k of 12
 * (270 and 970 would do).
 */
#define ENOUGH			500.0

typedef enum Quantity
{
	SURVIVAL,
	PURCHASES,
	LIFETIME
} Quantity;

/* A node of the rule over lambda. */
typedef struct Node
{
	double		mass;			/* its weight */
	double		fade;			/* v */
	double		log_fade;
	double		clock;			/* lambda + delta */
	double		mean;			/* of N */
	double		share[CLV_MAX_PHASES];	/* P(j phases have passed) */
	double		fewer[CLV_MAX_PHASES + 1];	/* P(fewer than j) */
} Node;

/* What is kept of one with many phases. */
typedef struct Many
{
	double		log_fade;
	double		mean;
	double		gone;			/* 1 - v^k */
	double		keep[CLV_MAX_PHASES];	/* coefficients of the G_j or U_j */
	double		more[CLV_MAX_PHASES];	/* coefficients of q U_j */
	double		keeps;			/* their totals */
	double		mores;
} Many;

typedef struct Task
{
	const ClvActive *c;
	Quantity	what;
	int			k;
	double		delta;
	double		h;
	double		log_norm;		/* of the density of ln lambda */
	double		step;			/* in ln lambda */
	double		full;			/* the value for a lambda of 0 */
	bool		complement;		/* add up what is missing of "full" */
	double		least;			/* a part of the value that is negligible */
	double		total;
	int			nmany;			/* nodes that are not yet added */
	double		missing;		/* full times their mass */
	double		steep;			/* for ClvFalling */
	Many		many[MAX_MANY];
} Task;

/* Few phases: P(active at h) */
static double
few_survival(const Task *task, const Node *node)
{
	const ClvActive *c = task->c;
	double		chance = exp(-0.5 * node->mean);	/* P(N = n), of two factors */
	double		stay = 1.0;		/* e_m */
	double		sum = 0.0;
	int			n = 0;
	int			m;
	int			i;

	for (m = 0; clv_budget_take(c->budget, 1 + task->k / 2); m++)
	{
		double		next = stay * (c->b + m) / (c->a + c->b + m);

		for (i = 0; i < task->k; i++)
		{
			double		term = chance * (next + node->fewer[task->k - i] * (stay - next));
			double		ratio = node->mean / ++n;

			sum += term;
			if (ratio < 1.0 && !(term * ratio > NEGLIGIBLE * sum * (1.0 - ratio)))
				return sum * exp(-0.5 * node->mean);
			chance *= ratio;
		}
		stay = next;
	}
	return NAN;
}

/*
 * Few phases: the sum over n of P(N = n) f_n, f_n being the sum of n terms, one
 * for each phase: of the purchase that it may be, or the time until it.
 */
static double
few_sum(const Task *task, const Node *node)
{
	const ClvActive *c = task->c;
	double		chance = exp(-0.5 * node->mean);
	double		stay = 1.0;
	double		power = 1.0;	/* v^n */
	double		f = 0.0;
	double		sum = 0.0;
	int			n = 0;
	int			m;
	int			i;

	for (m = 0; clv_budget_take(c->budget, 1 + task->k / 2); m++)
	{
		double		next = stay * (c->b + m) / (c->a + c->b + m);

		for (i = 0; i < task->k; i++)
		{
			double		ratio;

			if (task->what == PURCHASES)
			{
				power *= node->fade;
				f += power * stay * node->share[task->k - 1 - i];
			}
			else
			{
				f += power * (next + node->fewer[task->k - i] * (stay - next));
				power *= node->fade;
			}
			chance *= node->mean / ++n;
			sum += chance * f;

			/*
			 * f grows by no more than 1 / n of itself, but in the first k, the
			 * chance of which may be tiny
			 */
			ratio = node->mean / n;
			if (ratio < 1.0 && f != 0.0 && (n >= task->k || node->mean > RARE)
				&& !(chance * f * ratio > NEGLIGIBLE * sum * (1.0 - ratio)))
			{
				sum *= exp(-0.5 * node->mean);
				return task->what == PURCHASES ? sum : sum / node->clock;
			}
		}
		stay = next;
	}
	return NAN;
}

/*
 * Keep a node with many phases.  Before the phase that counts come s others,
 * k - 1 - j of them: of purchases the phase is one, of a lifetime each is one
 * that the customer sees if the gap has not ended before, or if it has with
 * chance q.
 */
static void
keep_many(const Task *task, const Node *node, Many *many)
{
	double		power = node->mass;	/* times v^s */
	int			j;

	memset(many, 0, sizeof(*many));
	many->log_fade = node->log_fade;
	many->mean = node->mean;
	many->gone = -expm1(task->k * node->log_fade);
	for (j = task->k - 1; j >= 0; j--)
	{
		if (task->what == LIFETIME)
		{
			many->keep[j] = power / node->clock * node->fewer[j + 1];
			many->more[j] = power / node->clock * (1.0 - node->fewer[j + 1]);
		}
		else
			many->keep[j] = power * node->fade * node->share[j];
		power *= node->fade;
		many->keeps += many->keep[j];
		many->mores += many->more[j];
	}
}

/* ln of (1 + theta^-1 + ... + theta^-(k-1)) / k, eta = ln theta */
static double
log_phase_mean(double eta, int k)
{
	double		y = expm1(-eta);
	double		above = 0.0;	/* theta^-i - 1 */
	double		sum = 0.0;
	int			i;

	for (i = 1; i < k; i++)
	{
		above += above * y + y;
		sum += above;
	}
	return log1p(sum / k);
}

/* Many phases: ln of what a node adds to survival, given p. */
static double
many_survival(const Task *task, const Many *many, double log_q)
{
	double		eta = log_q / task->k;
	double		step = -expm1(eta);	/* 1 - theta */
	double		power = 1.0;	/* theta^j */
	double		sum = 0.0;
	int			j;

	if (!clv_budget_take(task->c->budget, 10 + task->k / 2))
		return NAN;
	for (j = 0; j < task->k; j++)
	{
		sum += many->keep[j] * power;
		power *= 1.0 - step;
	}
	return log(sum) - many->mean * step + log_phase_mean(eta, task->k);
}

/*
 * Many phases: what a node adds to purchases or lifetime, given p: a sum of
 * U_j = (1 - G_j) / (1 - Q), G_j = E Q^floor((N+j)/k).
 */
static double
many_value(const Task *task, const Many *many, double p, double log_q)
{
	double		eta;
	double		step;			/* 1 - theta */
	double		log_gone;		/* ln G_0 */
	double		power = 1.0;	/* theta^j */
	double		less = 0.0;		/* 1 - theta^j */
	double		sum = many->keeps + (1.0 - p) * many->mores;
	int			j;

	if (!clv_budget_take(task->c->budget, isinf(task->h) ? 1 : 5))
		return NAN;
	if (isinf(task->h))
		return sum / (many->gone + p * (1.0 - many->gone));

	/* 1 - G_j is 1 - G_0 + G_0 (1 - theta^j) */
	eta = log_q / task->k + many->log_fade;
	step = -expm1(eta);
	log_gone = -many->mean * step;
	if (log_gone > LOG_NEGLIGIBLE)
	{
		if (!clv_budget_take(task->c->budget, 8 + task->k))
			return NAN;
		log_gone += log_phase_mean(eta, task->k);
		sum *= -expm1(log_gone);
		for (j = 0; j < task->k; j++)
		{
			sum += exp(log_gone) * less * (many->keep[j] + (1.0 - p) * many->more[j]);
			less += step * power;
			power *= 1.0 - step;
		}
	}
	return sum / -expm1(task->k * eta);
}

/*
 * ln of the sum over nodes, for clv_beta_mean().  Survival may be too small
 * for a double far from where it matters, and its logarithm must show the way.
 */
static double
log_given_p(double p, const void *arg)
{
	const Task *task = arg;
	double		log_q = log1p(p > 1.0 - 1e-16 ? 1e-16 - 1.0 : -p);
	double		top = -DBL_MAX;
	double		sum = 0.0;
	int			i;

	if (task->what != SURVIVAL)
	{
		for (i = 0; i < task->nmany; i++)
			sum += many_value(task, &task->many[i], p, log_q);
		return log(sum < DBL_MIN ? DBL_MIN : sum);
	}
	for (i = 0; i < task->nmany; i++)
	{
		double		part = many_survival(task, &task->many[i], log_q);

		if (part > top)
		{
			sum *= exp(top - part);
			top = part;
		}
		sum += exp(part - top);
	}
	return sum == 0.0 ? -DBL_MAX : top + log(sum);
}

/* Add the nodes with many phases to the total. */
static void
add_many(Task *task)
{
	ClvFalling	g;

	if (task->nmany == 0)
		return;
	g.log_value = log_given_p;
	g.arg = task;
	g.steep = task->steep;
	g.steep_end = 2.0;
	g.cost = 0;					/* they take it themselves */
	g.budget = task->c->budget;
	task->total += clv_beta_mean(task->c->a, task->c->b, &g) - task->missing;
	task->nmany = 0;
	task->missing = 0.0;
	task->steep = 1.0;
}

/* The node at r e^d for alpha lambda. */
static void
set_node(const Task *task, double d, Node *node)
{
	const ClvActive *c = task->c;
	double		t = c->r * exp(d);
	double		term = 1.0;
	double		sum = 1.0;
	double		lambda = t / c->alpha;
	int			j;

	node->share[0] = 1.0;
	for (j = 1; j < task->k; j++)
	{
		term *= t * c->idle / j;
		node->share[j] = term;
		sum += term;
	}
	node->fewer[0] = 0.0;
	for (j = 0; j < task->k; j++)
	{
		node->share[j] /= sum;
		node->fewer[j + 1] = node->fewer[j] + node->share[j];
	}
	node->mass = task->step * exp(c->r * (d - expm1(d)) + log(sum) + task->log_norm);
	node->clock = lambda + task->delta;
	node->fade = lambda / node->clock;
	node->log_fade = -log1p(task->delta / lambda);
	node->mean = node->clock * task->h;
}

/*
 * A step in ln lambda.  The error of the rule is the Fourier transform of the
 * integrand at w = 2 pi / step: |Gamma(s + iw) / Gamma(s)| for the density of
 * lambda, and e^(-w tan(pi / k)) for what remembers the phase of now.
 */
static double
step_length(const Task *task)
{
	double		w = sqrt(80.0 * (task->c->r + task->k) + 560.0);

	if (task->k > 2 && !isinf(task->h))
		w = fmax(w, 34.0 / tan(PI / task->k));
	return 2.0 * PI / w;
}

static void
begin(Task *task, const ClvActive *c, Quantity what, double delta, double h)
{
	double		reach = fmin(h, 1.0 / delta) / c->alpha;

	task->c = c;
	task->what = what;
	task->k = c->phases;
	task->delta = delta;
	task->h = h;
	task->log_norm = 0.5 * log(c->r / (2.0 * PI)) - clv_stirling_rest(c->r)
		- log(clv_phase_sum(c->r, c->idle, c->phases));
	task->step = step_length(task);
	task->full = what == PURCHASES ? 0.0
		: what == SURVIVAL ? 1.0 : clv_annuity(delta, h);

	/*
	 * Who hardly buys hardly quits: where r is small the mass near lambda = 0
	 * ends so slowly that it is better to add up what is missing.  Otherwise
	 * the value is at least what it is if no phase comes.
	 */
	task->complement = what != PURCHASES && c->r * log1p(reach) < 7.0;
	task->least = NEGLIGIBLE;
	if (what != PURCHASES && !task->complement)
		task->least = fmax(NEGLIGIBLE * exp(-c->r * log1p(reach)), 1e-305);
	task->total = 0.0;
	task->nmany = 0;
	task->missing = 0.0;
	task->steep = 1.0;
}

/*
 * Many phases: keep the node, or return false if it and all of lower lambda
 * can be left out.  "most" is the largest bound that there was.
 */
static bool
take_many(Task *task, const Node *node, bool falling, double *most)
{
	Many	   *many = &task->many[task->nmany];
	double		bound = node->mass;

	keep_many(task, node, many);
	if (task->what == PURCHASES)
		bound = many->keeps;
	else if (task->complement)
		bound = node->mass * node->fade;	/* no quitting before a phase */
	*most = task->what == PURCHASES ? fmax(*most, bound) : 1.0;
	if (falling && bound < task->least * *most)
		return false;

	if (task->complement)
		task->missing += task->full * node->mass;
	task->steep = fmax(task->steep, fmin(node->mean, node->clock / task->delta));
	if (++task->nmany == MAX_MANY)
		add_many(task);
	return true;
}

/* Customers who do not differ: all have the lambda r / alpha. */
static double
at_one_lambda(Task *task)
{
	Node		node;
	double		most = 0.0;

	task->complement = false;
	set_node(task, 0.0, &node);
	node.mass = 1.0;
	if (node.mean < (task->what == SURVIVAL ? 2.0 * ENOUGH : ENOUGH))
		return task->what == SURVIVAL ? few_survival(task, &node) : few_sum(task, &node);
	take_many(task, &node, false, &most);
	add_many(task);
	return task->total;
}

/*
 * From the largest lambda that matters down to the least, so that many phases
 * come first.
 */
static double
mean_over_lambda(const ClvActive *c, Quantity what, double delta, double h)
{
	Task		task;
	Node		node;
	double		s = c->r + c->phases + 1.0;
	double		d = log((s + sqrt(90.0 * s) + 45.0) / c->r);
	double		before = 0.0;
	double		most = 0.0;
	int			i;

	if (!(c->r <= MAX_SHAPE || c->r >= ONE_RATE))
		return NAN;
	begin(&task, c, what, delta, h);
	if (c->r >= ONE_RATE)
		return at_one_lambda(&task);
	for (i = 0;; i++, d -= task.step)
	{
		double		term;

		if (i == MAX_STEPS || !clv_budget_take(c->budget, 2 * CLV_BUDGET_POINT + c->phases))
			return NAN;
		set_node(&task, d, &node);
		if (node.mean >= (what == SURVIVAL ? 2.0 * ENOUGH : ENOUGH))
		{
			if (!take_many(&task, &node, d < 0.0, &most))
				break;
			continue;
		}
		add_many(&task);
		term = what == SURVIVAL ? few_survival(&task, &node) : few_sum(&task, &node);
		if (task.complement)
			term -= task.full;
		term = fabs(node.mass * term);
		if (isnan(term))
			return NAN;
		task.total += task.complement ? -term : term;
		if (term < before
			&& term < NEGLIGIBLE * (task.complement ? task.full : task.total))
			break;
		before = term;
	}
	add_many(&task);
	return task.complement ? task.full + task.total : task.total;
}

double
clv_regular_survival(const ClvActive *c, double u)
{
	return clv_at_most(mean_over_lambda(c, SURVIVAL, 0.0, u), 1.0);
}

double
clv_regular_purchases(const ClvActive *c, double delta, double h)
{
	return h > 0.0 ? mean_over_lambda(c, PURCHASES, delta, h) : 0.0;
}

double
clv_regular_lifetime(const ClvActive *c, double delta, double h)
{
	if (h == 0.0)
		return 0.0;
	return clv_at_most(mean_over_lambda(c, LIFETIME, delta, h), clv_annuity(delta, h));
}
