"""Dates as people write them: one form for a whole column."""

import calendar
import datetime
import functools
import re
import zoneinfo

from . import Unclear, at_line, names, quoted

YEARS = (1900, 2100)        # of orders that can be

_ZONE = (r'(?:\s*(?:(?:UTC|GMT)?\s*(?P<offset>[-+]\d{1,2}(?::?\d{2})?)|(?P<utc>Z|UTC|GMT)|(?P<zone>[A-Z]{2,5}))'
         r'(?:\s*(?:\([^()]*\)|\[[^\[\]]*\]))?)?')
_TIME = re.compile(
    r'(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?'
    r'(?:\s*(?P<half>[AaPp])\.?\s?[Mm]\b\.?)?(?:\s*Uhr)?' + _ZONE, re.ASCII)
_NUMERIC = re.compile(r'(\d{1,4})([-/.])\s?(\d{1,2})\2\s?(\d{1,4})\.?', re.ASCII)
_COMPACT = re.compile(r'(\d{4})(\d{2})(\d{2})', re.ASCII)
_BETWEEN = re.compile(r'(?<=[\d.])(?:\s*[T,]\s*|\s+)(?=\d{1,2}:|\d{4})')      # a date and its time
_PLAIN_TIME = re.compile(r'(\d{2})(\d{2})(\d{2}|)(?!:)', re.ASCII)
_DIGITS = re.compile(r'(\d{5,16})(?:[.,](\d{1,9}))?', re.ASCII)
_ZERO = re.compile(r'(0{4}([-/.])00\2(00)|00([-/.])00\4(0000|00)|0{1,8})([T ][0:.]*)?|1900-01-00.*', re.ASCII)
_WORD = re.compile(r"[^\W\d_]+|\d+", re.UNICODE)

# Epochs by their number of digits: how many of them are a second.
_EPOCHS = {9: ('seconds', 1), 10: ('seconds', 1), 12: ('milliseconds', 1000), 13: ('milliseconds', 1000),
           16: ('microseconds', 1000000)}
_SEPARATORS = ('/', '-', '.')
_ORDERS = ('dmy', 'mdy', 'ymd')
_SAID = {'dmy': 'day first', 'mdy': 'month first', 'ymd': 'year first'}
_FAMILY_SAID = {'compact': 'as yyyymmdd', 'serial': "as Excel's day numbers"}


class Written:
    """One value: its family of forms, its numbers, its time of day."""

    __slots__ = ('family', 'numbers', 'short', 'time', 'offset', 'zone')

    def __init__(self, date, clock=(None, None, None)):
        self.family, self.numbers, self.short = date
        self.time, self.offset, self.zone = clock


# A date is (family, numbers, short): the family says which may stand in a column
# together, short that its year has two digits at an end.  A clock is (time,
# minutes east of UTC, abbreviation of a zone).


def is_zero(value):
    """0000-00-00: no date, as MySQL writes it."""
    return _ZERO.fullmatch(value) is not None


@functools.lru_cache(maxsize=200000)
def _clock(text):
    """The time of day behind a date; None when it is none."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = int(match['hour']), int(match['minute']), int(match['second'] or 0)
    if match['half']:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match['half'] in 'Pp' else 0)
    offset = 0 if match['utc'] else _offset(match['offset'])
    if hour > 23 or minute > 59 or second > 59 or abs(offset or 0) >= 24 * 60:
        return None
    return (hour, minute, second, int(((match['fraction'] or '') + '000000')[:6])), offset, match['zone']


def _offset(text):
    if text is None:
        return None
    digits = text[1:].replace(':', '')
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, '0')
    return (int(hours) * 60 + int(minutes)) * (-1 if text[0] == '-' else 1)


@functools.lru_cache(maxsize=200000)
def _numeric(text):
    """Three numbers with the same separator."""
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    first, separator, second, third = match.groups()
    numbers = (int(first), int(second), int(third))
    if len(first) == 4 and len(third) <= 2:
        return 'ymd', numbers, False
    if len(first) <= 2 and len(third) in (2, 4):
        return separator, numbers, len(third) == 2
    return None


@functools.lru_cache(maxsize=200000)
def _compact(text):
    match = _COMPACT.fullmatch(text)
    if match is None:
        return None
    year, month, day = numbers = tuple(map(int, match.groups()))
    possible = YEARS[0] <= year <= YEARS[1] and 1 <= month <= 12 and 1 <= day <= 31
    return ('compact', numbers, False) if possible else None


def _digits(value):
    """A number of days or of seconds."""
    match = _DIGITS.fullmatch(value)
    if match is None:
        return None
    whole, fraction = match.groups()
    numbers = (int(whole), float('0.' + (fraction or '0')))
    if len(whole) == 5 and 20000 <= int(whole) <= 80000:
        return Written(('serial', numbers, False))
    if len(whole) in _EPOCHS:
        return Written((_EPOCHS[len(whole)][0], numbers, False))
    return None


def _named(value):
    """A date with the name of its month: one day, one year, known words."""
    match = _TIME.search(value)
    time = None
    if match:
        time = match[0]
        value = value[:match.start()] + ' ' + value[match.end():]
    months, numbers = [], []
    for word in _WORD.findall(value):
        if word.isdigit():
            numbers.append(word)
        else:
            month = names.month(word)
            if month:
                months.append(month)
            elif not names.is_date_word(word):
                return None
    if len(months) != 1 or len(numbers) != 2 or not all(map(str.isascii, numbers)):
        return None
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    if len(day) > 2 or len(year) not in (2, 4):
        return None
    year = int(year) if len(year) == 4 else _full_year(int(year))
    clock = _clock(time) if time else (None, None, None)
    return Written(('name', (year, months[0], int(day)), False), clock) if clock else None


def _split(value):
    """A date in numbers, and the time of day behind it: '' if there is none."""
    match = _BETWEEN.search(value)
    if match:
        return value[:match.start()], value[match.end():]
    if len(value) in (12, 14) and value.isdigit():      # yyyymmddhhmm
        return value[:8], value[8:]
    return value, ''


@functools.lru_cache(maxsize=1000000)
def parse(value):
    """What a value says as a date, or None."""
    if len(value) > 80:
        return None
    date_text, time_text = _split(value)
    date = _numeric(date_text)
    if date is None:
        date = _compact(date_text)
        if date and time_text:
            time_text = _PLAIN_TIME.sub(r'\1:\2:\3', time_text)
    if date is None:
        return _digits(value) or _named(value)
    if not time_text:
        return Written(date)
    clock = _clock(time_text)
    return Written(date, clock) if clock else _digits(value)


def looks_like_date(value):
    """A date by its looks: numbers alone may be anything."""
    written = parse(value)
    return written is not None and (written.family in _SEPARATORS + ('ymd', 'name'))


def _full_year(short):
    return short + (2000 if short < 69 else 1900)


def _days(written, order):
    """Year, month and day, read in that order."""
    if written.family not in _SEPARATORS:
        return written.numbers
    first, second, third = written.numbers
    if order == 'ymd':
        return (_full_year(first), second, third) if written.short else (0, 0, 0)
    year = _full_year(third) if written.short else third
    return (year, second, first) if order == 'dmy' else (year, first, second)


def _exists(year, month, day):
    return 1 <= month <= 12 and 1 <= day <= (calendar.monthrange(year, month)[1] if 1 <= year <= 9999 else 31)


_possible = functools.lru_cache(maxsize=200000)(_exists)


class Form:
    """How the dates of a column are written."""

    def __init__(self, family, order=None, zone=None, has_offset=False):
        self.family = family
        self.order = order
        self.zone = zone            # a name, if one is asked for
        self.tz = zone and _zone_info(zone)
        self.has_offset = has_offset
        self.has_time = False

    def _is_epoch(self):
        return self.family in ('seconds', 'milliseconds', 'microseconds')

    def moment(self, written):
        """A datetime without zone; ValueError for what is none."""
        if self._is_epoch():
            return self._epoch(written)
        if self.family == 'serial':
            seconds = round(written.numbers[1] * 86400)
            return datetime.datetime(1899, 12, 30) + datetime.timedelta(written.numbers[0], seconds)
        moment = datetime.datetime(*_days(written, self.order), *(written.time or ()))
        if self.tz and written.offset is not None:
            zone = datetime.timezone(datetime.timedelta(minutes=written.offset))
            moment = moment.replace(tzinfo=zone).astimezone(self.tz).replace(tzinfo=None)
        return moment

    def _epoch(self, written):
        scale = {'seconds': 1, 'milliseconds': 1000, 'microseconds': 1000000}[self.family]
        seconds, rest = divmod(written.numbers[0], scale)
        micro = int((rest + written.numbers[1]) * 1000000 / scale)
        zone = self.tz or datetime.timezone.utc
        moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        return (moment + datetime.timedelta(microseconds=micro)).astimezone(zone).replace(tzinfo=None)

    def described(self):
        if self._is_epoch():
            return f'{self.family} since 1970, in {self.zone or "UTC"}' + (
                '' if self.zone else ', --zone says another')
        said = _SAID[self.order] if self.order else _FAMILY_SAID.get(self.family)
        days = None
        if self.has_offset:
            days = f'days of {self.zone}' if self.zone else 'days as written, without regard to offsets; --zone says a zone'
        return '; '.join(part for part in (said, days) if part)


def _zone_info(name):
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise Unclear(f'there is no time zone {quoted(name)}; give --zone a name like Europe/Berlin') from None


def _parse_all(values):
    parsed = {}
    for value, line in values.items():
        written = parse(value)
        if written is None:
            raise at_line(line, f'date {quoted(value)} is not a date that can be read; mend it or empty it')
        parsed[value] = written
    return parsed


def _one_family(values, parsed):
    """All values are written alike, or it is said which is not."""
    first, count = {}, {}
    for value, written in parsed.items():
        first.setdefault(written.family, value)
        count[written.family] = count.get(written.family, 0) + 1
    if len(count) > 1:
        ranked = sorted(count, key=lambda family: (-count[family], values[first[family]]))
        usual, odd = first[ranked[0]], first[ranked[1]]
        raise at_line(values[odd], f'date {quoted(odd)} is written in another form than {quoted(usual)}'
                      f' on line {values[usual]}; write all dates in one form')
    return next(iter(count))


def _order(values, parsed, separator):
    """Day or month first?  What all rows allow."""
    ruled_out = {}                  # order: the first value that forbids it
    for value, written in parsed.items():
        for order in _ORDERS:
            if order not in ruled_out and not _possible(*_days(written, order)):
                ruled_out[order] = value
    possible = [order for order in _ORDERS if order not in ruled_out]
    if separator != '-' and len(possible) > 1 and 'ymd' in possible:
        possible.remove('ymd')      # 24/01/15 and 24.01.15 are not written so
    if separator == '.' and 'dmy' in possible:
        return 'dmy'
    if not possible:
        raise _no_order(values, parsed, ruled_out)
    if len(possible) > 1:
        _ask_unless_equal(values, parsed, possible)
    return possible[0]


def _no_order(values, parsed, ruled_out):
    for value, written in parsed.items():
        if not any(_possible(*_days(written, order)) for order in _ORDERS):
            return at_line(values[value], f'date {quoted(value)} is not a day of the calendar; mend it or empty it')
    late, early = sorted((ruled_out['dmy'], ruled_out['mdy']), key=values.get, reverse=True)
    which, other = ('month', 'day') if late == ruled_out['dmy'] else ('day', 'month')
    return at_line(values[late], f'date {quoted(late)} has the {which} first, but {quoted(early)} on line'
                   f' {values[early]} has the {other} first; write all dates in one form')


def _ask_unless_equal(values, parsed, possible):
    for value, written in parsed.items():
        readings = [_days(written, order) for order in possible]
        if len(set(readings)) > 1:
            told = ' or '.join(f'{day} {calendar.month_name[month]} {year}' for year, month, day in readings)
            options = ' or '.join(f'--date {order}' for order in possible)
            raise at_line(values[value], f'date {quoted(value)} may be {told}, and so may every other; say {options}')


def _check_order_asked(values, parsed, order):
    for value, written in parsed.items():
        if not _possible(*_days(written, order)):
            raise at_line(values[value], f'date {quoted(value)} is not a day of the calendar with'
                          f' --date {order}; mend it or empty it')


def decide(values, order=None, zone=None):
    """The form of a column.  values: each with the line where it is first."""
    parsed = _parse_all(values)
    family = _one_family(values, parsed)
    form = Form(family, zone=zone, has_offset=any(w.offset is not None for w in parsed.values()))
    if family in _SEPARATORS:
        if order:
            _check_order_asked(values, parsed, order)
        form.order = order or _order(values, parsed, family)
    if zone:
        for value, written in parsed.items():
            if written.zone:
                raise at_line(values[value], f'date {quoted(value)}: the abbreviation {written.zone} of a time zone'
                              ' has several meanings; leave --zone away to take the days as they are written')
    return form, _moments(values, parsed, form)


def _moments(values, parsed, form):
    """Each value as a datetime."""
    moments = {}
    for value, written in parsed.items():
        try:
            moment = form.moment(written)
        except (ValueError, OverflowError):
            raise at_line(values[value], f'date {quoted(value)} is not a day of the calendar; mend it or empty it') from None
        if not YEARS[0] <= moment.year <= YEARS[1]:
            raise at_line(values[value], f'date {quoted(value)}: the year {moment.year} is not between {YEARS[0]} and'
                          f' {YEARS[1]}; mend it or empty it')
        moments[value] = moment
    midnight = datetime.time()
    form.has_time = any(moment.time() != midnight for moment in moments.values())
    return moments
