"""When can somebody be booked? Asked of what decides bookings, so that what is offered can be had.

An answer is a page: it is as long as was wished, or ends where enough was looked at, and says from
where to go on. Of very many professionals, some are looked at after the others.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from application.scheduling.agendas import Agendas
from application.scheduling.bookings import span_when_moved
from application.scheduling.terms import Terms, bookable_terms, terms_of
from application.transact import Past
from domain.messages import DomainError, Value
from domain.scheduling.availability import Span, always
from domain.scheduling.bookable import is_offered, refuse_length
from domain.scheduling.bookings import BOOKING, Appointment, BookingNotFound, ServiceNotOffered
from domain.scheduling.professionals import (
    PROFESSIONAL,
    BookingDisabled,
    ProfessionalIsRetired,
    ProfessionalNotFound,
    refuse_unless_active,
    refuse_unless_bookable,
)
from domain.scheduling.services import SERVICE
from domain.values import BookingId, ProfessionalId, ServiceId, TimeSlot
from domain.zones import to_local, to_utc, zone

LONGEST_WINDOW: Final = timedelta(days=93)
A_WEEK: Final = timedelta(days=7)

MOST_AT_ONCE: Final = 100
"""Professionals that are looked at together: the others come after them."""

MOST_LOOKED_AT: Final = 700
"""Days of professionals that are looked at for one page: seven of them for three months."""


class WindowInvalid(DomainError):
    """The time asked about ends after it begins, and is three months long at most."""

    most_days: int


class Reached(Value, frozen=True, kw_only=True):
    """How far one has looked: at the professionals after `passed` and in this window, from the slot
    after that of `professional_id` at `starts_at` on.
    """

    time_zone: str
    begin: datetime
    end: datetime
    starts_at: datetime
    professional_id: str = ""
    passed: str = ""


class Wish(Value, frozen=True, kw_only=True):
    """What somebody would like to book, from whom, and when.

    Days are meant whole, by the clock of the time zone: the first professional's when none is named.
    Without `professional_id` it may be anybody of `others` who offers the service. `moving` is a visit
    that would be moved: its own time is not in its way, and it says what is not said here.
    """

    professional_id: ProfessionalId | None = None
    others: tuple[ProfessionalId, ...] = ()
    service_id: ServiceId | None = None
    duration_minutes: int | None = None
    moving: BookingId | None = None
    by_client: bool = False
    first: datetime | date | None = None
    last: datetime | date | None = None
    time_zone: str | None = None
    limit: int = 500
    after: Reached | None = None


class FreeSlot(Value, frozen=True, kw_only=True):
    """`local_start` is what the wall clock reads in the time zone of the answer."""

    professional_id: ProfessionalId
    starts_at: datetime
    ends_at: datetime
    local_start: datetime


class Availability(Value, frozen=True, kw_only=True):
    """`reached` is where to go on; None when all was looked at."""

    time_zone: str
    data: Sequence[FreeSlot]
    reached: Reached | None


def availability(wish: Wish, past: Past) -> Availability:
    """Return the slots that could be booked at this moment, the earliest first."""
    moved = _moved(wish, past)
    if moved is not None:
        professional_id = wish.professional_id or moved.professional_id
        service_id = wish.service_id or moved.service_id
        wish = replace(wish, professional_id=professional_id, service_id=service_id)
    candidates = _candidates(wish, past)
    now_looked_at = candidates[:MOST_AT_ONCE]
    begun = wish.after or _begun(wish, now_looked_at, past)
    found, reached = _looked_at(wish, now_looked_at, begun, past)
    if reached is None and len(candidates) > MOST_AT_ONCE:
        reached = replace(
            begun, starts_at=begun.begin, professional_id="", passed=now_looked_at[-1]
        )
    return Availability(time_zone=begun.time_zone, data=found, reached=reached)


def _moved(wish: Wish, past: Past) -> Appointment | None:
    if wish.moving is None:
        return None
    booking = past.of(BOOKING, wish.moving)
    if booking is None:
        raise BookingNotFound
    return booking.appointment


def _candidates(wish: Wish, past: Past) -> Sequence[ProfessionalId]:
    """Return who may be meant and was not looked at yet, in the order in which they are."""
    if wish.professional_id is not None:
        return (wish.professional_id,)
    service = wish.service_id and past.of(SERVICE, wish.service_id)
    passed = wish.after.passed if wish.after else ""
    every = (service and service.professional_ids) or wish.others
    if len(every) <= MOST_AT_ONCE and not passed:
        return every
    return sorted(each for each in every if each > passed)


def _begun(wish: Wish, candidates: Sequence[ProfessionalId], past: Past) -> Reached:
    time_zone = wish.time_zone or _zone_of(candidates, past)
    window = _window(wish, time_zone, past.now)
    begin, end = window.starts_at, window.ends_at
    return Reached(time_zone=time_zone, begin=begin, end=end, starts_at=begin)


def _zone_of(candidates: Sequence[ProfessionalId], past: Past) -> str:
    known = (past.of(PROFESSIONAL, professional_id) for professional_id in candidates)
    return next((professional.settings.time_zone for professional in known), "UTC")


# --- One look after the other ---------------------------------------------------------


def _looked_at(
    wish: Wish,
    candidates: Sequence[ProfessionalId],
    begun: Reached,
    past: Past,
) -> tuple[Sequence[FreeSlot], Reached | None]:
    """Look at part after part of the window, until there is enough or enough was looked at."""
    found: list[FreeSlot] = []
    looked_at = 0
    for part in _parts(begun, len(candidates)):
        if looked_at >= MOST_LOOKED_AT:
            return found, replace(begun, starts_at=part.starts_at, professional_id="")
        looked_at += len(candidates) * _days_in(part)
        found += _free_in(part, wish, candidates, begun, past)
        if len(found) > wish.limit:
            last = found[wish.limit - 1]
            place = {"starts_at": last.starts_at, "professional_id": last.professional_id}
            return found[: wish.limit], replace(begun, **place)
    return found, None


def _parts(begun: Reached, candidates: int) -> Iterator[TimeSlot]:
    """Cut the window into weeks, or into days where many are looked at together."""
    length = A_WEEK if candidates * A_WEEK.days <= MOST_AT_ONCE else timedelta(days=1)
    start = begun.starts_at
    while start < begun.end:
        end = min(start + length, begun.end)
        yield TimeSlot(start, end)
        start = end


def _days_in(part: TimeSlot) -> int:
    return max(1, (part.ends_at - part.starts_at).days)


def _free_in(
    part: TimeSlot,
    wish: Wish,
    candidates: Sequence[ProfessionalId],
    begun: Reached,
    past: Past,
) -> Sequence[FreeSlot]:
    given = (begun.starts_at, begun.professional_id)
    found = [
        FreeSlot(
            professional_id=professional_id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            local_start=to_local(slot.starts_at, zone(begun.time_zone)),
        )
        for professional_id in candidates
        for slot in _free(wish, professional_id, part, begun, past)
        if (slot.starts_at, professional_id) > given
    ]
    return sorted(found, key=attrgetter("starts_at", "professional_id"))


def _free(
    wish: Wish, professional_id: ProfessionalId, part: TimeSlot, begun: Reached, past: Past
) -> Sequence[TimeSlot]:
    try:
        terms = _terms(wish, professional_id, past)
    except (ProfessionalNotFound, ProfessionalIsRetired, BookingDisabled, ServiceNotOffered):
        if wish.professional_id is None:
            return ()
        raise
    moved = _moved(wish, past)
    span = _span(wish, terms, moved, begun)
    offered = _offered(wish, terms, span.duration, moved.slot if moved else None)
    # One more than is wished for, and the one that may have been given already.
    limit, agendas = wish.limit + 2, Agendas(past, professional_id)
    return agendas.free(terms, span, part, limit=limit, moving=wish.moving, offered=offered)


def _terms(wish: Wish, professional_id: ProfessionalId, past: Past) -> Terms:
    if wish.moving is None:
        return bookable_terms(past, professional_id, wish.service_id)
    terms = terms_of(past, professional_id, wish.service_id)
    refuse = refuse_unless_bookable if wish.by_client else refuse_unless_active
    refuse(terms.professional)
    return terms


def _span(wish: Wish, terms: Terms, moved: Appointment | None, begun: Reached) -> Span:
    if moved is None:
        span = terms.span(wish.duration_minutes)
    else:
        span = span_when_moved(moved, terms, wish.duration_minutes)
    if wish.by_client:
        booked = moved.slot if moved else None
        window = TimeSlot(begun.begin, begun.end)
        refuse_length(span.duration, window, terms.professional, terms.service, booked)
    return span


def _offered(
    wish: Wish, terms: Terms, length: timedelta, booked: TimeSlot | None
) -> Callable[[datetime], bool]:
    """Return whether so long a visit may begin at an instant: days are not all of one length."""
    if not wish.by_client:
        return always
    return lambda start: is_offered(length, start, terms.professional, terms.service, booked)


# --- From when to when ----------------------------------------------------------------


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
    """Return an instant; of a day its beginning, or that of the day so many days later."""
    if not 1970 <= moment.year < 3000:
        raise WindowInvalid(most_days=LONGEST_WINDOW.days)
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    midnight = datetime.combine(moment + timedelta(days=days), time())
    return to_utc(midnight, where)
