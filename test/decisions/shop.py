"""Order logs with everything that goes wrong in order logs, planted.

Random numbers are Python's own, whose sequence is the same on every machine.
What is planted, besides ordinary customers:

* first purchases and orders at the end of months (29th, 30th, 31st, February);
* several orders a day, free orders, customers who are equal in everything;
* refunds on the day of the order, whole or in part, and on later days;
* first orders that are sent back the same day, customers who sent back all;
* refunds before the first purchase, and customers of whom there are refunds
  alone;
* refund rows without a channel, or with another one than their order's;
* rows without a customer, a date or an amount, rows of the future, refunds
  after the last purchase, each with costs and objections of their own;
* costs and margins that differ from row to row, and are missing in some;
* a relation, columns and customers with names that need quoting;
* in "moments": times around midnight in a zone with summer time.
"""
import datetime
import random
import zoneinfo

import pandas

from history import months_later
from server import copy_in, identifier, query, run

CHANNELS = ["search", "coupon", "mail", "o'dd \"one\"", "rare", "rarer"]
WEIGHTS = [40, 20, 30, 8, 1, 1]
FIRST = datetime.date(2023, 1, 1).toordinal()
LAST = datetime.date(2024, 12, 31).toordinal()
FUTURE = datetime.date(2099, 1, 30).toordinal()
ZONE = "Europe/Berlin"
EXTRAS = ["channel", "cpo", "svc", "acq", "margin", "margin_all", "noprof"]     # margin_all: no gaps
MONEY = ["cpo", "svc", "acq", "margin", "margin_all"]


class Log:
    """A log of orders: where it is, and its raw rows (customer, day, cents and
    more), as they were read from it."""

    def __init__(self, name, relation, columns, rows, zone=None, people=None):
        self.name, self.relation, self.columns = name, relation, columns
        self.rows, self.zone, self.people = rows, zone, people

    def arguments(self):
        return [self.relation, *self.columns]

    def zone_argument(self):
        return {"zone": self.zone} if self.zone else {}


class Shop:
    """Draws the rows, customer by customer."""

    def __init__(self, customers, seed):
        self.draw = random.Random(seed)
        self.rows = []
        for number in range(1, customers + 1):
            self.number = number
            self.customer = f"K{number}" if number % 50 else f"K'{number}\" ,ü"
            self.objects = self.draw.random() < 0.03
            self.level = int(self.draw.gammavariate(2, 1000)) + 100
            self.one_customer(self.draw.random())
        self.strays()

    def row(self, day, cents, channel, **changes):
        d = self.draw
        row = dict(customer=self.customer, day=day, cents=cents, channel=channel,
                   cpo=d.choice([100, 150, 200, 400]), svc=d.choice([0, 100, 500, 1500]),
                   acq=0, margin=d.choice([5, 20, 30, 40, 60]),
                   margin_all=d.choice([5, 20, 30, 40, 60]), noprof=d.choice([False, None]))
        for cost in ("cpo", "svc", "margin"):
            if d.random() < 0.1:
                row[cost] = None
        row.update(changes)
        self.rows.append(row)

    def amount(self):
        spread = int(self.level * self.draw.gammavariate(3, 0.33)) + 50
        return 0 if self.draw.random() < 0.03 else spread

    def start(self):
        day = self.draw.randint(FIRST, LAST - 30)
        if self.draw.random() < 0.3:        # the end of its month
            date = datetime.date.fromordinal(day).replace(day=28)
            day = min(date.toordinal() + self.draw.randint(1, 3), LAST)
        return day

    def one_customer(self, kind):
        if kind < 0.15:                     # equal to many others
            return self.row(FIRST + 40 * (self.number % 5), 2000, "mail", acq=500,
                            cpo=100, svc=100, margin=30, noprof=False)
        first = self.start()
        channel = self.draw.choices(CHANNELS + [None], WEIGHTS + [3])[0]
        if kind < 0.16:                     # refunds alone
            return self.row(first, -self.draw.randint(100, 3000), channel)
        if kind < 0.18:                     # everything sent back at once
            cents = self.draw.randint(100, 3000)
            self.row(first, cents, channel, acq=300)
            return self.row(first, -cents, None)
        if kind < 0.23:                     # the first order sent back at once
            self.row(first, 1500, "coupon", acq=300)
            self.row(first, -1500, self.draw.choice([None, None, "coupon"]))
            first = min(first + self.draw.randint(1, 60), LAST)
        elif kind < 0.29:                   # a refund of an order before the log
            self.row(max(first - self.draw.randint(0, 90), FIRST), -self.draw.randint(100, 4000),
                     self.draw.choice([None, channel, "coupon"]))
        self.orders(first, channel)
        if self.objects:
            self.objection(first)

    def orders(self, first, channel):
        d, day, at_first = self.draw, first, True
        mean_gap = d.choice([10, 30, 60, 120])
        while day <= LAST:
            on_the_day = channel if at_first or d.random() < 0.7 else d.choice(CHANNELS + [None])
            for _ in range(d.choices([1, 2, 3], [90, 8, 2])[0]):
                cents = self.amount()
                self.row(day, cents, on_the_day,
                         acq=d.choice([500, 1000, None]) if at_first else d.choice([0, None]))
                if cents and d.random() < 0.12:
                    self.refund(day, cents, on_the_day)
                at_first = False
            if d.random() < 0.25:
                break
            day += 1 + int(d.expovariate(1 / mean_gap))
            if d.random() < 0.1:            # on the last day of a month
                day = months_later(FIRST + 30, (day - FIRST) // 30)
                if day <= first:
                    break

    def refund(self, day, cents, channel):
        d = self.draw
        later = 0 if d.random() < 0.4 else d.randint(1, 60)
        part = cents if d.random() < 0.6 else d.randint(1, cents)
        channel = channel if d.random() < 0.4 else d.choice([None, "coupon", "search"])
        cost = 5000 if d.random() < 0.1 else 100
        self.row(day + later, -part, channel, cpo=cost, acq=d.choice([0, None, 700]))

    def objection(self, day):
        """Whoever objects does so in a row of any kind."""
        d = self.draw
        self.row(d.choice([day, FUTURE, None]), d.choice([500, None]), None, noprof=True)

    def strays(self):
        d, known = self.draw, self.rows[:]
        for row in d.sample(known, len(known) // 40):       # of the future
            self.customer = row["customer"]
            self.row(FUTURE, d.choice([4000, -1000]), "future", cpo=9000, svc=90000,
                     acq=20000, margin=90)
        for row in d.sample(known, len(known) // 60):       # refunds after the last purchase
            self.customer = row["customer"]
            self.row(LAST + d.randint(1, 60), -d.randint(1, 2000), "late", cpo=9000,
                     svc=90000, acq=20000, margin=90)
        for missing in ("customer", "day", "cents"):
            for row in d.sample(known, len(known) // 80):
                self.rows.append({**row, missing: None, "cpo": 7000, "acq": 7000, "margin": 80})
        self.customer = "K1"                                # the last day has a purchase
        self.row(LAST, 2500, "search")


def column(values):
    """A column that keeps whole numbers and None as they are."""
    return pandas.Series(list(values), dtype=object)


def raw_frame(rows):
    return pandas.DataFrame(rows, dtype=object).astype(object).where(
        pandas.DataFrame(rows, dtype=object).notna(), None)


def money(cents):
    return None if cents is None else f"{cents / 100:.2f}"


def people(rows, seed):
    """A customer table: costs, an objection and a region for most, several rows
    for some, and customers whom no order knows."""
    draw, table = random.Random(seed), []
    for customer in sorted({r["customer"] for r in rows if r["customer"]}) + ["nobody"]:
        for _ in range(draw.choices([0, 1, 2], [5, 90, 5])[0]):
            table.append(dict(
                id=customer, region=draw.choices(["north", "south", "far", None], [50, 44, 3, 3])[0],
                margin=draw.choice([10, 25, 40, None]), service_cost=draw.choice([0, 200, 2000, None]),
                order_cost=draw.choice([100, 300, None]), paid=draw.choice([400, 900, None]),
                noprof=draw.choices([True, False, None], [4, 90, 6])[0]))
    return raw_frame(table)


def create_people(name, table, key_type="text"):
    shown = table.copy()
    for name_of in ("margin", "service_cost", "order_cost", "paid"):
        shown[name_of] = column(map(money, shown[name_of]))
    run(f"CREATE TABLE {name} (id {key_type}, region text, margin numeric, service_cost numeric,"
        f" order_cost numeric, paid numeric, noprof boolean);\n" + copy_in(name, shown))


def create(relation, columns, types, rows):
    """Make a table of orders; money and margins are written as decimals."""
    shown = rows.copy()
    for name_of in ["cents"] + MONEY:
        shown[name_of] = column(map(money, shown[name_of]))
    names = [identifier(c) for c in columns] + EXTRAS
    declared = ", ".join(f"{n} {t}" for n, t in zip(
        names, [*types, "text"] + ["numeric"] * 5 + ["boolean"]))
    run(f"CREATE TABLE {relation} ({declared});\n"
        + copy_in(relation, shown[["customer", "at", "cents"] + EXTRAS]))


def dates(customers=1200, seed=1):
    """The shop: a text customer, a date, a numeric amount, odd names."""
    rows = Shop(customers, seed).rows
    relation, columns = '"odd Shop"."Orders of ""x"""', ["Kunden-Nr", "when?", "Betrag'€"]
    frame = raw_frame(rows)
    frame["at"] = column(d and datetime.date.fromordinal(d).isoformat() for d in frame.day)
    run('CREATE SCHEMA "odd Shop"')
    create(relation, columns, ["text", "date", "numeric"], frame)
    table = people(rows, seed)
    create_people('"odd Shop"."Leute"', table)
    table.attrs["relation"] = '"odd Shop"."Leute"'
    return Log("dates", relation, columns, frame, people=table)


def moments(customers=500, seed=2):
    """Another shop: a whole number, a moment near midnight, double precision.
    The days are found again from the moments.  No row is after the last
    purchase, and no objection in a row that does not count, so that what they
    do to everything does not hide what else differs."""
    rows = [r for r in Shop(customers, seed).rows
            if (r["day"] or 0) <= LAST and not (r["noprof"] and None in (r["day"], r["cents"]))]
    draw, zone = random.Random(seed), zoneinfo.ZoneInfo(ZONE)
    frame = raw_frame(rows)
    frame["customer"] = column(c and int("".join(filter(str.isdigit, c))) for c in frame.customer)
    instants = []
    for day in frame.day:
        local = day and datetime.datetime.combine(
            datetime.date.fromordinal(day),
            datetime.time(*draw.choice([(0, 5), (0, 55), (12, 0), (23, 5), (23, 59)])), zone)
        instants.append(local and local.astimezone(datetime.timezone.utc))
    frame["at"] = column(i and i.isoformat() for i in instants)
    frame["day"] = column(i and i.astimezone(zone).date().toordinal() for i in instants)
    create("moments", ["buyer", "at", "paid"], ["int", "timestamptz", "double precision"], frame)
    return Log("moments", "moments", ["buyer", "at", "paid"], frame, zone=ZONE)


def cdnow(path):
    """The sample of the CDNOW log: 2,357 customers, no refunds, cents."""
    table = pandas.read_csv(path, dtype=str)
    frame = pandas.DataFrame({
        "customer": table.customer_id.astype(object), "at": table.date.astype(object),
        "day": [datetime.date.fromisoformat(d).toordinal() for d in table.date],
        "cents": [round(float(a) * 100) for a in table.amount]}).astype(object)
    for extra in EXTRAS:
        frame[extra] = column([None] * len(frame))
    create("cdnow", ["customer", "at", "amount"], ["int", "timestamp", "numeric"], frame)
    return Log("cdnow", "cdnow", ["customer", "at", "amount"], frame)


def today(log):
    """The current day where the shop is."""
    zone = log.zone or "UTC"
    return datetime.date.fromisoformat(
        query(f"SELECT (now() AT TIME ZONE '{zone}')::date AS d").d[0]).toordinal()
