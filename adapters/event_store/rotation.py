"""Wraps the keys of personal data anew, so that a master key can be given up.

What is encrypted stays as it is: only the keys of streams are wrapped by the first master key of
the ring in place of whichever wrapped them. It may be cut off and begun again at any time.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from psycopg import Connection

from adapters.event_store.personal_data import NAME, MasterKeys, UnknownMasterKeyError
from adapters.keys import Key

PAGE: Final = 1_000

Told = Callable[[int, int], None]
"""Is told how many keys were looked at, and of how many."""


class Wrapped(NamedTuple):
    """The statements by which one goes through a table of wrapped keys: how many there are, and by which
    master key; a page of them, with whose they are; and to write those that were wrapped anew.
    """

    number: str
    by_master_key: str
    next: str
    wrap: str


FIRST: Final[Key] = ("00000000-0000-0000-0000-000000000000", "")


OF_STREAMS: Final = Wrapped(
    number="SELECT count(wrapped) FROM log.keys",
    by_master_key="""
        SELECT encode(substr(wrapped, 1, %s), 'hex'), count(*)
        FROM log.keys WHERE wrapped IS NOT NULL GROUP BY 1
    """,
    next="""
        SELECT tenant_id::text, stream, wrapped FROM log.keys
        WHERE (tenant_id, stream) > (%s::uuid, %s) AND wrapped IS NOT NULL
        ORDER BY tenant_id, stream LIMIT %s
    """,
    # Whoever was forgotten meanwhile stays forgotten.
    wrap="""
        UPDATE log.keys k SET wrapped = n.anew
        FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bytea[])
            AS n(tenant_id, stream, wrapped, anew)
        WHERE k.tenant_id = n.tenant_id AND k.stream = n.stream AND k.wrapped = n.wrapped
    """,
)


def rotate(
    connection: Connection[Any],
    keys: MasterKeys,
    told: Told,
    page: int = PAGE,
    tables: Sequence[Wrapped] = (OF_STREAMS,),
) -> int:
    """Wrap what an older master key has wrapped; return the number of keys. The connection commits
    by itself. Raises UnknownMasterKeyError in the end if one that wrapped a key is not in the ring:
    what others have wrapped is wrapped anew all the same.
    """
    seen, wrapped, lacking = 0, 0, set[str]()
    total = sum(_count(connection, table) for table in tables)
    for table, found in _pages(connection, tables, page):
        due = [each for each in found if not keys.is_current(each[2])]
        lacking |= {keys.name_of(each[2]) for each in due} - set(keys.names)
        due = [each for each in due if keys.name_of(each[2]) not in lacking]
        wrapped += _wrap(connection, keys, table, due)
        seen += len(found)
        told(seen, max(seen, total))
    if lacking:
        raise UnknownMasterKeyError(", ".join(sorted(lacking)))
    return wrapped


def _pages(
    connection: Connection[Any], tables: Sequence[Wrapped], page: int
) -> Iterator[tuple[Wrapped, list[tuple[str, str, bytes]]]]:
    for table in tables:
        after = FIRST
        while found := _next(connection, table, (*after, page)):
            yield table, found
            after = found[-1][:2]


def by_master_key(
    connection: Connection[Any], tables: Sequence[Wrapped] = (OF_STREAMS,)
) -> dict[str, int]:
    """Return how many keys each master key has wrapped, by its name."""
    found = Counter[str]()
    for table in tables:
        found.update(dict(connection.execute(table.by_master_key.encode(), (NAME,)).fetchall()))
    return dict(found)


def _count(connection: Connection[Any], of: Wrapped) -> int:
    [[count]] = connection.execute(of.number.encode()).fetchall()
    return int(count)


def _next(
    connection: Connection[Any], of: Wrapped, place: tuple[str, str, int]
) -> list[tuple[str, str, bytes]]:
    return connection.execute(of.next.encode(), place, binary=True).fetchall()


def _wrap(
    connection: Connection[Any],
    keys: MasterKeys,
    of: Wrapped,
    found: Sequence[tuple[str, str, bytes]],
) -> int:
    if not found:
        return 0
    anew = [keys.wrap(keys.unwrap(old, *place), *place) for *place, old in found]
    tenants, streams, before = zip(*found, strict=True)
    values = (list(tenants), list(streams), list(before), anew)
    return connection.execute(of.wrap.encode(), values).rowcount
