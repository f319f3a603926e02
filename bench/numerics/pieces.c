/*
 * pieces.c
 *		What the core does by hand beside GSL, where a whole job is compared: the
 *		maximum of a likelihood, a million doubles in order, the nodes of Gauss
 *		and Legendre's rule.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_sort.h>

#include "data.h"
#include "math/quadrature.h"
#include "math/sort.h"
#include "run_fit.h"

#define MOST_ROWS	5000
#define NUMBERS		1000000

static double
seconds_since(clock_t begin)
{
	return (double) (clock() - begin) / CLOCKS_PER_SEC;
}

/* ---- the maximum of a likelihood ---- */

typedef struct Target
{
	const ClvModel *model;
	void	   *work;
	int			evaluations;
} Target;

/* Minus the log-likelihood and its gradient by ln theta. */
static double
evaluate(const gsl_vector *phi, Target *target, gsl_vector *grad)
{
	int			n = target->model->nparam;
	double		par[CLV_MAX_OWN];
	ClvSums		sums;
	size_t		units;
	int			i;

	for (i = 0; i < n; i++)
		par[i] = exp(gsl_vector_get(phi, i));
	target->evaluations++;
	clv_sums_clear(&sums, n);
	if (target->model->begin(target->work, par) != CLV_OK)
		return GSL_NAN;
	units = target->model->units(target->work);
	if (target->model->slice(target->work, 0, units, &sums) != CLV_OK)
		return GSL_NAN;
	for (i = 0; i < n && grad != NULL; i++)
		gsl_vector_set(grad, i, -sums.grad[i] * par[i]);
	return -sums.loglik;
}

static double
value(const gsl_vector *phi, void *target)
{
	return evaluate(phi, target, NULL);
}

static void
slope(const gsl_vector *phi, void *target, gsl_vector *grad)
{
	evaluate(phi, target, grad);
}

static void
both(const gsl_vector *phi, void *target, double *f, gsl_vector *grad)
{
	*f = evaluate(phi, target, grad);
}

static void
by_gsl(const gsl_multimin_fdfminimizer_type *type, const char *name,
	   const ClvBase *base, double best)
{
	const ClvModel *model = clv_model_find(name);
	Target		target = {model, model->work_new(model, base), 0};
	gsl_multimin_function_fdf f = {value, slope, both, model->nparam, &target};
	gsl_multimin_fdfminimizer *search = gsl_multimin_fdfminimizer_alloc(type, model->nparam);
	gsl_vector *start = gsl_vector_alloc(model->nparam);
	clock_t		begin = clock();
	int			status;
	int			rounds = 0;

	gsl_vector_set_all(start, 0.0);		/* every parameter 1 */
	gsl_multimin_fdfminimizer_set(search, &f, start, 0.1, 0.1);
	do
	{
		status = gsl_multimin_fdfminimizer_iterate(search);
		if (status == GSL_SUCCESS)
			status = gsl_multimin_test_gradient(search->gradient, 1e-6 * base->customers);
	} while (status == GSL_CONTINUE && ++rounds < 1000);
	printf("| `%s` | `gsl_multimin` %s | %d | %.1f | %.0e |\n", name, type->name,
		   target.evaluations, 1e3 * seconds_since(begin),
		   -search->f - best);
	gsl_vector_free(start);
	gsl_multimin_fdfminimizer_free(search);
	model->work_free(target.work);
}

static void
maxima(void)
{
	static const char *const name[] = {"bgnbd", "mbgnbd", "paretonbd", "nbd"};
	static MakeRow row[MOST_ROWS];
	FILE	   *file = open_data("cdnow_sample_rfm_19970930.csv");
	char		line[256];
	size_t		n = 0;
	ClvBase		base;
	size_t		i;

	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL && n < MOST_ROWS)
	{
		MakeRow	   *r = &row[n];

		r->n = 1;
		if (sscanf(line, "%*[^,],%*[^,],%lf,%lf,%lf", &r->x, &r->tx, &r->t) != 3)
			continue;
		r->tx /= 7;				/* weeks, so that 1 is no bad start */
		r->t /= 7;
		n++;
	}
	fclose(file);
	make_base(row, n, &base);
	printf("\n| model | search | evaluations | ms | ln L short of ours |\n|---|---|---|---|---|\n");
	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++)
	{
		clock_t		begin = clock();
		ClvFitted	fit = run_fit(name[i], &base);

		printf("| `%s` | ours | %d | %.1f | 0 |\n", name[i], fit.evaluations,
			   1e3 * seconds_since(begin));
		by_gsl(gsl_multimin_fdfminimizer_vector_bfgs2, name[i], &base, fit.loglik);
		by_gsl(gsl_multimin_fdfminimizer_conjugate_fr, name[i], &base, fit.loglik);
	}
	clv_base_free(&base);
}

/* ---- others ---- */

static void
sorting(void)
{
	double	   *number = malloc(NUMBERS * sizeof(double));
	double	   *copy = malloc(NUMBERS * sizeof(double));
	void	   *space = malloc(clv_sort_space(NUMBERS));
	ClvSort		sort;
	clock_t		begin;
	double		ours;
	double		theirs;
	int			i;

	srand(1);
	for (i = 0; i < NUMBERS; i++)
		copy[i] = number[i] = exp(10.0 * rand() / RAND_MAX);
	begin = clock();
	clv_sort_begin(&sort, number, NUMBERS, space);
	while (clv_sort_step(&sort) == CLV_CONTINUE)
		;
	ours = seconds_since(begin);
	begin = clock();
	gsl_sort(copy, 1, NUMBERS);
	theirs = seconds_since(begin);
	for (i = 0; i < NUMBERS && sort.sorted[i] == copy[i]; i++)
		;
	printf("\nA million doubles in order: %.0f ms, `gsl_sort` %.0f ms; %s.\n", 1e3 * ours,
		   1e3 * theirs, i == NUMBERS ? "the same order" : "ANOTHER ORDER");
	free(number);
	free(copy);
	free(space);
}

static void
gauss(void)
{
	gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(CLV_GAUSS);
	double		worst = 0.0;
	int			i;

	for (i = 0; i < CLV_GAUSS; i++)
	{
		double		node;
		double		weight;

		gsl_integration_glfixed_point(0, 1, i, &node, &weight, table);
		worst = fmax(worst, fmax(fabs(node / clv_gauss_node[i] - 1),
								 fabs(weight / clv_gauss_weight[i] - 1)));
	}
	printf("\nNodes and weights of Gauss and Legendre's rule of %d points: "
		   "at most %.1f units of the last place from `gsl_integration_glfixed`.\n",
		   CLV_GAUSS, worst / DBL_EPSILON);
	gsl_integration_glfixed_table_free(table);
}

int
main(void)
{
	gsl_set_error_handler_off();
	maxima();
	sorting();
	gauss();
	return 0;
}
