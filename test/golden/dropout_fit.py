#!/usr/bin/env python3
"""Make test/core/golden_dropout_fit.h: likelihoods of single customers under
Pareto/NBD, NBD and GGompertz/NBD, with first and second derivatives by the
parameters, in 50-digit arithmetic.

    test/golden/dropout_fit.py [processes] > test/core/golden_dropout_fit.h

Needs gmpy2 (Debian: python3-gmpy2), and some minutes of one core.  A model's name
after the processes asks for its table alone, and numbers after that for these
parameters alone.  With R = r + x, S the chance to be alive and f = -dS/du

  L = Gamma(R) alpha^r / Gamma(r) (S(T) / (alpha + T)^R
      + integral of f(u) / (alpha + u)^R over (t_x, T))

The integral is taken by the trapezoidal rule in t, u = t_x + (T - t_x) / (1 + e^-t),
with the step halved until two results agree to 12 digits (halving the step
doubles the number of right digits).

Derivatives are central differences.  The step halves until the integral at the
parameters themselves is right, and the integrals around them take the same
nodes: so their error, some 1e-24, is nearly the same in all, and drops out.
"""
import sys
from multiprocessing import Pool

import gmpy2
from gmpy2 import mpfr

gmpy2.get_context().precision = 170     # some 51 digits

STEP = mpfr(1) / 10 ** 10

ROWS = [  # x, t_x, T, customers; those of one x make one group
    (0, 0, 0, 1), (0, 0, 1, 2), (0, 0, 38.86, 3), (0, 0, 36525, 1), (0, 0, 1e5, 1),
    (1, 1, 1, 1), (1, 2.5, 38.86, 2), (1, .001, 1e5, 1),
    (2, 1, 38.86, 1), (2, 30.43, 38.86, 5), (2, 365, 730, 2), (2, 1, 36525, 1),
    (2, 36000, 36525, 3), (3, 38.86, 38.86, 1), (5, 9e4, 1e5, 2), (20, 20, 25, 1),
    (200, 37.857, 38.857, 1), (10000, 38, 38.857, 1), (100000, 1, 1, 1),
    (100000, 3650, 3652, 1), (100000, 99999, 1e5, 1),
]

class Immortal:
    """Nobody leaves."""

    def log_survival(self, u):
        return mpfr(0)

    log_density = None


class Pareto:
    """S(u) = (beta / (beta + u))^s"""

    def __init__(self, s, beta):
        self.s, self.beta = s, beta

    def log_survival(self, u):
        return -self.s * gmpy2.log1p(u / self.beta)

    def log_density(self, u):
        return self.log_survival(u) + gmpy2.log(self.s / (self.beta + u))


class GGompertz:
    """S(u) = (beta / (beta - 1 + e^(bu)))^s"""

    def __init__(self, b, s, beta):
        self.b, self.s, self.beta = b, s, beta

    def log_survival(self, u):
        return -self.s * gmpy2.log1p(gmpy2.expm1(self.b * u) / self.beta)

    def log_density(self, u):
        return (self.log_survival(u) + gmpy2.log(self.s * self.b) + self.b * u
                - gmpy2.log(self.beta + gmpy2.expm1(self.b * u)))


SETS = {
    "paretonbd": (Pareto, [
        (.5534, 10.578, .6061, 11.669), (.5534, 10.578, 1., 11.669),
        (.6, 10., .6, 10.), (2., 50., 1., 50.), (1e-4, 1e-4, 1e-4, 1e-4),
        (1e6, 5e6, .8, 20.),
    ]),
    "nbd": (Immortal, [
        (.3848, 12.072), (1., 1.), (1e-4, 1e-4), (1e6, 5e6), (1e-4, 1e6),
        (500., 1e-4),
    ]),
    "ggompertznbd": (GGompertz, [
        (.553, 10.578, .02, .6, .25), (1., 30., .01, 1., 1.),
        (.6, 10., 1e-6, .6, 1e-5), (1e-4, 1e-4, 1e-4, 1e-4, 1e-4),
    ]),
}


class Nodes:
    """Where the integral of exp(log_f(u)) over (t_x, T) is to be taken."""

    def __init__(self, log_f, tx, T):
        self.tx, self.T = tx, T
        coarse = [(t, self.log_term(log_f, *self.node(mpfr(t))))
                  for t in range(-160, 161)]
        top = max(v for _, v in coarse)
        inside = [t for t, v in coarse if v > top - 60]
        low, high = inside[0] - 1, inside[-1] + 1
        self.step, last = mpfr(1), None
        for _ in range(12):
            count = int((high - low) / self.step) + 1
            self.nodes = [self.node(low + i * self.step) for i in range(count)]
            now = self.integral(log_f)
            if last is not None and abs(now - last) <= now / 10 ** 12:
                return
            self.step, last = self.step / 2, now
        raise ArithmeticError("integral did not converge")

    def node(self, t):
        """u, and ln du/dt."""
        e = gmpy2.exp(-t)
        h = self.T - self.tx
        return self.tx + h / (1 + e), gmpy2.log(h * e / (1 + e) ** 2)

    @staticmethod
    def log_term(log_f, u, log_du):
        return log_f(u) + log_du

    def integral(self, log_f):
        return self.step * sum(gmpy2.exp(self.log_term(log_f, *node))
                               for node in self.nodes)


def likelihood(kind, par, row, nodes=None):
    """ln L, with these nodes; without, also the nodes it should have."""
    x, tx, T = row
    r, alpha = par[:2]
    R = r + x
    law = kind(*par[2:])
    start = law.log_survival(tx) - R * gmpy2.log(alpha + tx)
    q = gmpy2.exp(law.log_survival(T) - R * gmpy2.log(alpha + T) - start)
    if law.log_density is not None and T > tx:
        def log_f(u):
            return law.log_density(u) - R * gmpy2.log(alpha + u) - start
        if nodes is None:
            nodes = Nodes(log_f, tx, T)
        q += nodes.integral(log_f)
    return (gmpy2.lgamma(R)[0] - gmpy2.lgamma(r)[0] + r * gmpy2.log(alpha)
            + start + gmpy2.log(q)), nodes


def number(value):
    return format(value, ".19e") if value else "0"


def slope(difference, step):
    """0 where only the rounding of the difference is left."""
    return difference / step if abs(difference) > mpfr(1) / 10 ** 42 else mpfr(0)


def record(job):
    kind, values, row = job
    par = [mpfr(v) for v in values]
    row = [mpfr(v) for v in row[:3]]
    n = len(par)
    middle, nodes = likelihood(kind, par, row)

    def lnl(*which):
        moved = list(par)
        for i, sign in which:
            moved[i] += sign * STEP * par[i]
        return likelihood(kind, moved, row, nodes)[0]

    up = [lnl((i, 1)) for i in range(n)]
    down = [lnl((i, -1)) for i in range(n)]
    grad = [slope(up[i] - down[i], 2 * STEP * par[i]) for i in range(n)]
    hess = []
    for i in range(n):
        for j in range(i + 1):
            if i == j:
                d = up[i] - 2 * middle + down[i]
            else:
                d = (lnl((i, 1), (j, 1)) - lnl((i, 1), (j, -1))
                     - lnl((i, -1), (j, 1)) + lnl((i, -1), (j, -1))) / 4
            hess.append(slope(d, STEP * STEP * par[i] * par[j]))
    return "\t\t{%s,\n\t\t\t{%s},\n\t\t\t{%s}}," % (
        number(middle), ", ".join(map(number, grad)), ", ".join(map(number, hess)))


def table(name, pool, which):
    kind, sets = SETS[name]
    sets = [sets[i] for i in which] if which else sets
    jobs = [(kind, par, row) for par in sets for row in ROWS]
    done = pool.imap(record, jobs)
    for par in sets:
        print("\t{{%s}, {" % ", ".join("%r" % v for v in par))
        for _ in ROWS:
            print(next(done), flush=True)
        print("\t}},", flush=True)


def main():
    processes = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with Pool(processes) as pool:
        if len(sys.argv) > 2:
            table(sys.argv[2], pool, [int(v) for v in sys.argv[3:]])
            return
        print("/*\n * golden_dropout_fit.h\n *\t\tLikelihoods of single customers"
              " and their derivatives, in 50-digit arithmetic.\n *\n * Made by"
              " test/golden/dropout_fit.py; not to be edited.\n */\n"
              "static const MakeRow golden_row[] = {")
        for x, tx, T, count in ROWS:
            print("\t{%r, %r, %r, 0, %r}," % (x, tx, T, count))
        print("};")
        for name in SETS:
            print("\nstatic const GoldenFit golden_%s_fit[] = {" % name)
            table(name, pool, [])
            print("};")


if __name__ == "__main__":
    main()
