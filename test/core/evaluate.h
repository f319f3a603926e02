/*
 * evaluate.h
 *		The log-likelihood of a base and its derivatives, in slices.
 */
#ifndef CLV_EVALUATE_H
#define CLV_EVALUATE_H

#include <string.h>

#include "model/model.h"

/* Evaluate in slices of "cut" units (0: all that are known). */
static ClvSums
evaluate(const ClvModel *model, const ClvBase *base, const double *par, size_t cut)
{
	void	   *work = model->likelihood->work_new(model, base);
	size_t		from;
	size_t		to;
	ClvSums		sums;

	memset(&sums, 0, sizeof(sums));
	model->likelihood->begin(work, par);
	for (from = 0; from < model->likelihood->units(work); from = to)
	{
		to = model->likelihood->units(work);
		if (cut > 0 && to - from > cut)
			to = from + cut;
		while (model->likelihood->slice(work, from, to, &sums) == CLV_CONTINUE)
			;
	}
	model->likelihood->work_free(work);
	return sums;
}

#endif							/* CLV_EVALUATE_H */
