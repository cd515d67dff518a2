"""A hold keeps a slot for minutes while somebody fills in a form, and ends once.

    place ─► HELD ─ redeem ──► redeemed, by one booking
              ├──── release ─► released
              └──── expire ──► lapsed

One of a guest, whom nobody knows yet, is kept a little longer while they prove their address.

That it keeps others out is the agenda's business; here is what became of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Command, DomainError, Event, Invalid, Missing, Value
from domain.values import (
    BookingId,
    ClientId,
    HoldId,
    ProfessionalId,
    ServiceId,
    SourceId,
    TimeSlot,
    WishId,
)

LONGEST_HOLD: Final = 600
"""Seconds."""

KEPT_FOR: Final = timedelta(minutes=30)
"""In which a guest reads their mail."""

MOST_MAILS: Final = 3
"""Who mistypes their address three times begins anew."""


# --- What may be asked ----------------------------------------------------------------


class PlaceHold(Command, frozen=True):
    """Without a service, `duration_minutes` says how long. `client_id` is a client's who asks for
    themselves, `by_client`; a guest's comes from a `source`; what has neither is the business's.
    """

    hold_id: HoldId
    professional_id: ProfessionalId
    starts_at: datetime
    service_id: ServiceId | None = None
    duration_minutes: int | None = None
    ttl_seconds: int = 600
    override: bool = False
    client_id: ClientId | None = None
    by_client: bool = False
    source: SourceId | None = None


class KeepHold(Command, frozen=True):
    """A guest has said who they are, in a wish, and is sent a code to prove it by."""

    hold_id: HoldId
    wish_id: WishId


class ReleaseHold(Command, frozen=True):
    """`by_guest`: whoever orders it knows nothing but the hold."""

    hold_id: HoldId
    by_guest: bool = False


class ExpireHold(Command, frozen=True):
    """Time passing, as an order: due when the hold ends."""

    hold_id: HoldId


# --- What can happen ------------------------------------------------------------------


class HoldPlaced(Event, frozen=True):
    """`reserved` is the slot with its buffers."""

    hold_id: HoldId
    professional_id: ProfessionalId
    slot: TimeSlot
    reserved: TimeSlot
    expires_at: datetime
    service_id: ServiceId | None = None
    override: bool = False
    client_id: ClientId | None = None


class HeldByGuest(Event, frozen=True):
    """Whoever knows the hold may book with it: nobody else knows its id."""

    hold_id: HoldId
    source: SourceId


class HoldKept(Event, frozen=True):
    """Until `expires_at`, for a guest who proves the address of their wish meanwhile."""

    hold_id: HoldId
    wish_id: WishId
    expires_at: datetime


class HoldRedeemed(Event, frozen=True):
    hold_id: HoldId
    booking_id: BookingId


class HoldReleased(Event, frozen=True):
    hold_id: HoldId


class HoldLapsed(Event, frozen=True):
    hold_id: HoldId


HoldEvent = HoldPlaced | HeldByGuest | HoldKept | HoldRedeemed | HoldReleased | HoldLapsed


# --- Why it may be refused ------------------------------------------------------------


class HoldNotFound(Missing):
    """There is no such hold."""


class HoldIdTaken(DomainError):
    """Another slot was held under this id."""

    hold_id: HoldId


class HoldTooLong(Invalid):
    """A slot can be held for ten minutes at most."""

    at_most_seconds: int


class HoldExpired(DomainError):
    """The hold has ended; the slot is open to everybody again."""

    expired_at: datetime


class TooManyCodes(DomainError):
    """So many codes were sent for this hold; release it, and begin anew."""

    at_most: int


class HoldAlreadyUsed(DomainError):
    """A booking was made with this hold already."""


class HoldIsForAnotherSlot(DomainError):
    """The hold does not cover this booking."""

    slot: TimeSlot


# --- What a decision needs to remember ------------------------------------------------


class HoldStatus(StrEnum):
    """A hold begins as held and ends once."""

    HELD = "held"
    REDEEMED = "redeemed"
    RELEASED = "released"
    LAPSED = "lapsed"


class Hold(Value, frozen=True, kw_only=True):
    """`override`: the business passed over a limit when it was placed. `source`: where a guest asked
    from. `wishes`: those that they were sent a code for; the last counts.
    """

    professional_id: ProfessionalId
    service_id: ServiceId | None
    slot: TimeSlot
    reserved: TimeSlot
    expires_at: datetime
    client_id: ClientId | None = None
    source: SourceId | None = None
    wishes: tuple[WishId, ...] = ()
    override: bool = False
    status: HoldStatus = HoldStatus.HELD
    booking_id: BookingId | None = None


def evolve_hold(hold: Hold | None, event: HoldEvent) -> Hold | None:
    match event:
        case HoldPlaced():
            return Hold(
                professional_id=event.professional_id,
                service_id=event.service_id,
                slot=event.slot,
                reserved=event.reserved,
                expires_at=event.expires_at,
                client_id=event.client_id,
                override=event.override,
            )
        case HeldByGuest(source=source):
            return hold and replace(hold, source=source)
        case HoldKept(wish_id=wish, expires_at=end):
            return hold and replace(hold, expires_at=end, wishes=(*hold.wishes, wish))
        case HoldRedeemed(booking_id=booking):
            return _ended(hold, HoldStatus.REDEEMED, booking)
        case HoldReleased():
            return _ended(hold, HoldStatus.RELEASED)
        case HoldLapsed():
            return _ended(hold, HoldStatus.LAPSED)
        case _:
            assert_never(event)


def _ended(
    hold: Hold | None, status: HoldStatus, booking_id: BookingId | None = None
) -> Hold | None:
    return hold and replace(hold, status=status, booking_id=booking_id)


HOLD: Final[Aggregate[Hold | None, HoldEvent]] = Aggregate(
    kind="hold", initial=None, evolve=evolve_hold
)


# --- Decisions ------------------------------------------------------------------------


def place(
    command: PlaceHold, hold: Hold | None, *, slot: TimeSlot, reserved: TimeSlot, now: datetime
) -> Sequence[HoldEvent]:
    """Begin the hold. The agendas say whether the slot is free."""
    if hold is not None:
        refuse_another_hold(command, hold)
        return []
    if not 1 <= command.ttl_seconds <= LONGEST_HOLD:
        raise HoldTooLong(at_most_seconds=LONGEST_HOLD)
    placed = HoldPlaced(
        hold_id=command.hold_id,
        professional_id=command.professional_id,
        service_id=command.service_id,
        slot=slot,
        reserved=reserved,
        expires_at=now + timedelta(seconds=command.ttl_seconds),
        override=command.override,
        client_id=command.client_id,
    )
    if command.source is None:
        return [placed]
    return [placed, HeldByGuest(hold_id=command.hold_id, source=command.source)]


def refuse_another_hold(command: PlaceHold, hold: Hold) -> None:
    """Refuse an id that is another hold's; the same order again is fine."""
    asked = (command.professional_id, command.client_id, command.source, command.starts_at)
    if asked != (hold.professional_id, hold.client_id, hold.source, hold.slot.starts_at):
        raise HoldIdTaken(hold_id=command.hold_id)


def keep(command: KeepHold, hold: Hold | None, *, now: datetime) -> Sequence[HoldEvent]:
    """Keep a guest's hold while they prove their address; a second address has what time is left."""
    hold = of_a_guest(hold)
    if command.wish_id in hold.wishes:
        return []
    _refuse_ended(hold, now)
    if len(hold.wishes) >= MOST_MAILS:
        raise TooManyCodes(at_most=MOST_MAILS)
    until = hold.expires_at if hold.wishes else now + KEPT_FOR
    return [HoldKept(hold_id=command.hold_id, wish_id=command.wish_id, expires_at=until)]


def redeem(
    hold_id: HoldId,
    booking_id: BookingId,
    hold: Hold | None,
    *,
    professional_id: ProfessionalId,
    slot: TimeSlot | None,
    reserved: TimeSlot | None,
    now: datetime,
) -> Sequence[HoldEvent]:
    """Turn the hold into a booking, once."""
    hold = known_hold(hold)
    match hold.status:
        case HoldStatus.REDEEMED:
            if hold.booking_id == booking_id:
                return []
            raise HoldAlreadyUsed
        case HoldStatus.RELEASED | HoldStatus.LAPSED | HoldStatus.HELD:
            _refuse_ended(hold, now)
        case _:
            assert_never(hold.status)
    covered = (
        hold.professional_id == professional_id
        and _covers(hold.slot, slot)
        and _covers(hold.reserved, reserved)
    )
    if not covered:
        raise HoldIsForAnotherSlot(slot=hold.slot)
    return [HoldRedeemed(hold_id=hold_id, booking_id=booking_id)]


def known_hold(hold: Hold | None) -> Hold:
    """Refuse what only a hold that was placed can do."""
    if hold is None:
        raise HoldNotFound
    return hold


def of_a_guest(hold: Hold | None) -> Hold:
    """Refuse what only a guest can do, with their own hold: others' do not exist for them."""
    if hold is None or hold.source is None:
        raise HoldNotFound
    return hold


def _refuse_ended(hold: Hold, now: datetime) -> None:
    if hold.status is HoldStatus.REDEEMED:
        raise HoldAlreadyUsed
    if hold.status is not HoldStatus.HELD or now >= hold.expires_at:
        raise HoldExpired(expired_at=hold.expires_at)


def _covers(held: TimeSlot, slot: TimeSlot | None) -> bool:
    return slot is not None and held.starts_at <= slot.starts_at and slot.ends_at <= held.ends_at


def release_hold(command: ReleaseHold, hold: Hold | None) -> Sequence[HoldEvent]:
    """Return the slot back before the hold ends."""
    hold = of_a_guest(hold) if command.by_guest else known_hold(hold)
    if hold.status is not HoldStatus.HELD:
        return []
    return [HoldReleased(hold_id=command.hold_id)]


def expire(command: ExpireHold, hold: Hold | None, *, now: datetime) -> Sequence[HoldEvent]:
    """Record that the hold has ended. Too early, nothing has happened yet."""
    if hold is None:
        raise HoldNotFound
    if hold.status is not HoldStatus.HELD or now < hold.expires_at:
        return []
    return [HoldLapsed(hold_id=command.hold_id)]
