"""The hash chain, computed a second time and independently of the database.

Each tenant's events are chained: the hash of an event covers the hash before it, its places in the
log, and every byte of it. What `log.chain` does in SQL is done here in Python, so that neither has
to be believed.

An event that does not fit is kept in doubt until all have been seen: then it can be told whether it
was altered, or came from another place, or only stands behind one that did.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import product
from typing import Final, NamedTuple

ORIGIN: Final = sha256(b"").digest()
"""What stands before the first event of a tenant."""

MOST_EXPLAINED: Final = 40
"""Doubts of one tenant that are looked into one by one."""

MOST_DOUBTED: Final = 1_000
"""Where more of one tenant does not fit, it is only counted."""

SHIFTS: Final = tuple(sorted(product(range(-3, 4), repeat=2), key=lambda s: abs(s[0]) + abs(s[1])))
"""By how much an event may have been renumbered, when others were put in or taken out before it."""


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


Shift = tuple[int, int]
"""How much higher an event's position and tenant position are than when it was recorded."""


class _Doubt(NamedTuple):
    """An event that does not fit behind the one before it, but would if it had been renumbered
    by `shift`. `sound` is the hash of the last event before it that did fit.
    """

    link: Link
    previous: bytes
    sound: bytes
    shift: Shift | None


START: Final = Head(0, ORIGIN)
UNMOVED: Final[Shift] = (0, 0)


def hashed(previous: bytes, link: Link, shift: Shift = UNMOVED) -> bytes:
    """Return the hash that an event must have after `previous`."""
    position, tenant, tenant_position, version, at, stream, type_, metadata, data, personal, _ = (
        link
    )
    head = b"%d,%b,%d,%d,%d,%d,%d,%d,%d\n" % (
        position - shift[0],
        tenant.encode(),
        tenant_position - shift[1],
        version,
        at,
        len(stream),
        len(type_),
        len(metadata),
        len(data),
    )
    return sha256(
        b"".join((previous, head, stream, type_, metadata, data, personal or b""))
    ).digest()


class Chain:
    """Follows the chains of all tenants, and names each place where one does not hold."""

    def __init__(self) -> None:
        self.heads: dict[str, Head] = {}
        self.position = 0
        self._shifts: dict[str, Shift] = {}
        self._doubts: dict[str, list[_Doubt]] = defaultdict(list)
        self._more: Counter[str] = Counter()

    def follow(self, links: Iterable[Link]) -> Iterator[Finding]:
        """Go on with events in the order of the log; goes on behind what it finds, too."""
        heads = self.heads
        for link in links:
            tenant = link.tenant
            known = heads.get(tenant, START)
            if link.tenant_position != known.tenant_position + 1:
                yield from _missing(link, known)
            elif hashed(known.hash, link) != link.hash:
                yield from self._doubted(link, known.hash)
            heads[tenant] = Head(link.tenant_position, link.hash)
            self.position = link.position

    def conclude(self) -> Iterator[Finding]:
        """Name what was wrong with the events that did not fit."""
        for doubts in self._doubts.values():
            for doubt in doubts:
                problem = _explained(doubt, doubts[:MOST_EXPLAINED])
                if problem is not None:
                    yield _finding(doubt.link, problem)
        for tenant, more in self._more.items():
            last = self.heads[tenant].tenant_position
            yield Finding(tenant, last, None, f"{more} more up to here do not fit")

    def _doubted(self, link: Link, previous: bytes) -> Iterator[Finding]:
        """Doubt the event, unless it and the one before it were only renumbered."""
        usual = self._shifts.get(link.tenant, UNMOVED)
        if hashed(previous, link, usual) == link.hash:
            return
        doubts = self._doubts[link.tenant]
        if len(doubts) == MOST_DOUBTED:
            self._more[link.tenant] += 1
            return
        before = doubts[-1] if doubts and doubts[-1].link.hash == previous else None
        sound = before.sound if before else previous
        shift = _renumbered(link, {previous, sound}, usual)
        if before and shift is not None and shift == before.shift:
            self._shifts[link.tenant] = shift
            yield from _shifted(doubts, shift[1] - usual[1])
        else:
            doubts.append(_Doubt(link, previous, sound, shift))


def _renumbered(link: Link, hashes: set[bytes], usual: Shift) -> Shift | None:
    """Return the shift with which an event fits behind one of these."""
    for more in SHIFTS:
        shift = (usual[0] + more[0], usual[1] + more[1])
        if any(hashed(previous, link, shift) == link.hash for previous in hashes):
            return shift
    return None


def _shifted(doubts: list[_Doubt], by: int) -> Iterator[Finding]:
    """Two events in a row fit once they are renumbered: so others were put in or taken out."""
    link = doubts.pop().link
    if by > 0:
        for doubt in doubts[-by:]:
            yield _finding(doubt.link, f"the event {_name(doubt.link)} was put in")
        del doubts[-by:]
    if by < 0:
        if doubts and doubts[-1].link.tenant_position == link.tenant_position - 1:
            link = doubts.pop().link
        yield _finding(link, f"{-by} before this were taken out, and the rest renumbered")


def _explained(doubt: _Doubt, doubts: list[_Doubt]) -> str | None:
    """Say what was done to an event; nothing if only what stands before it was changed."""
    link = doubt.link
    hashes = {doubt.previous, doubt.sound}
    for other in doubts:
        hashes |= {other.previous, other.link.hash, hashed(other.previous, other.link)}
    if any(hashed(previous, link) == link.hash for previous in hashes):
        return None
    for other in doubts:
        place = other.link
        away = (link.position - place.position, link.tenant_position - place.tenant_position)
        if any(hashed(previous, link, away) == link.hash for previous in hashes):
            return f"the event {_name(link)} was moved here from event {place.tenant_position}"
    if doubt.shift is not None:
        return f"the event {_name(link)} was renumbered"
    return f"the event {_name(link)} is not what was recorded"


def _name(link: Link) -> str:
    return f"{link.stream.decode(errors='replace')} {link.version}"


def _finding(link: Link, problem: str) -> Finding:
    return Finding(link.tenant, link.tenant_position, link.position, problem)


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
        now = heads.get(tenant, START)
        if now.tenant_position < head.tenant_position:
            text = f"the log ends here, but went on to {head.tenant_position} once"
            yield Finding(tenant, now.tenant_position, None, text)
        elif head not in seen:
            text = "the event is another one than was stated"
            yield Finding(tenant, head.tenant_position, None, text)
