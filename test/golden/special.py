#!/usr/bin/env python3
"""Make test/core/golden_special.h: src/core/special.c in 60-digit arithmetic.

    test/golden/special.py > test/core/golden_special.h

Needs mpmath; about a minute.  Arguments are seeded and log-uniform over each
function's domain, with its edges put in by hand.
"""
import random

import mpmath
from mpmath import mp, mpf

import betageo

mp.dps = 60
rnd = random.Random(60)


def wide(low, high):
    return 10 ** rnd.uniform(low, high)


def stirling_rest(x):
    return (mpmath.loggamma(x) - (x - mpf(1) / 2) * mpmath.log(x) + x
            - mpmath.log(2 * mpmath.pi) / 2)


def log_survive(a, b, k):
    return (mpmath.loggamma(b + k) - mpmath.loggamma(b)
            + mpmath.loggamma(a + b) - mpmath.loggamma(a + b + k))


def beta_log_density(a, b, d):
    v = mpmath.log(a / b) + d
    return (a * v - (a + b) * mpmath.log1p(mpmath.exp(v))
            - (mpmath.loggamma(a) + mpmath.loggamma(b)
               - mpmath.loggamma(a + b)))


def expint_part(s, w, to):
    if w == 0:
        return to if s == 0 else (1 - mpmath.exp(-s * to)) / s
    grow = mpmath.exp(to)
    return (betageo.scaled_expint(s + 1, w)
            - mpmath.exp(-s * to - w * (grow - 1))
            * betageo.scaled_expint(s + 1, w * grow))


def cases():
    for x in (1e-4, .5, 1., 9.99999, 10., 16., 1e3, 1e6):
        yield "STIRLING_REST", stirling_rest, (x,)
    for _ in range(12):
        yield "STIRLING_REST", stirling_rest, (wide(-4, 6),)
    for a, b, k in ((1e-4, 1e-4, 1.), (1e-4, 1e5, 1e5), (1e3, 1e6, 1e5),
                    (1., 1., 64.), (1., 1., 65.), (1e6, 1e6, 600.)):
        yield "LOG_SURVIVE", log_survive, (a, b, k)
    for _ in range(40):
        yield "LOG_SURVIVE", log_survive, (wide(-4, 2), wide(-4, 6),
                                           float(int(wide(0, 5))))
    for a, b in ((1e-4, 1e-4), (1e6, 1e6), (1e-4, 1e6), (1e6, 1e-4), (1., 1.)):
        for width in (-20., -3., -.1, 0., 1., 8.):
            d = width * ((a + b) / (a * b)) ** .5
            if abs(d) < 600:
                yield "BETA_LOG_DENSITY", beta_log_density, (a, b, d)
    for _ in range(60):
        r, z = wide(-4, 6), wide(-8, 4)
        k = float(int(r * z * wide(-.5, .5) + rnd.choice([1, 1, 2, 30])))
        if k < 20000:
            yield "NEGBIN", betageo_negbin, (r, z, k)
            yield "NEGBIN_UPPER", betageo_negbin_upper, (r, z, k)
    for s in (1e-4, .5, 1., 1 + 1e-14, 1.49, 1.51, 2., 3 - 1e-9, 19.99, 20.5,
              1e3, 1e6):
        for w in (1e-30, 1e-3, .9999, 1., 30., 1e9):
            yield "EXPINT", betageo.scaled_expint, (s, w)
    for s in (-.9999, -.5, 0., .3, 2.2, 50., 1e6):
        for w in (1e-12, .01, 2., 1e4):
            for to in (1e-6, .5, 9.):
                yield "EXPINT_PART", expint_part, (s, w, to)
        yield "EXPINT_PART", expint_part, (s, 0., 3.)


def betageo_negbin(r, z, k):
    return betageo.negbin(k, r, z)


def betageo_negbin_upper(r, z, k):
    return betageo.negbin_upper(int(k), r, z)


HEAD = """/*
 * golden_special.h
 *		The functions of src/core/special.c in 60-digit arithmetic.
 *
 * Made by test/golden/special.py; not to be edited.
 */
typedef struct Golden
{
	int			function;
	double		arg[3];
	double		want;
} Golden;

static const Golden golden[] = {"""


def main():
    print(HEAD)
    for name, function, args in cases():
        value = function(*map(mpf, args))
        print("{%s, {%s}, %s}," % (name, ", ".join(map(repr, args)),
                                   betageo.number(value)))
    print("};")


if __name__ == "__main__":
    main()
