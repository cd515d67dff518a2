"""Serves the API of a composed system on a port, until it is told to stop."""

import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from api.feed.hub import end_listening
from api.problems.refusals import Unavailable
from api.web.edge import refusing
from infra.processes.connections import Connections
from infra.processes.fair_queue import FairQueue
from infra.processes.socket import MOST_SAID, PING
from infra.processes.wire import Protocol
from infra.servers.ports import said_plainly

GRACE: Final = 5
"""Seconds that open requests have to finish after the signal to stop."""

AT_ONCE: Final = 32
"""Connections that are accepted in one turn of the event loop. It takes one of each listener, however
many wait: whoever came behind two hundred others would wait for as many turns, each of which is long
while much is asked.
"""


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started. Raises PortTakenError, CannotListenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        with said_plainly(host, port):
            listener.bind((host, port))
    except Exception:
        listener.close()
        raise
    listener.listen(2048)
    return listener


class _Server(uvicorn.Server):
    """Tells when it is ready to answer."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell first whoever listens to the feed: they would go on for ever."""
        await end_listening(self.config.app)
        await super().shutdown(sockets)


def serve(
    app: ASGIApp,
    *listeners: socket.socket,
    ready: Callable[[], None] = lambda: None,
    connected: Connections | None = None,
) -> None:
    """Answer requests until SIGINT or SIGTERM; then return, so that everything else is stopped too."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # The server raises the signal again when it has stopped, to which we have nothing to add.
        signal.signal(number, lambda *_: None)
    _Server(_config(app, connected), ready).run(sockets=_repeated(listeners))


def _repeated(listeners: Iterable[socket.socket]) -> list[socket.socket]:
    """Return each listener as often as it is to be asked in one turn."""
    return [each for one in listeners for each in (one, *(one.dup() for _ in range(AT_ONCE - 1)))]


def _config(app: ASGIApp, connected: Connections | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=partial(Protocol, connected=connected or Connections(), queue=FairQueue()),  # type: ignore[arg-type]
        ws="none",  # the protocol hands over itself, where there are any
        ws_max_size=MOST_SAID,
        ws_ping_interval=PING,
        ws_ping_timeout=PING,
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # whose word is taken for an address, the settings say, and no default
        timeout_graceful_shutdown=GRACE,
    )


@contextmanager
def refusing_all(listener: socket.socket, connected: Connections) -> Iterator[None]:
    """Answer whoever asks on this port that they may come again: 503."""
    stop = serve_in_thread(refusing(Unavailable()), listener.dup(), connected)
    try:
        yield
    finally:
        stop()


def serve_in_thread(
    app: ASGIApp, listener: socket.socket, connected: Connections | None = None
) -> Callable[[], None]:
    """Answer requests in a thread; return what stops it."""
    ready = threading.Event()
    server = _Server(_config(app, connected), ready.set)
    sockets = _repeated([listener])
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    ready.wait()

    def stop() -> None:
        server.should_exit = True
        thread.join()

    return stop
