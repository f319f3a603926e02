/*
 * model.h
 *		The one interface a model fills in.
 *
 * A model is one constant ClvModel, in the file of its family, and one line in
 * models/list.c.  Nothing else in the project knows a model by name.  How a base
 * is fitted and what is predicted are tables of functions, which siblings share.
 *
 * Times are in the model's own unit throughout (the glue converts intervals
 * and annual rates with unit_days), money in the user's currency.  Functions
 * that predict are asked through prediction.h, which has checked the arguments
 * and checks what they return: the prediction, or NaN, "no answer", where the
 * budget is used up or too few digits would be right.  They never keep state,
 * and never hide a number that cannot be behind one that can.
 */
#ifndef CLV_MODEL_H
#define CLV_MODEL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/base.h"
#include "base/customer.h"
#include "math/budget.h"
#include "math/packed.h"
#include "math/random.h"
#include "status.h"

#define CLV_MAX_OWN		8		/* parameters of a model in the list */
#define CLV_MAX_MOVED	3		/* of them, that covariates may move */
#define CLV_MAX_PARAM	(CLV_MAX_OWN + CLV_MAX_MOVED * CLV_MAX_COVARIATES)

#if CLV_MAX_OWN > CLV_MATRIX_ROWS || CLV_MAX_PARAM > CLV_PACKED_ROWS
#error "math/packed.h has too few rows for the parameters of a model"
#endif

typedef enum ClvKind
{
	CLV_TRANSACTION,
	CLV_SPEND,
	CLV_CONTRACT
} ClvKind;

/*
 * When may a customer leave?  After a purchase that is not the first, if at all;
 * after any purchase, the first one as well; or at any time after the first.
 */
typedef enum ClvLeaving
{
	CLV_LEAVES_ANY_TIME = 0,
	CLV_LEAVES_AFTER_ANY,
	CLV_LEAVES_AFTER_REPEAT
} ClvLeaving;

/* Parameters of a transaction model begin with those of purchases alone. */
#define CLV_BUYING_PARAMS	2

/*
 * One parameter, which is above "lower" and below "upper"; the solver moves phi,
 * which is free (param.h), and tries the values of a whole number one by one.  A
 * lower of -INFINITY tells the coefficient of a covariate (covariates.h).  falls,
 * grows, ratio and sinks say, to someone who knows customers and not
 * statistics, what it means when the likelihood is highest at a limit; of two
 * that move together the first says it.
 */
typedef struct ClvParam
{
	const char *name;			/* as in the paper */
	double		lower;			/* infimum when fitted: 0, 1 for q, or -INFINITY */
	double		upper;			/* supremum; INFINITY: none */
	int			time_power;		/* +1: a time (alpha, beta) */
	int			money_power;	/* +1: a sum of money (gamma) */
	const char *falls;			/* at its lower limit */
	const char *grows;			/* growing without limit, or to its upper one */
	const char *ratio;			/* growing with another, at a fixed ratio */
	const char *sinks;			/* falling with another so; NULL: as falls */
	double		typical;		/* median of the default prior, in days; money in
								 * orders of typical worth */
} ClvParam;

/* What an evaluation adds up: derivatives in the natural parameters. */
typedef struct ClvSums
{
	double		loglik;
	double		grad[CLV_MAX_PARAM];
	double		hess[CLV_PACKED(CLV_MAX_PARAM)];
} ClvSums;

/* Nothing of n parameters yet; the rest is not used. */
static inline void
clv_sums_clear(ClvSums *sums, int n)
{
	sums->loglik = 0.0;
	memset(sums->grad, 0, n * sizeof(double));
	memset(sums->hess, 0, CLV_PACKED(n) * sizeof(double));
}

/*
 * With more orders than this a life is not drawn to its end: it may have none,
 * where times are so far from 0 that a purchase does not move them.
 */
#define CLV_MAX_ORDERS	10000000

/*
 * A simulated customer's purchases after the first, one at a time.  A model
 * fills it in draw() or draw_alive() and moves it in next(); the fields are the
 * model's own.
 */
typedef struct ClvLife
{
	double		rate;			/* lambda */
	double		quit;			/* p, or the time of death */
	int			phases;			/* events of that rate to a purchase */
	int			passed;			/* of them, since the last one */
	double		now;
	bool		alive;
} ClvLife;

typedef struct ClvModel ClvModel;
typedef struct ClvMoments ClvMoments;

/*
 * Likelihood of a base, in slices.  work_new() returns scratch for a base
 * (NULL: no memory); begin() sets the parameters; slice() does units
 * [from, to) of the units() there are, in ascending order, adding to "sums" (a
 * unit is well under a microsecond, or else step_units says how many take some
 * milliseconds).  The total of slice() does not depend on how the units are
 * cut.  It returns CLV_CONTINUE where the work of one unit has become too long,
 * and is called again with the same ones, to go on from there.  Of a model that
 * takes no covariates there may turn out to be more units() as slice() goes on,
 * never after the last.
 */
typedef struct ClvLikelihood
{
	size_t		step_units;
	void	   *(*work_new) (const ClvModel *model, const ClvBase *base);
	void		(*work_free) (void *work);
	size_t		(*units) (const void *work);
	ClvStatus	(*begin) (void *work, const double *par);
	ClvStatus	(*slice) (void *work, size_t from, size_t to, ClvSums *sums);
} ClvLikelihood;

/*
 * What a transaction model says of a customer.  "delta" is the discount rate
 * per unit of time (continuous), "h" the horizon, which may be INFINITY where
 * delta > 0, and in p_active().  probability is above 0; the next purchase is
 * INFINITY when it never comes with that probability.  A function that is left
 * out, NULL, is a prediction that the model does not make.
 */
typedef struct ClvTransactions
{
	double		(*loglik) (const ClvModel *model, const double *par, const ClvCustomer *row,
						   ClvBudget *budget);
	double		(*p_alive) (const ClvModel *model, const double *par, const ClvCustomer *row,
							double ahead, ClvBudget *budget);
	double		(*p_active) (const ClvModel *model, const double *par, const ClvCustomer *row,
							 double h, ClvBudget *budget);
	double		(*purchases) (const ClvModel *model, const double *par, const ClvCustomer *row,
							  double delta, double h, ClvBudget *budget);
	double		(*lifetime) (const ClvModel *model, const double *par, const ClvCustomer *row,
							 double delta, double h, ClvBudget *budget);
	double		(*pmf) (const ClvModel *model, const double *par, const ClvCustomer *row,
						double h, double n, ClvBudget *budget);
	double		(*next_purchase) (const ClvModel *model, const double *par, const ClvCustomer *row,
								  double probability, ClvBudget *budget);

	/* someone who has just bought for the first time */
	void		(*draw) (const ClvModel *model, const double *par, ClvRandom *random, ClvLife *life);

	/*
	 * Someone with this history who is alive at row->t, as p_alive() has it:
	 * the law of such a customer given the history, not an approximation.
	 */
	void		(*draw_alive) (const ClvModel *model, const double *par, const ClvCustomer *row,
							   ClvRandom *random, ClvLife *life);

	/* time of the next purchase, from the first one on; INFINITY: none */
	double		(*next) (const ClvModel *model, ClvLife *life,
						 ClvRandom *random);
} ClvTransactions;

/*
 * What a spend model says of a customer with x repeat purchases of m on
 * average.  x = 0 asks for the population mean, whatever m is, which may be
 * INFINITY.
 */
typedef struct ClvSpendModel
{
	double		(*loglik) (const ClvModel *model, const double *par, double x, double m);
	double		(*expected) (const ClvModel *model, const double *par, double x, double m);

	/* given the customer's orders so far; x = 0: none, whatever m is */
	double		(*draw_rate) (const ClvModel *model, const double *par, double x, double m,
							  ClvRandom *random);
	double		(*draw_spend) (const ClvModel *model, const double *par, double rate,
							   ClvRandom *random);
} ClvSpendModel;

/*
 * What a contract model says of a subscriber.  Of one who has made n renewals,
 * P(so many more); and the payments expected within h of now, one due now
 * included and the j-th after it counted by e^(-delta j): of someone new, who
 * pays now for certain (period 0), or of someone in period n, whose n-th renewal
 * is due now: INFINITY where they have no limit, with a delta of 0 and an
 * infinite h.
 */
typedef struct ClvContract
{
	double		(*renewal) (const ClvModel *model, const double *par, double n, double more);
	double		(*payments) (const ClvModel *model, const double *par, double period,
							 double delta, double h, ClvBudget *budget);
} ClvContract;

struct ClvModel
{
	const char *name;
	ClvKind		kind;
	int			variant;		/* the model's own: tells siblings that share
								 * their functions apart */
	bool		discrete;		/* time is counted in opportunities to buy, of
								 * which a customer takes one or none */
	bool		gaps;			/* fitted to the times between purchases, of which
								 * the base has the sum of logarithms; not where
								 * the whole-number parameter is 1 */
	ClvLeaving	leaving;		/* of a transaction model */
	int			nparam;
	const ClvParam *param;
	int			most;			/* the last parameter is a whole number from 1 to
								 * this; 0: it is not */
	const int  *covariate;		/* how covariates move each parameter: theta
								 * e^(sign gamma'v), by a sign of -1 or 1, or
								 * not at all, 0; NULL: it takes none.  Only of
								 * what is above 0 and has no upper limit */
	const char *reference;		/* paper and equations */
	const struct ClvLaw *law;	/* of a customer's lifetime, where purchases
								 * have no part in it (dropout.h) */

	/* can be shared by siblings; of the last three, the one of its kind */
	const ClvLikelihood *likelihood;
	const ClvTransactions *transactions;
	const ClvSpendModel *spend;
	const ClvContract *contract;

	/* Can a fit use this base at all?  Does any customer tell something? */
	bool		(*usable) (const ClvModel *model, const ClvBase *base);

	/*
	 * Where to start: attempt 0 from moments (moments.h), then others; false
	 * when there are no more.
	 */
	bool		(*start) (const ClvModel *model, const ClvMoments *moments,
						  int attempt, double *par);

	/*
	 * So many starts are tried even if all lead to a maximum, as there may be
	 * more than one; 0: two.
	 */
	int			attempts;

	/*
	 * The largest value of parameter i that a search goes to, of a base whose
	 * oldest customer is "longest" old: for one that is of the size of t^c or
	 * e^(bt), and one that such a size grows with.  NULL, or NAN: the solver's
	 * own, a factor of its unit.
	 */
	double		(*largest) (const ClvModel *model, double longest, int i);

	/*
	 * Move on to the next value of the whole-number parameter, and from the
	 * optimum for the one in "par" to where to start for the next; false when
	 * there are no more.  NULL without such a parameter.
	 */
	bool		(*next_whole) (const ClvModel *model, double *par);
};

/* Is parameter i a whole number? */
static inline bool
clv_is_whole(const ClvModel *model, int i)
{
	return model->most > 0 && i == model->nparam - 1;
}

/* Does it have an upper limit? */
static inline bool
clv_is_bounded(const ClvModel *model, int i)
{
	return !isinf(model->param[i].upper);
}

/* Is it the coefficient of a covariate, which may have either sign? */
static inline bool
clv_is_coefficient(const ClvModel *model, int i)
{
	return isinf(model->param[i].lower);
}

/* How many of the parameters are not whole numbers; these come first. */
static inline int
clv_real_params(const ClvModel *model)
{
	return model->nparam - (model->most > 0 ? 1 : 0);
}

/* Are these parameters inside the model's domain? */
extern ClvStatus clv_model_check(const ClvModel *model, const double *par,
								 ClvError *err);
extern ClvStatus clv_param_check(const ClvModel *model, int i, double value,
								 ClvError *err);

/* clv_customer_check(), and does the row suit the model? */
extern ClvStatus clv_model_row_check(const ClvModel *model, const ClvCustomer *row,
									 ClvError *err);

#endif							/* CLV_MODEL_H */
