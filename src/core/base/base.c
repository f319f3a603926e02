/*
 * base.c
 *		The memory of a customer base.
 */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

bool
clv_base_make_groups(ClvBase *base, int ncov, size_t ngroup)
{
	ClvGroup   *group = calloc(ngroup, sizeof(ClvGroup));
	double	   *v = calloc(ngroup, (size_t) ncov * sizeof(double));
	ClvBase    *own = calloc(ngroup, sizeof(ClvBase));

	if (group == NULL || v == NULL || own == NULL)
	{
		free(group);
		free(v);
		free(own);
		return false;
	}
	for (size_t i = 0; i < ngroup; i++)
	{
		group[i].v = v + i * ncov;
		group[i].base = own + i;
	}
	base->group = group;
	base->ngroup = ngroup;
	base->ncov = ncov;
	return true;
}

/* Free what the base points to and leave it empty; free twice is free once. */
void
clv_base_free(ClvBase *base)
{
	free(base->x);
	free(base->tx);
	free(base->t);
	free(base->cell);
	free(base->spend);
	free(base->tenure);
	for (size_t i = 0; i < base->ngroup; i++)
		clv_base_free(base->group[i].base);
	if (base->ngroup > 0)
	{
		free(base->group[0].v);
		free(base->group[0].base);
	}
	free(base->group);
	memset(base, 0, sizeof(*base));
}
