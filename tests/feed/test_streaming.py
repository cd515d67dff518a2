"""Streams of events and WebSockets: all that happens, once and in order, whenever they are cut."""

import random
import threading
from contextlib import ExitStack
from typing import Any

import httpx2 as httpx
import pytest

from api.feed import hub as hubs
from domain.business.users import ChangeRoles, Role
from domain.values import TenantId, UserId
from tests.feed.listening import Streaming, ids, talking
from tests.feed.scenes import bearer, log, offer, until
from tests.http.persons import everybody, uuid
from tests.running import Running

pytestmark = pytest.mark.postgres


def test_a_stream_tells_what_was_and_then_what_happens(running: Running, port: int) -> None:
    mine = bearer(running)
    offer(running, 3)
    with Streaming(port, "?after=0", **mine) as stream:
        assert (stream.status, stream.headers["content-type"]) == (
            200,
            "text/event-stream; charset=utf-8",
        )
        before = stream.until("subscribed")
        offer(running, 2)
        after = stream.take(2)
        assert [each["type"] for each in after] == ["service.created"] * 2
        assert ids(before + after) == log(port, mine)
        assert stream.last_id == after[-1]["id"]


def test_a_socket_tells_the_same(running: Running, port: int) -> None:
    mine = bearer(running)
    offer(running, 3)
    with talking(port, **mine) as socket:
        socket.say(subscribe={"areas": ["service"]}, after="0")
        assert socket.next()[0] == "replaying"
        before = socket.until("live")
        offer(running, 2)
        assert ids(before + socket.take(2)) == log(port, mine)


def test_a_poll_waits_for_what_happens(running: Running, port: int) -> None:
    mine = {**bearer(running), "Prefer": "wait=25"}
    found: list[Any] = []

    def poll() -> None:
        answer = httpx.get(f"http://127.0.0.1:{port}/v1/feed", headers=mine, timeout=30)
        found.append(answer.json())
        assert answer.headers["preference-applied"] == "wait=25"

    waiting = threading.Thread(target=poll)
    waiting.start()
    hub = running.app.state.hub
    until(lambda: hub.watched)
    offer(running)
    waiting.join()
    assert [each["type"] for each in found[0]["data"]] == ["service.created"]
    assert found[0]["position"] == found[0]["data"][0]["id"]


@pytest.mark.parametrize("way", ["stream", "socket"])
def test_who_is_cut_off_twenty_times_hears_everything_once(
    running: Running, port: int, way: str
) -> None:
    mine, seed = bearer(running), random.Random(way)
    offer(running, 5)
    heard: list[str] = []
    writing = threading.Thread(target=offer, args=(running, 120))
    writing.start()
    for _ in range(20):
        after, count = (heard[-1] if heard else "0"), seed.randrange(1, 6)
        with ExitStack() as stack:
            if way == "stream":
                line: Any = stack.enter_context(
                    Streaming(port, "?after=0", **mine, **{"Last-Event-ID": after} if heard else {})
                )
            else:
                line = stack.enter_context(talking(port, **mine))
                line.say(subscribe={}, after=after)
            heard += ids(line.take(count))
    writing.join()
    heard += log(port, mine, heard[-1])
    assert heard == log(port, mine)
    assert len(heard) == 125


def test_what_is_not_of_this_log_is_told_to_be_read_anew(running: Running, port: int) -> None:
    mine = bearer(running)
    offer(running, 2)
    lost = "1.0000000000000000"
    with Streaming(port, f"?after={lost}", **mine) as stream:
        said = {}
        for name, data in stream.said():
            said[name] = data
            if name == "subscribed":
                break
        assert said["resync"]["code"] == "position-unknown"
        assert said["resync"]["position"] == log(port, mine)[-1]
        assert stream.last_id == said["resync"]["position"]
        offer(running)
        assert ids(stream.take(1)) == log(port, mine, said["resync"]["position"])


def test_who_is_refused_hears_why(running: Running, port: int) -> None:
    with Streaming(port) as nobody:
        assert nobody.status == 401
    with talking(port) as nobody:
        assert nobody.closed() == (4401, {"code": "token-missing", "after": "0"})
    with talking(port, "?ticket=none") as stranger:
        assert stranger.closed()[0] == 4401
    for said in ({"subscribe": {"types": ["booking.sold"]}}, {"subscribe": {"what": 1}}, {}):
        with talking(port, **bearer(running)) as confused:
            confused.say(**said)
            assert confused.closed()[0] == 4400
    everybody(running)
    with talking(port, **bearer(running, Role.CLIENT, client_id=f"client-{uuid(2)}")) as nosy:
        nosy.say(subscribe={"client": f"client-{uuid(1)}"})
        assert nosy.closed()[0] == 4403
    with talking(port, **bearer(running), Origin="https://elsewhere.example") as page:
        assert page.closed()[0] == 4403


def test_a_heartbeat_says_how_far_it_is(
    running: Running, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "HEARTBEAT", 0.05)
    everybody(running)
    mine = bearer(running, Role.CLIENT, client_id=None)
    with Streaming(port, "?after=0&areas=service", **mine) as stream:
        stream.until("subscribed")
        offer(running, 2)
        stream.take(2)
        running.order(
            ChangeRoles(
                tenant_id=TenantId(running.tenant),
                user_id=UserId(f"user-{uuid(1)}"),
                roles=(Role.AUDITOR,),
            )
        )
        told = stream.last_id
        while stream.last_id == told:
            stream.until("heartbeat")
        assert log(port, mine, stream.last_id) == []
