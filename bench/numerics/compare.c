/*
 * compare.c
 *		What the core writes by hand, beside GSL: error and time a call.
 *
 * Reads the lines of grid.py.  For each function: how many arguments, the worst
 * relative error of ours and of GSL's, at how many GSL has no answer (an error
 * status, NaN, or nothing right to one digit), and nanoseconds a call of each,
 * processor time, over all arguments again and again for a tenth of a second.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf.h>

#include "math/eigen.h"
#include "math/packed.h"
#include "math/pochhammer.h"
#include "math/beta_mean.h"
#include "math/special.h"

#define MAX_ROWS	4096

typedef double (*Function) (const double *arg);

static const double budget = 1e9;

static ClvBudget
all_of_it(void)
{
	ClvBudget	b = {(long long) budget};

	return b;
}

/* ---- ours ---- */

static double
our_ln(const double *a)
{
	ClvPochhammer p;

	clv_pochhammer(a[0], a[1], &p);
	return p.ln;
}

static double
our_d1(const double *a)
{
	ClvPochhammer p;

	clv_pochhammer(a[0], a[1], &p);
	return p.d1;
}

static double
our_d2(const double *a)
{
	ClvPochhammer p;

	clv_pochhammer(a[0], a[1], &p);
	return p.d2;
}

static double
our_trigamma(const double *a)
{
	return clv_trigamma(a[0]);
}

static double
our_stirling_rest(const double *a)
{
	return clv_stirling_rest(a[0]);
}

static double
our_log_survive(const double *a)
{
	return clv_log_survive(a[0], a[1], a[2]);
}

static double
our_beta_log_density(const double *a)
{
	ClvBeta		beta;

	clv_beta_set(&beta, a[0], a[1]);
	return clv_beta_log_density(&beta, a[2]);
}

static double
our_negbin(const double *a)
{
	return clv_negbin(a[0], a[1], a[2]);
}

static double
our_negbin_upper(const double *a)
{
	ClvBudget	b = all_of_it();

	return clv_negbin_upper(a[0], a[1], a[2], &b);
}

static double
our_expint(const double *a)
{
	return clv_expint(a[0], a[1]);
}

static double
our_expint_part(const double *a)
{
	ClvBudget	b = all_of_it();

	return clv_expint_part(a[0], a[1], a[2], &b);
}

/* g(p) = e^(-c p) */
static double
log_falling(double p, const void *c)
{
	return -*(const double *) c * p;
}

static double
our_beta_mean(const double *a)
{
	ClvBudget	b = all_of_it();
	ClvFalling	g = {log_falling, &a[2], a[2], a[2], 2, &b};

	return clv_beta_mean(a[0], a[1], &g);
}

/* A symmetric matrix of four rows, packed. */
#define ROWS	4

static double
our_eigen_least(const double *a)
{
	ClvEigen	eigen;

	clv_eigen(a, ROWS, &eigen);
	return eigen.value[0];
}

static double
our_inverse_first(const double *a)
{
	double		inverse[CLV_PACKED(ROWS)];

	clv_packed_invert_definite(a, ROWS, inverse);
	return inverse[0];
}

/* ---- GSL's ---- */

static double
answer(int status, const gsl_sf_result *result)
{
	return status == GSL_SUCCESS ? result->val : NAN;
}

static double
gsl_ln(const double *a)
{
	gsl_sf_result r;
	int			status = gsl_sf_lnpoch_e(a[0], a[1], &r);

	return answer(status, &r) - a[1] * log(a[0]);
}

static double
gsl_d1(const double *a)
{
	return gsl_sf_psi(a[0] + a[1]) - gsl_sf_psi(a[0]);
}

static double
gsl_d2(const double *a)
{
	return gsl_sf_psi_1(a[0] + a[1]) - gsl_sf_psi_1(a[0]);
}

static double
gsl_trigamma(const double *a)
{
	gsl_sf_result r;
	int			status = gsl_sf_psi_1_e(a[0], &r);

	return answer(status, &r);
}

static double
gsl_stirling_rest(const double *a)
{
	gsl_sf_result r;
	int			status = gsl_sf_gammastar_e(a[0], &r);

	return log(answer(status, &r));
}

static double
gsl_log_survive(const double *a)
{
	gsl_sf_result upper;
	gsl_sf_result lower;
	int			status = gsl_sf_lnbeta_e(a[0], a[1] + a[2], &upper);
	int			status2 = gsl_sf_lnbeta_e(a[0], a[1], &lower);

	return answer(status, &upper) - answer(status2, &lower);
}

static double
gsl_beta_log_density(const double *a)
{
	gsl_sf_result r;
	int			status = gsl_sf_lnbeta_e(a[0], a[1], &r);
	double		odds = a[0] / a[1] * exp(a[2]);

	return a[0] * log(odds / (1 + odds)) - a[1] * log1p(odds) - answer(status, &r);
}

static double
gsl_negbin(const double *a)
{
	return gsl_ran_negative_binomial_pdf((unsigned) a[2], 1 / (1 + a[1]), a[0]);
}

static double
gsl_negbin_upper(const double *a)
{
	return a[2] == 0 ? 1.0 :
		gsl_cdf_negative_binomial_Q((unsigned) a[2] - 1, 1 / (1 + a[1]), a[0]);
}

/* e^w w^(s-1) Gamma(1 - s, w) */
static double
gsl_expint(const double *a)
{
	gsl_sf_result r;
	int			status = gsl_sf_gamma_inc_e(1 - a[0], a[1], &r);

	return exp(a[1] + (a[0] - 1) * log(a[1]) + log(answer(status, &r)));
}

static gsl_integration_workspace *workspace;
static const double *part_arg;

static double
part(double y, void *unused)
{
	return exp(-part_arg[0] * y - part_arg[1] * expm1(y));
}

static double
gsl_expint_part(const double *a)
{
	gsl_function f = {part, NULL};
	double		result;
	double		error;

	part_arg = a;
	return gsl_integration_qag(&f, 0, a[2], 0, 1e-13, 1000, GSL_INTEG_GAUSS21,
							   workspace, &result, &error) == GSL_SUCCESS ? result : NAN;
}

static double
falling(double p, void *c)
{
	return exp(-*(double *) c * p);
}

/* Gauss and Jacobi's rule of 64 points */
static double
gsl_beta_mean(const double *a)
{
	gsl_integration_fixed_workspace *w =
		gsl_integration_fixed_alloc(gsl_integration_fixed_jacobi, 64, 0, 1,
									a[1] - 1, a[0] - 1);
	gsl_function f = {falling, (void *) &a[2]};
	double		result = NAN;

	if (w == NULL)
		return NAN;
	if (gsl_integration_fixed(&f, &result, w) != GSL_SUCCESS)
		result = NAN;
	gsl_integration_fixed_free(w);
	return result / gsl_sf_beta(a[0], a[1]);
}

static gsl_eigen_symmv_workspace *eigen_workspace;

static void
unpack(const double *a, double *m)
{
	int			i;
	int			j;

	for (i = 0; i < ROWS; i++)
	{
		for (j = 0; j < ROWS; j++)
			m[i * ROWS + j] = a[CLV_PACK(i, j)];
	}
}

static double
gsl_eigen_least(const double *a)
{
	double		m[ROWS * ROWS];
	double		v[ROWS * ROWS];
	double		value[ROWS];
	gsl_matrix_view matrix = gsl_matrix_view_array(m, ROWS, ROWS);
	gsl_matrix_view vectors = gsl_matrix_view_array(v, ROWS, ROWS);
	gsl_vector_view values = gsl_vector_view_array(value, ROWS);

	unpack(a, m);
	if (gsl_eigen_symmv(&matrix.matrix, &values.vector, &vectors.matrix,
						eigen_workspace) != GSL_SUCCESS)
		return NAN;
	return gsl_vector_min(&values.vector);
}

static double
gsl_inverse_first(const double *a)
{
	double		m[ROWS * ROWS];
	gsl_matrix_view matrix = gsl_matrix_view_array(m, ROWS, ROWS);

	unpack(a, m);
	if (gsl_linalg_cholesky_decomp1(&matrix.matrix) != GSL_SUCCESS ||
		gsl_linalg_cholesky_invert(&matrix.matrix) != GSL_SUCCESS)
		return NAN;
	return m[0];
}

static const struct
{
	const char *name;
	const char *gsl;
	Function	ours;
	Function	theirs;
}			functions[] = {
	{"pochhammer_ln", "gsl_sf_lnpoch", our_ln, gsl_ln},
	{"pochhammer_d1", "gsl_sf_psi", our_d1, gsl_d1},
	{"pochhammer_d2", "gsl_sf_psi_1", our_d2, gsl_d2},
	{"trigamma", "gsl_sf_psi_1", our_trigamma, gsl_trigamma},
	{"stirling_rest", "gsl_sf_gammastar", our_stirling_rest, gsl_stirling_rest},
	{"log_survive", "gsl_sf_lnbeta", our_log_survive, gsl_log_survive},
	{"beta_log_density", "gsl_sf_lnbeta", our_beta_log_density, gsl_beta_log_density},
	{"negbin", "gsl_ran_negative_binomial_pdf", our_negbin, gsl_negbin},
	{"negbin_upper", "gsl_cdf_negative_binomial_Q", our_negbin_upper, gsl_negbin_upper},
	{"expint", "gsl_sf_gamma_inc", our_expint, gsl_expint},
	{"expint_part", "gsl_integration_qag", our_expint_part, gsl_expint_part},
	{"beta_mean", "gsl_integration_fixed", our_beta_mean, gsl_beta_mean},
	{"eigen_least", "gsl_eigen_symmv", our_eigen_least, gsl_eigen_least},
	{"inverse_first", "gsl_linalg_cholesky", our_inverse_first, gsl_inverse_first}
};

/* ---- the table ---- */

static double arguments[MAX_ROWS][CLV_PACKED(ROWS)];
static long double wanted[MAX_ROWS];
static double scale[MAX_ROWS];
static int	nrow;

static void
read_rows(FILE *file, const char *name)
{
	char		line[512];

	rewind(file);
	nrow = 0;
	while (fgets(line, sizeof(line), file) != NULL && nrow < MAX_ROWS)
	{
		char	   *word = strtok(line, " ");
		int			n;
		int			i;

		if (strcmp(word, name) != 0)
			continue;
		n = atoi(strtok(NULL, " "));
		for (i = 0; i < n; i++)
			arguments[nrow][i] = strtod(strtok(NULL, " "), NULL);
		wanted[nrow] = strtold(strtok(NULL, " "), NULL);
		scale[nrow++] = strtod(strtok(NULL, " "), NULL);
	}
}

static void
errors(Function f, double *worst, int *none)
{
	int			i;

	*worst = 0.0;
	*none = 0;
	for (i = 0; i < nrow; i++)
	{
		double		got = f(arguments[i]);
		double		error = (double) fabsl(got - wanted[i]) / scale[i];

		if (!(error < 0.1))
			(*none)++;
		else if (error > *worst)
			*worst = error;
	}
}

static double
nanoseconds(Function f)
{
	clock_t		begin = clock();
	clock_t		end;
	long		calls = 0;
	volatile double sink = 0.0;

	do
	{
		int			i;

		for (i = 0; i < nrow; i++)
			sink += f(arguments[i]);
		calls += nrow;
		end = clock();
	} while (end - begin < CLOCKS_PER_SEC / 10);
	return 1e9 * (end - begin) / CLOCKS_PER_SEC / calls;
}

int
main(int argc, char **argv)
{
	FILE	   *file = argc > 1 ? fopen(argv[1], "r") : NULL;
	size_t		i;

	if (file == NULL)
	{
		fprintf(stderr, "usage: compare FILE, which grid.py writes\n");
		return 1;
	}
	gsl_set_error_handler_off();
	workspace = gsl_integration_workspace_alloc(1000);
	eigen_workspace = gsl_eigen_symmv_alloc(ROWS);
	printf("| function | arguments | ours: worst error | no answer | ns | GSL | worst error | no answer | ns |\n");
	printf("|---|---|---|---|---|---|---|---|---|\n");
	for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
	{
		double		worst[2];
		int			none[2];

		read_rows(file, functions[i].name);
		errors(functions[i].ours, &worst[0], &none[0]);
		errors(functions[i].theirs, &worst[1], &none[1]);
		printf("| `%s` | %d | %.0e | %d | %.0f | `%s` | %.0e | %d | %.0f |\n",
			   functions[i].name, nrow, worst[0], none[0], nanoseconds(functions[i].ours),
			   functions[i].gsl, worst[1], none[1], nanoseconds(functions[i].theirs));
	}
	gsl_eigen_symmv_free(eigen_workspace);
	gsl_integration_workspace_free(workspace);
	fclose(file);
	return 0;
}
