"""Purchases, from raw rows: docs/definitions.md in pandas.

Days are proleptic ordinals and money is in whole cents, so that every sum here
is exact.
"""
import datetime

import pandas

POLICIES = ("net", "gross", "event")


def day(ordinal):
    """An ordinal as a date, None as it is."""
    return None if ordinal is None or pandas.isna(ordinal) else datetime.date.fromordinal(int(ordinal))


def usable(rows):
    """docs/definitions.md, Rows that are left out: without a customer, a date
    or an amount."""
    return rows[rows.customer.notna() & rows.day.notna() & rows.cents.notna()].astype(
        {"day": "int64", "cents": "int64"})


def day_table(rows, policy):
    """docs/definitions.md, A purchase is a day; Refunds: the table of policies.
    A row for each customer and day: money by the policy, whether the day is a
    purchase, orders (rows that are not negative), refunds as a positive number."""
    rows = usable(rows)
    refund = rows.cents < 0
    parts = pandas.DataFrame({
        "customer": rows.customer, "day": rows.day, "net": rows.cents,
        "gross": rows.cents.where(~refund, 0), "refunded": (-rows.cents).where(refund, 0),
        "orders": (~refund).astype("int64"), "refund_rows": refund.astype("int64")})
    days = parts.groupby(["customer", "day"], as_index=False, sort=True).sum()
    if policy == "net":
        days["purchase"] = (days.net > 0) | (days.refund_rows == 0)
    elif policy == "gross":
        days["purchase"] = days.orders > 0
    else:
        days["purchase"] = True
    days["money"] = days.gross if policy == "gross" else days.net
    return days


def summary(days, as_of):
    """docs/definitions.md, Frequency, recency, t, monetary.  A row for each
    customer with a purchase up to as_of; cents stay cents, monetary is money."""
    days = days[days.day <= as_of]
    bought = days[days.purchase]
    by = bought.groupby("customer", sort=True)
    s = pandas.DataFrame({"first": by.day.min(), "last": by.day.max(), "n": by.day.size(),
                          "money_of_purchases": by.money.sum()})
    first = bought.merge(s[["first"]], left_on="customer", right_index=True)
    first = first[first.day == first["first"]].set_index("customer").money
    everything = days.groupby("customer")
    s["frequency"] = s.n - 1
    s["recency"] = s["last"] - s["first"]
    s["t"] = as_of - s["first"]
    s["days_since_last"] = as_of - s["last"]
    s["repeat_cents"] = s.money_of_purchases - first
    s["monetary"] = [c / 100 / x if x else None for c, x in zip(s.repeat_cents, s.frequency)]
    s["monetary"] = s.monetary.astype(object).where(s.frequency > 0, None)
    s["spend_cents"] = everything.money.sum()
    s["refund_cents"] = everything.refunded.sum()
    s["refund_days"] = days[days.refund_rows > 0].groupby("customer").size()
    s["refund_days"] = s.refund_days.fillna(0).astype("int64")
    s["orders"] = everything.orders.sum()
    return s


def last_day(days, today):
    """README, The main job: as_of left out is the last day with a purchase;
    README, Every night: today at most."""
    bought = days[days.purchase & (days.day <= today)]
    return int(bought.day.max())


def months_later(start, months):
    """A day some whole months after another: the last of the month where it
    has fewer days."""
    start = datetime.date.fromordinal(start)
    number = start.year * 12 + start.month - 1 + months
    for of_month in range(start.day, 27, -1):
        try:
            return datetime.date(number // 12, number % 12 + 1, of_month).toordinal()
        except ValueError:
            continue
    return datetime.date(number // 12, number % 12 + 1, start.day).toordinal()


def period_start(ordinal, period):
    """The day on which a period of the calendar begins."""
    d = datetime.date.fromordinal(ordinal)
    if period == "week":
        return ordinal - d.weekday()
    if period == "month":
        return d.replace(day=1).toordinal()
    if period == "quarter":
        return d.replace(month=(d.month - 1) // 3 * 3 + 1, day=1).toordinal()
    if period == "year":
        return d.replace(month=1, day=1).toordinal()
    return ordinal


def step(start, period, k):
    """The day k periods after start."""
    length = {"month": 1, "quarter": 3, "year": 12}
    if period in length:
        return months_later(start, k * length[period])
    return start + k * (7 if period == "week" else 1)
