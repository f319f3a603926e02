#!/usr/bin/env python3
"""Is a fit as high as each limit of its model, and are its predictions those of the limit?

    make test/recovery/fit_rows
    test/recovery/limits.py [--only NAME] [--model MODEL]

Needs numpy and scipy; some minutes of one core.  A search for a maximum ends
before infinity or 0.  Here the models that lie there (customers who do not
differ in their rate, in their risk of leaving, or in both; who leave at once or
never, never, or all at one age; spend alike for all customers, or for all orders
of one; subscribers who do not differ) are written down and fitted by themselves,
to the 200 bases of awkward_bases.py and to some that are made for a limit.

Prints a line for each fit that is lower than a limit by more than 1e-6 of
|lnL|; then by model how much higher a limit was at most, and, of the fits whose
likelihood is within 1e-6 of their highest limit, how far the fit's predictions
are from that limit's: P(alive) now, and purchases expected within the base's
mean age (relative, or of a hundredth where less is expected).  Fits that end
where the model's numbers do (1e150) are counted by themselves.  Ends with 1 if
another fit was lower.
"""
import argparse
import math
import os
import subprocess
import sys

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, roots_jacobi

from awkward_bases import SEED, all_bases, simulate
from many_starts import as_arrays, as_text, lifetimes, log_stay, log_sum, rising

HERE = os.path.dirname(os.path.abspath(__file__))
FALLS_SHORT = 1e-6      # of |lnL|
LARGEST = 1e149         # a fit with a larger parameter ends where numbers do
np.seterr(all="ignore")
NEVER = -np.inf


# ------------------------------------------------- purchases: gamma or one rate

class Gamma:
    n, start = 2, lambda self, base: [[0.0, 0.0], [2.0, 2.0], [-1.5, -1.0], [5.0, 5.0], [9.0, 9.0]]

    def __init__(self, p, base):
        self.r, self.alpha = math.exp(p[0]), math.exp(p[1]) * base["age"] / base["rate"]

    def ln(self, x, u):
        return rising(self.r, x) + x * np.log(self.r / self.alpha) - (self.r + x) * np.log1p(u / self.alpha)

    def until(self, x, t, p, h):
        """Purchases within h of one alive at t who leaves after each with chance p."""
        scale, big = self.alpha + t, self.r + x
        return np.where(p > 0, -np.expm1(-big * np.log1p(p * h / scale)) / np.where(p > 0, p, 1.0), big / scale * h)

    def mean(self, x, t):
        return (self.r + x) / (self.alpha + t)


class Poisson:
    n, start = 1, lambda self, base: [[0.0], [1.0]]

    def __init__(self, p, base):
        self.rate = math.exp(p[0]) * base["rate"] / base["age"]

    def ln(self, x, u):
        return x * math.log(self.rate) - self.rate * u

    def until(self, x, t, p, h):
        return np.where(p > 0, -np.expm1(-self.rate * p * h) / np.where(p > 0, p, 1.0), self.rate * h)

    def mean(self, x, t):
        return self.rate + 0.0 * x


# ------------------------------------------ leaving after a purchase, n chances

def logistic(v):
    return 1.0 / (1.0 + math.exp(-v))


class Beta:
    n, start = 2, lambda self: [[0.0, 1.0], [-2.0, 0.0], [3.0, 4.0], [-6.0, -6.0], [8.0, 9.0]]

    def __init__(self, p):
        self.a, self.b = math.exp(p[0]), math.exp(p[1])

    def stay(self, n):
        return log_stay(self.a, self.b, n)

    def leave(self, n):
        return np.where(n > 0, log_stay(self.a, self.b, np.maximum(n, 1) - 1)
                        + np.log(self.a / (self.a + self.b + np.maximum(n, 1) - 1)), NEVER)

    def purchases(self, buy, x, t, n, h):
        out = np.zeros(len(x))
        for i in range(len(x)):             # p is Beta(a, b + n) of one alive
            z, w = roots_jacobi(80, self.b + n[i] - 1.0, self.a - 1.0)
            w = w / np.sum(w)
            out[i] = np.sum(w * buy.until(x[i], t[i], 0.5 * (1.0 + z), h))
        return out


class Geometric:
    n, start = 1, lambda self: [[-1.0], [-4.0], [1.0]]

    def __init__(self, p):
        self.p = logistic(p[0])

    def stay(self, n):
        return n * math.log1p(-self.p)

    def leave(self, n):
        return np.where(n > 0, (np.maximum(n, 1) - 1) * math.log1p(-self.p) + math.log(self.p), NEVER)

    def purchases(self, buy, x, t, n, h):
        return buy.until(x, t, self.p, h)


class AtOnceOrNever(Geometric):
    def stay(self, n):
        return np.where(n > 0, math.log1p(-self.p), 0.0)

    def leave(self, n):
        return np.where(n == 1, math.log(self.p), NEVER)

    def purchases(self, buy, x, t, n, h):
        never = buy.until(x, t, 0.0, h)
        return np.where(n > 0, never, self.p * buy.until(x, t, 1.0, h) + (1.0 - self.p) * never)


class Never:
    n, start = 0, lambda self: [[]]

    def __init__(self, p):
        pass

    def stay(self, n):
        return 0.0 * n

    def leave(self, n):
        return 0.0 * n + NEVER

    def purchases(self, buy, x, t, n, h):
        return buy.until(x, t, 0.0, h)


def after_purchases(throws, rate, quit):
    """ln L of rows, and P(alive) and purchases within h."""
    def rows(p, base, h=None):
        buy, go = rate(p[:rate.n], base), quit(p[rate.n:])
        x, tx, t = base["x"], base["tx"], base["t"]
        n = x + throws
        here, gone = buy.ln(x, t) + go.stay(n), buy.ln(x, tx) + go.leave(n)
        ln = log_sum(here, gone)
        if h is None:
            return ln
        alive = np.exp(here - ln)
        return alive, alive * go.purchases(buy, x, t, n, h)

    starts = [a + b for a in rate.start(rate, {}) for b in quit.start(quit)]
    return rows, starts


# ----------------------------------------------- leaving at a rate, or one age

def exponential(rate):
    def rows(p, base, h=None):
        buy, mu = rate(p[:rate.n], base), math.exp(p[rate.n]) / base["age"]
        x, tx, t = base["x"], base["tx"], base["t"]
        if rate is Poisson:
            total = buy.rate + mu
            dead = x * math.log(buy.rate) + math.log(mu / total) - total * tx + np.log(-np.expm1(-total * (t - tx)))
            here = buy.ln(x, t) - mu * t
            ln = log_sum(here, dead)
        else:
            q = np.array([[buy.r, buy.alpha, mu]])
            ln = lifetimes(lambda q, since, to: -q[:, 2][:, None] * (to - since),
                           lambda q, since, ml: ml / q[:, 2][:, None, None])(q, base, 0.05 if h else None)[0]
            here = buy.ln(x, t) - mu * t
        if h is None:
            return ln
        alive = np.exp(here - ln)
        return alive, alive * buy.mean(x, t) * -math.expm1(-mu * h) / mu
    return rows, [a + [m] for a in rate.start(rate, {}) for m in (0.0, -3.0, 3.0)]


def one_age(rate):
    """All leave at the age of the last purchase of all: none that is later is as likely."""
    def rows(p, base, h=None):
        buy = rate(p, base)
        end = np.max(base["tx"])
        if h is None:
            return buy.ln(base["x"], np.minimum(base["t"], end))
        alive = np.where(base["t"] <= end, 1.0, 0.0)
        return alive, alive * buy.mean(base["x"], base["t"]) * np.minimum(h, np.maximum(end - base["t"], 0.0))
    return rows, rate.start(rate, {})


# --------------------------------------------------------- discrete: BG/BB

def opportunities(same_p, quit):
    def rows(p, base, h=None):
        k = 1 if same_p else 2
        go = quit(p[k:])
        x, tx, n = base["x"], base["tx"], base["t"]
        if same_p:
            share = logistic(p[0])
            bought = lambda m: x * math.log(share) + (m - x) * math.log1p(-share)
        else:
            a, b = math.exp(p[0]), math.exp(p[1])
            bought = lambda m: log_stay(b, a, x) + log_stay(a + x, b, m - x)
        here = bought(n) + go.stay(n)
        total = here
        for i in range(int(np.max(n - tx))):
            m = np.minimum(tx + i, n)
            total = np.where(tx + i < n, log_sum(total, bought(m) + go.leave(m + 1)), total)
        if h is None:
            return total
        chance = share if same_p else (a + x) / (a + b + n)
        ahead = np.arange(1, int(h) + 1)
        stay = np.sum(np.exp(go.stay(n[:, None] + ahead) - go.stay(n)[:, None]), axis=1)
        alive = np.exp(here - total)
        return alive, alive * chance * stay
    first = [[-1.0], [2.0]] if same_p else [[0.0, 0.0], [-1.5, 1.0], [4.0, 4.0]]
    return rows, [a + b for a in first for b in quit.start(quit)]


# ------------------------------------------------------- spend and contracts

def spend_of_all(p, base, h=None):
    """Orders of all are Gamma(p, nu)."""
    shape, mean = math.exp(p[0]), math.exp(p[1]) * base["money"]
    x, m = base["sx"], base["m"]
    k = shape * x
    return rising(k, 0.0 * k) - gamma_ln(k) + k * np.log(k / mean) + (k - 1.0) * np.log(m) - k * m / mean


def spend_of_one(p, base, h=None):
    """All orders of a customer are of one value, an inverse gamma."""
    q, c = 1.0 + math.exp(p[0]), math.exp(p[1]) * base["money"] * (1.0 + math.exp(p[0]))
    m = base["m"]
    return q * math.log(c) - math.lgamma(q) - (q + 1.0) * np.log(m) - c / m


def gamma_ln(k):
    return np.array([math.lgamma(v) for v in k])


def weibull(with_c):
    def rows(p, base, h=None):
        theta, c = math.exp(p[0]), math.exp(p[1]) if with_c else 1.0
        t, lost, stay = base["t"], base["lost"], base["stay"]
        scale = np.max(t) ** c
        now, before = (t ** c) / scale * theta, np.where(t > 1, (np.maximum(t, 1.0) - 1.0) ** c, 0.0) / scale * theta
        gone = -before + np.log(-np.expm1(before - now))
        if h is not None:
            return np.exp(-now), np.exp(-now)
        return np.where(stay > 0, -stay * now, 0.0) + np.where(lost > 0, lost * gone, 0.0)
    return rows, [[a] + b for a in (-3.0, 0.0, 3.0) for b in ([[0.0], [1.5], [-1.0], [3.0]] if with_c else [[]])]


QUITS = {"differ": Beta, "geometric": Geometric, "at once or never": AtOnceOrNever, "never": Never}
LIMITS = {
    "nbd": {"poisson": after_purchases(0, Poisson, Never)},
    "bgbb": {"p, " + q: opportunities(True, QUITS[q]) for q in QUITS}
            | {"beta, " + q: opportunities(False, QUITS[q]) for q in QUITS if q != "differ"},
    "gammagamma": {"customers alike": (spend_of_all, [[0.0, 0.0], [3.0, 0.0], [-2.0, 1.0]]),
                   "orders alike": (spend_of_one, [[0.0, 0.0], [3.0, 0.0], [-3.0, 0.0]])},
    "sbg": {"geometric": weibull(False)}, "bdw": {"discrete Weibull": weibull(True)},
    "paretonbd": {"exponential": exponential(Gamma), "poisson, exponential": exponential(Poisson),
                  "never": after_purchases(0, Gamma, Never), "poisson, never": after_purchases(0, Poisson, Never),
                  "at once or never": after_purchases(1, Gamma, AtOnceOrNever),
                  "poisson, at once or never": after_purchases(1, Poisson, AtOnceOrNever)},
}
for of, chances in (("bgnbd", 0), ("mbgnbd", 1)):
    LIMITS[of] = {f"{r.__name__.lower()}, {q}": after_purchases(chances, r, QUITS[q])
                  for r in (Gamma, Poisson) for q in QUITS if (r, q) != (Gamma, "differ")}
LIMITS["ggompertznbd"] = LIMITS["paretonbd"] | {"one age": one_age(Gamma), "poisson, one age": one_age(Poisson)}


# ------------------------------------------------------------------- bases

def made_for_limits():
    """A few hundred customers at each limit of the models that leave."""
    ages = lambda rng, j: float(rng.integers(60, 366))
    rates = {"gamma": lambda rng: rng.gamma(0.8, 1 / 40.0), "poisson": lambda rng: 0.05}
    quits = {"at-once-or-never": lambda rng: float(rng.random() < 0.3), "geometric": lambda rng: 0.15,
             "never": lambda rng: 0.0, "extremes": lambda rng: rng.beta(0.02, 0.05)}
    for i in range(3):
        for r in rates:
            for q in quits:
                rng = np.random.default_rng([SEED, 4, i, len(r), len(q)])
                rows, gaps = simulate(rng, 40 * 4 ** i, ages, rates[r], quits[q])
                yield "customers", f"l{i}-{r}-{q}", [tuple(row) + (0.0, 1.0) for row in rows], gaps


# -------------------------------------------------------------------- main

def fit_limit(limit, base, weight):
    rows, starts = limit

    def down(p):
        value = -float(np.sum(weight * rows(p, base)))
        return value if math.isfinite(value) else 1e290

    best = (math.inf, None)
    values = sorted((down(np.array(s, dtype=float)), s) for s in starts)
    if not values[0][1]:
        return -values[0][0], np.array([])
    options = {"ftol": 1e-14, "gtol": 1e-8, "maxiter": 200}
    for value, s in values[:3]:
        if value < 1e289:
            r = minimize(down, np.array(s, dtype=float), method="L-BFGS-B", bounds=[(-25.0, 25.0)] * len(s), options=options)
            best = min(best, (r.fun, tuple(r.x)))
    if best[1] is None:
        return -math.inf, None
    r = minimize(down, np.array(best[1]), method="L-BFGS-B", bounds=[(-25.0, 25.0)] * len(best[1]), options=options)
    return -r.fun, r.x


def prepare(kind, rows, gaps):
    base = as_arrays(kind, rows, gaps)
    if kind != "contracts":
        base["age"] = float(np.average(base["t"], weights=base["n"])) or 1.0
        base["rate"] = max(float(np.average(base["x"], weights=base["n"])), 1e-3)
        if len(base["m"]):
            base["money"] = float(np.exp(np.average(np.log(base["m"]), weights=base["sn"])))
    return base


def predictions(base, h, found, limit):
    """The largest difference of P(alive), and of purchases in themselves."""
    rows, p = limit
    alive, purchases = rows(p, base, h)
    alive, purchases = np.broadcast_to(alive, len(base["t"])), np.broadcast_to(purchases, len(base["t"]))
    at = {(x, tx, t): i for i, (x, tx, t) in enumerate(zip(base["x"], base["tx"], base["t"]))} if "x" in base \
        else {(0.0, 0.0, t): i for i, t in enumerate(base["t"])}
    worst = [0.0, 0.0]
    for x, tx, t, a, e in found:
        i = at.get((x, tx, t))
        if i is not None:
            worst[0] = max(worst[0], abs(a - alive[i]))
            worst[1] = max(worst[1], abs(e - purchases[i]) / max(purchases[i], 0.01))
    return worst


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--only")
    args.add_argument("--model")
    args.add_argument("--list", action="store_true")
    args = args.parse_args()
    bases = [b for b in list(all_bases()) + list(made_for_limits()) if args.only is None or args.only in b[1]]
    bad = False
    print("| model | fits | a limit higher by at most, of \\|lnL\\| | fits at a limit | P(alive) off by | purchases off by | fits at 1e150 | a limit higher by at most |\n|---|---|---|---|---|---|---|---|", flush=True)
    for model in LIMITS:
        if args.model not in (None, model):
            continue
        out = subprocess.run([os.path.join(HERE, "fit_rows"), model, "predict"], input="".join(as_text(*b) for b in bases),
                             capture_output=True, text=True, check=True).stdout.splitlines()
        found, by_name = {}, {b[1]: b for b in bases}
        for line in out:
            if line.startswith("  "):
                found[name][1].append([float(v) for v in line.split()])
            else:
                name = line.split()[0]
                found[name] = (line, [])
        short, off, at_limit, told = 0.0, [0.0, 0.0], 0, []
        ended, ended_short = 0, 0.0
        for name, (line, asked) in found.items():
            kind, _, rows, gaps = by_name[name]
            base = prepare(kind, rows, gaps)
            loglik, status = float(line.split()[3]), line.split()[2]
            weight = base["sn"] if model == "gammagamma" else base["n"]
            size = max(abs(loglik), 1e-3 * base["size"])
            best = max(((fit_limit(LIMITS[model][l], base, weight), l) for l in LIMITS[model]), key=lambda b: b[0][0])
            (value, p), limit = best
            unbounded = model == "gammagamma" and len(set(base["m"])) == 1
            if args.list:
                print(f"{name} {line[:200]} {limit} {value:.9f} {(value - loglik) / size:.2g}", flush=True)
            if max(float(v) for v in line.partition(" | ")[0].split()[5:]) > LARGEST:
                ended, ended_short = ended + 1, max(ended_short, (value - loglik) / size)
            elif not unbounded:
                short = max(short, (value - loglik) / size)
                if (value - loglik) / size > FALLS_SHORT:
                    told.append(f"LOWER {name} {model} {loglik:.9f} than {limit} {value:.9f}, by {(value - loglik) / size:.2g}: {line.split(' ', 3)[3]}")
            if status == "boundary" and abs(value - loglik) <= FALLS_SHORT * size and model != "gammagamma" and p is not None:
                at_limit += 1
                h = base.get("age", 1.0)
                now = predictions(base, float(int(h)) if model == "bgbb" else h, asked, (LIMITS[model][limit][0], p))
                if args.list:
                    print(f"    {limit}: P(alive) {now[0]:.2g}, purchases {now[1]:.2g}")
                off = [max(o, n) for o, n in zip(off, now)]
        print(f"| `{model}` | {len(found)} | {max(short, 0.0):.1g} | {at_limit} | {off[0]:.1g} | {off[1]:.1g} | {ended} | {ended_short:.1g} |", flush=True)
        for line in told:
            print(line, flush=True)
        bad = bad or (short > FALLS_SHORT)
    return bad


if __name__ == "__main__":
    sys.exit(main())
