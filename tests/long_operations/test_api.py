"""Long work over HTTP: asked for, followed, listed, cancelled, and forgotten after a month."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from adapters.event_store.bundle import verify_bundle
from application.operations.long_operations import MOST_KEPT, MOST_OPEN
from domain.business.users import Role
from tests.long_operations.carrying import progress_of
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

EXPORTS = "/v1/history/exports"
IMPORTS = "/v1/bookings/imports"
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def salon(running: Running) -> Salon:
    salon = Salon.opened(running)
    assert salon.book(running.http()).status_code == 201
    running.settle()
    return salon


@pytest.fixture
def http(salon: Salon) -> TestClient:
    return salon.running.http()


def started(http: TestClient, where: str = EXPORTS, **more: Any) -> str:
    """Start long work; return where it is."""
    answer = http.post(where, **more)
    assert answer.status_code == 202, answer.text
    return str(answer.headers["location"])


def attempts(count: int, provider: str = "Bo") -> dict[str, Any]:
    """Return an import of so many hours, one after the other."""
    return {
        "time_zone": "Europe/Paris",
        "attempts": [
            {
                "id": f"row {number}",
                "kind": "cut",
                "provider": provider,
                "starts_at": f"2027-02-{1 + number // 24:02}T{number % 24:02}:00:00",
            }
            for number in range(count)
        ],
    }


# --- Each kind --------------------------------------------------------------------------


def test_an_export_can_be_verified_anywhere(running: Running, http: TestClient) -> None:
    where = started(http, headers=ASYNC)

    waiting = http.get(where)
    running.settle()
    done = http.get(where).json()
    file = http.get(done["file"]["href"])

    assert (waiting.json()["state"], waiting.headers["retry-after"]) == ("waiting", "1")
    assert (done["state"], done["progress"]["counts"]) == ("done", "events")
    assert done["progress"]["done"] == done["progress"]["total"] == done["result"]["events"] > 2
    header, findings = verify_bundle(file.content.splitlines(keepends=True))
    assert (header.tenant, header.hash, findings) == (running.tenant, done["result"]["hash"], [])
    assert len(file.content) == done["file"]["bytes"]
    assert "Ana" not in file.text


def test_a_history_without_events_is_exported_too(running: Running) -> None:
    http = running.http(tenant=str(uuid4()))
    where = started(http)

    running.settle()

    done = http.get(where).json()
    assert (done["state"], done["result"]["events"]) == ("done", 0)
    assert len(http.get(done["file"]["href"]).content.splitlines()) == 1


def test_a_person_is_erased_by_an_operation_if_one_prefers_not_to_wait(
    running: Running, salon: Salon, http: TestClient
) -> None:
    client = http.post("/v1/clients", json={"name": "Zoé", "email": "zoe@example.org"}).json()["id"]
    salon.book(http, "2027-01-06T10:00:00+01:00", client_id=client)
    about = f"/v1/clients/{client}/personal-data"

    accepted = http.delete(about, headers=ASYNC)
    before = http.get(about).json()["state"]
    running.settle()

    assert (accepted.status_code, before) == (202, "kept")
    assert accepted.headers["preference-applied"] == "respond-async"
    done = http.get(accepted.headers["location"]).json()
    assert (done["state"], done["about"], done["result"]["state"]) == ("done", client, "erased")
    assert done["progress"]["done"] == done["progress"]["total"] >= 2
    assert http.get(about).json()["state"] == "erased"
    [erased] = [
        each
        for each in running.http(Role.AUDITOR).get("/v1/history").json()["data"]
        if each["type"].startswith("client-erased")
    ]
    assert erased["actor"] == done["started_by"]


def test_who_does_not_prefer_it_is_answered_as_ever(running: Running, http: TestClient) -> None:
    client = http.post("/v1/clients", json={"name": "Zoé"}).json()["id"]

    erased = http.delete(f"/v1/clients/{client}/personal-data", headers={"Prefer": "wait=1"})

    assert erased.status_code == 204
    assert "preference-applied" not in erased.headers
    assert http.get("/v1/operations").json()["data"] == []


def test_of_whom_nothing_is_known_no_erasure_is_begun(http: TestClient) -> None:
    nobody = "client-0198c0de-0000-7000-8000-0000000000ff"

    refused = http.delete(f"/v1/clients/{nobody}/personal-data", headers=ASYNC)

    assert (refused.status_code, refused.json()["code"]) == (404, "client-not-found")


def test_an_operator_rebuilds_a_read_model(running: Running, http: TestClient) -> None:
    operator = running.http(Role.OPERATOR)
    before = http.get("/v1/bookings").json()["data"]
    with running.system.database.as_worker() as connection:
        connection.execute("DELETE FROM live.bookings")

    where = started(operator, "/v1/read-models/bookings/rebuild?anew=true")
    running.settle()

    done = operator.get(where).json()
    assert (done["state"], done["about"], done["result"]["parked"]) == ("done", "bookings", 0)
    assert http.get("/v1/bookings").json()["data"] == before


def test_what_is_no_read_model_is_not_rebuilt(running: Running) -> None:
    refused = running.http(Role.OPERATOR).post("/v1/read-models/secrets/rebuild")

    assert (refused.status_code, refused.json()["code"]) == (404, "read-model-not-found")


def test_bookings_are_imported_once_however_often(running: Running, http: TestClient) -> None:
    body = attempts(50)
    body["attempts"].append({**body["attempts"][3], "id": "at the same time"})

    first = started(http, IMPORTS, json=body)
    running.settle()
    again = started(http, IMPORTS, json=body)
    running.settle()

    result = http.get(first).json()["result"]
    assert (result["booked"], result["refused"], result["already_there"]) == (50, 1, 0)
    assert result["refusals"] == [{"id": "at the same time", "code": "slot-taken"}]
    result = http.get(again).json()["result"]
    assert (result["booked"], result["refused"], result["already_there"]) == (0, 1, 50)


def test_a_wall_clocks_time_has_no_zone(http: TestClient) -> None:
    body = attempts(1)
    body["attempts"][0]["starts_at"] += "Z"

    refused = http.post(IMPORTS, json=body)

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (
        422,
        "time-not-understood",
    )


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_what_is_beyond_all_calendars_is_not_imported(http: TestClient, at: str) -> None:
    body = attempts(1)
    body["attempts"][0]["starts_at"] = at

    refused = http.post(IMPORTS, json=body)

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "out-of-range")


# --- Who sees it ------------------------------------------------------------------------


def test_a_stranger_sees_nothing(running: Running, http: TestClient) -> None:
    where = started(http)
    running.settle()
    stranger = running.http(tenant=str(uuid4()))

    answers = [
        stranger.get(where),
        stranger.get(f"{where}/file"),
        stranger.delete(where),
    ]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {
        (404, "operation-not-found")
    }
    assert stranger.get("/v1/operations").json()["data"] == []


def test_a_colleague_sees_their_own_only_and_the_owner_sees_all(
    running: Running, http: TestClient
) -> None:
    auditor, colleague = running.http(Role.AUDITOR), running.http(Role.FRONT_DESK)
    where = started(auditor)

    assert colleague.get(where).status_code == 404
    assert colleague.get("/v1/operations").json()["data"] == []
    assert colleague.delete(where).status_code == 404
    assert running.http(Role.AUDITOR).delete(where).status_code == 404
    [seen] = http.get("/v1/operations").json()["data"]
    assert f"/v1/operations/{seen['id']}" == where
    assert http.delete(where).status_code == 200


def test_who_may_not_read_the_history_cannot_read_it_from_a_file(
    running: Running, http: TestClient
) -> None:
    where = started(http)
    running.settle()
    operator = running.http(Role.OPERATOR)

    refused = operator.get(f"{where}/file")

    assert operator.get(where).status_code == 200
    assert (refused.status_code, refused.json()["permission"]) == (403, "history:read")


def test_a_list_goes_on_page_by_page(running: Running, http: TestClient) -> None:
    made = [started(http).rpartition("/")[2] for _ in range(5)]

    seen, cursor = [], ""
    while cursor is not None:
        page = http.get(f"/v1/operations?limit=2{cursor and f'&cursor={cursor}'}").json()
        seen += [each["id"] for each in page["data"]]
        cursor = page["next_cursor"]

    assert seen == made[::-1]


# --- Once, and not too many -------------------------------------------------------------


def test_the_same_key_starts_it_once(http: TestClient) -> None:
    key = {"Idempotency-Key": "once"}

    first = http.post(IMPORTS, json=attempts(1), headers=key)
    again = http.post(IMPORTS, json=attempts(1), headers=key)
    other = http.post(IMPORTS, json=attempts(2), headers=key)

    assert first.headers["location"] == again.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_business_beyond_its_limit_is_refused_and_others_are_not(
    running: Running, http: TestClient
) -> None:
    where = [started(http) for _ in range(MOST_OPEN)]

    refused = http.post(EXPORTS)
    other = running.http(tenant=str(uuid4())).post(EXPORTS)
    http.delete(where[0])
    after = http.post(EXPORTS)

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-operations")
    assert int(refused.headers["retry-after"]) >= 1
    assert (other.status_code, after.status_code) == (202, 202)


# --- Its end ----------------------------------------------------------------------------


def test_what_waits_is_cancelled_at_once_and_only_once(running: Running, http: TestClient) -> None:
    where = started(http)

    cancelled, again = http.delete(where), http.delete(where)
    running.settle()

    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert again.json() == cancelled.json() == http.get(where).json()
    assert cancelled.json()["cancelled_by"] == cancelled.json()["started_by"]


def test_what_is_over_cannot_be_cancelled(running: Running, http: TestClient) -> None:
    where = started(http)
    running.settle()

    refused = http.delete(where)

    assert (refused.status_code, refused.json()["code"]) == (409, "operation-is-over")
    assert refused.json()["current_state"] == "done"


def test_only_the_newest_files_are_kept(running: Running, http: TestClient) -> None:
    made = [started(http) for _ in range(MOST_KEPT + 1)]
    running.settle()

    gone = http.get(f"{made[0]}/file")

    assert (gone.status_code, gone.json()["code"]) == (410, "operation-file-gone")
    assert {http.get(f"{where}/file").status_code for where in made[1:]} == {200}
    assert http.get(f"{started(http)}/file").json()["code"] == "operation-has-no-file"


def test_it_is_forgotten_a_month_after_its_end(running: Running, http: TestClient) -> None:
    where = started(http)
    running.settle()
    expires = http.get(where).json()["expires_at"]

    running.clock.set(running.clock() + timedelta(days=30))
    kept = prune(running)
    running.clock.set(running.clock() + timedelta(seconds=1))
    forgotten = prune(running)

    assert expires.startswith("2027-02-03T08:00:00")
    assert (kept, forgotten) == (0, 1)
    assert http.get(where).status_code == 404
    with running.system.database.as_worker() as connection:
        assert connection.execute("SELECT count(*) FROM work.operation_parts").fetchone() == (0,)


def prune(running: Running) -> int:
    """Forget what is too old, as whoever works does every hour."""
    return progress_of(running.system).prune()
