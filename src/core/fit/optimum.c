/*
 * optimum.c
 *		Where a search stands, and what it means that it ends there.
 *
 * A base without the variation that a parameter describes has its highest
 * likelihood at infinity or zero.  A search for it ends at a bound of phi, or
 * where the likelihood has become flat; what moved, and which way, tells what
 * the base is like.
 */
#include "fit/optimum.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAIN_PART		0.8		/* of an eigenvector, beside its largest one */
#define ALONG			0.5		/* of it, on the way to infinity or zero */
#define FLAT			1e-6	/* information below this: a standard error of
								 * more than 1000 on the log scale */
#define DRIFT			0.5		/* so does a step this long, where nothing is
								 * left to gain */
#define NOTHING			3e-10	/* so does, far out, that all the rest of the
								 * way adds less than this to lnL, of its
								 * size */

/* A parameter at a bound is held there unless the likelihood pulls it back. */
void
clv_around_set(const ClvModel *model, const ClvPoint *point, ClvAround *around)
{
	int			i;
	int			j;

	around->point = point;
	around->noise = 4.0 * DBL_EPSILON * point->scale;
	around->nfree = 0;
	around->bound = -1;
	for (i = 0; i < model->nparam; i++)
	{
		bool		low = point->phi[i] <= -CLV_MAX_PHI && point->grad[i] <= 0.0;
		bool		high = point->phi[i] >= point->most[i] && point->grad[i] >= 0.0;

		if (clv_is_whole(model, i))
			continue;			/* a whole number does not move */
		if (!low && !high)
			around->free[around->nfree++] = i;
		else if (around->bound < 0)
			around->bound = i;
	}
	for (i = 0; i < around->nfree; i++)
	{
		around->grad[i] = point->grad[around->free[i]];
		for (j = 0; j <= i; j++)
			around->info[CLV_PACK(i, j)] =
				point->info[CLV_PACK(around->free[i], around->free[j])];
	}
	clv_eigen(around->info, around->nfree, &around->curve);
}

/* The covariance of phi, if the information has an inverse. */
static void
set_covariance(const ClvAround *around, ClvFitted *out)
{
	const ClvEigen *curve = &around->curve;
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
			out->cov[CLV_PACK(around->free[i], around->free[j])] = sum;
		}
	}
}

/* Have parameters k and "with" gone far, and both the same way? */
static bool
went_along(const ClvModel *model, const ClvAround *around, int k, int with)
{
	double		here = around->point->phi[k];
	double		there = around->point->phi[with];

	if (clv_is_coefficient(model, k) || clv_is_coefficient(model, with))
		return false;			/* they have no ratio */
	if (here > 0.0 && (clv_is_bounded(model, k) || clv_is_bounded(model, with)))
		return false;			/* nor has what comes to an upper limit */
	return fabs(here) > CLV_FAR_PHI && fabs(there) > CLV_FAR_PHI &&
		(here > 0.0) == (there > 0.0);
}

/* How the free parameters follow when parameter k moves: B_ff^-1 B_fk. */
static void
follow_one(const ClvAround *around, int k, double *follow)
{
	const ClvEigen *curve = &around->curve;
	int			e;
	int			i;

	for (i = 0; i < curve->n; i++)
		follow[i] = 0.0;
	for (e = 0; e < curve->n; e++)
	{
		double		along = 0.0;

		if (curve->value[e] <= around->noise)
			continue;
		for (i = 0; i < curve->n; i++)
			along -= curve->vector[e][i] *
				around->point->info[CLV_PACK(around->free[i], k)];
		for (i = 0; i < curve->n; i++)
			follow[i] += along / curve->value[e] * curve->vector[e][i];
	}
}

/*
 * Which other parameter keeps its ratio to parameter k when k moves, or -1: the
 * one that follows step by step is meant.
 */
static int
find_companion(const ClvModel *model, const ClvAround *around, int k)
{
	double		follow[CLV_MAX_PARAM];
	int			i;

	follow_one(around, k, follow);
	for (i = 0; i < around->nfree; i++)
	{
		if (follow[i] > 0.8 && follow[i] < 1.2 &&
			went_along(model, around, k, around->free[i]))
			return around->free[i];
	}
	return -1;
}

/*
 * The parameters that direction "v" is made of: the limit, and what has gone
 * along with it or -1.  Where the data tell a ratio alone, either of two would
 * take the likelihood further the way it rises ("rise" is 1 or -1 for v or the
 * other way, 0 if neither): the first that has gone far that way is meant, not
 * one that is near where it began.
 */
static int
flat_companion(const ClvModel *model, const ClvAround *around, const double *v,
			   int rise, int *limit)
{
	double		most = 0.0;
	bool		is_far = false; /* the limit found has gone far */
	int			first = -1;
	int			i;

	for (i = 0; i < around->nfree; i++)
		most = fmax(most, fabs(v[i]));
	for (i = 0; i < around->nfree; i++)
	{
		int			k = around->free[i];
		bool		up = rise * v[i] > 0.0;
		bool		far = rise != 0 &&
			(up ? around->point->phi[k] : -around->point->phi[k]) > CLV_FAR_PHI;

		if (fabs(v[i]) < MAIN_PART * most)
			continue;
		if (first >= 0 && rise != 0 && v[i] * v[first] > 0.0 &&
			(up || model->param[around->free[first]].sinks != NULL) &&
			went_along(model, around, around->free[first], k))
		{
			*limit = around->free[first];
			return k;
		}
		if (first < 0 || (far && !is_far))
			*limit = k;
		if (first < 0)
			first = i;
		is_far = is_far || far;
	}
	return -1;
}

/* Say in words where parameter k is, alone or moving with a companion. */
static void
describe_limit(const ClvModel *model, int k, int with, bool up, ClvFitted *out)
{
	const ClvParam *param = model->param;
	int			a = with >= 0 && with < k ? with : k;
	int			b = with >= 0 && with < k ? k : with;

	out->status = CLV_BOUNDARY;
	if (with >= 0 && (up || param[a].sinks != NULL))
	{
		out->limit = a;
		snprintf(out->message, sizeof(out->message), "%s and %s %s at %s/%s = %.6g%s: %s",
				 param[a].name, param[b].name, up ? "grow without limit" : "fall to 0",
				 param[a].name, param[b].name, out->par[a] / out->par[b],
				 clv_is_coefficient(model, model->nparam - 1) ?
				 " where covariates are at their means" : "",
				 up ? param[a].ratio : param[a].sinks);
		return;
	}
	out->limit = k;
	if (up && clv_is_bounded(model, k))
		snprintf(out->message, sizeof(out->message), "%s grows to %g: %s",
				 param[k].name, param[k].upper, param[k].grows);
	else if (up)
		snprintf(out->message, sizeof(out->message),
				 "%s grows without limit: %s", param[k].name, param[k].grows);
	else if (clv_is_coefficient(model, k))
		snprintf(out->message, sizeof(out->message),
				 "%s falls without limit: %s", param[k].name, param[k].falls);
	else
		snprintf(out->message, sizeof(out->message), "%s falls to %g: %s",
				 param[k].name, param[k].lower, param[k].falls);
}

/*
 * What a model lets grow until no number holds it is still on its way there:
 * say so where another parameter than k and "with" has come as far.
 */
static void
add_largest(const ClvModel *model, const ClvAround *around, int k, int with,
			ClvFitted *out)
{
	int			i;

	for (i = 0; i < model->nparam; i++)
	{
		size_t		length = strlen(out->message);
		double		most = around->point->most[i];

		if (i == k || i == with || most == CLV_MAX_PHI ||
			around->point->phi[i] < most)
			continue;
		snprintf(out->message + length, sizeof(out->message) - length,
				 "; %s grows without limit too, and ends at %g: %s",
				 model->param[i].name, out->par[i], model->param[i].grows);
	}
}

/*
 * The first parameter next to its bound, or -1.  A likelihood without a
 * maximum, such as that of orders all of one amount, is steep and full of
 * rounding errors there, so that a search may get stuck a little earlier.
 */
static int
find_edge(const ClvModel *model, const ClvAround *around)
{
	int			i;

	for (i = 0; i < model->nparam; i++)
	{
		double		phi = around->point->phi[i];

		if (phi > around->point->most[i] - 3.0 || phi < 3.0 - CLV_MAX_PHI)
			return i;
	}
	return -1;
}

/* The slope along an eigenvector. */
static double
slope_along(const ClvAround *around, int e)
{
	double		slope = 0.0;
	int			i;

	for (i = 0; i < around->curve.n; i++)
		slope += around->curve.vector[e][i] * around->grad[i];
	return slope;
}

/* Have all parameters that eigenvector e is made of gone far? */
static bool
all_far(const ClvAround *around, int e)
{
	const double *v = around->curve.vector[e];
	double		most = 0.0;
	int			i;

	for (i = 0; i < around->curve.n; i++)
		most = fmax(most, fabs(v[i]));
	for (i = 0; i < around->curve.n; i++)
	{
		if (fabs(v[i]) >= MAIN_PART * most &&
			fabs(around->point->phi[around->free[i]]) <= CLV_FAR_PHI)
			return false;
	}
	return true;
}

/* Which way along eigenvector "v" is further out: 1, or -1 for the other way. */
static int
outward(const ClvAround *around, const double *v)
{
	int			main_part = 0;
	int			i;

	for (i = 1; i < around->curve.n; i++)
	{
		if (fabs(v[i]) > fabs(v[main_part]))
			main_part = i;
	}
	return around->point->phi[around->free[main_part]] * v[main_part] > 0.0 ? 1 : -1;
}

/*
 * Has the likelihood become flat that way?  Towards a limit it rises ever more
 * slowly, but Newton's step stays about 1.  Of ln L = c - e^(-2 phi) / 2, with
 * its maximum at infinity as well as with one far out that can hardly be told
 * from it, the information is what is still to come: there rounding errors of
 * the information may be larger than itself, and the step be anything.
 */
static bool
is_flat(const ClvAround *around, int e)
{
	double		value = around->curve.value[e];

	return value <= FLAT || fabs(slope_along(around, e)) > DRIFT * value ||
		(value <= NOTHING * around->point->scale && all_far(around, e));
}

/*
 * No parameter is at a bound, but in some direction nothing changes any more.
 * Of several the one that changed last is told: it still slopes most.  Without
 * a slope that is more than rounding errors, what has gone far is on its way.
 */
static void
describe_flat(const ClvModel *model, const ClvAround *around, ClvFitted *out)
{
	const ClvEigen *curve = &around->curve;
	const double *v = curve->vector[0];
	double		most = 0.0;
	int			rise = 0;
	int			with;
	int			k = 0;
	int			e;

	for (e = 0; e < curve->n && is_flat(around, e); e++)
	{
		double		slope = slope_along(around, e);

		if (fabs(slope) > fabs(most))
		{
			most = slope;
			v = curve->vector[e];
		}
	}
	if (fabs(most) > around->noise)
		rise = most > 0.0 ? 1 : -1;
	else if (all_far(around, 0))
	{
		v = curve->vector[0];
		rise = outward(around, v);
	}
	with = flat_companion(model, around, v, rise, &k);
	if (rise != 0)
		describe_limit(model, k, with, rise * v[k] > 0.0, out);
	else
		snprintf(out->message, sizeof(out->message),
				 "the data say nothing about %s: it is where the search began",
				 model->param[k].name);
}

/* Parameter k goes that way; false if it was to go the other one. */
static bool
go(int *way, int k, int sign)
{
	bool		clear = way[k] != -sign;

	way[k] = sign;
	return clear;
}

/*
 * Parameter k is held at a bound: it goes beyond, and what follows it goes along,
 * unless it has a way of its own.
 */
static void
go_beyond(const ClvAround *around, int k, int *way)
{
	int			sign = around->point->phi[k] > 0.0 ? 1 : -1;
	double		follow[CLV_MAX_PARAM];
	int			i;

	way[k] = sign;
	follow_one(around, k, follow);
	for (i = 0; i < around->nfree; i++)
	{
		if (fabs(follow[i]) > ALONG && way[around->free[i]] == 0)
			way[around->free[i]] = follow[i] > 0.0 ? sign : -sign;
	}
}

/* The likelihood is flat along eigenvector e: what that is made of goes on. */
static bool
go_along(const ClvAround *around, int e, int *way)
{
	const double *v = around->curve.vector[e];
	double		slope = slope_along(around, e);
	double		most = 0.0;
	bool		slopes = fabs(slope) > around->noise;
	int			sign = slope > 0.0 ? 1 : -1;
	bool		clear = true;
	int			i;

	/* without a slope, what has gone far goes on, if all of it agrees */
	if (!slopes)
		sign = outward(around, v);
	for (i = 0; i < around->nfree; i++)
		most = fmax(most, fabs(v[i]));
	for (i = 0; i < around->nfree && !slopes; i++)
	{
		if (fabs(v[i]) > ALONG * most &&
			!(sign * v[i] * around->point->phi[around->free[i]] > 0.0))
			return true;
	}
	if (!slopes && !all_far(around, e))
		return true;
	for (i = 0; i < around->nfree; i++)
	{
		if (fabs(v[i]) > ALONG * most)
			clear = go(way, around->free[i], v[i] > 0.0 ? sign : -sign) && clear;
	}
	return clear;
}

bool
clv_optimum_outward(const ClvModel *model, const ClvAround *around, int *way)
{
	bool		clear = true;
	bool		any = false;
	bool		is_free[CLV_MAX_PARAM] = {false};
	int			i;

	memset(way, 0, CLV_MAX_PARAM * sizeof(int));
	for (i = 0; i < around->nfree; i++)
		is_free[around->free[i]] = true;
	for (i = 0; i < around->nfree && is_flat(around, i); i++)
		clear = go_along(around, i, way) && clear;

	/* where directions are at odds, only what is at a bound is sure of its way */
	if (!clear)
		memset(way, 0, CLV_MAX_PARAM * sizeof(int));
	for (i = 0; i < model->nparam; i++)
	{
		if (!is_free[i] && !clv_is_whole(model, i))
			go_beyond(around, i, way);
	}
	for (i = 0; i < model->nparam; i++)
		any = any || way[i] != 0;
	return any;
}

/* Say why an attempt ended where it is; "settled" if there was no more to gain. */
void
clv_optimum_judge(const ClvModel *model, const ClvAround *around, bool settled,
				  int evaluations, ClvFitted *out)
{
	int			k = settled ? around->bound : find_edge(model, around);

	if (k >= 0)
	{
		int			with = find_companion(model, around, k);

		describe_limit(model, k, with, around->point->phi[k] > 0.0, out);
		add_largest(model, around, k, with, out);
	}
	else if (!settled)
		snprintf(out->message, sizeof(out->message),
				 "no maximum was found in %d evaluations: the parameters are the best of them",
				 evaluations);
	else if (is_flat(around, 0))
		describe_flat(model, around, out);
	else
	{
		out->status = CLV_CONVERGED;
		set_covariance(around, out);
	}
}
