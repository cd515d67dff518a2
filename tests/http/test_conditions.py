"""Once only, on the version that was seen, and seeing one's own writes: what requests may demand."""

from uuid import UUID, uuid4

import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from starlette.datastructures import Headers

from api.requests.conditions import version_seen
from api.requests.preferences import CONSISTENCY, LONGEST_WAIT, preferences
from application.dispatch import VersionMismatch
from application.patience import IN_ALL
from application.ports import THERE, About, Answer, Bookmark, ProjectionBehind
from domain.scheduling.services import CreateService
from domain.values import ServiceId
from tests.http.faulty import Faulty, with_backend
from tests.http.hostile import everything
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import CUT as CUT_OFFER

pytestmark = [pytest.mark.postgres, pytest.mark.together]

CUT = {"name": "Cut", "duration_minutes": 45}


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def cut(http: TestClient) -> str:
    """The path of a service."""
    return str(http.post("/v1/services", json=CUT).headers["location"])


# --- On the version that was seen -------------------------------------------------------


def test_who_replaces_a_whole_says_which_version_he_has_seen(http, cut) -> None:
    blind = http.request("PUT", cut, json=CUT)
    seeing = http.put(cut, json={**CUT, "name": "Trim"}, headers={"If-Match": '"1"'})

    assert (blind.status_code, blind.json()["code"]) == (428, "if-match-required")
    assert (seeing.status_code, seeing.headers["etag"]) == (200, '"2"')


def test_whatever_is_there_may_be_replaced_by_who_says_so(http, cut) -> None:
    assert http.put(cut, json=CUT, headers={"If-Match": "*"}).status_code == 200


def test_where_nothing_is_no_version_will_do(running: Running) -> None:
    http = running.http()

    for asked in everything():
        if "_id}" in asked.route.path and asked.method != "GET" and asked.route.include_in_schema:
            headers = {"If-Match": "*", "Content-Type": "application/json"}
            refused = http.request(asked.method, asked.path, content=asked.body(), headers=headers)
            assert refused.status_code in (403, 404, 412), f"{asked}: {refused.text}"


def test_nothing_is_made_on_the_condition_that_it_is_there(running: Running) -> None:
    service = ServiceId(f"service-{uuid4()}")
    create = CreateService(service_id=service, offer=CUT_OFFER)

    def order(command_id: UUID) -> Answer:
        there = (service, THERE)
        about = About(tenant=running.tenant, actor="u", command_id=command_id, if_match=there)
        return running.system.dispatch(create, about)

    with pytest.raises(VersionMismatch) as refusal:
        order(uuid4())
    running.order(create)

    assert refusal.value.facts == {"current_version": 0}
    assert not order(uuid4()).recorded


def test_a_tag_that_a_proxy_made_weak_is_as_good(http, cut) -> None:
    assert http.put(cut, json=CUT, headers={"If-Match": 'W/"1"'}).status_code == 200


@pytest.mark.parametrize("method", ["put", "delete"])
def test_no_write_happens_on_a_version_that_is_gone(http, cut, method) -> None:
    http.put(cut, json={**CUT, "name": "Trim"}, headers={"If-Match": '"1"'})
    body = {"json": CUT} if method == "put" else {}

    stale = http.request(method, cut, headers={"If-Match": '"1"'}, **body)

    assert (stale.status_code, stale.json()["code"]) == (412, "version-mismatch")
    assert stale.json()["current_version"] == 2
    assert http.get(cut).headers["etag"] == '"2"'


@pytest.mark.parametrize(
    "tag", ["", '"x"', "1, 2", '"1", "2"', '*, "1"', '"-1"', '"²"', '"99999999999"']
)
def test_an_etag_that_was_never_given_out_is_refused(http, cut, tag) -> None:
    refused = http.put(cut, json=CUT, headers={"If-Match": tag.encode()})

    assert (refused.status_code, refused.json()["code"]) == (400, "if-match-invalid")


@pytest.mark.parametrize(
    ("said", "merged_with", "demanded"),
    [(b"*", None, THERE), (b"*", 3, 3), (b'"2"', 3, 2), (b'"2"', None, 2)],
)
def test_any_version_is_the_one_that_something_was_put_together_from(
    said: bytes, merged_with: int | None, demanded: int
) -> None:
    request = Request(
        {"type": "http", "method": "PUT", "path": "/user", "headers": [(b"if-match", said)]}
    )

    assert version_seen(request, otherwise=merged_with) == demanded


# --- Once only --------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "x" * 256, "clé".encode(), b"a\tb"])
def test_a_key_is_short_and_visible(http, key) -> None:
    refused = http.post("/v1/services", json=CUT, headers={"Idempotency-Key": key})

    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency-key-invalid")


def test_the_longest_key_is_as_good_as_any(http) -> None:
    key = {"Idempotency-Key": "x" * 255}

    first = http.post("/v1/services", json=CUT, headers=key)
    again = http.post("/v1/services", json=CUT, headers=key)

    assert again.json() == first.json()
    assert again.headers["consistency-token"] == first.headers["consistency-token"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"


def test_a_key_is_ones_own_and_for_one_route(running: Running, http, cut) -> None:
    key = {"Idempotency-Key": "a"}
    mine = http.post("/v1/services", json=CUT, headers=key)

    anothers = running.http().post("/v1/services", json=CUT, headers=key)
    elsewhere = http.post(f"{cut}/restoration", headers=key)

    assert anothers.json()["id"] != mine.json()["id"]
    assert elsewhere.status_code == 200
    assert "idempotent-replayed" not in elsewhere.headers


def test_a_key_is_for_one_request(http, cut) -> None:
    key = {"Idempotency-Key": "a"}
    other = http.post("/v1/services", json=CUT).headers["location"]
    http.delete(cut, headers=key)

    refused = http.delete(other, headers=key)

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")
    assert http.get(other).json()["active"] is True


def test_a_key_is_for_what_stands_behind_the_question_mark_too(http) -> None:
    key, zoe = {"Idempotency-Key": "a"}, {"name": "Zoé", "email": "zoe@example.org"}
    http.post("/v1/clients?on_duplicate=refuse", json=zoe, headers=key)

    refused = http.post("/v1/clients?on_duplicate=return", json=zoe, headers=key)

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")


# --- Seeing one's own writes ------------------------------------------------------------


def token(running: Running, position: int, tenant: str | None = None) -> dict[str, str]:
    """Forge a token, with our own keys and a bookmark that fits any log."""
    positions, of = running.app.state.backend.positions, tenant or running.tenant
    text = positions.sealed(CONSISTENCY, of, str(position), Bookmark())
    return {"Consistency-Token": text, "Prefer": "wait=0"}


def test_one_row_shows_what_one_has_written_although_the_projector_has_not(
    running: Running, http, cut
) -> None:
    running.settle()
    http.delete(cut)
    changed = http.post(f"{cut}/restoration")
    written = changed.headers["consistency-token"]
    mine = {"Consistency-Token": written, "Prefer": "wait=0"}

    shown = http.get(cut, headers=mine)

    assert (shown.json()["version"], shown.headers["consistency"]) == (3, "stream")


def test_a_token_of_another_business_is_none_here(running: Running, http, cut) -> None:
    strangers = token(running, 1, tenant=str(uuid4()))

    for path in ("/v1/services", cut):
        refused = http.get(path, headers=strangers)

        assert (refused.status_code, refused.json()["code"]) == (400, "token-invalid")


def test_nobody_waits_for_so_long_that_they_would_not_hear_in_time(running: Running) -> None:
    own = token(running, 1) | {"Prefer": "wait=10"}
    positions = running.app.state.backend.positions

    wishes = preferences(Headers(own), positions, running.tenant)

    assert wishes.wait == LONGEST_WAIT < IN_ALL


def test_a_token_from_the_future_is_refused(running: Running, http, cut) -> None:
    for path in ("/v1/services", cut):
        refused = http.get(path, headers=token(running, 1_000))

        assert (refused.status_code, refused.json()["code"]) == (409, "position-unknown")


def test_who_is_lenient_is_told_what_is_known_and_that_it_is_old(
    running: Running, http, cut
) -> None:
    behind = Faulty(running.app.state.backend.read_models, behind=True)
    http = with_backend(running, read_models=behind)
    own = token(running, 1)

    refused = http.get("/v1/services", headers=own)
    told = http.get("/v1/services", headers={**own, "Prefer": "wait=0, handling=lenient"})

    assert (refused.status_code, refused.json()["code"]) == (503, ProjectionBehind.code)
    assert refused.headers["retry-after"] == "1"
    assert (told.status_code, told.json()["data"]) == (200, [])
    assert told.headers["consistency"] == "stale"


@pytest.mark.apart
def test_what_is_not_old_is_not_said_to_be(running: Running, http, cut) -> None:
    own = {**token(running, 1), "Prefer": "handling=lenient; wait=0"}

    told = http.get("/v1/services", headers=own)

    assert [service["name"] for service in told.json()["data"]] == ["Cut"]
    assert "consistency" not in told.headers
