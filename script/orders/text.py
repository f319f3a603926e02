"""Bytes to records: what the file is, its encoding, delimiter and header."""

import codecs
import collections
import csv
import io
import itertools

from . import Unclear, at_line, counted, names, quoted

DELIMITERS = {',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars'}
SAMPLE_LINES = 300          # what the delimiter and the header are judged by
HEADER_WITHIN = 40          # the header is one of so many first records

csv.field_size_limit(2 ** 31 - 1)   # the default would end a long quoted value

# How files begin that are no text, and what to do with them.
MAGIC = (
    (b'PAR1', 'this is a Parquet file; save it as CSV'),
    (b'\xd0\xcf\x11\xe0', 'this is an Excel workbook (.xls); save it as CSV'),
    (b'%PDF', 'this is a PDF document; save the table as CSV'),
    (b'SQLite format 3', 'this is an SQLite database; save the table as CSV'),
    (b'\x1f\x8b', 'this file is compressed (gzip); unpack it first'),
    (b'BZh', 'this file is compressed (bzip2); unpack it first'),
    (b'\xfd7zXZ', 'this file is compressed (xz); unpack it first'),
    (b'\x28\xb5\x2f\xfd', 'this file is compressed (zstd); unpack it first'),
    (b'7z\xbc\xaf', 'this file is compressed (7z); unpack it first'),
)

# How text begins that is no CSV.
MARKUP = (
    ('<', 'this is HTML or XML, not CSV; save the table as CSV'),
    ('{', 'this is JSON, not CSV; save it as CSV'),
    ('[{', 'this is JSON, not CSV; save it as CSV'),
)

BOMS = (        # UTF-32's begins like UTF-16's
    (codecs.BOM_UTF32_LE, 'utf-32-le', 'UTF-32'),
    (codecs.BOM_UTF32_BE, 'utf-32-be', 'UTF-32'),
    (codecs.BOM_UTF8, 'utf-8', None),
    (codecs.BOM_UTF16_LE, 'utf-16-le', 'UTF-16'),
    (codecs.BOM_UTF16_BE, 'utf-16-be', 'UTF-16'),
)


def _one_byte_of_windows(error):
    """A byte that is no UTF-8, as Windows-1252 has it."""
    byte = error.object[error.start:error.start + 1]
    try:
        return byte.decode('cp1252'), error.start + 1
    except UnicodeDecodeError:
        return byte.decode('latin-1'), error.start + 1


codecs.register_error('windows', _one_byte_of_windows)


class Text:
    """The text of a file, read as often as wanted."""

    def __init__(self, data, encoding, errors, said):
        self.data = data
        self.encoding = encoding
        self.errors = errors
        self.said = said            # the encoding, when it is unusual

    def lines(self):
        return io.TextIOWrapper(io.BytesIO(self.data), self.encoding,
                                errors=self.errors, newline='')


def _refuse_what_is_no_text(data):
    if not data.strip():
        raise Unclear('the file is empty')
    if data.startswith(b'PK\x03\x04'):
        if b'xl/' in data or b'[Content_Types].xml' in data:
            raise Unclear('this is an Excel workbook (.xlsx); save it as CSV')
        raise Unclear('this is a zip archive; unpack it first')
    for magic, sentence in MAGIC:
        if data.startswith(magic):
            raise Unclear(sentence)


def _wide_encoding(data):
    """UTF-16 without a mark: every other byte of plain text is 0."""
    sample = data[:4096]
    pairs = len(sample) // 2
    first = sample[0::2].count(0)
    second = sample[1::2].count(0)
    wide = None
    if second > 0.4 * pairs and first < 0.05 * pairs:
        wide = 'utf-16-le'
    elif first > 0.4 * pairs and second < 0.05 * pairs:
        wide = 'utf-16-be'
    if wide and any(c < ' ' and c not in '\t\r\n' for c in sample[:2 * pairs].decode(wide, 'replace')):
        return None                 # it is no text at all
    return wide


def _named_encoding(data, name):
    try:
        data.decode(name)
    except LookupError:
        raise Unclear(f'there is no encoding {quoted(name)}') from None
    except ValueError:
        raise Unclear(f'the file is not in the encoding {quoted(name)}') from None
    for mark, _, _ in BOMS:
        if data.startswith(mark) and mark.decode(name, 'replace') == '\ufeff':
            data = data[len(mark):]
    return Text(data, name, 'strict', name)


def _guess_encoding(data):
    for mark, encoding, said in BOMS:
        if data.startswith(mark):
            data = data[len(mark):]
            return Text(data, 'utf-8', 'windows', None) if encoding == 'utf-8' else _wide_text(data, encoding, said)
    wide = _wide_encoding(data)
    return _wide_text(data, wide, 'UTF-16') if wide else Text(data, 'utf-8', 'windows', None)


def _wide_text(data, encoding, said):
    """A file that was cut off may end within a character."""
    rest = len(data) % (4 if '32' in encoding else 2)
    if rest:
        data, said = data[:-rest], said + ', cut off within its last character'
    return Text(data, encoding, 'replace', said)


def decode(data, name=None):
    """The text of a file whose bytes these are."""
    _refuse_what_is_no_text(data)
    text = _named_encoding(data, name) if name else _guess_encoding(data)
    content = text.data.decode(text.encoding, text.errors)
    if text.errors == 'windows' and not _is_utf8(text.data):
        utf8 = text.data.decode('utf-8', 'ignore')
        text.said = 'Windows-1252' if utf8.isascii() else 'UTF-8 mixed with Windows-1252'
    nul = content.find('\0')
    if nul >= 0:
        raise at_line(content.count('\n', 0, nul) + 1,
                      'there is a NUL character: this is not a text file; save it as CSV')
    start = content[:1000].lstrip()
    if not content.strip():
        raise Unclear('the file is empty')
    for mark, sentence in MARKUP:
        if start.startswith(mark):
            raise Unclear(sentence)
    return text


def _is_utf8(data):
    try:
        data.decode('utf-8')
    except UnicodeDecodeError:
        return False
    return True


class Table:
    """A file cut into records: its delimiter, its header, and its rows."""

    def __init__(self, text, delimiter=None, wanted=(), header=True):
        self.text = text
        self.skip, self.delimiter = self._delimiter_line()
        sample = list(itertools.islice(itertools.islice(text.lines(), self.skip, None), SAMPLE_LINES))
        if delimiter:
            self.delimiter = delimiter
        if not self.delimiter:
            self.delimiter = _choose_delimiter(sample, wanted)
        records = list(itertools.islice(self._records(), SAMPLE_LINES))
        if not records:
            raise Unclear('the file is empty')
        if header:
            self._take_header(records, wanted)
        else:
            self.above = 0
            self.width = max(len(fields) for _, fields in records)
            self.names = [str(i) for i in range(1, self.width + 1)]
        self.short = []             # lines with fewer values than names

    def _delimiter_line(self):
        """The line "sep=;" that Excel obeys."""
        first = self.text.lines().readline().strip('\r\n"').lower()
        rest = first.removeprefix('sep=')
        if rest != first and len(rest) == 1:
            return 1, rest
        if first == 'sep=' + '\t':
            return 1, '\t'
        return 0, None

    def _records(self):
        """Line number and values of each record that is not blank."""
        lines = itertools.islice(self.text.lines(), self.skip, None)
        reader = csv.reader(lines, delimiter=self.delimiter, skipinitialspace=self.delimiter != ' ')
        line = 1 + self.skip
        fields = []
        start = line
        for fields in reader:
            start, line = line, reader.line_num + 1 + self.skip
            # blank, or nothing but delimiters
            if fields and (len(fields) > 1 or fields[0].strip()) and any(map(str.strip, fields)):
                yield start, fields
        if line - start > 1 and self._is_open(start):
            raise at_line(start, 'a value begins with a quote that is never closed; close it, or double it')

    def _is_open(self, start):
        """Does the last record, which begins there, end inside quotes?"""
        lines = itertools.islice(self.text.lines(), start - 1, None)
        try:
            for _ in csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True, strict=True):
                pass
        except csv.Error as error:
            return 'unexpected end' in str(error)
        return False

    def _take_header(self, records, wanted):
        place = _header_place(records, wanted)
        self.header_line, names_ = records[place]
        self.above = place
        while len(names_) > 1 and not names_[-1].strip():
            names_ = names_[:-1]
        if _looks_like_data(names_):
            raise at_line(self.header_line, 'the first line looks like data; it must name the columns'
                          ' (--no-header: they are called 1, 2, 3)')
        self.width = len(names_)
        self.names = _labels(names_)

    def rows(self):
        """Line number and values of each row below the header."""
        records = self._records()
        if hasattr(self, 'header_line'):
            for line, _ in records:
                if line == self.header_line:
                    break
        width = self.width
        for line, fields in records:
            if len(fields) != width:
                fields = self._ragged(line, fields)
            yield line, fields

    def _ragged(self, line, fields):
        if len(fields) < self.width:
            self.short.append(line)
            return fields + [''] * (self.width - len(fields))
        if any(field.strip() for field in fields[self.width:]):
            raise at_line(line, f'there are {len(fields)} values, but the header has'
                          f' {counted(self.width, "name")}; quote values in which there are'
                          f' {DELIMITERS.get(self.delimiter, "delimiters")}')
        return fields[:self.width]

    def described(self):
        """What is unusual about the file, for people."""
        said = []
        if self.delimiter != ',':
            said.append('separated by ' + DELIMITERS.get(self.delimiter, quoted(self.delimiter)))
        if self.text.said:
            said.append('encoding ' + self.text.said)
        if self.above:
            said.append(counted(self.above, 'line') + ' above the header left out')
        return said


def _labels(header):
    """Names to call the columns by: none empty, none twice."""
    seen = collections.Counter()
    labels = []
    for number, name in enumerate(header, 1):
        label = ' '.join(name.split()) or f'column {number}'
        seen[label] += 1
        labels.append(label if seen[label] == 1 else f'{label} ({seen[label]})')
    return labels


def _choose_delimiter(sample, wanted):
    """The one that makes known names of the header, else the most columns."""
    best, best_score = None, (0, 0.0)
    for delimiter in DELIMITERS:
        rows = [row for row in csv.reader(sample, delimiter=delimiter, skipinitialspace=True)
                if any(field.strip() for field in row)]
        if not rows:
            continue
        width, often = collections.Counter(map(len, rows)).most_common(1)[0]
        known = max(_known(row, wanted) for row in rows[:HEADER_WITHIN])
        widest_title = max(len(row) for row in rows[:HEADER_WITHIN])
        score = (known if widest_title > 1 else 0, (width - 1) * often / len(rows))
        if score > best_score:
            best, best_score = delimiter, score
    if best is None:
        raise Unclear('the columns are not separated by commas, semicolons, tabs or bars (--delimiter says another)')
    return best


def _known(row, wanted):
    """How many of these are names of columns?"""
    cells = [' '.join(cell.split()) for cell in row]
    return sum(cell in wanted for cell in cells) * 100 + sum(names.is_known(cell) for cell in cells)


def _filled(row):
    return sum(1 for field in row if field.strip())


def _header_place(records, wanted):
    """Which of the first records names the columns?"""
    first = records[:HEADER_WITHIN]
    known = [_known(row, wanted) for _, row in first]
    if max(known) >= 2:
        return known.index(max(known))
    usual = collections.Counter(_filled(row) for _, row in records).most_common(1)[0][0]
    for place, (_, row) in enumerate(first):
        if _filled(row) >= max(2, (usual + 1) // 2):
            return place
    return 0


def _looks_like_data(header):
    from . import amounts, dates

    cells = [cell.strip() for cell in header if cell.strip()]
    if any(names.is_known(cell) for cell in cells):
        return False
    return any(amounts.looks_like_number(cell) or dates.looks_like_date(cell) for cell in cells)
