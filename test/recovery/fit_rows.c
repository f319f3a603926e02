/*
 * fit_rows.c
 *		Fit every model to bases that come as text: many_starts.py's way to the
 *		core.
 *
 * In, for each base, one line and then its rows:
 *
 *		customers NAME ROWS SUM_OF_LN_GAPS		rows: x t_x T m n
 *		discrete NAME ROWS						the same, for the discrete models
 *		contracts NAME ROWS						rows: t lost stay
 *
 * Out, for each base and model that can be fitted to it:
 *
 *		NAME MODEL STATUS LOGLIK EVALUATIONS PARAMETERS | MESSAGE
 *
 * With an argument, the model of that name alone; with one more, two spaces and
 * what the fit says of some of its rows follow each line:
 *
 *		x t_x T P(alive) PURCHASES		within the mean age of the base
 *		0 0 t P(t renewals) the same	of a contract model
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/prediction.h"
#include "run_fit.h"
#include "models/list.h"

static const char *only;		/* NULL: all models */
static bool predicts;

static const char *const status_name[] = {"converged", "boundary", "not_converged"};

static void
die(const char *what)
{
	fprintf(stderr, "fit_rows: %s\n", what);
	exit(1);
}

static bool
is_wanted(const ClvModel *model)
{
	return only == NULL || strcmp(only, model->name) == 0;
}

/* What a fit says of the customers or subscribers of its base. */
static void
print_predictions(const ClvFitted *fitted, const ClvBase *base)
{
	const ClvModel *model = fitted->model;
	double		sum = 0.0;
	double		n = 0.0;
	double		h;
	size_t		i;

	for (i = 0; i < base->ncell; i++)
	{
		n += base->cell[i].n;
		sum += base->cell[i].n * base->t[base->cell[i].it];
	}
	h = sum > 0.0 ? sum / n : 1.0;
	for (i = 0; model->kind == CLV_TRANSACTION && i < base->ncell; i += base->ncell / 8 + 1)
	{
		const ClvCell *cell = &base->cell[i];
		ClvCustomer row = {base->x[cell->ix], base->tx[cell->itx], base->t[cell->it], 0};
		double		alive = NAN;
		double		purchases = NAN;

		clv_predict_p_alive(model, fitted->par, &row, 0.0, &alive);
		clv_predict_purchases(model, fitted->par, &row, 0.0, model->discrete ? floor(h) : h, &purchases);
		printf("  %.17g %.17g %.17g %.17g %.17g\n", row.x, row.tx, row.t, alive, purchases);
	}
	for (i = 0; model->kind == CLV_CONTRACT && i < base->ntenure; i++)
	{
		double		stay = NAN;

		clv_predict_renewal(model, fitted->par, 0.0, base->tenure[i].t, &stay);
		printf("  0 0 %.17g %.17g %.17g\n", base->tenure[i].t, stay, stay);
	}
}

static void
print_fit(const char *name, const ClvModel *model, const ClvBase *base)
{
	ClvFitted	fitted = run_model(model, base);
	int			i;

	printf("%s %s %s %.17g %d", name, model->name, status_name[fitted.status],
		   fitted.loglik, fitted.evaluations);
	for (i = 0; i < model->nparam; i++)
		printf(" %.17g", fitted.par[i]);
	printf(" | %s\n", fitted.message);
	if (predicts)
		print_predictions(&fitted, base);
	fflush(stdout);
}

static void
fit_customers(const char *name, bool discrete, size_t n, double log_gaps)
{
	MakeRow    *row = malloc((n + 1) * sizeof(MakeRow));
	ClvBase		base;
	size_t		i;
	int			m;

	if (row == NULL)
		die("no memory");
	for (i = 0; i < n; i++)
	{
		if (scanf("%lf %lf %lf %lf %lf", &row[i].x, &row[i].tx, &row[i].t,
				  &row[i].m, &row[i].n) != 5)
			die("a row is not five numbers");
	}
	make_base(row, n, &base);
	base.has_log_gaps = true;
	base.sum_log_gaps = log_gaps;
	for (m = 0; clv_models[m] != NULL; m++)
	{
		const ClvModel *model = clv_models[m];

		if (is_wanted(model) && model->kind != CLV_CONTRACT &&
			model->discrete == discrete && model->usable(model, &base))
			print_fit(name, model, &base);
	}
	clv_base_free(&base);
	free(row);
}

static void
fit_contracts(const char *name, size_t n)
{
	ClvTenure  *tenure = malloc((n + 1) * sizeof(ClvTenure));
	ClvBase		base;
	size_t		i;
	int			m;

	if (tenure == NULL)
		die("no memory");
	memset(&base, 0, sizeof(base));
	base.tenure = tenure;
	base.ntenure = n;
	for (i = 0; i < n; i++)
	{
		if (scanf("%lf %lf %lf", &tenure[i].t, &tenure[i].lost, &tenure[i].stay) != 3)
			die("a row is not three numbers");
		base.customers += (int64_t) (tenure[i].lost + tenure[i].stay);
	}
	for (m = 0; clv_models[m] != NULL; m++)
	{
		const ClvModel *model = clv_models[m];

		if (is_wanted(model) && model->kind == CLV_CONTRACT &&
			model->usable(model, &base))
			print_fit(name, model, &base);
	}
	free(tenure);
}

int
main(int argc, char **argv)
{
	char		kind[16];
	char		name[64];
	size_t		n;
	double		log_gaps;

	only = argc > 1 ? argv[1] : NULL;
	predicts = argc > 2;
	while (scanf("%15s %63s %zu", kind, name, &n) == 3)
	{
		if (strcmp(kind, "contracts") == 0)
			fit_contracts(name, n);
		else if (strcmp(kind, "discrete") == 0)
			fit_customers(name, true, n, 0.0);
		else if (scanf("%lf", &log_gaps) == 1)
			fit_customers(name, false, n, log_gaps);
		else
			die("customers need the sum of the logarithms of their gaps");
	}
	return 0;
}
