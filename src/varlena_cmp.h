/*
 * varlena_cmp.h
 *		Comparison and hashing of types whose equal values have equal bytes.
 *
 * The order is that of the bytes: it means nothing, but it is total and the
 * same everywhere, which DISTINCT, merge joins and REFRESH ... CONCURRENTLY need.
 */
#ifndef CLV_VARLENA_CMP_H
#define CLV_VARLENA_CMP_H

#include "clv.h"

extern int	clv_varlena_cmp(const struct varlena *a, const struct varlena *b);
extern uint64 clv_varlena_hash(const struct varlena *value, uint64 seed);

#define CLV_COMPARISON_FUNCTION(name, getarg, type, expression) \
	PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		struct varlena *a = (struct varlena *) getarg(0); \
		struct varlena *b = (struct varlena *) getarg(1); \
		int			cmp = clv_varlena_cmp(a, b); \
		\
		PG_FREE_IF_COPY(a, 0); \
		PG_FREE_IF_COPY(b, 1); \
		PG_RETURN_##type(expression); \
	} \
	extern Datum name(PG_FUNCTION_ARGS)

/*
 * All that a type's btree and hash operator classes need, as clv_TYPE_eq and
 * so on.  "getarg" detoasts argument n and gives it in its one form.
 */
#define CLV_COMPARISON_FUNCTIONS(name, getarg) \
	CLV_COMPARISON_FUNCTION(clv_##name##_eq, getarg, BOOL, cmp == 0); \
	CLV_COMPARISON_FUNCTION(clv_##name##_ne, getarg, BOOL, cmp != 0); \
	CLV_COMPARISON_FUNCTION(clv_##name##_lt, getarg, BOOL, cmp < 0); \
	CLV_COMPARISON_FUNCTION(clv_##name##_le, getarg, BOOL, cmp <= 0); \
	CLV_COMPARISON_FUNCTION(clv_##name##_gt, getarg, BOOL, cmp > 0); \
	CLV_COMPARISON_FUNCTION(clv_##name##_ge, getarg, BOOL, cmp >= 0); \
	CLV_COMPARISON_FUNCTION(clv_##name##_cmp, getarg, INT32, cmp); \
	PG_FUNCTION_INFO_V1(clv_##name##_hash); \
	Datum \
	clv_##name##_hash(PG_FUNCTION_ARGS) \
	{ \
		struct varlena *value = (struct varlena *) getarg(0); \
		uint64		hash = clv_varlena_hash(value, 0); \
		\
		PG_FREE_IF_COPY(value, 0); \
		PG_RETURN_INT32((int32) (uint32) hash); \
	} \
	PG_FUNCTION_INFO_V1(clv_##name##_hash_extended); \
	Datum \
	clv_##name##_hash_extended(PG_FUNCTION_ARGS) \
	{ \
		struct varlena *value = (struct varlena *) getarg(0); \
		uint64		hash = clv_varlena_hash(value, (uint64) PG_GETARG_INT64(1)); \
		\
		PG_FREE_IF_COPY(value, 0); \
		PG_RETURN_INT64((int64) hash); \
	} \
	extern Datum clv_##name##_hash_extended(PG_FUNCTION_ARGS)

#endif							/* CLV_VARLENA_CMP_H */
