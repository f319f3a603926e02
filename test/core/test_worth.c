/*
 * test_worth.c
 *		Money of purchases, years and payments.
 */
#include "check.h"

#include <float.h>
#include <string.h>

#include "value/worth.h"

static void
test_worth(void)
{
	double		out = 7.0;

	CHECK(clv_worth(2.5, 30.0, &out) == CLV_OK && out == 75.0, "%g", out);
	CHECK(clv_worth(0.0, 30.0, &out) == CLV_OK && out == 0.0, "%g", out);

	/* the first purchase is now, and at the same price */
	CHECK(clv_new_worth(2.5, 30.0, &out) == CLV_OK && out == 105.0, "%g", out);
	CHECK(clv_new_worth(0.0, 30.0, &out) == CLV_OK && out == 30.0, "%g", out);
	out = 7.0;
	CHECK(clv_worth(1e200, 1e200, &out) == CLV_OUT_OF_RANGE && out == 7.0, "%g", out);
	CHECK(clv_new_worth(1e308, 10.0, &out) == CLV_OUT_OF_RANGE && out == 7.0, "%g", out);
	CHECK(clv_worth(INFINITY, 0.0, &out) == CLV_OUT_OF_RANGE && out == 7.0, "%g", out);
	CHECK(clv_worth(NAN, 1.0, &out) == CLV_OUT_OF_RANGE && out == 7.0, "%g", out);
}

static void
test_net(void)
{
	ClvCosts	costs = {0.4, 3.0, 12.0};
	double		out = 7.0;

	/* 0.4 of 300 less 3 for each of 10 orders and 12 for each of 2.5 years */
	CHECK(clv_net_worth(&costs, 300.0, 10.0, 2.5, &out) == CLV_OK && out == 60.0, "%g", out);

	/* who costs more than he brings */
	CHECK(clv_net_worth(&costs, 30.0, 10.0, 2.5, &out) == CLV_OK && out == -48.0, "%g", out);
	CHECK(clv_net_worth(&costs, 0.0, 0.0, 0.0, &out) == CLV_OK && out == 0.0, "%g", out);

	/* a number that is 0 by underflow alone, or none */
	out = 7.0;
	costs.per_order = 1e-200;
	CHECK(clv_net_worth(&costs, 300.0, 1e-200, 2.5, &out) == CLV_OUT_OF_RANGE, "lost: %g", out);
	CHECK(clv_net_worth(&costs, 300.0, 0.0, 2.5, &out) == CLV_OK && out == 90.0, "%g", out);
	out = 7.0;
	costs.margin = INFINITY;
	CHECK(clv_net_worth(&costs, 300.0, 0.0, 2.5, &out) == CLV_OUT_OF_RANGE, "%g", out);
	costs.margin = DBL_MAX;
	CHECK(clv_net_worth(&costs, 300.0, 0.0, 2.5, &out) == CLV_OUT_OF_RANGE, "%g", out);
	costs.margin = 0.4;
	costs.per_year = NAN;
	CHECK(clv_net_worth(&costs, 300.0, 0.0, 2.5, &out) == CLV_OUT_OF_RANGE && out == 7.0,
		  "%g", out);
}

static void
test_contract(void)
{
	double		out = 7.0;
	ClvError	err;

	CHECK(clv_contract_worth(9.99, 12.5, &out, &err) == CLV_OK && out == 9.99 * 12.5, "%g", out);
	CHECK(clv_contract_worth(-1.0, 12.5, &out, &err) == CLV_OK && out == -12.5, "%g", out);
	out = 7.0;
	CHECK(clv_contract_worth(INFINITY, 12.5, &out, &err) == CLV_BAD_ARGUMENT && out == 7.0 &&
		  strcmp(err.message, "price must be finite, but is \"Infinity\"") == 0,
		  "%s", err.message);
	CHECK(clv_contract_worth(NAN, 0.0, &out, &err) == CLV_BAD_ARGUMENT, "%s", err.message);
	CHECK(clv_contract_worth(1e300, 1e10, &out, &err) == CLV_OUT_OF_RANGE && out == 7.0 &&
		  err.status == CLV_OUT_OF_RANGE, "%s", err.message);
}

int
main(void)
{
	RUN(test_worth);
	RUN(test_net);
	RUN(test_contract);
	CHECK_DONE("worth");
}
