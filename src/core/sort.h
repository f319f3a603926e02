/*
 * sort.h
 *		Doubles into ascending order, stepped by the caller.
 *
 *		clv_sort_begin(&sort, value, copy, spare, n);
 *		while (clv_sort_step(&sort) == CLV_CONTINUE)
 *			take interrupts;
 *		... sort.sorted ...
 */
#ifndef CLV_SORT_H
#define CLV_SORT_H

#include <stddef.h>

#include "status.h"

#define CLV_SORT_PASSES		8
#define CLV_SORT_BUCKETS	256

typedef struct ClvSort
{
	const double *value;
	double	   *sorted;			/* "copy" or "spare": where the values are */
	double	   *other;
	size_t		n;
	size_t		at;				/* values done in the present pass */
	int			pass;			/* -1: counting */
	size_t		place[CLV_SORT_PASSES][CLV_SORT_BUCKETS];
} ClvSort;

/* All three arrays hold n values; "value" is left as it is. */
extern void clv_sort_begin(ClvSort *sort, const double *value, double *copy,
						   double *spare, size_t n);
extern ClvStatus clv_sort_step(ClvSort *sort);	/* about a millisecond */

#endif							/* CLV_SORT_H */
