"""Whether a list is as it was, and what changed: both can be told from the log.

All that a list of a tenant shows comes from the tenant's events. As long as there is no new one, and the
read model has seen all, it is as it was: nothing has to be read to know it. And what was changed since some
event is what the events since then touch, whether there is still a row or not.
"""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection

from adapters.event_store.reader import COLUMNS, Reader
from adapters.read_models.consumer import ReadModelConsumer
from application.ports import Changed, Moment, PositionUnknown, Recorded

LOOKED_AT: Final = 5_000
"""Events that are looked at for one answer, whatever they are about."""

MOMENT: Final = """
    SELECT e.tenant_position, e.position, encode(e.hash, 'hex'),
        ARRAY(SELECT coalesce(to_regclass('live.' || quote_ident(name))::oid::bigint, 0)
              FROM unnest(%s::text[]) name)
    FROM log.events e WHERE e.tenant_id = %s ORDER BY e.tenant_position DESC LIMIT 1
"""
"""The tables are named by their numbers: what is built anew is another."""

SEEN: Final = "SELECT work.seen(%s)"
HASH: Final = """
    SELECT encode(e.hash, 'hex') FROM log.events e WHERE e.tenant_id = %s AND e.tenant_position = %s
"""
SINCE: Final = f"""
    SELECT {COLUMNS} FROM log.events e
    WHERE e.tenant_id = %s AND e.tenant_position > %s AND e.tenant_position <= %s AND e.type = ANY(%s)
    ORDER BY e.tenant_position LIMIT %s
"""
NOTHING_YET: Final = Moment(0, 0, "", ())


def moment(connection: Connection[Any], tenant: str, names: Sequence[str]) -> Moment:
    """Return what happened last in a tenant, and in which tables these read models are."""
    found = connection.execute(MOMENT, (list(names), tenant), prepare=True).fetchone()
    if found is None:
        return NOTHING_YET
    tenant_position, position, hash_, tables = found
    return Moment(tenant_position, position, hash_, tuple(tables))


def seen(connection: Connection[Any], names: Sequence[str]) -> int:
    """Return up to where these read models have seen everything of the tenant whose connection it is; -1
    where something of it is set aside.
    """
    found = connection.execute(SEEN, (list(names),), prepare=True).fetchone()
    return -1 if found is None or found[0] is None else int(found[0])


def changed(
    connection: Connection[Any],
    reader: Reader,
    tenant: str,
    consumer: ReadModelConsumer,
    *,
    since: Moment,
    most: int,
) -> Changed:
    """Return which rows events behind a moment touch, at most so many, and up to which event. Raises
    PositionUnknown where the moment is of another log.
    """
    now = moment(connection, tenant, [consumer.model.name])
    _refuse_another_log(connection, tenant, since, now)
    end = min(now.tenant_position, since.tenant_position + LOOKED_AT)
    names = reader.names(consumer.model.subscribes_to)
    values = (tenant, since.tenant_position, end, names, LOOKED_AT)
    rows = connection.execute(SINCE, values, binary=True).fetchall()
    keys, last = _touched(reader.recorded(rows), consumer, most)
    reached = end if last is None else last
    found = connection.execute(HASH, (tenant, reached)).fetchone()
    at = Moment(reached, now.position, found[0] if found else "", ())
    return Changed(keys, at, has_more=reached < now.tenant_position)


def _touched(
    events: Sequence[Recorded], consumer: ReadModelConsumer, most: int
) -> tuple[list[str], int | None]:
    """Return the keys that events touch, and after which of them there would be too many. What one
    event touches is not told in parts.
    """
    keys: dict[str, None] = {}
    reached = None
    for past in events:
        further = {key for _, key in consumer.keys_of(past)} - keys.keys()
        if keys and len(keys) + len(further) > most:
            return [*keys], reached
        keys.update(dict.fromkeys(sorted(further)))
        reached = past.tenant_position
    return [*keys], None


def _refuse_another_log(
    connection: Connection[Any], tenant: str, since: Moment, now: Moment
) -> None:
    if since == NOTHING_YET:
        return
    found = connection.execute(HASH, (tenant, since.tenant_position)).fetchone()
    if found is None or found[0] != since.hash:
        raise PositionUnknown(position=since.tenant_position, head=now.tenant_position)
