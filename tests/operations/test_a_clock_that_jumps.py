"""PostgreSQL's clock is a day ahead, or behind, for one append: order and time of day are two things."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.store import PostgresEventStore
from adapters.event_store.writer import Writer
from adapters.postgres import WRITER
from application.dispatch import Dispatcher
from application.operations.jobs import JobStatus
from application.ports import About
from application.use_cases import USE_CASES
from domain.business.users import ChangeRoles, Role
from domain.scheduling.bookings import CancelBooking, ConfirmBooking, RequestBooking
from domain.values import BookingId, Contact, TenantId
from tests.business.accounts.given import noor
from tests.business.accounts.over_http import bearing, log_in, outsider, two_owners
from tests.conftest import MONDAY
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TIMES = ("2027-01-03T00:00:00Z", "2027-01-04T08:00:30Z", "2027-01-05T00:00:00Z")


@contextmanager
def database_clock_off_by(running: Running, off: timedelta) -> Iterator[Dispatcher]:
    """Return what carries out commands while PostgreSQL's clock is wrong, and ours is right."""
    system = running.system
    writer = Writer(
        lambda: system.database.connect(WRITER, "a test"), clock=lambda: running.clock() + off
    )
    keys = MasterKeys(system.settings.master_keys)
    store = PostgresEventStore(system.database, system.mapper, keys, writer, running.clock)
    yield Dispatcher(USE_CASES, store)
    writer.close()


@pytest.fixture
def salon(running: Running) -> Salon:
    return Salon.opened(running)


def booked(salon: Salon, dispatch: Dispatcher, starts_in: timedelta) -> BookingId:
    """Book and confirm it."""
    booking = BookingId(f"booking-{uuid4()}")
    wish = RequestBooking(
        booking_id=booking,
        professional_id=salon.professional_id,
        service_id=salon.service_id,
        starts_at=MONDAY + starts_in,
        guest=Contact(name="Zoé", email="zoe@mail.example"),
        override=True,
    )
    for command in (wish, ConfirmBooking(booking_id=booking)):
        dispatch(command, About(tenant=salon.running.tenant, actor="user-1", command_id=uuid4()))
    return booking


def jobs(salon: Salon, booking: BookingId, kind: str) -> list[Any]:
    running = salon.running
    return list(running.system.jobs.find(running.tenant, about=booking, kind=kind))


@pytest.mark.parametrize("off", [DAY, -DAY])
def test_mails_go_at_once_and_reminders_are_made(salon: Salon, off: timedelta) -> None:
    with database_clock_off_by(salon.running, off) as dispatch:
        during = booked(salon, dispatch, 1 * DAY + HOUR)
    afterwards = booked(salon, salon.running.system.dispatch, 1 * DAY + 4 * HOUR)

    salon.running.settle()

    for booking, begins in ((during, DAY + HOUR), (afterwards, DAY + 4 * HOUR)):
        mails = jobs(salon, booking, "send-booking-mail")
        assert mails
        assert {job.status for job in mails} == {JobStatus.DONE}
        due = [job.due_at - MONDAY for job in jobs(salon, booking, "send-booking-reminder")]
        assert due == [begins - DAY, begins - 2 * HOUR]


@pytest.mark.parametrize("off", [DAY, -DAY])
def test_what_is_recorded_afterwards_bears_the_right_time(salon: Salon, off: timedelta) -> None:
    running = salon.running
    with database_clock_off_by(running, off) as dispatch:
        booked(salon, dispatch, 3 * DAY)
    running.clock.set(MONDAY + MINUTE)
    afterwards = booked(salon, running.system.dispatch, 4 * DAY)

    history = running.http().get(f"/v1/history?stream={afterwards}").json()["data"]

    assert {event["recorded_at"] for event in history} == {"2027-01-04T08:01:00Z"}


@pytest.mark.parametrize("off", [DAY, -DAY])
def test_history_since_and_until_goes_by_the_times_that_are_shown(
    salon: Salon, off: timedelta
) -> None:
    running, http = salon.running, salon.running.http()
    with database_clock_off_by(running, off) as dispatch:
        booked(salon, dispatch, 3 * DAY)
    running.clock.set(MONDAY + MINUTE)
    booked(salon, running.system.dispatch, 4 * DAY)
    everything = http.get("/v1/history?limit=100").json()["data"]

    for since, until in product(TIMES, repeat=2):
        found = http.get(f"/v1/history?limit=100&since={since}&until={until}").json()["data"]

        expected = [e for e in everything if since <= e["recorded_at"] < until]
        assert [e["position"] for e in found] == [e["position"] for e in expected]


def test_what_was_shown_a_minute_ago_is_shown_as_of_then(salon: Salon) -> None:
    running, http = salon.running, salon.running.http()
    with database_clock_off_by(running, DAY) as dispatch:
        booking = booked(salon, dispatch, 3 * DAY)
    running.clock.set(MONDAY + MINUTE)
    running.order(CancelBooking(booking_id=booking))

    before, after = (
        http.get(f"/v1/history/streams/{booking}?at=2027-01-04T{time}:00Z")
        for time in ("08:00", "08:02")
    )

    assert after.json()["status"] == "cancelled"
    assert before.status_code == 404, "by the clocks it was not there yet"


@pytest.mark.parametrize("off", [-DAY, -2 * MINUTE, DAY])
def test_sessions_end_with_what_they_stood_for_whatever_the_clock_of_the_database_says(
    running: Running, off: timedelta
) -> None:
    system, http = running.system, outsider(running)
    tenant, second = two_owners(system)
    old = log_in(http, noor.email)
    running.clock.set(running.clock() + MINUTE)
    with database_clock_off_by(running, off) as dispatch:
        dispatch(
            ChangeRoles(tenant_id=TenantId(tenant), user_id=second, roles=(Role.FRONT_DESK,)),
            About(tenant=tenant, actor="the command line", command_id=uuid4()),
        )
    new = log_in(http, noor.email)
    system.settle()

    statuses = [http.get("/v1/auth/me", headers=bearing(each)).status_code for each in (old, new)]
    assert statuses == [401, 200]
