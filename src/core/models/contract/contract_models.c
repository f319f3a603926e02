/*
 * contract_models.c
 *		sBG and BdW, as the list has them.
 */
#include "models/contract/contract.h"

static const ClvParam param[CLV_BDW_NPARAM] = {
	{"a", 0.0, INFINITY, 0, 0,
		"there is no sign that customers ever leave",
		"customers leave in the first period",
		"customers do not differ in their chance of leaving",
	"customers leave in the first period or never", 1.0},
	{"b", 0.0, INFINITY, 0, 0,
		"customers leave in the first period or never",
		"customers leave late, if they leave at all",
		"customers do not differ in their chance of leaving",
	NULL, 3.0},
	{"c", 0.0, INFINITY, 0, 0,
		"whoever renews once stays for ever",
		"when a customer leaves is certain from the start",
		"customers do not differ in their chance of leaving",
	NULL, 1.0}
};

/*
 * Fader & Hardie (2007), "How to Project Customer Retention", Journal of
 * Interactive Marketing 21, 76-90; for the value of subscribers also (2010),
 * "Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring
 * Heterogeneity", Marketing Science 29, 85-93.
 */
const ClvModel clv_sbg = {
	.name = "sbg",
	.kind = CLV_CONTRACT,
	.nparam = CLV_SBG_NPARAM,
	.param = param,
	.reference = "Fader & Hardie (2007), J. of Interactive Marketing 21:76; (2010), Marketing Science 29:85",
	.start = clv_contract_start,
	.usable = clv_contract_usable,
	.likelihood = &clv_contract_likelihood,
	.contract = &clv_contract_predictions
};

/*
 * Fader, Hardie, Liu, Davin & Steenburgh (2018), "'How to Project Customer
 * Retention' Revisited: The Role of Duration Dependence", Journal of
 * Interactive Marketing 43, 1-16.
 */
const ClvModel clv_bdw = {
	.name = "bdw",
	.kind = CLV_CONTRACT,
	.nparam = CLV_BDW_NPARAM,
	.param = param,
	.reference = "Fader, Hardie, Liu, Davin & Steenburgh (2018), J. of Interactive Marketing 43:1",
	.start = clv_contract_start,
	.largest = clv_contract_largest,
	.usable = clv_contract_usable,
	.likelihood = &clv_contract_likelihood,
	.contract = &clv_contract_predictions
};
