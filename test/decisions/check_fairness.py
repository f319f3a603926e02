"""clv.fairness: shares and ratios by group, and what is suppressed."""
import collections

import pandas

from check_audit import euros
from server import call, query, run

FAIR = "docs/decisions.md, Fairness; the comment of clv.fairness"
HIDDEN = "docs/decisions.md, Fairness: so is what would give them away"


def treatment(sizes, seed):
    """Customers of some groups with tiers, values and what they brought."""
    rows, number = [], seed
    for group, tiers in sizes.items():
        for tier, customers in tiers.items():
            for _ in range(customers):
                number = (number * 1103515245 + 12345) % 2 ** 31
                value = {"gold": 20000, "silver": 8000, "bronze": 1000}.get(tier, 300)
                rows.append(dict(customer=len(rows), grp=group, tier=tier,
                                 cents=value + number % 900, later=number % 5000))
    return rows


TABLES = {
    "even": {"a": dict(gold=40, silver=100, bronze=200), "b": dict(gold=20, silver=90, bronze=300),
             None: dict(gold=8, silver=30, bronze=60)},
    "two": {"many": dict(gold=60, silver=532), "few": dict(gold=2, silver=6)},
    "three": {"a": dict(gold=30, silver=90), "b": dict(gold=20, silver=70), "few": dict(gold=3, silver=9)},
    "cells": {"a": dict(gold=30, silver=90), "b": dict(gold=25, silver=75), "c": dict(gold=2, silver=60)},
    "far": {"a": dict(gold=30, silver=90), "b": dict(gold=4, silver=70), "c": dict(gold=2, silver=60)},
    "outside": {"a": dict(gold=60, silver=3), "b": dict(gold=50, silver=60), "c": dict(gold=70, silver=2)},
    "no tier": {"a": {"gold": 50, "silver": 60, None: 40}, "b": dict(gold=35, silver=66)},
}


def expected(rows, min_customers=30, min_cell=5):
    """The numbers of every group, and of every tier or better, best first by
    mean value; small ones are known here."""
    rows = [r for r in rows if r["tier"] is not None]
    groups, of_tier = collections.defaultdict(list), collections.defaultdict(list)
    for r in rows:
        groups[r["grp"]].append(r)
        of_tier[r["tier"]].append(r["cents"])
    order = sorted(of_tier, key=lambda t: -sum(of_tier[t]) / len(of_tier[t]))
    shown = {g: own for g, own in groups.items() if len(own) >= min_customers}
    answer = []
    for group, own in shown.items():
        mean, held = sum(r["cents"] for r in own) / len(own) / 100, 0
        for tier in order:
            held += sum(r["tier"] == tier for r in own)
            left = len(own) - held
            told = held == 0 or held >= min_cell and (left == 0 or left >= min_cell)
            answer.append(dict(
                group_value=group, tier_or_better=tier, customers=len(own),
                share=held / len(own) if told else None, mean_value=mean,
                predicted=euros(sum(r["cents"] for r in own)),
                actual=euros(sum(r["later"] for r in own)),
                actual_to_predicted=sum(r["later"] for r in own) / sum(r["cents"] for r in own)))
    return answer, [g for g in groups if g not in shown], len(groups)


def check_numbers(report, name, rows, got):
    """What is shown is right; what is hidden beyond the rule is looked at
    below.  Ratios are to the best of those that are shown."""
    want, _, _ = expected(rows)
    shown = got[got.customers.notna()]
    there = set(zip(shown.group_value, shown.tier_or_better))
    want = [r for r in want if (r["group_value"], r["tier_or_better"]) in there]
    given = {(r.group_value, r.tier_or_better): r.share for r in shown.itertuples()}
    for r in want:      # a share may be hidden although its own cell is large
        if given[(r["group_value"], r["tier_or_better"])] is None:
            r["share"] = None
    for r in want:
        shares = [o["share"] for o in want if o["tier_or_better"] == r["tier_or_better"]
                  and o["share"] is not None]
        best = max(shares, default=0)
        r["ratio_to_best"] = r["share"] / best if best and r["share"] is not None else None
        r["below_four_fifths"] = None if r["ratio_to_best"] is None else r["ratio_to_best"] < 0.8
        r["mean_ratio"] = r["mean_value"] / max(o["mean_value"] for o in want)
    if want:
        report.frame("fairness", FAIR, name, pandas.DataFrame(want, dtype=object), shown,
                     ["group_value", "tier_or_better"])


def check_hidden(report, name, rows, got):
    """Small groups and cells are hidden, and none follows from the others and
    the totals, which clv.tier_rules shows."""
    _, small, groups = expected(rows)
    shown = got[got.customers.notna()]
    for group in small:
        report.holds("fairness", "suppression", HIDDEN, f"{name} {group}",
                     group not in set(shown.group_value), "a small group is shown")
    hidden = groups - shown.group_value.nunique(dropna=False)
    report.holds("fairness", "suppression", HIDDEN, name, hidden != 1,
                 "one group is hidden: it is the total less the others")
    for tier, own in shown.groupby("tier_or_better"):
        unknown = int(own.share.isna().sum()) + hidden
        report.holds("fairness", "suppression", HIDDEN, f"{name} {tier}", unknown != 1,
                     "one share is hidden: it is the total of the tiers less the others")


def check(report, logs, today):
    for name, sizes in TABLES.items():
        rows = treatment(sizes, 7)
        relation = "treated_" + name.replace(" ", "_")
        run(f"CREATE TABLE {relation} (customer int, grp text, tier text, clv numeric, later numeric)")
        text = ", ".join(
            "({}, {}, {}, {}, {})".format(
                r["customer"], *("NULL" if r[c] is None else f"'{r[c]}'" for c in ("grp", "tier")),
                euros(r["cents"]), euros(r["later"])) for r in rows)
        run(f"INSERT INTO {relation} VALUES {text}")
        got = query("SELECT * FROM " + call("fairness", relation, "grp", holdout="later"))
        check_numbers(report, name, rows, got)
        check_hidden(report, name, rows, got)
