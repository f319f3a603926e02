/*
 * shrink.c
 *		Fits to several groups, each drawn to what they have in common.
 *
 * The empirical Bayes estimate of Morris ("Parametric Empirical Bayes
 * Inference", JASA 78, 1983), with vectors for numbers.  Group i has true
 * parameters phi_i, which are normal over groups, N(mu, Sigma).  What its fit
 * knows of them is the parabola of its log-likelihood,
 *
 *		ln L_i(phi) = h_i' phi - phi' J_i phi / 2 + constant
 *
 * and no more is needed where J_i is singular: such a direction is the pool's.
 * Of a fit with a prior, the prior is taken out again: it was there to keep the
 * fit in bounds, and the pool does so now.  Then phi_i, given its fit, is
 * normal with covariance V_i = (J_i + Sigma^-1)^-1 and mean
 * m_i = V_i (h_i + Sigma^-1 mu).  mu and Sigma are found by the EM algorithm:
 * they are the mean of the m_i and that of V_i plus the spread of the m_i.
 */
#include "shrink.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "newton.h"

#define GROUPS_A_STEP	256
#define MAX_SWEEPS		1000
#define SETTLED			1e-6	/* change of mu and Sigma in a sweep */
#define MIN_SPREAD		1e-6	/* eigenvalue of Sigma: 0.1 % between groups */
#define TINY			1e-16	/* eigenvalue of what cannot be singular */

typedef struct Group
{
	bool		informed;		/* the fit knows something */
	double		info[CLV_PACKED(CLV_MAX_OWN)];	/* J */
	double		pull[CLV_MAX_OWN];	/* h */
	double		mean[CLV_MAX_OWN];	/* m */
	double		cov[CLV_PACKED(CLV_MAX_OWN)]; /* V */
} Group;

struct ClvShrink
{
	const ClvModel *model;
	double		whole;			/* the last parameter, where it is whole */
	size_t		ngroup;
	size_t		informed;
	Group	   *group;
	double		mu[CLV_MAX_OWN];
	double		sigma[CLV_PACKED(CLV_MAX_OWN)];
	double		inverse[CLV_PACKED(CLV_MAX_OWN)]; /* of sigma */
	int			sweep;
	size_t		done;			/* groups of it */
	bool		finished;
};

/* NULL: no memory. */
ClvShrink *
clv_shrink_new(size_t groups)
{
	ClvShrink  *shrink = calloc(1, sizeof(ClvShrink));

	if (shrink == NULL)
		return NULL;
	shrink->group = calloc(groups + 1, sizeof(Group));
	if (shrink->group == NULL)
	{
		free(shrink);
		return NULL;
	}
	return shrink;
}

void
clv_shrink_free(ClvShrink *shrink)
{
	if (shrink == NULL)
		return;
	free(shrink->group);
	free(shrink);
}

/* The inverse of a symmetric matrix, its eigenvalues raised to "least". */
static void
invert(const double *packed, int n, double least, double *out)
{
	ClvEigen	eigen;
	int			i;
	int			j;
	int			k;

	clv_eigen(packed, n, &eigen);
	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			double		sum = 0.0;

			for (k = 0; k < n; k++)
				sum += eigen.vector[k][i] * eigen.vector[k][j] /
					fmax(eigen.value[k], least);
			out[CLV_PACK(i, j)] = sum;
		}
	}
}

/*
 * The same of a matrix that is known to be positive definite, by Cholesky's
 * factors: every group needs one a sweep.
 */
static void
invert_definite(const double *packed, int n, double *out)
{
	double		l[CLV_MAX_OWN][CLV_MAX_OWN];	/* the lower factor */
	double		inverse[CLV_MAX_OWN][CLV_MAX_OWN];	/* of it */
	int			i;
	int			j;
	int			k;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			double		sum = packed[CLV_PACK(i, j)];

			for (k = 0; k < j; k++)
				sum -= l[i][k] * l[j][k];
			l[i][j] = i == j ? sqrt(fmax(sum, TINY)) : sum / l[j][j];
		}
	}
	for (j = 0; j < n; j++)
	{
		inverse[j][j] = 1.0 / l[j][j];
		for (i = j + 1; i < n; i++)
		{
			inverse[i][j] = 0.0;
			for (k = j; k < i; k++)
				inverse[i][j] -= l[i][k] * inverse[k][j] / l[i][i];
		}
	}
	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			out[CLV_PACK(i, j)] = 0.0;
			for (k = i; k < n; k++)
				out[CLV_PACK(i, j)] += inverse[k][i] * inverse[k][j];
		}
	}
}

/* A likelihood that bends upwards somewhere is taken for flat there. */
static void
flatten(double *packed, int n)
{
	ClvEigen	eigen;
	int			i;
	int			j;
	int			k;

	clv_eigen(packed, n, &eigen);
	for (k = 0; k < n && eigen.value[k] < 0.0; k++)
	{
		for (i = 0; i < n; i++)
		{
			for (j = 0; j <= i; j++)
				packed[CLV_PACK(i, j)] -= eigen.value[k] *
					eigen.vector[k][i] * eigen.vector[k][j];
		}
	}
}

static void
multiply(const double *packed, const double *v, int n, double *out)
{
	int			i;
	int			j;

	for (i = 0; i < n; i++)
	{
		out[i] = 0.0;
		for (j = 0; j < n; j++)
			out[i] += packed[CLV_PACK(i, j)] * v[j];
	}
}

/* The parabola of the likelihood, from where the fit is and how it bends. */
static void
set_group(const ClvFitted *fit, Group *group)
{
	int			n = clv_real_params(fit->model);
	double		phi[CLV_MAX_OWN] = {0.0};
	int			i;

	group->informed = fit->has_cov;
	if (!fit->has_cov)
		return;
	for (i = 0; i < n; i++)
		phi[i] = log(fit->par[i] - fit->model->param[i].lower);
	invert(fit->cov, n, TINY, group->info);
	multiply(group->info, phi, n, group->pull);
	for (i = 0; fit->has_prior && i < n; i++)
	{
		double		weight = 1.0 / (fit->prior.sd[i] * fit->prior.sd[i]);

		group->info[CLV_PACK(i, i)] -= weight;
		group->pull[i] -= weight *
			log(fit->prior.median[i] - fit->model->param[i].lower);
	}
	flatten(group->info, n);
}

/* Groups are added in order; there must be room for them. */
ClvStatus
clv_shrink_add(ClvShrink *shrink, const ClvFitted *fitted, ClvError *err)
{
	const ClvModel *model = fitted->model;

	if (shrink->model == NULL)
	{
		shrink->model = model;
		shrink->whole = fitted->par[model->nparam - 1];
	}
	if (shrink->model != model)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Shrink the fits of one model at a time.",
						"models to be shrunk must be the same, but are \"%s\" and \"%s\"",
						shrink->model->name, model->name);
	if (model->most > 0 && shrink->whole != fitted->par[model->nparam - 1])
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Set it in the options of clv.fit.",
						"models to be shrunk must have the same %s, but have %g and %g",
						model->param[model->nparam - 1].name, shrink->whole,
						fitted->par[model->nparam - 1]);
	if (fitted->groups > 0)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Shrink the fits themselves, all at once.",
						"the model is shrunk already");
	set_group(fitted, &shrink->group[shrink->ngroup]);
	shrink->informed += shrink->group[shrink->ngroup].informed;
	shrink->ngroup++;
	return CLV_OK;
}

/* Begin with groups that differ by a factor of e, at their common mean. */
static void
begin(ClvShrink *shrink)
{
	int			n = clv_real_params(shrink->model);
	double		info[CLV_PACKED(CLV_MAX_OWN)] = {0.0};
	double		pull[CLV_MAX_OWN] = {0.0};
	size_t		g;
	int			i;

	for (g = 0; g < shrink->ngroup; g++)
	{
		for (i = 0; i < CLV_PACKED(n); i++)
			info[i] += shrink->group[g].info[i];
		for (i = 0; i < n; i++)
			pull[i] += shrink->group[g].pull[i];
	}
	invert(info, n, 1e-8, shrink->inverse);
	multiply(shrink->inverse, pull, n, shrink->mu);
	memset(shrink->sigma, 0, sizeof(shrink->sigma));
	for (i = 0; i < n; i++)
		shrink->sigma[CLV_PACK(i, i)] = 1.0;
	invert(shrink->sigma, n, MIN_SPREAD, shrink->inverse);
}

/* What is known of one group, given the pool. */
static void
expect(const ClvShrink *shrink, Group *group)
{
	int			n = clv_real_params(shrink->model);
	double		precision[CLV_PACKED(CLV_MAX_OWN)];
	double		pull[CLV_MAX_OWN];
	int			i;

	for (i = 0; i < CLV_PACKED(n); i++)
		precision[i] = group->info[i] + shrink->inverse[i];
	multiply(shrink->inverse, shrink->mu, n, pull);
	for (i = 0; i < n; i++)
		pull[i] += group->pull[i];
	invert_definite(precision, n, group->cov);
	multiply(group->cov, pull, n, group->mean);
}

/*
 * The pool, given what is known of the groups; returns how much it changed.
 * Groups whose fit knows nothing would only repeat what the pool said.
 */
static double
maximise(ClvShrink *shrink)
{
	int			n = clv_real_params(shrink->model);
	double		count = (double) shrink->informed;
	double		mu[CLV_MAX_OWN] = {0.0};
	double		sigma[CLV_PACKED(CLV_MAX_OWN)] = {0.0};
	double		change = 0.0;
	size_t		g;
	int			i;
	int			j;

	for (g = 0; g < shrink->ngroup; g++)
	{
		for (i = 0; shrink->group[g].informed && i < n; i++)
			mu[i] += shrink->group[g].mean[i] / count;
	}
	for (g = 0; g < shrink->ngroup; g++)
	{
		const Group *group = &shrink->group[g];

		for (i = 0; group->informed && i < n; i++)
		{
			/* less one, since their own mean is taken off */
			for (j = 0; j <= i; j++)
				sigma[CLV_PACK(i, j)] += group->cov[CLV_PACK(i, j)] / count +
					(group->mean[i] - mu[i]) * (group->mean[j] - mu[j]) / (count - 1.0);
		}
	}
	for (i = 0; i < n; i++)
	{
		change = fmax(change, fabs(mu[i] - shrink->mu[i]));
		change = fmax(change, fabs(sigma[CLV_PACK(i, i)] -
								   shrink->sigma[CLV_PACK(i, i)]));
	}
	memcpy(shrink->mu, mu, sizeof(mu));
	memcpy(shrink->sigma, sigma, sizeof(sigma));
	invert(shrink->sigma, n, MIN_SPREAD, shrink->inverse);
	return change;
}

/* CLV_CONTINUE until the pool has settled. */
ClvStatus
clv_shrink_step(ClvShrink *shrink)
{
	size_t		end;

	/* with less than two there is nothing to have in common */
	if (shrink->finished || shrink->informed < 2)
		return CLV_OK;
	if (shrink->sweep == 0 && shrink->done == 0)
		begin(shrink);
	end = shrink->ngroup - shrink->done > GROUPS_A_STEP ?
		shrink->done + GROUPS_A_STEP : shrink->ngroup;
	for (; shrink->done < end; shrink->done++)
		expect(shrink, &shrink->group[shrink->done]);
	if (shrink->done < shrink->ngroup)
		return CLV_CONTINUE;

	shrink->done = 0;
	if (maximise(shrink) > SETTLED && ++shrink->sweep < MAX_SWEEPS)
		return CLV_CONTINUE;
	shrink->finished = true;
	return CLV_OK;
}

/*
 * Group i after the last step: "fitted" comes as it was added.  It stays so
 * where there was no pool.
 */
void
clv_shrink_result(const ClvShrink *shrink, size_t i, ClvFitted *fitted)
{
	const ClvModel *model = shrink->model;
	const Group *group = &shrink->group[i];
	int			k;

	if (!shrink->finished)
		return;
	for (k = 0; k < clv_real_params(model); k++)
	{
		double		lower = model->param[k].lower;

		fitted->par[k] = lower + exp(group->mean[k]);
		fitted->prior.median[k] = lower + exp(shrink->mu[k]);
		fitted->prior.sd[k] = sqrt(fmax(shrink->sigma[CLV_PACK(k, k)], MIN_SPREAD));
	}
	memcpy(fitted->cov, group->cov, sizeof(group->cov));
	fitted->has_cov = true;
	fitted->has_prior = true;
	fitted->groups = (int) shrink->informed;
	fitted->at_covariates = false;
	fitted->loglik = 0.0;
	fitted->status = CLV_CONVERGED;
	fitted->limit = -1;
	snprintf(fitted->message, sizeof(fitted->message), group->informed ?
			 "shrunk toward the pool of %d groups" :
			 "the pool of %d groups: the fit to this one tells nothing of its own",
			 fitted->groups);
}
