/*
 * target_base.h
 *		Bytes as those of a clv.cbs.
 */
#ifndef CLV_FUZZ_TARGET_BASE_H
#define CLV_FUZZ_TARGET_BASE_H

#include "base/cells.h"
#include "base/cells_groups.h"

#include "target.h"

static ClvStatus
base_check(const unsigned char *data, size_t size, ClvError *err)
{
	ClvCellsCheck *check = clv_cells_check_new(data, size);
	ClvStatus	status;

	while ((status = clv_cells_check_step(check, err)) == CLV_CONTINUE)
		;
	clv_cells_check_free(check);
	return status;
}

/* Merged "times" times with nothing or itself; the pack is the caller's. */
static ClvCellsPack *
base_packed(const unsigned char *data, size_t size, int times,
			ClvStatus *status)
{
	ClvCellsPack *pack = clv_cells_pack_new();
	ClvError	err;
	int			i;

	for (i = 0; i < times; i++)
		PROMISE(clv_cells_pack_base(pack, data, size) == CLV_OK);
	while ((*status = clv_cells_pack_step(pack, &err)) == CLV_CONTINUE)
		;
	return pack;
}

static void
base_ask(const unsigned char *data, size_t size)
{
	ClvCellsHead head;
	ClvBase		base;
	ClvError	err;
	double		customers = 0;
	double		spenders = 0;
	size_t		i;

	PROMISE(clv_cells_head(data, size, &head, &err) == CLV_OK);
	PROMISE(clv_cells_decode(data, size, &base, &err) == CLV_OK);
	PROMISE(head.customers >= 0);
	PROMISE(!base.has_log_gaps || isfinite(base.sum_log_gaps));
	for (i = 0; i < base.ncell; i++)
	{
		const ClvCell *cell = &base.cell[i];

		PROMISE(cell->n > 0 && isfinite(base.x[cell->ix]) &&
				isfinite(base.tx[cell->itx]) && isfinite(base.t[cell->it]));
		customers += cell->n;
	}
	for (i = 0; i < base.nspend; i++)
	{
		PROMISE(base.spend[i].n > 0 && isfinite(base.spend[i].m) && base.spend[i].m > 0);
		spenders += base.spend[i].n;
	}

	/* customers of whom only the spend is known are in no cell */
	PROMISE(customers == (double) base.customers &&
			(base.customers == 0 || base.customers == head.customers));
	PROMISE(spenders == (double) head.spenders);
	PROMISE(base.ngroup == head.ngroup && base.ncov == head.ncov);
	clv_base_free(&base);
}

static bool
fuzz_base(const unsigned char *data, size_t size)
{
	ClvCellsPack *pack;
	const unsigned char *again;
	size_t		again_size;
	ClvStatus	status;
	ClvError	err;

	if (base_check(data, size, &err) != CLV_OK)
	{
		PROMISE(err.status == CLV_BAD_BINARY);
		return false;
	}
	base_ask(data, size);
	pack = base_packed(data, size, 1, &status);
	PROMISE(status == CLV_OK);
	again = clv_cells_pack_result(pack, &again_size);
	PROMISE(fuzz_same(data, size, again, again_size));
	clv_cells_pack_free(pack);

	pack = base_packed(data, size, 2, &status);
	PROMISE(status == CLV_OK || status == CLV_OUT_OF_RANGE || status == CLV_LIMIT);
	if (status == CLV_OK)
	{
		again = clv_cells_pack_result(pack, &again_size);
		PROMISE(base_check(again, again_size, &err) == CLV_OK);
	}
	clv_cells_pack_free(pack);
	return true;
}

#endif							/* CLV_FUZZ_TARGET_BASE_H */
