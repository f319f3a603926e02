"""clv.readiness: the number of each check that docs/decisions.md, Is the log
fit?, shows; others are not looked at."""
import re

import numpy
import pandas

from history import POLICIES, day, day_table, last_day, summary, usable
from server import call, query

FIT = "docs/decisions.md, Is the log fit?; the comment of clv.readiness"


def numbers(log, policy, as_of):
    """The number of each check, and numbers that its finding names."""
    rows = log.rows
    left = [int(rows[c].isna().sum()) for c in ("customer", "day", "cents")]
    s = summary(day_table(rows, policy), as_of)
    again = s[s.frequency > 0]
    begin, last = int(s["first"].min()), int(s["last"].max())
    own = usable(rows)
    own = own[own.day <= as_of]
    orders, refunds = own[own.cents >= 0], own[own.cents < 0]
    by_day = orders.groupby("day").size()
    ordered_days = numpy.sort(by_day.index.to_numpy())
    spend = again[again.monetary.astype(float) > 0]
    gross, sent_back = orders.cents.sum(), -refunds.cents.sum()
    gap = float(s.recency.sum() / s.frequency.sum())
    return {
        "rows left out": (sum(left) / len(rows), [len(rows), *left]),
        "customers": (float(len(s)), [len(s)]),
        "repeat buyers": (len(again) / len(s), [len(again), len(s)]),
        "days covered": (float(as_of - begin), [str(day(begin)), str(day(as_of)), round(gap, 1)]),
        "left truncation": (float((s["first"] < begin + 30).mean()), []),
        "silence at the end": (float(as_of - last), [str(day(last)), str(day(as_of)),
                                                     int(numpy.diff(ordered_days).max())]),
        "refunds": (float(sent_back / gross), [len(refunds)]),
        "one-day spikes": (float(by_day.max() / by_day.sum()), [str(day(by_day.idxmax()))]),
        "one customer": (float(s.n.max() / s.n.sum()), []),
        "frequency and spend": (float(numpy.corrcoef(
            spend.frequency.astype(float), spend.monetary.astype(float))[0, 1]), [])}


def told(finding):
    """The days and numbers of a finding, a day as one."""
    return re.findall(r"\d{4}-\d\d-\d\d|-?\d+(?:\.\d+)?", finding or "")


def check(report, logs, today):
    for log in logs:
        for policy in POLICIES:
            end = last_day(day_table(log.rows, policy), today[log.name])
            got, of_day, later = (query("SELECT * FROM " + call(
                "readiness", *log.arguments(), as_of=d, refunds=policy, **log.zone_argument()))
                for d in (None, str(day(end)), str(day(end + 30))))
            where = f"{log.name} {policy}"
            report.same("readiness", where, got, of_day, ["check_name"])
            for answer, as_of in ((of_day, end), (later, end + 30)):
                want = numbers(log, policy, as_of)
                frame = pandas.DataFrame([dict(check_name=c, value=v) for c, (v, _) in want.items()],
                                         dtype=object)
                known = answer[answer.check_name.isin(list(want))]
                report.frame("readiness", FIT, f"{where} {day(as_of)}", frame, known, ["check_name"])
                for r in known.itertuples():
                    for number in want[r.check_name][1]:
                        report.holds("readiness", "finding", FIT, f"{where} {r.check_name}",
                                     str(number) in told(r.finding),
                                     f"{number} is not in: {r.finding}")
