"""A tenant's history as a file: JSON lines that can be verified without any database.

The first line says whose it is and where it ends; every other line is an event with the very texts
that were hashed. What is personal stays encrypted; it may be revealed beside its ciphertext, for
whom it is about: that much of a bundle is to be believed, not verified. Secrets are for nobody.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec
from psycopg import Connection

from adapters.event_store.chain import START, Chain, Finding, Head, Link
from adapters.event_store.mapper import Mapper
from adapters.event_store.personal_data import MasterKeys, decrypt

FORMAT: Final = "frontdesk-history/1"


class Sealed(NamedTuple):
    """An event of which something is sealed, and the key of its stream as it is wrapped."""

    tenant: str
    stream: str
    version: int
    type: str
    data: str
    personal: bytes
    wrapped: bytes


LINKS: Final = """
    SELECT position, tenant_id::text, tenant_position, version,
        (extract(epoch FROM recorded_at) * 1000000)::bigint,
        stream, type, metadata::text, data::text, personal, hash,
        CASE WHEN personal IS NOT NULL THEN (
            SELECT k.wrapped FROM log.keys k
            WHERE k.tenant_id = e.tenant_id AND k.stream = e.stream
        ) END
    FROM log.events e WHERE tenant_id = %s AND tenant_position > %s AND tenant_position <= %s
    ORDER BY tenant_position
"""
HEAD: Final = """
    SELECT tenant_position, hash FROM log.events WHERE tenant_id = %s
    ORDER BY tenant_position DESC LIMIT 1
"""


FEW: Final = 50
"""Events that are read at a time: each may have a megabyte."""

PART: Final = 1_000
"""Events of a part of a bundle: positions of a tenant are dense."""

Reveal = Callable[[Sealed], str | None]
"""Returns what is personal in an event, as it may be shown."""


class NotABundleError(Exception):
    """The file is no history that was exported from frontdesk."""


class Header(msgspec.Struct, frozen=True):
    """The first line."""

    format: str
    tenant: str
    events: int
    hash: str


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event. `metadata` and `data` are JSON as text: it is the text that is hashed.

    `revealed` is JSON as text, too, and missing where it was not asked for or was erased.
    """

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
    revealed: str | None = None


def export(
    connection: Connection[Any], tenant: str, *, reveal: Reveal | None = None
) -> Iterator[bytes]:
    """Return the lines of a bundle: all that is in the log at this moment.

    What is personal is shown as `reveal` gives it. Raises PersonalDataDamagedError,
    UnknownMasterKeyError.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        line, end = first_line(connection, tenant)
        yield line
        for row in _lines(connection, tenant, 0, end.tenant_position):
            yield _encoded(_line(row, reveal))


def first_line(connection: Connection[Any], tenant: str) -> tuple[bytes, Head]:
    """Return the first line of a bundle that ends where the history ends now, and where that is."""
    last, digest = connection.execute(HEAD, (tenant,)).fetchone() or (0, b"")
    return _encoded(Header(FORMAT, tenant, last, digest.hex())), Head(last, digest)


def some_lines(
    connection: Connection[Any], tenant: str, *, after: int, until: int, most_bytes: int
) -> tuple[bytes, int]:
    """Return lines behind a position of the tenant, up to another, a thousand of them or as many as
    have so many bytes; and the position of the last.
    """
    lines, size, reached = [], 0, after
    with connection.transaction():
        for row in _lines(connection, tenant, after, min(until, after + PART)):
            lines.append(_encoded(_line(row, None)))
            size, reached = size + len(lines[-1]), row[2]
            if size >= most_bytes:
                break
    return b"".join(lines), reached


def _lines(
    connection: Connection[Any], tenant: str, after: int, until: int
) -> Iterator[tuple[Any, ...]]:
    """Return what the lines are made of, in a transaction: few of them are here at once."""
    with connection.cursor("a history", binary=True) as cursor:
        cursor.itersize = FEW
        yield from cursor.execute(LINKS, (tenant, after, until))


def revealing(keys: MasterKeys, mapper: Mapper) -> Reveal:
    """Return who reveals it: all but secrets, and what this release does not know."""

    def reveal(sealed: Sealed) -> str | None:
        key = keys.unwrap(sealed.wrapped, sealed.tenant, sealed.stream)
        clear = decrypt(key, sealed.personal, sealed.tenant, sealed.stream, sealed.version)
        shown = mapper.shown(sealed.type, sealed.data, clear)
        return None if shown is None else shown.decode()

    return reveal


def verify_bundle(lines: Iterable[bytes]) -> tuple[Header, list[Finding]]:
    """Verify a bundle: gives its header and what is wrong. Raises NotABundleError."""
    rest = iter(lines)
    header = _header(next(rest, b""))
    chain = Chain()
    findings = [*chain.follow(_links(header.tenant, rest)), *chain.conclude()]
    findings.extend(_beyond(header, chain.heads.get(header.tenant, START)))
    return header, findings


def _beyond(header: Header, end: Head) -> Iterator[Finding]:
    """Compare where the bundle ends with where its header says."""
    problem = None
    if end.tenant_position < header.events:
        problem = f"the history ends here, but went on to {header.events}"
    elif end.tenant_position > header.events:
        problem = f"the history went on to {header.events} only"
    elif header.events and end.hash.hex() != header.hash:
        problem = "the event is another one than the header states"
    if problem is not None:
        yield Finding(header.tenant, end.tenant_position, None, problem)


def _links(tenant: str, lines: Iterable[bytes]) -> Iterator[Link]:
    decode = msgspec.json.Decoder(Line).decode
    for number, text in enumerate(lines, 2):
        try:
            yield _link(tenant, decode(text))
        except (msgspec.DecodeError, ValueError) as error:
            raise NotABundleError(f"line {number}: {error}") from error


def _header(text: bytes) -> Header:
    try:
        header = msgspec.json.decode(text, type=Header)
    except msgspec.DecodeError as error:
        raise NotABundleError(str(error)) from error
    if header.format != FORMAT:
        raise NotABundleError(header.format)
    return header


def _line(row: tuple[Any, ...], reveal: Reveal | None) -> Line:
    position, tenant, tenant_position, version, at, stream, type_, metadata, data, *rest = row
    personal, digest, wrapped = rest
    revealed = None
    if reveal is not None and wrapped is not None:
        revealed = reveal(Sealed(tenant, stream, version, type_, data, personal, wrapped))
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
        revealed=revealed,
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
        personal=None if line.personal is None else b64decode(line.personal, validate=True),
        hash=bytes.fromhex(line.hash),
    )


def _encoded(line: Header | Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"
