/*
 * betageo_models.c
 *		BG/NBD, MBG/NBD, BG/CNBD-k and MBG/CNBD-k, as the list has them.
 */
#include "model/moments.h"
#include "model/rate.h"
#include "models/betageo/betageo.h"

static const ClvParam param[] = {
	CLV_RATE_PARAMS,
	{"a", 0.0, INFINITY, 0, 0,
		"there is no sign that customers ever leave",
		"customers leave at the first opportunity",
		"customers do not differ in their chance of leaving",
	"customers leave at the first opportunity or never", 1.0},
	{"b", 0.0, INFINITY, 0, 0,
		"customers leave at the first opportunity or never",
		"there is no sign that customers ever leave",
		"customers do not differ in their chance of leaving",
	NULL, 2.0},
	{"k", 0.0, INFINITY, 0, 0,
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
static const int covariate[] = {0, -1, 1, 1};

/*
 * Fader, Hardie & Lee (2005), "'Counting Your Customers' the Easy Way: An
 * Alternative to the Pareto/NBD Model", Marketing Science 24, 275-284.  A
 * customer may leave after each repeat purchase, so that one who never made
 * any is alive for certain.
 */
const ClvModel clv_bgnbd = {
	.name = "bgnbd",
	.kind = CLV_TRANSACTION,
	.leaving = CLV_LEAVES_AFTER_REPEAT,
	.variant = 0,
	.nparam = CLV_BETAGEO_NPARAM,
	.param = param,
	.covariate = covariate,
	.reference = "Fader, Hardie & Lee (2005), Marketing Science 24:275, equations 6 to 10",
	.start = clv_betageo_start,
	.attempts = 3,
	.usable = clv_anyone_observed,
	.likelihood = &clv_betageo_likelihood,
	.transactions = &clv_betageo_transactions
};

/*
 * Batislam, Denizel & Filiztekin (2007), "Empirical validation and comparison
 * of models for customer base analysis", International Journal of Research in
 * Marketing 24, 201-209.  As BG/NBD, but a customer may leave right after the
 * first purchase as well.
 */
const ClvModel clv_mbgnbd = {
	.name = "mbgnbd",
	.kind = CLV_TRANSACTION,
	.leaving = CLV_LEAVES_AFTER_ANY,
	.variant = 1,
	.nparam = CLV_BETAGEO_NPARAM,
	.param = param,
	.covariate = covariate,
	.reference = "Batislam, Denizel & Filiztekin (2007), Int. J. of Research in Marketing 24:201",
	.start = clv_betageo_start,
	.usable = clv_anyone_observed,
	.likelihood = &clv_betageo_likelihood,
	.transactions = &clv_betageo_transactions
};

/*
 * BG/NBD for purchases that come at regular intervals: the gaps of a customer
 * are Erlang-k instead of exponential, one k for all.
 *
 * Reutterer, Platzer & Schroeder (2021), "Leveraging purchase regularity for
 * predicting customer behavior the easy way", International Journal of
 * Research in Marketing 38, 194-215.  The paper approximates the expected
 * purchases; here they are exact (betageo_regular.c).
 */
const ClvModel clv_bgcnbd = {
	.name = "bgcnbd",
	.kind = CLV_TRANSACTION,
	.leaving = CLV_LEAVES_AFTER_REPEAT,
	.variant = 0,
	.gaps = true,
	.nparam = CLV_BETAGEO_NPARAM + 1,
	.param = param,
	.most = CLV_MAX_PHASES,
	.reference = "Reutterer, Platzer & Schroeder (2021), Int. J. of Research in Marketing 38:194",
	.start = clv_betageo_start,
	.next_whole = clv_betageo_next_k,
	.usable = clv_anyone_observed,
	.likelihood = &clv_betageo_likelihood,
	.transactions = &clv_betageo_transactions
};

/* The same paper's sibling of MBG/NBD. */
const ClvModel clv_mbgcnbd = {
	.name = "mbgcnbd",
	.kind = CLV_TRANSACTION,
	.leaving = CLV_LEAVES_AFTER_ANY,
	.variant = 1,
	.gaps = true,
	.nparam = CLV_BETAGEO_NPARAM + 1,
	.param = param,
	.most = CLV_MAX_PHASES,
	.reference = "Reutterer, Platzer & Schroeder (2021), Int. J. of Research in Marketing 38:194",
	.start = clv_betageo_start,
	.next_whole = clv_betageo_next_k,
	.usable = clv_anyone_observed,
	.likelihood = &clv_betageo_likelihood,
	.transactions = &clv_betageo_transactions
};
