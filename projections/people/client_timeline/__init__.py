"""What happened between us and a client, in order?

One row per thing that happened, placed by its `created_at`: a booking, a lead, a task, a file, a payment or a message
as it stands now, a note as it was written. Another kind of thing is another module here.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from domain.messages import Event
from domain.people.clients import ClientErased, ClientNoteAdded
from domain.sales.tasks import TASKS
from projections.people.client_timeline import bookings, files, leads, messages, payments, tasks
from projections.people.client_timeline.entries import EntryKind, TimelineEntry
from projections.read_model import ReadModel

__all__ = ["CLIENT_TIMELINE", "EntryKind", "TimelineEntry"]

Evolve = Callable[[TimelineEntry | None, Any], TimelineEntry | None]


def _told(
    _row: TimelineEntry | None, event: ClientNoteAdded | ClientErased
) -> TimelineEntry | None:
    match event:
        case ClientNoteAdded(client_id=client, note_id=note, text=text):
            return TimelineEntry(id=note, client_id=client, kind=EntryKind.NOTE, text=text)
        case ClientErased():
            return None


EVOLVES: Final[Mapping[type[Event], Evolve]] = {
    ClientNoteAdded: _told,
    ClientErased: _told,
    **dict.fromkeys(get_args(bookings.OfBooking), bookings.evolve),
    **dict.fromkeys(get_args(leads.OfLead), leads.evolve),
    **dict.fromkeys(TASKS.events.values(), tasks.evolve),
    **dict.fromkeys(get_args(files.OfFile), files.evolve),
    **dict.fromkeys(get_args(messages.OfMessage), messages.evolve),
    **dict.fromkeys(get_args(payments.OfPayment), payments.evolve),
}
"""By what happened, how a row follows from it."""


def _evolve(row: TimelineEntry | None, event: Any) -> TimelineEntry | None:
    return EVOLVES[type(event)](row, event)


def _key(event: Any) -> list[str]:
    match event:
        case ClientNoteAdded(note_id=note):
            return [note]
        case ClientErased(streams=streams, note_ids=notes):
            return [*streams, *notes]
        case _:
            fields = ("payment_id", "lead_id", "file_id", "booking_id", "message_id", "id")
            return [next(getattr(event, each) for each in fields if hasattr(event, each))]


CLIENT_TIMELINE: Final = ReadModel(
    name="client_timeline",
    version=8,
    row=TimelineEntry,
    subscribes_to=tuple(EVOLVES),
    key=_key,
    evolve=_evolve,
    columns=("client_id", "professional_id", "kind", "created_at", "removed_at"),
    indexes=(("client_id", "created_at"),),
    tells_by=True,
)
