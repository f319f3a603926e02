#!/usr/bin/env python3
"""Make test/core/golden_gammagamma.h: Gamma-Gamma in 50-digit arithmetic.

    test/golden/gammagamma.py > test/core/golden_gammagamma.h

Needs mpmath (Debian: python3-mpmath).  A few seconds.

The grid is every parameter set below with every customer; none is left out.
Fader & Hardie (2013), note 025: the log-likelihood is equation 1a by gamma
functions; the expectation is the mean of p / nu over the customer's own
distribution of nu, Gamma(p x + q, rate gamma + x m), that is equation 5 in
the form that stays finite for q <= 1, checked against the integral.
"""
import itertools

from mpmath import mp, mpf, inf, exp, log, loggamma, nstr, quad

mp.dps = 50

PAR = [(6.25, 3.74, 15.44)] + list(itertools.product(
    (1e-4, 0.3, 1.0, 30.0, 1e6), (1e-4, 0.8, 1.0, 5.0, 1e6), (1e-4, 2.0, 1e6)))
CUSTOMERS = [(1, 0.01), (1, 20.0), (2, 22.35), (7, 1e6), (1000, 35.5), (100000, 12.25)]


def terms(p, q, gamma, x, m):
    return [loggamma(p * x + q), -loggamma(p * x), -loggamma(q), q * log(gamma),
            (p * x - 1) * log(m), p * x * log(x), -(p * x + q) * log(gamma + x * m)]


def expected(p, q, gamma, x, m):
    """None where the mean is infinite."""
    if p * x + q <= 1:
        return None
    return p * (gamma + x * m) / (p * x + q - 1)


def check():
    """The closed form of the mean is the integral, on the first set."""
    p, q, gamma = (mpf(v) for v in PAR[0])
    for x, m in ((mpf(a), mpf(b)) for a, b in CUSTOMERS[:4]):
        shape, rate = p * x + q, gamma + x * m
        mean = quad(lambda nu: p / nu * exp(shape * log(rate) + (shape - 1) * log(nu)
                                            - rate * nu - loggamma(shape)),
                    [0, shape / rate, 3 * shape / rate, inf])
        assert abs(mean / expected(p, q, gamma, x, m) - 1) < mpf(10) ** -20


def main():
    check()
    print("/*\n * golden_gammagamma.h\n *\t\tGamma-Gamma in 50-digit arithmetic"
          ", made by test/golden/gammagamma.py.\n */")
    print("static const GoldenSpend golden_spend[] = {")
    for par, customer in itertools.product(PAR, CUSTOMERS):
        values = [mpf(v) for v in par + customer]
        parts = terms(*values)
        mean = expected(*values)
        print("\t{{%s}, %s, %s, %s, %s}," % (
            ", ".join("%r" % v for v in par), ", ".join("%r" % v for v in customer),
            nstr(sum(parts), 20), nstr(sum(abs(v) for v in parts), 3),
            "INFINITY" if mean is None else nstr(mean, 20)))
    print("};")


main()
