/*
 * bdw.c
 *		The beta-discrete-Weibull model of contracts.
 *
 * Fader, Hardie, Liu, Davin & Steenburgh (2018), "'How to Project Customer
 * Retention' Revisited: The Role of Duration Dependence", Journal of
 * Interactive Marketing 43, 1-16.
 */
#include "models/contract/contract.h"

const ClvModel clv_bdw = {
	.name = "bdw",
	.kind = CLV_CONTRACT,
	.nparam = CLV_BDW_NPARAM,
	.param = clv_contract_param,
	.reference = "Fader, Hardie, Liu, Davin & Steenburgh (2018), J. of Interactive Marketing 43:1",
	.work_new = clv_contract_work_new,
	.work_free = clv_contract_work_free,
	.units = clv_contract_units,
	.begin = clv_contract_begin,
	.slice = clv_contract_slice,
	.start = clv_contract_start,
	.largest = clv_contract_largest,
	.usable = clv_contract_usable,
	.renewal = clv_contract_renewal,
	.payments = clv_contract_payments
};
