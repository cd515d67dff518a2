"""Every kind of thing, shown as it was: by a time, and by a position of the log."""

from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from domain.values import TenantId, UserId
from tests.business.tenants.examples import register_business
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

Change = Callable[[TestClient, str], Any]

CUT: Final = {"name": "Cut", "duration_minutes": 45}
BUSINESS: Final = {
    "name": "Camille & Fille",
    "time_zone": "America/Vancouver",
    "language": "en",
    "currency": "CAD",
}
NOOR: Final = {
    "email": "noor@example.org",
    "password": "nine green teapots",
    "name": "Noor Haddad",
    "roles": ["front_desk"],
}
ONCE: Final = {
    "type": "once",
    "slot": {"starts_at": "2027-01-05T09:00:00Z", "ends_at": "2027-01-05T10:00:00Z"},
}
DAILY: Final = {
    "starts_at": "2027-01-05T10:00:00",
    "time_zone": "Europe/Paris",
    "rule": "FREQ=DAILY;COUNT=2",
}
AS_A_WHOLE: Final = {"If-Match": "*"}


def a_booking(salon: Salon, http: TestClient) -> str:
    return str(salon.book(http).headers["location"])


def a_series(salon: Salon, http: TestClient) -> str:
    body = {**salon.wish(), "recurrence": DAILY}
    del body["starts_at"]
    return str(http.post("/v1/series", json=body).headers["location"])


def a_block(salon: Salon, http: TestClient) -> str:
    body = {"professional_id": salon.professional_id, "when": ONCE, "reason": "bank"}
    return str(http.post("/v1/time-blocks", json=body).headers["location"])


def made(path: str, body: Any) -> Callable[[Salon, TestClient], str]:
    return lambda _, http: str(http.post(path, json=body).headers["location"])


def put(part: str, body: Any) -> Change:
    return lambda http, where: http.put(f"{where}{part}", json=body, headers=AS_A_WHOLE)


def post(part: str, body: Any = None) -> Change:
    return lambda http, where: http.post(f"{where}{part}", json=body)


def delete(http: TestClient, where: str) -> Any:
    return http.delete(where)


THINGS: Final[dict[str, tuple[Callable[[Salon, TestClient], str], Change]]] = {
    "booking": (a_booking, post("/confirm")),
    "series": (a_series, post("/cancel", {"starting_from": "2027-01-06T00:00:00Z"})),
    "client": (made("/v1/clients", {"name": "Zoé"}), put("", {"name": "Zoé Durand"})),
    "service": (made("/v1/services", CUT), put("", {**CUT, "name": "Trim"})),
    "removed service": (made("/v1/services", CUT), delete),
    "time block": (a_block, put("", {"when": ONCE, "reason": "dentist"})),
    "removed time block": (a_block, delete),
    "professional": (
        lambda salon, _: f"/v1/professionals/{salon.professional_id}",
        put("", {"name": "Ana Sand"}),
    ),
    "contact of a professional": (
        lambda salon, _: f"/v1/professionals/{salon.professional_id}/contact",
        put("", {"name": "Ana", "email": "a@example.org"}),
    ),
    "user": (made("/v1/users", NOOR), put("/roles", {"roles": ["auditor"]})),
    "business": (lambda salon, _: f"/v1/tenants/{salon.running.tenant}", put("", BUSINESS)),
}


@pytest.fixture
def salon(running: Running) -> Salon:
    owner = UserId(f"user-{uuid4()}")
    running.order(replace(register_business, tenant_id=TenantId(running.tenant), owner_id=owner))
    return Salon.opened(running)


@pytest.mark.parametrize("thing", [thing for thing in THINGS if "removed" not in thing])
@pytest.mark.apart
def test_whatever_can_be_shown_says_when_it_was_made_and_when_it_changed(
    running: Running, salon: Salon, thing: str
) -> None:
    http = running.http()
    make, change = THINGS[thing]
    where = make(salon, http)

    running.clock.set(running.clock().replace(hour=9))
    change(http, where)
    shown = http.get(where).json()

    assert shown["created_at"] == "2027-01-04T08:00:00Z"
    assert shown["updated_at"] == "2027-01-04T09:00:00Z"


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.apart
def test_whatever_can_be_shown_can_be_shown_as_it_was(
    running: Running, salon: Salon, thing: str
) -> None:
    http = running.http()
    make, change = THINGS[thing]
    where = make(salon, http)
    running.settle()
    was = http.get(where)
    before = http.get("/v1/history?limit=1").json()["data"][0]["position"]
    running.clock.set(running.clock().replace(hour=9))

    changed = change(http, where)
    running.settle()
    now = http.get(where)

    assert (was.status_code, changed.status_code // 100) == (200, 2), changed.text
    assert now.json() != was.json()
    for moment in (str(before), "2027-01-04T08:59:59Z"):
        then = http.get(where, params={"as_of": moment}).json()
        assert then == {name: was.json()[name] for name in then}
        assert then.keys() >= {"id", "version", "created_at", "updated_at"}
    late = http.get(where, params={"as_of": "2027-01-04T09:00:00Z"})
    assert late.status_code == now.status_code
    assert late.json().get("updated_at") == now.json().get("updated_at")


def test_nobody_is_shown_as_he_was_once_he_is_erased(running: Running) -> None:
    http = running.http()
    where = http.post("/v1/clients", json={"name": "Zoé", "email": "zoe@example.org"}).headers[
        "location"
    ]
    before = http.get(where, params={"as_of": "1"})

    http.delete(f"{where}/personal-data")
    after = http.get(where, params={"as_of": "1"})

    assert before.json()["name"] == "Zoé"
    assert "Zo" not in after.text
    assert "zoe@" not in after.text
