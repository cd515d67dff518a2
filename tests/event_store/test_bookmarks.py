"""Whether a log is the one that somebody has seen: looked up once, believed for a moment, in a bounded number."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from adapters.event_store.bookmarks import BELIEVED, Bookmarks
from application.ports import Bookmark, PositionUnknown
from tests.event_store.examples import ANOTHER_TENANT, TENANT, Come, Log

pytestmark = pytest.mark.postgres

ALTER = "UPDATE log.events SET hash = sha256(hash) WHERE tenant_position = 1"


class Lending:
    """A database that counts how often it is asked in a tenant's name."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.lent = 0

    @contextmanager
    def as_tenant(self, tenant: str) -> Iterator[Any]:
        self.lent += 1
        with self._database.as_tenant(tenant) as connection:
            yield connection


@pytest.fixture
def lending(log: Log) -> Any:
    return Lending(log.database)


def test_an_append_says_what_is_at_its_end(log: Log) -> None:
    for streams in (("guest-ann", "guest-bob"), ("guest-eve",)):
        answer = log.order(Come(streams=streams))
        assert answer.bookmark == Bookmarks(log.database).latest(TENANT)
    other = log.order(Come(streams=("guest-ann",)), tenant=ANOTHER_TENANT)

    assert other.bookmark.position == 1
    assert other.bookmark != Bookmarks(log.database).latest(TENANT)
    assert Bookmarks(log.database).latest(ANOTHER_TENANT) == other.bookmark


def test_it_is_the_beginning_of_the_hash_of_the_chain(log: Log) -> None:
    answer = log.order(Come(streams=("guest-ann",)))

    with psycopg.connect(log.database.dsn) as connection:
        [(hash_,)] = connection.execute("SELECT hash FROM log.events").fetchall()
    assert bytes.fromhex(answer.mark) == hash_[:8]


def test_before_anything_happened_everything_fits(log: Log) -> None:
    bookmarks = Bookmarks(log.database)

    assert bookmarks.latest(TENANT) == Bookmark()
    bookmarks.refuse_lost(TENANT, Bookmark())


def test_what_is_elsewhere_or_nowhere_is_lost(log: Log) -> None:
    there = log.order(Come(streams=("guest-ann",))).bookmark
    bookmarks = Bookmarks(log.database)

    bookmarks.refuse_lost(TENANT, there)
    for tenant, lost in (
        (TENANT, there._replace(mark="0" * 16)),
        (TENANT, there._replace(mark="")),
        (TENANT, there._replace(position=2)),
        (ANOTHER_TENANT, there),
    ):
        with pytest.raises(PositionUnknown):
            bookmarks.refuse_lost(tenant, lost)


def test_what_was_looked_up_or_given_out_costs_nothing(log: Log, lending: Any) -> None:
    there = log.order(Come(streams=("guest-ann",))).bookmark
    bookmarks = Bookmarks(lending)

    for _ in range(3):
        bookmarks.refuse_lost(TENANT, there)
    assert lending.lent == 1
    another = Bookmarks(lending)
    another.learn(TENANT, there)
    another.refuse_lost(TENANT, there)
    assert lending.lent == 1


def test_it_is_believed_for_a_moment_and_no_longer_once_the_database_may_be_another(
    log: Log,
) -> None:
    now = 0.0
    there = log.order(Come(streams=("guest-ann",))).bookmark
    bookmarks, sure = (Bookmarks(log.database, clock=lambda: now) for _ in range(2))
    for each in (bookmarks, sure):
        each.refuse_lost(TENANT, there)
    with psycopg.connect(log.database.dsn) as connection:
        connection.execute(ALTER)

    bookmarks.refuse_lost(TENANT, there)
    bookmarks.forget()
    with pytest.raises(PositionUnknown):
        bookmarks.refuse_lost(TENANT, there)
    sure.refuse_lost(TENANT, there)
    now += BELIEVED
    with pytest.raises(PositionUnknown):
        sure.refuse_lost(TENANT, there)


def test_no_more_is_remembered_than_is_good(log: Log, lending: Any) -> None:
    there = [log.order(Come(streams=(f"guest-{n}",))).bookmark for n in range(3)]
    bookmarks = Bookmarks(lending, most=2)
    for each in there:
        bookmarks.refuse_lost(TENANT, each)
    assert lending.lent == 3

    for each in there[1:]:
        bookmarks.refuse_lost(TENANT, each)
    assert lending.lent == 3
    bookmarks.refuse_lost(TENANT, there[0])
    assert lending.lent == 4
