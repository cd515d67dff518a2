"""A client, a guest or nobody yet has a professional's time.

    request ─► PENDING ─ confirm ─► CONFIRMED ─ complete ──────► COMPLETED
                  │                     ├────── mark no-show ──► NO_SHOW
                  ├────── cancel ───────┴──────────────────────► CANCELLED
                  └────── decline ─────────────────────────────► DECLINED

Whether the slot is free is the agenda's to say; both are recorded together or not at all.

What may be asked, what can happen and why not is in `messages`, what a booking remembers in
`booking`, and what it does in `decisions`.
"""

from typing import Final

from domain.messages import Event
from domain.scheduling.bookings.booking import (
    BOOKING,
    Booking,
    evolve,
    status_after,
)
from domain.scheduling.bookings.decisions import (
    cancel,
    change,
    complete,
    confirm,
    decline,
    known,
    link_to_client,
    mark_no_show,
    record_mail_failed,
    record_mail_sent,
    refuse_another_request,
    refuse_unless_live,
    request,
    reschedule,
)
from domain.scheduling.bookings.messages import (
    MOVES,
    OCCUPYING,
    Appointment,
    BookingAnswered,
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
    BookingMove,
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
    DurationNotAllowed,
    DurationNotKnown,
    JsonText,
    LinkBookingToClient,
    MarkNoShow,
    NotYetBegun,
    RecordBookingMailFailed,
    RecordBookingMailSent,
    RegisterGuestAsClient,
    RequestBooking,
    RescheduleBooking,
    ServiceNotBookable,
    ServiceNotOffered,
    TransitionNotAllowed,
    WallClock,
)
from domain.telling import NOT_TOLD, Tellings, public

__all__ = [
    "BOOKING",
    "MOVES",
    "OCCUPYING",
    "STORED_AS",
    "TOLD_AS",
    "Appointment",
    "Booking",
    "BookingAnswered",
    "BookingCancelled",
    "BookingChanged",
    "BookingCompleted",
    "BookingConfirmed",
    "BookingDeclined",
    "BookingEvent",
    "BookingHasAnotherClient",
    "BookingIdTaken",
    "BookingLinkedToClient",
    "BookingMailEvent",
    "BookingMailFailed",
    "BookingMailSent",
    "BookingMarkedNoShow",
    "BookingMove",
    "BookingNotFound",
    "BookingRequested",
    "BookingRescheduled",
    "BookingStatus",
    "CancelBooking",
    "CancellationWindowClosed",
    "ChangeBooking",
    "CompleteBooking",
    "ConfirmBooking",
    "DeclineBooking",
    "DurationNotAllowed",
    "DurationNotKnown",
    "JsonText",
    "LinkBookingToClient",
    "MarkNoShow",
    "NotYetBegun",
    "RecordBookingMailFailed",
    "RecordBookingMailSent",
    "RegisterGuestAsClient",
    "RequestBooking",
    "RescheduleBooking",
    "ServiceNotBookable",
    "ServiceNotOffered",
    "TransitionNotAllowed",
    "WallClock",
    "cancel",
    "change",
    "complete",
    "confirm",
    "decline",
    "evolve",
    "known",
    "link_to_client",
    "mark_no_show",
    "record_mail_failed",
    "record_mail_sent",
    "refuse_another_request",
    "refuse_unless_live",
    "request",
    "reschedule",
    "status_after",
]

STORED_AS: Final[dict[str, type[Event]]] = {
    "booking-requested.v2": BookingRequested,
    "booking-confirmed.v1": BookingConfirmed,
    "booking-declined.v1": BookingDeclined,
    "booking-completed.v1": BookingCompleted,
    "booking-marked-no-show.v1": BookingMarkedNoShow,
    "booking-cancelled.v1": BookingCancelled,
    "booking-rescheduled.v1": BookingRescheduled,
    "booking-changed.v1": BookingChanged,
    "booking-linked-to-client.v2": BookingLinkedToClient,
    "booking-mail-sent.v1": BookingMailSent,
    "booking-mail-failed.v1": BookingMailFailed,
    "booking-answered.v1": BookingAnswered,
}

_VISIT: Final = (
    "appointment.professional_id",
    "appointment.service_id",
    "appointment.client_id",
    "appointment.series_id",
    "appointment.slot.starts_at",
    "appointment.slot.ends_at",
    "appointment.local_start",
    "appointment.time_zone",
)

TOLD_AS: Final[Tellings] = {
    BookingRequested: public(
        "booking.requested",
        *_VISIT,
        *("guest", "price", "booking_type", "details", "notes", "location"),
        id="booking_id",
    ),
    BookingConfirmed: public("booking.confirmed", *_VISIT, id="booking_id"),
    BookingDeclined: public("booking.declined", *_VISIT, "reason", id="booking_id"),
    BookingCompleted: public("booking.completed", *_VISIT, id="booking_id"),
    BookingMarkedNoShow: public("booking.marked-no-show", *_VISIT, id="booking_id"),
    BookingCancelled: public(
        "booking.cancelled", *_VISIT, "reason", id="booking_id", cancelled_by_client="by_client"
    ),
    BookingRescheduled: public(
        "booking.rescheduled",
        *_VISIT,
        "status",
        id="booking_id",
        previous_starts_at="previous_slot.starts_at",
        previous_ends_at="previous_slot.ends_at",
        moved_by_client="by_client",
    ),
    BookingChanged: public(
        "booking.changed", *_VISIT, "notes", "location", "details", id="booking_id"
    ),
    BookingLinkedToClient: public("booking.linked-to-client", *_VISIT, id="booking_id"),
    BookingMailSent: NOT_TOLD,
    BookingMailFailed: NOT_TOLD,
    BookingAnswered: NOT_TOLD,
}
