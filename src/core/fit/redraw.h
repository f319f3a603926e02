/*
 * redraw.h
 *		A base drawn anew from a model, for a parametric bootstrap: as many
 *		customers, seen as long as those of the base at hand.
 *
 *		redraw = clv_redraw_new(model, par, base, seed, which);
 *		while ((st = clv_redraw_step(redraw, &err)) == CLV_CONTINUE)
 *			take interrupts;
 *		... clv_redraw_base(redraw) ...
 *		clv_redraw_free(redraw);
 *
 * The same seed and number "which" give the same base.  A step is at most some
 * milliseconds of work.
 */
#ifndef CLV_REDRAW_H
#define CLV_REDRAW_H

#include "model/model.h"

#define CLV_REDRAW_MAX	INT64_C(1073741824) /* customers, 2^30 */

typedef struct ClvRedraw ClvRedraw;

extern ClvRedraw *clv_redraw_new(const ClvModel *model, const double *par,
								 const ClvBase *base, uint64_t seed,
								 uint32_t which);
extern ClvStatus clv_redraw_step(ClvRedraw *redraw, ClvError *err);
extern const ClvBase *clv_redraw_base(const ClvRedraw *redraw);
extern void clv_redraw_free(ClvRedraw *redraw);

#endif							/* CLV_REDRAW_H */
