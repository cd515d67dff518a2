"""How a process without an API is: `GET /v1/health` on a port of its own, and how to ask for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import msgspec

from infra.servers.ports import said_plainly

PATH: Final = "/v1/health"
HEALTHY: Final = "healthy"
PATIENCE: Final = 10
"""Seconds for which whoever connects may say nothing: each has a thread as long as that."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it does its work, and what that is at the moment. Of one that has not `begun` yet, but is to
    be left alone, that is what it waits for.
    """

    healthy: bool
    doing: str = ""
    begun: bool = True

    @property
    def status(self) -> str:
        """In a word: `healthy`, as the API says, or `starting`, or `unhealthy`."""
        if not self.healthy:
            return "unhealthy"
        return HEALTHY if self.begun else "starting"


class Reported:
    """How a process is: what it waits for at its start, and then what is seen of it."""

    def __init__(self, waits_for: str) -> None:
        self.look: Callable[[], Health] = partial(waiting_for, waits_for)

    def __call__(self) -> Health:
        """Look."""
        return self.look()


def waiting_for(what: str) -> Health:
    """Return how a process is that cannot begin yet: to start it again would not help."""
    return Health(healthy=True, doing=f"waiting for {what}", begun=False)


class NotHealthy(Exception):
    """It does not answer, or says that it cannot work."""


@contextmanager
def health_on(host: str, port: int | None, look: Callable[[], Health]) -> Iterator[None]:
    """Answer, in a thread, 200 or 503; without a port, nobody asks."""
    if port is None:
        yield
        return
    with said_plainly(host, port):
        server = ThreadingHTTPServer((host, port), _answering(look))
    with server:
        threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def _answering(look: Callable[[], Health]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_GET(self) -> None:
            if self.path != PATH:
                self.send_error(404)
                return
            health = look()
            self.send_response(200 if health.healthy else 503)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(msgspec.json.encode(_document(health)))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the library
            """Whoever asks every second is not worth a line each time."""

    return Handler


def _document(health: Health) -> dict[str, str]:
    """The same member `status` as the API gives."""
    return {"status": health.status, "doing": health.doing}


def health_of(port: int, *, seconds: float = 2) -> str:
    """Return what the process with this port on this machine is doing. Raises NotHealthy."""
    line = HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        line.request("GET", PATH)
        answer = line.getresponse()
        said = msgspec.json.decode(answer.read())
    except (OSError, HTTPException, msgspec.DecodeError) as error:
        raise NotHealthy(str(error)) from error
    finally:
        line.close()
    if answer.status != HTTPStatus.OK or said.get("status") != HEALTHY:
        raise NotHealthy(said.get("doing") or said.get("status", ""))
    return str(said.get("doing", "answering"))
