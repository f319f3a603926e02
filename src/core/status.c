/*
 * status.c
 *		How the core reports what went wrong.
 */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>

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
