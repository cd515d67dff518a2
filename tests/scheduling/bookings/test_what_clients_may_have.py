"""Whichever way somebody comes in, what a client may have is decided in one place."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from msgspec.structs import replace

from domain.messages import DomainError
from domain.people.clients import ChangeClientStatus, ClientStatus, ClientStatusChanged
from domain.scheduling.agendas import ExpireHold, HoldPlaced, ReleaseHold
from domain.scheduling.allowances import ChangeClientLimits, TooManyHolds, TooManyOpenRequests
from domain.scheduling.availability import BeyondHorizon, NoticeTooShort, OutsideHours
from domain.scheduling.bookable import BetweenSlots, ClientIsBlocked, LengthNotOffered
from domain.scheduling.bookings import BookingRequested, BookingRescheduled
from domain.scheduling.professionals import (
    BookingDisabled,
    ProfessionalClosedForBooking,
    ProfessionalIsRetired,
    ProfessionalRetired,
)
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.series import SeriesConflicts
from domain.values import BookingId, HoldId
from domain.zones import to_local, zone
from tests.in_memory import InMemory
from tests.scheduling.bookings.examples import (
    ana,
    at,
    by_email,
    by_phone,
    cancel_booking,
    confirm_booking,
    day,
    decline_booking,
    guest,
    hold_id,
    hour,
    place_hold,
    request_booking,
    request_series,
    reschedule_booking,
    zoe,
)
from tests.scheduling.bookings.salon import salon

MOST: Final = 5
as_zoe: Final = replace(place_hold, client_id=zoe, by_client=True)


def book(past: InMemory, start: datetime, minutes: int | None, **more: Any) -> list[Any]:
    order = replace(request_booking, starts_at=start, duration_minutes=minutes)
    return past.run(replace(order, **more))


def hold(past: InMemory, start: datetime, minutes: int | None, **more: Any) -> list[Any]:
    order = replace(place_hold, starts_at=start, duration_minutes=minutes)
    return past.run(replace(order, client_id=zoe if more.get("by_client") else None, **more))


def redeem(past: InMemory, start: datetime, minutes: int | None, **more: Any) -> list[Any]:
    """Book a part of what the business holds, all day long, for whoever it likes."""
    morning = replace(place_hold, starts_at=start - hour, duration_minutes=7 * 24 * 60)
    past.record(hold_id, *held(morning, past.now))
    return book(past, start, minutes, hold_id=hold_id, **more)


def held(order: Any, at: datetime) -> list[Any]:
    """Return what holding it would record, whoever is in the way."""
    free = salon()
    free.now = at
    return [each for each in free.run(replace(order, override=True)) if type(each) is HoldPlaced]


def repeat(past: InMemory, start: datetime, minutes: int | None, **more: Any) -> list[Any]:
    once = Recurrence(
        starts_at=to_local(start, zone("Europe/Paris")),
        time_zone="Europe/Paris",
        rule="FREQ=DAILY;COUNT=1",
    )
    order = replace(request_series, recurrence=once, duration_minutes=minutes)
    return past.run(replace(order, **more))


def move(past: InMemory, start: datetime, minutes: int | None, **more: Any) -> list[Any]:
    order = replace(reschedule_booking, starts_at=start, duration_minutes=minutes)
    return past.run(replace(order, **more))


Way = Callable[..., list[Any]]
WAYS: Final[list[Way]] = [book, hold, redeem, repeat, move]
MONDAY: Final = at(0, "14:00")

TOO_MUCH: list[tuple[str, datetime, int | None, type[DomainError]]] = [
    ("between the steps", at(0, "14:07"), None, BetweenSlots),
    ("at any microsecond", MONDAY + timedelta(seconds=7, microseconds=1), None, BetweenSlots),
    ("a minute", MONDAY, 1, LengthNotOffered),
    ("five minutes", MONDAY, 5, LengthNotOffered),
    ("longer than it takes", MONDAY, 60, LengthNotOffered),
    ("all afternoon", MONDAY, 4 * 60, LengthNotOffered),
    ("far ahead", MONDAY + 28 * day, None, BeyondHorizon),
    ("at night", at(0, "22:00"), None, OutsideHours),
]


def opened(way: Way, **rules: Any) -> InMemory:
    past = salon(horizon_days=20, **rules)
    if way is move:
        past.run(request_booking)
    return past


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("start", "minutes", "reason"),
    [case[1:] for case in TOO_MUCH],
    ids=[case[0] for case in TOO_MUCH],
)
def test_a_client_cannot_have_it_by_any_way(way, start, minutes, reason) -> None:
    past = opened(way)

    with pytest.raises((reason, SeriesConflicts)) as refused:
        way(past, start, minutes, by_client=True)

    if refused.type is SeriesConflicts:
        assert [each.code for each in refused.value.facts["instances"]] == [reason.code]


@pytest.mark.parametrize("way", WAYS)
def test_a_client_can_have_what_is_offered_by_any_way(way) -> None:
    past = opened(way)

    events = way(past, MONDAY, 45, by_client=True)

    assert [each.override for each in events if hasattr(each, "override")] == [False]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("start", "minutes"),
    [(at(0, "14:07"), None), (MONDAY, 5), (MONDAY, 90)],
    ids=["between the steps", "shorter", "longer"],
)
def test_the_business_passes_over_it_and_it_is_recorded(way, start, minutes) -> None:
    past = opened(way)

    events = way(past, start, minutes)

    assert [each.override for each in events if hasattr(each, "override")] == [True]


@pytest.mark.parametrize("way", WAYS)
def test_notice_binds_whoever_asks(way) -> None:
    past = opened(way, notice_minutes=5 * 24 * 60)
    past.now += 4 * day

    with pytest.raises((NoticeTooShort, SeriesConflicts)):
        way(past, MONDAY, None, by_client=True)


@pytest.mark.parametrize("way", WAYS)
def test_nobody_is_booked_by_a_client_while_booking_is_off(way) -> None:
    past = opened(way)
    past.record(ana, ProfessionalClosedForBooking(professional_id=ana))

    with pytest.raises(BookingDisabled):
        way(past, MONDAY, None, by_client=True)


def test_the_business_moves_what_is_booked_while_booking_is_off() -> None:
    past = opened(move)
    past.record(ana, ProfessionalClosedForBooking(professional_id=ana))

    [moved, *_] = move(past, MONDAY, None)

    assert isinstance(moved, BookingRescheduled)
    assert moved.override


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("by_client", [True, False])
def test_nobody_is_booked_with_who_works_here_no_longer(way, by_client) -> None:
    past = opened(way)
    past.record(ana, ProfessionalRetired(professional_id=ana))

    with pytest.raises(ProfessionalIsRetired):
        way(past, MONDAY, None, by_client=by_client, override=not by_client)


@pytest.mark.parametrize("way", WAYS)
def test_a_client_who_is_blocked_has_nothing_by_any_way(way) -> None:
    past = opened(way)
    past.run(ChangeClientStatus(client_id=zoe, status=ClientStatus.BLOCKED))

    with pytest.raises(ClientIsBlocked):
        way(past, MONDAY, None, by_client=True)


def test_who_may_override_books_a_client_who_is_blocked_and_nobody_else_does() -> None:
    past = salon()
    blocked = ClientStatusChanged(
        client_id=zoe, previous=ClientStatus.ACTIVE, status=ClientStatus.BLOCKED
    )
    past.record(zoe, blocked)

    with pytest.raises(ClientIsBlocked):
        past.run(request_booking)

    [requested, *_] = past.run(replace(request_booking, override=True))
    assert requested.override


@pytest.mark.parametrize("minutes", [14, 24 * 60 + 1, 7 * 24 * 60])
def test_without_a_service_a_client_has_from_one_step_to_a_day(minutes) -> None:
    past = salon()

    with pytest.raises((LengthNotOffered, OutsideHours)):
        book(past, MONDAY, minutes, service_id=None, by_client=True)

    book(past, MONDAY, 15, service_id=None, by_client=True)


def test_a_visit_that_is_moved_may_stay_as_long_as_it_was_booked() -> None:
    past = salon()
    past.run(replace(request_booking, duration_minutes=90))

    [moved, *_] = move(past, MONDAY, None, by_client=True)

    assert moved.appointment.slot.ends_at == MONDAY + timedelta(minutes=90)


def test_what_is_redeemed_is_the_very_visit_that_was_held() -> None:
    past = salon(notice_minutes=5 * 24 * 60)
    past.run(replace(as_zoe, starts_at=at(0, "14:00")))
    past.now += timedelta(minutes=5)

    events = book(past, at(0, "14:00"), None, hold_id=hold_id, by_client=True)

    assert isinstance(events[0], BookingRequested)


# --- How much at once ------------------------------------------------------------------


def nth(number: int) -> Any:
    """Return the request for a day of its own."""
    return replace(
        request_booking,
        booking_id=BookingId(f"booking-0198c0de-0000-7000-8000-0000000001{number:02}"),
        starts_at=at(number // 2, "10:00" if number % 2 else "14:00"),
        by_client=True,
    )


def full(**rules: Any) -> InMemory:
    """Return a salon in which Zoé has as many open requests as one may have."""
    past = salon(**rules)
    for number in range(MOST):
        past.run(nth(number))
    return past


@pytest.mark.parametrize("auto_confirm", [True, False])
def test_a_client_has_five_open_requests_at_once(auto_confirm) -> None:
    past = full(auto_confirm=auto_confirm)

    with pytest.raises(TooManyOpenRequests) as refused:
        past.run(nth(MOST))

    assert refused.value.facts == {"at_most": MOST, "open": MOST}


@pytest.mark.parametrize("answer", [confirm_booking, decline_booking, cancel_booking])
def test_a_request_that_was_answered_is_open_no_more(answer) -> None:
    past = full()
    past.run(replace(answer, booking_id=nth(0).booking_id))

    past.run(nth(MOST))


def test_a_request_whose_time_has_come_is_open_no_more() -> None:
    past = full()
    past.now = nth(0).starts_at

    past.run(nth(MOST + 1))


def test_what_the_business_books_is_not_counted() -> None:
    past = full()

    past.run(replace(nth(MOST), by_client=False))


def test_a_request_told_again_is_not_counted_again() -> None:
    past = full()

    assert past.run(nth(MOST - 1)) == []


def test_each_time_of_a_series_is_a_request() -> None:
    daily = Recurrence(
        starts_at=to_local(MONDAY, zone("Europe/Paris")),
        time_zone="Europe/Paris",
        rule="FREQ=DAILY;COUNT=6;BYDAY=MO,TU,WE,TH,FR",
    )
    wanted = replace(request_series, recurrence=daily, by_client=True)

    with pytest.raises(TooManyOpenRequests):
        salon().run(wanted)


@pytest.mark.parametrize("known_by", [(by_email,), (by_phone,), (by_email, by_phone)])
def test_a_guest_is_counted_by_each_address_and_number(known_by) -> None:
    past = salon()
    as_guest = {"client_id": None, "guest": guest}
    for number in range(MOST):
        past.run(replace(nth(number), guest_identities=(by_email, by_phone), **as_guest))

    with pytest.raises(TooManyOpenRequests):
        past.run(replace(nth(MOST), guest_identities=known_by, **as_guest))


def test_the_business_says_how_many() -> None:
    past = full()

    past.run(ChangeClientLimits(open_requests=MOST + 1))
    past.run(nth(MOST))

    with pytest.raises(TooManyOpenRequests):
        past.run(nth(MOST + 1))


def test_a_business_may_take_no_requests_at_all() -> None:
    past = full()

    past.run(ChangeClientLimits(open_requests=0, open_holds=0))

    with pytest.raises(TooManyOpenRequests):
        past.run(nth(MOST))


def nth_hold(number: int) -> Any:
    name = HoldId(f"hold-0198c0de-0000-7000-8000-0000000001{number:02}")
    return replace(as_zoe, hold_id=name, starts_at=nth(number).starts_at)


def test_a_client_has_two_holds_at_once() -> None:
    past = salon()
    past.run(nth_hold(0))
    past.run(nth_hold(1))

    with pytest.raises(TooManyHolds):
        past.run(nth_hold(2))


def given_back(past: InMemory) -> None:
    past.run(ReleaseHold(hold_id=nth_hold(0).hold_id))


def lapsed(past: InMemory) -> None:
    past.now += timedelta(minutes=10)
    past.run(ExpireHold(hold_id=nth_hold(0).hold_id))


def over(past: InMemory) -> None:
    past.now += timedelta(minutes=10)


def booked(past: InMemory) -> None:
    past.run(replace(nth(0), hold_id=nth_hold(0).hold_id))


@pytest.mark.parametrize("ended", [given_back, lapsed, over, booked])
def test_a_hold_that_has_ended_makes_room_for_another(ended) -> None:
    past = salon()
    past.run(nth_hold(0))
    past.run(nth_hold(1))

    ended(past)

    past.run(nth_hold(2))
