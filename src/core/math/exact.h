/*
 * exact.h
 *		Sums of doubles without rounding.
 *
 * The sum is the real number that the doubles add up to, so that it depends
 * neither on their order nor on how they were cut into parts; it is rounded
 * when it is asked for, once.
 *
 * ClvExact is the accumulator: a fixed-point number wide enough for every
 * finite double and 2^64 of them.  ClvExpansion is the same number at rest:
 * the nearest double, then the double nearest to what that leaves, and so on.
 * There is one such expansion for each number, mostly of one double.
 */
#ifndef CLV_EXACT_H
#define CLV_EXACT_H

#include <stdbool.h>
#include <stdint.h>

/* 2^-1074 up to 2^1024, and room for the sum of 2^64 such numbers */
#define CLV_EXACT_LIMBS		68

/* each part is at most 2^-53 of the one before it: (1024 + 1074) / 53 */
#define CLV_EXPANSION_MAX	40

typedef struct ClvExpansion
{
	int			n;				/* 0: the number is zero */
	double		c[CLV_EXPANSION_MAX];	/* descending, none is zero */
} ClvExpansion;

/*
 * Limb i weighs 2^(32 i - 1074) and is signed; carries wait until they must
 * be taken.  Only limbs lo .. hi are in use, the others are undefined.
 */
typedef struct ClvExact
{
	int			lo;
	int			hi;				/* < lo: the sum is zero */
	uint32_t	adds;			/* additions since carries were taken */
	int64_t		limb[CLV_EXACT_LIMBS];
} ClvExact;

extern void clv_exact_init(ClvExact *sum);

/* "value" must be finite. */
extern void clv_exact_add(ClvExact *sum, double value);
extern void clv_exact_add_expansion(ClvExact *sum, const ClvExpansion *more);
extern void clv_exact_subtract_expansion(ClvExact *sum,
										 const ClvExpansion *less);
extern void clv_exact_add_exact(ClvExact *sum, const ClvExact *more);

/*
 * The double nearest to the sum, ties to even; infinite when the sum is
 * beyond the largest double.  The sum stays what it is.
 */
extern double clv_exact_value(ClvExact *sum);

/* -1, 0 or 1 */
extern int	clv_exact_sign(ClvExact *sum);

/*
 * The sum at rest; false when it is beyond the largest double.  Uses the
 * accumulator up: initialise it before the next sum.
 */
extern bool clv_exact_canonical(ClvExact *sum, ClvExpansion *out);

/* Is this the one expansion of its number? */
extern bool clv_expansion_is_canonical(const ClvExpansion *expansion);

#endif							/* CLV_EXACT_H */
