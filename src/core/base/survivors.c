/*
 * survivors.c
 *		Subscribers by how long they stayed, in few bytes.
 */
#include "base/survivors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/codec.h"

/* Flags, byte 1. */
#define FLAG_TABLE		0x01
#define FLAG_MILLIONTHS	0x02	/* counts are not in whole subscribers */
#define FLAGS_KNOWN		0x03

#define HEADER			2

#define MAX_TOTAL	CLV_SURVIVORS_MAX_TOTAL

/* ---- rows ---- */

static ClvStatus
check_tenure(int32_t tenure, const char *what, ClvError *err)
{
	if (tenure >= 0 && tenure <= CLV_MAX_TENURE)
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT,
					"It is counted in periods of the contract.",
					"%s must be from 0 to %d, but is \"%d\"", what,
					CLV_MAX_TENURE, (int) tenure);
}

ClvStatus
clv_survivors_subscriber(int32_t tenure, bool churned, ClvTenureRow *row,
						 ClvError *err)
{
	ClvStatus	status = check_tenure(tenure, "tenure", err);

	if (status != CLV_OK)
		return status;
	if (churned && tenure == 0)
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Who leaves in the first period, without any renewal, has tenure 1.",
						"tenure of a subscriber who left must be at least 1, but is \"0\"");
	row->tenure = tenure;
	row->lost = churned ? CLV_SURVIVORS_UNIT : 0;
	row->stay = churned ? 0 : CLV_SURVIVORS_UNIT;
	return CLV_OK;
}

ClvStatus
clv_survivors_published(int32_t period, double survivors, ClvTenureRow *row,
						ClvError *err)
{
	ClvNumber	number;
	ClvStatus	status = check_tenure(period, "period", err);

	if (status != CLV_OK)
		return status;
	if (!(survivors >= 0.0 && survivors <= MAX_TOTAL / CLV_SURVIVORS_UNIT))
		return clv_fail(err, CLV_BAD_ARGUMENT,
						"Give numbers of subscribers, or percentages.",
						"survivors must be from 0 to 9e9, but are \"%s\"",
						clv_number(&number, survivors));
	row->tenure = period;
	row->lost = 0;
	row->stay = llround(survivors * CLV_SURVIVORS_UNIT);
	return CLV_OK;
}

ClvStatus
clv_survivors_too_many(ClvError *err)
{
	return clv_fail(err, CLV_LIMIT,
					"Count tenures in longer periods, or make a value for each group of subscribers.",
					"there are more than %d distinct tenures", CLV_MAX_TENURES);
}

static int
by_tenure(const void *a, const void *b)
{
	int32_t		l = ((const ClvTenureRow *) a)->tenure;
	int32_t		r = ((const ClvTenureRow *) b)->tenure;

	return (l > r) - (l < r);
}

/* Each row is within bounds and nothing negative: so is their sum, or not. */
static ClvStatus
check_total(const ClvTenureRow *row, size_t n, ClvStatus status, ClvError *err)
{
	int64_t		total = 0;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		if (row[i].lost > MAX_TOTAL - total ||
			row[i].stay > MAX_TOTAL - total - row[i].lost)
			return clv_fail(err, status, NULL, "too many subscribers");
		total += row[i].lost + row[i].stay;
	}
	return CLV_OK;
}

bool
clv_survivors_valid(const ClvTenureRow *row, size_t n)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		if ((row[i].lost == 0 && row[i].stay == 0) ||
			(row[i].lost > 0 && row[i].tenure == 0))
			return false;
	}
	return true;
}

ClvStatus
clv_survivors_merge(ClvTenureRow *row, size_t *n, bool table, ClvError *err)
{
	size_t		left = 0;
	size_t		i;
	ClvStatus	status = table ? CLV_OK : check_total(row, *n, CLV_OUT_OF_RANGE, err);

	if (status != CLV_OK)
		return status;
	qsort(row, *n, sizeof(ClvTenureRow), by_tenure);
	for (i = 0; i < *n; i++)
	{
		if (left == 0 || row[left - 1].tenure != row[i].tenure)
		{
			row[left++] = row[i];
			continue;
		}
		if (table)
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"Make a table of each cohort, and merge them by clv.rollup.",
							"period \"%d\" comes twice in the survivor table",
							(int) row[i].tenure);
		row[left - 1].lost += row[i].lost;
		row[left - 1].stay += row[i].stay;
	}
	*n = left;
	return left > CLV_MAX_TENURES ? clv_survivors_too_many(err) : CLV_OK;
}

ClvStatus
clv_survivors_finish(ClvTenureRow *row, size_t *n, ClvError *err)
{
	size_t		left = 0;
	size_t		i;

	for (i = 0; i < *n; i++)
	{
		ClvTenureRow here = row[i];
		bool		last = i + 1 == *n;

		if (here.tenure != (int32_t) i)
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"It has a row for every period, and period 0 is all who began.",
							"period \"%zu\" is missing in the survivor table", i);
		if (i > 0 && here.stay > row[i].lost)
			return clv_fail(err, CLV_BAD_ARGUMENT, NULL,
							"survivors rise in period \"%zu\" of the survivor table", i);

		/* row[i].lost: of the row before, who was there then */
		if (!last)
			row[i + 1].lost = here.stay;
		here.lost = i > 0 ? here.lost - here.stay : 0;
		here.stay = last ? here.stay : 0;
		if (here.lost > 0 || here.stay > 0)
			row[left++] = here;
	}
	*n = left;
	return CLV_OK;
}

/* ---- bytes ---- */

size_t
clv_survivors_room(size_t n)
{
	return HEADER + CLV_VARINT_MAX * (1 + 3 * n);
}

size_t
clv_survivors_encode(const ClvTenureRow *row, size_t n, bool table,
					 unsigned char *out)
{
	ClvWriter	writer = {out, out + clv_survivors_room(n), false};
	int64_t		unit = CLV_SURVIVORS_UNIT;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		if (row[i].lost % CLV_SURVIVORS_UNIT != 0 ||
			row[i].stay % CLV_SURVIVORS_UNIT != 0)
			unit = 1;
	}
	clv_put_byte(&writer, CLV_SURVIVORS_VERSION);
	clv_put_byte(&writer, (table ? FLAG_TABLE : 0) |
				 (unit == 1 ? FLAG_MILLIONTHS : 0));
	clv_put_varint(&writer, n);
	for (i = 0; i < n; i++)
	{
		clv_put_varint(&writer, i == 0 ? row[i].tenure :
						 row[i].tenure - row[i - 1].tenure - 1);
		clv_put_varint(&writer, row[i].stay / unit);
		if (!table)
			clv_put_varint(&writer, row[i].lost / unit);
	}
	return (size_t) (writer.at - out);
}

/* What comes before the rows; "in" is left at the first. */
typedef struct Head
{
	unsigned char version;
	unsigned char flags;
	uint64_t	rows;
} Head;

static bool
read_head(ClvSpan *in, Head *head)
{
	return clv_get_byte(in, &head->version) &&
		head->version == CLV_SURVIVORS_VERSION &&
		clv_get_byte(in, &head->flags) && (head->flags & ~FLAGS_KNOWN) == 0 &&
		clv_get_varint(in, &head->rows) && head->rows > 0;
}

ClvStatus
clv_survivors_count(const unsigned char *data, size_t size, size_t *n,
					bool *table, ClvStatus status, ClvError *err)
{
	ClvSpan		in = {data, data + size};
	Head		head = {0, 0, 0};

	if (!read_head(&in, &head))
		return clv_fail(err, status, NULL,
						head.version == CLV_SURVIVORS_VERSION ?
						"retention is damaged" :
						"retention has an unknown version");
	if (head.rows > CLV_MAX_TENURES)
		return clv_survivors_too_many(err);
	*n = (size_t) head.rows;
	*table = (head.flags & FLAG_TABLE) != 0;
	return CLV_OK;
}

/* A count in "unit", read into millionths. */
static bool
read_count(ClvSpan *in, int64_t unit, int64_t *out)
{
	uint64_t	count;

	if (!clv_get_varint(in, &count) || count > (uint64_t) (MAX_TOTAL / unit))
		return false;
	*out = (int64_t) count * unit;
	return true;
}

ClvStatus
clv_survivors_decode(const unsigned char *data, size_t size,
					 ClvTenureRow *row, ClvStatus status, ClvError *err)
{
	ClvSpan		in = {data, data + size};
	Head		head;
	int64_t		unit;
	uint64_t	tenure = 0;
	uint64_t	step;
	bool		table;
	bool		whole = true;
	size_t		i;

	if (!read_head(&in, &head))
		goto damaged;
	unit = head.flags & FLAG_MILLIONTHS ? 1 : CLV_SURVIVORS_UNIT;
	table = (head.flags & FLAG_TABLE) != 0;
	for (i = 0; i < head.rows; i++)
	{
		if (!clv_get_varint(&in, &step) || step > CLV_MAX_TENURE)
			goto damaged;
		tenure += step + (i > 0);
		row[i].lost = 0;
		if (tenure > CLV_MAX_TENURE ||
			!read_count(&in, unit, &row[i].stay) ||
			(!table && !read_count(&in, unit, &row[i].lost)))
			goto damaged;
		row[i].tenure = (int32_t) tenure;
		whole = whole && row[i].stay % CLV_SURVIVORS_UNIT == 0 &&
			row[i].lost % CLV_SURVIVORS_UNIT == 0;
	}
	if (in.at != in.end || (unit == 1 && whole) ||
		(!table && !clv_survivors_valid(row, head.rows)))
		goto damaged;
	return table ? CLV_OK : check_total(row, head.rows, status, err);

damaged:
	return clv_fail(err, status, NULL, "retention is damaged");
}

/* What can be read is what was written: there is one encoding of each value. */
ClvStatus
clv_survivors_check(const unsigned char *data, size_t size, ClvStatus status,
					ClvError *err)
{
	ClvTenureRow *row;
	size_t		n;
	bool		table;
	ClvStatus	st = clv_survivors_count(data, size, &n, &table, status, err);

	if (st != CLV_OK)
		return st;
	row = malloc(n * sizeof(ClvTenureRow));
	if (row == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	st = clv_survivors_decode(data, size, row, status, err);
	free(row);
	return st;
}

/* ---- questions ---- */

void
clv_survivors_period(const ClvTenureRow *row, size_t *i, int32_t period,
					 ClvPeriod *out)
{
	/* who was at risk in the period after this one has survived this one */
	out->surviving = out->at_risk;
	out->lost = 0;
	if (*i > 0 && row[*i - 1].tenure == period)
	{
		--*i;
		out->surviving += row[*i].stay;
		out->lost = row[*i].lost;
	}
	out->at_risk = out->surviving + out->lost;
}

int64_t
clv_survivors_total(const ClvTenureRow *row, size_t n)
{
	int64_t		total = 0;
	size_t		i;

	for (i = 0; i < n; i++)
		total += row[i].lost + row[i].stay;
	return (total + CLV_SURVIVORS_UNIT / 2) / CLV_SURVIVORS_UNIT;
}

void
clv_survivors_base(const ClvTenureRow *row, size_t n, ClvTenure *tenure,
				   ClvBase *base)
{
	size_t		i;

	memset(base, 0, sizeof(*base));
	base->tenure = tenure;
	base->ntenure = n;
	base->customers = clv_survivors_total(row, n);
	for (i = 0; i < n; i++)
	{
		tenure[i].t = row[i].tenure;
		tenure[i].lost = clv_survivors_number(row[i].lost);
		tenure[i].stay = clv_survivors_number(row[i].stay);
	}
}
