/*
 * future_value.h
 *		What customers may be worth: their futures drawn many times over.
 *
 * Given a history, the laws of a customer's state are known exactly, and so
 * its future can be drawn without a Markov chain: alive with P(alive), and if
 * so with a purchase rate, a lifetime and a level of spend from their laws,
 * then order by order to the horizon.  A draw of a crowd is the sum of one
 * future of each of its customers, all from the same parameters: those of the
 * fit or, where it knows them only so well, some drawn anew for each draw.
 *
 *		clv_outlook_begin(outlook, &terms, customer, n, space);
 *		while ((st = clv_outlook_step(outlook)) == CLV_CONTINUE)
 *			take interrupts;
 *		clv_outlook_range(outlook, &range);
 *
 * The same may then be asked of others, with clv_outlook_again() in place of
 * clv_outlook_begin(): the parameters drawn are kept.
 *
 * The caller owns all memory.  The answer depends on the seed and on which
 * customers there are, not on their order; it is the same customer number in
 * the same draw that uses the same random numbers, so that more draws are
 * those before and others.
 */
#ifndef CLV_FUTURE_VALUE_H
#define CLV_FUTURE_VALUE_H

#include "draw/mixture.h"
#include "draw/portfolio.h"
#include "fit/uncertainty.h"
#include "math/sort.h"

#define CLV_MAX_DRAWS	1000000

/* What is asked; times in the transaction model's unit. */
typedef struct ClvTerms
{
	const ClvFitted *model;
	const ClvFitted *spend;
	double		delta;			/* discount rate, continuous */
	double		h;				/* horizon, finite */
	double		level;			/* of the interval */
	int			draws;
	uint64_t	seed;

	/*
	 * NULL, or what customers' covariates are; "model" is then the plain model
	 * of those who have the first vector.
	 */
	const ClvMixture *mixture;
} ClvTerms;

/* Discounted money. */
typedef struct ClvRange
{
	double		lower;			/* quantiles of the draws at (1 - level) / 2, ... */
	double		median;
	double		upper;			/* ... and (1 + level) / 2 */
	double		mean;
	double		p_zero;			/* share of draws that are 0 */
} ClvRange;

typedef struct ClvOutlook
{
	const ClvTerms *terms;
	double		h;				/* in a discrete model, a whole number */
	ClvStatus	status;
	ClvError	err;			/* why, when a step fails */
	int			stage;
	ClvCrowd	crowd;
	ClvSpread	spread[2];		/* of the two models, where par and spend_par */
	double	   *par;			/* by draw; NULL: they are known */
	double	   *spend_par;
	ClvSlopes  *slopes;			/* NULL without a mixture */
	double	   *coefficient;	/* by draw, or once where par is NULL */
	double	   *group_par;		/* likewise, of the group at hand */
	double	   *alive;			/* P(alive) of the customer at hand, by draw */
	double	   *total;			/* by draw */
	ClvSort		sort;			/* of the totals */
	void	   *scratch;
	size_t		at;				/* customer, and draw, at hand */
	int			draw;

	/* a future under way */
	bool		living;
	ClvRandom	random;
	ClvLife		life;
	double		rate;			/* of the spend model */
	int			orders;
} ClvOutlook;

/* Can these be asked? */
extern ClvStatus clv_terms_check(const ClvTerms *terms, ClvError *err);

/* Bytes of scratch for n customers. */
extern size_t clv_outlook_space(const ClvTerms *terms, size_t n);

/*
 * The terms have been checked, each customer by clv_model_row_check(), and
 * each has a finite expected spend; all must stay.
 */
extern void clv_outlook_begin(ClvOutlook *outlook, const ClvTerms *terms,
							  const ClvCustomer *customer, size_t n,
							  void *space);

/* No more of them than before, and only after a range was asked for. */
extern void clv_outlook_again(ClvOutlook *outlook,
							  const ClvCustomer *customer, size_t n);
extern ClvStatus clv_outlook_step(ClvOutlook *outlook); /* a few ms */
extern void clv_outlook_range(const ClvOutlook *outlook, ClvRange *range);

#endif							/* CLV_FUTURE_VALUE_H */
