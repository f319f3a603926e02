/*
 * ggompertznbd.c
 *		The GGompertz/NBD model.
 *
 * Bemmaor & Glady (2012), "Modeling Purchasing Behavior with Sudden 'Death': A
 * Flexible Customer Lifetime Model", Management Science 58, 1012-1021; its
 * expected purchases as in Adler (2022), "Comment on 'Modeling Purchasing
 * Behavior with Sudden Death'", Management Science 69, 1929-1930.  A
 * customer's hazard at age u is eta b e^(bu), with eta Gamma(s, rate beta) over
 * customers:
 *
 *		S(u) = (beta / D)^s,	f(u) / S(u) = s b g(u),		D = beta + e^(bu) - 1
 *
 * with g = e^(bu) / D, written 1 / (beta e^(-bu) + 1 - e^(-bu)), which neither
 * cancels nor overflows: it goes from 1 / beta to 1.  With beta = b beta' and b
 * going to 0 the model becomes Pareto/NBD with that beta'.
 */
#include "models/dropout/dropout.h"

#include <math.h>

#include "model/moments.h"
#include "model/rate.h"

/* law[] */
enum
{
	LAW_B,
	LAW_S,
	LAW_BETA,
	LAW_NPARAM
};

#define LARGE	600.0			/* e^LARGE is no overflow yet */
#define LARGEST	1e150			/* beta, of a search */

static double
hazard_share(const double *law, double age)
{
	double		y = -law[LAW_B] * age;

	return 1.0 / (law[LAW_BETA] * exp(y) - expm1(y));
}

/* D(age + step) / D(age) = 1 + (e^(b step) - 1) g(age) */
static double
log_survival(const double *law, double age, double step)
{
	double		y = law[LAW_B] * step;
	double		g = hazard_share(law, age);

	if (y < LARGE)
		return -law[LAW_S] * log1p(expm1(y) * g);
	y += log(g);
	return -law[LAW_S] * (y > 0.0 ? y + log1p(exp(-y)) : log1p(exp(y)));
}

static double
hazard(const double *law, double age)
{
	return law[LAW_S] * law[LAW_B] * hazard_share(law, age);
}

/*
 * With q = 1 / D, k = 1 / beta - q, c = age g; and age - c is
 * (beta - 1) age q, which does not cancel where g is near 1.
 */
static void
slopes(const double *law, double age, double ln, ClvLawSlopes *out)
{
	double		b = law[LAW_B];
	double		s = law[LAW_S];
	double		beta = law[LAW_BETA];
	double		g = hazard_share(law, age);
	double		q = exp(-b * age) * g;
	double		k = -expm1(-b * age) * g / beta;
	double		c = age * g;
	double		rest = (beta - 1.0) * age * q;
	double	   *alive = out->alive2;
	double	   *hazard2 = out->hazard2;

	out->alive[LAW_B] = -s * c;
	out->alive[LAW_S] = ln / s;
	out->alive[LAW_BETA] = s * k;
	alive[CLV_PACK(LAW_B, LAW_B)] = -s * c * rest;
	alive[CLV_PACK(LAW_S, LAW_B)] = -c;
	alive[CLV_PACK(LAW_S, LAW_S)] = 0.0;
	alive[CLV_PACK(LAW_BETA, LAW_B)] = s * c * q;
	alive[CLV_PACK(LAW_BETA, LAW_S)] = k;
	alive[CLV_PACK(LAW_BETA, LAW_BETA)] = -s * k * (k + 2.0 * q);

	out->hazard[LAW_B] = 1.0 / b + rest;
	out->hazard[LAW_S] = 1.0 / s;
	out->hazard[LAW_BETA] = -q;
	hazard2[CLV_PACK(LAW_B, LAW_B)] = -1.0 / (b * b) - c * rest;
	hazard2[CLV_PACK(LAW_S, LAW_B)] = 0.0;
	hazard2[CLV_PACK(LAW_S, LAW_S)] = -1.0 / (s * s);
	hazard2[CLV_PACK(LAW_BETA, LAW_B)] = c * q;
	hazard2[CLV_PACK(LAW_BETA, LAW_S)] = 0.0;
	hazard2[CLV_PACK(LAW_BETA, LAW_BETA)] = q * q;
}

/*
 * D vanishes at e^(bu) = 1 - beta: at a negative u if beta < 1, else at
 * ln(beta - 1) / b with an imaginary part of pi / b.  The slopes of ln S and
 * of the logarithm of the hazard are s b g and b (1 - g); g falls to 1, or
 * grows to it by no more than e in 1 / b.
 */
static void
bounds(const double *law, double age, double *reach, double *slope)
{
	double		b = law[LAW_B];
	double		beta = law[LAW_BETA];
	double		g = hazard_share(law, age);
	double		rest = fabs(beta - 1.0) * exp(-b * age) * g;

	if (beta <= 1.0)
		*reach = age - log1p(-beta) / b;
	else
	{
		*reach = fmax(1.0 / b, age - log(beta - 1.0) / b);
		g = fmin(1.0, M_E * g);
	}
	*slope = b * (law[LAW_S] * g + rest);
}

static double
least_hazard(const double *law, double age)
{
	return law[LAW_S] * law[LAW_B] * fmin(1.0, hazard_share(law, age));
}

static double
power(const double *law)
{
	return 0.0;
}

static double
lifetime(const double *law, double age, double delta, double h,
		 ClvBudget *budget)
{
	ClvCourse	course = {clv_ggompertznbd.law, law, 0.0, 0.0, age, delta, budget};

	return clv_course_integral(&course, CLV_TIME, h);
}

/*
 * The hazard to come, eta e^(b age) (e^(bu) - 1), is exponential; given that
 * the customer is alive, eta is Gamma(s, rate D) and eta e^(b age) is g times
 * a Gamma(s).
 */
static double
draw(const double *law, double age, ClvRandom *random)
{
	double		eta = clv_random_gamma(random, law[LAW_S], 1.0)
		* hazard_share(law, age);

	return age + log1p(clv_random_exponential(random) / eta) / law[LAW_B];
}

static const ClvLaw ggompertz = {
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
	{"b", 0.0, INFINITY, -1, 0,
		"a customer's risk of leaving does not grow with age, and the model is paretonbd",
		"customers leave at once",
		"customers all leave at one age",
	"a customer's risk of leaving does not grow with age, and the model is paretonbd", 0.005},
	{"s", 0.0, INFINITY, 0, 0,
		"there is no sign that customers ever leave",
		"customers leave at once",
		"customers do not differ in their risk of leaving",
	NULL, 0.5},
	{"beta", 0.0, INFINITY, 0, 0,
		"customers leave at once, or at a risk that does not grow with age",
		"nobody leaves early, if anybody leaves at all",
		"customers do not differ in their risk of leaving",
	NULL, 0.5}
};

/*
 * All leave at one age, soon after the last purchase of all: as nearly so as the
 * largest beta makes it.  With s / beta small, S(u) is exp(-s e^(bu) / beta).
 */
static bool
start_common_age(const ClvMoments *moments, double *law)
{
	if (moments->latest <= 0.0)
		return false;
	law[LAW_S] = 100.0;
	law[LAW_BETA] = LARGEST;
	law[LAW_B] = log(LARGEST / law[LAW_S]) / (1.02 * moments->latest);
	return true;
}

/*
 * Attempt 0 is near Pareto/NBD, and so is attempt 2, where one-time buyers have
 * left soon and the others buy often.  The others have the risk of leaving grow
 * with age, sooner or later, in customers who differ more or less; in the last
 * six customers leave after an age at a constant risk, all at one age, at once or
 * not for long, at once or hardly ever (two), and all at one age for certain.
 */
static bool
start(const ClvModel *model, const ClvMoments *moments, int attempt,
	  double *par)
{
	static const double try[][4] = {	/* b times mean age; s; beta over it; factor of r */
		{0.1, 0.7, 1.0, 1.0}, {2.0, 0.3, 0.2, 1.0}, {0.1, 0.15, 1e-4, 5.0},
		{1.0, 1.0, 4.0, 1.0}, {4.0, 2.0, 20.0, 1.0}, {60.0, 0.01, 1e6, 1.0},
		{40.0, 2.0, 1e9, 1.0}, {12.0, 0.04, 1e-6, 5.0}, {1.0, 0.03, 1e-8, 1.0},
		{1.0, 0.003, 1e-8, 1.0}
	};
	const int	tries = sizeof(try) / sizeof(try[0]);

	if (attempt == tries)
	{
		clv_start_rate(moments, 5.0, &par[CLV_DROPOUT_R], &par[CLV_DROPOUT_ALPHA]);
		return start_common_age(moments, par + CLV_DROPOUT_LAW);
	}
	if (attempt < 0 || attempt > tries)
		return false;
	clv_start_rate(moments, try[attempt][3], &par[CLV_DROPOUT_R], &par[CLV_DROPOUT_ALPHA]);
	par[CLV_DROPOUT_LAW + LAW_B] = try[attempt][0] / clv_start_age(moments);
	par[CLV_DROPOUT_LAW + LAW_S] = try[attempt][1];
	par[CLV_DROPOUT_LAW + LAW_BETA] = try[attempt][0] * try[attempt][2];
	return true;
}

/*
 * Half of the customers have left when e^(bu) is about beta: it may be as large
 * as that, as long as its square is a number.
 */
static double
largest(const ClvModel *model, double longest, int i)
{
	return i == CLV_DROPOUT_LAW + LAW_BETA ? LARGEST : NAN;
}

const ClvModel clv_ggompertznbd = {
	.name = "ggompertznbd",
	.kind = CLV_TRANSACTION,
	.nparam = CLV_DROPOUT_LAW + LAW_NPARAM,
	.param = param,
	.law = &ggompertz,
	.reference = "Bemmaor & Glady (2012), Management Science 58:1012; Adler (2022), Management Science 69:1929, comment",
	.start = start,
	.attempts = 3,
	.largest = largest,
	.usable = clv_anyone_observed,
	.likelihood = &clv_dropout_likelihood,
	.transactions = &clv_dropout_transactions
};
