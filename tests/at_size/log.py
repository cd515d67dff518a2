"""A log of any size, made by COPY in seconds. Its chain holds, what is personal can be read, and
each tenant's days follow each other: clients are registered, book, are confirmed and come.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from psycopg import Connection

from adapters.event_store.chain import START, Head, Link, hashed
from adapters.event_store.mapper import Mapper
from adapters.event_store.personal_data import MasterKeys, encrypt, new_key
from domain.catalogue import EVENTS
from domain.messages import Event
from domain.people.clients import ClientRegistered, ClientStatus
from domain.scheduling.agendas import SlotReserved, agendas_of
from domain.scheduling.bookings import (
    Appointment,
    BookingCompleted,
    BookingConfirmed,
    BookingMarkedNoShow,
    BookingRequested,
)
from domain.values import BookingId, ClientId, Contact, Money, ProfessionalId, ServiceId, TimeSlot

PREFIX: Final = "0197f3a2-7c5e-7b1a-9d40-"
BEGAN: Final = datetime(2020, 1, 6, 9, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

SMALL: Final = 20
"""Businesses that share each tenth visit; all others are one large business's."""

PROFESSIONALS: Final = 8
VISITS_OF_A_CLIENT: Final = 5
EVENTS_OF_A_CLIENT: Final = 4 * VISITS_OF_A_CLIENT + 1
SELDOM: Final = 7
"""The only visit to which nobody came, long ago."""


def tenant(number: int) -> str:
    """Return the id of a business; the large one is 0."""
    return f"{PREFIX}{number:012x}"


def numbered(kind: str, number: int) -> str:
    """Return the id of a thing."""
    return f"{kind}-{tenant(number)}"


LARGE: Final = tenant(0)
RARE_ACTOR: Final = "user-who-came-once"


class _Row(NamedTuple):
    """The columns of log.events."""

    position: int
    tenant_id: str
    tenant_position: int
    stream: str
    version: int
    type: str
    data: str
    personal: bytes | None
    metadata: str
    recorded_at: datetime
    hash: bytes


class Growing:
    """A log while it grows: where its streams and chains stand."""

    def __init__(self, master_keys: Sequence[bytes]) -> None:
        self.keys: list[tuple[str, str, bytes]] = []
        self._master = MasterKeys(master_keys)
        self._mapper = Mapper(EVENTS)
        self._heads: dict[str, Head] = defaultdict(lambda: START)
        self._versions: dict[tuple[str, str], int] = defaultdict(int)
        self._position = 0

    def rows(self, events: int) -> Iterator[_Row]:
        """Return at least so many events."""
        number = 0
        while self._position < events:
            for stream, event in _visit(number):
                yield self._row(_business(number), stream, event, BEGAN + number * MINUTE)
            number += 1

    def _row(self, tenant: str, stream: str, event: Event, at: datetime) -> _Row:
        self._position += 1
        self._versions[tenant, stream] += 1
        version, before = self._versions[tenant, stream], self._heads[tenant]
        stored = self._mapper.encode(event)
        actor = RARE_ACTOR if isinstance(event, BookingMarkedNoShow) else "user-1"
        id_ = f"{PREFIX}{self._position:012x}"
        link = Link(
            position=self._position,
            tenant=tenant,
            tenant_position=before.tenant_position + 1,
            version=version,
            recorded_at=(at - EPOCH) // timedelta(microseconds=1),
            stream=stream.encode(),
            type=stored.type.encode(),
            metadata=f'{{"id":"{id_}","actor":"{actor}","command":"{id_}"}}'.encode(),
            data=stored.data,
            personal=stored.personal and self._sealed(stored.personal, tenant, stream, version),
            hash=b"",
        )
        link = link._replace(hash=hashed(before.hash, link))
        self._heads[tenant] = Head(link.tenant_position, link.hash)
        return _Row(
            link.position,
            tenant,
            link.tenant_position,
            stream,
            version,
            stored.type,
            stored.data.decode(),
            link.personal,
            link.metadata.decode(),
            at,
            link.hash,
        )

    def _sealed(self, plain: bytes, tenant: str, stream: str, version: int) -> bytes:
        """Encrypt what is personal; only the first event of a stream has any."""
        key = new_key()
        self.keys.append((tenant, stream, self._master.wrap(key, tenant, stream)))
        return encrypt(key, plain, tenant, stream, version)


def grow(connection: Connection[Any], events: int, master_keys: Sequence[bytes]) -> None:
    """Fill an empty log with so many events, and some more to end a visit."""
    growing = Growing(master_keys)
    with connection.cursor() as cursor:
        with cursor.copy("COPY log.events FROM STDIN") as copy:
            for row in growing.rows(events):
                copy.write_row(row)
        with cursor.copy("COPY log.keys (tenant_id, stream, wrapped) FROM STDIN") as copy:
            for key in growing.keys:
                copy.write_row(key)
    connection.execute(COMMANDS)
    connection.execute("VACUUM ANALYZE log.events, log.commands, log.keys")


COMMANDS: Final = """
    INSERT INTO log.commands
    SELECT tenant_id, (metadata ->> 'command')::uuid, NULL, position, tenant_position, 1, recorded_at
    FROM log.events
"""


def _business(number: int) -> str:
    """Return whom a visit is to; all visits of a client are to one business."""
    client = number // VISITS_OF_A_CLIENT
    return tenant(0 if client % 10 else 1 + client // 10 % SMALL)


def _visit(number: int) -> Iterator[tuple[str, Event]]:
    client = number // VISITS_OF_A_CLIENT
    client_id = ClientId(numbered("client", client))
    if number % VISITS_OF_A_CLIENT == 0:
        contact = Contact(
            name=f"{'ABCDEFGHIJ'[client % 10]}. Client {client}",
            email=f"client-{client}@example.org",
            phone=f"+3360{client:07}",
        )
        yield (
            client_id,
            ClientRegistered(client_id=client_id, contact=contact, status=ClientStatus.ACTIVE),
        )
    booking_id, appointment = BookingId(numbered("booking", number)), _appointment(number)
    assert appointment.slot is not None
    yield (
        booking_id,
        BookingRequested(
            booking_id=booking_id,
            appointment=appointment,
            holds_slot=False,
            price=Money(4500, "EUR"),
            booking_type="visit",
        ),
    )
    [agenda_id] = agendas_of(appointment.professional_id, appointment.slot)
    yield (
        agenda_id,
        SlotReserved(agenda_id=agenda_id, booking_id=booking_id, slot=appointment.slot),
    )
    yield booking_id, BookingConfirmed(booking_id=booking_id, appointment=appointment)
    came = BookingMarkedNoShow if number == SELDOM else BookingCompleted
    yield booking_id, came(booking_id=booking_id, appointment=appointment)


def _appointment(number: int) -> Appointment:
    starts_at = BEGAN.replace(hour=0) + number // PROFESSIONALS * timedelta(hours=1)
    slot = TimeSlot(starts_at, starts_at + timedelta(hours=1))
    return Appointment(
        professional_id=ProfessionalId(numbered("professional", number % PROFESSIONALS)),
        time_zone="Europe/Paris",
        service_id=ServiceId(numbered("service", number % 3)),
        client_id=ClientId(numbered("client", number // VISITS_OF_A_CLIENT)),
        slot=slot,
        reserved=slot,
    )
