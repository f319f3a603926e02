/*
 * money.c
 *		An amount in binary as the decimal that it stands for.
 *
 * The audit adds up millions of these.  PostgreSQL's own way from float8 to
 * numeric prints the number and reads it again; here whole hundredths, which
 * amounts nearly always are, take a shorter way to the same numeric.
 */
#include "money.h"

#include <math.h>

#include "common/int.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(clv_money);

/* Decimals that are kept. */
#define CLV_MONEY_SCALE		9

/*
 * Is the amount so many hundredths once it is printed with 15 digits and
 * rounded to nine decimals?  Yes when it is the double next to that, and when
 * the 15 digits reach the tenth decimal and it is nearer than that.
 */
static bool
whole_hundredths(double amount, int64 *out)
{
	double		hundredths = rint(amount * 100);

	if (!(fabs(hundredths) < 1e13 &&
		  (amount == hundredths / 100 ||
		   (fabs(amount) < 1e5 && fabs(amount - hundredths / 100) < 1e-10))))
		return false;
	*out = (int64) hundredths;
	return true;
}

/* Decimals of so many hundredths, without trailing zeros. */
static inline int
decimals_of(int64 hundredths)
{
	return hundredths % 10 != 0 ? 2 : hundredths % 100 != 0 ? 1 : 0;
}

static Numeric
hundredths_numeric(int64 hundredths, int decimals)
{
	static const int64 unit[] = {100, 10, 1};

	return int64_div_fast_to_numeric(hundredths / unit[decimals], decimals);
}

static Numeric
money_numeric(double amount)
{
	int64		hundredths;
	Datum		exact;

	if (whole_hundredths(amount, &hundredths))
		return hundredths_numeric(hundredths, decimals_of(hundredths));
	exact = DirectFunctionCall1(float8_numeric, Float8GetDatum(amount));
	exact = DirectFunctionCall2(numeric_round, exact, Int32GetDatum(CLV_MONEY_SCALE));
	return DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale, exact));
}

static Numeric
add_numeric(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(a),
											   NumericGetDatum(b)));
}

void
clv_money_add(ClvMoneySum *sum, double amount, MemoryContext context)
{
	int64		hundredths;
	int64		more;
	Numeric		rest;
	MemoryContext old;

	if (whole_hundredths(amount, &hundredths) &&
		!pg_add_s64_overflow(sum->hundredths, hundredths, &more))
	{
		sum->hundredths = more;
		sum->scale = Max(sum->scale, decimals_of(hundredths));
		return;
	}
	old = MemoryContextSwitchTo(context);
	rest = money_numeric(amount);
	if (sum->rest != NULL)
	{
		Numeric		both = add_numeric(sum->rest, rest);

		pfree(sum->rest);
		pfree(rest);
		rest = both;
	}
	sum->rest = rest;
	MemoryContextSwitchTo(old);
}

Numeric
clv_money_total(const ClvMoneySum *sum)
{
	Numeric		total = hundredths_numeric(sum->hundredths, sum->scale);

	return sum->rest == NULL ? total : add_numeric(total, sum->rest);
}

/* clv._money(float8) */
Datum
clv_money(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(money_numeric(PG_GETARG_FLOAT8(0)));
}
