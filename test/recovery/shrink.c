/*
 * shrink.c
 *		Do the 95 % intervals of shrunk groups hold their parameters?
 *
 *		test/recovery/shrink [replicates [customers [sd [model]]]]
 *
 * Fifty groups whose parameters are lognormal about r 0.8, alpha 50, a 0.8 and
 * b 2.5 (s 0.7 and beta 100 of paretonbd) with standard deviation "sd" in the
 * logarithm; so many customers each, seen for 60 to 730 days.  Each is fitted
 * with the default prior, and all are shrunk.  Prints how many parameters lie in
 * the intervals of coefficients(), of the fits and of the shrunk ones, with the
 * standard error between replicates, and how many pools have not settled.
 *
 * Replicate k has seed SEED + k, and its customers their own streams.
 */
#include <stdio.h>
#include <stdlib.h>

#include "models/list.h"
#include "run_fit.h"
#include "fit/shrink.h"

#define SEED		20261201
#define GROUPS		50
#define MOST		1000
#define Z			1.9599639845400545	/* of a 95 % interval */

static const double truth[][4] = {{0.8, 50.0, 0.8, 2.5}, {0.8, 50.0, 0.7, 100.0}};

/* Shares of the groups, one a replicate, and their mean. */
typedef struct Shares
{
	double		sum;
	double		squares;
} Shares;

static void
add_share(Shares *shares, double share)
{
	shares->sum += share;
	shares->squares += share * share;
}

static void
print_shares(const char *name, const Shares *shares, int n)
{
	double		mean = shares->sum / n;
	double		var = n > 1 ? (shares->squares - n * mean * mean) / (n - 1) : 0.0;

	printf("  %s %.1f (%.1f)", name, 100.0 * mean, 100.0 * sqrt(fmax(var, 0.0) / n));
}

static ClvFitted
fit_group(const ClvModel *model, const double *par, int customers, uint64_t seed, int group)
{
	static MakeRow row[MOST];
	ClvFitOptions options = {0};
	ClvPrior	prior;
	ClvFitted	fit;
	ClvBase		base;
	int			i;

	for (i = 0; i < customers; i++)
	{
		ClvRandom	random;
		ClvLife		life;
		double		at;

		clv_random_init(&random, seed, (uint64_t) (group + 1) * MOST + i);
		row[i] = (MakeRow) {0.0, 0.0, 60.0 + floor(671.0 * clv_random_uniform(&random)), 0.0, 1.0};
		model->transactions->draw(model, par, &random, &life);
		while ((at = model->transactions->next(model, &life, &random)) <= row[i].t)
		{
			row[i].x += 1.0;
			row[i].tx = at;
		}
	}
	clv_prior_default(model, 1.0, 1.0, &prior);
	options.prior = &prior;
	make_base(row, customers, &base);
	fit = run_options(model, &base, &options);
	clv_base_free(&base);
	return fit;
}

static bool
holds(const ClvFitted *fit, int i, double par)
{
	return fit->has_cov &&
		fabs(log(fit->par[i] / par)) <= Z * sqrt(fit->cov[CLV_PACK(i, i)]);
}

int
main(int argc, char **argv)
{
	int			replicates = argc > 1 ? atoi(argv[1]) : 20;
	int			customers = argc > 2 ? atoi(argv[2]) : 40;
	double		sd = argc > 3 ? atof(argv[3]) : 0.3;
	const ClvModel *model = clv_model_find(argc > 4 ? argv[4] : "mbgnbd");
	static ClvFitted fit[GROUPS];
	static double par[GROUPS][4];
	Shares		alone[4] = {{0.0, 0.0}};
	Shares		shrunk[4] = {{0.0, 0.0}};
	int			unsettled = 0;
	int			k;
	int			g;
	int			i;

	if (model == NULL || model->nparam != 4 || model->kind != CLV_TRANSACTION ||
		replicates < 1 || customers < 1 || customers > MOST)
		return 1;
	for (k = 0; k < replicates; k++)
	{
		ClvShrink  *shrink = clv_shrink_new(GROUPS);
		int			in[4] = {0};
		ClvError	err;

		for (g = 0; g < GROUPS; g++)
		{
			ClvRandom	random;

			clv_random_init(&random, SEED + k, g);
			for (i = 0; i < 4; i++)
				par[g][i] = truth[model->law != NULL][i] * exp(sd * clv_random_normal(&random));
			fit[g] = fit_group(model, par[g], customers, SEED + k, g);
			if (clv_shrink_add(shrink, &fit[g], &err) != CLV_OK)
				return 1;
			for (i = 0; i < 4; i++)
				in[i] += holds(&fit[g], i, par[g][i]);
		}
		for (i = 0; i < 4; i++)
			add_share(&alone[i], (double) in[i] / GROUPS);
		while (clv_shrink_step(shrink) == CLV_CONTINUE)
			;
		memset(in, 0, sizeof(in));
		for (g = 0; g < GROUPS; g++)
		{
			clv_shrink_result(shrink, g, &fit[g]);
			for (i = 0; i < 4; i++)
				in[i] += holds(&fit[g], i, par[g][i]);
		}
		for (i = 0; i < 4; i++)
			add_share(&shrunk[i], (double) in[i] / GROUPS);
		unsettled += fit[0].status != CLV_CONVERGED;
		clv_shrink_free(shrink);
	}
	printf("%s, %d x %d groups of %d, sd %g; not settled: %d\n", model->name, replicates, GROUPS, customers, sd, unsettled);
	printf("alone ");
	for (i = 0; i < 4; i++)
		print_shares(model->param[i].name, &alone[i], replicates);
	printf("\nshrunk");
	for (i = 0; i < 4; i++)
		print_shares(model->param[i].name, &shrunk[i], replicates);
	printf("\n");
	return 0;
}
