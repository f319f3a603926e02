/*
 * test_alike.c
 *		Customers who are alike in the limit are predicted alike, to the last bit.
 *
 * All buy at one rate until the last day: nobody has left, and customers do not
 * differ, so that how many purchases one has made in how long tells nothing of
 * the future.  Were predictions those of where a search ended, near the limit,
 * they would differ in the eighth digit, and ranks and tiers be made of that.
 */
#include <float.h>

#include "check.h"
#include "model/prediction.h"
#include "run_fit.h"

#define CUSTOMERS	100

static MakeRow row[CUSTOMERS];

typedef ClvStatus (*Predict) (const ClvModel *model, const double *par,
							  const ClvCustomer *one, double *out);

static ClvStatus
alive(const ClvModel *model, const double *par, const ClvCustomer *one, double *out)
{
	return clv_predict_p_alive(model, par, one, 90.0, out);
}

static ClvStatus
active(const ClvModel *model, const double *par, const ClvCustomer *one, double *out)
{
	return clv_predict_p_active(model, par, one, 90.0, out);
}

static ClvStatus
purchases(const ClvModel *model, const double *par, const ClvCustomer *one, double *out)
{
	return clv_predict_purchases(model, par, one, 0.0003, 365.0, out);
}

static ClvStatus
lifetime(const ClvModel *model, const double *par, const ClvCustomer *one, double *out)
{
	return clv_predict_lifetime(model, par, one, 0.0003, 365.0, out);
}

static ClvStatus
exactly(const ClvModel *model, const double *par, const ClvCustomer *one, double *out)
{
	return clv_predict_pmf(model, par, one, 90.0, 3.0, out);
}

static const struct
{
	const char *name;
	Predict		predict;
}			asked[] = {
	{"P(alive)", alive}, {"P(active)", active}, {"purchases", purchases},
	{"lifetime", lifetime}, {"P(3)", exactly}
};

static void
check_alike(const ClvModel *model, const ClvFitted *fitted, const char *what)
{
	size_t		q;
	int			i;

	CHECK(fitted->status == CLV_BOUNDARY, "%s, %s: status %d", model->name, what, fitted->status);
	for (q = 0; q < sizeof(asked) / sizeof(asked[0]); q++)
	{
		double		first = NAN;
		int			others = 0;

		for (i = 0; i < CUSTOMERS; i++)
		{
			ClvCustomer one = {row[i].x, row[i].tx, row[i].t, 0};
			double		out = NAN;

			CHECK(asked[q].predict(model, fitted->par, &one, &out) == CLV_OK, "%s, %s: no %s",
				  model->name, what, asked[q].name);
			if (i == 0)
				first = out;
			others += memcmp(&out, &first, sizeof(out)) != 0;
		}
		CHECK(others == 0, "%s, %s: %s of %d customers is another one than %.17g", model->name,
			  what, asked[q].name, others, first);
	}
}

static void
test_alike(void)
{
	int			m;
	int			i;
	int			k;

	for (k = 0; k < 2; k++)
	{
		double		log_gaps = 0.0;

		for (i = 0; i < CUSTOMERS; i++)
		{
			double		t = 100.0 + 10.0 * i;

			row[i] = (MakeRow) {k == 0 ? floor(t / 10.0) : ceil(t / 37.0), t, t, 0.0, 1.0};
			log_gaps += row[i].x * log(t / row[i].x);
		}
		for (m = 0; clv_models[m] != NULL; m++)
		{
			ClvBase		base;
			ClvFitted	fitted;

			if (clv_models[m]->kind != CLV_TRANSACTION)
				continue;
			make_base(row, CUSTOMERS, &base);
			base.has_log_gaps = true;
			base.sum_log_gaps = log_gaps;
			fitted = run_model(clv_models[m], &base);
			clv_base_free(&base);
			check_alike(clv_models[m], &fitted, k == 0 ? "every tenth day" : "every 37th");
		}
	}
}

int
main(void)
{
	RUN(test_alike);
	CHECK_DONE("alike");
}
