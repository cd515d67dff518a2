"""Why one cannot listen on a port."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class CannotListenError(Exception):
    """One cannot listen there: see HOST and PORT."""


class PortTakenError(Exception):
    """Another program listens on this port: stop it, or choose another with PORT."""


@contextmanager
def said_plainly(host: str, port: int) -> Iterator[None]:
    """Say what is in the way. Raises PortTakenError, CannotListenError."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(f"{host}:{port}") from error
        raise CannotListenError(f"{host}:{port}: {error.strerror}") from error
