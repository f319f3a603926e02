#!/usr/bin/env python3
"""Are the formulas of docs/methods.md and docs/methods/ those of the library?

    test/methods/formulas.py [part ...]     against clv in SQL; by default all

Each formula is written in models.py as it is written there, evaluated with
mpmath by plain quadrature and summation, and compared with what the functions
of an installed clv return.  PSQL is the command that reaches a database with
the extension, "psql" by default.  Needs mpmath (Debian: python3-mpmath); some
minutes.
"""
import json
import os
import shlex
import subprocess
import sys

import mpmath
from mpmath import beta as B, exp, gamma as G, inf, log, mp, mpf

from models import (Bg, BgBb, GGompertz, N, Nbd, Pareto, e, gg_density,
                    gg_mean)

mp.dps = 22
WEEK = 7
RATE = mpf("0.1")
RHO = log(1 + RATE) / mpf("365.25") * WEEK
H = 39
INTERVAL = "'273 days'"

checks = []     # label, value, SQL, relative tolerance


def check(label, value, sql, tolerance=1e-10):
    checks.append((label, value, sql, tolerance))


# ------------------------------------------------------- docs/methods.md

def model_sql(name, par):
    return "clv.model('%s', '%s', %d)" % (name, json.dumps(par), WEEK)


def ask(name, par, c):
    """All that can be asked of a customer, against the class that has the formulas."""
    x, tx, T = c.hist
    m = model_sql(name, par)
    who = "%s, %r, %r, %r" % (m, x, tx, T)
    label = "%s (%g, %g, %g) " % (name, x, tx, T)

    check(label + "loglik", log(c.likelihood()), "clv.loglik(%s)" % who, 1e-11)
    check(label + "p_alive", c.alive(), "clv.p_alive(%s)" % who)
    check(label + "ahead", c.alive_ahead(H), "clv.p_alive(%s, %s)" % (who, INTERVAL))
    check(label + "active", c.active(H), "clv.p_active(%s, %s)" % (who, INTERVAL))
    check(label + "expected", c.expected(0, H), "clv.expected_purchases(%s, %s)" % (who, INTERVAL))
    check(label + "discounted", c.expected(RHO, H),
          "clv.discounted_purchases(%s, 0.1, %s)" % (who, INTERVAL))
    check(label + "DERT", c.expected(RHO, inf), "clv.discounted_purchases(%s, 0.1)" % who)
    years = WEEK / mpf("365.25")
    check(label + "years", years * c.lifetime(RHO, H),
          "clv.alive_years(%s, 0.1, %s)" % (who, INTERVAL))
    for n in (0, 1, 4):
        check(label + "P(%d)" % n, c.pmf(n, H), "clv.purchases_pmf(%s, %s, %d)" % (who, INTERVAL, n))
    if hasattr(c, "silent"):
        check(label + "silent", 1 - c.silent(H), "clv.p_active(%s, %s)" % (who, INTERVAL))
    if name != "bgbb":
        q = c.active(50)
        if hasattr(c, "next_purchase") and getattr(c, "k", 1) == 1:
            assert abs(c.next_purchase(q) / 50 - 1) < 1e-15
        check(label + "next", mpf(WEEK * 50),
              "clv.next_purchase(%s, %s)" % (who, mpmath.nstr(q, 20)), 1e-9)
    if x == T == 0:
        check(label + "expected of a new one", c.expected(0, H),
              "clv.expected_purchases(%s, %s)" % (m, INTERVAL))
        check(label + "P(1) of a new one", c.pmf(1, H),
              "clv.purchases_pmf(%s, %s, 1)" % (m, INTERVAL))
        spend = "clv.model('gammagamma', '{\"p\": 6.25, \"q\": 3.74, \"gamma\": 15.44}')"
        check(label + "new customer value",
              gg_mean(mpf("6.25"), mpf("3.74"), mpf("15.44"), 0, 0) * (1 + c.expected(RHO, H)),
              "clv.new_customer_value(%s, %s, 0.1, %s)" % (m, spend, INTERVAL))
    return c


# ----------------------------------------------- docs/methods/contract.md

def contract(name, par):
    a, b, c = mpf(par["a"]), mpf(par["b"]), mpf(par.get("c", 1))
    m = "clv.model('%s', '%s', 365.25)" % (name, json.dumps(par))
    rho = log(1 + RATE)

    def S(t):
        return B(a, b + mpf(t) ** c) / B(a, b)

    def total(f, first):
        return sum(f(j) for j in range(first, 800))

    for t in (1, 2, 7):
        check("%s S(%d)" % (name, t), S(t), "clv.survival(%s, %d)" % (m, t))
        check("%s r_%d" % (name, t), S(t) / S(t - 1), "clv.retention_rate(%s, %d)" % (m, t))
        if c == 1:
            assert abs((b + t - 1) / (a + b + t - 1) - S(t) / S(t - 1)) < 1e-18
    del_ever = total(lambda j: exp(-rho * j) * S(j), 0)
    check(name + " DEL", del_ever, "clv.expected_lifetime(%s, 0.1)" % m)
    check(name + " DEL, 5 years", sum(exp(-rho * j) * S(j) for j in range(5)),
          "clv.expected_lifetime(%s, 0.1, '5 years')" % m)
    check(name + " DEL, 5.5 years", sum(exp(-rho * j) * S(j) for j in range(6)),
          "clv.expected_lifetime(%s, 0.1, '66 months')" % m)
    for n in (1, 4):
        derl = total(lambda j: exp(-rho * (j - 1)) * S(n - 1 + j) / S(n - 1), 1)
        check(name + " DERL(%d)" % n, derl, "clv.residual_lifetime(%s, %d, 0.1)" % (m, n))
        check(name + " DERL(%d), 3 years" % n,
              sum(exp(-rho * (j - 1)) * S(n - 1 + j) / S(n - 1) for j in range(1, 4)),
              "clv.residual_lifetime(%s, %d, 0.1, '3 years')" % (m, n))
        check(name + " value", 120 * derl, "clv.contract_value(%s, 120, %d, 0.1)" % (m, n))
    check(name + " new value", 120 * del_ever, "clv.new_contract_value(%s, 120, 0.1)" % m)


# -------------------------------------------------- docs/methods/spend.md

def gamma_gamma():
    p, q, g = mpf("6.25"), mpf("3.74"), mpf("15.44")
    m = "clv.model('gammagamma', '{\"p\": 6.25, \"q\": 3.74, \"gamma\": 15.44}')"
    for x, mean in ((2, "22.35"), (1, "100"), (7, "31.5")):
        mean = mpf(mean)
        want = gg_mean(p, q, g, x, mean)
        check("gammagamma spend", want, "clv.expected_spend(%s, %d, %s)" % (m, x, mean))
        w = p * x / (p * x + q - 1)
        assert abs(w * mean + (1 - w) * p * g / (q - 1) - want) < 1e-15
    check("gammagamma population", p * g / (q - 1), "clv.expected_spend(%s, 0, NULL)" % m)
    rows = [(1, mpf(20)), (2, mpf("22.35")), (5, mpf(90)), (3, mpf(8)), (2, mpf(41)), (1, mpf(33))]
    values = ", ".join("(%d, %s)" % (x, mpmath.nstr(v, 10)) for x, v in rows)
    fit = "(SELECT clv.fit('gammagamma', x, m) FROM (VALUES %s) AS v(x, m))" % values
    return rows, fit


# ------------------------------------------------ docs/methods/fitting.md

def psql(statements):
    command = shlex.split(os.environ.get("PSQL", "psql")) + ["-XAtq", "-v", "ON_ERROR_STOP=1"]
    text = "SET extra_float_digits = 3;\n" + "\n".join("SELECT %s;" % s for s in statements)
    run = subprocess.run(command, input=text, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(run.stderr)
    return run.stdout.rstrip("\n").split("\n")


def derivatives(f, phi):
    """Gradient and Hessian by central differences."""
    n, step = len(phi), mpf(10) ** -7

    def at(*moves):
        v = list(phi)
        for i, s in moves:
            v[i] += s * step
        return f(v)
    grad = [(at((i, 1)) - at((i, -1))) / (2 * step) for i in range(n)]
    hess = mpmath.matrix(n)
    for i in range(n):
        for j in range(n):
            hess[i, j] = (at((i, 1), (j, 1)) - at((i, 1), (j, -1)) - at((i, -1), (j, 1))
                          + at((i, -1), (j, -1))) / (4 * step * step)
    return grad, hess


ROWS = [(0, 0, 50, 40), (0, 0, 60, 30), (1, 10, 55, 15), (1, 50, 58, 6), (2, 20, 50, 9), (3, 48, 52, 5),
        (6, 30, 60, 4), (9, 58, 60, 2), (15, 51, 52, 1)]    # x, t_x, T, customers


def fitting():
    """Standard errors, information criteria, prior and pool, of MBG/NBD."""
    values = ", ".join("(%d, %d, %d, %d)" % row for row in ROWS)
    cbs = ("(SELECT clv.cbs(x, tx, t) FROM (VALUES %s) AS v(x, tx, t, n), generate_series(1, n))" % values)
    names = ("r", "alpha", "a", "b")

    def loglik(phi, rows=ROWS):
        par = dict(zip(names, (exp(v) for v in phi)))
        return sum(n * log(Bg(1, par, (x, tx, t)).likelihood()) for x, tx, t, n in rows)

    fitted = json.loads(psql(["clv.fit(%s, 'mbgnbd', 7)::text" % cbs])[0])
    par = [mpf(fitted["parameters"][n]) for n in names]
    phi = [log(v) for v in par]
    grad, hess = derivatives(loglik, phi)
    assert max(abs(g) for g in grad) < 1e-5, grad
    cov = (-hess) ** -1
    customers = sum(row[3] for row in ROWS)
    m = "clv.fit(%s, 'mbgnbd', 7)" % cbs
    check("fit loglik", loglik(phi), "clv.loglik(%s)" % m)
    check("fit AIC", 8 - 2 * loglik(phi), "clv.aic(%s)" % m)
    check("fit BIC", 4 * log(mpf(customers)) - 2 * loglik(phi), "clv.bic(%s)" % m)
    for i, n in enumerate(names):
        error = mpmath.sqrt(cov[i, i])
        one = "(SELECT %s FROM clv.coefficients(" + m + ") WHERE name = '%s')" % n
        check("std error of " + n, par[i] * error, one % "std_error", 1e-5)
        check("upper end of " + n, par[i] * exp(mpf("1.959963984540054") * error), one % "upper", 1e-5)

    prior = {"mean": {"r": 0.4, "alpha": 9, "a": 0.7, "b": 2.5}, "sd": {"r": 0.5, "alpha": 0.6, "a": 0.7, "b": 0.8}}
    text = "clv.fit(%s, 'mbgnbd', 7, '%s')" % (cbs, json.dumps(prior))
    fitted = json.loads(psql([text + "::text"])[0])
    phi = [log(mpf(fitted["parameters"][n])) for n in names]

    def posterior(v):
        return loglik(v) - sum(((v[i] - log(mpf(prior["mean"][n]))) / mpf(prior["sd"][n])) ** 2
                               for i, n in enumerate(names)) / 2
    grad, hess = derivatives(posterior, phi)
    assert max(abs(g) for g in grad) < 1e-5, grad
    cov = (-hess) ** -1
    check("prior loglik", loglik(phi), "clv.loglik(%s)" % text)
    for i, n in enumerate(names):
        check("prior, error of " + n, exp(phi[i]) * mpmath.sqrt(cov[i, i]),
              "(SELECT std_error FROM clv.coefficients(%s) WHERE name = '%s')" % (text, n), 1e-5)
    return cbs


def shrinkage():
    """The pool of five groups, by the EM algorithm of the page."""
    groups = []
    for g in range(5):
        values = ", ".join("(%d, %d, %d, %d)" % (x, tx, t + g, n * (1 + (i * (g + 2)) % 4))
                           for i, (x, tx, t, n) in enumerate(ROWS))
        groups.append("(SELECT clv.fit(clv.cbs(x, tx, t), 'nbd', 7) FROM (VALUES %s) AS v(x, tx, t, n), "
                      "generate_series(1, n))" % values)
    array = "ARRAY[%s]" % ", ".join(groups)
    fits = [json.loads(v) for v in psql(["unnest(%s)::text" % array])]
    phi = [mpmath.matrix([log(mpf(f["parameters"][n])) for n in ("r", "alpha")]) for f in fits]
    info = [covariance(f) ** -1 for f in fits]
    n = len(fits)
    mu, sigma = mpmath.matrix(2, 1), mpmath.eye(2)
    total = sum(info[1:], info[0])
    mu = total ** -1 * sum((j * v for j, v in zip(info[1:], phi[1:])), info[0] * phi[0])
    error = total ** -1
    for _ in range(1000):
        inverse = sigma ** -1
        w = [(j + inverse) ** -1 for j in info]
        own = [wi * j for wi, j in zip(w, info)]
        m = [wi * (j * v + inverse * mu) for wi, j, v in zip(w, info, phi)]
        spread = sum(w[1:], w[0]) / n
        for a, v in zip(own, m):
            spread += (a * error * a.T + (v - mu) * (v - mu).T) / n
        error = (inverse * sum(own[1:], own[0])) ** -1
        parts = [inverse * a * v for a, v in zip(own, phi)]
        new = error * sum(parts[1:], parts[0])
        change = max(max(abs(new[i] - mu[i]), abs(spread[i, i] - sigma[i, i])) for i in range(2))
        mu, sigma = new, spread
        if change <= 1e-6:
            break
    inverse = sigma ** -1
    for g in range(n):
        one = "(clv.shrink(%s))[%d]" % (array, g + 1)
        check("shrunk r of %d" % g, exp(m[g][0]), "clv.param(%s, 'r')" % one, 1e-7)
        check("shrunk alpha of %d" % g, exp(m[g][1]), "clv.param(%s, 'alpha')" % one, 1e-7)
    check("pool", exp(mu[0]), "(%s::jsonb -> 'prior' -> 'mean' ->> 'r')::float8" % one, 1e-7)


def covariance(fit):
    c = fit["covariance"]
    n = len(fit["parameters"])
    out = mpmath.matrix(n)
    if isinstance(c[0], list):
        for i in range(n):
            for j in range(n):
                out[i, j] = mpf(c[max(i, j)][min(i, j)])
    else:
        for i in range(n):
            for j in range(n):
                out[i, j] = mpf(c[max(i, j) * (max(i, j) + 1) // 2 + min(i, j)])
    return out


def fitted_likelihoods():
    """Of models whose customers have no clv.loglik, or not all of it."""
    rows, fit = gamma_gamma()
    par = json.loads(psql([fit + "::text"])[0])["parameters"]
    p, q, g = (mpf(par[n]) for n in ("p", "q", "gamma"))
    check("gammagamma loglik", sum(log(gg_density(p, q, g, x, m)) for x, m in rows), "clv.loglik(%s)" % fit)

    left = [1000, 869, 743, 653, 593, 551, 517, 491]
    for name in ("sbg", "bdw"):
        fit = ("(SELECT clv.fit(clv.retention_table(t, n), '%s', 365.25) FROM (VALUES %s) AS v(t, n))"
               % (name, ", ".join("(%d, %d)" % tn for tn in enumerate(left))))
        par = json.loads(psql([fit + "::text"])[0])["parameters"]
        a, b, c = mpf(par["a"]), mpf(par["b"]), mpf(par.get("c", 1))

        def S(t):
            return B(a, b + mpf(t) ** c) / B(a, b)
        want = sum((left[t - 1] - left[t]) * log(S(t - 1) - S(t)) for t in range(1, 8)) + left[7] * log(S(7))
        check(name + " loglik", want, "clv.loglik(%s)" % fit)

    days = [[0, 20, 41, 63, 80], [0, 31, 60, 92, 118, 151], [0], [0, 45], [0], [0, 12, 26, 38, 50, 61, 75],
            [0, 33], [0, 27, 57]]
    as_of = 200
    values = ", ".join("(%d, date '2024-01-01' + %d)" % (i, d) for i, c in enumerate(days) for d in c)
    fit = ("(SELECT clv.fit(clv.cbs(h, date '2024-01-01' + %d), 'mbgcnbd', options => '{\"k\": 3}') FROM (SELECT "
           "clv.rfm(at) AS h FROM (VALUES %s) AS v(c, at) GROUP BY c) AS g)" % (as_of, values))
    par = json.loads(psql([fit + "::text"])[0])["parameters"]
    want = mpf(0)
    for c in days:
        want += log(Bg(1, dict(par, k=3), (len(c) - 1, c[-1], as_of)).likelihood())
        want += sum(log(mpf(v - u) ** 2 / G(3)) for u, v in zip(c, c[1:]))
    check("mbgcnbd loglik", want, "clv.loglik(%s)" % fit)


# --------------------------------------------- docs/methods/numerics.md

def hard():
    bg = {"r": .2426, "alpha": 4.4136, "a": .7931, "b": 2.4259}
    pareto = {"r": .5534, "alpha": 10.578, "s": .6061, "beta": 11.669}
    cdnow = {"r": .243, "alpha": 4.414, "a": .793, "b": 2.426}

    def row(name, par, *hist):
        return "%s, %s" % (model_sql(name, par), ", ".join(map(repr, hist)))
    year = "exp(ln(1.15) / 52 * 365.25 / 7) - 1"
    for value, sql in (
            (".855668429", "1 - clv.p_active(%s, '273 days')" % row("bgnbd", bg, 0, 0, 38.86)),
            (".564588616", "clv.expected_purchases(%s, '210 days')"
             % row("bgnbd", {"r": .11, "alpha": 2.24, "a": .31, "b": .5}, 0, 0, 1)),
            ("1.101989524", "clv.expected_purchases(%s, '273 days')"
             % row("bgnbd", dict(bg, a=1), 2, 30.43, 38.86)),
            ("936.145252536", "clv.expected_purchases(%s, '273 days')" % row("bgnbd", cdnow, 450, 4, 4)),
            ("760.344646573", "clv.loglik(%s)" % row("bgnbd", cdnow, 300, 4, 104)),
            ("1.186228014", "clv.expected_purchases(%s, '273 days')"
             % row("paretonbd", dict(pareto, s=1), 2, 30.43, 38.86)),
            ("3.683402205", "clv.discounted_purchases(%s, %s)"
             % (row("paretonbd", dict(pareto, s=1), 2, 30.43, 38.86), year)),
            ("1.259081505", "clv.discounted_purchases(%s, %s)"
             % (row("paretonbd", dict(pareto, s=2), 2, 30.43, 38.86), year)),
            ("78.677835012", "clv.loglik(%s)"
             % row("paretonbd", {"r": .553, "alpha": 10.578, "s": .606, "beta": 11.669}, 200, 265 / 7, 272 / 7)),
            ("-7.000134429", "clv.loglik(%s)"
             % row("paretonbd", {"r": 10.465, "alpha": .00798565, "s": 3.0516, "beta": 2.82}, 0, 0, 1 / 7)),
            ("-41.280181885", "clv.loglik(%s)"
             % row("bgbb", {"alpha": 1.204, "beta": .75, "gamma": .657, "delta": 2.783}, 30, 50, 60)),
            (".013180256", "clv.p_alive(%s)"
             % row("bgbb", {"alpha": 1.204, "beta": .75, "gamma": .657, "delta": 2.783}, 30, 50, 60)),
            ("1.800530581", "clv.expected_purchases(%s, '273 days')"
             % row("mbgcnbd", {"r": .9, "alpha": 4, "a": .6, "b": 2.2, "k": 2}, 2, 30.43, 38.86))):
        check("hard " + value, mpf(value), sql, 1e-7)


BG = {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}
CUSTOMERS = ((2, 30.43, 38.86), (0, 0, 38.86), (0, 0, 0), (12, 33.0, 38.86))


def part_bg():
    for hist in CUSTOMERS:
        ask("bgnbd", BG, Bg(0, BG, hist))
        ask("mbgnbd", BG, Bg(1, BG, hist))
    c = Bg(0, BG, CUSTOMERS[0])
    for s, z in ((c.R, H / c.A), (c.R + 1, mpf(3))):
        assert abs(c.series(lambda k: N(k, s, z) * e(k, c.a, c.b1), 0) / c.M(s, z) - 1) < 1e-11
    total = c.series(lambda k: N(k, c.R, H / c.A) * sum(e(i, c.a, c.b1) for i in range(k)), 1)
    assert abs(c.alive() * total / c.expected(0, H) - 1) < 1e-11


def part_regular():
    for name, d in (("bgcnbd", 0), ("mbgcnbd", 1)):
        for k in (2, 3):
            par = {"r": 0.9, "alpha": 4, "a": 0.6, "b": 2.2, "k": k}
            for hist in (CUSTOMERS[0], CUSTOMERS[1 + d]):
                ask(name, par, Bg(d, par, hist))


def part_dropout():
    pareto = {"r": 0.5534, "alpha": 10.578, "s": 0.6061, "beta": 11.669}
    gompertz = {"r": 0.553, "alpha": 10.578, "b": 0.02, "s": 0.6, "beta": 0.25}
    nbd = {"r": 0.3848, "alpha": 12.072}
    for hist in CUSTOMERS:
        ask("paretonbd", pareto, Pareto(pareto, hist)).closed_forms(RHO, H)
        Pareto(dict(pareto, s=1), hist).closed_forms(RHO, H)
        ask("ggompertznbd", gompertz, GGompertz(gompertz, hist))
        ask("nbd", nbd, Nbd(nbd, hist))


def part_bgbb():
    bgbb = {"alpha": 1.204, "beta": 0.75, "gamma": 0.657, "delta": 2.783}
    for hist in ((2, 4, 6), (0, 0, 6), (0, 0, 0), (6, 6, 6)):
        ask("bgbb", bgbb, BgBb(bgbb, hist)).recursion()


def part_contract():
    contract("sbg", {"a": 0.668, "b": 3.806})
    contract("bdw", {"a": 0.2143, "b": 1.4266, "c": 1.7236})


def part_covariates():
    """docs/methods/covariates.md, with one covariate."""
    customers = [(x, tx, t, n + i % 3 + int(v) * (i % 2), v) for v in (0, 1.5) for i, (x, tx, t, n) in enumerate(ROWS)]
    values = ", ".join("(%d, %d, %d, %d, %r)" % row for row in customers)
    for name, own, moved, make in (
            ("mbgnbd", ("r", "alpha", "a", "b"), {"alpha": -1, "a": 1, "b": 1}, lambda par, h: Bg(1, par, h)),
            ("bgnbd", ("r", "alpha", "a", "b"), {"alpha": -1, "a": 1, "b": 1}, lambda par, h: Bg(0, par, h)),
            ("paretonbd", ("r", "alpha", "s", "beta"), {"alpha": -1, "beta": -1}, Pareto)):
        fit = ("clv.fit((SELECT clv.cbs(x, tx, t, NULL, ARRAY[v::float8]) FROM (VALUES %s) AS c(x, tx, t, n, v), "
               "generate_series(1, n)), '%s', 7, '{\"sd\": 1}', '{\"covariates\": [\"v\"]}')" % (values, name))
        names = list(own) + ["%s.v" % n for n in moved]
        sign = list(moved.values())
        got = psql(["clv.param(m, '%s') FROM (SELECT %s AS m) AS f" % (n, fit) for n in names])
        at = [log(mpf(v)) for v in got[:len(own)]] + [mpf(v) for v in got[len(own):]]

        def theta(phi, v):
            out = {n: phi[i] for i, n in enumerate(own)}
            for i, n in enumerate(moved):
                out[n] += sign[i] * phi[len(own) + i] * v
            return {n: exp(u) for n, u in out.items()}

        def loglik(phi):
            return sum(n * log(make(theta(phi, v), (x, tx, t)).likelihood()) for x, tx, t, n, v in customers)
        check(name + " covariates, loglik", loglik(at), "clv.loglik(%s)" % fit, 1e-9)

        fitted = json.loads(psql([fit + "::text"])[0])
        medians = [log(mpf(fitted["prior"]["mean"][n])) for n in own] + [mpf(0)] * len(moved)

        def posterior(phi):
            return loglik(phi) - sum((u - v) ** 2 for u, v in zip(phi, medians)) / 2
        grad, hess = derivatives(posterior, at)
        assert max(abs(g) for g in grad) < 1e-4, grad
        cov = (-hess) ** -1
        for i, n in enumerate(names):
            scale = exp(at[i]) if i < len(own) else 1
            check("%s covariates, error of %s" % (name, n), scale * mpmath.sqrt(cov[i, i]),
                  "(SELECT std_error FROM clv.coefficients(%s) WHERE name = '%s')" % (fit, n), 1e-4)
        there = theta(at, mpf("0.5"))
        for i, n in enumerate(moved):
            k, c = own.index(n), len(own) + i
            one = "clv.with_covariates(%s, '{0.5}')" % fit
            spread = cov[k, k] + sign[i] * cov[k, c] + cov[c, c] / 4
            check("%s at v, %s" % (name, n), there[n], "clv.param(%s, '%s')" % (one, n))
            check("%s at v, error of %s" % (name, n), there[n] * mpmath.sqrt(spread),
                  "(SELECT std_error FROM clv.coefficients(%s) WHERE name = '%s')" % (one, n), 1e-4)


def part_fitting():
    fitting()
    shrinkage()
    fitted_likelihoods()


PARTS = {"bg": part_bg, "regular": part_regular, "dropout": part_dropout, "bgbb": part_bgbb,
         "contract": part_contract, "covariates": part_covariates, "fitting": part_fitting, "hard": hard}


def main():
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
    failed = 0
    for (label, value, sql, tolerance), got in zip(checks, psql(s for _, _, s, _ in checks)):
        error = abs(mpf(got) - value) / max(abs(value), mpf(10) ** -9) if got else inf
        if not error <= tolerance:
            failed += 1
            print("%s: %s by the formula, %s by clv" % (label, mpmath.nstr(value, 15), got or "NULL"))
    print("formulas: %d passed, %d failed" % (len(checks) - failed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
