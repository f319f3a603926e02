#!/usr/bin/env python3
"""Files of orders that nobody wrote: test/fuzz_orders.py [ROUNDS [SEED]].

Mutations: the files of test/csv with bytes changed, cut and doubled.  Whatever
they are, they give valid rows or one sentence.

Round trips: orders drawn at random, written in a form drawn at random.  Either
the same orders come back, or it is asked for an option, and with that option
they come back.

Ends with status 1 and what was wrong, or with one line of counts.
"""

import csv
import datetime
import decimal
import io
import os
import random
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'script'))

from orders import Unclear, take    # noqa: E402

TODAY = datetime.date(2026, 1, 1)
NUMBER = re.compile(r'-?\d+(\.\d+)?', re.ASCII)


class Wrong(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Wrong(what)


# ----------------------------------------------------------------------
# mutations

def shapes():
    folder = os.path.join(HERE, 'csv')
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.expected'):
            with open(os.path.join(folder, name), 'rb') as file:
                yield name, file.read()


def mutate(random_, data, others):
    data = bytearray(data)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(data) + 1)
        kind = random_.randrange(8)
        length = random_.randint(1, 12)
        if kind == 0:
            data[at:at + 1] = bytes([random_.randrange(256)])
        elif kind == 1:
            del data[at:at + length]
        elif kind == 2:
            data[at:at] = data[at:at + length]
        elif kind == 3:
            data[at:at] = random_.choice([b'"', b',', b';', b'\t', b'\n', b'\r', b'\r\n', b'""', b'-', b'.', b'(', b'\0', b'\xff', b'=', b'%'])
        elif kind == 4:
            data[at:at] = random_.choice([b'NaN', b'Infinity', b'1e999', b'1e-99', b'99999999999999999999', b'\xe2\x82\xac', b'31/02/2024',
                                          b'\xd9\xa1\xd9\xa2', b'\xc2\xb2', b'2024-01-31T10:00:00+99:99', b'1706745599999', b'00:00', b'AM', b'\xef\xbf\xbd'])
        elif kind == 5:
            other = random_.choice(others)
            start = random_.randrange(len(other) + 1)
            data[at:at] = other[start:start + 40]
        elif kind == 6:
            del data[at:]
        else:
            lines = bytes(data).splitlines(keepends=True)
            random_.shuffle(lines)
            data = bytearray(b''.join(lines))
    return bytes(data)


def check_rows(orders):
    """Rows that a table of orders can hold."""
    out = io.StringIO(newline='')
    orders.write(out)
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline='')))
    expect(rows[0] == orders.types() and len(rows) == len(orders.rows) + 1, 'the rows are not what is written')
    out.getvalue().encode('utf-8')
    for row in rows[1:]:
        expect(len(row) == len(rows[0]), f'row {row}')
        expect(not re.search(r'[\n\r\0]', row[0]), f'customer {row[0]!r}')
        moment = datetime.datetime.fromisoformat(row[1])
        expect(1900 <= moment.year <= 2100, f'date {row[1]}')
        if orders.has_amount:
            expect(NUMBER.fullmatch(row[2]) and len(row[2]) < 120, f'amount {row[2]!r}')
    expect(any(row[0] for row in rows[1:]), 'no row has a customer')
    for sentence in orders.said:
        expect('\n' not in sentence and '\r' not in sentence and sentence, f'sentence {sentence!r}')


def check_any(data, options):
    try:
        orders = take.read(data, options)
    except Unclear as unclear:
        expect(re.fullmatch(r'[^\n\r]{5,4000}', str(unclear)), f'sentence {str(unclear)!r}')
        return False
    check_rows(orders)
    return True


def mutations(random_, rounds):
    files = list(shapes())
    contents = [data for _, data in files]
    read = 0
    for number in range(rounds):
        name, data = random_.choice(files)
        data = mutate(random_, data, contents)
        options = take.Options(today=TODAY, date=random_.choice([None, None, 'dmy', 'mdy', 'ymd']),
                               decimal=random_.choice([None, None, 'point', 'comma']),
                               zone=random_.choice([None, None, 'Europe/Berlin']), no_amount=random_.random() < 0.1,
                               no_header=random_.random() < 0.05, currency=random_.choice([None, None, None, 'EUR']))
        try:
            read += check_any(data, options)
        except Exception as error:
            raise Wrong(f'mutation {number} of {name}: {type(error).__name__}: {error}\n{data!r}') from error
    return read


# ----------------------------------------------------------------------
# round trips

DATES = {       # how a date is written, and the option when it must be asked for
    'iso': ('%Y-%m-%d', None), 'slashes': ('%Y/%m/%d', None), 'german': ('%d.%m.%Y', None), 'compact': ('%Y%m%d', None),
    'uk': ('%d/%m/%Y', 'dmy'), 'us': ('%m/%d/%Y', 'mdy'), 'dutch': ('%d-%m-%Y', 'dmy'), 'short': ('%d/%m/%y', 'dmy'),
    'short us': ('%m/%d/%y', 'mdy'), 'named': ('%d %b %Y', None), 'american': ('%B %d, %Y', None), 'short iso': ('%y-%m-%d', 'ymd'),
}
TIMES = ('', ' %H:%M', ' %H:%M:%S', ' %I:%M:%S %p')


def draw_orders(random_):
    customers = [random_.choice(['{}', 'C{}', 'k{}@example.com', 'Müller, {}', 'O"Neil {}']).format(random_.randrange(1000))
                 for _ in range(random_.randint(1, 6))]
    rows = []
    for _ in range(random_.randint(1, 25)):
        moment = datetime.datetime(2019, 1, 1) + datetime.timedelta(random_.randrange(1800), random_.randrange(86400))
        cents = random_.choice([random_.randrange(10000), random_.randrange(100000000), -random_.randrange(100000)])
        rows.append((random_.choice(customers), moment, decimal.Decimal(cents).scaleb(-2)))
    return rows


def write_amount(amount, mark, group, style):
    whole, _, fraction = f'{abs(amount):,.2f}'.partition('.')
    text = whole.replace(',', group) + mark + fraction
    sign = '-' if amount < 0 else ''
    return {'plain': f'{sign}{text}', 'behind': f'{text}{sign}', 'euro': f'{sign}{text} €', 'code': f'EUR {sign}{text}',
            'dollar': f'{sign}${text}', 'brackets': f'({text})' if sign else text}[style]


def one_trip(random_):
    rows = draw_orders(random_)
    form, date_option = DATES[random_.choice(sorted(DATES))]
    form += random_.choice(TIMES)
    mark, group = random_.choice([('.', ''), ('.', ','), (',', ''), (',', '.'), (',', ' '), (',', '\u00a0'), ('.', "'")])
    style = random_.choice(['plain', 'behind', 'euro', 'code', 'dollar', 'brackets'])
    header = random_.choice([('Customer ID', 'Order Date', 'Total'), ('Kundennummer', 'Bestelldatum', 'Betrag'),
                             ('email', 'created_at', 'amount'), ('Klant', 'Datum', 'Omzet')])
    delimiter = random_.choice(',;\t|')
    out = io.StringIO(newline='')
    writer = csv.writer(out, delimiter=delimiter, lineterminator=random_.choice(['\n', '\r\n', '\r']),
                        quoting=random_.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    columns = random_.sample(range(3), 3)       # in any order
    out.write(random_.choice(['', '', 'Orders of 2024\n\n']))
    for row in [header] + [(customer, moment.strftime(form), write_amount(amount, mark, group, style))
                           for customer, moment, amount in rows]:
        writer.writerow([row[i] for i in columns])
    encoding = random_.choice(['utf-8', 'utf-8-sig', 'utf-16', 'utf-16-le', 'utf-16-be', 'cp1252'])
    data = out.getvalue().encode(encoding)
    return data, as_read(rows, form), date_option, 'comma' if mark == ',' else 'point'


def as_read(rows, form):
    """What can come back: a form without seconds has lost them."""
    expected = []
    for customer, moment, amount in rows:
        if '%H' not in form and '%I' not in form:
            moment = datetime.datetime.combine(moment.date(), datetime.time())
        elif '%S' not in form:
            moment = moment.replace(second=0)
        expected.append((customer, moment, amount))
    return expected


def round_trips(random_, rounds):
    asked = 0
    for number in range(rounds):
        data, expected, date_option, mark = one_trip(random_)
        options = take.Options(today=TODAY)
        for attempt in range(3):
            try:
                orders = take.read(data, options)
                break
            except Unclear as unclear:
                where = f'round trip {number}: {unclear}\n{data.decode("latin-1")}'
                if attempt == 2:
                    raise Wrong(where)
                asked += 1
                if '--date' in str(unclear) and date_option:
                    options.date = date_option
                elif '--decimal' in str(unclear):
                    options.decimal = mark
                else:
                    raise Wrong(where)
        read = [(customer, moment, decimal.Decimal(amount)) for customer, moment, amount in orders.rows]
        expect(read == expected, f'round trip {number}:\n{data!r}\nread {read}\nnot  {expected}')
    return asked


def main(rounds=400, seed=1):
    try:
        read = mutations(random.Random(seed), rounds)
        asked = round_trips(random.Random(seed), rounds)
    except Wrong as wrong:
        print(f'seed {seed}: {wrong}')
        sys.exit(1)
    print(f'{rounds} mutations, {read} of them read; {rounds} round trips, {asked} questions asked')


if __name__ == '__main__':
    sys.stdout.reconfigure(encoding='utf-8', errors='backslashreplace')
    main(*map(int, sys.argv[1:]))
