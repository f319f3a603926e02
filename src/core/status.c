/*
 * status.c
 *		How the core reports what went wrong.
 */
#include "status.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

ClvStatus
clv_fail(ClvError *err, ClvStatus status, const char *hint,
		 const char *format,...)
{
	va_list		args;

	if (err == NULL)
		return status;
	err->status = status;
	va_start(args, format);
	vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	snprintf(err->hint, sizeof(err->hint), "%s", hint ? hint : "");
	return status;
}

const char *
clv_number(ClvNumber *buffer, double number)
{
	int			digits;

	if (isnan(number))
		return "NaN";
	if (isinf(number))
		return number > 0 ? "Infinity" : "-Infinity";
	for (digits = 15; digits <= 17; digits++)
	{
		snprintf(buffer->text, sizeof(buffer->text), "%.*g", digits, number);
		if (strtod(buffer->text, NULL) == number)
			break;
	}
	return buffer->text;
}
