#!/usr/bin/env python3
"""The main job once more, written independently in Python with mpmath.

    test/pipeline.py orders.csv --as-of 1997-09-30 --model mbgnbd

prints one line of JSON.  test/pipeline.json holds the four lines for the full
CDNOW log (as of 1997-09-30 and 1998-06-30, both models; a minute each), and
test/pipeline_sample.json those for its sample, with which test/t/10_cdnow.pl
compares what the server says.

From an order log (columns customer_id, date, amount) to purchase histories, a
fit of BG/NBD or MBG/NBD and of Gamma-Gamma by maximum likelihood, each
customer's discounted purchases and expected spend over a horizon, their
product, and sums by tier: what clv.create_materialized_view does, from the
papers' formulas and sharing nothing with it.  Time is in days, arithmetic in
30 digits, amounts are exact decimals until a mean is taken.

The formulas.  d is 0 for BG/NBD (Fader, Hardie & Lee 2005, Marketing Science
24:275) and 1 for MBG/NBD (Batislam, Denizel & Filiztekin 2007, IJRM 24:201);
R = r + x, A = alpha + T, n = x + d.

    likelihood  G(R)/G(r) alpha^r [ B(a,b+n)/B(a,b) (alpha+T)^-R
                                    + [n>0] B(a+1,b+n-1)/B(a,b) (alpha+tx)^-R ]
    P(alive)    the first term's share of the bracket
    purchases   P(alive) int_0^h e^(-delta u) R/A 2F1(R+1, a; a+b+n; -u/A) du
    spend       p (gamma + x m) / (p x + q - 1)   (Fader & Hardie 2013, eq. 5)

The integrand's only singularity is at u = -A, so Gauss-Legendre over [0, h]
gains about -2 log10(rho) digits a node, rho = z + sqrt(z^2 - 1), z = 1 + 2A/h;
the number of nodes is chosen by that.
"""
import argparse
import collections
import csv
import datetime
import decimal
import json
import sys

import mpmath
from mpmath import mp, mpf

mp.dps = 30


# ---------------------------------------------------------------- histories

def histories(path, as_of):
    """{customer: {day: spend}} of the rows up to as_of."""
    log = collections.defaultdict(lambda: collections.defaultdict(decimal.Decimal))
    with open(path, newline="") as f:
        for row in csv.DictReader(f):
            day = datetime.date.fromisoformat(row["date"])
            if day <= as_of:
                log[row["customer_id"]][day] += decimal.Decimal(row["amount"])
    return log


def summary(days, as_of):
    """(x, tx, T, m): m is None without a repeat purchase."""
    ordered = sorted(days)
    x = len(ordered) - 1
    spend = sum((days[d] for d in ordered[1:]), decimal.Decimal(0))
    return (x, (ordered[-1] - ordered[0]).days, (as_of - ordered[0]).days,
            mpf(str(spend)) / x if x else None)


# --------------------------------------------------------------- likelihoods

def transaction_gradient(cells, d, theta):
    """Log-likelihood of (M)BG/NBD and its gradient in log-parameters."""
    r, alpha, a, b = theta
    xs = {x for x, _, _ in cells}
    lgam = {x: mp.loggamma(r + x) - mp.loggamma(r) for x in xs}
    psi_r = {x: mp.psi(0, r + x) - mp.psi(0, r) for x in xs}
    lbeta, pa, pb, pb1 = {}, {}, {}, {}
    for x in xs:
        n = x + d
        lbeta[x] = (mp.loggamma(b + n) - mp.loggamma(b)
                    - mp.loggamma(a + b + n) + mp.loggamma(a + b))
        pa[x] = mp.psi(0, a + b) - mp.psi(0, a + b + n)
        pb[x] = mp.psi(0, b + n) - mp.psi(0, b)
        pb1[x] = mp.psi(0, b + n - 1) - mp.psi(0, b) if n else mpf(0)
    log_t = {t: mp.log(alpha + t) for _, tx, age in cells for t in (tx, age)}
    log_alpha = mp.log(alpha)
    ll, g = mpf(0), [mpf(0)] * 4
    for (x, tx, age), count in cells.items():
        n = x + d
        first = -(r + x) * log_t[age]
        share = mpf(1)                  # P(alive)
        if n:
            ratio = a / (b + n - 1) * mp.exp((r + x) * (log_t[age] - log_t[tx]))
            share = 1 / (1 + ratio)
        ll += count * (lgam[x] + r * log_alpha + lbeta[x] + first - mp.log(share))
        g[0] += count * (psi_r[x] + log_alpha - share * log_t[age] - (1 - share) * log_t[tx])
        g[1] += count * (r / alpha - (r + x) * (share / (alpha + age) + (1 - share) / (alpha + tx)))
        g[2] += count * (pa[x] + (1 - share) / a)
        g[3] += count * (pa[x] + share * pb[x] + (1 - share) * pb1[x])
    return ll, [gi * ti for gi, ti in zip(g, theta)]


def spend_gradient(cells, theta):
    """Log-likelihood of Gamma-Gamma and its gradient in log-parameters."""
    p, q, gamma = theta
    xs = {x for x, _ in cells}
    lg = {x: mp.loggamma(p * x + q) - mp.loggamma(p * x) - mp.loggamma(q)
             + q * mp.log(gamma) for x in xs}
    dp = {x: mp.psi(0, p * x + q) - mp.psi(0, p * x) for x in xs}
    dq = {x: mp.psi(0, p * x + q) - mp.psi(0, q) + mp.log(gamma) for x in xs}
    ll, g = mpf(0), [mpf(0)] * 3
    for (x, m), count in cells.items():
        log_sum, log_rest = mp.log(x * m), mp.log(gamma + x * m)
        ll += count * (lg[x] + p * x * log_sum - mp.log(m) - (p * x + q) * log_rest)
        g[0] += count * x * (dp[x] + log_sum - log_rest)
        g[1] += count * (dq[x] - log_rest)
        g[2] += count * (q / gamma - (p * x + q) / (gamma + x * m))
    return ll, [gi * ti for gi, ti in zip(g, theta)]


def maximise(gradient, start):
    """Damped Newton in log-parameters, the Hessian by differenced gradients."""
    phi = mp.matrix([mp.log(mpf(s)) for s in start])
    k, damping = len(start), mpf(1)
    ll, g = gradient([mp.exp(v) for v in phi])
    for _ in range(200):
        if max(abs(v) for v in g) < mpf(10) ** -17 * max(1, abs(ll)):
            return ll, [mp.exp(v) for v in phi]
        h = mpf(10) ** -10
        hess = mp.matrix(k)
        for j in range(k):
            moved = phi.copy()
            moved[j] += h
            gj = gradient([mp.exp(v) for v in moved])[1]
            for i in range(k):
                hess[i, j] = (gj[i] - g[i]) / h
        hess = (hess + hess.T) / 2
        while True:
            trial = hess.copy()
            for i in range(k):
                trial[i, i] -= damping * (1 + abs(hess[i, i]))
            step = mp.lu_solve(trial, -mp.matrix(g))
            if max(abs(v) for v in step) <= 3:
                new = gradient([mp.exp(v) for v in phi + step])
                if new[0] > ll or max(abs(v) for v in step) < mpf(10) ** -14:
                    break
            damping = max(damping * 4, mpf(10) ** -3)
        phi, (ll, g) = phi + step, new
        damping = damping / 16 if damping > mpf(10) ** -12 else mpf(0)
    sys.exit("pipeline.py: no maximum found")


# --------------------------------------------------------------- predictions

def nodes(count, cache={}):
    """Gauss-Legendre nodes and weights on [0, 1]."""
    if count not in cache:
        rule = []
        for i in range(1, count + 1):
            z = mp.cos(mp.pi * (i - mpf(1) / 4) / (count + mpf(1) / 2))
            for _ in range(100):
                p0, p1 = mpf(1), z
                for j in range(2, count + 1):
                    p0, p1 = p1, ((2 * j - 1) * z * p1 - (j - 1) * p0) / j
                slope = count * (z * p1 - p0) / (z * z - 1)
                z, dz = z - p1 / slope, p1 / slope
                if abs(dz) < mpf(10) ** -28:
                    break
            rule.append(((1 + z) / 2, 1 / ((1 - z * z) * slope * slope)))
        cache[count] = rule
    return cache[count]


def discounted_if_alive(x, age, d, theta, delta, horizon):
    r, alpha, a, b = theta
    big_r, big_a = r + x, alpha + age
    z = 1 + 2 * big_a / horizon
    rho = z + mp.sqrt(z * z - 1)
    total = mpf(0)
    for u, w in nodes(int(mp.ceil(22 * mp.log(10) / (2 * mp.log(rho)))) + 4):
        t = u * horizon
        total += w * mp.exp(-delta * t) * mp.hyp2f1(big_r + 1, a, a + b + x + d, -t / big_a)
    return total * horizon * big_r / big_a


def p_alive(x, tx, age, d, theta):
    r, alpha, a, b = theta
    if x + d == 0:
        return mpf(1)
    return 1 / (1 + a / (b + x + d - 1) * ((alpha + age) / (alpha + tx)) ** (r + x))


def expected_spend(x, m, theta):
    p, q, gamma = theta
    if x == 0:
        return p * gamma / (q - 1)
    return p * (gamma + x * m) / (p * x + q - 1) if m > 0 else None


# ------------------------------------------------------------------- the job

def tiers(values, shares, labels):
    """Label and value by tier: quantile cutoffs, ties go up."""
    ordered = sorted(values, reverse=True)
    cut = [ordered[int(mp.ceil(mpf(s) * len(ordered))) - 1] for s in shares]
    out = {label: {"customers": 0, "clv": mpf(0)} for label in labels}
    for v in ordered:
        label = next((l for c, l in zip(cut, labels) if v >= c), labels[-1])
        out[label]["customers"] += 1
        out[label]["clv"] += v
    return cut, out


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("orders")
    args.add_argument("--as-of", required=True, type=datetime.date.fromisoformat)
    args.add_argument("--model", required=True, choices=["bgnbd", "mbgnbd"])
    args.add_argument("--rate", default="0.10")
    args.add_argument("--days", default="365.25", help="horizon")
    args = args.parse_args()
    d = {"bgnbd": 0, "mbgnbd": 1}[args.model]

    rows = [summary(days, args.as_of) for days in histories(args.orders, args.as_of).values()]
    cells = collections.Counter((x, tx, age) for x, tx, age, _ in rows)
    spend_cells = collections.Counter((x, m) for x, _, _, m in rows if x and m > 0)
    mean_age = mpf(sum(age for _, _, age, _ in rows)) / len(rows)
    ll, theta = maximise(lambda t: transaction_gradient(cells, d, t), [1, mean_age / 2, 1, 2])
    mean_spend = sum(m * c for (_, m), c in spend_cells.items()) / sum(spend_cells.values())
    ll_spend, spend = maximise(lambda t: spend_gradient(spend_cells, t), [4, 4, mean_spend / 2])

    delta = mp.log(1 + mpf(args.rate)) / mpf("365.25")
    horizon = mpf(args.days)
    ahead = {}
    values = []
    for x, tx, age, m in rows:
        money = expected_spend(x, m, spend)
        if money is None:
            continue
        if (x, age) not in ahead:
            ahead[x, age] = discounted_if_alive(x, age, d, theta, delta, horizon)
        values.append(p_alive(x, tx, age, d, theta) * ahead[x, age] * money)
    cut, by_tier = tiers(values, ["0.05", "0.20", "0.50"], ["platinum", "gold", "silver", "bronze"])

    def digits(v):
        return mp.nstr(v, 17)

    json.dump({
        "as_of": args.as_of.isoformat(), "model": args.model,
        "customers": len(rows), "repeat_customers": sum(x > 0 for x, *_ in rows),
        "sum_x": sum(r[0] for r in rows), "sum_tx": sum(r[1] for r in rows),
        "sum_t": sum(r[2] for r in rows),
        "parameters": dict(zip(["r", "alpha", "a", "b"], map(digits, theta))), "loglik": digits(ll),
        "spend": dict(zip(["p", "q", "gamma"], map(digits, spend))), "spend_loglik": digits(ll_spend),
        "cutoffs": [digits(c) for c in cut],
        "tiers": {k: {"customers": v["customers"], "clv": digits(v["clv"])} for k, v in by_tier.items()},
    }, sys.stdout)
    print()


if __name__ == "__main__":
    main()
