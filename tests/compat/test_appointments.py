"""The salon product's paths for appointments, as its programs ask."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from domain.scheduling.bookings import BookingStatus
from domain.scheduling.professionals import Hours, Week
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

TEN = "2027-01-05T10:00:00+01:00"
QUARTER_PAST_ELEVEN = "2027-01-05T11:15:00+01:00"
NOON = "2027-01-05T12:00:00+01:00"


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def salon(running: Running) -> Salon:
    salon = Salon.opened(running)
    running.settle()
    return salon


def wish(salon: Salon, start: str = TEN, **more: Any) -> dict[str, Any]:
    """Return the body as the old product sent it: it knew one professional per business."""
    return {"service": salon.service_id, "start": start, **more}


def book(http: TestClient, salon: Salon, start: str = TEN, **more: Any) -> str:
    """Make an appointment; return its path."""
    booked = http.post("/appointments", json=wish(salon, start, **more))
    assert booked.status_code == 201, booked.text
    return f"/appointments/{booked.json()['id']}"


def client_of(http: TestClient, name: str = "Zoé") -> str:
    made = http.post("/clients", json={"name": name})
    assert made.status_code == 201, made.text
    client_id: str = made.json()["id"]
    return client_id


def test_an_appointment_is_made_with_service_start_and_client(running, http, salon) -> None:
    zoe = client_of(http)

    booked = http.post("/appointments", json=wish(salon, client=zoe))

    appointment = booked.json()
    assert booked.status_code == 201
    assert (appointment["status"], appointment["version"]) == ("pending", 1)
    assert (appointment["client_id"], appointment["service_id"]) == (zoe, salon.service_id)
    assert appointment["professional_id"] == salon.professional_id
    assert booked.headers["etag"] == '"1"'
    assert booked.headers["consistency-token"]


def test_the_names_of_columns_are_understood_as_well(http, salon) -> None:
    body = {
        "service_id": salon.service_id,
        "start_time": TEN,
        "professional_id": salon.professional_id,
        "client_id": client_of(http),
        "notes": "first visit",
    }

    booked = http.post("/appointments", json=body)

    assert (booked.status_code, booked.json()["notes"]) == (201, "first visit")
    assert booked.json()["starts_at"] == "2027-01-05T09:00:00Z"


def test_the_same_key_makes_one_appointment(running, http, salon) -> None:
    key = {"Idempotency-Key": "a"}

    first = http.post("/appointments", json=wish(salon), headers=key)
    again = http.post("/appointments", json=wish(salon), headers=key)
    running.settle()

    assert (again.status_code, again.json()) == (201, first.json())
    assert len(http.get("/appointments").json()["data"]) == 1


def test_an_appointment_is_shown_before_any_read_model_knows_it(http, salon) -> None:
    booked = http.post("/appointments", json=wish(salon))
    token = {"Consistency-Token": booked.headers["consistency-token"]}

    shown = http.get(f"/appointments/{booked.json()['id']}", headers=token)

    assert (shown.status_code, shown.json()) == (200, booked.json())


def test_where_several_work_one_says_with_whom(running, http, salon) -> None:
    other = Salon.opened(running)
    running.settle()

    unclear = http.post("/appointments", json=wish(salon))
    clear = http.post("/appointments", json=wish(salon, professional=other.professional_id))

    assert (unclear.status_code, unclear.json()["errors"][0]["pointer"]) == (422, "#/professional")
    assert clear.json()["professional_id"] == other.professional_id


def test_a_professional_books_with_himself(running, salon) -> None:
    Salon.opened(running)
    running.settle()
    ana = running.http(Role.PROFESSIONAL, professional_id=salon.professional_id)

    booked = ana.post("/appointments", json=wish(salon))

    assert booked.json()["professional_id"] == salon.professional_id


# --- Changing -------------------------------------------------------------------------


def test_notes_and_location_are_changed_by_whoever_saw_the_newest(http, salon) -> None:
    where = book(http, salon)
    seen = {"If-Match": http.get(where).headers["etag"]}

    changed = http.put(where, json={"notes": "henna", "location": "Room 2"}, headers=seen)
    stale = http.put(where, json={"notes": "none"}, headers=seen)

    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["notes"], changed.json()["location"]) == ("henna", "Room 2")
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert http.get(where).json()["notes"] == "henna"


def test_deleting_an_appointment_cancels_it_and_frees_the_slot(http, salon) -> None:
    where = book(http, salon)

    cancelled = http.delete(where)
    again = http.delete(where)

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (again.status_code, again.json()) == (200, cancelled.json())
    assert http.get(where).json()["status"] == "cancelled"
    assert http.post("/appointments", json=wish(salon)).status_code == 201


def test_an_appointment_is_moved_whole_or_not_at_all(http, salon) -> None:
    where = book(http, salon)
    book(http, salon, NOON)

    refused = http.post(f"{where}/reschedule", json={"start": QUARTER_PAST_ELEVEN})
    untouched = http.get(where).json()
    moved = http.post(f"{where}/reschedule", json={"start": "2027-01-06T10:00:00+01:00"})

    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")
    assert (untouched["starts_at"], untouched["version"]) == ("2027-01-05T09:00:00Z", 1)
    assert (moved.status_code, moved.json()["starts_at"]) == (200, "2027-01-06T09:00:00Z")
    assert http.post("/appointments", json=wish(salon)).status_code == 201


def put_into(http: TestClient, where: str, status: str) -> Any:
    return http.put(f"{where}/status", json={"status": status})


@pytest.mark.parametrize("end", ["completed", "no_show", "cancelled"])
@pytest.mark.apart
def test_a_confirmed_appointment_comes_to_an_end(running, http, salon, end) -> None:
    where = book(http, salon)

    confirmed = put_into(http, where, "confirmed")
    running.clock.set(running.clock().replace(day=5, hour=11))
    ended = put_into(http, where, end)
    again = put_into(http, where, end)

    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "confirmed")
    assert (ended.status_code, ended.json()["status"]) == (200, end)
    assert again.json() == ended.json()
    assert (put_into(http, where, "pending").json()["allowed"]) == []


def test_a_pending_appointment_can_be_declined_with_a_reason(http, salon) -> None:
    where = book(http, salon)

    declined = http.put(f"{where}/status", json={"status": "declined", "reason": "on holiday"})

    assert (declined.json()["status"], declined.json()["reason"]) == ("declined", "on holiday")


def test_an_impossible_move_is_answered_with_the_possible_ones(http, salon) -> None:
    where = book(http, salon)

    too_early = [put_into(http, where, status) for status in ("completed", "no_show")]
    put_into(http, where, "confirmed")
    back = put_into(http, where, "pending")

    assert [refused.status_code for refused in [*too_early, back]] == [409] * 3
    assert too_early[0].json()["allowed"] == ["confirmed", "declined", "cancelled"]
    assert back.json()["allowed"] == ["completed", "no_show", "cancelled"]
    assert back.json()["code"] == "transition-not-allowed"


def test_a_pending_appointment_put_into_pending_stays_as_it_is(http, salon) -> None:
    where = book(http, salon)

    stays = put_into(http, where, "pending")

    assert (stays.status_code, stays.json()["version"]) == (200, 1)


def test_a_status_nobody_knows_is_refused_and_openapi_names_those_there_are(http, salon) -> None:
    refused = put_into(http, book(http, salon), "maybe")
    schema = http.get("/openapi/beauty.json").json()["components"]["schemas"]["BookingStatus"]

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/status")
    assert schema["enum"] == [status.value for status in BookingStatus]


def test_clients_reach_their_own_appointments_and_decide_nothing_else(running, http, salon) -> None:
    zoe = client_of(http)
    own, others = book(http, salon, client=zoe), book(http, salon, NOON)
    running.settle()
    as_zoe = running.http(Role.CLIENT, client_id=zoe)

    assert [b["id"] for b in as_zoe.get("/appointments").json()["data"]] == [own.split("/")[2]]
    assert as_zoe.get("/appointments?page=1").json()["total"] == 1
    assert as_zoe.get(others).status_code == 404
    assert put_into(as_zoe, others, "cancelled").status_code == 404
    assert put_into(as_zoe, own, "confirmed").json()["code"] == "permission-missing"
    assert put_into(as_zoe, own, "pending").json()["code"] == "permission-missing"
    assert as_zoe.delete(own).json()["cancelled_by_client"] is True


def test_a_professional_may_not_look_at_the_status_of_others_by_setting_it(running, http, salon):
    where = book(http, salon)
    put_into(http, where, "confirmed")
    stranger = Salon.opened(running)
    as_stranger = running.http(Role.PROFESSIONAL, professional_id=stranger.professional_id)

    assert put_into(as_stranger, where, "pending").status_code == 404


def test_the_history_of_an_appointment_says_who_changed_what_from_what_to_what(http, salon) -> None:
    where = book(http, salon)
    put_into(http, where, "confirmed")
    http.put(where, json={"notes": "henna"})

    steps = http.get(f"{where}/history").json()["data"]

    assert [step["type"] for step in steps] == [
        "booking-requested.v2",
        "booking-confirmed.v1",
        "booking-changed.v1",
    ]
    assert steps[1]["changes"] == {"status": ["pending", "confirmed"]}
    assert steps[2]["changes"] == {"notes": [None, "henna"]}
    assert all(step["actor"].startswith("user-") and step["at"] for step in steps)


# --- Rules, asked under the old names -------------------------------------------------


def test_of_many_who_want_one_slot_at_once_one_gets_it(running, salon) -> None:
    def ask(_: int) -> Any:
        return running.http().post("/appointments", json=wish(salon))

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(ask, range(100)))

    refused = [answer.json() for answer in answers if answer.status_code != 201]
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 99
    assert {problem["code"] for problem in refused} == {"slot-taken"}
    assert all(problem["next_free_slots"] for problem in refused)


def test_the_buffer_after_an_appointment_is_kept_free(http, salon) -> None:
    book(http, salon)

    refused = http.post("/appointments", json=wish(salon, "2027-01-05T11:00:00+01:00"))

    assert refused.status_code == 409
    assert http.post("/appointments", json=wish(salon, QUARTER_PAST_ELEVEN)).status_code == 201


def test_who_may_can_book_outside_the_hours_and_it_is_recorded(running, http, salon) -> None:
    salon.change(hours=Week(monday=(Hours("09:00", "17:00"),)))

    refused = http.post("/appointments", json=wish(salon))
    overridden = http.post("/appointments", json=wish(salon, override=True))
    desk = running.http(Role.FRONT_DESK).post(
        "/appointments", json=wish(salon, NOON, override=True)
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "outside-hours")
    assert (overridden.status_code, overridden.json()["override"]) == (201, True)
    assert (desk.status_code, desk.json()["code"]) == (403, "permission-missing")


# --- Lists ----------------------------------------------------------------------------


def starts(page: Any) -> list[str]:
    return [each["local_start"][8:13] for each in page.json()["data"]]


def test_appointments_are_listed_by_status_time_client_and_service(running, http, salon) -> None:
    zoe = client_of(http)
    book(http, salon, TEN, client=zoe)
    http.delete(book(http, salon, NOON))
    book(http, salon, "2027-01-06T10:00:00+01:00")
    running.settle()

    def found(**asked: str) -> list[str]:
        return starts(http.get("/appointments", params=asked))

    assert found() == ["05T10", "05T12", "06T10"]
    assert found(status="cancelled") == ["05T12"]
    assert found(status="pending,cancelled", sort="-starts_at") == ["06T10", "05T12", "05T10"]
    assert found(client=zoe) == ["05T10"]
    assert found(service=salon.service_id, professional=salon.professional_id) == found()
    assert found(**{"from": "2027-01-05T11:00:00Z", "to": "2027-01-06T09:00:00Z"}) == ["05T12"]
    assert found(**{"from": "2027-01-05T11:00:00Z"}, page="1") == ["05T12", "06T10"]


def test_pages_by_cursor_neither_skip_nor_repeat_while_others_book(running, http, salon) -> None:
    for day in range(10, 18):
        book(http, salon, f"2027-01-{day}T10:00:00+01:00")
    running.settle()

    first = http.get("/appointments?limit=3&sort=starts_at")
    book(http, salon)
    running.settle()
    cursor = first.json()["next_cursor"]
    second = http.get("/appointments", params={"limit": 3, "sort": "starts_at", "cursor": cursor})

    assert starts(first) + starts(second) == [f"{day}T10" for day in range(10, 16)]


def test_pages_by_number_say_how_many_there_are(running, http, salon) -> None:
    for day in range(10, 15):
        book(http, salon, f"2027-01-{day}T10:00:00+01:00")
    running.settle()

    page = http.get("/appointments?page=2&limit=2&sortBy=createdAt&sortOrder=desc")
    beyond = http.get("/appointments?page=4&limit=2")

    assert starts(page) == ["12T10", "11T10"]
    assert {**page.json(), "data": []} == {
        "data": [],
        "total": 5,
        "page": 2,
        "limit": 2,
        "pages": 3,
    }
    assert (beyond.json()["data"], beyond.json()["total"]) == ([], 5)
    assert starts(http.get("/appointments?sortBy=start")) == [f"{d}T10" for d in range(10, 15)]
    assert starts(http.get("/appointments?sortOrder=desc&limit=1")) == ["14T10"]


@pytest.mark.parametrize(
    ("question", "parameter"),
    [
        ("page=0", "page"),
        ("page=two", "page"),
        ("page=201", "page"),
        ("page=1001&limit=10", "page"),
        (f"page={'9' * 5000}", "page"),
        (f"limit={'9' * 5000}", "limit"),
        ("page=1&sortBy=colour", "sortBy"),
        ("page=1&sortOrder=up", "sortOrder"),
        ("page=1&cursor=x", "cursor"),
        ("page=1&fields=id", "fields"),
        ("page=1&colour=blue", "colour"),
    ],
)
def test_a_page_that_cannot_be_given_is_refused(http, question, parameter) -> None:
    refused = http.get(f"/appointments?{question}")

    assert (refused.status_code, refused.json()["parameter"]) == (400, parameter)


def test_the_farthest_page_is_ten_thousand_rows_away(http) -> None:
    assert http.get("/appointments?page=1000&limit=10").status_code == 200


# --- Being old ------------------------------------------------------------------------


def test_every_answer_at_an_old_path_says_what_took_its_place(http, salon) -> None:
    where = book(http, salon)
    nobody = TestClient(http.app)

    for answer in (http.get(where), http.put(where, json={"x": 1}), nobody.get(where)):
        assert answer.headers["deprecation"] == "@1795219200"
        assert '</v1/bookings>; rel="successor-version"' in answer.headers["link"]
    assert "deprecation" not in http.get(f"/v1/bookings/{where.split('/')[2]}").headers
