"""What the scripts beside this one share: golden tables of the models whose
lifetimes have nothing to do with purchases (src/core/dropout.h), in 50-digit
arithmetic.

With R = r + x, A(u) = (alpha + u)^-R S(u) and f the density of the lifetime,

  Q(w)                A(w) + integral of f(u) (alpha + u)^-R over (t_x, w)
  lnL                 ln Gamma(R) / Gamma(r) + r ln alpha + ln Q(T)
  P(alive)            A(T) / Q(T);  ahead: A(T) / Q(T) S(T + h) / S(T)
  P(active)           P(alive) times the integral of R / (alpha + T + u)
                      A(T + u) / A(T) over (0, h)
  lifetime            P(alive) times the integral of e^(-delta u) S(T + u) / S(T)
  purchases           that times R / (alpha + T)
  P(Y = n)            P(dead) [n = 0] + P(alive) times N(n; h) S(T + h) / S(T) +
                      the integral of N(n; u) f(T + u) / S(T), N negative binomial

Every integral over (0, h) is taken by the trapezoidal rule in t, u = h / (1 +
e^-t), over (0, infinity) in u = e^t / delta, with the step halved until two
results agree to half of the digits wanted (halving the step doubles the number
of right digits).  Each row is checked by a second form of the same: P(active)
by 1 - Q(T + h) / Q(T), and whatever closed forms the model has.

The probability asked of next_purchase is P(active) at a chosen time, rounded
to a double; the answer is that time, and one step of Newton's method for the
rounding.
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


# ---------------------------------------------------------------- integrals

def integral(log_f, h, delta=None, digits=30):
    """The integral of exp(log_f(u)) over (0, h), or (0, infinity)."""
    def log_term(t):
        if h is None:
            u = mpmath.exp(t) / delta
            return log_f(u) + mpmath.log(u)
        e = mpmath.exp(-t)
        u = h / (1 + e)
        return log_f(u) + mpmath.log(u) + mpmath.log(e / (1 + e))

    if h is not None and h == 0:
        return mpf(0)
    ends = (-160, 160) if h is not None else (-160, 12)
    with mp.workdps(20):
        coarse = [(t, log_term(mpf(t))) for t in range(ends[0], ends[1] + 1)]
    top = max(v for _, v in coarse)
    if not mpmath.isfinite(top):
        return mpf(0)
    inside = [t for t, v in coarse if v > top - digits * mpf("2.5")]
    low, high = inside[0] - 1, inside[-1] + 1
    step = mpf(1) / 2
    total = mpmath.fsum(mpmath.exp(log_term(low + i * step))
                        for i in range(2 * (high - low) + 1))
    for level in range(12):
        n = int((high - low) / step)
        new = mpmath.fsum(mpmath.exp(log_term(low + (i + mpf(1) / 2) * step))
                          for i in range(n))
        done = abs(new - total) <= (new + total) * mpf(10) ** (-digits / 2 - 1)
        total += new
        step /= 2
        if done:
            return total * step
    raise ArithmeticError("integral did not converge")


# ---------------------------------------------------------------- lifetimes

class Immortal:
    """Nobody leaves."""
    names = ()

    def __init__(self):
        pass

    def log_survival(self, u):
        return mpf(0)

    log_hazard = None


class Pareto:
    """S(u) = (beta / (beta + u))^s"""
    names = ("s", "beta")

    def __init__(self, s, beta):
        self.s, self.beta = s, beta

    def log_survival(self, u):
        return -self.s * mpmath.log((self.beta + u) / self.beta)

    def log_hazard(self, u):
        return mpmath.log(self.s / (self.beta + u))


class GGompertz:
    """S(u) = (beta / (beta - 1 + e^(bu)))^s"""
    names = ("b", "s", "beta")

    def __init__(self, b, s, beta):
        self.b, self.s, self.beta = b, s, beta

    def d(self, u):
        return self.beta + mpmath.expm1(self.b * u)

    def log_survival(self, u):
        return -self.s * mpmath.log(self.d(u) / self.beta)

    def log_hazard(self, u):
        return (mpmath.log(self.s * self.b) + self.b * u
                - mpmath.log(self.d(u)))


# ---------------------------------------------------------------- a customer

class Customer:
    def __init__(self, kind, par, hist, digits=30):
        self.r, self.alpha = par[:2]
        self.law = kind(*par[2:])
        self.x, self.tx, self.T = hist
        self.R = self.r + self.x
        self.digits = digits

    def log_a(self, u):
        return self.law.log_survival(u) - self.R * mpmath.log(self.alpha + u)

    def q(self, w):
        """Q(w) over A(t_x)"""
        start = self.log_a(self.tx)
        out = mpmath.exp(self.log_a(w) - start)
        if self.law.log_hazard is not None and w > self.tx:
            out += integral(lambda u: self.log_a(self.tx + u) - start
                            + self.law.log_hazard(self.tx + u),
                            w - self.tx, digits=self.digits)
        return out

    def constant(self):
        return (mpmath.loggamma(self.R) - mpmath.loggamma(self.r)
                + self.r * mpmath.log(self.alpha))

    def loglik(self):
        return self.constant() + self.log_a(self.tx) + mpmath.log(self.q(self.T))

    def active(self, h):
        """P(a purchase in (T, T + h] | alive at T)"""
        start = self.log_a(self.T)
        return integral(lambda u: self.log_a(self.T + u) - start
                        + mpmath.log(self.R / (self.alpha + self.T + u)), h)

    def lifetime(self, delta, h):
        start = self.law.log_survival(self.T)
        return integral(lambda u: self.law.log_survival(self.T + u) - start
                        - delta * u, h, delta)

    def count(self, n, u):
        """ln N(n; u)"""
        A = self.alpha + self.T
        return (mpmath.loggamma(self.R + n) - mpmath.loggamma(self.R)
                - mpmath.loggamma(n + 1) + self.R * mpmath.log(A / (A + u))
                + (n * mpmath.log(u / (A + u)) if n else 0))

    def pmf(self, n, h):
        start = self.law.log_survival(self.T)
        out = mpmath.exp(self.law.log_survival(self.T + h) - start
                         + self.count(n, h))
        if self.law.log_hazard is not None:
            out += integral(lambda u: self.law.log_survival(self.T + u) - start
                            + self.law.log_hazard(self.T + u)
                            + self.count(n, u), h)
        return out

    def wait(self):
        """A time by which the next purchase may well have come."""
        rate = self.R / (self.alpha + self.T)
        if self.law.log_hazard is not None:
            rate += mpmath.exp(self.law.log_hazard(self.T))
        wait = mpf("0.7") / rate
        while self.log_a(self.T + wait) - self.log_a(self.T) < -2:
            wait /= 2
        return float(wait)


def agree(got, want, digits, what):
    if abs(got - want) > abs(want) * mpf(10) ** -digits:
        raise ArithmeticError("%s disagree: %s %s" % (what, got, want))


def check_pareto(c, q, h, delta, life, discounted, ever):
    """The closed forms: of life, and Fader & Hardie's note 009 of Q by 2F1."""
    s, beta, B = c.law.s, c.law.beta, c.law.beta + c.T
    y = mpmath.log(1 + h / B)
    agree(life, B * (y if s == 1 else -mpmath.expm1((1 - s) * y) / (s - 1)), 17,
          "lifetimes")
    z = delta * B
    if z < 50 and s < 50:
        e = B * mpmath.exp(z) * mpmath.expint(s, z)
        agree(ever, e, 17, "lifetimes for ever")
    lost = c.R * mpmath.log((c.alpha + c.T) / (c.alpha + c.tx))
    if c.tx == c.T or max(c.R, s) > 30 or lost > 100 or max(
            c.alpha / beta, beta / c.alpha) > 1e3:
        return

    def f(u):
        if c.alpha >= beta:
            return (mpmath.hyp2f1(c.R + s, s + 1, c.R + s + 1,
                                  (c.alpha - beta) / (c.alpha + u))
                    / (c.alpha + u) ** (c.R + s))
        return (mpmath.hyp2f1(c.R + s, c.R, c.R + s + 1,
                              (beta - c.alpha) / (beta + u))
                / (beta + u) ** (c.R + s))

    with mp.workdps(120):
        closed = beta ** s * ((c.alpha + c.T) ** -c.R * (beta + c.T) ** -s
                              + s / (c.R + s) * (f(c.tx) - f(c.T)))
        closed /= mpmath.exp(c.log_a(c.tx))
    agree(q, closed, 17, "likelihoods")


def answers(kind, row):
    """The probability asked of next_purchase, and all answers."""
    par, hist, h, delta, n = row
    c = Customer(kind, [mpf(v) for v in par], [mpf(v) for v in hist])
    h, delta, n = mpf(h), mpf(delta), int(n)
    q = c.q(c.T)
    start = c.log_a(c.tx)
    alive = mpmath.exp(c.log_a(c.T) - start) / q
    dead = 0
    if kind is not Immortal:
        dead = (q - mpmath.exp(c.log_a(c.T) - start)) / q
    ahead = alive * mpmath.exp(c.law.log_survival(c.T + h)
                               - c.law.log_survival(c.T))
    active = alive * c.active(h)
    if active > mpf(10) ** -8:
        agree(1 - c.q(c.T + h) / q, active, 15, "P(active)")
    life = c.lifetime(mpf(0), h)
    discounted = c.lifetime(delta, h)
    ever = c.lifetime(delta, None)
    if kind is Pareto:
        check_pareto(c, q, h, delta, life, discounted, ever)
    rate = c.R / (c.alpha + c.T)

    wait = mpf(c.wait())
    soon = alive * c.active(wait)
    chance = float(soon)
    if chance < 1e-290:
        chance, wait = .5, mpf("inf")
    else:
        slope = alive * c.R / (c.alpha + c.T + wait) * mpmath.exp(
            c.log_a(c.T + wait) - c.log_a(c.T))
        wait += (mpf(chance) - soon) / slope
    return chance, [
        c.constant() + start + mpmath.log(q), alive, ahead, active,
        alive * rate * life, alive * rate * discounted, alive * rate * ever,
        alive * life, alive * discounted, alive * ever,
        (dead if n == 0 else 0) + alive * c.pmf(n, h), wait]


# ---------------------------------------------------------------- the grid

HISTORIES = [
    (0, 0, 0), (0, 0, 1e5), (1, 1, 1), (1, 30, 365), (3, 200, 210.5),
    (25, 180, 365), (500, 364, 364), (10000, 3650, 4000), (100000, 1e5, 1e5),
    (100000, 1, 1e5),
]
HORIZONS = [365.25, 30, 1e5, 1e-6, 3652.5, 1]
DELTAS = [math.log(1.1) / 365.25, 1e-8, .05, 10.]
COUNTS = [0, 1, 3, 17, 171, 1000, 20000]


def awkward(parameters):
    i = 0
    for par in parameters:
        for hist in HISTORIES:
            yield (par, hist, HORIZONS[i % 6], DELTAS[(i // 2) % 4],
                   COUNTS[i % 7])
            i += 1
        i += 1


def anywhere(count, nparam):
    """Over the whole space, from a fixed seed."""
    rnd = random.Random(20240607)
    uniform = rnd.uniform
    for _ in range(count):
        par = tuple(10 ** uniform(-4, 6) for _ in range(nparam))
        x = rnd.choice([0, 1, 2, int(10 ** uniform(0, 2)),
                        int(10 ** uniform(0, 5))])
        T = 10 ** uniform(-2, 5)
        tx = 0. if x == 0 else T * rnd.choice([1., uniform(0, 1),
                                               1 - 10 ** uniform(-6, 0)])
        yield (par, (x, tx, T), 10 ** uniform(-6, 5), 10 ** uniform(-8, 1),
               rnd.choice(COUNTS[:6]))


def ordinary(count, draw):
    """As fits of real bases come out, in days."""
    rnd = random.Random(19970930)
    uniform = rnd.uniform
    for _ in range(count):
        par = (10 ** uniform(-1, .7), 10 ** uniform(.5, 2.5)) + draw(uniform)
        T = uniform(1, 1500)
        x = rnd.choice([0, 0, 1, 2, 5, int(10 ** uniform(0, 2.3))])
        tx = 0. if x == 0 else T * (1 - 10 ** uniform(-3, -.01))
        yield (par, (x, tx, T), rnd.choice([30., 182.625, 365.25, 730.5, 3652.5]),
               math.log1p(rnd.choice([.03, .1, .25, 1.])) / 365.25,
               rnd.choice([0, 1, 2, 5, 20]))


# ---------------------------------------------------------------- the table

def number(value):
    """A double for C; outside its range it is infinite or 0."""
    if value > mpf(10) ** 308:
        return "INFINITY"
    if abs(value) < mpf(10) ** -307:
        return "0"
    return mpmath.nstr(value, 18, min_fixed=0, max_fixed=0)


def line(job):
    kind, row = job
    par, hist, h, delta, n = row
    try:
        chance, want = answers(kind, row)
    except ArithmeticError as problem:
        raise ArithmeticError("%r: %s" % (row, problem))
    text = [repr(float(v)) for v in (*par, *hist, h, delta, n, chance)]
    k = len(par)
    return "\t{{%s}, {%s}, %s, {%s}}," % (
        ", ".join(text[:k]), ", ".join(text[k:k + 3]), ", ".join(text[k + 3:]),
        ", ".join(map(number, want)))


def main(name, kind, rows):
    """Print test/core/golden_<name>.h."""
    processes = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print("/*\n * golden_%s.h\n *\t\tPredictions in 50-digit"
          " arithmetic.\n *\n * Made by test/golden/%s.py; not to"
          " be edited.\n */" % (name, name))
    with Pool(processes) as pool:
        print("static const Golden golden_%s[] = {" % name)
        for text in pool.imap(line, [(kind, row) for row in rows], chunksize=1):
            print(text, flush=True)
    print("};")
