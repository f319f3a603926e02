/*
 * sample.h
 *		The values that an aggregate over customers has seen so far.
 */
#ifndef CLV_SAMPLE_H
#define CLV_SAMPLE_H

#include "clv.h"

#include "value/concentration.h"

typedef struct Sample
{
	MemoryContext context;		/* all of it lives here */
	ClvQuestion question;
	double	   *arg;			/* of the question */
	Size		narg;
	double	   *value;			/* no NULL, no NaN, no -0 */
	Size		n;
	Size		size;			/* room in "value" */
} Sample;

/*
 * What all transition functions do: find or make the state, see to it that the
 * question is the same in every row, and add the value in argument 1.
 */
extern Datum clv_sample_accum(FunctionCallInfo fcinfo, ClvQuestion question,
							  const double *arg, Size narg);

/* The state of a final function; NULL: no rows. */
extern Sample *clv_sample_final(FunctionCallInfo fcinfo);

/* Elements of a one-dimensional float8[] without NULLs, in place. */
extern const double *clv_float8_array(Datum array, const char *what, int *n);

#endif							/* CLV_SAMPLE_H */
