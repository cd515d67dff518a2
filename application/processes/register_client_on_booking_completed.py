"""A guest who came is a client from then on."""

from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process
from domain.scheduling.bookings import BookingCompleted, RegisterGuestAsClient


def _register_the_guest(past: Recorded) -> Orders:
    match past.event:
        case BookingCompleted(booking_id=booking, appointment=appointment):
            if appointment.client_id is not None:
                return []
            return [Do(RegisterGuestAsClient(booking_id=booking), about=booking)]
        case _:
            return []


REGISTER_CLIENT_ON_BOOKING_COMPLETED: Final = Process(
    name="register-client-on-booking-completed",
    when=(BookingCompleted,),
    then=_register_the_guest,
)
