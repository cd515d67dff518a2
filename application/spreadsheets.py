"""Tables for spreadsheets, as CSV (RFC 4180): what a person typed is shown there, and never calculated."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

BEGINS: Final = "\ufeff"
"""Stands before a table in UTF-8: without it, Excel takes accents for something else."""

FORMULAS: Final = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What begins so, a spreadsheet takes for a formula."""


def table(rows: Iterable[Sequence[object]]) -> str:
    r"""Return rows as lines of CSV. Before what would be a formula stands an apostrophe, which makes it a
    text.

    >>> print(table([["=1+1", "Zoé", -5, None], ['5" pipe', "+33 1", "a,b", ""]]).replace("\r\n", "|"))
    '=1+1,Zoé,-5,|"5"" pipe",'+33 1,"a,b",|
    """
    lines = StringIO()
    csv.writer(lines).writerows([_harmless(cell) for cell in row] for row in rows)
    return lines.getvalue()


def typed(cell: str) -> str:
    """Return what was typed into a cell, be it in a table of ours.

    >>> typed(" '+33 1 99 00 12 34 "), typed("'tis")
    ('+33 1 99 00 12 34', "'tis")
    """
    text = cell.strip()
    return text[1:].strip() if text[:1] == "'" and text[1:2] in FORMULAS else text


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULAS and cell else cell
