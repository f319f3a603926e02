/*
 * varlena_cmp.c
 *		Comparison and hashing of types whose equal values have equal bytes.
 */
#include "varlena_cmp.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#define SLICE	(16 * 1024 * 1024)	/* bytes looked at between interrupts */

static int
compare_bytes(const char *a, const char *b, size_t size)
{
	size_t		i;
	int			cmp = 0;

	for (i = 0; i < size && cmp == 0; i += SLICE)
	{
		CHECK_FOR_INTERRUPTS();
		cmp = memcmp(a + i, b + i, Min(size - i, SLICE));
	}
	return cmp;
}

/* Detoasted values, with a header of either length. */
int
clv_varlena_cmp(const struct varlena *a, const struct varlena *b)
{
	size_t		asize = VARSIZE_ANY_EXHDR(a);
	size_t		bsize = VARSIZE_ANY_EXHDR(b);
	int			cmp = compare_bytes(VARDATA_ANY(a), VARDATA_ANY(b),
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
	const unsigned char *data = (const unsigned char *) VARDATA_ANY(value);
	size_t		size = VARSIZE_ANY_EXHDR(value);

	for (; size > SLICE; size -= SLICE, data += SLICE)
	{
		CHECK_FOR_INTERRUPTS();
		seed = hash_bytes_extended(data, SLICE, seed);
	}
	return hash_bytes_extended(data, (int) size, seed);
}
