/*
 * dropout_fit.c
 *		The likelihood of a base under the models of dropout.h, for fitting.
 *
 * With R = r + x and A(u) = (1 + u / alpha)^-R S(u), a cell's likelihood is
 *
 *		ln L = ln[Gamma(R) / (Gamma(r) alpha^x)] + ln Q
 *		Q = A(T) + integral over (t_x, T) of A(u) hazard(u)
 *
 * The integral takes many an exp, but cells of one x share it: their times t_x
 * and T, in ascending order, are knots t_k, and with
 *
 *		G_k = integral from t_k to the last knot of A(u) hazard(u), over A(t_k)
 *
 * which follows from G_{k+1} and the gap between the two knots,
 *
 *		Q / A(t_x) = e (1 - G(T)) + G(t_x),		e = A(T) / A(t_x)
 *
 * so that a cell costs one exp, one log and two rows of a table.  The
 * difference loses nothing: deaths after T are part of A(T), so that none of
 * the terms exceeds the sum by more than a factor.  Gaps are mostly short, and
 * take as few nodes as they need.
 *
 * Derivatives are means with the same weights: the first ones of ln Q are those
 * of ln A and ln(A hazard), the second ones the mean of their second derivatives
 * plus the covariance of the first.  They have their place in the same rows, as
 * moments about the first derivatives of ln A at the knot, so that no variance
 * is the difference of two large squares.
 */
#include "models/dropout/dropout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/pochhammer.h"
#include "math/quadrature.h"
#include "math/twofold.h"
#include "models/dropout/dropout_knots.h"

#define MAX_PARAM	(CLV_DROPOUT_LAW + CLV_LAW_MAX)
#define MAX_SUMS	(1 + MAX_PARAM + CLV_PACKED(MAX_PARAM))

#define BLOCK		128			/* cells summed without compensation */
#define NEGLIGIBLE	-70.0		/* ln of A beyond which deaths are left out */
#define MAX_PANELS	1000		/* of a gap; no fit has come to a tenth of it */
#define NODES_A_CALL 16384		/* of a slice, about 0.2 us each */

/*
 * Each of the rules is right to 1e-14 where the logarithm of the integrand
 * changes by no more than "fall", and the nearest singularity is 1 / "share"
 * widths away, or further.
 */
static const struct Limit
{
	double		fall;
	double		share;
} limit[CLV_GAUSS_RULES] = {
	{0.001, 0.0003}, {0.15, 0.03}, {0.8, 0.15}, {2.0, 0.35}, {5.0, 1.0}
};

/*
 * Sums over deaths, or over all that can be at a knot: of 1, of the first
 * derivatives less those of ln A at the knot, and of the products of two such
 * differences plus the second derivative.
 */
typedef struct Sums
{
	double		one;
	double		first[MAX_PARAM];
	double		second[CLV_PACKED(MAX_PARAM)];
} Sums;

/* A knot's row; "later" is over A there. */
typedef struct Knot
{
	double		log_a;			/* ln A */
	double		slope[MAX_PARAM];	/* its first derivatives */
	Sums		later;			/* deaths from here to the last knot: G */
	Sums		alive;			/* being alive here, less that */
	double		later_weight;	/* of these in the group's cells */
	double		alive_weight;
} Knot;

typedef struct Work
{
	const ClvBase *base;
	const ClvLaw *law;
	int			nparam;
	int			nsum;
	double		par[MAX_PARAM];

	ClvKnots	knots;

	/* the group that is under way */
	size_t		now;
	Knot	   *knot;
	size_t		left;			/* knots whose rows are not filled yet */
	ClvPochhammer rate;
	double		x;

	size_t		at;				/* the next unit */
	int			nodes;			/* in this call of the slice */

	double		customers;		/* of the block */
	double		block[MAX_SUMS];	/* lnL, first and second derivatives */
	ClvTwofold	total[MAX_SUMS];
} Work;

static void
dropout_work_free(void *work)
{
	Work	   *w = work;

	if (w == NULL)
		return;
	clv_knots_free(&w->knots);
	free(w->knot);
	free(w);
}

static void *
dropout_work_new(const ClvModel *model, const ClvBase *base)
{
	Work	   *w = calloc(1, sizeof(Work));

	if (w == NULL)
		return NULL;
	w->base = base;
	w->law = model->law;
	w->nparam = model->nparam;
	w->nsum = 1 + model->nparam + CLV_PACKED(model->nparam);
	if (clv_knots_init(&w->knots, base, w->law->hazard != NULL))
		w->knot = malloc((w->knots.most + 1) * sizeof(Knot));
	if (w->knot == NULL)
	{
		dropout_work_free(w);
		return NULL;
	}
	return w;
}

static size_t
dropout_units(const void *work)
{
	return ((const Work *) work)->base->ncell;
}

static ClvStatus
dropout_begin(void *work, const double *par)
{
	Work	   *w = work;

	memcpy(w->par, par, w->nparam * sizeof(double));
	w->customers = 0.0;
	memset(w->block, 0, sizeof(w->block));
	memset(w->total, 0, sizeof(w->total));
	w->now = 0;
	w->left = 0;
	w->at = 0;
	return CLV_OK;
}

/*
 * First and second derivatives, at age u, of ln A or, with a death there, of
 * ln(A hazard).  l = ln(1 + u / alpha), and s = -dl/dalpha; a term -x ln alpha
 * that all customers have is taken in, since it would cancel.
 */
static void
derive(const Work *w, double u, double l, double log_survival, bool death,
	   double *first, double *second)
{
	double		r = w->par[CLV_DROPOUT_R];
	double		alpha = w->par[CLV_DROPOUT_ALPHA];
	double		inverse = 1.0 / (alpha + u);
	double		s = u / alpha * inverse;
	ClvLawSlopes law;
	int			i;
	int			j;

	first[CLV_DROPOUT_R] = -l;
	first[CLV_DROPOUT_ALPHA] = r * s - w->x * inverse;
	second[CLV_PACK(CLV_DROPOUT_R, CLV_DROPOUT_R)] = 0.0;
	second[CLV_PACK(CLV_DROPOUT_ALPHA, CLV_DROPOUT_R)] = s;
	second[CLV_PACK(CLV_DROPOUT_ALPHA, CLV_DROPOUT_ALPHA)] =
		w->x * inverse * inverse - r * s * (1.0 / alpha + inverse);

	w->law->slopes(w->par + CLV_DROPOUT_LAW, u, log_survival, &law);
	for (i = 0; i < w->law->nparam; i++)
	{
		int			k = CLV_DROPOUT_LAW + i;

		first[k] = law.alive[i] + (death ? law.hazard[i] : 0.0);
		second[CLV_PACK(k, CLV_DROPOUT_R)] = 0.0;
		second[CLV_PACK(k, CLV_DROPOUT_ALPHA)] = 0.0;
		for (j = 0; j <= i; j++)
			second[CLV_PACK(k, CLV_DROPOUT_LAW + j)] = law.alive2[CLV_PACK(i, j)]
				+ (death ? law.hazard2[CLV_PACK(i, j)] : 0.0);
	}
}

/* Add "weight" times "sums", whose differences are to grow by "shift". */
static inline void
add_shifted(int nparam, double weight, const Sums *sums, const double *shift,
			Sums *to)
{
	int			i;
	int			j;
	int			k = 0;

	to->one += weight * sums->one;
	for (i = 0; i < nparam; i++)
	{
		double		moved = sums->first[i] + shift[i] * sums->one;

		to->first[i] += weight * moved;
		for (j = 0; j <= i; j++, k++)
			to->second[k] += weight * (sums->second[k] + moved * shift[j]
									   + shift[i] * sums->first[j]);
	}
}

/* A place on the way from one knot to the next. */
typedef struct Way
{
	double		age;
	double		l;				/* ln(1 + age / alpha) */
	double		log_survival;	/* ln S(age) */
	double		fall;			/* ln A(age) / A(knot) */
} Way;

static Way
go_on(const Work *w, const Way *from, double step)
{
	double		dl = log1p(step / (w->par[CLV_DROPOUT_ALPHA] + from->age));
	double		ds = w->law->log_survival(w->par + CLV_DROPOUT_LAW, from->age, step);
	Way			to;

	to.age = from->age + step;
	to.l = from->l + dl;
	to.log_survival = from->log_survival + ds;
	to.fall = from->fall + ds - (w->par[CLV_DROPOUT_R] + w->x) * dl;
	return to;
}

/* Set "width" to at most "rest", and return the rule that is enough for it. */
static const ClvGaussRule *
choose_rule(const Work *w, double age, double rest, double *width)
{
	double		alpha = w->par[CLV_DROPOUT_ALPHA];
	double		reach;
	double		slope;
	int			i = CLV_GAUSS_RULES - 1;

	w->law->bounds(w->par + CLV_DROPOUT_LAW, age, &reach, &slope);
	reach = fmin(reach, alpha + age);
	slope += (w->par[CLV_DROPOUT_R] + w->x) / (alpha + age);
	*width = fmin(rest, fmin(limit[i].share * reach, limit[i].fall / slope));
	while (i > 0 && *width * slope <= limit[i - 1].fall &&
		   *width <= limit[i - 1].share * reach)
		i--;
	return &clv_gauss_rule[i];
}

/*
 * Add a gap's deaths to what is later than its first knot: NaN, which rejects
 * the parameters, where it would not come to an end.
 */
static void
add_gap(Work *w, Way at, double end, Knot *knot)
{
	int			panel;

	for (panel = 0; at.age < end && at.fall > NEGLIGIBLE; panel++)
	{
		double		width;
		const ClvGaussRule *rule = choose_rule(w, at.age, end - at.age, &width);
		int			i;
		int			k;

		w->nodes += rule->n;
		for (i = 0; i < rule->n; i++)
		{
			Way			node = go_on(w, &at, width * rule->node[i]);
			double		weight = width * rule->weight[i] * exp(node.fall)
				* w->law->hazard(w->par + CLV_DROPOUT_LAW, node.age);
			double		shift[MAX_PARAM];
			Sums		death;

			derive(w, node.age, node.l, node.log_survival, true, shift, death.second);
			death.one = 1.0;
			for (k = 0; k < w->nparam; k++)
			{
				death.first[k] = 0.0;
				shift[k] -= knot->slope[k];
			}
			add_shifted(w->nparam, weight, &death, shift, &knot->later);
		}
		at = go_on(w, &at, width);
		if (panel == MAX_PANELS)
		{
			knot->later.one = NAN;
			break;
		}
	}
}

/* The row of a knot whose next one, if any, has its own. */
static void
fill_knot(Work *w, double time, double next_time, const Knot *next, Knot *knot)
{
	Way			here;
	double		shift[MAX_PARAM] = {0.0};
	Sums		alive;
	int			k;

	here.age = time;
	here.l = log1p(time / w->par[CLV_DROPOUT_ALPHA]);
	here.log_survival = w->law->log_survival(w->par + CLV_DROPOUT_LAW, 0.0, time);
	here.fall = 0.0;
	knot->log_a = here.log_survival - (w->par[CLV_DROPOUT_R] + w->x) * here.l;
	memset(&alive, 0, sizeof(alive));
	alive.one = 1.0;
	derive(w, time, here.l, here.log_survival, false, knot->slope, alive.second);

	memset(&knot->later, 0, sizeof(Sums));
	if (next != NULL && w->law->hazard != NULL)
	{
		for (k = 0; k < w->nparam; k++)
			shift[k] = next->slope[k] - knot->slope[k];
		add_gap(w, here, next_time, knot);
		add_shifted(w->nparam, exp(go_on(w, &here, next_time - time).fall),
					&next->later, shift, &knot->later);
		memset(shift, 0, sizeof(shift));
	}
	knot->alive = alive;
	add_shifted(w->nparam, -1.0, &knot->later, shift, &knot->alive);
	knot->later_weight = knot->alive_weight = 0.0;
}

/*
 * The rows of a group's knots, from the last to the first; false if the call has
 * had enough of them before the end.
 */
static bool
fill_table(Work *w, const ClvKnotGroup *group)
{
	const double *time = w->knots.time + group->knot;

	while (w->left > 0 && w->nodes < NODES_A_CALL)
	{
		size_t		k = --w->left;
		bool		last = k + 1 == group->knots;

		fill_knot(w, time[k], last ? time[k] : time[k + 1],
				  last ? NULL : &w->knot[k + 1], &w->knot[k]);
		w->nodes++;
	}
	return w->left == 0;
}

/* A group begins, or is gone on with: is its table full? */
static bool
begin_group(Work *w, const ClvKnotGroup *group)
{
	if (w->left == 0)
	{
		w->x = w->base->x[w->base->cell[group->cell].ix];
		clv_pochhammer(w->par[CLV_DROPOUT_R], w->x, &w->rate);
		w->left = group->knots;
	}
	return fill_table(w, group);
}

/*
 * What all customers of the block, who are of one x, have in common, but for
 * the derivatives of -x ln alpha.
 */
static void
add_common(Work *w)
{
	double		n = w->customers;
	double	   *first = w->block + 1;
	double	   *second = first + w->nparam;

	w->block[0] += n * (w->rate.ln
						+ w->x * log(w->par[CLV_DROPOUT_R] / w->par[CLV_DROPOUT_ALPHA]));
	first[CLV_DROPOUT_R] += n * w->rate.d1;
	second[CLV_PACK(CLV_DROPOUT_R, CLV_DROPOUT_R)] += n * w->rate.d2;
}

/*
 * Likelihoods and first derivatives, and those parts of the second ones that
 * are a cell's own: a row's second derivatives only need the weights that all
 * cells give it.
 */
static void
sum_cells(Work *w, size_t from, size_t to)
{
	const int	nparam = w->nparam;
	size_t		c;

	for (c = from; c < to; c++)
	{
		Knot	   *end = &w->knot[w->knots.place[c].t];
		Knot	   *last = &w->knot[w->knots.place[c].tx];
		double		n = w->base->cell[c].n;
		double		e = exp(end->log_a - last->log_a);
		double		q = e * end->alive.one + last->later.one;
		double		alive = e / q;
		double		gone = 1.0 / q;
		double		shift[MAX_PARAM];
		double		moved[MAX_PARAM];
		double		mean[MAX_PARAM];	/* less the slope at t_x */
		double	   *sum = w->block;
		int			i;
		int			j;

		w->customers += n;
		end->alive_weight += n * alive;
		last->later_weight += n * gone;
		*sum++ += n * (last->log_a + log(q));
		for (i = 0; i < nparam; i++)
		{
			shift[i] = end->slope[i] - last->slope[i];
			moved[i] = alive * (end->alive.first[i] + shift[i] * end->alive.one);
			mean[i] = moved[i] + gone * last->later.first[i];
			*sum++ += n * (last->slope[i] + mean[i]);
		}
		for (i = 0; i < nparam; i++)
		{
			for (j = 0; j <= i; j++)
				*sum++ += n * (moved[i] * shift[j] - mean[i] * mean[j]
							   + alive * shift[i] * end->alive.first[j]);
		}
	}
}

/* Sums over a base lose nothing to the number of its cells. */
static void
flush_block(Work *w)
{
	int			i;

	add_common(w);
	for (i = 0; i < w->nsum; i++)
		w->total[i] = clv_twofold_plus(w->total[i], w->block[i]);
	memset(w->block, 0, sizeof(w->block));
	w->customers = 0.0;
}

/* The group's cells are summed, and the weights of its rows are known. */
static void
add_rows(Work *w, const ClvKnotGroup *group)
{
	double	   *second = w->block + 1 + w->nparam;
	size_t		k;
	int			i;

	for (k = 0; k < group->knots; k++)
	{
		const Knot *knot = &w->knot[k];

		for (i = 0; i < CLV_PACKED(w->nparam); i++)
			second[i] += knot->alive_weight * knot->alive.second[i]
				+ knot->later_weight * knot->later.second[i];
		if ((k + 1) % BLOCK == 0 || k + 1 == group->knots)
			flush_block(w);
	}
}

static void
add_totals(const Work *w, ClvSums *sums)
{
	int			i;

	sums->loglik += w->total[0].hi;
	for (i = 0; i < w->nparam; i++)
		sums->grad[i] += w->total[1 + i].hi;
	for (i = 0; i < CLV_PACKED(w->nparam); i++)
		sums->hess[i] += w->total[1 + w->nparam + i].hi;
}

/*
 * A unit is a cell, the first of a group with the group's table.  A block ends
 * with its group and at every multiple of BLOCK, so that sums do not depend on
 * how the cells are cut; they are handed over with the last unit.
 */
static ClvStatus
dropout_slice(void *work, size_t from, size_t to, ClvSums *sums)
{
	Work	   *w = work;
	size_t		ncell = w->base->ncell;

	w->nodes = 0;
	from = w->at;
	while (from < to)
	{
		const ClvKnotGroup *group;
		size_t		end = (from / BLOCK + 1) * BLOCK;
		size_t		stop;

		if (w->now == w->knots.ngroup && !clv_knots_next(&w->knots, from))
			return CLV_NO_MEMORY;
		group = &w->knots.group[w->now];
		w->at = from;
		if (from == group->cell && !begin_group(w, group))
			return CLV_CONTINUE;
		if (end > group->cell + group->cells)
			end = group->cell + group->cells;
		stop = end < to ? end : to;
		sum_cells(w, from, stop);
		if (stop == end)
			flush_block(w);
		if (stop == group->cell + group->cells)
		{
			add_rows(w, group);
			w->now++;
		}
		from = stop;
	}
	w->at = to;
	if (to == ncell)
		add_totals(w, sums);
	return CLV_OK;
}

const ClvLikelihood clv_dropout_likelihood = {
	.step_units = 256,
	.work_new = dropout_work_new,
	.work_free = dropout_work_free,
	.units = dropout_units,
	.begin = dropout_begin,
	.slice = dropout_slice
};
