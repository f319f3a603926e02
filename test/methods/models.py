"""The formulas of docs/methods.md and docs/methods/, as they are written there.

Plain quadrature and summation with mpmath; formulas.py beside this one
compares them with the library.
"""
import mpmath
from mpmath import beta as B, binomial, exp, expm1, gamma as G, inf, linspace, log, loggamma, mpf, nsum, quad, rf


# ------------------------------------------------------- docs/methods.md

def e(n, a, b):
    """The mean of (1 - p)^n."""
    return rf(b, n) / rf(a + b, n)


def N(n, r, z):
    return rf(r, n) / G(n + 1) * z ** n / (1 + z) ** (r + n)


# ---------------------------------------------------- docs/methods/bg.md

class Bg:
    """d = 0, 1; k phases."""

    def __init__(self, d, par, hist):
        self.d, self.hist = d, hist
        self.r, self.alpha, self.a, self.b = (mpf(par[n]) for n in ("r", "alpha", "a", "b"))
        self.k = par.get("k", 1)
        self.x, self.tx, self.T = (mpf(v) for v in hist)
        self.n = self.x + d
        self.R = self.r + self.k * self.x
        self.A = self.alpha + self.T
        self.b1 = self.b + self.n
        self.nodes, self.stay = [], []
        self.y = (self.T - self.tx) / (self.alpha + self.T)
        self.S = sum(rf(self.R, j) / G(j + 1) * self.y ** j for j in range(self.k))
        self.w = [rf(self.R, j) / G(j + 1) * self.y ** j / self.S for j in range(self.k)]

    def likelihood(self):
        """Without the factor of the gaps."""
        out = self.S / (self.alpha + self.T) ** self.R
        if self.n > 0:
            out += self.a / (self.b + self.n - 1) / (self.alpha + self.tx) ** self.R
        return rf(self.r, self.k * self.x) * self.alpha ** self.r * e(self.n, self.a, self.b) * out

    def alive(self):
        if self.n == 0:
            return mpf(1)
        odds = (self.a / (self.b + self.n - 1)
                * (self.A / (self.alpha + self.tx)) ** self.R / self.S)
        return 1 / (1 + odds)

    def over_p(self, f):
        """The mean over p by the trapezoidal rule in v = logit p, dp = p (1 - p) dv."""
        if not self.nodes:
            v, step = -55 / self.a, mpf("0.25")
            while v < 55 / self.b1:
                p, q = 1 / (1 + exp(-v)), 1 / (1 + exp(v))
                self.nodes.append((p, step * p ** self.a * q ** self.b1 / B(self.a, self.b1)))
                v += step
        return sum(weight * f(p) for p, weight in self.nodes)

    def M(self, s, z):
        return self.over_p(lambda p: (1 + p * z) ** -s)

    def at_least(self, m, u):
        """P(at least m purchases of one who never leaves)"""
        if m <= 0:
            return mpf(1)
        return sum(w * (1 - sum(N(i, self.R + j, u / self.A)
                                for i in range(int(m * self.k - j))))
                   for j, w in enumerate(self.w))

    def exactly(self, m, u):
        return self.at_least(m, u) - self.at_least(m + 1, u)

    def alive_ahead(self, u):
        if self.k == 1:
            return self.alive() * self.M(self.R, u / self.A)
        return self.alive() * self.series(lambda m: e(m, self.a, self.b1) * self.exactly(m, u), 0)

    @staticmethod
    def series(term, start):
        total, m = mpf(0), start
        while True:
            t = term(m)
            total += t
            if m > 20 and t < mpf(10) ** -14 * total:
                return total
            m += 1

    def active(self, h):
        return self.alive() * self.at_least(1, h)

    def expected(self, rho, h):
        if self.k > 1:
            return self.alive() * (self.regular_expected(rho, h))
        if rho == 0:
            return self.alive() * self.over_p(lambda p: (1 - (1 + p * h / self.A) ** -self.R) / p)
        if h == inf:
            def scaled(p):
                w = self.A * rho / p
                s = self.R + 1
                value = exp(w) * mpmath.expint(s, w) if w < 40 else fraction(s, w)
                return value / p
            return self.alive() * self.R * self.over_p(scaled)
        return self.alive() * self.R / self.A * quad(
            lambda u: exp(-rho * u) * self.M(self.R + 1, u / self.A), [0, h])

    def lifetime(self, rho, h):
        if self.k > 1:
            return self.alive() * self.regular_lifetime(rho, h)
        return self.alive() * quad(lambda u: exp(-rho * u) * self.M(self.R, u / self.A), [0, h])

    def over_lambda(self, f):
        """The mean of f(j, lambda), by the trapezoidal rule in v = ln lambda."""
        total, step = mpf(0), mpf("0.06")
        for j, w in enumerate(self.w):
            s = self.R + j
            v = log(s + 60) - log(self.A)
            while v > -50 / s - log(self.A):
                mass = exp(s * (v + log(self.A)) - exp(v) * self.A - loggamma(s))
                total += w * step * mass * f(j, exp(v))
                v -= step
        return total

    def e1(self, n):
        """e_n(a, b')"""
        while len(self.stay) <= n:
            i = len(self.stay)
            self.stay.append(e(i, self.a, self.b1))
        return self.stay[n]

    def regular_expected(self, rho, h):
        if rho == 0:
            return self.series(lambda m: e(m - 1, self.a, self.b1) * self.at_least(m, h), 1)

        def given(j, lam):
            v = lam / (lam + rho)
            if h == inf:
                return self.over_p(lambda p: v ** (self.k - j) / (1 - (1 - p) * v ** self.k))
            return self.steps(lambda i: self.e1((i + j) // self.k - 1) * v ** i
                              if i > 0 and (i + j) % self.k == 0 else mpf(0), (lam + rho) * h)
        return self.over_lambda(given)

    def regular_lifetime(self, rho, h):
        def given(j, lam):
            v = lam / (lam + rho)
            return self.steps(lambda i: self.e1((i + j) // self.k) * v ** i,
                              (lam + rho) * h, 1) / (lam + rho)
        return self.over_lambda(given)

    @staticmethod
    def steps(f, mu, more=0):
        """The sum over i of f(i) P(N >= i + more), N Poisson of mean mu."""
        chance, tail, total, i = exp(-mu), mpf(1), mpf(0), 0
        if more:
            tail -= chance
            chance *= mu
        while i < 60 or tail > mpf(10) ** -18:
            total += f(i) * tail
            tail -= chance
            i += 1
            chance *= mu / (i + more)
        return total

    def pmf(self, n, h):
        out = e(n, self.a, self.b1) * self.exactly(n, h)
        if n > 0:
            out += (self.a / (self.a + self.b1 + n - 1) * e(n - 1, self.a, self.b1)
                    * self.at_least(n, h))
        return (1 - self.alive() if n == 0 else 0) + self.alive() * out

    def next_purchase(self, q):
        return self.A * ((1 - q / self.alive()) ** (-1 / self.R) - 1)


def fraction(s, w):
    """e^w E_s(w) where mpmath's product of the two is 0 times infinity."""
    f = mpf(0)
    for i in range(200, 0, -1):
        f = i * (s - 1 + i) / (w + s + 2 * i - f)
    return 1 / (w + s - f)


# ----------------------------------------------- docs/methods/dropout.md

class Dropout:
    def __init__(self, par, hist):
        self.hist = hist
        self.par = {n: mpf(v) for n, v in par.items()}
        self.r, self.alpha = self.par["r"], self.par["alpha"]
        self.x, self.tx, self.T = (mpf(v) for v in hist)
        self.R, self.A = self.r + self.x, self.alpha + self.T

    def Q(self, w):
        return self.S(w) / (self.alpha + w) ** self.R + quad(
            lambda u: self.f(u) / (self.alpha + u) ** self.R, linspace(self.tx, w, 9))

    def likelihood(self):
        return rf(self.r, self.x) * self.alpha ** self.r * self.Q(self.T)

    def alive(self):
        return self.S(self.T) / ((self.alpha + self.T) ** self.R * self.Q(self.T))

    def alive_ahead(self, u):
        return self.alive() * self.S(self.T + u) / self.S(self.T)

    def active(self, h):
        return self.alive() * quad(
            lambda u: self.R / (self.A + u) * (self.A / (self.A + u)) ** self.R
            * self.S(self.T + u) / self.S(self.T), linspace(0, h, 9))

    def silent(self, h):
        """P(no purchase) by the likelihood of a longer history."""
        return self.Q(self.T + h) / self.Q(self.T)

    def lifetime(self, rho, h):
        points = [0, h] if h != inf else [0, 100, 1000, 5000, 60 / rho]
        return self.alive() * quad(
            lambda u: exp(-rho * u) * self.S(self.T + u) / self.S(self.T), points)

    def expected(self, rho, h):
        return self.R / self.A * self.lifetime(rho, h)

    def pmf(self, n, h):
        out = (self.S(self.T + h) / self.S(self.T) * N(n, self.R, h / self.A)
               + quad(lambda u: self.f(self.T + u) / self.S(self.T) * N(n, self.R, u / self.A), linspace(0, h, 9)))
        return (1 - self.alive() if n == 0 else 0) + self.alive() * out


class Pareto(Dropout):
    def S(self, u):
        return (self.par["beta"] / (self.par["beta"] + u)) ** self.par["s"]

    def f(self, u):
        return self.par["s"] / (self.par["beta"] + u) * self.S(u)

    def closed_forms(self, rho, h):
        """Those of the page against the integrals of the page."""
        s, b = self.par["s"], self.par["beta"] + self.T
        w, y = rho * b, log(1 + h / b)
        want = self.lifetime(rho, h) / self.alive()
        got = b * quad(lambda v: exp(-(s - 1) * v - w * expm1(v)), [0, y])
        assert abs(got / want - 1) < 1e-15
        plain = b * (y if s == 1 else (1 - exp(-(s - 1) * y)) / (s - 1))
        assert abs(plain / (self.lifetime(mpf(0), h) / self.alive()) - 1) < 1e-15
        ever = b * exp(w) * mpmath.expint(s, w)
        assert abs(ever / (self.lifetime(rho, inf) / self.alive()) - 1) < 1e-15


class GGompertz(Dropout):
    def D(self, u):
        return self.par["beta"] + exp(self.par["b"] * u) - 1

    def S(self, u):
        return (self.par["beta"] / self.D(u)) ** self.par["s"]

    def f(self, u):
        return self.par["s"] * self.par["b"] * exp(self.par["b"] * u) / self.D(u) * self.S(u)


class Nbd:
    def __init__(self, par, hist):
        self.hist = hist
        self.r, self.alpha = mpf(par["r"]), mpf(par["alpha"])
        self.x, self.T = mpf(hist[0]), mpf(hist[2])
        self.R, self.A = self.r + self.x, self.alpha + self.T

    def likelihood(self):
        return rf(self.r, self.x) * self.alpha ** self.r / (self.alpha + self.T) ** self.R

    def alive(self):
        return mpf(1)

    def alive_ahead(self, u):
        return mpf(1)

    def active(self, h):
        return 1 - (1 + h / self.A) ** -self.R

    def lifetime(self, rho, h):
        return (1 - exp(-rho * h)) / rho if rho else mpf(h)

    def expected(self, rho, h):
        return self.R / self.A * self.lifetime(rho, h)

    def pmf(self, n, h):
        return N(n, self.R, h / self.A)

    def next_purchase(self, q):
        return self.A * ((1 - q) ** (-1 / self.R) - 1)


# -------------------------------------------------- docs/methods/bgbb.md

class BgBb:
    def __init__(self, par, hist):
        self.hist = hist
        self.al, self.be, self.ga, self.de = (mpf(par[n]) for n in ("alpha", "beta", "gamma", "delta"))
        self.x, self.tx, self.n = hist
        self.al1, self.be1 = self.al + self.x, self.be + self.n - self.x
        self.de1 = self.de + self.n

    def S(self, k):
        return (B(self.al + self.x, self.be + k - self.x) / B(self.al, self.be)
                * B(self.ga, self.de + k) / B(self.ga, self.de))

    def likelihood(self):
        return self.S(self.n) + sum(self.S(k) * self.ga / (self.ga + self.de + k)
                                    for k in range(self.tx, self.n))

    def alive(self):
        return self.S(self.n) / self.likelihood()

    def alive_ahead(self, j):
        return self.alive() * e(j, self.ga, self.de1)

    def active(self, h):
        return self.alive() * sum(
            e(j, self.ga, self.de1) * e(j - 1, self.al1, self.be1)
            * self.al1 / (self.al1 + self.be1 + j - 1) for j in range(1, h + 1))

    def lifetime(self, rho, h):
        return self.alive() * nsum(lambda j: exp(-rho * j) * e(j, self.ga, self.de1), [1, h],
                                   method="d" if h != inf else "e")

    def expected(self, rho, h):
        return self.al1 / (self.al1 + self.be1) * self.lifetime(rho, h)

    def pmf(self, y, h):
        def b(i):
            return B(self.al1 + y, self.be1 + i - y) / B(self.al1, self.be1)
        out = (binomial(h, y) * b(h) * e(h, self.ga, self.de1)
               + sum(binomial(i, y) * b(i) * e(i, self.ga, self.de1)
                     * self.ga / (self.ga + self.de1 + i) for i in range(y, h)))
        return (1 - self.alive() if y == 0 else 0) + self.alive() * out

    def recursion(self):
        """docs/methods/numerics.md"""
        q = mpf(1)
        for k in range(self.n - 1, self.tx - 1, -1):
            q = ((self.be + k - self.x) / (self.al + self.be + k)
                 * (self.de + k) / (self.ga + self.de + k) * q
                 + self.ga / (self.ga + self.de + k))
        assert abs(self.S(self.tx) * q / self.likelihood() - 1) < 1e-18


# -------------------------------------------------- docs/methods/spend.md

def gg_density(p, q, g, x, m):
    y = x * m
    return 1 / (m * B(p * x, q)) * (y / (g + y)) ** (p * x) * (g / (g + y)) ** q


def gg_mean(p, q, g, x, m):
    return p * (g + x * m) / (p * x + q - 1)
