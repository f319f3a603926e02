/*
 * numeric.h
 *		Between numeric and double precision, not by way of text.
 */
#ifndef CLV_NUMERIC_H
#define CLV_NUMERIC_H

#include "clv.h"

/* What the cast from numeric to double precision gives, and its errors. */
extern double clv_double_of_numeric(Datum numeric);

#endif							/* CLV_NUMERIC_H */
