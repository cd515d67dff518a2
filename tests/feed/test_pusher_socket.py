"""The endpoint of Pusher's protocol, asked by hand: what pusher-js does with it stands in `tests/generated`."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from adapters.presence.attending import LOOK
from api.feed.listener import Stopping
from api.realtime import socket
from application.rooms import ATTENDS_FOR, Attendee
from tests.conversations.threads.conversing import Person, client, colleague
from tests.feed.listening import PATIENCE
from tests.running import Running

pytestmark = pytest.mark.postgres

ESTABLISHED = "pusher:connection_established"
SUCCEEDED = "pusher_internal:subscription_succeeded"


class Page:
    """A browser's connection."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.socket_id = self.next(ESTABLISHED)["socket_id"]

    def say(self, event: str, data: Any = None, **more: Any) -> None:
        self.line.send(msgspec.json.encode({"event": event, "data": data, **more}).decode())

    def next(self, event: str) -> Any:
        """Return what is said next of this kind; it is a text in the text."""
        while True:
            said = msgspec.json.decode(self.line.recv(PATIENCE))
            if said["event"] == event:
                return msgspec.json.decode(said["data"])

    def proof(self, person: Person, channel: str) -> dict[str, Any]:
        """Return by what somebody may listen."""
        fields = {"socket_id": self.socket_id, "channel_name": channel}
        found: dict[str, Any] = person.http.post("/v1/realtime/auth", data=fields).json()
        return found

    def subscribe(self, person: Person, channel: str) -> Any:
        self.say("pusher:subscribe", {"channel": channel, **self.proof(person, channel)})
        return self.next(SUCCEEDED)

    def closed(self) -> int:
        with pytest.raises(ConnectionClosed) as closed:
            deque(iter(partial(self.line.recv, PATIENCE), None), maxlen=0)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code


@contextmanager
def page(port: int, key: str, query: str = "protocol=7&client=js") -> Iterator[Page]:
    url = f"ws://127.0.0.1:{port}/app/{key}?{query}"
    with connect(url, open_timeout=PATIENCE) as line:
        yield Page(line)


def test_people_are_there_once_and_hear_what_they_may_see(running: Running, port: int) -> None:
    ana, zoe = colleague(running), client(running)
    thread = ana.opens(zoe)
    channel = f"presence-thread-{thread['id']}"
    with page(port, running.tenant) as desk, page(port, running.tenant) as phone:
        there = desk.subscribe(ana, channel)["presence"]
        assert (there["ids"], there["count"]) == ([ana.id], 1)
        assert phone.subscribe(zoe, channel)["presence"]["count"] == 2
        assert desk.next("pusher_internal:member_added")["user_id"] == zoe.id
        with page(port, running.tenant) as browser:
            assert browser.subscribe(zoe, channel)["presence"]["count"] == 2
            ana.says(thread, "only among us", kind="note")
            said = ana.says(thread, "Bonjour Zoé")
            for each in (phone, browser):
                assert each.next("message.posted")["subject"] == said["id"]
        assert desk.next("message.posted")["data"]["text"] == "only among us"
        phone.say("pusher:unsubscribe", {"channel": channel})
        assert desk.next("pusher_internal:member_removed") == {"user_id": zoe.id}
        desk.say("pusher:ping")
        assert desk.next("pusher:pong") == {}


def test_who_was_connected_to_a_process_that_crashed_is_gone_within_a_minute(
    running: Running, port: int
) -> None:
    ana, zoe = colleague(running), client(running)
    channel = f"presence-thread-{ana.opens(zoe)['id']}"
    elsewhere = Attendee(channel, zoe.id, is_staff=False, process="another")
    running.system.attending.attends(running.tenant, [elsewhere], still=True)
    with page(port, running.tenant) as desk:
        shown = desk.subscribe(ana, channel)["presence"]
        assert shown["hash"][zoe.id] == {"is_staff": False}
        running.clock.set(running.clock() + ATTENDS_FOR)
        running.system.company.ring()
        assert desk.next("pusher_internal:member_removed") == {"user_id": zoe.id}
    assert timedelta(seconds=60) > ATTENDS_FOR + timedelta(seconds=LOOK)


def test_a_proof_is_good_for_one_socket_one_channel_and_one_person(
    running: Running, port: int
) -> None:
    ana, zoe = colleague(running), client(running)
    thread = ana.opens(zoe)
    channel = f"private-thread-{thread['id']}"
    with page(port, running.tenant) as desk, page(port, running.tenant) as strange:
        proof = desk.proof(ana, channel)
        all_ = f"private-tenant-{running.tenant}"
        for asked in (
            {"channel": channel},
            {"channel": all_, **proof},
            {"channel": channel, **proof, "channel_data": proof["channel_data"] + " "},
        ):
            desk.say("pusher:subscribe", asked)
            refused = desk.next("pusher:subscription_error")
            assert refused["error"] == "channel-not-allowed", asked
        strange.say("pusher:subscribe", {"channel": channel, **proof})
        strange.next("pusher:subscription_error")
        desk.say("pusher:subscribe", {"channel": channel, **proof})
        desk.next(SUCCEEDED)
        desk.say("pusher:subscribe", {"channel": channel, **desk.proof(zoe, channel)})
        assert desk.closed() == 4009


def test_closing_codes_say_whether_to_come_again(
    running: Running, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = colleague(running)
    for key, query in (("no-such", "protocol=7"), (running.tenant, "protocol=6")):
        url = f"ws://127.0.0.1:{port}/app/{key}?{query}"
        with connect(url) as line, pytest.raises(ConnectionClosed) as closed:
            line.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4009
    with page(port, running.tenant) as desk:
        desk.line.send("no JSON")
        desk.next("pusher:error")
        monkeypatch.setattr(socket, "MOST_A_SECOND", 0)
        desk.say("client-typing", channel="presence-x")
        assert desk.next("pusher:error")["code"] == 4301
        desk.line.send("no JSON")
        assert desk.closed() == 4100
    monkeypatch.undo()
    with page(port, running.tenant) as desk:
        desk.subscribe(ana, f"presence-tenant-{running.tenant}")
        hub = running.app.state.hub
        [listener] = hub.listeners
        assert listener.writer is not None
        ending = hub.end_all(Stopping())
        asyncio.run_coroutine_threadsafe(ending, listener.writer.get_loop()).result(PATIENCE)
        assert desk.closed() == 4200
