"""A tenant's history as a file: JSON lines that can be verified without any database.

The first line says whose it is and where it ends; every other line is an event with the very texts
that were hashed. What is personal stays encrypted.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from psycopg import Connection

from adapters.event_store.chain import Chain, Finding, Head, Link, compared

FORMAT: Final = "frontdesk-history/1"
PAGE: Final = 5_000

LINKS: Final = """
    SELECT position, tenant_id::text, tenant_position, version,
        (extract(epoch FROM recorded_at) * 1000000)::bigint,
        stream, type, metadata::text, data::text, personal, hash
    FROM log.events WHERE tenant_id = %s AND tenant_position > %s
    ORDER BY tenant_position LIMIT %s
"""
HEAD: Final = """
    SELECT tenant_position, hash FROM log.events WHERE tenant_id = %s
    ORDER BY tenant_position DESC LIMIT 1
"""


class NotABundleError(Exception):
    """The file is no history that was exported from frontdesk."""


class Header(msgspec.Struct):
    """The first line."""

    format: str
    tenant: str
    events: int
    hash: str


class Line(msgspec.Struct):
    """An event. `metadata` and `data` are JSON as text: it is the text that is hashed."""

    position: int
    tenant_position: int
    stream: str
    version: int
    type: str
    recorded_at: int
    metadata: str
    data: str
    personal: str | None
    hash: str


def export(connection: Connection[Any], tenant: str) -> Iterator[bytes]:
    """Give the lines of a bundle: all that is in the log at this moment."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        last, digest = connection.execute(HEAD, (tenant,)).fetchone() or (0, b"")
        yield _encoded(Header(FORMAT, tenant, last, digest.hex()))
        after = 0
        while rows := connection.execute(LINKS, (tenant, after, PAGE), binary=True).fetchall():
            for row in rows:
                yield _encoded(_line(row))
            after = rows[-1][2]


def verify_bundle(lines: Iterable[bytes]) -> tuple[Header, list[Finding]]:
    """Verify a bundle: gives its header and what is wrong. Raises NotABundleError."""
    rest = iter(lines)
    header = _header(next(rest, b""))
    chain = Chain()
    seen: set[Head] = set()
    findings = list(chain.follow(_links(header.tenant, rest, seen)))
    stated = {header.tenant: Head(header.events, bytes.fromhex(header.hash))}
    if header.events:
        findings.extend(compared(chain.heads, stated, seen))
    return header, findings


def _links(tenant: str, lines: Iterable[bytes], seen: set[Head]) -> Iterator[Link]:
    decode = msgspec.json.Decoder(Line).decode
    for number, text in enumerate(lines, 2):
        try:
            line = decode(text)
            link = _link(tenant, line)
        except (msgspec.DecodeError, ValueError) as error:
            raise NotABundleError(f"line {number}: {error}") from error
        seen.add(Head(link.tenant_position, link.hash))
        yield link


def _header(text: bytes) -> Header:
    try:
        header = msgspec.json.decode(text, type=Header)
    except msgspec.DecodeError as error:
        raise NotABundleError(str(error)) from error
    if header.format != FORMAT:
        raise NotABundleError(header.format)
    return header


def _line(row: tuple[Any, ...]) -> Line:
    position, _, tenant_position, version, at, stream, type_, metadata, data, personal, digest = row
    return Line(
        position=position,
        tenant_position=tenant_position,
        stream=stream,
        version=version,
        type=type_,
        recorded_at=at,
        metadata=metadata,
        data=data,
        personal=None if personal is None else b64encode(personal).decode(),
        hash=digest.hex(),
    )


def _link(tenant: str, line: Line) -> Link:
    return Link(
        position=line.position,
        tenant=tenant,
        tenant_position=line.tenant_position,
        version=line.version,
        recorded_at=line.recorded_at,
        stream=line.stream.encode(),
        type=line.type.encode(),
        metadata=line.metadata.encode(),
        data=line.data.encode(),
        personal=None if line.personal is None else b64decode(line.personal),
        hash=bytes.fromhex(line.hash),
    )


def _encoded(line: Header | Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"
