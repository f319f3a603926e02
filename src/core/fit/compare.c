/*
 * compare.c
 *		Several models fitted to one base, side by side.
 *
 * The fits are made one after the other: the baseline and each model to the
 * base itself, then for each draw the baseline and each model that is tested
 * to a base drawn from the baseline's fit.
 */
#include "fit/compare.h"

#include <math.h>
#include <stdlib.h>

#include "fit/redraw.h"
#include "models/list.h"

/*
 * A ratio of likelihoods as high as this one, but for how exactly an optimum
 * is found.
 */
#define SAME_RATIO		1e-6

#define BASELINE		(-1)	/* "at" of it */
#define BASE_ITSELF		(-1)	/* "draw" of it */

struct ClvComparison
{
	const ClvBase *base;
	ClvFitted	baseline;		/* of the base itself */
	ClvCompared *compared;
	int			n;
	int			draws;
	uint64_t	seed;

	/* the fit at work: of a model, to the base itself or to a draw */
	int			draw;
	int			at;
	ClvRedraw  *redraw;
	bool		drawn;			/* the redraw is over */
	double		loglik;			/* of the baseline, of this base */
	ClvFit	   *fit;
};

ClvComparison *
clv_comparison_new(const ClvBase *base, const ClvModel *const *model, int n,
				   int draws, uint64_t seed)
{
	ClvComparison *c = calloc(1, sizeof(ClvComparison));
	int			i;

	if (c == NULL)
		return NULL;
	c->compared = calloc(n + 1, sizeof(ClvCompared));
	if (c->compared == NULL)
	{
		free(c);
		return NULL;
	}
	for (i = 0; i < n; i++)
		c->compared[i].model = model[i];
	c->base = base;
	c->n = n;
	c->draws = draws;
	c->seed = seed;
	c->draw = BASE_ITSELF;
	c->at = BASELINE;
	return c;
}

void
clv_comparison_free(ClvComparison *c)
{
	if (c == NULL)
		return;
	clv_fit_free(c->fit);
	clv_redraw_free(c->redraw);
	free(c->compared);
	free(c);
}

int
clv_comparison_at(const ClvComparison *c)
{
	return c->draw == BASE_ITSELF ? c->at : -1;
}

/* A base of the same customers if nobody ever left. */
static ClvStatus
step_draw(ClvComparison *c, ClvError *err)
{
	ClvStatus	status;

	if (c->redraw == NULL)
		c->redraw = clv_redraw_new(c->baseline.model, c->baseline.par, c->base,
								   c->seed, c->draw);
	if (c->redraw == NULL)
		return clv_fail(err, CLV_NO_MEMORY, NULL,
						"out of memory while drawing a base");
	status = clv_redraw_step(c->redraw, err);
	if (status != CLV_OK)
		return status;
	c->drawn = true;
	return CLV_CONTINUE;
}

static ClvStatus
begin_fit(ClvComparison *c, ClvError *err)
{
	const ClvModel *model = c->at == BASELINE ? clv_baseline : c->compared[c->at].model;
	const ClvBase *base = c->draw == BASE_ITSELF ? c->base : clv_redraw_base(c->redraw);

	c->fit = clv_fit_new(model, base, NULL, err);
	return c->fit == NULL ? err->status : CLV_CONTINUE;
}

/* A fit to the base itself is over. */
static void
keep_fit(ClvComparison *c)
{
	ClvCompared *compared;

	if (c->at == BASELINE)
	{
		clv_fit_result(c->fit, &c->baseline);
		c->loglik = c->baseline.loglik;
		return;
	}
	compared = &c->compared[c->at];
	clv_fit_result(c->fit, &compared->fit);
	compared->tested = !compared->model->discrete;
	compared->ratio = 2.0 * (compared->fit.loglik - c->loglik);
}

/* One to a draw: where it does not converge it counts against the model. */
static void
count_fit(ClvComparison *c)
{
	ClvFitted	fit;
	ClvCompared *compared;

	clv_fit_result(c->fit, &fit);
	if (c->at == BASELINE)
	{
		c->loglik = fit.loglik;
		return;
	}
	compared = &c->compared[c->at];
	if (fit.status == CLV_NOT_CONVERGED ||
		2.0 * (fit.loglik - c->loglik) >= compared->ratio - SAME_RATIO)
		compared->reached++;
}

static bool
is_tested(const ClvCompared *compared)
{
	return compared->tested && compared->model != clv_baseline;
}

/* The next model, or the next draw; CLV_OK when there are no more. */
static ClvStatus
next_fit(ClvComparison *c)
{
	do
	{
		c->at++;
	} while (c->at < c->n && c->draw != BASE_ITSELF &&
			 !is_tested(&c->compared[c->at]));
	if (c->at < c->n)
		return CLV_CONTINUE;
	c->at = BASELINE;
	c->draw++;
	clv_redraw_free(c->redraw);
	c->redraw = NULL;
	c->drawn = false;
	return c->draw < c->draws ? CLV_CONTINUE : CLV_OK;
}

ClvStatus
clv_comparison_step(ClvComparison *c, ClvError *err)
{
	ClvStatus	status;

	if (c->draw != BASE_ITSELF && !c->drawn)
		return step_draw(c, err);
	if (c->fit == NULL)
		return begin_fit(c, err);
	status = clv_fit_step(c->fit, err);
	if (status != CLV_OK)
		return status;
	if (c->draw == BASE_ITSELF)
		keep_fit(c);
	else
		count_fit(c);
	clv_fit_free(c->fit);
	c->fit = NULL;
	return next_fit(c);
}

const ClvCompared *
clv_comparison_result(const ClvComparison *c, int i)
{
	return &c->compared[i];
}

double
clv_comparison_p_value(const ClvComparison *c, int i)
{
	if (c->draws == 0 || !is_tested(&c->compared[i]))
		return NAN;
	return (c->compared[i].reached + 1.0) / (c->draws + 1.0);
}
