"""A history to measure on: bookings requested and confirmed, appended by the log itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

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


def fill(connection: Connection[Any], events: int) -> None:
    """Let the log grow by so many events, in order, with a chain that holds."""
    mapper = Mapper(EVENTS)
    for start in range(0, events // 2, BOOKINGS_A_BATCH):
        numbers = range(start, min(start + BOOKINGS_A_BATCH, events // 2))
        command = {
            "tenant": TENANT,
            "command": str(uuid4()),
            "expected": [],
            "events": [event for number in numbers for event in _events(mapper, number)],
        }
        batch = msgspec.json.encode([command]).decode()
        connection.execute("SELECT log.append(%s::json)", (batch,))


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


def fill_at_once(connection: Connection[Any], events: int, tenants: int) -> None:
    """The same by SQL, tenants taking turns: fast, but with a chain that nobody could verify."""
    stored = Mapper(EVENTS).encode(requested(0))
    names = {"type": stored.type, "data": stored.data.decode(), "example": numbered("booking", 0)}
    connection.execute(FILL_EVENTS, {**names, "events": events, "tenants": tenants})
    connection.execute(FILL_COMMANDS)


FILL_EVENTS: Final = """
    INSERT INTO log.events
    SELECT
        position, ('0197f3a2-7c5e-7b1a-9d40-' || lpad(to_hex(number %% %(tenants)s), 12, '0'))::uuid,
        number / %(tenants)s + 1, stream, 1, %(type)s,
        replace(%(data)s, %(example)s, stream)::json, NULL,
        json_build_object('id', gen_random_uuid(), 'actor', 'user-1', 'command', 'fill'),
        now(), sha256(int8send(position))
    FROM generate_series(1, %(events)s::bigint) AS position,
        LATERAL (SELECT position - 1) AS _(number),
        LATERAL (
            SELECT 'booking-0197f3a2-7c5e-7b1a-9d40-' || lpad(to_hex(number), 12, '0')
        ) AS __(stream)
"""
FILL_COMMANDS: Final = """
    INSERT INTO log.commands
    SELECT tenant_id, gen_random_uuid(), NULL, position, 1, recorded_at FROM log.events
"""


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
