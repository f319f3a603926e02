/*
 * money.h
 *		Amounts in binary as the decimals that they stand for, and their sums.
 */
#ifndef CLV_MONEY_H
#define CLV_MONEY_H

#include "clv.h"

#include "utils/numeric.h"

/* clv._money(float8): numeric, to nine decimals, without trailing zeros. */
extern Datum clv_money(PG_FUNCTION_ARGS);

/*
 * A sum of decimals, exact.  What is in whole hundredths, as nearly all
 * amounts are, is added up as an integer.
 */
typedef struct ClvMoneySum
{
	int64		hundredths;
	Numeric		rest;			/* in the sum's memory; NULL: nothing */
	int			scale;			/* the most decimals of an amount in hundredths */
} ClvMoneySum;

/* Anything allocated for the sum is in the given context. */
extern void clv_money_add(ClvMoneySum *sum, double amount, MemoryContext context);

/* As sum(numeric) of the decimals has it, digits after the point included. */
extern Numeric clv_money_total(const ClvMoneySum *sum);

#endif							/* CLV_MONEY_H */
