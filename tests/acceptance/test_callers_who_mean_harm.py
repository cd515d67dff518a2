"""The server that is shipped, and callers who take what they can of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import httpx2 as httpx
import pytest
import yaml

from infra.composition import running_system
from infra.servers.postgres import Server
from infra.settings import Settings
from tests.acceptance.loops import loops
from tests.acceptance.processes import owner, server_apart
from tests.acceptance.test_one_slot import ALL_DAY, WEEKDAYS
from tests.conftest import empty_database
from tests.http.sockets import Line, request
from tests.waiting import until

pytestmark = [pytest.mark.postgres, pytest.mark.thorough]

LOOPS = 200
LINE = 64
"""Passwords that wait while as many are hashed as there are cores."""

AT_ONCE = 16
"""As many as there are threads for requests."""

STALLED = 64
DETAILS = "x" * 60_000
MUCH = "/v1/bookings?limit=200"
UNKNOWN = {f"k{number}": 1 for number in range(80_000)}


def given() -> int:
    """Return the bytes that a process of the API is given."""
    documents = yaml.safe_load_all(Path("infra/k8s/api.yaml").read_text(encoding="utf-8"))
    (pod,) = [d["spec"]["template"]["spec"] for d in documents if d["kind"] == "Deployment"]
    limit = pod["containers"][0]["resources"]["limits"]["memory"]
    assert limit.endswith("Mi")
    return int(limit[:-2]) * 2**20


def taken(process: int) -> int:
    """Return the most bytes that a process has ever had."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    peak = dict(line.split(":", 1) for line in lines)["VmHWM"]
    return int(peak.removesuffix("kB")) * 2**10


class Served(NamedTuple):
    """A server, its database, and the access token of the owner of a business."""

    dsn: str
    port: int
    process: int
    token: str


class Shop:
    """That business, asked by many at once."""

    def __init__(self, served: Served, http: httpx.Client) -> None:
        self._served, self._http = served, http
        settings = {"time_zone": "UTC", "hours": dict.fromkeys(WEEKDAYS, ALL_DAY)}
        made = self.ask("POST", "/v1/professionals", {"name": "Ana", "settings": settings})
        self._professional = made.json()["id"]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Ask, and again where one was told that it would have been begun too late."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: httpx.Response = until(lambda: self._begun(method, path, body, named))
        return answer

    def _begun(self, method: str, path: str, body: Any, named: Any) -> httpx.Response | None:
        answer = self._http.request(method, path, json=body, headers=named)
        late = answer.status_code == 503 and answer.json()["code"] == "unavailable"
        return None if late else answer

    def all_at_once(self, *asked: Any, **headers: str) -> set[int]:
        """Ask the same as often as there are threads; return the statuses."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return set(pool.map(lambda _: self.ask(*asked, **headers).status_code, range(AT_ONCE)))

    def series(self, hour: int, times: int) -> dict[str, Any]:
        recurrence = {
            "starts_at": f"2027-01-05T{hour:02}:00:00",
            "time_zone": "UTC",
            "rule": f"FREQ=DAILY;COUNT={times}",
        }
        wish = {"professional_id": self._professional, "duration_minutes": 30, "details": DETAILS}
        return {**wish, "override": True, "recurrence": recurrence}

    def settle(self) -> None:
        """Let read models catch up, as a worker does."""
        with running_system(Settings(), self._served.dsn) as system:
            system.runner.catch_up()

    def stalled(self) -> Line:
        """Return the connection of somebody who asks for much and takes nothing of it."""
        line = Line(self._served.port)
        token = f"Bearer {self._served.token}".encode()
        line.say(request("GET", MUCH, headers=[(b"Authorization", token)]))
        return line


@pytest.fixture(scope="module")
def served(server: Server) -> Iterator[Served]:
    with empty_database(server) as dsn, server_apart(dsn) as (port, process):
        yield Served(dsn, port, process, owner(port))


@pytest.fixture
def http(served: Served) -> Iterator[httpx.Client]:
    """The owner, on as many connections as they like."""
    where, named = f"http://127.0.0.1:{served.port}", {"Authorization": f"Bearer {served.token}"}
    with httpx.Client(base_url=where, headers=named, timeout=60) as http:
        yield http


@pytest.mark.large  # two hundred loops leave little of two cores to whoever counts beside them
def test_health_and_reads_do_not_stand_in_line_with_two_hundred_login_loops(
    served: Served, http: httpx.Client
) -> None:
    """Who stood behind the passwords that wait would be answered after as many others: they are
    counted.
    """
    logins = [{"email": f"{n}@example.org", "password": "wrong"} for n in range(LOOPS)]

    with loops(served.port, "/v1/auth/login", logins) as crowd:
        crowd.wait_for_too_many()
        for path in ("/v1/health", "/v1/services") * 3:
            before = crowd.answers()
            assert http.get(path).status_code == 200
            answers = crowd.answers()
            assert answers[401, None] - before[401, None] < LINE

    # On a slow machine some would have waited too long for their turn.
    assert set(answers) - {(503, None)} == {(401, None), (429, "waiting")}


def test_whatever_is_asked_at_once_a_process_stays_within_what_it_is_given(
    served: Served, http: httpx.Client
) -> None:
    shop = Shop(served, http)

    # Bodies that are refused for their size, and orders for what they would record.
    assert shop.all_at_once("POST", "/v1/auth/register", UNKNOWN) == {413}
    assert shop.all_at_once("POST", "/v1/series", shop.series(9, 104)) == {413}

    # The largest order, before any read model has seen it, and more than is shown so.
    made = [shop.ask("POST", "/v1/series", shop.series(hour, 30)) for hour in (10, 11, 12)]
    first, *_, last = [each.headers["consistency-token"] for each in made]
    shown = shop.all_at_once("GET", MUCH, Consistency_Token=first, Prefer="wait=5")
    assert (
        {200} <= shown <= {200, 503}
    )  # who shows the same rows at the same time may be in the way
    assert shop.all_at_once("GET", MUCH, Consistency_Token=last, Prefer="wait=0") == {503}

    # Lists that are cut where they are large enough, and what was and what happened.
    shop.settle()
    booking = f"/v1/bookings/{shop.ask('GET', MUCH).json()['data'][0]['id']}"
    for number in range(45):
        assert shop.ask("PATCH", booking, {"details": f"{number}{DETAILS}"}).status_code == 200
    for path in (
        MUCH,
        f"{MUCH}&fields=id,details",
        "/appointments?page=1&limit=75",
        "/v1/history?limit=200",
        f"{booking}/history",
        f"{booking}?as_of=1000000",
    ):
        assert shop.all_at_once("GET", path) == {200}, path

    # And whoever takes nothing of what they asked for.
    with ExitStack() as stack:
        for line in [stack.enter_context(shop.stalled()) for _ in range(STALLED)]:
            line.wait()
        assert shop.ask("GET", "/v1/health").status_code == 200

    assert taken(served.process) < given()
