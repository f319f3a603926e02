/*
 * dropout.h
 *		Models in which purchases have no part in a customer's lifetime.
 *
 * While alive a customer buys at a rate lambda, which is Gamma(r, rate alpha)
 * over customers; how long a customer lives has a law of its own, and the two
 * are independent.  With S(u) = P(alive at u) and f = -dS/du (Schmittlein,
 * Morrison & Colombo 1987, "Counting Your Customers: Who Are They and What
 * Will They Do Next?", Management Science 33, 1-24),
 *
 *		L = Gamma(r + x) alpha^r / Gamma(r) Q
 *		Q = S(T) (alpha + T)^-(r + x)
 *			+ integral over (t_x, T) of f(u) (alpha + u)^-(r + x) du
 *
 * Both parts are positive whatever the parameters.  The papers write the
 * integral as a difference of two 2F1, in two cases, which cancels, overflows
 * or is 0/0 where the integral itself is harmless.
 *
 * A model brings a ClvLaw, the law of lifetimes (nbd.c, paretonbd.c,
 * ggompertznbd.c); everything else is shared: dropout.c has one customer's likelihood and predictions, dropout_sweep.c the
 * integrals, dropout_pmf.c the number of purchases, dropout_fit.c the
 * likelihood of a base.
 */
#ifndef CLV_DROPOUT_H
#define CLV_DROPOUT_H

#include "model/model.h"

/* par[] of all these models begins with the law of purchases */
enum
{
	CLV_DROPOUT_R,
	CLV_DROPOUT_ALPHA,
	CLV_DROPOUT_LAW				/* and goes on with that of lifetimes */
};

#define CLV_LAW_MAX		3		/* parameters of a law of lifetimes */

/*
 * First and second derivatives of ln S, and of the logarithm of the hazard
 * f / S, by the parameters of the law.
 */
typedef struct ClvLawSlopes
{
	double		alive[CLV_LAW_MAX];
	double		alive2[CLV_PACKED(CLV_LAW_MAX)];
	double		hazard[CLV_LAW_MAX];
	double		hazard2[CLV_PACKED(CLV_LAW_MAX)];
} ClvLawSlopes;

/*
 * A law of lifetimes.  "law" are its parameters, ages are from the first
 * purchase on.
 */
typedef struct ClvLaw
{
	int			nparam;

	/* ln of S(age + step) / S(age), without cancellation */
	double		(*log_survival) (const double *law, double age, double step);
	double		(*hazard) (const double *law, double age);	/* NULL: nobody dies */

	/* "log_survival" is ln S(age) */
	void		(*slopes) (const double *law, double age, double log_survival,
						   ClvLawSlopes *out);

	/*
	 * S and the hazard are smooth over *reach from "age" on (no singularity in
	 * the complex plane is nearer than that to any age up to there, as seen
	 * from half of it), and the logarithm of either, and of their product,
	 * changes no faster than by *slope.
	 */
	void		(*bounds) (const double *law, double age, double *reach,
						   double *slope);

	/* from "age" on the hazard is no lower than this */
	double		(*least_hazard) (const double *law, double age);

	/*
	 * S falls like age^-power in the end; 0: faster than that, or it is the
	 * hazard that does not fall.
	 */
	double		(*power) (const double *law);

	/* the integral of exp(-delta u) S(age + u) / S(age) over (0, h] */
	double		(*lifetime) (const double *law, double age, double delta,
							 double h, ClvBudget *budget);

	/* a lifetime, of one who is alive at "age"; may be INFINITY */
	double		(*draw) (const double *law, double age, ClvRandom *random);
} ClvLaw;

/*
 * From "age" on: what e^(-delta u) and the chance of neither a purchase nor a
 * death up to age + u, a(u) = ((alpha + age) / (alpha + age + u))^r
 * S(age + u) / S(age), leave of the rate of something.
 */
typedef struct ClvCourse
{
	const ClvLaw *law;
	const double *par;			/* of the law */
	double		r;				/* 0: purchases do not matter */
	double		alpha;
	double		age;
	double		delta;			/* 0 but in present values */
	ClvBudget  *budget;			/* of the prediction that asks */
} ClvCourse;

typedef enum ClvEvent
{
	CLV_DEATH,					/* the hazard */
	CLV_PURCHASE,				/* r / (alpha + age + u) */
	CLV_TIME					/* 1 */
} ClvEvent;

/*
 * All of these return NaN when the budget is used up.
 *
 * dropout_sweep.c: the integral over (0, h], h may be INFINITY
 */
extern double clv_course_integral(const ClvCourse *course, ClvEvent event,
								  double h);

/* the h at which it reaches "share"; INFINITY: it never does */
extern double clv_course_quantile(const ClvCourse *course, ClvEvent event,
								  double share);

/*
 * dropout_pmf.c: P(exactly n purchases up to h, or up to death if earlier) of
 * a customer alive at "age" whose rate is Gamma(r, alpha + age); n >= 1.
 */
extern double clv_course_pmf(const ClvCourse *course, double h, double n);

/* dropout.c */
extern const ClvTransactions clv_dropout_transactions;
extern void clv_dropout_draw(const ClvModel *model, const double *par,
							 ClvRandom *random, ClvLife *life);
extern void clv_dropout_draw_alive(const ClvModel *model, const double *par,
								   const ClvCustomer *row, ClvRandom *random,
								   ClvLife *life);
extern double clv_dropout_next(const ClvModel *model, ClvLife *life,
							   ClvRandom *random);

/* dropout_fit.c */
extern const ClvLikelihood clv_dropout_likelihood;

extern const ClvModel clv_nbd;
extern const ClvModel clv_paretonbd;
extern const ClvModel clv_ggompertznbd;

#endif							/* CLV_DROPOUT_H */
