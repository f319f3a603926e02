/*
 * dropout_sweep.c
 *		Integrals along a customer's course, by Gauss-Legendre panels.
 *
 * A panel is as wide as its 12 nodes are right to 1e-15: no wider than half
 * the distance to the nearest singularity, those of (alpha + u)^-r and of the
 * law of lifetimes, and so narrow that the logarithm of the integrand changes
 * by no more than FALL in it.  Panels follow each other from the start, so
 * that they grow with the distance to what lies behind them, and end where no
 * more than a 1e-17th of the sum is still to come: a(u) bounds all later
 * deaths, or purchases, and a(u) over the least hazard all later time.
 */
#include "models/dropout/dropout.h"

#include <math.h>

#include "math/quadrature.h"

#define FALL		5.0
#define NEGLIGIBLE	1e-17
#define FAR			1e17		/* from here on only the power law is left */
#define MAX_PANELS	100000
#define MAX_ROUNDS	60

/* Where a sweep has come to. */
typedef struct Sweep
{
	const ClvCourse *course;
	ClvEvent	event;
	double		u;				/* time since the start */
	double		log_left;		/* ln of e^(-delta u) a(u) */
	double		sum;			/* of the integral up to u */
} Sweep;

/* ln of what the next "step" leaves of it */
static double
log_left_after(const ClvCourse *c, double age, double step)
{
	double		silence = c->r > 0.0 ? c->r * log1p(step / (c->alpha + age)) : 0.0;

	return c->law->log_survival(c->par, age, step) - c->delta * step - silence;
}

static double
event_rate(const Sweep *s, double age)
{
	const ClvCourse *c = s->course;

	if (s->event == CLV_DEATH)
		return c->law->hazard(c->par, age);
	return s->event == CLV_PURCHASE ? c->r / (c->alpha + age) : 1.0;
}

/* The integral over the next "width", over what is left now. */
static double
panel_sum(const Sweep *s, double width)
{
	double		age = s->course->age + s->u;
	double		sum = 0.0;
	int			i;

	if (!clv_budget_take(s->course->budget, CLV_GAUSS * CLV_BUDGET_POINT))
		return NAN;
	for (i = 0; i < CLV_GAUSS; i++)
	{
		double		step = width * clv_gauss_node[i];

		sum += clv_gauss_weight[i] * event_rate(s, age + step)
			* exp(log_left_after(s->course, age, step));
	}
	return width * sum;
}

static double
panel_width(const Sweep *s)
{
	const ClvCourse *c = s->course;
	double		age = c->age + s->u;
	double		reach;
	double		slope;

	c->law->bounds(c->par, age, &reach, &slope);
	if (c->r > 0.0)
	{
		reach = fmin(reach, c->alpha + age);
		slope += (c->r + 1.0) / (c->alpha + age);
	}
	return fmin(reach, FALL / (slope + c->delta));
}

/* What all time from here on can still bring, at most. */
static double
log_rest(const Sweep *s)
{
	const ClvCourse *c = s->course;

	if (s->event != CLV_TIME)
		return s->log_left;
	return s->log_left
		- log(c->delta + c->law->least_hazard(c->par, c->age + s->u));
}

/*
 * So far out that alpha and the law's own times no longer matter, a(u) is a
 * power of u: of what is left, purchases take this share.  0: not yet.
 */
static double
power_share(const Sweep *s)
{
	const ClvCourse *c = s->course;
	double		power = c->law->power(c->par);
	double		reach;
	double		slope;

	if (power == 0.0 || s->event != CLV_PURCHASE)
		return 0.0;
	c->law->bounds(c->par, c->age, &reach, &slope);
	if (s->u < FAR * (c->alpha + c->age + reach))
		return 0.0;
	return c->r / (c->r + power);
}

/* Go on to the next panel's end; false: nothing that counts is left. */
static bool
advance(Sweep *s, double width, double part)
{
	s->log_left += log_left_after(s->course, s->course->age + s->u, width);
	s->sum += part;
	s->u += width;
	return log_rest(s) > log(NEGLIGIBLE * s->sum);
}

double
clv_course_integral(const ClvCourse *course, ClvEvent event, double h)
{
	Sweep		s = {course, event, 0.0, 0.0, 0.0};
	int			i;

	for (i = 0; s.u < h; i++)
	{
		double		width = panel_width(&s);
		double		share = power_share(&s);
		bool		last = s.u + width >= h;

		if (share > 0.0)
			return s.sum + exp(s.log_left) * share
				* -expm1(course->r / share * log(s.u / h));
		if (last)
			width = h - s.u;
		if (!advance(&s, width, exp(s.log_left) * panel_sum(&s, width)) || last)
			break;
		if (i == MAX_PANELS)
			return NAN;
	}
	return s.sum;
}

/* The part of the panel of this width that holds "rest", by Newton's method. */
static double
solve_panel(const Sweep *s, double width, double rest)
{
	double		age = s->course->age + s->u;
	double		low = 0.0;
	double		high = width;
	double		step = 0.5 * width;
	int			round;

	for (round = 0; round < MAX_ROUNDS && high - low > 1e-16 * (s->u + low); round++)
	{
		double		error = panel_sum(s, step) - rest;
		double		slope = event_rate(s, age + step)
			* exp(log_left_after(s->course, age, step));
		double		next = step - error / slope;

		if (error > 0.0)
			high = step;
		else
			low = step;
		if (!(next > low && next < high))
			next = 0.5 * (low + high);
		if (fabs(next - step) <= 1e-15 * (s->u + step))
			return next;
		step = next;
	}
	return step;
}

double
clv_course_quantile(const ClvCourse *course, ClvEvent event, double share)
{
	Sweep		s = {course, event, 0.0, 0.0, 0.0};
	int			i;

	for (i = 0; i < MAX_PANELS; i++)
	{
		double		width = panel_width(&s);
		double		left = exp(s.log_left);
		double		part = left * panel_sum(&s, width);
		double		far = power_share(&s);

		if (far > 0.0)
		{
			double		lost = (share - s.sum) / (left * far);

			return lost < 1.0 ? s.u * exp(-far / course->r * log1p(-lost))
				: INFINITY;
		}
		if (isnan(part))
			return NAN;
		if (s.sum + part >= share)
			return s.u + solve_panel(&s, width, (share - s.sum) / left);
		if (!advance(&s, width, part))
			return isnan(s.log_left) ? NAN : INFINITY;
	}
	return NAN;
}
