/*
 * vectors.c
 *		The distinct covariates of the customers of an aggregate, each with a
 *		number, in the order in which they came.
 */
#include "vectors.h"

#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#define VECTORS_START	8		/* that the first allocation holds */
#define SLICE			65536	/* numbers between two looks for interrupts */

struct Vectors
{
	MemoryContext context;
	int			ncov;
	HTAB	   *number;			/* by values */
	double	   *v;				/* by number */
	Size		n;
	Size		size;			/* room in "v" */
};

/* Of the hash table; only so many of the values are its key. */
typedef struct Entry
{
	double		v[CLV_MAX_COVARIATES];
	uint32		number;
} Entry;

static Size
vector_bytes(const Vectors *vectors)
{
	return vectors->ncov * sizeof(double);
}

Vectors *
clv_vectors_new(MemoryContext context, int ncov)
{
	Vectors    *vectors = MemoryContextAlloc(context, sizeof(Vectors));
	HASHCTL		ctl;

	vectors->context = context;
	vectors->ncov = ncov;
	memset(&ctl, 0, sizeof(ctl));
	ctl.keysize = ncov * sizeof(double);
	ctl.entrysize = sizeof(Entry);
	ctl.hcxt = context;
	vectors->number = hash_create("clv covariates", VECTORS_START, &ctl,
								  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	vectors->n = 0;
	vectors->size = VECTORS_START;
	vectors->v = MemoryContextAlloc(context,
									vectors->size * vector_bytes(vectors));
	return vectors;
}

int
clv_vectors_ncov(const Vectors *vectors)
{
	return vectors->ncov;
}

Size
clv_vectors_count(const Vectors *vectors)
{
	return vectors->n;
}

const double *
clv_vectors_get(const Vectors *vectors, Size i)
{
	return vectors->v + i * vectors->ncov;
}

uint32
clv_vectors_add(Vectors *vectors, const double *v, bool *is_new)
{
	double		key[CLV_MAX_COVARIATES];
	Entry	   *entry;
	bool		found;
	int			i;

	for (i = 0; i < vectors->ncov; i++)
		key[i] = v[i] + 0.0;	/* -0 becomes 0 */
	entry = hash_search(vectors->number, key, HASH_ENTER, &found);
	*is_new = !found;
	if (found)
		return entry->number;
	entry->number = (uint32) vectors->n;
	if (vectors->n == vectors->size)
	{
		vectors->size *= 2;
		vectors->v = repalloc_huge(vectors->v,
								   vectors->size * vector_bytes(vectors));
	}
	memcpy(vectors->v + vectors->n * vectors->ncov, key, vector_bytes(vectors));
	vectors->n++;
	return entry->number;
}

/* ---- in ascending order ---- */

static int
compare_vectors(const void *a, const void *b, void *arg)
{
	const Vectors *vectors = arg;
	const double *va = clv_vectors_get(vectors, *(const uint32 *) a);
	const double *vb = clv_vectors_get(vectors, *(const uint32 *) b);
	int			i;

	for (i = 0; i < vectors->ncov; i++)
	{
		if (va[i] != vb[i])
			return va[i] < vb[i] ? -1 : 1;
	}
	return 0;
}

void
clv_vectors_mixture(const Vectors *vectors, const uint32 *number, Size n,
					const ClvFitted *fit, ClvMixture *mixture)
{
	MemoryContext context = CurrentMemoryContext;
	uint32	   *order = MemoryContextAllocHuge(context,
											   vectors->n * sizeof(uint32));
	uint32	   *place = MemoryContextAllocHuge(context,
											   vectors->n * sizeof(uint32));
	double	   *v = MemoryContextAllocHuge(context,
										   vectors->n * vector_bytes(vectors));
	uint32	   *of = MemoryContextAllocHuge(context, n * sizeof(uint32));
	Size		i;

	for (i = 0; i < vectors->n; i++)
		order[i] = (uint32) i;
	qsort_interruptible(order, vectors->n, sizeof(uint32), compare_vectors,
						(void *) vectors);
	for (i = 0; i < vectors->n; i++)
	{
		place[order[i]] = (uint32) i;
		memcpy(v + i * vectors->ncov, clv_vectors_get(vectors, order[i]),
			   vector_bytes(vectors));
	}
	for (i = 0; i < n; i++)
	{
		if (i % SLICE == 0)
			CHECK_FOR_INTERRUPTS();
		of[i] = place[number[i]];
	}
	pfree(order);
	pfree(place);
	mixture->fit = fit;
	mixture->v = v;
	mixture->n = vectors->n;
	mixture->of = of;
}
