"""All of it: rows of customer, date and amount, and what was taken for what."""

import csv
import datetime
import re

from . import Unclear, amounts, at_line, columns, counted, dates, listed, names, quoted, text

PROFILED = 1000             # rows by which a column is judged
_FLOAT_ID = re.compile(r'(\d+)\.0+', re.ASCII)
_WHOLE_ID = re.compile(r'\d+(?:\.0+)?', re.ASCII)
_ROUNDED_ID = re.compile(r'\d(?:[.,]\d+)?E\+\d+', re.ASCII | re.IGNORECASE)
_CANCELLED = re.compile(r'C\d+', re.ASCII | re.IGNORECASE)
_ENDED = re.compile(r'(partially)?_?(cancel+ed|cancel+ation|canceled|refunded|void|voided|failed|declined|returned|chargeback|denied|expired|reversed'
                    r'|storniert|erstattet|abgebrochen|retoure|annulee?|remboursee?|cancelad[oa]|reembolsad[oa]|devuelt[oa]'
                    r'|annullat[oa]|rimborsat[oa]|geannuleerd|terugbetaald)')


class Options:
    """What a person may say of a file; everything else is found out."""

    date = decimal = zone = currency = delimiter = encoding = today = None
    no_amount = no_header = False
    leave_out = ()

    def __init__(self, **given):
        self.wanted = {}            # role: name of the column
        for name, value in given.items():
            setattr(self, name, value)


class Orders:
    """What a file was taken for."""

    def __init__(self):
        self.rows = []              # (customer or '', datetime, amount or None)
        self.has_time = False
        self.has_amount = False
        self.said = []              # sentences for people

    def types(self):
        """The columns, as CREATE TABLE wants them."""
        return ['customer text', 'at timestamp' if self.has_time else 'at date'] + ['amount numeric'] * self.has_amount

    def write(self, out):
        """CSV for COPY; the first line has the columns with their types."""
        writer = csv.writer(out, lineterminator='\n')
        writer.writerow(self.types())
        shown = {}
        for _, moment, _ in self.rows:
            if moment not in shown:
                shown[moment] = moment.isoformat(' ') if self.has_time else moment.date().isoformat()
        last = 3 if self.has_amount else 2
        writer.writerows((customer, shown[moment], amount)[:last] for customer, moment, amount in self.rows)


class Cleaned(dict):
    """A value as it is written: cleaned, '' when it is missing."""

    def __init__(self, is_date):
        super().__init__()
        self.is_date = is_date

    def __missing__(self, written):
        value = columns.clean(written)
        if columns.is_missing(value) or self.is_date and dates.is_zero(value):
            value = ''
        self[written] = value
        return value


class Raw:
    """The values of one column that is read: one a row."""

    def __init__(self, role, column):
        self.column = column
        self.values = []
        self.cleaned = Cleaned(role == 'date')


class Reader:
    """One file, from its bytes to orders."""

    def __init__(self, data, options):
        self.options = options
        self.table = text.Table(text.decode(data, options.encoding), options.delimiter,
                                self._names_wanted(), not options.no_header)
        self.columns = self._profile()
        self.choice = columns.choose(self.columns, options.wanted, options.no_amount)
        self.lines = []             # of the rows
        self.said = []
        self.left_out = {}          # why: how many rows

    def _names_wanted(self):
        named = [' '.join(name.split()) for name in self.options.wanted.values()]
        return frozenset(named + [condition.partition('=')[0].strip() for condition in self.options.leave_out])

    def _profile(self):
        """Every column with a sample of its values."""
        sample = []
        for _, fields in self.table.rows():
            sample.append(fields)
            if len(sample) == PROFILED:
                break
        if not sample:
            raise Unclear('there are no rows below the header')
        self.table.short.clear()
        return [columns.Column(i, name, [fields[i] for fields in sample]) for i, name in enumerate(self.table.names)]

    # ------------------------------------------------------------------
    # the values of the columns that matter

    def _raws(self):
        """role: Raw of the columns to read, those that only warn included."""
        raws = {role: Raw(role, column) for role, column in self.choice.taken.items()}
        used = self.choice.indexes()
        for role, list_ in (('status', names.STATUS), ('currency', names.CURRENCY), ('order', names.ORDER)):
            column = columns.first_of(list_, self.columns, used)
            if column is not None:
                raws[role] = Raw(role, column)
        for number, condition in enumerate(self.options.leave_out):
            name, equals, _ = condition.partition('=')
            if not equals:
                raise Unclear(f'--leave-out {quoted(condition)} is not like COLUMN=VALUE')
            raws[f'leave out {number}'] = Raw('', columns._named(self.columns, name))
        return raws

    def _read_columns(self):
        self.raws = self._raws()
        readers = [(raw.column.index, raw.cleaned, raw.values.append) for raw in self.raws.values()]
        for line, fields in self.table.rows():
            self.lines.append(line)
            for index, cleaned, append in readers:
                append(cleaned[fields[index]])

    def _column(self, role):
        raw = self.raws.get(role)
        return raw.values if raw else None

    def _count_out(self, why, number=1):
        self.left_out[why] = self.left_out.get(why, 0) + number

    def _keep(self):
        """Which rows are orders; the others are counted."""
        money = [self._column(role) for role in ('amount', 'quantity', 'price') if role in self.raws]
        missing = 'amount' if 'amount' in self.raws else 'quantity or price'
        date = self._column('date')
        asked_out = self._asked_out()
        for i in range(len(self.lines)):
            if asked_out and any(values[i].casefold() == value for values, value in asked_out):
                self._count_out('as asked')
            elif not date[i]:
                self._count_out('without date')
            elif any(not values[i] for values in money):
                self._count_out('without ' + missing)
            else:
                yield i

    def _asked_out(self):
        conditions = []
        for number, condition in enumerate(self.options.leave_out):
            value = columns.clean(condition.partition('=')[2]).casefold()
            conditions.append((self._column(f'leave out {number}'), '' if columns.is_missing(value) else value))
        return conditions

    # ------------------------------------------------------------------
    # decisions over whole columns

    def _first_lines(self, role, kept):
        """Each value of a column, with the line where it is first."""
        values, lines, first = self._column(role), self.lines, {}
        for i in kept:
            value = values[i]
            if value not in first:
                first[value] = lines[i]
        return first

    def _money_roles(self):
        return [role for role in ('amount', 'quantity', 'price') if role in self.raws]

    def _only_currency(self, kept):
        """The rows in the currency asked for, or all if there is only one."""
        column = self._column('currency')
        if column is None:
            return kept
        lines, first, counts = self.lines, {}, {}
        for i in kept:
            if column[i]:
                name = amounts.currency(column[i])
                first.setdefault(name, i)
                counts[name] = counts.get(name, 0) + 1
        if self.options.currency:
            wanted = amounts.currency(self.options.currency)
            if wanted not in counts:
                return kept
            self.symbol = self.options.currency
            self._note_currency(len(kept) - counts[wanted])
            return [i for i in kept if column[i] and amounts.currency(column[i]) == wanted]
        if len(counts) > 1 and self._money_roles():
            ranked = sorted(counts, key=lambda name: (-counts[name], name))
            amounts.refuse_currencies({column[first[name]]: lines[first[name]] for name in ranked},
                                      [(column[first[name]], column[first[name]]) for name in ranked])
        if counts:
            self.symbol = column[next(iter(first.values()))]
        return kept

    def _note_currency(self, others):
        if others:
            self._count_out('in other currencies', others)

    def _only_symbol(self, kept):
        """The same for currencies written beside the amounts."""
        for role in ('amount', 'price'):
            if role not in self.raws:
                continue
            values = self._column(role)
            money = {value: amounts.parse(value) for value in self._first_lines(role, kept)}
            first = {}
            for i in kept if any(written and written.money for written in money.values()) else ():
                written = money[values[i]]
                if written and written.money:
                    first.setdefault(written.money, (self.lines[i], written.label))
            if self.options.currency and first:
                wanted = amounts.currency(self.options.currency)
                before = len(kept)
                kept = [i for i in kept if not money[values[i]] or money[values[i]].money in (wanted, None)]
                self.symbol = self.options.currency
                self._note_currency(before - len(kept))
            elif len(first) > 1:
                ranked = sorted(first.values())
                amounts.refuse_currencies({label: line for line, label in ranked},
                                          [(label, label) for _, label in ranked])
            elif first:
                self.symbol = next(iter(first.values()))[1]
        return kept

    def _decide_dates(self, kept):
        self.date_form, self.moments = dates.decide(self._first_lines('date', kept), self.options.date, self.options.zone)

    def _decide_amounts(self, kept):
        self.money = amounts.Amounts()
        for role in self._money_roles():
            self.money.add(role, self._first_lines(role, kept))
        self.money.decide_mark(self.options.decimal)
        self.numbers = {value: self.money.number(value) for value in self.money.written}

    # ------------------------------------------------------------------
    # rows

    def _amount_of(self):
        """A function from a row's number to its amount; None without money."""
        numbers = self.numbers
        if 'amount' in self.raws:
            values = self._column('amount')
            return lambda i: numbers[values[i]]
        if 'quantity' not in self.raws:
            return None
        quantity, price, cache = self._column('quantity'), self._column('price'), {}

        def multiplied(i):
            pair = quantity[i], price[i]
            if pair not in cache:
                cache[pair] = amounts.product(numbers[pair[0]], numbers[pair[1]])
            return cache[pair]
        return multiplied

    def _cancellations(self, kept):
        """Rows whose invoice is C and a number, where others are numbers."""
        orders = self._column('order')
        if orders is None or not self._money_roles():
            return frozenset()
        cancelled = {value for value in set(orders) if _CANCELLED.fullmatch(value)}
        if not cancelled or not any(value.isdigit() for value in set(orders)):
            return frozenset()
        rows = frozenset(i for i in kept if orders[i] in cancelled)
        if rows:
            name = quoted(self.raws['order'].column.name)
            self.said.append(counted(len(rows), 'row') + f' whose {name} begins with C'
                             + (' is' if len(rows) == 1 else ' are') + ' taken for refunds')
        return rows

    def _parse_kept(self, kept):
        """Without a customer a row that cannot be read is a total or a remark."""
        customer, date = self._column('customer'), self._column('date')
        money = [self._column(role) for role in self._money_roles()]
        good = []
        for i in kept:
            if not customer[i] and (dates.parse(date[i]) is None
                                    or any(amounts.parse(values[i]) is None for values in money)):
                self._count_out('without customer and unreadable')
            else:
                good.append(i)
        return good

    def orders(self):
        """The whole: what the file was taken for."""
        self._read_columns()
        kept = self._parse_kept(list(self._keep()))
        self.symbol = None
        kept = self._only_symbol(self._only_currency(kept))
        if not kept:
            raise Unclear(f'no row has a date{" and an amount" if self._money_roles() else ""}:'
                          f' {self._counts() or "nothing is left"}; say {" or ".join(self._options_taken())} NAME')
        self._decide_dates(kept)
        self._decide_amounts(kept)
        result = Orders()
        self._fill(result, kept)
        result.said = self._sentences(kept)
        return result

    def _options_taken(self):
        return [columns.OPTIONS[role] for role in ('date', 'amount', 'quantity', 'price') if role in self.choice.taken]

    def _fill(self, result, kept):
        result.has_time = self.date_form.has_time
        amount_of = self._amount_of()
        result.has_amount = amount_of is not None
        cancelled = self._cancellations(kept)
        customers = self._customers(kept)
        customer, date, moments = self._column('customer'), self._column('date'), self.moments
        for i in kept:
            amount = amount_of(i) if amount_of else None
            if i in cancelled:
                amount = amounts.negated(amount)
            result.rows.append((customers[customer[i]], moments[date[i]], amount))
        self.without_customer = sum(1 for i in kept if not customer[i])

    def _customers(self, kept):
        """Each customer as it is written: the one that is meant."""
        customer = self._column('customer')
        distinct = dict.fromkeys(customer[i] for i in kept)
        if not any(distinct):
            raise Unclear(f'no row has a customer in {quoted(self.choice.taken["customer"].name)}; say --customer NAME')
        given = [value for value in distinct if value]
        meant = {value: ' '.join(value.split()) for value in given}
        if all(map(_WHOLE_ID.fullmatch, given)):
            self._join_float_ids(meant)
        self._warn_of_customers(meant)
        meant[''] = ''
        return meant

    def _join_float_ids(self, meant):
        """12346.0 is 12346."""
        changed = 0
        for value in meant:
            match = _FLOAT_ID.fullmatch(value)
            if match:
                meant[value] = match[1]
                changed += 1
        if changed:
            example = next(value for value in meant if meant[value] != value)
            more = f', and {changed - 1:,} more in the same way' if changed > 1 else ''
            self.said.append(f'customer {quoted(example)} is taken for {quoted(meant[example])}{more}')

    def _warn_of_customers(self, meant):
        values = set(meant.values())
        for fold, what in ((str.casefold, 'in small and capital letters'), (lambda v: v.lstrip('0') if v.isdigit() else v, 'in leading zeros')):
            first, alike = {}, None
            count = 0
            for value in sorted(values):
                other = first.setdefault(fold(value), value)
                if other != value:
                    count += 1
                    alike = alike or (other, value)
            if alike:
                self.said.append(f'{counted(count, "customer differs", "customers differ")} from another only {what},'
                                 f' as {quoted(alike[0])} and {quoted(alike[1])}: they are kept apart')
        rounded = next((value for value in sorted(values) if _ROUNDED_ID.fullmatch(value)), None)
        if rounded:
            self.said.append(f'customer {quoted(rounded)} looks like a number that a spreadsheet has rounded:'
                             ' different customers may have become one')

    # ------------------------------------------------------------------
    # sentences

    def _counts(self):
        return ', '.join(f'{counted(number, "row")} {why} left out' for why, number in self.left_out.items())

    def _sentences(self, kept):
        said = [', '.join(part for part in (self._taken(), self._described_rows()) if part)]
        if self.table.described():
            said.append('the file: ' + ', '.join(self.table.described()))
        if self.choice.also:
            also = sorted(self.choice.also, key=lambda item: list(columns.OPTIONS).index(item[0]))
            said.append('also possible: ' + ', '.join(f'{role} = {quoted(column.name)} ({columns.OPTIONS[role]})'
                                                      for role, column in also))
        said += self.said
        said += self._warn_of_dates(kept) + self._warn_of_status(kept) + self._warn_of_lines(kept)
        if self.table.short:
            said.append(f'{counted(len(self.table.short), "line is", "lines are")} shorter than the header,'
                        f' line {self.table.short[0]} the first')
        if not self._money_roles():
            said.append('no amounts: values are purchases, not money')
        return said

    def _taken(self):
        taken = self.choice.taken
        parts = [f'customer = {quoted(taken["customer"].name)}']
        form = [self.money.mark == 'comma' and amounts.MARKS['comma'], self.symbol and 'in ' + self.symbol]
        form = ', '.join(part for part in form if part)
        if 'amount' in taken:
            parts.append(f'amount = {quoted(taken["amount"].name)}' + (f' ({form})' if form else ''))
        elif 'quantity' in taken:
            parts.append(f'amount = {quoted(taken["quantity"].name)} × {quoted(taken["price"].name)}' + (f' ({form})' if form else ''))
        form = self.date_form.described()
        parts.append(f'date = {quoted(taken["date"].name)}' + (f' ({form})' if form else ''))
        return ', '.join(parts)

    def _described_rows(self):
        parts = [self._counts()]
        if self.without_customer:
            parts.insert(0, f'{counted(self.without_customer, "row")} without customer left out')
        return ', '.join(part for part in parts if part)

    def _warn_of_dates(self, kept):
        today = datetime.datetime.combine(self.options.today or datetime.date.today(), datetime.time.max)
        late = {value for value, moment in self.moments.items() if moment > today}
        date = self._column('date')
        rows = [i for i in kept if date[i] in late] if late else []
        if not rows:
            return []
        return [f'{counted(len(rows), "row is", "rows are")} after today, {today.date()}:'
                f' {quoted(date[rows[0]])} on line {self.lines[rows[0]]} {"" if len(rows) == 1 else "is the first"}'.rstrip()]

    def _warn_of_status(self, kept):
        column = self._column('status')
        counts = {}
        for i in kept if column else ():
            counts[column[i]] = counts.get(column[i], 0) + 1
        ended = [value for value in counts if _ENDED.fullmatch(names.plain(value).replace(' ', '_'))]
        if not ended:
            return []
        name = self.raws['status'].column.name
        told = ', '.join(f'{counted(counts[value], "row")} {quoted(value)}' for value in ended)
        options = ' '.join(f'--leave-out "{name}={value}"' for value in ended)
        return [f'{quoted(name)} has {told}: they are counted like the others; {options} leaves them out']

    def _warn_of_lines(self, kept):
        """The whole order's amount on each of its lines would count often."""
        if 'order' not in self.raws or 'amount' not in self.raws:
            return []
        orders, amount, customer = self._column('order'), self._column('amount'), self._column('customer')
        first, again, other = {}, 0, False
        for i in kept:
            if orders[i]:
                seen = first.setdefault(orders[i], (customer[i], amount[i]))
                if seen != (customer[i], amount[i]):
                    return []
        again = sum(1 for i in kept if orders[i]) - len(first)
        if again < 2:
            return []
        return [f'{quoted(self.raws["order"].column.name)} is there again on {counted(again, "row")} with the same amount:'
                ' if that is the amount of the whole order, leave one line of each order']


def read(data, options):
    """Orders from the bytes of a file; Unclear when something cannot be decided."""
    try:
        return Reader(data, options).orders()
    except csv.Error as error:
        raise Unclear(f'this is no CSV file: {error}') from None
