/*
 * history_code.c
 *		The bytes of a history: amounts, one day.
 *
 * Each day has one encoding, so that equal histories have equal bytes: an
 * amount is whole cents whenever that gives the double back, and a sum is the
 * canonical expansion of exact.h.
 */
#include "history/history_code.h"

#include <math.h>

/* Seven bytes of varint at most, always less than the eight of a double. */
#define CENTS_LIMIT		((uint64_t) 1 << 49)

#define DOUBLE_DIGITS	53
#define LOWEST_EXPONENT	(-1074)

/* ---- the head of a day ---- */

static inline uint64_t
pack_head(int64_t delta, ClvKindOfDay kind)
{
	uint64_t	zigzag = delta < 0 ? ~((uint64_t) delta << 1) :
		(uint64_t) delta << 1;

	return zigzag << CLV_KIND_BITS | kind;
}

void
clv_write_head(ClvWriter *out, int64_t delta, ClvKindOfDay kind)
{
	clv_put_varint(out, pack_head(delta, kind));
}

/* ---- amounts ---- */

/*
 * Is "amount" (at least 0) the double nearest to a whole number of cents?
 * Below the limit 100 * amount is within an eighth of that number.
 */
static inline bool
whole_cents(double amount, uint64_t *cents)
{
	double		scaled = amount * 100.0;

	if (!(scaled < (double) CENTS_LIMIT))
		return false;
	*cents = (uint64_t) (scaled + 0.5);
	return (double) *cents / 100.0 == amount;
}

static bool
read_amount(ClvSpan *in, double *value)
{
	return clv_get_double(in, value) && isfinite(*value);
}

static bool
read_cents(ClvSpan *in, double *value)
{
	uint64_t	cents;

	if (!clv_get_varint(in, &cents) || cents >= CENTS_LIMIT)
		return false;
	*value = (double) cents / 100.0;
	return true;
}

/* ---- sums: how many parts, and the parts ---- */

/* The exponent of the last place of a double. */
static int
last_place(double value)
{
	int			exponent;

	frexp(value, &exponent);
	exponent -= DOUBLE_DIGITS;
	return exponent < LOWEST_EXPONENT ? LOWEST_EXPONENT : exponent;
}

/*
 * A part after the first is what rounding left of a sum of a few doubles, so
 * it mostly has a few digits not far below the last place of the part before
 * it: an odd integer times a power of two, both small.
 */
static void
write_part(ClvWriter *out, double part, double before)
{
	int			exponent;
	uint64_t	odd;

	odd = (uint64_t) ldexp(frexp(fabs(part), &exponent), DOUBLE_DIGITS);
	exponent -= DOUBLE_DIGITS;
	while (!(odd & 1))
	{
		odd >>= 1;
		exponent++;
	}
	clv_put_varint(out, (uint64_t) (last_place(before) - exponent));
	clv_put_varint(out, odd << 1 | (part < 0));
}

static bool
read_part(ClvSpan *in, double before, double *part)
{
	uint64_t	below;
	uint64_t	odd;
	int			exponent;

	if (!clv_get_varint(in, &below) || below > -2 * LOWEST_EXPONENT ||
		!clv_get_varint(in, &odd) || odd >> 1 >> DOUBLE_DIGITS)
		return false;
	exponent = last_place(before) - (int) below;
	if (exponent < LOWEST_EXPONENT)
		return false;
	*part = ldexp((double) (odd >> 1), exponent);
	if (odd & 1)
		*part = -*part;
	return true;
}

static void
write_expansion(ClvWriter *out, const ClvExpansion *sum)
{
	uint64_t	cents;
	bool		in_cents;

	if (sum->n == 0)
	{
		clv_put_varint(out, 0);
		return;
	}
	in_cents = whole_cents(sum->c[0], &cents);
	clv_put_varint(out, (uint64_t) sum->n << 1 | in_cents);
	if (in_cents)
		clv_put_varint(out, cents);
	else
		clv_put_double(out, sum->c[0]);
	for (int i = 1; i < sum->n; i++)
		write_part(out, sum->c[i], sum->c[i - 1]);
}

static bool
read_expansion(ClvSpan *in, ClvExpansion *sum)
{
	uint64_t	tag;

	if (!clv_get_varint(in, &tag) || tag >> 1 > CLV_EXPANSION_MAX)
		return false;
	sum->n = (int) (tag >> 1);
	if (sum->n == 0)
		return tag == 0;
	if (!(tag & 1 ? read_cents(in, &sum->c[0]) :
		  read_amount(in, &sum->c[0])) || sum->c[0] <= 0)
		return false;
	for (int i = 1; i < sum->n; i++)
	{
		if (!read_part(in, sum->c[i - 1], &sum->c[i]) || sum->c[i] == 0)
			return false;
	}
	return true;
}

static bool
skip_expansion(ClvSpan *in)
{
	uint64_t	tag;
	uint64_t	ignored;
	ClvSpan		first;

	if (!clv_get_varint(in, &tag) || tag >> 1 > CLV_EXPANSION_MAX)
		return false;
	if (tag >> 1 == 0)
		return true;
	if (tag & 1)
	{
		if (!clv_get_varint(in, &ignored))
			return false;
	}
	else
	{
		if (!clv_get_span(in, 8, &first))
			return false;
	}
	for (uint64_t i = 1; i < tag >> 1; i++)
	{
		if (!clv_get_varint(in, &ignored) ||
			!clv_get_varint(in, &ignored))
			return false;
	}
	return true;
}

/* ---- a day ---- */

ClvKindOfDay
clv_day_kind(const ClvDay *day, bool has_amounts)
{
	uint64_t	cents;

	if (!has_amounts)
		return day->orders == 1 ? CLV_DAY_CENTS : CLV_DAY_ORDERS;
	if (day->refund.n > 0)
		return CLV_DAY_REFUND;
	if (day->orders != 1)
		return CLV_DAY_ORDERS;
	return day->gross.n == 0 || whole_cents(day->gross.c[0], &cents) ?
		CLV_DAY_CENTS : CLV_DAY_DOUBLE;
}

void
clv_write_day(ClvWriter *out, const ClvDay *day, ClvKindOfDay kind,
			  bool has_amounts)
{
	uint64_t	cents = 0;

	switch (kind)
	{
		case CLV_DAY_CENTS:
			if (!has_amounts)
				return;
			if (day->gross.n > 0)
				(void) whole_cents(day->gross.c[0], &cents);
			clv_put_varint(out, cents);
			break;
		case CLV_DAY_DOUBLE:
			clv_put_double(out, day->gross.c[0]);
			break;
		case CLV_DAY_ORDERS:
		case CLV_DAY_REFUND:
			clv_put_varint(out, (uint64_t) day->orders);
			if (has_amounts)
				write_expansion(out, &day->gross);
			if (kind == CLV_DAY_REFUND)
				write_expansion(out, &day->refund);
			break;
	}
}

unsigned char *
clv_write_row(unsigned char *to, int64_t delta, bool has_amounts,
			  double amount)
{
	uint64_t	cents;

	if (!has_amounts)
		return clv_set_varint(to, pack_head(delta, CLV_DAY_CENTS));
	if (amount < 0)
	{
		to = clv_set_varint(to, pack_head(delta, CLV_DAY_REFUND));
		*to++ = 0;				/* no order */
		*to++ = 0;				/* that adds up to nothing */
		amount = -amount;
		if (whole_cents(amount, &cents))
		{
			*to++ = 1 << 1 | 1;
			return clv_set_varint(to, cents);
		}
		*to++ = 1 << 1;
		return clv_set_double(to, amount);
	}
	if (whole_cents(amount, &cents))
		return clv_set_varint(clv_set_varint(to, pack_head(delta, CLV_DAY_CENTS)),
							  cents);
	return clv_set_double(clv_set_varint(to, pack_head(delta, CLV_DAY_DOUBLE)),
						  amount);
}

bool
clv_read_day(ClvSpan *in, ClvKindOfDay kind, bool has_amounts, ClvDay *day)
{
	uint64_t	orders = 1;

	day->gross.n = 0;
	day->refund.n = 0;
	switch (kind)
	{
		case CLV_DAY_CENTS:
			if (has_amounts && !read_cents(in, &day->gross.c[0]))
				return false;
			day->gross.n = has_amounts && day->gross.c[0] > 0 ? 1 : 0;
			break;
		case CLV_DAY_DOUBLE:
			if (!has_amounts || !read_amount(in, &day->gross.c[0]) ||
				day->gross.c[0] <= 0)
				return false;
			day->gross.n = 1;
			break;
		case CLV_DAY_ORDERS:
		case CLV_DAY_REFUND:
			if (!clv_get_varint(in, &orders) || orders > INT64_MAX)
				return false;
			if (has_amounts && !read_expansion(in, &day->gross))
				return false;
			if (kind == CLV_DAY_REFUND &&
				(!has_amounts || !read_expansion(in, &day->refund) ||
				 day->refund.n == 0))
				return false;
			if (orders == 0 && (day->gross.n > 0 || day->refund.n == 0))
				return false;
			break;
	}
	day->orders = (int64_t) orders;
	return true;
}

bool
clv_skip_day(ClvSpan *in, ClvKindOfDay kind, bool has_amounts)
{
	uint64_t	ignored;
	ClvSpan		amount;

	switch (kind)
	{
		case CLV_DAY_CENTS:
			return !has_amounts || clv_get_varint(in, &ignored);
		case CLV_DAY_DOUBLE:
			return clv_get_span(in, 8, &amount);
		case CLV_DAY_ORDERS:
		case CLV_DAY_REFUND:
			return clv_get_varint(in, &ignored) &&
				(!has_amounts || skip_expansion(in)) &&
				(kind == CLV_DAY_ORDERS || skip_expansion(in));
	}
	return false;
}
