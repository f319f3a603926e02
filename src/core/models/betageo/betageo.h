/*
 * betageo.h
 *		What BG/NBD, MBG/NBD and their siblings for regular buyers share.
 *
 * Both count a customer's purchases by a Poisson process whose rate lambda is
 * Gamma(r, alpha) over customers, and end it by a coin with P(tails) = p,
 * which is Beta(a, b) over customers, thrown after each purchase: after every
 * repeat purchase in BG/NBD (Fader, Hardie & Lee 2005), and right after the
 * first one as well in MBG/NBD (Batislam, Denizel & Filiztekin 2007).  So one
 * is the other with one throw more, and ClvModel.variant is the number of
 * throws that a customer without a repeat purchase has seen: 0 or 1.
 *
 * In BG/CNBD-k and MBG/CNBD-k (Reutterer, Platzer & Schroeder 2021) only every
 * k-th event of that Poisson process is a purchase, so that the time between
 * two purchases is Erlang-k and more regular the higher k is.  An event is
 * called a phase here; with k = 1 the models are BG/NBD and MBG/NBD.
 *
 * betageo_models.c has the four as the list has them, betageo.c one customer's
 * likelihood and predictions, betageo_active.c
 * the means over lambda and p of one who is active, betageo_phase.c and
 * betageo_regular.c the same where k > 1, betageo_fit.c the likelihood of a
 * base.
 */
#ifndef CLV_BETAGEO_H
#define CLV_BETAGEO_H

#include "model/model.h"

#define CLV_BETAGEO_NPARAM	4	/* without k */
#define CLV_MAX_PHASES	12		/* the largest k */

/* par[] of all four models, in the papers' letters */
enum
{
	CLV_BETAGEO_R,
	CLV_BETAGEO_ALPHA,
	CLV_BETAGEO_A,
	CLV_BETAGEO_B,
	CLV_BETAGEO_K				/* only of the CNBD models */
};

extern const ClvModel clv_bgnbd;
extern const ClvModel clv_mbgnbd;
extern const ClvModel clv_bgcnbd;
extern const ClvModel clv_mbgcnbd;

/* betageo.c */
extern const ClvTransactions clv_betageo_transactions;
extern int	clv_betageo_phases(const ClvModel *model, const double *par);

/* betageo_fit.c */
extern const ClvLikelihood clv_betageo_likelihood;
extern bool clv_betageo_start(const ClvModel *model,
							  const ClvMoments *moments, int attempt,
							  double *par);
extern bool clv_betageo_next_k(const ClvModel *model, double *par);

/*
 * What the data leave open about a customer who is active at time 0: p is
 * Beta(a, b), and lambda is Gamma(r + j, rate alpha) where j of the "phases"
 * that make up a gap have passed since the last purchase.  The chance of j is
 * proportional to (r)_j / j! idle^j, j < phases: Bayes' rule, for j events of
 * rate lambda since.  With one phase j is 0.
 */
typedef struct ClvActive
{
	double		r;
	double		alpha;
	double		a;
	double		b;
	int			phases;
	double		idle;			/* time since the last purchase / alpha */
	ClvBudget  *budget;			/* of the prediction that asks */
} ClvActive;

/*
 * All of these return NaN when the budget is used up.
 *
 * betageo_active.c: P(active after u); present values over (0, h] of ...
 */
extern double clv_active_survival(const ClvActive *c, double u);
extern double clv_active_purchases(const ClvActive *c, double delta, double h);
extern double clv_active_lifetime(const ClvActive *c, double delta, double h);

/* betageo_phase.c: of one who never quits */
extern double clv_phase_sum(double r, double y, int phases);
extern int	clv_phase_draw(double r, double y, int phases, ClvRandom *random);
extern double clv_active_at_least(const ClvActive *c, double u, double m);
extern double clv_active_exactly(const ClvActive *c, double u, double m);
extern double clv_active_wait(const ClvActive *c, double share, double left);

/* betageo_regular.c: as in betageo_active.c, where phases > 1 */
extern double clv_regular_survival(const ClvActive *c, double u);
extern double clv_regular_purchases(const ClvActive *c, double delta, double h);
extern double clv_regular_lifetime(const ClvActive *c, double delta, double h);

#endif							/* CLV_BETAGEO_H */
