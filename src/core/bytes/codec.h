/*
 * codec.h
 *		Values as bytes: all that is stored or sent is written and read here.
 *
 *	byte	as it is
 *	varint	a number below 2^64: seven bits a byte, the lowest first, the high
 *			bit set in all bytes but the last, in as few bytes as it takes
 *	u32		four bytes, the highest first; an int32_t as its two's complement
 *	double	IEEE 754, eight bytes, the highest first; -0 is written as 0
 *	string	its length, a varint, and the bytes
 *
 * Each value has one encoding, and a reader takes no other: a varint that is
 * longer than it need be and a double that is -0 are refused.
 *
 * Both ends are bounded.  A reader returns false when the bytes end too early
 * or are none that a writer makes; it never reads beyond the end.  A writer
 * without room writes nothing more and is "full".
 *
 * What makes up a value of a type stands with the type (docs/storage.md); no
 * other file takes numbers apart into bytes, which a test sees to.
 */
#ifndef CLV_CODEC_H
#define CLV_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CLV_VARINT_MAX	10		/* bytes of the longest */

/* ---- at a place that is known to be there ---- */

static inline uint32_t
clv_u32_at(const unsigned char *p)
{
	return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 |
		(uint32_t) p[2] << 8 | (uint32_t) p[3];
}

static inline void
clv_set_u32(unsigned char *p, uint32_t v)
{
	p[0] = (unsigned char) (v >> 24);
	p[1] = (unsigned char) (v >> 16);
	p[2] = (unsigned char) (v >> 8);
	p[3] = (unsigned char) v;
}

static inline double
clv_double_at(const unsigned char *p)
{
	uint64_t	bits = (uint64_t) clv_u32_at(p) << 32 | clv_u32_at(p + 4);
	double		v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

/* These two return where the next byte goes. */
static inline unsigned char *
clv_set_double(unsigned char *p, double v)
{
	uint64_t	bits;

	v += 0.0;					/* -0.0 becomes 0.0 */
	memcpy(&bits, &v, sizeof(bits));
	clv_set_u32(p, (uint32_t) (bits >> 32));
	clv_set_u32(p + 4, (uint32_t) bits);
	return p + 8;
}

static inline unsigned char *
clv_set_varint(unsigned char *p, uint64_t v)
{
	while (v >= 0x80)
	{
		*p++ = (unsigned char) (v | 0x80);
		v >>= 7;
	}
	*p++ = (unsigned char) v;
	return p;
}

/* ---- reading ---- */

/* A borrowed range of bytes: what is left to be read. */
typedef struct ClvSpan
{
	const unsigned char *at;
	const unsigned char *end;
} ClvSpan;

static inline size_t
clv_span_size(ClvSpan span)
{
	return (size_t) (span.end - span.at);
}

/* Each takes something from the front; after false "in" is of no use. */
static inline bool
clv_get_byte(ClvSpan *in, unsigned char *v)
{
	if (in->at == in->end)
		return false;
	*v = *in->at++;
	return true;
}

/* Nine bytes have 63 bits; a tenth has the last one and is not 0. */
static inline bool
clv_get_varint(ClvSpan *in, uint64_t *v)
{
	int			shift;

	if (in->at < in->end && *in->at < 0x80)
	{
		*v = *in->at++;
		return true;
	}
	*v = 0;
	for (shift = 0; shift < 64 && in->at < in->end; shift += 7)
	{
		unsigned char byte = *in->at++;

		if (shift == 63 && byte > 1)
			return false;
		*v |= (uint64_t) (byte & 0x7f) << shift;
		if (byte < 0x80)
			return byte != 0;	/* as short as it can be */
	}
	return false;
}

static inline bool
clv_get_u32(ClvSpan *in, uint32_t *v)
{
	if (clv_span_size(*in) < 4)
		return false;
	*v = clv_u32_at(in->at);
	in->at += 4;
	return true;
}

static inline bool
clv_get_double(ClvSpan *in, double *v)
{
	if (clv_span_size(*in) < 8)
		return false;
	*v = clv_double_at(in->at);
	in->at += 8;
	return *v != 0.0 || in->at[-8] == 0;	/* -0 has the high bit */
}

/* The next n bytes, as a range of their own. */
static inline bool
clv_get_span(ClvSpan *in, uint64_t n, ClvSpan *part)
{
	if (n > clv_span_size(*in))
		return false;
	part->at = in->at;
	part->end = in->at += n;
	return true;
}

static inline bool
clv_get_string(ClvSpan *in, ClvSpan *string)
{
	uint64_t	n;

	return clv_get_varint(in, &n) && clv_get_span(in, n, string);
}

/* ---- writing ---- */

typedef struct ClvWriter
{
	unsigned char *at;			/* where the next byte goes */
	unsigned char *end;
	bool		full;			/* something had no room */
} ClvWriter;

/* Room for n more?  Once there was none, there is none for anything. */
static inline bool
clv_writer_room(ClvWriter *out, size_t n)
{
	if ((size_t) (out->end - out->at) >= n)
		return true;
	out->end = out->at;
	out->full = true;
	return false;
}

static inline void
clv_put_byte(ClvWriter *out, unsigned char v)
{
	if (clv_writer_room(out, 1))
		*out->at++ = v;
}

extern size_t clv_varint_size(uint64_t v);

static inline void
clv_put_varint(ClvWriter *out, uint64_t v)
{
	if (out->end - out->at >= CLV_VARINT_MAX ||
		clv_writer_room(out, clv_varint_size(v)))
		out->at = clv_set_varint(out->at, v);
}

static inline void
clv_put_u32(ClvWriter *out, uint32_t v)
{
	if (!clv_writer_room(out, 4))
		return;
	clv_set_u32(out->at, v);
	out->at += 4;
}

static inline void
clv_put_double(ClvWriter *out, double v)
{
	if (clv_writer_room(out, 8))
		out->at = clv_set_double(out->at, v);
}

/* Bytes without their length. */
extern void clv_put_bytes(ClvWriter *out, const void *data, size_t n);
extern void clv_put_string(ClvWriter *out, const void *data, size_t n);

#endif							/* CLV_CODEC_H */
