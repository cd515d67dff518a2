"""A time has a place in the log, wherever the clock went back."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from adapters.clock import SettableClock
from adapters.event_store.moments import first_since, last_until
from application.ports import Recorded
from tests.event_store.examples import ANOTHER_TENANT, TENANT, Came, opened

pytestmark = pytest.mark.postgres

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("back", [0.0, 0.1, 0.5])
def test_a_place_is_found_as_if_each_event_had_been_looked_at(dsn: str, back: float) -> None:
    clock, chance = SettableClock(NOON, stands=True), random.Random(7)
    with opened(dsn, clock=clock) as log:
        for n in range(80):
            away = chance.randrange(-90, 0) if chance.random() < back else chance.randrange(3)
            clock.set(clock() + away * MINUTE)
            log.record(
                f"guest-{n}", Came(guest="Zoé"), tenant=chance.choice([TENANT, ANOTHER_TENANT])
            )
        own: list[Recorded] = [past for past in log.all() if past.tenant == TENANT]

        with log.database.as_tenant(TENANT) as connection:
            for at in {past.recorded_at + n * MINUTE / 2 for past in own for n in (-1, 0, 1)}:
                until = [past for past in own if past.recorded_at <= at]
                since = [past.tenant_position for past in own if past.recorded_at >= at]

                assert last_until(connection, TENANT, at) == (
                    (until[-1].position, until[-1].tenant_position) if until else (0, 0)
                )
                assert first_since(connection, TENANT, at) == min(since, default=len(own) + 1)
