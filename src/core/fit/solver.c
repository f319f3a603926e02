/*
 * solver.c
 *		Fit of any model in the list, stepped by its caller.
 *
 * Newton's method with the model's own second derivatives, in phi
 * (objective.h).  A trust region keeps steps honest; a likelihood that is not
 * finite rejects a step.  phi is kept in a box so wide that an optimum outside
 * it is one at infinity or zero: that is what a base without the variation that
 * a parameter describes looks like, and the fit says so.
 *
 * A parameter that is a whole number is found by trying all its values, each
 * search from the optimum of the one before; the best is then searched for from
 * the usual starts as well.
 */
#include "fit/fit.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/newton.h"
#include "fit/objective.h"
#include "fit/optimum.h"
#include "fit/setup.h"
#include "fit/trace.h"
#include "fit/undetermined.h"

#define MAX_EVALUATIONS 250		/* of one attempt */
#define FIRST_RADIUS	1.5
#define MAX_RADIUS		6.0
#define MIN_RADIUS		1e-11

#define GAIN_TOLERANCE	1e-12	/* of its scale: nothing left to gain in lnL */
#define STEP_TOLERANCE	1e-8	/* and parameters have settled */
#define MAX_POLISH		5		/* steps that gain nothing, to settle them */

/*
 * How much further out a fit at a limit goes in the end, by phi: a factor of
 * 2e17, so that purchases are below the last digit of r (and r^11, with phases,
 * is a number); not beyond what predictions take (1e150); and how much of its
 * scale lnL may lie lower or higher there.
 */
#define FAR				40.0
#define FARTHEST		300.0
#define LOWER_FAR		1e-10
#define HIGHER_FAR		1e-4

/*
 * A likelihood may have more than one optimum (one-time buyers left, or buy
 * seldom), so that two starts are always tried, more where the model says so
 * (ClvModel.attempts), and the others if these end badly.  An attempt that comes
 * this close to an optimum known is not continued, nor one that follows another
 * to infinity or zero.
 */
#define ATTEMPTS		2
#define SAME_PHI		0.05
#define SAME_LOGLIK		1e-4

struct ClvFit
{
	const ClvModel *model;		/* whose likelihood it is */
	ClvPrelude	prelude;
	struct ClvFit *plain;		/* a fit without the covariates, whose optimum
								 * comes first; NULL: there are none */
	ClvPrior	prior;
	ClvObjective objective;
	ClvPoint	trial;			/* where it is evaluated */

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
	bool		given;			/* by the caller */
	bool		last;			/* no other is to be tried */
	bool		is_warm;		/* it had an attempt -1, */
	double		warm[CLV_MAX_PARAM];	/* which began here */
	ClvFitted	highest;		/* the best of the values before */
	double		highest_phi[CLV_MAX_PARAM];
	int			highest_way[CLV_MAX_PARAM];
	bool		highest_warm;

	bool		far;			/* the last evaluation, far out */
	bool		finished;
	ClvFitted	best;			/* at the present value */
	double		best_phi[CLV_MAX_PARAM];
	int			best_way[CLV_MAX_PARAM];	/* to infinity or zero; 0: none */
	ClvPath		best_path;
};

/* Begin to evaluate at the trial. */
static ClvStatus
begin_evaluation(ClvFit *fit)
{
	fit->best.evaluations++;
	fit->attempt_evaluations++;
	return clv_objective_begin(&fit->objective, fit->trial.phi);
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
			par[i] = fit->objective.whole;
		if (!fit->model->start(fit->model, &fit->prelude.moments, fit->attempt, par))
			return false;
	}
	for (i = 0; i < fit->model->nparam; i++)
	{
		double		phi = clv_objective_phi(&fit->objective, i, par[i]);

		fit->trial.phi[i] = fmin(fmax(phi, -CLV_MAX_PHI), fit->objective.most[i]);
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

/*
 * What comes before it is known: begin the first attempt.  From the optimum of
 * the plain model, the likelihood can but rise.
 */
static ClvStatus
begin_search(ClvFit *fit)
{
	ClvStatus	status = CLV_NO_MEMORY;
	ClvFitted	plain;

	fit->model = clv_prelude_model(&fit->prelude);
	fit->best.model = fit->model;
	forget(fit);
	fit->objective.model = fit->model;
	fit->objective.covariates = fit->prelude.covariates;
	if (!clv_objective_init(&fit->objective, &fit->prelude.moments))
		return status;
	fit->attempt = -1;
	if (fit->plain != NULL)
	{
		clv_fit_result(fit->plain, &plain);
		memcpy(fit->warm, plain.par, sizeof(fit->warm));
		fit->attempt = -2;
	}
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
	static const ClvFitOptions none;
	ClvFitOptions plain;
	ClvFit	   *fit = calloc(1, sizeof(ClvFit));
	ClvStatus	status = CLV_NO_MEMORY;

	if (options == NULL)
		options = &none;
	if (fit != NULL)
	{
		fit->model = model;
		fit->given = options->whole > 0.0 || model->next_whole == NULL;
		fit->last = fit->given;
		fit->objective.base = base;
		fit->objective.whole = options->whole > 0.0 ? options->whole : 1.0;
		if (options->prior != NULL)
		{
			fit->prior = *options->prior;
			fit->objective.prior = &fit->prior;
		}
		status = clv_prelude_init(&fit->prelude, model, base, options, err);
	}
	if (status == CLV_OK && options->ncov > 0)
	{
		plain = (ClvFitOptions) {.whole = options->whole, .prior = options->prior};
		fit->plain = clv_fit_new(model, base, &plain, err);
		status = fit->plain == NULL ? CLV_NO_MEMORY : CLV_OK;
	}
	if (status == CLV_OK)
		return fit;
	if (status == CLV_NO_MEMORY)
		fail_memory(model, err);
	clv_fit_free(fit);
	return NULL;
}

void
clv_fit_free(ClvFit *fit)
{
	if (fit == NULL)
		return;
	clv_objective_free(&fit->objective);
	clv_prelude_free(&fit->prelude);
	clv_fit_free(fit->plain);
	free(fit);
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
	memcpy(fit->highest_way, fit->best_way, sizeof(fit->highest_way));
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
		fit->objective.whole = fit->warm[fit->model->nparam - 1];
		forget(fit);
		fit->attempt = fit->is_warm ? -2 : -1;
		return begin_attempt(fit, status);
	}

	fit->last = true;
	fit->best = fit->highest;
	fit->best.iterations = iterations;
	fit->best.evaluations = evaluations;
	memcpy(fit->best_phi, fit->highest_phi, sizeof(fit->best_phi));
	memcpy(fit->best_way, fit->highest_way, sizeof(fit->best_way));
	fit->best_path.n = 0;		/* it was to another one */
	fit->objective.whole = fit->best.par[fit->model->nparam - 1];
	fit->attempt = -1;
	return fit->highest_warm && begin_attempt(fit, status);
}

/*
 * A fit at a limit has come near it, and what is left of the way makes customers
 * differ who are alike in the limit, in the eighth digit: their order would be one
 * of rounding errors.  So the parameters that are on the way go on to where it
 * is beyond the last digit.  False: there is nothing to go on.
 */
static bool
begin_far(ClvFit *fit, ClvStatus *status)
{
	const ClvModel *model = fit->model;
	bool		any = false;
	int			i;

	if (fit->best.status != CLV_BOUNDARY || fit->objective.prior != NULL ||
		fit->objective.covariates != NULL ||
		(model->kind == CLV_TRANSACTION && fit->prelude.moments.again == 0.0))
		return false;
	for (i = 0; i < model->nparam; i++)
	{
		fit->trial.phi[i] = fit->best_phi[i] + FAR * fit->best_way[i];
		any = any || fit->best_way[i] != 0;
		if (fit->trial.phi[i] > FARTHEST)
			return false;
	}
	fit->far = any;
	if (any)
		*status = begin_evaluation(fit);
	return any;
}

/* It is the same there, as far as the likelihood tells: that is the fit. */
static void
judge_far(ClvFit *fit)
{
	bool		finite = clv_objective_take(&fit->objective, &fit->trial);
	double		rose = fit->trial.loglik - fit->best.loglik;
	int			i;

	fit->finished = true;
	if (!finite || !(rose >= -LOWER_FAR * fit->trial.scale &&
					 rose <= HIGHER_FAR * fit->trial.scale))
		return;
	fit->best.loglik = fit->trial.loglik;
	memcpy(fit->best_phi, fit->trial.phi, sizeof(fit->best_phi));
	for (i = 0; i < fit->model->nparam; i++)
		fit->best.par[i] = clv_objective_theta(&fit->objective, i, fit->best_phi[i]);
}

/* Go on to another attempt, or be finished. */
static ClvStatus
next_attempt(ClvFit *fit)
{
	ClvStatus	status = CLV_OK;
	int			attempts = fit->model->attempts > 0 ? fit->model->attempts : ATTEMPTS;
	bool		enough = fit->best.status == CLV_CONVERGED &&
		((fit->attempt < 0 && fit->is_warm) || fit->attempt + 1 >= attempts);

	if (!enough && begin_attempt(fit, &status))
		return status;
	if (next_whole(fit, &status))
		return status;
	if (!fit->given)
		check_largest(fit);
	if (!begin_far(fit, &status))
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
		out.par[i] = clv_objective_theta(&fit->objective, i, fit->here.phi[i]);
	clv_optimum_judge(fit->model, around, settled,
					  fit->attempt_evaluations, &out);
	if (better(&out, &fit->best))
	{
		fit->best = out;
		memcpy(fit->best_phi, fit->here.phi, sizeof(fit->best_phi));
		if (!clv_optimum_outward(fit->model, around, fit->best_way))
			memset(fit->best_way, 0, sizeof(fit->best_way));
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

		phi = fmin(fmax(phi, -CLV_MAX_PHI), fit->objective.most[k]);
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
	bool		finite = clv_objective_take(&fit->objective, &fit->trial);
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

/* One step before the search. */
static ClvStatus
step_prelude(ClvFit *fit, ClvError *err)
{
	ClvStatus	status = clv_prelude_step(&fit->prelude, err);

	if (status == CLV_OK && fit->plain != NULL)
		status = clv_fit_step(fit->plain, err);
	if (status == CLV_OK)
		status = clv_prelude_measure(&fit->prelude);
	if (status == CLV_OK)
		status = begin_search(fit);
	return status == CLV_OK ? CLV_CONTINUE : status;
}

/* One step of the search. */
static ClvStatus
step_search(ClvFit *fit)
{
	ClvStatus	status = clv_objective_step(&fit->objective);

	if (status == CLV_OK && fit->far)
		judge_far(fit);
	else if (status == CLV_OK)
		status = judge(fit);
	if (status != CLV_OK)
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
	if (fit->objective.work != NULL)
		status = step_search(fit);
	else
		status = step_prelude(fit, err);
	if (status == CLV_NO_MEMORY)
		fail_memory(fit->model, err);
	return status;
}

/* Only after the last step. */
void
clv_fit_result(const ClvFit *fit, ClvFitted *fitted)
{
	const ClvBase *base = fit->objective.base;
	ClvFitted	plain;

	*fitted = fit->best;
	fitted->loglik -= clv_objective_prior(&fit->objective, fit->best_phi);
	fitted->has_prior = fit->objective.prior != NULL;
	fitted->prior = fit->prior;
	fitted->customers = clv_objective_customers(fit->model, base);
	if (fit->model->kind == CLV_SPEND)
		fitted->excluded = base->no_repeat + base->no_spend;
	if (fitted->message[0] == '\0' && fitted->status == CLV_NOT_CONVERGED)
		snprintf(fitted->message, sizeof(fitted->message),
				 "the likelihood cannot be evaluated for these data");
	if (fit->plain != NULL)
	{
		clv_fit_result(fit->plain, &plain);
		clv_covariates_result(fit->prelude.covariates, fit->best_phi, &plain, fitted);
	}
	clv_undetermined_judge(fitted, &fit->prelude.moments);
}
