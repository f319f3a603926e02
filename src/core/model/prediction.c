/*
 * prediction.c
 *		The front door of all predictions: nothing else asks a model.
 */
#include "model/prediction.h"

#include <math.h>

#include "math/renewals.h"
#include "math/special.h"

/*
 * A prediction this small has no digits that could be relied on, and a product
 * with it would underflow: nothing, then.
 */
#define NOTHING		1e-300

/*
 * Models are written for parameters within these: then neither the product of
 * any two of them nor their quotient overflows.  A fit ends within e^18.4 of
 * the scale of its base, or below the 1e150 of ClvModel.largest.  Purchases are counted in whole numbers, of which
 * a double has more, but differences of large ones have no digits left.
 */
#define LEAST_PARAM	1e-100
#define MOST_PARAM	1e150
#define MOST_TIME	1e100
#define MOST_COUNT	1e12

/* Its work is that of a comparison each: it is a good part of a P(alive). */
static inline bool
parameters_fit(const ClvModel *model, const double *par)
{
	bool		fit = true;
	int			i;

	for (i = 0; i < model->nparam; i++)
		fit &= (par[i] >= LEAST_PARAM) & (par[i] <= MOST_PARAM);
	return fit;
}

bool
clv_parameters_fit(const ClvModel *model, const double *par)
{
	return parameters_fit(model, par);
}

static inline bool
row_fits(const ClvCustomer *row)
{
	return row->x <= MOST_COUNT && row->t <= MOST_TIME;
}

/* Arguments of a present value: a rate of 0 asks for a finite horizon. */
static bool
discount_valid(double delta, double h)
{
	return delta >= 0.0 && h >= 0.0 && !isinf(delta)
		&& (delta > 0.0 || !isinf(h));
}

/* A mean of repeat purchases is above 0 where there are any. */
static bool
spend_valid(double x, double m)
{
	return clv_spend_check(x, &m, NULL) == CLV_OK && (x == 0.0 || m > 0.0);
}

static bool
is_whole(double n)
{
	return n >= 0.0 && n == floor(n) && isfinite(n);
}

/* What begins each of these functions, once the arguments are found good. */
#define NEEDS(table, function) \
	if ((table) == NULL || (table)->function == NULL) \
		return CLV_UNSUPPORTED

#define NEEDS_RANGE(condition) \
	if (!(condition)) \
		return CLV_OUT_OF_RANGE

/* A number from 0 to "most", which is INFINITY if it has no bound of its own. */
static ClvStatus
settle(double answer, double most, double *out)
{
	answer = clv_at_most(answer, most);
	if (!(answer >= 0.0) || isinf(answer))
		return CLV_OUT_OF_RANGE;
	*out = answer < NOTHING ? 0.0 : answer;
	return CLV_OK;
}

/* The same where it may be infinite. */
static ClvStatus
settle_or_infinite(double answer, double most, double *out)
{
	if (!(answer == INFINITY && most == INFINITY))
		return settle(answer, most, out);
	*out = answer;
	return CLV_OK;
}

static ClvStatus
settle_loglik(double answer, double most, double *out)
{
	answer = clv_at_most(answer, most);
	if (!isfinite(answer))
		return CLV_OUT_OF_RANGE;
	*out = answer;
	return CLV_OK;
}

ClvStatus
clv_predict_loglik(const ClvModel *model, const double *par,
				   const ClvCustomer *row, double *out)
{
	ClvBudget	budget = {CLV_BUDGET};

	NEEDS(model->transactions, loglik);
	NEEDS_RANGE(parameters_fit(model, par) && row_fits(row));

	/* of a discrete model it is a probability */
	return settle_loglik(model->transactions->loglik(model, par, row, &budget),
						 model->discrete ? 0.0 : INFINITY, out);
}

ClvStatus
clv_predict_p_alive(const ClvModel *model, const double *par,
					const ClvCustomer *row, double ahead, double *out)
{
	ClvBudget	budget = {CLV_BUDGET};

	NEEDS(model->transactions, p_alive);
	if (!(ahead >= 0.0) || isinf(ahead))
		return CLV_BAD_ARGUMENT;
	NEEDS_RANGE(parameters_fit(model, par) && row_fits(row));
	return settle(model->transactions->p_alive(model, par, row, ahead, &budget), 1.0, out);
}

ClvStatus
clv_predict_alive_now(const ClvModel *model, const double *par,
					  const ClvCustomer *row, long long *work, double *out)
{
	ClvBudget	budget = {CLV_BUDGET};
	double		answer;

	*work = 0;
	NEEDS(model->transactions, p_alive);
	NEEDS_RANGE(parameters_fit(model, par) && row_fits(row));
	answer = model->transactions->p_alive(model, par, row, 0.0, &budget);
	*work = CLV_BUDGET - budget.left;
	return settle(answer, 1.0, out);
}

ClvStatus
clv_predict_p_active(const ClvModel *model, const double *par,
					 const ClvCustomer *row, double h, double *out)
{
	ClvBudget	budget = {CLV_BUDGET};

	NEEDS(model->transactions, p_active);
	if (!(h >= 0.0))
		return CLV_BAD_ARGUMENT;
	NEEDS_RANGE(parameters_fit(model, par) && row_fits(row));
	return settle(model->transactions->p_active(model, par, row, h, &budget), 1.0, out);
}

/*
 * What a customer who lives to the horizon would have: so much time, or so
 * many opportunities, each counted at its end.
 */
static double
whole_life(const ClvModel *model, double delta, double h)
{
	return clv_annuity(delta, model->discrete ? clv_whole_periods(h) : h);
}

ClvStatus
clv_predict_purchases(const ClvModel *model, const double *par,
					  const ClvCustomer *row, double delta, double h, double *out)
{
	ClvBudget	budget = {CLV_BUDGET};

	NEEDS(model->transactions, purchases);
	if (!discount_valid(delta, h))
		return CLV_BAD_ARGUMENT;
	NEEDS_RANGE(parameters_fit(model, par) && row_fits(row));
	return settle(model->transactions->purchases(model, par, row, delta, h, &budget),
				  model->discrete ? whole_life(model, delta, h) : INFINITY, out);
}

ClvStatus
clv_predict_lifetime(const ClvModel *model, const double *par,
					 const ClvCustomer *row, double delta, double h, double *out)
{
	ClvBudget	budget = {CLV_BUDGET};

	NEEDS(model->transactions, lifetime);
	if (!discount_valid(delta, h))
		return CLV_BAD_ARGUMENT;
	NEEDS_RANGE(parameters_fit(model, par) && row_fits(row));
	return settle(model->transactions->lifetime(model, par, row, delta, h, &budget),
				  whole_life(model, delta, h), out);
}

ClvStatus
clv_predict_pmf(const ClvModel *model, const double *par, const ClvCustomer *row,
				double h, double n, double *out)
{
	ClvBudget	budget = {CLV_BUDGET};

	NEEDS(model->transactions, pmf);
	if (!(h >= 0.0) || isinf(h) || !is_whole(n))
		return CLV_BAD_ARGUMENT;
	NEEDS_RANGE(parameters_fit(model, par) && row_fits(row));
	return settle(model->transactions->pmf(model, par, row, h, n, &budget), 1.0, out);
}

ClvStatus
clv_predict_next_purchase(const ClvModel *model, const double *par,
						  const ClvCustomer *row, double probability, double *out)
{
	ClvBudget	budget = {CLV_BUDGET};

	NEEDS(model->transactions, next_purchase);
	if (!(probability >= 0.0 && probability <= 1.0))
		return CLV_BAD_ARGUMENT;
	if (probability == 0.0)
	{
		*out = 0.0;
		return CLV_OK;
	}
	NEEDS_RANGE(parameters_fit(model, par) && row_fits(row));
	return settle_or_infinite(model->transactions->next_purchase(model, par, row, probability,
																 &budget),
							  INFINITY, out);
}

ClvStatus
clv_predict_loglik_spend(const ClvModel *model, const double *par, double x,
						 double m, double *out)
{
	NEEDS(model->spend, loglik);
	if (!spend_valid(x, m) || x == 0.0)
		return CLV_BAD_ARGUMENT;
	NEEDS_RANGE(parameters_fit(model, par) && x <= MOST_COUNT);
	return settle_loglik(model->spend->loglik(model, par, x, m), INFINITY, out);
}

ClvStatus
clv_predict_expected_spend(const ClvModel *model, const double *par, double x,
						   double m, double *out)
{
	NEEDS(model->spend, expected);
	if (!spend_valid(x, m))
		return CLV_BAD_ARGUMENT;
	NEEDS_RANGE(parameters_fit(model, par));
	return settle_or_infinite(model->spend->expected(model, par, x, m),
							  INFINITY, out);
}

ClvStatus
clv_predict_renewal(const ClvModel *model, const double *par, double n,
					double more, double *out)
{
	NEEDS(model->contract, renewal);
	if (!(n >= 0.0 && more >= 0.0) || isinf(n) || isinf(more))
		return CLV_BAD_ARGUMENT;
	NEEDS_RANGE(parameters_fit(model, par));
	return settle(model->contract->renewal(model, par, n, more), 1.0, out);
}

/* What a subscriber would pay who never leaves. */
static double
all_payments(double delta, double h)
{
	double		due = clv_periods_begun(h);

	/* 0 * INFINITY is not above it */
	return delta * due > 1e-17 ? expm1(-delta * due) / expm1(-delta) : due;
}

ClvStatus
clv_predict_payments(const ClvModel *model, const double *par, double period,
					 double delta, double h, double *out)
{
	ClvBudget	budget = {CLV_BUDGET};

	NEEDS(model->contract, payments);
	if (!(period >= 0.0 && delta >= 0.0 && h >= 0.0) || isinf(period) ||
		isinf(delta))
		return CLV_BAD_ARGUMENT;
	NEEDS_RANGE(parameters_fit(model, par));
	return settle_or_infinite(model->contract->payments(model, par, period, delta, h,
														&budget),
							  all_payments(delta, h), out);
}
