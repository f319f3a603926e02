/*
 * varlena_cmp.c
 *		Comparison and hashing of types whose equal values have equal bytes.
 */
#include "varlena_cmp.h"

#include "common/hashfn.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Detoasted values, with a header of either length. */
int
clv_varlena_cmp(const struct varlena *a, const struct varlena *b)
{
	size_t		asize = VARSIZE_ANY_EXHDR(a);
	size_t		bsize = VARSIZE_ANY_EXHDR(b);
	int			cmp = memcmp(VARDATA_ANY(a), VARDATA_ANY(b),
							 Min(asize, bsize));

	if (cmp != 0)
		return cmp < 0 ? -1 : 1;
	if (asize == bsize)
		return 0;
	return asize < bsize ? -1 : 1;
}

/* The lower half is the plain hash when the seed is 0, as hash indexes ask. */
uint64
clv_varlena_hash(const struct varlena *value, uint64 seed)
{
	return hash_bytes_extended((const unsigned char *) VARDATA_ANY(value),
							   (int) VARSIZE_ANY_EXHDR(value), seed);
}
