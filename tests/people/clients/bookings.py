"""What happens to bookings of the client of the examples, and of a guest who becomes that client."""

from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from domain.scheduling.bookings import (
    Appointment,
    BookingCompleted,
    BookingConfirmed,
    BookingLinkedToClient,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
)
from domain.values import BookingId, Money, ProfessionalId, ServiceId, TimeSlot
from tests.people.clients.examples import client_id, guest_booking

NINE: Final = datetime(2026, 12, 1, 9, tzinfo=UTC)
booking_id: Final = BookingId(guest_booking)
slot: Final = TimeSlot(NINE, NINE + timedelta(minutes=45))
later: Final = TimeSlot(NINE + timedelta(days=1), NINE + timedelta(days=1, minutes=45))
appointment: Final = Appointment(
    professional_id=ProfessionalId("professional-0198c0de-0000-7000-8000-00000000000a"),
    time_zone="Europe/Paris",
    service_id=ServiceId("service-0198c0de-0000-7000-8000-000000000001"),
    client_id=client_id,
    slot=slot,
)
of_a_guest: Final = replace(appointment, client_id=None)

requested: Final = BookingRequested(
    booking_id=booking_id, appointment=appointment, holds_slot=True, price=Money(4500, "EUR")
)
requested_by_guest: Final = replace(requested, appointment=of_a_guest)
confirmed: Final = BookingConfirmed(booking_id=booking_id, appointment=appointment)
completed: Final = BookingCompleted(booking_id=booking_id, appointment=appointment)
completed_for_guest: Final = replace(completed, appointment=of_a_guest)
linked: Final = BookingLinkedToClient(booking_id=booking_id, appointment=appointment)
rescheduled: Final = BookingRescheduled(
    booking_id=booking_id,
    appointment=replace(appointment, slot=later),
    previous_slot=slot,
    status=BookingStatus.CONFIRMED,
)
