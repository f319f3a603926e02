#!/usr/bin/env python3
"""Make test/core/golden_bgbb.h: BG/BB in 50-digit arithmetic.

    test/golden/bgbb.py > test/core/golden_bgbb.h

Needs mpmath (Debian: python3-mpmath).  Some minutes of one core.

Every parameter set meets every history, from a newcomer to 10,000
opportunities, and every horizon.  Formulas are those of Fader, Hardie & Shang
(2010): the likelihood by equation 5, whose beta functions are taken as such up
to 200 opportunities and by exact products beyond; sums over opportunities to
come term by term; purchases without end by equation 14, with 2F1.

The base for derivatives is BASE; derivatives are central differences of
100-digit values with a relative step of 1e-20, right to 35 digits.  Beside
each of those numbers stands its scale, the sum of the magnitudes of each
customer's part of it.
"""
from mpmath import mp, mpf, beta as B, exp, log, nstr

mp.dps = 60
STEP = mpf(10) ** -20

PARAMETERS = [
    (1.204, 0.75, 0.657, 2.783), (1, 1, 1, 1), (1e-4, 1e-4, 1e-4, 1e-4),
    (1e6, 1e6, 1e6, 1e6), (1e-4, 1e6, 1e-4, 1e6), (1e6, 1e-4, 1e6, 1e-4),
    (1e-4, 1e-4, 1e6, 1e6), (1e6, 1e6, 1e-4, 1e-4), (0.5, 3, 1, 20),
    (0.5, 3, 1.0000001, 20), (2, 2, 1e-4, 1e6), (20, 1e3, 5, 1e4),
    (0.01, 7, 0.3, 0.02), (1e6, 3e6, 1e4, 1e6),
]

ROWS = [  # x, t_x, n
    (0, 0, 0), (0, 0, 6), (2, 4, 6), (6, 6, 6), (1, 1, 100), (30, 50, 60),
    (26, 52, 104), (100, 100, 4000), (0, 0, 10000), (5000, 9990, 10000),
    (10000, 10000, 10000), (3, 9000, 10000), (1000, 1500, 3650),
]

AHEAD = [  # horizon, purchases in it, discount rate per opportunity
    (5, 2, log(mpf("1.1"))), (1000, 50, mpf("0.0005")), (3, 0, mpf(2)),
    (400, 1, mpf("0.002")),
]

BASE = [  # x, t_x, n, customers
    (0, 0, 0, 2), (0, 0, 6, 3), (2, 4, 6, 2), (6, 6, 6, 1), (1, 6, 6, 4),
    (0, 0, 7, 1), (1, 1, 100, 1), (30, 50, 60, 2), (26, 52, 104, 1),
    (400, 500, 1500, 1), (1000, 1000, 1500, 1),
]


def rising(a, n):
    out = mpf(1)
    for i in range(n):
        out *= a + i
    return out


def likelihood(par, row):
    """Equation 5, and the part of those who are alive after n."""
    alpha, beta, gamma, delta = par
    x, tx, n = row
    if n <= 200:
        norm = B(alpha, beta) * B(gamma, delta)
        alive = B(alpha + x, beta + n - x) * B(gamma, delta + n) / norm
        dead = sum(B(alpha + x, beta + tx - x + i) * B(gamma + 1, delta + tx + i)
                   for i in range(n - tx)) / norm
        return alive + dead, alive
    at = (rising(alpha, x) * rising(beta, tx - x) / rising(alpha + beta, tx)
          * rising(delta, tx) / rising(gamma + delta, tx))
    dead = mpf(0)
    for k in range(tx, n):
        dead += at * gamma / (gamma + delta + k)
        at *= ((beta + k - x) / (alpha + beta + k)
               * (delta + k) / (gamma + delta + k))
    return at + dead, at


def without_end(c, d, z):
    """z d / (c + d) 2F1(1, d + 1; c + d + 1; z), to 30 digits."""
    term = total = z * d / (c + d)
    j = 1
    while term > total * (1 - z) * mpf(10) ** -30:
        term *= z * (d + j) / (c + d + j)
        total += term
        j += 1
    return total


def future(par, row, ahead, alive):
    """p_alive after h; p_active; purchases: plain, discounted, without end;
    lifetime discounted; pmf."""
    x, tx, n = row
    h, want, rate = ahead
    a, b = par[0] + x, par[1] + n - x
    c, d = par[2], par[3] + n
    z = exp(-rate)
    stay = first = mpf(1)
    active = plain = discounted = mpf(0)
    for j in range(1, h + 1):
        step = (d + j - 1) / (c + d + j - 1)
        stay *= step
        plain += stay
        discounted += stay * z ** j
        active += first * step * a / (a + b + j - 1)
        first *= step * (b + j - 1) / (a + b + j - 1)
    pmf = mpf(0)
    if want <= h:
        at = (rising(a, want) / rising(a + b, want)
              * rising(d, want) / rising(c + d, want))
        for i in range(want, h):
            pmf += at * c / (c + d + i)
            at *= (mpf(i + 1) / (i + 1 - want) * (b + i - want) / (a + b + i)
                   * (d + i) / (c + d + i))
        pmf += at
    pmf *= alive
    if want == 0:
        pmf += 1 - alive
    ever = without_end(c, d, z)
    p = a / (a + b)
    return [alive * stay, alive * active, alive * p * plain,
            alive * p * discounted, alive * p * ever, alive * discounted, pmf]


def terms(par):
    return [log(likelihood(par, row[:3])[0]) * row[3] for row in BASE]


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
    print("/*\n * golden_bgbb.h\n *\t\tBG/BB in 50-digit arithmetic, made by"
          " test/golden/bgbb.py.\n */")
    print("static const MakeRow golden_base[] = {")
    for x, tx, n, count in BASE:
        print("\t{%d, %d, %d, 0, %d}," % (x, tx, n, count))
    print("};\n\nstatic const GoldenRow golden_row[] = {")
    for values in PARAMETERS:
        par = [mpf(v) for v in values]
        for row in ROWS:
            total, alive = likelihood(par, row)
            for ahead in AHEAD:
                out = [log(total), alive / total] + future(par, row, ahead,
                                                           alive / total)
                print("\t{{%s}, {%d, %d, %d}, %d, %d, %s,\n\t{%s}}," % (
                    ", ".join("%r" % v for v in values), *row, *ahead[:2],
                    nstr(ahead[2], 20), ", ".join(
                        nstr(v, 20) if i == 0 or v > mpf("1e-300") else "0"
                        for i, v in enumerate(out))))
    print("};\n\nstatic const GoldenFit golden_fit[] = {")
    mp.dps = 100
    for values in PARAMETERS:
        par = [mpf(v) for v in values]
        print("\t{{%s}, %s,\n\t\t{%s},\n\t{%s}}," % (
            ", ".join("%r" % v for v in values), pair(terms(par)),
            ", ".join(pair(difference(par, i)) for i in range(4)),
            ",\n\t\t\t".join(pair(difference(par, i, j))
                            for i in range(4) for j in range(i + 1))))
    print("};")


main()
