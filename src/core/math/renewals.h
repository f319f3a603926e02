/*
 * renewals.h
 *		Expected number of renewals when the chance to quit is Beta distributed.
 *
 * Someone who quits with probability theta in each period lives through the
 * next j of them with (1 - theta)^j, which has mean (b)_j / (a + b)_j when
 * theta is Beta(a, b).  BG/BB and sBG are both made of it.
 */
#ifndef CLV_RENEWALS_H
#define CLV_RENEWALS_H

#include "math/budget.h"

/*
 * The sum over j = 1 ... h of e^(-delta j) (b)_j / (a + b)_j; a, b > 0,
 * delta >= 0, h >= 0 whole or INFINITY.  INFINITY when it has no limit, that
 * is without end at delta = 0 and a <= 1; NaN when the budget is used up.
 */
extern double clv_renewals(double a, double b, double delta, double h,
						   ClvBudget *budget);

/* The present value of 1 a unit of time, over (0, h]; h may be INFINITY. */
extern double clv_annuity(double delta, double h);

/*
 * Whole periods in a length of time that is given in periods.  An interval
 * that is meant to be whole may fall short of it by rounding.
 */
extern double clv_whole_periods(double h);

/* Periods that have begun by then. */
extern double clv_periods_begun(double h);

#endif							/* CLV_RENEWALS_H */
