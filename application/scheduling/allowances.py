"""How much one person has open, counted in the same append as what is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from application.people.people import Visitor
from application.transact import Changes, Past, UseCase
from domain.messages import Command, Event
from domain.scheduling import allowances
from domain.scheduling.agendas import HOLD, HoldStatus
from domain.scheduling.allowances import (
    ALLOWANCE,
    CLIENT_LIMITS,
    THE_LIMITS,
    Allowance,
    OpenRequest,
    allowance_of,
)
from domain.scheduling.bookings import BOOKING, BookingStatus
from domain.values import AllowanceId, HoldId


def count_requests(past: Past, who: Sequence[Visitor], new: Sequence[OpenRequest]) -> Changes:
    """Count requests of the same people besides what they have open."""
    limits = past.of(CLIENT_LIMITS, THE_LIMITS)
    counted: dict[str, Sequence[Event]] = {}
    for name, had in _had(past, who if new else ()):
        requests = dict.fromkeys(each for allowance in had for each in allowance.requests)
        open_ = [each for each in requests if _waits(each, past)]
        counted[name] = allowances.count_requests(name, new, still_open=open_, limits=limits)
    return counted


def count_hold(past: Past, who: Sequence[Visitor], new: HoldId) -> Changes:
    """Count a hold besides those that the same people have."""
    limits = past.of(CLIENT_LIMITS, THE_LIMITS)
    counted: dict[str, Sequence[Event]] = {}
    for name, had in _had(past, who):
        holds = dict.fromkeys(each for allowance in had for each in allowance.hold_ids)
        open_ = [each for each in holds if _is_held(each, past)]
        counted[name] = allowances.count_hold(name, new, still_open=open_, limits=limits)
    return counted


def _had(past: Past, who: Sequence[Visitor]) -> Iterator[tuple[AllowanceId, list[Allowance]]]:
    """Return where the next of each person is counted, and all that is counted of them."""
    for visitor in who:
        names = [allowance_of(each) for each in visitor.counted_as]
        yield names[0], [past.of(ALLOWANCE, name) for name in names]


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
