"""A history to measure on: bookings requested and confirmed, appended by the log itself."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from psycopg import Connection

from adapters.event_store.mapper import Mapper
from adapters.event_store.reader import head
from domain.bookings import (
    Appointment,
    BookingConfirmed,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
)
from domain.catalogue import EVENTS
from domain.messages import Event
from domain.values import BookingId, ClientId, ProfessionalId, ServiceId, TimeSlot
from infra.composition import System

TENANT: Final = "0197f3a2-7c5e-7b1a-9d40-3f6f0c1d2e4f"
LONG_AGO: Final = datetime(2020, 1, 6, 9, tzinfo=UTC)
HALF_AN_HOUR: Final = timedelta(minutes=30)
BOOKINGS_A_BATCH: Final = 2_500


def numbered(kind: str, number: int) -> str:
    """An id as they are made, one after the other in time: `booking-0197f3a2-…-00000000002a`."""
    return f"{kind}-0197f3a2-7c5e-7b1a-9d40-{number:012x}"


def tenant(number: int) -> str:
    """The first is the one that everything else is about."""
    return TENANT if number == 0 else str(UUID(int=UUID(TENANT).int + number))


def requested(number: int) -> BookingRequested:
    appointment = _appointment(number)
    return BookingRequested(
        booking_id=_booking_id(number), appointment=appointment, holds_slot=True
    )


def confirmed(number: int) -> BookingConfirmed:
    return BookingConfirmed(booking_id=_booking_id(number), appointment=_appointment(number))


def moved(number: int) -> BookingRescheduled:
    """The same booking, moved on by that many half hours."""
    appointment = _appointment(200 * number)
    return BookingRescheduled(
        booking_id=_booking_id(0),
        appointment=appointment,
        previous_slot=appointment.slot,
        status=BookingStatus.PENDING,
    )


def _booking_id(number: int) -> BookingId:
    return BookingId(numbered("booking", number))


def _appointment(number: int) -> Appointment:
    starts_at = LONG_AGO + number // 200 * HALF_AN_HOUR
    slot = TimeSlot(starts_at, starts_at + HALF_AN_HOUR)
    return Appointment(
        professional_id=ProfessionalId(numbered("professional", number % 200)),
        time_zone="Europe/Paris",
        service_id=ServiceId(numbered("service", 0)),
        client_id=ClientId(numbered("client", number % 1_000)),
        slot=slot,
        reserved=slot,
    )


def fill(connection: Connection[Any], *, events: int, tenants: int = 1, begin: int = 0) -> None:
    """Let the log grow by so many events, the tenants taking turns."""
    mapper = Mapper(EVENTS)
    for start in range(begin, begin + events // 2, BOOKINGS_A_BATCH):
        numbers = range(start, min(start + BOOKINGS_A_BATCH, begin + events // 2))
        shares = [numbers[first::tenants] for first in range(min(tenants, len(numbers)))]
        append(connection, [_command(mapper, share, tenants) for share in shares])


def filled(composed: System, events: int) -> None:
    """See that there is a history of so many events; whoever comes first makes it."""
    with composed.database.connect(None, "frontdesk bench") as connection:
        if not head(connection):
            fill(connection, events=events)
            connection.execute("VACUUM ANALYZE log.events")


def append(connection: Connection[Any], batch: Sequence[dict[str, Any]]) -> None:
    connection.execute("SELECT log.append(%s::json)", (msgspec.json.encode(batch).decode(),))


def _command(mapper: Mapper, numbers: range, tenants: int) -> dict[str, Any]:
    return {
        "tenant": tenant(numbers[0] % tenants),
        "command": str(uuid4()),
        "expected": [],
        "events": [event for number in numbers for event in _events(mapper, number)],
    }


def _events(mapper: Mapper, number: int) -> Iterator[dict[str, Any]]:
    history: tuple[Event, ...] = (requested(number), confirmed(number))
    for version, event in enumerate(history, 1):
        stored = mapper.encode(event)
        yield {
            "stream": numbered("booking", number),
            "version": version,
            "type": stored.type,
            "data": msgspec.Raw(stored.data),
            "metadata": {"id": str(uuid4()), "actor": "user-1", "command": "fill"},
        }
