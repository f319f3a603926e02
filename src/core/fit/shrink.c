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
 * Of a fit with a prior, the prior is taken out again: it was there to keep the
 * fit in bounds, and the pool does so now.  Where the data of one fit say less
 * than its prior, the top of their parabola would be far from where it was
 * taken, and may be anywhere.  It is looked for no farther from the fit than
 * the fit is from the prior's median; J_i says how little that is worth.
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
#include "math/leap.h"
#include "math/packed.h"

#define GROUPS_A_STEP	256
#define MAX_SWEEPS		3000
#define REST			0.05	/* in lnL, that may be left to gain after those */
#define SETTLED			1e-7	/* change of mu and Sigma in a sweep */
#define MIN_SPREAD		1e-6	/* eigenvalue of Sigma: 0.1 % between groups */
#define TINY			1e-16	/* the same of what cannot be singular */
#define ENOUGH			1.999	/* groups that tell how they differ */

typedef struct Group
{
	bool		informed;		/* the fit knows something */
	double		info[CLV_PACKED(CLV_MAX_OWN)];	/* J */
	double		pull[CLV_MAX_OWN];	/* h; both in phi, then in psi */
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

/* ln of the prior's medians and its sd, or what does for no prior. */
static void
prior_of(const ClvFitted *fit, double *center, double *sd)
{
	int			i;

	for (i = 0; i < clv_real_params(fit->model); i++)
	{
		center[i] = 0.0;
		sd[i] = 1.0;
		if (fit->has_prior)
		{
			center[i] = clv_prior_center(fit->model, &fit->prior, i);
			sd[i] = fit->prior.sd[i];
		}
	}
}

/*
 * The parabola of the likelihood, from where the fit is and how it bends, along
 * the axes of its covariance in units of the prior.  One that bends upwards is
 * taken for flat.
 */
static void
set_group(ClvShrink *shrink, const ClvFitted *fit, Group *group)
{
	int			n = clv_real_params(fit->model);
	double		center[CLV_MAX_OWN];
	double		sd[CLV_MAX_OWN];
	double		shift[CLV_MAX_OWN];
	double		scaled[CLV_PACKED(CLV_MAX_OWN)];
	ClvEigen	eigen;
	int			i;
	int			j;
	int			k;

	prior_of(fit, center, sd);
	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
			scaled[CLV_PACK(i, j)] = fit->cov[CLV_PACK(i, j)] / sd[i] / sd[j];
	}
	clv_eigen(scaled, n, &eigen);
	for (k = 0; k < n; k++)
	{
		const double *v = eigen.vector[k];
		double		info = 1.0 / fmax(eigen.value[k], TINY);
		double		told = 1.0;
		double		reach = 1.0;	/* the parabola's top, of the fit's place */
		double		at = 0.0;

		if (fit->has_prior)
		{
			info = fmax(info - 1.0, 0.0);
			told = fmin(info, 1.0);
			reach = 1.0 + 1.0 / fmax(info, 1.0);
		}
		for (i = 0; i < n; i++)
			at += v[i] / sd[i] *
				(log(fit->par[i] - fit->model->param[i].lower) - center[i]);
		for (i = 0; i < n; i++)
		{
			group->pull[i] += info * at * reach * v[i] / sd[i];
			for (j = 0; j <= i; j++)
			{
				shrink->told[CLV_PACK(i, j)] += told * v[i] * v[j];
				group->info[CLV_PACK(i, j)] += info * v[i] / sd[i] * v[j] / sd[j];
			}
		}
	}
	clv_packed_times(group->info, center, n, shift);
	for (i = 0; i < n; i++)
		group->pull[i] += shift[i];
}

/* What the fits were thought to be like before. */
static void
add_prior(ClvShrink *shrink, const ClvFitted *fit)
{
	double		center[CLV_MAX_OWN];
	double		sd[CLV_MAX_OWN];
	int			i;

	prior_of(fit, center, sd);
	for (i = 0; i < clv_real_params(fit->model); i++)
	{
		shrink->center[i] += center[i] / (sd[i] * sd[i]);
		shrink->weight[i] += 1.0 / (sd[i] * sd[i]);
	}
	shrink->priors++;
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
	shrink->group[shrink->ngroup].informed = fitted->has_cov;
	if (fitted->has_cov)
	{
		set_group(shrink, fitted, &shrink->group[shrink->ngroup]);
		if (fitted->has_prior)
			add_prior(shrink, fitted);
		shrink->informed++;
	}
	shrink->ngroup++;
	return CLV_OK;
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
turn(const ClvShrink *shrink, Group *group)
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
		set_axes(shrink);
	for (; shrink->turned < end; shrink->turned++)
	{
		Group	   *group = &shrink->group[shrink->turned];

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
expect(ClvShrink *shrink, Group *group)
{
	int			n = clv_real_params(shrink->model);
	double		precision[CLV_PACKED(CLV_MAX_OWN)];
	double		by_mu[CLV_PACKED(CLV_MAX_OWN)];
	double		pull[CLV_MAX_OWN];
	ClvMatrix	own;
	int			i;
	int			j;

	for (i = 0; i < CLV_PACKED(n); i++)
		precision[i] = group->info[i] + shrink->inverse[i];
	clv_packed_times(shrink->inverse, shrink->mu, n, pull);
	for (i = 0; i < n; i++)
		pull[i] += group->pull[i];
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
	clv_packed_product(group->cov, group->info, n, own);
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
		expect(shrink, &shrink->group[shrink->done]);
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
widen(const ClvShrink *shrink, const Group *group, double *cov)
{
	int			n = clv_real_params(shrink->model);
	double		by_mu[CLV_PACKED(CLV_MAX_OWN)];
	ClvMatrix	own;
	int			i;
	int			j;

	clv_packed_product(group->cov, group->info, n, own);
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
	const Group *group = &shrink->group[i];
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
		double		lower = model->param[k].lower;

		fitted->par[k] = lower + exp(phi[k]);
		fitted->prior.median[k] = lower + exp(mu[k]);
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
