/*
 * undetermined.c
 *		What a fit can say where nobody in its base has bought again.
 */
#include "undetermined.h"

#include <stdio.h>

#include "spread.h"

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
void
clv_undetermined_set(ClvFitted *fit)
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

ClvTold
clv_told_purchases(const ClvFitted *fit, const ClvRow *row)
{
	if (!fit->undetermined)
		return CLV_TOLD_BY_PARAMETERS;
	return row->x > 0.0 ? CLV_NOT_TOLD : CLV_TOLD_BY_LIMIT;
}

ClvTold
clv_told_alive(const ClvFitted *fit, const ClvRow *row, double ahead)
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
