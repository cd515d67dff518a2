"""What was set aside, over HTTP: seen by an operator of the tenant, and tried again."""

import psycopg
import pytest

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

PARKED = "/v1/read-models/parked"
TOKEN = "Consistency-Token"
NOT_MINE = "3b0d6f6e-4a56-4d3c-8a52-3b8f0d2a7a01"

TIMES = [f"2027-01-05T{hour}:00:00+01:00" for hour in (10, 12, 15)]
PARK = """
    INSERT INTO work.parked (consumer, tenant_id, key, position, error)
    SELECT 'bookings', tenant_id, stream, position, 'KeyError: nobody knows'
    FROM log.events WHERE stream = ANY(%s)
"""


@pytest.fixture
def http(running: Running):
    return running.http(Role.OPERATOR)


@pytest.fixture
def aside(running: Running, dsn: str) -> list[str]:
    """Three bookings that were set aside before they were shown."""
    salon, http = Salon.opened(running), running.http()
    running.settle()
    made = [salon.book(http, at).json()["id"] for at in TIMES]
    with psycopg.connect(dsn) as connection:
        connection.execute(PARK, (made,))
    running.settle()
    return sorted(made)


def test_what_was_set_aside_is_listed_by_pages(http, aside: list[str]) -> None:
    first = http.get(PARKED, params={"consumer": "bookings", "limit": 2}).json()
    rest = http.get(PARKED, params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [each["key"] for each in first["data"] + rest["data"]] == aside
    assert first["data"][0]["error"] == "KeyError: nobody knows"
    assert first["data"][0]["type"] == "booking-requested.v2"
    assert not rest["has_more"]
    assert http.get(PARKED, params={"consumer": "clients"}).json()["data"] == []


def test_a_list_lacks_what_is_set_aside_and_never_says_that_it_is_current(
    running: Running, aside: list[str]
) -> None:
    """With the token of any write since, and until an operator has done something: nobody is promised that
    it helps to ask again.
    """
    http = running.http()
    service = {"name": "Wash", "duration_minutes": 30}
    own = {"Consistency-Token": http.post("/v1/services", json=service).headers[TOKEN]}
    running.settle()

    for path in ("/v1/bookings", "/v1/bookings?status=confirmed", "/v1/bookings?fields=id"):
        refused = http.get(path, headers={**own, "Prefer": "wait=2"})
        assert (refused.status_code, refused.json()["code"]) == (503, "projection-parked")
        assert refused.json()["consumer"] == "bookings"
        assert "retry-after" not in refused.headers
    french = http.get("/v1/bookings", headers={**own, "Accept-Language": "fr"}).json()
    assert "opérateur" in french["detail"]
    lenient = http.get("/v1/bookings", headers={**own, "Prefer": "handling=lenient"})
    assert (lenient.status_code, lenient.json()["data"]) == (200, [])
    assert lenient.headers["consistency"] == "stale"
    assert http.get("/v1/bookings").status_code == 200, "who demands nothing is told what there is"
    assert http.get("/v1/services", headers=own).status_code == 200, "nothing of it is set aside"
    assert http.get(f"/v1/bookings/{aside[0]}", headers=own).headers["consistency"] == "stream"

    for key in aside:
        running.http(Role.OPERATOR).post(
            f"{PARKED}/retry", json={"consumer": "bookings", "key": key}
        )
    assert len(http.get("/v1/bookings", headers=own).json()["data"]) == len(aside)


def test_what_is_tried_again_takes_part_again(running: Running, http, aside: list[str]) -> None:
    shown = running.http()
    assert shown.get("/v1/bookings").json()["data"] == []

    again = http.post(f"{PARKED}/retry", json={"consumer": "bookings", "key": aside[0]})

    assert again.status_code == 204
    assert [each["id"] for each in shown.get("/v1/bookings").json()["data"]] == [aside[0]]
    assert [each["key"] for each in http.get(PARKED).json()["data"]] == aside[1:]


def test_what_fails_again_stays_set_aside(http, aside: list[str], dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE log.events SET data = '[]' WHERE stream = %s", (aside[0],))

    refused = http.post(f"{PARKED}/retry", json={"consumer": "bookings", "key": aside[0]})

    assert (refused.status_code, refused.json()["code"]) == (409, "failed-again")
    assert refused.json()["error"].startswith("ValidationError")
    assert [each["key"] for each in http.get(PARKED).json()["data"]] == aside


@pytest.mark.parametrize("consumer", ["bookings", "nobody"])
def test_what_was_not_set_aside_cannot_be_tried_again(http, consumer: str) -> None:
    refused = http.post(f"{PARKED}/retry", json={"consumer": consumer, "key": "booking-1"})

    assert (refused.status_code, refused.json()["code"]) == (404, "not-parked")


def test_another_tenant_has_nothing_of_it(running: Running, aside: list[str]) -> None:
    other = running.http(Role.OPERATOR, tenant=NOT_MINE)

    assert other.get(PARKED).json()["data"] == []
    refused = other.post(f"{PARKED}/retry", json={"consumer": "bookings", "key": aside[0]})
    assert refused.status_code == 404
