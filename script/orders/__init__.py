"""A person's CSV file of orders, read into rows of customer, date and amount.

text      bytes to records: encoding, delimiter, quotes, title lines
names     what columns are called in six languages and in shops' exports
columns   which column is which, by its name and by what is in it
dates     one form of dates for a whole column
amounts   one decimal mark for all amounts of a file
take      all of it: rows, and what was taken for what

Only the standard library, of Python 3.11 and later.
"""


class Unclear(Exception):
    """What cannot be decided: one sentence, with the option that decides it."""


def at_line(line, sentence):
    return Unclear(f'line {line}: {sentence}')


def quoted(value):
    """A value in a sentence: on one line and not too long."""
    plain = ' '.join(''.join(c if c.isprintable() else ' ' for c in value).split())
    return f'"{plain[:60]}…"' if len(plain) > 60 else f'"{plain}"'


def listed(values, limit=40):
    """Names in a sentence."""
    shown = [quoted(value) for value in values[:limit]]
    if len(values) > limit:
        shown.append(f'and {len(values) - limit} more')
    return ', '.join(shown)


def counted(number, one, many=None):
    """"1 row", "2,000 rows"."""
    return f'{number:,} {one if number == 1 else many or one + "s"}'
