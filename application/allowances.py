"""How much one person has open, counted in the same append as what is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from application.transact import Changes, Past, UseCase
from domain import allowances
from domain.agendas import HOLD, HoldStatus
from domain.allowances import (
    ALLOWANCE,
    CLIENT_LIMITS,
    THE_LIMITS,
    OpenRequest,
    Person,
    allowance_of,
)
from domain.bookings import BOOKING, BookingStatus
from domain.messages import Command, Event
from domain.values import ClientId, HoldId, IdentityId


def people(client_id: ClientId | None, guest: Sequence[IdentityId]) -> Sequence[Person]:
    """Say who is counted: the client, or else a guest by each address and number."""
    return guest if client_id is None else (client_id,)


def count_requests(past: Past, who: Sequence[Person], new: Sequence[OpenRequest]) -> Changes:
    """Count requests of the same people besides what they have open."""
    limits = past.of(CLIENT_LIMITS, THE_LIMITS)
    counted: dict[str, Sequence[Event]] = {}
    for name in map(allowance_of, who) if new else ():
        still_open = [each for each in past.of(ALLOWANCE, name).requests if _waits(each, past)]
        counted[name] = allowances.count_requests(name, new, still_open=still_open, limits=limits)
    return counted


def count_hold(past: Past, who: Person, new: HoldId) -> Changes:
    """Count a hold besides those that somebody has."""
    limits, name = past.of(CLIENT_LIMITS, THE_LIMITS), allowance_of(who)
    still_open = [each for each in past.of(ALLOWANCE, name).hold_ids if _is_held(each, past)]
    return {name: allowances.count_hold(name, new, still_open=still_open, limits=limits)}


def _waits(request: OpenRequest, past: Past) -> bool:
    """Whether nobody has answered it, and its time is still to come."""
    booking = past.of(BOOKING, request.booking_id)
    if booking is None or ((slot := booking.appointment.slot) and slot.has_begun(past.now)):
        return False
    unseen = request.by_itself and booking.status is BookingStatus.CONFIRMED
    return unseen or booking.status is BookingStatus.PENDING


def _is_held(hold_id: HoldId, past: Past) -> bool:
    hold = past.of(HOLD, hold_id)
    return hold is not None and hold.status is HoldStatus.HELD and past.now < hold.expires_at


def change_limits(command: allowances.ChangeClientLimits, past: Past) -> Changes:
    limits = past.of(CLIENT_LIMITS, THE_LIMITS)
    return {THE_LIMITS: allowances.change_limits(command, limits)}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    allowances.ChangeClientLimits: change_limits,
}
