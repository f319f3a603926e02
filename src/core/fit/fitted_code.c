/*
 * fitted_code.c
 *		A model and its parameters as bytes, and back.
 *
 * docs/storage.md has the layout.  The decoder takes any bytes: it reads
 * nothing beyond their end and accepts nothing that the encoder would not
 * have written, so equal values have equal bytes.
 */
#include "fit/fitted.h"

#include <string.h>

#include "models/list.h"

#define CLV_MODEL_VERSION	1

#define CLV_FLAG_FITTED		0x01
#define CLV_FLAG_COVARIANCE	0x02
#define CLV_FLAG_PRIOR		0x04
#define CLV_FLAG_GROUPS		0x08
#define CLV_FLAG_COVARIATES	0x10
#define CLV_FLAG_AT			0x20
#define CLV_FLAG_UNDETERMINED	0x40
#define CLV_FLAGS			(CLV_FLAG_FITTED | CLV_FLAG_COVARIANCE | \
							 CLV_FLAG_PRIOR | CLV_FLAG_GROUPS | \
							 CLV_FLAG_COVARIATES | CLV_FLAG_AT | \
							 CLV_FLAG_UNDETERMINED)

#define CLV_NO_LIMIT		0xFF

static void
clv_put_text(ClvWriter *out, const char *text)
{
	clv_put_string(out, text, strlen(text));
}

static void
clv_put_doubles(ClvWriter *out, const double *v, int n)
{
	int			i;

	for (i = 0; i < n; i++)
		clv_put_double(out, v[i]);
}

static int
clv_flags_of(const ClvModelValue *value)
{
	int			flags = value->fit.ncov > 0 ? CLV_FLAG_COVARIATES : 0;

	if (!value->is_fitted)
		return flags;
	return flags | CLV_FLAG_FITTED |
		(value->fit.at_covariates ? CLV_FLAG_AT : 0) |
		(value->fit.undetermined ? CLV_FLAG_UNDETERMINED : 0) |
		(value->fit.has_cov ? CLV_FLAG_COVARIANCE : 0) |
		(value->fit.has_prior ? CLV_FLAG_PRIOR : 0) |
		(value->fit.groups > 0 ? CLV_FLAG_GROUPS : 0);
}

static void
clv_put_fit(ClvWriter *out, const ClvFitted *fit)
{
	clv_put_byte(out, (unsigned char) fit->status);
	clv_put_byte(out, fit->limit < 0 ? CLV_NO_LIMIT : (unsigned char) fit->limit);
	clv_put_double(out, fit->loglik);
	clv_put_varint(out, (uint64_t) fit->customers);
	clv_put_varint(out, (uint64_t) fit->excluded);
	clv_put_varint(out, (uint64_t) fit->iterations);
	clv_put_varint(out, (uint64_t) fit->evaluations);
	clv_put_text(out, fit->message);
}

size_t
clv_model_encode(const ClvModelValue *value, unsigned char *to)
{
	const ClvFitted *fit = &value->fit;
	ClvWriter	out = {to, to + CLV_MODEL_MAX_BYTES, false};
	int			flags = clv_flags_of(value);
	int			n = clv_param_count(fit);
	int			i;

	clv_put_byte(&out, CLV_MODEL_VERSION);
	clv_put_byte(&out, (unsigned char) flags);
	clv_put_text(&out, fit->model->name);
	clv_put_double(&out, value->unit_days);
	if (flags & CLV_FLAG_COVARIATES)
		clv_put_varint(&out, fit->ncov);
	for (i = 0; i < fit->ncov; i++)
		clv_put_text(&out, fit->covariate[i]);
	clv_put_varint(&out, n);
	clv_put_doubles(&out, fit->par, n);
	if (flags & CLV_FLAG_FITTED)
		clv_put_fit(&out, fit);
	if (flags & CLV_FLAG_COVARIANCE)
		clv_put_doubles(&out, fit->cov, CLV_PACKED(n));
	if (flags & CLV_FLAG_PRIOR)
	{
		clv_put_doubles(&out, fit->prior.median, clv_real_count(fit));
		clv_put_doubles(&out, fit->prior.sd, clv_real_count(fit));
	}
	if (flags & CLV_FLAG_GROUPS)
		clv_put_varint(&out, (uint64_t) fit->groups);
	return out.at - to;
}

/* ---- reading; false: the bytes cannot be ---- */

static bool
clv_get_doubles(ClvSpan *in, double *out, int n)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		if (!clv_get_double(in, &out[i]))
			return false;
	}
	return true;
}

/* Into room for "size" bytes, the last of them zero. */
static bool
clv_get_text(ClvSpan *in, char *out, size_t size)
{
	ClvSpan		text;
	size_t		n;

	if (!clv_get_string(in, &text) || clv_span_size(text) >= size)
		return false;
	n = clv_span_size(text);
	memcpy(out, text.at, n);
	out[n] = '\0';
	return memchr(out, 0, n) == NULL;
}

/* A number that an int64_t has, and one that an int has. */
static bool
clv_get_count(ClvSpan *in, int64_t *out)
{
	uint64_t	v;

	if (!clv_get_varint(in, &v) || v > INT64_MAX)
		return false;
	*out = (int64_t) v;
	return true;
}

static bool
clv_get_int(ClvSpan *in, int *out)
{
	uint64_t	v;

	if (!clv_get_varint(in, &v) || v > INT32_MAX)
		return false;
	*out = (int) v;
	return true;
}

static bool
clv_get_fit(ClvSpan *in, ClvFitted *fit)
{
	unsigned char status;
	unsigned char limit;

	if (!clv_get_byte(in, &status) || status > CLV_NOT_CONVERGED ||
		!clv_get_byte(in, &limit))
		return false;
	fit->status = (ClvFitStatus) status;
	fit->limit = limit == CLV_NO_LIMIT ? -1 : (int) limit;
	return clv_get_double(in, &fit->loglik) &&
		clv_get_count(in, &fit->customers) &&
		clv_get_count(in, &fit->excluded) &&
		clv_get_int(in, &fit->iterations) &&
		clv_get_int(in, &fit->evaluations) &&
		clv_get_text(in, fit->message, sizeof(fit->message));
}

/* The prior, and what it was made of. */
static bool
clv_get_prior(ClvSpan *in, int flags, ClvFitted *fit)
{
	fit->has_prior = true;
	if (!clv_get_doubles(in, fit->prior.median, clv_real_count(fit)) ||
		!clv_get_doubles(in, fit->prior.sd, clv_real_count(fit)))
		return false;
	return (flags & CLV_FLAG_GROUPS) == 0 ||
		(clv_get_int(in, &fit->groups) && fit->groups > 0);
}

/* The names of covariates, of a model that takes any. */
static bool
clv_get_covariates(ClvSpan *in, ClvFitted *fit)
{
	int			n;
	int			i;

	if (!clv_get_int(in, &n) || n == 0 || n > CLV_MAX_COVARIATES ||
		fit->model->covariate == NULL)
		return false;
	for (i = 0; i < n; i++)
	{
		if (!clv_get_text(in, fit->covariate[i], CLV_MAX_COVARIATE_NAME))
			return false;
	}
	fit->ncov = n;
	return true;
}

/* What follows the parameters. */
static bool
clv_get_rest(ClvSpan *in, int flags, ClvFitted *fit)
{
	if ((flags & CLV_FLAG_FITTED) != 0 && !clv_get_fit(in, fit))
		return false;
	if (fit->has_cov &&
		!clv_get_doubles(in, fit->cov, CLV_PACKED(clv_param_count(fit))))
		return false;
	if ((flags & CLV_FLAG_PRIOR) != 0 && !clv_get_prior(in, flags, fit))
		return false;
	return in->at == in->end;
}

static ClvStatus
clv_bad_model(ClvError *err, const char *why)
{
	return clv_fail(err, CLV_BAD_BINARY, NULL, "invalid clv.model: %s", why);
}

/* The version and the flags. */
static ClvStatus
clv_get_head(ClvSpan *in, ClvModelValue *value, int *flags, ClvError *err)
{
	ClvFitted  *fit = &value->fit;
	unsigned char version;
	unsigned char bits;

	if (!clv_get_byte(in, &version) || version != CLV_MODEL_VERSION)
		return clv_bad_model(err, "unknown version");
	if (!clv_get_byte(in, &bits))
		return clv_bad_model(err, "malformed bytes");
	*flags = bits;
	value->is_fitted = (*flags & CLV_FLAG_FITTED) != 0;
	fit->has_cov = (*flags & CLV_FLAG_COVARIANCE) != 0;
	fit->at_covariates = (*flags & CLV_FLAG_AT) != 0;
	fit->undetermined = (*flags & CLV_FLAG_UNDETERMINED) != 0;
	if ((*flags & ~CLV_FLAGS) != 0 ||
		((*flags & ~CLV_FLAG_COVARIATES) != 0 && !value->is_fitted) ||
		((*flags & CLV_FLAG_GROUPS) != 0 && (*flags & CLV_FLAG_PRIOR) == 0))
		return clv_bad_model(err, "unknown flags");
	return CLV_OK;
}

ClvStatus
clv_model_decode(const unsigned char *data, size_t size, ClvModelValue *value,
				 ClvError *err)
{
	ClvSpan		in = {data, data + size};
	ClvFitted  *fit = &value->fit;
	ClvError	why;
	char		name[256];
	int			flags = 0;
	int			n;

	memset(value, 0, sizeof(*value));
	fit->limit = -1;
	if (clv_get_head(&in, value, &flags, err) != CLV_OK)
		return CLV_BAD_BINARY;
	if (!clv_get_text(&in, name, sizeof(name)))
		return clv_bad_model(err, "malformed bytes");
	fit->model = clv_model_find(name);
	if (fit->model == NULL)
		return clv_bad_model(err, "unknown model");
	if (!clv_get_double(&in, &value->unit_days) ||
		((flags & CLV_FLAG_COVARIATES) != 0 && !clv_get_covariates(&in, fit)) ||
		!clv_get_int(&in, &n))
		return clv_bad_model(err, "malformed bytes");
	if (n != clv_param_count(fit))
		return clv_bad_model(err, "wrong number of parameters");
	if (!clv_get_doubles(&in, fit->par, n) || !clv_get_rest(&in, flags, fit))
		return clv_bad_model(err, "malformed bytes");
	if (clv_model_value_check(value, &why) != CLV_OK)
		return clv_bad_model(err, why.message);
	return CLV_OK;
}
