#!/usr/bin/env python3
"""Every decision function once more, from raw orders in Python with pandas.

    test/decisions/run [SUBJECT ...]        builds clv, starts a server of its own
    PSQL="psql -d scratch" test/decisions/compare.py [SUBJECT ...]

The second form takes an empty database with the extension and leaves tables in
it.  Subjects are history, views, past, audit, cohorts, rfm, acquisition,
fairness and readiness; all by default (minutes).  It needs pandas: Debian's
python3-pandas, or

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install pandas
    PYTHON=/tmp/venv/bin/python test/decisions/run

What is recomputed is what the documents promise (README, docs/definitions.md,
docs/decisions.md and the comments on the functions), not what the code does:
where the two differ, this says so, with the section that makes the promise.
Predictions of one customer are asked of clv's row functions, since the
mathematics is tested elsewhere; everything around them is done again: which
rows count, days, refunds, costs, ranks, thresholds, tiers, sums, shares,
groups and what is suppressed.  Each question is asked with as_of left out and
with the very day, under each policy for refunds, and both answers must agree.

The logs are of shop.py: everything awkward that order logs hold, planted; and
the sample of CDNOW in test/data.  One file a subject: check_SUBJECT.py
compares, with history.py (purchases), view.py (the views), tiers.py
(thresholds), report.py (cells) and server.py (psql).

Prints a table of cells compared, differences and the worst relative difference
by function, and some of the differences of each kind.  Exit status 1 if there
is any.
"""
import importlib
import os
import sys
import time

import shop
from report import Report
from server import Refused

OF_VIEWS = ("views", "past")
OF_ORDERS = ("history", "audit", "cohorts", "rfm", "acquisition", "fairness", "readiness")
CDNOW = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     "../data/cdnow_sample_transactions.csv")


def main(subjects):
    unknown = [s for s in subjects if s not in OF_VIEWS + OF_ORDERS]
    if unknown:
        sys.exit(f"compare.py: no subject {unknown[0]}; there are {', '.join(OF_ORDERS + OF_VIEWS)}")
    subjects = subjects or OF_ORDERS + OF_VIEWS
    report, logs = Report(), [shop.dates(), shop.moments(), shop.cdnow(CDNOW)]
    today, views = {log.name: shop.today(log) for log in logs}, None
    for subject in subjects:
        started, check = time.time(), importlib.import_module("check_" + subject).check
        try:
            if subject in OF_VIEWS and views is None:
                views = list(importlib.import_module("check_views").made(logs, today))
            check(report, *([views] if subject in OF_VIEWS else [logs, today]))
        except Refused as error:
            report.difference(subject, "error", "every question here has an answer", str(error)[:500])
        print(f"{subject}: {time.time() - started:.0f} s", file=sys.stderr)
    return 0 if report.print() else 1


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
