"""What holds for all hours, blocks, zones and days, the days of change above all.

The judge looks at every minute by itself: what does the wall clock show, is it open then, is it
blocked? Hours and blocks begin and end on whole hours, so that none ends between two readings of
the same minute; what happens then has examples in test_hours and test_blocks.
"""

import itertools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st

from domain.scheduling.availability import (
    Span,
    begins_with_a_slot,
    blocked_intervals,
    free_slots,
    open_intervals,
    refuse_if_unavailable,
)
from domain.scheduling.professionals import WEEKDAYS, Hours, Settings, Week
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.time_blocks import Once, OnceOnTheClock, Recurring, TimeBlocks, When
from domain.values import TimeSlot
from domain.zones import to_local, zone
from tests.scheduling.availability.examples import at, blocked_by

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)

PLACES_AND_DAYS: Final = [
    ("UTC", "2026-06-01"),
    ("Europe/Paris", "2026-10-25"),
    ("Europe/Paris", "2027-03-28"),
    ("America/New_York", "2026-11-01"),
    ("America/New_York", "2027-03-14"),
    ("America/Vancouver", "2026-03-08"),
    ("America/Vancouver", "2026-11-01"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Africa/Casablanca", "2026-03-22"),
    ("Africa/Cairo", "2027-04-30"),
    ("Asia/Gaza", "2026-10-24"),
    ("Asia/Gaza", "2027-03-27"),
    ("Asia/Kathmandu", "2026-06-01"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Lord_Howe", "2027-04-04"),
]

World = tuple[Settings, TimeBlocks, TimeSlot]

minutes = st.sampled_from([0, 7, 15, 30, 45, 60])
readings = [f"{hour:02}:00" for hour in range(25)]


def in_order(chosen: Sequence[str]) -> tuple[Hours, ...]:
    ordered = sorted(chosen)
    return tuple(map(Hours, ordered[::2], ordered[1::2]))


some = st.lists(st.sampled_from(readings), min_size=2, max_size=6, unique=True).map(in_order)
hours = some | st.sampled_from([(), (Hours("00:00", "24:00"),)])
weeks = st.fixed_dictionaries(dict.fromkeys(WEEKDAYS, hours)).map(lambda days: Week(**days))


@st.composite
def worlds(draw: Any) -> World:
    """Return settings, blocks, and a window around the middle of an interesting day."""
    place, day = draw(st.sampled_from(PLACES_AND_DAYS))
    settings = Settings(
        time_zone=place,
        hours=draw(weeks),
        slot_step_minutes=draw(st.sampled_from([7, 20, 30, 45, 60, 90])),
        notice_minutes=draw(st.sampled_from([0, 0, 45, 600])),
        horizon_days=draw(st.sampled_from([0, 1, 3, 3])),
    )
    blocks = draw(st.lists(blocks_near(place, datetime.fromisoformat(day)), max_size=2))
    begins = at(day) + draw(st.integers(-18 * 60, 12 * 60)) * MINUTE
    return (
        settings,
        blocked_by(*blocks),
        TimeSlot(begins, begins + draw(st.integers(600, 36 * 60)) * MINUTE),
    )


def blocks_near(place: str, midnight: datetime) -> st.SearchStrategy[When]:
    whole_hours = st.integers(-48, 48).map(lambda hour: midnight + hour * HOUR)
    length = st.integers(1, 8) | st.just(30)
    return st.one_of(
        st.builds(
            lambda start, hours: Once(TimeSlot(start, start + hours * HOUR)),
            whole_hours.map(lambda start: at(start.isoformat())),
            length,
        ),
        st.builds(
            lambda start, hours: OnceOnTheClock(
                starts_at=start, ends_at=start + hours * HOUR, time_zone=place
            ),
            whole_hours,
            length,
        ),
        st.builds(
            lambda start, hours, rule: Recurring(
                recurrence=Recurrence(starts_at=start, time_zone=place, rule=rule),
                duration_minutes=hours * 60,
            ),
            whole_hours.map(lambda start: start - timedelta(days=364)),
            length,
            st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY"]),
        ),
    )


# --- The judge ------------------------------------------------------------------------


def reading_of(reading: str, day: date) -> datetime:
    return datetime.combine(day, datetime.min.time()) + int(reading[:2]) * HOUR


def opening_at(instant: datetime, settings: Settings) -> datetime | None:
    """Return what the clock read when the opening began in which this instant lies."""
    shown = to_local(instant, zone(settings.time_zone))
    for each in settings.hours.on(shown.weekday()):
        opens, closes = (reading_of(end, shown.date()) for end in (each.opens, each.closes))
        if opens <= shown < closes:
            return opens
    return None


def is_blocked(instant: datetime, when: When) -> bool:
    match when:
        case Once(slot=slot):
            return slot.starts_at <= instant < slot.ends_at
        case OnceOnTheClock(starts_at=starts_at, ends_at=ends_at, time_zone=time_zone):
            return starts_at <= to_local(instant, zone(time_zone)) < ends_at
        case Recurring(recurrence=recurrence, duration_minutes=duration):
            shown = to_local(instant, zone(recurrence.time_zone))
            period = timedelta(days=1 if recurrence.rule == "FREQ=DAILY" else 7)
            since = shown - recurrence.starts_at
            return any(
                timedelta() <= each < duration * MINUTE and each <= since
                for each in (since % period, since % period + period)
            )


def minutes_of(window: TimeSlot) -> list[datetime]:
    count = (window.ends_at - window.starts_at) // MINUTE
    return [window.starts_at + n * MINUTE for n in range(count)]


def is_within(instant: datetime, slots: Sequence[TimeSlot]) -> bool:
    return any(slot.starts_at <= instant < slot.ends_at for slot in slots)


# --- What it judges -------------------------------------------------------------------


@trials(deadline=None)
@given(worlds())
def test_it_is_open_in_just_the_minutes_in_which_the_clock_says_so(world) -> None:
    settings, _, window = world

    intervals = open_intervals(settings, window)

    for minute in minutes_of(window):
        assert is_within(minute, intervals) == (opening_at(minute, settings) is not None), minute


@trials(deadline=None)
@given(worlds())
def test_a_slot_begins_in_just_the_minutes_in_which_the_clock_shows_a_step(world) -> None:
    settings, _, window = world
    where, step = zone(settings.time_zone), settings.slot_step_minutes * MINUTE

    for minute in minutes_of(window)[:300]:
        opens = opening_at(minute, settings)
        shown = opens is not None and (to_local(minute, where) - opens) % step == timedelta()
        assert begins_with_a_slot(minute, settings) == shown, minute
    assert not begins_with_a_slot(window.starts_at + timedelta(microseconds=1), settings)


@trials(deadline=None)
@given(worlds())
def test_just_those_minutes_are_blocked_that_some_block_covers(world) -> None:
    _, blocks, window = world

    intervals = blocked_intervals(blocks, window)

    for minute in minutes_of(window):
        covered = any(is_blocked(minute, when) for when in blocks.blocks.values())
        assert is_within(minute, intervals) == covered, minute


@trials(deadline=None)
@given(worlds())
def test_intervals_are_apart_in_order_and_within_the_window(world) -> None:
    settings, blocks, window = world

    for intervals in (open_intervals(settings, window), blocked_intervals(blocks, window)):
        ends = [end for slot in intervals for end in (slot.starts_at, slot.ends_at)]

        assert all(one < next_one for one, next_one in itertools.pairwise(ends))
        assert all(window.starts_at <= end <= window.ends_at for end in ends)


spans = st.builds(
    Span,
    st.sampled_from([10, 30, 60, 150]).map(lambda length: length * MINUTE),
    minutes.map(lambda length: length * MINUTE),
    minutes.map(lambda length: length * MINUTE),
)
reservations = st.lists(st.tuples(st.integers(-300, 2400), st.integers(1, 240)), max_size=4)


def reserve(window: TimeSlot, chosen: Sequence[tuple[int, int]]) -> list[TimeSlot]:
    return [
        TimeSlot(window.starts_at + after * MINUTE, window.starts_at + (after + length) * MINUTE)
        for after, length in chosen
    ]


def judged_free(
    world: World, span: Span, reserved: Sequence[TimeSlot], now: datetime
) -> list[datetime]:
    """Return the minutes of the window at which a slot may begin, by looking at each of its minutes."""
    settings, blocks, window = world
    where, step = zone(settings.time_zone), settings.slot_step_minutes * MINUTE
    reach = minutes_of(TimeSlot(window.starts_at - 4 * HOUR, window.ends_at + 8 * HOUR))
    opened = {minute: opening_at(minute, settings) for minute in reach}
    bookable = {
        minute
        for minute in reach
        if opened[minute] and not any(is_blocked(minute, when) for when in blocks.blocks.values())
    }
    unreserved = {minute for minute in reach if not is_within(minute, reserved)}

    def is_free(start: datetime) -> bool:
        opening, shown = opened[start], to_local(start, where)
        end = start + span.duration
        return (
            opening is not None
            and (shown - opening) % step == timedelta()
            and start > now
            and start - now >= settings.notice_minutes * MINUTE
            and (shown.date() - to_local(now, where).date()).days <= settings.horizon_days
            and bookable.issuperset(minutes_of(TimeSlot(start, end)))
            and unreserved.issuperset(minutes_of(TimeSlot(start - span.before, end + span.after)))
        )

    return [minute for minute in minutes_of(window) if is_free(minute)]


@trials(deadline=None)
@given(worlds(), spans, reservations, st.integers(-36 * 60, 60))
def test_just_those_slots_are_free_whose_every_minute_is(world, span, chosen, lead) -> None:
    settings, blocks, window = world
    reserved, now = reserve(window, chosen), window.starts_at + lead * MINUTE

    free = free_slots(span, settings, blocks, reserved, window, now=now, limit=10_000)

    assert [slot.starts_at for slot in free] == judged_free(world, span, reserved, now)


@trials(deadline=None)
@given(worlds(), spans, reservations, st.integers(-36 * 60, 60))
def test_every_free_slot_can_be_booked_and_meets_nothing_reserved(
    world, span, chosen, lead
) -> None:
    settings, blocks, window = world
    reserved, now = reserve(window, chosen), window.starts_at + lead * MINUTE

    for slot in free_slots(span, settings, blocks, reserved, window, now=now):
        refuse_if_unavailable(slot, settings, blocks, now=now)

        kept_clear = TimeSlot(slot.starts_at - span.before, slot.ends_at + span.after)
        assert not any(kept_clear.overlaps(each) for each in reserved)
