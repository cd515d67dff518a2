"""Asks for the addresses of names. The system's resolver can be given no end: it is asked in a thread
that nobody waits for longer than they have, and of which there are only so many.
"""

import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

from adapters.outgoing.deadline import Deadline

Resolver = Callable[[str], Sequence[str]]
"""Returns the addresses that a name has, as text; none if there is no such name."""

AT_ONCE: Final = 32
"""Lookups under way. Whoever runs name servers that say nothing occupies no more of our threads."""

NOBODY: Final = {socket.EAI_NONAME, socket.EAI_NODATA, socket.EAI_ADDRFAMILY}


def system_addresses(name: str, *, searched: bool = False) -> Sequence[str]:
    """Ask the system. The dot says that a name is whole: else it would be looked for below our own
    domains, too, which is `searched`.
    """
    try:
        whole = name if searched else f"{name}."
        found = socket.getaddrinfo(whole, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in NOBODY:
            return ()
        raise
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Lookups:
    """Asks a resolver, within a deadline."""

    def __init__(self, resolver: Resolver, *, at_once: int = AT_ONCE) -> None:
        self._resolver = resolver
        self._free = threading.Semaphore(at_once)

    def addresses(self, name: str, deadline: Deadline) -> Sequence[str]:
        """Ask once. Raises TimeoutError, or what the resolver raises."""
        if not self._free.acquire(timeout=deadline.left()):
            raise TimeoutError("too many names are being looked up")
        found = Future[Sequence[str]]()
        asking = threading.Thread(target=self._ask, args=(name, found), name="lookup", daemon=True)
        try:
            asking.start()
        except RuntimeError:  # no more threads are to be had
            self._free.release()
            raise
        return found.result(timeout=deadline.left())

    def _ask(self, name: str, found: Future[Sequence[str]]) -> None:
        try:
            found.set_result(self._resolver(name))
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            found.set_exception(error)
        finally:
            self._free.release()
