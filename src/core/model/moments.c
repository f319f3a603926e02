/*
 * moments.c
 *		What solver and models need to know of a base before a search begins.
 */
#include "model/moments.h"

#include <math.h>

#define CELLS_A_STEP	32768

static void
add_cell(ClvMoments *moments, const ClvBase *base, size_t i)
{
	const ClvCell *cell = &base->cell[i];
	double		x = base->x[cell->ix];

	moments->n += cell->n;
	moments->x += cell->n * x;
	moments->xx += cell->n * x * x;
	moments->t += cell->n * base->t[cell->it];
	moments->again += x > 0.0 ? cell->n : 0.0;
	moments->longest = fmax(moments->longest, base->t[cell->it]);
	moments->latest = fmax(moments->latest, base->tx[cell->itx]);
}

static void
add_spend(ClvMoments *moments, const ClvSpend *spend)
{
	moments->spenders += spend->n;
	moments->ln_spend += spend->n * log(spend->m);
}

static void
add_tenure(ClvMoments *moments, const ClvTenure *tenure)
{
	moments->lost += tenure->lost;
	moments->decisions += tenure->t * (tenure->lost + tenure->stay);
	moments->longest = fmax(moments->longest, tenure->t);
}

bool
clv_moments_step(ClvMoments *moments, const ClvBase *base)
{
	size_t		all = base->ncell + base->nspend + base->ntenure;
	size_t		stop = moments->done + CELLS_A_STEP;

	for (; moments->done < stop && moments->done < all; moments->done++)
	{
		size_t		i = moments->done;

		if (i < base->ncell)
			add_cell(moments, base, i);
		else if (i - base->ncell < base->nspend)
			add_spend(moments, &base->spend[i - base->ncell]);
		else
			add_tenure(moments, &base->tenure[i - base->ncell - base->nspend]);
	}
	return moments->done == all;
}

double
clv_moments_age(const ClvMoments *moments)
{
	return moments->t > 0.0 ? moments->t / moments->n : 1.0;
}

double
clv_moments_spend(const ClvMoments *moments)
{
	return moments->spenders > 0.0 ? exp(moments->ln_spend / moments->spenders) : 1.0;
}

double
clv_start_age(const ClvMoments *moments)
{
	return moments->t > 0.0 ? moments->t / (moments->n + 1.0) : 1.0;
}

/* The variance of x is its mean and that of the rates. */
void
clv_start_rate(const ClvMoments *moments, double factor, double *r,
			   double *alpha)
{
	double		mean = (moments->x + 0.5) / (moments->n + 1.0);
	double		variance = moments->xx / (moments->n + 1.0) - mean * mean;
	double		excess = variance - mean;

	*r = excess > 0.0 ? mean * mean / excess : 10.0;
	*r = fmin(fmax(*r, 0.05), 10.0) * factor;
	*alpha = *r * clv_start_age(moments) / mean;
}

/*
 * A customer seen for no time at all has had no chance to do anything: the
 * likelihood is 1 whatever the parameters.  (Cells of these come first.)
 */
bool
clv_anyone_observed(const ClvModel *model, const ClvBase *base)
{
	size_t		i;

	for (i = 0; i < base->ncell; i++)
	{
		if (base->t[base->cell[i].it] > 0.0)
			return true;
	}
	return false;
}
