"""Questions to a view about other days: clv.tiers_at, clv.migration,
clv.value_at_risk, clv.equity and clv.equity_bridge."""
import collections

import pandas

import tiers
import view
from history import day, months_later, summary
from report import is_null
from server import call, query

HISTORY = "docs/decisions.md, History and migration; the comment of clv.tiers_at"
RISK = "docs/decisions.md, Value at risk; the comment of clv.value_at_risk"
EQUITY = "docs/decisions.md, The base as an asset; the comment of clv.equity"
BRIDGE = "docs/decisions.md, The base as an asset; the comment of clv.equity_bridge"


def at(v, as_of):
    """The customers of the view as they were then, by the models and the
    thresholds of now, without hysteresis and without who has opted out."""
    past = v.past_values(as_of)
    past = past[[c not in v.out for c in past.index]]
    past["tier"] = pandas.Series([tiers.tier(x, v.cutoffs, v.labels) for x in past.value],
                                 index=past.index, dtype=object)
    return past


def check_tiers_at(report, v, dates):
    got = query("SELECT * FROM " + call("tiers_at", v.of_day, "{" + ",".join(
        str(day(d)) for d in dates) + "}"))
    for d in dates:
        past = at(v, d)
        want = pandas.DataFrame({
            "customer_id": [str(c) for c in past.index], "frequency": past.frequency.tolist(),
            "recency": past.recency.astype(float).tolist(), "t": past.t.astype(float).tolist(),
            "p_alive": list(past.p_alive), "value": list(past.value), "tier": list(past.tier)},
            dtype=object)
        report.frame("tiers_at", HISTORY, f"{v.name} {day(d)}", want,
                     got[got.as_of_date == str(day(d))], ["customer_id"])


def check_migration(report, v, start, end):
    before, after = at(v, start), at(v, end)
    cells = collections.defaultdict(lambda: [0, 0.0, 0.0, 0])
    for c in after.index:
        known = c in before.index
        old = before.value[c] if known else None
        key = (("(none)" if is_null(before.tier[c]) else before.tier[c]) if known else "(new)",
               "(none)" if is_null(after.tier[c]) else after.tier[c])
        cell = cells[key]
        cell[0] += 1
        cell[1] += 0 if is_null(old) else old
        cell[2] += 0 if is_null(after.value[c]) else after.value[c]
        cell[3] += bool(known and before.p_alive[c] >= 0.5 > after.p_alive[c])
    places = [*v.labels, tiers.UNPROFITABLE]
    if any("(none)" in key for key in cells):
        places.append("(none)")
    rows = [migration_row(cells, places, old, new) for old in [*places, "(new)"] for new in places]
    got = query("SELECT * FROM " + call("migration", v.of_day, str(day(start)), str(day(end))))
    report.frame("migration", HISTORY, v.name, pandas.DataFrame(rows, dtype=object), got,
                 ["from_tier", "to_tier"])


def migration_row(cells, places, old, new):
    customers, first, last, departed = cells[(old, new)]
    total = sum(cells[(old, p)][0] for p in places)
    if old == "(new)":
        movement = "arrived"
    elif "(none)" in (old, new):
        movement = "same" if old == new else "other"
    else:
        order = places.index(old) - places.index(new)
        movement = "up" if order > 0 else "down" if order < 0 else "same"
    return dict(from_tier=old, to_tier=new, movement=movement, customers=customers,
                share=customers / total if total else None, value_from=float(first),
                value_to=float(last), change=last - first, departed=departed)


# ----------------------------------------------------------- value at risk

def check_value_at_risk(report, v, silent, top=25):
    """What the value falls to when nothing is bought for that long: the same
    history, seen later."""
    t = v.table[~v.opted_out]
    t = t.assign(value=v.value[~v.opted_out])
    t = t[[not is_null(x) for x in t.value]]
    later = t.assign(t=t.t + silent)
    for column, values in view.predict(later, v.models).items():
        later[column] = values
    if v.has_costs:
        silent_value = v.net_values(later)
    else:
        silent_value = [view.times(p, s) for p, s in
                        zip(later.discounted_purchases, later.expected_spend)]
    want = pandas.DataFrame({
        "customer_id": [str(c) for c in t.index], "tier": list(t.tier), "value": list(t.value),
        "value_if_silent": list(silent_value), "p_alive": list(t.p_alive),
        "p_alive_if_silent": list(later.p_alive), "days_since_last": t.days_since_last.tolist()},
        dtype=object)
    want["at_risk"] = want.value - want.value_if_silent
    want["share_of_risk"] = want.at_risk / want.at_risk.sum()
    question = call("value_at_risk", v.of_day, f"{silent} days")
    got = query(f"SELECT * FROM {question}")
    report.frame("value_at_risk", RISK, v.name, want, got, ["customer_id"])
    risk = [float(r) for r in got.at_risk]
    report.holds("value_at_risk", "order", RISK, v.name, risk == sorted(risk, reverse=True),
                 "not most first")
    few = query("SELECT * FROM " + call("value_at_risk", v.of_day, f"{silent} days", top))
    report.holds("value_at_risk", "top", RISK, v.name, few.equals(got[:top]),
                 f"the first {top} are others than of all")


# ------------------------------------------------------------------ equity

def group_frame(v, groups):
    """customers, equity and so on by group: groups has one for each customer."""
    t, rows = v.table.assign(group=pandas.Series(groups, index=v.table.index, dtype=object)), []
    total = sum(x for x in t.clv if not is_null(x))
    for name in dict.fromkeys(None if is_null(g) else g for g in t.group):
        own = t[[(is_null(g) and name is None) or g == name for g in t.group]]
        known = [x for x in own.clv if not is_null(x)]
        left = [x for x in own.clv_net if not is_null(x)] if v.has_costs else []
        rows.append(dict(group_name=name, customers=len(own), equity=float(sum(known)),
                         share_of_equity=sum(known) / total,
                         mean_value=sum(known) / len(known) if known else None,
                         equity_net=float(sum(left)) if left else None))
    return pandas.DataFrame(rows, dtype=object)


def cohort_name(ordinal, cohort):
    d = day(ordinal)
    return {"year": f"{d.year}", "quarter": f"{d.year}-Q{(d.month + 2) // 3}",
            "month": f"{d.year}-{d.month:02}"}[cohort]


def check_equity(report, v):
    questions = [({}, [None] * len(v.table)), ({"by": "tier"}, v.table.tier.tolist())]
    for cohort in ("year", "quarter", "month"):
        questions.append(({"cohort": cohort}, [cohort_name(d, cohort) for d in v.table["first"]]))
    if v.log.people is not None:
        region = {}         # several rows for a customer count by the first name
        for r in v.log.people.itertuples():
            if not is_null(r.region):
                region[r.id] = min(r.region, region.get(r.id, r.region))
        questions.append((dict(by="region", relation=v.log.people.attrs["relation"], key="id"),
                          [region.get(c) for c in v.table.index]))
    for named, groups in questions:
        got = query("SELECT * FROM " + call("equity", v.of_day, **named, draws=20))
        report.frame("equity", EQUITY, f"{v.name} {named}", group_frame(v, groups), got,
                     ["group_name"])
        for r in got.itertuples():
            report.holds("equity", "interval", EQUITY, f"{v.name} {named}", r.lower is None or
                         float(r.lower) <= float(r.upper), f"{r.lower} to {r.upper}")


def refitted(summaries):
    """A query of models fitted to these histories."""
    rows = ", ".join(f"({x}, {tx}, {t}, {'NULL' if is_null(m) else repr(float(m))})" for x, tx, t, m in zip(
        summaries.frequency, summaries.recency, summaries.t, summaries.monetary))
    return ("SELECT clv.fit(b, 'mbgnbd') AS model, clv.fit(b, 'gammagamma') AS spend,"
            " INTERVAL '1 year' AS horizon, CAST(0.1 AS float8) AS annual_rate FROM"
            " (SELECT clv.cbs(x::float8, tx::float8, t::float8, m::float8) AS b"
            f" FROM (VALUES {rows}) AS h (x, tx, t, m)) AS b")


def valued(v, as_of, models):
    """The value of each customer of the view who had bought by then; without
    one it counts 0."""
    past = summary(v.days, as_of)
    asked = view.predict(past, models)
    for column in asked:
        past[column] = asked[column]
    if v.has_costs:
        past = past[past.index.isin(v.table.index)]
        values = v.net_values(past)
    else:
        values = [view.times(p, s) for p, s in zip(past.discounted_purchases, past.expected_spend)]
    past["value"] = [0.0 if is_null(x) else x for x in values]
    return past


def check_bridge(report, v, start, end, refit):
    """The components add up from the value at the first day to that at the
    second; interest is a period's on the value at the start."""
    old = refitted(summary(v.days, start)) if refit else v.models
    new = refitted(summary(v.days, end)) if refit else v.models
    first, then, last = valued(v, start, old), valued(v, end, old), valued(v, end, new)
    interest = 1.1 ** ((end - start) / 365.25) - 1
    bought = [c for c in first.index if then["last"][c] > start]
    silent = [c for c in first.index if then["last"][c] <= start]
    came = [c for c in then.index if c not in first.index]
    gain = then.value - first.value * (1 + interest)
    amounts = {
        "start": (first.value.sum(), len(first)),
        "discount": (first.value.sum() * interest, len(first)),
        "activity": (gain[bought].sum(), len(bought)), "lost": (gain[silent].sum(), len(silent)),
        "new": (then.value[came].sum(), len(came)),
        "model": (last.value.sum() - then.value.sum(), len(then)),
        "end": (last.value.sum(), len(then))}
    want = pandas.DataFrame([dict(component=c, amount=float(a), customers=n)
                             for c, (a, n) in amounts.items()], dtype=object)
    got = query("SELECT * FROM " + call("equity_bridge", v.of_day, str(day(start)), str(day(end)), refit))
    where = f"{v.name} refit {refit}"
    scale = max(abs(a) for a, _ in amounts.values())
    for r, given in zip(want.itertuples(), got.itertuples()):
        report.cell("equity_bridge", "component", BRIDGE, where, r.component, given.component)
        report.cell("equity_bridge", "customers", BRIDGE, f"{where} {r.component}", r.customers,
                    given.customers)
        # in parts of the largest: a small one is the difference of large sums
        report.cell("equity_bridge", "amount", BRIDGE, f"{where} {r.component}",
                    float(2 + r.amount / scale), str(2 + float(given.amount) / scale))
    whole = query("SELECT sum(amount) FILTER (WHERE component <> 'end') ="
                  " sum(amount) FILTER (WHERE component = 'end') AS adds_up FROM "
                  + call("equity_bridge", v.of_day, str(day(start)), str(day(end)), refit))
    report.cell("equity_bridge", "sum", BRIDGE, where, True, whole.adds_up[0])


def check(report, views):
    for v in views:
        check_equity(report, v)
        check_value_at_risk(report, v, 90)
        if not v.options.get("history"):
            continue
        dates = [v.as_of, months_later(v.as_of, -3), v.as_of - 300]
        check_tiers_at(report, v, dates)
        check_migration(report, v, dates[2], dates[0])
        for refit in (True, False):
            check_bridge(report, v, dates[1], dates[0], refit)
