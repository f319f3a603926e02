/*
 * answer_cache.h
 *		Answers about customers of one purchase, kept from row to row.
 *
 * Customers who have bought once differ in their age alone, and in most shops
 * they are many: few answers serve all of them.  The cache is direct-mapped,
 * keyed by t: another age in the same slot evicts.  It is of one fit, and the
 * caller discards it with that; as long as the fit may be another one in the next
 * row it is small, and after some misses worth a large one.
 *
 * The caller owns the memory, clv_answer_cache_size() bytes of it.
 */
#ifndef CLV_ANSWER_CACHE_H
#define CLV_ANSWER_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/customer.h"

typedef enum ClvCached
{
	CLV_CACHED_PURCHASES,
	CLV_CACHED_LIFETIME,
	CLV_CACHED_ANSWERS			/* so many */
} ClvCached;

/* What is known of customers of age t, discounted at "delta" until "h". */
typedef struct ClvCacheSlot
{
	double		t;				/* NaN: the slot is empty */
	double		delta;
	double		h;
	double		answer[CLV_CACHED_ANSWERS]; /* NaN: not asked for yet */
} ClvCacheSlot;

typedef struct ClvAnswerCache
{
	int			bits;			/* there are 2^bits slots */
	int			misses;			/* of a small one */
	ClvCacheSlot slot[];
} ClvAnswerCache;

extern size_t clv_answer_cache_size(bool large);
extern void clv_answer_cache_init(ClvAnswerCache *cache, bool large);

/* Is it small, and has it missed often? */
extern bool clv_answer_cache_outgrown(const ClvAnswerCache *cache);

/*
 * The place of that answer, which is NaN until it is put there; NULL: of this
 * customer none is kept, or there is no cache.
 */
extern double *clv_answer_cache_find(ClvAnswerCache *cache,
									 const ClvCustomer *customer, double delta,
									 double h, ClvCached which);

#endif							/* CLV_ANSWER_CACHE_H */
