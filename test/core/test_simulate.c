/*
 * test_simulate.c
 *		Simulated customers against what their models expect of them.
 *
 * Means are compared within four standard errors of their own; the seeds are
 * fixed, so that a check either always passes or never.
 */
#include "check.h"
#include "model/prediction.h"
#include "draw/simulate.h"
#include "models/list.h"

#include <string.h>

#define CUSTOMERS	20000

static const double transaction_par[][4] = {
	{0.243, 4.414, 0.793, 2.426},
	{0.525, 6.183, 0.891, 1.614},
	{3, 20, 1.5, 10}
};
static const double spend_par[] = {6.25, 3.74, 15.44};

static ClvSimulation
simulation_of(const char *name, const double *par)
{
	ClvSimulation s;

	s.model = clv_model_find(name);
	s.par = par;
	s.unit_days = 7;
	s.spend = clv_model_find("gammagamma");
	s.spend_par = spend_par;
	s.births = 84;
	s.days = 546;
	s.seed = 2005;
	return s;
}

/* A sum with what its standard error takes. */
typedef struct Mean
{
	double		n;
	double		sum;
	double		square;
} Mean;

static void
mean_add(Mean *mean, double value)
{
	mean->n++;
	mean->sum += value;
	mean->square += value * value;
}

static void
check_mean(const Mean *mean, double want, const char *label)
{
	double		got = mean->sum / mean->n;
	double		error = sqrt((mean->square / mean->n - got * got) / mean->n);

	CHECK(fabs(got - want) <= 4 * error, "%s: mean %.6g, want %.6g +- %.2g",
		  label, got, want, error);
}

/*
 * Repeat purchases to the end less what the model expects of a customer born
 * then have mean zero; births are uniform; spend has the population's mean.
 */
static void
check_means(const char *name, const double *par)
{
	ClvSimulation simulation = simulation_of(name, par);
	const ClvCustomer newcomer = {0, 0, 0, 0};
	Mean		repeats = {0, 0, 0};
	Mean		birth = {0, 0, 0};
	Mean		spend = {0, 0, 0};
	int64_t		last;
	int			bad = 0;
	int			customer;

	for (customer = 1; customer <= CUSTOMERS; customer++)
	{
		ClvShopper	shopper;
		ClvOrder	order;
		double		expected = 0;
		double		count = 0;
		double		first = 0;

		clv_shopper_begin(&shopper, &simulation, customer);
		for (last = 0; clv_shopper_next(&shopper, &order); last = order.at)
		{
			bad += order.at < last || order.at >= simulation.days * CLV_USECS_PER_DAY;
			bad += order.amount < 0.01 ||
				fabs(order.amount * 100 - round(order.amount * 100)) > 1e-9 * order.amount;
			if (count++ == 0)
			{
				first = (double) order.at / CLV_USECS_PER_DAY;
				bad += first >= simulation.births;
				mean_add(&spend, order.amount);
			}
		}
		mean_add(&birth, first);
		clv_predict_purchases(simulation.model, par, &newcomer, 0,
									(simulation.days - first) / simulation.unit_days,
									&expected);
		mean_add(&repeats, count - 1 - expected);
	}
	CHECK(bad == 0, "%s: %d orders out of bounds", name, bad);
	check_mean(&repeats, 0, "repeat purchases less expected");
	check_mean(&birth, 42, "day of birth");
	check_mean(&spend, 6.25 * 15.44 / 2.74, "first order");
}

/* A customer is the same alone and in any order, with money and without. */
static void
test_reproducible(void)
{
	ClvSimulation simulation = simulation_of("mbgnbd", transaction_par[2]);
	ClvSimulation without = simulation;
	ClvShopper	a,
				b,
				c;
	ClvOrder	x,
				y,
				z;
	int			orders = 0;
	int			wrong = 0;
	int			customer;

	without.spend = NULL;
	for (customer = 1; customer <= 1000; customer++)
	{
		bool		more;

		clv_shopper_begin(&a, &simulation, customer);
		clv_shopper_begin(&c, &simulation, 1001 - customer);
		clv_shopper_begin(&b, &simulation, customer);
		do
		{
			more = clv_shopper_next(&a, &x);
			clv_shopper_next(&c, &z);
			wrong += more != clv_shopper_next(&b, &y) ||
				(more && (x.at != y.at || x.amount != y.amount));
			orders += more;
		} while (more);

		clv_shopper_begin(&a, &simulation, customer);
		clv_shopper_begin(&b, &without, customer);
		while (clv_shopper_next(&a, &x))
			wrong += !clv_shopper_next(&b, &y) || x.at != y.at || !isnan(y.amount);
	}
	CHECK(orders > 1000, "%d orders", orders);
	CHECK(wrong == 0, "%d orders depend on something else", wrong);
}

static void
check_refused(int64_t customers, int births, int days, const char *message)
{
	ClvSimulation simulation = simulation_of("bgnbd", transaction_par[0]);
	ClvError	err;

	simulation.births = births;
	simulation.days = days;
	CHECK(clv_simulation_check(&simulation, customers, &err) == CLV_BAD_ARGUMENT &&
		  strstr(err.message, message) != NULL,
		  "(%d, %d, %d): %s", (int) customers, births, days, err.message);
}

static void
test_means(void)
{
	size_t		i;

	for (i = 0; i < sizeof(transaction_par) / sizeof(transaction_par[0]); i++)
	{
		check_means("bgnbd", transaction_par[i]);
		check_means("mbgnbd", transaction_par[i]);
	}
}

static void
test_refused(void)
{
	check_refused(-1, 1, 1, "\"-1\"");
	check_refused(1, 0, 1, "\"0\"");
	check_refused(1, 10, 9, "\"9\"");
}

int
main(void)
{
	RUN(test_means);
	RUN(test_reproducible);
	RUN(test_refused);
	CHECK_DONE("simulate");
}
