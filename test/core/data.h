/*
 * data.h
 *		Files of real data and of reference values.
 *
 * They lie in test/data; what is too large for it (test/data/README.md says
 * what, and how to get it) may lie there or in ../shared/data beside the
 * checkout.  A test whose file is nowhere is skipped.
 */
#ifndef CLV_DATA_H
#define CLV_DATA_H

#include <stdio.h>

#ifndef CLV_SRCDIR
#define CLV_SRCDIR	"."
#endif

/* NULL if there is no such file. */
static FILE *
open_data(const char *name)
{
	static const char *const directory[] = {"test/data", "../shared/data"};
	int			i;

	for (i = 0; i < 2; i++)
	{
		char		path[1024];
		FILE	   *file;

		snprintf(path, sizeof(path), "%s/%s/%s", CLV_SRCDIR, directory[i], name);
		file = fopen(path, "r");
		if (file != NULL)
			return file;
	}
	return NULL;
}

#endif							/* CLV_DATA_H */
