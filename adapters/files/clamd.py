r"""A virus scanner that speaks clamd's protocol: INSTREAM, over a Unix socket or TCP.

https://docs.clamav.net/manual/Usage/Scanning.html: `zINSTREAM\0`, parts with their length in four bytes
before them, a part of no length; then `stream: OK\0` or `stream: NAME FOUND\0`. Neither encrypted nor
with a login: it belongs on this machine.
"""

import socket
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from application.operations.jobs import AwayError

PART: Final = 65_536
LONGEST_ANSWER: Final = 4096


class ScannerAwayError(AwayError):
    """The scanner does not answer."""


class NotScannedError(Exception):
    """The scanner would not look at it, or said something that nobody understands."""


class Address(NamedTuple):
    """Where it listens: a path, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 0


def address_of(url: str) -> Address:
    """Read `unix:///run/clamd.sock` or `tcp://127.0.0.1:3310`. Raises ValueError.

    >>> address_of("tcp://127.0.0.1:3310").port
    3310
    """
    parts = urlsplit(url)
    if parts.scheme == "unix" and parts.path:
        return Address(path=parts.path)
    if parts.scheme == "tcp" and parts.hostname and parts.port:
        return Address(host=parts.hostname, port=parts.port)
    raise ValueError("must look like unix:///run/clamd.sock or tcp://127.0.0.1:3310")


class Clamd:
    """Asks the scanner."""

    def __init__(self, address: Address, *, seconds: float = 30) -> None:
        self._address = address
        self._seconds = seconds

    def __call__(self, content: bytes) -> str | None:
        """Return the name of what was found, if anything. Raises ScannerAwayError, NotScannedError."""
        try:
            with self._connected() as connection:
                return _understood(asked_of(connection, content))
        except OSError as error:
            raise ScannerAwayError(type(error).__name__) from error

    def _connected(self) -> socket.socket:
        if not self._address.path:
            return socket.create_connection(self._address[1:], timeout=self._seconds)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(self._seconds)
        try:
            connection.connect(self._address.path)
        except OSError:
            connection.close()
            raise
        return connection


def asked_of(connection: socket.socket, content: bytes) -> bytes:
    """Return what the scanner says of this content (INSTREAM)."""
    try:
        connection.sendall(b"zINSTREAM\0")
        for begin in range(0, len(content), PART):
            part = content[begin : begin + PART]
            connection.sendall(len(part).to_bytes(4, "big") + part)
        connection.sendall(bytes(4))
    except ConnectionError:
        pass  # it hangs up on what is too large for it, and says so before that
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        if not (part := connection.recv(LONGEST_ANSWER)):
            break
        answer += part
    return answer.partition(b"\0")[0]


def _understood(answer: bytes) -> str | None:
    text = answer.decode(errors="replace")
    if not text:
        raise ScannerAwayError("no answer")
    if text == "stream: OK":
        return None
    if text.startswith("stream: ") and text.endswith(" FOUND"):
        return text.removeprefix("stream: ").removesuffix(" FOUND")
    raise NotScannedError(text[:200])
