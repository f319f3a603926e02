/*
 * bgnbd.c
 *		The BG/NBD model.
 *
 * Fader, Hardie & Lee (2005), "'Counting Your Customers' the Easy Way: An
 * Alternative to the Pareto/NBD Model", Marketing Science 24, 275-284.  A
 * customer may leave after each repeat purchase, so that one who never made
 * any is alive for certain.
 */
#include "betageo.h"

const ClvParam clv_betageo_param[CLV_BETAGEO_NPARAM] = {
	{"r", 0.0, 0, 0},
	{"alpha", 0.0, 1, 0},
	{"a", 0.0, 0, 0},
	{"b", 0.0, 0, 0}
};

const ClvModel clv_bgnbd = {
	.name = "bgnbd",
	.kind = CLV_TRANSACTION,
	.variant = 0,
	.nparam = CLV_BETAGEO_NPARAM,
	.param = clv_betageo_param,
	.reference = "Fader, Hardie & Lee (2005), Marketing Science 24:275, equations 6 to 10",
	.loglik = clv_betageo_loglik,
	.p_alive = clv_betageo_p_alive,
	.p_active = clv_betageo_p_active,
	.purchases = clv_betageo_purchases,
	.lifetime = clv_betageo_lifetime,
	.pmf = clv_betageo_pmf,
	.next_purchase = clv_betageo_next_purchase,
	.draw = clv_betageo_draw,
	.next = clv_betageo_next
};
