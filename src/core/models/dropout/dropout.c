/*
 * dropout.c
 *		Models in which purchases have no part in a customer's lifetime: one
 *		customer's likelihood, predictions, simulation.
 *
 * With R = r + x, the odds of being gone rather than alive at T are
 *
 *		D = integral over (t_x, T) of f(u) / S(T) ((alpha + T) / (alpha + u))^R
 *
 * All predictions come from D and from the laws of one who is alive: lambda is
 * Gamma(R, rate alpha + T), and the lifetime is as it was, given that it is
 * longer than T.  A new customer is one with x = t_x = T = 0.
 */
#include "models/dropout/dropout.h"

#include <math.h>

#include "math/pochhammer.h"
#include "math/renewals.h"
#include "math/special.h"

/* What is known of a customer once the parameters and the row are. */
typedef struct Posterior
{
	double		log_dead;		/* ln of the integral of f(u) / S(t_x)
								 * ((alpha + t_x) / (alpha + u))^R */
	double		log_odds;		/* ln D; -INFINITY: 0 */
	double		alive;			/* P(alive) */
	double		gone;			/* 1 - alive, to all digits */
	ClvCourse	course;			/* of one who is alive at T */
} Posterior;

static void
posterior_set(Posterior *post, const ClvModel *model, const double *par,
			  const ClvCustomer *row, ClvBudget *budget)
{
	ClvCourse  *course = &post->course;
	double		silence = row->t - row->tx;

	course->law = model->law;
	course->par = par + CLV_DROPOUT_LAW;
	course->r = par[CLV_DROPOUT_R] + row->x;
	course->alpha = par[CLV_DROPOUT_ALPHA];
	course->age = row->tx;
	course->delta = 0.0;
	course->budget = budget;

	post->log_dead = log(clv_course_integral(course, CLV_DEATH, silence));
	post->log_odds = post->log_dead
		+ course->r * log1p(silence / (course->alpha + row->tx))
		- model->law->log_survival(course->par, row->tx, silence);
	post->alive = 1.0 / (1.0 + exp(post->log_odds));
	post->gone = 1.0 / (1.0 + exp(-post->log_odds));
	course->age = row->t;
}

static double
dropout_loglik(const ClvModel *model, const double *par,
			   const ClvCustomer *row, ClvBudget *budget)
{
	Posterior	post;
	ClvPochhammer rising;
	double		r = par[CLV_DROPOUT_R];
	double		alpha = par[CLV_DROPOUT_ALPHA];
	double		last = row->t;	/* of the larger part of Q */
	double		ln;

	posterior_set(&post, model, par, row, budget);
	clv_pochhammer(r, row->x, &rising);
	ln = rising.ln + log1p(exp(-fabs(post.log_odds)));
	if (post.log_odds > 0.0)
	{
		ln += post.log_dead;
		last = row->tx;
	}

	/* (r)_x alpha^r (alpha + last)^-(r + x), its large parts cancelled */
	ln += row->x * clv_log_ratio(r, alpha + last) - r * log1p(last / alpha)
		+ model->law->log_survival(post.course.par, 0.0, last);
	return ln;
}

static double
dropout_p_alive(const ClvModel *model, const double *par,
				const ClvCustomer *row, double ahead, ClvBudget *budget)
{
	Posterior	post;

	posterior_set(&post, model, par, row, budget);
	return post.alive
		* exp(model->law->log_survival(post.course.par, row->t, ahead));
}

static double
dropout_p_active(const ClvModel *model, const double *par,
				 const ClvCustomer *row, double h, ClvBudget *budget)
{
	Posterior	post;

	posterior_set(&post, model, par, row, budget);

	/* The first purchase to come, at any moment up to h. */
	return post.alive * clv_course_integral(&post.course, CLV_PURCHASE, h);
}

static double
dropout_lifetime(const ClvModel *model, const double *par,
				 const ClvCustomer *row, double delta, double h,
				 ClvBudget *budget)
{
	Posterior	post;
	double		life;

	if (h == 0.0)
		return 0.0;
	posterior_set(&post, model, par, row, budget);
	life = model->law->lifetime(post.course.par, row->t, delta, h, budget);
	return post.alive * clv_at_most(life, clv_annuity(delta, h));
}

/* One who is alive buys at the mean rate of Gamma(R, alpha + T). */
static double
dropout_purchases(const ClvModel *model, const double *par,
				  const ClvCustomer *row, double delta, double h,
				  ClvBudget *budget)
{
	return dropout_lifetime(model, par, row, delta, h, budget)
		* ((par[CLV_DROPOUT_R] + row->x) / (par[CLV_DROPOUT_ALPHA] + row->t));
}

static double
dropout_pmf(const ClvModel *model, const double *par, const ClvCustomer *row,
			double h, double n, ClvBudget *budget)
{
	Posterior	post;
	double		quiet;

	posterior_set(&post, model, par, row, budget);
	if (n > 0.0)
		return h > 0.0 ? post.alive * clv_course_pmf(&post.course, h, n) : 0.0;

	/* alive at h without a purchase, or dead before the first */
	quiet = -post.course.r * log1p(h / (post.course.alpha + row->t))
		+ model->law->log_survival(post.course.par, row->t, h);
	return post.gone + post.alive
		* (exp(quiet) + clv_course_integral(&post.course, CLV_DEATH, h));
}

static double
dropout_next_purchase(const ClvModel *model, const double *par,
					  const ClvCustomer *row, double probability,
					  ClvBudget *budget)
{
	Posterior	post;
	double		share;

	posterior_set(&post, model, par, row, budget);
	share = probability * (1.0 + exp(post.log_odds));
	if (share >= 1.0)
		return INFINITY;
	return clv_course_quantile(&post.course, CLV_PURCHASE, share);
}

/* Given that a customer is alive at T, rate and lifetime are independent. */
void
clv_dropout_draw_alive(const ClvModel *model, const double *par,
					   const ClvCustomer *row, ClvRandom *random, ClvLife *life)
{
	life->rate = clv_random_gamma(random, par[CLV_DROPOUT_R] + row->x,
								  par[CLV_DROPOUT_ALPHA] + row->t);
	life->quit = model->law->draw(par + CLV_DROPOUT_LAW, row->t, random);
	life->now = row->t;
	life->alive = true;
}

void
clv_dropout_draw(const ClvModel *model, const double *par, ClvRandom *random,
				 ClvLife *life)
{
	const ClvCustomer newcomer = {0.0, 0.0, 0.0, 0.0};

	clv_dropout_draw_alive(model, par, &newcomer, random, life);
}

double
clv_dropout_next(const ClvModel *model, ClvLife *life, ClvRandom *random)
{
	if (!life->alive)
		return INFINITY;
	life->now += clv_random_exponential(random) / life->rate;
	life->alive = life->now < life->quit;
	return life->alive ? life->now : INFINITY;
}

const ClvTransactions clv_dropout_transactions = {
	.loglik = dropout_loglik,
	.p_alive = dropout_p_alive,
	.p_active = dropout_p_active,
	.purchases = dropout_purchases,
	.lifetime = dropout_lifetime,
	.pmf = dropout_pmf,
	.next_purchase = dropout_next_purchase,
	.draw = clv_dropout_draw,
	.draw_alive = clv_dropout_draw_alive,
	.next = clv_dropout_next
};
