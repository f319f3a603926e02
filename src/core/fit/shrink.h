/*
 * shrink.h
 *		Fits to several groups, each drawn to what they have in common.
 *
 *		shrink = clv_shrink_new(n);
 *		for each group: clv_shrink_add(shrink, fitted, &err);
 *		while ((st = clv_shrink_step(shrink)) == CLV_CONTINUE)
 *			take interrupts;
 *		for each group: clv_shrink_result(shrink, i, fitted);
 *		clv_shrink_free(shrink);
 *
 * A step is at most some milliseconds of work.
 */
#ifndef CLV_SHRINK_H
#define CLV_SHRINK_H

#include "fit/fit.h"

typedef struct ClvShrink ClvShrink;

extern ClvShrink *clv_shrink_new(size_t groups);
extern ClvStatus clv_shrink_add(ClvShrink *shrink, const ClvFitted *fitted,
								ClvError *err);
extern ClvStatus clv_shrink_step(ClvShrink *shrink);
extern void clv_shrink_result(const ClvShrink *shrink, size_t i,
							  ClvFitted *fitted);
extern void clv_shrink_free(ClvShrink *shrink);

#endif							/* CLV_SHRINK_H */
