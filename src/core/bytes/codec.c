/*
 * codec.c
 *		Values as bytes: what is not worth being inline.
 */
#include "bytes/codec.h"

/* Nine bytes have 63 bits; a tenth has the last one and is not 0. */
bool
clv_get_long_varint(ClvSpan *in, uint64_t *v)
{
	int			shift;

	*v = 0;
	for (shift = 0; shift < 64 && in->at < in->end; shift += 7)
	{
		unsigned char byte = *in->at++;

		if (shift == 63 && byte > 1)
			return false;
		*v |= (uint64_t) (byte & 0x7f) << shift;
		if (byte < 0x80)
			return byte != 0 || shift == 0; /* as short as it can be */
	}
	return false;
}

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
