/*
 * solver.c
 *		Fit of any model in the list, stepped by its caller.
 *
 * Newton's method with the model's own second derivatives, on
 * phi = ln((theta - lower) / unit), where the unit of a time is the mean age of
 * the base and that of a sum of money the geometric mean of spend: weeks and
 * days, cents and dollars take the same path to the same optimum.  A trust
 * region keeps steps honest; a likelihood that is not finite rejects a step.
 * phi is kept in a box so wide that an optimum outside it is one at infinity
 * or zero: that is what a base without the variation that a parameter
 * describes looks like, and the fit says so.  A prior is added to the
 * likelihood as one customer more.
 *
 * A parameter that is a whole number is found by trying all its values, each
 * search from the optimum of the one before; the best is then searched for from
 * the usual starts as well.
 */
#include "fit.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covariates.h"
#include "newton.h"
#include "optimum.h"
#include "path.h"
#include "posterior.h"
#include "start.h"

#define UNITS_A_STEP	8192	/* unless the model knows better */
#define MAX_EVALUATIONS 250		/* of one attempt */
#define FIRST_RADIUS	1.5
#define MAX_RADIUS		6.0
#define MIN_RADIUS		1e-11

#define GAIN_TOLERANCE	1e-12	/* of its scale: nothing left to gain in lnL */
#define STEP_TOLERANCE	1e-8	/* and parameters have settled */
#define MAX_POLISH		5		/* steps that gain nothing, to settle them */

/*
 * A likelihood may have more than one optimum (one-time buyers left, or buy
 * seldom), so that two starts are always tried, and the others if these end
 * badly.  An attempt that comes this close to an optimum known is not
 * continued, nor one that follows another to infinity or zero.
 */
#define ATTEMPTS		2
#define SAME_PHI		0.05
#define SAME_LOGLIK		1e-4

struct ClvFit
{
	const ClvModel *model;
	ClvCovariates *covariates;	/* that the model is made of; NULL: none */
	ClvFit	   *plain;			/* without them: the search begins there */
	const ClvBase *base;
	ClvMoments	moments;		/* of it */
	void	   *work;			/* NULL: the search has not begun */
	double		unit[CLV_MAX_PARAM];
	bool		has_prior;
	ClvPrior	prior;

	/* the evaluation that is under way */
	ClvPoint	trial;
	ClvSums		sums;
	size_t		units;
	size_t		step;			/* units a step */
	size_t		done;			/* units of it */

	/* the attempt that is under way */
	int			attempt;
	bool		started;		/* "here" is set */
	ClvPoint	here;
	double		radius;
	double		length;			/* of the step from here to the trial */
	double		gain;			/* that it promises */
	int			polish;
	int			attempt_evaluations;
	ClvPath		path;

	/* the whole-number parameter, for models that have one */
	double		whole;			/* its present value */
	bool		given;			/* by the caller */
	bool		last;			/* no other is to be tried */
	bool		is_warm;		/* it had an attempt -1, */
	double		warm[CLV_MAX_PARAM];	/* which began here */
	ClvFitted	highest;		/* the best of the values before */
	double		highest_phi[CLV_MAX_PARAM];
	bool		highest_warm;

	bool		finished;
	ClvFitted	best;			/* at the present value */
	double		best_phi[CLV_MAX_PARAM];
	ClvPath		best_path;
};

/* Those that the likelihood is of. */
static int64_t
customers_of(const ClvFit *fit)
{
	return fit->model->kind == CLV_SPEND ? fit->base->spenders : fit->base->customers;
}

static double
theta_of(const ClvFit *fit, int i, double phi)
{
	double		lower = fit->model->param[i].lower;

	if (clv_is_whole(fit->model, i))
		return fit->whole;
	if (clv_is_coefficient(fit->model, i))
		return phi;

	/* at its lower limit, a parameter that has a finite one is there */
	if (lower > 0.0 && phi <= -CLV_MAX_PHI)
		return lower;
	return lower + fit->unit[i] * exp(phi);
}

static double
phi_of(const ClvFit *fit, int i, double theta)
{
	if (clv_is_whole(fit->model, i))
		return 0.0;
	if (clv_is_coefficient(fit->model, i))
		return theta;
	return log((theta - fit->model->param[i].lower) / fit->unit[i]);
}

/* Mean age and geometric mean of spend, whatever units they are in. */
static void
set_units(ClvFit *fit)
{
	double		t = clv_moments_age(&fit->moments);
	double		money = clv_moments_spend(&fit->moments);
	int			k;

	for (k = 0; k < fit->model->nparam; k++)
	{
		const ClvParam *param = &fit->model->param[k];

		fit->unit[k] = pow(t, param->time_power) * pow(money, param->money_power);
	}
}

/* Parameters that the model cannot take count as a likelihood that is NaN. */
static ClvStatus
begin_evaluation(ClvFit *fit)
{
	double		par[CLV_MAX_PARAM];
	ClvStatus	status;
	int			i;

	for (i = 0; i < fit->model->nparam; i++)
		par[i] = theta_of(fit, i, fit->trial.phi[i]);
	clv_sums_clear(&fit->sums, fit->model->nparam);
	fit->done = 0;
	fit->best.evaluations++;
	fit->attempt_evaluations++;
	status = fit->model->begin(fit->work, par);
	if (status == CLV_OK || status == CLV_NO_MEMORY)
		return status;
	fit->sums.loglik = NAN;
	fit->done = fit->units;
	return CLV_OK;
}

/*
 * Go to the model's next start, after the one that an optimum before suggests;
 * false if it has no more.
 */
static bool
begin_attempt(ClvFit *fit, ClvStatus *status)
{
	double		par[CLV_MAX_PARAM];
	int			i;

	if (++fit->attempt < 0)
		memcpy(par, fit->warm, sizeof(par));
	else
	{
		for (i = 0; i < fit->model->nparam; i++)
			par[i] = fit->whole;
		if (!fit->model->start(fit->model, &fit->moments, fit->attempt, par))
			return false;
	}
	for (i = 0; i < fit->model->nparam; i++)
	{
		double		phi = phi_of(fit, i, par[i]);

		fit->trial.phi[i] = fmin(fmax(phi, -CLV_MAX_PHI), CLV_MAX_PHI);
		if (fit->best.loglik == -DBL_MAX)
			fit->best.par[i] = par[i];
	}
	fit->started = false;
	fit->radius = FIRST_RADIUS;
	fit->polish = 0;
	fit->path.n = 0;
	fit->attempt_evaluations = 0;
	*status = begin_evaluation(fit);
	return true;
}

/* Of a discrete model not every base can be: cells from number "from" on. */
static ClvStatus
check_cells(const ClvModel *model, const ClvBase *base, size_t from, size_t to,
			ClvError *err)
{
	ClvStatus	status = CLV_OK;

	for (; model->discrete && status == CLV_OK && from < to && from < base->ncell; from++)
	{
		const ClvCell *cell = &base->cell[from];
		ClvRow		row = {base->x[cell->ix], base->tx[cell->itx], base->t[cell->it]};

		status = clv_model_row_check(model, &row, err);
	}
	return status;
}

/* What is between purchases is a part of some likelihoods. */
static ClvStatus
check_gaps(const ClvModel *model, const ClvBase *base, double whole, ClvError *err)
{
	if (!model->gaps || base->has_log_gaps || whole == 1.0)
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT,
					"Build the base from histories, with clv.cbs(rfm, as_of).",
					"model \"%s\" needs the times between purchases, which the base does not have",
					model->name);
}

static void
fail_memory(const ClvModel *model, ClvError *err)
{
	clv_fail(err, CLV_NO_MEMORY, "", "out of memory while fitting model \"%s\"",
			 model->name);
}

/* Begin with no optimum known. */
static void
forget(ClvFit *fit)
{
	fit->best.loglik = -DBL_MAX;
	fit->best.limit = -1;
	fit->best.status = CLV_NOT_CONVERGED;
	fit->best.message[0] = '\0';
}

/* What a fit with covariates needs besides, or false: no memory. */
static bool
begin_covariates(ClvFit *fit, const ClvFitOptions *options, ClvError *err)
{
	ClvFitOptions plain = {0};

	plain.whole = options->whole;
	plain.prior = options->prior;
	fit->covariates = clv_covariates_new(fit->model, fit->base,
										 options->covariate,
										 options->prior != NULL);
	fit->plain = clv_fit_new(fit->model, fit->base, &plain, err);
	return fit->covariates != NULL && fit->plain != NULL;
}

/* The model and the moments are known: begin the first attempt. */
static ClvStatus
begin_search(ClvFit *fit)
{
	ClvStatus	status = CLV_NO_MEMORY;

	fit->best.model = fit->model;
	forget(fit);
	fit->work = fit->model->work_new(fit->model, fit->base);
	if (fit->work == NULL)
		return status;
	fit->units = fit->model->units(fit->work);
	fit->step = fit->model->step_units > 0 ? fit->model->step_units : UNITS_A_STEP;
	set_units(fit);
	return begin_attempt(fit, &status) ? status : CLV_NO_MEMORY;
}

/*
 * "base" has been found usable, and the names of covariates right by
 * clv_covariates_check().  NULL and an error if there is no memory, or
 * if the model cannot be fitted to such a base.
 */
ClvFit *
clv_fit_new(const ClvModel *model, const ClvBase *base,
			const ClvFitOptions *options, ClvError *err)
{
	double		whole = options != NULL ? options->whole : 0.0;
	ClvFit	   *fit;

	if (check_gaps(model, base, whole, err) != CLV_OK)
		return NULL;
	fit = calloc(1, sizeof(ClvFit));
	if (fit != NULL)
	{
		fit->model = model;
		fit->base = base;
		fit->attempt = -1;
		fit->whole = whole > 0.0 ? whole : 1.0;
		fit->given = whole > 0.0 || model->next_whole == NULL;
		fit->last = fit->given;
		if (options != NULL && options->prior != NULL)
		{
			fit->has_prior = true;
			fit->prior = *options->prior;
		}
		if (options == NULL || options->ncov == 0 ||
			begin_covariates(fit, options, err))
			return fit;
	}
	clv_fit_free(fit);
	fail_memory(model, err);
	return NULL;
}

void
clv_fit_free(ClvFit *fit)
{
	if (fit == NULL)
		return;
	if (fit->work != NULL)
		fit->model->work_free(fit->work);
	clv_covariates_free(fit->covariates);
	clv_fit_free(fit->plain);
	free(fit);
}

/* From derivatives in theta to derivatives in phi; false if not finite. */
static bool
take_sums(ClvFit *fit)
{
	ClvPoint   *point = &fit->trial;
	double		slope[CLV_MAX_PARAM];	/* dtheta / dphi */
	bool		finite = isfinite(fit->sums.loglik);
	int			i;
	int			j;

	point->loglik = fit->sums.loglik;
	point->scale = fmax(fabs(point->loglik), (double) customers_of(fit));
	for (i = 0; i < fit->model->nparam; i++)
	{
		bool		straight = clv_is_coefficient(fit->model, i);

		slope[i] = straight ? 1.0 : fit->unit[i] * exp(point->phi[i]);
		point->grad[i] = slope[i] * fit->sums.grad[i];
		finite = finite && isfinite(point->grad[i]);
		for (j = 0; j <= i; j++)
		{
			double		bend = slope[i] * fit->sums.hess[CLV_PACK(i, j)] * slope[j];

			if (i == j && !straight)
				bend += point->grad[i];
			point->info[CLV_PACK(i, j)] = -bend;
			finite = finite && isfinite(bend);
		}
	}
	if (fit->has_prior)
		clv_prior_add(fit->model, fit->covariates, &fit->prior, fit->unit, point);
	return finite;
}

/*
 * Is "a" the better outcome of two attempts?  The higher likelihood; at the
 * same one, the optimum that has the better status.
 */
static bool
better(const ClvFitted *a, const ClvFitted *b)
{
	double		close = 1e-10 * fmax(1.0, fabs(b->loglik));

	if (a->loglik > b->loglik + close)
		return true;
	return a->loglik > b->loglik - close && a->status < b->status;
}

/* The whole number with the highest likelihood may be the last one tried. */
static void
check_largest(ClvFit *fit)
{
	ClvFitted  *best = &fit->best;
	const ClvModel *model = fit->model;
	int			last = model->nparam - 1;

	if (best->par[last] < model->most || best->status != CLV_CONVERGED)
		return;
	best->status = CLV_BOUNDARY;
	best->limit = last;
	snprintf(best->message, sizeof(best->message),
			 "%s is %d, the largest that is tried: %s", model->param[last].name,
			 model->most, model->param[last].grows);
}

/* What has been found at the present value of the whole number. */
static void
keep_highest(ClvFit *fit)
{
	if (fit->highest.model != NULL && !better(&fit->best, &fit->highest))
		return;
	fit->highest = fit->best;
	fit->highest_warm = fit->is_warm;
	memcpy(fit->highest_phi, fit->best_phi, sizeof(fit->highest_phi));
}

/*
 * All that can be had at the present value of the whole number is known: go to
 * the next one, or back to the best for the usual starts that it has not seen;
 * false if there is nothing more to do.
 */
static bool
next_whole(ClvFit *fit, ClvStatus *status)
{
	int			iterations = fit->best.iterations;
	int			evaluations = fit->best.evaluations;

	if (fit->last)
		return false;
	keep_highest(fit);
	memcpy(fit->warm, fit->best.par, sizeof(fit->warm));
	fit->is_warm = fit->best.status == CLV_CONVERGED;
	if (fit->model->next_whole(fit->model, fit->warm))
	{
		fit->whole = fit->warm[fit->model->nparam - 1];
		forget(fit);
		fit->attempt = fit->is_warm ? -2 : -1;
		return begin_attempt(fit, status);
	}

	fit->last = true;
	fit->best = fit->highest;
	fit->best.iterations = iterations;
	fit->best.evaluations = evaluations;
	memcpy(fit->best_phi, fit->highest_phi, sizeof(fit->best_phi));
	fit->best_path.n = 0;		/* it was to another one */
	fit->whole = fit->best.par[fit->model->nparam - 1];
	fit->attempt = -1;
	return fit->highest_warm && begin_attempt(fit, status);
}

/* Go on to another attempt, or be finished. */
static ClvStatus
next_attempt(ClvFit *fit)
{
	ClvStatus	status = CLV_OK;
	bool		enough = fit->best.status == CLV_CONVERGED &&
		((fit->attempt < 0 && fit->is_warm) || fit->attempt + 1 >= ATTEMPTS);

	if (!enough && begin_attempt(fit, &status))
		return status;
	if (next_whole(fit, &status))
		return status;
	if (!fit->given)
		check_largest(fit);
	fit->finished = true;
	return status;
}

/* The attempt is over: keep it if it is the best, and see whether to go on. */
static ClvStatus
end_attempt(ClvFit *fit, const ClvAround *around, bool settled)
{
	ClvFitted	out = fit->best;
	int			i;

	out.loglik = fit->here.loglik;
	out.has_cov = false;
	memset(out.cov, 0, sizeof(out.cov));
	out.status = CLV_NOT_CONVERGED;
	out.limit = -1;
	out.message[0] = '\0';
	for (i = 0; i < fit->model->nparam; i++)
		out.par[i] = theta_of(fit, i, fit->here.phi[i]);
	clv_optimum_judge(fit->model, around, settled,
					  fit->attempt_evaluations, &out);
	if (better(&out, &fit->best))
	{
		fit->best = out;
		memcpy(fit->best_phi, fit->here.phi, sizeof(fit->best_phi));
		fit->best_path = fit->path;
	}
	return next_attempt(fit);
}

/*
 * Has the search come to the optimum that is known, or near the limit, or to the
 * way there?
 */
static bool
been_here(const ClvFit *fit)
{
	bool		limit = fit->best.status == CLV_BOUNDARY &&
		fabs(fit->here.loglik - fit->best.loglik) < SAME_LOGLIK;
	int			i;

	if (fit->best.status == CLV_BOUNDARY &&
		clv_path_meets(&fit->best_path, &fit->here, fit->model->nparam, SAME_PHI))
		return true;
	if (fit->best.status != CLV_CONVERGED && !limit)
		return false;
	for (i = 0; i < fit->model->nparam; i++)
	{
		double		here = fit->here.phi[i];
		double		there = fit->best_phi[i];
		bool		along = limit && !clv_is_coefficient(fit->model, i) &&
			here * there > 0.0 &&
			fabs(here) > CLV_FAR_PHI && fabs(there) > CLV_FAR_PHI;

		if (!along && fabs(here - there) > SAME_PHI)
			return false;
	}
	return true;
}

/* Keep a step from "here" inside the box. */
static void
set_trial(ClvFit *fit, const ClvAround *around, double *step)
{
	int			i;

	memcpy(fit->trial.phi, fit->here.phi, sizeof(fit->trial.phi));
	fit->length = 0.0;
	for (i = 0; i < around->nfree; i++)
	{
		int			k = around->free[i];
		double		phi = fit->here.phi[k] + step[i];

		phi = fmin(fmax(phi, -CLV_MAX_PHI), CLV_MAX_PHI);
		step[i] = phi - fit->here.phi[k];
		fit->trial.phi[k] = phi;
		fit->length = hypot(fit->length, step[i]);
	}
	fit->gain = clv_newton_gain(around->info, around->grad, step, around->nfree);
}

/* Propose the next point, or end the attempt if there is nothing to gain. */
static ClvStatus
propose(ClvFit *fit)
{
	ClvAround	around;
	double		step[CLV_MAX_PARAM];
	double		decrement;

	if (been_here(fit))
		return next_attempt(fit);
	clv_around_set(fit->model, &fit->here, &around);
	do
	{
		decrement = clv_newton_step(&around.curve, around.grad, around.noise,
									fit->radius, step);
		set_trial(fit, &around, step);
		if (fit->gain <= 0.0 && fit->length > 0.0)
			fit->radius = fit->length / 4.0;
	} while (fit->gain <= 0.0 && fit->length > MIN_RADIUS);

	if (0.5 * decrement <= GAIN_TOLERANCE * fit->here.scale)
	{
		if (fit->length <= STEP_TOLERANCE || ++fit->polish > MAX_POLISH)
			return end_attempt(fit, &around, true);
	}
	if (fit->length <= MIN_RADIUS || fit->attempt_evaluations >= MAX_EVALUATIONS)
		return end_attempt(fit, &around, false);
	return begin_evaluation(fit);
}

/* The trial has been evaluated: go there, or try nearer. */
static ClvStatus
judge(ClvFit *fit)
{
	bool		finite = take_sums(fit);
	double		ratio = -1.0;
	ClvAround	around;

	if (!fit->started)
	{
		if (!finite)
			return next_attempt(fit);
		fit->started = true;
		fit->here = fit->trial;
		clv_path_add(&fit->path, &fit->here, fit->model->nparam);
		return propose(fit);
	}

	if (finite)
	{
		double		rose = fit->trial.loglik - fit->here.loglik;
		double		slack = 1e-14 * fit->here.scale;

		/* where rounding hides the gain, the slope decides alone */
		ratio = (rose + slack) / (fit->gain + slack);
	}
	if (ratio < 0.25)
		fit->radius = fit->length / 4.0;
	else if (ratio > 0.75)
		fit->radius = fmax(fit->radius, fmin(2.0 * fit->length, MAX_RADIUS));
	if (ratio > 1e-4)
	{
		fit->here = fit->trial;
		fit->best.iterations++;
		clv_path_add(&fit->path, &fit->here, fit->model->nparam);
	}
	else if (fit->radius < MIN_RADIUS ||
			 fit->attempt_evaluations >= MAX_EVALUATIONS)
	{
		clv_around_set(fit->model, &fit->here, &around);
		return end_attempt(fit, &around, false);
	}
	return propose(fit);
}

/*
 * Go on with what comes before a search with covariates: the fit without
 * them, and what they are like.
 */
static ClvStatus
step_covariates(ClvFit *fit, ClvError *err)
{
	ClvStatus	status = clv_fit_step(fit->plain, err);
	ClvFitted	plain;

	if (status == CLV_OK)
		status = clv_covariates_step(fit->covariates);
	if (status != CLV_OK)
		return status;

	/* from the plain optimum, the likelihood can but rise */
	clv_fit_result(fit->plain, &plain);
	memcpy(fit->warm, plain.par, sizeof(fit->warm));
	fit->attempt = -2;
	fit->model = clv_covariates_model(fit->covariates);
	fit->moments = fit->plain->moments;
	status = begin_search(fit);
	return status == CLV_OK ? CLV_CONTINUE : status;
}

/* One step before the search: look at the next cells of the base. */
static ClvStatus
step_moments(ClvFit *fit, ClvError *err)
{
	size_t		from = fit->moments.done;
	bool		all = clv_moments_step(&fit->moments, fit->base);
	ClvStatus	status = check_cells(fit->model, fit->base, from, fit->moments.done, err);

	if (status == CLV_OK && all)
		status = begin_search(fit);
	return status == CLV_OK ? CLV_CONTINUE : status;
}

/* One step of the search. */
static ClvStatus
step_search(ClvFit *fit)
{
	ClvStatus	status;

	if (fit->done < fit->units)
	{
		size_t		from = fit->done;

		fit->done = fit->units - from > fit->step ? from + fit->step : fit->units;
		status = fit->model->slice(fit->work, from, fit->done, &fit->sums);
		if (status == CLV_NO_MEMORY)
			return status;
		if (status != CLV_OK)
		{
			fit->sums.loglik = NAN;
			fit->done = fit->units;
		}
	}
	if (fit->done < fit->units)
		return CLV_CONTINUE;

	status = judge(fit);
	if (status == CLV_NO_MEMORY)
		return status;
	return fit->finished ? CLV_OK : CLV_CONTINUE;
}

/*
 * CLV_CONTINUE, or CLV_OK when the fit has ended; anything else is a failure,
 * and "err" says which: the model cannot be fitted to such a base, or there is
 * no memory.
 */
ClvStatus
clv_fit_step(ClvFit *fit, ClvError *err)
{
	ClvStatus	status;

	if (fit->finished)
		return CLV_OK;
	if (fit->work != NULL)
		status = step_search(fit);
	else if (fit->plain != NULL)
		status = step_covariates(fit, err);
	else
		status = step_moments(fit, err);
	if (status == CLV_NO_MEMORY)
		fail_memory(fit->model, err);
	return status;
}

/* Only after the last step. */
void
clv_fit_result(const ClvFit *fit, ClvFitted *fitted)
{
	const ClvBase *base = fit->base;

	*fitted = fit->best;
	if (fit->has_prior)
		fitted->loglik -= clv_prior_log(fit->model, fit->covariates, &fit->prior,
										fit->unit, fit->best_phi);
	fitted->has_prior = fit->has_prior;
	fitted->prior = fit->prior;
	fitted->customers = customers_of(fit);
	if (fit->model->kind == CLV_SPEND)
		fitted->excluded = base->no_repeat + base->no_spend;
	if (fitted->message[0] == '\0' && fitted->status == CLV_NOT_CONVERGED)
		snprintf(fitted->message, sizeof(fitted->message),
				 "the likelihood cannot be evaluated for these data");
	if (fit->covariates != NULL)
	{
		ClvFitted	plain;

		clv_fit_result(fit->plain, &plain);
		clv_covariates_result(fit->covariates, fit->best_phi, &plain, fitted);
	}
}
