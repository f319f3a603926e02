/*
 * cbs_state.h
 *		The inside of a clv.cbs, for the files that make up the type.
 *
 * A closed value is VARDATA_ANY(), the canonical encoding, and nothing else.
 * An open state, recognised by a flag bit that no encoding has, is
 *
 *		ClvCbsOpen | base | rows ... free ... pending bases
 *
 * where base is an encoding (or empty), rows are single customers in the order
 * in which they came, or such a row and one that says how many more are like it
 * (CLV_CELLS_MORE), each followed by its covariates, and pending bases are
 * encodings that wait to be merged, each followed by its length, from the end
 * of the value downwards.
 */
#ifndef CLV_CBS_STATE_H
#define CLV_CBS_STATE_H

#include "cbs.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "base/cells.h"

typedef struct ClvCbsOpen
{
	int32		vl_len_;
	uint8		version;
	uint8		flags;
	uint16		ncov;			/* doubles after each row */
	uint32		base_size;
	uint32		nrow;
	uint32		pending_size;
	uint32		unused2;		/* zero */
	ClvLogSum	gaps;			/* of the rows */
} ClvCbsOpen;

#define CLV_CBS_OPEN		0x80	/* it is a state */
#define CLV_CBS_COLUMNS		0x01	/* of the rows: some have no history */

/*
 * Bytes of the largest closed value: its text form, in base 64 after a tag of
 * up to 16 bytes, is to fit into an allocation too, or a table that holds it
 * could not be dumped.
 */
#define CLV_CBS_MAX_BYTES	((MaxAllocSize - 16) / 4 * 3)

#define CLV_CBS_DATA(value)	((const unsigned char *) VARDATA_ANY(value))
#define CLV_CBS_SIZE(value)	((size_t) VARSIZE_ANY_EXHDR(value))

static inline bool
clv_cbs_is_open(const struct varlena *value)
{
	return CLV_CBS_SIZE(value) >= 2 &&
		(CLV_CBS_DATA(value)[1] & CLV_CBS_OPEN) != 0;
}

/*
 * The detoasted closed value of a datum, with a header of either length: the
 * datum itself, or a copy that PG_FREE_IF_COPY frees.
 */
extern struct varlena *clv_cbs_canonical(Datum datum);

#define PG_GETARG_CLV_CBS(n)	clv_cbs_canonical(PG_GETARG_DATUM(n))

extern ClvCellsHead clv_cbs_head(const struct varlena *closed);

/*
 * "covariates" is NULL when the row has none; "gaps" is NULL when it does not
 * come from a history.
 */
extern struct varlena *clv_cbs_append(struct varlena *state,
									  const ClvCustomer *row,
									  const ClvCustomerCovariates *covariates,
									  const ClvLogSum *gaps);

/* "customers" of at least 1 with the same row. */
extern struct varlena *clv_cbs_append_many(struct varlena *state,
										   const ClvCustomer *row,
										   const ClvCustomerCovariates *covariates,
										   int64 customers);

/* All customers of "value", a value or a state, join those of "state". */
extern struct varlena *clv_cbs_absorb(struct varlena *state, Datum value);

#endif							/* CLV_CBS_STATE_H */
