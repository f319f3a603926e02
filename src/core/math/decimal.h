/*
 * decimal.h
 *		A double as the decimal number that it is printed as, and back.
 */
#ifndef CLV_DECIMAL_H
#define CLV_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/* digits / 10^decimals; no decimals that are 0 at the end. */
typedef struct ClvDecimal
{
	int64_t		digits;
	int			decimals;
} ClvDecimal;

/*
 * What printf("%.15g") prints.  False where that is not done without printing:
 * from 1e15 on, below 1e-8, and when it is no number.
 */
extern bool clv_decimal(double value, ClvDecimal *out);

/*
 * The double nearest to a decimal, which may have fewer than no decimals: what
 * strtod() reads.  False where that is not done without reading: beyond 2^53
 * digits, or 22 places before or after the point.
 */
extern bool clv_decimal_double(const ClvDecimal *decimal, double *out);

/* To so many decimals, halves away from zero, as numeric has it. */
extern void clv_decimal_round(ClvDecimal *decimal, int decimals);

#endif							/* CLV_DECIMAL_H */
