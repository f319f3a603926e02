#!/usr/bin/env python3
"""Make test/core/golden_paretonbd.h: Pareto/NBD in 50-digit arithmetic.

    test/golden/paretonbd.py [processes] > test/core/golden_paretonbd.h

Needs mpmath (Debian: python3-mpmath), and gmpy2 to be quick: some 20 minutes of one
core.  See dropout.py.
"""
import math

import dropout

PUBLISHED = (.5534, 10.578, .6061, 11.669)
CDNOW = (.553, 10.578, .606, 11.669)


def published():
    """Customers whose values are printed somewhere, or upset libraries."""
    year = math.log(1.15) / 52
    r, alpha, s, beta = PUBLISHED
    days = (r, 7 * alpha, s, 7 * beta)
    for par in (PUBLISHED, (r, alpha, 1., beta), (r, alpha, 2., beta),
                (r, alpha, s, 1e6), (r, 10., s, 10.),
                (r, alpha, .9999999, beta), (r, alpha, 1.0000001, beta)):
        for hist in ((2, 30.43, 38.86), (0, 0, 38.86), (0, 0, 0),
                     (3, 38.86, 38.86)):
            yield par, hist, 39, year, len(hist) - 1
    yield days, (500, 360, 364), 365, year / 7, 100
    yield days, (500, 180, 364), 365, year / 7, 1
    yield (1., 1., 1., 1.), (170, 70.857, 70.857), 39, .0027, 30
    yield CDNOW, (200, 37.857, 38.857), 39, .0027, 111
    yield CDNOW, (150, 103, 104), 39, .0027, 46
    yield CDNOW, (10000, 1 / 7, 38.857), 39, .0027, 0
    yield (10.465, .00798565, 3.0516, 2.820), (0, 0, 1 / 7), 39, .0027, 1
    for delta, T in ((.2, 104), (.5, 38.857), (.2, 520), (.5, 104), (.0953, 520)):
        yield CDNOW, (2, T - 8, T), 39, delta, 2


PARAMETERS = [
    (1e-4, 1e-4, 1e-4, 1e-4), (1e-4, 1e6, 1e-4, 1e-4), (1e6, 1e6, 1e6, 1e6),
    (1e6, 1e-4, 1e6, 1e6), (1e-4, 4.4, 1e6, 1e-4), (.5, 4.4, 1e-4, 1e6),
    (.5, 4.4, 1e6, 1e6), (1., 1., 1., 1.), (.25, 30., 1e-4, 2.4),
    (.25, 30., .8, 1e-4), (1000., 1000., 2., 3.), (1e6, 1e6, .8, 2.4),
    (.5, 1e-4, .8, 2.4), (.5, 1e6, .8, 2.4), (3., 30., .5, .5),
    (1.5, 10., 50., 1000.), (2., 20., 1e3, 1e-4),
]


def main():
    rows = list(published()) + list(dropout.awkward(PARAMETERS))
    rows += dropout.ordinary(30, lambda u: (10 ** u(-1, 1), 10 ** u(.5, 3)))
    rows += dropout.anywhere(60, 4)
    dropout.main("paretonbd", dropout.Pareto, rows)


if __name__ == "__main__":
    main()
