/*
 * pack_bytes.h
 *		Bases packed into bytes, for tests of their encoding.
 */
#ifndef CLV_PACK_BYTES_H
#define CLV_PACK_BYTES_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cells.h"
#include "check.h"

typedef struct Bytes
{
	unsigned char *data;
	size_t		size;
} Bytes;

/* Pack to the end; the result is the caller's, the pack is gone. */
static ClvStatus
run_pack(ClvCellsPack *pack, Bytes *out, ClvError *err)
{
	const unsigned char *data;
	ClvStatus	status;

	while ((status = clv_cells_pack_step(pack, err)) == CLV_CONTINUE)
		;
	out->data = NULL;
	out->size = 0;
	if (status == CLV_OK)
	{
		data = clv_cells_pack_result(pack, &out->size);
		out->data = malloc(out->size);
		memcpy(out->data, data, out->size);
	}
	clv_cells_pack_free(pack);
	return status;
}

static Bytes
pack_rows(const ClvCustomer *row, size_t n)
{
	ClvCellsPack *pack = clv_cells_pack_new();
	Bytes		out;
	ClvError	err;

	if (n > 0)
		clv_cells_pack_rows(pack, row, n, 0, NULL);
	CHECK(run_pack(pack, &out, &err) == CLV_OK, "pack of %zu rows", n);
	return out;
}

static ClvStatus
pack_two(Bytes a, Bytes b, Bytes *out, ClvError *err)
{
	ClvCellsPack *pack = clv_cells_pack_new();

	clv_cells_pack_base(pack, a.data, a.size);
	clv_cells_pack_base(pack, b.data, b.size);
	return run_pack(pack, out, err);
}

static ClvStatus
check_bytes(const unsigned char *data, size_t size, ClvError *err)
{
	ClvCellsCheck *check = clv_cells_check_new(data, size);
	ClvStatus	status;

	while ((status = clv_cells_check_step(check, err)) == CLV_CONTINUE)
		;
	clv_cells_check_free(check);
	return status;
}

static bool
same(Bytes a, Bytes b)
{
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

#endif							/* CLV_PACK_BYTES_H */
