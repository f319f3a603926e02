/*
 * setup.c
 *		What a fit does before its search begins.
 */
#include "fit/setup.h"

/* What is between purchases is a part of some likelihoods. */
static ClvStatus
check_gaps(const ClvModel *model, const ClvBase *base, double whole, ClvError *err)
{
	if (!model->gaps || base->has_log_gaps || whole == 1.0)
		return CLV_OK;
	return clv_fail(err, CLV_BAD_ARGUMENT,
					"Build the base from histories, with clv.cbs(rfm, as_of).",
					"model \"%s\" needs the times between purchases, which the base does not have",
					model->name);
}

/* Of a discrete model not every base can be: cells from number "from" on. */
static ClvStatus
check_cells(const ClvModel *model, const ClvBase *base, size_t from, size_t to,
			ClvError *err)
{
	ClvStatus	status = CLV_OK;

	for (; model->discrete && status == CLV_OK && from < to && from < base->ncell; from++)
	{
		const ClvCell *cell = &base->cell[from];
		ClvCustomer row = {base->x[cell->ix], base->tx[cell->itx], base->t[cell->it], 0};

		status = clv_model_row_check(model, &row, err);
	}
	return status;
}

ClvStatus
clv_prelude_init(ClvPrelude *prelude, const ClvModel *model,
				 const ClvBase *base, const ClvFitOptions *options,
				 ClvError *err)
{
	ClvStatus	status = check_gaps(model, base, options->whole, err);

	prelude->model = model;
	prelude->base = base;
	if (status != CLV_OK || options->ncov == 0)
		return status;
	prelude->covariates = clv_covariates_new(model, base, options->covariate,
											 options->prior != NULL);
	return prelude->covariates != NULL ? CLV_OK : CLV_NO_MEMORY;
}

void
clv_prelude_free(ClvPrelude *prelude)
{
	clv_covariates_free(prelude->covariates);
}

ClvStatus
clv_prelude_step(ClvPrelude *prelude, ClvError *err)
{
	size_t		from = prelude->moments.done;
	bool		all = clv_moments_step(&prelude->moments, prelude->base);
	ClvStatus	status = check_cells(prelude->model, prelude->base, from,
									 prelude->moments.done, err);

	return status == CLV_OK && !all ? CLV_CONTINUE : status;
}

ClvStatus
clv_prelude_measure(ClvPrelude *prelude)
{
	return prelude->covariates == NULL ? CLV_OK :
		clv_covariates_step(prelude->covariates);
}

const ClvModel *
clv_prelude_model(const ClvPrelude *prelude)
{
	return prelude->covariates == NULL ? prelude->model :
		clv_covariates_model(prelude->covariates);
}
