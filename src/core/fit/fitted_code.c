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

/* Big-endian integers and doubles, one after the other. */
static unsigned char *
clv_put_uint(unsigned char *at, uint64_t v, int bytes)
{
	int			i;

	for (i = bytes - 1; i >= 0; i--)
		*at++ = (unsigned char) (v >> (8 * i));
	return at;
}

static unsigned char *
clv_put_double(unsigned char *at, double v)
{
	uint64_t	bits;

	v += 0.0;					/* one zero: equal values, equal bytes */
	memcpy(&bits, &v, sizeof(bits));
	return clv_put_uint(at, bits, 8);
}

static unsigned char *
clv_put_string(unsigned char *at, const char *s)
{
	size_t		n = strlen(s);

	at = clv_put_uint(at, n, 1);
	memcpy(at, s, n);
	return at + n;
}

static unsigned char *
clv_put_doubles(unsigned char *at, const double *v, int n)
{
	int			i;

	for (i = 0; i < n; i++)
		at = clv_put_double(at, v[i]);
	return at;
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

size_t
clv_model_encode(const ClvModelValue *value, unsigned char *out)
{
	const ClvFitted *fit = &value->fit;
	unsigned char *at = out;
	int			flags = clv_flags_of(value);
	int			n = clv_param_count(fit);
	int			i;

	at = clv_put_uint(at, CLV_MODEL_VERSION, 1);
	at = clv_put_uint(at, flags, 1);
	at = clv_put_string(at, fit->model->name);
	at = clv_put_double(at, value->unit_days);
	if (flags & CLV_FLAG_COVARIATES)
		at = clv_put_uint(at, fit->ncov, 1);
	for (i = 0; i < fit->ncov; i++)
		at = clv_put_string(at, fit->covariate[i]);
	at = clv_put_uint(at, n, 1);
	at = clv_put_doubles(at, fit->par, n);
	if (flags & CLV_FLAG_FITTED)
	{
		at = clv_put_uint(at, fit->status, 1);
		at = clv_put_uint(at, fit->limit < 0 ? CLV_NO_LIMIT : fit->limit, 1);
		at = clv_put_double(at, fit->loglik);
		at = clv_put_uint(at, (uint64_t) fit->customers, 8);
		at = clv_put_uint(at, (uint64_t) fit->excluded, 8);
		at = clv_put_uint(at, (uint32_t) fit->iterations, 4);
		at = clv_put_uint(at, (uint32_t) fit->evaluations, 4);
		at = clv_put_string(at, fit->message);
	}
	if (flags & CLV_FLAG_COVARIANCE)
		at = clv_put_doubles(at, fit->cov, CLV_PACKED(n));
	if (flags & CLV_FLAG_PRIOR)
	{
		at = clv_put_doubles(at, fit->prior.median, clv_real_count(fit));
		at = clv_put_doubles(at, fit->prior.sd, clv_real_count(fit));
	}
	if (flags & CLV_FLAG_GROUPS)
		at = clv_put_uint(at, (uint32_t) fit->groups, 4);
	return at - out;
}

/* What is left to read; "bad" once a read went beyond the end. */
typedef struct ClvReader
{
	const unsigned char *at;
	size_t		left;
	bool		bad;
} ClvReader;

static uint64_t
clv_get_uint(ClvReader *in, int bytes)
{
	uint64_t	v = 0;

	if (in->bad || in->left < (size_t) bytes)
	{
		in->bad = true;
		return 0;
	}
	in->left -= bytes;
	while (bytes-- > 0)
		v = v << 8 | *in->at++;
	return v;
}

static double
clv_get_double(ClvReader *in)
{
	uint64_t	bits = clv_get_uint(in, 8);
	double		v;

	if (bits == UINT64_C(1) << 63)	/* -0 is never written */
		in->bad = true;
	memcpy(&v, &bits, sizeof(v));
	return v;
}

static void
clv_get_doubles(ClvReader *in, double *out, int n)
{
	int			i;

	for (i = 0; i < n; i++)
		out[i] = clv_get_double(in);
}

/* "out" has room for 256 bytes. */
static void
clv_get_string(ClvReader *in, char *out)
{
	size_t		n = clv_get_uint(in, 1);

	if (in->bad || in->left < n || memchr(in->at, 0, n) != NULL)
	{
		in->bad = true;
		n = 0;
	}
	memcpy(out, in->at, n);
	out[n] = '\0';
	in->at += n;
	in->left -= n;
}

static void
clv_get_fit(ClvReader *in, ClvFitted *fit)
{
	uint64_t	status = clv_get_uint(in, 1);
	uint64_t	limit = clv_get_uint(in, 1);
	uint64_t	iterations,
				evaluations;

	fit->loglik = clv_get_double(in);
	fit->customers = (int64_t) clv_get_uint(in, 8);
	fit->excluded = (int64_t) clv_get_uint(in, 8);
	iterations = clv_get_uint(in, 4);
	evaluations = clv_get_uint(in, 4);
	clv_get_string(in, fit->message);
	if (status > CLV_NOT_CONVERGED || iterations > INT32_MAX ||
		evaluations > INT32_MAX)
	{
		in->bad = true;
		return;
	}
	fit->status = (ClvFitStatus) status;
	fit->limit = limit == CLV_NO_LIMIT ? -1 : (int) limit;
	fit->iterations = (int) iterations;
	fit->evaluations = (int) evaluations;
}

/* The prior, and what it was made of. */
static void
clv_get_prior(ClvReader *in, uint64_t flags, ClvFitted *fit)
{
	uint64_t	groups;

	fit->has_prior = true;
	clv_get_doubles(in, fit->prior.median, clv_real_count(fit));
	clv_get_doubles(in, fit->prior.sd, clv_real_count(fit));
	if ((flags & CLV_FLAG_GROUPS) == 0)
		return;
	groups = clv_get_uint(in, 4);
	if (groups == 0 || groups > INT32_MAX)
		in->bad = true;
	else
		fit->groups = (int) groups;
}

/* The names of covariates, of a model that takes any. */
static void
clv_get_covariates(ClvReader *in, ClvFitted *fit)
{
	uint64_t	n = clv_get_uint(in, 1);
	char		name[256];
	uint64_t	i;

	if (n == 0 || n > CLV_MAX_COVARIATES || fit->model->covariate == NULL)
		in->bad = true;
	for (i = 0; !in->bad && i < n; i++)
	{
		clv_get_string(in, name);
		if (strlen(name) >= CLV_MAX_COVARIATE_NAME)
			in->bad = true;
		else
			memcpy(fit->covariate[i], name, strlen(name) + 1);
	}
	fit->ncov = in->bad ? 0 : (int) n;
}

static ClvStatus
clv_bad_model(ClvError *err, const char *why)
{
	return clv_fail(err, CLV_BAD_BINARY, NULL, "invalid clv.model: %s", why);
}

ClvStatus
clv_model_decode(const unsigned char *data, size_t size, ClvModelValue *value,
				 ClvError *err)
{
	ClvReader	in = {data, size, false};
	ClvFitted  *fit = &value->fit;
	ClvError	why;
	char		name[256];
	uint64_t	flags;

	memset(value, 0, sizeof(*value));
	fit->limit = -1;
	if (clv_get_uint(&in, 1) != CLV_MODEL_VERSION)
		return clv_bad_model(err, "unknown version");
	flags = clv_get_uint(&in, 1);
	value->is_fitted = (flags & CLV_FLAG_FITTED) != 0;
	fit->has_cov = (flags & CLV_FLAG_COVARIANCE) != 0;
	fit->at_covariates = (flags & CLV_FLAG_AT) != 0;
	fit->undetermined = (flags & CLV_FLAG_UNDETERMINED) != 0;
	if ((flags & ~(uint64_t) CLV_FLAGS) != 0 ||
		((flags & ~(uint64_t) CLV_FLAG_COVARIATES) != 0 && !value->is_fitted) ||
		((flags & CLV_FLAG_GROUPS) != 0 && (flags & CLV_FLAG_PRIOR) == 0))
		return clv_bad_model(err, "unknown flags");
	clv_get_string(&in, name);
	if (in.bad)
		return clv_bad_model(err, "malformed bytes");
	fit->model = clv_model_find(name);
	if (fit->model == NULL)
		return clv_bad_model(err, "unknown model");
	value->unit_days = clv_get_double(&in);
	if ((flags & CLV_FLAG_COVARIATES) != 0)
		clv_get_covariates(&in, fit);
	if (clv_get_uint(&in, 1) != (uint64_t) clv_param_count(fit))
		return clv_bad_model(err, "wrong number of parameters");
	clv_get_doubles(&in, fit->par, clv_param_count(fit));
	if (value->is_fitted)
		clv_get_fit(&in, fit);
	if (fit->has_cov)
		clv_get_doubles(&in, fit->cov, CLV_PACKED(clv_param_count(fit)));
	if ((flags & CLV_FLAG_PRIOR) != 0)
		clv_get_prior(&in, flags, fit);
	if (in.bad || in.left != 0)
		return clv_bad_model(err, "malformed bytes");
	if (clv_model_value_check(value, &why) != CLV_OK)
		return clv_bad_model(err, why.message);
	return CLV_OK;
}
