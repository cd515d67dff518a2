"""What was: any row of a read model, as of a position or a time. Nothing is kept for it: it is folded
from the log.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg import Connection

from adapters.event_store.moments import last_until
from adapters.event_store.reader import COLUMNS, LAST, Reader, cut
from adapters.event_store.unread import Hearer
from adapters.read_models.fold import fold, relevant
from adapters.read_models.tables import Rows
from application.ports import Document, Recorded
from projections.read_model import ReadModel

PAGE: Final = 5_000
_encode = msgspec.json.Encoder().encode


def row_as_of(
    reader: Reader, connection: Connection[Any], model: ReadModel, tenant: str, key: str, to: int
) -> Document | None:
    """Return a row as it was when the log stood at the position `to`.

    A row that is owned is read from its own stream, others from the events of the tenant. What was
    set aside stays as it was shown: as it was before the event that failed.
    """
    rows: Rows = {}
    wanted = (tenant, key)
    with _pages(reader, connection, model, tenant, key, to) as pages:
        for page in pages:
            touches = [(past, [wanted]) for past, keys in relevant(model, page) if wanted in keys]
            if fold(model, rows, touches):
                break
    row = rows.get(wanted)
    return None if row is None else Document(row.version, _encode(row), from_log=True)


def place_of(connection: Connection[Any], tenant: str, moment: int | datetime) -> int:
    """Return the position in the log of what a tenant calls so: a position of their own, or a time."""
    if isinstance(moment, datetime):
        return last_until(connection, tenant, moment).position
    row = connection.execute(LAST_UP_TO, (tenant, moment), prepare=True).fetchone()
    return row[0] if row else 0


def events_of_tenant(
    reader: Reader,
    connection: Connection[Any],
    model: ReadModel,
    tenant: str,
    *,
    after: int = 0,
    to: int = LAST,
) -> Iterator[Sequence[Recorded]]:
    """Return a tenant's events of the types a read model waits for, in pages. Raises NotReadableHere
    where it may miss one.
    """
    others = reader.others(model.subscribes_to)
    for page in stored_of_tenant(connection, others, tenant, after=after, to=to):
        yield reader.heard(connection, reader.recorded(page), hearer(model))


def hearer(model: ReadModel) -> Hearer:
    """Return who waits for what."""
    return Hearer(model.name, model.subscribes_to)


def stored_of_tenant(
    connection: Connection[Any], others: list[str], tenant: str, *, after: int = 0, to: int = LAST
) -> Iterator[list[tuple[Any, ...]]]:
    """Return the same events as they are stored, in the columns of the reader: all but `others`."""
    while True:
        values = (tenant, after, to, others, PAGE)
        page = connection.execute(OF_TENANT, values, prepare=True, binary=True).fetchall()
        if not page:
            return
        yield page
        after = page[-1][2]


@contextmanager
def _pages(
    reader: Reader, connection: Connection[Any], model: ReadModel, tenant: str, key: str, to: int
) -> Iterator[Iterable[Sequence[Recorded]]]:
    if model.owner is None:
        yield events_of_tenant(reader, connection, model, tenant, to=to)
        return
    with reader.parts(connection, tenant, key, until=to) as parts:
        yield (reader.heard(connection, part, hearer(model)) for part in parts)


OF_TENANT: Final = cut(
    f"""
    SELECT {COLUMNS} FROM log.events e
    WHERE e.tenant_id = %s AND e.tenant_position > %s AND e.position <= %s AND e.type <> ALL(%s)
    ORDER BY e.tenant_position LIMIT %s
    """,
    "tenant_position",
)
LAST_UP_TO: Final = """
    SELECT position FROM log.events WHERE tenant_id = %s AND tenant_position <= %s
    ORDER BY tenant_position DESC LIMIT 1
"""
