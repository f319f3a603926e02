/*
 * betageo.h
 *		What BG/NBD and MBG/NBD share.
 *
 * Both count a customer's purchases by a Poisson process whose rate lambda is
 * Gamma(r, alpha) over customers, and end it by a coin with P(tails) = p,
 * which is Beta(a, b) over customers, thrown after each purchase: after every
 * repeat purchase in BG/NBD (Fader, Hardie & Lee 2005), and right after the
 * first one as well in MBG/NBD (Batislam, Denizel & Filiztekin 2007).  So one
 * is the other with one throw more, and ClvModel.variant is the number of
 * throws that a customer without a repeat purchase has seen: 0 or 1.
 *
 * betageo.c has one customer's likelihood and predictions, betageo_active.c
 * the means over lambda and p of one who is active, betageo_fit.c the
 * likelihood of a base.
 */
#ifndef CLV_BETAGEO_H
#define CLV_BETAGEO_H

#include "model.h"

#define CLV_BETAGEO_NPARAM	4

/* par[] of both models, in the papers' letters */
enum
{
	CLV_BETAGEO_R,
	CLV_BETAGEO_ALPHA,
	CLV_BETAGEO_A,
	CLV_BETAGEO_B
};

extern const ClvParam clv_betageo_param[CLV_BETAGEO_NPARAM];

extern const ClvModel clv_bgnbd;
extern const ClvModel clv_mbgnbd;

/* betageo_fit.c */
extern void *clv_betageo_work_new(const ClvModel *model, const ClvBase *base);
extern void clv_betageo_work_free(void *work);
extern size_t clv_betageo_units(const void *work);
extern ClvStatus clv_betageo_begin(void *work, const double *par);
extern ClvStatus clv_betageo_slice(void *work, size_t from, size_t to,
								   ClvSums *sums);
extern bool clv_betageo_start(const ClvModel *model, const ClvBase *base,
							  int attempt, double *par);

/* betageo.c */
extern ClvStatus clv_betageo_loglik(const ClvModel *model, const double *par,
									const ClvRow *row, double *out);
extern ClvStatus clv_betageo_p_alive(const ClvModel *model, const double *par,
									 const ClvRow *row, double ahead,
									 double *out);
extern ClvStatus clv_betageo_p_active(const ClvModel *model, const double *par,
									  const ClvRow *row, double h, double *out);
extern ClvStatus clv_betageo_purchases(const ClvModel *model,
									   const double *par, const ClvRow *row,
									   double delta, double h, double *out);
extern ClvStatus clv_betageo_lifetime(const ClvModel *model, const double *par,
									  const ClvRow *row, double delta,
									  double h, double *out);
extern ClvStatus clv_betageo_pmf(const ClvModel *model, const double *par,
								 const ClvRow *row, double h, double n,
								 double *out);
extern ClvStatus clv_betageo_next_purchase(const ClvModel *model,
										   const double *par,
										   const ClvRow *row,
										   double probability, double *out);
extern void clv_betageo_draw(const ClvModel *model, const double *par,
							 ClvRandom *random, ClvLife *life);
extern double clv_betageo_next(const ClvModel *model, ClvLife *life,
							   ClvRandom *random);

/*
 * What the data leave open about a customer who is active at time 0: lambda
 * is Gamma(r, rate alpha), p is Beta(a, b), independent.
 */
typedef struct ClvActive
{
	double		r;
	double		alpha;
	double		a;
	double		b;
} ClvActive;

/* betageo_active.c: P(active after u); present values over (0, h] of ... */
extern double clv_active_survival(const ClvActive *c, double u);
extern double clv_active_purchases(const ClvActive *c, double delta, double h);
extern double clv_active_lifetime(const ClvActive *c, double delta, double h);

#endif							/* CLV_BETAGEO_H */
