#!/usr/bin/env python3
"""Make test/core/golden_nbd.h: NBD in 50-digit arithmetic.

    test/golden/nbd.py [processes] > test/core/golden_nbd.h

Needs mpmath (Debian: python3-mpmath), and gmpy2 to be quick: some 2 minutes of one
core.  See dropout.py.
"""
import math

import dropout


def published():
    for hist in ((2, 30.43, 38.86), (0, 0, 38.86), (0, 0, 0)):
        yield (.3848, 12.072), hist, 39, math.log(1.15) / 52, 2


PARAMETERS = [
    (1e-4, 1e-4), (1e-4, 1e6), (1e6, 1e6), (1e6, 1e-4), (.5, 4.4), (1., 1.),
    (1000., 1000.), (.5, 1e-4), (.5, 1e6), (3., 30.),
]


def main():
    rows = list(published()) + list(dropout.awkward(PARAMETERS))
    rows += dropout.ordinary(20, lambda u: ())
    rows += dropout.anywhere(60, 2)
    dropout.main("nbd", dropout.Immortal, rows)


if __name__ == "__main__":
    main()
