"""Which bookings other rules would have refused: each alone, on what was known when it was decided."""

from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from application.what_if.policies import BookingRules, Policy
from domain.scheduling.bookings import RequestBooking
from tests.scheduling.bookings.examples import ana, zoe
from tests.what_if.deciding import LIMITS, PLAIN, TIDY, Salon, as_they_were, decided, expected
from tests.what_if.remembered import replayed

AHEAD: Final = st.sampled_from([0, 15, 30, 45, 60, 90, 120, 240, 60 * 24, 60 * 24 * 10])
SERVICES: Final = st.sampled_from([PLAIN, TIDY])
WHICH: Final = st.integers(0, 5)
WAYS: Final = st.one_of(
    st.tuples(st.just("books"), AHEAD, SERVICES, st.booleans()),
    st.tuples(st.just("holds a time"), AHEAD, SERVICES, st.booleans()),
    st.tuples(st.just("redeems")),
    st.tuples(st.just("moves"), WHICH, AHEAD, st.booleans()),
    st.tuples(st.just("calls off"), WHICH),
    st.tuples(st.just("confirms"), WHICH),
    st.tuples(st.just("books weekly"), AHEAD, st.integers(1, 4)),
)
RULES: Final = st.fixed_dictionaries(
    {},
    optional={
        "notice_minutes": st.sampled_from([0, 60, 180]),
        "cancellation_window_minutes": st.sampled_from([0, 60, 1440]),
        "buffer_after_minutes": st.sampled_from([0, 15]),
    },
)
MINUTES: Final = st.integers(0, 40)
STEPS: Final = st.lists(st.tuples(MINUTES, st.booleans(), WAYS), max_size=20)
TIGHTER: Final = st.one_of(
    st.tuples(st.just("notice_minutes"), st.sampled_from([180, 300, 1500])),
    st.tuples(st.just("horizon_days"), st.sampled_from([0, 1, 9, 20])),
    st.tuples(st.just("cancellation_window_minutes"), st.sampled_from([1440, 3000])),
    st.tuples(st.just("buffer_after_minutes"), st.sampled_from([15, 30, 60])),
)


def refused(salon: Salon, **rules: Any) -> list[tuple[str, int, str]]:
    policy = Policy(bookings=BookingRules(**rules))
    told, counted = replayed(salon.past.log, policy)
    assert counted.decisions == len([*decided(salon)])
    assert counted.decisions_unknown == 0
    assert counted.decisions_refused == len(told) == sum(counted.refusals.values())
    return [(each.booking_id, each.version, each.code) for each in told]


@given(RULES, STEPS, TIGHTER)
def test_just_those_are_told_that_the_rule_would_have_refused(
    rules: dict[str, Any], steps: list[Any], tighter: tuple[str, int]
) -> None:
    salon, (name, limit) = Salon(**rules).steps(steps), tighter

    assert refused(salon, **{name: limit}) == expected(
        salon, LIMITS[name][0], limit, LIMITS[name][1]
    )


@given(RULES, STEPS)
def test_by_the_rules_that_there_were_everything_would_have_been_decided_likewise(
    rules: dict[str, Any], steps: list[Any]
) -> None:
    salon = Salon(**rules).steps(steps)

    assert refused(salon, **as_they_were(salon.rules)) == []


@given(STEPS, RULES, st.integers(0, 20), TIGHTER)
@example(
    [(0, True, ("books", 60, PLAIN, False))], {"notice_minutes": 180}, 1, ("notice_minutes", 30)
)
def test_rules_that_were_changed_count_from_then_on(
    steps: list[Any], rules: dict[str, Any], when: int, tighter: tuple[str, int]
) -> None:
    """What was decided before is decided again by those of its time."""
    change = (0, False, ("changes its rules", rules))
    salon = Salon().steps([*steps[:when], change, *steps[when:]])

    refused(salon, **dict([tighter]))


# --- One by one -----------------------------------------------------------------------------


def test_who_overrode_a_limit_would_have_done_so_again() -> None:
    salon = Salon(notice_minutes=60).steps([(0, False, ("books", 0, PLAIN, True))])

    assert refused(salon, notice_minutes=300) == []


def test_who_said_override_and_need_not_have_would_have_been_refused() -> None:
    """That nobody would have let pass, for nobody had to."""
    salon = Salon().steps([(0, False, ("books", 60, PLAIN, True))])

    assert refused(salon, notice_minutes=300) == [(salon.bookings[0], 1, "notice-too-short")]


def test_who_holds_a_time_is_asked_then() -> None:
    held = (0, True, ("holds a time", 60, PLAIN, False))
    salon = Salon().steps([held, (5, True, ("redeems",))])

    assert refused(salon, notice_minutes=60) == []
    assert refused(salon, notice_minutes=90) == [(salon.bookings[0], 1, "notice-too-short")]


def test_a_hold_has_the_buffers_of_what_is_booked_with_it() -> None:
    """What is held would have been held with other buffers; the booking is of what is held."""
    first = (0, False, ("books", 60, PLAIN, False))
    held = (0, True, ("holds a time", 150, PLAIN, False))
    salon = Salon().steps([first, held, (5, True, ("redeems",))])

    assert refused(salon, buffer_after_minutes=30) == []


def test_each_is_judged_alone_on_history_as_it_was() -> None:
    """The first would not have been there: the second is in its way all the same."""
    first = (0, False, ("books", 60, PLAIN, False))
    second = (0, False, ("books", 90, PLAIN, False))
    salon = Salon().steps([first, second])

    assert refused(salon, buffer_before_minutes=30) == [(salon.bookings[1], 1, "slot-taken")]
    assert refused(salon, notice_minutes=100, buffer_before_minutes=30) == [
        (salon.bookings[0], 1, "notice-too-short"),
        (salon.bookings[1], 1, "slot-taken"),
    ]


def test_a_series_is_bound_by_the_horizon_where_a_client_asks_for_it() -> None:
    weekly = ("books weekly", 60, 4)
    business, client = Salon().steps([(0, False, weekly)]), Salon().steps([(0, True, weekly)])

    assert refused(business, horizon_days=10) == []
    assert [code for *_, code in refused(client, horizon_days=10)] == ["beyond-horizon"] * 2


def test_a_booking_that_has_no_time_is_bound_by_no_rule_of_times() -> None:
    salon = Salon()
    salon.past.run(
        RequestBooking(
            booking_id=salon.new("booking"), professional_id=ana, service_id=PLAIN, client_id=zoe
        )
    )

    assert refused(salon, notice_minutes=3000, horizon_days=0) == []


def test_what_cannot_be_said_of_a_decision_is_not_laid_to_a_rule() -> None:
    """It was let in by a release that had other limits, or in the last instant before one."""
    salon = Salon(notice_minutes=60).steps([(0, True, ("books", 60, PLAIN, False))])
    (decision,) = (each.past for each in decided(salon))
    late = replace(decision, recorded_at=decision.recorded_at + timedelta(hours=1))
    salon.past.log[salon.past.log.index(decision)] = late

    told, counted = replayed(salon.past.log, Policy(bookings=BookingRules(notice_minutes=90)))

    assert (told, counted.decisions, counted.decisions_unknown) == ([], 1, 1)


@pytest.mark.parametrize("by_client", [True, False])
def test_the_business_may_call_off_at_any_time(by_client: bool) -> None:
    salon = Salon().steps(
        [(0, True, ("books", 60, PLAIN, False)), (5, by_client, ("calls off", 0))]
    )

    found = refused(salon, cancellation_window_minutes=120)

    assert [code for *_, code in found] == ["cancellation-window-closed"] * by_client
