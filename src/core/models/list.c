/*
 * list.c
 *		The list of models.
 */
#include "models/list.h"

#include <string.h>

#include "models/betageo/betageo.h"
#include "models/bgbb/bgbb.h"
#include "models/contract/contract.h"
#include "models/dropout/dropout.h"
#include "models/gammagamma.h"

const ClvModel *const clv_models[] = {
	&clv_bgnbd,
	&clv_mbgnbd,
	&clv_paretonbd,
	&clv_nbd,
	&clv_bgcnbd,
	&clv_mbgcnbd,
	&clv_ggompertznbd,
	&clv_bgbb,
	&clv_gammagamma,
	&clv_sbg,
	&clv_bdw,
	NULL
};

const ClvModel *const clv_baseline = &clv_nbd;

const ClvModel *const clv_auto_models[] = {
	&clv_mbgnbd,
	&clv_paretonbd,
	NULL
};

/* NULL if there is no such model. */
const ClvModel *
clv_model_find(const char *name)
{
	const ClvModel *const *model;

	for (model = clv_models; *model != NULL; model++)
	{
		if (strcmp((*model)->name, name) == 0)
			return *model;
	}
	return NULL;
}
