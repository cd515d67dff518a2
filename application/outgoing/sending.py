"""What is sent out, and what is told of what became of it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol

from domain.messages import Value

SAID_BY_US: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
"""Headers that say how we speak, not what is said."""


class Request(Value, frozen=True, kw_only=True):
    """What is sent. Of the answer's body so many bytes are kept as whoever sends it can `keep`: none,
    unless they say so; of a refusal's, only where nobody typed the address (`keep_refusals`). What is kept is for
    us to read, and is shown to nobody: it may be what only our network can see.
    """

    method: str = "POST"
    url: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    keep: int = 0
    keep_refusals: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not for a sender to say."""
        said = {name.lower() for name, _ in self.headers} & SAID_BY_US
        if said:
            raise ValueError(f"not for a sender to say: {sorted(said)}")

    def __repr__(self) -> str:
        return "Request(…)"


class Answered(Value, frozen=True, kw_only=True):
    """Somebody answered, whatever they said. It took so many `seconds`, rounded up to tenths, and they
    want to be left alone for `retry_after`.
    """

    status: int
    seconds: float
    retry_after: int | None = None
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Answered({self.status})"


class Failure(StrEnum):
    """Why there is no answer; the one thing that whoever typed the address is told of it. It never
    tells whether there is anybody at an address that is not sent to.
    """

    ADDRESS_NOT_ALLOWED = "address-not-allowed"
    """Nothing is sent there, whyever: also where the name has no address."""
    NOT_REACHED = "not-reached"
    """Nobody answered, or they hung up."""
    NOT_TRUSTED = "not-trusted"
    """Their certificate is not one for that name, or of nobody whom we know."""
    NOT_UNDERSTOOD = "not-understood"
    """What they said is not HTTP, or packed although that was not asked for."""
    REDIRECTED = "redirected"
    """They want somebody else to be asked. We do not."""
    TOO_MUCH = "too-much"
    """They said more than was wanted."""
    TOO_SLOW = "too-slow"
    """Not all was said in time."""

    @property
    def is_final(self) -> bool:
        """Whether trying again is no use."""
        return self is Failure.ADDRESS_NOT_ALLOWED


class Failed(Value, frozen=True, kw_only=True):
    """There is no answer, and something may have been `said` to them before. Nobody is told how long it took to
    find an address that is not sent to.
    """

    why: Failure
    seconds: float
    said: bool = False


Outcome = Answered | Failed


class Outgoing(Protocol):
    """Sends to addresses that others typed; the only thing that does."""

    def send(self, request: Request) -> Outcome:
        """Send it once, to an address that its host has now, and hear the answer of nobody else."""
