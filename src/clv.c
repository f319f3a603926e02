/*
 * clv.c
 *		Module entry.
 */
#include "clv.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "clv");
#else
PG_MODULE_MAGIC;
#endif
