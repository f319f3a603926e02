"""clv.acquisition: groups, first orders, second orders, costs, and what follows
from the value of a newcomer, which is asked of clv's own fits."""
import collections
import json
import math

import pandas

from history import POLICIES, day, day_table, last_day, period_start, summary, usable
from report import is_null
from server import call, identifier, literal, query

WON = "docs/decisions.md, Acquisition; the comment of clv.acquisition"
NONE = "(none)"
LEAST = 30              # min_customers
MARGIN, PER_ORDER, RETURN = 0.35, 4, 0.2


class Newcomers:
    """What is known of each customer's beginning."""

    def __init__(self, log, policy, as_of):
        self.log, self.policy, self.as_of = log, policy, as_of
        days = day_table(log.rows, policy)
        self.table = summary(days, as_of)
        bought = days[days.purchase & (days.day <= as_of)].sort_values(["customer", "day"])
        place = bought.groupby("customer").cumcount()
        self.table["second"] = bought[place == 1].set_index("customer").day
        # the spend of the day of the first purchase: what was sent back before
        # it was of other orders
        self.table["first_cents"] = bought[place == 0].set_index("customer").money
        rows = usable(log.rows)
        self.rows = rows[rows.day <= as_of]

    def by_source(self, column):
        """The value at the customer's first order: the first purchase is the
        history's, its channel that of the orders of the day, which are the rows
        that are not refunds, where there are any."""
        rows = self.rows[self.rows.customer.isin(self.table.index)]
        rows = rows[rows.day == rows.customer.map(self.table["first"])]
        group = {}
        for customer, own in rows.groupby("customer"):
            orders = own[own.cents >= 0]
            values = [v for v in (orders if len(orders) else own)[column] if not is_null(v)]
            group[customer] = min(values, default=NONE)
        return [group[c] for c in self.table.index]

    def by_people(self, column):
        """Several rows for a customer count by the first name."""
        group = collections.defaultdict(lambda: NONE)
        for r in self.log.people.to_dict("records"):
            if not is_null(r[column]):
                known = group[r["id"]]
                group[r["id"]] = r[column] if known == NONE else min(known, r[column])
        return [group[c] for c in self.table.index]

    def by_cohort(self, cohort):
        starts = [day(period_start(int(d), cohort)) for d in self.table["first"]]
        if cohort == "quarter":
            return [f"{d.year}-Q{(d.month + 2) // 3}" for d in starts]
        return [f"{d:%Y-%m}" if cohort == "month" else f"{d.year}" for d in starts]

    def cost(self, kind, groups):
        """What each was won for: of the group, the sum of a column of the
        orders, or the highest of the customer table."""
        if isinstance(kind, (int, float)):
            return [float(kind)] * len(groups)
        if "column" not in kind:
            return [None if g not in kind else float(kind[g]) for g in groups]
        paid, source = {}, self.rows if "of" not in kind else self.log.people
        column, key, join = (("acq", "customer", sum), ("paid", "id", max))["of" in kind]
        for customer, own in source.groupby(key):
            known = [v / 100 for v in own[column] if not is_null(v)]
            paid[customer] = join(known) if known else None
        # who has no cost in a column of the source or of the table counts 0
        return [0.0 if is_null(paid.get(c)) else paid[c] for c in self.table.index]


def pooled(groups):
    """Groups smaller than min_customers are one."""
    size = collections.Counter(groups)
    return [g if size[g] >= LEAST else None for g in groups], sum(n < LEAST for n in size.values())


def again(own, as_of, within):
    """The share of those seen for so long who bought again within it."""
    seen = own[own.t >= within]
    back = (seen["second"] - seen["first"] <= within).sum()
    return int(back) / len(seen) if len(seen) >= LEAST else None


def newcomer_values(new, table):
    """For each pool that is large enough the value of a newcomer, by months:
    fitted to each group and drawn to the pool (clv.shrink), times margin less
    the cost of an order.  Histories are clv's own, since clv.shrink makes
    0.01 % of the last bit of a mean."""
    customer, at, amount = (identifier(c) for c in new.log.columns)
    zone = f", {literal(new.log.zone)}" if new.log.zone else ""
    got = query(
        f"WITH h AS (SELECT {customer}::text AS customer, clv.rfm({at}, {amount}{zone}) AS history"
        f" FROM {new.log.relation} GROUP BY 1),"
        f" g AS (SELECT pool, clv.cbs(history, '{day(new.as_of)}', '{new.policy}') AS base"
        " FROM told JOIN h USING (customer) GROUP BY pool),"
        " f AS MATERIALIZED (SELECT array_agg(pool ORDER BY pool) AS pools,"
        " clv.shrink(array_agg(clv.fit(base, 'mbgnbd', prior => '{}') ORDER BY pool)) AS models,"
        " clv.shrink(array_agg(clv.fit(base, 'gammagamma', prior => '{}') ORDER BY pool)) AS spends"
        f" FROM g WHERE clv.customers(base) >= {LEAST}),"
        " u AS MATERIALIZED (SELECT u.* FROM f, unnest(pools, models, spends) AS u (pool, model, spend))"
        " SELECT pool, n, clv.new_customer_value(model, spend, 0.1,"
        " CASE WHEN n < 0 THEN INTERVAL '1 year' ELSE n * INTERVAL '1 month' END) *"
        f" ({MARGIN} - {PER_ORDER} / clv.expected_spend(spend, 0, NULL)) AS value"
        " FROM u, generate_series(-1, 120) AS n",
        told=("customer text, pool text", table.reset_index()[["customer", "pool"]]))
    values = collections.defaultdict(dict)
    for r in got.itertuples():
        values[r.pool][int(r.n)] = None if r.value is None else float(r.value)
    return values


def expected(new, groups, cost):
    pools, small = pooled(groups)
    table = new.table.assign(pool=pandas.Series(pools, index=new.table.index, dtype=object),
                             cost=pandas.Series(new.cost(cost, groups), index=new.table.index,
                                                dtype=object))
    values, rows = newcomer_values(new, table), []
    for pool in sorted(set(p for p in pools if p)) + [None] * (None in pools):
        own = table[[p == pool for p in pools]]
        row = dict(group_name=f"other ({small} groups)" if pool is None else pool)
        known = [c for c in own.cost if not is_null(c)]
        if len(own) >= LEAST:
            value = values[pool].get(-1)
            row.update(customers=len(own), first_order=float(own.first_cents.sum() / 100 / len(own)),
                       repeat_rate_30d=again(own, new.as_of, 30),
                       repeat_rate_90d=again(own, new.as_of, 90),
                       repeat_rate_365d=again(own, new.as_of, 365), new_customer_value=value,
                       max_acquisition_cost=None if is_null(value) else value / (1 + RETURN),
                       cost=math.fsum(known) / len(known) if known else None)
            reached = [n for n in range(121) if known and not is_null(values[pool].get(n))
                       and values[pool][n] >= row["cost"]]
            row["payback_months"] = min(reached, default=None)
        rows.append(row)
    frame = pandas.DataFrame(rows, dtype=object)
    return frame.astype(object).where(frame.notna(), None)


def verdict(r):
    """docs/decisions.md: pays when even the lower end covers the cost, does not
    pay when not even the upper does, for the return that is wanted."""
    if r.cost is None or r.lower is None:
        return None
    wanted = float(r.cost) * (1 + RETURN)
    if float(r.lower) >= wanted:
        return "pays"
    return "does not pay" if float(r.upper) < wanted else "not sure"


def forms(log, new):
    """(arguments, options, groups): by a column of the source, of the customer
    table, and by cohort."""
    channels = {"search": 5, "coupon": 12, "mail": 1.5, "future": 3}
    if log.rows.channel.notna().any():
        groups = new.by_source("channel")
        yield dict(by="channel"), {}, groups, channels
        yield dict(by="channel"), {}, groups, {"column": "acq"}
    if log.people is not None:
        people = {"customers": {"table": log.people.attrs["relation"], "key": "id"}}
        yield dict(by="region"), people, new.by_people("region"), {"column": "paid", "of": "customers"}
    for cohort in ("quarter", "year", "month"):
        yield dict(cohort=cohort), {}, new.by_cohort(cohort), 7


def check(report, logs, today):
    for log in logs:
        for policy in POLICIES:
            end = last_day(day_table(log.rows, policy), today[log.name])
            new = Newcomers(log, policy, end)
            for named, options, groups, cost in forms(log, new):
                if policy != "net" and named.get("cohort") in ("year", "month"):
                    continue
                options = {**options, "margin": MARGIN, "cost_per_order": PER_ORDER, "draws": 20,
                           "target_return": RETURN, "acquisition_cost": cost}
                got, of_day = (query("SELECT * FROM " + call(
                    "acquisition", *log.arguments(), **named, as_of=d, refunds=policy,
                    options=json.dumps(options), **log.zone_argument()))
                    for d in (None, str(day(end))))
                where = f"{log.name} {policy} {named}"
                if isinstance(cost, dict) and "column" in cost:
                    where += " cost of a column"
                report.frame("acquisition", WON, where, expected(new, groups, cost), of_day,
                             ["group_name"])
                report.same("acquisition", where, got, of_day, ["group_name"])
                for r in of_day.itertuples():
                    report.cell("acquisition", "verdict", WON, f"{where} {r.group_name}",
                                verdict(r), r.verdict)
