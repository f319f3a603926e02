/*
 * test_models.c
 *		What every model in the list has to have: a new one is checked here
 *		unasked.
 */
#include "check.h"

#include <string.h>


#include "model/param.h"
#include "model/prediction.h"
#include "model/prior.h"
#include "models/list.h"

#ifndef CLV_SRCDIR
#define CLV_SRCDIR	"."
#endif

/* The table of its kind, and no other; all of its functions. */
static void
check_kind(const ClvModel *model)
{
	const ClvTransactions *buys = model->transactions;
	const ClvSpendModel *spends = model->spend;
	const ClvContract *pays = model->contract;

	CHECK((model->kind == CLV_TRANSACTION) == (buys != NULL) &&
		  (model->kind == CLV_SPEND) == (spends != NULL) &&
		  (model->kind == CLV_CONTRACT) == (pays != NULL),
		  "%s: tables of other kinds than its own", model->name);
	CHECK(buys == NULL ||
		  (buys->loglik && buys->p_alive && buys->p_active && buys->purchases &&
		   buys->lifetime && buys->pmf && buys->next_purchase && buys->draw &&
		   buys->draw_alive && buys->next),
		  "%s: a prediction is missing", model->name);
	CHECK(spends == NULL ||
		  (spends->loglik && spends->expected && spends->draw_rate &&
		   spends->draw_spend),
		  "%s: a prediction is missing", model->name);
	CHECK(pays == NULL || (pays->renewal && pays->payments),
		  "%s: a prediction is missing", model->name);
	CHECK(model->likelihood && model->likelihood->work_new &&
		  model->likelihood->work_free && model->likelihood->units &&
		  model->likelihood->begin && model->likelihood->slice,
		  "%s: its likelihood is not complete", model->name);
	CHECK(model->start && model->usable && model->reference &&
		  strlen(model->reference) > 10, "%s", model->name);
	CHECK((model->most > 0) == (model->next_whole != NULL), "%s", model->name);
}

static void
check_param(const ClvModel *model, int i)
{
	const ClvParam *param = &model->param[i];
	bool		moved = model->covariate != NULL && model->covariate[i] != 0;

	CHECK(param->name != NULL && strlen(param->name) > 0, "%s: %d", model->name, i);
	CHECK(param->lower >= 0.0 && param->lower < param->upper,
		  "%s: limits of %s", model->name, param->name);
	CHECK(!clv_is_bounded(model, i) ||
		  (param->time_power == 0 && param->money_power == 0),
		  "%s: %s has an upper limit, and a unit", model->name, param->name);
	CHECK(!moved || (param->lower == 0.0 && !clv_is_bounded(model, i)),
		  "%s: covariates move %s, which has limits", model->name, param->name);
	CHECK(param->grows != NULL, "%s: %s", model->name, param->name);
	if (clv_is_whole(model, i))
		return;
	CHECK(param->falls != NULL && param->ratio != NULL,
		  "%s: what it means that %s is at a limit", model->name, param->name);
	CHECK(param->typical > param->lower && param->typical < param->upper,
		  "%s: a typical %s", model->name, param->name);
}

static void
test_list(void)
{
	ClvPrior	prior;
	int			k;
	int			l;
	int			i;

	for (k = 0; clv_models[k] != NULL; k++)
	{
		const ClvModel *model = clv_models[k];

		CHECK(clv_model_find(model->name) == model, "%s", model->name);
		CHECK(model->nparam >= 1 && model->nparam <= CLV_MAX_OWN, "%s", model->name);
		check_kind(model);
		for (i = 0; i < model->nparam; i++)
			check_param(model, i);
		for (i = 0; i < CLV_BUYING_PARAMS && model->leaving == CLV_LEAVES_ANY_TIME; i++)
			CHECK(model->kind != CLV_TRANSACTION || model->nparam > CLV_BUYING_PARAMS,
				  "%s: what do customers leave by?", model->name);
		clv_prior_default(model, 20.0, 7.0, &prior);
		for (i = 0; i < clv_real_params(model); i++)
			CHECK(isfinite(clv_prior_center(model, &prior, i)),
				  "%s: no prior of %s", model->name, model->param[i].name);
		for (l = 0; l < k; l++)
			CHECK(strcmp(model->name, clv_models[l]->name) != 0, "two models %s", model->name);
	}
}

/* What a model of another kind does not predict. */
static void
test_unsupported(void)
{
	static const ClvCustomer row = {1.0, 2.0, 3.0, 0.0};
	double		par[CLV_MAX_OWN];
	double		out = 7.0;
	int			k;
	int			i;

	for (i = 0; i < CLV_MAX_OWN; i++)
		par[i] = 1.0;
	for (k = 0; clv_models[k] != NULL; k++)
	{
		const ClvModel *model = clv_models[k];

		if (model->kind != CLV_TRANSACTION)
			CHECK(clv_predict_loglik(model, par, &row, &out) == CLV_UNSUPPORTED &&
				  clv_predict_p_alive(model, par, &row, 1.0, &out) == CLV_UNSUPPORTED &&
				  clv_predict_p_active(model, par, &row, 1.0, &out) == CLV_UNSUPPORTED &&
				  clv_predict_purchases(model, par, &row, 0.0, 1.0, &out) == CLV_UNSUPPORTED &&
				  clv_predict_lifetime(model, par, &row, 0.0, 1.0, &out) == CLV_UNSUPPORTED &&
				  clv_predict_pmf(model, par, &row, 1.0, 0.0, &out) == CLV_UNSUPPORTED &&
				  clv_predict_next_purchase(model, par, &row, 0.5, &out) == CLV_UNSUPPORTED,
				  "%s: predicts purchases", model->name);
		if (model->kind != CLV_SPEND)
			CHECK(clv_predict_loglik_spend(model, par, 1.0, 1.0, &out) == CLV_UNSUPPORTED &&
				  clv_predict_expected_spend(model, par, 1.0, 1.0, &out) == CLV_UNSUPPORTED,
				  "%s: predicts spend", model->name);
		if (model->kind != CLV_CONTRACT)
			CHECK(clv_predict_renewal(model, par, 1.0, 1.0, &out) == CLV_UNSUPPORTED &&
				  clv_predict_payments(model, par, 1.0, 0.0, 1.0, &out) == CLV_UNSUPPORTED,
				  "%s: predicts renewals", model->name);
	}
	CHECK(out == 7.0, "it answered");
}

/* ------------------------------------------------------------ documents */

/* The line of a table in which "`name`" stands, or one like it; NULL: none. */
static const char *
row_of(const char *text, const char *name, char *line, size_t size)
{
	char		quoted[64];
	const char *at = text;

	snprintf(quoted, sizeof(quoted), "`%s`", name);
	while ((at = strstr(at, quoted)) != NULL)
	{
		const char *begin = at;
		size_t		length;

		while (begin > text && begin[-1] != '\n')
			begin--;
		length = strcspn(begin, "\n");
		if (*begin == '|' && length < size)
		{
			memcpy(line, begin, length);
			line[length] = '\0';
			return line;
		}
		at++;
	}
	return NULL;
}

static bool
read_document(const char *name, char *text, size_t size)
{
	char		path[1024];
	size_t		length;
	FILE	   *file;

	snprintf(path, sizeof(path), "%s/docs/%s", CLV_SRCDIR, name);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	length = fread(text, 1, size - 1, file);
	text[length] = '\0';
	fclose(file);
	return true;
}

/*
 * docs/methods.md says what each model is for, with its parameters, and
 * docs/priors.md what is typical of them.  (The table in docs/reference.md is
 * written from the list itself.)
 */
static void
test_documents(void)
{
	static char text[200000];
	char		line[4096];
	int			k;
	int			i;

	CHECK(read_document("methods.md", text, sizeof(text)), "docs/methods.md");
	for (k = 0; clv_models[k] != NULL; k++)
	{
		const ClvModel *model = clv_models[k];
		const char *row = row_of(text, model->name, line, sizeof(line));

		CHECK(row != NULL, "docs/methods.md: for whom is %s?", model->name);
		for (i = 0; row != NULL && i < model->nparam; i++)
			CHECK(strstr(strrchr(row, '`'), model->param[i].name) != NULL,
				  "docs/methods.md: parameter %s of %s", model->param[i].name, model->name);
	}
	CHECK(read_document("priors.md", text, sizeof(text)), "docs/priors.md");
	for (k = 0; clv_models[k] != NULL; k++)
	{
		const ClvModel *model = clv_models[k];
		const char *row = row_of(text, model->name, line, sizeof(line));

		CHECK(row != NULL, "docs/priors.md: what is typical of %s?", model->name);
		for (i = 0; row != NULL && i < clv_real_params(model); i++)
		{
			char		typical[64];

			if (model->param[i].money_power != 0)
				continue;		/* it is in terms of an order */
			snprintf(typical, sizeof(typical), "%s %g", model->param[i].name,
					 model->param[i].typical);
			CHECK(strstr(row, typical) != NULL, "docs/priors.md: %s of %s", typical, model->name);
		}
	}
}

int
main(void)
{
	RUN(test_list);
	RUN(test_unsupported);
	RUN(test_documents);
	CHECK_DONE("models");
}
