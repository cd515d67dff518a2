"""From when until when: a list that people look at as a calendar is asked for whatever goes on between."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from api.problems.questions import all_of, wrong
from api.requests.moments import EXAMPLE, instant
from api.requests.parsing import like
from projections.overlap import Range

FROM: Final = "from"
TO: Final = "to"
RANGE: Final = (FROM, TO)


def range_of(asked: Mapping[str, str], most: timedelta | None = None) -> Range:
    """Return the range that is asked for, in UTC. Raises QueryInvalid; also, where `most` says how long it
    may be, for one that is longer, or of which an end is not named.
    """
    first, last = all_of(*(partial(_end, asked, name) for name in RANGE))
    if first is not None and last is not None:
        if last < first:
            raise wrong(TO, "before `from`", code="ends-before-it-starts")
        if most is not None and last - first > most:
            raise wrong(TO, f"more than {most.days} days after `from`", code="out-of-range")
    elif most is not None and first is not last:
        missing = FROM if first is None else TO
        raise wrong(missing, "`from` and `to` are asked together", example=EXAMPLE)
    return Range(first, last)


def _end(asked: Mapping[str, str], name: str) -> datetime | None:
    try:
        return instant(asked[name]) if name in asked else None
    except ValueError:
        raise wrong(name, like(EXAMPLE), example=EXAMPLE) from None
