"""Free slots, bookings and series on the days on which clocks change, and on one they do not any more.

The expected instants are written down by hand, from the rules of the five zones: Gaza changes on
Saturdays; British Columbia stays seven hours behind from March 2026 on; Morocco put its clocks back
for Ramadan, and has left them there since September 2026.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from domain.business.users import Role
from domain.people.clients import RegisterClient
from domain.scheduling.professionals import WEEKDAYS, Week
from domain.values import ClientId, Contact
from tests.running import Running
from tests.scheduling.availability.examples import hours
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

# Ten o'clock on the wall, the day before, on the day, and the day after.
TEN_O_CLOCK = [
    ("Europe/Paris", "2026-10-24T08:00", "2026-10-25T09:00", "2026-10-26T09:00"),
    ("Europe/Paris", "2027-03-27T09:00", "2027-03-28T08:00", "2027-03-29T08:00"),
    ("America/New_York", "2026-10-31T14:00", "2026-11-01T15:00", "2026-11-02T15:00"),
    ("America/New_York", "2027-03-13T15:00", "2027-03-14T14:00", "2027-03-15T14:00"),
    ("America/Vancouver", "2026-10-31T17:00", "2026-11-01T17:00", "2026-11-02T17:00"),
    ("America/Vancouver", "2026-12-09T17:00", "2026-12-10T17:00", "2026-12-11T17:00"),
    ("America/Vancouver", "2027-03-13T17:00", "2027-03-14T17:00", "2027-03-15T17:00"),
    ("Africa/Casablanca", "2026-02-14T09:00", "2026-02-15T10:00", "2026-02-16T10:00"),
    ("Africa/Casablanca", "2026-03-21T10:00", "2026-03-22T09:00", "2026-03-23T09:00"),
    ("Africa/Casablanca", "2026-09-19T09:00", "2026-09-20T10:00", "2026-09-21T10:00"),
    ("Africa/Casablanca", "2027-02-06T10:00", "2027-02-07T10:00", "2027-02-08T10:00"),
    ("Asia/Gaza", "2026-10-23T07:00", "2026-10-24T08:00", "2026-10-25T08:00"),
    ("Asia/Gaza", "2027-03-26T08:00", "2027-03-27T07:00", "2027-03-28T07:00"),
]

# From midnight to five, hour by hour, in the night of the change: the date, and hours in UTC.
NIGHTS = [
    ("Europe/Paris", "2026-10-25", "22 23 00 01 02 03"),
    ("Europe/Paris", "2027-03-28", "23 00 01 02"),
    ("America/New_York", "2026-11-01", "04 05 06 07 08 09"),
    ("America/New_York", "2027-03-14", "05 06 07 08"),
    ("America/Vancouver", "2026-11-01", "07 08 09 10 11"),
    ("America/Vancouver", "2027-03-14", "07 08 09 10 11"),
    ("Africa/Casablanca", "2026-02-15", "23 00 01 02 03 04"),
    ("Africa/Casablanca", "2026-03-22", "00 01 02 03"),
    ("Africa/Casablanca", "2026-09-20", "23 00 01 02 03 04"),
    ("Africa/Casablanca", "2027-02-07", "00 01 02 03 04"),
    ("Asia/Gaza", "2026-10-24", "21 22 23 00 01 02"),
    ("Asia/Gaza", "2027-03-27", "22 23 00 01"),
]

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def beginning() -> datetime:
    """In the January before."""
    return datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.fixture
def http(running: Running) -> TestClient:
    """The owner."""
    return running.http()


def opened(running: Running, time_zone: str, reading: str) -> Salon:
    """Open a salon there that is open daily at these hours."""
    daily = Week(**dict.fromkeys(WEEKDAYS, hours(reading)))
    rules = {"time_zone": time_zone, "hours": daily, "slot_step_minutes": 60, "horizon_days": 600}
    return Salon.opened(running, **rules)


def free(http: TestClient, salon: Salon, first: str, last: str) -> list[str]:
    """Return when free slots begin on these days of the salon's clock."""
    whom = {"professional_id": salon.professional_id, "service_id": salon.service_id}
    answer = http.get("/v1/availability", params={**whom, "from": first, "to": last})
    assert answer.status_code == 200, answer.text
    return [slot["starts_at"].removesuffix(":00Z") for slot in answer.json()["data"]]


@pytest.mark.parametrize(("time_zone", "before", "on", "after"), TEN_O_CLOCK)
def test_ten_o_clock_is_free_at_the_right_instant(
    running: Running, http, time_zone, before, on, after
) -> None:
    salon = opened(running, time_zone, "10:00-11:00")

    found = free(http, salon, before[:10], after[:10])

    assert found == [before, on, after]


@pytest.mark.parametrize(("time_zone", "date", "in_utc"), NIGHTS)
def test_an_hour_that_is_skipped_is_not_free_and_one_that_comes_twice_is_so_twice(
    running: Running, http, time_zone, date, in_utc
) -> None:
    salon = opened(running, time_zone, "00:00-05:00")

    found = free(http, salon, date, date)

    assert [each[11:13] for each in found] == in_utc.split()


@pytest.mark.parametrize(("time_zone", "before", "on", "after"), TEN_O_CLOCK)
def test_ten_o_clock_can_be_booked_at_the_right_instant_and_at_no_other(
    running: Running, http, time_zone, before, on, after
) -> None:
    salon = opened(running, time_zone, "10:00-11:00")

    for each in (before, on, after):
        instant = datetime.fromisoformat(f"{each}Z")
        too_early, too_late = (salon.book(http, (instant + d).isoformat()) for d in (-HOUR, HOUR))
        booked = salon.book(http, instant.isoformat()).json()

        assert {too_early.json()["code"], too_late.json()["code"]} == {"outside-hours"}
        assert booked["starts_at"] == f"{each}:00Z"
        assert booked["local_start"] == f"{each[:10]}T10:00:00"
        assert booked["time_zone"] == time_zone


@pytest.mark.parametrize(("time_zone", "before", "on", "after"), TEN_O_CLOCK)
def test_a_series_at_ten_o_clock_is_booked_at_the_right_instants(
    running: Running, http, time_zone, before, on, after
) -> None:
    salon = opened(running, time_zone, "10:00-11:00")
    body: dict[str, Any] = {
        "professional_id": salon.professional_id,
        "service_id": salon.service_id,
        "recurrence": {
            "starts_at": f"{before[:10]}T10:00:00",
            "time_zone": time_zone,
            "rule": "FREQ=DAILY;COUNT=3",
        },
    }

    booked = http.post("/v1/series", json=body)
    running.settle()
    listed = http.get("/v1/bookings", params={"series_id": booked.json()["id"]}).json()["data"]

    assert [each["starts_at"] for each in listed] == [f"{t}:00Z" for t in (before, on, after)]
    assert {each["local_start"][11:] for each in listed} == {"10:00:00"}


# A day of the change, how many minutes it takes from its midnight to the next, and when else on it one
# may begin and stay as long.
DAYS = [
    ("Europe/Paris", "2026-10-25", 25 * 60, ["24T22", "24T23", "25T00"]),
    ("America/New_York", "2026-11-01", 25 * 60, ["01T04", "01T05"]),
    ("Australia/Lord_Howe", "2026-04-05", 24 * 60 + 30, ["04T13", "04T14"]),
    ("America/Vancouver", "2026-11-01", 24 * 60, ["01T07", "01T08", "01T09"]),
]


def of_length(http: TestClient, salon: Salon, date: str, minutes: int) -> Any:
    """Return what is free on a day for so long a visit of no service."""
    return free_between(http, salon, date, date, minutes)


def free_between(http: TestClient, salon: Salon, first: str, last: str, minutes: int) -> Any:
    days = {"from": first, "to": last}
    whom = {"professional_id": str(salon.professional_id), "duration_minutes": str(minutes)}
    return http.get("/v1/availability", params={**whom, **days})


def all_day(http: TestClient, salon: Salon, start: str, minutes: int) -> Any:
    wish = salon.wish(start, duration_minutes=minutes)
    del wish["service_id"]
    return http.post("/v1/bookings", json=wish)


def client_of(running: Running) -> TestClient:
    client_id = ClientId(f"client-{uuid4()}")
    running.order(RegisterClient(client_id=client_id, contact=Contact("Zoé")))
    return running.http(Role.CLIENT, client_id=client_id)


@pytest.mark.parametrize(("time_zone", "date", "minutes", "starts"), DAYS)
def test_the_longest_visit_is_a_day_by_the_clock(
    running: Running, http, time_zone, date, minutes, starts
) -> None:
    salon, client = opened(running, time_zone, "00:00-24:00"), client_of(running)

    found = of_length(client, salon, date, minutes).json()["data"]
    begin = found[0]["starts_at"]
    too_long = [
        of_length(client, salon, date, minutes + 1),
        all_day(client, salon, begin, minutes + 1),
    ]
    taken = all_day(client, salon, begin, minutes)

    assert [each["starts_at"][8:13] for each in found][: len(starts)] == starts
    assert [each.json()["code"] for each in too_long] == ["length-not-offered"] * 2
    assert [each.json()["longest"] for each in too_long] == [minutes] * 2
    assert (taken.status_code, taken.json()["local_start"]) == (201, f"{date}T00:00:00")


def test_what_takes_longer_than_other_days_is_offered_and_suggested_on_its_day_alone(
    running: Running, http
) -> None:
    salon, client = opened(running, "Europe/Paris", "00:00-24:00"), client_of(running)

    found = free_between(client, salon, "2026-10-20", "2026-10-26", 25 * 60).json()["data"]
    taken, refused = (all_day(client, salon, "2026-10-24T22:00Z", 25 * 60) for _ in range(2))

    # From three o'clock on the day before until the clock is put back, each has 25 hours ahead.
    assert (found[0]["starts_at"], found[-1]["starts_at"]) == (
        "2026-10-24T01:00:00Z",
        "2026-10-25T00:00:00Z",
    )
    assert (taken.status_code, refused.json()["code"]) == (201, "slot-taken")
    assert refused.json()["next_free_slots"] == []


def test_a_day_on_which_an_hour_is_skipped_is_shorter(running: Running, http) -> None:
    salon, client = opened(running, "Europe/Paris", "00:00-24:00"), client_of(running)

    refused = all_day(client, salon, "2027-03-27T23:00Z", 24 * 60)
    taken = all_day(client, salon, "2027-03-27T23:00Z", 23 * 60)

    assert (refused.json()["code"], refused.json()["longest"]) == ("length-not-offered", 23 * 60)
    assert taken.status_code == 201
