#!/usr/bin/env python3
"""Is a fit as high as an independent search from many starts finds?

    make test/recovery/fit_rows
    test/recovery/many_starts.py [--only NAME] [--model MODEL] [--jobs N] [--climbs N] [--iterations N]

Needs numpy and scipy, and some hours of one core for all.  Each of the 200
bases of awkward_bases.py is fitted by the core with every model that suits it,
and searched for a higher likelihood from many starts: random ones in a box of
ten powers of ten, known corners (customers who do not differ, who never leave,
who all leave at one age, leave late), and where the core has ended.  The search
stays where the core does: within a factor of 1e8 of a parameter's unit, and up
to 1e150 for b and t^c of bdw and beta of ggompertznbd.  The likelihoods below
are written from the papers, apart from the core, for arrays of parameters.

Prints a line for each fit that is lower than the best found by more than 1e-6
of |lnL|, or whose likelihood is not what it is here at the same parameters,
then a table by model.  Ends with 1 if there was any.
"""
import argparse
import concurrent.futures
import math
import os
import subprocess
import sys
import time
import zlib

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from awkward_bases import SEED, all_bases

HERE = os.path.dirname(os.path.abspath(__file__))
FALLS_SHORT = 1e-6      # of |lnL|
DIFFERS = 1e-8          # of |lnL| and the number of customers
ROUNDS = 1e-15          # of p and q of gammagamma, whose terms grow with them
BOX = math.log(1e8)     # of the search, about a unit
LARGEST = 1e150       # b and t^c of bdw, beta of ggompertznbd
np.seterr(all="ignore")

PARAMETERS = {
    "bgnbd": "r alpha a b", "mbgnbd": "r alpha a b", "nbd": "r alpha",
    "bgcnbd": "r alpha a b k", "mbgcnbd": "r alpha a b k",
    "paretonbd": "r alpha s beta", "ggompertznbd": "r alpha b s beta",
    "bgbb": "alpha beta gamma delta", "sbg": "a b", "bdw": "a b c",
    "gammagamma": "p q gamma",
}


# ------------------------------------------------------------ functions

def h(y):
    """(1 + y) ln(1 + y) - y, to all digits."""
    small = np.minimum(y, 0.02)
    series = sum((-1.0) ** n * small ** n / (n * (n - 1)) for n in range(2, 12))
    return np.where(y < 0.02, series, (1.0 + y) * np.log1p(y) - y)


def rest(z):
    w = 1.0 / (z * z)
    return (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w / 1680))) / z


def rising(z, x):
    """ln (z)_x - x ln z."""
    z, x = np.broadcast_arrays(z, x)
    big = np.maximum(z, 100.0)
    far = big * h(x / big) - 0.5 * np.log1p(x / big) + rest(big + x) - rest(big)
    low = np.minimum(z, 100.0)
    near = gammaln(low + x) - gammaln(low) - x * np.log(low)
    return np.where(x == 0.0, 0.0, np.where(z < 100.0, near, far))


def log_stay(a, b, n):
    """ln of (b)_n / (a + b)_n, by (b)_a and (b + n)_a where that cancels less."""
    a, b, n = np.broadcast_arrays(a, b, n)
    by_n = rising(b, n) - rising(a + b, n) - n * np.log1p(a / b)
    by_a = rising(b, a) - rising(b + n, a) - a * np.log1p(n / b)
    return np.where(n == 0.0, 0.0, np.where(n < a, by_n, by_a))


def log_sum(u, v):
    return np.logaddexp(u, v)


# ---------------------------------------------------------- likelihoods
# p: parameters, one row each; the base's arrays run along the columns.

def column(p, i):
    return p[:, i][:, None]


def nbd(p, base):
    r, alpha = column(p, 0), column(p, 1)
    x, t = base["x"], base["t"]
    return rising(r, x) + x * np.log(r / alpha) - (r + x) * np.log1p(t / alpha)


def beta_geometric(throws, k):
    def loglik(p, base):
        r, alpha, a, b = (column(p, i) for i in range(4))
        x, tx, t = base["x"], base["tx"], base["t"]
        n = x + throws
        big = r + k * x
        y = (t - tx) / (alpha + t)
        term = np.ones_like(y)
        total = np.ones_like(y)
        for j in range(1, k):
            term = term * (big + (j - 1)) / j * y
            total = total + term
        both = rising(r, k * x) + k * x * np.log(r / alpha) + log_stay(a, b, n)
        here = np.log(total) - big * np.log1p(t / alpha)
        gone = np.where(n > 0, np.log(a / (b + np.maximum(n, 1) - 1)), -np.inf) - big * np.log1p(tx / alpha)
        return both + log_sum(here, gone) - x * math.lgamma(k)
    return loglik


V = np.arange(-30.0, 30.01, 0.25)


def lifetimes(log_s, age_at):
    """Purchases as in NBD until an end of its own law, integrated over the
    share of customers gone, in its logit."""
    def loglik(p, base, step=None):
        v = V if step is None else np.arange(-34.0, 34.0, step)
        r, alpha = column(p, 0), column(p, 1)
        x, tx, t = base["x"], base["tx"], base["t"]
        big = r + x
        stay = log_s(p, tx, t)              # ln S(T) / S(t_x)
        left = -np.expm1(stay)
        w = 1.0 / (1.0 + np.exp(-v))
        up = 1.0 / (1.0 + np.exp(v))
        q = left[..., None] * w
        log_rest = np.where(q < 0.5, np.log1p(-q), np.log(np.exp(stay)[..., None] + left[..., None] * up))
        gap = np.minimum(age_at(p, tx, -log_rest), (t - tx)[None, :, None])
        a = np.exp(-big[..., None] * np.log1p(gap / (alpha + tx)[..., None]))
        dead = np.sum(a * w * up, axis=-1) * (v[1] - v[0]) * left
        alive = np.exp(stay - big * np.log1p((t - tx) / (alpha + tx)))
        return (rising(r, x) + x * np.log(r / alpha) - big * np.log1p(tx / alpha)
                + log_s(p, np.zeros_like(tx), tx) + np.log(alive + dead))
    return loglik


def pareto_log_s(p, since, to):
    s, beta = column(p, 2), column(p, 3)
    return -s * np.log1p((to - since) / (beta + since))


def pareto_age(p, since, minus_log):
    s, beta = p[:, 2][:, None, None], p[:, 3][:, None, None]
    return (beta + since[None, :, None]) * np.expm1(minus_log / s)


def gompertz_g(b, beta, age):
    return 1.0 / (beta * np.exp(-b * age) - np.expm1(-b * age))


def gompertz_log_s(p, since, to):
    b, s, beta = (column(p, i) for i in (2, 3, 4))
    y = b * (to - since)
    g = gompertz_g(b, beta, since)
    return -s * np.where(y < 600.0, np.log1p(np.expm1(np.minimum(y, 600.0)) * g), np.logaddexp(0.0, y + np.log(g)))


def gompertz_age(p, since, minus_log):
    b, s, beta = (p[:, i][:, None, None] for i in (2, 3, 4))
    z = minus_log / s
    g = gompertz_g(b, beta, since[None, :, None])
    up = np.where(z < 600.0, np.log(np.expm1(np.minimum(z, 600.0))), z)
    return np.logaddexp(0.0, up - np.log(g)) / b


def bgbb(p, base):
    alpha, beta, gamma, delta = (column(p, i) for i in range(4))
    x, tx, n = base["x"], base["tx"], base["t"]

    def bought(m):          # of m opportunities, x taken
        return (log_stay(beta, alpha, x) + log_stay(alpha + x, beta, m - x))

    total = bought(n) + log_stay(gamma, delta, n)
    for i in range(int(np.max(n - tx))):
        m = tx + i          # died before opportunity m + 1
        term = (bought(np.minimum(m, n)) + log_stay(gamma, delta, np.minimum(m, n))
                + np.log(gamma) - np.log(gamma + delta + m))
        total = np.where(m < n, log_sum(total, term), total)
    return total


def contract(p, base):
    a, b = column(p, 0), column(p, 1)
    c = column(p, 2) if p.shape[1] > 2 else np.ones_like(a)
    t, lost, stay = base["t"], base["lost"], base["stay"]
    before = t - 1.0
    u = np.where(t > 0, t ** c, 0.0)
    low = np.where(before > 0, np.where(before > 0, before, 1.0) ** c, 0.0)
    step = np.where(before > 0, low * np.expm1(c * np.log(t / np.where(before > 0, before, 1.0))), u)
    first = log_stay(a, b, low)
    last = log_stay(a, b + low, step)
    out = np.where(stay > 0, stay * log_stay(a, b, u), 0.0)
    gone = np.where(last > -1e-5, np.log(-np.expm1(last)), np.log1p(-np.exp(last)))
    return out + np.where(lost > 0, lost * (first + gone), 0.0)


def gamma_gamma(p, base):
    pp, q, gamma = (column(p, i) for i in range(3))
    x, m = base["sx"], base["m"]
    px, y = pp * x, x * m
    # Gamma(px + q) / (Gamma(px) Gamma(q)) gamma^q y^px / (gamma + y)^(px + q) / m
    small, large = np.minimum(px, q), np.maximum(px, q)
    ratio = rising(large, small) + small * np.log(large) - gammaln(small)
    return ratio - q * np.log1p(y / gamma) - px * np.log1p(gamma / y) - np.log(m)


LOGLIK = {
    "nbd": nbd, "bgnbd": beta_geometric(0, 1), "mbgnbd": beta_geometric(1, 1),
    "paretonbd": lifetimes(pareto_log_s, pareto_age),
    "ggompertznbd": lifetimes(gompertz_log_s, gompertz_age),
    "bgbb": bgbb, "sbg": contract, "bdw": contract, "gammagamma": gamma_gamma,
}


class Objective:
    """lnL of a base by phi = ln(parameter), q of gammagamma less 1."""

    def __init__(self, model, base, k=None, step=None):
        self.loglik = LOGLIK[model] if k is None else beta_geometric(int(model == "mbgcnbd"), k)
        self.step = step
        self.base = base
        self.shift = 1.0 if model == "gammagamma" else 0.0
        self.constant = (k - 1) * base["gaps"] if k else 0.0
        self.weight = base["sn"] if model == "gammagamma" else base["n"]
        self.units(model)

    def units(self, model):
        """Bounds of phi: a factor of 1e8 about a unit; b of bdw as t^c, beta of ggompertznbd as e^(bT)."""
        names = PARAMETERS[model].split()
        names = names[:-1] if names[-1] == "k" else names
        base = self.base
        age = float(np.average(base["t"], weights=base["n"])) or 1.0
        money = float(np.exp(np.average(np.log(base["m"]), weights=base["sn"]))) if len(base["m"]) else 1.0
        oldest = max(float(np.max(base["t"])), 1.0 if model == "bdw" else 0.0)
        unit = np.zeros(len(names))
        for i, name in enumerate(names):
            if model == "gammagamma":
                unit[i] = math.log(money) if name == "gamma" else 0.0
            elif model not in ("bgbb", "sbg", "bdw"):
                unit[i] = math.log(age) if name == "alpha" or (name, model) == ("beta", "paretonbd") else 0.0
        if model == "ggompertznbd":
            unit[2] = -math.log(age)
        self.unit, self.names = unit, names
        self.low, self.high = unit - BOX, unit + BOX
        if model == "bdw":
            self.high[1] = math.log(LARGEST)
            self.high[2] = math.log(math.log(LARGEST) / math.log(oldest)) if oldest > 1 else BOX
        elif model == "ggompertznbd":
            self.high[4] = math.log(LARGEST)

    def parameters(self, phi):
        p = np.exp(np.clip(phi, self.low, self.high))
        if self.shift:
            p[:, 1] += 1.0
        return p

    def at(self, p):
        more = {} if self.step is None else {"step": self.step}
        rows = self.loglik(p, self.base, **more)
        return np.sum(self.weight * rows, axis=1) + self.constant

    def many(self, phi):
        out = []
        for part in np.array_split(phi, max(1, len(phi) // 16)):
            out.append(self.at(self.parameters(part)))
        out = np.concatenate(out)
        return np.where(np.isfinite(out), out, -1e290)

    def value_and_slope(self, phi):
        d, n = 1e-4, len(phi)
        points = np.vstack([phi, phi + d * np.eye(n), phi - d * np.eye(n)])
        v = self.many(points)
        return -v[0], -(v[1:n + 1] - v[n + 1:]) / (2 * d)


# --------------------------------------------------------------- search

def starts(model, objective, rng):
    """Random ones, and corners."""
    base = objective.base
    unit, names = objective.unit, objective.names
    n = len(names)
    points = [rng.uniform(-4.6, 4.6, (220, n)), rng.uniform(-11.5, 11.5, (100, n))]
    shaped = rng.uniform(-3.0, 3.0, (160, n))
    far = rng.uniform(8.0, 16.0, 160)
    if model == "bdw":                      # b of the size of t^c, a with it or not
        c = np.exp(rng.uniform(-1.0, 3.0, 160))
        shaped[:, 2] = np.log(c)
        shaped[:, 1] += c * np.log(np.max(base["t"])) * rng.uniform(0.5, 1.1, 160)
        shaped[80:, 0] += far[80:]
        shaped[80:, 1] += far[80:]
    elif model == "ggompertznbd":           # beta of the size of e^(bT)
        reach = np.exp(rng.uniform(-2.0, 5.5, 160))
        shaped[:, 2] = np.log(reach)
        shaped[:, 4] += np.minimum(reach, 500.0) * rng.uniform(0.2, 1.1, 160)
        shaped[80:, 3:] += far[80:, None]
        shaped[40:120, :2] += far[40:120, None]
    elif n >= 2:                            # pairs far out at a ratio
        shaped[:80, :2] += far[:80, None]
        if n == 4:
            shaped[40:, 2:] += (far * np.where(np.arange(160) % 3 == 0, -1.0, 1.0))[40:, None]
    points.append(shaped)
    return np.clip(np.vstack(points) + unit, objective.low, objective.high)


def climb(objective, phi, iterations=300):
    best = minimize(objective.value_and_slope, phi, jac=True, method="L-BFGS-B",
                    bounds=list(zip(objective.low, objective.high)), options={"maxiter": iterations, "maxls": 40, "ftol": 1e-13, "gtol": 1e-9})
    return -best.fun, best.x


def search(model, base, known, rng, climbs, k=None, iterations=300):
    objective = Objective(model, base, k)
    points = starts(model, objective, rng)
    value = objective.many(points)
    order = np.argsort(-value)
    chosen = []
    for i in order:
        if len(chosen) == climbs:
            break
        if all(np.max(np.abs(points[i] - points[j])) > 1.5 for j in chosen):
            chosen.append(i)
    results = [climb(objective, points[i], iterations) for i in chosen]
    results.append(climb(objective, known, iterations))
    return max(results, key=lambda r: r[0])


# ---------------------------------------------------------------- bases

def as_text(kind, name, rows, gaps):
    head = f"{kind} {name} {len(rows)}" + (f" {gaps!r}" if kind == "customers" else "")
    return "\n".join([head] + [" ".join(repr(float(v)) for v in row) for row in rows]) + "\n"


def as_arrays(kind, rows, gaps):
    """Equal rows once, with how many they are."""
    if kind == "contracts":
        a = np.array(rows, dtype=float)
        return {"t": a[:, 0], "lost": a[:, 1], "stay": a[:, 2], "n": np.ones(len(a)), "m": np.array([]),
                "size": float(np.sum(a[:, 1:])), "gaps": 0.0}
    a = np.array(rows, dtype=float)
    cells, n = np.unique(a[:, :3], axis=0, return_counts=True)
    spenders = a[a[:, 3] > 0][:, [0, 3]]
    sc, sn = np.unique(spenders, axis=0, return_counts=True) if len(spenders) else (np.zeros((0, 2)), np.zeros(0))
    return {"x": cells[:, 0], "tx": cells[:, 1], "t": cells[:, 2], "n": n.astype(float), "sx": sc[:, 0], "m": sc[:, 1],
            "sn": sn.astype(float), "size": float(len(a)), "gaps": gaps}


# ----------------------------------------------------------------- main

def check(task):
    """One fit against a search of its own."""
    kind, name, rows, gaps, line, climbs, iterations = task
    begun = time.process_time()
    fit, _, message = line.partition(" | ")
    fields = fit.split()
    model, status, loglik = fields[1], fields[2], float(fields[3])
    par = [float(v) for v in fields[5:]]
    base = as_arrays(kind, rows, gaps)
    k = None
    if model.endswith("cnbd"):
        k = int(par.pop())
    rng = np.random.default_rng([SEED, zlib.crc32(f"{name} {model}".encode())])
    exact = 0.02 if model in ("paretonbd", "ggompertznbd") else None
    here = float(Objective(model, base, k, exact).at(np.array([par]))[0])
    shift = np.array([1.0 if model == "gammagamma" and i == 1 else 0.0 for i in range(len(par))])
    known = np.log(np.maximum(np.array(par) - shift, 1e-280))
    best, at = -math.inf, None
    for other in [None] if k is None else sorted({1, max(k - 1, 1), k, min(k + 1, 12), 12}):
        value, phi = search(model, base, known, rng, climbs if k is None or other == k else 1, other, iterations)
        if value > best:
            best, at, at_k = value, phi, other
    final = Objective(model, base, at_k, exact)
    if exact:
        best = float(final.at(final.parameters(at[None, :]))[0])
    found = list(final.parameters(at[None, :])[0]) + ([at_k] if k else [])
    size = max(abs(loglik), base["size"])
    allowed = DIFFERS + (ROUNDS * max(par[:2]) if model == "gammagamma" else 0.0)
    return {"name": name, "model": model, "status": status, "loglik": loglik, "here": here, "best": best,
            "short": (best - loglik) / max(abs(loglik), 1e-3 * base["size"]), "differs": abs(here - loglik) / size, "allowed": allowed, "found": found,
            "par": par, "message": message, "seconds": time.process_time() - begun}


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--only")
    args.add_argument("--model")
    args.add_argument("--jobs", type=int, default=1)
    args.add_argument("--climbs", type=int, default=8)
    args.add_argument("--iterations", type=int, default=300)
    args.add_argument("--list", action="store_true")
    args = args.parse_args()
    bases = [b for b in all_bases() if args.only is None or args.only in b[1]]
    text = "".join(as_text(*b) for b in bases)
    lines = subprocess.run([os.path.join(HERE, "fit_rows")] + ([args.model] if args.model else []), input=text, capture_output=True, text=True,
                           check=True).stdout.splitlines()
    by_name = {b[1]: b for b in bases}
    tasks = [by_name[line.split()[0]] + (line, args.climbs, args.iterations) for line in lines]
    with concurrent.futures.ProcessPoolExecutor(args.jobs) as pool:
        results = []
        for r in pool.map(check, tasks):
            results.append(r)
            bad = r["short"] > FALLS_SHORT or not r["differs"] <= r["allowed"]
            if bad or args.list:
                print(f"{'BAD ' if bad else ''}{r['name']} {r['model']} {r['status']} {r['loglik']:.9f} "
                      f"here {r['here']:.9f} found {r['best']:.9f} short {r['short']:.2g} ({r['seconds']:.1f} s) "
                      f"at {' '.join('%.6g' % v for v in r['found'])}; fit {' '.join('%.6g' % v for v in r['par'])} {r['message']}",
                      flush=True)
    print(f"\n{len(bases)} bases, {len(results)} fits, {sum(r['seconds'] for r in results):.0f} s\n")
    print("| model | fits | converged | boundary | not converged | search higher by at most, of \\|lnL\\| | fit higher by at most | lnL differs by at most |")
    print("|---|---|---|---|---|---|---|---|")
    for model in PARAMETERS:
        of = [r for r in results if r["model"] == model]
        if of:
            print(f"| `{model}` | {len(of)} | " + " | ".join(str(sum(r["status"] == s for r in of)) for s in ("converged", "boundary", "not_converged"))
                  + f" | {max(max(r['short'] for r in of), 0.0):.1g} | {max(max(-r['short'] for r in of), 0.0):.1g} | {max(r['differs'] for r in of):.1g} |")
    return any(r["short"] > FALLS_SHORT or not r["differs"] <= r["allowed"] for r in results)


if __name__ == "__main__":
    sys.exit(main())
