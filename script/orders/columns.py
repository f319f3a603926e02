"""Which column is which, by its name and by what is in it."""

from . import Unclear, amounts, dates, listed, names, quoted

MISSING = frozenset(('', 'na', 'n/a', 'n.a.', 'nan', 'nat', 'null', '(null)', 'none', '\\n', '#n/a', '#nv', '#n/v', '<na>', '-', '--', '–', '—'))
OPTIONS = {'customer': '--customer', 'date': '--date-column', 'amount': '--amount', 'quantity': '--quantity', 'price': '--price'}
HALF = 0.5


def clean(value):
    """A value without blanks, and without the ="..." that keeps zeros in Excel."""
    value = value.strip()
    if value.startswith('="') and value.endswith('"') and len(value) > 2:
        value = value[2:-1].strip()
    return value


def is_missing(value):
    return len(value) < 7 and value.casefold() in MISSING


class Column:
    """A column and what a sample of its values is like."""

    def __init__(self, index, name, values):
        self.index = index
        self.name = name
        given = [value for value in map(clean, values) if not is_missing(value)]
        distinct = set(given)
        count = len(distinct) or 1
        self.filled = len(given) / (len(values) or 1)
        self.repeats = len(distinct) < len(given)
        self.dates = sum(map(dates.looks_like_date, distinct)) / count
        self.readable_dates = sum(dates.parse(value) is not None for value in distinct) / count
        self.numbers = sum(map(amounts.looks_like_number, distinct)) / count
        self.fractions = sum(map(amounts.has_fraction, distinct)) / count

    def fits(self, role):
        """Can it be that, from what is in it?"""
        if not self.filled:
            return False
        if role == 'date':
            return self.readable_dates >= HALF
        return self.numbers >= HALF if role != 'customer' else True


class Choice:
    """The columns taken, and those that were possible too."""

    def __init__(self):
        self.taken = {}             # role: Column
        self.also = []              # (role, Column)

    def indexes(self):
        return {column.index for column in self.taken.values()}


def _named(columns, wanted):
    """The column that a person names: exactly, else in other letters."""
    for column in columns:
        if column.name == ' '.join(wanted.split()):
            return column
    alike = [column for column in columns if names.key(column.name) == names.key(wanted) != '']
    if len(alike) == 1:
        return alike[0]
    raise Unclear(f'there is no column {quoted(wanted)}; the columns are {listed([c.name for c in columns])}')


def _ask(role, columns, among=None):
    others = {'amount': ', or --no-amount if there is none'}.get(role, '')
    which = listed([c.name for c in (among or columns)])
    words = 'may be' if among else 'The columns are'
    if among:
        return Unclear(f'which column is the {role}? It {words} {which}; say {OPTIONS[role]} NAME{others}')
    return Unclear(f'which column is the {role}? {words} {which}; say {OPTIONS[role]} NAME{others}')


def _by_name(role, columns):
    """The candidates by name, the likeliest first."""
    ranked = [(names.rank(role, column.name), column.index, column) for column in columns]
    ranked = sorted(item for item in ranked if item[0] is not None)
    candidates = [column for _, _, column in ranked]
    fitting = [column for column in candidates if column.fits(role)]
    fullest = max((column.filled for column in fitting), default=0)
    fitting.sort(key=lambda column: column.filled < HALF * fullest)     # those with gaps last
    return fitting or candidates


def _by_part(role, columns):
    return [column for column in columns if names.in_part(role, column.name) and column.fits(role)]


def _take(choice, role, candidates):
    choice.taken[role] = candidates[0]
    choice.also += [(role, column) for column in candidates[1:]]


def _find(choice, role, columns, by_content):
    """By the whole name, by a word of it, by what is in the column."""
    free = [column for column in columns if column.index not in choice.indexes()]
    candidates = _by_name(role, free)
    if candidates:
        _take(choice, role, candidates)
        return True
    for find in (_by_part, by_content):
        candidates = find(role, free)
        if len(candidates) > 1:
            raise _ask(role, columns, candidates)
        if candidates:
            _take(choice, role, candidates)
            return True
    return False


def _dates_by_content(role, columns):
    return [column for column in columns if column.dates >= 0.9]


def _customers_by_content(role, columns):
    """What is neither money nor a date, and comes more than once."""
    left = [column for column in columns if column.filled >= HALF and column.fractions < HALF and column.dates < HALF
            and not any(names.is_one_of(list_, column.name) for list_ in (names.STATUS, names.CURRENCY, names.ORDER, names.QUANTITY, names.AMOUNT, names.PRICE))]
    return [column for column in left if column.repeats] or left


def _amounts_by_content(role, columns):
    """Money has decimals; if none has, any number that is no id and no count."""
    left = [column for column in columns if column.numbers >= HALF and not names.is_count(column.name) and column.dates < HALF
            and not names.is_one_of(names.QUANTITY, column.name)]
    return [column for column in left if column.fractions >= 0.2] or left


def _find_amount(choice, columns):
    """The amount, else quantity and price, else one of the numbers, else none."""
    free = [column for column in columns if column.index not in choice.indexes()]
    quantities = [c for c in _by_name('quantity', free) if c.fits('quantity')]
    prices = [c for c in _by_name('price', free) if c.fits('price')]
    if _by_name('amount', free):
        _take(choice, 'amount', _by_name('amount', free))
    elif quantities and prices:
        _take(choice, 'quantity', quantities)
        _take(choice, 'price', prices)
    elif _unclear_price(free) and quantities:
        raise Unclear(f'is {quoted(_unclear_price(free).name)} the price of one piece or of all? say --quantity {quoted(quantities[0].name)}'
                      f' --price {quoted(_unclear_price(free).name)}, or --amount {quoted(_unclear_price(free).name)}')
    elif prices:
        _take(choice, 'amount', prices)
    else:
        _find(choice, 'amount', columns, _amounts_by_content)


def _unclear_price(columns):
    return next((column for column in columns if names.is_one_of(names.UNCLEAR_PRICE, column.name)), None)


def choose(columns, wanted, no_amount=False):
    """The columns of a file.  wanted: role and name of those that are told."""
    choice = Choice()
    for role, name in wanted.items():
        choice.taken[role] = _named(columns, name)
    if 'date' not in choice.taken and not _find(choice, 'date', columns, _dates_by_content):
        raise _ask('date', columns)
    if 'customer' not in choice.taken:
        _find_customer(choice, columns, no_amount)
    if not no_amount and not set(choice.taken) & {'amount', 'quantity'}:
        _find_amount(choice, columns)
    _refuse_twice(choice)
    return choice


def _find_customer(choice, columns, no_amount):
    """Its name tells; else the amount is found first, so that less is left."""
    free = [column for column in columns if column.index not in choice.indexes()]
    if not _by_name('customer', free) and not _by_part('customer', free) and not no_amount:
        if not set(choice.taken) & {'amount', 'quantity'} and _has_amount_by_name(free):
            _find_amount(choice, columns)
        elif not set(choice.taken) & {'amount', 'quantity'}:
            money = [column for column in free if column.fractions >= HALF]
            if len(money) == 1:
                _take(choice, 'amount', money)
    if not _find(choice, 'customer', columns, _customers_by_content):
        raise _ask('customer', columns)


def _has_amount_by_name(columns):
    return any(_by_name(role, columns) for role in ('amount', 'price'))


def _refuse_twice(choice):
    seen = {}
    for role, column in choice.taken.items():
        if column.index in seen:
            raise Unclear(f'{quoted(column.name)} cannot be both {seen[column.index]} and {role}; say {OPTIONS[role]} NAME')
        seen[column.index] = role


def first_of(list_, columns, but=()):
    """The first column with a name of a list: status, currency, invoice."""
    for column in columns:
        if column.index not in but and names.is_one_of(list_, column.name):
            return column
    return None
