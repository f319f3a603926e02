/*
 * sort.h
 *		Doubles into ascending order, stepped by the caller.
 *
 *		clv_sort_begin(&sort, value, n, space);
 *		while (clv_sort_step(&sort) == CLV_CONTINUE)
 *			take interrupts;
 *		... sort.sorted ...
 */
#ifndef CLV_SORT_H
#define CLV_SORT_H

#include "math/radix.h"

typedef struct ClvSort
{
	const double *value;
	double	   *sorted;			/* in the space, when done */
	size_t		n;
	size_t		at;				/* values done in the present stage */
	int			stage;
	ClvRadix	radix;
} ClvSort;

/* Bytes of scratch for n values. */
extern size_t clv_sort_space(size_t n);

/* "value" is left as it is. */
extern void clv_sort_begin(ClvSort *sort, const double *value, size_t n,
						   void *space);
extern ClvStatus clv_sort_step(ClvSort *sort);	/* about a millisecond */

#endif							/* CLV_SORT_H */
