"""Why a file is not taken, or a row of it."""

from collections.abc import Sequence
from typing import Final

from application.refusals import TooMuch
from domain.messages import Invalid

# --- A file ---------------------------------------------------------------------------


class ImportIsEmpty(Invalid):
    """There are no rows in it: at least one is wanted, and in CSV a line before it with the names of the
    columns.
    """


class ImportTooLong(TooMuch):
    """It has more rows than can be imported at once; send it in parts."""

    most_rows: int


class ImportTooWide(TooMuch):
    """It has more columns than a file of people has."""

    most_columns: int


class FileIsNoText(Invalid):
    """It is no text, or in letters that are not known. Save it as CSV in UTF-8."""


class FileIsOneArray(Invalid):
    """It is one JSON array. Write a JSON object on each line, without commas between them."""


class ColumnsNotUnderstood(Invalid):
    """None of the columns says by what people are known: an address, a number or an external id. Say with
    `mapping` which does.
    """

    columns: Sequence[str]
    known: Sequence[str]


class MappingNotUnderstood(Invalid):
    """The mapping names a column that is not there, or a field that there is not."""

    columns: Sequence[str]
    known: Sequence[str]


OF_FILES: Final = (
    ImportIsEmpty,
    ImportTooLong,
    ImportTooWide,
    FileIsNoText,
    FileIsOneArray,
    ColumnsNotUnderstood,
    MappingNotUnderstood,
)


# --- A row ----------------------------------------------------------------------------


class WhoIsMissing(Invalid):
    """The row has neither an address nor a number nor an external id: nobody would know them again."""


class ColumnCountWrong(Invalid):
    """The row has another number of columns than the first line."""


class QuoteNeverEnds(Invalid):
    """A quote begins in this row, and ends nowhere near it."""


class RowTooLong(Invalid):
    """The row is longer than a row of people is."""


class RowIsNoObject(Invalid):
    """The line is no JSON object of texts and numbers."""


class ValueTooLong(Invalid):
    """The value is longer than can be kept of it."""


class ZeroCharacterInside(Invalid):
    """There is a character in it that stands for nothing (U+0000), and cannot be kept."""


class DateNotUnderstood(Invalid):
    """No date can be read from this. Write it as 2027-01-31, with or without a time."""


class DateAmbiguous(Invalid):
    """Nothing says which is the day and which the month. Say it with `dates`, or write 2027-01-31."""


class DomainNotUnderstood(Invalid):
    """It is no domain, as `acme.example` is one, nor the address of a page."""


class SizeNotUnderstood(Invalid):
    """Nobody can tell from this how many people work there. Write it as a number, or as from one to another."""


class StatusNotKnown(Invalid):
    """There is no such status of leads."""


class MemberNotKnown(Invalid):
    """Nobody who works here has this address."""
