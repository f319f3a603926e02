/*
 * dropout_knots.h
 *		The cells of a base in groups that share their times.
 */
#ifndef CLV_DROPOUT_KNOTS_H
#define CLV_DROPOUT_KNOTS_H

#include <stdbool.h>

#include "base/base.h"

/* A group has no more times than this: work between two interrupts. */
#define CLV_MAX_KNOTS	2048

/* Neighbouring cells of one x, and their times in ascending order. */
typedef struct ClvKnotGroup
{
	size_t		cell;			/* the first */
	size_t		cells;
	size_t		knot;			/* the first, in ClvKnots.time */
	size_t		knots;
} ClvKnotGroup;

/* A cell's T and t_x among its group's times; T twice where t_x is left out. */
typedef struct ClvPlace
{
	uint16_t	t;
	uint16_t	tx;
} ClvPlace;

typedef struct ClvKnots
{
	const ClvBase *base;
	bool		recencies;		/* t_x are among the times */
	size_t		most;			/* times that a group can have */
	ClvPlace   *place;			/* of each cell */
	ClvKnotGroup   *group;
	size_t		ngroup;
	size_t		groups;			/* there is room for */
	double	   *time;			/* group by group */
	size_t		ntime;
	size_t		times;			/* there is room for */
	size_t	   *seen;			/* of each t_x: 1 + last group to have it */
	uint16_t   *rank;			/* and its place there */
} ClvKnots;

/* False: no memory; free it all the same. */
extern bool clv_knots_init(ClvKnots *knots, const ClvBase *base, bool recencies);
extern void clv_knots_free(ClvKnots *knots);

/* Find the group that begins with this cell; false if there is no memory. */
extern bool clv_knots_next(ClvKnots *knots, size_t first);

#endif							/* CLV_DROPOUT_KNOTS_H */
