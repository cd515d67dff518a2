"""Requests as bytes over a real socket, to the server that is shipped; answers read to the letter."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import httpx2 as httpx

from infra.processes.connections import Connections
from infra.processes.serving import listen, serve_in_thread

PATIENCE = 30.0


@contextmanager
def served(app: Any, connected: Connections | None = None) -> Iterator[int]:
    """Serve an application as `frontdesk serve` does, in a thread; return the port."""
    listener = listen("127.0.0.1", 0)
    stop = serve_in_thread(app, listener, connected)
    try:
        yield listener.getsockname()[1]
    finally:
        stop()
        listener.close()


def request(
    method: str,
    target: str,
    body: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> bytes:
    """Return the bytes of a request with the length of its body."""
    lines = [f"{method} {target} HTTP/1.1".encode(), b"Host: a"]
    lines += [b"%b: %b" % header for header in headers]
    if body:
        lines += [b"Content-Type: application/json", b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*lines, b"", body])


class Line:
    """One connection, on which answers come in the order of what was asked."""

    def __init__(self, port: int, source: str = "") -> None:
        self._socket = socket.create_connection(
            ("127.0.0.1", port), timeout=PATIENCE, source_address=(source, 0)
        )
        self._left = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, *parts: bytes) -> None:
        for part in parts:
            self._socket.sendall(part)

    def wait(self) -> None:
        """Wait until there is something to read. Raises EOFError."""
        if not self._left and not self._more():
            raise EOFError

    def answer(self, to: str = "GET", url: str = "/") -> httpx.Response:
        """Read one answer: no byte more than it says, and none less. Raises EOFError."""
        head = self._until(b"\r\n\r\n")
        first, *lines = head[:-4].split(b"\r\n")
        headers = [tuple(line.split(b": ", 1)) for line in lines]
        asked = httpx.Request(to, f"http://a{url}")
        answer = httpx.Response(int(first.split()[1]), headers=headers, request=asked)  # type: ignore[arg-type]
        empty = to == "HEAD" or answer.status_code in {204, 304}
        body = b"" if empty else self._body(answer.headers)
        return httpx.Response(answer.status_code, headers=headers, content=body, request=asked)  # type: ignore[arg-type]

    def rest(self) -> list[httpx.Response]:
        """Read answers until the server hangs up. It must not do so in the middle of one."""
        answers = []
        while self._left or self._more():
            answers.append(self.answer())
        return answers

    def until_the_end(self) -> bytes:
        """Read all bytes until the server hangs up."""
        while self._more():
            pass
        return self._left

    def _body(self, headers: httpx.Headers) -> bytes:
        """Read a body that says how long it is: as a whole, or of each of its chunks (RFC 9112, 7.1)."""
        if "transfer-encoding" not in headers:
            return self._take(int(headers["content-length"]))
        assert (headers["transfer-encoding"], "content-length" in headers) == ("chunked", False)
        body = b""
        while size := int(self._until(b"\r\n"), 16):
            body += self._take(size)
            assert self._take(2) == b"\r\n"
        assert self._until(b"\r\n") == b"\r\n"
        return body

    def _until(self, end: bytes) -> bytes:
        while end not in self._left:
            if not self._more():
                raise EOFError(self._left)
        head, _, self._left = self._left.partition(end)
        return head + end

    def _take(self, size: int) -> bytes:
        while len(self._left) < size:
            if not self._more():
                raise EOFError(self._left)
        body, self._left = self._left[:size], self._left[size:]
        return body

    def _more(self) -> bool:
        more = self._socket.recv(65_536)
        self._left += more
        return bool(more)
