/*
 * test_fitted.c
 *		The bytes of a model, intact and damaged, and what follows from a fit.
 */
#include "check.h"

#include <string.h>

#include "fit/fitted.h"
#include "models/list.h"

static ClvModelValue
fitted_example(void)
{
	ClvModelValue v;
	ClvFitted  *fit = &v.fit;
	int			i,
				j;

	memset(&v, 0, sizeof(v));
	v.unit_days = 7.0;
	v.is_fitted = true;
	fit->model = clv_model_find("gammagamma");
	fit->par[0] = 6.25;
	fit->par[1] = 3.0;			/* q: its infimum is 1 */
	fit->par[2] = 0.1;
	fit->has_cov = true;
	for (i = 0; i < 3; i++)
	{
		for (j = 0; j <= i; j++)
			fit->cov[CLV_PACK(i, j)] = i == j ? 0.25 * (i + 1) : -0.01;
	}
	fit->loglik = -4055.9177;
	fit->customers = 946;
	fit->excluded = 1411;
	fit->iterations = 9;
	fit->evaluations = 12;
	fit->status = CLV_BOUNDARY;
	fit->limit = 1;
	strcpy(fit->message, "q is at 1");
	return v;
}

/* Fitted with a prior, and drawn to the pool of "groups" unless that is 0. */
static ClvModelValue
prior_example(int groups)
{
	ClvModelValue v = fitted_example();
	int			i;

	v.fit.has_prior = true;
	for (i = 0; i < 3; i++)
	{
		v.fit.prior.median[i] = 2.0 + i;
		v.fit.prior.sd[i] = 0.5 + i;
	}
	v.fit.groups = groups;
	if (groups > 0)
		v.fit.loglik = 0.0;
	return v;
}

/* Two covariates of Pareto/NBD: four parameters and four coefficients. */
static ClvModelValue
covariates_example(void)
{
	ClvModelValue v = fitted_example();
	ClvFitted  *fit = &v.fit;
	int			i;

	fit->model = clv_model_find("paretonbd");
	fit->ncov = 2;
	strcpy(fit->covariate[0], "channel");
	strcpy(fit->covariate[1], "age / 10");
	memset(fit->cov, 0, sizeof(fit->cov));
	for (i = 0; i < 8; i++)
	{
		fit->par[i] = i < 4 ? 0.5 + i : 0.25 * (i - 6);
		fit->cov[CLV_PACK(i, i)] = 0.0625 * (i + 1);
	}
	fit->has_prior = true;
	for (i = 0; i < 8; i++)
	{
		fit->prior.median[i] = i < 4 ? 1.0 : -0.5;
		fit->prior.sd[i] = 2.0;
	}
	fit->limit = 7;
	strcpy(fit->message, "beta.age / 10 grows without limit");
	return v;
}

/* What it says of a customer. */
static ClvModelValue
at_example(void)
{
	const double v[] = {1.0, 4.5};
	ClvModelValue from = covariates_example();
	ClvModelValue at;
	ClvError	err;

	memset(&at, 0, sizeof(at));
	at.unit_days = from.unit_days;
	at.is_fitted = true;
	CHECK(clv_fitted_at(&from.fit, v, &at.fit, &err) == CLV_OK, "%s", err.message);
	return at;
}

static void
check_round_trip(const ClvModelValue *v, const char *label)
{
	unsigned char bytes[CLV_MODEL_MAX_BYTES];
	unsigned char again[CLV_MODEL_MAX_BYTES];
	ClvModelValue back;
	ClvError	err;
	size_t		size = clv_model_encode(v, bytes);
	ClvStatus	status = clv_model_decode(bytes, size, &back, &err);

	CHECK(status == CLV_OK, "%s: %s", label, err.message);
	if (status != CLV_OK)
		return;
	CHECK(memcmp(&back.fit.par, &v->fit.par, sizeof(back.fit.par)) == 0 &&
		  memcmp(&back.fit.cov, &v->fit.cov, sizeof(back.fit.cov)) == 0,
		  "%s: numbers changed", label);
	CHECK(back.unit_days == v->unit_days && back.is_fitted == v->is_fitted &&
		  back.fit.model == v->fit.model && back.fit.limit == v->fit.limit &&
		  back.fit.status == v->fit.status &&
		  back.fit.loglik == v->fit.loglik &&
		  back.fit.customers == v->fit.customers &&
		  back.fit.excluded == v->fit.excluded &&
		  back.fit.iterations == v->fit.iterations &&
		  back.fit.evaluations == v->fit.evaluations &&
		  back.fit.has_prior == v->fit.has_prior &&
		  memcmp(&back.fit.prior, &v->fit.prior, sizeof(back.fit.prior)) == 0 &&
		  back.fit.groups == v->fit.groups &&
		  back.fit.at_covariates == v->fit.at_covariates &&
		  back.fit.undetermined == v->fit.undetermined &&
		  back.fit.ncov == v->fit.ncov &&
		  memcmp(back.fit.covariate, v->fit.covariate, sizeof(back.fit.covariate)) == 0 &&
		  strcmp(back.fit.message, v->fit.message) == 0,
		  "%s: fields changed", label);
	CHECK(clv_model_encode(&back, again) == size &&
		  memcmp(bytes, again, size) == 0, "%s: bytes changed", label);
}

/*
 * Damaged bytes are refused, or are another model's own bytes: there are no
 * two encodings of one value.
 */
static void
check_damage(const ClvModelValue *v)
{
	unsigned char bytes[CLV_MODEL_MAX_BYTES + 1];
	unsigned char again[CLV_MODEL_MAX_BYTES];
	ClvModelValue back;
	ClvError	err;
	size_t		size = clv_model_encode(v, bytes);
	size_t		at;
	int			bit;
	int			refused = 0;

	for (at = 0; at < size; at++)
		CHECK(clv_model_decode(bytes, at, &back, &err) == CLV_BAD_BINARY,
			  "the first %zu bytes are accepted", at);
	bytes[size] = 0;
	CHECK(clv_model_decode(bytes, size + 1, &back, &err) == CLV_BAD_BINARY,
		  "a byte too many is accepted");
	for (at = 0; at < size; at++)
	{
		for (bit = 0; bit < 8; bit++)
		{
			bytes[at] ^= 1 << bit;
			if (clv_model_decode(bytes, size, &back, &err) != CLV_OK)
				refused++;
			else
				CHECK(clv_model_encode(&back, again) == size &&
					  memcmp(bytes, again, size) == 0,
					  "byte %zu, bit %d: not canonical", at, bit);
			bytes[at] ^= 1 << bit;
		}
	}
	CHECK(refused > 0, "no damage was noticed");
}

/* Each of these is a value that the check must refuse. */
static void
check_refused(ClvModelValue v, const char *label)
{
	unsigned char bytes[CLV_MODEL_MAX_BYTES];
	ClvModelValue back;
	ClvError	err;
	size_t		size = clv_model_encode(&v, bytes);

	CHECK(clv_model_value_check(&v, &err) != CLV_OK, "%s is accepted", label);
	CHECK(clv_model_decode(bytes, size, &back, &err) == CLV_BAD_BINARY,
		  "%s is decoded", label);
}

static void
test_invalid(void)
{
	ClvModelValue v;

#define REFUSED(change) \
	(v = fitted_example(), change, check_refused(v, #change))
	REFUSED(v.unit_days = 0.0);
	REFUSED(v.unit_days = INFINITY);
	REFUSED(v.unit_days = NAN);
	REFUSED(v.fit.par[0] = 0.0);
	REFUSED(v.fit.par[2] = NAN);
	REFUSED(v.fit.loglik = INFINITY);
	REFUSED(v.fit.customers = 0);
	REFUSED(v.fit.excluded = -1);
	REFUSED(v.fit.iterations = -1);
	REFUSED(v.fit.evaluations = -1);
	REFUSED(v.fit.limit = 3);
	REFUSED(v.fit.status = CLV_CONVERGED);	/* with a limit */
	REFUSED(v.fit.cov[CLV_PACK(2, 2)] = -1.0);
	REFUSED(v.fit.cov[CLV_PACK(2, 1)] = NAN);
	REFUSED(strcpy(v.fit.message, "two\nlines"));

	/* priors, and models that are drawn to a pool */
#define REFUSED_PRIOR(change) \
	(v = prior_example(0), change, check_refused(v, #change))
	REFUSED_PRIOR(v.fit.prior.median[0] = 0.0);
	REFUSED_PRIOR(v.fit.prior.median[1] = 1.0);	/* the infimum of q */
	REFUSED_PRIOR(v.fit.prior.median[2] = INFINITY);
	REFUSED_PRIOR(v.fit.prior.sd[0] = 0.0);
	REFUSED_PRIOR(v.fit.prior.sd[2] = NAN);
	REFUSED_PRIOR(v.fit.groups = 12);	/* with a likelihood */
	v = prior_example(12);
	v.fit.has_prior = false;
	check_refused(v, "groups without a prior");

	/* covariates */
#define REFUSED_COVARIATES(change) \
	(v = covariates_example(), change, check_refused(v, #change))
	REFUSED_COVARIATES(v.fit.par[7] = INFINITY);
	REFUSED_COVARIATES(v.fit.par[4] = NAN);
	REFUSED_COVARIATES(v.fit.limit = 8);
	REFUSED_COVARIATES(v.fit.covariate[1][0] = '\0');
	REFUSED_COVARIATES(strcpy(v.fit.covariate[1], "channel"));
	REFUSED_COVARIATES(strcpy(v.fit.covariate[0], "two\nlines"));
	REFUSED_COVARIATES(v.fit.prior.median[4] = NAN);
	REFUSED_COVARIATES(v.fit.prior.sd[7] = 0.0);
	REFUSED_COVARIATES(v.fit.cov[CLV_PACK(7, 7)] = -1.0);
	REFUSED_COVARIATES(v.fit.at_covariates = true);
	REFUSED_COVARIATES((v.fit.groups = 2, v.fit.loglik = 0.0));
	v = at_example();
	v.fit.loglik = -1.0;
	check_refused(v, "a likelihood at some covariates");
}

/* A coefficient's interval is symmetric; criteria count all eight. */
static void
test_effects(void)
{
	ClvModelValue v = covariates_example();
	ClvCoefficient c;
	ClvError	err;
	char		name[CLV_PARAM_NAME];
	int			i;

	clv_fitted_coefficient(&v.fit, 5, &c);
	CHECK_REL(c.estimate, -0.25, 0, "alpha.age / 10");
	CHECK_REL(c.std_error, sqrt(0.375), 1e-15, "its error");
	CHECK_REL(c.lower, -1.4502279190888276, 1e-14, "its lower end");
	CHECK_REL(c.upper, 0.9502279190888276, 1e-14, "its upper end");
	CHECK_REL(clv_fitted_aic(&v.fit), 8127.8354, 1e-15, "AIC");
	CHECK_REL(clv_fitted_bic(&v.fit), 8111.8354 + 8.0 * log(946.0), 1e-15, "BIC");
	CHECK(clv_param_count(&v.fit) == 8 && clv_real_count(&v.fit) == 8, "eight");
	clv_param_name(&v.fit, 7, name);
	CHECK(strcmp(name, "beta.age / 10") == 0, "%s", name);
	CHECK(clv_param_lookup(&v.fit, "beta.channel", &i, &err) == CLV_OK && i == 6, "beta.channel is %d", i);
	CHECK(clv_param_lookup(&v.fit, "s.channel", &i, &err) == CLV_BAD_ARGUMENT &&
		  strstr(err.hint, "beta.age / 10") != NULL, "%s", err.hint);
}

/* By hand: z = 1.959963984540054; the variances of phi are .25, .5, .75. */
static void
test_coefficients(void)
{
	ClvModelValue v = fitted_example();
	ClvCoefficient c;

	clv_fitted_coefficient(&v.fit, 0, &c);
	CHECK_REL(c.estimate, 6.25, 0, "p");
	CHECK_REL(c.std_error, 6.25 * 0.5, 1e-15, "p error");
	CHECK_REL(c.lower, 2.3457366088323532, 1e-14, "p lower");
	CHECK_REL(c.upper, 16.652551634705611, 1e-14, "p upper");

	/* q = 1 + exp(phi): the interval is around ln 2 and stays above 1 */
	clv_fitted_coefficient(&v.fit, 1, &c);
	CHECK_REL(c.std_error, 2.0 * sqrt(0.5), 1e-15, "q error");
	CHECK_REL(c.lower, 1.5001953065198128, 1e-14, "q lower");
	CHECK_REL(c.upper, 8.9968763158347616, 1e-14, "q upper");

	CHECK_REL(clv_fitted_aic(&v.fit), 8117.8354, 1e-15, "AIC");
	CHECK_REL(clv_fitted_bic(&v.fit), 8132.3921277071556, 1e-14, "BIC");

	v.fit.has_cov = false;
	clv_fitted_coefficient(&v.fit, 1, &c);
	CHECK(!c.has_error, "an error without a covariance");
}

static void
test_round_trip(void)
{
	ClvModelValue v = fitted_example();
	int			i;

	check_round_trip(&v, "fitted");
	check_damage(&v);
	v = prior_example(0);
	check_round_trip(&v, "with a prior");
	check_damage(&v);
	v = prior_example(12);
	check_round_trip(&v, "shrunk");
	check_damage(&v);
	v = covariates_example();
	check_round_trip(&v, "with covariates");
	check_damage(&v);
	v = at_example();
	check_round_trip(&v, "at some covariates");
	check_damage(&v);
	v = fitted_example();

	v.fit.has_cov = false;
	memset(v.fit.cov, 0, sizeof(v.fit.cov));
	v.fit.status = CLV_NOT_CONVERGED;
	v.fit.limit = -1;
	memset(v.fit.message, 'x', sizeof(v.fit.message) - 1);
	check_round_trip(&v, "longest message");
	check_damage(&v);

	memset(&v, 0, sizeof(v));
	v.unit_days = 1.0;
	v.fit.model = clv_model_find("bgnbd");
	v.fit.limit = -1;
	for (i = 0; i < 4; i++)
		v.fit.par[i] = 1e-300 * (i + 1);
	check_round_trip(&v, "given");
	check_damage(&v);
}

static void
test_lookups(void)
{
	ClvError	err;
	const ClvModel *model;
	int			i;

	CHECK(clv_model_lookup("auto", &model, &err) == CLV_BAD_ARGUMENT &&
		  strstr(err.hint, "mbgnbd") != NULL, "no list of models: %s", err.hint);
	CHECK(clv_param_lookup(&(ClvFitted) {.model = clv_model_find("bgnbd")}, "alpha", &i, &err) == CLV_OK &&
		  i == 1, "alpha is not parameter 1");
	CHECK(clv_kind_check(clv_model_find("bgnbd"), CLV_SPEND, &err) == CLV_BAD_ARGUMENT &&
		  strstr(err.hint, "gammagamma") != NULL, "no spend model: %s", err.hint);
}

int
main(void)
{
	RUN(test_round_trip);
	RUN(test_invalid);
	RUN(test_coefficients);
	RUN(test_effects);
	RUN(test_lookups);
	CHECK_DONE("fitted");
}
