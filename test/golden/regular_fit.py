#!/usr/bin/env python3
"""Make test/core/golden_regular_fit.h: a base's likelihood with regular gaps.

    test/golden/regular_fit.py > test/core/golden_regular_fit.h

Needs mpmath (Debian: python3-mpmath).  About a minute of one core.

As test/golden/fit.py, for BG/CNBD-k and MBG/CNBD-k: the likelihood of
Reutterer, Platzer & Schroeder (2020) by gamma functions in 100-digit
arithmetic, derivatives by r, alpha, a and b as central differences, and beside
each number the sum of the magnitudes of what it is the sum of.  The logarithms
of all gaps add up to GAPS.
"""
from mpmath import mp, mpf, log, loggamma, exp, factorial, nstr

mp.dps = 100
STEP = mpf(10) ** -20
GAPS = 1234.5

ROWS = [  # x, t_x, T, customers
    (0, 0, 38.86, 3), (0, 0, 0, 1), (0, 0, 1e5, 1), (1, 2.5, 38.86, 2),
    (2, 30.43, 38.86, 4), (3, 38.86, 38.86, 1), (20, 20, 25, 1),
    (200, 37.857, 38.857, 1), (10000, 38, 38.857, 1), (1, 0.001, 1e5, 1),
    (5, 9e4, 1e5, 2), (100000, 99999, 1e5, 1),
]

SETS = [
    (0.9, 4, 0.6, 2.2), (1, 1, 1, 1), (1e-4, 1e-4, 1e-4, 1e-4),
    (1e6, 1e6, 1e6, 1e6), (1e6, 5e6, 1, 9), (1e-4, 1e6, 1e6, 1e-4),
    (1e6, 1e-4, 1e-4, 1e6), (500, 1e-4, 1e6, 3), (1.3, 2.8, 0.01, 7),
    (1e8, 5e8, 1e7, 9e7),
]


def ln_beta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def add(parts):
    top = max(parts)
    return top + log(sum(exp(v - top) for v in parts))


def terms(row, par, throws, k):
    x, tx, t = (mpf(v) for v in row[:3])
    r, alpha, a, b = par
    n = x + throws
    rx = r + k * x
    stay = ln_beta(a, b + n) - ln_beta(a, b)
    alive = stay + add([
        loggamma(rx + j) - loggamma(rx) - (rx + j) * log(alpha + t)
        + (j * log(t - tx) if j else 0) - log(factorial(j))
        for j in range(k if t > tx else 1)])
    out = [loggamma(rx) - loggamma(r), r * log(alpha), -x * loggamma(k)]
    if n == 0:
        return out + [alive]
    left = ln_beta(a + 1, b + n - 1) - ln_beta(a, b) - rx * log(alpha + tx)
    return out + [add([alive, left])]


def derivative(row, par, throws, k, *which):
    if not which:
        return sum(terms(row, par, throws, k))
    i = which[0]
    h = par[i] * STEP
    up, down = list(par), list(par)
    up[i] += h
    down[i] -= h
    return (derivative(row, up, throws, k, *which[1:]) -
            derivative(row, down, throws, k, *which[1:])) / (2 * h)


def pair(parts):
    return "{%s, %s}" % (nstr(sum(parts), 20), nstr(sum(abs(v) for v in parts), 3))


def record(throws, k, values):
    par = [mpf(v) for v in values]

    def total(*which):
        return pair([row[3] * derivative(row, par, throws, k, *which)
                     for row in ROWS])
    lnl = [row[3] * v for row in ROWS for v in terms(row, par, throws, k)]
    print("\t{%d, {%s, %d}, %s,\n\t\t{%s},\n\t{%s}}," % (
        throws, ", ".join("%r" % v for v in values), k,
        pair(lnl + [(k - 1) * mpf(GAPS)]),
        ", ".join(total(i) for i in range(4)),
        ",\n\t\t\t".join(total(i, j) for i in range(4) for j in range(i + 1))))


def main():
    print("/*\n * golden_regular_fit.h\n *\t\tLog-likelihoods of a base with "
          "derivatives: the paper's\n *\t\tgamma functions in 100 digits and "
          "their central differences.\n *\n * Made by test/golden/regular_fit.py; "
          "not to be edited.\n */")
    print("#define GOLDEN_GAPS\t%r\n" % GAPS)
    print("static const MakeRow golden_row[] = {")
    for x, tx, t, n in ROWS:
        print("\t{%r, %r, %r, 0, %r}," % (x, tx, t, n))
    print("};\n")
    print("static const GoldenFit golden_fit[] = {")
    for i, values in enumerate(SETS):
        for k in (2, 3, 6, 12):
            record((i + k) % 2, k, values)
    print("};")


main()
