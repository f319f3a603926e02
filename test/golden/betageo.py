#!/usr/bin/env python3
"""Make test/core/golden_betageo.h: BG/NBD and MBG/NBD in 50-digit arithmetic.

    test/golden/betageo.py [processes] > test/core/golden_betageo.h

Needs mpmath (Debian: python3-mpmath).  About 15 minutes of one core.

The customers are those of the grid below: published ones, a set of awkward
parameters against a set of awkward histories, and seeded random ones over
the whole space.  Nothing is left out afterwards.

Formulas (d = 0 for BG/NBD and 1 for MBG/NBD, n = x + d, R = r + x,
A = alpha + T, b' = b + n) are the papers' own, not the sums of the C code:

  lnL, P(alive)       Fader, Hardie & Lee (2005), eq. 6, by gamma functions
  P(Y = n)            by a finite sum of negative binomial probabilities
  P(alive at T + h)   mean over p of (1 + p h / A)^-R
  purchases in h      mean over p of [1 - (1 + p h / A)^-R] / p
  discounted, by      mean over p of the closed form in w = A delta / p,
    horizon           e^w [E_s(w) - (1 + z)^(1-s) E_s(w (1 + z))], z = p h / A
    for ever          e^w E_s(w), with s = R + 1 for purchases, R for lifetime

The means over p ~ Beta(a, b') are taken in v = logit p with the step halved
until two results agree to 11 digits (halving the step doubles the number of
right digits), E_s by
mpmath's expint.  Wherever mpmath can sum the papers'
2F1 as well, P(alive at T + h) and the purchases are taken from both, and must
agree to 18 digits.
"""
import math
import random
import sys
from multiprocessing import Pool

import mpmath
from mpmath import mp, mpf

mp.dps = 50

WANT = ["loglik", "p_alive", "p_alive_ahead", "p_active", "purchases",
        "discounted", "discounted_ever", "lifetime", "lifetime_discounted",
        "lifetime_ever", "pmf", "next_purchase"]


# ---------------------------------------------------------------- mean over p

class Beta:
    """Means over p ~ Beta(a, b) of functions of p given by their logarithm."""

    def __init__(self, a, b, steep):
        self.a, self.b, self.steep = a, b, steep
        self.log_b = (mpmath.loggamma(a) + mpmath.loggamma(b)
                      - mpmath.loggamma(a + b))
        self.centre = mpmath.log(a / b)
        self.step = min(mpf("0.34"), mpmath.sqrt((a + b) / (a * b)))
        self.nodes = {}

    def node(self, level, k):
        key = k << (12 - level)
        if key not in self.nodes:
            v = self.centre + k * mpmath.ldexp(self.step, -level)
            e = mpmath.exp(v)
            p, q = e / (1 + e), 1 / (1 + e)
            density = (self.a * v - (self.a + self.b) * mpmath.log1p(e)
                       - self.log_b)
            self.nodes[key] = (key, p, q, density)
        return self.nodes[key]

    def side(self, log_g, level, k, move, top):
        """Sum of exp(integrand) over k, k + move, ...; top: the highest yet."""
        total, before = mpf(0), mpf("-inf")
        step = mpmath.ldexp(self.step, -level) * abs(move)
        for _ in range(2000000):
            key, p, q, density = self.node(level, k)
            f = density + log_g(key, p)
            total += mpmath.exp(f)
            top = max(top, f)
            if f < top - 60 and f < before:
                break
            before = f
            if move < 0 and (self.b + self.steep) * p < mpf(10) ** -24:
                total += mpmath.exp(f) / mpmath.expm1(self.a * step)
                break
            if move > 0 and (self.a + self.steep) * q < mpf(10) ** -24:
                total += mpmath.exp(f) / mpmath.expm1(self.b * step)
                break
            k += move
        return total, top

    def mean(self, log_g):
        left, top = self.side(log_g, 0, -1, -1, mpf("-inf"))
        right, top = self.side(log_g, 0, 0, 1, top)
        total = left + right
        for level in range(1, 12):
            left, _ = self.side(log_g, level, -1, -2, top)
            right, _ = self.side(log_g, level, 1, 2, top)
            new = total + left + right
            if abs(new - 2 * total) < new * mpf(10) ** -11:
                return new * mpmath.ldexp(self.step, -level)
            total = new
        raise ArithmeticError("mean over p did not converge")


def scaled_expint(s, w):
    """e^w E_s(w); by its continued fraction where mpmath gives up."""
    if w < 10:
        return mpmath.exp(w) * mpmath.expint(s, w)
    b = w + s
    c, d = mpf(10) ** 1000, 1 / b
    f = d
    for i in range(1, 10000):
        an = -i * (s - 1 + i)
        b += 2
        d = 1 / (an * d + b)
        c = b + an / c
        f *= c * d
        if abs(c * d - 1) < mpf(10) ** -48:
            return f
    raise ArithmeticError("continued fraction did not converge")


class Given:
    """ln of the functions of p, with E_s computed once a node."""

    def __init__(self, R, A, h, delta):
        self.R, self.A, self.h, self.delta = R, A, h, delta
        self.cache = {}

    def parts(self, key, p):
        """w, z, e^w E_s(w) and its part beyond z, for s = R + 1 and R."""
        if key not in self.cache:
            R = self.R
            w = self.A * self.delta / p
            z = p * self.h / self.A
            here = scaled_expint(R + 1, w)
            there = scaled_expint(R + 1, w * (1 + z))
            fade = mpmath.exp(-w * z)
            more_here = (1 - R * here) / w
            more_there = (1 - R * there) / (w * (1 + z))
            shrink = mpmath.power(1 + z, -R)
            self.cache[key] = (here, here - shrink * fade * there, more_here,
                               more_here - shrink * (1 + z) * fade * more_there)
        return self.cache[key]

    def survival(self, key, p):
        return -self.R * mpmath.log1p(p * self.h / self.A)

    def purchases(self, key, p):
        return mpmath.log(-mpmath.expm1(self.survival(key, p)) / p)

    def lifetime(self, key, p):
        y = mpmath.log1p(p * self.h / self.A)
        s = self.R - 1
        return mpmath.log(self.A / p * (y if s == 0
                                        else -mpmath.expm1(-s * y) / s))

    def discounted(self, which):
        return lambda key, p: mpmath.log(self.parts(key, p)[which] / p)


# ------------------------------------------------------------------ a customer

def negbin(n, r, z):
    return mpmath.exp(mpmath.loggamma(r + n) - mpmath.loggamma(r)
                      - mpmath.loggamma(n + 1) + n * mpmath.log(z)
                      - (r + n) * mpmath.log1p(z))


def negbin_upper(n, r, z):
    """P(K >= n): 1 less a finite sum, or the sum itself far out."""
    term, total = negbin(mpf(0), r, z), mpf(0)
    y = z / (1 + z)
    for j in range(n):
        total += term
        term *= y * (r + j) / (j + 1)
    if 1 - total > mpf(10) ** -25:
        return 1 - total
    term, total, j = negbin(mpf(n), r, z), mpf(0), n
    while term > total * mpf(10) ** -30:
        total += term
        term *= y * (r + j) / (j + 1)
        j += 1
    return total


def check_2f1(R, A, a, b, h, alive, purchases):
    """The same by the papers' 2F1, where mpmath can sum it."""
    y = h / (A + h)
    if max(a, b, R * y / (1 - y)) > 500 or y > 0.999 or 1 in (a, a + b):
        return
    lost = 2 - min(0, int(mpmath.log10(h * (R + 1) / A))) + int(
        abs(mpmath.log10(abs(a - 1)))) + int(R * mpmath.log1p(h / A))
    try:
        with mp.workdps(50 + 2 * lost):
            shrink = mpmath.power(A / (A + h), R)
            f = shrink * mpmath.hyp2f1(R, b, a + b, y)
            g = ((a + b - 1) / (a - 1)
                 * (1 - shrink * mpmath.hyp2f1(R, b, a + b - 1, y)))
    except (ValueError, ZeroDivisionError, mpmath.libmp.NoConvergence):
        return
    for got, want in ((alive, f), (purchases, g)):
        if abs(got - want) > abs(want) * mpf(10) ** -18:
            raise ArithmeticError("2F1 disagrees: %s %s" % (got, want))


def customer(row):
    d, par, hist, h, delta, n, q = row
    r, alpha, a, b = map(mpf, par)
    x, tx, T = map(mpf, hist)
    h, delta, q = mpf(h), mpf(delta), mpf(q)
    R, A, coins = r + x, alpha + T, x + d
    beta = lambda u, v: (mpmath.loggamma(u) + mpmath.loggamma(v)
                         - mpmath.loggamma(u + v))

    t1 = mpmath.exp(beta(a, b + coins) - beta(a, b) - R * mpmath.log(A))
    t2 = mpf(0)
    if coins > 0:
        t2 = mpmath.exp(beta(a + 1, b + coins - 1) - beta(a, b)
                        - R * mpmath.log(alpha + tx))
    loglik = (mpmath.loggamma(R) - mpmath.loggamma(r) + r * mpmath.log(alpha)
              + mpmath.log(t1 + t2))
    pi = t1 / (t1 + t2)
    z = h / A

    law = Beta(a, b + coins, R * h / A + (R + 1) * min(h, 1 / delta) / A
               + (R + 1) / (A * delta))
    given = Given(R, A, h, delta)
    alive, purchases = law.mean(given.survival), law.mean(given.purchases)
    check_2f1(R, A, a, b + coins, h, alive, purchases)

    pmf = (1 - pi if n == 0 else mpf(0)) + pi * mpmath.exp(
        beta(a, b + coins + n) - beta(a, b + coins)) * negbin(n, R, z)
    if n > 0:
        pmf += pi * mpmath.exp(beta(a + 1, b + coins + n - 1)
                               - beta(a, b + coins)) * negbin_upper(n, R, z)

    nxt = mpf("inf")
    if q < pi:
        nxt = A * mpmath.expm1(-mpmath.log1p(-q / pi) / R)
    return [loglik, pi, pi * alive, pi * -mpmath.expm1(-R * mpmath.log1p(z)),
            pi * purchases,
            pi * R * law.mean(given.discounted(1)),
            pi * R * law.mean(given.discounted(0)),
            pi * law.mean(given.lifetime),
            pi * A * law.mean(given.discounted(3)),
            pi * A * law.mean(given.discounted(2)),
            pmf, nxt]


# ------------------------------------------------------------------ the grid

def published():
    """Customers whose values are printed somewhere; horizons in weeks."""
    bg = (.2426, 4.4136, .7931, 2.4259)
    mbg = (.525, 6.183, .891, 1.614)
    year = math.log(1.15) / 52
    for d, par in ((0, bg), (1, mbg)):
        days = (par[0], 7 * par[1], par[2], par[3])
        for hist in ((2, 30.43, 38.86), (0, 0, 38.86), (0, 0, 0)):
            for h in (39, 52):
                for n in (0, 2):
                    yield d, par, hist, h, year, n, .5
        one = (par[0], par[1], 1., par[3])
        yield d, one, (2, 30.43, 38.86), 39, year, 1, .5
        yield d, (1., 1., 1., 1.), (2, 30.43, 38.86), 39, year, 1, .5
        yield d, (1., 1., 1., 1.), (0, 0, 38.86), 39, year, 1, .5
        yield d, days, (500, 360, 364), 365, year / 7, 100, .9
        yield d, (.11, 2.24, .31, .50), (0, 0, 1), 30, year, 1, .2
        yield d, (.11, 2.24, .4, .6), (0, 0, 1), 30, year, 1, .2
        cdnow = (.243, 4.414, .793, 2.426)
        for T, x in ((1, 333), (4, 405), (4, 450), (38.857, 1088), (104, 2000)):
            yield d, cdnow, (x, T, T), 39, .0027, 300, .99
        yield d, cdnow, (300, 4, 104), 39, .0027, 3, 1e-9
        yield d, (.5, 4.414, 1000., 5000.), (10000, 38.857, 38.857), 39, \
            .0027, 5, .5
        for near in (1., .9999999, 1.0000001):
            yield d, (.243, 4.414, near, 2.426), (2, 30.43, 38.86), 39, \
                .0027, 4, .3
        for n in (171, 200):
            yield d, cdnow, (0, 0, 0), 39, .0027, n, .3


PARAMETERS = [
    (1e-4, 1e-4, 1e-4, 1e-4), (1e-4, 1e6, 1e-4, 1e-4), (1e6, 1e6, 1e6, 1e6),
    (1e6, 1e-4, 1e6, 1e6), (1e-4, 4.4, 1e6, 1e-4), (.5, 4.4, 1e-4, 1e6),
    (.5, 4.4, 1e6, 1e6), (1., 1., 1., 1.), (.25, 30., 1e-4, 2.4),
    (.25, 30., .8, 1e-4), (1000., 1000., 2., 3.), (1e6, 1e6, .8, 2.4),
    (.5, 1e-4, .8, 2.4), (.5, 1e6, .8, 2.4), (3., 30., .5, .5),
    (1.5, 10., 50., 1000.), (.3, 5., 1e-4, 1e-4), (2., 20., 1e3, 1e-4),
]
HISTORIES = [
    (0, 0, 0), (0, 0, 1e5), (1, 1, 1), (1, 30, 365), (3, 200, 210.5),
    (25, 180, 365), (500, 364, 364), (10000, 3650, 4000), (100000, 1e5, 1e5),
    (100000, 1, 1e5),
]
HORIZONS = [365.25, 30, 1e5, 1e-6, 3652.5, 1]
DELTAS = [math.log(1.1) / 365.25, 1e-8, .05, 10.]
COUNTS = [0, 1, 3, 17, 171, 1000, 20000]
CHANCES = [.5, 1e-9, .1, .9, .999]


def awkward():
    i = 0
    for turn in range(2):
        for par in PARAMETERS:
            for hist in HISTORIES:
                yield ((i // 3) % 2, par, hist, HORIZONS[i % 6],
                       DELTAS[(i // 2) % 4], COUNTS[i % 7], CHANCES[i % 5])
                i += 1
        i += 1


def anywhere(count):
    rnd = random.Random(20240607)
    uniform = rnd.uniform
    for _ in range(count):
        par = tuple(10 ** uniform(-4, 6) for _ in range(4))
        x = rnd.choice([0, 1, 2, int(10 ** uniform(0, 2)),
                        int(10 ** uniform(0, 5))])
        T = 10 ** uniform(-2, 5)
        tx = 0. if x == 0 else T * rnd.choice([1., uniform(0, 1),
                                               1 - 10 ** uniform(-6, 0)])
        yield (rnd.randrange(2), par, (x, tx, T), 10 ** uniform(-6, 5),
               10 ** uniform(-8, 1), rnd.choice(COUNTS[:6]), uniform(0, 1))


def ordinary(count):
    """As fits of real bases come out, in days."""
    rnd = random.Random(19970930)
    uniform = rnd.uniform
    for _ in range(count):
        par = (10 ** uniform(-1, .7), 10 ** uniform(.5, 2.5),
               10 ** uniform(-1, 1), 10 ** uniform(-.5, 1.5))
        T = uniform(1, 1500)
        x = rnd.choice([0, 0, 1, 2, 5, int(10 ** uniform(0, 2.3))])
        tx = 0. if x == 0 else T * (1 - 10 ** uniform(-3, -.01))
        yield (rnd.randrange(2), par, (x, tx, T),
               rnd.choice([30., 182.625, 365.25, 730.5, 3652.5]),
               math.log1p(rnd.choice([.03, .1, .25, 1.])) / 365.25,
               rnd.choice([0, 1, 2, 5, 20]), uniform(0, 1))


def grid():
    yield from published()
    yield from awkward()
    yield from ordinary(250)
    yield from anywhere(600)


# ------------------------------------------------------------------ the table

def number(value):
    """A double for C; outside its range it is infinite or 0."""
    if value > mpf(10) ** 308:
        return "INFINITY"
    if abs(value) < mpf(10) ** -307:
        return "0"
    return mpmath.nstr(value, 18, min_fixed=0, max_fixed=0)


def line(row):
    d, par, hist, h, delta, n, q = row
    given = [str(d)] + [repr(float(v)) for v in
                        (*par, *hist, h, delta, n, q)]
    return "{%s, {%s}, {%s}, %s, {%s}}," % (
        given[0], ", ".join(given[1:5]), ", ".join(given[5:8]),
        ", ".join(given[8:]), ", ".join(map(number, customer(row))))


HEAD = """/*
 * golden_betageo.h
 *		BG/NBD and MBG/NBD in 50-digit arithmetic.
 *
 * Made by test/golden/betageo.py, which says how; not to be edited.
 */
typedef struct Golden
{
	int			variant;
	double		par[4];			/* r, alpha, a, b */
	ClvCustomer row;
	double		h;
	double		delta;
	double		n;				/* of the pmf */
	double		probability;	/* of next_purchase */
	double		want[%d];		/* %s */
} Golden;

static const Golden golden[] = {"""


def main():
    processes = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with Pool(processes) as pool:
        lines = pool.imap(line, grid(), chunksize=1)
        print(HEAD % (len(WANT), ",\n\t\t\t\t\t\t\t\t * ".join(
            ", ".join(WANT[i:i + 3]) for i in range(0, len(WANT), 3))))
        for text in lines:
            print(text, flush=True)
    print("};")


if __name__ == "__main__":
    main()
