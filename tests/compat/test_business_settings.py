"""The salon product's paths for one's own hours and rules, and what becomes free by them."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

TUESDAY = {
    "tuesday": [
        {"opens": "09:00", "closes": "12:00"},
        {"opens": "13:00", "closes": "15:00"},
    ]
}
RULES = {
    "time_zone": "Europe/Paris",
    "hours": TUESDAY,
    "slot_step_minutes": 60,
    "notice_minutes": 24 * 60 + 30,
    "horizon_days": 8,
    "cancellation_window_minutes": 24 * 60,
}


@pytest.fixture
def salon(running: Running) -> Salon:
    salon = Salon.opened(running)
    running.settle()
    return salon


@pytest.fixture
def ana(running: Running, salon: Salon) -> TestClient:
    """The professional herself."""
    return running.http(Role.PROFESSIONAL, professional_id=salon.professional_id)


def free(http: TestClient, salon: Salon) -> list[str]:
    window = {"from": "2027-01-04", "to": "2027-01-31", "tz": "Europe/Paris"}
    question = {"professional": salon.professional_id, "service": salon.service_id, **window}
    answer = http.get("/availability", params=question)
    assert answer.status_code == 200, answer.text
    return [slot["local_start"] for slot in answer.json()["data"]]


def test_ones_own_hours_breaks_and_policies_say_what_is_free(running, salon, ana) -> None:
    before = free(ana, salon)

    changed = ana.put("/profiles/business-settings", json=RULES)
    running.settle()
    shown = ana.get("/profiles/business-settings")

    assert len(before) > 100
    assert (changed.status_code, shown.json()["settings"]) == (200, changed.json()["settings"])
    assert changed.json()["settings"]["hours"]["tuesday"] == TUESDAY["tuesday"]
    # It is Monday, nine o'clock: the notice leaves out nine on the 5th, the horizon all of the 19th.
    assert free(ana, salon) == [
        *(f"2027-01-05T{hour}:00:00" for hour in ("10", "11", "13", "14")),
        *(f"2027-01-12T{hour}:00:00" for hour in ("09", "10", "11", "13", "14")),
    ]


def test_ones_own_zone_and_buffers_say_what_is_free(running, salon, ana) -> None:
    tuesday = {"tuesday": [{"opens": "09:00", "closes": "14:00"}]}
    rules = {"time_zone": "America/New_York", "hours": tuesday, "slot_step_minutes": 30}
    ana.put("/profiles/business-settings", json={**rules, "buffer_before_minutes": 30})
    asked = {"from": "2027-01-05", "to": "2027-01-05", "service": salon.service_id}

    before = ana.get("/availability", params=asked).json()["data"]
    salon.book(ana, "2027-01-05T10:00:00-05:00")
    after = ana.get("/availability", params=asked).json()["data"]

    assert [slot["starts_at"][11:16] for slot in (before[0], before[-1])] == ["14:00", "18:00"]
    # It is over at eleven, a quarter of an hour goes for tidying up, and half an hour before the next.
    assert [slot["local_start"][11:16] for slot in after] == ["12:00", "12:30", "13:00"]


def test_a_client_is_held_to_the_cancellation_window(running, salon, ana) -> None:
    zoe = running.http().post("/clients", json={"name": "Zoé"}).json()["id"]
    body: dict[str, Any] = {"service": salon.service_id, "start": "2027-01-05T10:00:00+01:00"}
    as_zoe = running.http(Role.CLIENT, client_id=zoe)
    where = f"/appointments/{as_zoe.post('/appointments', json=body).json()['id']}"
    ana.put("/profiles/business-settings", json=RULES)
    running.clock.set(running.clock().replace(hour=10))

    late = as_zoe.delete(where)

    assert (late.status_code, late.json()["code"]) == (409, "cancellation-window-closed")
    assert ana.delete(where).json()["status"] == "cancelled"


def test_who_is_no_professional_has_no_settings(running, salon) -> None:
    assert running.http().get("/profiles/business-settings").status_code == 404
