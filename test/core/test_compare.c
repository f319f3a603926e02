/*
 * test_compare.c
 *		Models side by side: their fits are those of clv_fit, the test against a
 *		base that nobody leaves counts draws as it says, and who leaves is seen.
 */
#include "check.h"

#include <math.h>

#include "fit/compare.h"
#include "fit/redraw.h"
#include "run_fit.h"

/* Half of the customers buy early and never again. */
static const MakeRow leavers[] = {
	{0, 0, 300, 0, 40}, {1, 20, 300, 0, 30}, {2, 35, 300, 0, 20},
	{3, 40, 290, 0, 15}, {5, 280, 300, 0, 8}, {8, 290, 300, 0, 6},
	{4, 250, 290, 0, 9}, {2, 200, 280, 0, 7}
};

#define ROWS	((int) (sizeof(leavers) / sizeof(leavers[0])))

static ClvComparison *
compare(const ClvBase *base, const ClvModel *const *model, int n, int draws,
		uint64_t seed)
{
	ClvComparison *comparison = clv_comparison_new(base, model, n, draws, seed);
	ClvError	err = {0};
	ClvStatus	status;

	while ((status = clv_comparison_step(comparison, &err)) == CLV_CONTINUE)
		;
	CHECK(status == CLV_OK, "%s", err.message);
	return comparison;
}

static void
test_fits(void)
{
	const char *const name[] = {"nbd", "mbgnbd", "paretonbd"};
	const ClvModel *model[3];
	ClvBase		base;
	ClvFitted	nbd;
	ClvComparison *comparison;
	int			i;

	for (i = 0; i < 3; i++)
		model[i] = clv_model_find(name[i]);
	make_base(leavers, ROWS, &base);
	nbd = run_fit("nbd", &base);
	comparison = compare(&base, model, 3, 0, 1);
	for (i = 0; i < 3; i++)
	{
		const ClvCompared *got = clv_comparison_result(comparison, i);
		ClvFitted	want = run_fit(name[i], &base);

		CHECK(got->fit.loglik == want.loglik &&
			  memcmp(got->fit.par, want.par, want.model->nparam * sizeof(double)) == 0,
			  "%s: not the fit by itself", name[i]);
		CHECK(got->ratio == 2.0 * (want.loglik - nbd.loglik), "%s: ratio", name[i]);
		CHECK(isnan(clv_comparison_p_value(comparison, i)), "%s: not tested", name[i]);
	}
	clv_comparison_free(comparison);
	clv_base_free(&base);
}

/* The draws that reach the ratio, counted here. */
static void
test_bootstrap(void)
{
	const ClvModel *model[] = {clv_model_find("mbgnbd"), clv_model_find("nbd")};
	const int	draws = 19;
	ClvBase		base;
	ClvFitted	nbd;
	ClvComparison *comparison;
	const ClvCompared *got;
	int			reached = 0;
	int			i;

	make_base(leavers, ROWS, &base);
	nbd = run_fit("nbd", &base);
	comparison = compare(&base, model, 2, draws, 5);
	got = clv_comparison_result(comparison, 0);
	for (i = 0; i < draws; i++)
	{
		ClvRedraw  *redraw = clv_redraw_new(nbd.model, nbd.par, &base, 5, i);
		ClvError	err;
		ClvFitted	null;
		ClvFitted	fit;

		while (clv_redraw_step(redraw, &err) == CLV_CONTINUE)
			;
		null = run_fit("nbd", clv_redraw_base(redraw));
		fit = run_fit("mbgnbd", clv_redraw_base(redraw));
		reached += 2.0 * (fit.loglik - null.loglik) >= got->ratio;
		clv_redraw_free(redraw);
	}
	CHECK(got->reached == reached, "%d draws reach the ratio, not %d", got->reached, reached);
	CHECK(clv_comparison_p_value(comparison, 0) == (reached + 1.0) / (draws + 1.0), "p-value");
	CHECK(reached == 0, "customers who leave are not seen: %d of %d", reached, draws);
	CHECK(isnan(clv_comparison_p_value(comparison, 1)), "the baseline against itself");
	clv_comparison_free(comparison);
	clv_base_free(&base);
}

/* Freed in the middle of a fit and of a draw: the sanitizers look on. */
static void
test_cancelled(void)
{
	const ClvModel *model[] = {clv_model_find("mbgnbd")};
	ClvBase		base;
	int			steps;

	make_base(leavers, ROWS, &base);
	for (steps = 0; steps < 60; steps += 3)
	{
		ClvComparison *comparison = clv_comparison_new(&base, model, 1, 2, 1);
		ClvError	err;
		int			i;

		CHECK(clv_comparison_at(comparison) == -1, "the baseline is first");
		for (i = 0; i < steps; i++)
		{
			if (clv_comparison_step(comparison, &err) != CLV_CONTINUE)
				break;
		}
		clv_comparison_free(comparison);
	}
	clv_base_free(&base);
}

int
main(void)
{
	RUN(test_fits);
	RUN(test_bootstrap);
	RUN(test_cancelled);
	CHECK_DONE("compare");
}
