"""The appointment setter's paths for clients."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from domain.people.clients import ClientRegistered, ClientStatusChanged
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

ZOE = {"name": "Zoé", "customId": "Z-1", "strategyId": "warm"}
NOBODY = "/client/client-00000000-0000-7000-8000-000000000000"


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def test_a_client_is_a_lead_if_nothing_else_is_said(http) -> None:
    made = http.post("/client", json=ZOE)

    assert made.status_code == 201
    assert made.json() == {
        "id": made.headers["location"].removeprefix("/client/"),
        "userId": None,
        "strategyId": "warm",
        "name": "Zoé",
        "customId": "Z-1",
        "status": "lead",
        "email": None,
        "phone": None,
        "version": 1,
        "createdAt": "2027-01-04T08:00:00Z",
        "updatedAt": "2027-01-04T08:00:00Z",
    }
    assert http.get(made.headers["location"]).json() == {**made.json(), "messageHistory": []}


def test_a_change_of_status_is_an_event(running, http) -> None:
    where = http.post("/client", json=ZOE).headers["location"]

    changed = http.put(where, json={"status": "active"})
    history = running.system.store.history(running.tenant, where.removeprefix("/client/"))

    assert (changed.json()["status"], changed.json()["version"]) == ("active", 2)
    assert [type(past.event) for past in history] == [ClientRegistered, ClientStatusChanged]


def test_a_client_is_found_by_the_custom_id_that_only_one_can_have(running, http) -> None:
    zoe = http.post("/client", json=ZOE).json()
    http.post("/client", json={"name": "Ana", "customId": "A-1"})
    taken = http.post("/client", json={"name": "Z.", "customId": "Z-1"})
    running.settle()

    assert (taken.status_code, taken.json()["client_id"]) == (409, zoe["id"])
    assert http.get("/client?custom_id=Z-1").json()["data"] == [zoe]
    assert http.get("/client?customId=Z-1").json()["data"] == [zoe]
    assert http.get("/client?custom_id=Z-2").json() == {
        "data": [],
        "total": 0,
        "page": 1,
        "limit": 50,
        "pages": 0,
    }


def test_the_client_there_is_already_is_given_on_demand(http) -> None:
    zoe = http.post("/client", json=ZOE).json()

    again = http.post("/client?on_duplicate=return", json=ZOE)

    assert (again.status_code, again.json()) == (200, zoe)


def test_what_is_not_named_stays(http) -> None:
    made = http.post("/client", json={**ZOE, "email": "zoe@example.org", "phone": "0199001234"})
    where = made.headers["location"]

    changed = http.put(where, json={"name": "Zoé Müller"}, headers={"If-Match": '"1"'})
    stale = http.put(where, json={"name": "Zoé"}, headers={"If-Match": '"1"'})
    emptied = http.put(where, json={"customId": None})

    assert changed.json() == {
        **made.json(),
        "name": "Zoé Müller",
        "version": 2,
    }
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert (emptied.json()["customId"], emptied.json()["email"]) == (None, "zoe@example.org")


def test_two_who_change_different_things_at_once_lose_nothing(running, http) -> None:
    where = http.post("/client", json=ZOE).headers["location"]

    def keep_changing(field: str) -> list[str]:
        lost = []
        own = running.http()
        for number in range(15):
            value = f"{field}{number}@example.org"
            while (answer := own.put(where, json={field: value})).status_code == 412:
                pass
            token = {"Consistency-Token": answer.headers["consistency-token"], "Prefer": "wait=0"}
            lost += [value] if own.get(where, headers=token).json()[field] != value else []
        return lost

    with ThreadPoolExecutor(2) as threads:
        lost = list(threads.map(keep_changing, ("email", "customId")))

    assert lost == [[], []]


def test_clients_are_found_and_listed_by_name(running, http) -> None:
    for name in ("Zoé", "Ana", "Émile"):
        http.post("/client", json={"name": name})
    running.settle()

    def names(question: str) -> list[str]:
        return [each["name"] for each in http.get(f"/client?{question}").json()["data"]]

    assert names("sortBy=name") == ["Ana", "Émile", "Zoé"]
    assert names("sortBy=name&sortOrder=desc&limit=1&page=2") == ["Émile"]
    assert names("q=emi") == ["Émile"]
    assert names("status=active") == []


def test_the_user_of_a_client_must_be_there(running, http) -> None:
    salon = Salon.opened(running)
    nobody = salon.professional_id.replace(salon.professional_id[-4:], "0000")

    made = http.post("/client", json={**ZOE, "userId": salon.professional_id})
    refused = http.post("/client", json={"name": "Ana", "userId": nobody})

    assert (made.status_code, made.json()["userId"]) == (201, None)
    assert refused.status_code == 404


def test_a_client_sees_himself_and_changes_nobody(running, http) -> None:
    zoe = http.post("/client", json=ZOE).headers["location"]
    ana = http.post("/client", json={"name": "Ana"}).headers["location"]
    running.settle()
    as_zoe = running.http(Role.CLIENT, client_id=zoe.removeprefix("/client/"))

    assert as_zoe.get(zoe).json()["name"] == "Zoé"
    assert as_zoe.get(ana).status_code == 404
    assert [each["name"] for each in as_zoe.get("/client").json()["data"]] == ["Zoé"]
    assert as_zoe.put(zoe, json={"name": "Z"}).status_code == 403
    assert as_zoe.put(ana, json={"name": "A"}).status_code == 403
    assert as_zoe.put(NOBODY, json={"name": "N"}).status_code == 403


def test_a_client_who_is_not_there_is_not_changed(http) -> None:
    assert http.put(NOBODY, json={"name": "Zoé"}).status_code == 404
    assert http.get(NOBODY).status_code == 404
