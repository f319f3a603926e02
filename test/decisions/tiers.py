"""Thresholds, tiers and ranks, from the comments of clv.cutoffs and clv.tier
(docs/decisions.md, Tiers people can defend; Tiers that do not flicker)."""
import math
from fractions import Fraction

import numpy

from report import is_null

UNPROFITABLE = "unprofitable"


def quantile_cutoffs(values, shares):
    """The ceil(share * n)-th largest value of the n counted."""
    ordered = sorted(values, reverse=True)
    return [ordered[math.ceil(Fraction(str(s)) * len(ordered)) - 1] for s in shares]


def value_cutoffs(values, shares):
    """The value at which the running total of positive values, from the top,
    first reaches the share of their sum."""
    ordered = [v for v in sorted(values, reverse=True) if v > 0]
    if not ordered:
        return None
    running = numpy.cumsum(ordered)
    return [ordered[int(numpy.argmax(running >= s * math.fsum(ordered) * (1 - 1e-15)))]
            for s in shares]


def natural_cutoffs(values, classes):
    """The breaks of the best k-means in one dimension of the values of at least
    0, by the recursion of Fisher (1958) over the ascending values."""
    v = numpy.sort(numpy.array([x for x in values if x >= 0]))
    if not len(v):
        return None
    v0, n = v - v.mean(), len(v)
    sums = numpy.concatenate([[0], numpy.cumsum(v0)])
    squares = numpy.concatenate([[0], numpy.cumsum(v0 * v0)])

    def spread(i, j):               # of v[i:j]
        return squares[j] - squares[i] - (sums[j] - sums[i]) ** 2 / (j - i)
    classes = min(classes, len(set(v)))
    best = [[spread(0, j) if j else 0 for j in range(n + 1)]]
    begin = []
    for k in range(1, classes):
        row, from_where = [math.inf] * (n + 1), [0] * (n + 1)
        before = numpy.array(best[-1])
        for j in range(k + 1, n + 1):
            i = numpy.arange(k, j)
            total = before[k:j] + squares[j] - squares[i] - (sums[j] - sums[i]) ** 2 / (j - i)
            from_where[j] = k + int(numpy.argmin(total))
            row[j] = total[from_where[j] - k]
        best.append(row)
        begin.append(from_where)
    cutoffs, j = [], n
    for from_where in reversed(begin):
        j = from_where[j]
        cutoffs.append(float(v[j]))
    return cutoffs


def cutoffs(values, method, shares):
    values = [v for v in values if not is_null(v)]
    if not values:
        return None
    if method == "quantile":
        return quantile_cutoffs(values, shares)
    if method == "value":
        return value_cutoffs(values, shares)
    return natural_cutoffs(values, len(shares) + 1)


def tier(value, cuts, labels):
    """The label of the first tier whose cut-off the value reaches; below 0 it
    is unprofitable, whatever the cut-offs."""
    if is_null(value):
        return None
    if value < 0:
        return UNPROFITABLE
    if cuts is None:
        return None
    return next((label for cut, label in zip(cuts, labels) if value >= cut), labels[len(cuts)])


def kept_tier(value, cuts, labels, previous, band):
    """As tier, for one who was in the tier previous and leaves it only when
    the value is beyond a cut-off by the part band of it."""
    plain = tier(value, cuts, labels)
    if plain in (None, UNPROFITABLE) or previous not in labels[:len(cuts) + 1]:
        return plain
    was = labels.index(previous)
    for place, cut in enumerate(cuts):
        wide = band * abs(cut)
        if value >= (cut + wide if place < was else cut - wide):
            return labels[place]
    return labels[len(cuts)]


def ranks(values):
    """1 is the highest; equal values share a rank, who has none comes last."""
    known = sorted((v for v in values if not is_null(v)), reverse=True)
    first = {}
    for place, v in enumerate(known, 1):
        first.setdefault(v, place)
    return [len(known) + 1 if is_null(v) else first[v] for v in values]
