/*
 * cbs.h
 *		The type clv.cbs for other parts of the glue: reading a base, and
 *		building one row by row in an aggregate.
 *
 * A base is a varlena.  A value is closed: its bytes are the one canonical
 * encoding of its customers (src/core/cells.h).  The state of an aggregate is
 * of the same type but open: it has room for rows that are not sorted in yet.
 * Everything that takes a value takes an open state too.
 */
#ifndef CLV_CBS_H
#define CLV_CBS_H

#include "clv.h"

#include "model/model.h"

/*
 * The base in its decoded form, for a fit; it belongs to the memory context
 * and is freed with it.  clv_cbs_get_cells() leaves out the groups, for who
 * does not ask for covariates.
 */
extern const ClvBase *clv_cbs_get_base(Datum cbs, MemoryContext context);
extern const ClvBase *clv_cbs_get_cells(Datum cbs, MemoryContext context);

/*
 * Transition functions.  clv_cbs_state() is argument 0 of the aggregate's
 * transition function, NULL at the beginning, and raises where there is no
 * aggregate; the others take a state (or NULL), change it in place where there
 * is room and return it, else return a new one in the current memory context.
 * They raise 22023 for a row that cannot be.
 */
extern struct varlena *clv_cbs_state(FunctionCallInfo fcinfo);

/* One customer; monetary may be NULL. */
extern struct varlena *clv_cbs_add_row(struct varlena *state,
									   double frequency, double recency,
									   double t, const double *monetary);

/* One customer of whom only the spend is known. */
extern struct varlena *clv_cbs_add_spend(struct varlena *state,
										 double frequency,
										 const double *monetary);

/*
 * What a one-step fit is asked: travels in its state.  The first call writes
 * it; a later one that brings something else raises 22023.
 */
typedef struct ClvCbsRequest
{
	const char *model;			/* not terminated; points into the state */
	int			length;			/* of the name */
	double		unit_days;
} ClvCbsRequest;

extern struct varlena *clv_cbs_set_request(struct varlena *state,
										   const ClvCbsRequest *request);
extern bool clv_cbs_get_request(const struct varlena *state,
								ClvCbsRequest *request);

/*
 * clv._cbs_combine(clv.cbs, clv.cbs), the transition function of rollup, is the
 * combine function of every aggregate with such a state.
 */

#endif							/* CLV_CBS_H */
