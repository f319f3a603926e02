/*
 * concentration.c
 *		Cut-offs, scores, Gini, top share and Lorenz curve of sorted values.
 *
 * Sums run in sorted order and to twice double precision, scaled so that they
 * cannot overflow: the answers are the same for every order of the rows, and
 * right to a rounding.
 *
 * A share is the decimal that the user wrote: 0.07 of 100 customers are 7,
 * though the double nearest to 0.07 times 100 is a little more than 7.  Hence
 * a share counts as reached from a few ulps below.
 */
#include "value/concentration.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define SLICE	50000			/* values summed in a step */
#define SLACK	(4 * DBL_EPSILON)

enum
{
	STAGE_SORT,
	STAGE_SCORES,
	STAGE_TOTAL,				/* add up */
	STAGE_WALK,					/* add up again, noting where shares are */
	STAGE_BREAKS
};

/* ------------------------------------------------------------------------
 * Arguments
 * ------------------------------------------------------------------------
 */

ClvStatus
clv_cutoff_method(const char *name, size_t len, ClvQuestion *question,
				  ClvError *err)
{
	static const struct
	{
		const char *name;
		ClvQuestion question;
	}			method[] = {
		{"quantile", CLV_QUANTILE},
		{"value", CLV_VALUE_SHARE},
		{"natural", CLV_NATURAL}
	};
	size_t		i;

	for (i = 0; i < sizeof(method) / sizeof(method[0]); i++)
	{
		if (len == strlen(method[i].name) &&
			memcmp(name, method[i].name, len) == 0)
		{
			*question = method[i].question;
			return CLV_OK;
		}
	}
	return clv_fail(err, CLV_BAD_ARGUMENT,
					"Methods are \"quantile\" (shares of customers), \"value\" (shares of the total value) and \"natural\" (optimal breaks).",
					"unknown tier method \"%.*s\"",
					(int) (len < 100 ? len : 100), name);
}

static ClvStatus
check_shares(const double *share, size_t n, ClvError *err)
{
	ClvNumber	number[2];
	size_t		i;

	if (n > CLV_MAX_CUTOFFS)
		return clv_fail(err, CLV_LIMIT, "",
						"there are more than %d tier shares", CLV_MAX_CUTOFFS);
	for (i = 0; i < n; i++)
	{
		if (!(share[i] > 0 && share[i] <= 1))
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"Shares are fractions counted from the top, as in \"{0.05,0.20,0.50}\".",
							"tier share must be above 0 and at most 1, but is \"%s\"",
							clv_number(&number[0], share[i]));
		if (i > 0 && share[i] <= share[i - 1])
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"Shares are cumulative: the top 5 %, 20 % and 50 % are \"{0.05,0.20,0.50}\".",
							"tier shares must ascend, but \"%s\" follows \"%s\"",
							clv_number(&number[0], share[i]),
							clv_number(&number[1], share[i - 1]));
	}
	return CLV_OK;
}

ClvStatus
clv_inquiry_check(ClvQuestion question, const double *arg, size_t narg,
				  ClvError *err)
{
	ClvNumber	number;

	switch (question)
	{
		case CLV_QUANTILE:
		case CLV_VALUE_SHARE:
			return check_shares(arg, narg, err);
		case CLV_NATURAL:
			if (narg >= CLV_MAX_CLASSES)
				return clv_fail(err, CLV_LIMIT, "",
								"natural breaks can make at most %d tiers, but \"%zu\" are asked for",
								CLV_MAX_CLASSES, narg + 1);
			return CLV_OK;
		case CLV_SCORES:
			if (!(arg[0] >= 2 && arg[0] <= CLV_MAX_SCORE))
				return clv_fail(err, CLV_BAD_ARGUMENT, "",
								"scores must be from 2 to %d, but are \"%s\"",
								CLV_MAX_SCORE, clv_number(&number, arg[0]));
			return CLV_OK;
		case CLV_TOP_SHARE:
			if (!(arg[0] >= 0 && arg[0] <= 1))
				return clv_fail(err, CLV_BAD_ARGUMENT,
								"0.2 asks for the top 20 % of customers.",
								"fraction must be between 0 and 1, but is \"%s\"",
								clv_number(&number, arg[0]));
			return CLV_OK;
		case CLV_LORENZ:
			if (!(arg[0] >= 1 && arg[0] <= CLV_MAX_POINTS))
				return clv_fail(err, CLV_BAD_ARGUMENT,
								"10 gives the curve at every tenth of the customers.",
								"number of points must be between 1 and %d, but is \"%s\"",
								CLV_MAX_POINTS, clv_number(&number, arg[0]));
			return CLV_OK;
		case CLV_GINI:
			break;
	}
	return CLV_OK;
}

ClvStatus
clv_value_check(double value, ClvError *err)
{
	if (isfinite(value))
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT,
					"Use NULL for a value that is not known.",
					"customer value must be finite, but is \"%s\"",
					isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

/* ------------------------------------------------------------------------
 * The work
 * ------------------------------------------------------------------------
 */

size_t
clv_inquiry_outputs(ClvQuestion question, const double *arg, size_t narg)
{
	switch (question)
	{
		case CLV_LORENZ:
			return (size_t) arg[0] + 1;
		case CLV_SCORES:
			return (size_t) arg[0] - 1;
		case CLV_GINI:
		case CLV_TOP_SHARE:
			return 1;
		default:
			return narg;
	}
}

size_t
clv_inquiry_space(ClvQuestion question, size_t narg, size_t n)
{
	size_t		space = clv_sort_space(n);

	if (question == CLV_NATURAL)
		space += clv_breaks_space(n, (int) narg + 1);
	return space;
}

void
clv_inquiry_begin(ClvInquiry *inquiry, ClvQuestion question,
				  const double *arg, size_t narg, const double *value,
				  size_t n, void *space, double *out)
{
	inquiry->question = question;
	inquiry->arg = arg;
	inquiry->narg = narg;
	inquiry->n = n;
	inquiry->out = out;
	inquiry->nout = 0;
	inquiry->unknown = n == 0;
	inquiry->breaks_space = (char *) space + clv_sort_space(n);
	inquiry->at = 0;
	inquiry->from = 0;
	inquiry->total.hi = inquiry->total.lo = 0;
	inquiry->running = inquiry->total;
	inquiry->stage = STAGE_SORT;
	clv_sort_begin(&inquiry->sort, value, n, space);
}

/* How many of the n are a share of them?  At least one, unless it is 0. */
static size_t
share_count(double share, size_t n)
{
	double		count = ceil(share * (double) n * (1 - SLACK));

	if (count < 1 && share > 0)
		return 1;
	return count > (double) n ? n : (size_t) count;
}

static ClvStatus
quantiles(ClvInquiry *inquiry)
{
	size_t		i;

	for (i = 0; i < inquiry->narg; i++)
		inquiry->out[i] = inquiry->value[inquiry->n - share_count(inquiry->arg[i], inquiry->n)];
	inquiry->nout = inquiry->narg;
	return CLV_OK;
}

/*
 * The score of "same" customers with one value when "below" have a lower one:
 * by the share of those with another value who have a lower one, in equal
 * steps.  Where all have the same it is the one in the middle.
 */
static size_t
score(uint64_t scores, uint64_t below, uint64_t same, uint64_t n)
{
	uint64_t	step;

	if (same == n)
		return (scores + 1) / 2;
	step = scores * below / (n - same);
	return 1 + (step < scores ? step : scores - 1);
}

/*
 * From which value on a score is above the first, the second and so on: fewer
 * of these than there are steps when nobody has the highest.
 */
static ClvStatus
scores_slice(ClvInquiry *inquiry)
{
	const double *value = inquiry->value;
	size_t		left;

	for (left = SLICE; left > 0 && inquiry->at < inquiry->n; left--)
	{
		size_t		from = inquiry->from;
		size_t		reached;

		inquiry->at++;
		if (inquiry->at < inquiry->n && value[inquiry->at] == value[from])
			continue;
		reached = score((uint64_t) inquiry->arg[0], from, inquiry->at - from, inquiry->n);
		while (inquiry->nout + 1 < reached)
			inquiry->out[inquiry->nout++] = value[from];
		inquiry->from = inquiry->at;
	}
	return inquiry->at < inquiry->n ? CLV_CONTINUE : CLV_OK;
}

/* Index of the first value of at least 0: those below hold no tier. */
static size_t
first_worthy(const double *value, size_t n)
{
	size_t		low = 0;

	while (n > low)
	{
		size_t		middle = low + (n - low) / 2;

		if (value[middle] < 0)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

static ClvStatus
begin_natural(ClvInquiry *inquiry)
{
	size_t		skip = first_worthy(inquiry->value, inquiry->n);

	if (skip == inquiry->n)
	{
		inquiry->unknown = true;
		return CLV_OK;
	}
	if (inquiry->n - skip > UINT32_MAX)
		return CLV_LIMIT;
	clv_breaks_begin(&inquiry->breaks, inquiry->value + skip,
					 inquiry->n - skip, (int) inquiry->narg + 1,
					 inquiry->breaks_space);
	inquiry->stage = STAGE_BREAKS;
	return CLV_CONTINUE;
}

/* The values are sorted: what next? */
static ClvStatus
begin_sums(ClvInquiry *inquiry)
{
	const double *value;
	int			exponent;

	if (inquiry->n == 0)
		return CLV_OK;
	value = inquiry->value = inquiry->sort.sorted;
	if (inquiry->question == CLV_QUANTILE)
		return quantiles(inquiry);
	if (inquiry->question == CLV_NATURAL)
		return begin_natural(inquiry);
	if (inquiry->question == CLV_SCORES)
	{
		inquiry->stage = STAGE_SCORES;
		return CLV_CONTINUE;
	}

	/* between 2^-1000 and 2^1000: the power itself must be a double */
	frexp(fmax(fabs(value[0]), fabs(value[inquiry->n - 1])), &exponent);
	inquiry->scale = ldexp(1.0, exponent < -1000 ? 1000 : -exponent);
	inquiry->stage = STAGE_TOTAL;
	return CLV_CONTINUE;
}

/*
 * Gini from the ascending values: the sum over all pairs of |xi - xj| is twice
 * that of (2i - n - 1) xi, i = 1 .. n, and n^2 mean is n times the total.
 */
static ClvStatus
end_total(ClvInquiry *inquiry)
{
	if (!(inquiry->total.hi > 0))
	{
		inquiry->unknown = true;
		return CLV_OK;
	}
	if (inquiry->question == CLV_GINI)
	{
		inquiry->out[0] = inquiry->running.hi / inquiry->total.hi / (double) inquiry->n;
		inquiry->nout = 1;
		return CLV_OK;
	}
	inquiry->at = 0;
	inquiry->stage = STAGE_WALK;
	return CLV_CONTINUE;
}

static ClvStatus
total_slice(ClvInquiry *inquiry)
{
	size_t		end = inquiry->n - inquiry->at > SLICE ? inquiry->at + SLICE : inquiry->n;
	bool		gini = inquiry->question == CLV_GINI;
	bool		positive = inquiry->question == CLV_VALUE_SHARE;
	size_t		i;

	for (i = inquiry->at; i < end; i++)
	{
		double		x = inquiry->value[i] * inquiry->scale;

		if (positive && x <= 0)
			continue;
		inquiry->total = clv_twofold_plus(inquiry->total, x);
		if (gini)
			inquiry->running =
				clv_twofold_add(inquiry->running,
								clv_two_product(2 * (double) i + 1 - (double) inquiry->n, x));
	}
	inquiry->at = end;
	return end < inquiry->n ? CLV_CONTINUE : end_total(inquiry);
}

/*
 * Cut-offs by value, from the top.  All positive values together are the
 * total, so that a share of up to 1 is reached before the others come.
 */
static ClvStatus
value_slice(ClvInquiry *inquiry)
{
	size_t		left;

	for (left = SLICE; left > 0 && inquiry->nout < inquiry->narg; left--)
	{
		double		value = inquiry->value[inquiry->n - 1 - inquiry->at];

		inquiry->running = clv_twofold_plus(inquiry->running,
											value * inquiry->scale);
		inquiry->at++;
		while (inquiry->nout < inquiry->narg &&
			   inquiry->running.hi >=
			   inquiry->arg[inquiry->nout] * inquiry->total.hi * (1 - SLACK))
			inquiry->out[inquiry->nout++] = value;
	}
	return inquiry->nout < inquiry->narg ? CLV_CONTINUE : CLV_OK;
}

static ClvStatus
top_slice(ClvInquiry *inquiry)
{
	size_t		count = share_count(inquiry->arg[0], inquiry->n);
	size_t		left;

	for (left = SLICE; left > 0 && inquiry->at < count; left--)
	{
		inquiry->running =
			clv_twofold_plus(inquiry->running,
							 inquiry->value[inquiry->n - 1 - inquiry->at] * inquiry->scale);
		inquiry->at++;
	}
	if (inquiry->at < count)
		return CLV_CONTINUE;
	inquiry->out[0] = inquiry->running.hi / inquiry->total.hi;
	inquiry->nout = 1;
	return CLV_OK;
}

/*
 * Point i of the curve lies i n / points customers from the poorest one on:
 * so many whole ones, and a part of the next.
 */
static ClvStatus
lorenz_slice(ClvInquiry *inquiry)
{
	uint64_t	points = (uint64_t) inquiry->arg[0];
	size_t		left = SLICE;

	while (left > 0 && inquiry->nout <= points)
	{
		uint64_t	place = inquiry->nout * inquiry->n;
		size_t		whole = place / points;

		for (; left > 0 && inquiry->at < whole; left--)
			inquiry->running = clv_twofold_plus(inquiry->running,
												inquiry->value[inquiry->at++] * inquiry->scale);
		if (inquiry->at == whole)
		{
			double		part = (double) (place % points) / (double) points;
			ClvTwofold	sum = inquiry->running;

			if (part > 0)
				sum = clv_twofold_add(sum, clv_two_product(part, inquiry->value[whole] * inquiry->scale));
			inquiry->out[inquiry->nout++] = sum.hi / inquiry->total.hi;
			left -= left > 0;
		}
	}
	return inquiry->nout <= points ? CLV_CONTINUE : CLV_OK;
}

ClvStatus
clv_inquiry_step(ClvInquiry *inquiry)
{
	ClvStatus	status;

	switch (inquiry->stage)
	{
		case STAGE_SORT:
			status = clv_sort_step(&inquiry->sort);
			return status == CLV_OK ? begin_sums(inquiry) : status;
		case STAGE_SCORES:
			return scores_slice(inquiry);
		case STAGE_TOTAL:
			return total_slice(inquiry);
		case STAGE_BREAKS:
			status = clv_breaks_step(&inquiry->breaks);
			if (status == CLV_OK)
				inquiry->nout = clv_breaks_result(&inquiry->breaks, inquiry->out);
			return status;
		default:
			if (inquiry->question == CLV_VALUE_SHARE)
				return value_slice(inquiry);
			return inquiry->question == CLV_LORENZ ? lorenz_slice(inquiry) :
				top_slice(inquiry);
	}
}

/* ------------------------------------------------------------------------
 * Tiers
 * ------------------------------------------------------------------------
 */

size_t
clv_tier_number(double value, const double *cutoff, size_t n)
{
	size_t		tier = 0;

	while (tier < n && value < cutoff[tier])
		tier++;
	return tier;
}

size_t
clv_tier_number_kept(double value, const double *cutoff, size_t n,
					 size_t previous, double band)
{
	size_t		tier;

	/* adjusted cut-offs descend as the given ones do */
	for (tier = 0; tier < n; tier++)
	{
		double		move = band * fabs(cutoff[tier]);

		if (value >= cutoff[tier] + (tier < previous ? move : -move))
			break;
	}
	return tier;
}

ClvStatus
clv_band_check(double band, ClvError *err)
{
	if (band >= 0.0 && band < 1.0)
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT,
					"0.1 keeps a tier until the value is 10 % beyond its threshold.",
					"band must be at least 0 and below 1, but is \"%.15g\"", band);
}

ClvStatus
clv_cutoffs_check(const double *cutoff, size_t n, ClvError *err)
{
	ClvNumber	number[2];
	size_t		i;

	if (n > CLV_MAX_CUTOFFS)
		return clv_fail(err, CLV_LIMIT, "",
						"there are more than %d cut-offs", CLV_MAX_CUTOFFS);
	for (i = 0; i < n; i++)
	{
		if (isnan(cutoff[i]))
			return clv_fail(err, CLV_BAD_ARGUMENT, "",
							"cut-off must be a number, but is \"NaN\"");
		if (i > 0 && cutoff[i] > cutoff[i - 1])
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"The first cut-off is that of the highest tier.",
							"cut-offs must descend, but \"%s\" follows \"%s\"",
							clv_number(&number[0], cutoff[i]),
							clv_number(&number[1], cutoff[i - 1]));
	}
	return CLV_OK;
}
