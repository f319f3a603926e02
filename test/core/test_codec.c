/*
 * test_codec.c
 *		Values as bytes: their one encoding, and both bounds.
 */
#include <math.h>
#include <string.h>

#include "bytes/codec.h"
#include "check.h"

/* docs/storage.md: the bytes of each kind of value */
static void
test_bytes(void)
{
	static const unsigned char want[] = {
		0x07,					/* byte 7 */
		0x00, 0x7f, 0x80, 0x01, /* varints 0, 127, 128 */
		0xd2, 0xa7, 0x04,		/* 70610 = 0x52 + (0x27 << 7) + (4 << 14) */
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, /* 2^64 - 1 */
		0x01, 0x02, 0x03, 0x04, /* u32 16909060 */
		0xff, 0xff, 0xff, 0xfe, /* -2 */
		0x40, 0x44, 0, 0, 0, 0, 0, 0,	/* double 40 = 1.25 * 2^5 */
		0, 0, 0, 0, 0, 0, 0, 0, /* double -0, as 0 */
		0x02, 'a', 'b', 0x00	/* strings "ab", "" */
	};
	unsigned char got[sizeof(want)];
	ClvWriter	out = {got, got + sizeof(got), false};

	clv_put_byte(&out, 7);
	clv_put_varint(&out, 0);
	clv_put_varint(&out, 127);
	clv_put_varint(&out, 128);
	clv_put_varint(&out, 70610);
	clv_put_varint(&out, UINT64_MAX);
	clv_put_u32(&out, 16909060);
	clv_put_u32(&out, (uint32_t) -2);
	clv_put_double(&out, 40.0);
	clv_put_double(&out, -0.0);
	clv_put_string(&out, "ab", 2);
	clv_put_string(&out, NULL, 0);
	CHECK(!out.full && out.at == out.end, "they fill their room");
	CHECK(memcmp(got, want, sizeof(want)) == 0, "bytes");
}

/* A varint of every length, in as much room and in one byte less. */
static void
test_varints(void)
{
	int			bit;
	int			near;

	for (bit = 0; bit < 64; bit++)
	{
		for (near = -1; near <= 1; near++)
		{
			uint64_t	v = (UINT64_C(1) << bit) + (uint64_t) near;
			unsigned char bytes[CLV_VARINT_MAX + 1];
			ClvWriter	out = {bytes, bytes + CLV_VARINT_MAX, false};
			ClvSpan		in = {bytes, bytes};
			uint64_t	got = ~v;
			size_t		size;

			clv_put_varint(&out, v);
			size = (size_t) (out.at - bytes);
			CHECK(size == clv_varint_size(v) &&
				  size == (size_t) (v == 0 ? 1 : (64 - __builtin_clzll(v) + 6) / 7),
				  "size of 2^%d%+d", bit, near);
			in.end = bytes + size;
			CHECK(clv_get_varint(&in, &got) && got == v && in.at == in.end,
				  "2^%d%+d comes back", bit, near);
			in = (ClvSpan) {bytes, bytes + size - 1};
			CHECK(!clv_get_varint(&in, &got) && in.at <= in.end,
				  "2^%d%+d without its last byte", bit, near);

			memset(bytes, 0xee, sizeof(bytes));
			out = (ClvWriter) {bytes, bytes + size, false};
			clv_put_varint(&out, v);
			CHECK(!out.full && out.at == out.end && bytes[size] == 0xee,
				  "2^%d%+d in just its room", bit, near);
			memset(bytes, 0xee, sizeof(bytes));
			out = (ClvWriter) {bytes, bytes + size - 1, false};
			clv_put_varint(&out, v);
			CHECK(out.full && out.at == bytes && bytes[0] == 0xee,
				  "2^%d%+d in less than its room", bit, near);
		}
	}
}

/* What no writer makes. */
static void
test_refused(void)
{
	static const struct
	{
		const char *what;
		int			n;
		unsigned char bytes[11];
	}			varint[] = {
		{"nothing", 0, {0}},
		{"0 in two bytes", 2, {0x80, 0x00}},
		{"1 in two bytes", 2, {0x81, 0x00}},
		{"127 in three bytes", 3, {0xff, 0x80, 0x00}},
		{"a last byte that is missing", 2, {0xff, 0xff}},
		{"2^64", 10, {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02}},
		{"2^63 - 1 in ten bytes", 10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00}},
		{"eleven bytes", 11, {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x81, 0x00}}
	};
	static const unsigned char minus_zero[8] = {0x80};
	static const unsigned char longer[] = {0x03, 'a', 'b'};
	ClvSpan		in;
	ClvSpan		string;
	uint64_t	v;
	double		d;
	size_t		i;

	for (i = 0; i < sizeof(varint) / sizeof(varint[0]); i++)
	{
		in = (ClvSpan) {varint[i].bytes, varint[i].bytes + varint[i].n};
		CHECK(!clv_get_varint(&in, &v) && in.at <= in.end, "%s is refused",
			  varint[i].what);
	}
	in = (ClvSpan) {minus_zero, minus_zero + 8};
	CHECK(!clv_get_double(&in, &d), "-0 is refused");
	in = (ClvSpan) {longer, longer + sizeof(longer)};
	CHECK(!clv_get_string(&in, &string), "a string beyond the end is refused");
	in = (ClvSpan) {longer, longer + sizeof(longer)};
	CHECK(!clv_get_span(&in, UINT64_MAX, &string), "so many bytes are refused");
}

/* Every prefix of what was written, but for the whole, ends too early. */
static void
test_bounds(void)
{
	unsigned char bytes[64];
	ClvWriter	out = {bytes, bytes + sizeof(bytes), false};
	size_t		size;
	size_t		n;

	clv_put_byte(&out, 1);
	clv_put_varint(&out, 300);
	clv_put_u32(&out, 5);
	clv_put_double(&out, -INFINITY);
	clv_put_string(&out, "names", 5);
	size = (size_t) (out.at - bytes);
	for (n = 0; n <= size; n++)
	{
		ClvSpan		in = {bytes, bytes + n};
		ClvSpan		string;
		unsigned char byte;
		uint64_t	v;
		uint32_t	u;
		double		d;
		bool		all = clv_get_byte(&in, &byte) && clv_get_varint(&in, &v) &&
			clv_get_u32(&in, &u) && clv_get_double(&in, &d) &&
			clv_get_string(&in, &string);

		CHECK(all == (n == size) && in.at <= in.end, "%zu of %zu bytes", n, size);
		CHECK(!all || (byte == 1 && v == 300 && u == 5 && d == -INFINITY &&
					   clv_span_size(string) == 5 &&
					   memcmp(string.at, "names", 5) == 0), "and what they were");
	}
}

/* Once there was no room nothing is written, however short. */
static void
test_full(void)
{
	unsigned char bytes[16];
	size_t		room;

	for (room = 0; room < 12; room++)
	{
		ClvWriter	out = {bytes, bytes + room, false};
		size_t		i;

		memset(bytes, 0xee, sizeof(bytes));
		clv_put_u32(&out, 0);
		clv_put_double(&out, 0.0);
		clv_put_byte(&out, 0);
		clv_put_varint(&out, 0);
		clv_put_bytes(&out, "abc", 3);
		CHECK(out.full && out.at == bytes + (room < 4 ? 0 : 4), "room for %zu", room);
		for (i = room < 4 ? 0 : 4; i < sizeof(bytes); i++)
			CHECK(bytes[i] == 0xee, "room for %zu: byte %zu", room, i);
	}
}

int
main(void)
{
	RUN(test_bytes);
	RUN(test_varints);
	RUN(test_refused);
	RUN(test_bounds);
	RUN(test_full);
	CHECK_DONE("codec");
}
