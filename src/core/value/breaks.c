/*
 * breaks.c
 *		Optimal one-dimensional k-means by dynamic programming.
 *
 * Fisher, "On grouping for maximum homogeneity", JASA 53 (1958) 789-798: the
 * classes are intervals, and the best k classes of the lowest b values are the
 * best k - 1 of the lowest a and one class more, for the best a.  That a never
 * falls as b grows (the cost of an interval has the Monge property), so rows
 * are done coarse to fine, each between the answers of its neighbours: a layer
 * takes O(d log d) costs of d distinct values, and the last one only d.
 *
 * The cost of an interval is a difference of prefix sums.  These are centred
 * and kept to twice double precision, so that neither a large common offset
 * nor one huge customer blurs the classes of the others.
 *
 * Of equally good breaks the one with the larger top class is taken.
 */
#include "value/breaks.h"

#include <math.h>

#define SLICE	50000			/* values or costs a step */

size_t
clv_breaks_space(size_t n, int k)
{
	size_t		entries = n + 1;

	return entries * (4 * sizeof(double) + 2 * sizeof(ClvTwofold)) +
		(k > 1 ? k - 1 : 0) * entries * sizeof(uint32_t);
}

void
clv_breaks_begin(ClvBreaks *breaks, const double *value, size_t n, int k,
				 void *space)
{
	size_t		entries = n + 1;
	int			exponent;

	breaks->value = value;
	breaks->n = n;
	breaks->at = 0;
	breaks->k = k;

	/* between 2^-1000 and 2^1000: the power itself must be a double */
	frexp(fmax(fabs(value[0]), fabs(value[n - 1])), &exponent);
	breaks->scale = ldexp(1.0, exponent < -1000 ? 1000 : -exponent);
	breaks->centre = value[n / 2] * breaks->scale;

	breaks->first = space;
	breaks->second = breaks->first + entries;
	breaks->level = (double *) (breaks->second + entries);
	breaks->weight = breaks->level + entries;
	breaks->best = breaks->weight + entries;
	breaks->next = breaks->best + entries;
	breaks->from = (uint32_t *) (breaks->next + entries);

	breaks->distinct = 0;
	breaks->weight[0] = 0;
	breaks->first[0].hi = breaks->first[0].lo = 0;
	breaks->second[0] = breaks->first[0];
	breaks->layer = 0;
	breaks->scanning = false;
}

/* Take in some values: equal ones become one level with a weight. */
static void
take_slice(ClvBreaks *breaks)
{
	size_t		left = SLICE;

	while (left > 0 && breaks->at < breaks->n)
	{
		double		value = breaks->value[breaks->at];
		size_t		d = breaks->distinct;
		ClvTwofold	x = clv_two_sum(value * breaks->scale, -breaks->centre);

		if (d > 0 && breaks->level[d - 1] == value)
			d--;
		else
		{
			breaks->level[d] = value;
			breaks->weight[d + 1] = breaks->weight[d];
			breaks->distinct++;
		}
		breaks->weight[d + 1] += 1;
		breaks->first[d + 1] =
			clv_twofold_add(breaks->first[d],
							clv_twofold_times(x, breaks->weight[d + 1] - breaks->weight[d]));
		breaks->second[d + 1] =
			clv_twofold_add(breaks->second[d],
							clv_twofold_times(clv_twofold_square(x),
											  breaks->weight[d + 1] - breaks->weight[d]));
		breaks->at++;
		left--;
	}
}

/* Sum of squared distances from their mean of the levels a .. b - 1. */
static inline double
cost(const ClvBreaks *breaks, size_t a, size_t b)
{
	double		w = breaks->weight[b] - breaks->weight[a];
	ClvTwofold	s = clv_twofold_minus(breaks->first[b], breaks->first[a]);
	ClvTwofold	q = clv_twofold_minus(breaks->second[b], breaks->second[a]);
	ClvTwofold	p = clv_twofold_square(s);
	double		mean = p.hi / w;
	ClvTwofold	back = clv_two_product(mean, w);
	double		rest = ((p.hi - back.hi) - back.lo + p.lo) / w;
	double		c = (q.hi - mean) + (q.lo - rest);

	return c > 0 ? c : 0;
}

/*
 * Rows of a layer are the b from "layer" to "distinct"; in coarse to fine
 * order, row r's neighbours r - stride and r + stride are done before it.
 */
static size_t
row_count(const ClvBreaks *breaks)
{
	return breaks->distinct - breaks->layer + 1;
}

static uint32_t *
layer_from(const ClvBreaks *breaks)
{
	return breaks->from + (size_t) (breaks->layer - 2) * (breaks->n + 1);
}

static void
begin_layer(ClvBreaks *breaks, int layer)
{
	breaks->layer = layer;
	breaks->scanning = false;

	/* of the last layer only the row of all values is asked for */
	if (layer == breaks->k)
	{
		breaks->stride = 1;
		breaks->row = row_count(breaks) - 1;
		return;
	}
	for (breaks->stride = 1; breaks->stride <= row_count(breaks) / 2;)
		breaks->stride *= 2;
	breaks->row = breaks->stride - 1;
}

static void
begin_row(ClvBreaks *breaks)
{
	const uint32_t *from = layer_from(breaks);
	size_t		b = breaks->row + breaks->layer;

	breaks->a = breaks->layer - 1;
	breaks->last = b - 1;
	if (breaks->layer < breaks->k)
	{
		if (breaks->row >= breaks->stride)
			breaks->a = from[b - breaks->stride];
		if (breaks->row + breaks->stride < row_count(breaks) &&
			from[b + breaks->stride] < breaks->last)
			breaks->last = from[b + breaks->stride];
	}
	breaks->found = breaks->a;
	breaks->next[b] = INFINITY;
	breaks->scanning = true;
}

/* The next row of the layer; false when there is none. */
static bool
next_row(ClvBreaks *breaks)
{
	breaks->scanning = false;
	if (breaks->layer == breaks->k)
		return false;
	breaks->row += 2 * breaks->stride;
	while (breaks->row >= row_count(breaks))
	{
		breaks->stride /= 2;
		if (breaks->stride == 0)
			return false;
		breaks->row = breaks->stride - 1;
	}
	return true;
}

/* All values are in: the layer of one class, and the next to do. */
static ClvStatus
begin_layers(ClvBreaks *breaks)
{
	if ((size_t) breaks->k > breaks->distinct)
		breaks->k = (int) breaks->distinct;
	if (breaks->k == 1)
		return CLV_OK;
	breaks->layer = 1;
	breaks->at = 0;
	return CLV_CONTINUE;
}

static void
single_class_slice(ClvBreaks *breaks)
{
	size_t		left = SLICE;

	while (left > 0 && breaks->at < breaks->distinct)
	{
		breaks->at++;
		breaks->best[breaks->at] = cost(breaks, 0, breaks->at);
		left--;
	}
	if (breaks->at == breaks->distinct)
		begin_layer(breaks, 2);
}

ClvStatus
clv_breaks_step(ClvBreaks *breaks)
{
	size_t		left = SLICE;

	if (breaks->layer == 0)
	{
		take_slice(breaks);
		return breaks->at < breaks->n ? CLV_CONTINUE : begin_layers(breaks);
	}
	if (breaks->layer == 1)
	{
		single_class_slice(breaks);
		return CLV_CONTINUE;
	}
	while (left > 0)
	{
		size_t		b = breaks->row + breaks->layer;

		if (!breaks->scanning)
			begin_row(breaks);
		for (; left > 0 && breaks->a <= breaks->last; breaks->a++, left--)
		{
			double		c = breaks->best[breaks->a] + cost(breaks, breaks->a, b);

			if (c < breaks->next[b])
			{
				breaks->next[b] = c;
				breaks->found = breaks->a;
			}
		}
		if (breaks->a <= breaks->last)
			break;
		layer_from(breaks)[b] = (uint32_t) breaks->found;
		if (!next_row(breaks))
		{
			double	   *done = breaks->next;

			if (breaks->layer == breaks->k)
				return CLV_OK;
			breaks->next = breaks->best;
			breaks->best = done;
			begin_layer(breaks, breaks->layer + 1);
		}
	}
	return CLV_CONTINUE;
}

size_t
clv_breaks_result(const ClvBreaks *breaks, double *cutoff)
{
	size_t		b = breaks->distinct;
	int			layer;

	for (layer = breaks->k; layer >= 2; layer--)
	{
		b = breaks->from[(size_t) (layer - 2) * (breaks->n + 1) + b];
		*cutoff++ = breaks->level[b];
	}
	return breaks->k - 1;
}
