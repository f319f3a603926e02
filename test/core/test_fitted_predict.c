/*
 * test_fitted_predict.c
 *		What a fit says of a customer: by its parameters, by the limit where
 *		nobody has bought again, and the same from a cache.
 *
 * Models are taken from the list: a new one is tested without a change here.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "fit/fitted_predict.h"
#include "fit/undetermined.h"
#include "math/renewals.h"
#include "model/moments.h"
#include "model/prediction.h"
#include "models/list.h"

static const ClvCustomer bought_again = {3.0, 8.0, 12.0, 0.0};

/* As if known: parameters where the model's first attempt begins. */
static ClvFitted
known(const ClvModel *model)
{
	ClvMoments	moments;
	ClvFitted	fit;
	int			i;

	memset(&moments, 0, sizeof(moments));
	moments.n = 100.0;
	moments.x = 150.0;
	moments.xx = 600.0;
	moments.t = 1200.0;
	moments.again = 60.0;
	moments.longest = 20.0;
	moments.latest = 19.0;
	memset(&fit, 0, sizeof(fit));
	for (i = 0; i < CLV_MAX_PARAM; i++)
		fit.par[i] = 2.0;
	CHECK(model->start(model, &moments, 0, fit.par), "%s", model->name);
	fit.model = model;
	return fit;
}

static void
check_same(const char *name, const char *what, ClvStatus status, const ClvAnswer *answer,
		   double want)
{
	CHECK(status == CLV_OK && answer->known && answer->value == want,
		  "%s: %s %.17g, not %.17g", name, what, answer->value, want);
}

/* Parameters tell what the model predicts from them, to the bit. */
static void
test_parameters(void)
{
	const ClvCustomer *c = &bought_again;
	int			k;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		const ClvModel *m = clv_models[k];
		ClvFitted	fit = known(m);
		ClvAnswer	a;
		ClvStatus	s;
		double		want = NAN;

		if (m->kind != CLV_TRANSACTION)
			continue;
		CHECK(clv_predict_loglik(m, fit.par, c, &want) == CLV_OK, "%s", m->name);
		s = clv_fitted_loglik(&fit, c, &a);
		check_same(m->name, "loglik", s, &a, want);
		CHECK(clv_predict_p_alive(m, fit.par, c, 2.0, &want) == CLV_OK, "%s", m->name);
		s = clv_fitted_p_alive(&fit, c, 2.0, &a);
		check_same(m->name, "p_alive", s, &a, want);
		CHECK(clv_predict_p_active(m, fit.par, c, 5.0, &want) == CLV_OK, "%s", m->name);
		s = clv_fitted_p_active(&fit, c, 5.0, &a);
		check_same(m->name, "p_active", s, &a, want);
		CHECK(clv_predict_purchases(m, fit.par, c, 0.01, 5.0, &want) == CLV_OK, "%s", m->name);
		s = clv_fitted_purchases(&fit, c, 0.01, 5.0, NULL, &a);
		check_same(m->name, "purchases", s, &a, want);
		CHECK(clv_predict_lifetime(m, fit.par, c, 0.01, 5.0, &want) == CLV_OK, "%s", m->name);
		s = clv_fitted_lifetime(&fit, c, 0.01, 5.0, NULL, &a);
		check_same(m->name, "lifetime", s, &a, want);
		CHECK(clv_predict_pmf(m, fit.par, c, 5.0, 1.0, &want) == CLV_OK, "%s", m->name);
		s = clv_fitted_pmf(&fit, c, 5.0, 1.0, &a);
		check_same(m->name, "pmf", s, &a, want);
		CHECK(clv_predict_next_purchase(m, fit.par, c, 0.01, &want) == CLV_OK, "%s", m->name);
		s = clv_fitted_next_purchase(&fit, c, 0.01, &a);
		check_same(m->name, "next_purchase", s, &a, want);

		/* with a chance of being gone, it never comes for certain */
		CHECK(clv_predict_p_alive(m, fit.par, c, 0.0, &want) == CLV_OK, "%s", m->name);
		s = clv_fitted_next_purchase(&fit, c, 0.999999, &a);
		CHECK(s == CLV_OK && a.known == (want > 0.999999), "%s: %g", m->name, a.value);
		CHECK(clv_fitted_pmf(&fit, c, 5.0, 0.5, &a) == CLV_BAD_ARGUMENT, "%s", m->name);
	}
}

/* Nobody has bought again: the limit tells, or nothing does. */
static void
test_limit(void)
{
	static const ClvCustomer once = {0.0, 0.0, 12.0, 0.0};
	static const ClvCustomer now = {0.0, 0.0, 0.0, 0.0};
	int			k;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		const ClvModel *m = clv_models[k];
		ClvFitted	fit = known(m);
		bool		stays = m->leaving == CLV_LEAVES_AFTER_REPEAT;
		ClvAnswer	a;

		if (m->kind != CLV_TRANSACTION)
			continue;
		fit.undetermined = true;
		check_same(m->name, "loglik", clv_fitted_loglik(&fit, &once, &a), &a, 0.0);
		check_same(m->name, "p_active", clv_fitted_p_active(&fit, &once, 9.0, &a), &a, 0.0);
		check_same(m->name, "purchases",
				   clv_fitted_purchases(&fit, &once, 0.1, 9.0, NULL, &a), &a, 0.0);
		check_same(m->name, "none", clv_fitted_pmf(&fit, &once, 9.0, 0.0, &a), &a, 1.0);
		check_same(m->name, "two", clv_fitted_pmf(&fit, &once, 9.0, 2.0, &a), &a, 0.0);
		CHECK(clv_fitted_next_purchase(&fit, &once, 0.5, &a) == CLV_OK && !a.known,
			  "%s: it never comes", m->name);
		CHECK(clv_fitted_p_alive(&fit, &once, 1.0, &a) == CLV_OK && a.known == stays &&
			  (!stays || a.value == 1.0), "%s: alive", m->name);
		CHECK(clv_fitted_lifetime(&fit, &once, 0.1, 9.5, NULL, &a) == CLV_OK &&
			  a.known == stays &&
			  (!stays || a.value == clv_annuity(0.1, m->discrete ? 9.0 : 9.5)),
			  "%s: lifetime", m->name);
		CHECK(clv_fitted_p_alive(&fit, &now, 0.0, &a) == CLV_OK &&
			  a.known == (m->leaving != CLV_LEAVES_AFTER_ANY), "%s: at once", m->name);

		/* who has bought again cannot be in the limit */
		CHECK(clv_fitted_loglik(&fit, &bought_again, &a) == CLV_OK && !a.known &&
			  clv_fitted_p_alive(&fit, &bought_again, 1.0, &a) == CLV_OK && !a.known &&
			  clv_fitted_p_active(&fit, &bought_again, 1.0, &a) == CLV_OK && !a.known &&
			  clv_fitted_purchases(&fit, &bought_again, 0.1, 9.0, NULL, &a) == CLV_OK &&
			  !a.known &&
			  clv_fitted_lifetime(&fit, &bought_again, 0.1, 9.0, NULL, &a) == CLV_OK &&
			  !a.known && clv_fitted_pmf(&fit, &bought_again, 1.0, 0.0, &a) == CLV_OK &&
			  !a.known &&
			  clv_fitted_next_purchase(&fit, &bought_again, 0.5, &a) == CLV_OK && !a.known,
			  "%s: not known", m->name);
	}
}

/* ------------------------------------------------------------------ cache */

static ClvAnswerCache *
make_cache(bool large)
{
	ClvAnswerCache *cache = malloc(clv_answer_cache_size(large));

	clv_answer_cache_init(cache, large);
	return cache;
}

/*
 * Rows in any order, ages that evict each other, two rates and horizons: the
 * answers are those without a cache.
 */
static void
test_cached(void)
{
	int			k;
	int			i;
	int			large;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		ClvFitted	fit = known(clv_models[k]);
		ClvRandom	random;

		if (fit.model->kind != CLV_TRANSACTION)
			continue;
		clv_random_init(&random, 20261201, k);
		for (large = 0; large <= 1; large++)
		{
			ClvAnswerCache *cache = make_cache(large);

			for (i = 0; i < 1000; i++)
			{
				ClvCustomer c = {0.0, 0.0, floor(40.0 * clv_random_uniform(&random)), 0.0};
				double		h = clv_random_uniform(&random) < 0.9 ? 10.0 : 20.0;
				double		delta = clv_random_uniform(&random) < 0.9 ? 0.01 : 0.02;
				ClvAnswer	got;
				ClvAnswer	want;

				if (clv_random_uniform(&random) < 0.2)
				{
					c = bought_again;
					c.t += i;
				}
				CHECK(clv_fitted_purchases(&fit, &c, delta, h, NULL, &want) == CLV_OK &&
					  clv_fitted_purchases(&fit, &c, delta, h, cache, &got) == CLV_OK &&
					  got.known && got.value == want.value,
					  "%s: purchases at %g: %.17g, not %.17g", fit.model->name, c.t,
					  got.value, want.value);
				CHECK(clv_fitted_lifetime(&fit, &c, delta, h, NULL, &want) == CLV_OK &&
					  clv_fitted_lifetime(&fit, &c, delta, h, cache, &got) == CLV_OK &&
					  got.known && got.value == want.value,
					  "%s: lifetime at %g: %.17g, not %.17g", fit.model->name, c.t,
					  got.value, want.value);
			}
			CHECK(clv_answer_cache_outgrown(cache) == (large == 0), "%s", fit.model->name);
			free(cache);
		}
	}
}

/* An answer is found again, and not by others. */
static void
test_cache(void)
{
	ClvAnswerCache *cache = make_cache(false);
	ClvCustomer c = {0.0, 0.0, 5.0, 0.0};
	double	   *slot = clv_answer_cache_find(cache, &c, 0.1, 9.0, CLV_CACHED_PURCHASES);
	int			i;
	int			found = 0;

	CHECK(slot != NULL && isnan(*slot), "empty at first");
	*slot = 7.0;
	CHECK(clv_answer_cache_find(cache, &c, 0.1, 9.0, CLV_CACHED_PURCHASES) == slot &&
		  *slot == 7.0, "kept");
	CHECK(isnan(*clv_answer_cache_find(cache, &c, 0.1, 9.0, CLV_CACHED_LIFETIME)) &&
		  *slot == 7.0, "another question");
	CHECK(isnan(*clv_answer_cache_find(cache, &c, 0.2, 9.0, CLV_CACHED_PURCHASES)),
		  "another rate");
	*slot = 7.0;
	CHECK(isnan(*clv_answer_cache_find(cache, &c, 0.2, 8.0, CLV_CACHED_PURCHASES)),
		  "another horizon");
	c.x = 1.0;
	CHECK(clv_answer_cache_find(cache, &c, 0.1, 9.0, CLV_CACHED_PURCHASES) == NULL, "not once");
	c.x = 0.0;
	CHECK(clv_answer_cache_find(NULL, &c, 0.1, 9.0, CLV_CACHED_PURCHASES) == NULL, "none");

	/* few slots are soon too few */
	CHECK(!clv_answer_cache_outgrown(cache), "a few misses");
	for (i = 0; i < 100; i++)
	{
		c.t = i;
		*clv_answer_cache_find(cache, &c, 0.1, 9.0, CLV_CACHED_PURCHASES) = i;
	}
	CHECK(clv_answer_cache_outgrown(cache), "many");
	free(cache);

	/* and many are enough for the ages of some years */
	cache = make_cache(true);
	for (i = 0; i < 1000; i++)
	{
		c.t = i;
		*clv_answer_cache_find(cache, &c, 0.1, 9.0, CLV_CACHED_PURCHASES) = i;
	}
	for (i = 0; i < 1000; i++)
	{
		c.t = i;
		found += *clv_answer_cache_find(cache, &c, 0.1, 9.0, CLV_CACHED_PURCHASES) == i;
	}
	CHECK(found > 500 && !clv_answer_cache_outgrown(cache), "%d of 1000 are found", found);
	free(cache);
}

/* ------------------------------------------------------------------ spend */

static void
test_spend(void)
{
	ClvFitted	fit;
	ClvAnswer	a;
	ClvError	err;
	double		m = 30.0;
	double		nan = NAN;
	double		zero = 0.0;

	memset(&fit, 0, sizeof(fit));
	fit.model = clv_model_find("gammagamma");
	fit.par[0] = 6.0;
	fit.par[1] = 4.0;
	fit.par[2] = 15.0;

	/* p gamma / (q - 1), and p (gamma + x m) / (p x + q - 1) */
	CHECK(clv_fitted_expected_spend(&fit, 0.0, NULL, &a, &err) == CLV_OK && a.known, "new");
	CHECK_REL(a.value, 30.0, 1e-15, "the population mean");
	CHECK(clv_fitted_expected_spend(&fit, 0.0, &nan, &a, &err) == CLV_OK && a.known,
		  "whatever m is");
	CHECK_REL(a.value, 30.0, 1e-15, "the population mean");
	CHECK(clv_fitted_expected_spend(&fit, 2.0, &m, &a, &err) == CLV_OK && a.known, "two");
	CHECK_REL(a.value, 6.0 * 75.0 / 15.0, 1e-15, "two of 30");
	CHECK(clv_fitted_expected_spend(&fit, 2.0, NULL, &a, &err) == CLV_OK && !a.known, "of what?");
	CHECK(clv_fitted_expected_spend(&fit, 2.0, &zero, &a, &err) == CLV_OK && !a.known, "of nothing");
	CHECK(clv_fitted_expected_spend(&fit, 2.0, &nan, &a, &err) == CLV_BAD_ARGUMENT &&
		  strcmp(err.message, "monetary must be finite, but is \"NaN\"") == 0, "%s", err.message);
	CHECK(clv_fitted_expected_spend(&fit, 2.5, &m, &a, &err) == CLV_BAD_ARGUMENT &&
		  strcmp(err.message, "frequency must be a whole number of at least 0, but is \"2.5\"") == 0,
		  "%s", err.message);
	CHECK(clv_fitted_expected_spend(&fit, -1.0, NULL, &a, &err) == CLV_BAD_ARGUMENT, "-1");

	/* customers differ so much that their mean is infinite */
	fit.par[1] = 0.9;
	CHECK(clv_fitted_expected_spend(&fit, 0.0, NULL, &a, &err) == CLV_OK && !a.known, "infinite");
	CHECK(clv_fitted_expected_spend(&fit, 2.0, &m, &a, &err) == CLV_OK && a.known, "but not his");
	fit.par[2] = 1e200;
	CHECK(clv_fitted_expected_spend(&fit, 2.0, &m, &a, &err) == CLV_OUT_OF_RANGE &&
		  strcmp(err.message, "model \"gammagamma\" has no answer for frequency \"2\", monetary \"30\"") == 0,
		  "%s", err.message);
	fit.model = clv_model_find("nbd");
	fit.par[1] = 4.0;
	CHECK(clv_fitted_expected_spend(&fit, 0.0, NULL, &a, &err) == CLV_UNSUPPORTED, "nbd");
}

int
main(void)
{
	RUN(test_parameters);
	RUN(test_limit);
	RUN(test_cached);
	RUN(test_cache);
	RUN(test_spend);
	CHECK_DONE("fitted predict");
}
