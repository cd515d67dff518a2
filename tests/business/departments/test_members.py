"""Who belongs to a department."""

import pytest

from domain.business.users import DeactivateUser
from domain.values import TenantId, UserId
from tests.architecture.examples import UUID
from tests.running import Running

pytestmark = pytest.mark.postgres


@pytest.fixture
def user(running: Running) -> str:
    person = {"name": "Noor", "email": "noor@salon.example", "password": "nine green teapots"}
    made = running.http().post("/v1/users", json={**person, "roles": ["front_desk"]})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_who_works_here_is_assigned_and_taken_out_again(running: Running, user: str) -> None:
    http = running.http()
    made = http.post("/v1/departments", json={"name": "Desk", "user_ids": [user]})
    where = made.headers["location"]

    emptied = http.patch(where, json={"user_ids": None})

    assert made.json()["user_ids"] == [user]
    assert emptied.json()["user_ids"] == []


def test_nobody_is_assigned_who_is_not_here(running: Running, user: str) -> None:
    http = running.http()
    stranger = http.post("/v1/departments", json={"name": "A", "user_ids": [f"user-{UUID}"]})
    booking = http.post("/v1/departments", json={"name": "A", "user_ids": [f"booking-{UUID}"]})

    assert (stranger.status_code, stranger.json()["code"]) == (404, "user-not-found")
    assert booking.json()["errors"][0]["pointer"] == "#/user_ids/0"


def test_nobody_is_assigned_twice(running: Running, user: str) -> None:
    refused = running.http().post("/v1/departments", json={"name": "A", "user_ids": [user, user]})

    assert (refused.status_code, refused.json()["code"]) == (422, "named-twice")


def test_who_has_left_stays_where_they_were_and_is_assigned_no_more(
    running: Running, user: str
) -> None:
    http = running.http()
    where = http.post("/v1/departments", json={"name": "A", "user_ids": [user]}).headers["location"]
    running.order(DeactivateUser(tenant_id=TenantId(running.tenant), user_id=UserId(user)))

    renamed = http.patch(where, json={"name": "B"})
    other = http.post("/v1/departments", json={"name": "C", "user_ids": [user]})
    http.delete(where)
    restored = http.post(f"{where}/restoration")

    assert restored.json()["user_ids"] == [user]
    assert renamed.json()["user_ids"] == [user]
    assert (other.status_code, other.json()["code"]) == (410, "user-is-deactivated")
