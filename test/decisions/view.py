"""A view of customer values, made again from the raw rows: what
clv.create_materialized_view is documented to hold (README, The main job; What
the columns mean; the comments on its columns; docs/decisions.md, Values and
profit).

Predictions are asked of clv's row functions, with the models of the view and
with frequency, recency, t and monetary as they are found here.
"""
import json
from fractions import Fraction

import pandas

import tiers
from history import day_table, months_later, summary, usable
from report import is_null
from server import call, query, run

LABELS = ["platinum", "gold", "silver", "bronze"]
SHARES = [0.05, 0.2, 0.5]
COSTS = {"margin": ("margin", 1.0), "cost_per_order": ("cpo", 0.0),
         "service_cost": ("svc", 0.0), "acquisition_cost": ("acq", 0.0)}
PEOPLE = {"margin": "margin", "cost_per_order": "order_cost", "service_cost": "service_cost",
          "acquisition_cost": "paid", "opt_out": "noprof"}


def create(name, log, options=None, **arguments):
    run("CALL " + call("create_materialized_view", name, *log.arguments(), **arguments,
                       **log.zone_argument(), options=json.dumps(options or {})) + ";")


# ------------------------------------------------------------- predictions

ASKED = ("p_alive", "expected_purchases", "discounted_purchases", "expected_spend", "alive_years")


def predict(frame, models):
    """What the models (a query with model, spend, horizon, annual_rate) say of
    rows with frequency, recency, t and monetary: a row for each, in order."""
    rows = frame[["frequency", "recency", "t", "monetary"]].copy()
    rows.insert(0, "place", range(len(rows)))
    # materialized: models that are a fit would be fitted for each of the columns
    got = query(
        f"WITH m AS MATERIALIZED ({models}) "
        "SELECT a.place, clv.p_alive(m.model, x, tx, t) AS p_alive,"
        " clv.expected_purchases(m.model, x, tx, t, m.horizon) AS expected_purchases,"
        " clv.discounted_purchases(m.model, x, tx, t, m.annual_rate, m.horizon) AS discounted_purchases,"
        " clv.expected_spend(m.spend, x, mean) AS expected_spend,"
        " clv.alive_years(m.model, x, tx, t, m.annual_rate, m.horizon) AS alive_years"
        " FROM asked AS a CROSS JOIN m ORDER BY a.place",
        asked=("place int, x float8, tx float8, t float8, mean float8", rows))
    return pandas.DataFrame({c: pandas.Series([None if v is None else float(v) for v in got[c]],
                                              index=frame.index, dtype=object) for c in ASKED})


def times(a, b):
    return None if is_null(a) or is_null(b) else a * b


def net(purchases, spend, years, margin, per_order, service):
    """clv_net: margin * clv - cost_per_order * discounted_purchases -
    service_cost * alive_years."""
    if any(map(is_null, (purchases, spend, years, margin, per_order, service))):
        return None
    return margin * (purchases * spend) - per_order * purchases - service * years


# ------------------------------------------------------------------- costs

def column_of_source(rows, key):
    """README, The main job, options: margin weighted by amounts, acquisition
    cost summed, the others averaged."""
    column = COSTS[key][0]
    values = {}
    for customer, own in rows.groupby("customer"):
        known = [(Fraction(int(c), 100), int(a)) for c, a in zip(own[column], own.cents)
                 if not is_null(c)]
        plain = [c for c, _ in known]
        weights = sum(a for _, a in known if a > 0)
        if key == "margin" and weights:
            value = sum(c * a for c, a in known if a > 0) / weights
        elif key == "acquisition_cost":
            value = sum(plain) if plain else None
        else:
            value = sum(plain) / len(plain) if plain else None
        values[customer] = None if value is None else float(value)
    return values


def column_of_people(table, key):
    """Of several rows for a customer the lowest margin and the highest costs;
    an objection in any of them."""
    column, values = PEOPLE[key], {}
    for customer, own in table.groupby("id"):
        known = [v for v in own[column] if not is_null(v)]
        if key == "opt_out":
            values[customer] = any(known)
        elif known:
            values[customer] = (min(known) if key == "margin" else max(known)) / 100
    return values


def costs(log, customers, options, as_of):
    """The four costs of each customer, of rows up to as_of."""
    rows = usable(log.rows)
    rows = rows[rows.day <= as_of]
    found = pandas.DataFrame(index=customers)
    for key, (_, otherwise) in COSTS.items():
        given = options.get(key)
        if not isinstance(given, dict):
            found[key] = float(otherwise if given is None else given)
            continue
        values = column_of_people(log.people, key) if "of" in given else column_of_source(rows, key)
        fallback = given.get("default")
        found[key] = pandas.Series(
            [values.get(c) if values.get(c) is not None else
             None if fallback is None else float(fallback) for c in customers],
            index=customers, dtype=object)
    return found


def objectors(log, options):
    """Who has an objection in any row (the comment of clv.rfm_scores: ever
    true; docs/decisions.md, Who does not want to be sorted)."""
    given = options.get("opt_out")
    if given is None:
        return set()
    if "of" in given:
        return {c for c, said in column_of_people(log.people, "opt_out").items() if said}
    said = [v is True for v in log.rows.noprof]
    return set(log.rows.customer[said].dropna())


# ------------------------------------------------------------ the whole view

class View:
    """The view as it should be, given the models that it keeps."""

    def __init__(self, name, log, options=None, policy="net", as_of=None, method="quantile",
                 shares=SHARES, labels=LABELS):
        self.name, self.log, self.options, self.policy = name, log, options or {}, policy
        self.as_of, self.method, self.shares, self.labels = as_of, method, shares, labels
        self.of_day = name + "_of_day"      # the view that was given the very day
        self.models = f"SELECT model, spend, horizon, annual_rate FROM {self.of_day}_model"
        self.has_costs = any(k in self.options for k in COSTS)
        self.days = day_table(log.rows, policy)
        self.table = summary(self.days, as_of)
        self.out = objectors(log, self.options)
        self.opted_out = pandas.Series([c in self.out for c in self.table.index],
                                       index=self.table.index)
        self.add_values()
        self.value = self.table.clv_net if self.has_costs else self.table.clv
        counted = [v for v, out in zip(self.value, self.opted_out) if not out]
        self.cutoffs = tiers.cutoffs(counted, method, shares)
        self.add_tiers()

    def add_values(self):
        t = self.table
        for column, values in predict(t, self.models).items():
            t[column] = values
        t["clv"] = pandas.Series(map(times, t.discounted_purchases, t.expected_spend),
                                 index=t.index, dtype=object)
        if not self.has_costs:
            return
        for column, values in costs(self.log, t.index, self.options, self.as_of).items():
            t[column] = values
        t["clv_net"] = self.net_values(t)
        t["value_to_date"] = t.spend_cents / 100
        t["clv_total"] = pandas.Series(
            [None if is_null(c) else s + c for s, c in zip(t.value_to_date, t.clv)],
            index=t.index, dtype=object)
        t["profit_to_date"] = self.per_customer(
            lambda r: r.margin * r.value_to_date - r.cost_per_order * r.n
            - r.service_cost * r.t / 365.25 - r.acquisition_cost,
            "margin", "cost_per_order", "service_cost", "acquisition_cost")
        self.add_reasons()

    def per_customer(self, formula, *needed):
        """A formula of the rows, NULL where one of the columns is."""
        return pandas.Series(
            [None if any(is_null(getattr(r, c)) for c in needed) else formula(r)
             for r in self.table.itertuples()], index=self.table.index, dtype=object)

    def net_values(self, asked):
        """clv_net of other histories, at the costs of these customers."""
        own = self.table.loc[asked.index]
        return pandas.Series(
            [net(*row) for row in zip(asked.discounted_purchases, asked.expected_spend,
                                      asked.alive_years, own.margin, own.cost_per_order,
                                      own.service_cost)], index=asked.index, dtype=object)

    def add_reasons(self):
        """docs/decisions.md, Values and profit: the first of these that alone
        would put it right: had nothing been sent back, with the margin and the
        spend of an average customer, with an average number of purchases."""
        t = self.table
        known = t[[not is_null(v) for v in t.clv_net]]
        mean = {c: float(sum(map(Fraction, known[c])) / len(known)) if len(known) else None
                for c in ("margin", "expected_spend", "discounted_purchases")}
        self.means = mean
        kept = self.log.rows[~(self.log.rows.cents.astype(float) < 0)]
        unsent = summary(day_table(kept, self.policy), self.as_of)
        unsent = unsent[unsent.index.isin(t.index)]
        without = self.net_values(predict(unsent, self.models))

        def reason(r):
            if is_null(r.clv_net) or r.clv_net >= 0:
                return None
            service = r.service_cost * r.alive_years
            lifted = without.get(r.Index)
            if self.policy != "gross" and not is_null(lifted) and lifted >= 0:
                return "refunds"
            if r.discounted_purchases * (mean["margin"] * mean["expected_spend"]
                                         - r.cost_per_order) >= service:
                return "low margin"
            if mean["discounted_purchases"] * (r.margin * r.expected_spend
                                               - r.cost_per_order) >= service:
                return "few purchases"
            return "cost to serve"
        t["unprofitable_because"] = pandas.Series(map(reason, t.itertuples()), index=t.index,
                                                  dtype=object)

    def past_values(self, as_of):
        """The value of who had bought by then, by the models of now."""
        past = summary(self.days, as_of)
        for column, values in predict(past, self.models).items():
            past[column] = values
        if self.has_costs:
            # costs are kept for the customers of the view
            past = past[past.index.isin(self.table.index)]
            past["value"] = self.net_values(past)
        else:
            past["value"] = pandas.Series(map(times, past.discounted_purchases, past.expected_spend),
                                          index=past.index, dtype=object)
        return past

    def past_dates(self):
        given = self.options["hysteresis"]
        if "dates" in given:
            return sorted(pandas.Timestamp(d).toordinal() for d in given["dates"])
        return sorted(months_later(self.as_of, -int(a.split()[0])) for a in given["ago"])

    def add_tiers(self):
        """Thresholds are of now; a tier is replayed at the past dates, each
        coming from the one before, and stays where there is no value."""
        t, plain = self.table, [tiers.tier(v, self.cutoffs, self.labels) for v in self.value]
        if "hysteresis" in self.options:
            band, came_from = self.options["hysteresis"]["band"], {}
            for past in self.past_dates():
                values = self.past_values(past).value.to_dict()
                for c in t.index:
                    now = tiers.kept_tier(values.get(c), self.cutoffs, self.labels,
                                          came_from.get(c), band)
                    came_from[c] = now if now is not None else came_from.get(c)
            t["previous_tier"] = pandas.Series([came_from.get(c) for c in t.index], index=t.index,
                                               dtype=object).mask(self.opted_out, None)
            plain = [tiers.kept_tier(v, self.cutoffs, self.labels, came_from.get(c), band)
                     for c, v in zip(t.index, self.value)]
        t["tier"] = pandas.Series(plain, index=t.index, dtype=object).mask(self.opted_out, None)
        rank = dict(zip(t.index[~self.opted_out], tiers.ranks(list(self.value[~self.opted_out]))))
        t["clv_rank"] = pandas.Series([rank.get(c) for c in t.index], index=t.index, dtype=object)
