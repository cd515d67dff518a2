"""PostgreSQL is away for a moment just when something has arrived: it is not sent twice for that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from adapters.postgres import Database, DatabaseUnavailableError
from adapters.webhooks import PostgresDeliveries
from adapters.webhooks.deliveries import TRIES, Wish
from application.outgoing import Answered
from tests.running import Running
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_delivering import template
from tests.webhooks.test_log import deliveries

pytestmark = pytest.mark.postgres

ANY = Wish(fast=9, slowly=9, fast_each=9, slowly_each=9)
OK = Answered(status=204, seconds=0.1)


class AwayForAMoment:
    """A database that cannot be reached as often as one says."""

    def __init__(self, database: Database) -> None:
        self.away = 0
        self._database = database

    @contextmanager
    def as_worker(self) -> Iterator[Any]:
        if self.away:
            self.away -= 1
            raise DatabaseUnavailableError
        with self._database.as_worker() as connection:
            yield connection


def test_what_has_arrived_is_written_down_though_postgresql_is_away_for_a_moment(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    template(http, "one")
    while running.system.runner.step():
        pass
    database: Any = AwayForAMoment(running.system.database)
    longest = timedelta(seconds=1)
    mine = PostgresDeliveries(database, running.clock, longest=longest, again=0)
    (taken,) = mine.take(uuid4(), ANY, [])
    delivery = mine.next(taken, running.clock())
    assert delivery is not None

    database.away = TRIES - 1
    mine.arrived(taken, delivery, OK, slow=False, at=running.clock())
    mine.put_back(taken)
    running.settle()
    assert not there.calls
    assert [each["state"] for each in deliveries(http, endpoint)] == ["succeeded"]


def test_who_was_taken_for_dead_writes_nothing(
    running: Running, http: TestClient, there: Receiver, endpoint: str
) -> None:
    template(http, "one")
    while running.system.runner.step():
        pass
    mine = PostgresDeliveries(
        running.system.database, running.clock, longest=timedelta(seconds=1), again=0
    )
    (taken,) = mine.take(uuid4(), ANY, [])
    delivery = mine.next(taken, running.clock())
    assert delivery is not None

    mine.let_go(mine.signs())
    mine.arrived(taken, delivery, OK, slow=True, at=running.clock())
    mine.untold(taken, delivery, running.clock())
    mine.put_back(taken, rests=True)
    assert mine.next(taken, running.clock()) is None

    running.settle()
    assert [call.id for call in there.taken] == [delivery.id]
