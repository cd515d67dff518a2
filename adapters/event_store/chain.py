"""The hash chain, computed a second time and independently of the database.

Each tenant's events are chained: the hash of an event covers the hash before it, its places in the
log, and every byte of it. What `log.chain` does in SQL is done here in Python, so that neither has
to be believed.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final, NamedTuple

ORIGIN: Final = sha256(b"").digest()
"""What stands before the first event of a tenant."""


class Link(NamedTuple):
    """An event as it is hashed. `recorded_at` is in microseconds since 1970."""

    position: int
    tenant: str
    tenant_position: int
    version: int
    recorded_at: int
    stream: bytes
    type: bytes
    metadata: bytes
    data: bytes
    personal: bytes | None
    hash: bytes


class Head(NamedTuple):
    """Where a tenant's chain stands: what one keeps elsewhere, to find a tail cut off."""

    tenant_position: int
    hash: bytes


class Finding(NamedTuple):
    """Something that is not as it was recorded."""

    tenant: str
    tenant_position: int
    position: int | None
    problem: str


def hashed(previous: bytes, link: Link) -> bytes:
    """Give the hash that an event must have after `previous`."""
    head = b"%d,%s,%d,%d,%d,%d,%d,%d,%d\n" % (
        link.position,
        link.tenant.encode(),
        link.tenant_position,
        link.version,
        link.recorded_at,
        len(link.stream),
        len(link.type),
        len(link.metadata),
        len(link.data),
    )
    body = b"".join((previous, head, link.stream, link.type, link.metadata, link.data))
    return sha256(body + (link.personal or b"")).digest()


class Chain:
    """Follows the chains of all tenants, and names each place where one does not hold."""

    def __init__(self) -> None:
        self.heads: dict[str, Head] = {}
        self.position = 0

    def follow(self, links: Iterable[Link]) -> Iterator[Finding]:
        """Go on with events in the order of the log; goes on behind what it finds, too."""
        for link in links:
            known = self.heads.get(link.tenant, Head(0, ORIGIN))
            if link.tenant_position != known.tenant_position + 1:
                yield from _missing(link, known)
            elif hashed(known.hash, link) != link.hash:
                text = f"the event {link.stream.decode()} {link.version} is not what was recorded"
                yield Finding(link.tenant, link.tenant_position, link.position, text)
            self.heads[link.tenant] = Head(link.tenant_position, link.hash)
            self.position = link.position


def _missing(link: Link, known: Head) -> Iterator[Finding]:
    first = known.tenant_position + 1
    if link.tenant_position <= known.tenant_position:
        yield Finding(link.tenant, link.tenant_position, link.position, "the event was moved")
        return
    last = link.tenant_position - 1
    which = f"event {first} is" if first == last else f"events {first} to {last} are"
    yield Finding(link.tenant, first, None, f"{which} missing")


def compared(heads: dict[str, Head], stated: dict[str, Head], seen: set[Head]) -> Iterator[Finding]:
    """Compare with heads that were stated before: `seen` are those passed on the way."""
    for tenant, head in stated.items():
        now = heads.get(tenant, Head(0, ORIGIN))
        if now.tenant_position < head.tenant_position:
            text = f"the log ends here, but went on to {head.tenant_position} once"
            yield Finding(tenant, now.tenant_position, None, text)
        elif head not in seen:
            text = "the event is another one than was stated"
            yield Finding(tenant, head.tenant_position, None, text)
