/*
 * target.h
 *		What all fuzz targets share.
 *
 * A target takes any bytes and returns whether they were accepted as a value.
 * Of what is accepted it demands what the rest of clv relies on: that reading,
 * writing and reading again gives the same bytes, and that every question to
 * it is answered.  A broken promise goes to fuzz_broken(), which the driver
 * defines: libFuzzer's (fuzz.c) aborts, test/core/test_fuzz.c counts.
 */
#ifndef CLV_FUZZ_TARGET_H
#define CLV_FUZZ_TARGET_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef bool (*FuzzTarget) (const unsigned char *data, size_t size);

extern void fuzz_broken(const char *file, int line, const char *promise);

#define PROMISE(cond) \
	do { \
		if (!(cond)) \
			fuzz_broken(__FILE__, __LINE__, #cond); \
	} while (0)

static inline bool
fuzz_same(const unsigned char *a, size_t asize, const unsigned char *b,
		  size_t bsize)
{
	return asize == bsize && memcmp(a, b, asize) == 0;
}

#endif							/* CLV_FUZZ_TARGET_H */
