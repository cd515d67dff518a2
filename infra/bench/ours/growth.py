"""A log that has grown for years, made in seconds: by SQL, so that nobody could verify its chain.

Every booking is requested and moved nine times. The tenants take turns.
"""

from typing import Any, Final

from psycopg import Connection

from adapters.event_store.mapper import Mapper
from adapters.event_store.reader import head
from domain.catalogue import EVENTS
from infra.bench.ours.history import TENANT, moved, numbered, requested, settle
from infra.composition import System
from projections.scheduling.bookings import BOOKINGS

EVENTS_OF: Final = """
    INSERT INTO log.events
    SELECT
        10 * booking + version,
        (%(prefix)s || lpad(to_hex(booking %% %(tenants)s), 12, '0'))::uuid,
        booking / %(tenants)s * 10 + version,
        stream,
        version,
        event.type,
        replace(event.data, %(example)s, stream)::json,
        NULL,
        json_build_object('id', gen_random_uuid(), 'actor', 'user-1', 'command', 'grow'),
        now(),
        sha256(int8send(10 * booking + version))
    FROM generate_series(0, %(bookings)s::bigint - 1) AS booking,
        unnest(%(types)s::text[], %(data)s::text[]) WITH ORDINALITY AS event(type, data, version),
        LATERAL (
            SELECT 'booking-' || %(prefix)s || lpad(to_hex(booking), 12, '0')
        ) AS _(stream)
"""
COMMANDS: Final = """
    INSERT INTO log.commands
    SELECT tenant_id, gen_random_uuid(), NULL, position, tenant_position, 1, recorded_at FROM log.events
"""
ROWS: Final = """
    INSERT INTO live.bookings
    SELECT row.* FROM log.events AS e,
        LATERAL (SELECT replace(%(document)s, %(example)s, e.stream) AS document) AS _,
        jsonb_populate_record(
            NULL::live.bookings,
            document::jsonb || jsonb_build_object(
                'tenant_id', e.tenant_id, 'key', e.stream, 'document', document::jsonb
            )
        ) AS row
    WHERE e.version = 1
"""


def grow(connection: Connection[Any], *, events: int, tenants: int) -> None:
    """Unless something is there already."""
    if head(connection):
        return
    history = [Mapper(EVENTS).encode(event) for event in (requested(0), *map(moved, range(1, 10)))]
    example = numbered("booking", 0)
    named = {
        "bookings": events // len(history),
        "tenants": tenants,
        "types": [stored.type for stored in history],
        "data": [stored.data.decode() for stored in history],
        "example": example,
        "prefix": TENANT.removesuffix("0" * 12),
    }
    connection.execute(EVENTS_OF, named)
    connection.execute(COMMANDS)
    settle(connection)


def project(composed: System, connection: Connection[Any]) -> None:
    """Return every grown booking its row, and tell all consumers that they have seen it all."""
    example = numbered("booking", 0)
    document = composed.answers.folded(TENANT, BOOKINGS, example)
    assert document
    connection.execute(ROWS, {"document": document.json.decode(), "example": example})
    connection.execute("UPDATE work.checkpoints SET position = %s", (head(connection),))
    settle(connection)
