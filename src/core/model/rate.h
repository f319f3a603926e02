/*
 * rate.h
 *		Purchases at a rate that is Gamma(r, rate alpha) over customers.
 */
#ifndef CLV_RATE_H
#define CLV_RATE_H

#include "model/model.h"

/* ClvModel.param of such a model begins with these two. */
#define CLV_RATE_PARAMS \
	{"r", 0.0, INFINITY, 0, 0, \
		"hardly anyone buys again", \
		"customers do not differ in their purchase rate", \
		"customers do not differ in their purchase rate", \
	"most never buy again, and a few make nearly all purchases", 0.5}, \
	{"alpha", 0.0, INFINITY, 1, 0, \
		"purchases follow each other without delay", \
		"hardly anyone buys again", \
		"customers do not differ in their purchase rate", \
	NULL, 50.0}

#endif							/* CLV_RATE_H */
