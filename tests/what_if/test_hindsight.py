"""A past as it was before some position is what the log was until there, whatever is asked before."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from adapters.long_operations.hindsight import MOST_KNOWN, SHORT, LoggedHindsight
from application.ports import About
from tests.conftest import MONDAY
from tests.event_store.examples import GUEST, TENANT, Came, Described, Log, new_guest, opened

pytestmark = pytest.mark.postgres


@pytest.fixture
def log(dsn: str) -> Iterator[Log]:
    with opened(dsn) as log:
        yield log


def come(log: Log, stream: str, seats: range) -> None:
    """Let a guest come so often, in one append."""
    about = About(tenant=TENANT, actor="user-1", command_id=uuid4())
    with log.store.view(about) as past:
        past.of(GUEST, stream)
        events = [Came(guest=stream, seats=number) for number in seats]
        log.store.append(past, {stream: events}, about)


@pytest.mark.parametrize("many", [5, SHORT - 1, SHORT, SHORT + 7])
def test_a_state_is_what_was_known_before_a_position(log: Log, many: int) -> None:
    """Of short and of long streams, forwards and back."""
    stream = new_guest()
    come(log, stream, range(1, many + 1))
    known = [str(number) for number in range(1, many + 1)]

    with log.database.as_worker() as line:
        past = LoggedHindsight(line, log.reader, TENANT, many)
        for position in (1, 3, many + 1, 2, many, many + 1):
            found = past.before(position, MONDAY).of(GUEST, stream)
            assert found == tuple(known[: position - 1]), position


def test_what_was_recorded_after_the_end_is_not_there(log: Log) -> None:
    stream, later = new_guest(), new_guest()
    come(log, stream, range(1, 4))
    with log.database.as_worker() as line:
        past = LoggedHindsight(line, log.reader, TENANT, 2)
        come(log, later, range(1, 4))
        with past.stream(stream) as events:
            assert [each.position for each in events] == [1, 2]
        assert [each.position for each in past.moments(stream, Came)] == [1, 2]
        assert past.moments(stream, Described) == []
        assert past.first(later) is None


def test_no_more_streams_are_remembered_than_fit(log: Log) -> None:
    streams = [new_guest() for _ in range(MOST_KNOWN + 3)]
    for stream in streams[:3]:
        come(log, stream, range(1, 3))
    with log.database.as_worker() as line:
        past = LoggedHindsight(line, log.reader, TENANT, 6).before(7, MONDAY)

        found = [past.of(GUEST, stream) for stream in (*streams, *streams[:3])]

    assert found[:3] == found[-3:] == [("1", "2")] * 3
    assert set(found[3:-3]) == {()}
