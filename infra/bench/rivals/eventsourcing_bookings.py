#!/usr/bin/env python3
"""A booking as the `eventsourcing` library's users write it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

MONDAY = datetime(2030, 1, 7, 9, tzinfo=UTC)


class Booking(Aggregate):
    class Requested(Aggregate.Created):
        client_id: str
        professional_id: str
        service_id: str
        starts_at: datetime
        ends_at: datetime

    class Confirmed(Aggregate.Event):
        pass

    @event(Requested)
    def __init__(
        self,
        client_id: str,
        professional_id: str,
        service_id: str,
        starts_at: datetime,
        ends_at: datetime,
    ) -> None:
        self.client_id = client_id
        self.professional_id = professional_id
        self.service_id = service_id
        self.starts_at = starts_at
        self.ends_at = ends_at
        self.status = "requested"
        self.notes: list[str] = []

    @event(Confirmed)
    def confirm(self) -> None:
        self.status = "confirmed"

    @event("Noted")
    def note(self, text: str) -> None:
        self.notes.append(text)


class Bookings(Application[UUID]):
    pass


def booking() -> Booking:
    return Booking(
        client_id=f"client-{uuid4()}",
        professional_id=f"professional-{uuid4()}",
        service_id=f"service-{uuid4()}",
        starts_at=MONDAY,
        ends_at=MONDAY + timedelta(minutes=30),
    )


def environment(dsn: str, *, connections: int = 5) -> dict[str, str]:
    """What the library's documentation says to set."""
    parts = conninfo_to_dict(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts["port"]),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts["password"]),
        "POSTGRES_POOL_SIZE": str(connections),
    }
