"""How long what failed waits, and who looks after it if whoever said until when had a wrong clock.

The end of a pause is a time of day by the clock of the worker that failed. Were that a day ahead, all
others would wait for a day. How long a pause lasts everybody knows; so they count it from when they first
saw it, by their own clock and by one that nobody sets, and say that it is over.
"""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID, uuid5

from psycopg import Connection

LONGEST: Final = 3600

ELSEWHERE: Final = timedelta(seconds=30)
"""After which what this process cannot do is tried again, by another perhaps; often enough for it to
be said all the while.
"""

LOOKED_AT: Final = 1_000

# Only what nobody whose clock is right can have said: as a rule, nothing. It stands at the far end.
# What an operator has put off is due no sooner, and a provider may have said until when.
TOO_LONG: Final = """
    SELECT id, attempts, run_at FROM (
        SELECT id, attempts, run_at, due_at, not_before FROM work.jobs
        WHERE status = 'todo' AND attempts > 0 ORDER BY run_at DESC LIMIT %(looked_at)s
    ) last
    WHERE run_at > due_at AND run_at IS DISTINCT FROM not_before AND run_at > %(now)s + greatest(
        1.5 * least(2 ^ least(attempts, 12), %(longest)s) * interval '1 second', %(elsewhere)s
    )
"""

# What comes after it waits as long.
RECALL: Final = """
    WITH first AS (
        UPDATE work.jobs job SET run_at = %(now)s
        FROM unnest(%(ids)s::uuid[], %(until)s::timestamptz[]) AS late(id, run_at)
        WHERE job.id = late.id AND job.run_at = late.run_at AND job.status = 'todo'
        RETURNING job.id, job.ordering_key, late.run_at
    )
    UPDATE work.jobs behind SET run_at = %(now)s FROM first
    WHERE behind.ordering_key = first.ordering_key AND behind.id <> first.id
      AND CASE behind.status WHEN 'todo' THEN behind.run_at = first.run_at ELSE false END
"""

Sign = TypeVar("Sign", bound=Hashable)
"""What waits, and until when: another one each time."""


class Waits(Generic[Sign]):
    """How long one process has seen others wait."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._since: dict[Sign, tuple[float, datetime]] = {}

    def over(self, waiting: Mapping[Sign, timedelta], now: datetime) -> list[Sign]:
        """Look at all that waits, each for so long, and return what has."""
        seconds = self._seconds()
        self._since = {sign: self._since.get(sign, (seconds, now)) for sign in waiting}
        return [
            sign
            for sign, (first, began) in self._since.items()
            if max(timedelta(seconds=seconds - first), now - began) >= waiting[sign]
        ]


class Postponed(NamedTuple):
    """A job that failed, and when it is tried again."""

    job: UUID
    attempts: int
    until: datetime


def pause(job_id: UUID, attempt: int) -> timedelta:
    """Return the time until the next attempt: 2, 4, 8 … seconds, an hour at most, and up to half as
    much again, so that what failed together does not come back together.
    """
    seconds = float(min(2**attempt, LONGEST))
    share = uuid5(job_id, str(attempt)).int % 1000 / 1000
    return timedelta(seconds=seconds * (1 + share / 2))


def too_long(connection: Connection[Any], now: datetime) -> dict[Postponed, timedelta]:
    """Return what is put off for longer than it can be, and for how long it can."""
    values = {
        "now": now,
        "longest": LONGEST,
        "elsewhere": ELSEWHERE,
        "looked_at": LOOKED_AT,
    }
    rows = connection.execute(TOO_LONG, values, prepare=True)
    found = [Postponed(*row) for row in rows]
    return {each: pause(each.job, each.attempts) for each in found}


def recall(connection: Connection[Any], late: Sequence[Postponed], *, now: datetime) -> None:
    """Have it tried at once, unless somebody did meanwhile."""
    if late:
        ids, until = [each.job for each in late], [each.until for each in late]
        connection.execute(RECALL, {"ids": ids, "until": until, "now": now})
