"""Verify the log: nothing in it was altered, removed, inserted or moved since it was recorded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.types.numeric import Int8BinaryLoader
from psycopg.types.string import ByteaBinaryLoader

from adapters.event_store.chain import Chain, Finding, Head, Link, compared
from adapters.event_store.personal_data import (
    MasterKeys,
    PersonalDataDamagedError,
    UnknownMasterKeyError,
    decrypt,
)
from adapters.event_store.reader import head

PAGE: Final = 1_000
"""Events of which two pages are in memory at once, however large each is."""

EPOCH: Final = 946_684_800_000_000
"""PostgreSQL's times begin in 2000, ours in 1970; both count microseconds."""

LINKS: Final = """
    SELECT position, tenant_id, tenant_position, version, recorded_at, stream, type,
        metadata, data, personal, hash
    FROM log.events WHERE position > %s AND position <= %s ORDER BY position
"""

STREAMS: Final = """
    SELECT tenant_id::text, stream, count(*), min(version), max(version)
    FROM log.events WHERE position <= %s AND stream !~ '^[0-9a-f]{8}-[0-9a-f]{4}-'
    GROUP BY tenant_id, stream
    HAVING count(*) <> max(version) - min(version) + 1 OR min(version) > 1
"""
"""Streams that are bare UUIDs belong to the library that our recorder serves: it keeps snapshots in
them, each at the version at which it was taken.
"""

COMMANDS: Final = """
    SELECT c.tenant_id::text, c.last_tenant_position, c.last_position, c.command_id::text
    FROM log.commands c LEFT JOIN log.events e ON e.position = c.last_position
    WHERE c.events > 0 AND c.last_position <= %s AND (
        e.tenant_id IS DISTINCT FROM c.tenant_id
        OR e.tenant_position IS DISTINCT FROM c.last_tenant_position
    )
"""

PERSONAL: Final = """
    SELECT e.tenant_id::text, e.stream, e.version, e.personal, k.wrapped, k.stream IS NULL,
        e.tenant_position, e.position
    FROM log.events e LEFT JOIN log.keys k ON k.tenant_id = e.tenant_id AND k.stream = e.stream
    WHERE e.position > %s AND e.position <= %s AND e.personal IS NOT NULL ORDER BY e.position
"""

Told = Callable[[int, int], None]
"""Told how many events were verified, of how many."""


class Report(NamedTuple):
    """What was found. `heads` are where the tenants' chains stand: keep them elsewhere."""

    events: int
    findings: list[Finding]
    heads: Mapping[str, Head]


def verify(
    connection: Connection[Any],
    stated: Mapping[str, Head] | None = None,
    told: Told = lambda _done, _all: None,
    *,
    master_keys: MasterKeys | None = None,
) -> Report:
    """Verify every event of every tenant; the connection must see them all.

    Chains must be unbroken; positions and versions dense; commands answered with events of their
    own; `stated` heads still there; and with `master_keys`, what is personal must be readable
    unless its key was destroyed.
    """
    stated = dict(stated or {})
    chain, findings, seen, events = Chain(), list[Finding](), set[Head](), 0
    last = head(connection)
    for page in _pages(connection, last):
        findings.extend(_holes(page, chain.position))
        findings.extend(chain.follow(page))
        if stated:
            seen |= {Head(link.tenant_position, link.hash) for link in page} & set(stated.values())
        events += len(page)
        told(min(chain.position, last), last)
    findings.extend(chain.conclude())
    findings.extend(compared(chain.heads, stated, seen))
    findings.extend(_gaps_in_streams(connection, last))
    findings.extend(_misplaced_commands(connection, last))
    if master_keys is not None:
        findings.extend(_unreadable(connection, last, master_keys))
    return Report(events, findings, chain.heads)


def _pages(connection: Connection[Any], last: int) -> Iterator[list[Link]]:
    """Return what there is; PostgreSQL reads the next page while this one is being hashed."""
    cursor = connection.cursor(binary=True, row_factory=lambda _: _link)
    for type_ in ("text", "json", "uuid"):
        cursor.adapters.register_loader(type_, ByteaBinaryLoader)
    cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)

    def read(after: int) -> list[Link]:
        return cursor.execute(LINKS, (after, min(after + PAGE, last)), prepare=True).fetchall()

    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(read, 0)
        for after in range(PAGE, last + PAGE, PAGE):
            page, coming = coming.result(), ahead.submit(read, after)
            if page:
                yield page


def _link(row: Sequence[Any]) -> Link:
    """Make a link of a row whose columns are as PostgreSQL sends them: no text is decoded."""
    position, tenant, tenant_position, version, at, *rest = row
    return Link(position, _text(tenant), tenant_position, version, at + EPOCH, *rest)


@lru_cache(10_000)
def _text(tenant: bytes) -> str:
    return str(UUID(bytes=tenant))


def _holes(page: Sequence[Link], before: int) -> Iterator[Finding]:
    """Name the places in the log at which there is nothing: they are given without gaps."""
    if page[-1].position - before == len(page):
        return
    for link in page:
        if link.position != before + 1:
            text = f"nothing is at the positions {before + 1} to {link.position - 1} of the log"
            yield Finding(link.tenant, link.tenant_position, before + 1, text)
        before = link.position


def _gaps_in_streams(connection: Connection[Any], last: int) -> Iterator[Finding]:
    for tenant, stream, count, first, newest in connection.execute(STREAMS, (last,)):
        text = f"{stream} has {count} events, with versions from {first} to {newest}"
        yield Finding(tenant, 0, None, text)


def _misplaced_commands(connection: Connection[Any], last: int) -> Iterator[Finding]:
    for tenant, tenant_position, position, command in connection.execute(COMMANDS, (last,)):
        text = f"the command {command} did not record what is here"
        yield Finding(tenant, tenant_position, position, text)


def _unreadable(connection: Connection[Any], last: int, keys: MasterKeys) -> Iterator[Finding]:
    """Name what cannot be read although nobody erased it."""
    for after in range(0, last, PAGE):
        rows = connection.execute(PERSONAL, (after, after + PAGE), binary=True).fetchall()
        for tenant, stream, version, personal, wrapped, is_lost, tenant_position, position in rows:
            problem = "its key is gone" if is_lost else None
            if wrapped is not None:
                problem = _problem(keys, wrapped, personal, tenant, stream, version)
            if problem is not None:
                text = f"what is personal in {stream} {version} cannot be read: {problem}"
                yield Finding(tenant, tenant_position, position, text)


def _problem(
    keys: MasterKeys, wrapped: bytes, personal: bytes, tenant: str, stream: str, version: int
) -> str | None:
    try:
        decrypt(keys.unwrap(wrapped, tenant, stream), personal, tenant, stream, version)
    except UnknownMasterKeyError:
        return "its key needs a master key that is not in the ring"
    except PersonalDataDamagedError:
        return "it does not belong to its key, or was altered"
    return None
