"""A history to measure on: bookings requested and confirmed, appended by the log itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import msgspec
from psycopg import Connection

from adapters.event_store.mapper import Mapper
from adapters.event_store.reader import head
from domain.catalogue import EVENTS
from domain.messages import Event
from domain.scheduling.bookings import (
    Appointment,
    BookingConfirmed,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
)
from domain.values import BookingId, ClientId, ProfessionalId, ServiceId, TimeSlot
from infra.composition import System

LONG_AGO: Final = datetime(2020, 1, 6, 9, tzinfo=UTC)
HALF_AN_HOUR: Final = timedelta(minutes=30)
BOOKINGS_A_BATCH: Final = 2_500


def tenant(number: int) -> str:
    """Ids are as they are made: one after the other in time."""
    return f"0197f3a2-7c5e-7b1a-9d40-{number:012x}"


def numbered(kind: str, number: int) -> str:
    return f"{kind}-{tenant(number)}"


TENANT: Final = tenant(0)


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


def fill(connection: Connection[Any], events: int, *, begin: int = 0) -> None:
    """Let the log grow by so many events, in order, with a chain that holds; bookings are counted
    from `begin`.
    """
    mapper = Mapper(EVENTS)
    end = begin + events // 2
    for start in range(begin, end, BOOKINGS_A_BATCH):
        numbers = range(start, min(start + BOOKINGS_A_BATCH, end))
        rows = [row for number in numbers for row in _rows(mapper, number)]
        rows[0]["command"] = uuid4()
        rows[-1]["last"] = True
        batch = msgspec.json.encode(rows).decode()
        connection.execute("SELECT log.append(%s::json)", (batch,))


def _rows(mapper: Mapper, number: int) -> Iterator[dict[str, Any]]:
    history: tuple[Event, ...] = (requested(number), confirmed(number))
    for version, event in enumerate(history, 1):
        stored = mapper.encode(event)
        yield {
            "tenant": TENANT,
            "stream": numbered("booking", number),
            "version": version,
            "type": stored.type,
            "data": msgspec.Raw(stored.data),
            "metadata": {"id": str(uuid4()), "actor": "user-1", "command": "fill"},
        }


def filled(composed: System, events: int) -> None:
    """See that there is a history of so many events; whoever comes first makes it."""
    with composed.database.connect(None, "frontdesk bench") as connection:
        if not head(connection):
            fill(connection, events)
            settle(connection)


def settle(connection: Connection[Any]) -> None:
    """What PostgreSQL would do by and by, so that nobody's rounds pay for it."""
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")
