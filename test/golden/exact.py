#!/usr/bin/env python3
"""Write test/core/golden_exact.h: sums of doubles by rational arithmetic.

    python3 test/golden/exact.py > test/core/golden_exact.h

Each case is a list of doubles and the canonical expansion of their sum: the
double nearest to it, the double nearest to what that leaves, and so on.
Fraction is exact, and Fraction -> float rounds to nearest, ties to even.
"""
import random
import struct
import sys
from fractions import Fraction

MAX = sys.float_info.max
TINY = 5e-324


def expansion(values):
    rest = sum(map(Fraction, values), Fraction(0))
    parts = []
    while rest:
        try:
            part = float(rest)
        except OverflowError:
            return None
        parts.append(part)
        rest -= Fraction(part)
    return parts


def any_double(rng):
    while True:
        value = struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0]
        if value == value and abs(value) <= MAX:
            return value


def cases():
    rng = random.Random(20240301)
    yield []
    yield [0.0, -0.0]
    yield [1.0, -1.0]
    yield [0.1, 0.2]
    yield [0.1] * 10
    yield [1e16, 1.0, -1e16]
    yield [1e16, 1.0]
    yield [1.0, 2.0**-53]                       # a tie, to even
    yield [1.0 + 2.0**-52, 2.0**-53]            # a tie, to even, upwards
    yield [1.0, 2.0**-53, TINY]                 # just above the tie
    yield [1.0, 2.0**-53, -TINY]                # just below it
    yield [2.0**53, 1.0, -TINY]
    yield [TINY] * 3
    yield [2.0**-1022, -TINY]
    yield [MAX, TINY]
    yield [MAX, -MAX, 1.0]
    yield [MAX, MAX, -MAX]                      # beyond the range on the way
    yield [MAX, 2.0**969]                       # rounds to the largest
    yield [MAX, 2.0**970]                       # a tie, rounds to infinity
    yield [MAX, MAX]
    yield [-MAX, -MAX]
    yield [2.0**e for e in range(-1074, 1024, 53)]
    yield [2.0**e for e in range(-1074, 1024, 54)]
    yield [(-1) ** e * 2.0**e for e in range(-1074, 1024, 107)]
    for n in (2, 3, 5, 20):
        for _ in range(6):
            yield [round(rng.uniform(0, 500), 2) for _ in range(n)]
            yield [any_double(rng) for _ in range(n)]
            yield [rng.uniform(-1, 1) * 10.0 ** rng.randint(-20, 20)
                   for _ in range(n)]


def main():
    print("/* Written by test/golden/exact.py; do not edit. */")
    print("static const GoldenSum golden_sums[] = {")
    for values in cases():
        parts = expansion(values)
        print("\t{%d, {%s}, %d, {%s}}," % (
            len(values), ", ".join(map(float.hex, values)) or "0",
            -1 if parts is None else len(parts),
            ", ".join(map(float.hex, parts or [0.0]))))
    print("};")


main()
