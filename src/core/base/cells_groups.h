/*
 * cells_groups.h
 *		Customers apart by their covariates, in the stored form of a base.
 *
 * Beside the cells of all customers, the encoding of a base with covariates has
 * a section that lists the distinct vectors of them and, with each, the
 * encoding of a base of those customers alone.  docs/storage.md has the layout.
 */
#ifndef CLV_CELLS_GROUPS_H
#define CLV_CELLS_GROUPS_H

#include "base/cells.h"

/* Along the section, group by group, without decoding any. */
typedef struct ClvGroupsWalk
{
	ClvSpan		in;
	int			ncov;
	size_t		ngroup;
	size_t		next;			/* groups passed */
} ClvGroupsWalk;

typedef struct ClvGroupBytes
{
	const unsigned char *v;		/* ncov doubles, encoded */
	ClvSpan		base;			/* the encoding of its customers */
} ClvGroupBytes;

extern ClvStatus clv_groups_walk(ClvGroupsWalk *walk, ClvSpan section,
								 ClvError *err);
extern ClvStatus clv_groups_next(ClvGroupsWalk *walk, ClvGroupBytes *group,
								 ClvError *err);

/* The encoding that follows a vector which clv_groups_next() has found. */
extern ClvSpan clv_groups_base(const unsigned char *v, int ncov);

/* The doubles of a vector. */
extern void clv_groups_vector(const unsigned char *v, int ncov, double *out);

/* Decoding all groups, into the base whose section it is.  Stepped. */
typedef struct ClvGroupsReader
{
	ClvGroupsWalk walk;
	ClvBase    *base;
	bool		reading;		/* a group's base */
	ClvCellsReader reader;
	ClvCells	cells;
} ClvGroupsReader;

extern void clv_groups_read_begin(ClvGroupsReader *groups, ClvCells *cells);
extern ClvStatus clv_groups_read_step(ClvGroupsReader *groups, ClvError *err);
extern void clv_groups_read_end(ClvGroupsReader *groups);

/*
 * Making the section of rows and of the sections of other bases, all with ncov
 * covariates.  What is added must stay where it is until the last step, and
 * rows must come first (cells_covariates.c).
 */
typedef struct ClvGrouping ClvGrouping;

extern ClvGrouping *clv_grouping_new(int ncov);
extern ClvStatus clv_grouping_add_rows(ClvGrouping *grouping,
									   const ClvCustomer *row, size_t n);
extern ClvStatus clv_grouping_add_section(ClvGrouping *grouping,
										  ClvSpan section);
extern ClvStatus clv_grouping_step(ClvGrouping *grouping, ClvError *err);
extern ClvSpan clv_grouping_section(const ClvGrouping *grouping);
extern size_t clv_grouping_cells(const ClvGrouping *grouping);

/* All rows without what follows them. */
extern const ClvCustomer *clv_grouping_rows(const ClvGrouping *grouping,
											size_t *n);
extern void clv_grouping_free(ClvGrouping *grouping);

/* Doubles from one row to the next. */
static inline size_t
clv_row_stride(int ncov)
{
	return sizeof(ClvCustomer) / sizeof(double) + ncov;
}

#endif							/* CLV_CELLS_GROUPS_H */
