/*
 * bgbb_fit.c
 *		The likelihood of a base under BG/BB, for fitting.
 *
 * bgbb.c has the recursion: of the customers with x purchases in n
 * opportunities it gives L for every t_x, one opportunity a step, from n down.
 * Cells are sorted by (x, n, t_x), so that they are taken from the last to the
 * first and each group of one (x, n) takes one pass.
 *
 * Derivatives come along.  L at t_x is a mixture, of those who are alive after
 * n opportunities and those who died before k + 1 for some k, with weights w;
 * the gradient of ln L is the mean of the gradients of the logarithms of its
 * parts, and its second derivatives are the mean of theirs plus the covariance
 * of the gradients.  A part joins with its share of what there is then, and
 * mean and covariance are updated for it; they never are differences of sums.
 *
 * Far above the last purchase S_k h_k changes so slowly from one k to the next
 * that a few of them tell the sum of thousands (bgbb_leaps.h); their shares
 * join as those of single steps do.  S_k is analytic right of k = x - beta, and
 * a leap is no longer than half the way from there, over which S_k h_k must not
 * fall by a factor of more than e^1.5: the sum of a leap is then right to all digits.
 *
 * The logarithms of the parts are sums of ln(alpha)_x, ln(beta)_(k-x),
 * ln(alpha+beta)_k, ln(delta)_k and ln(gamma+delta)_k, of which tables are made
 * first, by recurrence over k, in the same slices as the rest.
 */
#include "models/bgbb/bgbb.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "math/twofold.h"
#include "model/moments.h"
#include "models/bgbb/bgbb_leaps.h"

/* Shorter names in this file, for hess[] is full of them. */
enum
{
	A = CLV_BGBB_ALPHA,
	B = CLV_BGBB_BETA,
	C = CLV_BGBB_GAMMA,
	D = CLV_BGBB_DELTA
};

#define MAX_FALL	1.5			/* of the logarithm of a term, in a leap */
#define SKIP		64			/* opportunities that it may pay to leave out */
#define NOTHING		-60.0		/* the logarithm of a share that is left out */
#define CHUNK		8192		/* opportunities of a unit of work, at most: that
								 * may take a third of a millisecond */

/* Sums of logarithms */
enum
{
	LN_A,
	LN_B,
	LN_S,
	LN_F,
	NLOG
};

/* Differences of psi between k and 0, and of psi' */
enum
{
	A1, A2,						/* psi(alpha + k) - psi(alpha) */
	B1, B2,						/* the same of beta */
	AB1, AB2,					/* of alpha + beta */
	D1, D2,						/* of delta, less those of gamma + delta */
	CD1, CD2,					/* of gamma + delta */
	NSUM
};

/* Sums over i < k, and what else a step from k + 1 down to k needs. */
typedef struct Step
{
	ClvTwofold	ln_b;			/* ln(1 + i / beta); as far as anyone missed */
	ClvTwofold	ln_f;			/* ln(beta stay), from the least t_x on */
	double		ln_s;			/* ln((delta + i) / (gamma + delta + i)), less
								 * ln(1 + i / (alpha + beta)) */
	double		ln_a;			/* ln(1 + i / alpha); as far as x goes */
	double		sum[NSUM];
	double		stay;			/* (1 - h) / (alpha + beta + k) */
	double		die;			/* h = gamma / (gamma + delta + k) */
	double		inverse;		/* 1 / (gamma + delta + k) */
} Step;

typedef struct Work
{
	const ClvBase *base;
	size_t		nstep;			/* most opportunities, and one */
	size_t		units;			/* as far as is known */
	double		par[CLV_BGBB_NPARAM];
	double		log_buy;		/* ln of alpha / (alpha + beta) */
	double		log_miss;		/* ln of beta / (alpha + beta) */
	Step	   *step;
	size_t		most_bought;	/* no x is larger */
	size_t		most_missed;	/* no n - x is */
	size_t		least_tx;
	ClvTwofold	log_sum[NLOG];
	double		sum[NSUM];

	/* the group of cells under way */
	size_t		left;			/* cells, this one included */
	bool		in_group;
	double		x;
	size_t		k;				/* opportunities at which the recursion is */
	double		q;
	double		lack;			/* 1 - q, to all digits */
	size_t		way;			/* opportunities down to which it was to go */
	double		grad[CLV_BGBB_NPARAM];
	double		hess[CLV_PACKED(CLV_BGBB_NPARAM)];

	ClvTwofold	total_loglik;
	ClvTwofold	total_grad[CLV_BGBB_NPARAM];
	ClvTwofold	total_hess[CLV_PACKED(CLV_BGBB_NPARAM)];
} Work;

static void
bgbb_work_free(void *work)
{
	Work	   *w = work;

	if (w == NULL)
		return;
	free(w->step);
	free(w);
}

/* Is cell i the last of its (x, n), the first to be taken? */
static bool
begins_group(const ClvBase *base, size_t i)
{
	return i + 1 == base->ncell ||
		base->cell[i + 1].ix != base->cell[i].ix ||
		base->cell[i + 1].it != base->cell[i].it;
}

static void *
bgbb_work_new(const ClvModel *model, const ClvBase *base)
{
	Work	   *w = calloc(1, sizeof(Work));

	if (w == NULL)
		return NULL;
	w->base = base;
	w->nstep = (size_t) (base->nt > 0 ? base->t[base->nt - 1] : 0.0) + 1;
	w->step = malloc(w->nstep * sizeof(Step));
	if (w->step == NULL)
	{
		bgbb_work_free(w);
		return NULL;
	}

	w->most_bought = (size_t) (base->nx > 0 ? base->x[base->nx - 1] : 0.0);
	w->most_missed = w->nstep - 1 - (size_t) (base->nx > 0 ? base->x[0] : 0.0);
	w->least_tx = (size_t) (base->ntx > 0 ? base->tx[0] : 0.0);
	return w;
}

/*
 * A step of a table is a unit, and so is a cell: of one that is a long way off,
 * each chunk of the way (see move).
 */
static size_t
bgbb_units(const void *work)
{
	return ((const Work *) work)->units;
}

static ClvStatus
bgbb_begin(void *work, const double *par)
{
	Work	   *w = work;

	w->units = w->nstep + w->base->ncell;
	memcpy(w->par, par, sizeof(w->par));
	w->log_buy = -log1p(par[B] / par[A]);
	w->log_miss = -log1p(par[A] / par[B]);
	memset(w->log_sum, 0, sizeof(w->log_sum));
	memset(w->sum, 0, sizeof(w->sum));
	w->left = w->base->ncell;
	w->in_group = false;
	memset(&w->total_loglik, 0, sizeof(w->total_loglik));
	memset(w->total_grad, 0, sizeof(w->total_grad));
	memset(w->total_hess, 0, sizeof(w->total_hess));
	return CLV_OK;
}

/* Row k of the tables, and the sums moved on to k + 1. */
static void
table_step(Work *w, size_t k)
{
	Step	   *step = &w->step[k];
	double		ab_0 = w->par[A] + w->par[B];
	double		delta = w->par[D] + k;
	double		a = 1.0 / (w->par[A] + k);
	double		b = 1.0 / (w->par[B] + k);
	double		ab = 1.0 / (ab_0 + k);
	double		d = 1.0 / delta;
	double		cd = 1.0 / (w->par[C] + delta);
	double		gap = w->par[C] * d * cd;	/* d - cd */
	const double term[NSUM] = {
		a, -a * a, b, -b * b, ab, -ab * ab, gap, -gap * (d + cd), cd, -cd * cd
	};
	double		stay = delta * cd * ab;
	double		later = k / ab_0;
	double		leave = w->par[C] * d;
	const double log_term[NLOG] = {
		k < w->most_bought ? log1p(k / w->par[A]) : 0.0,
		k < w->most_missed ? log1p(k / w->par[B]) : 0.0,
		-log1p(later + leave + later * leave),
		k >= w->least_tx ? log(w->par[B] * stay) : 0.0
	};
	int			i;

	step->ln_a = w->log_sum[LN_A].hi;
	step->ln_b = w->log_sum[LN_B];
	step->ln_s = w->log_sum[LN_S].hi;
	step->ln_f = w->log_sum[LN_F];
	for (i = 0; i < NLOG; i++)
		w->log_sum[i] = clv_twofold_plus(w->log_sum[i], log_term[i]);
	memcpy(step->sum, w->sum, sizeof(w->sum));
	for (i = 0; i < NSUM; i++)
		w->sum[i] += term[i];
	step->stay = stay;
	step->die = w->par[C] * cd;
	step->inverse = cd;
}

/* Derivatives of ln S_k, but for what (alpha)_x brings. */
static void
alive_part(const Work *w, size_t k, double *grad, double *hess)
{
	const Step *step = &w->step[k];
	const Step *missed = &w->step[k - (size_t) w->x];

	memset(hess, 0, CLV_PACKED(CLV_BGBB_NPARAM) * sizeof(double));
	grad[A] = -step->sum[AB1];
	grad[B] = missed->sum[B1] - step->sum[AB1];
	grad[C] = -step->sum[CD1];
	grad[D] = step->sum[D1];
	hess[CLV_PACK(A, A)] = -step->sum[AB2];
	hess[CLV_PACK(B, A)] = -step->sum[AB2];
	hess[CLV_PACK(B, B)] = missed->sum[B2] - step->sum[AB2];
	hess[CLV_PACK(C, C)] = -step->sum[CD2];
	hess[CLV_PACK(D, C)] = -step->sum[CD2];
	hess[CLV_PACK(D, D)] = step->sum[D2];
}

/* The same of ln(S_k h_k). */
static void
dead_part(const Work *w, size_t k, double *grad, double *hess)
{
	const Step *step = &w->step[k];
	double		inverse = step->inverse;

	alive_part(w, k, grad, hess);
	grad[C] += (w->par[D] + k) * inverse / w->par[C];
	grad[D] -= inverse;
	hess[CLV_PACK(C, C)] += inverse * inverse - 1.0 / (w->par[C] * w->par[C]);
	hess[CLV_PACK(D, C)] += inverse * inverse;
	hess[CLV_PACK(D, D)] += inverse * inverse;
}

/*
 * Those who died before opportunity k join, "share" of all; what is known is of
 * the others, "old" of all.
 */
static void
join(Work *w, size_t k, double old, double share)
{
	double		grad[CLV_BGBB_NPARAM];
	double		hess[CLV_PACKED(CLV_BGBB_NPARAM)];
	int			i;
	int			j;

	dead_part(w, k, grad, hess);
	for (i = 0; i < CLV_BGBB_NPARAM; i++)
		grad[i] -= w->grad[i];
	for (i = 0; i < CLV_BGBB_NPARAM; i++)
	{
		for (j = 0; j <= i; j++)
		{
			int			p = CLV_PACK(i, j);

			w->hess[p] = old * w->hess[p] +
				share * (hess[p] + old * grad[i] * grad[j]);
		}
		w->grad[i] += share * grad[i];
	}
}

/* One step of the recursion: those who died before opportunity k. */
static void
step_down(Work *w)
{
	size_t		k = --w->k;
	const Step *step = &w->step[k];
	double		miss = (w->par[B] + (k - w->x)) * step->stay;
	double		stay = miss * w->q;
	double		q = stay + step->die;

	join(w, k, stay / q, step->die / q);
	w->q = q;
	w->lack = (w->par[A] + w->x) * step->stay + miss * w->lack;
}

/* ln(S_k / S_from), right to all digits however large ln S_k is. */
static double
log_ratio(const Work *w, size_t k, size_t from)
{
	size_t		x = (size_t) w->x;
	ClvTwofold	b = clv_twofold_minus(w->step[k - x].ln_b, w->step[from - x].ln_b);
	ClvTwofold	f = clv_twofold_minus(w->step[k].ln_f, w->step[from].ln_f);

	return clv_twofold_add(b, f).hi;
}

/* Node number i of a leap down to "to", from the highest to the lowest. */
static void
leap_node(Work *w, const ClvLeap *leap, size_t to, int i)
{
	bool		upper = i < CLV_LEAP_HALF;
	int			half = upper ? i : CLV_LEAP_NODES - 1 - i;
	size_t		k = to + (upper ? leap->size - 1 - leap->at[half] : leap->at[half]);
	double		part = leap->weight[half] * exp(log_ratio(w, k, to));
	double		die = part * w->step[k].die;
	double		q = w->q + die;

	join(w, k, w->q / q, die / q);
	w->q = q;
	w->lack += part * (w->par[A] + w->x) * w->step[k].stay;
}

/*
 * Many steps at once; false, and nothing done, if the terms change too much on
 * the way.
 */
static bool
leap_down(Work *w, const ClvLeap *leap)
{
	size_t		to = w->k - leap->size;
	double		rest = log_ratio(w, w->k, to);
	double		fall = log(w->step[to].die / w->step[w->k].die) - rest;
	int			i;

	if (!(fall <= MAX_FALL))
		return false;
	w->q *= exp(rest);
	w->lack *= exp(rest);
	for (i = 0; i < CLV_LEAP_NODES; i++)
		leap_node(w, leap, to, i);
	w->k = to;
	return true;
}

/* The largest leap from here that stays above "to" and far from x; -1: none. */
static int
largest_leap(const Work *w, size_t to)
{
	double		most = fmin(w->k - to, (w->k - w->x) / 3.0);
	int			i = CLV_LEAPS - 1;

	while (i >= 0 && clv_bgbb_leaps[i].size > most)
		i--;
	return i;
}

/* Begin at k, as if there had been no opportunity after it. */
static void
begin_at(Work *w, size_t k)
{
	w->k = k;
	w->q = 1.0;
	w->lack = 0.0;
	alive_part(w, k, w->grad, w->hess);
}

/*
 * Where the chance to get so far without buying again is nothing beside that of
 * having died after "to", it does not matter what was after: begin there.
 */
static void
skip(Work *w, size_t to)
{
	double		nothing = NOTHING + log(w->step[to].die);
	size_t		low = to;

	if (w->k - to < SKIP || log_ratio(w, w->k, to) > nothing)
		return;
	while (w->k - low > 1)
	{
		size_t		middle = low + (w->k - low) / 2;

		if (log_ratio(w, middle, to) > nothing)
			low = middle;
		else
			w->k = middle;
	}
	begin_at(w, w->k);
}

/* The recursion down to k = "to", by leaps as long as may be. */
static void
go_down(Work *w, size_t to)
{
	while (w->k > to)
	{
		int			i = largest_leap(w, to);
		size_t		steps = fmin(w->k - to, clv_bgbb_leaps[0].size);

		while (i >= 0 && !leap_down(w, &clv_bgbb_leaps[i]))
			i--;
		for (; i < 0 && steps > 0; steps--)
			step_down(w);
	}
}

static inline void
add(ClvTwofold *total, double term)
{
	*total = clv_twofold_plus(*total, term);
}

/* The recursion has come to t_x of the cell. */
static void
add_cell(Work *w, double n)
{
	const Step *step = &w->step[w->k];
	const Step *bought = &w->step[(size_t) w->x];
	double		missed = w->k - w->x;
	int			i;

	add(&w->total_loglik, n * (bought->ln_a + w->x * w->log_buy));
	add(&w->total_loglik, n * (w->step[(size_t) missed].ln_b.hi + missed * w->log_miss));
	add(&w->total_loglik, n * step->ln_s);
	add(&w->total_loglik, n * (w->q < 0.5 ? log(w->q) : log1p(-w->lack)));
	add(&w->total_grad[A], n * bought->sum[A1]);
	add(&w->total_hess[CLV_PACK(A, A)], n * bought->sum[A2]);
	for (i = 0; i < CLV_BGBB_NPARAM; i++)
		add(&w->total_grad[i], n * w->grad[i]);
	for (i = 0; i < CLV_PACKED(CLV_BGBB_NPARAM); i++)
		add(&w->total_hess[i], n * w->hess[i]);
}

/* One unit of the second half: a chunk of the way to a cell, or its end. */
static void
move(Work *w)
{
	const ClvBase *base = w->base;
	const ClvCell *cell = &base->cell[w->left - 1];
	size_t		tx;
	bool		whole;			/* this unit ends at the cell */

	if (!w->in_group)
	{
		w->x = base->x[cell->ix];
		w->way = (size_t) base->t[cell->it];
		begin_at(w, w->way);
		w->in_group = true;
	}
	tx = (size_t) base->tx[cell->itx];
	whole = w->way - tx < CHUNK;
	w->way = whole ? tx : w->way - CHUNK;
	skip(w, tx);
	go_down(w, w->way);
	if (!whole)
	{
		w->units++;
		return;
	}
	add_cell(w, cell->n);
	w->left--;
	w->in_group = w->left > 0 && !begins_group(base, w->left - 1);
}

/* The sums are handed over with the last unit. */
static ClvStatus
bgbb_slice(void *work, size_t from, size_t to, ClvSums *sums)
{
	Work	   *w = work;
	int			i;

	for (; from < to && from < w->nstep; from++)
		table_step(w, from);
	for (; from < to; from++)
		move(w);
	if (to < w->units)
		return CLV_OK;
	sums->loglik += w->total_loglik.hi;
	for (i = 0; i < CLV_BGBB_NPARAM; i++)
		sums->grad[i] += w->total_grad[i].hi;
	for (i = 0; i < CLV_PACKED(CLV_BGBB_NPARAM); i++)
		sums->hess[i] += w->total_hess[i].hi;
	return CLV_OK;
}

/*
 * The chance of buying from the share of opportunities that were taken, with
 * more, or less, difference between customers and early leaving.
 */
bool
clv_bgbb_start(const ClvModel *model, const ClvMoments *moments, int attempt,
			   double *par)
{
	static const double start[][3] = {	/* alpha + beta; gamma; delta */
		{2.0, 0.5, 3.0}, {1.0, 1.0, 20.0}, {1e4, 0.3, 0.6}, {5.0, 0.2, 0.5},
		{20.0, 2.0, 6.0}
	};
	double		share = (moments->x + 0.5) / (moments->t + 1.0);

	if (attempt < 0 || attempt >= (int) (sizeof(start) / sizeof(start[0])))
		return false;
	share = fmin(1.5 * share, 0.5 + 0.5 * share);	/* some have left */
	par[A] = start[attempt][0] * share;
	par[B] = start[attempt][0] * (1.0 - share);
	par[C] = start[attempt][1];
	par[D] = start[attempt][2];
	return true;
}

const ClvLikelihood clv_bgbb_likelihood = {
	.step_units = 16,
	.work_new = bgbb_work_new,
	.work_free = bgbb_work_free,
	.units = bgbb_units,
	.begin = bgbb_begin,
	.slice = bgbb_slice
};
