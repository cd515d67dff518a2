"""Which blocks take something out of a range?"""

from typing import Any

import pytest

from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.scheduling.time_blocks.test_api import EVERY_TUESDAY, ON_THE_CLOCK, ONCE, add

pytestmark = [pytest.mark.postgres, pytest.mark.together]

NIGHTS = {
    "type": "recurring",
    "recurrence": {
        "starts_at": "2026-12-01T22:00:00",
        "time_zone": "Europe/Paris",
        "rule": "FREQ=WEEKLY;UNTIL=20270112T220000",
        "also_at": ["2027-02-01T22:00:00"],
        "except_at": ["2027-01-05T22:00:00"],
    },
    "duration_minutes": 480,
}


def shown(running: Running, **asked: str) -> Any:
    return running.http().get("/v1/time-blocks", params=asked)


def range_of(first: str, last: str) -> dict[str, str]:
    return {"from": f"{first}:00+01:00", "to": f"{last}:00+01:00"}


@pytest.mark.parametrize("when", [ONCE, ON_THE_CLOCK, EVERY_TUESDAY])
@pytest.mark.parametrize(
    ("first", "last", "number"),
    [
        ("2027-01-05T09:00", "2027-01-05T10:00", 0),
        ("2027-01-05T09:00", "2027-01-05T10:01", 1),
        ("2027-01-05T10:59", "2027-01-05T10:59", 1),
        ("2027-01-05T11:00", "2027-01-06T00:00", 0),
        ("2027-01-04T00:00", "2027-01-05T00:00", 0),
        ("2026-12-10T00:00", "2027-02-10T00:00", 1),
    ],
)
def test_a_block_is_in_a_range_of_which_it_takes_a_part(
    running: Running, when: Any, first: str, last: str, number: int
) -> None:
    add(running.http(), Salon.opened(running), when=when)
    running.settle()

    assert len(shown(running, **range_of(first, last)).json()["data"]) == number


@pytest.mark.parametrize(
    ("day", "number"),
    [
        ("2026-11-29", 0),
        ("2026-12-29", 1),
        ("2026-12-30", 1),  # until six in the morning
        ("2026-12-31", 0),
        ("2027-01-05", 0),  # but for this one
        ("2027-01-12", 1),
        ("2027-01-19", 0),
        ("2027-02-01", 1),
        ("2027-02-02", 1),
        ("2027-02-03", 0),
    ],
)
def test_what_recurs_is_in_a_range_if_one_of_its_times_is(
    running: Running, day: str, number: int
) -> None:
    add(running.http(), Salon.opened(running), when=NIGHTS)
    running.settle()

    found = shown(running, **range_of(f"{day}T00:00", f"{day}T23:59"))

    assert len(found.json()["data"]) == number


def test_of_many_blocks_a_page_goes_on_behind_those_that_were_looked_at(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    for when in (EVERY_TUESDAY, NIGHTS, ONCE):
        assert add(http, salon, when=when).status_code == 201
    running.settle()
    asked = range_of("2027-01-05T10:00", "2027-01-05T11:00")

    first = shown(running, **asked, limit="2").json()
    second = shown(running, **asked, limit="2", cursor=first["next_cursor"]).json()

    assert [each["when"]["type"] for each in first["data"]] == ["recurring"]
    assert [each["when"]["type"] for each in second["data"]] == ["once"]
    assert (first["has_more"], second["has_more"]) == (True, False)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"from": "2027-01-05T00:00:00Z"}, "to"),
        ({"to": "2027-01-05T00:00:00Z"}, "from"),
        ({"from": "2027-01-05T00:00:00Z", "to": "2027-03-09T00:00:00Z"}, "to"),
        ({"from": "2027-01-05T00:00:00Z", "to": "2027-01-04T00:00:00Z"}, "to"),
    ],
)
def test_a_range_of_blocks_has_two_ends_and_two_months_at_most(
    running: Running, asked: dict[str, str], parameter: str
) -> None:
    refused = shown(running, **asked)

    assert (refused.status_code, refused.json()["parameter"]) == (400, parameter)
