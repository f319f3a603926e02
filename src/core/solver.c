/*
 * solver.c
 *		Maximum-likelihood fit of any model in the list, stepped by its caller.
 *
 * Newton's method with the model's own second derivatives, on
 * phi = ln((theta - lower) / unit), where the unit of a time is the mean age of
 * the base and that of a sum of money the geometric mean of spend: weeks and
 * days, cents and dollars take the same path to the same optimum.  A trust
 * region keeps steps honest; a likelihood that is not finite rejects a step.
 * phi is kept in a box so wide that an optimum outside it is one at infinity
 * or zero: that is what a base without the variation that a parameter
 * describes looks like, and the fit says so.
 */
#include "fit.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "newton.h"

#define UNITS_A_STEP	8192	/* a unit is well under a microsecond */
#define MAX_EVALUATIONS 250		/* of one attempt */
#define MAX_PHI			18.420680743952367	/* ln 1e8 */
#define FAR_PHI			6.907755278982137	/* ln 1e3 */
#define FIRST_RADIUS	1.5
#define MAX_RADIUS		6.0
#define MIN_RADIUS		1e-11

#define GAIN_TOLERANCE	1e-12	/* of |lnL|: nothing left to gain */
#define STEP_TOLERANCE	1e-8	/* and parameters have settled */
#define MAX_POLISH		5		/* steps that gain nothing, to settle them */
#define FLAT			1e-6	/* information below this: a standard error of
								 * more than 1000 on the log scale */

/* The log-likelihood at a point, with derivatives in phi. */
typedef struct Point
{
	double		phi[CLV_MAX_PARAM];
	double		loglik;
	double		grad[CLV_MAX_PARAM];
	double		info[CLV_PACKED(CLV_MAX_PARAM)];	/* minus the second ones */
} Point;

struct ClvFit
{
	const ClvModel *model;
	const ClvBase *base;
	void	   *work;
	double		unit[CLV_MAX_PARAM];

	/* the evaluation that is under way */
	Point		trial;
	ClvSums		sums;
	size_t		units;
	size_t		done;			/* units of it */

	/* the attempt that is under way */
	int			attempt;
	bool		started;		/* "here" is set */
	Point		here;
	double		radius;
	double		length;			/* of the step from here to the trial */
	double		gain;			/* that it promises */
	int			polish;
	int			attempt_evaluations;

	bool		finished;
	ClvFitted	best;
};

/* What is known of the curvature here, bounds taken into account. */
typedef struct Local
{
	int			nfree;
	int			free[CLV_MAX_PARAM];	/* indexes of free parameters */
	int			bound;			/* first parameter held at a bound, or -1 */
	double		grad[CLV_MAX_PARAM];	/* of the free ones */
	double		info[CLV_PACKED(CLV_MAX_PARAM)];
	ClvEigen	curve;
	double		noise;
} Local;

static double
magnitude(double loglik)
{
	return fmax(1.0, fabs(loglik));
}

static double
theta_of(const ClvFit *fit, int i, double phi)
{
	double		lower = fit->model->param[i].lower;

	/* at its lower limit, a parameter that has a finite one is there */
	if (lower > 0.0 && phi <= -MAX_PHI)
		return lower;
	return lower + fit->unit[i] * exp(phi);
}

/* Mean age and geometric mean of spend, whatever units they are in. */
static void
set_units(ClvFit *fit)
{
	const ClvBase *base = fit->base;
	double		n = 0.0;
	double		t = 0.0;
	double		spenders = 0.0;
	double		ln = 0.0;
	double		money;
	size_t		i;
	int			k;

	for (i = 0; i < base->ncell; i++)
	{
		n += base->cell[i].n;
		t += base->cell[i].n * base->t[base->cell[i].it];
	}
	for (i = 0; i < base->nspend; i++)
	{
		spenders += base->spend[i].n;
		ln += base->spend[i].n * log(base->spend[i].m);
	}
	t = t > 0.0 ? t / n : 1.0;
	money = spenders > 0.0 ? exp(ln / spenders) : 1.0;
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
	memset(&fit->sums, 0, sizeof(fit->sums));
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

/* Go to the model's next start; false if it has no more. */
static bool
begin_attempt(ClvFit *fit, ClvStatus *status)
{
	double		par[CLV_MAX_PARAM];
	int			i;

	if (!fit->model->start(fit->model, fit->base, ++fit->attempt, par))
		return false;
	for (i = 0; i < fit->model->nparam; i++)
	{
		double		phi = log((par[i] - fit->model->param[i].lower) / fit->unit[i]);

		fit->trial.phi[i] = fmin(fmax(phi, -MAX_PHI), MAX_PHI);
		if (fit->attempt == 0)
			fit->best.par[i] = par[i];
	}
	fit->started = false;
	fit->radius = FIRST_RADIUS;
	fit->polish = 0;
	fit->attempt_evaluations = 0;
	*status = begin_evaluation(fit);
	return true;
}

/*
 * "base" has been found usable.  NULL and an error if there is no memory.
 */
ClvFit *
clv_fit_new(const ClvModel *model, const ClvBase *base, ClvError *err)
{
	ClvFit	   *fit = calloc(1, sizeof(ClvFit));
	ClvStatus	status = CLV_NO_MEMORY;

	if (fit != NULL)
	{
		fit->model = model;
		fit->base = base;
		fit->attempt = -1;
		fit->best.model = model;
		fit->best.loglik = -DBL_MAX;
		fit->best.limit = -1;
		fit->best.status = CLV_NOT_CONVERGED;
		fit->work = model->work_new(model, base);
	}
	if (fit != NULL && fit->work != NULL)
	{
		fit->units = model->units(fit->work);
		set_units(fit);
		if (begin_attempt(fit, &status) && status != CLV_NO_MEMORY)
			return fit;
	}
	clv_fit_free(fit);
	clv_fail(err, status, "", "out of memory while fitting model \"%s\"",
			 model->name);
	return NULL;
}

void
clv_fit_free(ClvFit *fit)
{
	if (fit == NULL)
		return;
	if (fit->work != NULL)
		fit->model->work_free(fit->work);
	free(fit);
}

/* From derivatives in theta to derivatives in phi; false if not finite. */
static bool
take_sums(ClvFit *fit)
{
	Point	   *point = &fit->trial;
	double		slope[CLV_MAX_PARAM];	/* dtheta / dphi */
	bool		finite = isfinite(fit->sums.loglik);
	int			i;
	int			j;

	point->loglik = fit->sums.loglik;
	for (i = 0; i < fit->model->nparam; i++)
	{
		slope[i] = fit->unit[i] * exp(point->phi[i]);
		point->grad[i] = slope[i] * fit->sums.grad[i];
		finite = finite && isfinite(point->grad[i]);
		for (j = 0; j <= i; j++)
		{
			double		bend = slope[i] * fit->sums.hess[CLV_PACK(i, j)] * slope[j];

			if (i == j)
				bend += point->grad[i];
			point->info[CLV_PACK(i, j)] = -bend;
			finite = finite && isfinite(bend);
		}
	}
	return finite;
}

/* A parameter at a bound is held there unless the likelihood pulls it back. */
static void
look_around(const ClvFit *fit, Local *local)
{
	const Point *here = &fit->here;
	int			i;
	int			j;

	local->noise = 4.0 * DBL_EPSILON * magnitude(here->loglik);
	local->nfree = 0;
	local->bound = -1;
	for (i = 0; i < fit->model->nparam; i++)
	{
		bool		low = here->phi[i] <= -MAX_PHI && here->grad[i] <= 0.0;
		bool		high = here->phi[i] >= MAX_PHI && here->grad[i] >= 0.0;

		if (!low && !high)
			local->free[local->nfree++] = i;
		else if (local->bound < 0)
			local->bound = i;
	}
	for (i = 0; i < local->nfree; i++)
	{
		local->grad[i] = here->grad[local->free[i]];
		for (j = 0; j <= i; j++)
			local->info[CLV_PACK(i, j)] =
				here->info[CLV_PACK(local->free[i], local->free[j])];
	}
	clv_eigen(local->info, local->nfree, &local->curve);
}

/* The covariance of phi, if the information has an inverse. */
static void
set_covariance(const Local *local, ClvFitted *out)
{
	const ClvEigen *curve = &local->curve;
	int			i;
	int			j;
	int			k;

	out->has_cov = true;
	for (i = 0; i < curve->n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			double		sum = 0.0;

			for (k = curve->n - 1; k >= 0; k--)
				sum += curve->vector[k][i] * curve->vector[k][j] / curve->value[k];
			out->cov[CLV_PACK(i, j)] = sum;
		}
	}
}

/* Have parameters k and "with" gone far, and both the same way? */
static bool
went_along(const ClvFit *fit, int k, int with)
{
	double		here = fit->here.phi[k];
	double		there = fit->here.phi[with];

	return fabs(there) > FAR_PHI && (here > 0.0) == (there > 0.0);
}

/*
 * Which other parameter keeps its ratio to parameter k when k moves, or -1:
 * the free ones follow k by B_ff^-1 B_fk, and the one that follows step by
 * step is meant.
 */
static int
find_companion(const ClvFit *fit, const Local *local, int k)
{
	const ClvEigen *curve = &local->curve;
	double		follow[CLV_MAX_PARAM] = {0.0};
	int			e;
	int			i;

	for (e = 0; e < curve->n; e++)
	{
		double		along = 0.0;

		if (curve->value[e] <= local->noise)
			continue;
		for (i = 0; i < curve->n; i++)
			along -= curve->vector[e][i] *
				fit->here.info[CLV_PACK(local->free[i], k)];
		for (i = 0; i < curve->n; i++)
			follow[i] += along / curve->value[e] * curve->vector[e][i];
	}
	for (i = 0; i < curve->n; i++)
	{
		if (follow[i] > 0.8 && follow[i] < 1.2 &&
			went_along(fit, k, local->free[i]))
			return local->free[i];
	}
	return -1;
}

/* The parameters that a flat direction is made of; the first is the limit. */
static int
flat_companion(const ClvFit *fit, const Local *local, int *limit)
{
	const double *v = local->curve.vector[0];
	double		most = 0.0;
	int			first = -1;
	int			i;

	for (i = 0; i < local->nfree; i++)
		most = fmax(most, fabs(v[i]));
	for (i = 0; i < local->nfree; i++)
	{
		if (fabs(v[i]) < 0.8 * most)
			continue;
		if (first >= 0 && v[i] * v[first] > 0.0 &&
			went_along(fit, *limit, local->free[i]))
			return local->free[i];
		if (first < 0)
		{
			first = i;
			*limit = local->free[i];
		}
	}
	return -1;
}

/* Say in words where parameter k is, alone or with a companion. */
static void
describe_limit(const ClvFit *fit, int k, int with, bool up, ClvFitted *out)
{
	const ClvParam *param = fit->model->param;

	out->status = CLV_BOUNDARY;
	out->limit = k;
	if (with >= 0)
	{
		int			a = with < k ? with : k;
		int			b = with < k ? k : with;

		out->limit = a;
		snprintf(out->message, sizeof(out->message),
				 up ? "%s and %s grow without limit at %s/%s = %.6g: %s"
				 : "%s and %s fall to 0 at %s/%s = %.6g: %s",
				 param[a].name, param[b].name, param[a].name, param[b].name,
				 out->par[a] / out->par[b],
				 up ? param[a].ratio : param[a].falls);
	}
	else if (up)
		snprintf(out->message, sizeof(out->message),
				 "%s grows without limit: %s", param[k].name, param[k].grows);
	else
		snprintf(out->message, sizeof(out->message), "%s falls to %g: %s",
				 param[k].name, param[k].lower, param[k].falls);
}

/*
 * The first parameter next to its bound, or -1.  A likelihood without a
 * maximum, such as that of orders all of one amount, is steep and full of
 * rounding errors there, so that a search may get stuck a little earlier.
 */
static int
find_edge(const ClvFit *fit)
{
	int			i;

	for (i = 0; i < fit->model->nparam; i++)
	{
		if (fabs(fit->here.phi[i]) > MAX_PHI - 3.0)
			return i;
	}
	return -1;
}

/* Why did the attempt end where it is? */
static void
classify(const ClvFit *fit, const Local *local, bool settled, ClvFitted *out)
{
	const ClvEigen *curve = &local->curve;
	double		slope = 0.0;
	int			i;
	int			k = 0;

	if (!settled && (k = find_edge(fit)) >= 0)
		describe_limit(fit, k, find_companion(fit, local, k),
					   fit->here.phi[k] > 0.0, out);
	else if (!settled)
		snprintf(out->message, sizeof(out->message),
				 "no maximum was found in %d evaluations: the parameters are the best of them",
				 fit->attempt_evaluations);
	else if (local->bound >= 0)
	{
		k = local->bound;
		describe_limit(fit, k, find_companion(fit, local, k),
					   fit->here.phi[k] > 0.0, out);
	}
	else if (curve->value[0] <= FLAT)
	{
		int			with = flat_companion(fit, local, &k);

		for (i = 0; i < curve->n; i++)
			slope += curve->vector[0][i] * local->grad[i];
		if (slope * curve->vector[0][k] != 0.0)
			describe_limit(fit, k, with, slope * curve->vector[0][k] > 0.0, out);
		else
			snprintf(out->message, sizeof(out->message),
					 "the data say nothing about %s: it is where the search began",
					 fit->model->param[k].name);
	}
	else
	{
		out->status = CLV_CONVERGED;
		set_covariance(local, out);
	}
}

/*
 * Is "a" the better outcome of two attempts?  The higher likelihood; at the
 * same one, the optimum that has the better status.
 */
static bool
better(const ClvFitted *a, const ClvFitted *b)
{
	double		close = 1e-10 * magnitude(b->loglik);

	if (a->loglik > b->loglik + close)
		return true;
	return a->loglik > b->loglik - close && a->status < b->status;
}

/* The attempt is over: keep it if it is the best, and see whether to go on. */
static ClvStatus
end_attempt(ClvFit *fit, const Local *local, bool settled)
{
	ClvFitted	out = fit->best;
	ClvStatus	status = CLV_OK;
	int			i;

	out.loglik = fit->here.loglik;
	out.has_cov = false;
	memset(out.cov, 0, sizeof(out.cov));
	out.status = CLV_NOT_CONVERGED;
	out.limit = -1;
	out.message[0] = '\0';
	for (i = 0; i < fit->model->nparam; i++)
		out.par[i] = theta_of(fit, i, fit->here.phi[i]);
	classify(fit, local, settled, &out);
	if (better(&out, &fit->best))
		fit->best = out;

	fit->finished = fit->best.status == CLV_CONVERGED || !begin_attempt(fit, &status);
	return status;
}

/* Keep a step from "here" inside the box. */
static void
set_trial(ClvFit *fit, const Local *local, double *step)
{
	int			i;

	memcpy(fit->trial.phi, fit->here.phi, sizeof(fit->trial.phi));
	fit->length = 0.0;
	for (i = 0; i < local->nfree; i++)
	{
		int			k = local->free[i];
		double		phi = fit->here.phi[k] + step[i];

		phi = fmin(fmax(phi, -MAX_PHI), MAX_PHI);
		step[i] = phi - fit->here.phi[k];
		fit->trial.phi[k] = phi;
		fit->length = hypot(fit->length, step[i]);
	}
	fit->gain = clv_newton_gain(local->info, local->grad, step, local->nfree);
}

/* Propose the next point, or end the attempt if there is nothing to gain. */
static ClvStatus
propose(ClvFit *fit)
{
	Local		local;
	double		step[CLV_MAX_PARAM];
	double		decrement;

	look_around(fit, &local);
	do
	{
		decrement = clv_newton_step(&local.curve, local.grad, local.noise,
									fit->radius, step);
		set_trial(fit, &local, step);
		if (fit->gain <= 0.0 && fit->length > 0.0)
			fit->radius = fit->length / 4.0;
	} while (fit->gain <= 0.0 && fit->length > MIN_RADIUS);

	if (0.5 * decrement <= GAIN_TOLERANCE * magnitude(fit->here.loglik))
	{
		if (fit->length <= STEP_TOLERANCE || ++fit->polish > MAX_POLISH)
			return end_attempt(fit, &local, true);
	}
	if (fit->length <= MIN_RADIUS || fit->attempt_evaluations >= MAX_EVALUATIONS)
		return end_attempt(fit, &local, false);
	return begin_evaluation(fit);
}

/* The trial has been evaluated: go there, or try nearer. */
static ClvStatus
judge(ClvFit *fit)
{
	bool		finite = take_sums(fit);
	double		ratio = -1.0;
	Local		local;
	ClvStatus	status;

	if (!fit->started)
	{
		if (!finite)
		{
			fit->finished = !begin_attempt(fit, &status);
			return fit->finished ? CLV_OK : status;
		}
		fit->started = true;
		fit->here = fit->trial;
		return propose(fit);
	}

	if (finite)
	{
		double		rose = fit->trial.loglik - fit->here.loglik;
		double		slack = 1e-14 * magnitude(fit->here.loglik);

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
	}
	else if (fit->radius < MIN_RADIUS ||
			 fit->attempt_evaluations >= MAX_EVALUATIONS)
	{
		look_around(fit, &local);
		return end_attempt(fit, &local, false);
	}
	return propose(fit);
}

/*
 * CLV_CONTINUE, or CLV_OK when the fit has ended; anything else is a failure
 * that is not the data's, such as lack of memory.
 */
ClvStatus
clv_fit_step(ClvFit *fit)
{
	ClvStatus	status;

	if (fit->finished)
		return CLV_OK;

	if (fit->done < fit->units)
	{
		size_t		from = fit->done;

		fit->done = fit->units - from > UNITS_A_STEP ? from + UNITS_A_STEP : fit->units;
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

/* Only after the last step. */
void
clv_fit_result(const ClvFit *fit, ClvFitted *fitted)
{
	const ClvBase *base = fit->base;

	*fitted = fit->best;
	if (fit->model->kind == CLV_SPEND)
	{
		fitted->customers = base->spenders;
		fitted->excluded = base->no_repeat + base->no_spend;
	}
	else
		fitted->customers = base->customers;
	if (fitted->message[0] == '\0' && fitted->status == CLV_NOT_CONVERGED)
		snprintf(fitted->message, sizeof(fitted->message),
				 "the likelihood cannot be evaluated for these data");
}
