/*
 * survivors_text.c
 *		The text form of subscribers by how long they stayed.
 */
#include "base/survivors.h"

#include <stdio.h>
#include <string.h>

#define TAG_SUBSCRIBERS	"retention:"
#define TAG_TABLE		"survivors:"
#define TAG_LENGTH		10

#define DECIMALS		6		/* of a count, for millionths */

/* At least so many digits; sprintf takes ten times as long. */
static char *
print_whole(char *out, int64_t number, int least)
{
	char		digits[20];
	int			n = 0;

	for (; number > 0 || n < least; number /= 10)
		digits[n++] = (char) ('0' + number % 10);
	while (n > 0)
		*out++ = digits[--n];
	return out;
}

/* In as few digits as there are. */
static char *
print_count(char *out, int64_t count)
{
	int64_t		part = count % CLV_SURVIVORS_UNIT;
	int			digits = DECIMALS;

	out = print_whole(out, count / CLV_SURVIVORS_UNIT, 1);
	if (part == 0)
		return out;
	for (; part % 10 == 0; part /= 10)
		digits--;
	*out++ = '.';
	return print_whole(out, part, digits);
}

void
clv_survivors_print(const ClvTenureRow *row, size_t n, bool table, char *out)
{
	size_t		i;

	out += sprintf(out, "%s", table ? TAG_TABLE : TAG_SUBSCRIBERS);
	for (i = 0; i < n; i++)
	{
		if (i > 0)
			*out++ = ',';
		out = print_whole(out, row[i].tenure, 1);
		*out++ = ':';
		if (!table)
		{
			out = print_count(out, row[i].lost);
			*out++ = '/';
		}
		out = print_count(out, row[i].stay);
	}
	*out = '\0';
}

/* Digits; false if there are none, or they are more than "max". */
static bool
parse_whole(const char **p, int64_t max, int64_t *out)
{
	const char *start = *p;

	for (*out = 0; **p >= '0' && **p <= '9'; ++*p)
	{
		*out = 10 * *out + (**p - '0');
		if (*out > max)
			return false;
	}
	return *p > start;
}

static bool
parse_count(const char **p, int64_t *out)
{
	int64_t		unit = CLV_SURVIVORS_UNIT;

	if (!parse_whole(p, CLV_SURVIVORS_MAX_TOTAL / unit, out))
		return false;
	*out *= unit;
	if (**p != '.')
		return true;
	if ((*p)[1] < '0' || (*p)[1] > '9')
		return false;
	for (++*p; **p >= '0' && **p <= '9' && unit > 1; ++*p)
	{
		unit /= 10;
		*out += unit * (**p - '0');
	}
	return *out <= CLV_SURVIVORS_MAX_TOTAL;
}

size_t
clv_survivors_text_rows(const char *text)
{
	size_t		n = 1;

	for (; *text != '\0' && n <= CLV_MAX_TENURES; text++)
		n += *text == ',';
	return n;
}

ClvStatus
clv_survivors_parse(const char *text, ClvTenureRow *row, size_t *n,
					bool *table, ClvError *err)
{
	const char *p = text + TAG_LENGTH;
	int64_t		tenure = -1;

	*n = 0;
	*table = strncmp(text, TAG_TABLE, TAG_LENGTH) == 0;
	if (!*table && strncmp(text, TAG_SUBSCRIBERS, TAG_LENGTH) != 0)
		goto wrong;
	for (;; p++)
	{
		ClvTenureRow *here = &row[*n];
		int64_t		before = tenure;

		if ((*n)++ == CLV_MAX_TENURES)
			return clv_survivors_too_many(err);
		here->lost = 0;
		if (!parse_whole(&p, CLV_MAX_TENURE, &tenure) || tenure <= before ||
			*p++ != ':' ||
			(!*table && (!parse_count(&p, &here->lost) || *p++ != '/')) ||
			!parse_count(&p, &here->stay))
			goto wrong;
		here->tenure = (int32_t) tenure;
		if (*p != ',')
			break;
	}
	if (*p == '\0' &&
		(*table || (clv_survivors_valid(row, *n) &&
					clv_survivors_merge(row, n, false, err) == CLV_OK)))
		return CLV_OK;

wrong:
	return clv_fail(err, CLV_BAD_TEXT,
					"Build values with the aggregate clv.retention(tenure, churned).",
					"invalid input syntax for type clv.retention: \"%.64s\"%s",
					text, strlen(text) > 64 ? " ..." : "");
}
