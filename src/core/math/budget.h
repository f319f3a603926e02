/*
 * budget.h
 *		How much work one prediction may take.
 *
 * A prediction takes no interrupts, so it has to end by itself, soon, whatever
 * the parameters.  Bounding each loop is not enough where loops are nested:
 * all of them take their work from one budget, and a function that finds it
 * empty returns NaN, "no answer".  A unit is about 10 ns of work: a term of a
 * sum, a tenth of a point of a quadrature.
 */
#ifndef CLV_BUDGET_H
#define CLV_BUDGET_H

#include <stdbool.h>

/* Ordinary models and rows take less than a tenth of it; the longest history
 * of opportunities, and a horizon as long, five sixths. */
#define CLV_BUDGET	2400000

#define CLV_BUDGET_POINT	6		/* a point of a quadrature: exp and log */

typedef struct ClvBudget
{
	long long	left;
} ClvBudget;

static inline bool
clv_budget_take(ClvBudget *budget, int units)
{
	budget->left -= units;
	return budget->left >= 0;
}

#endif							/* CLV_BUDGET_H */
