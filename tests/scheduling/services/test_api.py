"""The service catalogue, through HTTP."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from api.requests.parsing import MOST
from domain.business.users import Role
from tests.running import Running
from tests.scheduling.services.examples import ana, ben, service_id

pytestmark = [pytest.mark.postgres, pytest.mark.together]

CUT = {"name": "Cut", "category": "Hair", "duration_minutes": 45}


def test_a_service_that_was_created_is_shown_at_once_and_listed(running: Running) -> None:
    http = running.http()

    created = http.post("/v1/services", json=CUT)
    shown = http.get(created.headers["location"])
    running.settle()
    listed = http.get("/v1/services")

    assert created.status_code == 201
    assert shown.json() == created.json()
    assert listed.json()["data"] == [created.json()]


def test_the_same_key_makes_one_service(running: Running) -> None:
    http = running.http()
    key = {"Idempotency-Key": "7"}

    first = http.post("/v1/services", json=CUT, headers=key)
    again = http.post("/v1/services", json=CUT, headers=key)
    other = http.post("/v1/services", json={**CUT, "name": "Colour"}, headers=key)

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert other.json()["code"] == "idempotency-key-reused"


def test_a_stale_version_changes_nothing(running: Running) -> None:
    http = running.http()
    created = http.post("/v1/services", json=CUT)
    where, seen = created.headers["location"], {"If-Match": created.headers["etag"]}

    changed = http.put(where, json={**CUT, "name": "Cut and wash"}, headers=seen)
    stale = http.put(where, json=CUT, headers=seen)

    assert changed.json()["name"] == "Cut and wash"
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


def test_a_client_may_not_create_services(running: Running) -> None:
    refused = running.http(Role.CLIENT).post("/v1/services", json=CUT)

    assert (refused.status_code, refused.json()["code"]) == (403, "permission-missing")


def test_a_list_shows_the_callers_own_writes_although_the_projector_is_dead(
    running: Running,
) -> None:
    http = running.http()
    created = http.post("/v1/services", json=CUT)
    own = {"Consistency-Token": created.headers["consistency-token"], "Prefer": "wait=0"}

    assert http.get("/v1/services").json()["data"] == []
    assert http.get("/v1/services", headers=own).json()["data"] == [created.json()]


# --- The catalogue --------------------------------------------------------------------


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def create(http: TestClient, **part: object) -> str:
    """Create a service; return its path."""
    created = http.post("/v1/services", json={**CUT, **part})
    assert created.status_code == 201, created.text
    return created.headers["location"]


def names(http: TestClient, question: str = "") -> list[str]:
    answer = http.get(f"/v1/services{question}")
    assert answer.status_code == 200, answer.text
    return [service["name"] for service in answer.json()["data"]]


def test_a_removed_service_is_listed_only_for_those_who_ask(running: Running, http) -> None:
    cut = create(http)
    create(http, name="Wash")

    removed = http.delete(cut)
    running.settle()

    assert removed.status_code == 204
    assert names(http) == ["Wash"]
    assert names(http, "?active=false") == ["Cut"]
    assert names(http, "?active=true,false") == ["Cut", "Wash"]
    assert http.get(cut).json()["active"] is False


def test_a_restored_service_is_offered_again(running: Running, http) -> None:
    cut = create(http)
    http.delete(cut)

    restored = http.post(f"{cut}/restoration")
    running.settle()

    assert (restored.status_code, restored.json()["active"]) == (200, True)
    assert names(http) == ["Cut"]


def test_services_can_be_asked_for_by_category(running: Running, http) -> None:
    create(http)
    create(http, name="Massage", category="Body")
    running.settle()

    assert names(http, "?category=Body") == ["Massage"]


def test_services_of_nobody_in_particular_are_offered_by_everybody(running: Running, http) -> None:
    create(http, name="For all")
    create(http, name="By Ana", professional_ids=[ana])
    create(http, name="By Ben", professional_ids=[ben])
    running.settle()

    assert names(http, f"?professional_id={ana}") == ["By Ana", "For all"]


def test_categories_are_counted_with_what_is_offered_in_them(running: Running, http) -> None:
    create(http)
    create(http, name="Wash")
    create(http, name="Massage", category="Body")
    create(http, name="Advice", category=None)
    http.delete(create(http, name="Perm", category="Past"))
    running.settle()

    assert http.get("/v1/services/categories").json()["data"] == [
        {"name": "Body", "services": 1},
        {"name": "Hair", "services": 2},
        {"name": None, "services": 1},
    ]


def test_however_many_categories_there_are_they_are_told_by_pages(running: Running, http) -> None:
    for number in range(MOST + 1):
        create(http, category=f"{number:03}" + "\N{GRINNING FACE}" * 197)
    create(http, category=None)
    running.settle()

    first = http.get("/v1/services/categories").json()
    rest = http.get(f"/v1/services/categories?cursor={first['next_cursor']}").json()
    pages, where = [], "/services/categories?limit=100"
    while where:
        pages.append(http.get(where))
        where = pages[-1].links.get("next", {}).get("url")

    assert (len(first["data"]), first["has_more"]) == (MOST, True)
    assert [each["name"][:3] if each["name"] else None for each in rest["data"]] == ["200", None]
    assert (rest["has_more"], rest["next_cursor"]) == (False, None)
    assert [each for page in pages for each in page.json()["data"]] == [
        *first["data"],
        *rest["data"],
    ]


@pytest.mark.parametrize(
    ("part", "pointer"),
    [
        ({"price": {"amount": -1, "currency": "EUR"}}, "#/price/amount"),
        ({"price": {"amount": 10, "currency": "euro"}}, "#/price/currency"),
        ({"duration_minutes": 0}, "#/duration_minutes"),
        ({"duration_minutes": "45"}, "#/duration_minutes"),
        ({"duration_minutes": 1441}, "#/duration_minutes"),
        ({"buffer_before_minutes": -1}, "#/buffer_before_minutes"),
        ({"buffer_after_minutes": 1441}, "#/buffer_after_minutes"),
        ({"name": "  "}, "#/name"),
        ({"name": "Cut\x00"}, "#/name"),
        ({"professional_ids": ["Ana"]}, "#/professional_ids/0"),
        ({"colour": "red"}, "#/colour"),
    ],
)
def test_an_impossible_service_is_refused_with_a_pointer_to_what_is_wrong(
    http, part, pointer
) -> None:
    refused = http.post("/v1/services", json={**CUT, **part})

    assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed")
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


def test_what_was_never_created_is_not_there(http) -> None:
    nowhere = f"/v1/services/{service_id}"

    answers = [
        http.get(nowhere),
        http.put(nowhere, json=CUT, headers={"If-Match": '"0"'}),
        http.delete(nowhere),
        http.post(f"{nowhere}/restoration"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_an_id_of_something_else_is_no_service(http) -> None:
    other = service_id.replace("service", "client")

    refused = http.delete(f"/v1/services/{other}")

    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")


def test_another_business_does_not_see_our_services(running: Running, http) -> None:
    cut = create(http)
    running.settle()

    stranger = running.http(tenant=str(uuid4()))

    assert stranger.get(cut).status_code == 404
    assert stranger.delete(cut).status_code == 404
    assert names(stranger) == []


def test_a_refusal_is_not_decided_on_what_another_process_has_changed(
    two_systems: tuple[Running, Running],
) -> None:
    """The other remembers the service as removed, and it was restored since."""
    here, there = (running.http() for running in two_systems)
    where = here.post("/v1/services", json=CUT).headers["location"]
    there.delete(where)

    here.post(f"{where}/restoration")
    changed = there.put(where, json={**CUT, "name": "Wash"})

    assert changed.status_code == 200, changed.text


@pytest.mark.parametrize("way", ["", "-"])
def test_pages_reach_what_has_nothing_to_be_sorted_by(running: Running, way: str) -> None:
    http = running.http()
    categories = ["A", "B", None, None, None]
    for number, category in enumerate(categories):
        http.post("/v1/services", json={**CUT, "name": f"S{number}", "category": category})
    running.settle()
    names, cursor = list[str](), ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = http.get(f"/v1/services?sort={way}category&limit=1{more}").json()
        names += [each["name"] for each in page["data"]]
        cursor = page["next_cursor"]

    assert sorted(names) == [f"S{number}" for number in range(5)]
