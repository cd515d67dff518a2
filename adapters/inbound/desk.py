"""Where operators look after what providers have sent: see what waits or is parked, replay, discard."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg import Connection
from psycopg.rows import dict_row

from adapters.event_store.personal_data import MasterKeys
from adapters.inbound.receipts import to_understand
from adapters.inbound.sealing import opened
from adapters.jobs import enqueue
from adapters.postgres import Database
from adapters.sealing import Sealed
from application.inbound import (
    Arrival,
    Receipt,
    ReceiptIsSettled,
    ReceiptNotFound,
    ReceiptState,
)
from application.ports import Clock

COLUMNS: Final = "id, tenant_id, provider, state, type, outcome, received_at, settled_at"

# State by state, along an index: so a page costs a page, however many there are. Of all tenants together
# there is none by provider: whoever runs the system looks through what is in that state.
FIND: Final = f"""
    SELECT {COLUMNS} FROM unnest(%(states)s::text[]) AS of(wanted) CROSS JOIN LATERAL (
        SELECT {COLUMNS} FROM work.receipts WHERE state = of.wanted AND {{conditions}}
        ORDER BY received_at, id LIMIT %(limit)s
    ) r
    ORDER BY r.received_at, r.id LIMIT %(limit)s
"""
CONDITIONS: Final = {
    "tenant": "tenant_id = %(tenant)s",
    "provider": "provider = %(provider)s",
    "received_at": "(received_at, id) > (%(received_at)s, %(id)s)",
}
WHOSE: Final = "id = %(id)s AND (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s)"

GET: Final = f"SELECT {COLUMNS} FROM work.receipts WHERE {WHOSE}"
CONTENT: Final = f"SELECT tenant_id::text, wrapped, sealed FROM work.receipts WHERE {WHOSE}"
REPLAY: Final = f"""
    UPDATE work.receipts SET state = 'waiting', rounds = rounds + 1, settled_at = NULL
    WHERE {WHOSE} RETURNING tenant_id::text, rounds
"""
DISCARD: Final = f"""
    UPDATE work.receipts SET state = 'discarded', settled_at = %(now)s
    WHERE {WHOSE} AND state NOT IN ('understood', 'discarded') RETURNING {COLUMNS}
"""
SEEN: Final = 1_000
"""They are counted up to so many: that there are more tells no more."""

DEPTHS: Final = """
    SELECT of.state, (
        SELECT count(*) FROM (
            SELECT FROM work.receipts WHERE receipts.state = of.state LIMIT %s
        ) counted
    ) FROM unnest(%s::text[]) AS of(state)
"""
OPEN: Final = (ReceiptState.WAITING, ReceiptState.NOT_UNDERSTOOD_YET, ReceiptState.PARKED)


class ReceiptDesk:
    """`application.inbound.Receipts`. Tenant None: those of all tenants."""

    def __init__(self, database: Database, keys: MasterKeys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    def find(
        self,
        tenant: str | None,
        *,
        state: ReceiptState | None = None,
        provider: str | None = None,
        after: tuple[datetime, str] | None = None,
        limit: int = 100,
    ) -> Sequence[Receipt]:
        """Return receipts by when they came; a page goes on `after` the (received_at, id) of the one
        before it.
        """
        received_at, last_id = after or (None, None)
        asked = {"tenant": tenant, "provider": provider, "received_at": received_at}
        met = [CONDITIONS[name] for name, value in asked.items() if value is not None]
        statement = FIND.format(conditions=" AND ".join(met) or "true")
        states = [state] if state else list(ReceiptState)
        values = {**asked, "states": states, "id": last_id, "limit": limit}
        with self._lent(tenant) as connection:
            return _receipts(connection, statement, values)

    def get(self, tenant: str | None, receipt_id: str) -> Receipt:
        """Return one receipt. Raises ReceiptNotFound."""
        with self._lent(tenant) as connection:
            return _one(_receipts(connection, GET, {"id": receipt_id, "tenant": tenant}))

    def content(self, receipt_id: str) -> Arrival:
        """Return what was sent, to whoever runs the system. Raises ReceiptNotFound, and
        UnknownMasterKeyError.
        """
        with self._database.as_desk() as connection:
            row = connection.execute(CONTENT, {"id": receipt_id, "tenant": None}).fetchone()
        if row is None:
            raise ReceiptNotFound
        tenant, *sealed = row
        return opened(self._keys, tenant, receipt_id, Sealed(*sealed))

    def replay(self, tenant: str | None, receipt_id: str) -> Receipt:
        """Let it be understood again, whatever came of it. Raises ReceiptNotFound."""
        whose = {"id": receipt_id, "tenant": tenant}
        with self._database.as_desk() as connection, connection.transaction():
            found = connection.execute(REPLAY, whose).fetchone()
            if found is None:
                raise ReceiptNotFound
            owner, round_ = found
            enqueue(connection, [to_understand(owner, receipt_id, self._clock(), round_)])
            return _one(_receipts(connection, GET, whose))

    def discard(self, tenant: str | None, receipt_id: str) -> Receipt:
        """Discard it: nobody will understand it. Raises ReceiptNotFound, ReceiptIsSettled."""
        known = self.get(tenant, receipt_id)
        values = {"id": receipt_id, "tenant": tenant, "now": self._clock()}
        with self._database.as_desk() as connection:
            changed = _receipts(connection, DISCARD, values)
        if not changed:
            raise ReceiptIsSettled(current_state=known.state)
        return changed[0]

    def depths(self) -> Mapping[str, int]:
        """Count what waits, is not understood yet, and is parked: see SEEN."""
        with self._database.as_desk() as connection:
            return self.depths_on(connection)

    def depths_on(self, connection: Connection[Any]) -> Mapping[str, int]:
        """Count over a connection that one has already."""
        return dict(connection.execute(DEPTHS, (SEEN, list(OPEN))).fetchall())

    @contextmanager
    def _lent(self, tenant: str | None) -> Iterator[Connection[Any]]:
        lent = self._database.as_desk() if tenant is None else self._database.as_tenant(tenant)
        with lent as connection:
            yield connection


def _receipts(connection: Connection[Any], sql: str, values: Mapping[str, Any]) -> list[Receipt]:
    cursor = connection.cursor(row_factory=dict_row)
    return [msgspec.convert(row, Receipt) for row in cursor.execute(sql.encode(), values)]


def _one(found: Sequence[Receipt]) -> Receipt:
    if not found:
        raise ReceiptNotFound
    return found[0]
