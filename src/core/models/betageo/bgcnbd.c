/*
 * bgcnbd.c
 *		The BG/CNBD-k model.
 *
 * BG/NBD for purchases that come at regular intervals: the gaps of a customer
 * are Erlang-k instead of exponential, one k for all.
 *
 * Reutterer, Platzer & Schroeder (2021), "Leveraging purchase regularity for
 * predicting customer behavior the easy way", International Journal of
 * Research in Marketing 38, 194-215.  The paper approximates the expected purchases; here
 * they are exact (betageo_regular.c).
 */
#include "model/moments.h"
#include "models/betageo/betageo.h"

const ClvModel clv_bgcnbd = {
	.name = "bgcnbd",
	.kind = CLV_TRANSACTION,
	.leaving = CLV_LEAVES_AFTER_REPEAT,
	.variant = 0,
	.gaps = true,
	.nparam = CLV_BETAGEO_NPARAM + 1,
	.param = clv_betageo_param,
	.most = CLV_MAX_PHASES,
	.reference = "Reutterer, Platzer & Schroeder (2021), Int. J. of Research in Marketing 38:194",
	.work_new = clv_betageo_work_new,
	.work_free = clv_betageo_work_free,
	.units = clv_betageo_units,
	.begin = clv_betageo_begin,
	.slice = clv_betageo_slice,
	.start = clv_betageo_start,
	.next_whole = clv_betageo_next_k,
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
