#!/usr/bin/env python3
"""Make test/core/golden_contract.h: sBG and BdW in 50-digit arithmetic.

    test/golden/contract.py > test/core/golden_contract.h

Needs mpmath (Debian: python3-mpmath).  Some minutes of one core.

S(t) = B(a, b + t^c) / B(a, b) by gamma functions (Fader & Hardie 2007; Fader
et al. 2018), payments as their sum term by term (Fader & Hardie 2010), without
end until e^(-delta j) is below 1e-25.  c = 1 is sBG.

Derivatives of the likelihood of BASE are central differences of 100-digit
values with a relative step of 1e-20.  Beside each of those numbers stands its
scale, the sum of the magnitudes of each tenure's part of it.
"""
from mpmath import mp, mpf, exp, inf, log, loggamma, nstr

mp.dps = 50
STEP = mpf(10) ** -20

PARAMETERS = [
    (0.668, 3.806, 1), (1, 1, 1), (1e-4, 1e-4, 1), (1e6, 1e6, 1),
    (1e-4, 1e6, 1), (1e6, 1e-4, 1), (1.5, 20, 1),
    (0.4556, 0.7793, 1.2835), (0.2143, 1.4266, 1.7236), (0.5, 3, 0.3),
    (1e-4, 1e-4, 0.5), (1e6, 1e6, 2), (1e-4, 1e6, 1.5), (1e6, 1e-4, 0.7),
    (2, 5, 0.01), (3, 1e6, 5), (0.7, 1.2, 0.9999999), (20, 1e3, 1.1),
    (0.01, 0.02, 3),
]

STAYS = [(0, 1), (0, 7), (3, 1), (6, 1), (1000, 1), (10, 1000), (99999, 5)]

PAYMENTS = [  # period, discount rate per period, periods
    (0, log(mpf("1.1")), inf), (1, log(mpf("1.1")), inf), (4, mpf("0.03"), inf),
    (4, mpf("0.03"), 60), (0, mpf(0), 12), (100, mpf("0.0001"), 2000),
    (0, mpf("0.01"), inf), (1, mpf(0), 3000),
]

BASE = [  # tenure, lost, stay
    (0, 0, 4), (1, 369, 0), (2, 163, 3), (3, 86, 0), (7, 21.5, 241),
    (60, 1, 12), (1000, 2, 3),
]


def log_g(a, b, u):
    return loggamma(b + u) - loggamma(a + b + u)


def log_s(par, t, at_0=None):
    a, b, c = par
    u = mpf(t) ** c if t else mpf(0)
    return log_g(a, b, u) - (log_g(a, b, mpf(0)) if at_0 is None else at_0)


def payments(par, period, rate, h):
    n = max(period - 1, 0)
    at_n = log_s(par, n, 0)
    first = 0 if period else 1
    end = h if h != inf else int(60 / rate)
    total = sum(exp(log_s(par, n + j, 0) - at_n - rate * j)
                for j in range(1, int(end) - first + 1))
    return 1 + total if first else exp(rate) * total


def terms(par):
    out = []
    for t, lost, stay in BASE:
        if stay:
            out.append(stay * log_s(par, t))
        if lost:
            before, at = log_s(par, t - 1), log_s(par, t)
            out.append(lost * (before + log(1 - exp(at - before))))
    return out


def difference(par, *which):
    if not which:
        return terms(par)
    i = which[0]
    up, down = list(par), list(par)
    h = par[i] * STEP
    up[i] += h
    down[i] -= h
    return [(u - v) / (2 * h) for u, v in zip(difference(up, *which[1:]),
                                              difference(down, *which[1:]))]


def pair(parts):
    return "{%s, %s}" % (nstr(sum(parts), 20), nstr(sum(abs(v) for v in parts), 3))


def main():
    print("/*\n * golden_contract.h\n *\t\tsBG and BdW in 50-digit arithmetic,"
          " made by test/golden/contract.py.\n */")
    print("static const ClvTenure golden_base[] = {")
    for cell in BASE:
        print("\t{%r, %r, %r}," % cell)
    print("};\n\nstatic const GoldenStay golden_stay[] = {")
    for values in PARAMETERS:
        par = [mpf(v) for v in values]
        for n, more in STAYS:
            print("\t{{%s}, %d, %d, %s}," % (
                ", ".join("%r" % v for v in values), n, more,
                nstr(log_s(par, n + more) - log_s(par, n), 20)))
    print("};\n\nstatic const GoldenPayments golden_payments[] = {")
    for values in PARAMETERS:
        par = [mpf(v) for v in values]
        for period, rate, h in PAYMENTS:
            print("\t{{%s}, %d, %s, %s, %s}," % (
                ", ".join("%r" % v for v in values), period, nstr(rate, 20),
                "INFINITY" if h == inf else h,
                nstr(payments(par, period, rate, h), 20)))
    print("};\n\nstatic const GoldenFit golden_fit[] = {")
    mp.dps = 100
    for values in PARAMETERS:
        par = [mpf(v) for v in values]
        print("\t{{%s}, %s,\n\t\t{%s},\n\t{%s}}," % (
            ", ".join("%r" % v for v in values), pair(terms(par)),
            ", ".join(pair(difference(par, i)) for i in range(3)),
            ",\n\t\t".join(pair(difference(par, i, j))
                          for i in range(3) for j in range(i + 1))))
    print("};")


main()
