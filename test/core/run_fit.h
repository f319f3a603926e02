/*
 * run_fit.h
 *		Fit a base to the end, for tests.
 */
#ifndef CLV_RUN_FIT_H
#define CLV_RUN_FIT_H

#include <string.h>

#include "fit/fit.h"
#include "models/list.h"
#include "make_base.h"

/* All zero, with a message, if there is no fit. */
static ClvFitted
run_options(const ClvModel *model, const ClvBase *base, const ClvFitOptions *options)
{
	ClvFitted	fitted;
	ClvStatus	status;
	ClvError	err;
	ClvFit	   *fit = clv_fit_new(model, base, options, &err);

	memset(&fitted, 0, sizeof(fitted));
	fitted.status = CLV_NOT_CONVERGED;
	if (fit == NULL)
	{
		memcpy(fitted.message, err.message, sizeof(fitted.message));
		return fitted;
	}
	while ((status = clv_fit_step(fit, &err)) == CLV_CONTINUE)
		;
	if (status == CLV_OK)
		clv_fit_result(fit, &fitted);
	else
		memcpy(fitted.message, err.message, sizeof(fitted.message));
	clv_fit_free(fit);
	return fitted;
}

/* With this value of the whole-number parameter; 0: the best. */
static inline ClvFitted
run_model_at(const ClvModel *model, const ClvBase *base, double whole)
{
	ClvFitOptions options = {.whole = whole};

	return run_options(model, base, &options);
}

static inline ClvFitted
run_model(const ClvModel *model, const ClvBase *base)
{
	return run_model_at(model, base, 0.0);
}

static inline ClvFitted
run_fit(const char *name, const ClvBase *base)
{
	return run_model(clv_model_find(name), base);
}

static inline ClvFitted
run_rows(const char *name, const MakeRow *row, size_t n)
{
	ClvBase		base;
	ClvFitted	fitted;

	make_base(row, n, &base);
	fitted = run_fit(name, &base);
	clv_base_free(&base);
	return fitted;
}

#endif							/* CLV_RUN_FIT_H */
