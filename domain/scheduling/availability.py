"""When can somebody be booked? Hours, notice, horizon, blocks and what is reserved, over DST too.

What counts as taken is up to agendas; here it comes as `reserved`, buffers included. Buffers must
not meet what is reserved, but may reach beyond the hours and into blocks: tidying up is no visit.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, islice, pairwise
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from domain.messages import DomainError, Value
from domain.scheduling.professionals import Hours, Settings
from domain.scheduling.recurrence import ends_of, starts
from domain.scheduling.time_blocks import Once, OnceOnTheClock, Recurring, TimeBlocks, When
from domain.values import TimeSlot
from domain.zones import A_DAY, to_local, to_utc, zone

FARTHEST: Final = 3660
"""Days ahead beyond which nobody is booked, whatever the owner says."""

NOTHING: Final = timedelta(0)

DAYS_KEPT: Final = 2_048
"""Of which the openings are remembered, over all professionals: whoever books asks twice, of three days."""


class Span(Value, frozen=True):
    """How long a visit takes, and how long nobody else can come before and after it."""

    duration: timedelta
    before: timedelta = NOTHING
    after: timedelta = NOTHING


# --- Why it may be refused ------------------------------------------------------------


class SlotInThePast(DomainError):
    """The slot has already begun."""

    now: datetime | None = None


class BeyondHorizon(DomainError):
    """The slot is farther ahead than can be booked."""

    bookable_until: datetime


class NoticeTooShort(DomainError):
    """The slot begins too soon to be booked."""

    bookable_from: datetime


class OutsideHours(DomainError):
    """The professional is closed then."""

    time_zone: str


class Blocked(DomainError):
    """The professional is not available then."""

    blocked: Sequence[TimeSlot]


# --- The questions --------------------------------------------------------------------


def refuse_if_unavailable(
    slot: TimeSlot,
    settings: Settings,
    blocks: TimeBlocks,
    *,
    now: datetime,
    override: bool = False,
) -> None:
    """Refuse a slot that cannot be booked, whoever else may have it.

    `override` is the owner's: it passes over hours, notice and horizon, but not over blocks, which
    the owner can remove, nor into the past, nor farther than anybody can mean.
    """
    refuse_if_begun(slot, now)
    if override:
        settings = replace(settings, horizon_days=FARTHEST)
    if slot.starts_at >= (end := end_of_horizon(settings, now)):
        raise BeyondHorizon(bookable_until=end)
    if not override:
        if slot.starts_at < (earliest := now + timedelta(minutes=settings.notice_minutes)):
            raise NoticeTooShort(bookable_from=earliest)
        if open_intervals(settings, slot) != [slot]:
            raise OutsideHours(time_zone=settings.time_zone)
    refuse_if_blocked(slot, blocks)


def refuse_if_begun(slot: TimeSlot, now: datetime) -> None:
    """Refuse what is in the past, in part or in whole."""
    if slot.has_begun(now):
        raise SlotInThePast(now=now)


def refuse_if_blocked(slot: TimeSlot, blocks: TimeBlocks) -> None:
    """Refuse what a block takes a part of."""
    if blocked := blocked_intervals(blocks, slot):
        raise Blocked(blocked=blocked)


def begins_with_a_slot(start: datetime, settings: Settings) -> bool:
    """Whether a slot is offered to begin at this instant, if nothing else is in the way."""
    step, where = timedelta(minutes=settings.slot_step_minutes), zone(settings.time_zone)
    return any(
        _is_step(start, opening, step, where)
        for opening in _openings(settings, TimeSlot(start, start))
        if opening.slot.starts_at <= start < opening.slot.ends_at
    )


def always(_: datetime) -> bool:
    """Whether a visit may begin then, if it may whenever there is room."""
    return True


def free_slots(
    span: Span,
    settings: Settings,
    blocks: TimeBlocks,
    reserved: Sequence[TimeSlot],
    window: TimeSlot,
    *,
    now: datetime,
    limit: int = 500,
    offered: Callable[[datetime], bool] = always,
) -> list[TimeSlot]:
    """Return the slots that begin in `window` and could be booked, at most `limit`, in order.

    They begin on the steps of the wall clock, counted from each opening, where they are `offered`. A
    slot may end after the window: asked day by day, each is given once.
    """
    earliest = max(window.starts_at, now + timedelta(minutes=settings.notice_minutes))
    latest = min(window.ends_at, end_of_horizon(settings, now))
    if latest <= earliest:
        return []
    reach = TimeSlot(earliest, latest + span.duration)
    hours = open_intervals(settings, reach)
    in_the_way = chain(
        _closed(hours, span),
        _forbidding(blocked_intervals(blocks, reach), span.duration, NOTHING),
        _forbidding(reserved, span.duration + span.after, span.before),
    )
    steps = (step for step in _steps(settings, reach) if now < step and earliest <= step < latest)
    free = filter(offered, _avoiding(in_the_way, steps))
    return [TimeSlot(start, start + span.duration) for start in islice(free, limit)]


def open_intervals(settings: Settings, window: TimeSlot) -> list[TimeSlot]:
    """Return when it is open within `window`, in order; neighbours are one."""
    openings = (opening.slot for opening in _openings(settings, window))
    return _merged(_within(window, openings))


def blocked_intervals(blocks: TimeBlocks, window: TimeSlot) -> list[TimeSlot]:
    """Return what the blocks take out of `window`, in order; neighbours are one."""
    taken = (slot for when in blocks.blocks.values() for slot in _times(when, window))
    return _merged(_within(window, taken))


def reach_of(when: When) -> tuple[datetime, datetime | None]:
    """Return between which instants all times of a block lie; None where it goes on without end."""
    match when:
        case Once(slot=slot):
            return slot.starts_at, slot.ends_at
        case OnceOnTheClock(starts_at=starts_at, ends_at=ends_at, time_zone=time_zone):
            slot = _on_the_clock(starts_at, ends_at, zone(time_zone))
            return slot.starts_at, slot.ends_at
        case Recurring(recurrence=recurrence, duration_minutes=minutes):
            where, duration = zone(recurrence.time_zone), timedelta(minutes=minutes)
            first, last = ends_of(recurrence)
            ends = None if last is None else _on_the_clock(last, last + duration, where).ends_at
            return to_utc(first, where), ends
        case _:
            assert_never(when)


# --- Hours and blocks, as instants ----------------------------------------------------


class Opening(Value, frozen=True):
    """One opening on one day: as the wall clock has it, and when that is."""

    opens: datetime
    closes: datetime
    slot: TimeSlot

    @property
    def is_even(self) -> bool:
        """Whether it takes as long as the wall clock says: it is not changed meanwhile."""
        return self.slot.ends_at - self.slot.starts_at == self.closes - self.opens


def _openings(settings: Settings, window: TimeSlot) -> Iterator[Opening]:
    """Return the openings that can meet `window`; a skipped hour may push one past midnight."""
    where = zone(settings.time_zone)
    first = to_local(window.starts_at, where).date() - A_DAY
    last = to_local(window.ends_at, where).date() + A_DAY
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        yield from _openings_on(day, settings.hours.on(day.weekday()), where)


@lru_cache(DAYS_KEPT)
def _openings_on(day: date, hours: tuple[Hours, ...], where: ZoneInfo) -> tuple[Opening, ...]:
    """Return the openings of a day; none for what the clock skips as a whole."""
    openings = []
    for each in hours:
        opens, closes = _on_day(day, each.opens), _on_day(day, each.closes)
        slot = TimeSlot(to_utc(opens, where), to_utc(closes, where))
        if slot.starts_at < slot.ends_at:
            openings.append(Opening(opens, closes, slot))
    return tuple(openings)


def _on_day(day: date, time_of_day: str) -> datetime:
    hour, minute = time_of_day.split(":")
    return datetime.combine(day, time()) + timedelta(hours=int(hour), minutes=int(minute))


def end_of_horizon(settings: Settings, now: datetime) -> datetime:
    """Return the end of the last local day that can be booked."""
    where = zone(settings.time_zone)
    day = to_local(now, where).date() + timedelta(days=settings.horizon_days + 1)
    return to_utc(datetime.combine(day, time()), where)


def _times(when: When, window: TimeSlot) -> Iterator[TimeSlot]:
    """Return the times of a block that can meet `window`."""
    match when:
        case Once(slot=slot):
            yield slot
        case OnceOnTheClock(starts_at=starts_at, ends_at=ends_at, time_zone=time_zone):
            yield _on_the_clock(starts_at, ends_at, zone(time_zone))
        case Recurring(recurrence=recurrence, duration_minutes=minutes):
            where, duration = zone(recurrence.time_zone), timedelta(minutes=minutes)
            first = to_local(window.starts_at, where) - duration - A_DAY
            last = to_local(window.ends_at, where) + A_DAY
            for start in starts(recurrence, first, last):
                yield _on_the_clock(start, start + duration, where)
        case _:
            assert_never(when)


def _on_the_clock(starts_at: datetime, ends_at: datetime, where: ZoneInfo) -> TimeSlot:
    """Return the slot between two readings; as long as it says if the clock skips its end."""
    start, end = to_utc(starts_at, where), to_utc(ends_at, where)
    return TimeSlot(start, end if start < end else start + (ends_at - starts_at))


def _within(window: TimeSlot, slots: Iterable[TimeSlot]) -> Iterator[TimeSlot]:
    for slot in slots:
        if slot.overlaps(window):
            yield TimeSlot(max(slot.starts_at, window.starts_at), min(slot.ends_at, window.ends_at))


def _merged(slots: Iterable[TimeSlot]) -> list[TimeSlot]:
    merged: list[TimeSlot] = []
    for slot in sorted(slots, key=_start):
        if merged and slot.starts_at <= merged[-1].ends_at:
            ends_at = max(merged[-1].ends_at, slot.ends_at)
            merged[-1] = TimeSlot(merged[-1].starts_at, ends_at)
        else:
            merged.append(slot)
    return merged


def _start(slot: TimeSlot) -> datetime:
    return slot.starts_at


# --- Where a slot may begin -----------------------------------------------------------


def _steps(settings: Settings, window: TimeSlot) -> Iterator[datetime]:
    """Return the instants at which the wall clock shows a step of some opening, in order."""
    where, step = zone(settings.time_zone), timedelta(minutes=settings.slot_step_minutes)
    for opening in _openings(settings, window):
        yield from _steps_of(opening, step, where)


def _is_step(instant: datetime, opening: Opening, step: timedelta, where: ZoneInfo) -> bool:
    """Whether the wall clock shows a step of this opening at an instant within it."""
    if opening.is_even:
        return (instant - opening.slot.starts_at) % step == NOTHING
    return instant in _steps_of(opening, step, where)


def _steps_of(opening: Opening, step: timedelta, where: ZoneInfo) -> Iterable[datetime]:
    slot, length = opening.slot, opening.closes - opening.opens
    passed = [step * number for number in range(-(-length // step))]
    if opening.is_even:
        return (slot.starts_at + each for each in passed)
    readings = (opening.opens + each for each in passed)
    instants = chain.from_iterable(_instants(reading, where) for reading in readings)
    return sorted(each for each in instants if slot.starts_at <= each < slot.ends_at)


def _instants(reading: datetime, where: ZoneInfo) -> Iterator[datetime]:
    """Return every instant at which the wall clock shows this: none, one or two."""
    first, second = (reading.replace(tzinfo=where, fold=fold).astimezone(UTC) for fold in (0, 1))
    if to_local(first, where) == reading:
        yield first
        if second != first:
            yield second


def _closed(hours: Sequence[TimeSlot], span: Span) -> Iterator[TimeSlot]:
    """Return what the closed times forbid: to begin so late that one cannot finish."""
    ever_after = TimeSlot(datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    for opening, following in pairwise((*hours, ever_after)):
        yield TimeSlot(opening.ends_at - span.duration, following.starts_at)


def _forbidding(
    taken: Iterable[TimeSlot], before: timedelta, after: timedelta
) -> Iterator[TimeSlot]:
    """Return between which instants nothing may begin, for the sake of what is taken."""
    for slot in taken:
        yield TimeSlot(slot.starts_at - before, slot.ends_at + after)


def _avoiding(obstacles: Iterable[TimeSlot], steps: Iterable[datetime]) -> Iterator[datetime]:
    """Return the steps that lie inside no obstacle; its two ends are outside it."""
    waiting = deque(sorted(obstacles, key=_start))
    busy_until = datetime.min.replace(tzinfo=UTC)
    for step in steps:
        while waiting and waiting[0].starts_at < step:
            busy_until = max(busy_until, waiting.popleft().ends_at)
        if busy_until <= step:
            yield step
