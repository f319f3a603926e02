/*
 * test_absurd.c
 *		Parameters, histories and horizons that no fit and no customer has, but
 *		that are taken: every answer is within its bounds or there is none, and
 *		every call ends soon.
 *
 * The models are those of the list, and what is asked is all that the front
 * door (prediction.h) can be asked, so that a new model is in it unasked.
 */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "absurd.h"
#include "check.h"
#include "model/model.h"
#include "model/prediction.h"
#include "models/list.h"

#define CASES		600 		/* of each model */
#define ROUNDING	1e-8		/* between two answers of their own */

/* Who is asked about, and what for. */
typedef struct Case
{
	const ClvModel *model;
	double		par[CLV_MAX_PARAM];
	ClvCustomer row;			/* x and tx: spend models have x and m */
	double		h;
	double		delta;
	double		n;
	double		probability;
} Case;

static const char *
describe(const Case *c)
{
	static char text[800];
	int			used = snprintf(text, sizeof(text), "%s(", c->model->name);
	int			i;

	for (i = 0; i < c->model->nparam; i++)
		used += snprintf(text + used, sizeof(text) - used, "%.17g%s", c->par[i],
						 i + 1 < c->model->nparam ? ", " : ")");
	snprintf(text + used, sizeof(text) - used,
			 " x %.17g tx %.17g t %.17g h %.17g delta %.17g n %.17g p %.17g",
			 c->row.x, c->row.tx, c->row.t, c->h, c->delta, c->n, c->probability);
	return text;
}

/* Questions, of whatever kind of model. */
typedef enum Question
{
	LOGLIK, P_ALIVE, P_ALIVE_AHEAD, P_ACTIVE, P_ACTIVE_EVER, PURCHASES,
	DISCOUNTED, DISCOUNTED_EVER, LIFETIME, LIFETIME_DISCOUNTED, LIFETIME_EVER,
	PMF_NONE, PMF, NEXT_PURCHASE,
	LOGLIK_SPEND, EXPECTED_SPEND,
	SURVIVAL, RENEWAL, PAYMENTS, PAYMENTS_EVER, RESIDUAL, RESIDUAL_EVER,
	QUESTIONS
} Question;

static const char *const question_name[QUESTIONS] = {
	"loglik", "p_alive", "p_alive ahead", "p_active", "p_active ever",
	"purchases", "discounted", "discounted ever", "lifetime",
	"lifetime discounted", "lifetime ever", "pmf of 0", "pmf", "next_purchase",
	"loglik_spend", "expected_spend",
	"survival", "renewal", "payments", "payments ever", "residual",
	"residual ever"
};

static ClvStatus
ask(const Case *c, Question question, double *out)
{
	const ClvModel *m = c->model;
	const double *par = c->par;
	const ClvCustomer *row = &c->row;

	switch (question)
	{
		case LOGLIK:
			return clv_predict_loglik(m, par, row, out);
		case P_ALIVE:
			return clv_predict_p_alive(m, par, row, 0.0, out);
		case P_ALIVE_AHEAD:
			return clv_predict_p_alive(m, par, row, c->h, out);
		case P_ACTIVE:
			return clv_predict_p_active(m, par, row, c->h, out);
		case P_ACTIVE_EVER:
			return clv_predict_p_active(m, par, row, INFINITY, out);
		case PURCHASES:
			return clv_predict_purchases(m, par, row, 0.0, c->h, out);
		case DISCOUNTED:
			return clv_predict_purchases(m, par, row, c->delta, c->h, out);
		case DISCOUNTED_EVER:
			return clv_predict_purchases(m, par, row, c->delta, INFINITY, out);
		case LIFETIME:
			return clv_predict_lifetime(m, par, row, 0.0, c->h, out);
		case LIFETIME_DISCOUNTED:
			return clv_predict_lifetime(m, par, row, c->delta, c->h, out);
		case LIFETIME_EVER:
			return clv_predict_lifetime(m, par, row, c->delta, INFINITY, out);
		case PMF_NONE:
			return clv_predict_pmf(m, par, row, c->h, 0.0, out);
		case PMF:
			return clv_predict_pmf(m, par, row, c->h, c->n, out);
		case NEXT_PURCHASE:
			return clv_predict_next_purchase(m, par, row, c->probability, out);
		case LOGLIK_SPEND:
			return clv_predict_loglik_spend(m, par, row->x + 1.0, c->h + 1e-300, out);
		case EXPECTED_SPEND:
			return clv_predict_expected_spend(m, par, row->x, c->h + 1e-300, out);
		case SURVIVAL:
			return clv_predict_renewal(m, par, 0.0, c->n, out);
		case RENEWAL:
			return clv_predict_renewal(m, par, c->n, 1.0, out);
		case PAYMENTS:
			return clv_predict_payments(m, par, 0.0, 0.0, c->h, out);
		case PAYMENTS_EVER:
			return clv_predict_payments(m, par, 0.0, c->delta, INFINITY, out);
		case RESIDUAL:
			return clv_predict_payments(m, par, c->n + 1.0, c->delta, c->h, out);
		case RESIDUAL_EVER:
			return clv_predict_payments(m, par, c->n + 1.0, 0.0, INFINITY, out);
		case QUESTIONS:
			break;
	}
	return CLV_UNSUPPORTED;
}

/* What was said to all questions; NaN: no answer. */
typedef struct Answers
{
	double		of[QUESTIONS];
} Answers;

static int	answered[QUESTIONS];
static int	refused[QUESTIONS];
static double slowest[QUESTIONS];

static bool
is_probability(Question q)
{
	return q == P_ALIVE || q == P_ALIVE_AHEAD || q == P_ACTIVE || q == P_ACTIVE_EVER
		|| q == PMF_NONE || q == PMF || q == SURVIVAL || q == RENEWAL;
}

static bool
may_be_infinite(Question q)
{
	return q == NEXT_PURCHASE || q == EXPECTED_SPEND || q == RESIDUAL_EVER;
}

/* One question: the promises of prediction.h. */
static double
check_question(const Case *c, Question q)
{
	double		out = -12345.0;
	double		begin = milliseconds();
	ClvStatus	status = ask(c, q, &out);
	double		took = milliseconds() - begin;

	slowest[q] = fmax(slowest[q], took);
	CHECK(took < MOST_MS, "%s took %.0f ms: %s", question_name[q], took, describe(c));
	if (status != CLV_OK)
	{
		CHECK(status == CLV_OUT_OF_RANGE || status == CLV_UNSUPPORTED,
			  "%s: status %d: %s", question_name[q], (int) status, describe(c));
		CHECK(out == -12345.0, "%s left %g with no answer", question_name[q], out);
		refused[q] += status == CLV_OUT_OF_RANGE;
		return NAN;
	}
	answered[q]++;
	CHECK(!isnan(out) && (isfinite(out) || (out > 0.0 && may_be_infinite(q))),
		  "%s is %g: %s", question_name[q], out, describe(c));
	if (q != LOGLIK && q != LOGLIK_SPEND)
		CHECK(out == 0.0 || out >= 1e-300, "%s is %g: %s", question_name[q], out, describe(c));
	if (is_probability(q))
		CHECK(out <= 1.0, "%s is %.17g: %s", question_name[q], out, describe(c));
	return out;
}

/* a <= b, if both were answered */
static void
check_order(const Case *c, const Answers *a, Question low, Question high,
			double factor)
{
	double		limit = a->of[high] * factor;

	if (isnan(a->of[low]) || isnan(limit))
		return;
	CHECK(a->of[low] <= limit * (1.0 + ROUNDING) + 1e-290,
		  "%s %.17g is above %s %.17g: %s", question_name[low], a->of[low],
		  question_name[high], a->of[high], describe(c));
}

/* Who renews n times, and then once more, has renewed n + 1 times. */
static void
check_renewals(const Case *c, const Answers *a)
{
	double		product = a->of[SURVIVAL] * a->of[RENEWAL];
	double		one_more;

	if (isnan(product) ||
		clv_predict_renewal(c->model, c->par, 0.0, c->n + 1.0, &one_more) != CLV_OK)
		return;
	CHECK(fabs(product - one_more) <= ROUNDING * one_more + 1e-290,
		  "renewals %.17g and one more, %.17g: %s", product, one_more, describe(c));
}

/*
 * Answers to different questions agree, which a wrong one that lies within its
 * own bounds would not: they come by different ways.
 */
static void
check_agreement(const Case *c, const Answers *a)
{
	double		whole = a->of[PMF_NONE] + a->of[P_ACTIVE];

	CHECK(isnan(whole) || fabs(whole - 1.0) < ROUNDING,
		  "P(no purchase) %.17g and P(active) %.17g: %s", a->of[PMF_NONE],
		  a->of[P_ACTIVE], describe(c));
	whole = a->of[PMF_NONE] + a->of[PMF];
	CHECK(isnan(whole) || c->n == 0.0 || whole <= 1.0 + ROUNDING,
		  "P(0) %.17g and P(n) %.17g: %s", a->of[PMF_NONE], a->of[PMF], describe(c));
	check_order(c, a, P_ALIVE_AHEAD, P_ALIVE, 1.0);
	check_order(c, a, P_ACTIVE, P_ALIVE, 1.0);
	check_order(c, a, P_ACTIVE, P_ACTIVE_EVER, 1.0);
	check_order(c, a, P_ACTIVE, PURCHASES, 1.0);
	check_order(c, a, DISCOUNTED, PURCHASES, 1.0);
	check_order(c, a, DISCOUNTED, DISCOUNTED_EVER, 1.0);
	check_order(c, a, LIFETIME_DISCOUNTED, LIFETIME, 1.0);
	check_order(c, a, LIFETIME_DISCOUNTED, LIFETIME_EVER, 1.0);
	check_order(c, a, LIFETIME, P_ALIVE, c->h);
	if (c->n > 0.0 && !isnan(a->of[PMF]))
		CHECK(isnan(a->of[PURCHASES]) ||
			  c->n * a->of[PMF] <= a->of[PURCHASES] * (1.0 + ROUNDING) + 1e-280,
			  "%g times P(n) %.17g is above the mean %.17g: %s", c->n, a->of[PMF],
			  a->of[PURCHASES], describe(c));
	check_order(c, a, RESIDUAL, RESIDUAL_EVER, 1.0);
	check_renewals(c, a);
}

static const double absurd_x[] = {0, 1, 2, 30, 1e5, 1e12, 1e13, 1e308};
static const double absurd_t[] = {0, 1e-300, 1e-10, 1, 100, 1e5, 1e20, 1e100, 1e300};
static const double absurd_h[] = {0, 1e-300, 1e-10, 12, 365, 1e5, 1e20, 1e300};
static const double absurd_delta[] = {5e-324, 1e-300, 1e-17, 1e-5, 1e-3, 1, 1e5, 1e300};
static const double absurd_n[] = {0, 1, 2, 3, 10, 145, 1e5, 1e12, 9.2e18};

/* A history that the model takes, out of "x" and "t". */
static bool
set_history(Case *c, double x, double t, double share)
{
	c->row.x = t > 0.0 ? x : 0.0;
	c->row.t = t;
	if (c->model->discrete)
	{
		c->row.t = fmin(floor(t), 1e6);
		c->row.x = fmin(c->row.x, c->row.t);
	}
	c->row.tx = c->row.x > 0.0 ? c->row.t * share : 0.0;
	if (c->model->discrete)
		c->row.tx = fmax(floor(c->row.tx), c->row.x);
	return clv_model_row_check(c->model, &c->row, NULL) == CLV_OK;
}

/* How absurd: the chance that anything is not an ordinary one. */
static bool
draw_case(Case *c, double absurd)
{
	draw_parameters(c->model, absurd, c->par);
	c->h = uniform() < absurd ? pick(absurd_h, LENGTH(absurd_h)) : 365.0 * uniform();
	c->delta = uniform() < absurd ? pick(absurd_delta, LENGTH(absurd_delta)) : 3e-4;
	c->n = uniform() < absurd ? pick(absurd_n, LENGTH(absurd_n)) : floor(10.0 * uniform());
	c->probability = uniform() < absurd ? 1e-10 : uniform();
	return set_history(c, uniform() < absurd ? pick(absurd_x, LENGTH(absurd_x)) : floor(10.0 * uniform()),
					   uniform() < absurd ? pick(absurd_t, LENGTH(absurd_t)) : 365.0 * uniform(),
					   uniform() < 0.2 ? 1.0 : uniform());
}

static void
check_case(const Case *c)
{
	Answers		a;
	int			q;

	for (q = 0; q < QUESTIONS; q++)
		a.of[q] = check_question(c, q);
	check_agreement(c, &a);
}

static void
test_every_model(void)
{
	Case		c;
	int			k;
	int			i;
	int			q;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		double		begin = milliseconds();
		int			yes = 0;
		int			no = 0;

		memset(answered, 0, sizeof(answered));
		memset(refused, 0, sizeof(refused));
		memset(slowest, 0, sizeof(slowest));
		c.model = clv_models[k];
		clv_random_init(&chance, 20261201, k);
		for (i = 0; i < CASES; i++)
		{
			if (draw_case(&c, (i % 5 + 1) / 5.0))
				check_case(&c);
		}
		printf("  %-13s %4.1f s;", c.model->name, 1e-3 * (milliseconds() - begin));
		for (q = 0; q < QUESTIONS; q++)
		{
			yes += answered[q];
			no += refused[q];
			if (slowest[q] > 10.0)
				printf(" %s %.0f ms,", question_name[q], slowest[q]);
		}
		printf(" %d answers, %d times none\n", yes, no);
		CHECK(yes > CASES / 2, "%s hardly answers", c.model->name);
	}
}

/* Some ordinary thing about each model: that it is not all "no answer". */
static void
test_ordinary(void)
{
	Case		c;
	int			k;
	int			i;
	int			q;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		c.model = clv_models[k];
		clv_random_init(&chance, 20261202, k);
		memset(refused, 0, sizeof(refused));
		for (i = 0; i < 200; i++)
		{
			if (draw_case(&c, 0.0))
				check_case(&c);
		}

		/* opportunities without end are counted to a million of them */
		if (c.model->discrete)
			refused[P_ACTIVE_EVER] = 0;
		for (q = 0; q < QUESTIONS; q++)
			CHECK(refused[q] == 0, "%s of %s has no answer at ordinary parameters",
				  question_name[q], c.model->name);
	}
}

/* The numbers of purchases add up to 1 where few are to be expected. */
static void
check_sum(Case *c)
{
	double		sum = 0.0;
	double		mean;
	int			n;

	if (clv_predict_purchases(c->model, c->par, &c->row, 0.0, c->h, &mean) != CLV_OK)
		mean = INFINITY;
	for (n = 0; n < 600; n++)
	{
		double		p;

		if (clv_predict_pmf(c->model, c->par, &c->row, c->h, n, &p) != CLV_OK)
			return;
		sum += p;
		if (!(sum <= 1.0 + 1e-9))
			break;
	}
	CHECK(sum <= 1.0 + 1e-9, "probabilities add up to %.17g: %s", sum, describe(c));

	/* Markov: what 600 of them leave out is no more than mean / 600. */
	CHECK(sum >= 1.0 - mean / 600.0 - 1e-9, "probabilities add up to %.17g, mean %g: %s",
		  sum, mean, describe(c));
}

static void
test_probabilities(void)
{
	Case		c;
	int			k;
	int			i;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		c.model = clv_models[k];
		clv_random_init(&chance, 20261203, k);
		for (i = 0; i < 60 && c.model->transactions != NULL; i++)
		{
			if (draw_case(&c, (i % 4 + 1) / 5.0))
				check_sum(&c);
		}
	}
}

int
main(void)
{
	RUN(test_every_model);
	RUN(test_ordinary);
	RUN(test_probabilities);
	CHECK_DONE("absurd");
}
