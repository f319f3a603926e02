/*
 * targets.h
 *		All fuzz targets: one for each reader of bytes or text from outside.
 *
 * What the glue reads by itself, base 64 and JSON, is fuzzed through the
 * server (test/t/04_values.pl).
 */
#ifndef CLV_FUZZ_TARGETS_H
#define CLV_FUZZ_TARGETS_H

#include "target_base.h"
#include "target_history.h"
#include "target_model.h"
#include "target_retention.h"

static const struct
{
	const char *name;
	FuzzTarget	run;
}			fuzz_targets[] = {
	{"history", fuzz_history},
	{"base", fuzz_base},
	{"model", fuzz_model},
	{"retention", fuzz_retention},
	{"retention_text", fuzz_retention_text}
};

#endif							/* CLV_FUZZ_TARGETS_H */
