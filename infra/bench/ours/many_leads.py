"""Many leads who were there before, made in seconds: by SQL, so that nobody could verify their chain."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import Connection, sql

from adapters.event_store.mapper import Mapper
from adapters.event_store.reader import head
from domain.catalogue import EVENTS
from domain.people.clients import ClientRegistered, ClientStatus
from domain.sales.leads import LeadOpened, Touch
from domain.values import ClientId, Contact, LeadId
from infra.bench.ours.history import LONG_AGO, TENANT, numbered, settle
from infra.bench.people import SOURCES

FIRST: Final = 2**32
"""The number of the first of them: nobody else has it, or a later one."""

PREFIX: Final = TENANT.removesuffix("0" * 12)

EVENTS_OF: Final = """
    INSERT INTO log.events
    SELECT
        2 * n + place, %(tenant)s, 2 * n + place, kind || '-' || id, 1, event.type,
        replace(event.data, %(example)s, '-' || id)::json, NULL,
        json_build_object('id', gen_random_uuid(), 'actor', 'user-1', 'command', 'grow'),
        now(), sha256(int8send(2 * n + place))
    FROM generate_series(0, %(leads)s::bigint - 1) AS n,
        unnest(%(kinds)s::text[], %(types)s::text[], %(data)s::text[])
            WITH ORDINALITY AS event(kind, type, data, place),
        LATERAL (SELECT %(prefix)s || lpad(to_hex(%(first)s::bigint + n), 12, '0') AS id) AS _
"""
COMMANDS: Final = """
    INSERT INTO log.commands
    SELECT tenant_id, gen_random_uuid(), NULL, position, tenant_position, 1, recorded_at FROM log.events
"""
COLUMNS: Final = """
    SELECT column_name FROM information_schema.columns WHERE table_schema = 'live' AND table_name = %s
"""
ROWS: Final = """
    INSERT INTO live.{table} ({columns}) SELECT {values}
    FROM live.{table} AS e, generate_series(0, %(leads)s::bigint - 1) AS n,
        LATERAL (SELECT %(prefix)s || lpad(to_hex(%(first)s::bigint + n), 12, '0') AS id) AS _
    WHERE e.key = ANY(%(example)s)
"""

ANOTHERS: Final = "split_part(e.{0}, '-', 1) || '-' || id"
ALL_DIFFER: Final[Mapping[str, str]] = {
    each: ANOTHERS.format(each) for each in ("key", "client_id", "lead_id")
}
TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "leads": {
        "status": "CASE n %% 5 WHEN 0 THEN 'converted' WHEN 1 THEN 'disqualified' ELSE 'new' END",
        "source": f"'source-' || n %% {SOURCES}",
        "score": "n %% 101",
        "opened_at": "e.opened_at - n * interval '1 minute'",
    },
    "clients": {},
    "client_timeline": {},
    "submissions": {},
    "tasks": {},
}
"""Where there is a row of each, and in what it differs from the example."""


def grow(connection: Connection[Any], leads: int) -> None:
    """Let there be so many in the log, in which nothing is yet."""
    client, lead = ClientId(numbered("client", FIRST)), LeadId(numbered("lead", FIRST))
    contact, touch = Contact(name="Zoe Martin"), Touch(source="website")
    events = (
        ClientRegistered(client_id=client, contact=contact, status=ClientStatus.LEAD),
        LeadOpened(lead_id=lead, client_id=client, touch=touch, at=LONG_AGO),
    )
    stored = [Mapper(EVENTS).encode(event) for event in events]
    named = {
        **_named(leads),
        "tenant": TENANT,
        "kinds": ["client", "lead"],
        "types": [each.type for each in stored],
        "data": [each.data.decode() for each in stored],
        "example": numbered("", FIRST),
    }
    connection.execute(EVENTS_OF, named)
    connection.execute(COMMANDS)
    connection.execute("UPDATE work.checkpoints SET position = %s", (head(connection),))
    settle(connection)


def plant(connection: Connection[Any], leads: int, example: Sequence[str]) -> None:
    """Let there be so many in all lists, like that whose ids these are."""
    for table, others in TABLES.items():
        columns = [str(name) for (name,) in connection.execute(COLUMNS, (table,))]
        differ = {**ALL_DIFFER, **others}
        rows = sql.SQL(ROWS).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(sql.SQL(differ.get(each, f"e.{each}")) for each in columns),
        )
        connection.execute(rows, {**_named(leads), "example": [*example]})
    settle(connection)


def _named(leads: int) -> dict[str, Any]:
    return {"leads": leads, "prefix": PREFIX, "first": FIRST}
