"""Auditors find what they ask for: by stream, type, actor, time and position, both ways."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from adapters.clock import SettableClock
from adapters.event_store.history import EVERYTHING, Asked, History
from application.operations.audit import AuditPage
from application.ports import Recorded
from tests.event_store.examples import (
    ANOTHER_TENANT,
    TENANT,
    Came,
    Described,
    Log,
    new_guest,
    opened,
)

pytestmark = pytest.mark.postgres

ANA, BEN = "guest-ana", "guest-ben"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def log(dsn: str, clock: SettableClock) -> Iterator[Log]:
    """Ten events, a minute apart: nine of a tenant, and one of another in between."""
    with opened(dsn, clock=clock) as log:
        for number in range(1, 10):
            guest = ANA if number % 3 else BEN
            event = Came(guest=guest, seats=number)
            if number % 2 == 0:
                event = Described(guest=guest, looks=f"looks {number}")  # type: ignore[assignment]
            log.record(guest, event, actor=f"user-{number % 4}")
            clock.set(clock() + MINUTE)
            if number == 5:
                log.record(new_guest(), Came(guest="x"), tenant=ANOTHER_TENANT)
        yield log


@pytest.fixture
def history(log: Log) -> History:
    return History(log.reader)


Ask = Callable[..., Any]


@pytest.fixture
def ask(log: Log, history: History) -> Iterator[Ask]:
    """Ask something of the tenant's history."""
    with log.database.as_tenant(TENANT) as connection:
        yield lambda what, *values, **more: getattr(history, what)(
            connection, TENANT, *values, **more
        )


def positions(page: AuditPage) -> list[int]:
    return [past.tenant_position for past in page.events]


def test_everything_the_oldest_first(ask: Ask) -> None:
    page = ask("after")

    assert positions(page) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert (page.reached, page.more) == (9, False)
    assert all(past.tenant == TENANT for past in page.events)


def test_everything_the_newest_first(ask: Ask) -> None:
    page = ask("before")

    assert positions(page) == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert page.more is False


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(stream=BEN), [3, 6, 9]),
        (Asked(types=("guest-described.v1",)), [2, 4, 6, 8]),
        (Asked(actor="user-1"), [1, 5, 9]),
        (Asked(stream=ANA, actor="user-1", types=("guest-came.v1",)), [1, 5]),
        (Asked(stream="guest-nobody"), []),
    ],
)
def test_what_is_asked_for_both_ways(ask: Ask, asked: Asked, found: list[int]) -> None:
    assert positions(ask("after", asked)) == found
    assert positions(ask("before", asked)) == found[::-1]


def test_between_two_times(ask: Ask, clock: SettableClock) -> None:
    began = clock() - 9 * MINUTE

    def between(since: datetime | None, until: datetime | None) -> list[int]:
        return positions(ask("after", Asked(since=since, until=until)))

    assert between(began + 2 * MINUTE, None) == [3, 4, 5, 6, 7, 8, 9]
    assert between(began + 2 * MINUTE + timedelta(microseconds=1), None) == [4, 5, 6, 7, 8, 9]
    assert between(None, began + 2 * MINUTE) == [1, 2]
    assert between(began + 2 * MINUTE, began + 5 * MINUTE) == [3, 4, 5]
    assert between(None, began) == []
    assert between(clock(), None) == []


def test_page_by_page(ask: Ask) -> None:
    first = ask("after", EVERYTHING, limit=4)
    second = ask("after", EVERYTHING, position=first.reached, limit=4)
    third = ask("after", EVERYTHING, position=second.reached, limit=4)

    assert [*map(positions, (first, second, third))] == [[1, 2, 3, 4], [5, 6, 7, 8], [9]]
    assert [first.more, second.more, third.more] == [True, True, False]


def test_page_by_page_backwards(ask: Ask) -> None:
    first = ask("before", EVERYTHING, limit=4)
    second = ask("before", EVERYTHING, position=first.reached, limit=4)
    third = ask("before", EVERYTHING, position=second.reached, limit=4)

    assert [*map(positions, (first, second, third))] == [[9, 8, 7, 6], [5, 4, 3, 2], [1]]
    assert [first.more, second.more, third.more] == [True, True, False]


def test_a_rare_thing_is_looked_for_in_portions(log: Log) -> None:
    history, asked = History(log.reader, most=4), Asked(actor="user-0")
    with log.database.as_tenant(TENANT) as connection:
        pages = [history.after(connection, TENANT, asked)]
        while pages[-1].more:
            pages.append(history.after(connection, TENANT, asked, position=pages[-1].reached))

    assert [*map(positions, pages)] == [[4], [8], []]


def test_one_event(ask: Ask) -> None:
    past: Recorded = ask("event", 4)

    assert past.event == Described(guest=ANA, looks="looks 4")
    assert past.metadata["actor"] == "user-0"
    assert ask("event", 10) is None


def test_which_version_something_had(ask: Ask, clock: SettableClock) -> None:
    began = clock() - 9 * MINUTE

    versions = [ask("version_at", BEN, began + minutes * MINUTE) for minutes in (0, 1, 2, 5, 9)]

    assert versions == [0, 0, 1, 2, 3]


def test_an_empty_history(log: Log, history: History) -> None:
    nobody = "0198c0de-0000-7000-8000-0000000000cc"
    with log.database.as_tenant(nobody) as connection:
        assert history.after(connection, nobody) == AuditPage([], 0, more=False)
        assert history.before(connection, nobody).more is False


def test_what_happens_is_followed_live(log: Log, history: History) -> None:
    stop = threading.Event()
    heard: list[int] = []
    told = threading.Event()

    def follow() -> None:
        asked = Asked(stream=BEN)
        for page in history.live(
            log.database, log.appended, TENANT, asked, position=1, idle=0.05, stop=stop
        ):
            heard.extend(positions(page))
            if len(heard) >= 4:
                told.set()

    following = threading.Thread(target=follow)
    following.start()
    log.record(ANA, Came(guest=ANA))
    log.record(BEN, Came(guest=BEN), Came(guest=BEN))
    assert told.wait(10)
    stop.set()
    following.join(10)

    assert heard == [6, 9, 11, 12]


def test_who_follows_hears_that_nothing_happened(log: Log, history: History) -> None:
    pages = history.live(log.database, log.appended, TENANT, position=9, idle=0.01)

    assert [next(pages), next(pages)] == [AuditPage([], 9, more=False)] * 2


def test_following_goes_on_where_it_stood(log: Log, history: History) -> None:
    pages = history.live(log.database, log.appended, TENANT, Asked(actor="user-1"), idle=0.01)

    reached = [next(pages).reached]
    log.record(ANA, Came(guest=ANA), actor="user-2")
    reached += [next(pages).reached for _ in range(3)]

    assert all(earlier <= later for earlier, later in pairwise(reached))
    assert reached[-1] == 10
