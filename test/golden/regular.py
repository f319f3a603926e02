#!/usr/bin/env python3
"""Make test/core/golden_regular.h: BG/CNBD-k and MBG/CNBD-k, 50 digits.

    test/golden/regular.py [processes] > test/core/golden_regular.h
    test/golden/regular.py processes first [end]    only some of the rows

Needs mpmath and gmpy2 (Debian: python3-mpmath, python3-gmpy2), the latter for
its speed in the innermost loops.  Ten minutes of one core.

With d = 0 for BG/CNBD-k and 1 for MBG/CNBD-k, n = x + d, K = r + k x,
A = alpha + T, b' = b + n, y = u / (A + u), and e_m = B(a, b' + m) / B(a, b'):

  lnL, P(alive)  Reutterer, Platzer & Schroeder (2020), by gamma functions,
                 without the factor of the gaps; w_j is the weight of phase j
  few phases     P(Y >= m) = sum over j of w_j I_y(m k - j, K + j), where the
                 incomplete beta is a sum of negative binomial probabilities;
                 purchases are the sum of e_(m-1) P(Y >= m) and survival that
                 of e_m P(m phases' worth, not m + 1); a lifetime is the
                 integral of survival, discounted purchases are
                 e^(-delta h) C(h) + delta * integral of e^(-delta u) C(u)
                 with C(u) the purchases by u; both by Gauss's rule
  many phases    given lambda and p the k-th roots of q = 1 - p solve the
                 process in closed form; means over lambda and p by the
                 trapezoidal rule in ln lambda and logit p
  for ever       the same double mean of v^(k-j) / (1 - q v^k), v =
                 lambda / (lambda + delta), and of the time that goes with it
  next purchase  bisection

Neither way is that of the C code, which sums over phases given lambda.  Of
the customers with few phases every 8th is also done the other way if k < 6, and
both must agree to 11 digits.
"""
import math
import random
import sys
from multiprocessing import Pool

import gmpy2
import mpmath
from gmpy2 import mpfr
from mpmath import mp, mpf

import betageo

mp.dps = 50
gmpy2.get_context().precision = mp.prec

WANT = betageo.WANT
FEW = 1200


def fast(v):
    """An mpf as an mpfr."""
    sign, man, exp, _ = mpf(v)._mpf_
    v = mpfr(-man if sign else man)
    return gmpy2.mul_2exp(v, exp) if exp >= 0 else gmpy2.div_2exp(v, -exp)


def slow(v):
    """An mpfr as an mpf."""
    man, exp = v.as_mantissa_exp()
    return mpmath.ldexp(mpf(int(man)), int(exp))


class Law(betageo.Beta):
    """Means over p to 11 digits and more, by fewer nodes."""

    def __init__(self, a, b, steep):
        super().__init__(a, b, steep * mpf(10) ** -9)
        self.step = min(mpf("0.55"), mpmath.sqrt((a + b) / (a * b)))


class Customer:
    def __init__(self, row):
        self.d, par, hist, h, delta, n, q, k = row
        self.r, self.alpha, self.a, self.b = map(mpf, par)
        self.x, self.tx, self.T = map(mpf, hist)
        self.h, self.delta, self.q = mpf(h), mpf(delta), mpf(q)
        self.n, self.k = int(n), int(k)
        self.K = self.r + self.k * self.x
        self.A = self.alpha + self.T
        self.coins = self.x + self.d
        self.b2 = self.b + self.coins
        self.posterior()

    def posterior(self):
        def beta(u, v):
            return (mpmath.loggamma(u) + mpmath.loggamma(v)
                    - mpmath.loggamma(u + v))
        idle = self.T - self.tx
        w = [mpmath.power(idle, j) / mpmath.factorial(j)
             * mpmath.rf(self.K, j) * mpmath.power(self.A, -j)
             for j in range(self.k)]
        alive = (beta(self.a, self.b2) - beta(self.a, self.b)
                 - self.K * mpmath.log(self.A) + mpmath.log(sum(w)))
        self.w = [v / sum(w) for v in w]
        both, gone = mpmath.exp(alive), mpf(0)
        if self.coins > 0:
            gone = mpmath.exp(
                beta(self.a + 1, self.b2 - 1) - beta(self.a, self.b)
                - self.K * mpmath.log(self.alpha + self.tx))
        both += gone
        self.pi, self.gone = mpmath.exp(alive) / both, gone / both
        self.loglik = (mpmath.loggamma(self.K) - mpmath.loggamma(self.r)
                       + self.r * mpmath.log(self.alpha) + mpmath.log(both))

    def e(self, m):
        return mpmath.exp(mpmath.loggamma(self.b2 + m) - mpmath.loggamma(self.b2)
                          + mpmath.loggamma(self.a + self.b2)
                          - mpmath.loggamma(self.a + self.b2 + m))

    # ------------------------------------------------------ counts, any number

    def fewer(self, u, m):
        """P(Y < m), Y the purchases by u if nobody quits; also P(Y >= m)."""
        low = high = mpf(0)
        for j, w in enumerate(self.w):
            if w > 0:
                n = m * self.k - j
                up = betageo.negbin_upper(n, self.K + j, u / self.A)
                high += w * up
                low += w * (1 - up if up < 0.9 else sum(
                    betageo.negbin(mpf(i), self.K + j, u / self.A)
                    for i in range(n)))
        return low, high

    def pmf(self):
        n, u = self.n, self.h
        exactly = mpf(0)
        for j, w in enumerate(self.w):
            if w > 0:
                exactly += w * sum(
                    betageo.negbin(mpf(n * self.k - j + i), self.K + j, u / self.A)
                    for i in range(self.k) if n * self.k - j + i >= 0)
        out = self.pi * self.e(n) * exactly
        if n == 0:
            return out + self.gone
        return out + self.pi * (self.e(n - 1) - self.e(n)) * self.fewer(u, n)[1]

    def next(self):
        if self.q >= self.pi:
            return mpf("inf")
        share = self.q / self.pi
        low, high = mpf(-3000), mpf(800)
        while high - low > mpf(10) ** -17:
            mid = (low + high) / 2
            below, above = self.fewer(mpmath.exp(mid), 1)
            if (above > share) if share < 0.5 else (below < 1 - share):
                high = mid
            else:
                low = mid
        return mpmath.exp(low)

    # -------------------------------------------------------------- few phases

    def terms(self, u):
        z = u / self.A
        r = self.K + self.k
        return r * z + 12 * mpmath.sqrt(r * z * (1 + z)) + 90 * z + 60

    def prepare(self):
        """What series() needs whatever u is."""
        size = int(self.terms(self.h))
        a, b, K = fast(self.a), fast(self.b2), fast(self.K)
        self.stay = [mpfr(1)]
        for m in range(size // self.k + 2):
            self.stay.append(self.stay[-1] * (b + m) / (a + b + m))
        self.phases = [
            (j, fast(w), [(K + j + n) / (n + 1) for n in range(size)])
            for j, w in enumerate(self.w) if w > mpf(10) ** -60]

    def series(self, u):
        """(survival, purchases) at u, of one who is active."""
        z = u / self.A
        size, y, shrink = int(self.terms(u)), fast(z / (1 + z)), fast(1 / (1 + z))
        K, k, stay = fast(self.K), self.k, self.stay
        alive = bought = mpfr(0)
        for j, w, ratios in self.phases:
            term = w * shrink ** (K + j)
            chance = []
            for n in range(size):
                chance.append(term)
                alive += term * stay[(n + j) // k]
                term *= y * ratios[n]
            tail = term / shrink
            for n in range(size - 1, 0, -1):
                tail += chance[n]
                if (n + j) % k == 0:
                    bought += tail * stay[(n + j) // k - 1]
        return slow(alive), slow(bought)

    def integrals(self, end, parts):
        """Over (0, end], of survival, and e^(-delta u) survival and purchases:
        those of the three that are asked for, the others as it happens."""
        top = mpmath.log1p(end / self.A)
        panels, last = 2, None
        while panels <= 256:
            now = [mpf(0)] * 3
            for i in range(panels):
                for node, weight in GAUSS:
                    at = top * (i + node) / panels
                    u = self.A * mpmath.expm1(at)
                    alive, bought = self.series(u)
                    weight *= top / panels * (self.A + u)
                    fade = mpmath.exp(-self.delta * u)
                    for part, v in enumerate((alive, fade * alive, fade * bought)):
                        now[part] += weight * v
            if last and all(abs(now[i] - last[i]) <= abs(now[i]) * mpf(10) ** -14
                            for i in parts):
                return now
            panels, last = 2 * panels, now
        raise ArithmeticError("no convergence over u")

    def few(self):
        self.prepare()
        alive, bought = self.series(self.h)
        if self.delta * self.h > 120:
            life = self.integrals(self.h, [0])[0]
            _, faded, money = self.integrals(120 / self.delta, [1, 2])
        else:
            life, faded, money = self.integrals(self.h, [0, 1, 2])
        fade = mpmath.exp(-self.delta * self.h)
        return [alive, bought, fade * bought + self.delta * money, life, faded]

    # -------------------------------------------------------------- lambda, p

    def lambdas(self, finite):
        """Nodes (mass, lambda, chances of the phases), and the mass left."""
        K, k = self.K, self.k
        width = mpmath.sqrt(76 * (K + k) + 576)
        if finite and k > 2:
            width = max(width, 36 / mpmath.tan(mpmath.pi / k))
        step = 2 * mpmath.pi / width
        s = K + k + 1
        at = mpmath.log((s + mpmath.sqrt(100 * s) + 50) / K)
        reach = self.h + 1 / self.delta
        least = -46 - min(K * mpmath.log1p(reach / self.A), 750)
        idle = (self.T - self.tx) / self.A
        scale = sum(mpmath.rf(K, j) / mpmath.factorial(j) * idle ** j
                    for j in range(k))
        norm = K * mpmath.log(K) - K - mpmath.loggamma(K) - mpmath.log(scale)
        nodes = []
        while True:
            t = K * mpmath.exp(at)
            part = [(t * idle) ** j / mpmath.factorial(j) for j in range(k)]
            total = sum(part)
            log_mass = (K * (at - mpmath.expm1(at)) + norm + mpmath.log(total)
                        + mpmath.log(step))
            nodes.append((mpmath.exp(log_mass), t / self.A,
                          [v / total for v in part]))
            if at < 0 and (log_mass < least
                           or t / self.A * reach < mpf(10) ** -17):
                break
            at -= step
        return nodes, nodes[-1][0] / mpmath.expm1(K * step)

    def law(self):
        most = (self.K + 60) / self.A
        return Law(self.a, self.b2, most * (self.h + 1 / self.delta) + 1)

    def ever(self):
        nodes, left = self.lambdas(False)
        k = self.k
        table = []
        for mass, rate, part in nodes:
            mass, rate, part = fast(mass), fast(rate), [fast(w) for w in part]
            clock = rate + fast(self.delta)
            v = rate / clock
            power = [v ** i for i in range(k + 1)]
            full = sum(power[:k])
            money = sum(w * power[k - j] for j, w in enumerate(part))
            short = sum(w * sum(power[:k - j]) for j, w in enumerate(part))
            table.append((mass * money, mass * short / clock,
                          mass * full / clock, power[k]))
        cache = {}

        def value(key, p):
            if key not in cache:
                p = fast(p)
                q = 1 - p
                money = life = mpfr(0)
                for bought, short, full, vk in table:
                    over = 1 / ((1 - vk) + p * vk)
                    money += bought * over
                    life += (p * short + q * full) * over
                cache[key] = (mpmath.log(slow(money)),
                              mpmath.log(slow(life) + left / self.delta))
            return cache[key]
        law = self.law()
        return [law.mean(lambda key, p: value(key, p)[i]) for i in (0, 1)]

    def many(self):
        nodes, left = self.lambdas(True)
        nodes = [(fast(rate), [fast(mass * w) for w in part])
                 for mass, rate, part in nodes]
        k, h, delta = self.k, fast(self.h), fast(self.delta)
        unity = [gmpy2.exp(gmpy2.mpc(0, 2 * i * gmpy2.const_pi() / k))
                 for i in range(k // 2 + 1)]
        unity[0] = mpfr(1)
        twice = [1 if i == 0 or 2 * i == k else 2 for i in range(k // 2 + 1)]
        fade = gmpy2.exp(-delta * h)
        rest = [fast(left) * v for v in (
            mpfr(1), mpfr(0), mpfr(0), h, -gmpy2.expm1(-delta * h) / delta)]
        cache = {}

        def value(key, p):
            if key in cache:
                return cache[key]
            p, q = fast(p), fast(1 - p)
            log_root = gmpy2.log1p(-p) / k
            root, gap = gmpy2.exp(log_root), -gmpy2.expm1(log_root)
            out = list(rest)
            for one, times in zip(unity, twice):
                theta = root * one
                less = gap if one == 1 else 1 - theta
                state = p / q * theta / less / k * times
                event = theta * times / (k * q)
                for rate, part in nodes:
                    poly = part[-1]
                    for w in part[-2::-1]:
                        poly = poly * theta + w
                    pace = rate * less
                    fall = (gmpy2.exp(-pace * h) if pace.real * h < 1e9
                            else mpfr(0))
                    alive, buy = state * poly, event * poly * rate
                    lost, faded = (1 - fall) / pace, (1 - fall * fade) / (pace + delta)
                    for i, v in enumerate((alive * fall, buy * lost, buy * faded,
                                           alive * lost, alive * faded)):
                        out[i] += v.real
            cache[key] = [mpmath.log(slow(v)) if v > 0 else mpf(-10) ** 9 for v in out]
            return cache[key]
        law = self.law()
        return [law.mean(lambda key, p: value(key, p)[i]) for i in range(5)]


def gauss(n):
    """Nodes and weights of Gauss's rule on [0, 1]."""
    out = []
    for i in range(n):
        x = mpmath.cos(mpmath.pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(8):
            p, before = mpf(1), mpf(0)
            for m in range(n):
                p, before = ((2 * m + 1) * x * p - m * before) / (m + 1), p
            slope = n * (x * p - before) / (x * x - 1)
            x -= p / slope
        out.append(((1 + x) / 2, 1 / ((1 - x * x) * slope * slope)))
    return out


GAUSS = gauss(16)


def values(number, row):
    c = Customer(row)
    if c.terms(c.h) <= FEW:
        finite = c.few()
        if number % 8 == 0 and c.k < 6:
            for got, want in zip(c.many(), finite):
                if abs(got - want) > abs(want) * mpf(10) ** -11:
                    raise ArithmeticError("%s: %s is not %s" % (row, got, want))
    else:
        finite = c.many()
    alive, bought, money, life, faded = finite
    ever_money, ever_life = c.ever()
    pi = c.pi
    return [c.loglik, pi, pi * alive, pi * c.fewer(c.h, 1)[1], pi * bought,
            pi * money, pi * ever_money, pi * life, pi * faded, pi * ever_life,
            c.pmf(), c.next()]


# -------------------------------------------------------------------- the grid

def published():
    mbg = (.9, 4., .6, 2.2)
    grocery = (1.3291753532, 2.8125512135, .4247089934, .7900287337)
    year = math.log(1.15) / 52
    for k in (2, 3, 6, 12):
        for hist in ((2, 30.43, 38.86), (0, 0, 38.86)):
            yield 1, mbg, hist, 39, year, 2, .5, k
    yield 0, mbg, (0, 0, 0), 52, year, 0, .1, 2
    for k in (2, 3):
        yield 1, grocery, (300, 4, 104), 2, year, 3, .2, k
        yield 0, (.243, 4.414, 1., 2.426), (2, 30.43, 38.86), 39, .0027, 4, .3, k
        yield 1, (.525, 7 * 6.183 / k, .891, 1.614), (500, 360, 364), 365, \
            year / 7, 100, .9, k
        yield 0, (.11, 2.24, .4, .6), (0, 0, 1), 30, year, 1, .2, k


PARAMETERS = [
    (1e-4, 1e-4, 1e-4, 1e-4), (1e-4, 1e6, 1e-4, 1e-4), (1e6, 1e6, 1e6, 1e6),
    (1e6, 1e-4, 1e6, 1e6), (.5, 4.4, 1e-4, 1e6), (.5, 4.4, 1e6, 1e-4),
    (1., 1., 1., 1.), (.25, 30., .8, 1e-4), (1000., 1000., 2., 3.),
    (.5, 1e6, .8, 2.4), (.5, 1e-4, .8, 2.4), (1.5, 10., 50., 1000.),
]
HISTORIES = [
    (0, 0, 0), (0, 0, 1e5), (1, 1, 1), (1, 30, 365), (3, 200, 210.5),
    (25, 180, 365), (10000, 3650, 4000), (100000, 1e5, 1e5), (100000, 1, 1e5),
]
HORIZONS = [365.25, 30, 1e5, 1e-6, 3652.5, 1]
DELTAS = [math.log(1.1) / 365.25, 1e-8, .05, 10.]
COUNTS = [0, 1, 3, 17, 171, 1000]
CHANCES = [.5, 1e-9, .1, .9, .999]
PHASES = [2, 6, 12, 3, 4, 2, 3]


def awkward():
    i = 0
    for p, par in enumerate(PARAMETERS):
        for j, hist in enumerate(HISTORIES):
            h = HORIZONS[(i + j % 3 * (p // 2)) % 6]
            if h == 1e5 and par[:2] == (1000., 1000.) and hist[0] == 3:
                h = 30          # the mean over p does not settle there
            yield ((p + j // 3) % 2, par, hist, h,
                   DELTAS[(i // 2) % 4], COUNTS[i % 6],
                   CHANCES[(i // 5) % 5], PHASES[i % 7])
            i += 1


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
               rnd.choice([30., 182.625, 365.25, 730.5]),
               math.log1p(rnd.choice([.03, .1, .25, 1.])) / 365.25,
               rnd.choice([0, 1, 2, 5, 20]), uniform(0, 1),
               rnd.choice([2, 2, 3, 3, 4, 6, 12]))


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
               10 ** uniform(-8, 1), rnd.choice(COUNTS), uniform(0, 1),
               rnd.choice([2, 2, 3, 4, 6, 12]))


def grid():
    yield from published()
    yield from awkward()
    yield from ordinary(20)
    yield from anywhere(20)


def line(job):
    number, row = job
    d, par, hist, h, delta, n, q, k = row
    given = [repr(float(v)) for v in (*par, k, *hist, h, delta, n, q)]
    return "{%d, {%s}, {%s}, %s, {%s}}," % (
        d, ", ".join(given[:5]), ", ".join(given[5:8]), ", ".join(given[8:]),
        ", ".join(map(betageo.number, values(number, row))))


HEAD = """/*
 * golden_regular.h
 *		BG/CNBD-k and MBG/CNBD-k in 50-digit arithmetic.
 *
 * Made by test/golden/regular.py; not to be edited.  It does not go the way of
 * betageo_regular.c: likelihood and P(alive) are the paper's gamma functions as
 * they stand; purchases and survival are sums of negative binomial chances from
 * which lambda and p have been integrated out, and what is integrated over time
 * is so numerically; where such sums are too long, the process given lambda and p
 * is solved by all k-th roots of 1 - p and the mean taken over both.  Rows that
 * can be had both ways are computed both ways.
 */
typedef struct Golden
{
	int			variant;
	double		par[5];			/* r, alpha, a, b, k */
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
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    end = int(sys.argv[3]) if len(sys.argv) > 3 else None
    rows = list(enumerate(grid()))[first:end]
    if len(sys.argv) <= 2:
        print(HEAD % (len(WANT), ",\n\t\t\t\t\t\t\t\t * ".join(
            ", ".join(WANT[i:i + 3]) for i in range(0, len(WANT), 3))))
    with Pool(processes) as pool:
        for text in pool.imap(line, rows, chunksize=1):
            print(text, flush=True)
    if len(sys.argv) <= 2:
        print("};")


if __name__ == "__main__":
    main()
