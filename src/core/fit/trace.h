/*
 * trace.h
 *		The way that a search went.
 */
#ifndef CLV_TRACE_H
#define CLV_TRACE_H

#include "fit/optimum.h"

#define CLV_MAX_PATH	256		/* points kept: the first ones */

typedef struct ClvPath
{
	int			n;
	double		phi[CLV_MAX_PATH][CLV_MAX_PARAM];
	double		loglik[CLV_MAX_PATH];
} ClvPath;

extern void clv_path_add(ClvPath *path, const ClvPoint *point, int nparam);

/* Is the point between two steps of the path, and its likelihood too? */
extern bool clv_path_meets(const ClvPath *path, const ClvPoint *point,
						   int nparam, double within);

#endif							/* CLV_TRACE_H */
