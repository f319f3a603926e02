/*
 * cbs.c
 *		The type clv.cbs: a customer base as a value.  Text, binary, order, and
 *		its decoded form for a fit.
 */
#include "cbs_state.h"

#include "common/base64.h"
#include "libpq/pqformat.h"
#include "utils/memutils.h"

#include "base/cells_groups.h"
#include "varlena_cmp.h"

PG_FUNCTION_INFO_V1(clv_cbs_in);
PG_FUNCTION_INFO_V1(clv_cbs_out);
PG_FUNCTION_INFO_V1(clv_cbs_recv);
PG_FUNCTION_INFO_V1(clv_cbs_send);

CLV_COMPARISON_FUNCTIONS(cbs, PG_GETARG_CLV_CBS);

/* The text form: this, then the bytes in base 64. */
#define TEXT_TAG		"cbs1:"
#define TEXT_TAG_LENGTH	(sizeof(TEXT_TAG) - 1)

/* Interrupts are taken after this many bytes of text: whole groups of four. */
#define TEXT_SLICE		(1024 * 1024)
#define BYTES_SLICE		(TEXT_SLICE / 4 * 3)

/* ---- bytes from outside ---- */

static void
release_check(void *check)
{
	clv_cells_check_free(check);
}

static ClvStatus
check_bytes(const unsigned char *data, Size size, ClvError *err)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "clv base",
												  ALLOCSET_SMALL_SIZES);
	ClvCellsCheck *check = clv_cells_check_new(data, size);
	ClvStatus	status;

	if (check == NULL)
		clv_raise_status(CLV_NO_MEMORY);
	clv_own(context, check, release_check);
	CLV_RUN(status, clv_cells_check_step(check, err));
	MemoryContextDelete(context);
	return status;
}

/* Bytes of base 64; -1 unless it is what the encoder writes. */
static int
decode_text(const char *string, Size length, char *bytes, Size room)
{
	char	   *again = palloc(TEXT_SLICE + 1);
	Size		done = 0;
	Size		i;

	for (i = 0; i < length; i += TEXT_SLICE)
	{
		int			slice = (int) Min(length - i, TEXT_SLICE);
		int			size;

		CHECK_FOR_INTERRUPTS();
		size = pg_b64_decode(string + i, slice, (void *) (bytes + done),
							 (int) (room - done));

		/* Encoded again, to refuse white space and stray bits at the end. */
		if (size < 0 ||
			pg_b64_encode((void *) (bytes + done), size, again,
						  TEXT_SLICE + 1) != slice ||
			memcmp(again, string + i, slice) != 0)
			return -1;
		done += size;
	}
	pfree(again);
	return (int) done;
}

Datum
clv_cbs_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	Size		length = strlen(string);
	struct varlena *value;
	int			size = -1;
	ClvError	err;

	if (length > TEXT_TAG_LENGTH &&
		strncmp(string, TEXT_TAG, TEXT_TAG_LENGTH) == 0)
	{
		length -= TEXT_TAG_LENGTH;
		value = palloc(VARHDRSZ + length / 4 * 3 + 3);
		size = decode_text(string + TEXT_TAG_LENGTH, length, VARDATA(value),
						   length / 4 * 3 + 3);
	}
	if (size < 0)
	{
		clv_fail(&err, CLV_BAD_TEXT,
				 "Build values with the aggregate clv.cbs().",
				 "invalid input syntax for type clv.cbs: \"%.64s\"%s", string,
				 strlen(string) > 64 ? " ..." : "");
		clv_raise_soft(&err, fcinfo->context);
		PG_RETURN_NULL();
	}
	SET_VARSIZE(value, VARHDRSZ + size);
	if (check_bytes(CLV_CBS_DATA(value), size, &err) != CLV_OK)
	{
		if (err.status == CLV_BAD_BINARY)
			err.status = CLV_BAD_TEXT;
		clv_raise_soft(&err, fcinfo->context);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

Datum
clv_cbs_out(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_CBS(0);
	const char *bytes = (const char *) CLV_CBS_DATA(value);
	Size		size = CLV_CBS_SIZE(value);
	Size		length = TEXT_TAG_LENGTH + (size + 2) / 3 * 4;
	char	   *string;
	char	   *end;
	Size		i;

	string = palloc(length + 1);
	memcpy(string, TEXT_TAG, TEXT_TAG_LENGTH);
	end = string + TEXT_TAG_LENGTH;
	for (i = 0; i < size; i += BYTES_SLICE)
	{
		int			written;

		CHECK_FOR_INTERRUPTS();
		written = pg_b64_encode((void *) (bytes + i),
								(int) Min(size - i, BYTES_SLICE), end,
								(int) (string + length - end));
		if (written < 0)
			elog(ERROR, "could not encode a value of type clv.cbs");
		end += written;
	}
	*end = '\0';
	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_CSTRING(string);
}

/* The binary form is the encoding itself: it is the same on all machines. */
Datum
clv_cbs_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			size = message->len - message->cursor;
	struct varlena *value;
	ClvError	err;

	if (size > CLV_CBS_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("customer base of %d bytes is too large for a value", size)));
	value = palloc(VARHDRSZ + size);
	SET_VARSIZE(value, VARHDRSZ + size);
	pq_copymsgbytes(message, VARDATA(value), size);
	if (check_bytes(CLV_CBS_DATA(value), size, &err) != CLV_OK)
		clv_raise(&err);
	PG_RETURN_POINTER(value);
}

Datum
clv_cbs_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_CBS(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, (const char *) CLV_CBS_DATA(value),
				 (int) CLV_CBS_SIZE(value));
	PG_FREE_IF_COPY(value, 0);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ---- decoded ---- */

/* What is being decoded: all malloc'd memory. */
typedef struct Decoded
{
	ClvCells	cells;
	ClvGroupsReader groups;
} Decoded;

static void
release_decoded(void *decoded)
{
	clv_groups_read_end(&((Decoded *) decoded)->groups);
	clv_cells_free(&((Decoded *) decoded)->cells);
}

static const ClvBase *
decode(Datum cbs, MemoryContext context, bool with_groups)
{
	struct varlena *value = clv_cbs_canonical(cbs);
	Decoded    *decoded = MemoryContextAllocZero(context, sizeof(*decoded));
	ClvCellsReader reader;
	ClvStatus	status;
	ClvError	err;

	clv_own(context, decoded, release_decoded);
	clv_cells_read_begin(&reader, &decoded->cells, CLV_CBS_DATA(value),
						 CLV_CBS_SIZE(value));
	CLV_RUN(status, clv_cells_read_step(&reader, &err));
	if (status == CLV_OK && with_groups)
	{
		clv_groups_read_begin(&decoded->groups, &decoded->cells);
		CLV_RUN(status, clv_groups_read_step(&decoded->groups, &err));
	}
	if (status != CLV_OK)
		clv_raise(&err);
	if ((Pointer) value != DatumGetPointer(cbs))
		pfree(value);
	return &decoded->cells.base;
}

const ClvBase *
clv_cbs_get_base(Datum cbs, MemoryContext context)
{
	return decode(cbs, context, true);
}

const ClvBase *
clv_cbs_get_cells(Datum cbs, MemoryContext context)
{
	return decode(cbs, context, false);
}
