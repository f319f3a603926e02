/*
 * covariates.c
 *		Do fits find the coefficients that a base was simulated with?
 *
 *		test/recovery/covariates [bases [model]]
 *
 * As recovery.c, for models with two covariates: one is 1 for a third of the
 * customers and 0 for the others, one is 20, 25, 30, 35 or 40.  Coefficients
 * have both signs.  Prints how the estimates lie about the truth, how often
 * the 95 % interval holds it, and how often it holds 0.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/covariates.h"
#include "make_groups.h"
#include "models/list.h"

#define SEED		20250101
#define CUSTOMERS	5000
#define Z			1.9599639845400545	/* of a 95 % interval */
#define MOST		10			/* parameters and coefficients */

typedef struct Truth
{
	const char *model;
	double		par[MOST];
} Truth;

static const Truth truth[] = {
	{"bgnbd", {0.8, 10.0, 0.5, 3.0, 0.5, -0.03, 0.4, -0.02, -0.3, 0.02}},
	{"mbgnbd", {0.8, 10.0, 0.5, 3.0, -0.5, 0.03, -0.4, 0.02, 0.3, -0.02}},
	{"paretonbd", {0.8, 10.0, 0.7, 15.0, 0.5, -0.03, -0.6, 0.04}}
};

/* What is said of a parameter, over the bases whose fit converged. */
typedef struct Tally
{
	double		sum;
	double		squares;
	double		errors;
	int			covered;
	int			zero;
} Tally;

static GroupedRow row[CUSTOMERS];

/* Customers are seen for one to two years, in weeks. */
static void
draw_customer(const ClvFitted *known, int number, int i)
{
	ClvFitted	at;
	ClvError	err;
	ClvRandom	random;
	ClvLife		life;
	MakeRow    *out = &row[i].row;
	double		time;

	row[i].v[0] = (double) (i % 3 == 0);
	row[i].v[1] = 20.0 + 5.0 * (i % 5);
	if (clv_fitted_at(known, row[i].v, &at, &err) != CLV_OK)
		abort();
	clv_random_init(&random, SEED + (uint64_t) number, (uint64_t) i);
	memset(out, 0, sizeof(*out));
	out->t = 52.0 + floor(53.0 * clv_random_uniform(&random));
	out->n = 1.0;
	at.model->transactions->draw(at.model, at.par, &random, &life);
	while ((time = at.model->transactions->next(at.model, &life, &random)) <= out->t)
	{
		out->x += 1.0;
		out->tx = time;
	}
}

static void
count_fit(const ClvFitted *fit, const double *par, Tally *tally)
{
	int			i;

	for (i = 0; i < clv_param_count(fit); i++)
	{
		bool		own = i < fit->model->nparam;
		double		error = sqrt(fit->cov[CLV_PACK(i, i)]);
		double		gap = own ? log(fit->par[i] / par[i]) : fit->par[i] - par[i];

		tally[i].sum += fit->par[i];
		tally[i].squares += (fit->par[i] - par[i]) * (fit->par[i] - par[i]);
		tally[i].errors += own ? error * fit->par[i] : error;
		tally[i].covered += fabs(gap) <= Z * error;
		tally[i].zero += fabs(fit->par[i]) <= Z * error;
	}
}

static void
print_model(const ClvFitted *known, const Tally *tally, int bases, const int *ended)
{
	double		n = ended[CLV_CONVERGED];
	int			i;

	for (i = 0; i < clv_param_count(known); i++)
	{
		char		name[CLV_PARAM_NAME];

		clv_param_name(known, i, name);
		printf("| %s | %s | %g | %.5g | %.4g | %.4g | %.1f %% | ", known->model->name, name, known->par[i],
			   tally[i].sum / n, sqrt(tally[i].squares / n), tally[i].errors / n, 100.0 * tally[i].covered / bases);
		if (i < known->model->nparam)
			printf("| ");
		else
			printf("%.1f %% | ", 100.0 * tally[i].zero / bases);
		printf("%d | %d |\n", ended[CLV_BOUNDARY], ended[CLV_NOT_CONVERGED]);
	}
	fflush(stdout);
}

static void
run_truth(const Truth *of, int bases)
{
	Tally		tally[MOST];
	int			ended[3] = {0, 0, 0};
	ClvFitted	known;
	int			k;
	int			i;

	memset(tally, 0, sizeof(tally));
	memset(&known, 0, sizeof(known));
	known.model = clv_model_find(of->model);
	known.ncov = 2;
	known.limit = -1;
	memcpy(known.covariate, make_name, sizeof(known.covariate));
	memcpy(known.par, of->par, sizeof(of->par));
	for (k = 0; k < bases; k++)
	{
		ClvFitted	fit;

		for (i = 0; i < CUSTOMERS; i++)
			draw_customer(&known, k, i);
		fit = run_grouped(of->model, row, CUSTOMERS, 2);
		ended[fit.status]++;
		if (fit.status == CLV_CONVERGED)
			count_fit(&fit, of->par, tally);
	}
	print_model(&known, tally, bases, ended);
}

int
main(int argc, char **argv)
{
	int			bases = argc > 1 ? atoi(argv[1]) : 1000;
	size_t		i;

	if (bases < 1)
	{
		fprintf(stderr, "usage: covariates [bases [model]]\n");
		return 1;
	}
	printf("%d bases of %d customers, seeds %d to %d.\n\n", bases, CUSTOMERS, SEED, SEED + bases - 1);
	printf("| model | parameter | true | mean | root mean square error | mean standard error | 95 %% interval covers | holds 0 | at a boundary | not converged |\n");
	printf("|---|---|---|---|---|---|---|---|---|---|\n");
	for (i = 0; i < sizeof(truth) / sizeof(truth[0]); i++)
	{
		if (argc <= 2 || strcmp(truth[i].model, argv[2]) == 0)
			run_truth(&truth[i], bases);
	}
	return 0;
}
