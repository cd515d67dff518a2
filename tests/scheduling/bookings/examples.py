"""One example of each message about bookings, agendas and series; a test states what differs.

A salon in Paris, in the week before and after 7 December 2026. Zoé comes to Ana on that Monday at
10:00, which is 09:00 in UTC, for a haircut of 45 minutes with 15 minutes of tidying up.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from msgspec.structs import asdict, replace

from domain.people.clients import ClientRegistered, ClientStatus
from domain.scheduling import agendas
from domain.scheduling.agendas import (
    ExpireHold,
    HeldByGuest,
    HeldSlotFreed,
    HoldKept,
    HoldLapsed,
    HoldPlaced,
    HoldRedeemed,
    HoldReleased,
    KeepHold,
    PlaceHold,
    ReleaseHold,
    SlotHeld,
    SlotReleased,
    SlotReserved,
)
from domain.scheduling.allowances import (
    ClientLimits,
    ClientLimitsChanged,
    OpenHoldsCounted,
    OpenRequest,
    OpenRequestsCounted,
    allowance_of,
)
from domain.scheduling.bookings import (
    Appointment,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingLinkedToClient,
    BookingMarkedNoShow,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
    CancelBooking,
    ChangeBooking,
    CompleteBooking,
    ConfirmBooking,
    DeclineBooking,
    LinkBookingToClient,
    MarkNoShow,
    RegisterGuestAsClient,
    RequestBooking,
    RescheduleBooking,
)
from domain.scheduling.professionals import Hours, ProfessionalRegistered, Settings, Week
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.series import (
    CancelSeries,
    Instance,
    RequestSeries,
    SeriesCancelled,
    SeriesRequested,
    instance_id,
)
from domain.scheduling.services import Offer, ServiceCreated
from domain.values import (
    AgendaId,
    BookingId,
    ClientId,
    Contact,
    HoldId,
    IdentityId,
    Money,
    ProfessionalId,
    SeriesId,
    ServiceId,
    SourceId,
    TimeSlot,
    WishId,
)

ana: Final = ProfessionalId("professional-0198c0de-0000-7000-8000-00000000000a")
haircut: Final = ServiceId("service-0198c0de-0000-7000-8000-00000000000b")
zoe: Final = ClientId("client-0198c0de-0000-7000-8000-00000000000c")
booking_id: Final = BookingId("booking-0198c0de-0000-7000-8000-000000000001")
other_booking: Final = BookingId("booking-0198c0de-0000-7000-8000-000000000002")
hold_id: Final = HoldId("hold-0198c0de-0000-7000-8000-000000000003")
wish_id: Final = WishId("wish-0198c0de-0000-7000-8000-000000000003")
series_id: Final = SeriesId("series-0198c0de-0000-7000-8000-000000000004")
agenda_id: Final = AgendaId("agenda-0198c0de-0000-7000-8000-00000000000a-2026-W50")

now: Final = datetime(2026, 12, 1, 8, tzinfo=UTC)
hour: Final = timedelta(hours=1)
day: Final = timedelta(days=1)


def reading(weekday: int, clock: str) -> datetime:
    """Return what a clock reads in the week of 7 December 2026; Monday is 0."""
    return datetime.fromisoformat(f"2026-12-07T{clock}") + weekday * day


def at(weekday: int, clock: str) -> datetime:
    """Return the instant at which the clock in Paris reads so."""
    return reading(weekday, clock).replace(tzinfo=UTC) - hour


def slot(weekday: int, starts: str, ends: str) -> TimeSlot:
    """Return the slot between two readings of the clock on one day of that week."""
    return TimeSlot(at(weekday, starts), at(weekday, ends))


# --- The salon ------------------------------------------------------------------------

open_days: Final = (Hours("09:00", "12:00"), Hours("13:00", "18:00"))
settings: Final = Settings(
    time_zone="Europe/Paris",
    hours=Week(
        monday=open_days,
        tuesday=open_days,
        wednesday=open_days,
        thursday=open_days,
        friday=open_days,
    ),
    cancellation_window_minutes=24 * 60,
)
professional_registered: Final = ProfessionalRegistered(
    professional_id=ana, contact=Contact("Ana"), settings=settings
)
service_created: Final = ServiceCreated(
    service_id=haircut,
    offer=Offer(
        name="Haircut",
        price=Money(4500, "EUR"),
        duration_minutes=45,
        buffer_after_minutes=15,
        professional_ids=(ana,),
    ),
)
client_registered: Final = ClientRegistered(
    client_id=zoe, contact=Contact("Zoé"), status=ClientStatus.ACTIVE
)
guest: Final = Contact("Gus", email="gus@example.org", phone="+33199001234", language="fr")
by_email: Final = IdentityId("identity-0198c0de-0000-7000-8000-00000000000e")
by_phone: Final = IdentityId("identity-0198c0de-0000-7000-8000-00000000000f")

# --- Bookings -------------------------------------------------------------------------

monday: Final = slot(0, "10:00", "10:45")
monday_reserved: Final = slot(0, "10:00", "11:00")
tuesday: Final = slot(1, "14:00", "14:45")
tuesday_reserved: Final = slot(1, "14:00", "15:00")

appointment: Final = Appointment(
    professional_id=ana,
    time_zone="Europe/Paris",
    service_id=haircut,
    client_id=zoe,
    slot=monday,
    reserved=monday_reserved,
    local_start=reading(0, "10:00"),
)
moved_appointment: Final = Appointment(
    professional_id=ana,
    time_zone="Europe/Paris",
    service_id=haircut,
    client_id=zoe,
    slot=tuesday,
    reserved=tuesday_reserved,
    local_start=reading(1, "14:00"),
)
guest_appointment: Final = Appointment(
    professional_id=ana,
    time_zone="Europe/Paris",
    service_id=haircut,
    slot=monday,
    reserved=monday_reserved,
    local_start=reading(0, "10:00"),
)
details: Final = '{ "colour" : "copper", "levels": [7.0, 1e2], "é":null }'

request_booking: Final = RequestBooking(
    booking_id=booking_id,
    professional_id=ana,
    starts_at=monday.starts_at,
    service_id=haircut,
    client_id=zoe,
    booking_type="first-visit",
    details=details,
    notes="Prefers the window seat",
    location="Chair 2",
)
request_by_guest: Final = RequestBooking(
    booking_id=booking_id,
    professional_id=ana,
    starts_at=monday.starts_at,
    service_id=haircut,
    guest=guest,
    guest_identities=(by_email, by_phone),
)
request_without_time: Final = RequestBooking(booking_id=booking_id, professional_id=ana)
confirm_booking: Final = ConfirmBooking(booking_id=booking_id)
decline_booking: Final = DeclineBooking(booking_id=booking_id, reason="On holiday")
complete_booking: Final = CompleteBooking(booking_id=booking_id)
mark_no_show: Final = MarkNoShow(booking_id=booking_id)
cancel_booking: Final = CancelBooking(booking_id=booking_id, reason="Ill")
cancel_by_client: Final = CancelBooking(booking_id=booking_id, reason="Ill", by_client=True)
reschedule_booking: Final = RescheduleBooking(booking_id=booking_id, starts_at=tuesday.starts_at)
change_booking: Final = ChangeBooking(booking_id=booking_id, notes="Brings her dog")
link_to_client: Final = LinkBookingToClient(booking_id=booking_id, client_id=zoe)
register_guest: Final = RegisterGuestAsClient(booking_id=booking_id)

booking_requested: Final = BookingRequested(
    booking_id=booking_id,
    appointment=appointment,
    holds_slot=True,
    price=Money(4500, "EUR"),
    booking_type="first-visit",
    details=details,
    notes="Prefers the window seat",
    location="Chair 2",
)
requested_by_guest: Final = BookingRequested(
    booking_id=booking_id,
    appointment=guest_appointment,
    holds_slot=True,
    guest=guest,
    guest_identities=(by_email, by_phone),
    price=Money(4500, "EUR"),
)
requested_without_time: Final = BookingRequested(
    booking_id=booking_id,
    appointment=Appointment(professional_id=ana, time_zone="Europe/Paris"),
    holds_slot=True,
)
requested_beside_others: Final = BookingRequested(
    booking_id=booking_id, appointment=appointment, holds_slot=False
)
booking_confirmed: Final = BookingConfirmed(booking_id=booking_id, appointment=appointment)
booking_declined: Final = BookingDeclined(
    booking_id=booking_id, appointment=appointment, reason="On holiday"
)
booking_completed: Final = BookingCompleted(booking_id=booking_id, appointment=appointment)
booking_marked_no_show: Final = BookingMarkedNoShow(booking_id=booking_id, appointment=appointment)
booking_cancelled: Final = BookingCancelled(
    booking_id=booking_id, appointment=appointment, reason="Ill"
)
booking_rescheduled: Final = BookingRescheduled(
    booking_id=booking_id,
    appointment=moved_appointment,
    previous_slot=monday,
    status=BookingStatus.PENDING,
)
booking_changed: Final = BookingChanged(
    booking_id=booking_id,
    appointment=appointment,
    notes="Brings her dog",
    location="Chair 2",
    details=details,
)
booking_linked_to_client: Final = BookingLinkedToClient(
    booking_id=booking_id, appointment=appointment
)

# --- Agendas and holds ----------------------------------------------------------------

slot_reserved: Final = SlotReserved(
    agenda_id=agenda_id, booking_id=booking_id, slot=monday_reserved
)
slot_released: Final = SlotReleased(
    agenda_id=agenda_id, booking_id=booking_id, slot=monday_reserved
)
slot_held: Final = SlotHeld(
    agenda_id=agenda_id, hold_id=hold_id, slot=monday_reserved, expires_at=now + hour / 6
)
held_slot_freed: Final = HeldSlotFreed(agenda_id=agenda_id, hold_id=hold_id)

place_hold: Final = PlaceHold(
    hold_id=hold_id, professional_id=ana, starts_at=monday.starts_at, service_id=haircut
)
keep_hold: Final = KeepHold(hold_id=hold_id, wish_id=wish_id)
release_hold: Final = ReleaseHold(hold_id=hold_id)
expire_hold: Final = ExpireHold(hold_id=hold_id)

hold_placed: Final = HoldPlaced(
    hold_id=hold_id,
    professional_id=ana,
    slot=monday,
    reserved=monday_reserved,
    expires_at=now + hour / 6,
    service_id=haircut,
)
held_by_guest: Final = HeldByGuest(
    hold_id=hold_id, source=SourceId("source-0198c0de-0000-7000-8000-000000000003")
)
hold_kept: Final = HoldKept(hold_id=hold_id, wish_id=wish_id, expires_at=now + hour / 2)
hold_redeemed: Final = HoldRedeemed(hold_id=hold_id, booking_id=booking_id)
hold_released: Final = HoldReleased(hold_id=hold_id)
hold_lapsed: Final = HoldLapsed(hold_id=hold_id)

# --- Series ---------------------------------------------------------------------------

mondays: Final = Recurrence(
    starts_at=reading(0, "10:00"), time_zone="Europe/Paris", rule="FREQ=WEEKLY;COUNT=3"
)
request_series: Final = RequestSeries(
    series_id=series_id,
    professional_id=ana,
    recurrence=mondays,
    service_id=haircut,
    client_id=zoe,
    notes="As always",
)
cancel_series: Final = CancelSeries(
    series_id=series_id, starting_from=monday.starts_at + 7 * day, reason="Moves away"
)
instances: Final = tuple(
    Instance(
        instance_id(series_id, reading(7 * week, "10:00")),
        monday.starts_at + 7 * week * day,
    )
    for week in range(3)
)
series_requested: Final = SeriesRequested(
    series_id=series_id,
    professional_id=ana,
    recurrence=mondays,
    instances=instances,
    service_id=haircut,
    client_id=zoe,
)
series_cancelled: Final = SeriesCancelled(
    series_id=series_id, starting_from=monday.starts_at + 7 * day, reason="Moves away"
)

open_requests_counted: Final = OpenRequestsCounted(
    allowance_id=allowance_of(zoe),
    requests=(OpenRequest(booking_id), OpenRequest(other_booking, by_itself=True)),
)
open_holds_counted: Final = OpenHoldsCounted(allowance_id=allowance_of(zoe), hold_ids=(hold_id,))
client_limits_changed: Final = ClientLimitsChanged(
    limits=ClientLimits(open_requests=10, open_holds=1)
)

ben = ProfessionalId("professional-0198c0de-0000-7000-8000-0000000000bb")
another = replace(request_booking, booking_id=other_booking)
always_open = Week(**dict.fromkeys(asdict(Week()), (Hours("00:00", "24:00"),)))


def suggested(refusal: pytest.ExceptionInfo[agendas.SlotTaken]) -> list[TimeSlot]:
    """Return the slots that a refusal offers instead."""
    slots = refusal.value.facts["next_free_slots"]
    assert isinstance(slots, list)
    return slots
