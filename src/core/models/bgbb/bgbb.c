/*
 * bgbb.c
 *		The BG/BB model: one customer's likelihood, predictions, simulation.
 *
 * Fader, Hardie & Shang (2010), "Customer-Base Analysis in a Discrete-Time
 * Noncontractual Setting", Marketing Science 29, 1086-1108, whose equations
 * are cited below.  For those who are alive after k opportunities with x
 * purchases, the last one not after k, let S_k be the mean of
 * p^x (1 - p)^(k - x) (1 - theta)^k, and h_k = gamma / (gamma + delta + k) the
 * chance that they die before the next opportunity.  Equation 5 is then
 *
 *		L = S_n + sum over k = t_x ... n - 1 of S_k h_k
 *
 * and is taken from its last term to its first: with q_k that sum from k on
 * over S_k, and r_k = S_(k+1) / S_k a ratio of two small products,
 *
 *		q_n = 1,	q_k = r_k q_(k+1) + h_k,	L = S_(t_x) q_(t_x)
 *
 * All of it is positive and at most 1, so that nothing is lost or overflows
 * however many opportunities there are.  The chance of being alive after all
 * of them is the product of the parts r_k q_(k+1) / q_k.  (Near 1, 1 - q_k is
 * taken by a recursion of its own, as positive.)  Given that, p is
 * Beta(alpha + x, beta + n - x) and theta Beta(gamma, delta + n), independent
 * of each other, and a prediction is a sum over opportunities to come.
 */
#include "models/bgbb/bgbb.h"

#include <math.h>

#include "math/renewals.h"
#include "math/special.h"
#include "model/moments.h"

/* Sums over opportunities to come have no more terms than this. */
#define MAX_TERMS	1000000

/* Of a sum that only grows, what is left out. */
#define NEGLIGIBLE	1e-17

static const ClvParam bgbb_param[CLV_BGBB_NPARAM] = {
	{"alpha", 0.0, INFINITY, 0, 0,
		"hardly anyone buys again",
		"customers buy at every opportunity until they leave",
		"customers do not differ in their chance of buying",
	"customers buy at every opportunity until they leave, or never", 1.0},
	{"beta", 0.0, INFINITY, 0, 0,
		"customers buy at every opportunity until they leave",
		"hardly anyone buys again",
		"customers do not differ in their chance of buying",
	NULL, 1.0},
	{"gamma", 0.0, INFINITY, 0, 0,
		"there is no sign that customers ever leave",
		"customers leave at the first opportunity",
		"customers do not differ in their chance of leaving",
	"customers leave at the first opportunity or never", 1.0},
	{"delta", 0.0, INFINITY, 0, 0,
		"customers leave at the first opportunity or never",
		"there is no sign that customers ever leave",
		"customers do not differ in their chance of leaving",
	NULL, 3.0}
};

/* What is known of a customer once the parameters and the row are. */
typedef struct Posterior
{
	double		alive;			/* P(alive after opportunity n) */
	double		gone;			/* 1 - alive, to all digits */
	double		ratio;			/* q: L over S at t_x */
	double		lack;			/* 1 - q, to all digits */
	double		alpha;			/* of p and theta, given alive */
	double		beta;
	double		gamma;
	double		delta;
	ClvBudget  *budget;			/* of the prediction that asks */
} Posterior;

static void
posterior_set(Posterior *post, const double *par, const ClvCustomer *row,
			  ClvBudget *budget)
{
	double		alpha = par[CLV_BGBB_ALPHA];
	double		beta = par[CLV_BGBB_BETA];
	double		gamma = par[CLV_BGBB_GAMMA];
	double		delta = par[CLV_BGBB_DELTA];
	double		k;

	post->alive = 1.0;
	post->gone = 0.0;
	post->ratio = 1.0;
	post->lack = 0.0;
	post->budget = budget;
	if (!clv_budget_take(budget, (int) fmin(row->t - row->tx, CLV_BUDGET)))
		post->alive = NAN;
	for (k = row->t - 1.0; k >= row->tx && budget->left >= 0; k -= 1.0)
	{
		/* r q and h, both times the same denominator */
		double		all = alpha + beta + k;
		double		both = all * (gamma + delta + k);
		double		miss = (beta + (k - row->x)) * (delta + k);
		double		stay = miss * post->ratio;
		double		die = gamma * all;
		double		sum = stay + die;

		post->ratio = sum / both;
		post->lack = ((alpha + row->x) * (delta + k) + miss * post->lack) / both;
		post->alive *= stay / sum;
		post->gone = (die + stay * post->gone) / sum;
	}
	post->alpha = alpha + row->x;
	post->beta = beta + (row->t - row->x);
	post->gamma = gamma;
	post->delta = delta + row->t;
}

/* Equation 5. */
static double
bgbb_loglik(const ClvModel *model, const double *par, const ClvCustomer *row,
			ClvBudget *budget)
{
	double		alpha = par[CLV_BGBB_ALPHA];
	double		beta = par[CLV_BGBB_BETA];
	double		missed = row->tx - row->x;
	Posterior	post;

	posterior_set(&post, par, row, budget);

	/* the means of (1 - p)^missed, then p^x, and of (1 - theta)^t_x */
	return clv_log_survive(alpha, beta, missed)
		+ clv_log_survive(beta + missed, alpha, row->x)
		+ clv_log_survive(par[CLV_BGBB_GAMMA], par[CLV_BGBB_DELTA], row->tx)
		+ (post.ratio < 0.5 ? log(post.ratio) : log1p(-post.lack));
}

/* Equation 11, which the paper gives for n + 1: alive at opportunity n + m. */
static double
bgbb_p_alive(const ClvModel *model, const double *par, const ClvCustomer *row,
			 double ahead, ClvBudget *budget)
{
	Posterior	post;

	posterior_set(&post, par, row, budget);
	return post.alive * exp(clv_log_survive(post.gamma, post.delta,
											clv_whole_periods(ahead)));
}

/* The first purchase of one who is alive, opportunity by opportunity. */
typedef struct Waiting
{
	const Posterior *post;
	double		periods;		/* opportunities so far */
	double		still;			/* P(alive, and no purchase in them) */
	double		bought;			/* P(a purchase in them) */
} Waiting;

static void
wait_one(Waiting *w)
{
	const Posterior *post = w->post;
	double		k = w->periods;
	double		all = post->alpha + post->beta + k;
	double		here = w->still * (post->delta + k) / (post->gamma + post->delta + k);

	w->bought += here * (post->alpha / all);
	w->still = here * ((post->beta + k) / all);
	w->periods += 1.0;
}

static double
bgbb_p_active(const ClvModel *model, const double *par, const ClvCustomer *row,
			  double h, ClvBudget *budget)
{
	Posterior	post;
	Waiting		w = {&post, 0.0, 1.0, 0.0};

	h = clv_whole_periods(h);
	posterior_set(&post, par, row, budget);
	while (w.periods < h && w.still > NEGLIGIBLE * w.bought)
	{
		if (w.periods >= MAX_TERMS || !clv_budget_take(budget, 1))
			return NAN;
		wait_one(&w);
	}
	return post.alive * w.bought;
}

/*
 * The opportunity by which it is so probable, or none if it is not within
 * MAX_TERMS of them.
 */
static double
bgbb_next_purchase(const ClvModel *model, const double *par,
				   const ClvCustomer *row, double probability, ClvBudget *budget)
{
	Posterior	post;
	Waiting		w = {&post, 0.0, 1.0, 0.0};

	posterior_set(&post, par, row, budget);
	while (!(post.alive * w.bought >= probability))
	{
		if (w.periods >= MAX_TERMS ||
			post.alive * (w.bought + w.still) < probability * (1.0 - 1e-12))
			return INFINITY;
		if (!clv_budget_take(budget, 1))
			return NAN;
		wait_one(&w);
	}
	return w.periods;
}

/* Equation 14 when h is infinite: a purchase at n + j is discounted by j. */
static double
bgbb_purchases(const ClvModel *model, const double *par, const ClvCustomer *row,
			   double delta, double h, ClvBudget *budget)
{
	Posterior	post;

	posterior_set(&post, par, row, budget);
	return post.alive * (post.alpha / (post.alpha + post.beta)) *
		clv_renewals(post.gamma, post.delta, delta, clv_whole_periods(h), budget);
}

/* Opportunities to come at which the customer is alive. */
static double
bgbb_lifetime(const ClvModel *model, const double *par, const ClvCustomer *row,
			  double delta, double h, ClvBudget *budget)
{
	Posterior	post;

	posterior_set(&post, par, row, budget);
	return post.alive *
		clv_renewals(post.gamma, post.delta, delta, clv_whole_periods(h), budget);
}

/*
 * P(n purchases in h opportunities) of one who is alive: after each i of them
 * alive with n purchases, and then dead, or alive to the end.  "now" is the
 * chance of being alive with n purchases after i.
 */
static double
pmf_alive(const Posterior *post, double h, double n)
{
	double		scale = clv_log_survive(post->beta, post->alpha, n)
		+ clv_log_survive(post->gamma, post->delta, n);
	double		now = 1.0;
	double		sum = 0.0;
	double		i;

	for (i = n; i < h; i += 1.0)
	{
		double		all = post->gamma + post->delta + i;

		if (!clv_budget_take(post->budget, 1))
			return NAN;
		sum += now * (post->gamma / all);
		now *= (i + 1.0) / (i + 1.0 - n)
			* ((post->beta + (i - n)) / (post->alpha + post->beta + i))
			* ((post->delta + i) / all);
		if (now > 1e200)
		{
			now *= 1e-200;
			sum *= 1e-200;
			scale += 200.0 * M_LN10;
		}
	}
	return exp(scale + log(sum + now));
}

static double
bgbb_pmf(const ClvModel *model, const double *par, const ClvCustomer *row,
		 double h, double n, ClvBudget *budget)
{
	Posterior	post;
	double		chance = 0.0;

	h = clv_whole_periods(h);
	if (h - n > MAX_TERMS)
		return NAN;
	posterior_set(&post, par, row, budget);
	if (n <= h)
		chance = post.alive * pmf_alive(&post, h, n);
	return n == 0.0 ? chance + post.gone : chance;
}

/* The number of trials up to and with the first success. */
static double
draw_geometric(ClvRandom *random, double probability)
{
	return 1.0 + floor(clv_random_exponential(random) / -log1p(-probability));
}

/* Given that a customer is alive at n, p and theta are independent. */
static void
bgbb_draw_alive(const ClvModel *model, const double *par, const ClvCustomer *row,
				ClvRandom *random, ClvLife *life)
{
	life->rate = clv_random_beta(random, par[CLV_BGBB_ALPHA] + row->x,
								 par[CLV_BGBB_BETA] + (row->t - row->x));

	/* the first opportunity that is not lived to see */
	life->quit = row->t +
		draw_geometric(random, clv_random_beta(random, par[CLV_BGBB_GAMMA],
											   par[CLV_BGBB_DELTA] + row->t));
	life->now = row->t;
	life->alive = true;
}

static void
bgbb_draw(const ClvModel *model, const double *par, ClvRandom *random,
		  ClvLife *life)
{
	const ClvCustomer newcomer = {0.0, 0.0, 0.0, 0};

	bgbb_draw_alive(model, par, &newcomer, random, life);
}

static double
bgbb_next(const ClvModel *model, ClvLife *life, ClvRandom *random)
{
	if (life->alive)
		life->now += draw_geometric(random, life->rate);
	life->alive = life->alive && life->now < life->quit;
	return life->alive ? life->now : INFINITY;
}

static const ClvTransactions transactions = {
	.loglik = bgbb_loglik,
	.p_alive = bgbb_p_alive,
	.p_active = bgbb_p_active,
	.purchases = bgbb_purchases,
	.lifetime = bgbb_lifetime,
	.pmf = bgbb_pmf,
	.next_purchase = bgbb_next_purchase,
	.draw = bgbb_draw,
	.draw_alive = bgbb_draw_alive,
	.next = bgbb_next
};

const ClvModel clv_bgbb = {
	.name = "bgbb",
	.kind = CLV_TRANSACTION,
	.discrete = true,
	.nparam = CLV_BGBB_NPARAM,
	.param = bgbb_param,
	.reference = "Fader, Hardie & Shang (2010), Marketing Science 29:1086, equations 5 to 14",
	.start = clv_bgbb_start,
	.attempts = 3,
	.usable = clv_anyone_observed,
	.likelihood = &clv_bgbb_likelihood,
	.transactions = &transactions
};
