"""Clients, through HTTP."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]

ZOE = {
    "name": "Zoé Müller",
    "email": "Zoe@Example.org",
    "phone": "01 99 00 12 34",
    "language": "fr",
    "time_zone": "Europe/Paris",
    "custom_id": "Z-1",
}
NO_VISITS: Final[Mapping[str, Any]] = {
    "bookings": 0,
    "completed": 0,
    "no_shows": 0,
    "cancelled": 0,
    "last_visit_at": None,
    "total_spent": [],
}
ANA = {"name": "Ana", "email": "ana@example.org"}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def register(http: TestClient, person: dict[str, str] = ZOE) -> str:
    """Register a client; return the path."""
    registered = http.post("/v1/clients", json=person)
    assert registered.status_code == 201, registered.text
    return registered.headers["location"]


def names(http: TestClient, **question: str) -> list[str]:
    answer = http.get("/v1/clients", params=question)
    assert answer.status_code == 200, answer.text
    return [client["name"] for client in answer.json()["data"]]


# --- Registering ----------------------------------------------------------------------


def test_a_new_client_is_a_lead_reached_as_was_typed(http) -> None:
    registered = http.post("/v1/clients", json=ZOE)

    client = registered.json()
    assert registered.status_code == 201
    assert (client["status"], client["version"]) == ("lead", 1)
    assert (client["name"], client["email"]) == ("Zoé Müller", "Zoe@example.org")
    assert (client["phone"], client["custom_id"]) == ("+33199001234", "Z-1")
    assert http.get(registered.headers["location"]).json() == {**client, "visits": NO_VISITS}


@pytest.mark.parametrize(
    "same",
    [{"email": "ZOE@example.ORG"}, {"phone": "+33 1 99 00 12 34"}, {"custom_id": "Z-1"}],
)
def test_nobody_is_registered_twice(http, same) -> None:
    zoe = register(http)

    refused = http.post("/v1/clients", json={"name": "Z. Müller", **same})

    assert (refused.status_code, refused.json()["code"]) == (409, "client-already-exists")
    assert zoe.endswith(refused.json()["client_id"])


def test_the_client_there_is_already_is_given_on_demand(http) -> None:
    zoe = register(http)

    found = http.post("/v1/clients?on_duplicate=return", json=ZOE)

    assert found.status_code == 200
    assert zoe.endswith(found.json()["id"])


def test_two_businesses_may_know_the_same_person(running: Running, http) -> None:
    register(http)

    register(running.http(tenant=str(uuid4())))


def test_the_same_key_registers_once(http) -> None:
    key = {"Idempotency-Key": "7"}

    first = http.post("/v1/clients", json=ZOE, headers=key)
    again = http.post("/v1/clients", json=ZOE, headers=key)

    assert (again.status_code, again.json()) == (201, first.json())


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"name": " "}, "validation-failed"),
        ({"email": "zoe"}, "email-address-not-understood"),
        ({"phone": "call me"}, "phone-number-not-understood"),
        ({"time_zone": "Europe/Atlantis"}, "validation-failed"),
        ({"language": "French"}, "validation-failed"),
        ({"status": "friend"}, "validation-failed"),
        ({"nickname": "Zo"}, "validation-failed"),
    ],
)
def test_what_nobody_can_be_is_refused(http, part, code) -> None:
    refused = http.post("/v1/clients", json={**ZOE, **part})

    assert (refused.status_code, refused.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("sent", "kept"), [("es-419", "es-419"), ("en_US", "en-US"), ("ZH-hant-tw", "zh-Hant-TW")]
)
def test_a_language_is_kept_as_tags_are_written(http, sent, kept) -> None:
    assert http.post("/v1/clients", json={**ZOE, "language": sent}).json()["language"] == kept


@pytest.mark.parametrize(
    "tag", ["e", "english", "en-", "en--US", "en US", "en-USA-1", "x-mine", ""]
)
def test_what_is_no_tag_is_refused(http, tag) -> None:
    refused = http.post("/v1/clients", json={**ZOE, "language": tag})

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/language")


# --- Changing -------------------------------------------------------------------------


def test_a_client_is_changed_as_a_whole(http) -> None:
    registered = http.post("/v1/clients", json=ZOE)
    seen = {"If-Match": registered.headers["etag"]}

    changed = http.put(registered.headers["location"], json=ANA, headers=seen)

    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["name"], changed.json()["phone"]) == ("Ana", None)
    assert changed.json()["status"] == "lead"


def test_a_stale_change_is_refused(http) -> None:
    registered = http.post("/v1/clients", json=ZOE)
    where, seen = registered.headers["location"], {"If-Match": registered.headers["etag"]}
    http.put(f"{where}/status", json={"status": "active"})

    stale = http.put(where, json=ANA, headers=seen)

    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert http.get(where).json()["name"] == "Zoé Müller"


def test_nobody_changes_into_somebody_else(http) -> None:
    zoe, ana = register(http), register(http, ANA)

    refused = http.put(ana, json={**ANA, "email": ZOE["email"]}, headers={"If-Match": '"1"'})

    assert refused.status_code == 409
    assert zoe.endswith(refused.json()["client_id"])


def test_an_address_let_go_of_is_free(http) -> None:
    zoe = register(http)

    http.put(zoe, json={"name": "Zoé"}, headers={"If-Match": '"1"'})

    register(http)


# --- Notes ----------------------------------------------------------------------------


def test_a_note_is_on_the_timeline(running: Running, http) -> None:
    zoe = register(http)

    first = http.post(f"{zoe}/notes", json={"text": "Likes tea."})
    second = http.post(f"{zoe}/notes", json={"text": "Allergic to nuts."})
    running.settle()

    assert (first.status_code, first.json()["text"]) == (201, "Likes tea.")
    timeline = http.get(f"{zoe}/timeline")
    assert timeline.json()["data"] == [first.json(), second.json()]


def test_a_note_cannot_be_changed(http) -> None:
    zoe = register(http)
    note = http.post(f"{zoe}/notes", json={"text": "Likes tea."}).json()["id"]

    for method in ("PUT", "PATCH", "DELETE"):
        assert http.request(method, f"{zoe}/notes/{note}", json={"text": "!"}).status_code == 404


# --- Erasing --------------------------------------------------------------------------


def test_an_erased_client_is_gone_and_may_come_again(running: Running, http) -> None:
    zoe = register(http)
    http.post(f"{zoe}/notes", json={"text": "Likes tea."})
    running.settle()

    erased = http.delete(f"{zoe}/personal-data")
    running.settle()

    assert erased.status_code == 204
    assert http.get(zoe).status_code == 404
    assert http.get(f"{zoe}/timeline").status_code == 404
    assert names(http) == []
    assert http.post(f"{zoe}/notes", json={"text": "?"}).status_code == 410
    assert register(http) != zoe


def test_erasing_again_changes_nothing(http) -> None:
    zoe = register(http)

    assert http.delete(f"{zoe}/personal-data").status_code == 204
    assert http.delete(f"{zoe}/personal-data").status_code == 204


def test_nothing_personal_can_be_read_in_the_log_of_an_erased_client(
    running: Running, http
) -> None:
    zoe = register(http).rsplit("/", 1)[1]
    http.post(f"/v1/clients/{zoe}/notes", json={"text": "Likes tea."})

    http.delete(f"/v1/clients/{zoe}/personal-data")

    with running.system.database.as_tenant(running.tenant) as connection:
        history = running.system.reader.stream(connection, running.tenant, zoe)
    told = repr([past.event for past in history])
    assert [past.type for past in history] == [
        "client-registered.v2",
        "client-note-added.v1",
        "client-erased.v1",
    ]
    assert not any(word in told for word in ("Zo", "Müller", "example", "99001234", "tea", "Z-1"))


# --- Who may --------------------------------------------------------------------------


def test_clients_see_themselves_and_nobody_else(running: Running, http) -> None:
    zoe, ana = register(http), register(http, ANA)
    running.settle()
    as_zoe = running.http(Role.CLIENT, client_id=zoe.rsplit("/", 1)[1])

    assert names(as_zoe) == ["Zoé Müller"]
    assert as_zoe.get(zoe).status_code == 200
    assert as_zoe.get(ana).status_code == 404
    assert as_zoe.get(f"{ana}/timeline").status_code == 404


def test_clients_do_not_see_what_is_noted_about_them(running: Running, http) -> None:
    zoe = register(http)
    http.post(f"{zoe}/notes", json={"text": "Likes tea."})
    running.settle()
    as_zoe = running.http(Role.CLIENT, client_id=zoe.rsplit("/", 1)[1])

    assert http.get(f"{zoe}/timeline").json()["data"] != []
    assert as_zoe.get(f"{zoe}/timeline").json()["data"] == []


def test_clients_change_nothing_here(running: Running, http) -> None:
    zoe = register(http)
    as_zoe = running.http(Role.CLIENT, client_id=zoe.rsplit("/", 1)[1])

    refused = [
        as_zoe.post("/v1/clients", json=ANA),
        as_zoe.put(zoe, json=ANA, headers={"If-Match": '"1"'}),
        as_zoe.put(f"{zoe}/status", json={"status": "active"}),
        as_zoe.post(f"{zoe}/notes", json={"text": "I like tea."}),
        as_zoe.delete(f"{zoe}/personal-data"),
    ]

    assert [answer.status_code for answer in refused] == [403] * 5


def test_only_the_owner_erases(running: Running, http) -> None:
    zoe = register(http)

    assert running.http(Role.FRONT_DESK).delete(f"{zoe}/personal-data").status_code == 403


def test_another_business_does_not_see_our_clients(running: Running, http) -> None:
    zoe = register(http)
    running.settle()
    stranger = running.http(tenant=str(uuid4()))

    assert names(stranger) == []
    answers = [
        stranger.get(zoe),
        stranger.get(f"{zoe}/timeline"),
        stranger.put(zoe, json=ANA, headers={"If-Match": '"1"'}),
        stranger.put(f"{zoe}/status", json={"status": "active"}),
        stranger.post(f"{zoe}/notes", json={"text": "Ours!"}),
        stranger.delete(f"{zoe}/personal-data"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6


def test_own_writes_are_found_although_the_projector_is_dead(http) -> None:
    registered = http.post("/v1/clients", json=ZOE)
    own = {"Consistency-Token": registered.headers["consistency-token"], "Prefer": "wait=0"}

    assert names(http, q="zoe") == []
    found = http.get("/v1/clients", params={"q": "zoe"}, headers=own)
    assert found.json()["data"] == [registered.json()]
