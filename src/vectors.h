/*
 * vectors.h
 *		The distinct covariates of the customers of an aggregate, each with a
 *		number, in the order in which they came.
 */
#ifndef CLV_VECTORS_H
#define CLV_VECTORS_H

#include "clv.h"

#include "draw/mixture.h"

typedef struct Vectors Vectors;

extern Vectors *clv_vectors_new(MemoryContext context, int ncov);
extern int	clv_vectors_ncov(const Vectors *vectors);
extern Size clv_vectors_count(const Vectors *vectors);
extern const double *clv_vectors_get(const Vectors *vectors, Size i);

/* The number of these values, -0 being 0; is_new: they had none before. */
extern uint32 clv_vectors_add(Vectors *vectors, const double *v, bool *is_new);

/*
 * What customers of these numbers are to an outlook, in the current memory
 * context.
 */
extern void clv_vectors_mixture(const Vectors *vectors, const uint32 *number,
								Size n, const ClvFitted *fit,
								ClvMixture *mixture);

#endif							/* CLV_VECTORS_H */
