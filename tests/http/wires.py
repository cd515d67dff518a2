"""Requests to make a service as they come over the wire, what is answered, and what came of them."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

from adapters.event_store.reader import head
from tests.http.sockets import Line, request, served
from tests.running import Running

Header = tuple[bytes, bytes]

CUT = b'{"name":"Cut","duration_minutes":45}'


class Wire:
    """A server, one connection to it, and what came of everything when the server has stopped: it
    finishes what it has begun.
    """

    def __init__(self, running: Running, serving: ExitStack) -> None:
        self._running = running
        self._serving = serving
        self.port = serving.enter_context(served(running.app))
        self.line = serving.enter_context(Line(self.port))
        self.say, self.answer = self.line.say, self.line.answer

    def said(self) -> list[tuple[int, str | None]]:
        """Read all answers up to the last."""
        return [(each.status_code, _code(each)) for each in self.line.rest()]

    def made(self) -> int:
        """Stop, and count what was recorded."""
        self._serving.close()
        with self._running.system.database.as_worker() as connection:
            return head(connection)


def _code(answer: Any) -> str | None:
    return answer.json().get("code") if answer.status_code >= 400 else None


def create(*headers: Header, body: bytes = CUT) -> bytes:
    return request("POST", "/v1/services", body, headers)


def in_chunks(mine: Header, *chunks: bytes, headers: Iterable[Header] = ()) -> bytes:
    """Return a request to make a service, in chunks as they are sent."""
    kind = (b"content-type", b"application/json")
    chunked = (b"transfer-encoding", b"chunked")
    head = request("POST", "/v1/services", b"", [mine, kind, chunked, *headers])
    return head + b"".join(chunks)


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


END = b"0\r\n\r\n"
