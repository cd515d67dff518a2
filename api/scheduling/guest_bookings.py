"""A guest books by themselves: they hold a time, say who they are, and show the code that is mailed to them."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Response
from msgspec.structs import replace
from pydantic import Field

from api.business.auth import PUBLIC, CodeBody
from api.business.visitors import REFUSED, Visit, Visitor
from api.problems.reasons import VISITS
from api.requests import ids
from api.requests.answers import Made, Refusals, answers
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import Body, ContactBody, Email, Text, identities
from api.requests.moments import Instant
from api.scheduling.holds import PlacedHold, shown
from api.web.routing import Router
from application.business.address_proofs import AddressCodeWrong
from application.people.contact_details import parse_email
from application.ports import Answer
from application.scheduling.guest_bookings import GuestWish, booking_of, wished
from domain.scheduling.agendas import (
    HOLD,
    Hold,
    HoldExpired,
    HoldPlaced,
    KeepHold,
    PlaceHold,
    ReleaseHold,
    of_a_guest,
)
from domain.scheduling.agendas import keep as keep_hold
from domain.scheduling.bookings import BOOKING, BookingStatus, known
from domain.values import (
    BookingId,
    Contact,
    HoldId,
    ProfessionalId,
    ServiceId,
    TenantId,
    WishId,
    derived_id,
)

router: Final = Router(prefix="/v1/public/{business}/holds", tags=["public"])

GUESTS: Final[Refusals] = (*VISITS, *REFUSED)


class GuestHold(Body):
    """A time of a professional that was offered, for as long as the service takes. `ttl` is in seconds."""

    professional_id: ids.Professional
    service_id: ids.Service
    starts_at: Instant
    ttl: Annotated[int, Field(ge=1, le=600)] = 600


class GuestBody(ContactBody):
    """Who comes. The code is mailed to `email`."""

    email: Email

    def contact(self, caller: Caller) -> Contact:
        """Return the value, parsed; there is always an address. Raises EmailAddressNotUnderstood."""
        return replace(super().contact(caller), email=parse_email(self.email))


class GuestWishBody(Body):
    guest: GuestBody
    notes: Text | None = None


class KeptHold(msgspec.Struct):
    """Until when the time is kept for whoever shows the code."""

    id: str
    expires_at: datetime


class GuestBooking(msgspec.Struct):
    """What a guest has booked: `pending` until the business confirms it, if it does so itself."""

    id: BookingId
    status: BookingStatus
    professional_id: ProfessionalId
    service_id: ServiceId | None
    starts_at: datetime
    ends_at: datetime


@router.post("", status_code=201, openapi_extra=PUBLIC)
@answers(Made(PlacedHold), refuses=GUESTS, moves=True)
def hold_as_guest(body: GuestHold, visit: Visit) -> Response:
    """Keep a time from others while one says who one is. Its id is known to nobody else."""
    hold_id = HoldId(new_id("hold"))

    def place(visitor: Visitor, _: object) -> Response:
        command = PlaceHold(
            hold_id=hold_id,
            professional_id=body.professional_id,
            starts_at=body.starts_at,
            service_id=body.service_id,
            ttl_seconds=body.ttl,
            by_client=True,
            source=visitor.source,
        )
        with visitor.backend.limits.holding(visit.request.scope):
            answer = visitor.order(command, fresh=hold_id)
        placed = next(p.event for p in answer.recorded if isinstance(p.event, HoldPlaced))
        headers = {
            **visitor.marks(answer),
            "Location": f"{visit.request.url.path}/{placed.hold_id}",
        }
        return Response(msgspec.json.encode(shown(placed)), 201, headers, JSON)

    return visit.answered(place)


@router.post("/{hold_id}/guest", status_code=202, openapi_extra=PUBLIC)
@answers(Made(KeptHold, has_location=False), refuses=GUESTS, moves=True)
def say_who_the_guest_is(hold_id: ids.Hold, body: GuestWishBody, visit: Visit) -> Response:
    """Say who comes. A code is mailed to them, and the time kept for half an hour meanwhile. What they
    say is kept until they show the code, for an hour at most, and recorded nowhere before.
    """

    def keep(visitor: Visitor, _: object) -> Response:
        command = KeepHold(hold_id=hold_id, wish_id=_wish_id(visitor))
        if keep_hold(command, _hold(visitor, hold_id), now=visitor.now):  # else it was said before
            _mail_a_code(visitor, command, body)
        answer = visitor.order(command)
        kept = KeptHold(hold_id, of_a_guest(_hold(visitor, hold_id)).expires_at)
        return Response(msgspec.json.encode(kept), 202, visitor.marks(answer), JSON)

    return visit.answered(keep)


@router.post("/{hold_id}/booking", status_code=201, openapi_extra=PUBLIC)
@answers(Made(GuestBooking, has_location=False), refuses=(*GUESTS, AddressCodeWrong), moves=True)
def book_as_guest(hold_id: ids.Hold, body: CodeBody, visit: Visit) -> Response:
    """Show the code, and so book. Whoever comes late has the time all the same, if it is still free.
    Shown twice, it answers with the same booking.
    """

    def book(visitor: Visitor, _: object) -> Response:
        hold = of_a_guest(_hold(visitor, hold_id))
        if not hold.wishes:
            raise AddressCodeWrong
        guests, tenant = visitor.backend.guests, TenantId(visitor.tenant)
        wish = guests.shown(tenant, hold.wishes[-1], body.code)
        answer = _booked(visitor, hold_id, hold, wish)
        booking = _booking(visitor, booking_of(hold_id))
        return Response(msgspec.json.encode(booking), 201, visitor.marks(answer), JSON)

    return visit.answered(book)


@router.delete("/{hold_id}", status_code=204, openapi_extra=PUBLIC)
@answers(refuses=GUESTS, moves=True)
def release_hold_as_guest(hold_id: ids.Hold, visit: Visit) -> Response:
    """Release a hold before it expires: the time is open to everybody again."""
    command = ReleaseHold(hold_id=hold_id, by_guest=True)
    return visit.answered(lambda visitor, _: visitor.done(visitor.order(command)))


def _hold(visitor: Visitor, hold_id: HoldId) -> Hold | None:
    return visitor.ask(lambda past: past.of(HOLD, hold_id))


def _wish_id(visitor: Visitor) -> WishId:
    """Name what is said: the same where the same is said again with the same Idempotency-Key, so that it
    is mailed and counted once; another key, or other words, are another wish.
    """
    about = visitor.about()
    return WishId(derived_id("wish", str(about.command_id), about.fingerprint or ""))


def _mail_a_code(visitor: Visitor, command: KeepHold, body: GuestWishBody) -> None:
    """Keep what they say for whoever mails the code once the hold is kept."""
    guest = body.guest.contact(visitor)
    named = identities(guest, visitor)
    visitor.backend.limits.count_code(visitor.request.scope, visitor.tenant, named[0])
    wish = GuestWish(guest=guest, identities=named, notes=body.notes)
    tenant, booking_id = TenantId(visitor.tenant), booking_of(command.hold_id)
    visitor.backend.guests.keep(tenant, command.wish_id, wish, booking_id)


def _booked(visitor: Visitor, hold_id: HoldId, hold: Hold, wish: GuestWish) -> Answer:
    """Book what is held; what is held no more, as anybody can who asks for it now."""
    order = wished(hold_id, hold, wish)
    try:
        return visitor.order(order)
    except HoldExpired:
        return visitor.order(replace(order, hold_id=None))


def _booking(visitor: Visitor, booking_id: BookingId) -> GuestBooking:
    booking = known(visitor.ask(lambda past: past.of(BOOKING, booking_id)))
    slot = booking.appointment.slot
    assert slot is not None, "a hold has a time"
    return GuestBooking(
        id=booking_id,
        status=booking.status,
        professional_id=booking.appointment.professional_id,
        service_id=booking.appointment.service_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
    )
