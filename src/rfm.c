/*
 * rfm.c
 *		The type clv.rfm: a purchase history as a value.  Text, binary, order.
 */
#include "rfm.h"

#include "common/base64.h"
#include "libpq/pqformat.h"
#include "utils/memutils.h"

#include "varlena_cmp.h"

PG_FUNCTION_INFO_V1(clv_rfm_in);
PG_FUNCTION_INFO_V1(clv_rfm_out);
PG_FUNCTION_INFO_V1(clv_rfm_recv);
PG_FUNCTION_INFO_V1(clv_rfm_send);

CLV_COMPARISON_FUNCTIONS(rfm, PG_GETARG_CLV_RFM);

/* The text form: this, then the bytes in base 64. */
#define TEXT_TAG		"rfm1:"
#define TEXT_TAG_LENGTH	((int) sizeof(TEXT_TAG) - 1)
#define TEXT_MAX_LENGTH	((CLV_HISTORY_MAX_BYTES + 2) / 3 * 4)	/* after it */

/* A value of that many bytes, its header included; undefined otherwise. */
struct varlena *
clv_rfm_allocate(size_t size)
{
	struct varlena *value;

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("purchase history exceeds the maximum size of a value (%zu bytes)",
						(size_t) MaxAllocSize),
				 errhint("One customer has too many purchase days: check the customer column.")));
	value = palloc(size);
	SET_VARSIZE(value, size);
	return value;
}

/*
 * The same history with its days sorted and none twice, in a new open value of
 * "size" bytes, or of twice that, and so on, until it fits.
 */
struct varlena *
clv_rfm_compact(struct varlena *value, size_t size)
{
	const unsigned char *data = CLV_RFM_DATA(value);
	size_t		data_size = CLV_RFM_SIZE(value);
	void	   *scratch = palloc_extended(clv_history_scratch(data, data_size),
										  MCXT_ALLOC_HUGE);
	struct varlena *result;
	ClvCompaction compaction;
	ClvError	err;
	ClvStatus	status;

	for (;; size *= 2)
	{
		result = clv_rfm_allocate(size);
		status = clv_compaction_begin(&compaction, data, data_size, scratch,
									  CLV_RFM_DATA(result),
									  CLV_RFM_SIZE(result), &err);
		if (status != CLV_OK)
			clv_raise(&err);
		CLV_RUN(status, clv_compaction_step(&compaction, &err));
		if (status != CLV_OK)
			clv_raise(&err);
		if (!compaction.full)
			break;
		pfree(result);
	}
	pfree(scratch);
	return result;
}

struct varlena *
clv_rfm_canonical(Datum datum)
{
	struct varlena *given = (struct varlena *) DatumGetPointer(datum);
	struct varlena *value = PG_DETOAST_DATUM_PACKED(datum);
	struct varlena *open = value;
	struct varlena *result;
	ClvError	err;

	if (!clv_history_is_open(CLV_RFM_DATA(value), CLV_RFM_SIZE(value)))
		return value;
	if (!clv_history_is_compact(CLV_RFM_DATA(value), CLV_RFM_SIZE(value)))
		open = clv_rfm_compact(value, VARSIZE_ANY(value));
	else if (clv_history_limit(CLV_RFM_DATA(value), CLV_RFM_SIZE(value),
							   &err) != CLV_OK)
		clv_raise(&err);
	result = clv_rfm_allocate(VARHDRSZ + clv_history_used(CLV_RFM_DATA(open),
														  CLV_RFM_SIZE(open)));
	SET_VARSIZE(result, VARHDRSZ + clv_history_close(CLV_RFM_DATA(open),
													 CLV_RFM_SIZE(open),
													 CLV_RFM_DATA(result)));
	if (open != value)
		pfree(open);
	if (value != given)
		pfree(value);
	return result;
}

/* Bytes from outside. */
static ClvStatus
check_history(const struct varlena *value, ClvStatus status, ClvError *err)
{
	ClvHistoryCheck check;
	ClvStatus	st = clv_history_check_begin(&check, CLV_RFM_DATA(value),
											 CLV_RFM_SIZE(value), status, err);

	if (st != CLV_OK)
		return st;
	CLV_RUN(st, clv_history_check_step(&check, err));
	return st;
}

static void
not_text(const char *string, struct Node *context)
{
	ClvError	err;

	clv_fail(&err, CLV_BAD_TEXT,
			 "Build values with the aggregate clv.rfm(at, amount).",
			 "invalid input syntax for type clv.rfm: \"%.64s\"%s", string,
			 strlen(string) > 64 ? " ..." : "");
	clv_raise_soft(&err, context);
}

Datum
clv_rfm_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	char	   *code = string + TEXT_TAG_LENGTH;
	char	   *again;
	struct varlena *value;
	ClvError	err;
	size_t		length;
	int			size;

	if (strncmp(string, TEXT_TAG, TEXT_TAG_LENGTH) != 0)
	{
		not_text(string, fcinfo->context);
		PG_RETURN_NULL();
	}
	length = strlen(code);
	if (length > TEXT_MAX_LENGTH &&
		clv_history_limit_bytes(length, &err) != CLV_OK)
	{
		clv_raise_soft(&err, fcinfo->context);
		PG_RETURN_NULL();
	}
	value = clv_rfm_allocate(VARHDRSZ + (size_t) pg_b64_dec_len((int) length));
	size = pg_b64_decode(code, (int) length, (void *) VARDATA(value),
						 (int) CLV_RFM_SIZE(value));

	/* One text for one value: no white space, no stray bits at the end. */
	again = palloc(pg_b64_enc_len(Max(size, 0)) + 1);
	if (size < 0 ||
		pg_b64_encode((void *) VARDATA(value), size, again,
					  pg_b64_enc_len(size)) != (int) length ||
		memcmp(again, code, length) != 0)
	{
		not_text(string, fcinfo->context);
		PG_RETURN_NULL();
	}
	pfree(again);
	SET_VARSIZE(value, VARHDRSZ + size);
	if (check_history(value, CLV_BAD_TEXT, &err) != CLV_OK)
	{
		clv_raise_soft(&err, fcinfo->context);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

Datum
clv_rfm_out(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_RFM(0);
	size_t		size = CLV_RFM_SIZE(value);
	size_t		room = TEXT_TAG_LENGTH + (size + 2) / 3 * 4 + 1;
	char	   *string;
	int			length;

	string = palloc(room);
	memcpy(string, TEXT_TAG, TEXT_TAG_LENGTH);
	length = pg_b64_encode((void *) CLV_RFM_DATA(value), (int) size,
						   string + TEXT_TAG_LENGTH,
						   (int) (room - TEXT_TAG_LENGTH));
	if (length < 0)
		elog(ERROR, "could not encode a value of type clv.rfm");
	string[TEXT_TAG_LENGTH + length] = '\0';
	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_CSTRING(string);
}

/* The binary form is the history itself, which is the same on all machines. */
Datum
clv_rfm_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			size = buf->len - buf->cursor;
	struct varlena *value;
	ClvError	err;

	if (clv_history_limit_bytes(size, &err) != CLV_OK)
		clv_raise(&err);
	value = clv_rfm_allocate(VARHDRSZ + (size_t) size);
	pq_copymsgbytes(buf, VARDATA(value), size);
	if (check_history(value, CLV_BAD_BINARY, &err) != CLV_OK)
		clv_raise(&err);
	PG_RETURN_POINTER(value);
}

Datum
clv_rfm_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_RFM(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(value), (int) CLV_RFM_SIZE(value));
	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
