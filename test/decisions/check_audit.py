"""Lenses 1 and 2 of the audit: clv.audit_orders, audit_deciles,
audit_concentration, audit_changes and audit_decomposition.

Money is exact: sums are compared to the last digit, quotients as doubles.
"""
import itertools
import math
from decimal import Decimal
from fractions import Fraction

import pandas

from history import POLICIES, day, day_table, usable
from server import call, query

LENS1 = "docs/decisions.md, Lens 1; the comments of the functions"
LENS2 = "docs/decisions.md, Lens 2; the comments of the functions"
YEAR = tuple(pandas.Timestamp(d).toordinal() for d in ("2024-01-01", "2024-12-31"))
PERIODS = {"shop": YEAR, "cdnow": tuple(pandas.Timestamp(d).toordinal() for d in (
    "1997-03-01", "1998-02-28"))}


def euros(cents):
    return Decimal(int(cents)) / 100


def exact(fraction):
    """A fraction that is a decimal, as one."""
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


def margins(rows, policy, margin):
    """Profit of each customer: revenue times margin, that of each row in a
    column; rows without have the mean of the others, weighted by their amounts
    (the comment of clv.audit_deciles)."""
    if policy == "gross":
        rows = rows[rows.cents > 0]
    known, unknown, money = {}, {}, Fraction(0)
    for customer, m, cents in zip(rows.customer, rows[margin], rows.cents):
        amount = Fraction(int(cents), 100)
        if m is not None and m == m:
            known[customer] = known.get(customer, 0) + Fraction(int(m), 100) * amount
            money += amount
        else:
            unknown[customer] = unknown.get(customer, 0) + amount
    mean = sum(known.values()) / money if money else None
    return {c: known.get(c, Fraction(0)) + (unknown[c] * mean if c in unknown else 0)
            for c in set(known) | set(unknown)}


def in_period(log, policy, first, last, margin):
    """A row for each customer with a row in the period: purchases, orders,
    revenue and profit of all days in it."""
    days = day_table(log.rows, policy)
    days = days[(days.day >= first) & (days.day <= last)]
    own = days.groupby("customer").agg(purchases=("purchase", "sum"), orders=("orders", "sum"),
                                       cents=("money", "sum"))
    own["revenue"] = pandas.Series([Fraction(int(c), 100) for c in own.cents], index=own.index,
                                   dtype=object)
    if isinstance(margin, str):
        rows = usable(log.rows)
        profit = margins(rows[(rows.day >= first) & (rows.day <= last)], policy, margin)
        own["profit"] = pandas.Series([profit.get(c, Fraction(0)) for c in own.index],
                                      index=own.index, dtype=object)
    else:
        own["profit"] = pandas.Series([r * Fraction(str(margin)) for r in own.revenue],
                                      index=own.index, dtype=object)
    return own


def ratio(a, b):
    return float(a / b) if b else None


# ------------------------------------------------------------------ lens 1

def orders_frame(own):
    total, money = len(own), sum(own.revenue)
    rows = []
    for orders, of in own.groupby("orders"):
        revenue = sum(of.revenue)
        rows.append(dict(orders=int(orders), customers=len(of), share_of_customers=len(of) / total,
                         revenue=exact(revenue), share_of_revenue=ratio(revenue, money),
                         value_per_order=ratio(revenue, len(of) * int(orders))))
    return pandas.DataFrame(rows, dtype=object)


def decile_frame(own, classes):
    """In ten classes by profit, the best first; customers of equal profit share
    the class of the best of them."""
    ordered = own.sort_values("profit", ascending=False, key=lambda s: s.map(float))
    ordered = ordered.iloc[sorted(range(len(ordered)), key=lambda i: -ordered.profit.iloc[i])]
    n, total, so_far = len(own), sum(own.profit), Fraction(0)
    first, decile = {}, []
    for place, profit in enumerate(ordered.profit):
        decile.append(1 + first.setdefault(profit, place) * classes // n)
    rows = []
    for number in range(1, classes + 1):
        of = ordered[[d == number for d in decile]]
        profit, revenue = sum(of.profit, Fraction(0)), sum(of.revenue, Fraction(0))
        orders = int(of.orders.sum())
        so_far += profit
        rows.append(dict(
            decile=number, customers=len(of), share_of_customers=len(of) / n,
            lowest=float(min(of.profit)) if len(of) else None, revenue=float(revenue),
            profit=float(profit), share_of_profit=ratio(profit, total),
            cumulative_share=ratio(so_far, total), orders_per_customer=ratio(Fraction(orders), len(of)),
            value_per_order=ratio(revenue, orders), margin_of_revenue=ratio(profit, revenue)))
    return pandas.DataFrame(rows, dtype=object)


def concentration_frame(own):
    """The comments of clv.gini and clv.top_share; as few as bring the part."""
    x = sorted((float(p) for p in own.profit), reverse=True)
    exactly = sorted(own.profit, reverse=True)
    n, total = len(x), float(sum(own.profit))
    rank_sum = math.fsum((n - 1 - 2 * i) * v for i, v in enumerate(x))
    positive = total > 0
    values = {"customers": float(n), "profit": total,
              "gini": rank_sum / (n * total) if positive else None}
    for percent in (1, 5, 10, 20):
        best = math.ceil(Fraction(percent, 100) * n)
        values[f"top {percent} %"] = math.fsum(x[:best]) / total if positive else None
    running = list(itertools.accumulate(exactly))
    for percent in (50, 80):
        wanted = Fraction(percent, 100) * running[-1]
        values[f"customers for {percent} %"] = float(
            1 + next(i for i, r in enumerate(running) if r >= wanted)) if positive else None
    return pandas.DataFrame({"measure": list(values), "value": list(values.values())}, dtype=object)


def check_lens1(report, log, policy, first, last):
    where = f"{log.name} {policy}"
    span = [str(day(first)), str(day(last))]
    named = dict(refunds=policy, **log.zone_argument())
    own = in_period(log, policy, first, last, 1)
    report.frame("audit_orders", LENS1, where, orders_frame(own),
                 query("SELECT * FROM " + call("audit_orders", *log.arguments(), *span, **named)),
                 ["orders"])
    for margin in (1, 0.35, "margin_all", "margin"):
        if isinstance(margin, str) and log.rows[margin].isna().all():
            continue
        asked = {**named, ("margin_column" if isinstance(margin, str) else "margin"): margin}
        own = in_period(log, policy, first, last, margin)
        got = query("SELECT * FROM " + call("audit_deciles", *log.arguments(), *span, **asked))
        report.frame("audit_deciles", LENS1, f"{where} {margin}", decile_frame(own, 10), got, ["decile"])
        got = query("SELECT * FROM " + call("audit_concentration", *log.arguments(), *span, **asked))
        report.frame("audit_concentration", LENS1, f"{where} {margin}", concentration_frame(own),
                     got, ["measure"])
    got = query("SELECT * FROM " + call("audit_deciles", *log.arguments(), *span, **named, classes=33))
    report.frame("audit_deciles", LENS1, f"{where} 33 classes",
                 decile_frame(in_period(log, policy, first, last, 1), 33), got, ["decile"])


# ------------------------------------------------------------------ lens 2

def both(log, policy, periods, margin):
    """Customers with a row in either period, and whether there was a purchase
    before the second."""
    one, two = (in_period(log, policy, *p, margin) for p in periods)
    days = day_table(log.rows, policy)
    before = set(days.customer[days.purchase & (days.day < periods[1][0])])
    table = one.join(two, how="outer", lsuffix="_from", rsuffix="_to")
    table = table.astype(object).where(table.notna(), Fraction(0))
    table["before"] = [c in before for c in table.index]
    return table


def status(r):
    if not r.purchases_from and not r.purchases_to:
        return "neither"
    if not r.purchases_from:
        return "back" if r.before else "new"
    if not r.purchases_to:
        return "lost"
    if r.profit_to == r.profit_from:
        return "same"
    return "up" if r.profit_to > r.profit_from else "down"


def change_frame(table):
    told = [status(r) for r in table.itertuples()]
    rows = []
    for name in ("new", "back", "up", "same", "down", "lost", "neither"):
        of = table[[s == name for s in told]]
        old, new = sum(of.profit_from, Fraction(0)), sum(of.profit_to, Fraction(0))
        rows.append(dict(status=name, customers=len(of), profit_from=float(old),
                         profit_to=float(new), change=float(new - old)))
    return pandas.DataFrame(rows, dtype=object)


def factors(table, side):
    """Active customers, orders of each, revenue of an order, margin, profit; a
    quotient by 0 is None."""
    n = sum(p > 0 for p in table["purchases_" + side])
    orders, revenue, profit = (Fraction(sum(table[c + side])) for c in (
        "orders_", "revenue_", "profit_"))
    return [Fraction(n), orders / n if n else None, revenue / orders if orders else None,
            profit / revenue if revenue else None, profit]


def shapley(old, new):
    """Each factor's part of the change of the product, over all orders in which
    the four could have changed."""
    parts = [Fraction(0)] * 4
    orders = list(itertools.permutations(range(4)))
    for order in orders:
        now = list(old)
        for i in order:
            before = math.prod(now)
            now[i] = new[i]
            parts[i] += math.prod(now) - before
    return [p / len(orders) for p in parts]


def check_decomposition(report, where, table, got):
    """What is no quotient in one period is as in the other: its factor has not
    changed.  The factors' product is profit, or there is a row for the rest."""
    old, new = factors(table, "from"), factors(table, "to")
    given = {r["factor"]: r for r in got.to_dict("records")}
    names = ["customers", "orders per customer", "value per order", "margin", "profit"]
    for name, a, b in zip(names, old, new):
        for side, value in (("value_from", a), ("value_to", b)):
            if value is not None:
                report.cell("audit_decomposition", side, LENS2, f"{where} {name}", float(value),
                            given[name][side])
    rest = given.get("refunds alone", {"value_from": "0", "value_to": "0", "contribution": "0"})
    for side, profit in (("value_from", old[4]), ("value_to", new[4])):
        product = math.prod(Fraction(given[n][side]) for n in names[:4]) + Fraction(rest[side])
        report.cell("audit_decomposition", "product", LENS2, f"{where} {side}", float(profit),
                    str(float(product)))
    parts = {n: Fraction(r["contribution"]) for n, r in given.items()}
    report.cell("audit_decomposition", "sum", LENS2, where, float(parts.pop("profit")),
                str(float(sum(parts.values()))))
    if None not in old + new and "refunds alone" not in given:
        for name, part in zip(names, shapley(old[:4], new[:4])):
            report.cell("audit_decomposition", "contribution", LENS2, f"{where} {name}",
                        float(part), given[name]["contribution"])


def check_lens2(report, log, policy, periods, margin):
    where = f"{log.name} {policy} {margin} to {day(periods[1][0])}"
    asked = {("margin_column" if isinstance(margin, str) else "margin"): margin}
    named = dict(refunds=policy, **log.zone_argument(), **asked)
    span = [str(day(d)) for p in periods for d in p]
    table = both(log, policy, periods, margin)
    report.frame("audit_changes", LENS2, where, change_frame(table), query(
        "SELECT * FROM " + call("audit_changes", *log.arguments(), *span, **named)), ["status"])
    check_decomposition(report, where, table, query(
        "SELECT * FROM " + call("audit_decomposition", *log.arguments(), *span, **named)))


def check(report, logs, today):
    for log in logs:
        first, last = PERIODS.get(log.name, PERIODS["shop"])
        middle = (first + last) // 2
        for policy in POLICIES:
            check_lens1(report, log, policy, first, last)
            # the second pair ends with a period of refunds alone
            pairs = [((first, middle), (middle + 1, last)), ((first, last), (last + 1, last + 90))]
            for periods in pairs:
                for margin in (1, 0.35, "margin_all"):
                    if margin != "margin_all" or log.rows.margin_all.notna().any():
                        check_lens2(report, log, policy, periods, margin)
