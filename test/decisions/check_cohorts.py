"""Lenses 3, 4 and 5 of the audit: clv.audit_cohort, audit_cohorts and
audit_calendar."""
import math

import pandas

from check_audit import euros
from history import (POLICIES, day, day_table, last_day, period_start, step, summary)
from server import call, query

LENS3 = "docs/decisions.md, Lens 3; the comment of clv.audit_cohort"
LENS4 = "docs/decisions.md, Lens 4; the comment of clv.audit_cohorts"
LENS5 = "docs/decisions.md, Lens 5; the comment of clv.audit_calendar"
Z = 1.959963984540054


class Base:
    """Days of the customers who have bought up to as_of, each with the period
    of its customer's first purchase."""

    def __init__(self, log, policy, as_of):
        self.as_of = as_of
        days = day_table(log.rows, policy)
        self.summary = summary(days, as_of)
        days = days[days.day <= as_of]
        self.days = days[days.customer.isin(self.summary.index)].assign(
            first=lambda d: d.customer.map(self.summary["first"]))
        self.total = int(self.days.money.sum())


def wilson(active, size):
    """The interval of Wilson (1927)."""
    p, z2 = active / size, Z * Z
    middle, half = p + z2 / (2 * size), math.sqrt(z2 * (p * (1 - p) + z2 / (4 * size)) / size)
    return (max(0.0, (middle - half) / (1 + z2 / size)),
            min(1.0, (middle + half) / (1 + z2 / size)))


def by_calendar(base, period):
    """Sums by cohort and period of the calendar."""
    starts = {d: period_start(d, period) for d in set(base.days.day) | set(base.days["first"])}
    days = base.days.assign(period=base.days.day.map(starts), cohort=base.days["first"].map(starts))
    sums = days.groupby(["cohort", "period"])[["orders", "money"]].sum()
    bought = days[days.purchase].groupby(["cohort", "period"]).customer.nunique()
    cells = {k: (int(bought.get(k, 0)), int(o), int(m)) for k, o, m in zip(
        sums.index, sums.orders, sums.money)}
    size = base.summary["first"].map(starts).value_counts().to_dict()
    begin, periods = min(size), []
    while not periods or step(begin, period, len(periods)) <= base.as_of:
        periods.append(step(begin, period, len(periods)))
    return cells, size, periods


# ------------------------------------------------------------------ lens 4

def cohorts_frame(base, period):
    """Every cohort at every age; what is not over by as_of is NULL."""
    cells, size, periods = by_calendar(base, period)
    after = step(periods[0], period, len(periods))
    ends = {p: (periods + [after])[i + 1] - 1 for i, p in enumerate(periods)}
    rows, pooled = [], {}
    for cohort in sorted(size):
        # revenue so far: what was sent back before the first purchase as well
        so_far = sum(m for (c, p), (_, _, m) in cells.items() if c == cohort and p < cohort)
        for age in range(len(periods)):
            start = step(cohort, period, age)
            row = dict(cohort=day(cohort), size=size[cohort], age=age, period_start=day(start))
            if ends.get(start, math.inf) <= base.as_of:
                active, orders, money = cells.get((cohort, start), (0, 0, 0))
                so_far += money
                lower, upper = wilson(active, size[cohort])
                row.update(active=active, active_share=active / size[cohort], active_lower=lower,
                           active_upper=upper, orders=orders, revenue=euros(money),
                           revenue_per_customer=money / 100 / size[cohort],
                           cumulative_per_customer=so_far / 100 / size[cohort])
                had = pooled.setdefault(age, [0, 0])
                had[0] += active
                had[1] += size[cohort]
            rows.append(row)
    for row in rows:
        had = pooled.get(row["age"])
        row["pooled_share"] = had[0] / had[1] if had else None
    frame = pandas.DataFrame(rows, dtype=object)
    return frame.astype(object).where(frame.notna(), None), ends


def check_cohorts(report, log, base, policy, period, got):
    where = f"{log.name} {policy} {period}"
    want, ends = cohorts_frame(base, period)
    # a row for what was before the cohort may be there: it is in the sum
    report.frame("audit_cohorts", LENS4, where, want, got[got.age.astype(float) >= 0],
                 ["cohort", "age"])
    over = [e for e in ends.values() if e <= base.as_of]
    if over:
        known = (base.days.day <= max(over)) & (base.days["first"] <= max(over))
        report.cell("audit_cohorts", "sum of revenue", LENS4, where,
                    euros(base.days.money[known].sum()),
                    str(euros(sum(round(float(r) * 100) for r in got.revenue if r))))


# ------------------------------------------------------------------ lens 5

def calendar_frame(base, period):
    cells, size, periods = by_calendar(base, period)
    rows = []
    for i, start in enumerate(periods):
        end = step(periods[0], period, i + 1) - 1
        for cohort in sorted(c for c in size if c <= start):
            active, orders, money = cells.get((cohort, start), (0, 0, 0))
            rows.append(dict(period_start=day(start), cohort=day(cohort), is_new=cohort == start,
                             active=active, orders=orders, revenue=euros(money),
                             complete=end <= base.as_of))
    return pandas.DataFrame(rows, dtype=object)


def check_calendar(report, log, base, policy, period, got):
    """Revenue adds up to that of all customers who have bought."""
    where = f"{log.name} {policy} {period}"
    ordinary = [c is not None and c <= p for c, p in zip(got.cohort, got.period_start)]
    report.frame("audit_calendar", LENS5, where, calendar_frame(base, period), got[ordinary],
                 ["period_start", "cohort"])
    cents = [round(float(r) * 100) for r in got.revenue]
    report.cell("audit_calendar", "sum of revenue", LENS5, where, euros(base.total),
                str(euros(sum(cents))))
    shares = got.assign(cents=cents).groupby("period_start")
    for start, own in shares:
        total = sum(own.cents)
        for share, c in zip(own.share_of_revenue, own.cents):
            report.cell("audit_calendar", "share_of_revenue", LENS5, f"{where} {start}",
                        c / total if total else None, share)


# ------------------------------------------------------------------ lens 3

def cohort_frame(base, first, last, period):
    """Customers whose first purchase is from first to last, in periods from
    first on, each as many steps later as it is old."""
    days = base.days[(base.days["first"] >= first) & (base.days["first"] <= last)]
    size = days.customer.nunique()
    bought = days[days.purchase].sort_values(["customer", "day"])
    second = bought[bought.groupby("customer").cumcount() == 1].day
    so_far = int(days.money[days.day < first].sum())
    rows, age = [], 0
    while size and step(first, period, age) <= base.as_of:
        start, end = step(first, period, age), step(first, period, age + 1) - 1
        row = dict(age=age, period_start=day(start), size=size)
        if end <= base.as_of:
            own = days[(days.day >= start) & (days.day <= end)]
            active = own[own.purchase].customer.nunique()
            orders, money = int(own.orders.sum()), int(own.money.sum())
            so_far += money
            row.update(active=active, active_share=active / size, orders=orders,
                       orders_per_active=orders / active if active else None,
                       value_per_order=money / 100 / orders if orders else None,
                       revenue=euros(money), cumulative_per_customer=so_far / 100 / size,
                       one_time_share=1 - int((second <= end).sum()) / size)
        rows.append(row)
        age += 1
    frame = pandas.DataFrame(rows, dtype=object)
    return frame.astype(object).where(frame.notna(), None)


def spans(log):
    """Cohorts to follow: of a quarter, and of days at the end of months."""
    year = "1997" if log.name == "cdnow" else "2023"
    for first, last, period in ((f"{year}-01-01", f"{year}-03-31", "quarter"),
                                (f"{year}-01-31", f"{year}-03-02", "month"),
                                (f"{year}-01-30", f"{year}-02-02", "month"),
                                (f"{year}-05-29", f"{year}-06-30", "month"),
                                (f"{year}-05-31", f"{year}-08-31", "quarter"),
                                (f"{year}-02-28", f"{year}-03-31", "year"),
                                (f"{year}-03-01", f"{year}-03-31", "week")):
        yield pandas.Timestamp(first).toordinal(), pandas.Timestamp(last).toordinal(), period


def asked(report, log, function, end, *arguments, key, **named):
    """Both forms of a question; the answer with as_of NULL."""
    got, of_day = (query("SELECT * FROM " + call(function, *log.arguments(), *arguments, as_of=d,
                                                 **named, **log.zone_argument()))
                   for d in (None, str(day(end))))
    report.same(function, f"{log.name} {arguments}", got, of_day, key)
    return got


def check(report, logs, today):
    for log in logs:
        for policy in POLICIES:
            base = Base(log, policy, last_day(day_table(log.rows, policy), today[log.name]))
            weeks = ["week"] if log is logs[1] and policy == "net" else []
            for period in ["year", "quarter", "month"] + weeks:
                got = asked(report, log, "audit_cohorts", base.as_of, period,
                            key=["cohort", "age"], refunds=policy)
                check_cohorts(report, log, base, policy, period, got)
                got = asked(report, log, "audit_calendar", base.as_of, period,
                            key=["period_start", "cohort"], refunds=policy)
                check_calendar(report, log, base, policy, period, got)
            for first, last, period in spans(log):
                got = asked(report, log, "audit_cohort", base.as_of, str(day(first)),
                            str(day(last)), period, key=["age"], refunds=policy)
                report.frame("audit_cohort", LENS3, f"{log.name} {policy} {day(first)} {period}",
                             cohort_frame(base, first, last, period),
                             got[got.age.astype(float) >= 0], ["age"])
