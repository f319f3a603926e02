/*
 * test_fuzz.c
 *		The fuzz targets without a fuzzer: each seed is a value, and so many
 *		mutations of the seeds are refused, or are a value that keeps every
 *		promise.  The same mutations on every machine.
 *
 * With a directory as argument it writes the seeds there, one subdirectory a
 * target, for libFuzzer to begin with.
 */
#include <sys/stat.h>

#include "../fuzz/targets.h"
#include "../fuzz/seeds.h"

#include "check.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))
#define MUTATIONS	20000		/* of each target */
#define MOST		16384		/* bytes of a mutation */

static int	broken;
static uint64_t state = 20261201;

void
fuzz_broken(const char *file, int line, const char *promise)
{
	if (broken++ < 20)
		printf("%s:%d: not so: %s\n", file, line, promise);
}

static uint32_t
draw(uint32_t limit)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (state >> 33) % limit;
}

static size_t
read_hex(const char *hex, unsigned char *out)
{
	size_t		n = strlen(hex) / 2;
	size_t		i;
	unsigned	byte;

	for (i = 0; i < n; i++)
	{
		sscanf(hex + 2 * i, "%2x", &byte);
		out[i] = (unsigned char) byte;
	}
	return n;
}

/* Bytes that numbers end, go on or overflow with, digits and separators. */
static unsigned char
telling_byte(void)
{
	static const unsigned char byte[] = {
		0, 1, 2, 3, 4, 0x7f, 0x80, 0xff, 0xf0, 0xfe, '0', '9', '.', ',', ':', '/', '-'
	};

	return draw(2) ? byte[draw(LENGTH(byte))] : (unsigned char) draw(256);
}

/* Cut out, doubled, or put in, one place. */
static size_t
mutate_length(unsigned char *data, size_t size)
{
	size_t		at = draw((uint32_t) size);
	size_t		n = 1 + draw(draw(4) ? 2 : 20);

	if (n > size - at)
		n = size - at;
	if (draw(2))
	{
		memmove(data + at, data + at + n, size - at - n);
		return size - n;
	}
	if (size + n > MOST)
		return size;
	memmove(data + at + n, data + at, size - at);
	if (draw(2))
		data[at] = telling_byte();
	return size + n;
}

static size_t
mutate(unsigned char *data, size_t size)
{
	int			times = 1 + (int) draw(3);

	while (times-- > 0 && size > 0)
	{
		size_t		at = draw((uint32_t) size);

		switch (draw(5))
		{
			case 0:
				data[at] ^= (unsigned char) (1 << draw(8));
				break;
			case 1:
				data[at] += draw(2) ? 1 : 255;
				break;
			case 2:
				size = mutate_length(data, size);
				break;
			case 3:
				size = draw(4) ? size : at;
				break;
			default:
				data[at] = telling_byte();
		}
	}
	return size;
}

static const FuzzSeed *
draw_seed(const char *target)
{
	const FuzzSeed *seed;

	do
		seed = &fuzz_seeds[draw(LENGTH(fuzz_seeds))];
	while (strcmp(seed->target, target) != 0);
	return seed;
}

/* In memory of just its size, for a sanitizer to see what is read beyond. */
static bool
run(FuzzTarget target, const unsigned char *data, size_t size)
{
	unsigned char *copy = malloc(size + (size == 0));
	bool		taken;

	memcpy(copy, data, size);
	taken = target(copy, size);
	free(copy);
	return taken;
}

static void
test_seeds(void)
{
	unsigned char data[MOST];
	size_t		i;
	size_t		j;

	for (i = 0; i < LENGTH(fuzz_targets); i++)
	{
		int			seeds = 0;

		for (j = 0; j < LENGTH(fuzz_seeds); j++)
		{
			if (strcmp(fuzz_seeds[j].target, fuzz_targets[i].name) != 0)
				continue;
			seeds++;
			CHECK(run(fuzz_targets[i].run, data, read_hex(fuzz_seeds[j].hex, data)) && broken == 0,
				  "%s: seed %zu is not accepted", fuzz_targets[i].name, j);
		}
		CHECK(seeds > 0, "%s has no seed", fuzz_targets[i].name);
	}
}

static void
test_mutations(void)
{
	unsigned char data[MOST];
	size_t		i;
	int			k;

	for (i = 0; i < LENGTH(fuzz_targets); i++)
	{
		int			taken = 0;

		broken = 0;
		for (k = 0; k < MUTATIONS; k++)
			taken += run(fuzz_targets[i].run, data,
						 mutate(data, read_hex(draw_seed(fuzz_targets[i].name)->hex, data)));
		CHECK(broken == 0, "%s: %d promises are broken", fuzz_targets[i].name, broken);
		CHECK(taken > 100 && taken < MUTATIONS - 100,
			  "%s: %d of %d mutations are taken", fuzz_targets[i].name, taken, MUTATIONS);
		printf("  %-16s %5d of %d mutations are values\n", fuzz_targets[i].name, taken, MUTATIONS);
	}
}

/* Texts whose fraction, or whose number of rows, is what is too much. */
static void
test_limits(void)
{
	static const char *const bad[] = {
		"survivors:0:9000000000.5", "survivors:0:9000000000.000001",
		"retention:1:9000000000.000001/0", "retention:1:0/9000000000.1",
		"retention:1:4500000000.5/4500000000"
	};
	size_t		size = 12 * (CLV_MAX_TENURES + 2);
	char	   *text = malloc(size);
	int			rows;
	size_t		i;

	broken = 0;
	for (i = 0; i < LENGTH(bad); i++)
		CHECK(!run(fuzz_retention_text, (const unsigned char *) bad[i], strlen(bad[i])) && broken == 0,
			  "%s is taken", bad[i]);
	for (rows = CLV_MAX_TENURES; rows <= CLV_MAX_TENURES + 1; rows++)
	{
		char	   *p = text + sprintf(text, "retention:");
		int			t;

		for (t = 1; t <= rows; t++)
			p += sprintf(p, "%s%d:1/0", t > 1 ? "," : "", t);
		CHECK(run(fuzz_retention_text, (const unsigned char *) text, p - text) ==
			  (rows <= CLV_MAX_TENURES) && broken == 0, "%d tenures", rows);
	}
	free(text);
}

static int
write_seeds(const char *directory)
{
	unsigned char data[MOST];
	char		path[4096];
	size_t		i;

	for (i = 0; i < LENGTH(fuzz_seeds); i++)
	{
		size_t		size = read_hex(fuzz_seeds[i].hex, data);
		FILE	   *file;

		snprintf(path, sizeof(path), "%s/%s", directory, fuzz_seeds[i].target);
		(void) mkdir(path, 0777);
		snprintf(path, sizeof(path), "%s/%s/seed%zu", directory, fuzz_seeds[i].target, i);
		file = fopen(path, "wb");
		if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
		{
			perror(path);
			return 1;
		}
	}
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return write_seeds(argv[1]);
	RUN(test_seeds);
	RUN(test_mutations);
	RUN(test_limits);
	CHECK_DONE("fuzz");
}
