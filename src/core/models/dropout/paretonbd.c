/*
 * paretonbd.c
 *		The Pareto/NBD model.
 *
 * Schmittlein, Morrison & Colombo (1987), "Counting Your Customers: Who Are
 * They and What Will They Do Next?", Management Science 33, 1-24.  A customer
 * may leave at any moment, at a rate mu that is Gamma(s, rate beta) over
 * customers: S(u) = (beta / (beta + u))^s.
 */
#include "models/dropout/dropout.h"

#include <math.h>

#include "math/special.h"
#include "model/moments.h"
#include "model/rate.h"

/* law[] */
enum
{
	LAW_S,
	LAW_BETA,
	LAW_NPARAM
};

static double
log_survival(const double *law, double age, double step)
{
	return -law[LAW_S] * log1p(step / (law[LAW_BETA] + age));
}

static double
hazard(const double *law, double age)
{
	return law[LAW_S] / (law[LAW_BETA] + age);
}

/*
 * With q = 1 / (beta + age) and k = 1 / beta - q, all the derivatives are
 * products; none of them cancels where s and beta grow at a fixed ratio.
 */
static void
slopes(const double *law, double age, double ln, ClvLawSlopes *out)
{
	double		s = law[LAW_S];
	double		beta = law[LAW_BETA];
	double		q = 1.0 / (beta + age);
	double		k = age / beta * q;

	out->alive[LAW_S] = ln / s;
	out->alive[LAW_BETA] = s * k;
	out->alive2[CLV_PACK(LAW_S, LAW_S)] = 0.0;
	out->alive2[CLV_PACK(LAW_BETA, LAW_S)] = k;
	out->alive2[CLV_PACK(LAW_BETA, LAW_BETA)] = -s * k * (k + 2.0 * q);
	out->hazard[LAW_S] = 1.0 / s;
	out->hazard[LAW_BETA] = -q;
	out->hazard2[CLV_PACK(LAW_S, LAW_S)] = -1.0 / (s * s);
	out->hazard2[CLV_PACK(LAW_BETA, LAW_S)] = 0.0;
	out->hazard2[CLV_PACK(LAW_BETA, LAW_BETA)] = q * q;
}

static void
bounds(const double *law, double age, double *reach, double *slope)
{
	*reach = law[LAW_BETA] + age;
	*slope = (law[LAW_S] + 1.0) / *reach;
}

static double
least_hazard(const double *law, double age)
{
	return 0.0;
}

static double
power(const double *law)
{
	return law[LAW_S];
}

/*
 * In y = ln(1 + u / B), B = beta + age, an exponential integral over a part of
 * its range, which has no singularity at any s.
 */
static double
lifetime(const double *law, double age, double delta, double h,
		 ClvBudget *budget)
{
	double		scale = law[LAW_BETA] + age;

	if (h < 1e-200 * scale)
		return h;
	return scale * clv_expint_part(law[LAW_S] - 1.0, delta * scale,
								   log1p(h / scale), budget);
}

static double
draw(const double *law, double age, ClvRandom *random)
{
	double		mu = clv_random_gamma(random, law[LAW_S], law[LAW_BETA] + age);

	return age + clv_random_exponential(random) / mu;
}

static const ClvLaw pareto = {
	.nparam = LAW_NPARAM,
	.log_survival = log_survival,
	.hazard = hazard,
	.slopes = slopes,
	.bounds = bounds,
	.least_hazard = least_hazard,
	.power = power,
	.lifetime = lifetime,
	.draw = draw
};

static const ClvParam param[] = {
	CLV_RATE_PARAMS,
	{"s", 0.0, INFINITY, 0, 0,
		"there is no sign that customers ever leave",
		"customers leave at once",
		"customers do not differ in their rate of leaving",
	NULL, 0.5},
	{"beta", 0.0, INFINITY, 1, 0,
		"customers leave at once or never",
		"there is no sign that customers ever leave",
		"customers do not differ in their rate of leaving",
	NULL, 50.0}
};

/*
 * Attempt 0 has half of the customers leave in their mean age; the others
 * differ more, or less, from customer to customer.  One-time buyers may rather
 * have left soon, and the others buy often: there may be a maximum of its own,
 * which attempt 2 is near.  In the last two some leave at once and the others
 * hardly ever.
 */
static bool
start(const ClvModel *model, const ClvMoments *moments, int attempt,
	  double *par)
{
	static const double try[][3] = {	/* factor of r; s; beta over mean age */
		{1.0, 1.0, 1.0}, {0.3, 0.3, 0.3}, {5.0, 0.15, 1e-4}, {5.0, 5.0, 20.0},
		{1.0, 0.1, 1.0}, {1.0, 0.03, 1e-8}, {1.0, 0.003, 1e-8}
	};

	if (attempt < 0 || attempt >= (int) (sizeof(try) / sizeof(try[0])))
		return false;
	clv_start_rate(moments, try[attempt][0], &par[CLV_DROPOUT_R],
				   &par[CLV_DROPOUT_ALPHA]);
	par[CLV_DROPOUT_LAW + LAW_S] = try[attempt][1];
	par[CLV_DROPOUT_LAW + LAW_BETA] = try[attempt][2] * clv_start_age(moments);
	return true;
}

/* Covariates move the rate of purchases and that of leaving (note 019). */
static const int covariate[] = {0, -1, 0, -1};

const ClvModel clv_paretonbd = {
	.name = "paretonbd",
	.kind = CLV_TRANSACTION,
	.nparam = CLV_DROPOUT_LAW + LAW_NPARAM,
	.param = param,
	.law = &pareto,
	.covariate = covariate,
	.reference = "Schmittlein, Morrison & Colombo (1987), Management Science 33:1; Fader & Hardie (2005), note 009",
	.start = start,
	.attempts = 3,
	.usable = clv_anyone_observed,
	.likelihood = &clv_dropout_likelihood,
	.transactions = &clv_dropout_transactions
};
