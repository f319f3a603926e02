/*
 * test_reference.c
 *		BG/NBD and its siblings against the reference predictions that lie
 *		beside the project (../shared/data); skipped where they do not.
 *
 * The files hold one JSON record a line.  All that is read of it here: strings,
 * numbers, and arrays of numbers (quoted or not) that follow a key.
 */
#define _GNU_SOURCE				/* getline */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "betageo.h"
#include "check.h"
#include "paretonbd.h"

#define FITS		"../shared/data/reference_fits.json"
#define PREDICTIONS	"../shared/data/reference_predictions.json"
#define MAX_ROWS	64

/* The models by their names in the files. */
static const struct
{
	const char *name;
	const ClvModel *model;
	double		k;
}			known[] = {
	{"bgnbd", &clv_bgnbd, 0}, {"mbgnbd", &clv_mbgnbd, 0},
	{"bgcnbd-k2", &clv_bgcnbd, 2}, {"mbgcnbd-k2", &clv_mbgcnbd, 2},
	{"bgcnbd-k3", &clv_bgcnbd, 3}, {"mbgcnbd-k3", &clv_mbgcnbd, 3},
	{"pnbd", &clv_paretonbd, 0}
};

/* Where the value of a key begins, or NULL. */
static const char *
find(const char *record, const char *key)
{
	char		name[64];
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
	FILE	   *file = fopen(FITS, "r");
	char	   *line = NULL;
	size_t		size = 0;
	bool		found = false;

	while (file && !found && getline(&line, &size, file) > 0)
	{
		const char *at = find(line, "params");
		int			i;

		found = at && is(line, "dataset", dataset) && is(line, "model", name);
		for (i = 0; found && i < CLV_BETAGEO_NPARAM; i++)
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

static int
check_record(const char *record, const ClvModel *model, const double *par)
{
	static const struct
	{
		const char *key;
		double		delta;
		double		h;
	}			purchases[] = {
		{"cet_39", 0.0, 39.0},
		{"cet_39_exact", 0.0, 39.0},
		{"cet_78", 0.0, 78.0},
		{"dert_delta_0.0027", 0.0027, INFINITY}
	};
	double		x[MAX_ROWS];
	double		tx[MAX_ROWS];
	double		t[MAX_ROWS];
	double		want[MAX_ROWS];
	double		got;
	int			n = array(record, "x", x);
	int			checks = 0;
	int			i;
	int			k;

	CHECK(n > 0 && array(record, "t_x", tx) == n && array(record, "T", t) == n,
		  "customers of a record of %s", model->name);
	for (i = 0; i < n; i++)
	{
		ClvRow		row = {x[i], tx[i], t[i]};

		if (array(record, "ll", want) == n)
		{
			model->loglik(model, par, &row, &got);
			CHECK_REL(got, want[i], 1e-12, "loglik");
			checks++;
		}
		if (array(record, "p_alive", want) == n)
		{
			model->p_alive(model, par, &row, 0.0, &got);
			CHECK_REL(got, want[i], 1e-11, "p_alive");
			checks++;
		}
		for (k = 0; k < 4; k++)
		{
			if (array(record, purchases[k].key, want) != n)
				continue;
			model->purchases(model, par, &row, purchases[k].delta,
							 purchases[k].h, &got);
			CHECK_REL(got, want[i], 1e-11, purchases[k].key);
			checks++;
		}
	}
	return checks;
}

int
main(void)
{
	FILE	   *file = fopen(PREDICTIONS, "r");
	char	   *line = NULL;
	size_t		size = 0;
	int			checks = 0;

	if (file == NULL)
	{
		printf("reference: skipped, there is no %s\n", PREDICTIONS);
		return 0;
	}
	while (getline(&line, &size, file) > 0)
	{
		double		par[CLV_MAX_PARAM];
		char		dataset[64] = "";
		const char *name = find(line, "dataset");
		int			d;

		if (name == NULL || !is(line, "params_from", "polished MLE"))
			continue;
		sscanf(name, "\"%63[^\"]", dataset);
		for (d = 0; d < sizeof(known) / sizeof(known[0]); d++)
		{
			if (!is(line, "model", known[d].name))
				continue;
			CHECK(fitted(dataset, known[d].name, known[d].model, par),
				  "no fit of %s to %s", known[d].name, dataset);
			par[CLV_BETAGEO_K] = known[d].k;
			checks += check_record(line, known[d].model, par);
		}
	}
	free(line);
	fclose(file);
	CHECK(checks > 400, "only %d reference values were found", checks);
	CHECK_DONE("reference");
}
