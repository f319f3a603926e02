/*
 * model_keys.h
 *		The keys of the text form of clv.model.
 */
#ifndef CLV_MODEL_KEYS_H
#define CLV_MODEL_KEYS_H

#include "model_value.h"

#define CLV_JSON_VERSION	1

/* The keys, in the order in which they are written. */
typedef enum ClvKey
{
	KEY_MODEL,
	KEY_VERSION,
	KEY_UNIT_DAYS,
	KEY_PARAMETERS,
	KEY_GIVEN,					/* number of keys of a model that is not fitted */
	KEY_STATUS = KEY_GIVEN,
	KEY_LIMIT,
	KEY_MESSAGE,
	KEY_LOGLIK,
	KEY_CUSTOMERS,
	KEY_EXCLUDED,
	KEY_ITERATIONS,
	KEY_EVALUATIONS,
	KEY_COVARIANCE,
	KEY_FITTED,					/* number of keys that every fitted model has */
	KEY_PRIOR = KEY_FITTED,
	KEY_GROUPS,
	KEY_AT_COVARIATES,
	KEY_UNDETERMINED,
	KEY_COVARIATES,				/* of any model */
	KEY_COUNT
} ClvKey;

/* model_json.c */
extern const char *const clv_key_name[KEY_COUNT];

/*
 * model_fields.c: a whole number from 0 to "max", and a string in "size" bytes;
 * null reads as the empty string.
 */
extern ClvStatus clv_read_count(const JsonbValue *v, const char *name,
								int64 max, int64 *out, ClvError *err);
extern ClvStatus clv_read_string(const JsonbValue *v, const char *name,
								 char *out, size_t size, ClvError *err);

#endif							/* CLV_MODEL_KEYS_H */
