"""What a booking does when it is asked. Each decision is total, and done twice it changes nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import UNSET
from msgspec.structs import replace

from domain.scheduling.bookings.booking import (
    Booking,
    evolve,
)
from domain.scheduling.bookings.messages import (
    MOVES,
    Appointment,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingEvent,
    BookingHasAnotherClient,
    BookingIdTaken,
    BookingLinkedToClient,
    BookingMailEvent,
    BookingMailFailed,
    BookingMailSent,
    BookingMarkedNoShow,
    BookingNotFound,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
    CancelBooking,
    CancellationWindowClosed,
    ChangeBooking,
    CompleteBooking,
    ConfirmBooking,
    DeclineBooking,
    LinkBookingToClient,
    MarkNoShow,
    NotYetBegun,
    RecordBookingMailFailed,
    RecordBookingMailSent,
    RequestBooking,
    RescheduleBooking,
    TransitionNotAllowed,
)
from domain.values import (
    Money,
)


def request(
    command: RequestBooking,
    booking: Booking | None,
    *,
    appointment: Appointment,
    price: Money | None,
    holds_slot: bool,
    auto_confirm: bool,
) -> Sequence[BookingEvent]:
    """Ask for an appointment; where the professional wants it so, have it confirmed at once."""
    if booking is not None:
        refuse_another_request(command, booking)
        return []
    requested = BookingRequested(
        booking_id=command.booking_id,
        appointment=appointment,
        holds_slot=holds_slot,
        guest=command.guest,
        guest_identities=command.guest_identities,
        price=price,
        booking_type=command.booking_type,
        details=command.details,
        notes=command.notes,
        location=command.location,
        hold_id=command.hold_id,
        override=command.override,
    )
    if not auto_confirm:
        return [requested]
    return [requested, BookingConfirmed(booking_id=command.booking_id, appointment=appointment)]


def confirm(command: ConfirmBooking, booking: Booking | None) -> Sequence[BookingConfirmed]:
    """Promise the appointment."""
    booking = known(booking)
    if _is_already(booking, BookingStatus.CONFIRMED):
        return []
    return [BookingConfirmed(booking_id=command.booking_id, appointment=booking.appointment)]


def decline(command: DeclineBooking, booking: Booking | None) -> Sequence[BookingDeclined]:
    """Turn the request down."""
    booking = known(booking)
    if _is_already(booking, BookingStatus.DECLINED):
        return []
    declined = BookingDeclined(
        booking_id=command.booking_id, appointment=booking.appointment, reason=command.reason
    )
    return [declined]


def complete(
    command: CompleteBooking, booking: Booking | None, *, now: datetime
) -> Sequence[BookingCompleted]:
    """Say that it took place."""
    booking = known(booking)
    if _is_already(booking, BookingStatus.COMPLETED):
        return []
    _refuse_before_start(booking.appointment, now)
    return [BookingCompleted(booking_id=command.booking_id, appointment=booking.appointment)]


def mark_no_show(
    command: MarkNoShow, booking: Booking | None, *, now: datetime
) -> Sequence[BookingMarkedNoShow]:
    """Say that nobody came."""
    booking = known(booking)
    if _is_already(booking, BookingStatus.NO_SHOW):
        return []
    _refuse_before_start(booking.appointment, now)
    return [BookingMarkedNoShow(booking_id=command.booking_id, appointment=booking.appointment)]


def cancel(
    command: CancelBooking, booking: Booking | None, *, now: datetime, window: timedelta
) -> Sequence[BookingCancelled]:
    """Call it off. The business always may, the client until `window` before the start."""
    booking = known(booking)
    if _is_already(booking, BookingStatus.CANCELLED):
        return []
    if command.by_client:
        _refuse_within(window, booking.appointment, now)
    cancelled = BookingCancelled(
        booking_id=command.booking_id,
        appointment=booking.appointment,
        reason=command.reason,
        by_client=command.by_client,
    )
    return [cancelled]


def reschedule(
    command: RescheduleBooking,
    booking: Booking | None,
    *,
    appointment: Appointment,
    now: datetime,
    window: timedelta,
) -> Sequence[BookingRescheduled]:
    """Move it to another time, or give it its first. The client may until it could cancel."""
    booking = known(booking)
    refuse_unless_live(booking)
    if appointment.slot == booking.appointment.slot:
        return []
    if command.by_client:
        _refuse_within(window, booking.appointment, now)
    rescheduled = BookingRescheduled(
        booking_id=command.booking_id,
        appointment=appointment,
        previous_slot=booking.appointment.slot,
        status=booking.status,
        holds_slot=booking.holds_slot,
        override=command.override,
        by_client=command.by_client,
    )
    return [rescheduled]


def change(command: ChangeBooking, booking: Booking | None) -> Sequence[BookingChanged]:
    """Describe it differently; also afterwards, for notes are often made then."""
    booking = known(booking)
    changed = BookingChanged(
        booking_id=command.booking_id,
        appointment=booking.appointment,
        notes=booking.notes if command.notes is UNSET else command.notes,
        location=booking.location if command.location is UNSET else command.location,
        details=booking.details if command.details is UNSET else command.details,
    )
    return [] if evolve(booking, changed) == booking else [changed]


def link_to_client(
    command: LinkBookingToClient, booking: Booking | None
) -> Sequence[BookingLinkedToClient]:
    """Say whose booking it is, where nobody was named."""
    booking = known(booking)
    if booking.appointment.client_id == command.client_id:
        return []
    if booking.appointment.client_id is not None:
        raise BookingHasAnotherClient
    appointment = replace(booking.appointment, client_id=command.client_id)
    linked = BookingLinkedToClient(
        booking_id=command.booking_id, appointment=appointment, override=command.override
    )
    return [linked]


def record_mail_sent(
    command: RecordBookingMailSent, booking: Booking | None
) -> Sequence[BookingMailEvent]:
    """Say that a mail about it was taken, if only after it had failed before."""
    if command.mail_id in known(booking).mails_sent:
        return []
    sent = BookingMailSent(
        booking_id=command.booking_id,
        mail_id=command.mail_id,
        mail=command.mail,
        message_id=command.message_id,
        channel=command.channel,
    )
    return [sent]


def record_mail_failed(
    command: RecordBookingMailFailed, booking: Booking | None
) -> Sequence[BookingMailEvent]:
    """Say that a mail about it will not be taken."""
    if command.mail_id in known(booking).mails_sent | known(booking).mails_failed:
        return []
    failed = BookingMailFailed(
        booking_id=command.booking_id,
        mail_id=command.mail_id,
        mail=command.mail,
        reason=command.reason,
    )
    return [failed]


def known(booking: Booking | None) -> Booking:
    """Refuse what only an existing booking can do."""
    if booking is None:
        raise BookingNotFound
    return booking


def refuse_another_request(command: RequestBooking, booking: Booking) -> None:
    """Refuse an id that is another booking's; the same request again is fine."""
    asked_for = booking.asked_for
    starts_at = asked_for.slot and asked_for.slot.starts_at
    if (command.professional_id, command.service_id, command.client_id, command.starts_at) != (
        asked_for.professional_id,
        asked_for.service_id,
        asked_for.client_id,
        starts_at,
    ):
        raise BookingIdTaken(booking_id=command.booking_id)


def refuse_unless_live(booking: Booking) -> None:
    """Refuse to move what is over."""
    if not MOVES[booking.status]:
        raise _not_allowed(booking)


def _is_already(booking: Booking, status: BookingStatus) -> bool:
    if booking.status is status:
        return True
    if status not in MOVES[booking.status]:
        raise _not_allowed(booking)
    return False


def _not_allowed(booking: Booking) -> TransitionNotAllowed:
    return TransitionNotAllowed(booking_status=booking.status, allowed=list(MOVES[booking.status]))


def _refuse_before_start(appointment: Appointment, now: datetime) -> None:
    if appointment.slot is not None and not appointment.slot.has_begun(now):
        raise NotYetBegun(starts_at=appointment.slot.starts_at)


def _refuse_within(window: timedelta, appointment: Appointment, now: datetime) -> None:
    if appointment.slot is not None and now >= appointment.slot.starts_at - window:
        raise CancellationWindowClosed(closed_at=appointment.slot.starts_at - window)
