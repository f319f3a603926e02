/*
 * test_edges.c
 *		Every model, fitted to bases that hardly are any.
 *
 *		test/core/test_edges [list]		says what each fit came to, and when
 *
 * Nobody leaves, nobody buys again, one customer, customers who do not differ,
 * one who buys all the time, ages from a day to a century, five customers:
 * each fit must end with a status that is true, and every prediction from it
 * be a number inside its bounds.  Models are taken from the list and told apart
 * by what they can do, so that a new one is tested without a change here.
 */
#include <float.h>
#include <time.h>

#include "check.h"
#include "fit/optimum.h"
#include "model/prediction.h"
#include "models/list.h"
#include "run_fit.h"
#include "model/moments.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))
#define CUSTOMERS		1000
#define HEAVY			100000.0	/* purchases of one who buys all the time */
#define CENTURY			36525.0
#define DELTA			0.00026 /* a day: about 10 % a year */

static bool list;				/* print what the fits came to */

/* A base that is being made. */
static MakeRow row[CUSTOMERS];
static size_t rows;
static double log_gaps;			/* sum over all gaps in it */

/* What is being tested. */
typedef struct Edge
{
	const ClvModel *model;
	const ClvBase *base;
	const ClvFitted *fitted;
	char		label[80];
} Edge;

/* From 0 to "most", but for rounding? */
static bool
within(double value, double most)
{
	return value >= 0.0 && value <= most * (1.0 + 1e-9) + 1e-12;
}

static bool
says(const Edge *edge, const char *what)
{
	return strstr(edge->fitted->message, what) != NULL;
}

static void
add(double x, double tx, double t, double m)
{
	row[rows++] = (MakeRow) {x, tx, t, m, 1.0};
}

/*
 * Someone of purchase rate Gamma(0.8, 40) who is seen for t days and leaves
 * with chance "leave" after each purchase but the first; of a discrete model,
 * who buys on no day twice.
 */
static void
live(ClvRandom *random, double t, double leave, bool discrete)
{
	double		rate = clv_random_gamma(random, 0.8, 40.0);
	double		x = 0.0;
	double		tx = 0.0;

	for (;;)
	{
		double		gap = clv_random_exponential(random) / rate;

		if (discrete)
			gap = ceil(gap);
		if (tx + gap > t)
			break;
		x += 1.0;
		tx += gap;
		log_gaps += log(gap);
		if (clv_random_uniform(random) < leave)
			break;
	}
	add(x, tx, t, x > 0.0 ? ceil(100.0 * clv_random_gamma(random, 9.0, 0.3)) / 100.0 : 0.0);
}

/* So many at so old an age, one every "step" days. */
static void
regular(int n, double x, double step, double t, double m)
{
	int			i;

	for (i = 0; i < n; i++)
		add(x, x * step, t, m);
	log_gaps += n * x * log(step);
}

/* Make base number "which"; returns what it is, or NULL. */
static const char *
make_edge(int which, bool discrete)
{
	ClvRandom	random;
	int			i;

	clv_random_init(&random, 20240607, which);
	rows = 0;
	log_gaps = 0.0;
	switch (which)
	{
		case 0:
			for (i = 0; i < CUSTOMERS; i++)
				live(&random, 100.0 + i % 265, 0.0, discrete);
			return "nobody leaves";
		case 1:
			for (i = 0; i < 100; i++)
				add(0.0, 0.0, 10.0 + i % 30, 0.0);
			return "one-time buyers";
		case 2:
			regular(1, 2.0, 15.0, 39.0, 25.0);
			return "one customer";
		case 3:
			regular(1, 0.0, 15.0, 39.0, 0.0);
			return "one one-time buyer";
		case 4:
			regular(200, 10.0, 9.0, 100.0, 30.0);
			return "customers who do not differ";
		case 5:
			regular(1, HEAVY, 1.0, HEAVY + 365.0, 0.01);
			return "one who buys every day";
		case 6:
			for (i = 0; i < CUSTOMERS - 1; i++)
				live(&random, 100.0 + i % 265, 0.2, discrete);
			regular(1, HEAVY, discrete ? 1.0 : 0.003, discrete ? HEAVY : 301.0, 1e6);
			return "one who buys all the time among others";
		case 7:
			for (i = 0; i < CUSTOMERS; i++)
				live(&random, ceil(pow(CENTURY, (double) i / (CUSTOMERS - 1))), 0.1, discrete);
			return "ages from a day to a century";
		case 8:
			regular(100, 3.0, 20.0, 60.0, 30.0);
			for (i = 0; i < 100; i++)
				regular(1, 1.0 + i % 9, 6.0, 6.0 * (1 + i % 9), 20.0 + i);
			return "all bought on the last day";
		case 9:
			for (i = 0; i < CUSTOMERS; i++)
				live(&random, 1.0 + i % 2, 0.5, discrete);
			return "all first bought yesterday";
		case 10:
			regular(50, 0.0, 1.0, 0.0, 0.0);
			return "all first bought today";
		case 31:
			for (i = 1; i <= 60; i++)
				add(8 + i % 5, 56 + i % 9, 120, 30.0);
			return "all leave at one age";
		default:
			if (which > 31)
				return NULL;
			for (i = 0; i < 5; i++)
				live(&random, 30.0 + 80.0 * i, 0.02 * which - 0.2, discrete);
			return "five customers";
	}
}

/* The likelihood of the base by the function for one customer. */
static double
log_likelihood(const ClvModel *model, const double *par)
{
	double		sum = 0.0;
	size_t		i;

	for (i = 0; i < rows; i++)
	{
		ClvCustomer one = {row[i].x, row[i].tx, row[i].t, 0};
		double		ln = 0.0;
		ClvStatus	status = CLV_OK;

		if (model->kind == CLV_TRANSACTION)
			status = clv_predict_loglik(model, par, &one, &ln);
		else if (row[i].x > 0.0)
			status = clv_predict_loglik_spend(model, par, row[i].x, row[i].m, &ln);
		sum += status == CLV_OK ? ln : NAN;
	}
	return sum;
}

static double
unit(const Edge *edge, const ClvMoments *moments, int i)
{
	const ClvParam *param = &edge->model->param[i];

	return pow(clv_moments_age(moments), param->time_power) *
		pow(clv_moments_spend(moments), param->money_power);
}

/* How far parameter i is from where a search begins, as the solver counts. */
static double
distance(const Edge *edge, int i)
{
	ClvMoments	moments = {0};

	while (!clv_moments_step(&moments, edge->base))
		;
	return log((edge->fitted->par[i] - edge->model->param[i].lower) / unit(edge, &moments, i));
}

/* And how far a search goes. */
static double
most(const Edge *edge, int i)
{
	ClvMoments	moments = {0};
	double		largest = NAN;

	while (!clv_moments_step(&moments, edge->base))
		;
	if (edge->model->largest != NULL)
		largest = edge->model->largest(edge->model, moments.longest, i);
	return isnan(largest) ? CLV_MAX_PHI : log(largest / unit(edge, &moments, i));
}

/*
 * Is it where the fit says?  Nothing beside it has a higher likelihood, but
 * further out where a parameter is as far as a search goes.
 */
static void
check_optimum(const Edge *edge)
{
	const ClvFitted *fitted = edge->fitted;
	double		here = log_likelihood(edge->model, fitted->par);
	double		slack = 1e-9 * fmax(fabs(here), (double) fitted->customers);
	bool		limit = fitted->status == CLV_BOUNDARY;
	int			i;
	int			turn;

	/* that of one customer leaves out what the gaps bring; p may be 1e8 */
	CHECK(edge->model->gaps || fabs(here - fitted->loglik) <= 100.0 * slack, "%s: log-likelihood %.15g, customer by customer %.15g",
		  edge->label, fitted->loglik, here);

	for (i = 0; i < clv_real_params(edge->model); i++)
	{
		double		lower = edge->model->param[i].lower;
		double		far = distance(edge, i);

		for (turn = -1; turn <= 1; turn += 2)
		{
			double		par[CLV_MAX_PARAM];
			double		there;

			if (far > most(edge, i) - 3.0 ? turn > 0 : turn * far > CLV_MAX_PHI - 3.0)
				continue;
			memcpy(par, fitted->par, sizeof(par));
			par[i] = lower + (par[i] - lower) * exp(turn * (limit ? 0.1 : 0.01));
			there = log_likelihood(edge->model, par);
			CHECK(there <= here + slack, "%s: %.12g at %s = %g, but %.12g at %g", edge->label,
				  here, edge->model->param[i].name, fitted->par[i], there, par[i]);
		}
	}
}

/* Does it end with a status that says enough, and numbers that are numbers? */
static void
check_status(const Edge *edge)
{
	const ClvFitted *fitted = edge->fitted;
	bool		converged = fitted->status == CLV_CONVERGED;
	int			i;

	CHECK(isfinite(fitted->loglik), "%s: log-likelihood %g", edge->label, fitted->loglik);
	for (i = 0; i < edge->model->nparam; i++)
	{
		CHECK(clv_param_check(edge->model, i, fitted->par[i], NULL) == CLV_OK,
			  "%s: %s is %g", edge->label, edge->model->param[i].name, fitted->par[i]);
		CHECK(!converged || clv_is_whole(edge->model, i) ||
			  (fitted->cov[CLV_PACK(i, i)] > 0.0 && isfinite(fitted->cov[CLV_PACK(i, i)])),
			  "%s: the variance of %s is %g", edge->label, edge->model->param[i].name,
			  fitted->cov[CLV_PACK(i, i)]);
	}
	CHECK(converged == (fitted->message[0] == '\0'), "%s: status %d says \"%s\"", edge->label,
		  fitted->status, fitted->message);
	CHECK(converged == fitted->has_cov || clv_is_whole(edge->model, fitted->limit),
		  "%s: status %d, covariance %d", edge->label, fitted->status, fitted->has_cov);
	CHECK((fitted->status == CLV_BOUNDARY) == (fitted->limit >= 0), "%s: status %d, limit %d",
		  edge->label, fitted->status, fitted->limit);
	for (i = 0; i < clv_real_params(edge->model); i++)
	{
		char		nothing[32];

		snprintf(nothing, sizeof(nothing), "nothing about %s:", edge->model->param[i].name);
		CHECK(!says(edge, nothing) || fabs(distance(edge, i)) < CLV_FAR_PHI, "%s: %s, but it has gone to %g",
			  edge->label, fitted->message, fitted->par[i]);
	}
}

/* Someone new: alive after so long, and with a purchase in it? */
static double
new_alive(const Edge *edge, double after)
{
	static const ClvCustomer new_customer = {0.0, 0.0, 0.0, 0};
	double		out = NAN;

	clv_predict_p_alive(edge->model, edge->fitted->par, &new_customer, after, &out);
	return out;
}

static double
new_active(const Edge *edge, double soon)
{
	static const ClvCustomer new_customer = {0.0, 0.0, 0.0, 0};
	double		out = NAN;

	clv_predict_p_active(edge->model, edge->fitted->par, &new_customer, soon, &out);
	return out;
}

/* Is what it says to someone who does not read parameters true? */
static void
check_words(const Edge *edge, double age)
{
	if (says(edge, "no sign that customers ever leave"))
		CHECK(new_alive(edge, age) > 0.9, "%s: %s, but %g are alive after %g", edge->label,
			  edge->fitted->message, new_alive(edge, age), age);
	if (says(edge, "leave late, if they leave at all") || says(edge, "nobody leaves early"))
		CHECK(new_alive(edge, 0.01 * age) > 0.99, "%s: %s, but %g are alive after %g", edge->label,
			  edge->fitted->message, new_alive(edge, 0.01 * age), 0.01 * age);
	if (says(edge, "opportunity or never") || says(edge, "at once or never"))
		CHECK(new_alive(edge, 100.0 * age) > 0.8 * new_alive(edge, age),
			  "%s: %s, but %g are alive after %g, and %g after %g", edge->label,
			  edge->fitted->message, new_alive(edge, age), age, new_alive(edge, 100.0 * age), 100.0 * age);
	if (says(edge, "hardly anyone buys again"))
		CHECK(new_active(edge, age) < 0.01, "%s: %s, but %g do within %g", edge->label,
			  edge->fitted->message, new_active(edge, age), age);
}

/* All that is asked of a transaction model about one customer. */
static void
check_customer(const Edge *edge, const ClvCustomer *one, double h)
{
	const ClvModel *model = edge->model;
	const double *par = edge->fitted->par;
	double		ln = NAN;
	double		alive = NAN;
	double		later = NAN;
	double		active = NAN;
	double		none = NAN;
	double		three = NAN;
	double		purchases = NAN;
	double		discounted = NAN;
	double		forever = NAN;
	double		years = NAN;
	double		next = NAN;
	bool		ok = true;

	ok &= clv_predict_loglik(model, par, one, &ln) == CLV_OK;
	ok &= clv_predict_p_alive(model, par, one, 0.0, &alive) == CLV_OK;
	ok &= clv_predict_p_alive(model, par, one, h, &later) == CLV_OK;
	ok &= clv_predict_p_active(model, par, one, h, &active) == CLV_OK;
	ok &= clv_predict_pmf(model, par, one, h, 0.0, &none) == CLV_OK;
	ok &= clv_predict_pmf(model, par, one, h, 3.0, &three) == CLV_OK;
	ok &= clv_predict_purchases(model, par, one, 0.0, h, &purchases) == CLV_OK;
	ok &= clv_predict_purchases(model, par, one, DELTA, h, &discounted) == CLV_OK;
	ok &= clv_predict_purchases(model, par, one, DELTA, INFINITY, &forever) == CLV_OK;
	ok &= clv_predict_lifetime(model, par, one, DELTA, h, &years) == CLV_OK;
	ok &= clv_predict_next_purchase(model, par, one, 0.5, &next) == CLV_OK;

	CHECK(ok && isfinite(ln) && within(alive, 1.0) && within(later, alive) &&
		  within(active, alive) && within(fabs(1.0 - active - none), 1e-9) && none <= 1.0 &&
		  within(three, active) && within(active, purchases) && purchases < DBL_MAX &&
		  within(discounted, purchases) && within(discounted, forever) && forever < DBL_MAX &&
		  within(years, alive * h) && next > 0.0 &&
		  (!model->discrete || purchases <= h),
		  "%s: x %g, t_x %g, T %g, h %g: lnL %g, alive %g and then %g, active %g, P(0) %g, P(3) %g, "
		  "purchases %g, discounted %g, without end %g, lifetime %g, next %g", edge->label,
		  one->x, one->tx, one->t, h, ln, alive, later, active, none, three, purchases, discounted,
		  forever, years, next);
}

/*
 * How far from the limiting model a fit at a limit is: what a hundredfold step
 * further out changes, of expected purchases and in P(alive).
 */
static double worst_purchases;
static double worst_alive;

static void
push(const Edge *edge, double factor, double *par)
{
	const ClvModel *model = edge->model;
	int			limit = edge->fitted->limit;
	bool		grows = says(edge, "grow");
	int			i;

	memcpy(par, edge->fitted->par, model->nparam * sizeof(double));
	for (i = 0; i < clv_real_params(model); i++)
	{
		char		pair[64];

		snprintf(pair, sizeof(pair), "%s and %s ", model->param[limit].name, model->param[i].name);
		if (i == limit || says(edge, pair))
			par[i] = model->param[i].lower +
				(par[i] - model->param[i].lower) * (grows ? factor : 1.0 / factor);
	}
}

static void
measure_limit(const Edge *edge, const ClvCustomer *one)
{
	const ClvModel *model = edge->model;
	double		par[CLV_MAX_PARAM];
	double		here = NAN;
	double		there = NAN;

	/* what is not determined is not predicted (undetermined.h) */
	if (edge->fitted->undetermined)
		return;
	if (edge->fitted->status != CLV_BOUNDARY || clv_is_whole(model, edge->fitted->limit) ||
		edge->fitted->par[edge->fitted->limit] > 1e100)
		return;

	/* beta is followed by s, as 1 / ln beta: the limit is far off */
	if (says(edge, "or at a risk that does not grow with age"))
		return;
	push(edge, 100.0, par);
	clv_predict_purchases(model, edge->fitted->par, one, 0.0, 365.0, &here);
	clv_predict_purchases(model, par, one, 0.0, 365.0, &there);
	if (list && fabs(here - there) > 1e-4 * fmax(there, 1e-3))
		printf("    %s: x %g, t_x %g, T %g: %g purchases, further out %g\n", edge->label, one->x, one->tx, one->t, here, there);
	worst_purchases = fmax(worst_purchases, fabs(here - there) / fmax(there, 1e-3));
	clv_predict_p_alive(model, edge->fitted->par, one, 0.0, &here);
	clv_predict_p_alive(model, par, one, 0.0, &there);
	if (list && fabs(here - there) > 1e-4)
		printf("    %s: x %g, t_x %g, T %g: alive %g, further out %g\n", edge->label, one->x, one->tx, one->t, here, there);
	worst_alive = fmax(worst_alive, fabs(here - there));
}

/* The customers of the base, and others. */
static void
check_customers(const Edge *edge)
{
	static const ClvCustomer other[] = {
		{0.0, 0.0, 0.0}, {0.0, 0.0, 36525.0}, {1.0, 1.0, 1.0}, {1.0, 1.0, 36525.0},
		{30.0, 300.0, 310.0}, {3000.0, 36525.0, 36525.0}, {100000.0, 100000.0, 100001.0}
	};
	size_t		step = rows / 20 + 1;
	double		age = 0.0;
	size_t		i;

	for (i = 0; i < rows; i += step)
	{
		ClvCustomer one = {row[i].x, row[i].tx, row[i].t, 0};

		check_customer(edge, &one, 365.0);
		measure_limit(edge, &one);
		age = fmax(age, one.t);
	}
	check_words(edge, age);
	for (i = 0; i < LENGTH(other); i++)
	{
		check_customer(edge, &other[i], 1.0);
		check_customer(edge, &other[i], 36525.0);
	}
}

/* And of a spend model; the mean of all may be infinite, and no other. */
static void
check_spenders(const Edge *edge)
{
	static const struct
	{
		double		x;
		double		m;
	}			asked[] = {
		{0.0, 0.0}, {1.0, 0.01}, {1.0, 1e9}, {3.0, 30.0}, {100000.0, 0.01}, {100000.0, 1e9}
	};
	const ClvModel *model = edge->model;
	const double *par = edge->fitted->par;
	size_t		i;

	for (i = 0; i < LENGTH(asked); i++)
	{
		double		ln = 0.0;
		double		mean = NAN;
		bool		ok = clv_predict_expected_spend(model, par, asked[i].x, asked[i].m, &mean) == CLV_OK;

		if (asked[i].x > 0.0)
			ok &= clv_predict_loglik_spend(model, par, asked[i].x, asked[i].m, &ln) == CLV_OK;
		CHECK(ok && isfinite(ln) && mean > 0.0 && (mean <= DBL_MAX || asked[i].x == 0.0),
			  "%s: x %g, m %g: lnL %g, mean %g", edge->label, asked[i].x, asked[i].m, ln, mean);
	}
}

static void
fit_edge(Edge *edge, const char *what)
{
	static ClvFitted fitted;
	clock_t		begin = clock();

	fitted = run_model(edge->model, edge->base);
	edge->fitted = &fitted;
	snprintf(edge->label, sizeof(edge->label), "%s, %s", edge->model->name, what);
	if (list)
		printf("%-60s %6.3f s  %d  %s\n", edge->label, (double) (clock() - begin) / CLOCKS_PER_SEC,
			   fitted.status, fitted.message);
	check_status(edge);
}

static void
check_customer_model(const ClvModel *model)
{
	ClvBase		base;
	Edge		edge = {model, &base, NULL, ""};
	const char *what;
	int			which;

	for (which = 0; (what = make_edge(which, model->discrete)) != NULL; which++)
	{
		make_base(row, rows, &base);
		base.has_log_gaps = true;
		base.sum_log_gaps = log_gaps;
		if (model->usable(model, &base) > 0)
		{
			fit_edge(&edge, what);
			check_optimum(&edge);
			if (model->kind == CLV_TRANSACTION)
				check_customers(&edge);
			else
				check_spenders(&edge);
		}
		else
			CHECK(which == 10 || model->kind == CLV_SPEND, "%s tells nothing about %s", what, model->name);
		clv_base_free(&base);
	}
	CHECK(worst_purchases < 2e-5 && worst_alive < 2e-6,
		  "%s at a limit: further out purchases change by %g, P(alive) by %g", model->name, worst_purchases, worst_alive);
	if (list)
		printf("  %s at a limit: further out purchases change by %.1e, P(alive) by %.1e\n", model->name, worst_purchases, worst_alive);
	worst_purchases = worst_alive = 0.0;
}

/* ------------------------------------------------------------- contracts */

/* The chance of leaving at the end of each period, over "periods" of them. */
static size_t
leave_regularly(ClvTenure *tenure, int periods, double chance)
{
	double		left = 1e6;
	int			i;

	for (i = 0; i < periods; i++)
	{
		double		lost = floor(left * chance);

		left -= lost;
		tenure[i] = (ClvTenure) {i + 1, lost, i + 1 == periods ? left : 0.0};
	}
	return periods;
}

/* The chance of leaving grows with the eighth power of the period. */
static size_t
leave_late(ClvTenure *tenure, int periods)
{
	double		left = 1e4;
	int			i;

	for (i = 0; i < periods; i++)
	{
		double		lost = floor(0.5 * left * pow((i + 1.0) / periods, 8.0));

		left -= lost;
		tenure[i] = (ClvTenure) {i + 1, lost, i + 1 == periods ? left : 0.0};
	}
	return periods;
}

/* Make base number "which"; returns what it is, or NULL. */
static const char *
make_contracts(int which, ClvTenure *tenure, size_t *n)
{
	int			i;

	*n = 1;
	switch (which)
	{
		case 0:
			tenure[0] = (ClvTenure) {5.0, 0.0, 1000.0};
			return "nobody leaves";
		case 1:
			tenure[0] = (ClvTenure) {1.0, 1000.0, 0.0};
			return "all left after a period";
		case 2:
			tenure[0] = (ClvTenure) {3.0, 1.0, 0.0};
			return "one subscriber, who left";
		case 3:
			tenure[0] = (ClvTenure) {1.0, 0.0, 1.0};
			return "one subscriber, who stays";
		case 4:
			*n = leave_regularly(tenure, 24, 0.1);
			return "subscribers who do not differ";
		case 5:
			tenure[0] = (ClvTenure) {HEAVY, 1.0, 0.0};
			return "one who renewed all the time";
		case 11:
			*n = leave_late(tenure, 24);
			return "most leave late";
		case 12:
			tenure[0] = (ClvTenure) {24.0, 500.0, 500.0};
			return "half left after the same long time";
		case 6:
			*n = leave_regularly(tenure, 24, 0.1);
			tenure[(*n)++] = (ClvTenure) {HEAVY, 1.0, 0.0};
			return "one who renewed all the time among others";
		case 7:
			*n = leave_regularly(tenure, 1200, 0.01);
			return "tenures from a month to a century";
		case 8:
			for (i = 0; i < 100; i++)
				tenure[i] = (ClvTenure) {floor(pow(CENTURY, 0.01 * (i + 1))) + i, 1.0, 1.0};
			*n = 100;
			return "tenures from a day to a century";
		case 9:
			tenure[0] = (ClvTenure) {20.0, 1000.0, 0.0};
			return "all left after the same period";
		case 10:
			for (i = 0; i < 5; i++)
				tenure[i] = (ClvTenure) {1.0 + 3.0 * i, i % 2, 1 - i % 2};
			*n = 5;
			return "five subscribers";
		default:
			return NULL;
	}
}

/* Everything there is to ask of someone new, or in a period. */
static void
check_subscribers(const Edge *edge)
{
	static const double period[] = {0.0, 1.0, 2.0, 24.0, 1200.0, 100000.0};
	const ClvModel *model = edge->model;
	const double *par = edge->fitted->par;
	double		before = 1.0;
	size_t		i;

	for (i = 0; i < LENGTH(period); i++)
	{
		double		most = -1.0 / expm1(-0.01);
		double		stay = NAN;
		double		renew = NAN;
		double		year = NAN;
		double		forever = NAN;
		double		plain = NAN;
		bool		ok = true;

		ok &= clv_predict_renewal(model, par, 0.0, period[i], &stay) == CLV_OK;
		ok &= clv_predict_renewal(model, par, period[i], 1.0, &renew) == CLV_OK;
		ok &= clv_predict_payments(model, par, period[i], 0.01, 12.0, &year) == CLV_OK;
		ok &= clv_predict_payments(model, par, period[i], 0.01, INFINITY, &forever) == CLV_OK;
		ok &= clv_predict_payments(model, par, period[i], 0.0, INFINITY, &plain) == CLV_OK;
		CHECK(ok && within(stay, before) && within(renew, 1.0) && within(year, 12.0) &&
			  within(year, forever) && within(forever, most) && plain >= forever * (1.0 - 1e-9),
			  "%s: period %g: stay %g, renew %g, payments %g, %g, undiscounted %g", edge->label,
			  period[i], stay, renew, year, forever, plain);
		before = stay;
	}
}

static void
check_contract_words(const Edge *edge, double t)
{
	double		late = ceil(0.01 * t);
	double		stay = NAN;
	double		stay_late = NAN;

	clv_predict_renewal(edge->model, edge->fitted->par, 0.0, t, &stay);
	clv_predict_renewal(edge->model, edge->fitted->par, 0.0, late, &stay_late);
	CHECK(!says(edge, "no sign that customers ever leave") || stay > 0.9,
		  "%s: %s, but %g are left after %g", edge->label, edge->fitted->message, stay, t);
	CHECK(!says(edge, "leave late, if they leave at all") || stay_late > 0.99,
		  "%s: %s, but %g are left after %g", edge->label, edge->fitted->message, stay_late, late);
}

static void
check_contract_model(const ClvModel *model)
{
	static ClvTenure tenure[2000];
	ClvBase		base;
	Edge		edge = {model, &base, NULL, ""};
	const char *what;
	int			which;

	memset(&base, 0, sizeof(base));
	base.tenure = tenure;
	for (which = 0; (what = make_contracts(which, tenure, &base.ntenure)) != NULL; which++)
	{
		fit_edge(&edge, what);
		check_subscribers(&edge);
		check_contract_words(&edge, tenure[base.ntenure - 1].t);
	}
}

static void
test_customers(void)
{
	int			m;

	for (m = 0; clv_models[m] != NULL; m++)
	{
		if (clv_models[m]->kind != CLV_CONTRACT)
			check_customer_model(clv_models[m]);
	}
}

static void
test_contracts(void)
{
	int			m;

	for (m = 0; clv_models[m] != NULL; m++)
	{
		if (clv_models[m]->kind == CLV_CONTRACT)
			check_contract_model(clv_models[m]);
	}
}

int
main(int argc, char **argv)
{
	list = argc > 1;
	RUN(test_customers);
	RUN(test_contracts);
	CHECK_DONE("edges");
}
