from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from domain.scheduling import agendas
from domain.scheduling.agendas import AGENDA, HOLD, Agenda, AgendaEvent, Hold, HoldEvent
from domain.values import HoldId, ProfessionalId, TimeSlot
from tests.scheduling.bookings.examples import (
    agenda_id,
    ana,
    booking_id,
    expire_hold,
    held_slot_freed,
    hold_id,
    hold_lapsed,
    hold_placed,
    hold_redeemed,
    hold_released,
    monday,
    monday_reserved,
    now,
    other_booking,
    place_hold,
    release_hold,
    slot,
    slot_held,
    slot_released,
    slot_reserved,
)

other_hold = HoldId("hold-0198c0de-0000-7000-8000-0000000000ff")
end_of_hold = hold_placed.expires_at
an_instant = timedelta(microseconds=1)


def given(*history: AgendaEvent) -> Agenda:
    return AGENDA.fold(history)


def held(*history: HoldEvent) -> Hold | None:
    return HOLD.fold(history)


def another(starts: str, ends: str) -> agendas.SlotReserved:
    return replace(slot_reserved, booking_id=other_booking, slot=slot(0, starts, ends))


# --- Which agendas --------------------------------------------------------------------


def names(starts_at: datetime, ends_at: datetime) -> list[str]:
    found = agendas.agendas_of(ProfessionalId("professional-1"), TimeSlot(starts_at, ends_at))
    return [name.removeprefix("agenda-1-") for name in found]


def test_a_slot_is_in_the_agenda_of_its_week():
    assert agendas.agendas_of(ana, monday) == [agenda_id]


def test_a_slot_up_to_the_end_of_the_week_does_not_touch_the_next():
    sunday = datetime(2026, 12, 6, 23, tzinfo=UTC)

    assert names(sunday, sunday + timedelta(hours=1)) == ["2026-W49"]


def test_a_slot_over_the_end_of_the_week_is_in_both_agendas():
    sunday = datetime(2026, 12, 6, 23, tzinfo=UTC)

    assert names(sunday, sunday + timedelta(hours=1) + an_instant) == ["2026-W49", "2026-W50"]


def test_weeks_are_counted_as_iso_does_and_stay_in_order_over_new_year():
    assert names(datetime(2026, 12, 20, tzinfo=UTC), datetime(2027, 1, 11, 1, tzinfo=UTC)) == [
        "2026-W51",
        "2026-W52",
        "2026-W53",
        "2027-W01",
        "2027-W02",
    ]


def test_the_week_is_that_of_utc_whatever_zone_the_slot_comes_in():
    new_year = datetime.fromisoformat("2026-12-07T00:30+02:00")

    assert names(new_year, new_year + timedelta(minutes=30)) == ["2026-W49"]


# --- Reserving ------------------------------------------------------------------------


def test_a_free_slot_can_be_reserved():
    assert agendas.reserve(slot_reserved, given(), now=now) == [slot_reserved]


@pytest.mark.parametrize(
    "there",
    [
        another("10:00", "11:00"),
        another("09:00", "10:01"),
        another("10:59", "11:30"),
        another("10:15", "10:30"),
        another("09:00", "12:00"),
    ],
)
def test_a_slot_is_taken_by_whatever_shares_an_instant_with_it(there):
    with pytest.raises(agendas.SlotTaken):
        agendas.reserve(slot_reserved, given(there), now=now)


def test_slots_that_touch_are_both_free():
    neighbours = given(another("11:00", "12:00"), another("09:00", "10:00"))

    assert agendas.reserve(slot_reserved, neighbours, now=now) == [slot_reserved]


def test_reserving_twice_changes_nothing():
    assert agendas.reserve(slot_reserved, given(slot_reserved), now=now) == []


def test_a_released_slot_is_free():
    released = agendas.release(slot_released, given(slot_reserved))

    assert released == [slot_released]
    assert given(slot_reserved, *released).taken(now=now) == []


def test_releasing_what_is_not_reserved_changes_nothing():
    assert agendas.release(slot_released, given(another("10:00", "11:00"))) == []


def test_a_booking_releases_its_own_slot_only():
    both = given(another("09:00", "10:00"), slot_reserved, slot_released)

    assert both == given(another("09:00", "10:00"))


def test_evolving_does_not_refuse_what_an_older_rule_let_through():
    twice = given(slot_reserved, another("10:00", "11:00"), slot_released)

    assert twice == given(another("10:00", "11:00"))


# --- Holding a slot -------------------------------------------------------------------


def test_a_held_slot_is_taken_until_the_hold_ends():
    agenda = given(slot_held)

    with pytest.raises(agendas.SlotTaken):
        agendas.reserve(slot_reserved, agenda, now=end_of_hold - an_instant)
    assert agendas.reserve(slot_reserved, agenda, now=end_of_hold) == [slot_reserved]


def test_a_taken_slot_cannot_be_held():
    with pytest.raises(agendas.SlotTaken):
        agendas.hold(slot_held, given(slot_reserved), now=now)


def test_a_held_slot_cannot_be_held_by_another_until_the_hold_ends():
    agenda, another_hold = given(slot_held), replace(slot_held, hold_id=other_hold)

    with pytest.raises(agendas.SlotTaken):
        agendas.hold(another_hold, agenda, now=end_of_hold - an_instant)
    assert agendas.hold(another_hold, agenda, now=end_of_hold) == [another_hold]


def test_holding_twice_changes_nothing():
    assert agendas.hold(slot_held, given(slot_held), now=now) == []


def test_a_freed_hold_is_nothing_in_the_way():
    freed = agendas.free_held(held_slot_freed, given(slot_held))

    assert freed == [held_slot_freed]
    assert given(slot_held, *freed) == given()


def test_freeing_twice_changes_nothing():
    assert agendas.free_held(held_slot_freed, given(slot_held, held_slot_freed)) == []


def test_what_is_taken_counts_running_holds_only():
    agenda = given(another("09:00", "10:00"), slot_held)

    assert agenda.taken(now=now) == [slot(0, "09:00", "10:00"), monday_reserved]
    assert agenda.taken(now=end_of_hold) == [slot(0, "09:00", "10:00")]


# --- The life of a hold ---------------------------------------------------------------


def place(command: agendas.PlaceHold, hold: Hold | None):
    return agendas.place(command, hold, slot=monday, reserved=monday_reserved, now=now)


def redeem(hold: Hold | None, **facts):
    known: dict[str, Any] = {
        "professional_id": ana,
        "slot": monday,
        "reserved": monday_reserved,
        "now": end_of_hold - an_instant,
    }
    return agendas.redeem(hold_id, booking_id, hold, **(known | facts))


def test_a_hold_lasts_as_long_as_was_asked():
    assert place(place_hold, held()) == [hold_placed]


def test_placing_the_same_hold_again_changes_nothing():
    assert place(place_hold, held(hold_placed)) == []
    assert place(place_hold, held(hold_placed, hold_released)) == []


def test_an_id_belongs_to_the_hold_placed_under_it():
    with pytest.raises(agendas.HoldIdTaken):
        place(replace(place_hold, starts_at=monday.ends_at), held(hold_placed))


@pytest.mark.parametrize("seconds", [601, 0, -1, 10**30])
def test_a_hold_lasts_ten_minutes_at_most(seconds):
    with pytest.raises(agendas.HoldTooLong):
        place(replace(place_hold, ttl_seconds=seconds), held())


def test_a_hold_becomes_a_booking_until_its_last_instant():
    assert redeem(held(hold_placed)) == [hold_redeemed]


def test_an_ended_hold_books_nothing():
    with pytest.raises(agendas.HoldExpired):
        redeem(held(hold_placed), now=end_of_hold)


@pytest.mark.parametrize("ended", [hold_released, hold_lapsed])
def test_a_hold_that_was_given_back_books_nothing(ended):
    with pytest.raises(agendas.HoldExpired):
        redeem(held(hold_placed, ended))


def test_redeeming_twice_for_one_booking_changes_nothing():
    assert redeem(held(hold_placed, hold_redeemed)) == []


def test_a_hold_books_once():
    used = held(hold_placed, replace(hold_redeemed, booking_id=other_booking))

    with pytest.raises(agendas.HoldAlreadyUsed):
        redeem(used)


def test_a_hold_that_was_never_placed_books_nothing():
    with pytest.raises(agendas.HoldNotFound):
        redeem(held())


@pytest.mark.parametrize(
    "facts",
    [
        {"professional_id": ProfessionalId("professional-another")},
        {"slot": slot(0, "10:00", "10:46")},
        {"slot": slot(0, "09:59", "10:45")},
        {"slot": None},
        {"reserved": slot(0, "10:00", "11:01")},
        {"reserved": slot(0, "09:59", "11:00")},
    ],
)
def test_a_hold_books_only_what_it_covers(facts):
    with pytest.raises(agendas.HoldIsForAnotherSlot):
        redeem(held(hold_placed), **facts)


def test_a_hold_books_something_shorter():
    shorter = slot(0, "10:00", "10:30")

    assert redeem(held(hold_placed), slot=shorter, reserved=shorter) == [hold_redeemed]


def test_a_hold_can_be_released():
    assert agendas.release_hold(release_hold, held(hold_placed)) == [hold_released]


def test_a_hold_lapses_when_it_ends():
    assert agendas.expire(expire_hold, held(hold_placed), now=end_of_hold) == [hold_lapsed]


def test_a_hold_does_not_lapse_before_it_ends():
    too_early = end_of_hold - an_instant

    assert agendas.expire(expire_hold, held(hold_placed), now=too_early) == []


@pytest.mark.parametrize("ended", [hold_released, hold_lapsed, hold_redeemed])
def test_an_ended_hold_does_not_end_again(ended):
    hold = held(hold_placed, ended)

    assert agendas.release_hold(release_hold, hold) == []
    assert agendas.expire(expire_hold, hold, now=end_of_hold) == []


def test_only_what_was_placed_can_end():
    with pytest.raises(agendas.HoldNotFound):
        agendas.release_hold(release_hold, held())
    with pytest.raises(agendas.HoldNotFound):
        agendas.expire(expire_hold, held(), now=end_of_hold)
