/*
 * bgnbd.c
 *		The BG/NBD model.
 *
 * Fader, Hardie & Lee (2005), "'Counting Your Customers' the Easy Way: An
 * Alternative to the Pareto/NBD Model", Marketing Science 24, 275-284.  A
 * customer may leave after each repeat purchase, so that one who never made
 * any is alive for certain.
 */
#include "model/moments.h"
#include "models/betageo/betageo.h"

const ClvParam clv_betageo_param[CLV_BETAGEO_NPARAM + 1] = {
	{"r", 0.0, 0, 0,
		"hardly anyone buys again",
		"customers do not differ in their purchase rate",
		"customers do not differ in their purchase rate",
	"most never buy again, and a few make nearly all purchases", 0.5},
	{"alpha", 0.0, 1, 0,
		"purchases follow each other without delay",
		"hardly anyone buys again",
		"customers do not differ in their purchase rate",
	NULL, 50.0},
	{"a", 0.0, 0, 0,
		"there is no sign that customers ever leave",
		"customers leave at the first opportunity",
		"customers do not differ in their chance of leaving",
	"customers leave at the first opportunity or never", 1.0},
	{"b", 0.0, 0, 0,
		"customers leave at the first opportunity or never",
		"there is no sign that customers ever leave",
		"customers do not differ in their chance of leaving",
	NULL, 2.0},
	{"k", 0.0, 0, 0,
		NULL,
		"gaps between purchases are at least that regular",
		NULL,
	NULL, 0.0}
};

/*
 * A higher rate makes alpha smaller.  a and b move by coefficients of their
 * own, so that both the mean chance of leaving and how much it differs may
 * depend on covariates (Fader & Hardie 2007, note 019).
 */
const int	clv_betageo_covariate[CLV_BETAGEO_NPARAM] = {0, -1, 1, 1};

const ClvModel clv_bgnbd = {
	.name = "bgnbd",
	.kind = CLV_TRANSACTION,
	.leaving = CLV_LEAVES_AFTER_REPEAT,
	.variant = 0,
	.nparam = CLV_BETAGEO_NPARAM,
	.param = clv_betageo_param,
	.covariate = clv_betageo_covariate,
	.reference = "Fader, Hardie & Lee (2005), Marketing Science 24:275, equations 6 to 10",
	.work_new = clv_betageo_work_new,
	.work_free = clv_betageo_work_free,
	.units = clv_betageo_units,
	.begin = clv_betageo_begin,
	.slice = clv_betageo_slice,
	.start = clv_betageo_start,
	.attempts = 3,
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
