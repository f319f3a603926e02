/*
 * cells_parts.h
 *		Rows and encoded bases, none with covariates, become one encoded base.
 *
 * For the files that make bases: cells_pack.c puts all customers together by
 * this, and cells_covariates.c those of a group.
 */
#ifndef CLV_CELLS_PARTS_H
#define CLV_CELLS_PARTS_H

#include "base/cells.h"

typedef struct ClvPart
{
	const ClvCustomer *row;		/* rows, or else */
	const unsigned char *data;	/* an encoding */
	size_t		size;			/* of either, in rows or bytes */
	int			ncov;			/* doubles after each row */
	bool		has_gaps;		/* rows only */
	ClvLogSum	gaps;
	size_t		weight;			/* about how many cells */
	bool		loaded;
	ClvCells	cells;
} ClvPart;

typedef struct ClvParts ClvParts;

/*
 * What is added must stay where it is until the last step.  Rows with ncov > 0
 * are only kept for the caller, who is to put others in their place.
 */
extern ClvParts *clv_parts_new(void);
extern ClvStatus clv_parts_rows(ClvParts *parts, const ClvCustomer *row,
								size_t n, int ncov, const ClvLogSum *gaps);
extern ClvStatus clv_parts_base(ClvParts *parts, const unsigned char *data,
								size_t size);
extern ClvStatus clv_parts_request(ClvParts *parts,
								   const unsigned char *request, size_t size,
								   ClvError *err);

/* Those that were added, before the first step. */
extern ClvPart *clv_parts_came(ClvParts *parts, size_t *n);

/* The encoded covariates of the result, before the last step; not copied. */
extern void clv_parts_covariates(ClvParts *parts, ClvSpan section);

extern ClvStatus clv_parts_step(ClvParts *parts, ClvError *err);
extern const unsigned char *clv_parts_result(const ClvParts *parts,
											 size_t *size);

/* How many cells it has. */
extern size_t clv_parts_cells(const ClvParts *parts);
extern void clv_parts_free(ClvParts *parts);

#endif							/* CLV_CELLS_PARTS_H */
