"""Rows of a file that somebody else's program wrote: CSV, or a JSON object a line. How it is written is
told by looking at it: the letters (UTF-8, UTF-16, Windows-1252), and what stands between values.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, TextIOWrapper
from typing import Any, Final, NamedTuple

import msgspec

from application.sales.imports.refusals import (
    ColumnCountWrong,
    FileIsNoText,
    FileIsOneArray,
    ImportIsEmpty,
    ImportTooLong,
    ImportTooWide,
    QuoteNeverEnds,
    RowIsNoObject,
    RowTooLong,
    ZeroCharacterInside,
)
from domain.messages import DomainError

MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 100
LONGEST_NAME: Final = 200
"""Characters of a column's name: of what is longer, the rest is left out."""

LONGEST_ROW: Final = 60_000
"""Characters of a row: its message may have ten thousand."""

MOST_LINES: Final = 200
"""Of one row: a quote that does not end before is none."""

LOOKED_AT: Final = 4_096
"""Bytes by which it is told how a file is written."""

SEPARATORS: Final = (",", ";", "\t")
MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
OFTEN: Final = 1 / 4
"""Of the bytes of a text in UTF-16 that is mostly Latin, half are zero: every other."""

EXCEL: Final = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
"""By a first line of this kind Excel says what stands between values."""


ARRAY: Final = re.compile(r"\[\s*[{\]]")
"""What JSON begins with that is one array of objects."""


class Record(NamedTuple):
    """A row as it stands in a file from a line on; if it cannot be one, why."""

    line: int
    cells: Sequence[str]
    problem: type[DomainError] | None = None


class Table(NamedTuple):
    """The names of the columns, as they are written, and what is below them; empty rows are none."""

    columns: tuple[str, ...]
    records: Iterator[Record]


def table_of(content: bytes) -> Table:
    """Read a file. Raises ImportIsEmpty, ImportTooWide, FileIsNoText, FileIsOneArray; and ImportTooLong at the row
    that is one too many.
    """
    encoding = _encoding(content)
    begins = _begins(content, encoding)
    if ARRAY.match(begins):
        raise FileIsOneArray
    read = _objects if begins.startswith("{") else _rows
    columns, records = read(content, encoding)
    if len(columns) > MOST_COLUMNS:
        raise ImportTooWide(most_columns=MOST_COLUMNS)
    return Table(
        tuple(map(_named, columns)), _bounded(map(_whole, filter(_says_something, records)))
    )


def _named(column: str) -> str:
    return _kept(column[:LONGEST_NAME])


def _kept(text: str) -> str:
    """Return a text without what cannot be kept."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _says_something(record: Record) -> bool:
    return any(map(str.strip, record.cells))


def _bounded(records: Iterable[Record]) -> Iterator[Record]:
    number = 0
    for number, record in enumerate(records, 1):
        if number > MOST_ROWS:
            raise ImportTooLong(most_rows=MOST_ROWS)
        yield record
    if not number:
        raise ImportIsEmpty


def _whole(record: Record) -> Record:
    """Return a record of which all can be kept, so that it can be shown with what is wrong."""
    if sum(map(len, record.cells)) > LONGEST_ROW:
        cells = [cell[: LONGEST_ROW // MOST_COLUMNS] for cell in record.cells[:MOST_COLUMNS]]
        return _whole(Record(record.line, cells, record.problem or RowTooLong))
    if any("\0" in cell for cell in record.cells):
        cells = [_kept(cell) for cell in record.cells]
        return Record(record.line, cells, record.problem or ZeroCharacterInside)
    return record


# --- Letters --------------------------------------------------------------------------


def _encoding(content: bytes) -> str:
    """Return in which letters a text is written. Raises FileIsNoText."""
    for mark, name in MARKS.items():
        if content.startswith(mark):
            return _refuse_unless(content, name)
    first, second = (content[begin:LOOKED_AT:2].count(0) for begin in (0, 1))
    if abs(first - second) > len(content[:LOOKED_AT]) * OFTEN:
        return _refuse_unless(content, "utf-16-be" if first > second else "utf-16-le")
    return "utf-8" if _is_in(content, "utf-8") else _refuse_unless(content, "cp1252")


def _refuse_unless(content: bytes, encoding: str) -> str:
    if not _is_in(content, encoding):
        raise FileIsNoText
    return encoding


def _is_in(content: bytes, encoding: str) -> bool:
    """Whether all of it can be read so; without holding all of it as letters."""
    decoder = codecs.getincrementaldecoder(encoding)()
    part = 1 << 20
    try:
        for begin in range(0, len(content), part):
            text = decoder.decode(content[begin : begin + part], begin + part >= len(content))
            if not begin and _is_no_text(text[:LOOKED_AT]):
                return False
    except UnicodeDecodeError:
        return False
    return True


def _is_no_text(text: str) -> bool:
    r"""Whether these are rather the bytes of a program's own format, such as those of a spreadsheet.

    >>> _is_no_text("PK\3\4..."), _is_no_text("name,message\r\nZo\0,\t\x07")
    (True, False)
    """
    return text.startswith("PK\3\4") or text.count("\0") > len(text) * OFTEN


def _begins(content: bytes, encoding: str) -> str:
    """Return what a text begins with, and not with spaces."""
    return codecs.decode(content[:LOOKED_AT], encoding, "ignore").lstrip()


def _lines(content: bytes, encoding: str) -> Iterator[str]:
    """Return lines with their ends: within quotes, an end of a line is part of the value."""
    return iter(TextIOWrapper(BytesIO(content), encoding, newline=""))


# --- CSV (RFC 4180) -------------------------------------------------------------------


class _EndlessError(Exception):
    """A row does not end where one would."""


class _Ahead:
    """Lines, of which those of the row under way can be read once more, but for its first."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self.line = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._taken) == MOST_LINES:
            raise _EndlessError
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None and self._taken:
            raise _EndlessError
        if line is None:
            raise StopIteration
        self._taken.append(line)
        return line

    def end(self) -> int:
        """Begin a row; return the line at which the one before began."""
        began, self.line = self.line, self.line + len(self._taken)
        self._taken.clear()
        return began

    def give_up(self) -> str:
        """Return the first line of the row under way; those behind it are read once more."""
        first, *rest = self._taken
        self._again.extendleft(reversed(rest))
        self._taken = [first]
        return first


def _rows(content: bytes, encoding: str) -> tuple[tuple[str, ...], Iterator[Record]]:
    begins = _begins(content, encoding)
    records = _split(_Ahead(_lines(content, encoding)), _separator(begins))
    found = filter(_says_something, records)
    if EXCEL.match(begins):
        next(found, None)
    header = next(found, None)
    if header is None:
        raise ImportIsEmpty
    columns = tuple(cell.strip() for cell in header.cells)
    return columns, (_of_width(each, len(columns)) for each in found)


def _split(lines: _Ahead, separator: str) -> Iterator[Record]:
    while True:
        reader = csv.reader(lines, delimiter=separator)
        try:
            for cells in reader:
                yield Record(lines.end(), cells)
        except (_EndlessError, csv.Error) as error:
            first = lines.give_up().rstrip("\r\n")
            problem = RowTooLong if isinstance(error, csv.Error) else QuoteNeverEnds
            yield Record(lines.end(), [first], problem)
        else:
            return


def _of_width(record: Record, width: int) -> Record:
    """Return a record as wide as the first line; what is more is nothing, or one too many."""
    more = record.cells[width:]
    if record.problem is None and (len(record.cells) < width or any(more)):
        return record._replace(problem=ColumnCountWrong)
    return record._replace(cells=record.cells[:width])


def _separator(text: str) -> str:
    r"""Return what stands between the values of the first line.

    >>> _separator('"Nom, prénom";Email\n'), _separator("sep=;\nName,x;y")
    (';', ';')
    """
    if said := EXCEL.match(text):
        return said[1]
    first = next(iter(text.splitlines()), "")
    outside = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


# --- JSON lines -----------------------------------------------------------------------

_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


def _objects(content: bytes, encoding: str) -> tuple[tuple[str, ...], Iterator[Record]]:
    names: set[str] = set()
    for line in _lines(content, encoding):
        names |= _object(line).keys()
        if len(names) > MOST_COLUMNS:
            raise ImportTooWide(most_columns=MOST_COLUMNS)
    columns = tuple(sorted(names))
    return columns, _found(_lines(content, encoding), columns)


def _found(lines: Iterator[str], columns: tuple[str, ...]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        values = _object(line)
        if not values or any(isinstance(each, dict | list) for each in values.values()):
            yield Record(number, [line.strip()], RowIsNoObject)
        else:
            yield Record(number, [_cell(values.get(name)) for name in columns])


def _object(line: str) -> dict[str, Any]:
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return {}


def _cell(value: Any) -> str:
    """Return a value as CSV would have it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
