/*
 * history_code.c
 *		The bytes of a history: varints, amounts, one day.
 *
 * Each day has one encoding, so that equal histories have equal bytes: an
 * amount is whole cents whenever that gives the double back, and a sum is the
 * canonical expansion of exact.h.
 */
#include "history/history_code.h"

#include <math.h>
#include <string.h>

/* Seven bytes of varint at most, always less than the eight of a double. */
#define CENTS_LIMIT		((uint64_t) 1 << 49)

#define DOUBLE_DIGITS	53
#define LOWEST_EXPONENT	(-1074)

/* ---- varints ---- */

static inline unsigned char *
put_varint(unsigned char *p, uint64_t value)
{
	while (value >= 0x80)
	{
		*p++ = (unsigned char) (value | 0x80);
		value >>= 7;
	}
	*p++ = (unsigned char) value;
	return p;
}

void
clv_write_bytes(ClvWriter *writer, const unsigned char *bytes, size_t n)
{
	if (writer->full || (size_t) (writer->end - writer->p) < n)
	{
		writer->full = true;
		return;
	}
	memcpy(writer->p, bytes, n);
	writer->p += n;
}

void
clv_write_varint(ClvWriter *writer, uint64_t value)
{
	unsigned char bytes[10];

	clv_write_bytes(writer, bytes, put_varint(bytes, value) - bytes);
}

/* ---- the head of a day ---- */

static inline uint64_t
pack_head(int64_t delta, ClvKindOfDay kind)
{
	uint64_t	zigzag = delta < 0 ? ~((uint64_t) delta << 1) :
		(uint64_t) delta << 1;

	return zigzag << CLV_KIND_BITS | kind;
}

void
clv_write_head(ClvWriter *writer, int64_t delta, ClvKindOfDay kind)
{
	clv_write_varint(writer, pack_head(delta, kind));
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

static inline unsigned char *
put_double(unsigned char *p, double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	for (int i = 0; i < 8; i++)
		p[i] = (unsigned char) (bits >> (8 * i));
	return p + 8;
}

static bool
read_double(const unsigned char **p, const unsigned char *end, double *value)
{
	uint64_t	bits = 0;

	if (end - *p < 8)
		return false;
	for (int i = 0; i < 8; i++)
		bits |= (uint64_t) (*p)[i] << (8 * i);
	*p += 8;
	memcpy(value, &bits, sizeof(bits));
	return isfinite(*value);
}

static bool
read_cents(const unsigned char **p, const unsigned char *end, double *value)
{
	uint64_t	cents;

	if (!clv_read_varint(p, end, &cents) || cents >= CENTS_LIMIT)
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
write_part(ClvWriter *writer, double part, double before)
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
	clv_write_varint(writer, (uint64_t) (last_place(before) - exponent));
	clv_write_varint(writer, odd << 1 | (part < 0));
}

static bool
read_part(const unsigned char **p, const unsigned char *end, double before,
		  double *part)
{
	uint64_t	below;
	uint64_t	odd;
	int			exponent;

	if (!clv_read_varint(p, end, &below) || below > -2 * LOWEST_EXPONENT ||
		!clv_read_varint(p, end, &odd) || odd >> 1 >> DOUBLE_DIGITS)
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
write_expansion(ClvWriter *writer, const ClvExpansion *sum)
{
	unsigned char bytes[8];
	uint64_t	cents;
	bool		in_cents;

	if (sum->n == 0)
	{
		clv_write_varint(writer, 0);
		return;
	}
	in_cents = whole_cents(sum->c[0], &cents);
	clv_write_varint(writer, (uint64_t) sum->n << 1 | in_cents);
	if (in_cents)
		clv_write_varint(writer, cents);
	else
		clv_write_bytes(writer, bytes, put_double(bytes, sum->c[0]) - bytes);
	for (int i = 1; i < sum->n; i++)
		write_part(writer, sum->c[i], sum->c[i - 1]);
}

static bool
read_expansion(const unsigned char **p, const unsigned char *end,
			   ClvExpansion *sum)
{
	uint64_t	tag;

	if (!clv_read_varint(p, end, &tag) || tag >> 1 > CLV_EXPANSION_MAX)
		return false;
	sum->n = (int) (tag >> 1);
	if (sum->n == 0)
		return tag == 0;
	if (!(tag & 1 ? read_cents(p, end, &sum->c[0]) :
		  read_double(p, end, &sum->c[0])) || sum->c[0] <= 0)
		return false;
	for (int i = 1; i < sum->n; i++)
	{
		if (!read_part(p, end, sum->c[i - 1], &sum->c[i]) || sum->c[i] == 0)
			return false;
	}
	return true;
}

static bool
skip_expansion(const unsigned char **p, const unsigned char *end)
{
	uint64_t	tag;
	uint64_t	ignored;

	if (!clv_read_varint(p, end, &tag) || tag >> 1 > CLV_EXPANSION_MAX)
		return false;
	if (tag >> 1 == 0)
		return true;
	if (tag & 1)
	{
		if (!clv_read_varint(p, end, &ignored))
			return false;
	}
	else
	{
		if (end - *p < 8)
			return false;
		*p += 8;
	}
	for (uint64_t i = 1; i < tag >> 1; i++)
	{
		if (!clv_read_varint(p, end, &ignored) ||
			!clv_read_varint(p, end, &ignored))
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
clv_write_day(ClvWriter *writer, const ClvDay *day, ClvKindOfDay kind,
			  bool has_amounts)
{
	unsigned char bytes[8];
	uint64_t	cents = 0;

	switch (kind)
	{
		case CLV_DAY_CENTS:
			if (!has_amounts)
				return;
			if (day->gross.n > 0)
				(void) whole_cents(day->gross.c[0], &cents);
			clv_write_varint(writer, cents);
			break;
		case CLV_DAY_DOUBLE:
			clv_write_bytes(writer, bytes,
							put_double(bytes, day->gross.c[0]) - bytes);
			break;
		case CLV_DAY_ORDERS:
		case CLV_DAY_REFUND:
			clv_write_varint(writer, (uint64_t) day->orders);
			if (has_amounts)
				write_expansion(writer, &day->gross);
			if (kind == CLV_DAY_REFUND)
				write_expansion(writer, &day->refund);
			break;
	}
}

unsigned char *
clv_write_row(unsigned char *to, int64_t delta, bool has_amounts,
			  double amount)
{
	uint64_t	cents;

	if (!has_amounts)
		return put_varint(to, pack_head(delta, CLV_DAY_CENTS));
	if (amount < 0)
	{
		to = put_varint(to, pack_head(delta, CLV_DAY_REFUND));
		*to++ = 0;				/* no order */
		*to++ = 0;				/* that adds up to nothing */
		amount = -amount;
		if (whole_cents(amount, &cents))
		{
			*to++ = 1 << 1 | 1;
			return put_varint(to, cents);
		}
		*to++ = 1 << 1;
		return put_double(to, amount);
	}
	if (whole_cents(amount, &cents))
		return put_varint(put_varint(to, pack_head(delta, CLV_DAY_CENTS)),
						  cents);
	return put_double(put_varint(to, pack_head(delta, CLV_DAY_DOUBLE)),
					  amount);
}

bool
clv_read_day(const unsigned char **p, const unsigned char *end,
			 ClvKindOfDay kind, bool has_amounts, ClvDay *day)
{
	uint64_t	orders = 1;

	day->gross.n = 0;
	day->refund.n = 0;
	switch (kind)
	{
		case CLV_DAY_CENTS:
			if (has_amounts && !read_cents(p, end, &day->gross.c[0]))
				return false;
			day->gross.n = has_amounts && day->gross.c[0] > 0 ? 1 : 0;
			break;
		case CLV_DAY_DOUBLE:
			if (!has_amounts || !read_double(p, end, &day->gross.c[0]) ||
				day->gross.c[0] <= 0)
				return false;
			day->gross.n = 1;
			break;
		case CLV_DAY_ORDERS:
		case CLV_DAY_REFUND:
			if (!clv_read_varint(p, end, &orders) || orders > INT64_MAX)
				return false;
			if (has_amounts && !read_expansion(p, end, &day->gross))
				return false;
			if (kind == CLV_DAY_REFUND &&
				(!has_amounts || !read_expansion(p, end, &day->refund) ||
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
clv_skip_day(const unsigned char **p, const unsigned char *end,
			 ClvKindOfDay kind, bool has_amounts)
{
	uint64_t	ignored;

	switch (kind)
	{
		case CLV_DAY_CENTS:
			return !has_amounts || clv_read_varint(p, end, &ignored);
		case CLV_DAY_DOUBLE:
			if (end - *p < 8)
				return false;
			*p += 8;
			return true;
		case CLV_DAY_ORDERS:
		case CLV_DAY_REFUND:
			return clv_read_varint(p, end, &ignored) &&
				(!has_amounts || skip_expansion(p, end)) &&
				(kind == CLV_DAY_ORDERS || skip_expansion(p, end));
	}
	return false;
}
