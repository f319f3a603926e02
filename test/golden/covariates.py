#!/usr/bin/env python3
"""Make test/core/golden_covariates.h: likelihoods of a base with covariates.

    test/golden/covariates.py > test/core/golden_covariates.h

Needs mpmath (Debian: python3-mpmath).  About a minute of one core.

The papers' own likelihoods in 60-digit arithmetic: Fader, Hardie & Lee (2005),
equation 6, for BG/NBD, with one more throw of the coin for MBG/NBD, and Fader
& Hardie (2005, note 009) with its 2F1 for Pareto/NBD; and Fader & Hardie
(2007, note 019) for what covariates do to parameters, a and b by coefficients
of their own.  Derivatives are central differences with a step of 1e-16, right
to 30 digits.

Parameters are those of a customer with mean covariates, and coefficients by a
standard deviation of each, which is how the fit has them.
"""
from mpmath import mp, mpf, log, loggamma, exp, hyp2f1, sqrt, nstr

mp.dps = 60
STEP = mpf(10) ** -16

ROWS = [  # x, t_x, T, customers, covariates
    (0, 0, 38.86, 3, (0, 0.5)), (2, 30.43, 38.86, 2, (0, 0.5)),
    (1, 2.5, 38.86, 1, (1, 0.5)), (5, 31, 31, 2, (1, 0.5)),
    (0, 0, 20, 4, (1, -2)), (7, 12, 27, 1, (1, -2)),
    (40, 37.5, 38.5, 1, (0, 3.25)), (3, 4, 5, 1, (0, 3.25)),
]

BG = [
    ((0.2426, 4.4136, 0.7931, 2.4259), (0.3, -0.2, 0.5, 0.1, -0.4, 0.7)),
    ((0.525, 6.183, 0.891, 1.614), (0,) * 6),
    ((2, 40, 0.05, 3), (-1.5, 1, 2, -3, 0.25, -0.5)),
]
PARETO = [
    ((0.5533, 10.578, 0.6061, 11.669), (0.3, -0.2, 0.5, 0.1)),
    ((1, 5, 1, 5), (0, 0, 0, 0)),
    ((3, 100, 0.1, 2), (-1.5, 1, 2, -3)),
]


def ln_beta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def betageo(throws):
    def lnl(x, tx, t, par):
        r, alpha, a, b = par
        n = x + throws
        common = loggamma(r + x) - loggamma(r) + r * log(alpha)
        alive = ln_beta(a, b + n) - ln_beta(a, b) - (r + x) * log(alpha + t)
        if n == 0:
            return common + alive
        left = ln_beta(a + 1, b + n - 1) - ln_beta(a, b) - (r + x) * log(alpha + tx)
        return common + log(exp(alive) + exp(left))
    return lnl


def pareto(x, tx, t, par):
    r, alpha, s, beta = par
    n = r + s + x

    def dead(u):
        if alpha >= beta:
            return hyp2f1(n, s + 1, n + 1, (alpha - beta) / (alpha + u)) / (alpha + u) ** n
        return hyp2f1(n, r + x, n + 1, (beta - alpha) / (beta + u)) / (beta + u) ** n

    q = (alpha + t) ** -(r + x) * (beta + t) ** -s + s / n * (dead(tx) - dead(t))
    return (loggamma(r + x) - loggamma(r) + r * log(alpha) + s * log(beta) + log(q))


def standardised():
    rows = []
    customers = sum(row[3] for row in ROWS)
    for k in range(2):
        v = [mpf(row[4][k]) for row in ROWS]
        mean = sum(row[3] * value for row, value in zip(ROWS, v)) / customers
        sd = sqrt(sum(row[3] * (value - mean) ** 2 for row, value in zip(ROWS, v)) / customers)
        rows.append([(value - mean) / sd for value in v])
    return list(zip(*rows))


VALUES = standardised()


def loglik(lnl, signs, par):
    """Of all rows, with parameters and coefficients."""
    total = mpf(0)
    n = len(signs)
    for row, value in zip(ROWS, VALUES):
        at = n
        theta = []
        for k, sign in enumerate(signs):
            move = mpf(0)
            if sign:
                move = sign * sum(g * v for g, v in zip(par[at:at + 2], value))
                at += 2
            theta.append(par[k] * exp(move))
        total += row[3] * lnl(row[0], mpf(row[1]), mpf(row[2]), theta)
    return total


def derivative(f, par, *which):
    if not which:
        return f(par)
    up, down = list(par), list(par)
    up[which[0]] += STEP
    down[which[0]] -= STEP
    return (derivative(f, up, *which[1:]) - derivative(f, down, *which[1:])) / (2 * STEP)


def record(name, lnl, signs, par):
    par = [mpf(v) for group in par for v in group]
    n = len(par)

    def f(p):
        return loglik(lnl, signs, p)

    def show(values):
        return ", ".join(nstr(v, 20) for v in values)

    print("\t{\"%s\", {%s}, %s,\n\t\t{%s},\n\t{%s}}," % (
        name, ", ".join(nstr(v, 17) for v in par), nstr(f(par), 20),
        show(derivative(f, par, i) for i in range(n)),
        ",\n\t\t\t".join(show(derivative(f, par, i, j) for j in range(i + 1)) for i in range(n))))


def main():
    print("/*\n * golden_covariates.h\n *\t\tLog-likelihoods of a base with covariates and their"
          " derivatives, made by\n *\t\ttest/golden/covariates.py.\n */")
    print("static const GroupedRow golden_row[] = {")
    for x, tx, t, n, v in ROWS:
        print("\t{{%r, %r, %r, 0, %r}, {%s}}," % (x, tx, t, n, ", ".join("%r" % u for u in v)))
    print("};\n")
    print("static const GoldenCovariates golden[] = {")
    for name, lnl, signs, sets in (("bgnbd", betageo(0), (0, -1, 1, 1), BG),
                                   ("mbgnbd", betageo(1), (0, -1, 1, 1), BG),
                                   ("paretonbd", pareto, (0, -1, 0, -1), PARETO)):
        for par in sets:
            record(name, lnl, signs, par)
    print("};")


main()
