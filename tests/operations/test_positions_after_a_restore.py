"""A log is restored and goes on otherwise: whatever names a position of what is lost is refused, and never
taken for another.

    business ─► a dump ─► more happens (tokens and cursors are given out) ─► the dump is restored beside it
    ─► more than that happens there, at the same positions
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import httpx2 as httpx
import psycopg
import pytest
from fastapi.routing import APIRoute

from adapters.clock import SettableClock
from adapters.postgres import ACCOUNTS, APP, WORKER, WRITER
from api.app import ROUTERS
from api.requests.answers import Listed, said_of
from application.inbound import Arrival
from domain.business.users import Role
from domain.values import TenantId
from infra.composition import running_system
from infra.processes.serving import listen, serve_in_thread
from infra.servers.postgres import Server, binaries, create_database, drop_database
from infra.settings import Mode, Settings
from tests.conftest import MONDAY, empty_database
from tests.contract import check, document
from tests.operations.logins import login
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

TOKEN: Final = "Consistency-Token"
LISTS: Final = (
    "/v1/services",
    "/v1/services?sort=-name",
    "/v1/services/categories",
    "/v1/bookings",
    "/v1/availability?from=2027-01-05&to=2027-03-01&tz=Europe/Paris&duration_minutes=30",
    "/v1/jobs",
    "/v1/operations",
    "/v1/receipts",
    "/v1/outbox",
    "/v1/read-models/parked",
    "/v1/history",
    "/v1/history?oldest_first=true",
)
PARK: Final = """
    INSERT INTO work.parked (consumer, tenant_id, key, position, error)
    SELECT 'clients', tenant_id, stream, position, 'KeyError' FROM log.events WHERE version = 1
"""
"""So that there are pages of what is set aside; in a read model that nothing here demands to be fresh."""


class Business(NamedTuple):
    """A system at work, and a client over a real socket, who may do everything."""

    running: Running
    http: httpx.Client

    def offer(self, number: int) -> httpx.Response:
        body = {"name": f"Cut {number:03}", "category": f"{number}", "duration_minutes": 45}
        made = self.http.post("/v1/services", json=body)
        assert made.status_code == 201, made.text
        return made

    def ask(self, path: str, **headers: str) -> httpx.Response:
        answer = self.http.get(path, headers=headers)
        check(answer)
        return answer

    def cursor(self, path: str, which: str = "next_cursor", **more: Any) -> str:
        body = self.ask(str(httpx.URL(path).copy_merge_params({"limit": 1, **more}))).json()
        assert body[which], f"there is no {which} of {path}: {body}"
        return str(body[which])


@contextmanager
def at_work(dsn: str, tenant: str | None = None) -> Iterator[Business]:
    clock = SettableClock(MONDAY)
    with ExitStack() as stack:
        settings = Settings(mode=Mode.TEST, limit_factor=1000)
        system = stack.enter_context(running_system(settings, dsn, clock=clock))
        running = stack.enter_context(Running.of(system, clock, tenant))
        listener = listen("127.0.0.1", 0)
        stack.callback(serve_in_thread(running.app, listener))
        http = httpx.Client(
            base_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
            headers=dict(running.http(Role.OWNER, Role.OPERATOR).headers),
        )
        yield Business(running, stack.enter_context(http))


def run(tool: str, *arguments: str) -> None:
    done = subprocess.run(
        [binaries() / tool, *arguments], env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def restored(server: Server, dump: Path) -> Iterator[str]:
    """Restore a dump into a database; return the address of it with a login of the application's roles."""
    name = f"restored_{uuid4().hex}"
    create_database(server, name)
    run("pg_restore", "--exit-on-error", "--dbname", server.dsn(name), str(dump))
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as superuser:
        with login(superuser, server.dsn(name), APP, WORKER, WRITER, ACCOUNTS) as dsn:
            yield dsn
        drop_database(server, name)


class Past(NamedTuple):
    """Both logs at work, and what was given out before they parted and after."""

    lost: Business
    restored: Business
    shared: str
    token: str
    cursors: dict[str, str]
    event: dict[str, Any]
    change: dict[str, Any]


@pytest.fixture(scope="module")
def past(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    dump = tmp_path_factory.mktemp("restore") / "frontdesk.dump"
    with empty_database(server) as dsn, at_work(dsn) as lost:
        shared = begun(lost, dsn)
        run("pg_dump", "--format=custom", "--dbname", dsn, "--file", str(dump))
        token = [lost.offer(number) for number in range(10, 13)][-1].headers[TOKEN]
        lost.running.settle()
        cursors = {path: lost.cursor(path) for path in LISTS}
        cursors["backwards"] = lost.cursor(
            "/v1/services", "prev_cursor", cursor=cursors["/v1/services"]
        )
        event, change = cancelled(lost)
        with (
            restored(server, dump) as beside,
            at_work(beside, lost.running.tenant) as after,
        ):
            for number in range(20, 30):
                after.offer(number)
            after.running.settle()
            yield Past(lost, after, shared, token, cursors, event, change)


def begun(business: Business, dsn: str) -> str:
    """Let a business have something of everything that is told in pages; return the latest token."""
    salon = Salon.opened(business.running, auto_confirm=True)
    http = business.running.http()
    for hour in range(9, 13):
        guest = {"name": "Zoé", "email": f"zoe{hour}@mail.example"}
        booked = salon.book(http, f"2027-01-05T{hour:02}:15:00+01:00", guest=guest)
        assert booked.status_code == 201 or hour > 9, booked.text
    for number in range(2):
        assert business.http.post("/v1/history/exports").status_code == 202
        call = Arrival(method="POST", url="/", headers=(), body=f"{number}".encode())
        system = business.running.system
        system.calls.keep(TenantId(business.running.tenant), system.providers[0], call)
    business.offer(1)
    shared = business.offer(2).headers[TOKEN]
    business.running.settle()
    with psycopg.connect(dsn) as connection:
        connection.execute(PARK)
    return str(shared)


def cancelled(business: Business) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let a booking be cancelled; return the event as auditors see it, and as what it changed."""
    [booking] = business.ask("/v1/bookings?limit=1").json()["data"]
    business.http.post(f"/v1/bookings/{booking['id']}/cancel")
    [event] = business.ask("/v1/history?limit=1&type=booking-cancelled.v1").json()["data"]
    return event, business.ask(f"/v1/bookings/{booking['id']}/history").json()["data"][-1]


def path_of(name: str, cursor: str) -> str:
    """Return the question that goes on with a cursor."""
    path = "/v1/services" if name == "backwards" else name
    return str(httpx.URL(path).copy_merge_params({"cursor": cursor}))


# --- What names a position of what is lost --------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/services", "/v1/bookings", "/v1/clients", "one row"])
def test_a_token_of_what_is_lost_names_no_event_that_has_its_position_now(
    past: Past, path: str
) -> None:
    where = path if path != "one row" else one_of(past.restored)
    for wishes in ({}, {"Prefer": "handling=lenient"}, {"Prefer": "wait=0"}):
        refused = past.restored.ask(where, **{TOKEN: past.token}, **wishes)

        assert (refused.status_code, refused.json()["code"]) == (409, "position-unknown")
        assert "retry-after" not in refused.headers
    assert past.restored.ask(where).status_code == 200, "without it one goes on"


def one_of(business: Business) -> str:
    [service] = business.ask("/v1/services?limit=1").json()["data"]
    return f"/v1/services/{service['id']}"


@pytest.mark.parametrize("name", [*LISTS, "backwards"])
def test_a_cursor_of_what_is_lost_goes_on_nowhere(past: Past, name: str) -> None:
    path = path_of(name, past.cursors[name])

    refused = past.restored.ask(path)

    assert (refused.status_code, refused.json()["code"]) == (409, "position-unknown")
    assert past.lost.ask(path).status_code == 200, "where nothing is lost it goes on"


def test_every_list_that_goes_on_by_a_cursor_of_its_own_was_asked() -> None:
    """Lists of read models are all one: `api/requests/listing.py`."""
    one = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and isinstance(said_of(route.endpoint).shape, Listed)
    }
    paged = {
        path
        for path, operations in document()["paths"].items()
        for asked in operations.get("get", {}).get("parameters", ())
        if asked.get("name") == "cursor"
    }

    assert paged & one
    same = {
        "/v1/public/{business}/availability",  # it is the answer of /v1/availability
        "/v1/leads/{lead_id}/activities",  # it goes on as /v1/outbox does: `api/requests/pages.py`
        "/v1/webhooks/{webhook_endpoint_id}/deliveries",  # so does that
    }
    assert paged - one - same <= {path.partition("?")[0] for path in LISTS}


def test_an_event_that_is_lost_is_not_the_one_at_its_position_now(past: Past) -> None:
    bookmark, position = past.event["bookmark"], past.event["position"]
    service = one_of(past.restored)
    assert bookmark.startswith(f"{position}.")
    assert past.change["bookmark"] == bookmark

    for path in (f"/v1/history/{bookmark}", f"{service}?as_of={bookmark}"):
        refused = past.restored.ask(path)
        assert (refused.status_code, refused.json()["code"]) == (409, "position-unknown")
    assert past.lost.ask(f"/v1/history/{bookmark}").json() == past.event
    assert past.restored.ask(f"/v1/history/{position}").json()["bookmark"] != bookmark
    first = past.lost.ask("/v1/history/1").json()
    assert past.restored.ask(f"/v1/history/{first['bookmark']}").json() == first


def test_nobody_goes_on_hearing_behind_what_is_lost(past: Past) -> None:
    """What auditors are shown as an event's bookmark is where the feed goes on."""
    feed = f"/v1/feed?after={past.event['bookmark']}"
    refused = past.restored.ask(feed)
    assert (refused.status_code, refused.json()["code"]) == (409, "position-unknown")
    assert past.lost.ask(feed).status_code == 200
    first = past.lost.ask("/v1/history/1").json()["bookmark"]
    assert past.restored.ask(f"/v1/feed?after={first}").status_code == 200


def test_what_was_before_names_what_it_named(past: Past) -> None:
    for business in (past.lost, past.restored):
        assert business.ask("/v1/services", **{TOKEN: past.shared}).status_code == 200


def test_what_is_given_out_since_is_good(past: Past) -> None:
    made = past.restored.offer(90)
    past.restored.running.settle()

    assert past.restored.ask("/v1/services", **{TOKEN: made.headers[TOKEN]}).status_code == 200
    for path in LISTS:
        assert past.restored.ask(path_of(path, past.restored.cursor(path))).status_code == 200
    beside = past.lost.ask("/v1/services", **{TOKEN: made.headers[TOKEN]})
    assert (beside.status_code, beside.json()["code"]) == (409, "position-unknown")


def test_what_another_business_was_given_is_none_at_all(past: Past) -> None:
    stranger = past.restored.running.http(tenant=str(uuid4()))

    refused = stranger.get("/v1/services", headers={TOKEN: past.token})

    assert (refused.status_code, refused.json()["code"]) == (400, "token-invalid")
