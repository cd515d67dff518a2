"""Time blocks, through HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

ONCE = {
    "type": "once",
    "slot": {"starts_at": "2027-01-05T09:00:00Z", "ends_at": "2027-01-05T10:00:00Z"},
}
ON_THE_CLOCK = {
    "type": "once-on-the-clock",
    "starts_at": "2027-01-05T10:00:00",
    "ends_at": "2027-01-05T11:00:00",
    "time_zone": "Europe/Paris",
}
EVERY_TUESDAY = {
    "type": "recurring",
    "recurrence": {
        "starts_at": "2026-12-01T10:00:00",
        "time_zone": "Europe/Paris",
        "rule": "FREQ=WEEKLY",
    },
    "duration_minutes": 60,
}
TEN_ON_TUESDAY = "2027-01-05T10:00:00+01:00"


@pytest.fixture
def salon(running: Running) -> Salon:
    return Salon.opened(running)


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def add(http: TestClient, salon: Salon, **part: Any) -> Any:
    body = {"professional_id": salon.professional_id, "when": ONCE, "reason": "bank", **part}
    return http.post("/v1/time-blocks", json=body)


@pytest.mark.parametrize("when", [ONCE, ON_THE_CLOCK, EVERY_TUESDAY])
def test_a_block_is_shown_at_once_and_listed_and_nobody_is_booked_in_it(
    running: Running, http, salon, when
) -> None:
    added = add(http, salon, when=when)
    shown = http.get(added.headers["location"])
    booked = salon.book(http, TEN_ON_TUESDAY)
    running.settle()
    listed = http.get("/v1/time-blocks", params={"professional_id": salon.professional_id})

    assert added.status_code == 201
    assert shown.json() == added.json()
    assert (shown.json()["when"]["type"], shown.json()["reason"]) == (when["type"], "bank")
    assert (booked.status_code, booked.json()["code"]) == (409, "blocked")
    assert listed.json()["data"] == [shown.json()]


@pytest.mark.parametrize("day", ["2027-03-27T{}+01:00", "2027-03-28T{}+02:00"])
def test_a_lunch_that_recurs_is_kept_before_and_after_the_change_to_summer_time(
    http, salon, day
) -> None:
    at_noon = {**EVERY_TUESDAY["recurrence"], "starts_at": "2027-03-01T12:00:00"}  # type: ignore[dict-item]  # it is one
    lunch = {**EVERY_TUESDAY, "recurrence": {**at_noon, "rule": "FREQ=DAILY"}}
    add(http, salon, when=lunch)

    refused = [salon.book(http, day.format(at)) for at in ("11:01:00", "12:00:00", "12:59:00")]
    booked = [salon.book(http, day.format(at)) for at in ("11:00:00", "13:00:00")]

    assert {answer.json()["code"] for answer in refused} == {"blocked"}
    assert [answer.status_code for answer in booked] == [201, 201]


def test_instants_are_kept_in_utc(http, salon) -> None:
    in_paris = {"starts_at": TEN_ON_TUESDAY, "ends_at": "2027-01-05T11:00:00+01:00"}

    assert add(http, salon, when={"type": "once", "slot": in_paris}).json()["when"] == ONCE


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_time_are_not_blocked(http, salon, instant) -> None:
    for end in ("starts_at", "ends_at"):
        slot = {**ONCE["slot"], end: instant}  # type: ignore[dict-item]  # it is one
        assert add(http, salon, when={**ONCE, "slot": slot}).status_code == 422
        reading = {**ON_THE_CLOCK, end: instant[:19]}
        assert add(http, salon, when=reading).status_code == 422


def test_a_changed_block_is_elsewhere(http, salon) -> None:
    added = add(http, salon)
    afternoon = {"starts_at": "2027-01-05T14:00:00Z", "ends_at": "2027-01-05T15:00:00Z"}
    later = {"type": "once", "slot": afternoon}

    changed = http.put(added.headers["location"], json={"when": later})

    assert changed.json()["when"] == later
    assert changed.json()["reason"] is None
    assert salon.book(http, TEN_ON_TUESDAY).status_code == 201
    assert salon.book(http, "2027-01-05T14:30:00Z").json()["code"] == "blocked"


def test_a_block_is_changed_by_the_version_that_was_seen(http, salon) -> None:
    added, _ = add(http, salon), add(http, salon, when=EVERY_TUESDAY)
    where, seen = added.headers["location"], {"If-Match": added.headers["etag"]}

    changed = http.put(where, json={"when": ON_THE_CLOCK}, headers=seen)
    stale = http.put(where, json={"when": ONCE}, headers=seen)

    assert changed.status_code == 200
    assert (stale.status_code, stale.json()["code"]) == (412, "version-mismatch")


def test_a_removed_block_is_gone_and_its_time_can_be_booked(http, salon) -> None:
    where = add(http, salon).headers["location"]

    removed = http.delete(where)

    assert removed.status_code == 204
    assert salon.book(http, TEN_ON_TUESDAY).status_code == 201
    assert http.get(where).status_code == 404
    assert http.put(where, json={"when": ONCE}).status_code == 404
    assert http.delete(where).status_code == 404


def test_a_block_laid_over_a_booking_leaves_it(running: Running, http, salon) -> None:
    booked = salon.book(http, TEN_ON_TUESDAY)

    assert add(http, salon).status_code == 201
    running.settle()
    assert http.get(booked.headers["location"]).json()["status"] == "pending"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({**ONCE, "slot": {**ONCE["slot"], "ends_at": "2027-01-05T09:00:00Z"}}, "#/when/slot/ends_at"),  # type: ignore[dict-item]  # it is one
    ({**ON_THE_CLOCK, "ends_at": "2027-01-05T09:00:00"}, "#/when/ends_at"),
    (
        {**EVERY_TUESDAY, "recurrence": {**EVERY_TUESDAY["recurrence"], "rule": "FREQ=SECONDLY"}},  # type: ignore[dict-item]  # it is one
        "#/when/recurrence/rule",
    ),
]


@pytest.mark.parametrize(("when", "pointer"), WRONG)
def test_a_time_that_makes_no_sense_is_refused_with_a_pointer(http, salon, when, pointer) -> None:
    refused = add(http, salon, when=when)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-time-block")
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


def test_somebody_has_blocks_only_where_he_works(http) -> None:
    stranger = {"professional_id": f"professional-{uuid4()}", "when": ONCE}

    refused = http.post("/v1/time-blocks", json=stranger)

    assert (refused.status_code, refused.json()["code"]) == (404, "professional-not-found")


def test_professionals_see_and_change_their_own_blocks_only(running: Running, http, salon) -> None:
    where = add(http, salon).headers["location"]
    running.settle()
    herself = running.http(Role.PROFESSIONAL, professional_id=salon.professional_id)
    another = running.http(Role.PROFESSIONAL, professional_id=f"professional-{uuid4()}")

    assert another.get(where).status_code == 404
    assert another.put(where, json={"when": ONCE}).status_code == 404
    assert another.delete(where).status_code == 404
    assert another.get("/v1/time-blocks").json()["data"] == []
    assert add(another, salon).status_code == 404
    assert [each["reason"] for each in herself.get("/v1/time-blocks").json()["data"]] == ["bank"]
    assert herself.post("/v1/time-blocks", json={"when": EVERY_TUESDAY}).status_code == 201
    assert herself.delete(where).status_code == 204


def test_clients_do_not_learn_why_somebody_is_away(running: Running, http, salon) -> None:
    where = add(http, salon).headers["location"]
    client = running.http(Role.CLIENT, client_id=f"client-{uuid4()}")

    assert client.get(where).status_code == 403
    assert client.get("/v1/time-blocks").status_code == 403
    assert "bank" not in salon.book(http, TEN_ON_TUESDAY).text


def test_the_front_desk_sees_blocks_and_lays_none(running: Running, http, salon) -> None:
    where = add(http, salon).headers["location"]
    running.settle()
    desk = running.http(Role.FRONT_DESK)

    assert desk.get(where).json()["reason"] == "bank"
    assert len(desk.get("/v1/time-blocks").json()["data"]) == 1
    assert add(desk, salon).status_code == 403
    assert desk.delete(where).status_code == 403


def test_another_business_does_not_see_our_blocks(running: Running, http, salon) -> None:
    where = add(http, salon).headers["location"]

    assert running.http(tenant=str(uuid4())).get(where).status_code == 404


def test_blocks_are_where_the_salon_had_them(running: Running, http, salon) -> None:
    where = add(http, salon).headers["location"].removeprefix("/v1")

    assert http.get(where).json()["reason"] == "bank"
    assert http.get(where).headers["deprecation"]
    assert http.put(where, json={"when": ON_THE_CLOCK}).status_code == 200
    assert http.delete(where).status_code == 204
