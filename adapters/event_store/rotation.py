"""Wraps the keys of personal data anew, so that a master key can be given up.

What is encrypted stays as it is: only the keys of streams are wrapped by the first master key of
the ring in place of whichever wrapped them. It may be cut off and begun again at any time.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from psycopg import Connection

from adapters.event_store.personal_data import NAME, MasterKeys, UnknownMasterKeyError
from adapters.keys import Key

PAGE: Final = 1_000

Told = Callable[[int, int], None]
"""Is told how many keys were looked at, and of how many."""

FIRST: Final[Key] = ("00000000-0000-0000-0000-000000000000", "")


def rotate(connection: Connection[Any], keys: MasterKeys, told: Told, page: int = PAGE) -> int:
    """Wrap what an older master key has wrapped; return the number of keys. The connection commits
    by itself. Raises UnknownMasterKeyError in the end if one that wrapped a key is not in the ring:
    what others have wrapped is wrapped anew all the same.
    """
    seen, wrapped, after, lacking = 0, 0, FIRST, set[str]()
    total = _count(connection)
    while found := _next(connection, after, page):
        due = [each for each in found if not keys.is_current(each[2])]
        lacking |= {keys.name_of(each[2]) for each in due} - set(keys.names)
        due = [each for each in due if keys.name_of(each[2]) not in lacking]
        wrapped += _wrap(connection, keys, due)
        seen, after = seen + len(found), found[-1][:2]
        told(seen, max(seen, total))
    if lacking:
        raise UnknownMasterKeyError(", ".join(sorted(lacking)))
    return wrapped


def by_master_key(connection: Connection[Any]) -> dict[str, int]:
    """Return how many keys each master key has wrapped, by its name."""
    return dict(connection.execute(BY_MASTER_KEY, (NAME,)).fetchall())


def _count(connection: Connection[Any]) -> int:
    [[count]] = connection.execute("SELECT count(wrapped) FROM log.keys").fetchall()
    return int(count)


def _next(connection: Connection[Any], after: Key, page: int) -> list[tuple[str, str, bytes]]:
    return connection.execute(NEXT, (*after, page), binary=True).fetchall()


def _wrap(
    connection: Connection[Any], keys: MasterKeys, found: Sequence[tuple[str, str, bytes]]
) -> int:
    if not found:
        return 0
    anew = [keys.wrap(keys.unwrap(old, *place), *place) for *place, old in found]
    tenants, streams, before = zip(*found, strict=True)
    values = (list(tenants), list(streams), list(before), anew)
    return connection.execute(WRAP, values).rowcount


BY_MASTER_KEY: Final = """
    SELECT encode(substr(wrapped, 1, %s), 'hex'), count(*)
    FROM log.keys WHERE wrapped IS NOT NULL GROUP BY 1
"""
NEXT: Final = """
    SELECT tenant_id::text, stream, wrapped FROM log.keys
    WHERE (tenant_id, stream) > (%s::uuid, %s) AND wrapped IS NOT NULL
    ORDER BY tenant_id, stream LIMIT %s
"""
# Whoever was forgotten meanwhile stays forgotten.
WRAP: Final = """
    UPDATE log.keys k SET wrapped = n.anew
    FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bytea[])
        AS n(tenant_id, stream, wrapped, anew)
    WHERE k.tenant_id = n.tenant_id AND k.stream = n.stream AND k.wrapped = n.wrapped
"""
