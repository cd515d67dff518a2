"""When can somebody be booked? Asked of what decides bookings, so that what is offered can be had."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

from application.agendas import Agendas
from application.terms import bookable_terms
from application.transact import Past
from domain.bookings import ServiceNotOffered
from domain.messages import DomainError, Value
from domain.professionals import (
    PROFESSIONAL,
    BookingDisabled,
    ProfessionalIsRetired,
    ProfessionalNotFound,
)
from domain.services import SERVICE
from domain.values import ProfessionalId, ServiceId, TimeSlot
from domain.zones import to_local, to_utc, zone

LONGEST_WINDOW: Final = timedelta(days=93)
A_WEEK: Final = timedelta(days=7)


class WindowInvalid(DomainError):
    """The time asked about ends after it begins, and is three months long at most."""


class Wish(Value, frozen=True, kw_only=True):
    """What somebody would like to book, from whom, and when.

    Days are meant whole, by the clock of the time zone: the first professional's when none is named.
    Without `professional_id` it may be anybody of `others` who offers the service.
    """

    professional_id: ProfessionalId | None = None
    others: tuple[ProfessionalId, ...] = ()
    service_id: ServiceId | None = None
    duration_minutes: int | None = None
    first: datetime | date | None = None
    last: datetime | date | None = None
    time_zone: str | None = None
    limit: int = 500


class FreeSlot(Value, frozen=True, kw_only=True):
    """`local_start` is what the wall clock reads in the time zone of the answer."""

    professional_id: ProfessionalId
    starts_at: datetime
    ends_at: datetime
    local_start: datetime


class Availability(Value, frozen=True, kw_only=True):
    time_zone: str
    data: Sequence[FreeSlot]


def availability(wish: Wish, past: Past) -> Availability:
    """Give the slots that could be booked at this moment, the earliest first."""
    candidates = _candidates(wish, past)
    time_zone = wish.time_zone or _zone_of(candidates, past)
    window = _window(wish, time_zone, past.now)
    slots = [
        FreeSlot(
            professional_id=professional_id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            local_start=to_local(slot.starts_at, zone(time_zone)),
        )
        for professional_id in candidates
        for slot in _free(wish, professional_id, window, past)
    ]
    slots.sort(key=attrgetter("starts_at", "professional_id"))
    return Availability(time_zone=time_zone, data=slots[: wish.limit])


def _candidates(wish: Wish, past: Past) -> Sequence[ProfessionalId]:
    if wish.professional_id is not None:
        return (wish.professional_id,)
    service = wish.service_id and past.of(SERVICE, wish.service_id)
    return (service and service.professional_ids) or wish.others


def _zone_of(candidates: Sequence[ProfessionalId], past: Past) -> str:
    known = (past.of(PROFESSIONAL, professional_id) for professional_id in candidates)
    return next((professional.settings.time_zone for professional in known), "UTC")


def _free(
    wish: Wish, professional_id: ProfessionalId, window: TimeSlot, past: Past
) -> Sequence[TimeSlot]:
    try:
        terms = bookable_terms(past, professional_id, wish.service_id)
    except (ProfessionalNotFound, ProfessionalIsRetired, BookingDisabled, ServiceNotOffered):
        if wish.professional_id is None:
            return ()
        raise
    span = terms.span(wish.duration_minutes)
    return Agendas(past, professional_id).free(terms, span, window, limit=wish.limit)


def _window(wish: Wish, time_zone: str, now: datetime) -> TimeSlot:
    where = zone(time_zone)
    begin = now if wish.first is None else _instant(wish.first, where, days=0)
    if wish.last is None:
        end = to_utc(to_local(begin, where) + A_WEEK, where)
    else:
        end = _instant(wish.last, where, days=1)
    # A day has 23 hours or 25 when the clock changes, and is one day by it all the same.
    by_the_clock = to_local(end, where) - to_local(begin, where)
    if end <= begin or min(end - begin, by_the_clock) > LONGEST_WINDOW:
        raise WindowInvalid(most_days=LONGEST_WINDOW.days)
    return TimeSlot(begin, end)


def _instant(moment: datetime | date, where: ZoneInfo, *, days: int) -> datetime:
    """Give an instant; of a day its beginning, or that of the day so many days later."""
    if not 1970 <= moment.year < 3000:
        raise WindowInvalid(most_days=LONGEST_WINDOW.days)
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    midnight = datetime.combine(moment + timedelta(days=days), time())
    return to_utc(midnight, where)
