"""What pages of other origins may ask, by the text of the Fetch standard, over a real socket."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from adapters.origins import PostgresOrigins
from adapters.read_models.switch import switch
from api.web.origins import READABLE, TAKEN
from application.ports import About
from domain.business.tenants import ListOrigins
from domain.business.users import Role
from domain.values import TenantId, UserId
from projections.business.origins import OF_ALL, ORIGINS
from tests.business.tenants.examples import register_business
from tests.files.pictures import PDF
from tests.files.sending import client_of, led, send
from tests.http.examples_of_bodies import ID
from tests.http.faulty import with_backend
from tests.http.furnished import furnish
from tests.http.sockets import Line, request, served
from tests.http.wires import Header, Wire
from tests.running import Running

pytestmark = pytest.mark.postgres

PAGE = "https://salon.example"
ELSEWHERE = "https://elsewhere.example"
EVIL = "https://evil.example"
WHERE = "/v1/services"
ALLOWED = "access-control-allow-origin"


def from_page(origin: str) -> Header:
    return b"origin", origin.encode()


def of_method(method: str = "GET") -> Header:
    return b"access-control-request-method", method.encode()


def ask(line: Wire | Line, method: str, where: str, *headers: Header, body: bytes = b"") -> Any:
    line.say(request(method, where, body, headers))
    return line.answer()


@pytest.fixture
def listed(running: Running, mine: Header) -> Header:
    """Let the business list one origin, and another business another; return what logs in."""
    furnish(running)
    list_for(running, ID, PAGE)
    list_for(running, another(running), ELSEWHERE)
    return mine


def another(running: Running) -> str:
    """Open another business."""
    tenant, owner = TenantId(str(uuid4())), UserId(f"user-{uuid4()}")
    command = replace(register_business, tenant_id=tenant, owner_id=owner, professional_id=None)
    running.system.dispatch(command, about(tenant))
    return tenant


def about(tenant: str) -> About:
    return About(tenant=tenant, actor="user-scene", command_id=uuid4())


def list_for(running: Running, tenant: str, *origins: str) -> None:
    command = ListOrigins(tenant_id=TenantId(tenant), origins=origins)
    running.system.dispatch(command, about(tenant))
    running.settle()
    running.system.origins.look()


def test_a_browser_is_told_what_a_page_may_ask_at_this_path(line: Wire, listed: Header) -> None:
    asked = (b"access-control-request-headers", b"authorization,content-type,if-match")

    told = ask(line, "OPTIONS", f"{WHERE}/service-{ID}", from_page(PAGE), of_method("PUT"), asked)

    assert (told.status_code, told.content) == (204, b"")
    assert told.headers[ALLOWED] == PAGE
    assert told.headers["access-control-allow-methods"] == "DELETE, GET, PUT"
    assert told.headers["access-control-allow-headers"] == TAKEN.decode()
    assert int(told.headers["access-control-max-age"]) > 0
    assert "Origin" in told.headers["vary"]
    assert "access-control-allow-credentials" not in told.headers


@pytest.mark.parametrize(
    "origin",
    [EVIL, "null", "*", "https://salon.example.evil.example", "http://salon.example", f"{PAGE}:8"],
)
def test_a_page_that_nobody_lists_may_ask_nothing_and_read_nothing(
    line: Wire, listed: Header, origin: str
) -> None:
    told = ask(line, "OPTIONS", WHERE, from_page(origin), of_method())
    answered = ask(line, "GET", WHERE, from_page(origin), listed)

    assert (told.status_code, told.json()["code"]) == (403, "origin-not-listed")
    assert answered.status_code == 200
    assert not {ALLOWED, "access-control-expose-headers"} & {*told.headers, *answered.headers}


def test_a_page_of_the_business_reads_answers_and_their_headers(line: Wire, listed: Header) -> None:
    answered = ask(line, "GET", WHERE, from_page(PAGE), listed)

    assert (answered.status_code, answered.headers[ALLOWED]) == (200, PAGE)
    assert answered.headers["access-control-expose-headers"] == READABLE.decode()
    readable = READABLE.decode().lower().split(", ")
    assert {"ratelimit", "ratelimit-policy", "x-trace-id"} <= {*readable} & {*answered.headers}


def test_a_page_has_a_file_in_parts_and_reads_which_and_what_it_is_called(
    running: Running, line: Wire, listed: Header
) -> None:
    http = running.http()
    sent = send(http, client_of(http), PDF).json()
    running.settle()
    where = led(http, sent["url"])
    tag = ask(line, "GET", where).headers["etag"].encode()
    part = ((b"range", b"bytes=0-1"), (b"if-range", tag))

    asked = (b"access-control-request-headers", b"if-range,range")
    told = ask(line, "OPTIONS", where, from_page(PAGE), of_method(), asked)
    had = ask(line, "GET", where, from_page(PAGE), *part)

    taken = told.headers["access-control-allow-headers"].lower().split(", ")
    assert {"if-range", "range"} <= {*taken}
    assert (had.status_code, had.content, had.headers[ALLOWED]) == (206, PDF[:2], PAGE)
    readable = {*had.headers["access-control-expose-headers"].lower().split(", ")}
    assert {"accept-ranges", "content-disposition", "content-range"} <= readable & {*had.headers}


def test_a_page_of_another_business_is_refused_before_anything_is_done(
    line: Wire, listed: Header
) -> None:
    told = ask(line, "OPTIONS", WHERE, from_page(ELSEWHERE), of_method("POST"))
    body = b'{"name":"Cut","duration_minutes":45}'
    refused = ask(line, "POST", WHERE, from_page(ELSEWHERE), listed, body=body)

    assert told.status_code == 204, "somebody lists it, and nobody knows yet for whom it asks"
    assert (refused.status_code, refused.json()["code"]) == (403, "origin-not-listed")
    assert ALLOWED not in refused.headers
    services = ask(line, "GET", WHERE, listed).json()["data"]
    assert [each["name"] for each in services] == ["Cut"], "only what was there before"


def test_refusals_can_be_read_too(line: Wire, listed: Header) -> None:
    expired = ask(line, "GET", WHERE, from_page(PAGE), (b"authorization", b"Bearer nobody's"))
    nobody = ask(line, "GET", WHERE, from_page(PAGE))
    nothing = ask(line, "GET", "/v1/nothing", from_page(PAGE), listed)
    strange = ask(line, "GET", f"{WHERE}?x=1", from_page(PAGE), listed)

    for refused, status in ((nobody, 401), (nothing, 404), (strange, 400)):
        assert (refused.status_code, refused.headers[ALLOWED]) == (status, PAGE)
    assert expired.headers[ALLOWED] == PAGE


def test_who_asks_without_a_page_is_told_nothing_of_origins(line: Wire, listed: Header) -> None:
    answered = ask(line, "GET", WHERE, listed)
    options = ask(line, "OPTIONS", WHERE, listed)
    of_nobody = ask(line, "OPTIONS", WHERE, from_page(PAGE))

    assert "access-control-expose-headers" not in answered.headers
    assert [options.status_code, of_nobody.status_code] == [405, 405], "they are no preflights"


def test_a_page_of_our_own_is_no_page_of_another_origin(
    running: Running, line: Wire, listed: Header
) -> None:
    list_for(running, ID)

    ours = ask(line, "GET", WHERE, from_page("https://a"), listed)
    said = (b"sec-fetch-site", b"same-origin")
    behind_a_proxy = ask(line, "GET", WHERE, from_page(ELSEWHERE), said, listed)

    assert [ours.status_code, behind_a_proxy.status_code] == [200, 200]


@pytest.mark.parametrize(
    "ours", ["https://Desk.example", "https://desk.example/", "https://desk.example:443/app"]
)
def test_nobody_keeps_others_from_our_own_pages_by_listing_our_origin(
    running: Running, listed: Header, ours: str
) -> None:
    """Behind a proxy that does not say which host was asked, in a browser that does not say it either."""
    list_for(running, another(running), "https://desk.example", "https://desk.example.evil.example")
    app = with_backend(running, public_url=ours).app
    with served(app) as port, Line(port) as line:
        answered = ask(line, "GET", WHERE, from_page("https://desk.example"), listed)
        refused = ask(line, "GET", WHERE, from_page("https://desk.example.evil.example"), listed)

    assert (answered.status_code, refused.status_code) == (200, 403)


def test_two_origins_are_none(line: Wire, listed: Header) -> None:
    answered = ask(line, "GET", WHERE, from_page(PAGE), from_page(EVIL), listed)
    told = ask(line, "OPTIONS", WHERE, from_page(PAGE), from_page(EVIL), of_method())

    assert ALLOWED not in {**answered.headers, **told.headers}


def test_figures_are_for_no_page(line: Wire, listed: Header) -> None:
    assert ALLOWED not in ask(line, "GET", "/metrics", from_page(PAGE)).headers


def test_what_is_listed_no_longer_is_refused_at_once(
    running: Running, line: Wire, listed: Header
) -> None:
    list_for(running, ID)

    told = ask(line, "OPTIONS", WHERE, from_page(PAGE), of_method())

    assert told.status_code == 403
    assert ALLOWED not in ask(line, "GET", WHERE, from_page(PAGE), listed).headers


def test_the_owner_lists_origins_and_sees_them(running: Running) -> None:
    running.order(replace(register_business, tenant_id=TenantId(running.tenant)))
    http, where = running.http(), f"/v1/tenants/{running.tenant}"

    listed = http.put(f"{where}/origins", json={"origins": ["HTTPS://Salon.Example/"]})
    wrong = http.put(f"{where}/origins", json={"origins": ["https://*.example"]})
    many = http.put(f"{where}/origins", json={"origins": [PAGE] * 21})
    unseen = http.put(f"{where}/origins", json={"origins": []}, headers={"If-Match": '"1"'})
    others = http.put(f"/v1/tenants/{uuid4()}/origins", json={"origins": []})

    assert listed.json()["origins"] == [PAGE] == http.get(where).json()["origins"]
    assert (wrong.status_code, wrong.json()["code"]) == (422, "origin-not-understood")
    assert (many.status_code, unseen.status_code, others.status_code) == (422, 412, 404)


def test_only_owners_list_origins(running: Running) -> None:
    running.order(replace(register_business, tenant_id=TenantId(running.tenant)))
    where = f"/v1/tenants/{running.tenant}/origins"

    for role in (Role.FRONT_DESK, Role.PROFESSIONAL, Role.CLIENT, Role.AUDITOR):
        assert running.http(role).put(where, json={"origins": [EVIL]}).status_code == 403


class Lending:
    """A database that counts how often all origins are read."""

    def __init__(self, database: Any) -> None:
        self._database = database
        self.read = 0

    @contextmanager
    def as_onlooker(self) -> Iterator[Any]:
        with self._database.as_onlooker() as connection:
            yield SimpleNamespace(execute=partial(self._execute, connection))

    def _execute(self, connection: Any, statement: str, *values: Any) -> Any:
        self.read += statement == OF_ALL
        return connection.execute(statement, *values)


def test_origins_are_read_when_there_are_others_and_else_not(
    running: Running, listed: Header
) -> None:
    lending: Any = Lending(running.system.database)
    origins = PostgresOrigins(lending)

    for _ in range(3):
        origins.look()
    assert (lending.read, {*origins.listed_by(PAGE)}) == (1, {ID})
    list_for(running, ID)
    origins.look()
    assert (lending.read, {*origins.listed_by(PAGE)}) == (2, set())
    list_for(running, ID, PAGE)
    origins.look()
    assert (lending.read, {*origins.listed_by(PAGE)}) == (3, {ID})
    running.system.rebuilder.rebuild(ORIGINS)
    switch(running.system.rebuilder, ORIGINS)
    origins.look()
    assert (lending.read, {*origins.listed_by(PAGE)}) == (4, {ID}), "a table is another"


def test_another_process_knows_it_without_being_told(running: Running, listed: Header) -> None:
    stop = threading.Event()
    other = PostgresOrigins(running.system.database)
    looking = threading.Thread(target=other.run, args=(stop,))
    looking.start()
    try:
        list_for(running, ID, PAGE, "https://new.example")
        while not other.listed_by("https://new.example"):
            stop.wait(0.01)
    finally:
        stop.set()
        looking.join()
    assert {*other.listed_by(PAGE)} == {ID}
    assert not other.listed_by(EVIL)
