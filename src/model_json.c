/*
 * model_json.c
 *		The text form of clv.model: JSON that people read and that keeps every
 *		bit.
 *
 * Numbers are written in the fewest digits that read back as the same double,
 * whatever extra_float_digits is, since text is also how values travel between
 * servers.  model_read.c reads it.
 */
#include "clv.h"

#include "common/shortest_dec.h"
#include "utils/json.h"

#include "model_keys.h"

const char *const clv_key_name[KEY_COUNT] = {
	"model", "version", "unit_days", "parameters", "status", "limit",
	"message", "loglik", "customers", "excluded", "iterations",
	"evaluations", "covariance", "prior", "groups", "at_covariates",
	"undetermined", "covariates"
};

static void
clv_json_double(StringInfo out, double v)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(v, digits);
	appendStringInfoString(out, digits);
}

static void
clv_json_params(StringInfo out, const ClvFitted *fit, int n,
				const double *value)
{
	char		name[CLV_PARAM_NAME];
	int			i;

	for (i = 0; i < n; i++)
	{
		clv_param_name(fit, i, name);
		appendStringInfoString(out, i == 0 ? "{" : ", ");
		escape_json(out, name);
		appendStringInfoString(out, ": ");
		clv_json_double(out, value[i]);
	}
	appendStringInfoChar(out, '}');
}

static void
clv_json_prior(StringInfo out, const ClvFitted *fit)
{
	appendStringInfoString(out, "{\"mean\": ");
	clv_json_params(out, fit, clv_real_count(fit), fit->prior.median);
	appendStringInfoString(out, ", \"sd\": ");
	clv_json_params(out, fit, clv_real_count(fit), fit->prior.sd);
	appendStringInfoChar(out, '}');
}

static void
clv_json_key(StringInfo out, ClvKey key)
{
	appendStringInfo(out, "%s\"%s\": ", key == KEY_MODEL ? "{" : ", ",
					 clv_key_name[key]);
}

/* The lower triangle, row by row; null where there is none. */
static void
clv_json_covariance(StringInfo out, const ClvFitted *fit)
{
	int			i,
				j;

	if (!fit->has_cov)
	{
		appendStringInfoString(out, "null");
		return;
	}
	for (i = 0; i < clv_param_count(fit); i++)
	{
		appendStringInfoString(out, i == 0 ? "[[" : ", [");
		for (j = 0; j <= i; j++)
		{
			if (j > 0)
				appendStringInfoString(out, ", ");
			clv_json_double(out, fit->cov[CLV_PACK(i, j)]);
		}
		appendStringInfoChar(out, ']');
	}
	appendStringInfoChar(out, ']');
}

static void
clv_json_covariates(StringInfo out, const ClvFitted *fit)
{
	int			i;

	for (i = 0; i < fit->ncov; i++)
	{
		appendStringInfoString(out, i == 0 ? "[" : ", ");
		escape_json(out, fit->covariate[i]);
	}
	appendStringInfoChar(out, ']');
}

static void
clv_json_limit(StringInfo out, const ClvFitted *fit)
{
	char		name[CLV_PARAM_NAME];

	if (fit->limit < 0)
	{
		appendStringInfoString(out, "null");
		return;
	}
	clv_param_name(fit, fit->limit, name);
	escape_json(out, name);
}

static void
clv_json_fit(StringInfo out, const ClvFitted *fit)
{
	clv_json_key(out, KEY_STATUS);
	escape_json(out, clv_fit_status_name(fit->status));
	clv_json_key(out, KEY_LIMIT);
	clv_json_limit(out, fit);
	clv_json_key(out, KEY_MESSAGE);
	if (fit->message[0] == '\0')
		appendStringInfoString(out, "null");
	else
		escape_json(out, fit->message);
	clv_json_key(out, KEY_LOGLIK);
	if (fit->groups > 0 || fit->at_covariates)
		appendStringInfoString(out, "null");
	else
		clv_json_double(out, fit->loglik);
	clv_json_key(out, KEY_CUSTOMERS);
	appendStringInfo(out, INT64_FORMAT, (int64) fit->customers);
	clv_json_key(out, KEY_EXCLUDED);
	appendStringInfo(out, INT64_FORMAT, (int64) fit->excluded);
	clv_json_key(out, KEY_ITERATIONS);
	appendStringInfo(out, "%d", fit->iterations);
	clv_json_key(out, KEY_EVALUATIONS);
	appendStringInfo(out, "%d", fit->evaluations);
	clv_json_key(out, KEY_COVARIANCE);
	clv_json_covariance(out, fit);
	if (fit->has_prior)
	{
		clv_json_key(out, KEY_PRIOR);
		clv_json_prior(out, fit);
	}
	if (fit->groups > 0)
	{
		clv_json_key(out, KEY_GROUPS);
		appendStringInfo(out, "%d", fit->groups);
	}
	if (fit->at_covariates)
	{
		clv_json_key(out, KEY_AT_COVARIATES);
		appendStringInfoString(out, "true");
	}
	if (fit->undetermined)
	{
		clv_json_key(out, KEY_UNDETERMINED);
		appendStringInfoString(out, "true");
	}
}

char *
clv_model_to_json(const ClvModelValue *value)
{
	const ClvFitted *fit = &value->fit;
	StringInfoData out;

	initStringInfo(&out);
	clv_json_key(&out, KEY_MODEL);
	escape_json(&out, fit->model->name);
	clv_json_key(&out, KEY_VERSION);
	appendStringInfo(&out, "%d", CLV_JSON_VERSION);
	clv_json_key(&out, KEY_UNIT_DAYS);
	clv_json_double(&out, value->unit_days);
	if (fit->ncov > 0)
	{
		clv_json_key(&out, KEY_COVARIATES);
		clv_json_covariates(&out, fit);
	}
	clv_json_key(&out, KEY_PARAMETERS);
	clv_json_params(&out, fit, clv_param_count(fit), fit->par);
	if (value->is_fitted)
		clv_json_fit(&out, fit);
	appendStringInfoChar(&out, '}');
	return out.data;
}
