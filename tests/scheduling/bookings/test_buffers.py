"""The time before and after a visit, which nobody else gets: through HTTP."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

# Ten minutes to heat the wax, an hour, and twenty minutes to clean up.
WAXING = {
    "name": "Waxing",
    "duration_minutes": 60,
    "buffer_before_minutes": 10,
    "buffer_after_minutes": 20,
}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def waxing(running: Running, http: TestClient) -> dict[str, Any]:
    """What asks for a waxing; one is booked from ten to eleven, so 9:50 to 11:20 is taken."""
    salon = Salon.opened(running, slot_step_minutes=10)
    made = http.post("/v1/services", json=WAXING).json()
    wanted = {"professional_id": salon.professional_id, "service_id": made["id"]}
    assert book(http, wanted, "10:00").status_code == 201
    return wanted


def book(http: TestClient, wanted: dict[str, Any], start: str) -> Any:
    body = {**wanted, "starts_at": f"2027-01-05T{start}:00+01:00"}
    return http.post("/v1/bookings", json=body)


@pytest.mark.parametrize(("too_close", "close"), [("11:29", "11:30"), ("08:31", "08:30")])
def test_two_visits_keep_the_buffers_of_both_between_them(
    http, waxing, too_close: str, close: str
) -> None:
    """Twenty minutes after the earlier and ten before the later: no minute less, none more."""
    refused = book(http, waxing, too_close)
    booked = book(http, waxing, close)

    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")
    assert booked.status_code == 201


@pytest.mark.parametrize(("too_close", "close"), [("11:19", "11:20"), ("09:21", "09:20")])
def test_what_needs_no_buffer_may_touch_the_buffer_of_a_visit(
    http, waxing, too_close: str, close: str
) -> None:
    """Before the visit the buffer is ten minutes long, and after it twenty."""
    call = {"professional_id": waxing["professional_id"], "duration_minutes": 30}

    refused = book(http, call, too_close)
    booked = book(http, call, close)

    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")
    assert booked.status_code == 201


def test_what_is_offered_keeps_the_buffers_on_both_sides(http, waxing) -> None:
    asked = {**waxing, "from": "2027-01-05T08:00:00+01:00", "to": "2027-01-05T12:00:00+01:00"}

    free = http.get("/v1/availability", params=asked).json()["data"]

    assert [slot["local_start"][11:16] for slot in free] == [
        *("08:00", "08:10", "08:20", "08:30"),
        *("11:30", "11:40", "11:50"),
    ]
