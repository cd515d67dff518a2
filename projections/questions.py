"""What can be asked of a list: filters, an order, and where a page begins."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple


class Op(StrEnum):
    """How a filter compares a column."""

    IS = "is"
    AT_LEAST = "gte"
    ABOVE = "gt"
    AT_MOST = "lte"
    BELOW = "lt"
    MISSING = "missing"
    KNOWN = "known"
    ENDS_AFTER = "ends-after"


COMPARING: Final = frozenset({Op.AT_LEAST, Op.ABOVE, Op.AT_MOST, Op.BELOW})
"""What a list may be asked by `column.gte=…` and the like."""

ALONG_THE_WAY: Final = frozenset({Op.MISSING, Op.ENDS_AFTER})
"""What most rows that are read meet anyway: it is checked of each, and no index has to know it. What ends
after an instant is asked only together with when it began at the earliest (`projections/overlap.py`).
"""

OPERATORS: Final = {
    Op.IS: "{} = ANY(%s)",
    Op.AT_LEAST: "{} >= %s",
    Op.ABOVE: "{} > %s",
    Op.AT_MOST: "{} <= %s",
    Op.BELOW: "{} < %s",
    Op.ENDS_AFTER: "{} > %s",
}


class Where(NamedTuple):
    """A filter; with `Op.IS` the value is a list, of which one must be met. Whether there is a value at
    all is asked without one.
    """

    column: str
    op: Op
    value: Any = ()


class Sort(NamedTuple):
    """By which column; rows that have none there come last. Ties go by key, the same way."""

    column: str
    descending: bool = False


class Place(NamedTuple):
    """Where a page begins: after, or before, the row with this sort value and key."""

    value: Any
    key: str
    backwards: bool = False


class Within(NamedTuple):
    """What of a list whoever asks may see at all: what filters say, along which an index may be there,
    or conditions in SQL with their values, ours and never a client's. None: all of it. A page is not
    asked for without saying it.
    """

    conditions: Sequence[tuple[str, Sequence[Any]]] = ()
    where: Sequence[Where] = ()


class Watched(NamedTuple):
    """Read models, by name, on which it hangs whether a page shows all that has happened, and up to where
    they were known to have come before the page was asked for.
    """

    names: Sequence[str]
    known: int
