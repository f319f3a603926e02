/*
 * future_value.c
 *		What customers may be worth: their futures drawn many times over.
 *
 * Exact simulation given the history (Fader, Hardie & Lee 2005, Marketing
 * Science 24, and Schmittlein, Morrison & Colombo 1987 have the laws of rate
 * and lifetime; Fader & Hardie 2013, note 025, that of the level of spend).
 *
 * Customers are taken in the order of the crowd, and each through all draws,
 * so that nothing is kept of a draw but its sum.  P(alive) is the one costly
 * part: equal customers, who are neighbours, share it.
 */
#include "draw/future_value.h"

#include <math.h>

#include "math/renewals.h"
#include "model/prediction.h"

/*
 * Work is counted in purchases and futures, about 0.1 us each.  Parameters and
 * P(alive) take up to so many of them; what P(alive) takes of its budget, in
 * units of 10 ns, comes on top of it.
 */
#define STEP		16384
#define COSTLY		16
#define UNITS		10

/*
 * A stream of random numbers for each future: the customer's number in the
 * crowd, then the number of the draw.
 */
#define DRAW_BITS	20
#define PARAMETERS	UINT64_MAX	/* in place of a customer */
#define COEFFICIENTS	(UINT64_MAX - 1)

enum
{
	STAGE_SPREAD,
	STAGE_PARAMETERS,
	STAGE_CROWD,
	STAGE_FUTURES,
	STAGE_SORT,
	STAGE_DONE
};

ClvStatus
clv_terms_check(const ClvTerms *terms, ClvError *err)
{
	ClvNumber	number;
	const ClvTransactions *transactions = terms->model->model->transactions;

	if (transactions == NULL || transactions->draw_alive == NULL)
		return clv_fail(err, CLV_UNSUPPORTED, NULL,
						"futures cannot be drawn from model \"%s\"",
						terms->model->model->name);
	if (!(terms->level > 0.0 && terms->level < 1.0))
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"0.9 asks for the interval in which the value is with a chance of 90 %.",
						"level must be above 0 and below 1, but is \"%s\"",
						clv_number(&number, terms->level));
	if (terms->draws < 1 || terms->draws > CLV_MAX_DRAWS)
		return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
						"number of draws must be from 1 to %d, but is \"%d\"",
						CLV_MAX_DRAWS, terms->draws);
	return CLV_OK;
}

static size_t
parameter_count(const ClvTerms *terms, const ClvFitted *fit)
{
	return fit->has_cov ? (size_t) terms->draws * fit->model->nparam : 0;
}

/* Of what a mixture needs, for one draw or for each. */
static size_t
mixture_draws(const ClvTerms *terms)
{
	return terms->mixture == NULL ? 0 :
		terms->model->has_cov ? (size_t) terms->draws : 1;
}

/* The crowd is not needed any more when the totals are sorted. */
size_t
clv_outlook_space(const ClvTerms *terms, size_t n)
{
	size_t		doubles = 2 * (size_t) terms->draws
		+ parameter_count(terms, terms->model)
		+ parameter_count(terms, terms->spend);
	size_t		mixture = mixture_draws(terms);
	size_t		crowd = clv_crowd_space(n);
	size_t		sort = clv_sort_space(terms->draws);

	if (mixture > 0)
		doubles += sizeof(ClvSlopes) / sizeof(double) + mixture *
			(terms->model->model->nparam +
			 clv_slopes_count(terms->mixture->fit));
	return doubles * sizeof(double) + (crowd > sort ? crowd : sort);
}

void
clv_outlook_begin(ClvOutlook *o, const ClvTerms *terms,
				  const ClvCustomer *customer, size_t n, void *space)
{
	size_t		mixture = mixture_draws(terms);
	double	   *free = space;

	o->terms = terms;
	o->h = terms->model->model->discrete ? clv_whole_periods(terms->h) : terms->h;
	o->total = free;
	free += terms->draws;
	o->alive = free;
	free += terms->draws;
	o->par = terms->model->has_cov ? free : NULL;
	free += parameter_count(terms, terms->model);
	o->spend_par = terms->spend->has_cov ? free : NULL;
	free += parameter_count(terms, terms->spend);
	o->slopes = NULL;
	if (mixture > 0)
	{
		o->slopes = (ClvSlopes *) free;
		free += sizeof(ClvSlopes) / sizeof(double);
		o->coefficient = free;
		free += mixture * clv_slopes_count(terms->mixture->fit);
		o->group_par = free;
		free += mixture * terms->model->model->nparam;
	}
	o->scratch = free;
	clv_outlook_again(o, customer, n);
	o->stage = STAGE_SPREAD;
}

void
clv_outlook_again(ClvOutlook *o, const ClvCustomer *customer, size_t n)
{
	int			i;

	for (i = 0; i < o->terms->draws; i++)
		o->total[i] = 0.0;
	o->status = CLV_CONTINUE;
	o->stage = STAGE_CROWD;
	o->at = 0;
	o->draw = 0;
	o->living = false;
	clv_crowd_begin(&o->crowd, customer, o->terms->mixture == NULL ? NULL :
					o->terms->mixture->of, n, o->scratch);
}

/* What the fits leave open, once for all draws. */
static ClvStatus
begin_parameters(ClvOutlook *o)
{
	const ClvTerms *terms = o->terms;
	ClvStatus	status = CLV_OK;

	if (o->par != NULL)
		status = clv_spread_init(&o->spread[0], terms->model, &o->err);
	if (status == CLV_OK && o->spend_par != NULL)
		status = clv_spread_init(&o->spread[1], terms->spend, &o->err);
	if (status == CLV_OK && o->slopes != NULL)
		status = clv_slopes_init(o->slopes, terms->mixture->fit,
								 terms->mixture->v, &o->err);
	return status;
}

/* The stream of what all customers of a draw share. */
static void
init_stream(const ClvOutlook *o, ClvRandom *random, uint64_t what)
{
	clv_random_init(random, o->terms->seed,
					what << DRAW_BITS | (uint64_t) o->draw);
}

/* The coefficients that go with the parameters of the draw at hand. */
static void
draw_coefficients(ClvOutlook *o)
{
	ClvRandom	parameters;
	ClvRandom	random;

	if (o->slopes == NULL || (o->par == NULL && o->draw > 0))
		return;
	init_stream(o, &parameters, PARAMETERS);
	init_stream(o, &random, COEFFICIENTS);
	clv_slopes_draw(o->slopes, &parameters, &random,
					o->coefficient + (size_t) o->draw * o->slopes->n);
}

static ClvStatus
draw_parameters(const ClvSpread *spread, ClvRandom *random, double *par,
				int draw, ClvError *err)
{
	if (par == NULL)
		return CLV_OK;
	return clv_spread_draw(spread, random,
						   par + (size_t) draw * spread->fit->model->nparam,
						   err);
}

static ClvStatus
step_parameters(ClvOutlook *o)
{
	int			i;

	for (i = 0; i < STEP / COSTLY && o->draw < o->terms->draws; i++)
	{
		ClvRandom	random;
		ClvStatus	status;

		init_stream(o, &random, PARAMETERS);
		status = draw_parameters(&o->spread[0], &random, o->par, o->draw,
								 &o->err);
		if (status == CLV_OK)
			status = draw_parameters(&o->spread[1], &random, o->spend_par,
									 o->draw, &o->err);
		if (status != CLV_OK)
			return status;
		draw_coefficients(o);
		o->draw++;
	}
	if (o->draw < o->terms->draws)
		return CLV_CONTINUE;
	o->draw = 0;
	return CLV_OK;
}

/* The parameters of a draw, of the first vector where there are several. */
static const double *
first_par(const ClvOutlook *o)
{
	const ClvFitted *fit = o->terms->model;

	return o->par == NULL ? fit->par
		: o->par + (size_t) o->draw * fit->model->nparam;
}

static double *
group_par(const ClvOutlook *o)
{
	return o->group_par + (o->par == NULL ? 0 : (size_t) o->draw *
						   o->terms->model->model->nparam);
}

/* The parameters of the draw and the customer at hand. */
static const double *
draw_par(const ClvOutlook *o)
{
	return o->slopes == NULL ? first_par(o) : group_par(o);
}

static bool
same_group(const ClvOutlook *o)
{
	return o->at > 0 && clv_crowd_group_at(&o->crowd, o->at) ==
		clv_crowd_group_at(&o->crowd, o->at - 1);
}

/* Find the parameters of this draw, unless the customer before had them. */
static ClvStatus
find_group_par(ClvOutlook *o, int *budget)
{
	const ClvMixture *mixture = o->terms->mixture;
	size_t		group;

	if (o->slopes == NULL || same_group(o) ||
		(o->par == NULL && o->draw > 0))
		return CLV_OK;
	group = clv_crowd_group_at(&o->crowd, o->at);
	*budget -= 1 + o->slopes->n / UNITS;
	return clv_slopes_at(mixture->fit, mixture->v,
						 mixture->v + group * mixture->fit->ncov, first_par(o),
						 o->coefficient + (o->par == NULL ? 0 :
										   (size_t) o->draw * o->slopes->n),
						 group_par(o), &o->err);
}

static const double *
draw_spend_par(const ClvOutlook *o)
{
	const ClvFitted *fit = o->terms->spend;

	return o->spend_par == NULL ? fit->par
		: o->spend_par + (size_t) o->draw * fit->model->nparam;
}

static ClvStatus
no_answer(ClvOutlook *o, ClvStatus status, const char *hint, const char *what)
{
	const ClvCustomer *row = clv_crowd_at(&o->crowd, o->at);
	ClvNumber	number[3];

	o->living = false;
	return clv_fail(&o->err, status, hint,
					"%s for frequency \"%s\", recency \"%s\", t \"%s\"", what,
					clv_number(&number[0], row->x), clv_number(&number[1], row->tx),
					clv_number(&number[2], row->t));
}

/*
 * Find P(alive) for this draw, unless it is known from the draw or from the
 * customer before; *budget is less what that took.
 */
static ClvStatus
find_alive(ClvOutlook *o, const ClvCustomer *customer, double *alive,
		   int *budget)
{
	const ClvModel *model = o->terms->model->model;
	long long	work;
	ClvStatus	status;

	if (o->par == NULL && o->draw > 0)
		return CLV_OK;
	if (same_group(o) &&
		clv_customer_equal(customer, clv_crowd_at(&o->crowd, o->at - 1)))
		return CLV_OK;
	status = clv_predict_alive_now(model, draw_par(o), customer, &work,
								   alive);
	*budget -= COSTLY + (int) (work / UNITS);
	if (status != CLV_OK)
		return no_answer(o, CLV_OUT_OF_RANGE, NULL, "the model has no answer");
	return CLV_OK;
}

/* A future of the customer at hand begins, unless there is none. */
static ClvStatus
begin_future(ClvOutlook *o, int *budget)
{
	const ClvTerms *terms = o->terms;
	const ClvModel *model = terms->model->model;
	const ClvModel *spend = terms->spend->model;
	const ClvCustomer *customer = clv_crowd_at(&o->crowd, o->at);
	double	   *alive = &o->alive[o->par == NULL ? 0 : o->draw];
	ClvStatus	status = find_group_par(o, budget);

	if (status == CLV_OK)
		status = find_alive(o, customer, alive, budget);
	if (status != CLV_OK)
		return status;
	*budget -= 1;
	clv_random_init(&o->random, terms->seed,
					(uint64_t) o->at << DRAW_BITS | (uint64_t) o->draw);
	o->living = clv_random_uniform(&o->random) < *alive;
	if (!o->living)
		return CLV_OK;
	o->orders = 0;
	model->transactions->draw_alive(model, draw_par(o), customer, &o->random,
									&o->life);
	o->rate = spend->spend->draw_rate(spend, draw_spend_par(o), customer->x,
									  customer->m, &o->random);
	return CLV_OK;
}

/* Order by order, to the end of the future or of the budget. */
static ClvStatus
live_on(ClvOutlook *o, int *budget)
{
	const ClvTerms *terms = o->terms;
	const ClvModel *model = terms->model->model;
	const ClvModel *spend = terms->spend->model;
	double		t = clv_crowd_at(&o->crowd, o->at)->t;
	double	   *total = &o->total[o->draw];

	while (o->living && *budget > 0)
	{
		double		wait = model->transactions->next(model, &o->life, &o->random) - t;

		*budget -= 1;
		o->living = wait <= o->h;
		if (isnan(wait))
			return no_answer(o, CLV_OUT_OF_RANGE, NULL,
							 "a purchase drawn is at no time");
		if (!o->living)
			break;
		*total += spend->spend->draw_spend(spend, draw_spend_par(o), o->rate,
										   &o->random) * exp(-terms->delta * wait);
		if (++o->orders > CLV_MAX_ORDERS)
			return no_answer(o, CLV_LIMIT,
							 "Orders are drawn one by one: take a shorter horizon.",
							 "there are too many orders within the horizon");
	}
	if (!isfinite(*total))
		return no_answer(o, CLV_OUT_OF_RANGE, NULL,
						 "the value drawn is out of range");
	return CLV_OK;
}

static ClvStatus
step_futures(ClvOutlook *o)
{
	int			budget = STEP;

	while (budget > 0)
	{
		ClvStatus	status = CLV_OK;

		if (o->at == o->crowd.n)
			return CLV_OK;
		if (!o->living)
			status = begin_future(o, &budget);
		if (status == CLV_OK && o->living)
			status = live_on(o, &budget);
		if (status != CLV_OK)
			return status;
		if (!o->living && ++o->draw == o->terms->draws)
		{
			o->draw = 0;
			o->at++;
		}
	}
	return CLV_CONTINUE;
}

static ClvStatus
step_stage(ClvOutlook *o)
{
	switch (o->stage)
	{
		case STAGE_SPREAD:
			return begin_parameters(o);
		case STAGE_PARAMETERS:
			return step_parameters(o);
		case STAGE_CROWD:
			return clv_crowd_step(&o->crowd);
		case STAGE_FUTURES:
			return step_futures(o);
		default:
			return clv_sort_step(&o->sort);
	}
}

ClvStatus
clv_outlook_step(ClvOutlook *o)
{
	if (o->status != CLV_CONTINUE)
		return o->status;
	o->status = step_stage(o);
	if (o->status != CLV_OK)
		return o->status;
	if (++o->stage == STAGE_DONE)
		return CLV_OK;
	if (o->stage == STAGE_SORT)
		clv_sort_begin(&o->sort, o->total, o->terms->draws, o->scratch);
	o->status = CLV_CONTINUE;
	return CLV_CONTINUE;
}

/*
 * Of n draws and one value more of their kind, that value is below the k-th
 * draw in k of n + 1 cases (Hyndman & Fan, "Sample Quantiles in Statistical
 * Packages", American Statistician 50, 1996, definition 6): so a share of them
 * is at number share (n + 1), between two draws if that is not whole.  Draws
 * too few to tell have none out there: the outermost is taken.
 */
static double
quantile(const double *sorted, int n, double share)
{
	double		place = fmax(share * (n + 1.0) - 1.0, 0.0);
	int			below = (int) fmin(floor(place), n - 1.0);
	double		part = place - below;

	if (below == n - 1)
		return sorted[n - 1];
	return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

void
clv_outlook_range(const ClvOutlook *o, ClvRange *range)
{
	const double *sorted = o->sort.sorted;
	double		tail = (1.0 - o->terms->level) / 2.0;
	int			n = o->terms->draws;
	int			zeros = 0;
	int			i;

	while (zeros < n && sorted[zeros] == 0.0)
		zeros++;
	range->lower = quantile(sorted, n, tail);
	range->median = quantile(sorted, n, 0.5);
	range->upper = quantile(sorted, n, 1.0 - tail);
	range->p_zero = (double) zeros / n;
	range->mean = 0.0;
	for (i = 0; i < n; i++)
		range->mean += sorted[i] / n;
}
