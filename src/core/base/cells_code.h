/*
 * cells_code.h
 *		What the files that make, write and read a base share.
 */
#ifndef CLV_CELLS_CODE_H
#define CLV_CELLS_CODE_H

#include <string.h>

#include "base/cells.h"

#define FLAG_COLUMNS	0x01	/* a customer came from columns: the unit and
								 * the gaps are not known */
#define FLAG_CALENDAR	0x02	/* reserved: as_of, and the repeat purchases of
								 * each calendar day; neither written nor read
								 * by this version */
#define FLAGS_KNOWN		FLAG_COLUMNS

#define MAX_CENTS		35184372088832.0	/* 2^45: cents stay distinct */

/* Bits of the first number of a cell or spend cell. */
#define CELL_MANY		1		/* more than one customer: a count follows */
#define CELL_NEW_X		2		/* another x than the cell before */
#define SPEND_RAW		4		/* m is raw, not in cents */

enum
{
	STAGE_HEAD, STAGE_X, STAGE_TX, STAGE_T, STAGE_CELLS, STAGE_SPEND,
	STAGE_DONE
};

/*
 * A mean of x amounts in whole cents is stored as its total in cents, when
 * that gives back the same float8.
 */
static inline double
clv_cents_mean(uint64_t cents, double x)
{
	return (double) cents / 100.0 / x;
}

/* ---- elements ---- */

/* How many elements the stage has; the head counts as none. */
static inline size_t
clv_stage_elements(int stage, const ClvBase *base)
{
	switch (stage)
	{
		case STAGE_X:
			return base->nx;
		case STAGE_TX:
			return base->ntx;
		case STAGE_T:
			return base->nt;
		case STAGE_CELLS:
			return base->ncell;
		case STAGE_SPEND:
			return base->nspend;
	}
	return 0;
}

/* Fill in "err": the bytes cannot be decoded. */
extern ClvStatus clv_cells_malformed(ClvError *err);

/* The same: they can, but no encoder would write them. */
extern ClvStatus clv_cells_refuse(ClvError *err, const char *why);

/*
 * As ClvCellsCheck, but of covariates only where they end (cells_check.c); the
 * customers are there when it has come to its end.
 */
typedef struct ClvPlainCheck ClvPlainCheck;

extern ClvPlainCheck *clv_plain_check_new(const unsigned char *data,
										  size_t size);
extern ClvStatus clv_plain_check_step(ClvPlainCheck *check, ClvError *err);
extern const ClvCells *clv_plain_check_cells(const ClvPlainCheck *check);
extern void clv_plain_check_free(ClvPlainCheck *check);

static inline size_t
clv_slice_end(size_t from, size_t n)
{
	return n - from > CLV_CELLS_SLICE ? from + CLV_CELLS_SLICE : n;
}

#endif							/* CLV_CELLS_CODE_H */
