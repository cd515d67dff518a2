"""What a dashboard asks, through HTTP, where everything runs in one process."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

LIVE = "/v1/live/bookings"
TUESDAY = datetime(2027, 1, 5, 8, tzinfo=UTC)


def booked(running: Running, salon: Salon, number: int) -> None:
    """Book one more hour, from Tuesday on."""
    start = TUESDAY + timedelta(hours=2 * number)
    assert salon.book(running.http(), start.isoformat()).status_code == 201


def counted(running: Running, **whose: Any) -> dict[str, int]:
    """Return the minutes in which somebody booked."""
    shown = running.http(**whose).get(LIVE).json()["minutes"]
    return {each["minute"]: each["bookings"] for each in shown if each["bookings"]}


def test_every_minute_of_the_last_hour_is_told_of_the_running_one_last(running: Running) -> None:
    running.clock.set(datetime(2027, 1, 4, 8, 30, 12, tzinfo=UTC))

    answer = running.http().get(LIVE)

    minutes = answer.json()["minutes"]
    assert answer.status_code == 200
    assert len(minutes) == 60
    assert minutes[0] == {"minute": "2027-01-04T07:31:00Z", "bookings": 0}
    assert minutes[-1] == {"minute": "2027-01-04T08:30:00Z", "bookings": 0}


def test_a_booking_counts_in_the_minute_in_which_it_was_made(running: Running) -> None:
    salon = Salon.opened(running)
    for number, second in enumerate((0.0, 59.999999, 60.0)):
        running.clock.set(datetime(2027, 1, 4, 9, tzinfo=UTC) + timedelta(seconds=second))
        booked(running, salon, number)

    assert counted(running) == {"2027-01-04T09:00:00Z": 2, "2027-01-04T09:01:00Z": 1}


def test_a_minute_is_shown_for_an_hour(running: Running) -> None:
    salon = Salon.opened(running)
    running.clock.set(datetime(2027, 1, 4, 9, 0, 30, tzinfo=UTC))
    booked(running, salon, 0)

    running.clock.set(datetime(2027, 1, 4, 9, 59, 59, tzinfo=UTC))
    still = counted(running)
    running.clock.set(datetime(2027, 1, 4, 10, 0, 0, tzinfo=UTC))
    no_longer = counted(running)

    assert still == {"2027-01-04T09:00:00Z": 1}
    assert no_longer == {}


@pytest.mark.parametrize(
    "night",
    [
        datetime(2027, 1, 5, 0, 0, tzinfo=UTC),  # another day, in UTC
        datetime(2027, 3, 28, 1, 0, tzinfo=UTC),  # two o'clock is three in Paris
        datetime(2027, 10, 31, 1, 0, tzinfo=UTC),  # three o'clock is two in Paris
    ],
)
def test_no_minute_is_left_out_or_comes_twice_in_such_a_night(
    running: Running, night: datetime
) -> None:
    salon = Salon.opened(running)
    minute = timedelta(minutes=1)
    for number, at in enumerate((night - minute, night, night + minute)):
        running.clock.set(at)
        start = at + timedelta(days=2, hours=2 * number)
        assert salon.book(running.http(), start.isoformat()).status_code == 201

    shown = running.http().get(LIVE).json()["minutes"]
    times = [datetime.fromisoformat(each["minute"]) for each in shown]
    assert [later - each for each, later in pairwise(times)] == [minute] * 59
    assert [each["bookings"] for each in shown][-4:] == [0, 1, 1, 1]


def test_what_becomes_of_a_booking_does_not_count(running: Running) -> None:
    salon = Salon.opened(running)
    made = salon.book(running.http()).json()

    running.http().post(f"/v1/bookings/{made['id']}/confirm")
    running.http().post(f"/v1/bookings/{made['id']}/cancel", json={})
    running.settle()

    assert sum(counted(running).values()) == 1


def test_others_bookings_are_not_counted(running: Running) -> None:
    salon = Salon.opened(running)
    booked(running, salon, 0)

    assert counted(running, tenant=str(uuid4())) == {}


@pytest.mark.parametrize("role", [Role.OWNER, Role.FRONT_DESK, Role.AUDITOR])
def test_who_looks_after_the_business_may_see_it(running: Running, role: Role) -> None:
    assert running.http(role).get(LIVE).status_code == 200


@pytest.mark.parametrize("role", [Role.CLIENT, Role.PROFESSIONAL])
def test_who_sees_only_his_own_bookings_may_not(running: Running, role: Role) -> None:
    refused = running.http(role).get(LIVE)

    assert (refused.status_code, refused.json()["code"]) == (403, "permission-missing")
