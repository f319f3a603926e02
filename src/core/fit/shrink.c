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
 * Then phi_i, given its fit, is normal with covariance
 * V_i = (J_i + Sigma^-1)^-1 and mean m_i = V_i (h_i + Sigma^-1 mu).  Sigma is
 * found by the EM algorithm for restricted maximum likelihood (Laird & Ware,
 * "Random-Effects Models for Longitudinal Data", Biometrics 38, 1982): it is
 * the mean of V_i, of (m_i - mu) (m_i - mu)' and of what mu being an estimate
 * adds, A_i M A_i' with A_i = V_i J_i and M the covariance of mu.  Given Sigma,
 * mu has the least squares of all groups.
 *
 * Where fewer than two groups' worth of data say as much as the prior, nobody
 * can tell how groups differ: in such a direction the prior stays, as Sigma and
 * as what is known of mu before.  psi are coordinates along and across them,
 * phi = center + sum of psi_k axis_k, the prior's median at 0.
 */
#include "fit/shrink.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/newton.h"
#include "fit/shrink_group.h"
#include "math/leap.h"
#include "math/packed.h"
#include "model/param.h"

#define GROUPS_A_STEP	256
#define MAX_SWEEPS		3000
#define REST			0.05	/* in lnL, that may be left to gain after those */
#define SETTLED			1e-7	/* change of mu and Sigma in a sweep */
#define MIN_SPREAD		1e-6	/* eigenvalue of Sigma: 0.1 % between groups */
#define TINY			1e-16	/* the same of what cannot be singular */
#define ENOUGH			1.999	/* groups that tell how they differ */

struct ClvShrink
{
	const ClvModel *model;
	double		whole;			/* the last parameter, where it is whole */
	size_t		ngroup;
	size_t		informed;
	ClvShrinkGroup *group;		/* in the order in which they came */
	ClvShrinkGroup **order;		/* by what they bring */

	/* the priors of all fits, and how many groups tell as much */
	size_t		priors;
	double		center[CLV_MAX_OWN];	/* of ln medians; a sum at first */
	double		weight[CLV_MAX_OWN];	/* sum of 1 / sd^2 */
	double		told[CLV_PACKED(CLV_MAX_OWN)];	/* by direction, in sd */

	/* from here on in psi */
	ClvMatrix	axis;			/* [which][part] */
	int			untold;			/* the first so many keep their prior, */
	double		prior_var;		/* which has this variance */
	double		mu[CLV_MAX_OWN];
	double		mu_cov[CLV_PACKED(CLV_MAX_OWN)];	/* M */
	double		sigma[CLV_PACKED(CLV_MAX_OWN)];
	double		inverse[CLV_PACKED(CLV_MAX_OWN)]; /* of sigma */

	/* before the first sweep: groups turned to psi, and their sums */
	size_t		turned;
	double		all_info[CLV_PACKED(CLV_MAX_OWN)];
	double		all_pull[CLV_MAX_OWN];

	/* the sweep that is under way: sums over the groups done */
	int			sweep;
	size_t		done;
	double		apart[CLV_MAX_OWN]; /* of m - mu */
	double		spread[CLV_PACKED(CLV_MAX_OWN)];	/* of what Sigma is the
													 * mean of */
	ClvMatrix	own;			/* of A */
	double		likelihood;		/* of the pool, ln */
	double		gain;			/* of it, in this sweep */
	double		before;			/* in the sweep before */
	ClvLeap		leap;
	bool		settled;
	bool		finished;
};

/* NULL: no memory. */
ClvShrink *
clv_shrink_new(size_t groups)
{
	ClvShrink  *shrink = calloc(1, sizeof(ClvShrink));

	if (shrink == NULL)
		return NULL;
	shrink->group = calloc(groups + 1, sizeof(ClvShrinkGroup));
	shrink->order = calloc(groups + 1, sizeof(ClvShrinkGroup *));
	if (shrink->group == NULL || shrink->order == NULL)
	{
		clv_shrink_free(shrink);
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
	free(shrink->order);
	free(shrink);
}

/*
 * There must be room for the group.  The pool does not depend on the order in
 * which groups are added, to the last bit.
 */
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
	clv_shrink_group_set(&shrink->group[shrink->ngroup], fitted);
	shrink->order[shrink->ngroup] = &shrink->group[shrink->ngroup];
	shrink->informed += fitted->has_cov;
	shrink->priors += fitted->has_cov && fitted->has_prior;
	shrink->ngroup++;
	return CLV_OK;
}

/*
 * Sums are over the groups in order of what they bring, so that rounding errors
 * are the same in whatever order they came.
 */
static void
sort_groups(ClvShrink *shrink)
{
	int			n = clv_real_params(shrink->model);
	size_t		g;
	int			i;

	qsort(shrink->order, shrink->ngroup, sizeof(ClvShrinkGroup *),
		  clv_shrink_group_compare);
	for (g = 0; g < shrink->ngroup; g++)
	{
		const ClvShrinkInput *input = &shrink->order[g]->input;

		for (i = 0; i < n; i++)
		{
			shrink->center[i] += input->center[i] * input->weight[i];
			shrink->weight[i] += input->weight[i];
		}
		for (i = 0; i < CLV_PACKED(n); i++)
			shrink->told[i] += input->told[i];
	}
}

/*
 * Find the directions that too few tell.  Along the axes, what has the widest
 * prior keeps its unit, so that psi is no coarser than phi.
 */
static void
set_axes(ClvShrink *shrink)
{
	int			n = clv_real_params(shrink->model);
	double		sd[CLV_MAX_OWN];
	double		widest = 0.0;
	ClvEigen	eigen;
	int			i;
	int			k;

	for (i = 0; i < n; i++)
	{
		sd[i] = 1.0;
		if (shrink->priors > 0)
		{
			shrink->center[i] /= shrink->weight[i];
			sd[i] = sqrt((double) shrink->priors / shrink->weight[i]);
		}
		widest = fmax(widest, sd[i]);
	}
	clv_eigen(shrink->told, n, &eigen);
	for (k = 0; k < n; k++)
	{
		for (i = 0; i < n; i++)
			shrink->axis[k][i] = eigen.vector[k][i] * sd[i] / widest;
		if (eigen.value[k] < ENOUGH)
			shrink->untold = k + 1;
	}
	shrink->prior_var = widest * widest;
}

/* How far one step goes from group "from" on. */
static size_t
step_end(const ClvShrink *shrink, size_t from)
{
	return shrink->ngroup - from > GROUPS_A_STEP ? from + GROUPS_A_STEP
		: shrink->ngroup;
}

/* From phi to psi. */
static void
turn(const ClvShrink *shrink, ClvShrinkInput *group)
{
	int			n = clv_real_params(shrink->model);
	double		info[CLV_PACKED(CLV_MAX_OWN)];
	double		pull[CLV_MAX_OWN];
	ClvMatrix	axis;
	int			i;
	int			k;

	memcpy(axis, shrink->axis, sizeof(axis));
	clv_packed_times(group->info, shrink->center, n, pull);
	for (i = 0; i < n; i++)
		pull[i] = group->pull[i] - pull[i];
	for (k = 0; k < n; k++)
	{
		group->pull[k] = 0.0;
		for (i = 0; i < n; i++)
			group->pull[k] += axis[k][i] * pull[i];
	}
	clv_packed_sandwich(axis, group->info, n, info);
	memcpy(group->info, info, sizeof(info));
}

/* Turn some of the groups, and add up what they know; true after the last. */
static bool
turn_groups(ClvShrink *shrink)
{
	int			n = clv_real_params(shrink->model);
	size_t		end = step_end(shrink, shrink->turned);
	int			i;

	if (shrink->turned == 0)
	{
		sort_groups(shrink);
		set_axes(shrink);
	}
	for (; shrink->turned < end; shrink->turned++)
	{
		ClvShrinkInput *group = &shrink->order[shrink->turned]->input;

		turn(shrink, group);
		for (i = 0; i < CLV_PACKED(n); i++)
			shrink->all_info[i] += group->info[i];
		for (i = 0; i < n; i++)
			shrink->all_pull[i] += group->pull[i];
	}
	return shrink->turned == shrink->ngroup;
}

/* Begin with groups that differ by a factor of e, at their common mean. */
static void
begin(ClvShrink *shrink)
{
	int			n = clv_real_params(shrink->model);
	double	   *info = shrink->all_info;
	int			i;

	for (i = 0; i < n; i++)
	{
		bool		untold = i < shrink->untold;

		info[CLV_PACK(i, i)] += untold ? 1.0 / shrink->prior_var : 0.0;
		shrink->sigma[CLV_PACK(i, i)] = untold ? shrink->prior_var : 1.0;
	}
	clv_packed_invert(info, n, TINY, shrink->mu_cov);
	clv_packed_times(shrink->mu_cov, shrink->all_pull, n, shrink->mu);
	clv_packed_invert(shrink->sigma, n, MIN_SPREAD, shrink->inverse);
}

/* What is known of one group, given the pool; add it up. */
static void
expect(ClvShrink *shrink, ClvShrinkGroup *group)
{
	int			n = clv_real_params(shrink->model);
	double		precision[CLV_PACKED(CLV_MAX_OWN)];
	double		by_mu[CLV_PACKED(CLV_MAX_OWN)];
	double		pull[CLV_MAX_OWN];
	ClvMatrix	own;
	int			i;
	int			j;

	for (i = 0; i < CLV_PACKED(n); i++)
		precision[i] = group->input.info[i] + shrink->inverse[i];
	clv_packed_times(shrink->inverse, shrink->mu, n, pull);
	for (i = 0; i < n; i++)
		pull[i] += group->input.pull[i];
	clv_packed_invert_definite(precision, n, group->cov);
	clv_packed_times(group->cov, pull, n, group->mean);

	/* without a fit it would only repeat what the pool said */
	if (!group->informed)
		return;
	shrink->likelihood += 0.5 * (clv_packed_log_det(shrink->inverse, n)
								 - clv_packed_log_det(precision, n));
	for (i = 0; i < n; i++)
	{
		shrink->likelihood += 0.5 * pull[i] * group->mean[i];
		for (j = 0; j < n; j++)
			shrink->likelihood -= 0.5 * shrink->mu[i] * shrink->mu[j] *
				shrink->inverse[CLV_PACK(i, j)];
	}
	clv_packed_product(group->cov, group->input.info, n, own);
	clv_packed_sandwich(own, shrink->mu_cov, n, by_mu);
	for (i = 0; i < n; i++)
	{
		double		apart = group->mean[i] - shrink->mu[i];

		shrink->apart[i] += apart;
		for (j = 0; j < n; j++)
			shrink->own[i][j] += own[i][j];
		for (j = 0; j <= i; j++)
			shrink->spread[CLV_PACK(i, j)] += group->cov[CLV_PACK(i, j)] +
				by_mu[CLV_PACK(i, j)] +
				apart * (group->mean[j] - shrink->mu[j]);
	}
}

/*
 * The mean of the pool, given its covariance; returns how much it changed.  The
 * likelihood becomes that at the new mean, less what its being an estimate
 * costs.
 */
static double
set_mean(ClvShrink *shrink)
{
	int			n = clv_real_params(shrink->model);
	double		info[CLV_PACKED(CLV_MAX_OWN)];	/* of mu: sum of Sigma^-1 A */
	double		slope[CLV_MAX_OWN];
	double		step[CLV_MAX_OWN];
	double		change = 0.0;
	int			i;
	int			j;
	int			k;

	clv_packed_times(shrink->inverse, shrink->apart, n, slope);
	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			info[CLV_PACK(i, j)] = 0.0;
			for (k = 0; k < n; k++)
				info[CLV_PACK(i, j)] += shrink->inverse[CLV_PACK(i, k)] *
					shrink->own[k][j];
		}
	}
	for (i = 0; i < shrink->untold; i++)
	{
		info[CLV_PACK(i, i)] += 1.0 / shrink->prior_var;
		slope[i] -= shrink->mu[i] / shrink->prior_var;
		shrink->likelihood -= 0.5 * shrink->mu[i] * shrink->mu[i] / shrink->prior_var;
	}
	clv_packed_invert(info, n, TINY, shrink->mu_cov);
	clv_packed_times(shrink->mu_cov, slope, n, step);
	for (i = 0; i < n; i++)
	{
		shrink->mu[i] += step[i];
		shrink->likelihood += 0.5 * step[i] * slope[i];
		change = fmax(change, fabs(step[i]));
	}
	return change;
}

/* Can this be the covariance of the pool? */
static bool
is_spread(const void *context, const double *sigma)
{
	const ClvShrink *shrink = context;
	ClvEigen	eigen;

	clv_eigen(sigma, clv_real_params(shrink->model), &eigen);
	return eigen.value[0] >= MIN_SPREAD;
}

/* The pool, given what is known of the groups; returns how much it changed. */
static double
maximise(ClvShrink *shrink)
{
	int			n = clv_real_params(shrink->model);
	double		change = set_mean(shrink);
	double		from[CLV_PACKED(CLV_MAX_OWN)];
	int			i;
	int			j;

	shrink->likelihood += 0.5 * clv_packed_log_det(shrink->mu_cov, n);
	memcpy(from, shrink->sigma, sizeof(from));
	shrink->gain = shrink->likelihood - shrink->before;
	shrink->before = shrink->likelihood;

	for (i = shrink->untold; i < n; i++)
	{
		for (j = shrink->untold; j <= i; j++)
		{
			double		now = shrink->spread[CLV_PACK(i, j)] / shrink->informed;

			if (i == j)
				change = fmax(change, fabs(now - shrink->sigma[CLV_PACK(i, i)]));
			shrink->sigma[CLV_PACK(i, j)] = now;
		}
	}
	if (change > SETTLED)
		clv_leap(&shrink->leap, CLV_PACKED(n), from, shrink->likelihood,
				 is_spread, shrink, shrink->sigma);
	clv_packed_invert(shrink->sigma, n, MIN_SPREAD, shrink->inverse);
	shrink->likelihood = 0.0;
	memset(shrink->apart, 0, sizeof(shrink->apart));
	memset(shrink->spread, 0, sizeof(shrink->spread));
	memset(shrink->own, 0, sizeof(shrink->own));
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
	if (shrink->turned < shrink->ngroup)
	{
		if (turn_groups(shrink))
			begin(shrink);
		return CLV_CONTINUE;
	}
	end = step_end(shrink, shrink->done);
	for (; shrink->done < end; shrink->done++)
		expect(shrink, shrink->order[shrink->done]);
	if (shrink->done < shrink->ngroup)
		return CLV_CONTINUE;

	shrink->done = 0;
	shrink->settled = maximise(shrink) <= SETTLED;
	if (!shrink->settled && (++shrink->sweep < MAX_SWEEPS || shrink->leap.phase == 2))
		return CLV_CONTINUE;

	/* towards a variance of nothing EM gains ever less, as 1 / sweep^2 */
	if (fabs(shrink->gain) * shrink->sweep <= REST)
		shrink->settled = true;
	shrink->finished = true;
	return CLV_OK;
}

/* A mean and a covariance, from psi to phi. */
static void
turn_back(const ClvShrink *shrink, const double *mean, const double *cov,
		  double *phi, double *phi_cov)
{
	int			n = clv_real_params(shrink->model);
	ClvMatrix	across;
	int			i;
	int			k;

	for (i = 0; i < n; i++)
	{
		phi[i] = shrink->center[i];
		for (k = 0; k < n; k++)
		{
			across[i][k] = shrink->axis[k][i];
			phi[i] += across[i][k] * mean[k];
		}
	}
	clv_packed_sandwich(across, cov, n, phi_cov);
}

/*
 * What is known of group i, given the pool, and besides that the pool's mean is
 * an estimate: m changes with mu by I - A.  Where the prior has stayed it is not
 * one.
 */
static void
widen(const ClvShrink *shrink, const ClvShrinkGroup *group, double *cov)
{
	int			n = clv_real_params(shrink->model);
	double		by_mu[CLV_PACKED(CLV_MAX_OWN)];
	ClvMatrix	own;
	int			i;
	int			j;

	clv_packed_product(group->cov, group->input.info, n, own);
	for (i = 0; i < n; i++)
	{
		for (j = 0; j < n; j++)
			own[i][j] = j < shrink->untold ? 0.0 : (i == j ? 1.0 : 0.0) - own[i][j];
	}
	clv_packed_sandwich(own, shrink->mu_cov, n, by_mu);
	for (i = 0; i < CLV_PACKED(n); i++)
		cov[i] = group->cov[i] + by_mu[i];
}

/*
 * Group i after the last step: "fitted" comes as it was added.  It stays so
 * where there was no pool.
 */
void
clv_shrink_result(const ClvShrink *shrink, size_t i, ClvFitted *fitted)
{
	const ClvModel *model = shrink->model;
	const ClvShrinkGroup *group = &shrink->group[i];
	double		phi[CLV_MAX_OWN];
	double		mu[CLV_MAX_OWN];
	double		sigma[CLV_PACKED(CLV_MAX_OWN)];
	double		cov[CLV_PACKED(CLV_MAX_OWN)];
	int			k;

	if (!shrink->finished)
		return;
	turn_back(shrink, shrink->mu, shrink->sigma, mu, sigma);
	widen(shrink, group, cov);
	turn_back(shrink, group->mean, cov, phi, fitted->cov);
	for (k = 0; k < clv_real_params(model); k++)
	{
		fitted->par[k] = clv_param_theta(&model->param[k], 1.0, phi[k]);
		fitted->prior.median[k] = clv_param_theta(&model->param[k], 1.0, mu[k]);
		fitted->prior.sd[k] = sqrt(fmax(sigma[CLV_PACK(k, k)], MIN_SPREAD));
	}
	fitted->has_cov = true;
	fitted->has_prior = true;
	fitted->groups = (int) shrink->informed;
	fitted->at_covariates = false;
	fitted->undetermined = false;	/* the pool tells */
	fitted->loglik = 0.0;
	fitted->status = shrink->settled ? CLV_CONVERGED : CLV_NOT_CONVERGED;
	fitted->limit = -1;
	snprintf(fitted->message, sizeof(fitted->message), "%s of %d groups%s%s%s",
			 group->informed ? "shrunk toward the pool" : "the pool",
			 fitted->groups,
			 shrink->untold > 0 ?
			 ", with their prior where they cannot tell how they differ" : "",
			 shrink->settled ? "" : ", which has not settled",
			 group->informed ? "" : ": the fit to this one tells nothing of its own");
}
