/*
 * error.c
 *		The one mapping from the core's failures to PostgreSQL errors.
 */
#include "clv.h"

#include <math.h>

#include "mb/pg_wchar.h"

static int
clv_sqlstate(ClvStatus status)
{
	switch (status)
	{
		case CLV_BAD_ARGUMENT:
			return ERRCODE_INVALID_PARAMETER_VALUE;
		case CLV_OUT_OF_RANGE:
			return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
		case CLV_BAD_TEXT:
			return ERRCODE_INVALID_TEXT_REPRESENTATION;
		case CLV_BAD_BINARY:
			return ERRCODE_INVALID_BINARY_REPRESENTATION;
		case CLV_LIMIT:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case CLV_NO_MEMORY:
			return ERRCODE_OUT_OF_MEMORY;
		case CLV_UNSUPPORTED:
			return ERRCODE_FEATURE_NOT_SUPPORTED;
		case CLV_OK:
		case CLV_CONTINUE:
			break;
	}
	return ERRCODE_INTERNAL_ERROR;
}

/*
 * What the core wrote.  It cuts what it quotes after so many bytes and knows
 * nothing of encodings: half a character would make the client's encoding
 * conversion fail and raise that in place of the error.
 */
static char *
message_of(const ClvError *err)
{
	char	   *message = pstrdup(err->message);
	char	   *end = message + strlen(message);
	char	   *p = message;

	while (p < end)
	{
		int			length = pg_encoding_verifymbchar(GetDatabaseEncoding(), p,
													  end - p);

		if (length < 1)
		{
			*p = '?';
			length = 1;
		}
		p += length;
	}
	return message;
}

/* Raise what the core described. */
void
clv_raise(const ClvError *err)
{
	ereport(ERROR,
			(errcode(clv_sqlstate(err->status)),
			 errmsg("%s", message_of(err)),
			 err->hint[0] ? errhint("%s", err->hint) : 0));
}

/*
 * The same from an input function: where the caller asked for it (from
 * PostgreSQL 16 on, as pg_input_is_valid does) this reports and returns, and
 * the input function returns NULL.
 */
void
clv_raise_soft(const ClvError *err, struct Node *context)
{
#if PG_VERSION_NUM >= 160000
	errsave(context,
			(errcode(clv_sqlstate(err->status)),
			 errmsg("%s", message_of(err)),
			 err->hint[0] ? errhint("%s", err->hint) : 0));
#else
	clv_raise(err);
#endif
}

/* Raise a status that came without a description. */
void
clv_raise_status(ClvStatus status)
{
	ereport(ERROR,
			(errcode(clv_sqlstate(status)),
			 status == CLV_NO_MEMORY ? errmsg("out of memory") :
			 status == CLV_OUT_OF_RANGE ? errmsg("value out of range") :
			 errmsg("invalid argument")));
}

void
clv_require_argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

void
clv_require_elements(ArrayType *array, const char *name)
{
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain nulls", name)));
}

/*
 * What the glue makes of the core's numbers (money of purchases, days of
 * units) may overflow where none of them did.
 */
double
clv_finite(double number)
{
	if (!isfinite(number))
		clv_raise_status(CLV_OUT_OF_RANGE);
	return number;
}
