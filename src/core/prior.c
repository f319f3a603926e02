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
 * of what an order of this base is worth.
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
	clv_prior_rescale(model, 1.0 / unit_days, prior->median);
}

ClvStatus
clv_prior_check(const ClvModel *model, const ClvPrior *prior, ClvError *err)
{
	ClvNumber	number;
	int			i;

	for (i = 0; i < clv_real_params(model); i++)
	{
		const ClvParam *param = &model->param[i];

		if (!(prior->median[i] > param->lower && isfinite(prior->median[i])))
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"It is the median of the parameter, in the unit of the fit.",
							"the prior mean of parameter %s must be finite and above %g, but is \"%s\"",
							param->name, param->lower,
							clv_number(&number, prior->median[i]));
		if (!(prior->sd[i] > 0.0 && isfinite(prior->sd[i])))
			return clv_fail(err, CLV_BAD_ARGUMENT,
							"It is that of the parameter's logarithm: 2 leaves it free within a factor of 50.",
							"the prior sd of parameter %s must be finite and above 0, but is \"%s\"",
							param->name, clv_number(&number, prior->sd[i]));
	}
	return CLV_OK;
}

double
clv_prior_distance(const ClvModel *model, const ClvPrior *prior, int i,
				   double phi)
{
	return (phi - log(prior->median[i] - model->param[i].lower)) / prior->sd[i];
}
