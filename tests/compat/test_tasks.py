"""The salon product's paths for what happens in the background."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

GUS = {"name": "Gus", "email": "gus@example.org"}
THIS_WEEK = {"from": "2027-01-04T00:00:00Z", "to": "2027-01-11T00:00:00Z"}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def book(running: Running, http: TestClient, salon: Salon, day: int, *, confirmed: bool) -> str:
    made = salon.book(http, f"2027-01-{day:02}T10:00:00+01:00", guest=GUS)
    booking_id: str = made.json()["id"]
    if confirmed:
        http.put(f"/appointments/{booking_id}/status", json={"status": "confirmed"})
    running.settle()
    return booking_id


def test_it_can_be_asked_how_far_something_is(running, http) -> None:
    salon, operator = Salon.opened(running), running.http(Role.OPERATOR)
    about = book(running, http, salon, 8, confirmed=True)
    jobs = operator.get("/v1/jobs", params={"about": about}).json()["data"]

    def status_of(kind: str) -> Any:
        job = next(job for job in jobs if job["kind"] == kind)
        return operator.get(f"/tasks/status/{job['id']}").json() | {"task_id": None}

    assert status_of("send-booking-mail") == {
        "task_id": None,
        "status": "done",
        "attempts": 1,
        "error": None,
    }
    assert status_of("send-booking-reminder")["status"] == "queued"


def test_a_task_nobody_ordered_is_not_there_and_others_are_nobodys_business(running, http) -> None:
    operator = running.http(Role.OPERATOR)

    assert operator.get(f"/tasks/status/{uuid4()}").json()["code"] == "job-not-found"
    assert http.get(f"/tasks/status/{uuid4()}").status_code == 403


def test_reminders_of_what_is_confirmed_are_counted_and_never_ordered_twice(running, http) -> None:
    salon, operator = Salon.opened(running), running.http(Role.OPERATOR)
    book(running, http, salon, 7, confirmed=True)
    book(running, http, salon, 8, confirmed=True)
    book(running, http, salon, 9, confirmed=False)
    book(running, http, salon, 12, confirmed=True)

    def reminders() -> int:
        return len(operator.get("/v1/jobs?kind=send-booking-reminder").json()["data"])

    before = reminders()
    answers = [http.post("/tasks/schedule-reminders", json=THIS_WEEK) for _ in range(2)]
    running.settle()

    assert [(answer.status_code, answer.json()) for answer in answers] == [(202, {"count": 2})] * 2
    assert reminders() == before == 6


def test_nobody_is_reminded_of_what_has_begun(running, http) -> None:
    book(running, http, Salon.opened(running), 7, confirmed=True)

    running.clock.set(running.clock().replace(day=7, hour=9, minute=1))

    assert http.post("/tasks/schedule-reminders", json=THIS_WEEK).json() == {"count": 0}
