/*
 * check_golden.h
 *		Predictions against a golden table: to be included after the table's
 *		header, which says what a row, Golden, is.
 */
#ifndef CLV_CHECK_GOLDEN_H
#define CLV_CHECK_GOLDEN_H

#include <float.h>
#include <time.h>

#include "check.h"
#include "golden_quantity.h"
#include "model/model.h"
#include "model/prediction.h"

/*
 * Relative error of a prediction.  The goal is 1e-10; as all of them are well
 * within, a tenfold loss shall show.
 */
#define GOLDEN_LIMIT	2e-12

static const char *const quantity[QUANTITIES] = {
	"loglik", "p_alive", "p_alive ahead", "p_active", "purchases",
	"discounted", "discounted for ever", "lifetime", "lifetime discounted",
	"lifetime for ever", "pmf", "next_purchase"
};

static double
ask_model(const ClvModel *m, int what, const Golden *g)
{
	double		out = NAN;
	ClvStatus	status = CLV_OK;

	switch (what)
	{
		case LOGLIK:
			status = clv_predict_loglik(m, g->par, &g->row, &out);
			break;
		case P_ALIVE:
			status = clv_predict_p_alive(m, g->par, &g->row, 0.0, &out);
			break;
		case P_ALIVE_AHEAD:
			status = clv_predict_p_alive(m, g->par, &g->row, g->h, &out);
			break;
		case P_ACTIVE:
			status = clv_predict_p_active(m, g->par, &g->row, g->h, &out);
			break;
		case PURCHASES:
			status = clv_predict_purchases(m, g->par, &g->row, 0.0, g->h, &out);
			break;
		case DISCOUNTED:
			status = clv_predict_purchases(m, g->par, &g->row, g->delta, g->h, &out);
			break;
		case DISCOUNTED_EVER:
			status = clv_predict_purchases(m, g->par, &g->row, g->delta, INFINITY, &out);
			break;
		case LIFETIME:
			status = clv_predict_lifetime(m, g->par, &g->row, 0.0, g->h, &out);
			break;
		case LIFETIME_DISCOUNTED:
			status = clv_predict_lifetime(m, g->par, &g->row, g->delta, g->h, &out);
			break;
		case LIFETIME_EVER:
			status = clv_predict_lifetime(m, g->par, &g->row, g->delta, INFINITY, &out);
			break;
		case PMF:
			status = clv_predict_pmf(m, g->par, &g->row, g->h, g->n, &out);
			break;
		case NEXT_PURCHASE:
			status = clv_predict_next_purchase(m, g->par, &g->row, g->probability, &out);
			break;
	}
	return status == CLV_OK ? out : NAN;
}

/* A golden table: whose a row is, and how large the likelihood's terms are. */
typedef struct GoldenTable
{
	const char *name;
	const Golden *row;
	int			nrow;
	const ClvModel *(*model) (const char *name, const Golden *g);
	double		(*loglik_terms) (const ClvModel *m, const Golden *g);
} GoldenTable;

/* Check one answer; returns its relative error. */
static double
check_golden_row(const GoldenTable *table, int i, int what)
{
	const Golden *g = &table->row[i];
	const ClvModel *m = table->model(table->name, g);
	double		want = g->want[what];
	double		got = ask_model(m, what, g);
	double		error = got == want ? 0.0 : fabs(got - want);
	double		limit;

	if (what == LOGLIK)
		limit = 1e-12 * fmax(1.0, fabs(want))
			+ 4.0 * DBL_EPSILON * table->loglik_terms(m, g);
	else
		limit = fmax(GOLDEN_LIMIT * fabs(want), 1e-300);

	/* a rounding of P(alive), where that is hardly more than what is asked */
	if (what == NEXT_PURCHASE && g->want[P_ALIVE] > g->probability)
		limit += 2.0 * DBL_EPSILON * g->probability * want
			/ (g->want[P_ALIVE] - g->probability);
	CHECK(error <= limit, "%s, golden row %d, %s: got %.17g, want %.17g",
		  table->name, i, quantity[what], got, want);

	if (what == LOGLIK)
		return error / fmax(1.0, fabs(want));
	return fabs(want) > 1e-300 ? error / fabs(want) : error;
}

static void
check_golden(const GoldenTable *table)
{
	int			what;

	for (what = 0; what < QUANTITIES; what++)
	{
		double		worst = 0.0;
		int			at = 0;
		clock_t		slowest = 0;
		int			i;

		for (i = 0; i < table->nrow; i++)
		{
			clock_t		begin = clock();
			double		error = check_golden_row(table, i, what);
			clock_t		took = clock() - begin;

			if (!(error <= worst))
			{
				worst = error;
				at = i;
			}
			slowest = took > slowest ? took : slowest;
		}
		printf("  %-13s %-20s worst relative error %.1e of %d rows (row %d); at most %.1f ms\n",
			   table->name, quantity[what], worst, table->nrow, at,
			   1e3 * slowest / CLOCKS_PER_SEC);
	}
}

#endif							/* CLV_CHECK_GOLDEN_H */
