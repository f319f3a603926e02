/*
 * numeric.c
 *		Between numeric and double precision, not by way of text.
 *
 * PostgreSQL's casts print the number and read it again, which is most of the
 * time that an amount takes on its way into a purchase history.  What has few
 * digits, as amounts do, is converted by one exact product or quotient here;
 * for anything else the cast is called.  The results are the same.
 *
 * There is no interface to the digits of a numeric but its binary form, which
 * costs half of what it saves, so they are read where they are stored.  That
 * layout is the one on disk, which no release can change; what is not in its
 * short form is left to the cast.
 */
#include "numeric.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "math/decimal.h"

PG_FUNCTION_INFO_V1(clv_double);
PG_FUNCTION_INFO_V1(clv_numeric);

/* The header of the short form, before digits to base 10000, highest first. */
#define SHORT_MASK			0xC000
#define SHORT_FORM			0x8000
#define SHORT_NEGATIVE		0x2000
#define SHORT_WEIGHT_SIGN	0x0040
#define SHORT_WEIGHT		0x003F

#define DIGIT_PLACES		4	/* decimal ones in a digit */
#define MAX_DIGITS			4	/* that surely fit an int64 */

/*
 * False where the number is not of the short form, or is long.  The weight is
 * that of the first digit, as a power of 10000.
 */
static bool
read_decimal(const struct varlena *numeric, ClvDecimal *out)
{
	const char *p = VARDATA_ANY(numeric);
	int			n = (int) ((VARSIZE_ANY_EXHDR(numeric) - sizeof(uint16)) / sizeof(int16));
	uint16		header;
	int			weight;

	memcpy(&header, p, sizeof(header));
	if ((header & SHORT_MASK) != SHORT_FORM || n > MAX_DIGITS)
		return false;
	weight = (int) (header & SHORT_WEIGHT) -
		(header & SHORT_WEIGHT_SIGN ? SHORT_WEIGHT + 1 : 0);
	out->digits = 0;
	for (int i = 0; i < n; i++)
	{
		int16		digit;

		memcpy(&digit, p + sizeof(header) + i * sizeof(digit), sizeof(digit));
		out->digits = out->digits * 10000 + digit;
	}
	if (header & SHORT_NEGATIVE)
		out->digits = -out->digits;
	out->decimals = DIGIT_PLACES * (n - 1 - weight);
	return true;
}

double
clv_double_of_numeric(Datum numeric)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(numeric);
	ClvDecimal	decimal;
	double		result;

	if (read_decimal(value, &decimal) && clv_decimal_double(&decimal, &result))
		return result;
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, PointerGetDatum(value)));
}

/* clv._double(numeric): numeric has NaN, and infinity since PostgreSQL 14 */
Datum
clv_double(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(clv_finite(clv_double_of_numeric(PG_GETARG_DATUM(0))));
}

/* clv._numeric(float8) */
Datum
clv_numeric(PG_FUNCTION_ARGS)
{
	ClvDecimal	decimal;

	if (clv_decimal(PG_GETARG_FLOAT8(0), &decimal))
		PG_RETURN_NUMERIC(int64_div_fast_to_numeric(decimal.digits, decimal.decimals));
	return DirectFunctionCall1(float8_numeric, PG_GETARG_DATUM(0));
}
