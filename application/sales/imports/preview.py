"""What will become of a file, before anything of it is recorded: of the rows that come first."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from application.sales.imports.rows import Fault, Here
from application.sales.imports.sending import Given, Sheet, list_of, read_in, rows_in
from application.sales.imports.taking_in import Outcome, judged
from application.transact import Past
from domain.sales.imports import ImportedLead

LOOKED_AT: Final = 1_000
"""Rows for which somebody can wait."""


class Previewed(NamedTuple):
    """A row as it is read, and what will become of it; of one that will be refused, why."""

    line: int
    said: ImportedLead | None
    outcome: Outcome
    fault: Fault | None


def previewed(sheet: Sheet, given: Given, here: Here, past: Past) -> Sequence[Previewed]:
    """Say what will become of the rows that come first, in the order in which they are taken in."""
    rows = rows_in(list_of(sheet.rows[:LOOKED_AT]))
    found = read_in(rows, given, here)
    leads = [each for each in found if isinstance(each, ImportedLead)]
    told = judged(leads, past, given.follow_ups)
    shown: list[Previewed] = []
    for row, each in zip(rows, found, strict=True):
        if isinstance(each, Fault):
            shown.append(Previewed(row.line, None, Outcome.REFUSED, each))
        else:
            _, outcome, _, code = next(told)
            shown.append(Previewed(row.line, each, outcome, Fault(code) if code else None))
    return shown
