/*
 * recovery.c
 *		Do fits find the parameters that a base was simulated with?
 *
 *		test/recovery/recovery [bases [model]]
 *
 * Draws bases of 5,000 customers each at three parameter sets a model, with
 * the time of every purchase as it falls (no days), fits each base, and prints
 * how the estimates lie about the truth and how often the 95 % interval, that
 * of coefficients(), holds it.  A fit that ends at a boundary or does not
 * converge has no interval and counts as a miss.
 *
 * Base number k, counted from 0, has seed SEED + k, and its customer i stream
 * i, at whatever set: the same numbers come out anywhere.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_fit.h"

#define SEED		20250101
#define CUSTOMERS	5000
#define SETS		3
#define Z			1.9599639845400545	/* of a 95 % interval */

/* Weeks: customers come in the first year and are seen for one to two. */
#define SHORTEST	52.0
#define LONGEST		104.0

typedef struct Truth
{
	const char *model;
	double		set[SETS][CLV_MAX_PARAM];
} Truth;

/* The first set of each is CDNOW's; of bgbb the donors'. */
static const Truth truth[] = {
	{"bgnbd", {{0.243, 4.414, 0.793, 2.426}, {0.8, 10.0, 0.5, 3.0}, {2.0, 12.0, 1.5, 6.0}}},
	{"mbgnbd", {{0.525, 6.183, 0.891, 1.614}, {0.8, 10.0, 0.5, 3.0}, {2.0, 12.0, 1.5, 6.0}}},
	{"bgcnbd", {{0.243, 2.2, 0.793, 2.426, 2}, {0.8, 3.3, 0.5, 3.0, 3}, {2.0, 3.0, 1.5, 6.0, 4}}},
	{"mbgcnbd", {{0.525, 3.1, 0.891, 1.614, 2}, {0.8, 3.3, 0.5, 3.0, 3}, {2.0, 3.0, 1.5, 6.0, 4}}},
	{"paretonbd", {{0.553, 10.58, 0.606, 11.67}, {0.8, 10.0, 1.0, 30.0}, {2.0, 12.0, 1.5, 60.0}}},
	{"ggompertznbd", {{0.58, 12.6, 0.045, 0.175, 0.13}, {0.8, 10.0, 0.06, 0.5, 2.0}, {2.0, 12.0, 0.05, 1.0, 3.0}}},
	{"nbd", {{0.385, 12.07}, {0.8, 10.0}, {2.0, 12.0}}},
	{"bgbb", {{1.204, 0.75, 0.657, 2.783}, {0.5, 3.0, 1.0, 20.0}, {2.0, 2.0, 1.5, 30.0}}},
	{"gammagamma", {{6.25, 3.74, 15.44}, {2.0, 3.0, 30.0}, {12.0, 8.0, 40.0}}}
};

/* What is said of a parameter, over the bases whose fit converged. */
typedef struct Tally
{
	double		sum;
	double		squares;
	double		errors;			/* standard errors, on the log scale */
	int			covered;
} Tally;

static MakeRow row[CUSTOMERS];
static double log_gaps;			/* sum over all gaps in them */

static const Truth *
find_truth(const char *name)
{
	size_t		i;

	for (i = 0; i < sizeof(truth) / sizeof(truth[0]); i++)
	{
		if (strcmp(truth[i].model, name) == 0)
			return &truth[i];
	}
	return NULL;
}

/* The purchases of one customer until age t. */
static void
draw_times(const ClvModel *model, const double *par, ClvRandom *random, MakeRow *out)
{
	ClvLife		life;
	double		at;

	out->t = SHORTEST + (LONGEST - SHORTEST) * clv_random_uniform(random);
	if (model->discrete)
		out->t = floor(out->t);
	out->x = 0.0;
	out->tx = 0.0;
	out->m = 0.0;
	out->n = 1.0;
	model->draw(model, par, random, &life);
	while ((at = model->next(model, &life, random)) <= out->t)
	{
		log_gaps += log(at - out->tx);
		out->x += 1.0;
		out->tx = at;
	}
}

static void
draw_spend(const ClvModel *model, const double *par, ClvRandom *random, MakeRow *out)
{
	double		rate = model->draw_rate(model, par, 0, 0, random);
	double		total = 0.0;
	double		i;

	for (i = 0.0; i < out->x; i += 1.0)
		total += model->draw_spend(model, par, rate, random);
	if (out->x > 0.0)
		out->m = total / out->x;
}

/* A spend model is given the purchases of the first timing model and set. */
static void
draw_base(const ClvModel *model, const double *par, int number)
{
	const ClvModel *timing = model;
	const double *times = par;
	int			i;

	if (model->kind == CLV_SPEND)
	{
		timing = clv_model_find(truth[0].model);
		times = truth[0].set[0];
	}
	log_gaps = 0.0;
	for (i = 0; i < CUSTOMERS; i++)
	{
		ClvRandom	random;

		clv_random_init(&random, SEED + (uint64_t) number, (uint64_t) i);
		draw_times(timing, times, &random, &row[i]);
		if (model->kind == CLV_SPEND)
			draw_spend(model, par, &random, &row[i]);
	}
}

static void
count_fit(const ClvFitted *fitted, const double *par, Tally *tally)
{
	int			i;

	for (i = 0; i < fitted->model->nparam; i++)
	{
		double		lower = fitted->model->param[i].lower;
		double		error = sqrt(fitted->cov[CLV_PACK(i, i)]);
		double		gap = log((fitted->par[i] - lower) / (par[i] - lower));

		tally[i].sum += fitted->par[i];
		tally[i].squares += (fitted->par[i] - par[i]) * (fitted->par[i] - par[i]);
		tally[i].errors += error * (fitted->par[i] - lower);
		tally[i].covered += fabs(gap) <= Z * error;
	}
}

static ClvFitted
fit_base(const ClvModel *model)
{
	ClvBase		base;
	ClvFitted	fitted;

	make_base(row, CUSTOMERS, &base);
	base.has_log_gaps = true;
	base.sum_log_gaps = log_gaps;
	fitted = run_model(model, &base);
	clv_base_free(&base);
	return fitted;
}

/*
 * A coverage passes from 92.5 % to 97.5 %, and with few bases as far from 95 %
 * as chance alone takes it: four standard errors.  A whole number has no
 * interval, and is to be found in 95 % of the bases.
 */
static bool
coverage_passes(double share, bool whole, int bases)
{
	double		chance = 4.0 * sqrt(0.95 * 0.05 / bases);

	if (whole)
		return share >= 0.95;
	return fabs(share - 0.95) <= fmax(0.025, chance);
}

/* One set: returns how many coverages failed. */
static int
recover_set(const ClvModel *model, const double *par, int number, int bases)
{
	Tally		tally[CLV_MAX_PARAM];
	int			ended[3] = {0, 0, 0};
	int			failed = 0;
	int			k;

	memset(tally, 0, sizeof(tally));
	for (k = 0; k < bases; k++)
	{
		ClvFitted	fitted;

		draw_base(model, par, k);
		fitted = fit_base(model);
		ended[fitted.status]++;
		if (fitted.has_cov)
			count_fit(&fitted, par, tally);
	}

	for (k = 0; k < model->nparam; k++)
	{
		double		n = fmax(1.0, ended[CLV_CONVERGED]);
		double		share = (double) tally[k].covered / bases;

		printf("| %s %d | %s | %g | %.5g | %+.2f %% | %.4g | %.4g | %.1f %% | %d | %d |\n",
			   model->name, number, model->param[k].name, par[k], tally[k].sum / n,
			   100.0 * (tally[k].sum / n / par[k] - 1.0), sqrt(tally[k].squares / n),
			   tally[k].errors / n, 100.0 * share, ended[CLV_BOUNDARY],
			   ended[CLV_NOT_CONVERGED]);
		failed += !coverage_passes(share, clv_is_whole(model, k), bases);
	}
	fflush(stdout);
	return failed;
}

int
main(int argc, char **argv)
{
	int			bases = argc > 1 ? atoi(argv[1]) : 50;
	const char *only = argc > 2 ? argv[2] : NULL;
	const ClvModel *const *model;
	int			checked = 0;
	int			failed = 0;

	if (bases < 1 || (only != NULL && find_truth(only) == NULL))
	{
		fprintf(stderr, "usage: recovery [bases [model]]\n");
		return 2;
	}
	printf("%d bases of %d customers a set, seeds %d to %d.\n\n", bases, CUSTOMERS,
		   SEED, SEED + bases - 1);
	printf("| model, set | parameter | true | mean | bias | root mean square error "
		   "| mean standard error | 95 %% interval covers | at a boundary | not converged |\n"
		   "|---|---|---|---|---|---|---|---|---|---|\n");
	for (model = clv_models; *model != NULL; model++)
	{
		const Truth *known = find_truth((*model)->name);
		int			set;

		if (known == NULL || (only != NULL && strcmp((*model)->name, only) != 0))
			continue;
		for (set = 0; set < SETS; set++)
		{
			failed += recover_set(*model, known->set[set], set + 1, bases);
			checked += (*model)->nparam;
		}
	}
	printf("\nrecovery: %d passed, %d failed\n", checked - failed, failed);
	return failed > 0;
}
