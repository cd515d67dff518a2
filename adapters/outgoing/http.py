"""Sends over HTTP/1.1 to addresses that others typed, each time over a connection of its own.

    read the URL ─► ask for its addresses, once ─► refuse if any is not public ─► connect to one of
    these ─► look who is there ─► TLS in the name of the host ─► ask ─► hear, within bounds

No proxy, no redirect, no cookie and no login is known here, and nothing of the environment.
"""

import math
import socket
import ssl
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import h11
import structlog

from adapters.outgoing.conversation import EncodedError, Heard, RedirectedError, asked, talk
from adapters.outgoing.deadline import Deadline
from adapters.outgoing.lookups import Lookups, Resolver, system_addresses
from adapters.outgoing.wire import AnswerTooLongError, Dial, connected
from application.outgoing import (
    Address,
    AddressNotAllowed,
    Allowed,
    Answered,
    Destination,
    Failed,
    Failure,
    Outcome,
    Request,
    destination_of,
)
from application.outgoing.destinations import Reason
from application.ports import Clock
from domain.messages import Value

log = structlog.get_logger()

FAILURES: Final[Mapping[type[Exception], Failure]] = {
    AddressNotAllowed: Failure.ADDRESS_NOT_ALLOWED,
    TimeoutError: Failure.TOO_SLOW,
    AnswerTooLongError: Failure.TOO_MUCH,
    RedirectedError: Failure.REDIRECTED,
    EncodedError: Failure.NOT_UNDERSTOOD,
    h11.RemoteProtocolError: Failure.NOT_UNDERSTOOD,
    ssl.SSLCertVerificationError: Failure.NOT_TRUSTED,
    OSError: Failure.NOT_REACHED,
}
"""What each trouble is called; the first that fits."""

A_DAY: Final = 86_400


class UnansweredError(Exception):
    """What was said to them was not answered."""

    def __init__(self, cause: Exception) -> None:
        super().__init__()
        self.cause = cause


class Limits(Value, frozen=True, kw_only=True):
    """Seconds until somebody is there, names and TLS included, and until all is over; bytes of a body
    that are kept at most, whoever asks for more.
    """

    connecting: float = 5.0
    seconds: float = 15.0
    most_bytes: int = 1_000_000


def tls_with(authorities: Path | None = None) -> ssl.SSLContext:
    """Return what checks certificates: of those whom the system knows, and of these."""
    if authorities is None:
        return _of_the_system()
    context = ssl.create_default_context()
    context.load_verify_locations(authorities)
    return context


@cache
def _of_the_system() -> ssl.SSLContext:
    """Return what all have in common who name nobody: hundreds of certificates are read for it."""
    return ssl.create_default_context()


class HttpOutgoing:
    """Sends. `resolver` is asked for addresses, and `dial` connects to one."""

    def __init__(
        self,
        allowed: Allowed,
        limits: Limits,
        clock: Clock,
        tls: ssl.SSLContext,
        *,
        resolver: Resolver = system_addresses,
        dial: Dial = socket.create_connection,
    ) -> None:
        self._allowed = allowed
        self._limits = limits
        self._clock = clock
        self._tls = tls
        self._lookups = Lookups(resolver)
        self._dial = dial

    def send(self, request: Request) -> Outcome:
        """Send it once, to an address that its host has now, and hear the answer of nobody else."""
        deadline = Deadline(self._limits.seconds)
        where = "?"  # nothing of what cannot be read is shown
        try:
            destination = destination_of(request.url, self._allowed)
            where = destination.origin
            heard = self._heard(request, destination, deadline)
        except UnansweredError as error:
            return self._failed(error.cause, where, deadline, said=True)
        except tuple(FAILURES) as error:
            return self._failed(error, where, deadline)
        return Answered(
            status=heard.status,
            seconds=_rounded(deadline.passed),
            retry_after=self._pause(heard.retry_after),
            body=heard.body,
        )

    @staticmethod
    def _failed(error: Exception, where: str, deadline: Deadline, *, said: bool = False) -> Failed:
        why = next(why for kind, why in FAILURES.items() if isinstance(error, kind))
        log.info("nobody heard us", where=where, why=why.value, error=type(error).__name__)
        seconds = 0 if why.is_final else _rounded(deadline.passed)
        return Failed(why=why, seconds=seconds, said=said)

    def _heard(self, request: Request, destination: Destination, deadline: Deadline) -> Heard:
        head = asked(request, destination)
        connecting = Deadline(min(self._limits.connecting, self._limits.seconds))
        addresses = self._addresses(destination, connecting)
        with connected(
            destination,
            addresses,
            self._allowed,
            self._tls,
            connecting=connecting,
            deadline=deadline,
            dial=self._dial,
        ) as wire:
            keep = min(request.keep, self._limits.most_bytes)
            try:
                return talk(wire, head, request.body, keep=keep, refusals=request.keep_refusals)
            except tuple(FAILURES) as error:
                raise UnansweredError(error) from error

    def _addresses(self, destination: Destination, deadline: Deadline) -> Sequence[Address]:
        """Return where the host is at this moment. One address that may not be is one too many: who
        has it in their power what a name means would have us try until we connect to it.
        """
        if destination.address is not None:
            return (destination.address,)
        found = self._lookups.addresses(destination.host, deadline)
        addresses = [ip_address(text) for text in found]
        if not addresses or not all(map(self._allowed.reaches, addresses)):
            log.warning("an address is not sent to", host=destination.host, addresses=found)
            raise self._allowed.refusal(Reason.HOST)
        return addresses

    def _pause(self, said: str | None) -> int | None:
        """Read Retry-After (RFC 9110): seconds, or a time. A day is the most that is believed."""
        if said is None:
            return None
        try:
            seconds = int(said) if said.isdecimal() else self._until(said)
        except (ValueError, TypeError):  # no time, or one of no zone
            return None
        return max(0, min(seconds, A_DAY))

    def _until(self, said: str) -> int:
        return math.ceil((parsedate_to_datetime(said) - self._clock()).total_seconds())


def _rounded(seconds: float) -> float:
    return math.ceil(seconds * 10) / 10
