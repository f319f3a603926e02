/*
 * rfm.h
 *		The type clv.rfm as other files see it: a varlena around a history.
 */
#ifndef CLV_RFM_H
#define CLV_RFM_H

#include "clv.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "access/tupdesc.h"
#include "utils/array.h"
#include "utils/date.h"

#include "history/history.h"

/*
 * A detoasted value, with a header of either length, in canonical form.  It is
 * the argument itself or a copy, which PG_FREE_IF_COPY frees.
 */
extern struct varlena *clv_rfm_canonical(Datum datum);

/*
 * What as_of and refunds ask of a history (NULL is 'net'); 22023 when one of
 * them cannot be.
 */
extern ClvRefunds clv_rfm_policy(DateADT as_of, const text *refunds);

/* The row type of a function's result, looked up once a query. */
extern TupleDesc clv_rfm_result_type(FunctionCallInfo fcinfo);

/* Periods that a history is looked at in, by clv.periods and the like. */
#define CLV_MAX_PERIODS	1000000

/*
 * The days on which periods begin, and after them the one after the last;
 * 22023 when the array is no such thing.  "n" is the number of days.
 */
extern const DateADT *clv_rfm_bounds(ArrayType *array, int *n);

#define PG_GETARG_CLV_RFM(n)	clv_rfm_canonical(PG_GETARG_DATUM(n))

#define CLV_RFM_DATA(value)		((unsigned char *) VARDATA_ANY(value))
#define CLV_RFM_SIZE(value)		((size_t) VARSIZE_ANY_EXHDR(value))

/* For those that build histories. */
extern struct varlena *clv_rfm_allocate(size_t size);
extern struct varlena *clv_rfm_compact(struct varlena *value, size_t size);

#endif							/* CLV_RFM_H */
