"""The queue, through HTTP."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from adapters.jobs import JobDesk, Orders
from api.app import create_app
from api.operations import jobs
from application.permissions import Principal, permissions_of
from domain.business.users import Role
from domain.values import TenantId, UserId
from infra.composition import System, backend
from tests.jobs.examples import (
    ANOTHER_TENANT,
    HOUR,
    NOON,
    TENANT,
    BellThatRemembers,
    ManualClock,
    RecordBellRung,
    RingBell,
    WaterPlants,
    a_worker,
    order,
    ring,
    water,
)
from tests.running import LASTING

pytestmark = pytest.mark.postgres

LogIn = Callable[..., TestClient]


@pytest.fixture
def log_in(system: System, clock: ManualClock) -> LogIn:
    principals: dict[str, Principal] = {}
    behind = backend(system, principals.__getitem__, lambda _: LASTING)
    desk = JobDesk(system.database, clock, Orders([WaterPlants, RecordBellRung, RingBell]))
    app = create_app(replace(behind, jobs=desk), (jobs.router,))

    def log_in(role: Role = Role.OPERATOR, tenant: str = TENANT) -> TestClient:
        token = uuid4().hex
        principals[token] = Principal(
            tenant_id=TenantId(tenant),
            user_id=UserId("user-1"),
            roles=(role,),
            permissions=permissions_of((role,)),
            session_id="session",
        )
        headers = {"Authorization": f"Bearer {token}"}
        return TestClient(app, headers=headers, raise_server_exceptions=False)

    return log_in


@pytest.fixture
def http(log_in: LogIn) -> TestClient:
    return log_in()


@pytest.fixture
def parked(http: TestClient, system: System, clock: ManualClock) -> str:
    order(system.database, ring(13))
    with system.database.as_worker() as connection:
        connection.execute("UPDATE work.jobs SET max_attempts = 1")
    bell = BellThatRemembers(OSError("stuck"))
    a_worker(system.database, clock, handle=bell).run_due()
    [job] = http.get("/v1/jobs", params={"status": "parked"}).json()["data"]
    return f"/v1/jobs/{job['id']}"


def test_a_parked_job_is_shown_with_what_went_wrong(http: TestClient, parked: str) -> None:
    shown = http.get(parked).json()

    assert (shown["kind"], shown["about"], shown["status"]) == ("ring-bell", "bell", "parked")
    assert (shown["payload"], shown["last_error"]) == ({"times": 13}, "OSError: stuck")
    assert shown["attempts"] == shown["max_attempts"] == 1
    assert shown["due_at"] == "2026-03-02T12:00:00Z"


def test_a_parked_job_is_edited_retried_and_then_done(
    http: TestClient, parked: str, system: System, clock: ManualClock
) -> None:
    bell = BellThatRemembers()

    edited = http.patch(parked, json={"payload": {"times": 12}})
    retried = http.post(f"{parked}/retry")
    a_worker(system.database, clock, handle=bell).run_due()

    assert edited.json()["payload"] == {"times": 12}
    assert (retried.status_code, retried.json()["status"]) == (200, "todo")
    assert http.get(parked).json()["status"] == "done"
    assert [times for times, _ in bell.rung] == [12]


def test_a_job_can_be_put_off(http: TestClient, system: System) -> None:
    order(system.database, water())
    [job] = http.get("/v1/jobs").json()["data"]

    changed = http.patch(f"/v1/jobs/{job['id']}", json={"run_at": "2026-03-02T15:00:00+02:00"})

    assert changed.json()["run_at"] == "2026-03-02T13:00:00Z"
    assert changed.json()["payload"] == {"room": "kitchen"}


def test_a_parked_job_is_discarded_once(http: TestClient, parked: str) -> None:
    discarded = http.post(f"{parked}/discard")
    again = http.post(f"{parked}/discard")

    assert discarded.json()["status"] == "discarded"
    assert (again.status_code, again.json()["code"]) == (409, "job-is-not-parked")
    assert again.json()["current_status"] == "discarded"


def test_an_order_that_makes_no_sense_is_refused(http: TestClient, parked: str) -> None:
    nonsense: list[dict[str, object]] = [{"times": "many"}, {}]
    for payload in nonsense:
        refused = http.patch(parked, json={"payload": payload})
        assert (refused.status_code, refused.json()["code"]) == (422, "job-payload-invalid")
    for malformed in ({"payload": 7}, {"run_at": "2026-03-02T15:00:00"}, {"kind": "water-plants"}):
        assert http.patch(parked, json=malformed).json()["code"] == "validation-failed"
    assert http.get(parked).json()["payload"] == {"times": 13}


def test_jobs_are_filtered_and_paged(http: TestClient, system: System) -> None:
    order(system.database, *[ring(n, at=NOON + n * HOUR) for n in range(5)], water())

    pages = [http.get("/v1/jobs", params={"kind": "ring-bell", "limit": 2})]
    while "next" in pages[-1].links:
        pages.append(http.get(pages[-1].links["next"]["url"]))

    assert [[job["payload"]["times"] for job in page.json()["data"]] for page in pages] == [
        [0, 1],
        [2, 3],
        [4],
    ]
    assert [page.json()["has_more"] for page in pages] == [True, True, False]


@pytest.mark.parametrize(
    "asked", ["colour=red", "status=asleep", "limit=0", "limit=many", "kind=a&kind=b"]
)
def test_a_question_nobody_can_answer_is_refused(http: TestClient, asked: str) -> None:
    refused = http.get(f"/v1/jobs?{asked}")

    assert (refused.status_code, refused.json()["code"]) == (400, "query-invalid")


def test_a_forged_cursor_is_refused(http: TestClient, log_in: LogIn, system: System) -> None:
    order(system.database, ring(1), ring(2))
    order(system.database, ring(1), ring(2), position=2, tenant=ANOTHER_TENANT)
    others = log_in(tenant=ANOTHER_TENANT).get("/v1/jobs?limit=1").json()["next_cursor"]

    for cursor in (others, "nonsense", ""):
        refused = http.get("/v1/jobs", params={"cursor": cursor})
        assert (refused.status_code, refused.json()["code"]) == (400, "token-invalid")


def test_another_tenants_job_is_not_there(log_in: LogIn, parked: str) -> None:
    stranger = log_in(tenant=ANOTHER_TENANT)

    answers = [
        stranger.get(parked),
        stranger.patch(parked, json={}),
        stranger.post(f"{parked}/retry"),
        stranger.post(f"{parked}/discard"),
        stranger.get(f"/v1/jobs/{UUID(int=1)}"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert stranger.get("/v1/jobs").json()["data"] == []


@pytest.mark.parametrize("role", [Role.OWNER, Role.FRONT_DESK, Role.CLIENT, Role.AUDITOR])
def test_only_operators_look_after_the_queue(log_in: LogIn, parked: str, role: Role) -> None:
    http = log_in(role)

    answers = [http.get("/v1/jobs"), http.get(parked), http.post(f"{parked}/retry")]

    assert {answer.status_code for answer in answers} == {403}
