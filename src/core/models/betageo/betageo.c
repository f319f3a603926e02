/*
 * betageo.c
 *		BG/NBD and its siblings: one customer's likelihood, predictions,
 *		simulation.
 *
 * A customer with x repeat purchases has seen the coin n = x + variant times.
 * The likelihood is that of being active still plus that of having quit at
 * the last purchase (Fader, Hardie & Lee 2005, equation 6),
 *
 *		L = (r)_x alpha^r { e_n / (alpha + T)^(r+x)
 *							+ [n > 0] a / (b + n - 1) e_n / (alpha + t_x)^(r+x) }
 *
 * with e_n = (b)_n / (a + b)_n.  Where a gap has k phases, x is k x but for
 * the coin, and a customer who is active may have passed j < k of the present
 * gap (Reutterer, Platzer & Schroeder 2021, appendix): the first part is then
 * times the sum over j of (r + k x)_j / j! ((T - t_x) / (alpha + T))^j.  What
 * the gaps themselves add, the product of gap^(k-1) / Gamma(k), is not known of
 * a single customer and left out here; it changes no prediction.
 *
 * All predictions come from the odds of the two,
 * and from the laws of lambda and p of a customer who is active:
 * Gamma(r + x, rate alpha + T) and Beta(a, b + n).  A new customer is one with
 * x = t_x = T = 0.
 */
#include "models/betageo/betageo.h"

#include <math.h>

#include "math/pochhammer.h"
#include "math/special.h"

/* What is known of a customer once the parameters and the row are. */
typedef struct Posterior
{
	double		log_odds;		/* ln of P(quit) / P(active); -INFINITY: 0 */
	double		alive;			/* P(active) */
	double		gone;			/* 1 - alive, to all digits */
	double		log_phases;		/* ln of the sum over j in the likelihood */
	ClvActive	active;
} Posterior;

/* Events of the purchase process to a purchase: k, or 1 if there is no k. */
int
clv_betageo_phases(const ClvModel *model, const double *par)
{
	return model->nparam > CLV_BETAGEO_K ? (int) par[CLV_BETAGEO_K] : 1;
}

static void
posterior_set(Posterior *post, const ClvModel *model, const double *par,
			  const ClvCustomer *row, ClvBudget *budget)
{
	double		a = par[CLV_BETAGEO_A];
	double		b = par[CLV_BETAGEO_B];
	double		alpha = par[CLV_BETAGEO_ALPHA];
	double		n = row->x + model->variant;
	ClvActive  *active = &post->active;

	active->phases = clv_betageo_phases(model, par);
	active->r = par[CLV_BETAGEO_R] + active->phases * row->x;
	active->alpha = alpha + row->t;
	active->a = a;
	active->b = b + n;
	active->idle = (row->t - row->tx) / active->alpha;
	active->budget = budget;
	post->log_phases = log(clv_phase_sum(active->r, active->idle, active->phases));
	if (!isfinite(post->log_phases))
		post->log_phases = NAN; /* too large to be set against the other part */
	if (n == 0.0)
	{
		post->log_odds = -INFINITY;
		post->alive = 1.0;
		post->gone = 0.0;
		return;
	}

	/* b + (n - 1), not (b + n) - 1: b may be far below 1 */
	post->log_odds = clv_log_ratio(a, b + (n - 1.0))
		+ active->r * log1p((row->t - row->tx) / (alpha + row->tx))
		- post->log_phases;
	post->alive = 1.0 / (1.0 + exp(post->log_odds));
	post->gone = 1.0 / (1.0 + exp(-post->log_odds));
}

static double
betageo_loglik(const ClvModel *model, const double *par,
			   const ClvCustomer *row, ClvBudget *budget)
{
	Posterior	post;
	ClvPochhammer rising;
	double		r = par[CLV_BETAGEO_R];
	double		alpha = par[CLV_BETAGEO_ALPHA];
	double		a = par[CLV_BETAGEO_A];
	double		b = par[CLV_BETAGEO_B];
	double		n = row->x + model->variant;
	double		events;
	double		last = row->t;	/* of the larger part of the sum */
	double		ln;

	posterior_set(&post, model, par, row, budget);
	events = post.active.phases * row->x;
	clv_pochhammer(r, events, &rising);
	ln = rising.ln + clv_log_survive(a, b, n);
	if (post.log_odds > 0.0)
	{
		ln += clv_log_ratio(a, b + (n - 1.0));
		last = row->tx;
	}
	else
		ln += post.log_phases;

	/* (r)_x alpha^r (alpha + last)^-(r + x), its large parts cancelled */
	ln += events * clv_log_ratio(r, alpha + last) - r * log1p(last / alpha)
		+ log1p(exp(-fabs(post.log_odds)));
	return ln;
}

static double
betageo_p_alive(const ClvModel *model, const double *par,
				const ClvCustomer *row, double ahead, ClvBudget *budget)
{
	Posterior	post;

	posterior_set(&post, model, par, row, budget);
	return post.alive * clv_active_survival(&post.active, ahead);
}

static double
betageo_p_active(const ClvModel *model, const double *par,
				 const ClvCustomer *row, double h, ClvBudget *budget)
{
	Posterior	post;

	posterior_set(&post, model, par, row, budget);

	/* One who is active quits at a purchase, not before. */
	return post.alive * clv_active_at_least(&post.active, h, 1.0);
}

static double
betageo_purchases(const ClvModel *model, const double *par,
				  const ClvCustomer *row, double delta, double h,
				  ClvBudget *budget)
{
	Posterior	post;

	posterior_set(&post, model, par, row, budget);
	return post.alive * clv_active_purchases(&post.active, delta, h);
}

static double
betageo_lifetime(const ClvModel *model, const double *par,
				 const ClvCustomer *row, double delta, double h,
				 ClvBudget *budget)
{
	Posterior	post;

	posterior_set(&post, model, par, row, budget);
	return post.alive * clv_active_lifetime(&post.active, delta, h);
}

static double
betageo_pmf(const ClvModel *model, const double *par, const ClvCustomer *row,
			double h, double n, ClvBudget *budget)
{
	Posterior	post;
	const ClvActive *c = &post.active;
	double		stay;
	double		quit;

	posterior_set(&post, model, par, row, budget);
	if (n == 0.0)
		return post.gone + post.alive * clv_active_exactly(c, h, 0.0);

	/*
	 * Still active after exactly n, or quit at the n-th: the mean of
	 * (1 - p)^n, and of p (1 - p)^(n - 1).
	 */
	stay = clv_log_survive(c->a, c->b, n);
	quit = clv_log_survive(c->a, c->b, n - 1.0)
		+ clv_log_ratio(c->a, c->a + c->b + (n - 1.0));
	return post.alive * (exp(stay) * clv_active_exactly(c, h, n)
						 + exp(quit) * clv_active_at_least(c, h, n));
}

static double
betageo_next_purchase(const ClvModel *model, const double *par,
					  const ClvCustomer *row, double probability,
					  ClvBudget *budget)
{
	Posterior	post;
	double		share;
	double		left;

	posterior_set(&post, model, par, row, budget);

	/* probability / alive, and 1 less it: invert p_active */
	share = probability * (1.0 + exp(post.log_odds));
	left = (1.0 - probability) - probability * exp(post.log_odds);
	if (left <= 0.0)
		return INFINITY;
	return clv_active_wait(&post.active, share, left);
}

static void
betageo_draw(const ClvModel *model, const double *par, ClvRandom *random,
			 ClvLife *life)
{
	life->rate = clv_random_gamma(random, par[CLV_BETAGEO_R],
								  par[CLV_BETAGEO_ALPHA]);
	life->quit = clv_random_beta(random, par[CLV_BETAGEO_A],
								 par[CLV_BETAGEO_B]);
	life->phases = clv_betageo_phases(model, par);
	life->passed = 0;
	life->now = 0.0;
	life->alive = model->variant == 0
		|| clv_random_uniform(random) >= life->quit;
}

/* lambda and p of one who is active, by their laws: see ClvActive. */
static void
betageo_draw_alive(const ClvModel *model, const double *par,
				   const ClvCustomer *row, ClvRandom *random, ClvLife *life)
{
	int			phases = clv_betageo_phases(model, par);
	double		r = par[CLV_BETAGEO_R] + phases * row->x;
	double		alpha = par[CLV_BETAGEO_ALPHA] + row->t;

	life->phases = phases;
	life->passed = clv_phase_draw(r, (row->t - row->tx) / alpha, phases,
								  random);
	life->rate = clv_random_gamma(random, r + life->passed, alpha);
	life->quit = clv_random_beta(random, par[CLV_BETAGEO_A],
								 par[CLV_BETAGEO_B] + row->x + model->variant);
	life->now = row->t;
	life->alive = true;
}

static double
betageo_next(const ClvModel *model, ClvLife *life, ClvRandom *random)
{
	if (!life->alive)
		return INFINITY;
	for (; life->passed < life->phases; life->passed++)
		life->now += clv_random_exponential(random) / life->rate;
	life->passed = 0;
	life->alive = clv_random_uniform(random) >= life->quit;
	return life->now;
}

const ClvTransactions clv_betageo_transactions = {
	.loglik = betageo_loglik,
	.p_alive = betageo_p_alive,
	.p_active = betageo_p_active,
	.purchases = betageo_purchases,
	.lifetime = betageo_lifetime,
	.pmf = betageo_pmf,
	.next_purchase = betageo_next_purchase,
	.draw = betageo_draw,
	.draw_alive = betageo_draw_alive,
	.next = betageo_next
};
