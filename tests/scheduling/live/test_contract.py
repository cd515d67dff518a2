"""What is promised of live bookings, whoever counts them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from adapters.live_bookings.counts import LiveBookingsCounted, LiveBookingsInLog, Window
from adapters.postgres import Database
from application.scheduling.live import LiveBookings, last_hour
from infra.composition import System, made
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.scheduling.live.counting import CountedByAWorker

pytestmark = pytest.mark.postgres

NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def in_log(system: System) -> LiveBookings:
    return LiveBookingsInLog(system.database, made(system))


@pytest.fixture(params=[in_log, CountedByAWorker])
def live(request: Any, system: System) -> LiveBookings:
    count: Callable[[System], LiveBookings] = request.param
    return count(system)


@pytest.fixture
def salon(running: Running) -> Salon:
    running.clock.set(NINE - timedelta(hours=3))
    return Salon.opened(running)


def book(salon: Salon, *times: datetime) -> None:
    """Book an hour at each of these times."""
    for at in times:
        salon.running.clock.set(at)
        start = at.replace(minute=0, second=0) + timedelta(days=1, hours=2 * times.index(at))
        assert salon.book(salon.running.http(), start.isoformat()).status_code == 201


def test_bookings_are_told_by_the_minute_in_which_they_were_made(
    live: LiveBookings, salon: Salon
) -> None:
    later = NINE + 5 * MINUTE
    book(salon, NINE, NINE + timedelta(seconds=59.999999), later)

    assert dict(live.by_minute(salon.running.tenant, NINE)) == {NINE: 2, later: 1}


def test_what_was_before_is_not_told(live: LiveBookings, salon: Salon) -> None:
    book(salon, NINE - timedelta(microseconds=1), NINE)

    assert dict(live.by_minute(salon.running.tenant, NINE)) == {NINE: 1}


def test_what_becomes_of_a_booking_changes_nothing(live: LiveBookings, salon: Salon) -> None:
    book(salon, NINE)
    salon.running.settle()  # mails were sent, which bookings remember

    assert dict(live.by_minute(salon.running.tenant, NINE)) == {NINE: 1}


def test_everybody_sees_his_own(live: LiveBookings, salon: Salon) -> None:
    book(salon, NINE)

    assert dict(live.by_minute(str(uuid4()), NINE)) == {}


def test_the_last_hour_has_sixty_minutes_whoever_counts(live: LiveBookings, salon: Salon) -> None:
    book(salon, NINE, NINE + 59 * MINUTE)

    shown = last_hour(live, salon.running.tenant, NINE + 59 * MINUTE).minutes

    assert [each.minute for each in shown] == [NINE + number * MINUTE for number in range(60)]
    assert [each.bookings for each in shown] == [1, *[0] * 58, 1]


def test_a_worker_that_is_late_takes_nothing_back(database: Database) -> None:
    tenant, shown = str(uuid4()), LiveBookingsCounted(database)
    shown.put([Window(tenant, NINE, 3, 5), Window(tenant, NINE, 4, 1)])

    shown.put([Window(tenant, NINE, 3, 2)])

    assert dict(shown.by_minute(tenant, NINE)) == {NINE: 6}


def test_what_nobody_asks_for_any_more_is_forgotten(database: Database) -> None:
    tenant, shown = str(uuid4()), LiveBookingsCounted(database)
    shown.put([Window(tenant, NINE, 3, 5), Window(tenant, NINE + MINUTE, 3, 1)])

    shown.forget(NINE + MINUTE)

    assert dict(shown.by_minute(tenant, NINE)) == {NINE + MINUTE: 1}
