/*
 * prior.c
 *		What may be held of a model's parameters before a base is seen.
 */
#include "model/prior.h"

#include <math.h>

#include "model/param.h"

void
clv_prior_rescale(const ClvModel *model, double factor, double *median)
{
	int			i;

	for (i = 0; i < clv_real_params(model); i++)
		median[i] *= pow(factor, model->param[i].time_power);
}

/*
 * A typical time is in days.  Of money nothing can be typical: it is in terms
 * of what an order of the base is worth.  A covariate has as likely as not no
 * effect.
 */
void
clv_prior_default(const ClvModel *model, double money, double unit_days,
				  ClvPrior *prior)
{
	int			i;

	for (i = 0; i < clv_real_params(model); i++)
	{
		prior->median[i] = model->param[i].typical *
			pow(money, model->param[i].money_power);
		prior->sd[i] = CLV_PRIOR_SD;
	}
	for (; i < CLV_MAX_PARAM; i++)
	{
		prior->median[i] = 0.0;
		prior->sd[i] = CLV_PRIOR_SD;
	}
	clv_prior_rescale(model, 1.0 / unit_days, prior->median);
}

double
clv_prior_center(const ClvModel *model, const ClvPrior *prior, int i)
{
	return clv_param_phi(&model->param[i], 1.0, prior->median[i]);
}
