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
#include "nbd.h"

#include <math.h>

#include "pochhammer.h"
#include "special.h"
#include "start.h"

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

static ClvStatus
loglik(const ClvModel *model, const double *par, const ClvRow *row, double *out)
{
	double		r = par[CLV_DROPOUT_R];
	double		alpha = par[CLV_DROPOUT_ALPHA];

	ClvPochhammer rising;

	clv_pochhammer(r, row->x, &rising);
	*out = rising.ln + row->x * log(r / (alpha + row->t)) - r * log1p(row->t / alpha);
	return isfinite(*out) ? CLV_OK : CLV_OUT_OF_RANGE;
}

static ClvStatus
p_alive(const ClvModel *model, const double *par, const ClvRow *row,
		double ahead, double *out)
{
	if (!(ahead >= 0.0) || isinf(ahead))
		return CLV_BAD_ARGUMENT;
	*out = 1.0;
	return CLV_OK;
}

static ClvStatus
p_active(const ClvModel *model, const double *par, const ClvRow *row, double h,
		 double *out)
{
	if (!(h >= 0.0))
		return CLV_BAD_ARGUMENT;
	*out = -expm1(-(par[CLV_DROPOUT_R] + row->x)
				  * log1p(h / (par[CLV_DROPOUT_ALPHA] + row->t)));
	return CLV_OK;
}

static ClvStatus
lifetime(const ClvModel *model, const double *par, const ClvRow *row,
		 double delta, double h, double *out)
{
	if (!clv_discount_valid(delta, h))
		return CLV_BAD_ARGUMENT;
	*out = clv_annuity(delta, h);
	return isfinite(*out) ? CLV_OK : CLV_OUT_OF_RANGE;
}

static ClvStatus
purchases(const ClvModel *model, const double *par, const ClvRow *row,
		  double delta, double h, double *out)
{
	ClvStatus	status = lifetime(model, par, row, delta, h, out);

	if (status != CLV_OK)
		return status;
	*out *= (par[CLV_DROPOUT_R] + row->x) / (par[CLV_DROPOUT_ALPHA] + row->t);
	return isfinite(*out) ? CLV_OK : CLV_OUT_OF_RANGE;
}

static ClvStatus
pmf(const ClvModel *model, const double *par, const ClvRow *row, double h,
	double n, double *out)
{
	double		z = h / (par[CLV_DROPOUT_ALPHA] + row->t);

	if (!(h >= 0.0) || isinf(h) || !(n >= 0.0) || n != floor(n))
		return CLV_BAD_ARGUMENT;
	*out = z > 0.0 ? clv_negbin(par[CLV_DROPOUT_R] + row->x, z, n) : n == 0.0;
	return isfinite(*out) ? CLV_OK : CLV_OUT_OF_RANGE;
}

static ClvStatus
next_purchase(const ClvModel *model, const double *par, const ClvRow *row,
			  double probability, double *out)
{
	if (!(probability >= 0.0 && probability <= 1.0))
		return CLV_BAD_ARGUMENT;
	*out = (par[CLV_DROPOUT_ALPHA] + row->t)
		* expm1(-log1p(-probability) / (par[CLV_DROPOUT_R] + row->x));
	return CLV_OK;
}

static const ClvParam param[] = {
	{"r", 0.0, 0, 0,
		"hardly anyone buys again",
		"customers do not differ in their purchase rate",
		"customers do not differ in their purchase rate",
	"most never buy again, and a few make nearly all purchases", 0.5},
	{"alpha", 0.0, 1, 0,
		"purchases follow each other without delay",
		"hardly anyone buys again",
		"customers do not differ in their purchase rate",
	NULL, 50.0}
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
	.nparam = CLV_DROPOUT_LAW,
	.param = param,
	.law = &immortal,
	.reference = "Ehrenberg (1959), Applied Statistics 8:26",
	.work_new = clv_dropout_work_new,
	.work_free = clv_dropout_work_free,
	.units = clv_dropout_units,
	.step_units = CLV_DROPOUT_STEP,
	.begin = clv_dropout_begin,
	.slice = clv_dropout_slice,
	.start = start,
	.usable = clv_anyone_observed,
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
