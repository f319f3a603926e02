/*
 * target_retention.h
 *		Bytes as those of a clv.retention, and its text form.
 */
#ifndef CLV_FUZZ_TARGET_RETENTION_H
#define CLV_FUZZ_TARGET_RETENTION_H

#include "base/survivors.h"

#include "target.h"

/* Rows that a value was made of: written again they are the same bytes. */
static void
retention_round(const unsigned char *data, size_t size,
				const ClvTenureRow *row, size_t n, bool table)
{
	unsigned char *bytes = malloc(clv_survivors_room(n));
	char	   *text = malloc(CLV_SURVIVORS_TEXT(n));
	ClvTenureRow *parsed;
	size_t		parsed_n;
	bool		parsed_table;
	ClvError	err;

	PROMISE(fuzz_same(data, size, bytes, clv_survivors_encode(row, n, table, bytes)));
	clv_survivors_print(row, n, table, text);
	PROMISE(strlen(text) < CLV_SURVIVORS_TEXT(n));
	parsed = malloc(clv_survivors_text_rows(text) * sizeof(ClvTenureRow));
	PROMISE(clv_survivors_parse(text, parsed, &parsed_n, &parsed_table, &err) == CLV_OK &&
			parsed_n == n && parsed_table == table);
	PROMISE(fuzz_same(data, size, bytes, clv_survivors_encode(parsed, n, table, bytes)));
	free(parsed);
	free(text);
	free(bytes);
}

static void
retention_ask(const ClvTenureRow *row, size_t n)
{
	ClvTenureRow *twice = malloc((2 * n + 1) * sizeof(ClvTenureRow));
	ClvTenure  *tenure = malloc((n + 1) * sizeof(ClvTenure));
	ClvPeriod	period = {0, 0, 0};
	int64_t		total = clv_survivors_total(row, n);
	size_t		m = 2 * n;
	size_t		i = n;
	int32_t		t;
	ClvBase		base;
	ClvError	err;

	PROMISE(total >= 0 && total <= CLV_SURVIVORS_MAX_TOTAL / CLV_SURVIVORS_UNIT);
	for (t = n > 0 ? row[n - 1].tenure : 0; t >= 1 && t > row[n - 1].tenure - 1000; t--)
	{
		clv_survivors_period(row, &i, t, &period);
		PROMISE(period.lost >= 0 && period.surviving >= 0 && period.at_risk > 0);
	}
	clv_survivors_base(row, n, tenure, &base);
	PROMISE(base.ntenure == n && base.customers == total);
	memcpy(twice, row, n * sizeof(ClvTenureRow));
	memcpy(twice + n, row, n * sizeof(ClvTenureRow));
	if (clv_survivors_merge(twice, &m, false, &err) == CLV_OK)
		PROMISE(m == n && clv_survivors_valid(twice, m));
	else
		PROMISE(err.status == CLV_OUT_OF_RANGE);
	free(twice);
	free(tenure);
}

/* A value that has passed the check. */
static void
retention_accepted(const unsigned char *data, size_t size)
{
	ClvTenureRow *row;
	size_t		n = 0;
	bool		table = false;
	ClvError	err;

	PROMISE(clv_survivors_count(data, size, &n, &table, CLV_BAD_BINARY, &err) == CLV_OK);
	row = malloc((n + 1) * sizeof(ClvTenureRow));
	PROMISE(clv_survivors_decode(data, size, row, CLV_BAD_BINARY, &err) == CLV_OK);
	retention_round(data, size, row, n, table);
	if (!table)
		retention_ask(row, n);
	else if (clv_survivors_finish(row, &n, &err) == CLV_OK)
		retention_ask(row, n);
	else
		PROMISE(err.status == CLV_BAD_ARGUMENT);
	free(row);
}

static bool
fuzz_retention(const unsigned char *data, size_t size)
{
	ClvError	err;

	if (clv_survivors_check(data, size, CLV_BAD_BINARY, &err) != CLV_OK)
	{
		PROMISE(err.status == CLV_BAD_BINARY || err.status == CLV_LIMIT);
		return false;
	}
	retention_accepted(data, size);
	return true;
}

/* What the text reader takes is what the check of bytes takes. */
static bool
fuzz_retention_text(const unsigned char *data, size_t size)
{
	char	   *text = malloc(size + 1);
	ClvTenureRow *row;
	unsigned char *bytes = NULL;
	size_t		n;
	bool		table;
	bool		taken;
	ClvError	err;

	memcpy(text, data, size);
	text[size] = '\0';
	row = malloc(clv_survivors_text_rows(text) * sizeof(ClvTenureRow));
	taken = clv_survivors_parse(text, row, &n, &table, &err) == CLV_OK;
	if (taken)
	{
		bytes = malloc(clv_survivors_room(n));
		size = clv_survivors_encode(row, n, table, bytes);
		PROMISE(clv_survivors_check(bytes, size, CLV_BAD_TEXT, &err) == CLV_OK);
		retention_accepted(bytes, size);
	}
	else
		PROMISE(err.status == CLV_BAD_TEXT || err.status == CLV_LIMIT);
	free(bytes);
	free(row);
	free(text);
	return taken;
}

#endif							/* CLV_FUZZ_TARGET_RETENTION_H */
