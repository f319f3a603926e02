/*
 * test_redraw.c
 *		Bases drawn anew: as many customers as before, seen as long; purchases
 *		as the model says; the same ones for the same seed.
 */
#include "check.h"

#include <math.h>

#include "make_base.h"
#include "model/model.h"
#include "fit/redraw.h"
#include "models/list.h"

static ClvRedraw *
draw(const char *name, const double *par, const ClvBase *base, uint64_t seed,
	 uint32_t which)
{
	ClvRedraw  *redraw = clv_redraw_new(clv_model_find(name), par, base, seed, which);
	ClvError	err;
	ClvStatus	status;

	while ((status = clv_redraw_step(redraw, &err)) == CLV_CONTINUE)
		;
	CHECK(status == CLV_OK, "%s: %s", name, err.message);
	return redraw;
}

/* Customers of age t, and their purchases. */
static void
count(const ClvBase *base, double t, double *n, double *x)
{
	size_t		i;

	*n = *x = 0.0;
	for (i = 0; i < base->ncell; i++)
	{
		const ClvCell *cell = &base->cell[i];

		if (base->t[cell->it] != t)
			continue;
		*n += cell->n;
		*x += cell->n * base->x[cell->ix];
	}
}

static bool
same(const ClvBase *a, const ClvBase *b)
{
	return a->ncell == b->ncell && a->ntx == b->ntx &&
		memcmp(a->tx, b->tx, a->ntx * sizeof(double)) == 0 &&
		memcmp(a->cell, b->cell, a->ncell * sizeof(ClvCell)) == 0 &&
		a->sum_log_gaps == b->sum_log_gaps;
}

static void
test_redraw(void)
{
	static const MakeRow row[] = {
		{3, 20, 100, 0, 30000}, {0, 0, 100, 0, 10000}, {0, 0, 40, 0, 20000},
		{0, 0, 0, 0, 5}
	};
	const double par[] = {0.6, 60.0};
	const double gone[] = {0.6, 60.0, 50.0, 1.0};	/* s / beta: 50 a day */
	ClvBase		base;
	ClvRedraw  *a;
	ClvRedraw  *b;
	ClvRedraw  *other;
	double		n;
	double		x;

	make_base(row, 4, &base);
	base.has_log_gaps = true;
	a = draw("nbd", par, &base, 1, 7);
	b = draw("nbd", par, &base, 1, 7);
	other = draw("nbd", par, &base, 1, 8);
	CHECK(same(clv_redraw_base(a), clv_redraw_base(b)), "the same seed differs");
	CHECK(!same(clv_redraw_base(a), clv_redraw_base(other)), "the next draw is the same");
	CHECK(clv_redraw_base(a)->customers == base.customers, "customers");
	CHECK(clv_redraw_base(a)->has_log_gaps, "gaps");

	/* r / alpha T purchases; their variance, r T / alpha (1 + T / alpha) */
	count(clv_redraw_base(a), 100.0, &n, &x);
	CHECK(n == 40000.0, "%g of age 100", n);
	CHECK(fabs(x / n - 1.0) < 4.0 * sqrt((1.0 + 100.0 / 60.0) / n), "mean %g of age 100", x / n);
	count(clv_redraw_base(a), 40.0, &n, &x);
	CHECK(n == 20000.0, "%g of age 40", n);
	CHECK(fabs(x / n - 0.4) < 4.0 * sqrt(0.4 * (1.0 + 40.0 / 60.0) / n), "mean %g of age 40", x / n);
	count(clv_redraw_base(a), 0.0, &n, &x);
	CHECK(n == 5.0 && x == 0.0, "%g of age 0 with %g", n, x);
	clv_redraw_free(b);
	clv_redraw_free(other);

	b = draw("paretonbd", gone, &base, 1, 7);
	count(clv_redraw_base(b), 100.0, &n, &x);
	CHECK(x / n < 0.002, "the dead buy %g", x / n);
	clv_redraw_free(a);
	clv_redraw_free(b);
	clv_base_free(&base);
}

int
main(void)
{
	RUN(test_redraw);
	CHECK_DONE("redraw");
}
