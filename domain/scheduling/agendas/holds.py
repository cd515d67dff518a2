"""A hold keeps a slot for minutes while somebody fills in a form, and ends once.

    place ─► HELD ─ redeem ──► redeemed, by one booking
              ├──── release ─► released
              └──── expire ──► lapsed

That it keeps others out is the agenda's business; here is what became of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Command, DomainError, Event, Invalid, Missing, Value
from domain.values import BookingId, ClientId, HoldId, ProfessionalId, ServiceId, TimeSlot

LONGEST_HOLD: Final = 600
"""Seconds."""


# --- What may be asked ----------------------------------------------------------------


class PlaceHold(Command, frozen=True):
    """Without a service, `duration_minutes` says how long. `client_id` is a client's who asks for
    themselves, `by_client`; what has none is the business's.
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


class ReleaseHold(Command, frozen=True):
    hold_id: HoldId


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


class HoldRedeemed(Event, frozen=True):
    hold_id: HoldId
    booking_id: BookingId


class HoldReleased(Event, frozen=True):
    hold_id: HoldId


class HoldLapsed(Event, frozen=True):
    hold_id: HoldId


HoldEvent = HoldPlaced | HoldRedeemed | HoldReleased | HoldLapsed


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


class HoldAlreadyUsed(DomainError):
    """Another booking was made with this hold."""


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
    """`override`: the business passed over a limit when it was placed."""

    professional_id: ProfessionalId
    service_id: ServiceId | None
    slot: TimeSlot
    reserved: TimeSlot
    expires_at: datetime
    client_id: ClientId | None = None
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
) -> Sequence[HoldPlaced]:
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
    return [placed]


def refuse_another_hold(command: PlaceHold, hold: Hold) -> None:
    """Refuse an id that is another hold's; the same order again is fine."""
    asked = (command.professional_id, command.client_id, command.starts_at)
    if asked != (hold.professional_id, hold.client_id, hold.slot.starts_at):
        raise HoldIdTaken(hold_id=command.hold_id)


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
        case HoldStatus.RELEASED | HoldStatus.LAPSED:
            raise HoldExpired(expired_at=hold.expires_at)
        case HoldStatus.HELD:
            if now >= hold.expires_at:
                raise HoldExpired(expired_at=hold.expires_at)
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


def _covers(held: TimeSlot, slot: TimeSlot | None) -> bool:
    return slot is not None and held.starts_at <= slot.starts_at and slot.ends_at <= held.ends_at


def release_hold(command: ReleaseHold, hold: Hold | None) -> Sequence[HoldEvent]:
    """Return the slot back before the hold ends."""
    if hold is None:
        raise HoldNotFound
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
