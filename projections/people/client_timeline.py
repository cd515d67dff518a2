"""What happened between us and a client, in order?

One row per thing that happened, placed by its `created_at`: a booking or a lead as it stands now, a note
as it was written. Another kind of thing is another event to subscribe to.
"""

from enum import StrEnum
from typing import assert_never

from msgspec.structs import replace

from domain.people.clients import ClientErased, ClientNoteAdded
from domain.sales.leads import LeadConverted, LeadMoved, LeadOpened, LeadStatus
from domain.scheduling.bookings import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingLinkedToClient,
    BookingMarkedNoShow,
    BookingMove,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
    status_after,
)
from domain.values import ClientId, ProfessionalId, ServiceId, TimeSlot
from projections.read_model import ReadModel, Row


class EntryKind(StrEnum):
    BOOKING = "booking"
    NOTE = "note"
    LEAD = "lead"


class TimelineEntry(Row, frozen=True, kw_only=True):
    """`id` is the booking's, the lead's or the note's; a note has a text, a lead its `lead_status`, a booking
    the rest.
    """

    id: str
    client_id: ClientId | None
    kind: EntryKind
    text: str | None = None
    status: BookingStatus | None = None
    slot: TimeSlot | None = None
    professional_id: ProfessionalId | None = None
    service_id: ServiceId | None = None
    lead_status: LeadStatus | None = None


EntryEvent = (
    BookingRequested
    | BookingMove
    | BookingRescheduled
    | BookingLinkedToClient
    | ClientNoteAdded
    | ClientErased
    | LeadOpened
    | LeadMoved
    | LeadConverted
)


def _evolve(row: TimelineEntry | None, event: EntryEvent) -> TimelineEntry | None:
    match event:
        case ClientNoteAdded(client_id=client, note_id=note, text=text):
            return TimelineEntry(id=note, client_id=client, kind=EntryKind.NOTE, text=text)
        case ClientErased():
            return None
        case LeadOpened(lead_id=lead, client_id=client):
            new = LeadStatus.NEW
            return TimelineEntry(id=lead, client_id=client, kind=EntryKind.LEAD, lead_status=new)
        case LeadMoved(status=status):
            return row and replace(row, lead_status=status)
        case LeadConverted():
            return row and replace(row, lead_status=LeadStatus.CONVERTED)
        case BookingRequested():
            return _requested(event)
        case BookingRescheduled(appointment=appointment):
            return row and replace(row, slot=appointment.slot)
        case BookingLinkedToClient(appointment=appointment):
            return row and replace(row, client_id=appointment.client_id)
        case (
            BookingConfirmed()
            | BookingDeclined()
            | BookingCompleted()
            | BookingMarkedNoShow()
            | BookingCancelled()
        ):
            return row and replace(row, status=status_after(event))
        case _:
            assert_never(event)


def _requested(event: BookingRequested) -> TimelineEntry:
    return TimelineEntry(
        id=event.booking_id,
        client_id=event.appointment.client_id,
        kind=EntryKind.BOOKING,
        status=BookingStatus.PENDING,
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
        case LeadOpened(lead_id=lead) | LeadMoved(lead_id=lead) | LeadConverted(lead_id=lead):
            return [lead]
        case _:
            return [event.booking_id]


CLIENT_TIMELINE = ReadModel(
    name="client_timeline",
    version=3,
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
        LeadOpened,
        LeadMoved,
        LeadConverted,
    ),
    key=_key,
    evolve=_evolve,
    columns=("client_id", "professional_id", "kind", "created_at"),
    indexes=(("client_id", "created_at"),),
)
