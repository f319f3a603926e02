/*
 * fitted.h
 *		A model together with its parameters, fitted or given: its bytes, and
 *		what follows from it.
 *
 * The bytes are those behind clv.model, on disk and on the wire alike
 * (docs/storage.md), so that one decoder, which trusts nothing, serves both.
 */
#ifndef CLV_FITTED_H
#define CLV_FITTED_H

#include <stddef.h>

#include "bytes/codec.h"
#include "fit/covariates.h"

typedef struct ClvModelValue
{
	double		unit_days;		/* days in the model's unit of time */
	bool		is_fitted;		/* false: of "fit", only model and par hold */
	ClvFitted	fit;
} ClvModelValue;

/* No encoded model is longer. */
#define CLV_MODEL_MAX_BYTES \
	(2 + 2 + 255 + 8 + 2 + CLV_MAX_COVARIATES * CLV_MAX_COVARIATE_NAME + \
	 2 + 8 * CLV_MAX_PARAM + 2 + 8 + 4 * CLV_VARINT_MAX + 2 + 255 + \
	 8 * CLV_PACKED(CLV_MAX_PARAM) + 2 * 8 * CLV_MAX_PARAM + CLV_VARINT_MAX)

extern const char *clv_kind_name(ClvKind kind);
extern const char *clv_fit_status_name(ClvFitStatus status);
extern bool clv_fit_status_parse(const char *name, ClvFitStatus *status);

/* As clv_model_find(), but a name that is not there is an error with a list. */
extern ClvStatus clv_model_lookup(const char *name, const ClvModel **model,
								  ClvError *err);

/* Is this a model of that kind?  If not, the error says which are. */
extern ClvStatus clv_kind_check(const ClvModel *model, ClvKind kind,
								ClvError *err);

/* Likewise for a parameter of a fit; coefficients are "alpha.channel". */
extern ClvStatus clv_param_lookup(const ClvFitted *fit, const char *name,
								  int *index, ClvError *err);

/* Can this be the prior of such a fit? */
extern ClvStatus clv_prior_check(const ClvFitted *fit, const ClvPrior *prior,
								 ClvError *err);

/* Is this the length of a unit of time? */
extern ClvStatus clv_unit_days_check(double unit_days, ClvError *err);

/* Can there be such a value?  Whatever enters from outside is asked. */
extern ClvStatus clv_model_value_check(const ClvModelValue *value,
									   ClvError *err);

/* "out" has room for CLV_MODEL_MAX_BYTES; returns how many were used. */
extern size_t clv_model_encode(const ClvModelValue *value, unsigned char *out);
extern ClvStatus clv_model_decode(const unsigned char *data, size_t size,
								  ClvModelValue *value, ClvError *err);

typedef struct ClvCoefficient
{
	double		estimate;
	bool		has_error;		/* the rest holds */
	double		std_error;		/* by the delta method, natural scale; this and
								 * the limits may be infinite, or not a number */
	double		lower;			/* 95 % interval, symmetric in phi, which a
								 * coefficient itself is */
	double		upper;
} ClvCoefficient;

/* Fitted, and to a base that its likelihood is known of? */
extern bool clv_has_loglik(const ClvModelValue *value);

extern void clv_fitted_coefficient(const ClvFitted *fit, int i,
								   ClvCoefficient *out);
extern double clv_fitted_aic(const ClvFitted *fit);
extern double clv_fitted_bic(const ClvFitted *fit);

#endif							/* CLV_FITTED_H */
