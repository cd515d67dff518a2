"""What goes on at some time between two instants: it begins before the end and ends after the beginning.

How rows that go on are found without reading all that is over is for each read model to say.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from psycopg import Connection

from projections.questions import Where

FIRST: Final = datetime(1969, 1, 1, tzinfo=UTC)
LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Nothing is kept beyond these, and nearer to the ends of time Python cannot subtract a week."""


class Range(NamedTuple):
    """From an instant until before another; None is without end."""

    first: datetime | None = None
    last: datetime | None = None

    def kept(self) -> "Range":
        """Return the same within what one can compute with."""
        return Range(*(each and min(max(each, FIRST), LAST) for each in self))


ALWAYS: Final = Range()


class Overlap(NamedTuple):
    """How to ask for what overlaps: by filters, and by conditions in SQL with their values; `keeps`
    says of each row whether it does, where a statement knows only about.
    """

    where: Sequence[Where] = ()
    extra: Sequence[tuple[str, Sequence[Any]]] = ()
    keeps: Callable[[bytes], bool] | None = None


Overlapping = Callable[[Connection[Any], str, Range], Overlap]
"""Says how a tenant's rows are asked for. It may look at the read model itself before."""
