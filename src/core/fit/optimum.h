/*
 * optimum.h
 *		Where a search stands, and what it means that it ends there.
 */
#ifndef CLV_OPTIMUM_H
#define CLV_OPTIMUM_H

#include "fit/fit.h"
#include "fit/newton.h"

/*
 * phi of a search stays above minus this and, but where the model knows better
 * (ClvModel.largest), below it: a factor of 1e8 either way
 */
#define CLV_MAX_PHI		18.420680743952367

/* a parameter this far out may be on its way to infinity or zero */
#define CLV_FAR_PHI		6.907755278982137	/* ln 1e3 */

/* The log-likelihood at a point, with derivatives in phi. */
typedef struct ClvPoint
{
	double		phi[CLV_MAX_PARAM];
	const double *most;			/* that phi may be */
	double		loglik;
	double		scale;			/* rounding errors are epsilon times this */
	double		grad[CLV_MAX_PARAM];
	double		info[CLV_PACKED(CLV_MAX_PARAM)];	/* minus the second ones */
} ClvPoint;

/* The same for the parameters that are not held at a bound. */
typedef struct ClvAround
{
	const ClvPoint *point;
	int			nfree;
	int			free[CLV_MAX_PARAM];	/* which they are */
	int			bound;			/* the first one that is held, or -1 */
	double		grad[CLV_MAX_PARAM];
	double		info[CLV_PACKED(CLV_MAX_PARAM)];
	ClvEigen	curve;			/* of info */
	double		noise;			/* what rounding makes of a slope of zero */
} ClvAround;

extern void clv_around_set(const ClvModel *model, const ClvPoint *point,
						   ClvAround *around);

/*
 * Which way each parameter goes that is on its way to infinity or zero, -1, 0 or
 * 1 by phi; false if none is.
 */
extern bool clv_optimum_outward(const ClvModel *model, const ClvAround *around,
								int *way);
extern void clv_optimum_judge(const ClvModel *model, const ClvAround *around,
							  bool settled, int evaluations, ClvFitted *out);

#endif							/* CLV_OPTIMUM_H */
