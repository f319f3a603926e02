/*
 * undetermined.c
 *		What a fit can say where nobody in its base has bought again.
 */
#include "fit/undetermined.h"

#include <stdio.h>
#include <string.h>

#include "fit/uncertainty.h"

/*
 * Of 600 bases of 300 customers drawn from MBG/NBDs by which half are alive, fits
 * had a mean P(alive) below 0.05 or above 0.95 in 51 of 100 where fewer had
 * bought again, and in 1 of 100 where more had (test/core/test_undetermined.c).
 */
#define FEW		20.0

/* "a and b", of the parameters from number "first" on. */
static void
list_params(const ClvModel *model, int first, char *list, size_t size)
{
	size_t		used = 0;
	int			i;

	for (i = first; i < model->nparam && used < size; i++)
		used += snprintf(list + used, size - used, "%s%s",
						 i == first ? "" : i == model->nparam - 1 ? " and " : ", ",
						 model->param[i].name);
}

/*
 * Where the search has ended is of no account.  The parameters of leaving are
 * named, since they are what nothing is known of; a model that has none says of
 * its two that only their ratio is.
 */
static void
mark(ClvFitted *fit)
{
	const ClvModel *model = fit->model;
	bool		leaves = model->nparam > CLV_BUYING_PARAMS;
	char		list[64];

	fit->undetermined = true;
	fit->status = CLV_BOUNDARY;
	fit->limit = leaves ? CLV_BUYING_PARAMS : 0;
	clv_fitted_forget_spread(fit);
	list_params(model, fit->limit, list, sizeof(list));
	snprintf(fit->message, sizeof(fit->message),
			 "nobody has bought again: the data say nothing about %s%s", list,
			 !leaves ? " but that their ratio falls to 0, nor about customers who do" :
			 model->leaving == CLV_LEAVES_AFTER_REPEAT ? ", nor about customers who do" :
			 ", and P(alive) is not determined");
}

static void
say_few(ClvFitted *fit, double again)
{
	size_t		used = strlen(fit->message);

	snprintf(fit->message + used, sizeof(fit->message) - used,
			 again == 1.0 ? "%sP(alive) rests on the only customer who has bought again" :
			 "%sP(alive) rests on the %.0f customers who have bought again",
			 used > 0 ? "; " : "", again);
}

void
clv_undetermined_judge(ClvFitted *fit, const ClvMoments *moments)
{
	if (fit->model->kind != CLV_TRANSACTION || fit->has_prior ||
		moments->t == 0.0)
		return;
	if (moments->again == 0.0)
		mark(fit);
	else if (moments->again < FEW && fit->status != CLV_CONVERGED &&
			 fit->model->nparam > CLV_BUYING_PARAMS)
		say_few(fit, moments->again);
}

ClvTold
clv_told_purchases(const ClvFitted *fit, const ClvCustomer *row)
{
	if (!fit->undetermined)
		return CLV_TOLD_BY_PARAMETERS;
	return row->x > 0.0 ? CLV_NOT_TOLD : CLV_TOLD_BY_LIMIT;
}

ClvTold
clv_told_alive(const ClvFitted *fit, const ClvCustomer *row, double ahead)
{
	ClvTold		told = clv_told_purchases(fit, row);

	if (told != CLV_TOLD_BY_LIMIT ||
		fit->model->leaving == CLV_LEAVES_AFTER_REPEAT)
		return told;

	/* at the moment of the first purchase nobody has left yet, but by it */
	if (fit->model->leaving == CLV_LEAVES_ANY_TIME && row->t + ahead == 0.0)
		return told;
	return CLV_NOT_TOLD;
}
