/*
 * base.h
 *		A customer base as a model sees it: distinct cells with counts.
 *
 * All that the likelihood of a transaction model needs of a base is how many
 * customers share each (x, t_x, T); all that a spend model needs is how many
 * share each (x, m).  The distinct values of x, t_x and T are kept apart, in
 * ascending order, and a cell holds their indexes: a likelihood then takes one
 * logarithm per distinct value, not one per cell.
 *
 * Cells are sorted by (x, T, t_x) and spend cells by (x, m), so that sums over
 * them are the same whatever the order in which the rows came.
 *
 * Customers may come with static covariates, all with equally many.  The base
 * then also has a group for each distinct vector of them, a small base of its
 * own.  Its own cells remain those of all customers, so that who does not ask
 * for covariates need not know of them.
 */
#ifndef CLV_BASE_H
#define CLV_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

typedef struct ClvCell
{
	uint32_t	ix;				/* indexes into ClvBase.x, .t, .tx */
	uint32_t	it;
	uint32_t	itx;
	double		n;				/* customers, a whole number >= 1 */
} ClvCell;

typedef struct ClvSpend
{
	double		x;				/* repeat purchases, >= 1 */
	double		m;				/* mean spend of a repeat purchase, > 0 */
	double		n;				/* customers, a whole number >= 1 */
} ClvSpend;

/* Subscribers of a contract, for a contract model alone. */
typedef struct ClvTenure
{
	double		t;				/* periods, ascending */
	double		lost;			/* left in period t, after t - 1 renewals */
	double		stay;			/* still there after t renewals */
} ClvTenure;

#define CLV_MAX_COVARIATES	16

struct ClvBase;

/* Customers who share their covariates. */
typedef struct ClvGroup
{
	double	   *v;				/* ClvBase.ncov finite values, none of them -0 */
	struct ClvBase *base;		/* these customers alone; has no groups itself */
} ClvGroup;

typedef struct ClvBase
{
	double	   *x;				/* distinct repeat purchases */
	double	   *tx;				/* distinct recencies */
	double	   *t;				/* distinct ages */
	uint32_t	nx;
	uint32_t	ntx;
	uint32_t	nt;
	ClvCell    *cell;
	size_t		ncell;
	ClvSpend   *spend;
	size_t		nspend;
	ClvTenure  *tenure;
	size_t		ntenure;
	int64_t		customers;		/* customers in the cells, or subscribers */
	int64_t		spenders;		/* customers in the spend cells */
	int64_t		no_repeat;		/* left out of the spend cells: x = 0 */
	int64_t		no_spend;		/* left out: x > 0 and m NULL or <= 0 */
	bool		in_days;		/* built from histories: the unit is a day */
	bool		has_log_gaps;	/* every customer came with its gaps */
	double		sum_log_gaps;	/* total of ln(gap in days), rounded once */
	int			ncov;			/* covariates of a customer, 0 without */
	ClvGroup   *group;			/* ascending by v, element by element */
	size_t		ngroup;
} ClvBase;

/*
 * Give a base that has none ngroup > 0 empty groups, their values all zero,
 * to be filled by the caller.  The values and the bases of all groups lie in
 * one array each.  False: out of memory, and the base is as it was.
 */
extern bool clv_base_make_groups(ClvBase *base, int ncov, size_t ngroup);

extern void clv_base_free(ClvBase *base);	/* frees all arrays (malloc'd) */

#endif							/* CLV_BASE_H */
