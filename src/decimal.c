/*
 * decimal.c
 *		clv._numeric: float8 to numeric as the cast has it, not by way of text.
 */
#include "clv.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "decimal.h"

/* clv._numeric(float8) */
PG_FUNCTION_INFO_V1(clv_numeric);
Datum
clv_numeric(PG_FUNCTION_ARGS)
{
	ClvDecimal	decimal;

	if (clv_decimal(PG_GETARG_FLOAT8(0), &decimal))
		PG_RETURN_NUMERIC(int64_div_fast_to_numeric(decimal.digits, decimal.decimals));
	return DirectFunctionCall1(float8_numeric, PG_GETARG_DATUM(0));
}
