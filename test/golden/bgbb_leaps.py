#!/usr/bin/env python3
"""The rules of src/core/bgbb_leaps.c: prints the table there.

A rule of size N takes the sum of f(0), ..., f(N - 1) from NODES of the terms,
the ones nearest to Chebyshev's points, with the weights for which the sum is
right for every polynomial of degree NODES - 1.  Nodes and weights are
symmetric, so that half of them are printed.
"""
import mpmath as mp

mp.mp.dps = 60
NODES = 16
SIZES = [64 << i for i in range(8)]


def rule(size):
    middle = mp.mpf(size - 1) / 2
    at = [int(mp.nint(middle * (1 - mp.cos(mp.pi * (2 * i + 1) / (2 * NODES))))) for i in range(NODES)]
    assert all(at[i] + at[NODES - 1 - i] == size - 1 for i in range(NODES))
    assert len(set(at)) == NODES
    matrix = mp.matrix(NODES, NODES)
    sums = mp.matrix(NODES, 1)
    last, here = [mp.mpf(1)] * size, [(j - middle) / middle for j in range(size)]
    for degree in range(NODES):
        for i in range(NODES):
            matrix[degree, i] = last[at[i]]
        sums[degree] = mp.fsum(last)
        following = [((2 * degree + 3) * (j - middle) / middle * here[j] - (degree + 1) * last[j]) / (degree + 2)
                     for j in range(size)]
        last, here = here, following
    weight = mp.lu_solve(matrix, sums)
    assert min(weight) > 0
    return at, weight


for size in SIZES:
    at, weight = rule(size)
    half = NODES // 2
    print("\t{%d, {%s}," % (size, ", ".join(map(str, at[:half]))))
    for i in range(0, half, 4):
        print("\t\t%s%s%s" % ("{" if i == 0 else "", ", ".join(mp.nstr(weight[k], 18, strip_zeros=False) for k in range(i, i + 4)),
                              "}}," if i + 4 == half else ","))
