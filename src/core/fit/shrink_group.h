/*
 * shrink_group.h
 *		What one of several fits to be shrunk brings.
 */
#ifndef CLV_SHRINK_GROUP_H
#define CLV_SHRINK_GROUP_H

#include "fit/fit.h"

/* All zero of a fit without a covariance. */
typedef struct ClvShrinkInput
{
	double		info[CLV_PACKED(CLV_MAX_OWN)];	/* J */
	double		pull[CLV_MAX_OWN];	/* h; both in phi, then in psi */
	double		told[CLV_PACKED(CLV_MAX_OWN)];	/* more than its prior, by
												 * direction, in sd */
	double		center[CLV_MAX_OWN];	/* of its prior: phi of medians */
	double		weight[CLV_MAX_OWN];	/* 1 / sd^2; 0: it has none */
} ClvShrinkInput;

typedef struct ClvShrinkGroup
{
	bool		informed;		/* the fit knows something */
	ClvShrinkInput input;
	double		mean[CLV_MAX_OWN];	/* m */
	double		cov[CLV_PACKED(CLV_MAX_OWN)];	/* V */
} ClvShrinkGroup;

/* A group that is all zero so far. */
extern void clv_shrink_group_set(ClvShrinkGroup *group, const ClvFitted *fit);

/* By the bytes of their input, for qsort() of pointers to groups. */
extern int	clv_shrink_group_compare(const void *a, const void *b);

#endif							/* CLV_SHRINK_GROUP_H */
