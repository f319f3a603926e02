"""clv.rfm_scores and the segments."""
import json

import pandas

from history import POLICIES, day, day_table, last_day, summary
from report import is_null
from server import call, query
from view import objectors

SCORES = "docs/decisions.md, Recency, frequency and spend; the comment of clv.rfm_scores"
CUTS = '{"r": [30, 90, 180, 365], "f": [2, 3, 5, 10], "m": [20, 50, 100, 250]}'
RULES = ('[{"segment": "best", "r_min": 4, "f_min": 4}, {"segment": "m", "m_min": 3},'
         ' {"segment": "late", "r_max": 1, "ordinal": 1}]')


def relative_scores(values, scores):
    """By the share of the customers with another value who have a lower one, in
    equal steps; where all are equal, the one in the middle."""
    counts = pandas.Series(values).value_counts().sort_index()
    n, below, score = len(values), 0, {}
    for value, count in counts.items():
        others = n - count
        score[value] = min(scores, 1 + scores * below // others) if others else (scores + 1) // 2
        below += count
    return [int(score[v]) for v in values]


def fixed_scores(values, cuts, falling):
    """Of r the score falls above each limit, of f and m it rises from each on."""
    if falling:
        return [1 + sum(v <= c for c in cuts) for v in values]
    return [1 + sum(v >= c for c in cuts) for v in values]


def segment(rules, r, f, m):
    """The first rule, by ordinal, that holds all three scores."""
    for rule in rules:
        if all((rule.get(f"{k}_min") is None or int(rule[f"{k}_min"]) <= s)
               and (rule.get(f"{k}_max") is None or s <= int(rule[f"{k}_max"]))
               for k, s in (("r", r), ("f", f), ("m", m))):
            return rule["segment"]
    return None


def score_frame(log, policy, as_of, scores=5, cuts=None, rules=None, opt_out=False):
    s = summary(day_table(log.rows, policy), as_of)
    if opt_out:         # ever true: no row, and no part
        out = objectors(log, {"opt_out": {"column": "noprof"}})
        s = s[[c not in out for c in s.index]]
    silence, bought, money = s.days_since_last.tolist(), s.n.tolist(), s.spend_cents.tolist()
    if cuts is None:
        r, f, m = (relative_scores(v, scores) for v in ([-x for x in silence], bought, money))
    else:
        r = fixed_scores(silence, cuts["r"], True)
        f = fixed_scores(bought, cuts["f"], False)
        m = fixed_scores([x / 100 for x in money], cuts["m"], False)
    return pandas.DataFrame({
        "customer_id": [str(c) for c in s.index], "days_since_last": silence, "purchases": bought,
        "spend": [x / 100 for x in money], "r": r, "f": f, "m": m,
        "rfm": [f"{a}{b}{c}" for a, b, c in zip(r, f, m)],
        "segment": [segment(rules, a, b, c) for a, b, c in zip(r, f, m)]}, dtype=object)


def default_rules():
    rows = query("SELECT * FROM clv.rfm_segments() ORDER BY ordinal").to_dict("records")
    return [{k: v for k, v in r.items() if not is_null(v)} for r in rows]


def check(report, logs, today):
    own = json.loads(RULES)
    for place, rule in enumerate(own, 1):
        rule.setdefault("ordinal", place)
    own.sort(key=lambda rule: rule["ordinal"])
    cuts, usual = json.loads(CUTS), default_rules()
    for log in logs:
        for policy in POLICIES:
            end = last_day(day_table(log.rows, policy), today[log.name])
            forms = [({}, dict(rules=usual)), ({"cuts": CUTS}, dict(rules=usual, cuts=cuts)),
                     ({"rules": RULES, "scores": 5}, dict(rules=own)),
                     ({"opt_out": "noprof"}, dict(rules=usual, opt_out=True))]
            for named, wanted in forms:
                got, of_day = (query("SELECT * FROM " + call(
                    "rfm_scores", *log.arguments(), as_of=d, **named, refunds=policy,
                    **log.zone_argument())) for d in (None, str(day(end))))
                where = f"{log.name} {policy} {', '.join(named) or 'plain'}"
                report.frame("rfm_scores", SCORES, where, score_frame(log, policy, end, **wanted),
                             of_day, ["customer_id"])
                report.same("rfm_scores", where, got, of_day, ["customer_id"])
