/*
 * answer_cache.c
 *		Answers about customers of one purchase, kept from row to row.
 */
#include "fit/answer_cache.h"

#include <stdint.h>
#include <string.h>

#define SMALL_BITS	4
#define LARGE_BITS	11
#define MISSES		64			/* after which a large one is worth its memory */

#define GOLDEN		UINT64_C(0x9E3779B97F4A7C15)	/* 2^64 over the golden ratio */

static size_t
slots_size(int bits)
{
	return sizeof(ClvCacheSlot) << bits;
}

size_t
clv_answer_cache_size(bool large)
{
	return offsetof(ClvAnswerCache, slot) + slots_size(large ? LARGE_BITS : SMALL_BITS);
}

void
clv_answer_cache_init(ClvAnswerCache *cache, bool large)
{
	cache->bits = large ? LARGE_BITS : SMALL_BITS;
	cache->misses = 0;
	memset(cache->slot, 0xff, slots_size(cache->bits));	/* all bits set: NaN */
}

bool
clv_answer_cache_outgrown(const ClvAnswerCache *cache)
{
	return cache->misses > MISSES;
}

double *
clv_answer_cache_find(ClvAnswerCache *cache, const ClvCustomer *customer,
					  double delta, double h, ClvCached which)
{
	ClvCacheSlot *slot;
	uint64_t	bits;

	if (cache == NULL || customer->x > 0.0)
		return NULL;
	memcpy(&bits, &customer->t, sizeof(bits));
	slot = &cache->slot[bits * GOLDEN >> (64 - cache->bits)];
	if (!(slot->t == customer->t && slot->delta == delta && slot->h == h))
	{
		slot->t = customer->t;
		slot->delta = delta;
		slot->h = h;
		memset(slot->answer, 0xff, sizeof(slot->answer));
		if (cache->bits == SMALL_BITS)
			cache->misses++;
	}
	return &slot->answer[which];
}
