/*
 * cells_pack.c
 *		Any number of rows and encoded bases become one encoded base.
 *
 * Customers with covariates are first put together by these, which makes one
 * base of each group (cells_groups.h) and leaves their rows without covariates.
 * Then all customers become a base (cells_parts.h), as they would without any.
 */
#include "base/cells_groups.h"
#include "base/cells_parts.h"

#include <stdlib.h>

typedef enum PackStage
{
	PACK_LOOK, PACK_GROUP, PACK_ALL
} PackStage;

struct ClvCellsPack
{
	ClvParts   *parts;
	PackStage	stage;
	size_t		looked;			/* parts whose covariates are known */
	bool		has_ncov;		/* a customer has come: */
	int			ncov;			/* so many covariates */
	ClvGrouping *grouping;		/* NULL without covariates */
};

ClvCellsPack *
clv_cells_pack_new(void)
{
	ClvCellsPack *pack = calloc(1, sizeof(ClvCellsPack));

	if (pack == NULL)
		return NULL;
	pack->parts = clv_parts_new();
	if (pack->parts == NULL)
	{
		free(pack);
		return NULL;
	}
	return pack;
}

void
clv_cells_pack_free(ClvCellsPack *pack)
{
	if (pack == NULL)
		return;
	clv_parts_free(pack->parts);
	clv_grouping_free(pack->grouping);
	free(pack);
}

ClvStatus
clv_cells_pack_rows(ClvCellsPack *pack, const ClvCustomer *row, size_t n,
					int ncov, const ClvLogSum *gaps)
{
	return clv_parts_rows(pack->parts, row, n, ncov, gaps);
}

ClvStatus
clv_cells_pack_base(ClvCellsPack *pack, const unsigned char *data, size_t size)
{
	return clv_parts_base(pack->parts, data, size);
}

ClvStatus
clv_cells_pack_request(ClvCellsPack *pack, const unsigned char *request,
					   size_t size, ClvError *err)
{
	return clv_parts_request(pack->parts, request, size, err);
}

/* ---- covariates ---- */

#define HEADS_A_STEP	16384

/* How many covariates have the customers of a part? */
static ClvStatus
look_at_part(ClvCellsPack *pack, ClvPart *part, ClvError *err)
{
	ClvCellsHead head;

	if (part->data != NULL)
	{
		if (clv_cells_head(part->data, part->size, &head, err) != CLV_OK)
			return CLV_BAD_BINARY;
		if (head.customers == 0)
			return CLV_OK;
		part->ncov = head.ncov;
	}
	if (pack->has_ncov && part->ncov != pack->ncov)
		return clv_cells_covariates_differ(part->ncov, pack->ncov, err);
	pack->has_ncov = true;
	pack->ncov = part->ncov;
	return CLV_OK;
}

/* All parts to be grouped, rows before the sections of bases. */
static ClvStatus
begin_grouping(ClvCellsPack *pack, ClvError *err)
{
	ClvStatus	status = CLV_OK;
	ClvCellsHead head;
	size_t		n;
	const ClvPart *part = clv_parts_came(pack->parts, &n);
	size_t		i;

	pack->grouping = clv_grouping_new(pack->ncov);
	if (pack->grouping == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL, "out of memory");
	for (i = 0; i < n && status == CLV_OK; i++)
		if (part[i].data == NULL)
			status = clv_grouping_add_rows(pack->grouping, part[i].row,
										   part[i].size);
	for (i = 0; i < n && status == CLV_OK; i++)
	{
		if (part[i].data == NULL || part[i].ncov == 0)
			continue;
		clv_cells_head(part[i].data, part[i].size, &head, NULL);
		status = clv_grouping_add_section(pack->grouping, head.covariates);
	}
	pack->stage = PACK_GROUP;
	return status == CLV_OK ? CLV_CONTINUE :
		clv_fail(err, status, NULL, "out of memory");
}

/* Are there covariates?  Some parts at a time. */
static ClvStatus
look_for_covariates(ClvCellsPack *pack, ClvError *err)
{
	size_t		budget = HEADS_A_STEP;
	size_t		n;
	ClvPart    *part = clv_parts_came(pack->parts, &n);
	ClvStatus	status;

	for (; pack->looked < n; pack->looked++)
	{
		if (budget-- == 0)
			return CLV_CONTINUE;
		status = look_at_part(pack, &part[pack->looked], err);
		if (status != CLV_OK)
			return status;
	}
	if (pack->ncov > 0)
		return begin_grouping(pack, err);
	pack->stage = PACK_ALL;
	return CLV_CONTINUE;
}

/* All rows, now without covariates, are in the first part that has any. */
static void
take_plain_rows(ClvCellsPack *pack)
{
	size_t		nrow;
	const ClvCustomer *row = clv_grouping_rows(pack->grouping, &nrow);
	size_t		n;
	ClvPart    *part = clv_parts_came(pack->parts, &n);
	size_t		i;

	for (i = 0; i < n; i++)
	{
		if (part[i].data != NULL)
			continue;
		part[i].row = row;
		part[i].size = part[i].weight = nrow;
		part[i].ncov = 0;
		nrow = 0;
	}
}

static ClvStatus
group_customers(ClvCellsPack *pack, ClvError *err)
{
	ClvStatus	status = clv_grouping_step(pack->grouping, err);

	if (status != CLV_OK)
		return status;
	take_plain_rows(pack);
	clv_parts_covariates(pack->parts, clv_grouping_section(pack->grouping));
	pack->stage = PACK_ALL;
	return CLV_CONTINUE;
}

/* ---- all customers ---- */

ClvStatus
clv_cells_pack_step(ClvCellsPack *pack, ClvError *err)
{
	switch (pack->stage)
	{
		case PACK_LOOK:
			return look_for_covariates(pack, err);
		case PACK_GROUP:
			return group_customers(pack, err);
		case PACK_ALL:
			break;
	}
	return clv_parts_step(pack->parts, err);
}

const unsigned char *
clv_cells_pack_result(const ClvCellsPack *pack, size_t *size)
{
	return clv_parts_result(pack->parts, size);
}

size_t
clv_cells_pack_cells(const ClvCellsPack *pack)
{
	size_t		all = clv_parts_cells(pack->parts);
	size_t		groups = pack->grouping == NULL ? 0 :
		clv_grouping_cells(pack->grouping);

	return all > groups ? all : groups;
}
