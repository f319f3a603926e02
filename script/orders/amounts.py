"""Amounts as people write them: one decimal mark and one currency for all."""

import decimal
import functools
import re

from . import Unclear, at_line, quoted

CODES = ('EUR USD GBP CHF JPY CNY SEK NOK DKK PLN CZK HUF RON BGN TRY RUB UAH AUD NZD CAD MXN BRL ARS CLP COP PEN'
         ' INR IDR MYR SGD THB PHP VND KRW HKD TWD ILS AED SAR QAR ZAR EGP NGN KES GHS MAD TND ISK RSD PKR BDT LKR').split()
_SYMBOLS = ['US$', 'CA$', 'C$', 'AU$', 'A$', 'NZ$', 'HK$', 'S$', 'R$', 'MX$', 'Euro', 'kr.', 'kr', 'zł', 'Kč', 'Ft', 'lei',
            'Fr.', 'SFr.', 'Rs.', 'Rs'] + list('$€£¥₹₽₺₩₫₪₴฿')
_SAME = {'$': 'USD', 'US$': 'USD', '€': 'EUR', 'EURO': 'EUR', '£': 'GBP', 'FR.': 'CHF', 'SFR.': 'CHF', 'R$': 'BRL', '₹': 'INR',
         'RS': 'INR', 'RS.': 'INR', 'A$': 'AUD', 'AU$': 'AUD', 'C$': 'CAD', 'CA$': 'CAD', 'NZ$': 'NZD', 'ZŁ': 'PLN', 'KČ': 'CZK',
         'FT': 'HUF', 'LEI': 'RON', 'KR': 'KR.'}

_MONEY = '|'.join(re.escape(s) for s in sorted(CODES + _SYMBOLS, key=len, reverse=True))
_VALUE = re.compile(
    r'(?P<sign1>[-+])?\s*(?P<money1>' + _MONEY + r')?\s*(?P<sign2>[-+])?\s*'
    r"(?P<number>[\d.,](?:[\d.,' ]*[\d.,])?)(?P<round>(?<=,)-{1,2})?"
    r'\s*(?P<sign3>[-+])?\s*(?P<money2>' + _MONEY + r')?\s*(?P<sign4>[-+])?',
    re.ASCII | re.IGNORECASE)
_BRACKETS = re.compile(r'([^()]*)\(([^()]*)\)([^()]*)')      # (12.50) is below 0
_POINT = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+|[1-9]\d{0,2}(?:'\d{3})+"
                    r'|[1-9]\d?(?:,\d{2})+,\d{3})?(?:\.\d*)?', re.ASCII)
_COMMA = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?: \d{3})+|[1-9]\d{0,2}(?:'\d{3})+)?(?:,\d*)?", re.ASCII)
_SCIENCE = re.compile(r'[-+]?\d{1,20}(?:([.,])\d{1,20})?[eE][-+]?\d{1,3}', re.ASCII)
_ODD = str.maketrans({'\u00a0': ' ', '\u202f': ' ', '\u2009': ' ', '\t': ' ', '’': "'", '`': "'", '\u2212': '-', '–': '-', '—': '-'})

_NO_DIGIT = ('', '.', ',')

LARGEST = decimal.Decimal(10) ** 18
MARKS = {'point': 'decimal point', 'comma': 'decimal comma'}
_PLAIN = re.compile(r'(-?)(\d{1,15})(?:\.(\d\d?))?', re.ASCII)      # most are like that
_BARE = re.compile(r'(-?)([\d.,]+)', re.ASCII)
_exact = decimal.Context(prec=80)


class Written:
    """One value: what it is with a decimal point, with a comma, and its currency."""

    __slots__ = ('point', 'comma', 'money', 'label')

    def __init__(self, point, comma, money=None, label=None):
        self.point = point
        self.comma = comma
        self.money = money          # one name for each currency
        self.label = label          # as it is written


def _canonical(whole, fraction, negative):
    whole = whole.lstrip('0') or '0'
    text = f'{whole}.{fraction}' if fraction else whole
    return '-' + text if negative and text.strip('0.') else text


def _reading(number, shape, mark, negative):
    """The number with that decimal mark, or None."""
    if shape.fullmatch(number) is None or number in _NO_DIGIT:
        return None
    whole, _, fraction = number.partition(mark)
    if not whole.isdigit():
        whole = ''.join(filter(str.isdigit, whole))
    return _canonical(whole, fraction, negative)


def _science(match):
    value = _exact.create_decimal(match[0].replace(',', '.'))
    if abs(value.adjusted()) > 40:
        return None
    text = format(value, 'f')
    return Written(None if match[1] == ',' else text, None if match[1] == '.' else text)


@functools.lru_cache(maxsize=1000000)
def parse(value):
    """What a value says as an amount, or None."""
    if len(value) > 100:
        return None
    match = _PLAIN.fullmatch(value)
    if match:
        text = _canonical(match[2], match[3], match[1])
        return Written(text, None if match[3] else text)
    match = _BARE.fullmatch(value)
    if match:
        return _either(match[2], match[1])
    value = ' '.join(value.translate(_ODD).split())
    match = _SCIENCE.fullmatch(value)
    if match:
        return _science(match)
    return _with_signs(value)


def _either(number, negative, money=None, label=None, point=True):
    point = _reading(number, _POINT, '.', negative) if point else None
    comma = _reading(number, _COMMA, ',', negative)
    return None if point is None and comma is None else Written(point, comma, money, label)


def _with_signs(value):
    """An amount with a currency, brackets, or a sign behind it."""
    brackets = _BRACKETS.fullmatch(value)
    match = _VALUE.fullmatch(''.join(brackets.groups()).strip() if brackets else value)
    if match is None:
        return None
    signs = [s for s in (match['sign1'], match['sign2'], match['sign3'], match['sign4']) if s]
    if len(signs) + (brackets is not None) > 1 or (match['money1'] and match['money2']):
        return None
    negative = '-' in signs or brackets is not None
    label = match['money1'] or match['money2']
    return _either(match['number'], negative, label and _SAME.get(label.upper(), label.upper()), label, not match['round'])


def looks_like_number(value):
    return parse(value) is not None


def has_fraction(value):
    """Is it an amount with decimals or a currency, so not an id or a count?"""
    written = parse(value)
    return written is not None and (written.money is not None or '.' in (written.point or written.comma)
                                    or '.' in (written.comma or written.point))


def _unreadable(role, value, line):
    if value.rstrip().endswith('%'):
        return at_line(line, f'{role} {quoted(value)} is a percentage, not an amount')
    return at_line(line, f'{role} {quoted(value)} is not a number that can be read; mend it or empty it')


class Amounts:
    """The values of the columns with amounts, quantities and prices."""

    def __init__(self):
        self.written = {}           # value: Written
        self.lines = {}             # value: the line where it is first
        self.mark = None            # point or comma, where it matters

    def add(self, role, values):
        for value, line in values.items():
            if value in self.written:
                continue
            written = parse(value)
            if written is None:
                raise _unreadable(role, value, line)
            self.written[value] = written
            self.lines[value] = line

    def decide_mark(self, asked=None):
        """Is a comma or a point the decimal mark?  What all values allow."""
        against = {}                # mark: the first value that forbids it
        for value in sorted(self.written, key=self.lines.get):
            written = self.written[value]
            for mark in MARKS:
                if getattr(written, mark) is None:
                    against.setdefault(mark, value)
        if asked:
            if asked in against:
                value = against[asked]
                raise at_line(self.lines[value], f'amount {quoted(value)} cannot be read with a {MARKS[asked]}')
            self.mark = asked
        elif len(against) == 2:
            self._refuse_mixed(against)
        elif against:
            self.mark = 'comma' if 'point' in against else 'point'
        else:
            self._ask_unless_equal()

    def _refuse_mixed(self, against):
        early, late = sorted((against['point'], against['comma']), key=self.lines.get)
        mark, other = ('comma', 'point') if late == against['point'] else ('point', 'comma')
        if early == late:
            raise at_line(self.lines[late], f'amount {quoted(late)} is not a number that can be read; mend it or empty it')
        raise at_line(self.lines[late], f'amount {quoted(late)} has a {MARKS[mark]}, but {quoted(early)} on line'
                      f' {self.lines[early]} a {MARKS[other]}; write all amounts in one form')

    def _ask_unless_equal(self):
        for value, written in self.written.items():
            if decimal.Decimal(written.point) != decimal.Decimal(written.comma):
                raise at_line(self.lines[value], f'amount {quoted(value)} may be {written.point} or {written.comma},'
                              ' and no other value tells; say --decimal point or --decimal comma')
        self.mark = None

    def number(self, value):
        """A value as SQL writes it."""
        text = getattr(self.written[value], self.mark or 'point')
        if len(text) > 18 and abs(decimal.Decimal(text)) > LARGEST:
            raise at_line(self.lines[value], f'amount {quoted(value)} is too large; mend it or empty it')
        return text

    def currencies(self):
        """Each currency: how it is written, and a value in it that is first."""
        found = {}
        for value, written in self.written.items():
            if written.money and written.money not in found:
                found[written.money] = (written.label, value)
        return found


def product(one, other):
    """quantity × price, exactly."""
    return format(_exact.multiply(decimal.Decimal(one), decimal.Decimal(other)), 'f')


def negated(number):
    """Below 0, whatever it was."""
    return number if number.startswith('-') or not number.strip('0.') else '-' + number


def currency(name):
    """One name for each currency, however it is written."""
    return _SAME.get(name.strip().upper(), name.strip().upper())


def refuse_currencies(lines, ranked):
    """Amounts in several currencies cannot be added."""
    (usual, first), (odd, second) = ranked[:2]
    raise at_line(lines[second], f'the amount is in {odd}, but on line {lines[first]} in {usual};'
                  f' take one: --currency {usual} or --currency {odd}') from None
