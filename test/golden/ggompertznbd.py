#!/usr/bin/env python3
"""Make test/core/golden_ggompertznbd.h: GGompertz/NBD in 50-digit arithmetic.

    test/golden/ggompertznbd.py [processes] > test/core/golden_ggompertznbd.h

Needs mpmath (Debian: python3-mpmath), and gmpy2 to be quick: some 20 minutes of one
core.  See dropout.py.
"""
import math

import dropout

PUBLISHED = (.553, 10.578, .02, .6, .25)


def published():
    year = math.log(1.15) / 52
    for par in (PUBLISHED, (.5786, 12.643, .0448, .1746, .1294),
                (.553, 10.578, 1e-6, .606, 11.669e-6), (.553, 10.578, .02, 1., 1.),
                (.553, 10.578, .3, .6, 1e4)):
        for hist in ((2, 30.43, 38.86), (0, 0, 38.86), (0, 0, 0),
                     (3, 38.86, 38.86)):
            yield par, hist, 39, year, len(hist) - 1


PARAMETERS = [
    (1e-4, 1e-4, 1e-4, 1e-4, 1e-4), (1., 1., 1., 1., 1.),
    (1e6, 1e6, 1e6, 1e6, 1e6), (.5, 4.4, 1e6, 1e-4, 1e6),
    (.5, 4.4, 1e-4, 1e6, 1e6), (.5, 4.4, 1e-4, 1e6, 1e-4), (.25, 30., .01, 1e-4, 2.4),
    (.25, 30., .001, .8, 1e-4), (1000., 1000., .1, 2., 3.), (.5, 1e-4, .8, 2.4, .3),
    (3., 30., .05, .5, 1e6), (3., 30., 1e-4, .001, .5), (2., 20., 1e3, 1e-4, 1e-4),
]


def main():
    rows = list(published()) + list(dropout.awkward(PARAMETERS))
    rows += dropout.ordinary(30, lambda u: (10 ** u(-4, -1.5), 10 ** u(-1, 1),
                                            10 ** u(-2, 2)))
    rows += dropout.anywhere(30, 5)
    dropout.main("ggompertznbd", dropout.GGompertz, rows)


if __name__ == "__main__":
    main()
