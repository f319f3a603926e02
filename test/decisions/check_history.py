"""clv.summary and clv.source_report against the raw rows."""
import pandas

from history import POLICIES, day, day_table, last_day, months_later, summary
from server import call, copy_in, identifier, literal, query, refused, run

DEFINED = "docs/definitions.md, Frequency, recency, t, monetary; Refunds"
LEFT_OUT = "docs/definitions.md, Rows that are left out"


def as_shown(s):
    """A summary as clv.summary has it: money in the currency, days as dates."""
    return pandas.DataFrame({
        "customer": [str(c) for c in s.index], "frequency": s.frequency.tolist(),
        "recency": [float(v) for v in s.recency], "t": [float(v) for v in s.t],
        "monetary": list(s.monetary), "first_purchase": [day(v) for v in s["first"]],
        "last_purchase": [day(v) for v in s["last"]],
        "days_since_last": s.days_since_last.tolist(), "orders": s.orders.tolist(),
        "spend": [v / 100 for v in s.spend_cents], "refunds": [v / 100 for v in s.refund_cents],
        "refund_days": s.refund_days.tolist()}, dtype=object)


def summaries(log, as_of, policy, condition="true"):
    customer, at, amount = (identifier(c) for c in log.columns)
    zone = f", {literal(log.zone)}" if log.zone else ""
    return query(
        f"SELECT h.customer, (h.s).* FROM (SELECT {customer}::text AS customer, clv.summary("
        f"clv.rfm({at}, {amount}{zone}), '{day(as_of)}', '{policy}') AS s FROM {log.relation} "
        f"WHERE {customer} IS NOT NULL AND {condition} GROUP BY {customer}) AS h "
        "WHERE (h.s).frequency IS NOT NULL")


def check_summary(report, log, today):
    for policy in POLICIES:
        days = day_table(log.rows, policy)
        end = last_day(days, today)
        for as_of in (end, end + 40, months_later(end, -7)):
            report.frame("summary", DEFINED, f"{log.name} {policy} {day(as_of)}",
                         as_shown(summary(days, as_of)), summaries(log, as_of, policy),
                         ["customer"])
    # under "error" a negative row raises, and without one all policies are alike
    amount = identifier(log.columns[2])
    if (log.rows.cents.dropna() < 0).any():
        with_refunds = refused(f"SELECT clv.summary(clv.rfm({identifier(log.columns[1])}, {amount}"
                               f"{', ' + literal(log.zone) if log.zone else ''}), "
                               f"'2030-01-01', 'error') FROM {log.relation}")
        report.holds("summary", "error", DEFINED, log.name, with_refunds == "22023",
                     f"a refund under 'error' ends with {with_refunds}")
    kept = log.rows[~(log.rows.cents.astype(float) < 0)]
    days = day_table(kept, "net")
    report.frame("summary", DEFINED, f"{log.name} error", as_shown(summary(days, end)),
                 summaries(log, end, "error", f"({amount} >= 0 OR {amount} IS NULL)"), ["customer"])


def reasons(rows, as_of, not_finite=0):
    """How many rows there are of each reason, the first that holds."""
    who, when, what = rows.customer.notna(), rows.day.notna(), rows.cents.notna()
    usable = rows[who & when & what]
    late = int((usable.day > as_of).sum())
    counts = {"used": len(usable) - late, "without customer": int((~who).sum()),
              "without date": int((who & ~when).sum()),
              "without amount": int((who & when & ~what).sum()), "after as_of": late,
              "date not finite": not_finite, "amount not finite": not_finite,
              "total": len(rows) + 2 * not_finite}
    return pandas.DataFrame({"reason": list(counts), "rows": list(counts.values())}, dtype=object)


def check_source_report(report, log, today):
    for policy in POLICIES:
        end = last_day(day_table(log.rows, policy), today)
        where = f"{log.name} {policy}"
        found, very_day, later = (
            query("SELECT * FROM " + call("source_report", *log.arguments(), as_of=as_of,
                                          refunds=policy, **log.zone_argument()))
            for as_of in (None, day(end), day(end + 40)))
        report.frame("source_report", LEFT_OUT, where, reasons(log.rows, end), found, ["reason"])
        report.frame("source_report", LEFT_OUT, where + " later", reasons(log.rows, end + 40),
                     later, ["reason"])
        report.same("source_report", where, found, very_day, ["reason"])


def check_not_finite(report, log, today):
    """docs/definitions.md, Rows that are left out: amounts that are NaN or
    infinite raise; the comment of source_report: it counts them."""
    columns = [identifier(c) for c in log.columns]
    run(f"CREATE TABLE not_finite AS SELECT {', '.join(columns)} FROM {log.relation};\n"
        + copy_in("not_finite", pandas.DataFrame(
            [["K1", "2024-01-05", "NaN"], ["K1", "-infinity", "5"]])))
    end = last_day(day_table(log.rows, "net"), today)
    for as_of in (None, day(end)):
        got = query("SELECT * FROM " + call("source_report", "not_finite", *log.columns, as_of=as_of))
        report.frame("source_report", LEFT_OUT, f"not finite, as_of {as_of}",
                     reasons(log.rows, end, 1), got, ["reason"])
        raised = refused("SELECT * FROM " + call("rfm_scores", "not_finite", *log.columns, as_of=as_of))
        report.holds("source_report", "not finite", LEFT_OUT, f"as_of {as_of}", raised == "22023",
                     f"NaN in the log ends with {raised}")


def check(report, logs, today):
    for log in logs:
        check_summary(report, log, today[log.name])
        check_source_report(report, log, today[log.name])
    check_not_finite(report, logs[0], today[logs[0].name])
