"""What happened between us and a client, in order?

One row per thing that happened, placed by its `created_at`: a booking as it stands now, a note as
it was written. Another kind of thing is another event to subscribe to.
"""

from enum import StrEnum

from msgspec.structs import replace

from domain.bookings import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingLinkedToClient,
    BookingMarkedNoShow,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
)
from domain.clients import ClientErased, ClientNoteAdded
from domain.values import ClientId, ProfessionalId, ServiceId, TimeSlot
from projections.booking_status import STATUS_AFTER
from projections.read_model import ReadModel, Row


class EntryKind(StrEnum):
    BOOKING = "booking"
    NOTE = "note"


class TimelineEntry(Row, frozen=True, kw_only=True):
    """`id` is the booking's or the note's; a note has a text, a booking the rest."""

    id: str
    client_id: ClientId | None
    kind: EntryKind
    text: str | None = None
    status: BookingStatus | None = None
    slot: TimeSlot | None = None
    professional_id: ProfessionalId | None = None
    service_id: ServiceId | None = None


BookingMoved = (
    BookingRequested
    | BookingConfirmed
    | BookingDeclined
    | BookingCompleted
    | BookingMarkedNoShow
    | BookingCancelled
    | BookingRescheduled
    | BookingLinkedToClient
)
EntryEvent = BookingMoved | ClientNoteAdded | ClientErased


def _evolve(row: TimelineEntry | None, event: EntryEvent) -> TimelineEntry | None:
    match event:
        case ClientNoteAdded(client_id=client, note_id=note, text=text):
            return TimelineEntry(id=note, client_id=client, kind=EntryKind.NOTE, text=text)
        case ClientErased():
            return None
        case BookingRequested(booking_id=booking):
            new = TimelineEntry(id=booking, client_id=None, kind=EntryKind.BOOKING)
            return _as_it_stands(new, event)
        case _:
            return row and _as_it_stands(row, event)


def _as_it_stands(row: TimelineEntry, event: BookingMoved) -> TimelineEntry:
    return replace(
        row,
        client_id=event.appointment.client_id,
        status=STATUS_AFTER.get(type(event), row.status),
        slot=event.appointment.slot,
        professional_id=event.appointment.professional_id,
        service_id=event.appointment.service_id,
    )


def _key(event: EntryEvent) -> list[str]:
    match event:
        case ClientNoteAdded(note_id=note):
            return [note]
        case ClientErased(streams=streams, note_ids=notes):
            return [*streams, *notes]
        case _:
            return [event.booking_id]


CLIENT_TIMELINE = ReadModel(
    name="client_timeline",
    version=1,
    row=TimelineEntry,
    subscribes_to=(
        ClientNoteAdded,
        ClientErased,
        BookingRequested,
        BookingConfirmed,
        BookingDeclined,
        BookingCompleted,
        BookingMarkedNoShow,
        BookingCancelled,
        BookingRescheduled,
        BookingLinkedToClient,
    ),
    key=_key,
    evolve=_evolve,
    columns=("client_id", "kind", "created_at"),
    indexes=(("client_id", "created_at"),),
)
