/*
 * model_value.h
 *		clv.model in the server: a varlena around the bytes of fitted.h.
 */
#ifndef CLV_MODEL_VALUE_H
#define CLV_MODEL_VALUE_H

#include "clv.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "fit/fitted.h"

/* model.c */
extern struct varlena *clv_model_pack(const ClvModelValue *value);

/*
 * The clv.model that is argument "argno" (0 or 1 are the places of a model),
 * decoded; the same bytes in the next call are not decoded again.
 */
extern const ClvModelValue *clv_model_arg(FunctionCallInfo fcinfo, int argno);

/*
 * What else a function keeps from call to call, once clv_model_arg() has been
 * called for each model: one chunk of flinfo->fn_mcxt, freed and NULL again when
 * a model is another one.
 */
extern void **clv_model_memo(FunctionCallInfo fcinfo);

/* The model with that name; raises when there is none. */
extern const ClvModel *clv_model_named(const char *name, int length);

/* Raises unless the model is of that kind. */
extern void clv_kind_require(const ClvModel *model, ClvKind kind);

/* The same of a model with parameters; raises if it has covariates, too. */
extern void clv_value_require(const ClvModelValue *value, ClvKind kind);

/* model_json.c */
extern char *clv_model_to_json(const ClvModelValue *value);

/* model_fields.c */
#define CLV_NAME_MAX	CLV_PARAM_NAME

/* A copy of a name of "length" bytes, cut so that it fits a message. */
extern char *clv_name_copy(const char *name, int length);

/* The value of the key "name", which must be a finite number. */
extern ClvStatus clv_read_double(const JsonbValue *v, const char *name,
								 double *out, ClvError *err);

/* An object with every parameter of the fit and nothing else. */
extern ClvStatus clv_params_from_json(JsonbContainer *object, ClvFitted *fit,
									  ClvError *err);

/*
 * Some parameters of the fit and nothing else, "seen" the ones there are;
 * the others stay what they are.
 */
extern ClvStatus clv_some_params_from_json(JsonbContainer *object,
										   const ClvFitted *fit, double *par,
										   bool *seen, ClvError *err);

/* An array of names, of covariates. */
extern ClvStatus clv_names_from_json(const JsonbValue *v, int *n,
									 ClvCovariateName *name, ClvError *err);

/* model_read.c */
extern ClvStatus clv_model_from_json(Jsonb *json, ClvModelValue *value,
									 ClvError *err);

/* The prior of a fit whose model and covariates are known. */
extern ClvStatus clv_prior_from_json(JsonbContainer *object,
									 const ClvFitted *fit, double unit_days,
									 ClvPrior *prior, ClvError *err);

/*
 * fit_options.c: the names of covariates of "value", whose model is known, and
 * the value of its whole-number parameter, 0 if it is not given.
 */
extern void clv_fit_read_options(Jsonb *json, const ClvBase *base,
								 bool is_auto, ClvModelValue *value,
								 double *whole);

/* covariates.c: the values of an argument, one for each covariate of the fit */
extern const double *clv_covariates_arg(FunctionCallInfo fcinfo, int argno,
										const ClvFitted *fit);

/* fit.c: a fit to the end, interrupts taken between its steps */
extern void clv_fit_run(const ClvModel *model, const ClvBase *base,
						const ClvFitOptions *options, MemoryContext context,
						ClvFitted *fitted);
extern const ClvBase *clv_fit_base(Datum cbs, double unit_days,
								   MemoryContext context);

#endif							/* CLV_MODEL_VALUE_H */
