"""Whoever listens, over real sockets: as a stream of events, or by WebSocket."""

import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Self

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PATIENCE = 30.0


class Streaming:
    """Server-sent events, read as a browser does: whole ones, by their fields."""

    def __init__(self, port: int, query: str = "", **headers: str) -> None:
        self._line = socket.socket()
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self._line.settimeout(PATIENCE)
        self._line.connect(("127.0.0.1", port))
        asked = {"Host": "a", "Accept": "text/event-stream", **headers}
        lines = [f"GET /v1/feed{query} HTTP/1.1", *(f"{n}: {v}" for n, v in asked.items())]
        self._line.sendall("\r\n".join([*lines, "", ""]).encode())
        self._file = self._line.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = dict(iter(self._header, None))
        self.last_id = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def cut(self) -> None:
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._file.close()
        self._line.close()

    def _header(self) -> tuple[str, str] | None:
        line = self._file.readline().decode().strip()
        if not line:
            return None
        name, _, value = line.partition(": ")
        return name.lower(), value

    def said(self) -> Iterator[tuple[str, Any]]:
        """Return each event: its name and its data. An event of the feed is a `message`."""
        fields: dict[str, str] = {}
        for line in self._lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            else:
                self.last_id = fields.get("id", self.last_id)
                if "data" in fields:
                    yield fields.get("event", "message"), msgspec.json.decode(fields["data"])
                fields = {}

    def _lines(self) -> Iterator[str]:
        text = ""
        while size := int(self._file.readline() or b"0", 16):
            text += self._file.read(size).decode()
            self._file.readline()
            *lines, text = text.split("\n")
            yield from lines

    def rest(self) -> list[Any]:
        """Return the events of the feed until there are no more: half of one is none."""
        return [data for name, data in self.said() if name == "message"]

    def until(self, name: str) -> list[Any]:
        """Return the events of the feed before something else is said, which is to be that."""
        found: list[Any] = []
        for said, data in self.said():
            if said == name:
                return found
            if said == "message":
                found.append(data)
        raise AssertionError(f"the end came before {name}")

    def take(self, count: int) -> list[Any]:
        """Return as many events of the feed."""
        found: list[Any] = []
        for said, data in self.said():
            found += [data] if said == "message" else []
            if len(found) == count:
                return found
        raise AssertionError(f"the end came after {len(found)}")


class Talking:
    """A WebSocket, and what is said over it."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line

    def say(self, **what: Any) -> None:
        self.line.send(msgspec.json.encode(what).decode())

    def next(self) -> tuple[str, Any]:
        [(name, data)] = msgspec.json.decode(self.line.recv(PATIENCE)).items()
        return name, data

    def until(self, name: str) -> list[Any]:
        """Return the events of the feed before something else is said."""
        found = []
        while (said := self.next())[0] != name:
            if said[0] == "event":
                found.append(said[1])
        return found

    def take(self, count: int) -> list[Any]:
        """Return as many events of the feed."""
        found: list[Any] = []
        while len(found) < count:
            name, data = self.next()
            found += [data] if name == "event" else []
        return found

    def rest(self) -> list[Any]:
        """Return the events of the feed until it is closed."""
        found = []
        with suppress(ConnectionClosed):
            while True:
                name, data = self.next()
                found += [data] if name == "event" else []
        return found

    def closed(self) -> tuple[int, Any]:
        """Return by which code it was closed, and why."""
        with pytest.raises(ConnectionClosed) as closed:
            deque(iter(partial(self.line.recv, PATIENCE), None), maxlen=0)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, msgspec.json.decode(closed.value.rcvd.reason or "null")


@contextmanager
def talking(port: int, query: str = "", **headers: str) -> Iterator[Talking]:
    url = f"ws://127.0.0.1:{port}/v1/feed/ws{query}"
    with connect(url, additional_headers=headers, open_timeout=PATIENCE, max_queue=2) as line:
        yield Talking(line)
        with suppress(OSError):  # without a word: whoever says goodbye waits for an answer
            line.socket.shutdown(socket.SHUT_RDWR)


def ids(events: list[Any]) -> list[str]:
    return [each["id"] for each in events]
