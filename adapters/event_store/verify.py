"""Verify the log: nothing in it was altered, removed, inserted or moved since it was recorded."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from psycopg import Connection

from adapters.event_store.chain import Chain, Finding, Head, Link, compared

PAGE: Final = 20_000
MOST_FINDINGS: Final = 1_000

LINKS: Final = """
    SELECT position, tenant_id::text, tenant_position, version,
        (extract(epoch FROM recorded_at) * 1000000)::bigint,
        convert_to(stream, 'UTF8'), convert_to(type, 'UTF8'),
        convert_to(metadata::text, 'UTF8'), convert_to(data::text, 'UTF8'), personal, hash
    FROM log.events WHERE position > %s ORDER BY position LIMIT %s
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
) -> Report:
    """Verify every event of every tenant; the connection must see them all.

    Positions must be dense and chains unbroken; `stated` heads must still be there.
    """
    stated = dict(stated or {})
    chain, findings, seen, events = Chain(), list[Finding](), set[Head](), 0
    total = _count(connection)
    for page in _pages(connection):
        findings.extend(_holes(page, chain.position))
        findings.extend(chain.follow(page))
        events += len(page)
        wanted = stated.values()
        seen |= {h for link in page if (h := Head(link.tenant_position, link.hash)) in wanted}
        told(events, total)
        if len(findings) > MOST_FINDINGS:
            break
    findings.extend(compared(chain.heads, stated, seen))
    return Report(events, findings, chain.heads)


def _pages(connection: Connection[Any]) -> Iterator[list[Link]]:
    after = 0
    while True:
        rows = connection.execute(LINKS, (after, PAGE), binary=True).fetchall()
        if not rows:
            return
        yield [Link(*row) for row in rows]
        after = rows[-1][0]


def _holes(page: list[Link], before: int) -> Iterator[Finding]:
    """Name the places in the log at which there is nothing: they are given without gaps."""
    if page[-1].position - before == len(page):
        return
    for link in page:
        if link.position != before + 1:
            text = f"nothing is at the positions {before + 1} to {link.position - 1} of the log"
            yield Finding(link.tenant, link.tenant_position, before + 1, text)
        before = link.position


def _count(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT coalesce(max(position), 0) FROM log.events").fetchone()
    return int(row[0]) if row else 0
