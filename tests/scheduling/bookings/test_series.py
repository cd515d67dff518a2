from datetime import UTC, datetime

import pytest
from msgspec.structs import asdict, replace

from domain.people import clients
from domain.scheduling import bookings, series
from domain.scheduling.bookings import CancelBooking, ConfirmBooking, RescheduleBooking
from domain.scheduling.professionals import Hours, Week
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.series import SERIES, Conflict, Series, SeriesEvent
from domain.values import ClientId
from tests.in_memory import InMemory
from tests.scheduling.bookings.examples import (
    at,
    cancel_series,
    day,
    hour,
    instances,
    monday,
    mondays,
    reading,
    request_booking,
    request_series,
    series_cancelled,
    series_id,
    series_requested,
)
from tests.scheduling.bookings.salon import booking, salon, taken

week = 7 * day
always_open = Week(**dict.fromkeys(asdict(Week()), (Hours("00:00", "24:00"),)))
second = Conflict(monday.starts_at + week, reading(7, "10:00"), "slot-taken")


def given(*history: SeriesEvent) -> Series | None:
    return SERIES.fold(history)


def request(series_: Series | None, command=request_series, conflicts=()):
    return series.request(command, series_, instances=instances, conflicts=conflicts)


def with_second_monday_taken(**rules: object) -> InMemory:
    past = salon(**rules)
    past.run(replace(request_booking, starts_at=monday.starts_at + week))
    return past


# --- Decisions ------------------------------------------------------------------------


def test_a_series_names_its_bookings():
    assert request(given()) == [series_requested]


def test_requesting_twice_changes_nothing():
    assert request(given(series_requested)) == []


def test_an_id_belongs_to_the_series_requested_under_it():
    daily = replace(request_series, recurrence=replace(mondays, rule="FREQ=DAILY;COUNT=3"))

    with pytest.raises(series.SeriesIdTaken):
        request(given(series_requested), daily)


def test_one_conflict_refuses_the_whole_series():
    with pytest.raises(series.SeriesConflicts) as refusal:
        request(given(), conflicts=[second])

    assert refusal.value.facts == {"instances": [second]}


def test_conflicts_are_skipped_when_asked():
    skipping = replace(request_series, on_conflict="skip")

    assert request(given(), skipping, [second]) == [replace(series_requested, skipped=(second,))]


def test_a_series_of_nothing_but_conflicts_is_refused_also_when_they_are_skipped():
    skipping = replace(request_series, on_conflict="skip")

    with pytest.raises(series.SeriesConflicts):
        series.request(skipping, given(), instances=[], conflicts=[second])


def test_a_series_can_be_ended_from_a_day_on():
    assert series.cancel(cancel_series, given(series_requested)) == [series_cancelled]


def test_ending_it_twice_changes_nothing():
    assert series.cancel(cancel_series, given(series_requested, series_cancelled)) == []


def test_an_ended_series_can_be_ended_earlier_but_not_later():
    ended = given(series_requested, series_cancelled)
    earlier = replace(cancel_series, starting_from=monday.starts_at)
    later = replace(cancel_series, starting_from=monday.starts_at + 2 * week)

    assert series.cancel(earlier, ended) == [
        replace(series_cancelled, starting_from=monday.starts_at)
    ]
    assert series.cancel(later, ended) == []


def test_what_was_never_requested_cannot_be_ended():
    with pytest.raises(series.SeriesNotFound):
        series.cancel(cancel_series, given())


# --- Which times ----------------------------------------------------------------------


def test_a_rule_has_exceptions_and_additions():
    recurrence = replace(mondays, except_at=(reading(7, "10:00"),), also_at=(reading(-3, "15:00"),))

    assert series.occurrences(recurrence) == [
        reading(-3, "15:00"),
        reading(0, "10:00"),
        reading(14, "10:00"),
    ]


def test_a_series_has_at_most_104_bookings():
    assert len(series.occurrences(replace(mondays, rule="FREQ=WEEKLY;COUNT=104"))) == 104
    with pytest.raises(series.SeriesTooLong):
        series.occurrences(replace(mondays, rule="FREQ=WEEKLY;COUNT=105"))


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY"])
def test_a_series_has_an_end(frequency):
    with pytest.raises(series.SeriesTooLong):
        series.occurrences(replace(mondays, rule=f"FREQ={frequency}"))


def test_a_rule_without_a_time_is_no_series():
    nothing_left = replace(mondays, rule="FREQ=DAILY;COUNT=1", except_at=(mondays.starts_at,))

    with pytest.raises(series.SeriesIsEmpty):
        series.occurrences(nothing_left)


@pytest.mark.parametrize(
    "wrong", [replace(mondays, rule="FREQ=SECONDLY"), replace(mondays, time_zone="Mars/Olympus")]
)
def test_a_rule_that_cannot_be_read_is_refused(wrong):
    with pytest.raises(series.InvalidRecurrence) as refusal:
        series.occurrences(wrong)

    assert refusal.value.facts["errors"]


# --- Bookings of a series -------------------------------------------------------------


def test_each_time_of_a_series_is_an_ordinary_booking():
    past = salon()

    events = past.run(request_series)

    assert events[0] == series_requested
    assert [slot.starts_at for slot in taken(past)] == [each.starts_at for each in instances]
    for instance in instances:
        booked = booking(past, instance.booking_id)
        assert booked.appointment.series_id == series_id
        assert booked.notes == "As always"
        assert past.run(ConfirmBooking(booking_id=instance.booking_id))


def test_the_same_series_again_changes_nothing():
    past = salon()
    past.run(request_series)

    assert past.run(request_series) == []


def test_a_series_in_conflict_books_nothing_and_says_where():
    past = with_second_monday_taken()
    before = {stream: list(events) for stream, events in past.streams.items()}

    with pytest.raises(series.SeriesConflicts) as refusal:
        past.run(request_series)

    assert refusal.value.facts == {"instances": [second]}
    assert past.streams == before


def test_a_series_skips_what_is_taken_when_asked():
    past = with_second_monday_taken()

    [requested, *_] = past.run(replace(request_series, on_conflict="skip"))

    assert requested.skipped == (second,)
    assert [each.booking_id for each in requested.instances] == [
        instances[0].booking_id,
        instances[2].booking_id,
    ]


def test_what_is_skipped_leaves_nothing_in_the_agendas():
    past = salon(hours=always_open)
    over_the_week = replace(
        request_series,
        recurrence=replace(mondays, starts_at=reading(-1, "23:30"), rule="FREQ=WEEKLY;COUNT=2"),
        duration_minutes=120,
        on_conflict="skip",
    )
    in_the_new_week = replace(request_booking, starts_at=at(0, "01:15"))
    past.run(in_the_new_week)

    past.run(over_the_week)

    assert [slot.starts_at for slot in taken(past)] == [at(0, "01:15"), at(6, "23:30")]


def test_a_series_does_not_overlap_itself():
    past = salon()
    twice = replace(request_series, recurrence=replace(mondays, also_at=(reading(0, "10:30"),)))

    with pytest.raises(series.SeriesConflicts) as refusal:
        past.run(twice)

    conflict = Conflict(at(0, "10:30"), reading(0, "10:30"), "slot-taken")
    assert refusal.value.facts == {"instances": [conflict]}


def test_every_reason_why_a_time_cannot_be_booked_is_a_conflict():
    past = salon()
    every_day = replace(
        request_series,
        recurrence=Recurrence(
            starts_at=reading(-8, "10:00"),
            time_zone="Europe/Paris",
            rule="FREQ=DAILY;BYDAY=SU,MO;COUNT=3",
        ),
    )

    with pytest.raises(series.SeriesConflicts) as refusal:
        past.run(every_day)

    found = refusal.value.facts["instances"]
    assert isinstance(found, list)
    assert [conflict.code for conflict in found] == [
        "slot-in-the-past",
        "slot-in-the-past",
        "outside-hours",
    ]


def test_a_series_reaches_beyond_the_horizon():
    past = salon(horizon_days=10)

    assert past.run(request_series)[0] == series_requested


def test_a_series_is_for_a_client_there_is():
    with pytest.raises(clients.ClientNotFound):
        salon().run(replace(request_series, client_id=ClientId("client-unknown")))


def test_a_booking_there_is_not_made_part_of_a_series():
    past = salon()
    past.run(replace(request_booking, booking_id=instances[0].booking_id, starts_at=at(0, "15:00")))

    with pytest.raises(bookings.BookingIdTaken):
        past.run(request_series)


@pytest.mark.parametrize(
    ("time_zone", "first", "hours_in_utc"),
    [
        ("Europe/Paris", "2027-03-21", (9, 8)),
        ("America/New_York", "2027-03-07", (15, 14)),
        ("America/New_York", "2027-10-31", (14, 15)),
        ("America/Vancouver", "2027-03-07", (17, 17)),
        ("UTC", "2027-03-21", (10, 10)),
    ],
)
def test_a_series_keeps_the_wall_clock_when_the_clocks_change(time_zone, first, hours_in_utc):
    past = salon(hours=always_open, time_zone=time_zone)
    ten_o_clock = datetime.fromisoformat(f"{first}T10:00")
    sundays = Recurrence(starts_at=ten_o_clock, time_zone=time_zone, rule="FREQ=WEEKLY;COUNT=2")

    [requested, *_] = past.run(replace(request_series, recurrence=sundays))

    made = [booking(past, each.booking_id).appointment for each in requested.instances]
    assert [each.local_start for each in made] == [ten_o_clock, ten_o_clock + week]
    assert tuple(each.slot.starts_at.hour for each in made if each.slot) == hours_in_utc


def test_a_time_that_the_clocks_skip_is_moved_on_by_what_was_skipped():
    past = salon(hours=always_open)
    at_half_past_two = Recurrence(
        starts_at=datetime.fromisoformat("2027-03-28T02:30"),
        time_zone="Europe/Paris",
        rule="FREQ=DAILY;COUNT=1",
    )

    [requested, *_] = past.run(replace(request_series, recurrence=at_half_past_two))

    [instance] = requested.instances
    local_start = booking(past, instance.booking_id).appointment.local_start
    assert instance.starts_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert local_start == datetime.fromisoformat("2027-03-28T03:30")


# --- The end of a series --------------------------------------------------------------


def statuses(past: InMemory) -> list[str]:
    return [booking(past, instance.booking_id).status for instance in instances]


def test_ending_a_series_cancels_what_lies_ahead_of_that_day():
    past = salon()
    past.run(request_series)

    past.run(cancel_series)

    assert statuses(past) == ["pending", "cancelled", "cancelled"]
    assert [slot.starts_at for slot in taken(past)] == [monday.starts_at]


def test_ending_it_again_changes_nothing():
    past = salon()
    past.run(request_series)
    past.run(cancel_series)

    assert past.run(cancel_series) == []


def test_what_was_moved_counts_by_its_new_time():
    past = salon()
    past.run(request_series)
    first, second, _ = (instance.booking_id for instance in instances)
    past.run(RescheduleBooking(booking_id=second, starts_at=at(1, "14:00")))
    past.run(RescheduleBooking(booking_id=first, starts_at=at(22, "14:00")))

    past.run(cancel_series)

    assert statuses(past) == ["cancelled", "pending", "cancelled"]


def test_ending_a_series_looks_at_the_earliest_week_first():
    past = salon()
    past.run(request_series)
    past.run(RescheduleBooking(booking_id=instances[0].booking_id, starts_at=at(22, "14:00")))

    past.run(replace(cancel_series, starting_from=monday.starts_at))

    seen = [name for name in dict.fromkeys(past.seen) if name.startswith("agenda-")]
    assert seen == sorted(seen)
    assert len(seen) == 3


def test_what_is_over_stays_as_it_was():
    past = salon()
    past.run(request_series)
    past.run(CancelBooking(booking_id=instances[1].booking_id))
    past.run(ConfirmBooking(booking_id=instances[2].booking_id))
    past.now = instances[2].starts_at
    past.run(bookings.CompleteBooking(booking_id=instances[2].booking_id))

    past.run(replace(cancel_series, starting_from=monday.starts_at))

    assert statuses(past) == ["cancelled", "cancelled", "completed"]


def test_a_client_cannot_end_a_series_within_the_window_of_a_booking():
    past = salon()
    past.run(request_series)
    past.now = instances[1].starts_at - hour

    with pytest.raises(bookings.CancellationWindowClosed):
        past.run(replace(cancel_series, by_client=True))
    past.run(replace(cancel_series, by_client=True, starting_from=instances[2].starts_at))

    assert statuses(past) == ["pending", "pending", "cancelled"]
