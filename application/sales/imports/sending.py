"""A file made ready to be taken in: its columns understood, its rows in one order, whatever theirs was. So
the same rows are the same import, and whoever came first is first.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

import msgspec

from application.sales.imports.columns import WHO, Field, understood
from application.sales.imports.dates import Dates, on_clock, order_in
from application.sales.imports.rows import Fault, Here, Reading, read
from application.sales.imports.tables import Record, table_of
from application.spreadsheets import typed
from domain.messages import Value
from domain.sales.imports import FollowUps, ImportedLead
from domain.values import UserId
from domain.zones import to_local, to_utc, zone

AT_ONCE: Final = 500
"""Rows that are taken in by one step."""

MOST_BYTES: Final = 600_000
"""Of these rows, as they are written: recorded, they are some times as much."""

CHANNEL: Final = "import"
DAILY: Final = 50
MOST_DAILY: Final = 1_000
FIRST_HOUR: Final = 9

NOW: Final = "now"
"""Comes after all times, as they are written in digits."""


class Wishes(Value, frozen=True, kw_only=True):
    """What somebody says of a file: what columns mean that are called otherwise, what comes first in dates,
    whose external ids they are; and whether somebody is to turn to whoever is new, to so many a day.
    """

    mapping: Mapping[str, str] = {}
    dates: Dates | None = None
    channel: str = CHANNEL
    tasks: bool = False
    daily_limit: int = DAILY


class Business(NamedTuple):
    """Where the business is, and what time it is."""

    country: str
    time_zone: str
    now: datetime


class Given(Value, frozen=True, kw_only=True):
    """By what so many rows are read, wherever that is done: `members` by the keys of their addresses. What
    is wrong with rows is said in the `language`.
    """

    rows: int
    reading: Reading
    language: str
    members: Mapping[str, UserId] = {}
    follow_ups: FollowUps | None = None


class SentRow(msgspec.Struct, array_like=True):
    """A row as it waits, and the line at which it stood."""

    cells: list[str]
    problem: str | None
    line: int


class Sheet(NamedTuple):
    """A file that was understood, its rows in the order in which they are taken in. `members` is what
    stands where it is said who looks after somebody.
    """

    reading: Reading
    rows: Sequence[bytes]
    members: frozenset[str]

    @property
    def parts(self) -> Iterator[bytes]:
        """Return the rows, as many at a time as are taken in by one step."""
        part: list[bytes] = []
        size = 0
        for row in self.rows:
            if part and (len(part) == AT_ONCE or size + len(row) > MOST_BYTES):
                yield list_of(part)
                part, size = [], 0
            part.append(row)
            size += len(row)
        yield list_of(part)


def sheet_of(content: bytes, wishes: Wishes, business: Business) -> Sheet:
    """Read a file. Raises what `table_of` and `understood` raise."""
    table = table_of(content)
    columns = understood(table.columns, wishes.mapping)
    rows = [_row(each, columns.places) for each in table.records]
    dates = wishes.dates or order_in(row.created for row in rows)
    rows.sort(key=lambda row: _place(row, dates))
    return Sheet(
        reading=Reading(
            columns=columns,
            country=business.country,
            time_zone=business.time_zone,
            dates=dates,
            channel=wishes.channel,
        ),
        rows=[row.sent for row in rows],
        members=frozenset(row.assignee for row in rows if row.assignee),
    )


def given_of(
    sheet: Sheet,
    wishes: Wishes,
    business: Business,
    members: Mapping[str, UserId],
    language: str,
) -> Given:
    """Return by what the rows of a file are to be read, wherever that is done."""
    return Given(
        rows=len(sheet.rows),
        reading=sheet.reading,
        members=members,
        language=language,
        follow_ups=_follow_ups(wishes, business) if wishes.tasks else None,
    )


def rows_in(part: bytes) -> list[SentRow]:
    """Return the rows of a part."""
    return msgspec.json.decode(part, type=list[SentRow])


def read_in(rows: Sequence[SentRow], given: Given, here: Here) -> Sequence[ImportedLead | Fault]:
    """Return what each row says, or why nobody can tell."""
    return [
        read(row.cells, given.reading, here) if row.problem is None else Fault(row.problem)
        for row in rows
    ]


def list_of(rows: Sequence[bytes]) -> bytes:
    """Return rows as a part."""
    return b"[" + b",".join(rows) + b"]"


class _Row(NamedTuple):
    """A row as it will wait, and that by which it has its place."""

    sent: bytes
    created: str
    named: int
    assignee: str


def _row(record: Record, places: Mapping[Field, int]) -> _Row:
    problem = None if record.problem is None else record.problem.code
    sent = msgspec.json.encode(SentRow([*record.cells], problem, record.line))

    def cell(field: Field) -> str:
        place = places.get(field)
        return "" if place is None or problem is not None else typed(record.cells[place])

    named = sum(bool(cell(each)) for each in WHO)
    return _Row(sent, cell(Field.CREATED_AT), named, cell(Field.ASSIGNEE))


def _place(row: _Row, dates: Dates | None) -> tuple[str, int, bytes]:
    """Say which comes first: who came first, who is named by more, and then whatever their words are. Who
    comes without a time comes now.
    """
    came = on_clock(row.created, dates)
    return came.isoformat() if came else NOW, -row.named, row.sent


def _follow_ups(wishes: Wishes, business: Business) -> FollowUps:
    """Let it begin tomorrow morning."""
    where = zone(business.time_zone)
    tomorrow = to_local(business.now, where).date() + timedelta(days=1)
    first_at = to_utc(datetime.combine(tomorrow, time(FIRST_HOUR)), where)
    return FollowUps(first_at=first_at, time_zone=business.time_zone, daily=wishes.daily_limit)
