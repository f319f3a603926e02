/*
 * base.c
 *		The memory of a customer base.
 */
#include "base.h"

#include <stdlib.h>
#include <string.h>

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
	memset(base, 0, sizeof(*base));
}
