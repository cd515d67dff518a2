"""When somebody can be booked, through HTTP."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from domain.business.users import Role
from domain.scheduling.professionals import CloseForBooking, RetireProfessional, Week
from domain.scheduling.services import ChangeService
from tests.running import Running
from tests.scheduling.availability.examples import hours
from tests.scheduling.bookings.at_the_salon import CUT, Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

TUESDAY = {"from": "2027-01-05", "to": "2027-01-05"}
MORNINGS = Week(tuesday=hours("09:00-12:00"), sunday=hours("09:00-12:00"))
HOURLY: dict[str, Any] = {"hours": MORNINGS, "slot_step_minutes": 60}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def salon(running: Running) -> Salon:
    return Salon.opened(running, **HOURLY)


def ask(http: TestClient, salon: Salon | None = None, **asked: Any) -> Any:
    whom = (
        {"professional_id": salon.professional_id, "service_id": salon.service_id} if salon else {}
    )
    return http.get("/v1/availability", params={**whom, **TUESDAY, **asked})


def begins(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [slot["starts_at"][11:16] for slot in answer.json()["data"]]


def test_free_slots_are_given_in_utc_and_by_the_wall_clock(http, salon) -> None:
    answer = ask(http, salon).json()

    assert answer["time_zone"] == "Europe/Paris"
    assert [slot["local_start"] for slot in answer["data"]] == [
        "2027-01-05T09:00:00",
        "2027-01-05T10:00:00",
        "2027-01-05T11:00:00",
    ]
    assert answer["data"][0] == {
        "professional_id": salon.professional_id,
        "starts_at": "2027-01-05T08:00:00Z",
        "ends_at": "2027-01-05T09:00:00Z",
        "local_start": "2027-01-05T09:00:00",
    }


def test_every_slot_that_is_given_can_be_booked(http, salon) -> None:
    # The cut from nine to ten needs a quarter of an hour for tidying up.
    salon.change(hours=MORNINGS, slot_step_minutes=15)
    salon.book(http, "2027-01-05T08:00:00Z")

    free = [slot["starts_at"] for slot in ask(http, salon).json()["data"]]

    assert free == [f"2027-01-05T{each}:00Z" for each in ("09:15", "09:30", "09:45", "10:00")]
    assert salon.book(http, "2027-01-05T09:00:00Z").json()["code"] == "slot-taken"
    for start in free:
        booked = salon.book(http, start)
        assert booked.status_code == 201
        assert http.post(f"{booked.headers['location']}/cancel", json={}).status_code == 200


def test_what_was_booked_a_moment_ago_is_not_given_although_no_read_model_knows(
    http, salon
) -> None:
    assert "10:00" in begins(ask(http, salon))

    salon.book(http, "2027-01-05T10:00:00Z")

    assert "10:00" not in begins(ask(http, salon))


@pytest.mark.apart
def test_what_is_held_is_free_again_when_the_hold_ends(running: Running, http, salon) -> None:
    running.clock.set(datetime(2027, 1, 4, 9, 0, tzinfo=UTC))
    before = begins(ask(http, salon))
    held = http.post("/v1/holds", json={**salon.wish("2027-01-05T10:00:00Z"), "ttl": 60})
    during = begins(ask(http, salon))

    running.clock.set(datetime(2027, 1, 4, 9, 1, tzinfo=UTC))

    assert held.status_code == 201
    assert "10:00" not in during
    assert begins(ask(http, salon)) == before


def test_new_settings_count_at_once(http, salon) -> None:
    assert begins(ask(http, salon)) == ["08:00", "09:00", "10:00"]

    where = f"/v1/professionals/{salon.professional_id}/settings"
    tuesday = [{"opens": "14:00", "closes": "16:00"}]
    body = {"time_zone": "Europe/Paris", "hours": {"tuesday": tuesday}, "slot_step_minutes": 60}
    assert http.put(where, json=body).status_code == 200

    assert begins(ask(http, salon)) == ["13:00", "14:00"]


def test_the_hours_are_those_of_the_wall_clock_before_and_after_the_change(
    running: Running, http
) -> None:
    salon = Salon.opened(running, **HOURLY)

    before = ask(http, salon, **{"from": "2027-03-23", "to": "2027-03-23"})
    on_the_day = ask(http, salon, **{"from": "2027-03-28", "to": "2027-03-28"})

    assert begins(before) == ["08:00", "09:00", "10:00"]
    assert begins(on_the_day) == ["07:00", "08:00", "09:00"]


def test_a_day_is_a_day_of_the_time_zone_that_is_named(http, salon) -> None:
    in_tokyo = ask(http, salon, tz="Asia/Tokyo", **{"from": "2027-01-05", "to": "2027-01-05"})

    assert in_tokyo.json()["time_zone"] == "Asia/Tokyo"
    assert [slot["local_start"] for slot in in_tokyo.json()["data"]] == [
        "2027-01-05T17:00:00",
        "2027-01-05T18:00:00",
        "2027-01-05T19:00:00",
    ]


def test_instants_can_be_named_too(http, salon) -> None:
    between = {"from": "2027-01-05T09:00:00Z", "to": "2027-01-05T11:00:00+01:00"}

    assert begins(ask(http, salon, **between)) == ["09:00"]


@pytest.mark.apart
def test_without_a_time_the_coming_week_is_meant(running: Running, http, salon) -> None:
    running.clock.set(datetime(2027, 1, 5, 9, 30, tzinfo=UTC))
    whom = {"professional_id": salon.professional_id, "service_id": salon.service_id}

    found = http.get("/v1/availability", params=whom).json()["data"]

    assert [slot["starts_at"][:13] for slot in found] == [
        "2027-01-05T10",
        "2027-01-10T08",
        "2027-01-10T09",
        "2027-01-10T10",
        "2027-01-12T08",
        "2027-01-12T09",
    ]


def test_somebody_can_be_asked_for_without_a_service(http, salon) -> None:
    without = {"professional_id": salon.professional_id, **TUESDAY}

    long = http.get("/v1/availability", params={**without, "duration_minutes": 120})
    unknown = http.get("/v1/availability", params=without)

    assert begins(long) == ["08:00", "09:00"]
    assert (unknown.status_code, unknown.json()["code"]) == (422, "duration-not-known")


def test_anybody_who_offers_the_service_is_asked_when_nobody_is_named(
    running: Running, http
) -> None:
    ana, ben, closed, retired = (Salon.opened(running, **HOURLY) for _ in range(4))
    running.order(CloseForBooking(professional_id=closed.professional_id))
    running.order(RetireProfessional(professional_id=retired.professional_id))
    running.settle()

    everybody = ask(http, service_id=ana.service_id)
    running.order(
        ChangeService(
            service_id=ana.service_id,
            offer=type(CUT)(
                name="Cut",
                duration_minutes=60,
                professional_ids=(ben.professional_id, retired.professional_id),
            ),
        )
    )
    only_ben = ask(http, service_id=ana.service_id)

    both = sorted([ana.professional_id, ben.professional_id])
    assert [slot["professional_id"] for slot in everybody.json()["data"]] == both * 3
    assert begins(everybody) == ["08:00", "08:00", "09:00", "09:00", "10:00", "10:00"]
    assert {slot["professional_id"] for slot in only_ben.json()["data"]} == {ben.professional_id}
    assert begins(ask(http, service_id=ana.service_id, limit=1)) == ["08:00"]


def test_who_is_asked_for_by_name_and_takes_no_bookings_says_so(
    running: Running, http, salon
) -> None:
    running.order(CloseForBooking(professional_id=salon.professional_id))

    refused = ask(http, salon)

    assert (refused.status_code, refused.json()["code"]) == (403, "booking-disabled")


REFUSED = [
    ({"from": "2027-01-06", "to": "2027-01-04"}, 400, "window-invalid"),
    ({"from": "2027-01-01", "to": "2027-06-01"}, 400, "window-invalid"),
    ({"service": "x"}, 400, "query-invalid"),
    ({"tz": "Mars"}, 422, "validation-failed"),
    ({"from": "someday"}, 422, "validation-failed"),
    ({"from": "2027-01-05T09:00:00"}, 422, "validation-failed"),
    ({"limit": "0"}, 422, "validation-failed"),
    ({"duration_minutes": "0"}, 422, "validation-failed"),
    ({"professional_id": f"professional-{uuid4()}"}, 404, "professional-not-found"),
    ({"service_id": f"service-{uuid4()}"}, 404, "service-not-found"),
]


@pytest.mark.parametrize(("asked", "status", "code"), REFUSED)
def test_what_cannot_be_answered_is_refused(http, salon, asked, status, code) -> None:
    refused = ask(http, salon, **asked)

    assert (refused.status_code, refused.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "moment", ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
)
@pytest.mark.parametrize("end", ["from", "to"])
def test_the_ends_of_time_are_answered_or_refused(http, salon, moment, end) -> None:
    both = ask(http, salon, **{"from": moment, "to": moment})
    one = http.get(
        "/v1/availability",
        params={
            "professional_id": salon.professional_id,
            "service_id": salon.service_id,
            end: moment,
        },
    )

    assert {both.status_code, one.status_code} <= {200, 400}


def test_clients_may_ask_and_strangers_see_nobody(running: Running, http, salon) -> None:
    client = running.http(Role.CLIENT, client_id=f"client-{uuid4()}")
    stranger = running.http(tenant=str(uuid4()))

    assert begins(ask(client, salon)) == ["08:00", "09:00", "10:00"]
    assert ask(stranger, salon).status_code == 404


def test_the_salon_asks_where_it_always_did(running: Running, http, salon) -> None:
    running.settle()

    answer = http.get(
        "/availability", params={"service": salon.service_id, **TUESDAY, "tz": "Europe/Paris"}
    )

    assert begins(answer) == ["08:00", "09:00", "10:00"]
    assert answer.headers["deprecation"]
