"""Whoever polls is told of each event that they may see, once and in order."""

from datetime import timedelta
from typing import Any, Final

import pytest

from application.told import hears
from tests.http.persons import everybody, uuid
from tests.http.test_reach_of_told import history, live, what_was_told
from tests.running import Running

pytestmark = pytest.mark.postgres

ONE: Final = uuid(1)


def pages(http: Any, after: str = "0", **asked: Any) -> list[Any]:
    """Return all events behind a position, page by page."""
    found = []
    while True:
        page = http.get("/v1/feed", params={"after": after, **asked})
        assert page.status_code == 200, page.text
        body = page.json()
        found += body["data"]
        after = body["position"]
        if not body["has_more"]:
            return found


def offer(http: Any, *names: str) -> None:
    for name in names:
        made = http.post("/v1/services", json={"name": name, "duration_minutes": 30})
        assert made.status_code == 201


def test_everybody_is_told_of_what_they_may_see_and_of_nothing_else(running: Running) -> None:
    persons = everybody(running)
    for number in (1, 2):
        live(running, number)
    everything = [(past, told) for past, _, told in what_was_told(history(running))]

    for person in persons:
        found = pages(person.http, limit=7)
        expected = [past for past, told in everything if hears(person.principal, told)]
        assert [each["id"].partition(".")[0] for each in found] == [
            str(past.tenant_position) for past in expected
        ], person.principal.roles
        assert [each["subject"] for each in found] == [past.stream for past in expected]


def test_who_names_no_position_is_told_of_what_comes(running: Running) -> None:
    http = running.http()
    offer(http, "Cut")
    now = http.get("/v1/feed").json()
    offer(http, "Colour", "Shave")

    assert (now["data"], now["has_more"]) == ([], False)
    later = pages(http, now["position"], limit=1)
    assert [each["data"]["name"] for each in later] == ["Colour", "Shave"]


def test_filters_say_what_one_hears_of(running: Running) -> None:
    everybody(running)
    http = running.http()
    client = f"client-{ONE}"

    assert {e["type"] for e in pages(http, types="booking.confirmed,hold.placed")} == {
        "booking.confirmed",
        "hold.placed",
    }
    assert {e["type"].partition(".")[0] for e in pages(http, areas="client")} == {"client"}
    of_client = pages(http, client=client)
    assert {e["subject"] for e in of_client} >= {client, f"booking-{ONE}", f"hold-{ONE}"}
    assert all(client in (e["subject"], e["data"].get("client_id")) for e in of_client)
    assert {e["subject"] for e in pages(http, subject=f"series-{ONE}")} == {f"series-{ONE}"}
    assert http.get(f"/v1/feed?thread=thread-{ONE}").status_code == 404
    for asked in (
        "types=booking.sold",
        "areas=agenda",
        "client=booking-1",
        "after=17",
        "limit=501",
    ):
        assert http.get(f"/v1/feed?{asked}").status_code in (400, 422), asked


def test_what_was_too_long_ago_is_read_anew(running: Running) -> None:
    http = running.http()
    offer(http, "Cut")
    old = http.get("/v1/feed").json()["position"]
    running.clock.set(running.clock() + timedelta(days=31))
    assert http.get("/v1/feed", params={"after": old}).status_code == 200  # nothing was missed
    refused = http.get("/v1/feed?after=0")
    assert (refused.status_code, refused.json()["code"]) == (410, "position-expired")

    snapshot = http.get(refused.json()["snapshot"]).json()
    token = {"Consistency-Token": snapshot["consistency_token"]}
    running.settle()
    for listed in snapshot["lists"]:
        assert http.get(listed, headers=token).status_code == 200, listed
    assert "/v1/services" in snapshot["lists"]
    offer(http, "Colour")
    assert [e["data"]["name"] for e in pages(http, snapshot["after"])] == ["Colour"]


def test_a_position_of_another_log_is_refused(running: Running) -> None:
    http = running.http()
    offer(http, "Cut", "Colour")
    first = pages(http)[0]["id"]
    for lost in (f"{first[:-1]}{'0' if first[-1] != '0' else '1'}", f"1000.{first[-16:]}"):
        refused = http.get("/v1/feed", params={"after": lost})
        assert (refused.status_code, refused.json()["code"]) == (409, "position-unknown")
