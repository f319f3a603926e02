/*
 * prior.c
 *		What may be held of a model's parameters before a base is seen.
 */
#include "prior.h"

#include <math.h>

/* The geometric mean of spend, 1 where there is none. */
double
clv_base_money(const ClvBase *base)
{
	double		n = 0.0;
	double		ln = 0.0;
	size_t		i;

	for (i = 0; i < base->nspend; i++)
	{
		n += base->spend[i].n;
		ln += base->spend[i].n * log(base->spend[i].m);
	}
	return n > 0.0 ? exp(ln / n) : 1.0;
}

void
clv_prior_rescale(const ClvModel *model, double factor, double *median)
{
	int			i;

	for (i = 0; i < clv_real_params(model); i++)
		median[i] *= pow(factor, model->param[i].time_power);
}

/*
 * A typical time is in days.  Of money nothing can be typical: it is in terms
 * of what an order of this base is worth.  A covariate has as likely as not no
 * effect.
 */
void
clv_prior_default(const ClvModel *model, const ClvBase *base,
				  double unit_days, ClvPrior *prior)
{
	double		money = clv_base_money(base);
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
	if (clv_is_coefficient(model, i))
		return prior->median[i];
	return log(prior->median[i] - model->param[i].lower);
}
