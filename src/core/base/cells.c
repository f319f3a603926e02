/*
 * cells.c
 *		Customers on the way into a base, checked and normalised; and what is
 *		said of bytes that are no base.
 */
#include "base/cells_code.h"

#include <math.h>
#include <stdlib.h>

void
clv_cells_free(ClvCells *cells)
{
	clv_base_free(&cells->base);
	free(cells->request);
	memset(cells, 0, sizeof(ClvCells));
}

static ClvStatus
row_spend(double x, const double *monetary, ClvCustomer *out, ClvError *err)
{
	ClvNumber	number;
	ClvStatus	status = clv_spend_check(x, monetary, err);

	if (status != CLV_OK)
		return status;
	if (x > CLV_CELLS_MAX_WHOLE)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"It is the number of purchase days after the first.",
						"frequency \"%s\" is too large",
						clv_number(&number, x));
	out->x = x + 0.0;			/* -0.0 becomes 0.0 */
	out->m = x > 0 && monetary != NULL && *monetary > 0 ? *monetary : 0;
	return CLV_OK;
}

ClvStatus
clv_cells_row(const ClvCustomer *row, const double *monetary, ClvCustomer *out,
			  ClvError *err)
{
	ClvStatus	status = clv_customer_check(row, err);

	if (status != CLV_OK)
		return status;
	out->tx = row->tx + 0.0;
	out->t = row->t + 0.0;
	return row_spend(row->x, monetary, out, err);
}

ClvStatus
clv_cells_spend_row(double x, const double *monetary, ClvCustomer *out,
					ClvError *err)
{
	out->tx = 0;
	out->t = -1;
	return row_spend(x, monetary, out, err);
}

void
clv_cells_more(double more, ClvCustomer *out)
{
	out->x = CLV_CELLS_MORE;
	out->tx = more;
	out->t = -1;
	out->m = 0;
}

ClvStatus
clv_cells_count(int64_t customers, ClvError *err)
{
	if (customers < 0)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"It is how many customers the row stands for.",
						"customers must be at least 0, but are %lld",
						(long long) customers);
	if (customers > CLV_CELLS_MAX_CUSTOMERS)
		return clv_fail(err, CLV_OUT_OF_RANGE,
						"Has a base been rolled up with itself again and again?",
						"a base cannot have more than 2^53 customers");
	return CLV_OK;
}

ClvStatus
clv_cells_covariates(const double *v, int n, ClvCustomerCovariates *out,
					 ClvError *err)
{
	ClvNumber	number;
	int			i;

	if (n < 1 || n > CLV_MAX_COVARIATES)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						n < 1 ? "Leave the argument out for a base without covariates." :
						"Leave out those that tell least.",
						"a customer must have 1 to %d covariates, but has %d",
						CLV_MAX_COVARIATES, n);
	out->n = n;
	for (i = 0; i < n; i++)
	{
		if (!isfinite(v[i]))
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"A customer whose covariates are NULL is left out.",
							"covariate %d must be finite, but is \"%s\"",
							i + 1, clv_number(&number, v[i]));
		out->v[i] = v[i] + 0.0; /* -0.0 becomes 0.0 */
	}
	return CLV_OK;
}

ClvStatus
clv_cells_covariates_differ(int a, int b, ClvError *err)
{
	return clv_fail(err, CLV_BAD_ARGUMENT,
					"Give every customer a value for each covariate, or none.",
					"the number of covariates must be the same for all customers of a base, but is %d for some and %d for others",
					a < b ? a : b, a < b ? b : a);
}

/* ---- bytes that are refused ---- */

ClvStatus
clv_cells_malformed(ClvError *err)
{
	return clv_fail(err, CLV_BAD_BINARY, NULL,
					"invalid value of type clv.cbs: it is damaged, or of a later version");
}

ClvStatus
clv_cells_refuse(ClvError *err, const char *why)
{
	return clv_fail(err, CLV_BAD_BINARY, NULL,
					"invalid value of type clv.cbs: %s", why);
}
