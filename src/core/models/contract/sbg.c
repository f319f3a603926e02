/*
 * sbg.c
 *		The shifted-beta-geometric model of contracts.
 *
 * Fader & Hardie (2007), "How to Project Customer Retention", Journal of
 * Interactive Marketing 21, 76-90; for the value of subscribers also (2010),
 * "Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring
 * Heterogeneity", Marketing Science 29, 85-93.
 */
#include "models/contract/contract.h"

const ClvParam clv_contract_param[CLV_BDW_NPARAM] = {
	{"a", 0.0, 0, 0,
		"there is no sign that customers ever leave",
		"customers leave in the first period",
		"customers do not differ in their chance of leaving",
	"customers leave in the first period or never", 1.0},
	{"b", 0.0, 0, 0,
		"customers leave in the first period or never",
		"customers leave late, if they leave at all",
		"customers do not differ in their chance of leaving",
	NULL, 3.0},
	{"c", 0.0, 0, 0,
		"whoever renews once stays for ever",
		"when a customer leaves is certain from the start",
		"customers do not differ in their chance of leaving",
	NULL, 1.0}
};

const ClvModel clv_sbg = {
	.name = "sbg",
	.kind = CLV_CONTRACT,
	.nparam = CLV_SBG_NPARAM,
	.param = clv_contract_param,
	.reference = "Fader & Hardie (2007), J. of Interactive Marketing 21:76; (2010), Marketing Science 29:85",
	.work_new = clv_contract_work_new,
	.work_free = clv_contract_work_free,
	.units = clv_contract_units,
	.begin = clv_contract_begin,
	.slice = clv_contract_slice,
	.start = clv_contract_start,
	.usable = clv_contract_usable,
	.renewal = clv_contract_renewal,
	.payments = clv_contract_payments
};
