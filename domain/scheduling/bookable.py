"""What may somebody have of a professional's time? The one place that says; every way in asks it.

Some limits bind everybody: nobody is booked in the past, over a block, or with who works here no
longer. Some bind whoever may not override: hours, notice, horizon, who is not welcome. The rest bind
clients alone: they begin when slots begin and take the time that is offered. The business passes over
those without a word, and its bookings say so.

To promise what was asked for is the business's own decision: only what binds everybody is asked again.

How much one client may have open at once is counted in `domain/scheduling/allowances.py`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import IntEnum

from msgspec.structs import replace

from domain.messages import DomainError, Forbidden, Invalid, Value
from domain.scheduling.availability import (
    FARTHEST,
    BeyondHorizon,
    begins_with_a_slot,
    end_of_horizon,
    refuse_if_begun,
    refuse_if_blocked,
    refuse_if_unavailable,
)
from domain.scheduling.bookings import ServiceNotBookable, ServiceNotOffered
from domain.scheduling.professionals import (
    BookingDisabled,
    Professional,
    Settings,
    refuse_unless_active,
    refuse_unless_bookable,
)
from domain.scheduling.services import Service, ServiceNotFound
from domain.scheduling.time_blocks import TimeBlocks
from domain.values import ProfessionalId, TimeSlot
from domain.zones import day_from, days_in, zone


class Asks(IntEnum):
    """In whose name something is asked for: each passes over more than the one before."""

    CLIENT = 0
    BUSINESS = 1
    OVERRIDING = 2


def asks(*, by_client: bool, override: bool) -> Asks:
    """Say in whose name; a client overrides nothing."""
    if by_client:
        return Asks.CLIENT
    return Asks.OVERRIDING if override else Asks.BUSINESS


class Wish(Value, frozen=True, kw_only=True):
    """What is asked for, and what is known about it.

    No `slot`: at no time yet. `booked` is the visit as it is, where it is only moved. `held` says that
    the very slot was asked for before, and kept. The horizon binds clients alone where `far` is meant.
    Whoever comes is `blocked` if one of their records is.
    """

    asks: Asks
    professional_id: ProfessionalId
    professional: Professional
    blocks: TimeBlocks
    service: Service | None = None
    blocked: bool = False
    slot: TimeSlot | None = None
    moved: bool = False
    booked: TimeSlot | None = None
    held: bool = False
    far: bool = False


# --- Why it may be refused ------------------------------------------------------------


class ClientIsBlocked(Forbidden):
    """At present the business takes no bookings from this client."""


class BetweenSlots(DomainError):
    """A visit begins when one of the offered slots begins."""

    step_minutes: int


class LengthNotOffered(Invalid):
    """A visit takes as long as its service; without one, from one step of the calendar to a day."""

    shortest: int
    longest: int


# --- The question ---------------------------------------------------------------------


def passes_over(wish: Wish, *, now: datetime) -> bool:
    """Refuse what cannot be had; return whether the business passes over a limit in having it.

    What is held was within hours, notice and horizon when it was asked for.
    """
    if wish.moved:
        refuse_unless_active(wish.professional)
    else:
        refuse_what_takes_no_bookings(wish.professional_id, wish.professional, wish.service)
    if wish.blocked:
        refuse_unwelcome(wish.asks, moved=wish.moved)
    override = wish.asks is Asks.OVERRIDING
    if wish.slot is not None:
        lenient = override or wish.held
        refuse_if_unavailable(wish.slot, _rules(wish), wish.blocks, now=now, override=lenient)
    for refusal in _what_clients_cannot_have(wish, now):
        if wish.asks is Asks.CLIENT:
            raise refusal
        return True
    return override


def refuse_to_confirm(wish: Wish, *, now: datetime) -> None:
    """Refuse to promise what nobody can have. Who may override says of what has begun that it was had."""
    refuse_unless_active(wish.professional)
    if wish.slot is None:
        return
    if wish.asks is not Asks.OVERRIDING:
        refuse_if_begun(wish.slot, now)
    refuse_if_blocked(wish.slot, wish.blocks)


def _rules(wish: Wish) -> Settings:
    settings = wish.professional.settings
    if wish.far and wish.asks is not Asks.CLIENT:
        return replace(settings, horizon_days=FARTHEST)
    return settings


def refuse_what_takes_no_bookings(
    professional_id: ProfessionalId, professional: Professional, service: Service | None
) -> None:
    """Refuse who takes no bookings at present, and what cannot be booked with them."""
    refuse_unless_bookable(professional)
    if service is None:
        return
    if not service.exists:
        raise ServiceNotFound
    if not service.active:
        raise ServiceNotBookable
    if service.professional_ids and professional_id not in service.professional_ids:
        raise ServiceNotOffered


def is_offered(
    length: timedelta,
    start: datetime,
    professional: Professional,
    service: Service | None,
    booked: TimeSlot | None = None,
) -> bool:
    """Whether clients can have so long a visit that begins then; what is booked may stay as it is."""
    if booked is not None and length == booked.ends_at - booked.starts_at:
        return True
    shortest, longest = _lengths(start, professional, service)
    return shortest <= length <= longest


def refuse_length(
    length: timedelta,
    window: TimeSlot,
    professional: Professional,
    service: Service | None,
    booked: TimeSlot | None = None,
) -> None:
    """Refuse a length that clients cannot have, whenever in this window they begin."""
    starts = [*days_in(window, zone(professional.settings.time_zone))]
    if not any(is_offered(length, each, professional, service, booked) for each in starts):
        raise _not_offered(*max(_lengths(each, professional, service) for each in starts))


def _lengths(
    start: datetime, professional: Professional, service: Service | None
) -> tuple[timedelta, timedelta]:
    """Return how long a client's visit that begins then takes at least, and at most."""
    if service is not None:
        length = timedelta(minutes=service.duration_minutes)
        return length, length
    settings = professional.settings
    step = timedelta(minutes=settings.slot_step_minutes)
    return step, day_from(start, zone(settings.time_zone))


def refuse_unwelcome(asks: Asks, *, moved: bool = False) -> None:
    """Refuse what a client who is blocked cannot have."""
    if asks <= (Asks.CLIENT if moved else Asks.BUSINESS):
        raise ClientIsBlocked


def _what_clients_cannot_have(wish: Wish, now: datetime) -> Iterator[DomainError]:
    """Return what is in the way of a client, and not of the business."""
    if not wish.professional.accepts_bookings:
        yield BookingDisabled()
    if wish.slot is None or wish.held:
        return
    settings = wish.professional.settings
    if wish.slot.starts_at >= (end := end_of_horizon(settings, now)):
        yield BeyondHorizon(bookable_until=end)
    start, about = wish.slot.starts_at, (wish.professional, wish.service)
    if not is_offered(wish.slot.ends_at - start, start, *about, wish.booked):
        yield _not_offered(*_lengths(start, *about))
    if not begins_with_a_slot(wish.slot.starts_at, settings):
        yield BetweenSlots(step_minutes=settings.slot_step_minutes)


def _not_offered(shortest: timedelta, longest: timedelta) -> LengthNotOffered:
    minute = timedelta(minutes=1)
    return LengthNotOffered(shortest=shortest // minute, longest=longest // minute)
