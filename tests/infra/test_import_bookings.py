"""Importing booking attempts: each once, whatever stops it, and a broken line stops nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.composition import System
from infra.imports.bookings import (
    Attempt,
    BookingImport,
    Invalid,
    read,
    tenant_of,
    weeks_ahead,
)

TWO_AT_ONCE = (
    b'{"dialogue_id": "a", "calls": [{"turn": 1, "kind": "dentist", "provider": "Ann Lee",'
    b' "date": "2019-03-07", "time": "15:30"}], "turns": []}\n'
    b"\n"
    b"no json\n"
    b'{"dialogue_id": "b", "calls": [{"turn": 9, "kind": "dentist", "provider": "Ann Lee",'
    b' "date": "2019-03-07", "time": "16:00"}]}\n'
    b'{"dialogue_id": "c", "calls": [{"turn": 3, "kind": "dentist", "provider": "Ann Lee",'
    b' "date": "2019-03-07", "time": "26:00"}]}\n'
    b'{"dialogue_id": "d", "calls": [{"turn": 3, "kind": "stylist", "provider": "Bo",'
    b' "date": "2019-03-07", "time": "16:00"}]}\n'
)


def test_a_broken_line_is_named_and_the_rest_is_read() -> None:
    found = list(read(TWO_AT_ONCE.splitlines(keepends=True)))

    assert [each.line for each in found if isinstance(each, Invalid)] == [3, 5]
    assert [each.id for each in found if isinstance(each, Attempt)] == ["a/1", "b/9", "d/3"]


def test_dates_are_moved_by_whole_weeks_to_after_today() -> None:
    attempts = [each for each in read(TWO_AT_ONCE.splitlines()) if isinstance(each, Attempt)]
    began = datetime(2026, 11, 21, 9, tzinfo=UTC)

    moved = weeks_ahead(attempts, began)

    assert moved % timedelta(weeks=1) == timedelta(0)
    assert attempts[0].local_start + moved > began.replace(tzinfo=None)


@pytest.mark.postgres
def test_a_second_run_books_nothing(system: System) -> None:
    attempts = [each for each in read(TWO_AT_ONCE.splitlines()) if isinstance(each, Attempt)]
    moved = weeks_ahead(attempts, system.clock())

    def run() -> list[str]:
        work = BookingImport(system.dispatch, tenant_of("file"), moved)
        work.open()
        return [work.book(attempt) for attempt in attempts]

    assert run() == ["booked", "refused", "booked"]
    assert run() == ["already_there", "refused", "already_there"]
