/*
 * test_peers.c
 *		Where well-known libraries overflow, cancel or return no number.
 *
 * Inputs on which one or the other of them answers NaN, infinity, a chance
 * above 1 or a wrong number, with the right values by 50-digit arithmetic
 * (mpmath; integrals by quadrature, not by the closed forms that fail).  The
 * values that papers print, and more of the kind, are in the tests of each
 * model.
 */
#include <string.h>

#include "check.h"
#include "fit/fitted.h"
#include "model/model.h"
#include "model/prediction.h"
#include "math/special.h"
#include "models/list.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

typedef enum Asked
{
	LOGLIK,
	ALIVE,
	PURCHASES
} Asked;

typedef struct Case
{
	const char *model;
	double		par[CLV_MAX_PARAM];
	ClvCustomer row;
	Asked		asked;
	double		h;
	double		delta;
	double		want;
	double		tolerance;
} Case;

#define BG		"bgnbd", {0.243, 4.414, 0.793, 2.426}
#define PARETO	"paretonbd", {0.553, 10.578, 0.606, 11.669}
#define BGBB	"bgbb", {1.204, 0.75, 0.657, 2.783}
#define REGULAR	{1.3291753532, 2.8125512135, 0.4247089934, 0.7900287337, 2.0}
#define NONE	0.0, 0.0

static const Case cases[] = {
	/* (alpha + t_x)^(r + s + x) overflows: the smallest such x at each age */
	{PARETO, {181, 37.9, 38.9}, LOGLIK, NONE, 52.851997980674336, 1e-13},
	{PARETO, {181, 37.9, 38.9}, ALIVE, NONE, 0.88425177517909242, 1e-13},
	{PARETO, {158, 76.9, 77.9}, LOGLIK, NONE, -68.063563288349666, 1e-13},
	{PARETO, {149, 103, 104}, LOGLIK, NONE, -111.84678108658103, 1e-13},
	{PARETO, {112, 519, 520}, LOGLIK, NONE, -289.99680528979462, 1e-13},
	{PARETO, {112, 519, 520}, ALIVE, NONE, 0.99872981319804215, 1e-13},

	/* 2F1 without a transformation: likewise */
	{BG, {333, 1, 1}, PURCHASES, 39.0, 0.0, 879.36063766330081, 1e-11},
	{BG, {405, 4, 4}, PURCHASES, 39.0, 0.0, 842.59450797613689, 1e-11},
	{BG, {1088, 38.857, 38.857}, PURCHASES, 39.0, 0.0, 747.61148529708375, 1e-11},

	/* ((alpha + T) / (alpha + t_x))^(r + k x) overflows */
	{"mbgcnbd", REGULAR, {129, 4, 104}, LOGLIK, NONE, 676.040513449841923, 1e-13},
	{"mbgcnbd", REGULAR, {126, 4, 104}, ALIVE, NONE, 1.10752073730044366e-298, 1e-11},
	{"bgcnbd", REGULAR, {129, 4, 104}, LOGLIK, NONE, 676.051514972189419, 1e-13},
	{"mbgcnbd", REGULAR, {300, 4, 104}, LOGLIK, NONE, 2082.81952312597157, 1e-13},
	{"bgcnbd", REGULAR, {300, 4, 104}, ALIVE, NONE, 0.0, 0.0},

	/* the beta function underflows */
	{"bgnbd", {0.5, 4.414, 1000, 5000}, {10000, 38.857, 38.857}, LOGLIK, NONE, 43390.488654441197, 1e-13},
	{"bgnbd", {0.5, 4.414, 1000, 5000}, {10000, 38.857, 38.857}, ALIVE, NONE, 0.93749609350584412, 1e-13},

	/* x = 0 with a small alpha; and one that takes a series three million terms */
	{"paretonbd", {10.465, 0.00798565, 3.0516, 2.820}, {0, 0, 1.0 / 7.0}, LOGLIK, NONE, -7.0001344287793893, 1e-13},
	{"paretonbd", {10.465, 0.00798565, 3.0516, 2.820}, {0, 0, 1.0 / 7.0}, ALIVE, NONE, 4.1595365856346969e-11, 1e-12},
	{"paretonbd", {0.5, 0.001, 0.6, 1000}, {0, 0, 39}, LOGLIK, NONE, -5.2630044326213612, 1e-13},
	{"paretonbd", {0.5, 0.001, 0.6, 1000}, {0, 0, 39}, ALIVE, NONE, 0.95540296219652786, 1e-13},

	/* 1e-15 added to a sum that is smaller */
	{BGBB, {30, 50, 60}, LOGLIK, NONE, -41.280181884988231, 1e-13},
	{BGBB, {30, 50, 60}, ALIVE, NONE, 0.01318025594644181, 1e-12},
	{BGBB, {26, 52, 104}, LOGLIK, NONE, -43.666174299278116, 1e-13},
	{BGBB, {26, 52, 104}, ALIVE, NONE, 2.418664516952319e-9, 1e-12},

	/* a year of 4.345 weeks a month at 1 % each, not of 30 weeks; and for ever */
	{"paretonbd", {0.5534, 10.578, 0.6061, 11.669}, {2, 30.43, 38.86}, PURCHASES, 12.0 * 4.345,
	0.00995033085316808285 / 4.345, 1.75603407362, 1e-11},
	{"paretonbd", {0.5534, 10.578, 0.6061, 11.669}, {2, 30.43, 38.86}, PURCHASES, INFINITY,
	0.00995033085316808285 / 4.345, 7.1584036572, 1e-10}
};

static void
test_cases(void)
{
	size_t		i;

	for (i = 0; i < LENGTH(cases); i++)
	{
		const Case *c = &cases[i];
		const ClvModel *model = clv_model_find(c->model);
		ClvStatus	status = CLV_OK;
		double		got = NAN;
		char		label[64];

		if (c->asked == LOGLIK)
			status = clv_predict_loglik(model, c->par, &c->row, &got);
		else if (c->asked == ALIVE)
			status = clv_predict_p_alive(model, c->par, &c->row, 0.0, &got);
		else
			status = clv_predict_purchases(model, c->par, &c->row, c->delta, c->h, &got);
		snprintf(label, sizeof(label), "%s, x %g, t_x %g, T %g", c->model, c->row.x, c->row.tx, c->row.t);
		CHECK(status == CLV_OK, "%s: status %d", label, status);
		CHECK_REL(got, c->want, c->tolerance, label);
	}
}

/* Someone who has bought just now is alive with at most certainty. */
static void
test_just_bought(void)
{
	static const double par[][4] = {
		{0.243, 4.414, 0.793, 2.426}, {0.553, 10.578, 0.606, 11.669}, {0.01, 1e-3, 50, 1e-3},
		{100, 1e5, 1e-4, 1e5}, {1, 10, 1, 10}, {5, 1e-4, 20, 1e6}
	};
	int			m;
	size_t		i;
	double		x;

	for (m = 0; clv_models[m] != NULL; m++)
	{
		const ClvModel *model = clv_models[m];

		for (i = 0; i < LENGTH(par) && model->kind == CLV_TRANSACTION; i++)
		{
			for (x = 1.0; x <= 10000.0; x *= 10.0)
			{
				double		t = model->discrete ? 2.0 * x : 1.5 * x;
				ClvCustomer row = {x, t, t, 0};
				double		all[CLV_MAX_PARAM] = {par[i][0], par[i][1], par[i][2], par[i][3], 2.0};
				double		got = NAN;

				clv_predict_p_alive(model, all, &row, 0.0, &got);
				CHECK(got > 0.0 && got <= 1.0, "%s: alive with %.17g at x %g", model->name, got, x);
			}
		}
	}
}

/* From the covariance of logarithms to errors in the parameters' own scale. */
static void
test_delta_method(void)
{
	ClvFitted	fit;
	ClvCoefficient c[2];
	int			i;

	memset(&fit, 0, sizeof(fit));
	fit.model = clv_model_find("nbd");
	fit.par[0] = 0.24;
	fit.par[1] = 4.4;
	fit.has_cov = true;
	/* the inverse of [[2, 0.5], [0.5, 1]] */
	fit.cov[CLV_PACK(0, 0)] = 1.0 / 1.75;
	fit.cov[CLV_PACK(1, 0)] = -0.5 / 1.75;
	fit.cov[CLV_PACK(1, 1)] = 2.0 / 1.75;
	for (i = 0; i < 2; i++)
		clv_fitted_coefficient(&fit, i, &c[i]);
	CHECK_REL(c[0].std_error * c[0].std_error, 0.0329142857142857, 1e-13, "variance of r");
	CHECK_REL(c[1].std_error * c[1].std_error, 22.1257142857142857, 1e-13, "variance of alpha");
	CHECK(c[0].lower > 0.0 && c[1].lower > 0.0, "an interval below 0");
}

/*
 * e^w E_s(w), by which discounting goes, where the Tricomi function that it is
 * of a GSL returns 0 without an error.
 */
static void
test_discounting(void)
{
	CHECK_REL(clv_expint(177.828, 100.0), 0.00360763903018842, 1e-13, "e^100 E_177.828(100)");
	CHECK_REL(clv_expint(500.2426, 0.12), 0.00200255188876566, 1e-13, "e^0.12 E_500.2426(0.12)");
}

int
main(void)
{
	RUN(test_cases);
	RUN(test_just_bought);
	RUN(test_delta_method);
	RUN(test_discounting);
	CHECK_DONE("peers");
}
