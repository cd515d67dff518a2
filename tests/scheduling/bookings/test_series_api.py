"""Recurring bookings, through HTTP."""

from typing import Any

import pytest

from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]


def weekly(salon: Salon, **more: Any) -> dict[str, Any]:
    body = salon.wish()
    del body["starts_at"]
    recurrence = {
        "starts_at": "2027-03-16T10:00:00",
        "time_zone": "Europe/Paris",
        "rule": "FREQ=WEEKLY;COUNT=3",
    }
    return {**body, "recurrence": {**recurrence, **more}}


def test_a_series_keeps_the_wall_clock_over_the_change_to_summer_time(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()

    booked = http.post("/v1/series", json=weekly(salon))
    running.settle()
    listed = http.get(f"/v1/bookings?series_id={booked.json()['id']}").json()["data"]

    assert booked.status_code == 201
    assert [b["local_start"][11:16] for b in listed] == ["10:00", "10:00", "10:00"]
    assert [b["starts_at"][11:16] for b in listed] == ["09:00", "09:00", "08:00"]


def test_one_taken_time_refuses_the_whole_series_and_names_it(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    salon.book(http, "2027-03-23T10:30:00+01:00")

    refused = http.post("/v1/series", json=weekly(salon))
    skipped = http.post("/v1/series?on_conflict=skip", json=weekly(salon))

    assert (refused.status_code, refused.json()["code"]) == (409, "series-conflicts")
    assert [i["local_start"] for i in refused.json()["instances"]] == ["2027-03-23T10:00:00"]
    assert len(skipped.json()["instances"]) == 2


def test_a_series_is_ended_from_a_day_on(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    booked = http.post("/v1/series", json=weekly(salon)).json()

    ended = http.post(
        f"/v1/series/{booked['id']}/cancel", json={"starting_from": "2027-03-23T00:00:00+01:00"}
    )
    running.settle()
    listed = http.get(f"/v1/bookings?series_id={booked['id']}").json()["data"]

    assert ended.status_code == 200
    assert [b["status"] for b in listed] == ["pending", "cancelled", "cancelled"]


def test_a_rule_that_is_none_is_refused(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()

    refused = http.post("/v1/series", json=weekly(salon, rule="FREQ=SOMETIMES"))

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-recurrence")


def test_a_series_leaves_out_what_is_excepted_and_takes_in_what_is_added(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    body = weekly(salon, except_at=["2027-03-23T10:00:00"], also_at=["2027-03-31T15:30:00"])

    booked = http.post("/v1/series", json=body)
    running.settle()
    listed = http.get(f"/v1/bookings?series_id={booked.json()['id']}").json()["data"]

    assert booked.status_code == 201
    assert [b["local_start"] for b in listed] == [
        "2027-03-16T10:00:00",
        "2027-03-30T10:00:00",
        "2027-03-31T15:30:00",
    ]
