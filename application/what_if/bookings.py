"""Which bookings other rules would have refused: each decision alone, on the past that it was made on.

What was decided is ordered again, of a past in which nothing but the professional's rules is another. Who
was let pass over a limit would have been again. What one person may have open is not asked: no rule here
changes it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar, assert_never, cast

from msgspec.structs import replace

from application.permissions import Permission, permissions_of
from application.ports import Recorded
from application.refusals import NotNow
from application.scheduling import agendas as agenda_use_cases
from application.scheduling import bookings as booking_use_cases
from application.scheduling import series
from application.scheduling.agendas import Agendas
from application.scheduling.terms import bookable_terms
from application.transact import Changes, Past, UseCase
from application.what_if.hindsight import Hindsight
from application.what_if.policies import BookingRules
from domain.aggregate import Aggregate
from domain.business.users import USER, Role
from domain.messages import DomainError, Value
from domain.sales.leads import LEAD
from domain.scheduling.agendas import HoldPlaced, PlaceHold
from domain.scheduling.allowances import ALLOWANCE, CLIENT_LIMITS
from domain.scheduling.bookings import (
    BookingCancelled,
    BookingRequested,
    BookingRescheduled,
    CancelBooking,
    RequestBooking,
    RescheduleBooking,
)
from domain.scheduling.professionals import PROFESSIONAL
from domain.values import BookingId, ProfessionalId, SeriesId, TimeSlot, UserId, kind_of

S = TypeVar("S")

Decision = BookingRequested | BookingRescheduled | BookingCancelled
DECISIONS: Final = (BookingRequested, BookingRescheduled, BookingCancelled)

UNASKED: Final = frozenset({ALLOWANCE.kind, CLIENT_LIMITS.kind, LEAD.kind})
MINUTE: Final = timedelta(minutes=1)
AS_IT_WAS: Final = BookingRules()


class BookingOtherwise(Value, frozen=True, kw_only=True, tag_field="kind", tag="booking"):
    """A decision that the rules would have refused, with this code; by it the booking came to a version.
    `starts_at` is when the visit begins by it, or is called off.
    """

    booking_id: BookingId
    professional_id: ProfessionalId
    decision: str
    version: int
    at: datetime
    starts_at: datetime | None
    code: str


class Judged(Value, frozen=True, kw_only=True):
    """What is told of a decision, if it would have been refused. It `is_known`, unless by what is known of
    that moment it would have been refused as it was, too: then no rule is to blame.
    """

    told: BookingOtherwise | None = None
    is_known: bool = True


def judge(past: Recorded, rules: BookingRules, hindsight: Hindsight) -> Judged:
    """Decide once more what was decided, by other rules."""
    event = cast("Decision", past.event)
    try:
        code = _refusal(past, event, rules, hindsight)
    except _RefusedAnyhowError:
        return Judged(is_known=False)
    if code is None:
        return Judged()
    slot = event.appointment.slot
    told = BookingOtherwise(
        booking_id=event.booking_id,
        professional_id=event.appointment.professional_id,
        decision=past.type.rpartition(".")[0],
        version=past.version,
        at=past.recorded_at,
        starts_at=slot.starts_at if slot else None,
        code=code,
    )
    return Judged(told=told)


class _RefusedAnyhowError(Exception):
    """By what is known of it now, it would have been refused by the rules that there were."""


class _Ordered(NamedTuple):
    """An order, and what carries it out; whether it `overrode` a limit when it was carried out first."""

    order: Any
    carry_out: UseCase[Any]
    overrode: bool = False


def _refusal(
    past: Recorded, event: Decision, rules: BookingRules, hindsight: Hindsight
) -> str | None:
    """Return with which code it would have been refused."""
    hold_id = event.hold_id if isinstance(event, BookingRequested) else None
    if hold_id is not None:
        if held := _refusal_of_hold(hindsight.first(hold_id), rules, hindsight):
            return held
        rules = rules.without_buffers()  # what is held is held with them
    there = hindsight.before(past.position, past.recorded_at)
    match event:
        case BookingRequested():
            return _refused(_requested(past, event, there), there, rules)
        case BookingRescheduled():
            return _refused(_rescheduled(event), there, rules)
        case BookingCancelled():
            return _refused(_cancelled(event), there, rules)
        case _:
            assert_never(event)


def _refusal_of_hold(
    past: Recorded | None, rules: BookingRules, hindsight: Hindsight
) -> str | None:
    """Return why what was booked would not have been held before: who holds a time is asked then."""
    if past is None or not isinstance(past.event, HoldPlaced):
        return None
    there = hindsight.before(past.position, past.recorded_at)
    return _refused(_held(past.event), there, rules)


def _refused(ordered: _Ordered, there: Past, rules: BookingRules) -> str | None:
    """Return with which code it is refused by these rules, and not by those that there were. Who did not
    have to pass over a limit would not have done so.
    """
    if ordered.overrode:
        needed = _code(ordered, there, AS_IT_WAS) is not None
        ordered = ordered._replace(order=replace(ordered.order, override=needed))
    code = _code(ordered, there, rules)
    if code is not None and _code(ordered, there, AS_IT_WAS) is not None:
        raise _RefusedAnyhowError
    return code


def _code(ordered: _Ordered, there: Past, rules: BookingRules) -> str | None:
    try:
        ordered.carry_out(ordered.order, _Under(there, rules))
    except NotNow:
        raise
    except DomainError as refusal:
        return refusal.code
    return None


# --- Ordered again ------------------------------------------------------------------------


def _requested(past: Recorded, event: BookingRequested, there: Past) -> _Ordered:
    appointment = event.appointment
    order = RequestBooking(
        booking_id=event.booking_id,
        professional_id=appointment.professional_id,
        starts_at=appointment.slot.starts_at if appointment.slot else None,
        duration_minutes=_minutes(appointment.slot),
        service_id=appointment.service_id,
        client_id=appointment.client_id,
        guest=event.guest,
        guest_identities=event.guest_identities,
        hold_id=event.hold_id,
        by_client=_is_clients_own(past, there),
    )
    series_id = appointment.series_id
    carry_out = partial(_in_series, series_id) if series_id else booking_use_cases.request
    return _Ordered(order, carry_out, event.override)


def _in_series(series_id: SeriesId, order: RequestBooking, there: Past) -> Changes:
    """Ask for it as for one time of its series."""
    who = booking_use_cases.who_comes(order, there)
    terms = bookable_terms(there, order.professional_id, order.service_id)
    diary = Agendas(there, order.professional_id)
    return {
        order.booking_id: series.booked_once(order, series_id, there, terms, who, diary),
        **diary.changes,
    }


def _rescheduled(event: BookingRescheduled) -> _Ordered:
    slot = event.appointment.slot
    assert slot is not None, "what is moved is moved to a time"
    order = RescheduleBooking(
        booking_id=event.booking_id,
        starts_at=slot.starts_at,
        duration_minutes=_minutes(slot),
        by_client=event.by_client,
    )
    return _Ordered(order, booking_use_cases.reschedule, event.override)


def _cancelled(event: BookingCancelled) -> _Ordered:
    order = CancelBooking(booking_id=event.booking_id, by_client=event.by_client)
    return _Ordered(order, booking_use_cases.cancel)


def _held(event: HoldPlaced) -> _Ordered:
    order = PlaceHold(
        hold_id=event.hold_id,
        professional_id=event.professional_id,
        starts_at=event.slot.starts_at,
        service_id=event.service_id,
        duration_minutes=_minutes(event.slot),
        client_id=event.client_id,
    )
    return _Ordered(order, agenda_use_cases.place_hold, event.override)


def _minutes(slot: TimeSlot | None) -> int | None:
    return (slot.ends_at - slot.starts_at) // MINUTE if slot else None


def _is_clients_own(past: Recorded, there: Past) -> bool:
    """Whether a client has ordered it themselves: only they are bound by the horizon in a series."""
    actor = str(past.metadata.get("actor"))
    if kind_of(actor) != USER.kind:
        return False
    roles = there.of(USER, UserId(actor)).roles
    return Role.CLIENT in roles and Permission.BOOKINGS_WRITE not in permissions_of(roles)


class _Under:
    """What was known at a moment, but for the rules by which professionals are booked."""

    def __init__(self, past: Past, rules: BookingRules) -> None:
        self._past = past
        self._rules = rules

    @property
    def now(self) -> datetime:
        return self._past.now

    def of(self, aggregate: Aggregate[S, Any], identity: str) -> S:
        if aggregate.kind in UNASKED:
            return aggregate.initial
        known: Any = self._past.of(aggregate, identity)
        if aggregate is PROFESSIONAL:
            known = replace(known, settings=replace(known.settings, **self._rules.named))
        return cast("S", known)

    def foresee(self, aggregate: Aggregate[Any, Any], identities: Iterable[str]) -> None:
        """Read each when it is looked at."""
