/*
 * recovery.c
 *		Do fits find the parameters that a base was simulated with?
 *
 *		test/recovery/recovery [bases [model [set]]]
 *
 * Draws bases of customers at three parameter sets a model, with the time of
 * every purchase as it falls (no days), fits each base, and prints how the
 * estimates lie about the truth and how often the 95 % interval, that of
 * coefficients(), holds it.  A fit that ends at a boundary or does not
 * converge has no interval and counts as a miss.
 *
 * Base number k, counted from 0, has seed SEED + k, and its customer i stream
 * i, at whatever set: the same numbers come out anywhere.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/contract/contract.h"
#include "models/list.h"
#include "run_fit.h"
#include "base/survivors.h"

#define SEED		20250101
#define SETS		3
#define Z			1.9599639845400545	/* of a 95 % interval */

/* The largest base that is asked for below. */
#define MOST_CUSTOMERS	20000

/*
 * A base to be drawn: customers are seen for "shortest" to "longest" weeks, or
 * periods, whole ones and all numbers alike.
 */
typedef struct Scene
{
	double		par[CLV_MAX_PARAM];
	int			customers;
	int			shortest;
	int			longest;
} Scene;

typedef struct Truth
{
	const char *model;
	Scene		set[SETS];
} Truth;

/* Customers come in the first year and are seen for one to two. */
#define YEARS	5000, 52, 104

/* docs/recovery.md says where they are from. */
static const Truth truth[] = {
	{"bgnbd", {
			{{0.243, 4.414, 0.793, 2.426}, YEARS},
			{{0.8, 10.0, 0.5, 3.0}, YEARS},
			{{2.0, 12.0, 1.5, 6.0}, YEARS}
	}},
	{"mbgnbd", {
			{{0.525, 6.183, 0.891, 1.614}, YEARS},
			{{0.8, 10.0, 0.5, 3.0}, YEARS},
			{{2.0, 12.0, 1.5, 6.0}, YEARS}
	}},
	{"bgcnbd", {
			{{0.243, 2.2, 0.793, 2.426, 2}, 3000, 52, 104},
			{{0.8, 3.3, 0.5, 3.0, 3}, 3000, 52, 104},
			{{0.5, 10.0, 0.8, 2.4, 4}, YEARS}
	}},
	{"mbgcnbd", {
			{{1.329, 2.813, 0.425, 0.790, 2}, 3000, 52, 104},
			{{0.8, 3.3, 0.5, 3.0, 3}, 3000, 52, 104},
			{{0.5, 5.0, 0.8, 2.4, 3}, YEARS}
	}},
	{"paretonbd", {
			{{0.553, 10.58, 0.606, 11.67}, 2000, 104, 208},
			{{0.786, 5.679, 0.386, 5.718}, 2000, 104, 208},
			{{2.0, 12.0, 3.0, 150.0}, 2000, 104, 208}
	}},
	{"ggompertznbd", {
			{{0.58, 12.6, 0.045, 0.175, 0.13}, 3000, 104, 208},
			{{0.8, 10.0, 0.03, 1.0, 20.0}, 2000, 104, 208},
			{{0.8, 10.0, 0.03, 0.5, 2.0}, 6000, 104, 208}
	}},
	{"nbd", {
			{{0.385, 12.07}, YEARS},
			{{0.8, 10.0}, YEARS},
			{{0.05, 20.0}, YEARS}
	}},
	{"bgbb", {
			{{1.204, 0.75, 0.657, 2.783}, 11104, 6, 6},
			{{0.5, 3.0, 1.0, 20.0}, 5000, 12, 36},
			{{2.0, 2.0, 1.5, 30.0}, 5000, 12, 36}
	}},
	{"sbg", {
			{{0.704, 1.182}, 1000, 7, 7},
			{{0.668, 3.806}, 1000, 7, 7},
			{{5.0, 20.0}, 5000, 1, 12}
	}},
	{"bdw", {
			{{0.456, 0.779, 1.284}, 5000, 7, 7},
			{{0.214, 1.427, 1.724}, 5000, 7, 7},
			{{0.8, 2.0, 0.7}, 5000, 1, 24}
	}},
	{"gammagamma", {
			{{6.25, 3.74, 15.44}, YEARS},
			{{2.0, 3.0, 30.0}, YEARS},
			{{12.0, 8.0, 40.0}, YEARS}
	}}
};

/* What is said of a parameter, over the bases whose fit converged. */
typedef struct Tally
{
	double		sum;
	double		squares;
	double		errors;			/* standard errors, natural scale */
	int			covered;
} Tally;

static MakeRow row[MOST_CUSTOMERS];
static ClvTenureRow tenure[MOST_CUSTOMERS];
static double log_gaps;			/* sum over all gaps in the rows */

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

static double
draw_age(const Scene *scene, ClvRandom *random)
{
	int			ages = scene->longest - scene->shortest + 1;

	return scene->shortest + floor(ages * clv_random_uniform(random));
}

/* The purchases of one customer until age t. */
static void
draw_times(const ClvModel *model, const Scene *scene, ClvRandom *random, MakeRow *out)
{
	ClvLife		life;
	double		at;

	out->t = draw_age(scene, random);
	out->x = 0.0;
	out->tx = 0.0;
	out->m = 0.0;
	out->n = 1.0;
	model->transactions->draw(model, scene->par, random, &life);
	while ((at = model->transactions->next(model, &life, random)) <= out->t)
	{
		log_gaps += log(at - out->tx);
		out->x += 1.0;
		out->tx = at;
	}
}

static void
draw_spend(const ClvModel *model, const double *par, ClvRandom *random, MakeRow *out)
{
	double		rate = model->spend->draw_rate(model, par, 0, 0, random);
	double		total = 0.0;
	double		i;

	for (i = 0.0; i < out->x; i += 1.0)
		total += model->spend->draw_spend(model, par, rate, random);
	if (out->x > 0.0)
		out->m = total / out->x;
}

/*
 * A subscriber, who is still there after t renewals with (1 - theta)^(t^c);
 * c is 1 in sBG.
 */
static void
draw_tenure(const ClvModel *model, const Scene *scene, ClvRandom *random, ClvTenureRow *out)
{
	double		seen = draw_age(scene, random);
	double		theta = clv_random_beta(random, scene->par[CLV_CONTRACT_A],
										scene->par[CLV_CONTRACT_B]);
	double		power = log(clv_random_uniform(random)) / log1p(-theta);
	double		left = ceil(pow(power, 1.0 / clv_contract_shape(model, scene->par)));

	clv_survivors_subscriber((int32_t) fmin(left, seen), left <= seen, out, NULL);
}

/* A spend model is given the purchases of the first timing model and set. */
static void
draw_customer(const ClvModel *model, const Scene *scene, ClvRandom *random, int i)
{
	if (model->kind == CLV_CONTRACT)
		draw_tenure(model, scene, random, &tenure[i]);
	else if (model->kind == CLV_TRANSACTION)
		draw_times(model, scene, random, &row[i]);
	else
	{
		draw_times(clv_model_find(truth[0].model), &truth[0].set[0], random, &row[i]);
		draw_spend(model, scene->par, random, &row[i]);
	}
}

static void
make_contracts(size_t n, ClvBase *base)
{
	memset(base, 0, sizeof(*base));
	clv_survivors_merge(tenure, &n, false, NULL);
	clv_survivors_base(tenure, n, malloc(n * sizeof(ClvTenure)), base);
}

static void
draw_base(const ClvModel *model, const Scene *scene, int number, ClvBase *base)
{
	int			i;

	log_gaps = 0.0;
	for (i = 0; i < scene->customers; i++)
	{
		ClvRandom	random;

		clv_random_init(&random, SEED + (uint64_t) number, (uint64_t) i);
		draw_customer(model, scene, &random, i);
	}
	if (model->kind == CLV_CONTRACT)
		make_contracts(scene->customers, base);
	else
		make_base(row, scene->customers, base);
	base->has_log_gaps = true;
	base->sum_log_gaps = log_gaps;
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

/* One row of the table. */
static void
print_parameter(const ClvModel *model, int i, double true_value, const Tally *tally,
				int bases, const int *ended)
{
	double		n = fmax(1.0, ended[CLV_CONVERGED]);
	double		bias = tally->sum / n - true_value;

	printf("| %s | %g | %.5g | %+.2f %% ", model->param[i].name, true_value,
		   tally->sum / n, 100.0 * bias / true_value);
	if (clv_is_whole(model, i))
		printf("| | | ");
	else
		printf("| %+.2f | %.4g | %.4g ", bias * n / tally->errors,
			   sqrt(tally->squares / n), tally->errors / n);
	printf("| %.1f %% | %d | %d |\n", 100.0 * tally->covered / bases,
		   ended[CLV_BOUNDARY], ended[CLV_NOT_CONVERGED]);
}

/*
 * One set: returns how many checks failed, which are a coverage for each
 * parameter, and that no search got lost.
 */
static int
recover_set(const ClvModel *model, const Scene *scene, int number, int bases)
{
	Tally		tally[CLV_MAX_PARAM];
	int			ended[3] = {0, 0, 0};
	int			failed;
	int			k;

	memset(tally, 0, sizeof(tally));
	for (k = 0; k < bases; k++)
	{
		ClvBase		base;
		ClvFitted	fitted;

		draw_base(model, scene, k, &base);
		fitted = run_model(model, &base);
		clv_base_free(&base);
		ended[fitted.status]++;
		if (fitted.has_cov)
			count_fit(&fitted, scene->par, tally);
	}

	failed = ended[CLV_NOT_CONVERGED] > 0;
	for (k = 0; k < model->nparam; k++)
	{
		printf("| %s %d ", model->name, number);
		print_parameter(model, k, scene->par[k], &tally[k], bases, ended);
		failed += !coverage_passes((double) tally[k].covered / bases,
								   clv_is_whole(model, k), bases);
	}
	fflush(stdout);
	return failed;
}

int
main(int argc, char **argv)
{
	int			bases = argc > 1 ? atoi(argv[1]) : 50;
	const char *only = argc > 2 ? argv[2] : NULL;
	int			only_set = argc > 3 ? atoi(argv[3]) : 0;
	const ClvModel *const *model;
	int			checked = 0;
	int			failed = 0;

	if (bases < 1 || (only != NULL && find_truth(only) == NULL) ||
		only_set < 0 || only_set > SETS)
	{
		fprintf(stderr, "usage: recovery [bases [model [set]]]\n");
		return 2;
	}
	printf("%d bases a set, seeds %d to %d.\n\n", bases, SEED, SEED + bases - 1);
	printf("| model, set | parameter | true | mean | bias | in standard errors "
		   "| root mean square error | mean standard error "
		   "| 95 %% interval covers | at a boundary | not converged |\n"
		   "|---|---|---|---|---|---|---|---|---|---|---|\n");
	for (model = clv_models; *model != NULL; model++)
	{
		const Truth *known = find_truth((*model)->name);
		int			set;

		if (known == NULL || (only != NULL && strcmp((*model)->name, only) != 0))
			continue;
		for (set = 1; set <= SETS; set++)
		{
			if (only_set > 0 && set != only_set)
				continue;
			failed += recover_set(*model, &known->set[set - 1], set, bases);
			checked += (*model)->nparam + 1;
		}
	}
	printf("\nrecovery: %d passed, %d failed\n", checked - failed, failed);
	return failed > 0;
}
