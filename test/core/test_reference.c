/*
 * test_reference.c
 *		Every model against the reference predictions in test/data.
 *
 * The files hold one JSON record a line.  All that is read of it here: strings,
 * numbers, and arrays of numbers (quoted or not) that follow a key.
 */
#define _GNU_SOURCE				/* getline */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "data.h"
#include "model/model.h"
#include "model/prediction.h"
#include "models/list.h"

#define FITS		"reference_fits.json"
#define PREDICTIONS	"reference_predictions.json"
#define MAX_ROWS	64

#define MONTH		4.345		/* weeks, in one library */

/* The models by their names in the files, and the parameters as published. */
static const struct
{
	const char *name;
	const char *model;
	double		k;
	double		published[CLV_MAX_PARAM];
}			known[] = {
	{"bgnbd", "bgnbd", 0, {0.243, 4.414, 0.793, 2.426}},
	{"mbgnbd", "mbgnbd", 0, {0.525, 6.183, 0.891, 1.614}},
	{"pnbd", "paretonbd", 0, {0.553, 10.578, 0.606, 11.669}},
	{"bgcnbd-k2", "bgcnbd", 2, {0}}, {"mbgcnbd-k2", "mbgcnbd", 2, {0}},
	{"bgcnbd-k3", "bgcnbd", 3, {0}}, {"mbgcnbd-k3", "mbgcnbd", 3, {0}},
	{"gg", "gammagamma", 0, {6.25, 3.74, 15.44}},
	{"bgbb", "bgbb", 0, {0}}, {"sbg", "sbg", 0, {0}}
};

/* Where the value of a key begins, or NULL. */
static const char *
find(const char *record, const char *key)
{
	char		name[160];
	const char *at;

	snprintf(name, sizeof(name), "\"%s\": ", key);
	at = strstr(record, name);
	return at ? at + strlen(name) : NULL;
}

static bool
is(const char *record, const char *key, const char *want)
{
	const char *at = find(record, key);
	size_t		size = strlen(want);

	return at && at[0] == '"' && strncmp(at + 1, want, size) == 0
		&& at[size + 1] == '"';
}

/* The numbers of the array after a key; how many there are, 0 without one. */
static int
array(const char *record, const char *key, double *out)
{
	const char *at = find(record, key);
	int			n = 0;

	if (at == NULL || *at != '[')
		return 0;
	for (at++; *at != ']' && *at != '\0' && n < MAX_ROWS;)
	{
		char	   *end;
		double		value = strtod(at, &end);

		if (end == at)
			at++;
		else
		{
			out[n++] = value;
			at = end;
		}
	}
	return n;
}

/* The maximum-likelihood parameters of the record's data set and model. */
static bool
fitted(const char *dataset, const char *name, const ClvModel *model, double *par)
{
	FILE	   *file = open_data(FITS);
	char	   *line = NULL;
	size_t		size = 0;
	bool		found = false;

	while (file && !found && getline(&line, &size, file) > 0)
	{
		const char *at = find(line, "params");
		int			i;

		found = at && is(line, "dataset", dataset) && is(line, "model", name);
		for (i = 0; found && i < clv_real_params(model); i++)
		{
			const char *value = find(at, model->param[i].name);

			found = value != NULL;
			if (found)
				par[i] = strtod(value, NULL);
		}
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

/* The customers of a record: an array each of x, t_x and T. */
typedef struct Customers
{
	int			n;
	ClvCustomer row[MAX_ROWS];
} Customers;

static void
read_customers(const char *record, Customers *customers)
{
	double		x[MAX_ROWS];
	double		tx[MAX_ROWS];
	double		t[MAX_ROWS];
	int			n = array(record, "x", x);
	int			i;

	CHECK(n > 0 && array(record, "t_x", tx) == n && array(record, find(record, "T") ? "T" : "n", t) == n,
		  "customers of a record");
	customers->n = n;
	for (i = 0; i < n; i++)
		customers->row[i] = (ClvCustomer) {x[i], tx[i], t[i], 0};
}

/* Discounted by the month, as one library does it: to reconcile with that. */
static double
by_the_month(const ClvModel *model, const double *par, const ClvCustomer *row)
{
	double		before = 0.0;
	double		sum = 0.0;
	int			m;

	for (m = 1; m <= 12; m++)
	{
		double		purchases = NAN;

		clv_predict_purchases(model, par, row, 0.0, m * MONTH, &purchases);
		sum += (purchases - before) / pow(1.01, m);
		before = purchases;
	}
	return sum;
}

/* What a record says of customers' purchases; returns how much that is. */
static int
check_customers(const char *record, const ClvModel *model, const double *par)
{
	static const struct
	{
		const char *key;
		double		discount;	/* per unit; e^-delta is 1 / 1.1 in a discrete model */
		double		h;
	}			purchases[] = {
		{"cet_39", 0.0, 39.0},
		{"cet_39_exact", 0.0, 39.0},
		{"cet_78", 0.0, 78.0},
		{"cet_5", 0.0, 5.0},
		{"dert_delta_0.0027", 0.0027, INFINITY},
		{"dert_d0.1", 0.095310179804324860, INFINITY}
	};
	static const struct
	{
		const char *key;
		double		ahead;
	}			alive[] = {{"p_alive", 0.0}, {"p_alive_at_n", 0.0}, {"p_alive_at_n+1", 1.0}};
	Customers	customers;
	double		want[MAX_ROWS];
	double		got;
	int			checks = 0;
	int			i;
	int			k;

	read_customers(record, &customers);
	for (i = 0; i < customers.n; i++)
	{
		const ClvCustomer *row = &customers.row[i];

		if (array(record, "ll", want) == customers.n)
		{
			clv_predict_loglik(model, par, row, &got);
			CHECK_REL(got, want[i], 1e-12, "loglik");
			checks++;
		}
		for (k = 0; k < 3; k++)
		{
			if (array(record, alive[k].key, want) != customers.n)
				continue;
			clv_predict_p_alive(model, par, row, alive[k].ahead, &got);
			CHECK_REL(got, want[i], 1e-11, alive[k].key);
			checks++;
		}
		for (k = 0; k < 6; k++)
		{
			if (array(record, purchases[k].key, want) != customers.n)
				continue;
			clv_predict_purchases(model, par, row, purchases[k].discount, purchases[k].h, &got);
			CHECK_REL(got, want[i], 1e-11, purchases[k].key);
			checks++;
		}
		if (array(record, "discounted_tx_12months_0.01_lifetimes_rule", want) == customers.n)
		{
			CHECK_REL(by_the_month(model, par, row), want[i], 1e-11, "12 months");
			checks++;
		}
	}
	return checks;
}

/* And of someone new. */
static int
check_new_customer(const char *record, const ClvModel *model, const double *par)
{
	static const ClvCustomer nobody = {0.0, 0.0, 0.0, 0};
	const char *at = find(record, "unconditional_expectation");
	int			checks = 0;
	int			t;

	for (t = 39; at && t <= 78; t += 39)
	{
		char		key[8];
		const char *value;
		double		got = NAN;

		snprintf(key, sizeof(key), "%d", t);
		value = find(at, key);
		CHECK(value != NULL, "no %s of someone new", key);
		if (value == NULL)
			continue;
		clv_predict_purchases(model, par, &nobody, 0.0, t, &got);
		CHECK_REL(got, strtod(value + 1, NULL), 1e-11, "purchases of someone new");
		checks++;
	}
	return checks;
}

static int
check_spend(const char *record, const ClvModel *model, const double *par)
{
	Customers	customers;
	double		m[MAX_ROWS];
	double		mean[MAX_ROWS];
	double		ln[MAX_ROWS];
	int			checks = 0;
	int			i;

	read_customers(record, &customers);
	CHECK(array(record, "m_x", m) == customers.n && array(record, "expected_average_spend", mean) == customers.n &&
		  array(record, "ll", ln) == customers.n, "spend of a record");
	for (i = 0; i < customers.n; i++)
	{
		double		x = customers.row[i].x;
		double		got = NAN;

		clv_predict_expected_spend(model, par, x, m[i], &got);
		CHECK_REL(got, mean[i], 1e-12, "expected spend");
		checks++;
		if (x == 0.0)
			continue;
		clv_predict_loglik_spend(model, par, x, m[i], &got);
		CHECK_REL(got, ln[i], 1e-12, "loglik of spend");
		checks++;
	}
	return checks;
}

/* Survival and retention by period, and what is still to be paid for. */
static int
check_subscribers(const char *record, const ClvModel *model, const double *par)
{
	double		survival[MAX_ROWS];
	double		retention[MAX_ROWS];
	double		derl[MAX_ROWS];
	int			n = array(record, "survival_t1..12", survival);
	int			renewals = array(record, "derl_d0.1_n1..8 (DERL just before n-th renewal decision, "
								 "E[..|d,alive, n]=r(n) 2F1(1,b+n;a+b+n;1/(1+d)))", derl);
	double		got;
	int			i;

	CHECK(n == 12 && array(record, "retention_t1..12", retention) == 12 && renewals == 8,
		  "periods of a record");
	for (i = 0; i < n; i++)
	{
		clv_predict_renewal(model, par, 0.0, i + 1.0, &got);
		CHECK_REL(got, survival[i], 1e-13, "survival");
		clv_predict_renewal(model, par, i, 1.0, &got);
		CHECK_REL(got, retention[i], 1e-13, "retention");
	}
	for (i = 0; i < renewals; i++)
	{
		clv_predict_payments(model, par, i + 1.0, log(1.1), INFINITY, &got);
		CHECK_REL(got, derl[i], 1e-12, "DERL");
	}
	return 2 * n + renewals;
}

static int
check_record(const char *record, int which)
{
	const ClvModel *model = clv_model_find(known[which].model);
	const char *name = find(record, "dataset");
	char		dataset[64] = "";
	double		par[CLV_MAX_PARAM];

	memcpy(par, known[which].published, sizeof(par));
	sscanf(name, "\"%63[^\"]", dataset);
	if (array(record, "params", par) == 0 && is(record, "params_from", "polished MLE"))
		CHECK(fitted(dataset, known[which].name, model, par), "no fit of %s to %s", known[which].name, dataset);
	if (model->most > 0)
		par[model->nparam - 1] = known[which].k;
	CHECK(clv_model_check(model, par, NULL) == CLV_OK, "parameters of %s, %s", known[which].name, dataset);

	if (model->kind == CLV_SPEND)
		return check_spend(record, model, par);
	if (model->kind == CLV_CONTRACT)
		return check_subscribers(record, model, par);
	return check_customers(record, model, par) + check_new_customer(record, model, par);
}

static void
test_predictions(void)
{
	FILE	   *file = open_data(PREDICTIONS);
	char	   *line = NULL;
	size_t		size = 0;
	int			records = 0;
	int			checks = 0;

	while (file != NULL && getline(&line, &size, file) > 0)
	{
		int			before = checks;
		int			which;

		if (find(line, "dataset") == NULL)
			continue;
		records++;
		for (which = 0; which < (int) (sizeof(known) / sizeof(known[0])); which++)
		{
			if (is(line, "model", known[which].name))
				checks += check_record(line, which);
		}
		CHECK(checks > before, "nothing was checked of %.60s", line);
	}
	free(line);
	if (file != NULL)
		fclose(file);
	CHECK(records == 28 && checks > 1200, "only %d reference values in %d records were found", checks, records);
}

int
main(void)
{
	RUN(test_predictions);
	CHECK_DONE("reference");
}
