/*
 * concentration.h
 *		How value is spread over customers: cut-offs, scores, Gini, top share,
 *		Lorenz.
 *
 * One stepped piece of work answers any of the questions from the values alone,
 * in whatever order they come:
 *
 *		clv_inquiry_begin(inquiry, question, arg, narg, value, n, space, out);
 *		while ((st = clv_inquiry_step(inquiry)) == CLV_CONTINUE)
 *			take interrupts;
 *		... inquiry->nout numbers in out; none known: inquiry->unknown ...
 *
 * The caller owns all memory.
 */
#ifndef CLV_CONCENTRATION_H
#define CLV_CONCENTRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "math/sort.h"
#include "math/twofold.h"
#include "status.h"
#include "value/breaks.h"

#define CLV_MAX_POINTS	100000	/* of a Lorenz curve */
#define CLV_MAX_SCORE	1000
#define CLV_MAX_CUTOFFS	1000	/* of tiers: a customer's is looked for one by one */

typedef enum ClvQuestion
{
	CLV_QUANTILE,				/* cut-offs by shares of customers */
	CLV_VALUE_SHARE,			/* cut-offs by shares of the total value */
	CLV_NATURAL,				/* cut-offs at the optimal breaks */
	CLV_SCORES,					/* argument: the highest score */
	CLV_GINI,
	CLV_TOP_SHARE,				/* argument: the fraction */
	CLV_LORENZ					/* argument: the number of points */
} ClvQuestion;

typedef struct ClvInquiry
{
	ClvQuestion question;
	const double *arg;
	size_t		narg;
	size_t		n;
	int			stage;
	ClvSort		sort;
	const double *value;		/* ascending */
	void	   *breaks_space;
	double		scale;			/* power of two that brings values below 1 */
	size_t		at;				/* values done in this stage */
	size_t		from;			/* the first that equals the one before "at" */
	ClvTwofold	total;			/* of the scaled values */
	ClvTwofold	running;		/* part of the total, or Gini's sum */
	ClvBreaks	breaks;
	double	   *out;
	size_t		nout;			/* numbers in out */
	bool		unknown;		/* no answer: NULL */
} ClvInquiry;

/* Which cut-offs does the method's name (len bytes) ask for? */
extern ClvStatus clv_cutoff_method(const char *name, size_t len,
								   ClvQuestion *question, ClvError *err);

/* Are these arguments of the question right? */
extern ClvStatus clv_inquiry_check(ClvQuestion question, const double *arg,
								   size_t narg, ClvError *err);

/* May this value be counted? */
extern ClvStatus clv_value_check(double value, ClvError *err);

extern size_t clv_inquiry_outputs(ClvQuestion question, const double *arg,
								  size_t narg);
extern size_t clv_inquiry_space(ClvQuestion question, size_t narg, size_t n);

/* arg, out and space (clv_inquiry_space() bytes) must stay until the end. */
extern void clv_inquiry_begin(ClvInquiry *inquiry, ClvQuestion question,
							  const double *arg, size_t narg,
							  const double *value, size_t n, void *space,
							  double *out);
extern ClvStatus clv_inquiry_step(ClvInquiry *inquiry); /* a few ms at most */

/*
 * Number of the tier, from 0 at the top, that a value is in: the first whose
 * cut-off it reaches, else the one after the last.
 */
extern size_t clv_tier_number(double value, const double *cutoff, size_t n);

/*
 * The same of someone who was in tier "previous": the way to another tier is
 * longer by the part "band" of the cut-off, 0 <= band < 1.
 */
extern size_t clv_tier_number_kept(double value, const double *cutoff,
								   size_t n, size_t previous, double band);
extern ClvStatus clv_band_check(double band, ClvError *err);

/* Are these cut-offs: numbers, descending? */
extern ClvStatus clv_cutoffs_check(const double *cutoff, size_t n,
								   ClvError *err);

#endif							/* CLV_CONCENTRATION_H */
