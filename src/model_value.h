/*
 * model_value.h
 *		clv.model in the server: a varlena around the bytes of fitted.h.
 */
#ifndef CLV_MODEL_VALUE_H
#define CLV_MODEL_VALUE_H

#include "clv.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "fitted.h"

/* model.c */
extern struct varlena *clv_model_pack(const ClvModelValue *value);

/*
 * The clv.model that is argument "argno" (0 or 1 are the places of a model),
 * decoded; the same bytes in the next call are not decoded again.
 */
extern const ClvModelValue *clv_model_arg(FunctionCallInfo fcinfo, int argno);

#define CLV_NAME_MAX	64

/* A copy of a name of "length" bytes, cut so that it fits a message. */
extern char *clv_name_copy(const char *name, int length);

/* The model with that name; raises when there is none. */
extern const ClvModel *clv_model_named(const char *name, int length);

/* Raises unless the model is of that kind. */
extern void clv_kind_require(const ClvModel *model, ClvKind kind);

/* model_json.c */
extern char *clv_model_to_json(const ClvModelValue *value);
extern ClvStatus clv_model_from_json(Jsonb *json, ClvModelValue *value,
									 ClvError *err);

/* The value of the key "name", which must be a finite number. */
extern ClvStatus clv_read_double(const JsonbValue *v, const char *name,
								 double *out, ClvError *err);

/* An object with every parameter of the model and nothing else. */
extern ClvStatus clv_params_from_json(JsonbContainer *object,
									  const ClvModel *model, double *par,
									  ClvError *err);

/* One number under the key "name". */
extern ClvStatus clv_read_double(const JsonbValue *v, const char *name,
								 double *out, ClvError *err);

/*
 * Some parameters of the model and nothing else, "seen" the ones there are;
 * the others stay what they are.
 */
extern ClvStatus clv_some_params_from_json(JsonbContainer *object,
										   const ClvModel *model, double *par,
										   bool *seen, ClvError *err);

/* {"a": 1, "b": 2} of values of the first n parameters */
extern void clv_json_params(StringInfo out, const ClvModel *model, int n,
							const double *value);

/* model_prior.c */
extern void clv_json_prior(StringInfo out, const ClvFitted *fit);
extern ClvStatus clv_prior_from_json(JsonbContainer *object,
									 const ClvModel *model, double unit_days,
									 ClvPrior *prior, ClvError *err);

/* fit.c: a fit to the end, interrupts taken between its steps */
extern void clv_fit_run(const ClvModel *model, const ClvBase *base,
						const ClvFitOptions *options, MemoryContext context,
						ClvFitted *fitted);
extern const ClvBase *clv_fit_base(Datum cbs, double unit_days,
								   MemoryContext context);

#endif							/* CLV_MODEL_VALUE_H */
