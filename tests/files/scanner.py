"""A stand-in for clamd: it speaks INSTREAM as its documents say, and knows one virus."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MOST: Final = 5_000_000
"""StreamMaxLength."""


def eicar() -> bytes:
    """Return what every scanner takes for a virus (https://www.eicar.org), put together only here."""
    parts = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-ANTIVIRUS-", "TEST-FILE!$H+H*"]
    return "".join(parts).encode()


class Handler(socketserver.StreamRequestHandler):
    """One conversation."""

    server: "Scanner"

    def handle(self) -> None:
        if self.server.silent:
            return
        if self._until_zero() != b"zINSTREAM":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
            if len(content) > MOST:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.seen.append(content)
        found = eicar() in content
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0")

    def _until_zero(self) -> bytes:
        said = b""
        while not said.endswith(b"\0") and (byte := self.rfile.read(1)):
            said += byte
        return said[:-1]


class Scanner(socketserver.ThreadingTCPServer):
    """Listens on this machine."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[bytes] = []
        self.silent = False

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"tcp://{host!s}:{port}"


@contextmanager
def scanner() -> Iterator[Scanner]:
    """Run one."""
    with Scanner() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
