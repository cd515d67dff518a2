"""A connection to exactly one address, on which nothing is waited for beyond a deadline."""

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Final

from adapters.outgoing.deadline import Deadline
from application.outgoing import Address, Allowed, Destination
from application.outgoing.destinations import Reason
from application.outgoing.networks import is_within

MOST_TRIED: Final = 4
"""Of a name's addresses; each has its share of the time."""

AT_A_TIME: Final = 4096

Dial = Callable[[tuple[str, int], float], socket.socket]


class AnswerTooLongError(Exception):
    """They say more than they may."""


class Wire:
    """What is said on a connection. `most` is how much may be heard; it `is_over` when they hung up."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._socket = sock
        self._deadline = deadline
        self._heard = 0
        self.most = 0
        self.is_over = False

    def say(self, data: bytes) -> None:
        """Say all of it. Whoever takes it a byte at a time has no more time than others."""
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self._deadline.left())
            rest = rest[self._socket.send(rest) :]

    def hear(self) -> bytes:
        """Return what comes next; nothing when they have hung up."""
        if self._heard >= self.most:
            raise AnswerTooLongError
        self._socket.settimeout(self._deadline.left())
        said = self._socket.recv(AT_A_TIME)
        self._heard += len(said)
        self.is_over = not said
        return said


@contextmanager
def connected(
    destination: Destination,
    addresses: Sequence[Address],
    allowed: Allowed,
    tls: ssl.SSLContext,
    *,
    connecting: Deadline,
    deadline: Deadline,
    dial: Dial,
) -> Iterator[Wire]:
    """Connect to one of these addresses and no other, by the name of the destination."""
    sock = _dialled(addresses[:MOST_TRIED], destination.port, connecting, dial)
    try:
        _refuse_others(sock, addresses, allowed)
        if destination.secure:
            sock.settimeout(connecting.left())
            sock = tls.wrap_socket(
                sock, server_hostname=destination.host, suppress_ragged_eofs=False
            )
        yield Wire(sock, deadline)
    finally:
        sock.close()


def _dialled(
    addresses: Sequence[Address], port: int, deadline: Deadline, dial: Dial
) -> socket.socket:
    failed: OSError = ConnectionError("there is no address")
    for tried, address in enumerate(addresses):
        try:
            return dial((str(address), port), deadline.left() / (len(addresses) - tried))
        except OSError as error:
            failed = error
    raise failed


def _refuse_others(sock: socket.socket, addresses: Sequence[Address], allowed: Allowed) -> None:
    """Refuse whoever is not at the address that was dialled, and this machine: what it has listening
    for itself may be there under its public address, too.
    """
    peer, own = (ip_address(end[0]) for end in (sock.getpeername(), sock.getsockname()))
    ourselves = peer == own and not is_within(peer, allowed.networks)
    if peer not in addresses or ourselves:
        raise allowed.refusal(Reason.HOST)
