/*
 * codec.c
 *		Values as bytes: what is not worth being inline.
 */
#include "bytes/codec.h"

size_t
clv_varint_size(uint64_t v)
{
	size_t		n = 1;

	while (v >>= 7)
		n++;
	return n;
}

void
clv_put_bytes(ClvWriter *out, const void *data, size_t n)
{
	if (n == 0 || !clv_writer_room(out, n))
		return;
	memcpy(out->at, data, n);
	out->at += n;
}

void
clv_put_string(ClvWriter *out, const void *data, size_t n)
{
	clv_put_varint(out, n);
	clv_put_bytes(out, data, n);
}
