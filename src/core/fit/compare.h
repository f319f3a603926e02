/*
 * compare.h
 *		Several models fitted to one base, side by side, each tested against the
 *		one in which nobody ever leaves (clv_baseline).
 *
 *		comparison = clv_comparison_new(base, models, n, draws, seed);
 *		while ((st = clv_comparison_step(comparison, &err)) == CLV_CONTINUE)
 *			take interrupts;
 *		... clv_comparison_result(comparison, i) ...
 *		clv_comparison_free(comparison);
 *
 * The test is a parametric bootstrap (McLachlan, Applied Statistics 36, 1987):
 * on the boundary of the parameters a likelihood ratio has no chi-square
 * distribution.  A step is at most some milliseconds of work; the base must
 * outlive the comparison.
 */
#ifndef CLV_COMPARE_H
#define CLV_COMPARE_H

#include "fit/fit.h"

/* One model of the comparison. */
typedef struct ClvCompared
{
	const ClvModel *model;
	ClvFitted	fit;
	bool		tested;			/* not if opportunities are counted: then the
								 * likelihoods are of different data */
	double		ratio;			/* twice the log-likelihood above the baseline's */
	int			reached;		/* draws whose ratio is as high */
} ClvCompared;

typedef struct ClvComparison ClvComparison;

/*
 * With "draws" of 0 nothing is tested.  The base can be used by clv_baseline,
 * and has at most CLV_REDRAW_MAX customers where there are draws.  NULL: no
 * memory.
 */
extern ClvComparison *clv_comparison_new(const ClvBase *base,
										 const ClvModel *const *model, int n,
										 int draws, uint64_t seed);
extern ClvStatus clv_comparison_step(ClvComparison *comparison, ClvError *err);

/* The model that the next step fits to the base itself; -1: none of them. */
extern int	clv_comparison_at(const ClvComparison *comparison);

extern const ClvCompared *clv_comparison_result(const ClvComparison *comparison,
												int i);

/*
 * The p-value of the test that nobody ever leaves, (reached + 1) / (draws + 1)
 * (Davison & Hinkley, Bootstrap Methods, 1997, eq. 4.11); NaN for the baseline
 * itself, and where it was not tested.
 */
extern double clv_comparison_p_value(const ClvComparison *comparison, int i);

extern void clv_comparison_free(ClvComparison *comparison);

#endif							/* CLV_COMPARE_H */
