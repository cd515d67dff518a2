"""A calendar shows whatever goes on in the time it shows, also what began before."""

from datetime import datetime, timedelta
from itertools import combinations_with_replacement, islice
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from application.scheduling.terms import LONGEST
from domain.business.users import Role
from domain.scheduling.bookings import RequestBooking
from domain.values import BookingId
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

MIDNIGHT = datetime.fromisoformat("2027-01-06T00:00:00+01:00")
NEXT_DAY = {"from": "2027-01-06T00:00:00+01:00", "to": "2027-01-07T00:00:00+01:00"}
HOUR = timedelta(hours=1)
WEEK = timedelta(minutes=LONGEST)


def book(running: Running, starts_at: datetime, length: timedelta, salon: Salon) -> BookingId:
    booking_id = BookingId(f"booking-{uuid4()}")
    running.order(
        RequestBooking(
            booking_id=booking_id,
            professional_id=salon.professional_id,
            starts_at=starts_at,
            duration_minutes=length // timedelta(minutes=1),
            override=True,
        )
    )
    return booking_id


def found(http: TestClient, where: str = "/v1/bookings", **asked: Any) -> list[str]:
    answer = http.get(where, params=asked)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


def test_a_visit_over_midnight_is_in_the_calendars_of_both_days(running: Running) -> None:
    night = book(running, MIDNIGHT - HOUR, 5 * HOUR, Salon.opened(running))
    running.settle()
    http = running.http()

    day_before = {"from": "2027-01-05T00:00:00+01:00", "to": NEXT_DAY["from"]}

    assert found(http, **NEXT_DAY) == [night]
    assert found(http, **day_before) == [night]
    assert found(http, **{"from": NEXT_DAY["to"]}) == []
    assert found(http, **NEXT_DAY, status="pending", sort="-created_at") == [night]


def test_the_salon_product_goes_on_asking_for_what_begins(running: Running) -> None:
    book(running, MIDNIGHT - HOUR, 5 * HOUR, Salon.opened(running))
    running.settle()
    http = running.http()

    assert found(http, "/appointments", **NEXT_DAY) == []
    assert len(found(http, "/appointments", to=NEXT_DAY["to"])) == 1
    assert found(http, "/booking", **NEXT_DAY) == []


def test_what_ends_as_the_range_begins_or_begins_as_it_ends_is_not_in_it(running: Running) -> None:
    salon = Salon.opened(running)
    book(running, MIDNIGHT - HOUR, HOUR, salon)
    book(running, MIDNIGHT + 24 * HOUR, HOUR, salon)
    running.settle()

    assert found(running.http(), **NEXT_DAY) == []


def test_every_range_has_what_overlaps_it_of_whatever_length(running: Running) -> None:
    lengths = [HOUR, 23 * HOUR, 24 * HOUR, 24 * HOUR + timedelta(minutes=1), 3 * 24 * HOUR, WEEK]
    visits = {}
    for number, length in enumerate(lengths):
        starts_at = MIDNIGHT + number * 7 * HOUR
        booked = book(running, starts_at, length, Salon.opened(running))
        visits[booked] = (starts_at, starts_at + length)
    running.settle()
    http = running.http()

    moments = sorted({each for visit in visits.values() for each in visit})
    for first, last in combinations_with_replacement(moments, 2):
        asked = {"from": first.isoformat(), "to": last.isoformat()}
        expected = [b for b, (start, end) in visits.items() if start < last and end > first]
        assert found(http, **asked) == expected, (first, last)


def test_what_was_moved_is_looked_for_where_it_is_and_as_long_as_it_is(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    moved = book(running, MIDNIGHT + 40 * 24 * HOUR, HOUR, salon)
    new = {"starts_at": (MIDNIGHT - 36 * HOUR).isoformat(), "duration_minutes": 4 * 24 * 60}
    changed = http.post(f"/v1/bookings/{moved}/reschedule", json={**new, "override": True})
    assert changed.status_code == 200, changed.text
    running.settle()

    assert found(http, **NEXT_DAY) == [moved]
    assert found(http, **{"from": "2027-02-10T00:00:00Z"}) == []


def test_pages_of_a_range_neither_skip_nor_repeat(running: Running) -> None:
    salon = Salon.opened(running)
    nights = [
        book(running, MIDNIGHT + number * 24 * HOUR - HOUR, 5 * HOUR, salon) for number in range(9)
    ]
    running.settle()
    http = running.http()

    where = "/v1/bookings?limit=2&from=2027-01-08T00:00:00%2B01:00&to=2027-01-13T00:00:00%2B01:00"
    pages = list(islice(_pages(http, where), 9))

    assert [each for page in pages for each in page] == nights[2:8]
    assert [len(page) for page in pages] == [2, 2, 2]


def _pages(http: TestClient, where: str) -> Any:
    while where:
        page = http.get(where).json()
        yield [each["id"] for each in page["data"]]
        rest, cursor = where.partition("&cursor")[0], page["next_cursor"]
        where = f"{rest}&cursor={cursor}" if page["has_more"] else ""


def test_a_professional_sees_of_a_range_what_is_their_own(running: Running) -> None:
    ana, bea = Salon.opened(running), Salon.opened(running)
    book(running, MIDNIGHT - HOUR, 2 * HOUR, bea)
    own = book(running, MIDNIGHT - HOUR, 2 * HOUR, ana)
    running.settle()
    http = running.http(Role.PROFESSIONAL, professional_id=ana.professional_id)

    assert found(http, **NEXT_DAY) == [own]


@pytest.mark.parametrize(
    ("asked", "parameter", "code"),
    [
        ({"from": "2027-01-06"}, "from", "not-of-its-kind"),
        ({"to": "soon"}, "to", "not-of-its-kind"),
        (
            {"from": "2027-01-07T00:00:00Z", "to": "2027-01-06T00:00:00Z"},
            "to",
            "ends-before-it-starts",
        ),
    ],
)
def test_a_range_that_is_none_is_refused(
    running: Running, asked: dict[str, str], parameter: str, code: str
) -> None:
    refused = running.http().get("/v1/bookings", params=asked)

    assert (refused.status_code, refused.json()["parameter"]) == (400, parameter)
    assert [each["code"] for each in refused.json()["errors"]] == [code]


def test_the_ends_of_time_can_be_asked_for(running: Running) -> None:
    night = book(running, MIDNIGHT - HOUR, 2 * HOUR, Salon.opened(running))
    running.settle()
    always = {"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"}

    assert found(running.http(), **always) == [night]
