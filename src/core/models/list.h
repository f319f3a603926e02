/*
 * list.h
 *		The list of models.
 */
#ifndef CLV_LIST_H
#define CLV_LIST_H

#include "model/model.h"

/* NULL-terminated, in the order in which clv.models() lists them. */
extern const ClvModel *const clv_models[];

/* The one in which nobody ever leaves, to compare others with. */
extern const ClvModel *const clv_baseline;

/* As clv_models: of these, "auto" is the one with the lowest BIC. */
extern const ClvModel *const clv_auto_models[];

extern const ClvModel *clv_model_find(const char *name);

#endif							/* CLV_LIST_H */
