/*
 * shrink_group.c
 *		What one of several fits to be shrunk brings.
 *
 * Of a fit with a prior, the prior is taken out again: it was there to keep the
 * fit in bounds, and the pool does so now.  Where the data of one fit say less
 * than its prior, the top of their parabola would be far from where it was
 * taken, and may be anywhere.  It is looked for no farther from the fit than
 * the fit is from the prior's median; J says how little that is worth.
 */
#include "fit/shrink_group.h"

#include <math.h>
#include <string.h>

#include "fit/newton.h"
#include "math/packed.h"
#include "model/param.h"

#define TINY	1e-16			/* eigenvalue of a covariance, at least */

/* phi of the prior's medians and its sd, or what does for no prior. */
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
set_parabola(ClvShrinkInput *input, const ClvFitted *fit)
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
				(clv_param_phi(&fit->model->param[i], 1.0, fit->par[i]) - center[i]);
		for (i = 0; i < n; i++)
		{
			input->pull[i] += info * at * reach * v[i] / sd[i];
			for (j = 0; j <= i; j++)
			{
				input->told[CLV_PACK(i, j)] += told * v[i] * v[j];
				input->info[CLV_PACK(i, j)] += info * v[i] / sd[i] * v[j] / sd[j];
			}
		}
	}
	clv_packed_times(input->info, center, n, shift);
	for (i = 0; i < n; i++)
		input->pull[i] += shift[i];
}

void
clv_shrink_group_set(ClvShrinkGroup *group, const ClvFitted *fit)
{
	double		sd[CLV_MAX_OWN];
	int			i;

	group->informed = fit->has_cov;
	if (!fit->has_cov)
		return;
	set_parabola(&group->input, fit);
	if (!fit->has_prior)
		return;
	prior_of(fit, group->input.center, sd);
	for (i = 0; i < clv_real_params(fit->model); i++)
		group->input.weight[i] = 1.0 / (sd[i] * sd[i]);
}

int
clv_shrink_group_compare(const void *a, const void *b)
{
	const ClvShrinkGroup *l = *(ClvShrinkGroup *const *) a;
	const ClvShrinkGroup *r = *(ClvShrinkGroup *const *) b;

	return memcmp(&l->input, &r->input, sizeof(ClvShrinkInput));
}
