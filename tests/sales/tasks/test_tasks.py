"""Tasks of the business: due, done once, found by when and by whom."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

MONDAY = "2027-01-11T09:00:00Z"
FRIDAY = "2027-01-15T09:00:00Z"


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def made(http: TestClient, **task: Any) -> Any:
    answer = http.post("/v1/tasks", json={"due_at": MONDAY, "title": "Order towels", **task})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_what_is_to_be_done_is_listed_by_when_and_whether_it_is(
    running: Running, http: TestClient
) -> None:
    friday, monday, done = made(http, due_at=FRIDAY), made(http), made(http)
    http.post(f"/v1/tasks/{done['id']}/complete", json={})
    running.settle()

    open_ = http.get("/v1/tasks", params={"status": "open"}).json()["data"]
    soon = http.get("/v1/tasks", params={"status": "open", "due_at.lt": FRIDAY}).json()["data"]
    assert [each["id"] for each in open_] == [monday["id"], friday["id"]]
    assert [each["id"] for each in soon] == [monday["id"]]


def test_a_task_is_done_once_and_says_since_when(running: Running, http: TestClient) -> None:
    task = made(http)
    where = f"/v1/tasks/{task['id']}/complete"
    first = http.post(where, json={})
    again = http.post(where, json={})

    assert first.json()["status"] == "done"
    assert first.json()["completed_at"] == running.clock().isoformat().replace("+00:00", "Z")
    assert again.json() == first.json()


def test_what_was_done_can_be_opened_again_and_nothing_is_half_done(http: TestClient) -> None:
    where = f"/v1/tasks/{made(http)['id']}"
    http.post(f"{where}/complete", json={})
    half = http.patch(where, json={"status": "open"}, headers={"If-Match": "*"})
    opened = http.patch(
        where, json={"status": "open", "completed_at": None}, headers={"If-Match": "*"}
    )

    assert (half.status_code, half.json()["code"]) == (422, "task-status-unclear")
    assert (opened.json()["status"], opened.json()["completed_at"]) == ("open", None)


def test_a_task_is_changed_removed_and_had_again(http: TestClient) -> None:
    where = f"/v1/tasks/{made(http)['id']}"
    changed = http.put(where, json={"due_at": FRIDAY, "title": "Order soap", "priority": "high"})

    assert (changed.json()["title"], changed.json()["priority"]) == ("Order soap", "high")
    assert http.delete(where).status_code == 204
    assert http.post(f"{where}/complete", json={}).json()["code"] == "task-is-removed"
    assert http.post(f"{where}/restoration").json()["active"]


def test_a_task_about_a_merged_record_is_found_by_who_stands_for_it(
    running: Running, http: TestClient
) -> None:
    one, two = (
        http.post("/v1/clients", json={"name": "Zoé", "email": f"{name}@example.org"}).json()["id"]
        for name in ("one", "two")
    )
    tasks = [made(http, client_id=each)["id"] for each in (one, two)]
    http.post(f"/v1/clients/{one}/merge", json={"sources": [two]})

    def found(client_id: str) -> set[str]:
        running.settle()
        listed = http.get("/v1/tasks", params={"client_id": client_id}).json()["data"]
        return {each["id"] for each in listed}

    assert found(one) == found(two) == {*tasks}
    http.post(f"/v1/clients/{one}/unmerge", json={"sources": [two]})
    assert (found(one), found(two)) == ({tasks[0]}, {tasks[1]})


def test_a_task_is_about_what_there_is(running: Running, http: TestClient) -> None:
    salon = Salon.opened(running)
    booking = salon.book(http, guest={"name": "Zoé"}).json()["id"]

    assert made(http, booking_id=booking)["booking_id"] == booking
    for field, kind in (("booking_id", "booking"), ("client_id", "client")):
        nothing = {"due_at": MONDAY, field: f"{kind}-0198c0de-0000-7000-8000-0000000000ff"}
        assert http.post("/v1/tasks", json=nothing).json()["code"] == f"{kind}-not-found"


MONTHLY = {"unit": "month", "time_zone": "Europe/Paris"}


def test_what_repeats_is_there_again_once_though_it_is_done_in_two_processes_at_once(
    two_systems: tuple[Running, Running],
) -> None:
    systems = [each.http() for each in two_systems]
    where = f"/v1/tasks/{made(systems[0], repeats=MONTHLY)['id']}/complete"
    with ThreadPoolExecutor(6) as several:
        done = [*several.map(lambda n: systems[n % 2].post(where, json={}), range(6))]
    two_systems[0].settle()

    open_ = systems[1].get("/v1/tasks", params={"status": "open"}).json()["data"]
    assert {each.status_code for each in done} == {200}
    assert [each["due_at"] for each in open_] == ["2027-02-11T09:00:00Z"]
    assert open_[0]["repeats"]["since"] == MONDAY


def test_how_often_it_repeats_is_changed_in_part_and_has_to_make_sense(http: TestClient) -> None:
    where = f"/v1/tasks/{made(http, repeats=MONTHLY)['id']}"
    changed = http.patch(where, json={"repeats": {"every": 3}}, headers={"If-Match": "*"})
    unclear = http.patch(
        where, json={"repeats": {"time_zone": "Mars/Olympus"}}, headers={"If-Match": "*"}
    )
    none = http.patch(where, json={"repeats": None}, headers={"If-Match": "*"})

    assert (changed.json()["repeats"]["unit"], changed.json()["repeats"]["every"]) == ("month", 3)
    assert (unclear.status_code, unclear.json()["code"]) == (422, "repetition-unclear")
    assert none.json()["repeats"] is None


def test_clients_see_no_tasks(running: Running, http: TestClient) -> None:
    made(http)

    assert running.http(Role.CLIENT).get("/v1/tasks").status_code == 403
    assert running.http(Role.PROFESSIONAL).post("/v1/tasks", json={}).status_code == 403
