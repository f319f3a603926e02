/*
 * start.c
 *		What several models' starts need to know of a base.
 */
#include "start.h"

#include <math.h>

void
clv_moments(const ClvBase *base, ClvMoments *out)
{
	double		n = 0.0;
	double		x = 0.0;
	double		xx = 0.0;
	double		t = 0.0;
	size_t		i;

	for (i = 0; i < base->ncell; i++)
	{
		const ClvCell *cell = &base->cell[i];

		n += cell->n;
		x += cell->n * base->x[cell->ix];
		xx += cell->n * base->x[cell->ix] * base->x[cell->ix];
		t += cell->n * base->t[cell->it];
	}
	out->mean = (x + 0.5) / (n + 1.0);
	out->variance = xx / (n + 1.0) - out->mean * out->mean;
	out->age = t > 0.0 ? t / (n + 1.0) : 1.0;
}

/* The variance of x is its mean and that of the rates. */
void
clv_start_rate(const ClvMoments *moments, double factor, double *r,
			   double *alpha)
{
	double		mean = moments->mean;
	double		excess = moments->variance - mean;

	*r = excess > 0.0 ? mean * mean / excess : 10.0;
	*r = fmin(fmax(*r, 0.05), 10.0) * factor;
	*alpha = *r * moments->age / mean;
}

/*
 * A customer seen for no time at all has had no chance to do anything: the
 * likelihood is 1 whatever the parameters.
 */
int64_t
clv_observed_customers(const ClvModel *model, const ClvBase *base)
{
	int64_t		usable = 0;
	size_t		i;

	for (i = 0; i < base->ncell; i++)
	{
		if (base->t[base->cell[i].it] > 0.0)
			usable += (int64_t) base->cell[i].n;
	}
	return usable;
}
