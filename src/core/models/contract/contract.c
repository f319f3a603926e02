/*
 * contract.c
 *		sBG and BdW: how long subscribers stay.
 *
 * Everything follows from L(n, m) = ln of S(n + m) / S(n).  With B = b + n^c
 * and D = (n + m)^c - n^c it is a mixed difference of ln Gamma,
 *
 *		L = - integral over u from B to B + D of psi(a + u) - psi(u)
 *
 * and is taken as that integral where D is small, so that retention near 1
 * keeps all digits.
 */
#include "models/contract/contract.h"

#include <math.h>

#include "math/pochhammer.h"
#include "math/quadrature.h"
#include "math/renewals.h"
#include "math/special.h"

/* From here on psi and Stirling's formula are smooth. */
#define LARGE		16.0

/* n^c beyond this is as good as infinite beside a and b. */
#define HUGE_POWER	1e300

/* What CLV_GAUSS calls of clv_pochhammer() take of a budget. */
#define POCHHAMMERS_COST	100

/* ln of ((b)_d / (a + b)_d), for any d >= 0, b >= LARGE */
static double
log_stay_large(double a, double b, double d, ClvBudget *budget)
{
	double		end = b + d;

	if (d <= 0.5 * b)
	{
		double		sum = 0.0;
		int			i;

		if (budget != NULL && !clv_budget_take(budget, POCHHAMMERS_COST))
			return NAN;
		for (i = 0; i < CLV_GAUSS; i++)
		{
			ClvPochhammer at;

			clv_pochhammer(b + d * clv_gauss_node[i], a, &at);
			sum += clv_gauss_weight[i] * at.d1;
		}
		return -d * sum;
	}
	return -a * log1p(d / (a + b))
		- ((end - 0.5) * log1p(a / end) - (b - 0.5) * log1p(a / b))
		+ (clv_stirling_rest(end) - clv_stirling_rest(b))
		- (clv_stirling_rest(a + end) - clv_stirling_rest(a + b));
}

static double
log_stay(double a, double b, double d, ClvBudget *budget)
{
	double		sum = 0.0;

	/* move b up to where it is large, a factor of both products at a time */
	for (; b < LARGE; b += 1.0)
	{
		double		part = a / (a + b) * (d / (b + d));

		sum += part < 0.5 ? log1p(-part) : log1p(a / (b + d)) - log1p(a / b);
	}
	return sum + log_stay_large(a, b, d, budget);
}

double
clv_contract_log_stay(double a, double b, double c, double n, double more,
					  ClvBudget *budget)
{
	double		from = n > 0.0 ? pow(n, c) : 0.0;
	double		ln_growth;
	double		d;

	if (c == 1.0)
		return clv_log_survive(a, b + n, more);
	if (n == 0.0)
	{
		ClvPochhammer rest;

		d = pow(more, c);
		if (d < HUGE_POWER)
			return log_stay(a, b, d, budget);
		clv_pochhammer(b, a, &rest);
		return rest.ln + a * log(b) - a * c * log(more);
	}
	ln_growth = c * log1p(more / n);
	d = from * expm1(ln_growth);
	if (d < HUGE_POWER)
		return log_stay(a, b + from, d, budget);
	if (from < HUGE_POWER)
		return clv_contract_log_stay(a, b, c, 0.0, n + more, budget) -
			log_stay(a, b, from, budget);
	return -a * ln_growth;
}

static double
contract_renewal(const ClvModel *model, const double *par, double n,
				 double more)
{
	return exp(clv_contract_log_stay(par[CLV_CONTRACT_A], par[CLV_CONTRACT_B],
									 clv_contract_shape(model, par), n, more,
									 NULL));
}

/*
 * The sum over j of f(j) = e^(-delta j) S(n + j) / S(n) under BdW, for which
 * there is no closed form: term by term until they are few or fall slowly, and
 * then by Euler and Maclaurin's formula, with the integral in ln j.
 */
typedef struct Stream
{
	double		a;
	double		b;
	double		c;
	double		n;
	double		delta;
	ClvBudget  *budget;
} Stream;

#define FIRST_TERMS	64			/* at least */
#define SLOW		0.05		/* fall from one term to the next */
#define MAX_PANELS	10000
#define NEGLIGIBLE	1e-17
#define STREAM_COST		18	/* of a term, but for that */

static double
stream_at(const Stream *s, double j)
{
	if (!clv_budget_take(s->budget, STREAM_COST))
		return NAN;
	return exp(-s->delta * j + clv_contract_log_stay(s->a, s->b, s->c, s->n, j,
														   s->budget));
}

/* -d ln f / dj */
static double
stream_fall(const Stream *s, double j)
{
	double		t = s->n + j;
	double		power = pow(t, s->c);
	ClvPochhammer at;

	if (!(s->b + power < HUGE_POWER))
		return s->delta + s->c * s->a / t;
	clv_pochhammer(s->b + power, s->a, &at);
	return s->delta + s->c * power / t * at.d1;
}

/*
 * A bound of the sum or integral of f beyond j, where f is "at".  In ln t,
 * t = n + j, f falls ever faster: beyond j it is below a power of t.
 */
static double
stream_rest(const Stream *s, double j, double at)
{
	double		t = s->n + j;
	double		power = stream_fall(s, j) * t;

	return power > 1.0 ? at * t / (power - 1.0) : INFINITY;
}

/*
 * What the midpoint form of the formula adds to the integral at an end: f' and
 * f''' there, the latter from differences of f'.
 */
static double
stream_end(const Stream *s, double j)
{
	double		slope[3];
	int			i;

	for (i = 0; i < 3; i++)
	{
		double		at = j + (i - 1);

		slope[i] = -stream_fall(s, at) * stream_at(s, at);
	}
	return slope[1] / 24.0 -
		7.0 / 5760.0 * (slope[0] - 2.0 * slope[1] + slope[2]);
}

/* Over how much of ln t, from j on, f is well approximated by a polynomial. */
static double
panel_width(const Stream *s, double j)
{
	double		t = s->n + j;
	double		power = fabs(stream_fall(s, j) * t - 1.0);
	double		width = fmin(1.0 / s->c, 4.0 / power);

	if (s->delta > 0.0)
		width = fmin(width, fmin(1.0, log1p(4.0 / (s->delta * t))));
	return fmin(width, 16.0);
}

/* The integral of f from "from" to "to", which may be INFINITY. */
static double
stream_integral(const Stream *s, double from, double to, double before)
{
	double		past = 1e17 * (1.0 + s->a * s->a + s->b * s->b);
	double		end = s->n + to;
	double		t = s->n + from;
	double		sum = 0.0;
	int			panel;
	int			i;

	for (panel = 0; panel < MAX_PANELS && t < 1e290; panel++)
	{
		double		width = fmin(panel_width(s, t - s->n), log(end / t));
		double		part = 0.0;
		double		rest;

		for (i = 0; i < CLV_GAUSS; i++)
		{
			double		at = t * exp(width * clv_gauss_node[i]);

			part += clv_gauss_weight[i] * at * stream_at(s, at - s->n);
		}
		sum += width * part;
		t *= exp(width);
		if (t >= end * (1.0 - 1e-15))
			return sum;
		rest = stream_rest(s, t - s->n, stream_at(s, t - s->n));
		if (!(rest >= NEGLIGIBLE * (sum + before)))
			return sum;

		/* t^c is past all other scales: f has become the power itself */
		if (isinf(to) && s->delta == 0.0 && pow(t, s->c) > past)
			return sum + rest;
	}
	return NAN;
}

static double
stream_sum(const Stream *s, double h)
{
	double		sum = 0.0;
	double		j;

	if (s->delta == 0.0 && isinf(h) && s->a * s->c <= 1.0)
		return INFINITY;

	/* as long as the fall is above SLOW, 780 terms are all that count */
	for (j = 1.0; j <= h; j += 1.0)
	{
		double		term = stream_at(s, j);

		sum += term;
		if (!(term > 0.0 && stream_rest(s, j, term) >= NEGLIGIBLE * sum))
			return sum;
		if (j >= FIRST_TERMS && stream_fall(s, j) <= SLOW)
			break;
	}
	if (j >= h)
		return sum;
	sum += stream_integral(s, j + 0.5, h + 0.5, sum) + stream_end(s, j + 0.5);
	if (!isinf(h))
		sum -= stream_end(s, h + 0.5);
	return sum;
}

/*
 * Fader & Hardie's (2010) discounted expected lifetime, DEL, of a new
 * subscriber, and DERL, the residual one, just before the renewal at the end
 * of a period.  Payments are due at the beginning of each period.
 */
static double
contract_payments(const ClvModel *model, const double *par, double period,
				  double delta, double h, ClvBudget *budget)
{
	double		due = clv_periods_begun(h);
	double		first = period > 0.0 ? 0.0 : 1.0;	/* is certain */
	double		sum;
	Stream		s;

	if (due == 0.0)
		return 0.0;
	s.a = par[CLV_CONTRACT_A];
	s.b = par[CLV_CONTRACT_B];
	s.c = clv_contract_shape(model, par);
	s.n = fmax(period - 1.0, 0.0);
	s.delta = delta;
	s.budget = budget;
	due -= first;
	sum = s.c == 1.0 ? clv_renewals(s.a, s.b + s.n, delta, due, budget)
		: stream_sum(&s, due);
	return first > 0.0 ? 1.0 + sum : exp(delta) * sum;
}

const ClvContract clv_contract_predictions = {
	.renewal = contract_renewal,
	.payments = contract_payments
};
