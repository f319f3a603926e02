"""Two hundred awkward bases for many_starts.py, from a seeded generator.

Few customers, nobody who buys again, regular and heavy buyers, leaving all at
one age, an outlier, ages alike, ages from a day to a century, seconds and the
age of the universe for units; tenures with late, early, staggered or no churn.
"""
import math

import numpy as np

SEED = 20261201


def simulate(rng, n, t, rate, quit, k=1, whole=False):
    """Rows of n customers: rate and chance of leaving are functions of rng."""
    rows, gaps = [], 0.0
    for i in range(n):
        age = t(rng, i)
        lam, p = rate(rng), quit(rng)
        now = x = last = 0.0
        while True:
            gap = rng.gamma(k, 1.0 / (k * lam))
            if whole:
                gap = max(1.0, math.ceil(gap))
            if not now + gap <= age:
                break
            now += gap
            x += 1
            last = now
            gaps += math.log(gap)
            if rng.random() < p:
                break
        rows.append((x, last, age))
    return rows, gaps


def spend(rng, rows, how):
    out = []
    for i, row in enumerate(rows):
        x, m = row[0], 0.0
        if x > 0:
            if how == "alike":
                m = 25.0
            elif how == "own":              # each customer always pays the same
                m = round(math.exp(rng.normal(3, 1)), 2)
            elif how == "huge" and i == len(rows) // 2:
                m = 1e9
            elif how == "cents":
                m = 0.01 * rng.integers(1, 4)
            else:
                nu = rng.gamma(3.7, 1 / 15.0)
                m = max(round(rng.gamma(6.0 * x, 1 / (nu * x)), 2), 0.01)
        out.append(tuple(row) + (float(m), 1.0))
    return out


GAMMA_RATE = (lambda rng: rng.gamma(0.8, 1 / 40.0))
BETA_QUIT = (lambda rng: rng.beta(0.8, 2.5))
AGES = (lambda rng, i: float(rng.integers(30, 366)))


def regular(n, x, gap, t):
    return [(float(x), float(x * gap), float(t))] * n, n * x * math.log(gap) if x else 0.0


def customers(i, rng):
    """Base number i of 100: a name, its rows, the sum of ln gaps."""
    kind, turn = i % 20, i // 20
    money = ["plain", "alike", "own", "huge", "cents"][turn]
    name = ""
    if kind == 0:
        name = "few"
        rows, gaps = simulate(rng, 3 + 2 * turn, AGES, GAMMA_RATE, BETA_QUIT)
    elif kind == 1:
        name = "one-time"
        rows, gaps = [(0.0, 0.0, float(10 + (7 * j) % (30 + 50 * turn))) for j in range(40)], 0.0
    elif kind == 2:
        name = "one-repeat"
        rows = [(0.0, 0.0, float(20 + 3 * j)) for j in range(60)]
        rows[10 * turn] = (1.0, 5.0 + 4.0 * turn, rows[10 * turn][2] + 20.0)
        gaps = math.log(5.0 + 4.0 * turn)
    elif kind == 3:
        name = "regular"
        rows, gaps = regular(40, 3 + 4 * turn, 9, 9 * (3 + 4 * turn) + 1 + 40 * (turn % 3))
    elif kind == 4:
        name = "regular-two-sorts"
        a, g1 = regular(20, 12, 30, 365)
        b, g2 = regular(20, 1 + turn, 7, 365)
        rows, gaps = a + b, g1 + g2
    elif kind == 5:
        name = "heavy"
        rows, gaps = simulate(rng, 20, AGES, lambda g: g.gamma(2.0, 2.0 * 3.0 ** turn), lambda g: g.beta(1, 2000.0))
    elif kind == 6:
        name = "synchronous"
        rows = [(8.0 + j % 5, 56.0 + j % 9, 120.0 + 40.0 * turn) for j in range(1, 61)]
        gaps = sum(r[0] * math.log(r[1] / r[0]) for r in rows)
    elif kind == 7:
        name = "outlier"
        rows, gaps = simulate(rng, 40, AGES, GAMMA_RATE, BETA_QUIT)
        x = 10.0 ** (turn + 1)
        rows.append((x, 290.0, 300.0))
        gaps += x * math.log(290.0 / x)
    elif kind == 8:
        name = "ages-alike"
        rows, gaps = simulate(rng, 60, lambda g, j: 364.0, GAMMA_RATE, BETA_QUIT)
    elif kind in (9, 10):
        name = "seconds" if kind == 9 else "eons"
        scale = 86400.0 * 1e3 if kind == 9 else 1e-9
        rows, gaps = simulate(rng, 40, AGES, GAMMA_RATE, BETA_QUIT)
        gaps += sum(r[0] for r in rows) * math.log(scale)
        rows = [(x, tx * scale, t * scale) for x, tx, t in rows]
    elif kind == 11:
        name = "do-not-differ"
        rows, gaps = simulate(rng, 60, AGES, lambda g: 0.1, lambda g: 0.1)
    elif kind == 12:
        name = "never-leave"
        rows, gaps = simulate(rng, 50, AGES, GAMMA_RATE, lambda g: 0.0)
    elif kind == 13:
        name = "bought-last-day"
        rows = [(float(1 + j % 9), 6.0 * (1 + j % 9), 6.0 * (1 + j % 9)) for j in range(30)]
        gaps = sum(r[0] for r in rows) * math.log(6.0)
    elif kind == 14:
        name = "at-once-or-never"
        rows, gaps = simulate(rng, 60, AGES, lambda g: 0.05, lambda g: float(g.random() < 0.5))
    elif kind == 15:
        name = "day-to-century"
        rows, gaps = simulate(rng, 50, lambda g, j: math.ceil(36525.0 ** (j / 49)), GAMMA_RATE, lambda g: 0.1)
    elif kind == 16:
        name = "two-classes"
        rows, gaps = simulate(rng, 60, AGES, lambda g: 0.15 if g.random() < 0.4 else 1e-4, lambda g: 0.02)
    elif kind == 17:
        name = "one-customer"
        rows, gaps = regular(1, turn * turn, 15.0, 20.0 + 15.0 * turn * turn)
    elif kind == 18:
        name = "clockwork"
        rows, gaps = simulate(rng, 50, lambda g, j: 200.0 + 3 * j, lambda g: g.gamma(3.0, 1 / 60.0), BETA_QUIT, k=2 + 3 * turn)
    else:
        name = "leave-old"
        rows, gaps = [], 0.0
        for j in range(50):
            end = float(rng.normal(80.0 + 10 * turn, 3.0 + turn))
            got, g = simulate(rng, 1, lambda q, z: end, lambda q: q.gamma(8.0, 1 / 60.0), lambda q: 0.0)
            rows.append((got[0][0], got[0][1], 200.0))
            gaps += g
    return f"{name}-{turn}", spend(rng, rows, money), gaps


def discrete(i, rng):
    """Base number i of 40, of opportunities taken or not."""
    kind, turn = i % 10, i // 10
    last = 6 + 6 * turn
    rows = []
    for j in range(40):
        n = last
        p, theta = rng.beta(1.2, 0.75), rng.beta(0.6, 2.8)
        if kind == 1:
            p = 0.0
        elif kind == 2:
            p, theta = 0.5, 0.1
        elif kind == 3:
            theta = 0.0
        elif kind == 4:
            p = 1.0
        elif kind == 5:
            n = 1 + j % last
        elif kind == 6:
            p, theta = 0.9, 0.0
            n = last
        elif kind == 7:
            p, theta = float(j % 2), 0.0
        elif kind == 8:
            p = 0.02
        x = tx = 0
        for m in range(1, n + 1):
            if rng.random() < theta or (kind == 6 and m > last // 2):
                break
            if rng.random() < p:
                x, tx = x + 1, m
        rows.append((float(x), float(tx), float(n), 0.0, 1.0))
    if kind == 9:
        rows = rows[:3]
    name = ["ordinary", "none-taken", "do-not-differ", "never-leave", "all-taken", "ages-differ",
            "leave-together", "all-or-none", "seldom", "few"][kind]
    return f"{name}-{turn}", rows


def contracts(i, rng):
    """Base number i of 60: rows of (t, lost, stay)."""
    kind, turn = i % 15, i // 15
    if i == 0:
        return "late-churn-0", [(6, 1, 0), (7, 3, 0), (8, 15, 0), (9, 50, 0), (10, 131, 800)]
    last = 8 + 8 * turn
    t = np.arange(1, last + 1)
    n = [1000, 200, 5000, 40][turn]

    def from_hazard(hazard, size=n):
        left, out = float(size), []
        for j, q in zip(t, np.broadcast_to(hazard, t.shape)):
            lost = float(rng.binomial(int(left), min(max(q, 0.0), 1.0)))
            left -= lost
            out.append((int(j), lost, left if j == last else 0.0))
        return out

    if kind == 0:
        name, rows = "late-churn", from_hazard(0.3 * (t / last) ** (4 + 4 * turn))
    elif kind == 1:
        name, rows = "later-churn", from_hazard(0.5 * (t / last) ** (12 + 6 * turn))
    elif kind == 2:
        name, rows = "never-churn", [(last, 0.0, float(n))]
    elif kind == 3:
        name, rows = "all-at-once", [(1 + turn, float(n), 0.0)]
    elif kind == 4:
        name, rows = "do-not-differ", from_hazard(0.1 + 0.1 * turn)
    elif kind == 5:
        name, rows = "early-then-never", from_hazard(np.where(t == 1, 0.4, 0.0))
    elif kind == 6:
        name, rows = "two-humps", from_hazard(np.where(t == 2, 0.3, np.where(t == last - 1, 0.4, 0.01)))
    elif kind == 7:
        name, rows = "few", [(int(1 + 3 * j), float(j % 2), float(1 - j % 2)) for j in range(3 + turn)]
    elif kind == 8:
        name, rows = "percentages", [(int(j), 100 * 0.75 ** (j - 1) * 0.25, 100 * 0.75 ** last if j == last else 0.0) for j in t]
    elif kind == 9:
        name, rows = "staggered-late", [(int(j), float(rng.binomial(n, min(0.002 * math.exp(j / 3 - 2), 0.9))), float(n // last)) for j in t]
    elif kind == 10:
        name, rows = "falling-hazard", from_hazard(0.4 / t ** 1.2)
    elif kind == 11:
        name, rows = "long-tenures", [(int(10 ** (0.25 * j)) + j, 1.0 + j % 3, 2.0) for j in range(4 + 4 * turn)]
    elif kind == 12:
        name, rows = "cliff", [(last, float(n // 2), float(n - n // 2))]
    elif kind == 13:
        name, rows = "one-subscriber", [(3 * turn + 1, float(turn % 2), float(1 - turn % 2))]
    else:
        name, rows = "cliff-after-trickle", from_hazard(np.where(t < last, 0.01, 0.9))
    return f"{name}-{turn}", rows


def all_bases():
    for i in range(100):
        rng = np.random.default_rng([SEED, 1, i])
        name, rows, gaps = customers(i, rng)
        yield "customers", f"c{i:02d}-{name}", rows, gaps
    for i in range(40):
        rng = np.random.default_rng([SEED, 2, i])
        yield ("discrete",) + (lambda b: (f"d{i:02d}-{b[0]}", b[1], 0.0))(discrete(i, rng))
    for i in range(60):
        rng = np.random.default_rng([SEED, 3, i])
        yield ("contracts",) + (lambda b: (f"s{i:02d}-{b[0]}", b[1], 0.0))(contracts(i, rng))
