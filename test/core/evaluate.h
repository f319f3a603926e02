/*
 * evaluate.h
 *		The log-likelihood of a base and its derivatives, in slices.
 */
#ifndef CLV_EVALUATE_H
#define CLV_EVALUATE_H

#include <string.h>

#include "model.h"

/* Evaluate in slices of "cut" units (0: all at once). */
static ClvSums
evaluate(const ClvModel *model, const ClvBase *base, const double *par, size_t cut)
{
	void	   *work = model->work_new(model, base);
	size_t		units = model->units(work);
	size_t		from;
	ClvSums		sums;

	memset(&sums, 0, sizeof(sums));
	if (cut == 0)
		cut = units;
	model->begin(work, par);
	for (from = 0; from < units; from += cut)
		model->slice(work, from, from + cut < units ? from + cut : units, &sums);
	model->work_free(work);
	return sums;
}

#endif							/* CLV_EVALUATE_H */
