"""History, as auditors ask for it over HTTP."""

import pytest

from domain.business.users import Role
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]


def test_what_happened_is_listed_newest_first_and_in_pages(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    salon.book(http)
    auditor = running.http(Role.AUDITOR)

    first = auditor.get("/v1/history?limit=3").json()
    second = auditor.get("/v1/history", params={"limit": 3, "cursor": first["next_cursor"]}).json()

    positions = [event["position"] for event in first["data"] + second["data"]]
    assert positions == sorted(positions, reverse=True)
    assert positions[-1] == 1
    assert not second["has_more"]


def test_history_is_asked_by_stream_type_and_actor(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    booking = salon.book(http).json()["id"]
    auditor = running.http(Role.AUDITOR)

    (requested,) = auditor.get("/v1/history", params={"stream": booking}).json()["data"]
    by_type = auditor.get("/v1/history?type=booking-requested.v2").json()["data"]
    by_actor = auditor.get("/v1/history", params={"actor": requested["actor"]}).json()["data"]

    assert requested["type"] == "booking-requested.v2"
    assert by_type == [requested]
    assert {event["stream"] for event in by_actor} > {booking}
    assert all(event["actor"] == requested["actor"] for event in by_actor)


def test_one_event_is_shown_with_what_is_personal(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    booking = salon.book(http, notes="allergic to henna").json()["id"]
    auditor = running.http(Role.AUDITOR)
    (listed,) = auditor.get("/v1/history", params={"stream": booking}).json()["data"]

    shown = auditor.get(f"/v1/history/{listed['position']}").json()

    assert shown == listed
    assert shown["data"]["notes"] == "allergic to henna"
    assert auditor.get("/v1/history/100000").status_code == 404


@pytest.mark.apart
def test_a_thing_is_shown_as_it_was_and_what_changed_since(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    booked = salon.book(http)
    running.clock.set(running.clock().replace(hour=9))
    http.post(f"{booked.headers['location']}/confirm")
    where = f"/v1/history/streams/{booked.json()['id']}"
    auditor = running.http(Role.AUDITOR)

    assert auditor.get(f"{where}?version=1").json() == booked.json()
    assert auditor.get(f"{where}?at=2027-01-04T08:30:00Z").json()["status"] == "pending"
    assert auditor.get(where).json()["status"] == "confirmed"
    changes = auditor.get(f"{where}/difference?from=1&to=2").json()["changes"]
    assert changes["status"] == ["pending", "confirmed"]
    assert auditor.get(f"{where}?at=2020-01-01T00:00:00Z").status_code == 404


def test_history_is_for_those_who_audit(running: Running) -> None:
    refused = running.http(Role.FRONT_DESK).get("/v1/history")

    assert (refused.status_code, refused.json()["permission"]) == (403, "history:read")


def test_another_tenant_has_another_history(running: Running) -> None:
    salon = Salon.opened(running)
    booking = salon.book(running.http()).json()["id"]
    other = running.http(Role.AUDITOR, tenant="3b0d6f6e-4a56-4d3c-8a52-3b8f0d2a7a01")

    assert other.get("/v1/history").json()["data"] == []
    assert other.get("/v1/history/1").status_code == 404
    assert other.get(f"/v1/history/streams/{booking}").status_code == 404


@pytest.mark.apart
def test_whatever_is_shown_is_shown_as_it_was(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    booked = salon.book(http)
    where = booked.headers["location"]
    running.clock.set(running.clock().replace(hour=9))
    http.post(f"{where}/confirm")
    running.settle()
    auditor = running.http(Role.AUDITOR)
    first, *_ = auditor.get(f"/v1/history?stream={booked.json()['id']}&oldest_first=true").json()[
        "data"
    ]

    at_first = auditor.get(where, params={"as_of": first["position"]})
    before_nine = auditor.get(where, params={"as_of": "2027-01-04T08:59:59Z"})
    at_nine = auditor.get(where, params={"as_of": "2027-01-04T10:00:00+01:00"})
    one_earlier = auditor.get(where, params={"as_of": first["position"] - 1})

    assert at_first.json() == before_nine.json() == booked.json()
    assert at_nine.json() == auditor.get(where).json()
    assert at_nine.json()["status"] == "confirmed"
    assert one_earlier.status_code == 404


def test_a_client_is_shown_as_he_was(running: Running) -> None:
    http = running.http()
    made = http.post("/v1/clients", json={"name": "Zoé"})
    where = made.headers["location"]
    http.put(where, json={"name": "Zoé Durand"})

    assert http.get(where, params={"as_of": 1}).json() == made.json()
    assert http.get(where).json()["name"] == "Zoé Durand"


@pytest.mark.parametrize(
    "moment", ["yesterday", "2027-01-04T09:00:00", "-1", "\u0661", "9" * 30, ""]
)
def test_what_is_no_moment_is_refused(running: Running, moment: str) -> None:
    where = Salon.opened(running).book(running.http()).headers["location"]

    refused = running.http().get(where, params={"as_of": moment})

    assert (refused.status_code, refused.json()["parameter"]) == (400, "as_of")


def test_how_it_was_is_for_those_who_may_read_history(running: Running) -> None:
    where = Salon.opened(running).book(running.http()).headers["location"]

    refused = running.http(Role.FRONT_DESK).get(where, params={"as_of": "1"})

    assert (refused.status_code, refused.json()["permission"]) == (403, "history:read")
