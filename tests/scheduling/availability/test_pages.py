"""Nothing is left out without a word: free slots come in pages, and a visit is not in its own way."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from domain.business.users import Role
from domain.people.clients import RegisterClient
from domain.scheduling.professionals import RegisterProfessional
from domain.values import ClientId, Contact, ProfessionalId
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import OPEN, Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

TWO_MONTHS = {"from": "2027-01-05", "to": "2027-03-01", "tz": "Europe/Paris"}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def pages(http: TestClient, where: str = "/v1/availability", **asked: Any) -> Sequence[Any]:
    """Turn page after page, to the last."""
    found = [http.get(where, params=asked).json()]
    while found[-1]["has_more"]:
        found.append(http.get(where, params={**asked, "cursor": found[-1]["next_cursor"]}).json())
        assert len(found) < 100
    return found


def begins(found: Sequence[Any]) -> list[tuple[str, str]]:
    return [(slot["starts_at"], slot["professional_id"]) for page in found for slot in page["data"]]


@pytest.mark.parametrize(
    ("where", "whom", "what"),
    [
        ("/v1/availability", "professional_id", "service_id"),
        ("/availability", "professional", "service"),
    ],
)
def test_months_of_free_slots_are_told_to_the_last(
    running: Running, http, where, whom, what
) -> None:
    salon = Salon.opened(running, slot_step_minutes=60)

    asked = {whom: salon.professional_id, what: salon.service_id, **TWO_MONTHS}
    found = pages(http, where, **asked)

    every = begins(found)
    assert [page["has_more"] for page in found] == [True] * (len(found) - 1) + [False]
    assert len(every) == len(set(every)) == 56 * 24
    assert every == sorted(every)
    assert every[-1][0] == "2027-03-01T22:00:00Z"


def test_pages_of_any_size_hold_the_same(running: Running, http) -> None:
    salon = Salon.opened(running, slot_step_minutes=30)
    week = {"from": "2027-01-05", "to": "2027-01-11", "tz": "Europe/Paris"}
    asked: dict[str, Any] = {
        "professional_id": salon.professional_id,
        "duration_minutes": 30,
        **week,
    }

    whole = begins(pages(http, **asked, limit=2000))

    assert len(whole) == 7 * 48
    for limit in (7, 100, 336):
        assert begins(pages(http, **asked, limit=limit)) == whole


def test_those_who_are_free_at_the_same_time_are_all_told(running: Running, http) -> None:
    salon = Salon.opened(running, slot_step_minutes=60)
    others = [ProfessionalId(f"professional-{uuid4()}") for _ in range(104)]
    for each in others:
        order = RegisterProfessional(
            professional_id=each,
            contact=Contact("Ben"),
            settings=replace(OPEN, slot_step_minutes=60),
        )
        running.order(order)
    running.settle()
    hour = {"from": "2027-01-05T10:00:00Z", "to": "2027-01-05T12:00:00Z"}

    found = begins(pages(http, **hour, duration_minutes=60, limit=30))

    assert len(found) == len(set(found)) == 2 * 105
    assert {who for _, who in found} == {salon.professional_id, *others}


def test_where_all_is_taken_looking_has_an_end_and_goes_on(running: Running, http) -> None:
    people = 12
    for _ in range(people):
        Salon.opened(running, slot_step_minutes=60, notice_minutes=80 * 24 * 60)
    running.settle()
    months = {"from": "2027-01-05", "to": "2027-04-01", "tz": "Europe/Paris"}

    found = pages(http, **months, duration_minutes=60)

    assert (found[0]["data"], found[0]["has_more"]) == ([], True)
    assert len({who for _, who in begins(found)}) == people


def test_a_cursor_is_good_for_the_same_question_only(running: Running, http) -> None:
    salon = Salon.opened(running)
    asked = {"professional_id": salon.professional_id, "duration_minutes": 60, "limit": 1}
    cursor = http.get("/v1/availability", params=asked).json()["next_cursor"]

    other = http.get("/v1/availability", params={**asked, "duration_minutes": 30, "cursor": cursor})
    forged = http.get("/v1/availability", params={**asked, "cursor": cursor[:-2] + "AA"})

    assert (other.status_code, other.json()["code"]) == (400, "query-invalid")
    assert (forged.status_code, forged.json()["code"]) == (400, "token-invalid")


# --- Moving ----------------------------------------------------------------------------


def moving(http: TestClient, booking: str, **asked: Any) -> Any:
    day = {"from": "2027-01-05T09:00:00Z", "to": "2027-01-05T11:00:00Z"}
    return http.get("/v1/availability", params={"moving": booking, **day, **asked})


def test_a_visit_that_is_moved_is_not_in_its_own_way(running: Running, http) -> None:
    salon = Salon.opened(running, slot_step_minutes=30)
    booked = salon.book(http, "2027-01-05T10:00:00Z").json()["id"]

    found = [slot["starts_at"] for slot in moving(http, booked).json()["data"]]
    moved = http.post(
        f"/v1/bookings/{booked}/reschedule", json={"starts_at": "2027-01-05T10:30:00Z"}
    )

    assert found == [f"2027-01-05T{time}:00Z" for time in ("09:00", "09:30", "10:00", "10:30")]
    assert moved.status_code == 200


def test_others_visits_are_in_the_way_as_ever(running: Running, http) -> None:
    salon = Salon.opened(running, slot_step_minutes=30)
    booked = salon.book(http, "2027-01-05T10:00:00Z").json()["id"]
    salon.book(http, "2027-01-05T12:00:00Z")

    found = [slot["starts_at"] for slot in moving(http, booked).json()["data"]]

    assert found == [f"2027-01-05T{time}:00Z" for time in ("09:00", "09:30", "10:00", "10:30")]
    assert moving(http, booked, duration_minutes=120).json()["data"] == [
        {
            "professional_id": salon.professional_id,
            "starts_at": "2027-01-05T09:00:00Z",
            "ends_at": "2027-01-05T11:00:00Z",
            "local_start": "2027-01-05T10:00:00",
        },
        {
            "professional_id": salon.professional_id,
            "starts_at": "2027-01-05T09:30:00Z",
            "ends_at": "2027-01-05T11:30:00Z",
            "local_start": "2027-01-05T10:30:00",
        },
    ]


def test_what_a_refusal_to_move_offers_instead_leaves_out_the_visit_itself(
    running: Running, http
) -> None:
    salon = Salon.opened(running, slot_step_minutes=30)
    booked = salon.book(http, "2027-01-05T10:00:00Z").json()["id"]
    salon.book(http, "2027-01-05T08:00:00Z")

    refused = http.post(
        f"/v1/bookings/{booked}/reschedule", json={"starts_at": "2027-01-05T08:30:00Z"}
    ).json()

    offered = [slot["starts_at"] for slot in refused["next_free_slots"]]
    times = ("09:30", "10:00", "10:30", "11:00", "11:30")
    assert offered == [f"2027-01-05T{time}:00Z" for time in times]
    assert refused["has_more"] is True
    for start in offered:
        moved = http.post(f"/v1/bookings/{booked}/reschedule", json={"starts_at": start})
        assert moved.status_code == 200, start


def test_nobody_learns_of_others_visits_by_asking_to_move_them(running: Running, http) -> None:
    salon = Salon.opened(running)
    booked = salon.book(http, "2027-01-05T10:00:00Z").json()["id"]
    zoe = ClientId(f"client-{uuid4()}")
    running.order(RegisterClient(client_id=zoe, contact=Contact("Zoé")))
    client = running.http(Role.CLIENT, client_id=zoe)

    assert moving(client, booked).status_code == 404
    assert moving(client, f"booking-{uuid4()}").status_code == 404


def test_a_client_is_offered_what_they_can_have(running: Running, http) -> None:
    salon = Salon.opened(running)
    zoe = ClientId(f"client-{uuid4()}")
    running.order(RegisterClient(client_id=zoe, contact=Contact("Zoé")))
    asked = {"professional_id": salon.professional_id, "service_id": salon.service_id}
    client = running.http(Role.CLIENT, client_id=zoe)

    refused = client.get("/v1/availability", params={**asked, "duration_minutes": 5})

    assert (refused.status_code, refused.json()["code"]) == (422, "length-not-offered")
