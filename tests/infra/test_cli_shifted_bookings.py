"""After an upgrade of the zone data one is told which bookings are at another time on the wall."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from application.dispatch import Dispatcher
from application.ports import About
from application.transact import Changes, Past
from domain.messages import Command
from domain.scheduling.bookings import (
    BOOKING,
    Appointment,
    BookingCancelled,
    BookingEvent,
    BookingRequested,
)
from domain.values import BookingId, ProfessionalId, TimeSlot
from infra.cli import app
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

NINE = datetime(2027, 2, 10, 9, tzinfo=UTC)
# By the zone data of spring 2026, Morocco was to be an hour ahead of UTC until Ramadan.
BY_OLD_DATA = Appointment(
    professional_id=ProfessionalId(f"professional-{uuid4()}"),
    time_zone="Africa/Casablanca",
    slot=TimeSlot(NINE, NINE + timedelta(hours=1)),
    reserved=TimeSlot(NINE, NINE + timedelta(hours=1)),
    local_start=datetime(2027, 2, 10, 10),  # noqa: DTZ001 - a reading of the wall clock
)


class Happened(Command, frozen=True):
    """Let a booking have this history."""

    booking_id: BookingId
    events: tuple[BookingEvent, ...]


def happened(command: Happened, past: Past) -> Changes:
    past.of(BOOKING, command.booking_id)
    return {command.booking_id: command.events}


def recorded(running: Running, whose: Appointment, *, cancelled: bool = False) -> BookingId:
    """Put a booking into the log as it was recorded then; return its id."""
    booking_id = BookingId(f"booking-{uuid4()}")
    events: tuple[BookingEvent, ...] = (
        BookingRequested(booking_id=booking_id, appointment=whose, holds_slot=True),
    )
    if cancelled:
        events += (BookingCancelled(booking_id=booking_id, appointment=whose),)
    about = About(tenant=running.tenant, actor="test", command_id=uuid4())
    dispatch = Dispatcher({Happened: happened}, running.system.store)
    dispatch(Happened(booking_id=booking_id, events=events), about)
    return booking_id


@pytest.fixture
def moved(running: Running, dsn: str, monkeypatch: pytest.MonkeyPatch) -> BookingId:
    """A booking that is an hour early by now, among others that are not or that do not matter."""
    monkeypatch.setenv("DATABASE_URL", dsn)
    salon, http = Salon.opened(running), running.http()
    salon.book(http, "2027-02-10T10:00:00+01:00")
    # The second half past two of the night in which the clocks are put back.
    salon.book(http, "2027-10-31T02:30:00+01:00")
    recorded(running, BY_OLD_DATA, cancelled=True)
    recorded(running, replace(BY_OLD_DATA, local_start=None, slot=None, reserved=None))
    return recorded(running, BY_OLD_DATA)


def listed(*words: str) -> str:
    done = CliRunner().invoke(app, ["shifted-bookings", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_shifted_bookings_are_listed_with_what_was_agreed(running: Running, moved) -> None:
    (line,) = listed("--after", "2027-01-04T08:00:00Z", "--json").splitlines()

    assert msgspec.json.decode(line) == {
        "tenant": running.tenant,
        "id": moved,
        "time_zone": "Africa/Casablanca",
        "starts_at": "2027-02-10T09:00:00Z",
        "agreed": "2027-02-10T10:00:00",
        "reads": "2027-02-10T09:00:00",
    }


def test_they_are_listed_for_people_too(moved) -> None:
    told = listed("--after", "2027-01-04T08:00:00Z")

    assert moved in told
    assert "1 shifted, by tzdata 202" in told


def test_what_has_begun_is_not_listed(moved) -> None:
    assert listed("--after", "2027-02-10T09:00:01Z", "--json") == ""
