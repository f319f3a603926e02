/*
 * breaks.h
 *		Natural breaks: sorted values into k classes with the least sum of
 *		squared distances to the class means, exactly, stepped by the caller.
 */
#ifndef CLV_BREAKS_H
#define CLV_BREAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "math/twofold.h"
#include "status.h"

#define CLV_MAX_CLASSES	256

typedef struct ClvBreaks
{
	const double *value;		/* ascending, n of them */
	size_t		n;
	size_t		at;				/* of them taken in */
	int			k;				/* classes; at most "distinct" in the end */
	double		scale;			/* power of two that brings values below 1 */
	double		centre;			/* of the scaled values */

	/* one entry a distinct value, and for the sums one for "none" before */
	size_t		distinct;
	double	   *level;			/* the distinct values */
	double	   *weight;			/* sums of their counts, */
	ClvTwofold *first;			/* of (value - centre), */
	ClvTwofold *second;			/* and of (value - centre)^2 */

	/* best[b]: least cost of the lowest b in as many classes as done */
	double	   *best;
	double	   *next;
	uint32_t   *from;			/* [class - 2][b]: where the top class starts */

	/* where we are */
	int			layer;			/* classes being tried; 0: taking in */
	size_t		stride;
	size_t		row;
	size_t		a;				/* candidate start of the top class, */
	size_t		last;			/* the last one, */
	size_t		found;			/* and the best so far */
	bool		scanning;
} ClvBreaks;

/* Bytes of scratch for n values and k classes (k in 1 .. CLV_MAX_CLASSES). */
extern size_t clv_breaks_space(size_t n, int k);

/* Begin; n >= 1 ascending finite values, fewer than 2^32. */
extern void clv_breaks_begin(ClvBreaks *breaks, const double *value, size_t n,
							 int k, void *space);
extern ClvStatus clv_breaks_step(ClvBreaks *breaks);	/* a millisecond or two */

/*
 * The smallest value of each class but the lowest, from the top: one fewer
 * than there are classes.  Returns how many; there are as many classes as
 * distinct values when those are fewer than k.
 */
extern size_t clv_breaks_result(const ClvBreaks *breaks, double *cutoff);

#endif							/* CLV_BREAKS_H */
