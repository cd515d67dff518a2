"""What a client books counts for their lead, and by their coming it is won."""

from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process
from domain.sales.leads import NoteBooking
from domain.scheduling.bookings import BookingCompleted, BookingLinkedToClient, BookingRequested


def _note_it(past: Recorded) -> Orders:
    match past.event:
        case BookingRequested() | BookingLinkedToClient() | BookingCompleted() as event:
            if (client := event.appointment.client_id) is None:
                return []
            note = NoteBooking(client_id=client, booking_id=event.booking_id)
            return [Do(note, about=event.booking_id)]
        case _:
            return []


NOTE_BOOKINGS_OF_LEADS: Final = Process(
    name="note-bookings-of-leads",
    when=(BookingRequested, BookingLinkedToClient, BookingCompleted),
    then=_note_it,
)
