"""Serves the API of a composed system on a port, until it is told to stop."""

import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import uvicorn

from api.edge import refusing
from api.refusals import Unavailable
from infra.connections import Connections
from infra.fair_queue import FairQueue
from infra.wire import Protocol

GRACE: Final = 5
"""Seconds that open requests have to finish after the signal to stop."""

AT_ONCE: Final = 32
"""Connections that are accepted in one turn of the event loop. It takes one of each listener, however
many wait: whoever came behind two hundred others would wait for as many turns, each of which is long
while much is asked.
"""


class CannotListenError(Exception):
    """One cannot listen there: see HOST and PORT."""


class PortTakenError(Exception):
    """Another program listens on this port: stop it, or choose another with PORT."""


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started. Raises PortTakenError,
    CannotListenError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(f"{host}:{port}") from error
        raise CannotListenError(f"{host}:{port}: {error.strerror}") from error
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


def serve(
    app: Any,
    *listeners: socket.socket,
    ready: Callable[[], None] = lambda: None,
    connected: Connections | None = None,
) -> None:
    """Answer requests until SIGINT or SIGTERM; then return, so that everything else is stopped too."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # The server raises the signal again when it has stopped, to which we have nothing to add.
        signal.signal(number, lambda *_: None)
    _Server(_config(app, connected), ready).run(sockets=_each_often(listeners))


def _each_often(listeners: Iterable[socket.socket]) -> list[socket.socket]:
    return [each for one in listeners for each in (one, *(one.dup() for _ in range(AT_ONCE - 1)))]


def _config(app: Any, connected: Connections | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=partial(Protocol, connected=connected or Connections(), queue=FairQueue()),  # type: ignore[arg-type]
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # whose word is taken for an address, the settings say, and no default
        timeout_graceful_shutdown=GRACE,
    )


@contextmanager
def refusing_all(listener: socket.socket) -> Iterator[None]:
    """Tell whoever asks on this port to come again: 503."""
    stop = serve_in_thread(refusing(Unavailable()), listener.dup())
    try:
        yield
    finally:
        stop()


def serve_in_thread(
    app: Any, listener: socket.socket, connected: Connections | None = None
) -> Callable[[], None]:
    """Answer requests in a thread; return what stops it."""
    ready = threading.Event()
    server = _Server(_config(app, connected), ready.set)
    sockets = _each_often([listener])
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    ready.wait()

    def stop() -> None:
        server.should_exit = True
        thread.join()

    return stop
