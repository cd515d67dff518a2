"""Tables as CSV (RFC 4180): what a program for tables would take for a formula is text there."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

CSV: Final = "text/csv"

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Beginnings of what Excel, LibreOffice and Google Sheets compute, or take apart."""


def table(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    """Return a table with a head. Nothing is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([head, *([_cell(each) for each in line] for line in lines)])
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    """Return a cell; texts that begin as a formula does have an apostrophe before them.

    >>> _cell("=1+1"), _cell(-1)
    ("'=1+1", -1)
    """
    is_formula = isinstance(value, str) and value.startswith(FORMULA)
    return f"'{value}" if is_formula else value
