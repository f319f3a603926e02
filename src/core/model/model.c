/*
 * model.c
 *		What holds for all models: the domain of parameters and rows.
 */
#include "model/model.h"

#include <math.h>
#include <stdio.h>

/*
 * The domain is theta > 0, and below the upper limit where there is one, for
 * every parameter of every model.  A known q of Gamma-Gamma may be at or below the
 * 1 that a fit keeps it above: only the population mean is infinite there.
 */
ClvStatus
clv_param_check(const ClvModel *model, int i, double value, ClvError *err)
{
	const ClvParam *param = &model->param[i];
	ClvNumber	number;
	char		hint[64] = "Parameters are finite numbers above zero.";

	if (value > 0.0 && isfinite(value) && value < param->upper &&
		(!clv_is_whole(model, i) ||
		 (value <= model->most && value == floor(value))))
		return CLV_OK;
	if (clv_is_whole(model, i))
		snprintf(hint, sizeof(hint), "It is a whole number from 1 to %d.",
				 model->most);
	else if (clv_is_bounded(model, i))
		snprintf(hint, sizeof(hint), "It is above 0 and below %g.", param->upper);
	return clv_fail(err, CLV_BAD_ARGUMENT, hint,
					"parameter %s of model \"%s\" cannot be \"%s\"",
					param->name, model->name, clv_number(&number, value));
}

ClvStatus
clv_model_check(const ClvModel *model, const double *par, ClvError *err)
{
	ClvStatus	status = CLV_OK;
	int			i;

	for (i = 0; status == CLV_OK && i < model->nparam; i++)
		status = clv_param_check(model, i, par[i], err);
	return status;
}

/* No more opportunities than this: daily ones of 2,700 years. */
#define MAX_OPPORTUNITIES	1e6

ClvStatus
clv_model_row_check(const ClvModel *model, const ClvCustomer *row, ClvError *err)
{
	const char *hint = NULL;
	ClvNumber	number[3];
	ClvStatus	status = clv_customer_check(row, err);

	if (status != CLV_OK || !model->discrete)
		return status;
	if (row->tx != floor(row->tx) || row->t != floor(row->t))
		hint = "This model counts opportunities to buy: recency and t are whole numbers of them.";
	else if (row->x > row->tx)
		hint = "At each opportunity a customer buys once or not at all: the frequency is at most the recency.";
	else if (row->t > MAX_OPPORTUNITIES)
		hint = "This model takes up to 1000000 opportunities: make them longer.";

	if (hint == NULL)
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT, hint,
					"frequency \"%s\", recency \"%s\" and t \"%s\" are not a history of model \"%s\"",
					clv_number(&number[0], row->x), clv_number(&number[1], row->tx),
					clv_number(&number[2], row->t), model->name);
}
