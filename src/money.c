/*
 * money.c
 *		An amount in binary as the decimal that it stands for, to nine decimals.
 *
 * The audit adds up millions of these.  PostgreSQL's own way from float8 to
 * numeric prints the number and reads it again; here what prints as a number
 * of hundredths, as amounts nearly always do, is added up as an integer.
 */
#include "money.h"

#include "common/int.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "math/decimal.h"

PG_FUNCTION_INFO_V1(clv_money);

/* Decimals that are kept. */
#define CLV_MONEY_SCALE		9

/* Hundredths in a unit of the last decimal, of which there are none to two. */
static const int64 hundredths_in[] = {100, 10, 1};

/* False where the decimal is not to be had without printing. */
static bool
money_decimal(double amount, ClvDecimal *decimal)
{
	if (!clv_decimal(amount, decimal))
		return false;
	clv_decimal_round(decimal, CLV_MONEY_SCALE);
	return true;
}

static Numeric
money_numeric(double amount)
{
	ClvDecimal	decimal;
	Datum		exact;

	if (money_decimal(amount, &decimal))
		return int64_div_fast_to_numeric(decimal.digits, decimal.decimals);
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

static void
add_rest(ClvMoneySum *sum, double amount, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Numeric		rest = money_numeric(amount);

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

void
clv_money_add(ClvMoneySum *sum, double amount, MemoryContext context)
{
	ClvDecimal	decimal;
	int64		hundredths;
	int64		more;

	if (!money_decimal(amount, &decimal) || decimal.decimals > 2 ||
		pg_mul_s64_overflow(decimal.digits, hundredths_in[decimal.decimals], &hundredths) ||
		pg_add_s64_overflow(sum->hundredths, hundredths, &more))
	{
		add_rest(sum, amount, context);
		return;
	}
	sum->hundredths = more;
	sum->scale = Max(sum->scale, decimal.decimals);
}

Numeric
clv_money_total(const ClvMoneySum *sum)
{
	int64		digits = sum->hundredths / hundredths_in[sum->scale];
	Numeric		total = int64_div_fast_to_numeric(digits, sum->scale);

	return sum->rest == NULL ? total : add_numeric(total, sum->rest);
}

/* clv._money(float8) */
Datum
clv_money(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(money_numeric(PG_GETARG_FLOAT8(0)));
}
