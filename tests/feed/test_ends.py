"""Whoever may not hear any more hears no more within a second, and whoever still may goes on."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, Final

import httpx2 as httpx
import pytest
from msgspec.structs import replace

from adapters.clock import SettableClock
from api.feed import listener as listeners
from domain.business.users import ChangeRoles, DeactivateUser, Role
from domain.values import TenantId, UserId
from infra.composition import System, application
from infra.processes import serving
from infra.processes.socket import MOST_MISSED
from tests.feed.listening import Streaming, ids, talking
from tests.feed.scenes import bearer, log, offer, until
from tests.http.persons import everybody, uuid
from tests.http.sockets import Line, request, served
from tests.running import Running

pytestmark = pytest.mark.postgres

PASSWORD: Final = "nine green teapots"
OURS: Final = ("httpx", "httpcore", "websockets.client")
"""Loggers of whoever asks here."""


class Shop:
    """A business whose owner has logged in over HTTP, with real tokens."""

    def __init__(self, system: System, port: int) -> None:
        self.system = system
        self.port = port
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}")
        owner = {"email": "ana@salon.example", "password": PASSWORD}
        more = {"name": "Ana", "user_type": "beauty_professional", "time_zone": "Europe/Paris"}
        self.http.post("/v1/auth/register", json={**owner, **more}).raise_for_status()
        self.tokens = self.http.post("/v1/auth/login", json=owner).json()

    @property
    def mine(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def offer(self) -> None:
        order = {"name": "Cut", "duration_minutes": 30}
        self.http.post("/v1/services", json=order, headers=self.mine).raise_for_status()

    def refresh(self) -> None:
        shown = {"refresh_token": self.tokens["refresh_token"]}
        self.tokens = self.http.post("/v1/auth/refresh", json=shown).json()

    def ticket(self, **asked: str) -> str:
        made = self.http.post("/v1/feed/tickets", params=asked, headers=self.mine)
        assert made.status_code == 201, made.text
        return str(made.json()["ticket"])


@pytest.fixture
def shop(system: System) -> Iterator[Shop]:
    with served(application(system)) as port:
        shop = Shop(system, port)
        yield shop
        shop.http.close()


def test_who_logs_out_hears_no_more(shop: Shop) -> None:
    with talking(shop.port, **shop.mine) as socket, Streaming(shop.port, **shop.mine) as stream:
        socket.say(subscribe={})
        socket.until("live")
        stream.until("subscribed")
        shop.http.post("/v1/auth/logout", headers=shop.mine)
        assert socket.closed()[0] == 4401
        assert dict(stream.said())["end"]["code"] == "invalid-token"


def test_who_refreshes_goes_on(shop: Shop, clock: SettableClock) -> None:
    """They are asked for the new token before the old one ends, and closed if they give none."""
    with talking(shop.port, **shop.mine) as socket, talking(shop.port, **shop.mine) as silent:
        for each in (socket, silent):
            each.say(subscribe={"areas": ["service"]})
            each.until("live")
        shop.refresh()
        shop.offer()
        assert len(socket.take(1)) == 1
        clock.set(clock() + timedelta(minutes=14, seconds=30))
        assert socket.until("reauth") == []
        shop.refresh()
        socket.say(reauth=shop.tokens["access_token"])
        clock.set(clock() + timedelta(minutes=1))
        code, why = silent.closed()
        assert (code, why["code"]) == (4401, "token-expired")
        shop.offer()
        assert len(socket.take(1)) == 1


def test_who_shows_anothers_token_hears_no_more(running: Running, port: int) -> None:
    with talking(port, **bearer(running)) as socket:
        socket.say(subscribe={})
        socket.until("live")
        socket.say(reauth=bearer(running)["Authorization"].split()[1])
        assert socket.closed()[0] == 4401


def test_a_ticket_lets_in_where_no_header_can_be_set(
    shop: Shop, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    """And nobody finds it anywhere: only a hash of it is kept, and no log tells it."""
    caplog.set_level(logging.DEBUG)
    shop.offer()
    ticket = shop.ticket(areas="service")
    for _ in range(2):  # a browser connects again with the same address
        with Streaming(shop.port, f"?after=0&ticket={ticket}") as stream:
            assert [each["type"] for each in stream.until("subscribed")] == ["service.created"]
    with talking(shop.port, f"?ticket={ticket}") as socket:
        socket.say(subscribe={}, after="0")
        assert [each["type"] for each in socket.until("live")] == ["service.created"]
    with talking(shop.port, f"?ticket={ticket}") as socket:
        socket.say(subscribe={"areas": ["user"]}, after="0")
        assert socket.closed()[0] == 4400
    polled = shop.http.get(f"/v1/feed?ticket={ticket}&after=0")
    assert [each["type"] for each in polled.json()["data"]] == ["service.created"]
    more = shop.http.get(f"/v1/feed?ticket={ticket}&areas=user")
    assert (more.status_code, more.json()["code"]) == (400, "query-invalid")

    with shop.system.database.connect(None, "test") as connection:
        kept = connection.execute("SELECT hash::text, content::text FROM accounts.feed_tickets")
        assert not any(ticket in text for row in kept for text in row)
    told = [each.getMessage() for each in caplog.records if not each.name.startswith(OURS)]
    assert not any(ticket in each for each in told)
    clock.set(clock() + timedelta(seconds=60))
    late = shop.http.get(f"/v1/feed?ticket={ticket}")
    assert (late.status_code, late.json()["code"]) == (401, "ticket-invalid")
    assert shop.system.tickets.prune() == 1


def test_a_ticket_is_good_for_nothing_once_its_session_has_ended(shop: Shop) -> None:
    ticket = shop.ticket()
    shop.http.post("/v1/auth/logout", headers=shop.mine)
    assert shop.http.get(f"/v1/feed?ticket={ticket}").status_code == 401
    with talking(shop.port, f"?ticket={ticket}") as socket:
        assert socket.closed()[0] == 4401


@pytest.mark.parametrize("deactivated", [False, True])
def test_who_loses_a_role_hears_nothing_from_then_on(
    running: Running, port: int, *, deactivated: bool
) -> None:
    everybody(running)
    user, tenant = UserId(f"user-{uuid(1)}"), TenantId(running.tenant)
    mine = as_user(running, user, Role.FRONT_DESK)
    with talking(port, **mine) as socket, Streaming(port, **mine) as stream:
        socket.say(subscribe={"areas": ["service"]})
        socket.until("live")
        stream.until("subscribed")
        offer(running)
        assert len(socket.take(1)) == 1
        if deactivated:
            running.order(DeactivateUser(tenant_id=tenant, user_id=user))
        else:
            running.order(ChangeRoles(tenant_id=tenant, user_id=user, roles=(Role.AUDITOR,)))
        offer(running)
        code, why = socket.closed()
        assert (code, why["code"]) == (4401, "standing-changed")
        told = [name for name, _ in stream.said()]
        assert told == ["message", "end"]  # the first offer, and nothing after the change
    refused = httpx.get(f"http://127.0.0.1:{port}/v1/feed?after=0", headers=mine)
    assert (refused.status_code, refused.json()["code"]) == (401, "standing-changed")


def as_user(running: Running, user: UserId, role: Role) -> dict[str, str]:
    mine = bearer(running, role)
    token = mine["Authorization"].split()[1]
    running.principals[token] = replace(running.principals[token], user_id=user)
    return mine


@pytest.mark.parametrize("way", ["stream", "socket"])
def test_who_takes_nothing_is_ended_and_can_go_on(
    running: Running, port: int, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Others hear all meanwhile, and they do when they are back: from what they have whole."""
    monkeypatch.setattr(listeners, "PATIENCE", 0.5)
    mine, hub = bearer(running), running.app.state.hub
    with ExitStack() as stack:
        if way == "stream":
            slow: Any = stack.enter_context(Streaming(port, "?after=0", **mine))
            slow.until("subscribed")
        else:
            slow = stack.enter_context(talking(port, **mine))
            slow.say(subscribe={}, after="0")
            slow.until("live")
        offer(running, 40, name="x" * 300_000)
        quick = stack.enter_context(Streaming(port, "?after=0", **mine))
        heard = ids(quick.take(40))
        quick.cut()
        until(lambda: not hub.listeners)
        taken = ids(slow.rest())
        assert taken == heard[: len(taken)]
        assert len(taken) < 40
        if way == "socket":
            code, why = slow.closed()
            assert (code, why) == (4408, {"code": "too-slow", "after": taken[-1]})
    assert taken + log(port, mine, taken[-1] if taken else "0") == heard


def test_a_server_that_stops_tells_whoever_listens(running: Running) -> None:
    mine = bearer(running)
    with ExitStack() as serving, ExitStack() as listening:
        port = serving.enter_context(served(running.app))
        socket = listening.enter_context(talking(port, **mine))
        stream = listening.enter_context(Streaming(port, **mine))
        socket.say(subscribe={})
        socket.until("live")
        stream.until("subscribed")
        serving.close()
        code, why = socket.closed()
        assert (code, why["code"]) == (1012, "stopping")
        assert dict(stream.said())["end"]["code"] == "stopping"


def test_who_answers_no_ping_is_hung_up_on(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after the first: one may be lost."""
    monkeypatch.setattr(serving, "PING", 0.1)
    with served(running.app) as port, Line(port) as line:
        line.say(request("GET", "/v1/feed/ws", headers=[*UPGRADE, authorization(running)]))
        line.say(b"\x81\x90abcd" + bytes(c ^ b"abcd"[n % 4] for n, c in enumerate(SUBSCRIBE)))
        said = line.until_the_end()
        assert said.count(b"\x89\x04") == MOST_MISSED
    until(lambda: not running.app.state.hub.listeners)


SUBSCRIBE: Final = b'{"subscribe":{}}'
UPGRADE: Final = (
    (b"connection", b"upgrade"),
    (b"upgrade", b"websocket"),
    (b"sec-websocket-version", b"13"),
    (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ=="),
)


def authorization(running: Running) -> tuple[bytes, bytes]:
    return b"authorization", bearer(running)["Authorization"].encode()
