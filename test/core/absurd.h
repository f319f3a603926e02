/*
 * absurd.h
 *		Parameters that no fit has but that are taken, and what a call costs.
 */
#ifndef CLV_ABSURD_H
#define CLV_ABSURD_H

#include <time.h>

#include "model/model.h"
#include "math/random.h"

#define LENGTH(a)	((int) (sizeof(a) / sizeof((a)[0])))

#define MOST_MS		100.0		/* of processor time, for one call */

static ClvRandom chance;

static double
uniform(void)
{
	return clv_random_uniform(&chance);
}

static double
pick(const double *from, int n)
{
	return from[(int) (n * uniform())];
}

static double
milliseconds(void)
{
	struct timespec at;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return 1e3 * at.tv_sec + 1e-6 * at.tv_nsec;
}

static const double absurd_par[] = {
	5e-324, 1e-300, 1e-101, 1e-100, 1e-99, 1e-50, 1e-30, 1e-16, 1e-10, 1e-5,
	0.01, 1.0, 100.0, 1e5, 1e8, 1e10, 1e16, 1e30, 1e50, 1e99, 1e100, 1e149, 1e150, 1e151,
	1e300, 1.7e308
};

/* How absurd: the chance that a parameter is not an ordinary one. */
static void
draw_parameters(const ClvModel *m, double absurd, double *par)
{
	int			i;

	for (i = 0; i < m->nparam; i++)
	{
		if (clv_is_whole(m, i))
			par[i] = 1.0 + floor(m->most * uniform());
		else if (uniform() < absurd)
			par[i] = pick(absurd_par, LENGTH(absurd_par));
		else if (uniform() < 0.5 * absurd)
			par[i] = exp(230.0 * (2.0 * uniform() - 1.0));
		else
			par[i] = exp(3.0 * (2.0 * uniform() - 1.0));
	}
}

#endif							/* CLV_ABSURD_H */
