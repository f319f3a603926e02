/*
 * fuzz.c
 *		A fuzz target for libFuzzer.  The environment says which:
 *
 *			CLV_FUZZ=history test/fuzz/fuzz corpus/history
 */
#include "targets.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

static FuzzTarget target;

int			LLVMFuzzerInitialize(int *argc, char ***argv);
int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void
fuzz_broken(const char *file, int line, const char *promise)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, promise);
	abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("CLV_FUZZ");
	size_t		i;

	for (i = 0; i < LENGTH(fuzz_targets); i++)
	{
		if (name != NULL && strcmp(name, fuzz_targets[i].name) == 0)
			target = fuzz_targets[i].run;
	}
	if (target != NULL)
		return 0;
	fprintf(stderr, "CLV_FUZZ must be the name of a target (test/fuzz/targets.h)\n");
	exit(2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void) target(data, size);
	return 0;
}
