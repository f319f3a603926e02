"""Cells compared, differences, and the table of both."""
import collections
import datetime
import math
from decimal import Decimal

TOLERANCE = 1e-9        # relative, of numbers that are not exact
FLOOR = 1e-3            # numbers below this are compared as if they were this
SHOWN = 2               # differences that are printed, of each kind and log or view


def is_null(value):
    return value is None or (isinstance(value, float) and math.isnan(value)) \
        or value != value


def relative(want, got):
    """Relative difference of two numbers."""
    return abs(got - want) / max(abs(want), FLOOR)


def compare(want, got):
    """(equal?, relative difference or None) of what a cell should be and the
    text that it is.  Whole numbers, decimals, days and words are exact."""
    if is_null(want) or got is None:
        return is_null(want) and got is None, None
    if isinstance(want, bool):
        return got == ("t" if want else "f"), None
    if isinstance(want, Decimal):
        given = Decimal(got)
        return given == want, relative(float(want), float(given))
    if isinstance(want, float):
        off = relative(want, float(got))
        return off <= TOLERANCE, off
    if isinstance(want, (datetime.date, str)):
        return got == str(want), None
    return Decimal(got) == int(want), None


class Report:
    def __init__(self):
        self.cells = collections.Counter()
        self.wrong = collections.Counter()
        self.worst = collections.defaultdict(float)
        self.kinds = collections.OrderedDict()

    def difference(self, function, kind, promise, text):
        self.wrong[function] += 1
        texts = self.kinds.setdefault((function, kind, promise), [])
        texts.append(text)

    def cell(self, function, column, promise, where, want, got):
        """Count a cell, and tell of it when it is not what it should be."""
        self.cells[function] += 1
        equal, off = compare(want, got)
        if off is not None and math.isfinite(off):
            self.worst[function] = max(self.worst[function], off)
        if not equal:
            want = "NULL" if is_null(want) else want
            got = "NULL" if got is None else got
            self.difference(function, column, promise, f"{where}: should be {want}, is {got}")

    def holds(self, function, kind, promise, where, true, text=""):
        """Count a promise that is kept or not."""
        self.cells[function] += 1
        if not true:
            self.difference(function, kind, promise, f"{where}: {text}")

    def frame(self, function, promise, variant, want, got, key):
        """Compare a frame with an answer, row by row by the columns of key.
        Columns of the answer that are not in the frame are not looked at."""
        def index(rows):
            return {tuple("NULL" if is_null(r[k]) else str(r[k]) for k in key): r
                    for r in rows}
        wanted = index(want.to_dict("records"))
        given = index(got.to_dict("records"))
        self.holds(function, "rows", promise, variant, len(given) == len(got),
                   f"{len(got)} rows, {len(given)} different")
        for k, row in wanted.items():
            where = f"{variant} [{', '.join(k)}]"
            if k not in given:
                self.holds(function, "rows", promise, where, False, "row is missing")
                continue
            for column in want.columns:
                if column not in key:
                    self.cell(function, column, promise, where, row[column], given[k][column])
        for k in given:
            self.holds(function, "rows", promise, f"{variant} [{', '.join(k)}]",
                       k in wanted, "row should not be there")

    def same(self, function, variant, one, other, key, left_out=()):
        """Two forms of one question must agree to the last bit."""
        columns = [c for c in one.columns if c not in left_out]
        promise = "as_of left out is the last day with a purchase (README, The main job)"
        given = {tuple(r[k] for k in key): r for r in other.to_dict("records")}
        self.holds(function, "rows, as_of NULL", promise, variant, len(one) == len(other),
                   f"{len(one)} rows with as_of NULL, {len(other)} with the very day")
        for row in one.to_dict("records"):
            k = tuple(row[c] for c in key)
            twin = given.get(k, {})
            for column in columns:
                self.cells[function] += 1
                if column not in twin or twin[column] != row[column]:
                    self.difference(function, f"{column}, as_of NULL", promise,
                                    f"{variant} {list(k)}: {row[column]} with as_of NULL, "
                                    f"{twin.get(column)} with the very day")

    def print(self):
        print(f"{'function':28} {'cells':>9} {'differences':>12} {'worst relative':>15}")
        for function in sorted({*self.cells, *self.wrong}):
            print(f"{function:28} {self.cells[function]:9} {self.wrong[function]:12} "
                  f"{self.worst[function]:15.1e}")
        print(f"{'total':28} {sum(self.cells.values()):9} {sum(self.wrong.values()):12}")
        for (function, kind, promise), texts in self.kinds.items():
            print(f"\n{function}, {kind}: {len(texts)} differences\n  promise: {promise}")
            of = collections.Counter(text.split(" ")[0].rstrip(":") for text in texts)
            print("  " + ", ".join(f"{name} {n}" for name, n in of.items()))
            for name in of:
                for text in [t for t in texts if t.split(" ")[0].rstrip(":") == name][:SHOWN]:
                    print(f"    {text}")
        return not self.wrong
