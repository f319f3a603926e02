"""The views of customer values: every column of both, clv.tier_rules and
clv.explain."""
import json
import re

import pandas

import tiers
import view
from check_history import as_shown, reasons
from history import POLICIES, day, day_table, last_day
from report import FLOOR, is_null, relative
from server import call, identifier, literal, query, refused, run

COLUMNS = "README, What the columns mean; the comments on the view's columns"
TIERS = "docs/decisions.md, Tiers people can defend"
EXPLAINED = "docs/decisions.md, One customer explained"

OF_ROWS = {"margin": {"column": "margin", "default": 0.3},
           "cost_per_order": {"column": "cpo", "default": 1},
           "service_cost": {"column": "svc", "default": 2},
           "acquisition_cost": {"column": "acq", "default": 0},
           "opt_out": {"column": "noprof"}, "history": True,
           "hysteresis": {"band": 0.1, "dates": ["2024-06-30", "2024-09-30"]}}
CONSTANT = {"margin": 0.3, "cost_per_order": 2, "service_cost": 14, "history": True}
MODEL = {"rows_without_customer": "without customer", "rows_without_date": "without date",
         "rows_without_amount": "without amount", "rows_after_as_of": "after as_of",
         "rows_used": "used"}


def of_people(log):
    def column(name):
        return {"column": view.PEOPLE[name], "of": "customers"}
    return {"customers": {"table": log.people.attrs["relation"], "key": "id"},
            "margin": {**column("margin"), "default": 0.2}, "cost_per_order": column("cost_per_order"),
            "service_cost": {**column("service_cost"), "default": 1},
            "acquisition_cost": column("acquisition_cost"), "opt_out": column("opt_out"),
            "history": True, "hysteresis": {"band": 0.2, "ago": ["1 month", "6 months", "10 months"]}}


def cases(logs):
    """(name, log, options, policy, method): the views that are made."""
    shop, moments, *others = logs
    for policy in POLICIES:
        yield f"rows_{policy}", shop, OF_ROWS, policy, "quantile"
    yield "people", shop, of_people(shop), "net", "value"
    yield "plain", shop, {}, "net", "natural"
    yield "losses", shop, CONSTANT, "net", "quantile"
    for policy in POLICIES:
        yield f"moments_{policy}", moments, OF_ROWS, policy, "quantile"
    for log in others:
        yield f"{log.name}_values", log, CONSTANT, "net", "quantile"


def made(logs, today):
    """Both forms of each view, and what it should hold."""
    for name, log, options, policy, method in cases(logs):
        end = last_day(day_table(log.rows, policy), today[log.name])
        arguments = {"refunds": policy, "tier_method": method}
        view.create(name, log, options, **arguments)
        view.create(name + "_of_day", log, options, as_of=day(end), **arguments)
        yield view.View(name, log, options, policy, end, method)


def shown(v):
    """The view as a frame of the cells that it should have."""
    t, frame = v.table, as_shown(v.table)
    frame = frame.drop(columns=["orders", "spend", "refunds", "refund_days"])
    for column in (*view.ASKED[:4], "clv", "clv_rank", "tier"):
        frame[column] = list(t[column])
    frame["as_of"] = day(v.as_of)
    if v.has_costs:
        for column in ("clv_net", "value_to_date", "clv_total", "profit_to_date",
                       "unprofitable_because", "alive_years", *view.COSTS):
            frame[column] = list(t[column])
    if "opt_out" in v.options:
        frame["opted_out"] = list(v.opted_out)
    if "hysteresis" in v.options:
        frame["previous_tier"] = list(t.previous_tier)
    return frame


def answer(name, v):
    columns = identifier(v.log.columns[0])
    history = ", NULL AS history" if v.options.get("history") else ""
    return query(f"SELECT v.*, v.{columns}::text AS customer{history} FROM {name} AS v").drop(
        columns=["history"], errors="ignore")


def check_columns(report, v):
    got, of_day = answer(v.name, v), answer(v.of_day, v)
    report.frame("view", COLUMNS, v.name, shown(v), of_day, ["customer"])
    report.same("view", v.name, got, of_day, ["customer"])


def check_query(report, v):
    """README, The main job: clv.query is the same as one statement."""
    arguments = dict(refunds=v.policy, tier_method=v.method, options=json.dumps(v.options),
                     as_of=str(day(v.as_of)), **v.log.zone_argument())
    text = run("SELECT " + call("query", *v.log.arguments(), **arguments) + ";")
    got = query(f"SELECT q.*, q.{identifier(v.log.columns[0])}::text AS customer FROM ({text}) AS q")
    stored = answer(v.of_day, v)
    given = {r["customer"]: r for r in got.to_dict("records")}
    for row in stored.to_dict("records"):
        twin = given.get(row["customer"], {})
        for column in stored.columns:
            report.cells["query"] += 1
            if twin.get(column) != row[column]:
                report.difference("query", column, "README, The main job: the same as one statement",
                                  f"{v.name} [{row['customer']}]: {twin.get(column)} by the query, "
                                  f"{row[column]} in the view")


def check_model(report, v):
    of_null = query(f"SELECT * FROM {v.name}_model")
    got = query(f"SELECT * FROM {v.of_day}_model")
    # what is said of an as_of that was found is not said of one that was given
    report.same("view_model", v.name, of_null.drop(columns=["message"]),
                got.drop(columns=["message"]), ["as_of"])
    want = {"as_of": day(v.as_of), "customers": len(v.table), "refunds": v.policy,
            "zone": v.log.zone}
    counts = reasons(v.log.rows, v.as_of).set_index("reason").rows
    want.update({column: counts[reason] for column, reason in MODEL.items()})
    if v.has_costs:
        want.update({f"mean_{c}": m for c, m in v.means.items()})
    for column, value in want.items():
        report.cell("view_model", column, COLUMNS, v.name, value, got[column][0])
    for place, cut in enumerate(v.cutoffs, 1):
        report.cell("view_model", "cutoffs", "the comment of clv.cutoffs", f"{v.name} {place}",
                    cut, query(f"SELECT cutoffs[{place}] AS c FROM {v.of_day}_model").c[0])
    base = v.table[["frequency", "recency", "t", "monetary"]]
    fitted = query(
        "SELECT c.name, c.estimate, k.estimate AS kept FROM"
        " (SELECT clv.fit(clv.cbs(x, tx, t, mean), 'mbgnbd') AS model,"
        " clv.fit(clv.cbs(x, tx, t, mean), 'gammagamma') AS spend FROM base) AS f,"
        f" {v.of_day}_model AS m, LATERAL (SELECT * FROM clv.coefficients(f.model) UNION ALL"
        " SELECT * FROM clv.coefficients(f.spend)) AS c,"
        " LATERAL (SELECT * FROM clv.coefficients(m.model) UNION ALL"
        " SELECT * FROM clv.coefficients(m.spend)) AS k WHERE k.name = c.name",
        base=("x float8, tx float8, t float8, mean float8", base))
    for r in fitted.itertuples():
        report.cell("view_model", "fit of these histories", COLUMNS, f"{v.name} {r.name}",
                    float(r.estimate), r.kept)


# -------------------------------------------------------------- tier_rules

NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?"


def rule_frame(v):
    """Rows add up to the base; the last has who is without a tier."""
    total, rows = len(v.table), []
    value = [0.0 if is_null(x) else x for x in v.value]
    for place, label in enumerate([*v.labels, tiers.UNPROFITABLE, None], 1):
        held = [is_null(t) if label is None else t == label for t in v.table.tier]
        if label is None and not any(held):
            continue
        money = sum(x for x, h in zip(value, held) if h)
        share = v.shares[place - 1] if place <= len(v.shares) and v.method != "natural" else None
        rows.append(dict(ordinal=place, tier=label, share=share, as_of=day(v.as_of),
                         method=None if label is None else v.method,
                         customers=sum(held), share_of_customers=sum(held) / total,
                         value=float(money), share_of_value=money / sum(value)))
    return pandas.DataFrame(rows, dtype=object)


def check_tier_rules(report, v):
    got = query("SELECT * FROM " + call("tier_rules", v.of_day))
    report.frame("tier_rules", TIERS, v.name, rule_frame(v), got, ["ordinal"])
    above = None
    for r in got.to_dict("records")[:len(v.labels)]:
        place = int(r["ordinal"])
        cut = max(v.cutoffs[place - 1], 0) if place <= len(v.cutoffs) else 0
        check_criterion(report, v, r, cut, above)
        above = cut if above is None else min(above, cut)


def check_criterion(report, v, r, cut, above):
    """The rule in words is what happens: below 0 nobody has such a tier, and a
    tier whose range is empty has nobody."""
    where, words = f"{v.name} {r['tier']}", r["criterion"]
    stated = re.search(rf"at least ({NUMBER})", words)
    report.holds("tier_rules", "criterion", TIERS, where,
                 stated is None or relative(cut, float(stated.group(1))) < FLOOR * 1e-6,
                 f"from {cut} on, but the rule says: {words}")
    if int(r["ordinal"]) <= len(v.cutoffs) and cut > 0:
        report.cell("tier_rules", "threshold", TIERS, where, cut, r["threshold"])
    report.holds("tier_rules", "criterion", TIERS, where,
                 above is None or cut < above or stated is None,
                 f"nobody can be in it, but the rule says: {words}")
    if "hysteresis" in v.options and int(r["ordinal"]) <= len(v.cutoffs):
        band = v.options["hysteresis"]["band"] * abs(v.cutoffs[int(r["ordinal"]) - 1])
        raw = v.cutoffs[int(r["ordinal"]) - 1]
        for word, limit in (("below", raw + band), ("within", raw - band)):
            told = re.search(rf"{word}, of ({NUMBER})", words)
            report.holds("tier_rules", "criterion", TIERS, where, told is None or
                         relative(max(limit, 0), float(told.group(1))) < 1e-9,
                         f"from {word} {max(limit, 0)}, but the rule says: {words}")


# ----------------------------------------------------------------- explain

def picked(v, count=6):
    """Some customers of each tier and reason, of those whom hysteresis keeps,
    and of those without a value."""
    t = v.table[~v.opted_out]
    plain = pandas.Series([tiers.tier(x, v.cutoffs, v.labels) for x in v.value[~v.opted_out]],
                          index=t.index, dtype=object)
    chosen = set(t.index[[not is_null(a) and a != b for a, b in zip(plain, t.tier)]][:count])
    groups = [t.tier.map(str, na_action=None)]
    if v.has_costs:
        groups.append(t.unprofitable_because.map(str, na_action=None))
    for group in groups:
        for _, own in t.groupby(group):
            chosen |= set(own.index[:count])
    negative = [not is_null(x) and x < 0 for x in v.value[~v.opted_out]]
    near = t[negative].assign(value=v.value[~v.opted_out][negative].astype(float))
    return sorted(chosen | set(near.sort_values("value").index[-count:]))


def check_explain(report, v):
    chosen, customer = picked(v), identifier(v.log.columns[0])
    got = query(f"SELECT v.{customer}::text AS customer, e.* FROM {v.of_day} AS v, LATERAL "
                f"clv.explain({literal(v.of_day)}, v.{customer}) AS e WHERE v.{customer}::text IN "
                f"({', '.join(literal(str(c)) for c in chosen)})")
    spend = query(f"SELECT clv.param(spend, 'p') AS p, clv.param(spend, 'q') AS q,"
                  f" clv.param(spend, 'gamma') AS gamma FROM {v.of_day}_model")
    p, q, gamma = (float(spend[c][0]) for c in ("p", "q", "gamma"))
    for c in chosen:
        steps = got[got.customer == str(c)]
        explain_one(report, v, v.table.loc[c], f"{v.name} {c}",
                    dict(zip(steps.quantity, zip(steps.value, steps.formula))), p, q, gamma)
    for c in sorted(v.out & set(v.table.index))[:2]:
        state = refused("SELECT * FROM " + call("explain", v.of_day, str(c)))
        report.holds("explain", "opt_out", EXPLAINED, f"{v.name} {c}", state == "22023",
                     f"ends with {state}")


def explain_one(report, v, r, where, steps, p, q, gamma):
    want = {c: r[c] for c in ("frequency", "recency", "t", "monetary", *view.ASKED[:4], "clv")}
    want = {c: None if is_null(x) else float(x) for c, x in want.items()}
    weight = p * r.frequency / (p * r.frequency + q - 1)
    want.update(mean_spend_of_all=p * gamma / (q - 1), weight_of_own=float(weight))
    if v.has_costs:
        for name, (one, other) in {"contribution": ("margin", "clv"),
                                   "order_costs": ("cost_per_order", "discounted_purchases"),
                                   "service_costs": ("service_cost", "alive_years")}.items():
            want[name] = view.times(r[one], r[other])
        want.update(margin=r.margin, alive_years=r.alive_years, clv_net=r.clv_net)
    want["clv_rank"] = float(r.clv_rank)
    for quantity, value in want.items():
        report.cell("explain", quantity, EXPLAINED, where, value,
                    steps.get(quantity, ("no such step",))[0])
    report.cell("explain", "tier", EXPLAINED, where,
                "none: there is no value" if is_null(r.tier) else r.tier, steps["tier"][1])
    explain_words(report, v, r, where, steps)


def explain_words(report, v, r, where, steps):
    """Each line follows from those before it: the tier from the threshold, and
    from the previous tier where hysteresis decides."""
    reached = steps["threshold"][0]
    value = r.clv_net if v.has_costs else r.clv
    plain = tiers.tier(value, v.cutoffs, v.labels)
    want = None
    if plain in v.labels[:len(v.cutoffs)]:
        want = v.cutoffs[v.labels.index(plain)]
    report.cell("explain", "threshold", EXPLAINED, where,
                want if want is None else max(want, 0.0), reached)
    told = " ".join(f"{quantity} {formula}" for quantity, (_, formula) in steps.items())
    if "hysteresis" in v.options and not is_null(r.previous_tier):
        report.holds("explain", "previous tier", EXPLAINED, where,
                     r.tier == plain or "previous_tier" in steps or r.previous_tier in
                     steps["threshold"][1], f"tier {r.tier}, by the threshold {plain}, since it"
                     f" was {r.previous_tier}: no step says so")
    empty = re.search(r"[a-z_]*(,  |, ,)[^;]*", told)
    report.holds("explain", "words", EXPLAINED, where, empty is None,
                 f"an empty word: {empty and empty.group()}")


def check(report, views):
    for v in views:
        check_columns(report, v)
        check_query(report, v)
        check_model(report, v)
        check_tier_rules(report, v)
        check_explain(report, v)
