/*
 * gammagamma.c
 *		The Gamma-Gamma model of spend per purchase.
 *
 * Fader, Hardie & Lee (2005), "RFM and CLV: Using Iso-Value Curves for
 * Customer Base Analysis", Journal of Marketing Research 42, 415-430; Fader &
 * Hardie (2013), "The Gamma-Gamma Model of Monetary Value", note 025, whose
 * equations are cited below.  An order of a customer is Gamma(p, rate nu), and
 * nu is Gamma(q, rate gamma) over customers, so that the mean m of x orders,
 * y = x m together, has (1a)
 *
 *		ln f = -ln B(px, q) - px ln(1 + gamma / y) - q ln(1 + y / gamma) - ln m
 *
 * The first term is tabled over distinct x; a cell costs one division and one
 * log1p, and in this form nothing cancels where q and gamma grow together.
 */
#include "models/gammagamma.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "math/pochhammer.h"
#include "math/twofold.h"
#include "model/moments.h"

/* Cells are summed plainly inside a block, with compensation between blocks. */
#define BLOCK	128

#define FAR		1e8				/* the limit of a search */

enum
{
	P,
	Q,
	GAMMA
};

static const ClvParam gammagamma_param[CLV_GAMMAGAMMA_NPARAM] = {
	{"p", 0.0, INFINITY, 0, 0,
		"the orders of one customer differ without bound",
		"the orders of one customer do not differ",
		"the orders of one customer do not differ",
	NULL, 6.0},
	{"q", 1.0, INFINITY, 0, 0,
		"the mean spend of all customers would be infinite",
		"customers do not differ in their spend per order",
		"customers do not differ in their spend per order",
	NULL, 4.0},
	{"gamma", 0.0, INFINITY, 0, 1,
		"the orders of one customer do not differ",
		"the orders of one customer differ without bound",
		"customers do not differ in their spend per order",
	NULL, 0.5}
};

/* -ln B(px, q) and its derivatives in p and q */
typedef struct Shape
{
	double		ln;
	double		dp;
	double		dq;
	double		dpp;
	double		dpq;
	double		dqq;
} Shape;

/*
 * The larger of the two carries the smaller as a Pochhammer symbol, so that
 * one of them may grow without limit.
 */
static void
gammagamma_shape(double p, double q, double x, Shape *out)
{
	double		u = p * x;
	double		large = fmax(u, q);
	double		small = fmin(u, q);
	ClvPochhammer over_u;		/* (u)_q: derivatives in u */
	ClvPochhammer over_q;		/* (q)_u: derivatives in q */

	clv_pochhammer(u, q, &over_u);
	clv_pochhammer(q, u, &over_q);
	out->ln = (u >= q ? over_u.ln : over_q.ln) + small * log(large) -
		lgamma(small);
	out->dp = x * over_u.d1;
	out->dq = over_q.d1;
	out->dpp = x * x * over_u.d2;
	out->dpq = x * clv_trigamma(u + q);
	out->dqq = over_q.d2;
}

/* How gamma stands to the total y of a customer's orders. */
typedef struct Scale
{
	double		over;			/* ln(1 + gamma / y) */
	double		under;			/* ln(1 + y / gamma) */
	double		share;			/* y / (gamma + y) */
	double		rest;			/* gamma / (gamma + y) */
} Scale;

/* "ln_ratio" is ln(y / gamma). */
static inline Scale
gammagamma_scale(double gamma, double y, double ln_ratio)
{
	bool		above = y > gamma;
	double		ratio = above ? gamma / y : y / gamma;
	double		ln = log1p(ratio);
	double		large = 1.0 / (1.0 + ratio);
	Scale		scale;

	scale.over = above ? ln : ln - ln_ratio;
	scale.under = above ? ln + ln_ratio : ln;
	scale.share = above ? large : large * ratio;
	scale.rest = above ? large * ratio : large;
	return scale;
}

/* Sums over spend cells of one x. */
typedef struct Block
{
	double		n;
	double		over;
	double		under;
	double		share;
	double		rest;
	double		rest2;			/* rest^2 */
	double		both;			/* share (1 + rest) */
} Block;

typedef struct Work
{
	const ClvBase *base;
	double	   *ln_total;		/* ln y of each spend cell */
	bool		prepared;		/* is it filled in? */
	double		p;
	double		q;
	double		gamma;
	double		ln_gamma;
	double		shape_x;		/* the x that "shape" is of; 0: none */
	Shape		shape;
	Block		block;
	ClvTwofold	ln_mean;		/* of ln m, the same for all parameters */
	ClvTwofold	loglik;
	ClvTwofold	grad[CLV_GAMMAGAMMA_NPARAM];
	ClvTwofold	hess[CLV_PACKED(CLV_GAMMAGAMMA_NPARAM)];
} Work;

static void
gammagamma_work_free(void *work)
{
	Work	   *w = work;

	if (w == NULL)
		return;
	free(w->ln_total);
	free(w);
}

static void *
gammagamma_work_new(const ClvModel *model, const ClvBase *base)
{
	Work	   *w = calloc(1, sizeof(Work));

	if (w == NULL)
		return NULL;
	w->base = base;
	w->ln_total = calloc(base->nspend + 1, sizeof(double));
	if (w->ln_total == NULL)
	{
		gammagamma_work_free(w);
		return NULL;
	}
	return w;
}

static size_t
gammagamma_units(const void *work)
{
	return ((const Work *) work)->base->nspend;
}

static ClvStatus
gammagamma_begin(void *work, const double *par)
{
	Work	   *w = work;

	w->p = par[P];
	w->q = par[Q];
	w->gamma = par[GAMMA];
	w->ln_gamma = log(par[GAMMA]);
	w->shape_x = 0.0;
	if (!w->prepared)
		memset(&w->ln_mean, 0, sizeof(w->ln_mean));
	memset(&w->block, 0, sizeof(w->block));
	memset(&w->loglik, 0, sizeof(w->loglik));
	memset(w->grad, 0, sizeof(w->grad));
	memset(w->hess, 0, sizeof(w->hess));
	return CLV_OK;
}

/* Sums over a base lose nothing to the number of its cells. */
static inline void
add(ClvTwofold *total, double term)
{
	*total = clv_twofold_plus(*total, term);
}

/* Add the block, all of it spend cells of "x", to the totals. */
static void
flush_block(Work *w, double x)
{
	const Block *s = &w->block;
	double		u = w->p * x;
	double		ig = 1.0 / w->gamma;
	const Shape *shape = &w->shape;
	ClvTwofold *h = w->hess;

	if (w->shape_x != x)
	{
		gammagamma_shape(w->p, w->q, x, &w->shape);
		w->shape_x = x;
	}

	add(&w->loglik, s->n * shape->ln);
	add(&w->loglik, -u * s->over);
	add(&w->loglik, -w->q * s->under);

	add(&w->grad[P], s->n * shape->dp - x * s->over);
	add(&w->grad[Q], s->n * shape->dq - s->under);
	add(&w->grad[GAMMA], ig * (w->q * s->share - u * s->rest));

	add(&h[CLV_PACK(P, P)], s->n * shape->dpp);
	add(&h[CLV_PACK(Q, P)], s->n * shape->dpq);
	add(&h[CLV_PACK(Q, Q)], s->n * shape->dqq);
	add(&h[CLV_PACK(GAMMA, P)], -ig * x * s->rest);
	add(&h[CLV_PACK(GAMMA, Q)], ig * s->share);
	add(&h[CLV_PACK(GAMMA, GAMMA)],
				  ig * ig * (u * s->rest2 - w->q * s->both));

	memset(&w->block, 0, sizeof(w->block));
}

/* Add spend cells [from, to), all of the same x, to the block. */
static void
sum_cells(Work *w, size_t from, size_t to)
{
	Block		s = w->block;
	size_t		i;

	for (i = from; i < to; i++)
	{
		const ClvSpend *cell = &w->base->spend[i];
		double		n = cell->n;
		Scale		scale = gammagamma_scale(w->gamma, cell->x * cell->m,
											 w->ln_total[i] - w->ln_gamma);

		s.n += n;
		s.over += n * scale.over;
		s.under += n * scale.under;
		s.share += n * scale.share;
		s.rest += n * scale.rest;
		s.rest2 += n * scale.rest * scale.rest;
		s.both += n * scale.share * (1.0 + scale.rest);
	}
	w->block = s;
}

/* Logarithms that no parameter enters, at the first evaluation. */
static void
prepare_cells(Work *w, size_t from, size_t to)
{
	size_t		i;

	for (i = from; i < to; i++)
	{
		const ClvSpend *cell = &w->base->spend[i];
		double		ln_mean = log(cell->m);

		w->ln_total[i] = log(cell->x) + ln_mean;
		add(&w->ln_mean, cell->n * ln_mean);
	}
}

/*
 * A block ends where x changes and at every multiple of BLOCK, so that sums do
 * not depend on how the cells are cut.  They are handed over with the last
 * unit.
 */
static ClvStatus
gammagamma_slice(void *work, size_t from, size_t to, ClvSums *sums)
{
	Work	   *w = work;
	const ClvSpend *spend = w->base->spend;
	size_t		units = w->base->nspend;
	int			i;

	if (!w->prepared)
		prepare_cells(w, from, to);

	while (from < to)
	{
		size_t		end = (from / BLOCK + 1) * BLOCK;
		size_t		stop = from;
		double		x = spend[from].x;

		if (end > units)
			end = units;
		while (stop < end && stop < to && spend[stop].x == x)
			stop++;
		sum_cells(w, from, stop);
		if (stop == end || spend[stop].x != x)
			flush_block(w, x);
		from = stop;
	}

	if (to == units)
	{
		w->prepared = true;
		sums->loglik += w->loglik.hi - w->ln_mean.hi;
		for (i = 0; i < CLV_GAMMAGAMMA_NPARAM; i++)
			sums->grad[i] += w->grad[i].hi;
		for (i = 0; i < CLV_PACKED(CLV_GAMMAGAMMA_NPARAM); i++)
			sums->hess[i] += w->hess[i].hi;
	}
	return CLV_OK;
}

static bool
gammagamma_usable(const ClvModel *model, const ClvBase *base)
{
	return base->spenders > 0;
}

/*
 * p and q as usual for shops, and gamma from the mean, p gamma / (q - 1); the
 * geometric one, which one huge order does not move far.  The last three are on
 * limits, and stay there while the likelihood does not fall that way: orders are
 * all alike, those of one customer are, customers do not differ.  From inside, a
 * search may lose the way to them, since far out differences of p and q are lost
 * in rounding errors.
 */
static bool
gammagamma_start(const ClvModel *model, const ClvMoments *moments, int attempt,
				 double *par)
{
	static const double start[][2] = {	/* p; q */
		{4.0, 4.0}, {0.3, 1.2}, {20.0, 10.0}, {1.0, 2.0},
		{FAR, FAR + 1.0}, {FAR, 4.0}, {2.0, FAR + 1.0}
	};

	if (attempt < 0 || attempt >= (int) (sizeof(start) / sizeof(start[0])))
		return false;
	par[P] = start[attempt][0];
	par[Q] = start[attempt][1];
	par[GAMMA] = clv_moments_spend(moments) * (par[Q] - 1.0) / par[P];
	return true;
}

/* Equation (1a) for one customer. */
static double
gammagamma_loglik(const ClvModel *model, const double *par, double x, double m)
{
	double		y = x * m;
	Scale		scale;
	Shape		shape;

	scale = gammagamma_scale(par[GAMMA], y, log(x) + log(m) - log(par[GAMMA]));
	gammagamma_shape(par[P], par[Q], x, &shape);
	return shape.ln - par[P] * x * scale.over - par[Q] * scale.under - log(m);
}

/*
 * Equation (5), as p (gamma + x m) / (p x + q - 1): finite wherever that mean
 * is, also for q <= 1.
 */
static double
gammagamma_expected_spend(const ClvModel *model, const double *par, double x,
						  double m)
{
	double		above = par[P] * x + (par[Q] - 1.0);
	double		y = x > 0.0 ? x * m : 0.0;
	double		mean = par[P] / above * (par[GAMMA] + y);

	if (above <= 0.0)
		return INFINITY;
	return isinf(mean) ? NAN : mean;
}

/* nu given orders that add up to x m (the derivation of equation 5). */
static double
gammagamma_draw_rate(const ClvModel *model, const double *par, double x,
					 double m, ClvRandom *random)
{
	double		y = x > 0.0 ? x * m : 0.0;

	return clv_random_gamma(random, par[P] * x + par[Q], par[GAMMA] + y);
}

static double
gammagamma_draw_spend(const ClvModel *model, const double *par, double rate,
					  ClvRandom *random)
{
	return clv_random_gamma(random, par[P], rate);
}

static const ClvLikelihood likelihood = {
	.work_new = gammagamma_work_new,
	.work_free = gammagamma_work_free,
	.units = gammagamma_units,
	.begin = gammagamma_begin,
	.slice = gammagamma_slice
};

static const ClvSpendModel spend = {
	.loglik = gammagamma_loglik,
	.expected = gammagamma_expected_spend,
	.draw_rate = gammagamma_draw_rate,
	.draw_spend = gammagamma_draw_spend
};

const ClvModel clv_gammagamma = {
	.name = "gammagamma",
	.kind = CLV_SPEND,
	.nparam = CLV_GAMMAGAMMA_NPARAM,
	.param = gammagamma_param,
	.reference = "Fader, Hardie & Lee (2005), Journal of Marketing Research 42:415; Fader & Hardie (2013), note 025, equations 1a and 5",
	.start = gammagamma_start,
	.usable = gammagamma_usable,
	.likelihood = &likelihood,
	.spend = &spend
};
