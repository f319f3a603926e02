#!/usr/bin/env python3
"""Make test/core/golden_fit.h: log-likelihoods of a base with derivatives.

    test/golden/fit.py > test/core/golden_fit.h

Needs mpmath (Debian: python3-mpmath).  About a minute of one core.

The base is the few rows below, from a newcomer to 100,000 purchases and from
a thousandth of a unit of time to 100,000; every model meets every parameter
set.  Likelihoods are the papers' own, by gamma functions, in 100-digit
arithmetic: Fader, Hardie & Lee (2005), equation 6, for BG/NBD, the same with
one more throw of the coin for MBG/NBD, and Fader & Hardie (2013), equation
1a, for Gamma-Gamma.  Derivatives are central differences with a relative step
of 1e-20, right to 35 digits.

Beside each number stands its scale, the sum of the magnitudes of what it is
the sum of: of the terms of each customer's log-likelihood as the paper has
them, and of each customer's part of a derivative.
"""
from mpmath import mp, mpf, log, loggamma, exp, nstr

mp.dps = 100
STEP = mpf(10) ** -20

ROWS = [  # x, t_x, T, m, customers
    (0, 0, 38.86, 0, 3), (0, 0, 0, 0, 1), (0, 0, 1e5, 0, 1),
    (1, 2.5, 38.86, 22.35, 2), (2, 30.43, 38.86, 0.01, 1),
    (2, 30.43, 38.86, 35.5, 4), (3, 38.86, 38.86, 1e6, 1),
    (20, 20, 25, 31.25, 1), (200, 37.857, 38.857, 12.5, 1),
    (10000, 38, 38.857, 40, 1), (1, 0.001, 1e5, 5, 1),
    (5, 9e4, 1e5, 100, 2), (100000, 99999, 1e5, 20, 1),
]

TIMES = [
    (0.2426, 4.4136, 0.7931, 2.4259), (0.525, 6.183, 0.891, 1.614),
    (1, 1, 1, 1), (1e-4, 1e-4, 1e-4, 1e-4), (1e6, 1e6, 1e6, 1e6),
    (1e6, 5e6, 1, 9), (1e6, 5e6, 1e5, 9e5), (1e-4, 1e6, 1e6, 1e-4),
    (1e6, 1e-4, 1e-4, 1e6), (1e-4, 100, 0.5, 1e6), (500, 1e-4, 1e6, 3),
    (0.5, 4.414, 1000, 5000), (1.3, 2.8, 0.01, 7), (20, 1e6, 5, 0.02),
    (1e8, 5e8, 1e7, 9e7),
]

SPEND = [
    (6.25, 3.74, 15.44), (1, 1, 1), (1e-4, 1e-4, 1e-4), (1e6, 3, 1e-4),
    (3, 1e6, 1e7), (0.05, 0.8, 1e6), (2.4, 0.758, 11.9), (400, 1.0001, 0.2),
    (1e-4, 1e6, 1e6), (1e6, 1e-4, 1e-4),
]


def ln_beta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def betageo(throws):
    def terms(row, par):
        x, tx, t = (mpf(v) for v in row[:3])
        r, alpha, a, b = par
        n = x + throws
        stay = (ln_beta(a, b + n) - ln_beta(a, b), -(r + x) * log(alpha + t))
        out = [loggamma(r + x) - loggamma(r), r * log(alpha)]
        alive = sum(stay)
        if n == 0:
            return out + list(stay)
        left = ln_beta(a + 1, b + n - 1) - ln_beta(a, b) - (r + x) * log(alpha + tx)
        top = max(alive, left)
        return out + [top, log(exp(alive - top) + exp(left - top))]
    return terms


def gammagamma(row, par):
    x, m = mpf(row[0]), mpf(row[3])
    p, q, gamma = par
    return [-ln_beta(p * x, q), q * log(gamma), (p * x - 1) * log(m),
            p * x * log(x), -(p * x + q) * log(gamma + x * m)]


def derivative(terms, row, par, *which):
    """The first or second derivative of one row's log-likelihood."""
    if not which:
        return sum(terms(row, par))
    i = which[0]
    h = par[i] * STEP
    up, down = list(par), list(par)
    up[i] += h
    down[i] -= h
    return (derivative(terms, row, up, *which[1:]) -
            derivative(terms, row, down, *which[1:])) / (2 * h)


def pair(parts):
    return "{%s, %s}" % (nstr(sum(parts), 20), nstr(sum(abs(v) for v in parts), 3))


def record(name, terms, rows, values):
    par = [mpf(v) for v in values]
    n = len(par)
    lnl = [row[4] * v for row in rows for v in terms(row, par)]
    grad = [pair([row[4] * derivative(terms, row, par, i) for row in rows])
            for i in range(n)]
    hess = [pair([row[4] * derivative(terms, row, par, i, j) for row in rows])
            for i in range(n) for j in range(i + 1)]
    print("\t{\"%s\", {%s}, %s,\n\t\t{%s},\n\t{%s}}," % (
        name, ", ".join("%r" % v for v in values), pair(lnl),
        ", ".join(grad), ",\n\t\t\t".join(hess)))


def main():
    print("/*\n * golden_fit.h\n *\t\tLog-likelihoods of a base with derivatives"
          ", made by test/golden/fit.py.\n */")
    print("static const MakeRow golden_row[] = {")
    for row in ROWS:
        print("\t{%s}," % ", ".join("%r" % v for v in row))
    print("};\n")
    print("static const GoldenFit golden_fit[] = {")
    for name, terms, sets in (("bgnbd", betageo(0), TIMES),
                              ("mbgnbd", betageo(1), TIMES),
                              ("gammagamma", gammagamma, SPEND)):
        rows = [row for row in ROWS if name != "gammagamma" or row[0] > 0]
        for values in sets:
            record(name, terms, rows, values)
    print("};")


main()
