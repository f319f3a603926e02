/*
 * dropout_pmf.c
 *		P(exactly n purchases in a time), whatever ends it first.
 *
 * Given that a customer lives on for u, the number of purchases is negative
 * binomial, N(n; u).  So the chance of n of them up to h is
 *
 *		S(h) N(n; h) + integral over (0, h) of f(u) N(n; u)
 *
 * with S and f of one who is alive at the start.  The integrand may have a
 * peak as narrow as u / sqrt(n): it is summed by panels from a high point on,
 * to both sides, until what lies beyond, at most N at the end of the last
 * panel times the deaths there, is negligible.
 */
#include "models/dropout/dropout.h"

#include <math.h>

#include "math/quadrature.h"
#include "math/special.h"

#define FALL		5.0
#define NEGLIGIBLE	1e-17
#define MAX_PANELS	20000
#define MAX_CLIMB	200
#define POLYNOMIAL	8.0			/* u^n that 12 nodes are right for */

typedef struct Count
{
	const ClvCourse *course;
	double		n;
	double		scale;			/* alpha + age */
	double		top;			/* N is highest there, of all u up to h */
	double		h;
} Count;

/* ln of (a + u) / (a + top), to all digits of u - top */
static double
log_ratio(const Count *c, double a, double u)
{
	double		step = (u - c->top) / (a + c->top);

	return step > -0.5 ? log1p(step) : log((a + u) / (a + c->top));
}

/* ln of N(n; u) over N(n; top); 0 or below */
static double
log_number(const Count *c, double u)
{
	return c->n * log_ratio(c, 0.0, u)
		- (c->n + c->course->r) * log_ratio(c, c->scale, u);
}

/* its slope */
static double
number_slope(const Count *c, double u)
{
	return (c->n * c->scale - c->course->r * u) / (u * (c->scale + u));
}

static double
log_survival(const Count *c, double u)
{
	return c->course->law->log_survival(c->course->par, c->course->age, u);
}

/* ln of f(u) N(n; u) over N(n; top) */
static double
log_value(const Count *c, double u)
{
	if (!clv_budget_take(c->course->budget, 2 * CLV_BUDGET_POINT))
		return NAN;
	return log_number(c, u) + log_survival(c, u)
		+ log(c->course->law->hazard(c->course->par, c->course->age + u));
}

/* From top, or h, go uphill as seen in ln u, with steps that grow or shrink. */
static double
climb(const Count *c)
{
	double		u = c->top;
	double		value = log_value(c, u) + log(u);
	double		ratio = 1.1;
	int			i;

	for (i = 0; i < MAX_CLIMB && ratio > 1.0 + 1e-4; i++)
	{
		double		low = u / ratio;
		double		high = fmin(u * ratio, c->h);
		double		left = log_value(c, low) + log(low);
		double		right = log_value(c, high) + log(high);

		if (left <= value && right <= value)
			ratio = sqrt(ratio);
		else
		{
			u = left > right ? low : high;
			value = fmax(left, right);
			ratio = fmin(ratio * ratio, 1e3);
		}
	}
	return u;
}

/*
 * How wide a panel may be that begins at u and goes up to higher ages, or down
 * to lower ones.
 */
static double
panel_width(const Count *c, double u, bool up, double most)
{
	double		width = most;
	int			i;

	for (i = 0; i < 100; i++)
	{
		double		low = up ? u : u - width;
		double		high = low + width;
		double		reach;
		double		slope;

		c->course->law->bounds(c->course->par, c->course->age + low, &reach, &slope);
		reach = fmin(reach, c->scale + low);
		if (low > 0.0)
			slope += fmax(fabs(number_slope(c, low)), fabs(number_slope(c, high)));
		else
			slope += c->n <= POLYNOMIAL ? (c->n + c->course->r) / c->scale : INFINITY;
		if (width <= reach && width * slope <= FALL)
			return width;
		if (!clv_budget_take(c->course->budget, CLV_BUDGET_POINT))
			break;
		width *= 0.5;
	}
	return NAN;
}

static double
panel_sum(const Count *c, double low, double width)
{
	double		sum = 0.0;
	int			i;

	for (i = 0; i < CLV_GAUSS; i++)
		sum += clv_gauss_weight[i] * exp(log_value(c, low + width * clv_gauss_node[i]));
	return width * sum;
}

/* Add what lies above "from" to the sum, up to h. */
static double
sum_up(const Count *c, double from, double sum)
{
	double		u = from;
	double		width = c->h - from;
	int			i;

	for (i = 0; u < c->h; i++)
	{
		bool		last;

		width = panel_width(c, u, true, fmin(4.0 * width, c->h - u));
		last = u + width >= c->h;
		sum += panel_sum(c, u, width);
		u += width;
		if (i == MAX_PANELS || isnan(sum))
			return NAN;
		if (last || exp(log_number(c, u) + log_survival(c, u)) <= NEGLIGIBLE * sum)
			break;
	}
	return sum;
}

/* Add what lies below. */
static double
sum_down(const Count *c, double from, double sum)
{
	double		u = from;
	double		width = from;
	int			i;

	for (i = 0; u > 0.0; i++)
	{
		width = panel_width(c, u, false, fmin(4.0 * width, u));
		u = width < u ? u - width : 0.0;
		sum += panel_sum(c, u, width);
		if (i == MAX_PANELS || isnan(sum))
			return NAN;
		if (u == 0.0 || exp(log_number(c, u)) * -expm1(log_survival(c, u)) <= NEGLIGIBLE * sum)
			break;
	}
	return sum;
}

double
clv_course_pmf(const ClvCourse *course, double h, double n)
{
	Count		c = {course, n, course->alpha + course->age, 0.0, h};
	double		peak;
	double		sum;

	/* N rises up to n scale / r. */
	c.top = fmin(n * c.scale / course->r, h);
	peak = climb(&c);
	sum = exp(log_number(&c, h) + log_survival(&c, h));
	sum = sum_down(&c, peak, sum_up(&c, peak, sum));
	return sum * clv_negbin(course->r, c.top / c.scale, n);
}
