/*
 * nbd.c
 *		The NBD model: nobody ever leaves.
 *
 * Ehrenberg (1959), "The Pattern of Consumer Purchases", Applied Statistics 8,
 * 26-41.  Purchases are Poisson at a rate lambda that is Gamma(r, rate alpha)
 * over customers; given x of them in T it is Gamma(r + x, rate alpha + T).
 * Every prediction is in closed form.  A base is fitted as under dropout.h,
 * with a law of lifetimes that has neither parameters nor deaths.
 */
#include "models/dropout/dropout.h"

#include <math.h>

#include "math/pochhammer.h"
#include "math/renewals.h"
#include "math/special.h"
#include "model/moments.h"
#include "model/rate.h"

static double
log_survival(const double *law, double age, double step)
{
	return 0.0;
}

static void
slopes(const double *law, double age, double ln, ClvLawSlopes *out)
{
}

static double
draw(const double *law, double age, ClvRandom *random)
{
	return INFINITY;
}

static const ClvLaw immortal = {
	.nparam = 0,
	.log_survival = log_survival,
	.slopes = slopes,
	.draw = draw
};

static double
loglik(const ClvModel *model, const double *par, const ClvCustomer *row,
	   ClvBudget *budget)
{
	double		r = par[CLV_DROPOUT_R];
	double		alpha = par[CLV_DROPOUT_ALPHA];
	ClvPochhammer rising;

	clv_pochhammer(r, row->x, &rising);
	return rising.ln + row->x * clv_log_ratio(r, alpha + row->t)
		- r * log1p(row->t / alpha);
}

static double
p_alive(const ClvModel *model, const double *par, const ClvCustomer *row,
		double ahead, ClvBudget *budget)
{
	return 1.0;
}

static double
p_active(const ClvModel *model, const double *par, const ClvCustomer *row, double h,
		 ClvBudget *budget)
{
	return -expm1(-(par[CLV_DROPOUT_R] + row->x)
				  * log1p(h / (par[CLV_DROPOUT_ALPHA] + row->t)));
}

static double
lifetime(const ClvModel *model, const double *par, const ClvCustomer *row,
		 double delta, double h, ClvBudget *budget)
{
	return clv_annuity(delta, h);
}

static double
purchases(const ClvModel *model, const double *par, const ClvCustomer *row,
		  double delta, double h, ClvBudget *budget)
{
	return clv_annuity(delta, h)
		* ((par[CLV_DROPOUT_R] + row->x) / (par[CLV_DROPOUT_ALPHA] + row->t));
}

static double
pmf(const ClvModel *model, const double *par, const ClvCustomer *row, double h,
	double n, ClvBudget *budget)
{
	double		z = h / (par[CLV_DROPOUT_ALPHA] + row->t);

	if (z > 0.0)
		return clv_negbin(par[CLV_DROPOUT_R] + row->x, z, n);
	return n == 0.0 ? 1.0 : 0.0;
}

static double
next_purchase(const ClvModel *model, const double *par, const ClvCustomer *row,
			  double probability, ClvBudget *budget)
{
	return (par[CLV_DROPOUT_ALPHA] + row->t)
		* expm1(-log1p(-probability) / (par[CLV_DROPOUT_R] + row->x));
}

static const ClvTransactions transactions = {
	.loglik = loglik,
	.p_alive = p_alive,
	.p_active = p_active,
	.purchases = purchases,
	.lifetime = lifetime,
	.pmf = pmf,
	.next_purchase = next_purchase,
	.draw = clv_dropout_draw,
	.draw_alive = clv_dropout_draw_alive,
	.next = clv_dropout_next
};

static const ClvParam param[] = {
	CLV_RATE_PARAMS
};

static bool
start(const ClvModel *model, const ClvMoments *moments, int attempt,
	  double *par)
{
	static const double factor[] = {1.0, 0.2, 5.0};

	if (attempt < 0 || attempt >= (int) (sizeof(factor) / sizeof(factor[0])))
		return false;
	clv_start_rate(moments, factor[attempt], &par[CLV_DROPOUT_R],
				   &par[CLV_DROPOUT_ALPHA]);
	return true;
}

const ClvModel clv_nbd = {
	.name = "nbd",
	.kind = CLV_TRANSACTION,
	.leaving = CLV_LEAVES_AFTER_REPEAT,
	.nparam = CLV_DROPOUT_LAW,
	.param = param,
	.law = &immortal,
	.reference = "Ehrenberg (1959), Applied Statistics 8:26",
	.start = start,
	.usable = clv_anyone_observed,
	.likelihood = &clv_dropout_likelihood,
	.transactions = &transactions
};
