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

/* ---- numbers and doubles, in and out ---- */

#define MAX_NUMBER		10		/* bytes of one */

/* The next number, of at most 64 bits. */
static inline bool
clv_get_number(ClvCellsBytes *in, uint64_t *v)
{
	int			shift;

	if (in->data < in->end && *in->data < 0x80)
	{
		*v = *in->data++;
		return true;
	}
	*v = 0;
	for (shift = 0; shift < 64 && in->data < in->end; shift += 7)
	{
		unsigned char byte = *in->data++;

		if (shift == 63 && byte > 1)
			return false;
		*v |= (uint64_t) (byte & 0x7f) << shift;
		if (byte < 0x80)
			return true;
	}
	return false;
}

/* Eight bytes, high byte first, as a number that has the double's bits. */
static inline uint64_t
clv_double_bits_at(const unsigned char *data)
{
	uint64_t	bits = 0;
	int			i;

	for (i = 0; i < 8; i++)
		bits = bits << 8 | data[i];
	return bits;
}

static inline bool
clv_get_double(ClvCellsBytes *in, double *v)
{
	uint64_t	bits;

	if (in->end - in->data < 8)
		return false;
	bits = clv_double_bits_at(in->data);
	in->data += 8;
	memcpy(v, &bits, sizeof(bits));
	return true;
}

/* Both return where the next byte goes. */
static inline unsigned char *
clv_put_number(unsigned char *to, uint64_t v)
{
	while (v >= 0x80)
	{
		*to++ = (unsigned char) (v | 0x80);
		v >>= 7;
	}
	*to++ = (unsigned char) v;
	return to;
}

static inline unsigned char *
clv_put_double(unsigned char *to, double v)
{
	uint64_t	bits;
	int			shift;

	memcpy(&bits, &v, sizeof(bits));
	for (shift = 56; shift >= 0; shift -= 8)
		*to++ = (unsigned char) (bits >> shift);
	return to;
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

/* The customers of a check that has come to its end. */
extern const ClvCells *clv_cells_check_cells(const ClvCellsCheck *check);

static inline size_t
clv_slice_end(size_t from, size_t n)
{
	return n - from > CLV_CELLS_SLICE ? from + CLV_CELLS_SLICE : n;
}

#endif							/* CLV_CELLS_CODE_H */
