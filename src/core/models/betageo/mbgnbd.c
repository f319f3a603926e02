/*
 * mbgnbd.c
 *		The MBG/NBD model.
 *
 * Batislam, Denizel & Filiztekin (2007), "Empirical validation and comparison
 * of models for customer base analysis", International Journal of Research in
 * Marketing 24, 201-209.  As BG/NBD, but a customer may leave right after the
 * first purchase as well.
 */
#include "model/moments.h"
#include "models/betageo/betageo.h"

const ClvModel clv_mbgnbd = {
	.name = "mbgnbd",
	.kind = CLV_TRANSACTION,
	.leaving = CLV_LEAVES_AFTER_ANY,
	.variant = 1,
	.nparam = CLV_BETAGEO_NPARAM,
	.param = clv_betageo_param,
	.covariate = clv_betageo_covariate,
	.reference = "Batislam, Denizel & Filiztekin (2007), Int. J. of Research in Marketing 24:201",
	.work_new = clv_betageo_work_new,
	.work_free = clv_betageo_work_free,
	.units = clv_betageo_units,
	.begin = clv_betageo_begin,
	.slice = clv_betageo_slice,
	.start = clv_betageo_start,
	.usable = clv_anyone_observed,
	.loglik = clv_betageo_loglik,
	.p_alive = clv_betageo_p_alive,
	.p_active = clv_betageo_p_active,
	.purchases = clv_betageo_purchases,
	.lifetime = clv_betageo_lifetime,
	.pmf = clv_betageo_pmf,
	.next_purchase = clv_betageo_next_purchase,
	.draw = clv_betageo_draw,
	.draw_alive = clv_betageo_draw_alive,
	.next = clv_betageo_next
};
