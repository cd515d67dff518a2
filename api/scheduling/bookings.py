"""Bookings over HTTP. Clients and professionals reach their own; the business reaches all."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Response
from msgspec import UNSET
from pydantic import Field

from api.operations.history import Steps
from api.problems.reasons import VISITS
from api.requests import ids
from api.requests.answers import Listed, Made, Row, answers
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import After, Body, ContactBody, Line, Text, identities
from api.requests.including import Includes, Referred, shown_with
from api.requests.listing import Listing
from api.requests.meanings import PERSON
from api.requests.moments import Instant, instant
from api.requests.parsing import one_of, text
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.permissions import Permission
from application.scheduling.terms import LONGEST
from domain.messages import Command
from domain.scheduling.bookings import (
    BookingStatus,
    CancelBooking,
    ChangeBooking,
    CompleteBooking,
    ConfirmBooking,
    DeclineBooking,
    LinkBookingToClient,
    MarkNoShow,
    RequestBooking,
    RescheduleBooking,
)
from domain.values import BookingId, ClientId
from projections.people.clients import CLIENTS
from projections.scheduling.bookings import BOOKINGS, overlapping
from projections.scheduling.professionals import PROFESSIONALS
from projections.scheduling.services import SERVICES

MayRead = Annotated[Caller, may(Permission.BOOKINGS_READ)]
MayWrite = Annotated[Caller, may(Permission.BOOKINGS_WRITE)]

Minutes = Annotated[int, Field(ge=1, le=LONGEST)]

router: Final = Router(prefix="/v1/bookings", tags=["bookings"])

INCLUDES: Final[Includes] = {
    "client": Referred("client_id", CLIENTS, stands_for="merged_into"),
    "service": Referred("service_id", SERVICES),
    "professional": Referred("professional_id", PROFESSIONALS),
}
LISTING: Final = Listing(
    model=BOOKINGS,
    filters={
        "status": one_of(BookingStatus),
        "professional_id": text,
        "service_id": text,
        "client_id": text,
        "booking_type": text,
        "series_id": text,
        "starts_at": instant,
        "created_at": instant,
    },
    spans=("starts_at", "created_at"),
    sorts=("starts_at", "created_at"),
    default_sort="starts_at",
    meanings={"client_id": PERSON},
    includes=INCLUDES,
    changes=True,
    overlapping=overlapping,
)


class Wishes(Body):
    """What is booked, whenever it is and with whom. `details` is kept to the byte."""

    duration_minutes: Minutes | None = None
    service_id: ids.Service | None = None
    client_id: ids.Client | None = None
    guest: ContactBody | None = None
    booking_type: Line | None = None
    details: Any = None
    notes: Text | None = None
    location: Line | None = None
    override: bool = False


class Visit(Wishes):
    """The same with somebody."""

    professional_id: ids.Professional


class NewBooking(Visit):
    """`starts_at` needs a service, or `duration_minutes`."""

    id: ids.Booking | None = None
    starts_at: Instant | None = None
    hold_id: ids.Hold | None = None


class ChangedBooking(Body):
    """What is not named stays; null removes it."""

    notes: Text | None = None
    location: Line | None = None
    details: Any = None


class Reason(Body):
    reason: Text | None = None


class NewTime(Body):
    starts_at: Instant
    duration_minutes: Minutes | None = None
    override: bool = False


class LinkedClient(Body):
    client_id: ids.Client
    override: bool = False


class Confirmation(Body):
    """`override` lets what has begun be confirmed, so that it can be said what came of it."""

    override: bool = False


@router.post("", status_code=201)
@answers(Row(BOOKINGS), refuses=VISITS)
def request_booking(body: NewBooking, caller: MayWrite) -> Response:
    """Book a professional's time. Who is faster has it; the other is told what else is free."""
    booking_id = body.id or BookingId(new_id("booking"))
    guest = body.guest.contact(caller) if body.guest else None
    command = RequestBooking(
        booking_id=booking_id,
        professional_id=body.professional_id,
        starts_at=body.starts_at,
        duration_minutes=body.duration_minutes,
        service_id=body.service_id,
        client_id=client_of(caller, body.client_id),
        guest=guest,
        guest_identities=identities(guest, caller) if guest else (),
        booking_type=body.booking_type,
        details=caller.raw("details") if body.details is not None else None,
        notes=body.notes,
        location=body.location,
        hold_id=body.hold_id,
        override=body.override,
        by_client=is_client(caller),
    )
    return caller.created(BOOKINGS, booking_id, command, where="/v1/bookings")


@router.get("")
@answers(Listed(LISTING))
def list_bookings(caller: MayRead) -> Response:
    """List bookings; with `from` and `to`, whatever overlaps: also what began before."""
    return LISTING.answer(caller)


@router.get("/{booking_id}")
@answers(Row(BOOKINGS, INCLUDES))
def get_booking(booking_id: ids.Booking, caller: MayRead) -> Response:
    """Show a booking."""
    return shown_with(caller, lambda: caller.document(BOOKINGS, booking_id), INCLUDES)


@router.get("/{booking_id}/history")
@answers(Made(Steps))
@heavy
def show_booking_history(
    booking_id: ids.Booking,
    caller: MayRead,
    after: After = 0,
) -> Response:
    """Show what happened to a booking `after` a version: when, by whom, and what it changed from
    and to. With `has_more` it goes on after the last.
    """
    steps = caller.steps(BOOKINGS, booking_id, after=after)
    return Response(msgspec.json.encode(steps), media_type=JSON)


@router.patch("/{booking_id}")
@answers(Row(BOOKINGS), refuses=VISITS)
def change_booking(booking_id: ids.Booking, body: ChangedBooking, caller: MayWrite) -> Response:
    """Change notes, location or details."""
    named = body.model_fields_set
    details = caller.raw("details") if body.details is not None else None
    command = ChangeBooking(
        booking_id=booking_id,
        notes=body.notes if "notes" in named else UNSET,
        location=body.location if "location" in named else UNSET,
        details=details if "details" in named else UNSET,
    )
    return move(caller, booking_id, command)


@router.post("/{booking_id}/confirm")
@answers(Row(BOOKINGS), refuses=VISITS)
def confirm_booking(
    booking_id: ids.Booking, caller: MayWrite, body: Confirmation | None = None
) -> Response:
    """Promise the appointment. What has begun, or lies under a block, cannot be promised any more."""
    override = body.override if body else False
    return move(caller, booking_id, ConfirmBooking(booking_id=booking_id, override=override))


@router.post("/{booking_id}/decline")
@answers(Row(BOOKINGS), refuses=VISITS)
def decline_booking(
    booking_id: ids.Booking, caller: MayWrite, body: Reason | None = None
) -> Response:
    """Turn the request down."""
    reason = body.reason if body else None
    return caller.changed(
        BOOKINGS, booking_id, DeclineBooking(booking_id=booking_id, reason=reason)
    )


@router.post("/{booking_id}/complete")
@answers(Row(BOOKINGS), refuses=VISITS)
def complete_booking(booking_id: ids.Booking, caller: MayWrite) -> Response:
    """Say that it took place. A guest becomes a client by it."""
    return move(caller, booking_id, CompleteBooking(booking_id=booking_id))


@router.post("/{booking_id}/no-show")
@answers(Row(BOOKINGS), refuses=VISITS)
def mark_no_show(booking_id: ids.Booking, caller: MayWrite) -> Response:
    """Say that nobody came."""
    return move(caller, booking_id, MarkNoShow(booking_id=booking_id))


@router.post("/{booking_id}/cancel")
@answers(Row(BOOKINGS), refuses=VISITS)
def cancel_booking(
    booking_id: ids.Booking, caller: MayWrite, body: Reason | None = None
) -> Response:
    """Call it off; the slot is free at once. A client can do so until the window closes."""
    reason = body.reason if body else None
    return move(caller, booking_id, cancellation(booking_id, caller, reason))


@router.post("/{booking_id}/reschedule")
@answers(Row(BOOKINGS), refuses=VISITS)
def reschedule_booking(booking_id: ids.Booking, body: NewTime, caller: MayWrite) -> Response:
    """Move it: the new slot is taken and the old one freed together, or neither."""
    command = RescheduleBooking(
        booking_id=booking_id,
        starts_at=body.starts_at,
        duration_minutes=body.duration_minutes,
        override=body.override,
        by_client=is_client(caller),
    )
    return move(caller, booking_id, command)


@router.put("/{booking_id}/client")
@answers(Row(BOOKINGS), refuses=VISITS)
def link_booking(booking_id: ids.Booking, body: LinkedClient, caller: MayWrite) -> Response:
    """Say whose booking it is."""
    command = LinkBookingToClient(
        booking_id=booking_id, client_id=body.client_id, override=body.override
    )
    return move(caller, booking_id, command)


def move(caller: Caller, booking_id: BookingId, command: Command, *others: Command) -> Response:
    """Have something done to a booking."""
    return caller.changed(BOOKINGS, booking_id, command, *others)


def cancellation(booking_id: BookingId, caller: Caller, reason: str | None) -> CancelBooking:
    """Return the order to call it off, in the name of whoever does."""
    return CancelBooking(booking_id=booking_id, reason=reason, by_client=is_client(caller))


def is_client(caller: Caller) -> bool:
    """Whether the caller acts for themselves, rather than for the business."""
    return caller.reach.field == "client_id"


def client_of(caller: Caller, client_id: ClientId | None) -> ClientId | None:
    """A client who names nobody books for themselves."""
    if client_id is None and is_client(caller) and caller.reach.id:
        return ClientId(caller.reach.id)
    return client_id
