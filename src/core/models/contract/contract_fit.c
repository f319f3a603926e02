/*
 * contract_fit.c
 *		The likelihood of sBG and BdW, for fitting.
 *
 * With L_t = ln S(t) and e^-D_t = S(t) / S(t - 1), subscribers who left in
 * period t and those who were still there after t renewals have
 *
 *		ln P(t) = L_(t-1) + ln(1 - e^-D_t),		ln S(t) = L_t
 *
 * (Fader & Hardie 2007; Fader et al. 2018).  Derivatives
 * in a and b are differences of psi; those in c come by way of t^c.
 */
#include "models/contract/contract.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/pochhammer.h"
#include "math/quadrature.h"
#include "math/twofold.h"
#include "model/moments.h"

enum
{
	A = CLV_CONTRACT_A,
	B = CLV_CONTRACT_B,
	C = CLV_CONTRACT_C
};

/* A cell costs some microseconds: a unit is a part of one. */
#define UNITS_A_CELL	16

#define LARGE		16.0		/* from here on psi is smooth */
#define LARGEST	1e150			/* b and t^c, of a search */

typedef struct Work
{
	const ClvBase *base;
	int			nparam;
	double		a;
	double		b;
	double		c;
	ClvTwofold	loglik;
	ClvTwofold	grad[CLV_BDW_NPARAM];
	ClvTwofold	hess[CLV_PACKED(CLV_BDW_NPARAM)];
} Work;

/* A function of the parameters with its derivatives. */
typedef struct Jet
{
	double		value;
	double		grad[CLV_BDW_NPARAM];
	double		hess[CLV_PACKED(CLV_BDW_NPARAM)];
} Jet;

static void
contract_work_free(void *work)
{
	free(work);
}

static void *
contract_work_new(const ClvModel *model, const ClvBase *base)
{
	Work	   *w = calloc(1, sizeof(Work));

	if (w == NULL)
		return NULL;
	w->base = base;
	w->nparam = model->nparam;
	w->c = 1.0;
	return w;
}

static size_t
contract_units(const void *work)
{
	return ((const Work *) work)->base->ntenure * UNITS_A_CELL;
}

static ClvStatus
contract_begin(void *work, const double *par)
{
	Work	   *w = work;

	w->a = par[A];
	w->b = par[B];
	if (w->nparam > C)
		w->c = par[C];
	memset(&w->loglik, 0, sizeof(w->loglik));
	memset(w->grad, 0, sizeof(w->grad));
	memset(w->hess, 0, sizeof(w->hess));
	return CLV_OK;
}

/*
 * What c brings into ln S(t): derivatives by way of u = t^c, times "sign",
 * added to the jet.
 */
static void
add_shape(const Work *w, double t, double sign, Jet *jet)
{
	double		ln_t;
	double		u;
	double		du;				/* by c */
	ClvPochhammer at;

	/* 0^c and 1^c do not depend on c */
	if (w->nparam <= C || t <= 1.0)
		return;
	ln_t = log(t);
	u = pow(t, w->c);
	du = u * ln_t;
	clv_pochhammer(w->b + u, w->a, &at);
	jet->grad[C] -= sign * at.d1 * du;
	jet->hess[CLV_PACK(C, A)] -= sign * clv_trigamma(w->a + w->b + u) * du;
	jet->hess[CLV_PACK(C, B)] -= sign * at.d2 * du;
	jet->hess[CLV_PACK(C, C)] -= sign * (at.d2 * du + at.d1 * ln_t) * du;
}

/* psi''(z + a) - psi''(z), z >= LARGE, from Abramowitz & Stegun 6.4.13 */
static double
tetragamma_gap(double z, double a)
{
	static const double part[][2] = {	/* power of 1 / z; factor */
		{2, 1.0}, {3, 1.0}, {4, 1.0 / 2}, {6, -1.0 / 6}, {8, 1.0 / 6}, {10, -3.0 / 10}, {12, 5.0 / 6}
	};
	double		ln = log1p(a / z);
	double		sum = 0.0;
	int			i;

	for (i = 0; i < (int) (sizeof(part) / sizeof(part[0])); i++)
		sum -= part[i][1] * pow(z, -part[i][0]) * expm1(-part[i][0] * ln);
	return sum;
}

/*
 * The derivatives in b of ln of (b)_d / (a + b)_d.  Taken between b and b + d
 * they keep their digits however small a is, and where d is small beside b they
 * are integrals.
 */
static void
set_slope_in_b(double a, double b, double d, Jet *jet)
{
	ClvPochhammer at;
	ClvPochhammer end;
	double		sum = 0.0;
	double		sum2 = 0.0;
	int			i;

	clv_pochhammer(b, a, &at);
	clv_pochhammer(b + d, a, &end);
	jet->grad[B] = at.d1 - end.d1;
	jet->hess[CLV_PACK(B, B)] = at.d2 - end.d2;
	if (b < LARGE || d > 0.5 * b)
		return;
	for (i = 0; i < CLV_GAUSS; i++)
	{
		double		z = b + d * clv_gauss_node[i];

		clv_pochhammer(z, a, &at);
		sum += clv_gauss_weight[i] * at.d2;
		sum2 += clv_gauss_weight[i] * tetragamma_gap(z, a);
	}
	jet->grad[B] = -d * sum;
	jet->hess[CLV_PACK(B, B)] = -d * sum2;
}

/* ln of S(t) / S(s), s <= t */
static void
set_stay(const Work *w, double s, double t, Jet *jet)
{
	double		from = s > 0.0 ? pow(s, w->c) : 0.0;
	double		length = w->c == 1.0 ? t - s :
		s > 0.0 ? from * expm1(w->c * log1p((t - s) / s)) : pow(t, w->c);
	ClvPochhammer all;

	memset(jet, 0, sizeof(*jet));
	if (s == t)
		return;
	clv_pochhammer(w->a + w->b + from, length, &all);
	jet->value = clv_contract_log_stay(w->a, w->b, w->c, s, t - s, NULL);
	jet->grad[A] = -all.d1;
	set_slope_in_b(w->a, w->b + from, length, jet);
	jet->hess[CLV_PACK(A, A)] = -all.d2;
	jet->hess[CLV_PACK(B, A)] = -all.d2;
	add_shape(w, t, 1.0, jet);
	add_shape(w, s, -1.0, jet);
}

/* From ln of a probability to ln of its complement. */
static void
complement(Jet *jet)
{
	double		odds = 1.0 / expm1(-jet->value);	/* p / (1 - p) */
	int			i;
	int			j;

	for (i = 0; i < CLV_BDW_NPARAM; i++)
	{
		for (j = 0; j <= i; j++)
			jet->hess[CLV_PACK(i, j)] = -odds *
				(jet->hess[CLV_PACK(i, j)] +
				 (1.0 + odds) * jet->grad[i] * jet->grad[j]);
	}
	for (i = 0; i < CLV_BDW_NPARAM; i++)
		jet->grad[i] *= -odds;
	jet->value = log(-expm1(jet->value));
}

static inline void
add(ClvTwofold *total, double term)
{
	*total = clv_twofold_plus(*total, term);
}

static void
add_jet(Work *w, double n, const Jet *jet)
{
	int			i;

	add(&w->loglik, n * jet->value);
	for (i = 0; i < w->nparam; i++)
		add(&w->grad[i], n * jet->grad[i]);
	for (i = 0; i < CLV_PACKED(w->nparam); i++)
		add(&w->hess[i], n * jet->hess[i]);
}

static void
add_cell(Work *w, const ClvTenure *cell)
{
	Jet			jet;

	if (cell->stay > 0.0)
	{
		set_stay(w, 0.0, cell->t, &jet);
		add_jet(w, cell->stay, &jet);
	}
	if (cell->lost > 0.0)
	{
		set_stay(w, 0.0, cell->t - 1.0, &jet);
		add_jet(w, cell->lost, &jet);
		set_stay(w, cell->t - 1.0, cell->t, &jet);
		complement(&jet);
		add_jet(w, cell->lost, &jet);
	}
}

/* The sums are handed over with the last unit. */
static ClvStatus
contract_slice(void *work, size_t from, size_t to, ClvSums *sums)
{
	Work	   *w = work;
	int			i;

	for (; from < to; from++)
	{
		if (from % UNITS_A_CELL == 0)
			add_cell(w, &w->base->tenure[from / UNITS_A_CELL]);
	}
	if (to < contract_units(work))
		return CLV_OK;
	sums->loglik += w->loglik.hi;
	for (i = 0; i < w->nparam; i++)
		sums->grad[i] += w->grad[i].hi;
	for (i = 0; i < CLV_PACKED(w->nparam); i++)
		sums->hess[i] += w->hess[i].hi;
	return CLV_OK;
}

/* Whoever has not come to a decision yet tells nothing. */
bool
clv_contract_usable(const ClvModel *model, const ClvBase *base)
{
	size_t		i;

	for (i = 0; i < base->ntenure; i++)
	{
		if (base->tenure[i].t > 0.0 && base->tenure[i].lost + base->tenure[i].stay > 0.0)
			return true;
	}
	return false;
}

/*
 * Most have left when t^c is about b: both may be as large as a number whose
 * square is one.
 */
double
clv_contract_largest(const ClvModel *model, double longest, int i)
{
	if (i == B)
		return LARGEST;
	if (i == C && longest > 1.0)
		return log(LARGEST) / log(longest);
	return NAN;
}

/*
 * The chance to leave from the share of decisions that were to leave, with
 * more, or less, difference between subscribers; then, of BdW, a chance that is
 * next to nothing until most of the longest tenure has passed.
 */
bool
clv_contract_start(const ClvModel *model, const ClvMoments *moments,
				   int attempt, double *par)
{
	static const double start[][2] = {	/* a + b; c */
		{2.0, 1.0}, {0.5, 1.5}, {20.0, 0.7}, {200.0, 1.0}
	};
	static const double late[][2] = {	/* a; ln of the longest tenure's t^c */
		{1.0, 20.0}, {0.1, 60.0}, {20.0, 330.0}
	};
	int			starts = sizeof(start) / sizeof(start[0]);
	int			lates = sizeof(late) / sizeof(late[0]);
	double		lost = (moments->lost + 0.5) / (moments->decisions + 1.0);

	if (attempt >= starts && model->nparam > C && moments->longest > 1.0 &&
		attempt < starts + lates)
	{
		par[A] = late[attempt - starts][0];
		par[B] = exp(late[attempt - starts][1]);
		par[C] = late[attempt - starts][1] / log(moments->longest);
		return true;
	}
	if (attempt < 0 || attempt >= starts)
		return false;
	par[A] = start[attempt][0] * lost;
	par[B] = start[attempt][0] * (1.0 - lost);
	if (model->nparam > C)
		par[C] = start[attempt][1];
	return true;
}

const ClvLikelihood clv_contract_likelihood = {
	.work_new = contract_work_new,
	.work_free = contract_work_free,
	.units = contract_units,
	.begin = contract_begin,
	.slice = contract_slice
};
