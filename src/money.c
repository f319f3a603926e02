/*
 * money.c
 *		clv._money: an amount in binary as the decimal that it stands for.
 *
 * The audit adds up millions of these.  PostgreSQL's own way from float8 to
 * numeric prints the number and reads it again; here whole hundredths, which
 * amounts nearly always are, take a shorter way to the same numeric.
 */
#include "clv.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(clv_money);

/* Decimals that are kept. */
#define CLV_MONEY_SCALE		9

/*
 * Is the amount so many hundredths once it is printed with 15 digits and
 * rounded to nine decimals?  Yes when it is the double next to that, and when
 * the 15 digits reach the tenth decimal and it is nearer than that.
 */
static bool
whole_hundredths(double amount, double hundredths)
{
	return fabs(hundredths) < 1e13 &&
		(amount == hundredths / 100 ||
		 (fabs(amount) < 1e5 && fabs(amount - hundredths / 100) < 1e-10));
}

/* clv._money(float8) */
Datum
clv_money(PG_FUNCTION_ARGS)
{
	double		amount = PG_GETARG_FLOAT8(0);
	double		hundredths = rint(amount * 100);
	Datum		exact;

	if (whole_hundredths(amount, hundredths))
	{
		int64		value = (int64) hundredths;
		int			decimals = 2;

		for (; decimals > 0 && value % 10 == 0; decimals--)
			value /= 10;
		PG_RETURN_NUMERIC(int64_div_fast_to_numeric(value, decimals));
	}
	exact = DirectFunctionCall1(float8_numeric, Float8GetDatum(amount));
	exact = DirectFunctionCall2(numeric_round, exact, Int32GetDatum(CLV_MONEY_SCALE));
	return DirectFunctionCall1(numeric_trim_scale, exact);
}
