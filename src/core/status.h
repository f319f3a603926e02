/*
 * status.h
 *		How the core reports what went wrong.
 *
 * The core is plain C: it knows no server, so it raises nothing.  A function
 * that can fail returns a ClvStatus and describes the failure in a ClvError,
 * which the glue turns into a PostgreSQL error in one place (src/error.c).
 */
#ifndef CLV_STATUS_H
#define CLV_STATUS_H

typedef enum ClvStatus
{
	CLV_OK = 0,
	CLV_CONTINUE,				/* stepped work: call again */
	CLV_BAD_ARGUMENT,			/* 22023 */
	CLV_OUT_OF_RANGE,			/* 22003 */
	CLV_BAD_TEXT,				/* 22P02 */
	CLV_BAD_BINARY,				/* 22P03 */
	CLV_LIMIT,					/* 54000 */
	CLV_NO_MEMORY,				/* 53200 */
	CLV_UNSUPPORTED				/* 0A000 */
} ClvStatus;

typedef struct ClvError
{
	ClvStatus	status;
	char		message[256];	/* lower case, no full stop, value quoted */
	char		hint[256];		/* a sentence, or empty */
} ClvError;

/*
 * Fill in "err" (which may be NULL) and return "status", so that a caller can
 * write: return clv_fail(err, CLV_BAD_ARGUMENT, "Use ...", "... \"%g\" ...", v);
 */
extern ClvStatus clv_fail(ClvError *err, ClvStatus status, const char *hint,
						  const char *format,...)
			__attribute__((format(printf, 4, 5)));

/*
 * A number for a message, as PostgreSQL writes it: in the fewest digits that
 * read back as the same, "NaN", "Infinity".  Returns the text, in "buffer".
 */
typedef struct ClvNumber
{
	char		text[32];
} ClvNumber;

extern const char *clv_number(ClvNumber *buffer, double number);

#endif							/* CLV_STATUS_H */
