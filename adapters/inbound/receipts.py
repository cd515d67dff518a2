"""`application.inbound.receipts.Keeping`, filled: a call is one row, and one job that understands it."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from psycopg import Connection

from adapters.event_store.erased import hold_off_erasures
from adapters.event_store.personal_data import MasterKeys, UnknownMasterKeyError
from adapters.inbound.sealing import opened, seal
from adapters.jobs import NewJob, enqueue_with
from adapters.postgres import Database
from adapters.sealing import Sealed
from application.inbound import Arrival, Provider, ReceiptState, Received
from application.inbound.receipts import KEPT, WAITED, Understood
from application.inbound.stripping import stripped
from application.ports import Clock, NotReadableHere
from application.processes.effects.operations import UnderstandCall
from domain.values import TenantId, keyed_id

PROCESS: Final = "understand-call"
MOST_FORGOTTEN: Final = 5_000
"""At once: whoever calls meanwhile waits for no more than that."""


class PostgresReceipts:
    """Their table. `pepper` keys their ids, which say nothing of what was sent; `kept` is told of a new
    one.
    """

    def __init__(
        self,
        database: Database,
        keys: MasterKeys,
        clock: Clock,
        *,
        pepper: str,
        kept: Callable[[], None],
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._pepper = pepper.encode()
        self._kept = kept

    def keep(self, tenant: TenantId, provider: Provider, arrival: Arrival) -> None:
        """Keep a call and see to it that it is understood, unless it is there already."""
        known = sha256(provider.known_by(arrival)).hexdigest()
        id_ = keyed_id("receipt", f"{tenant}/{provider.name}/{known}", self._pepper)
        sealed = seal(self._keys, tenant, id_, stripped(arrival, provider))
        now = self._clock()
        row = {"id": id_, "tenant": tenant, "provider": provider.name, "now": now}
        job = to_understand(tenant, id_, now)
        with self._database.as_desk() as connection:
            new = enqueue_with(connection, KEEP, {**row, **sealed._asdict()}, job)
        if new:
            self._kept()

    def waiting(self, tenant: str, receipt_id: str) -> Received | None:
        """Return a call that waits to be understood; None where there is none any more. Raises
        NotReadableHere.
        """
        with self._database.as_worker() as connection:
            found = connection.execute(WAITING, (receipt_id, tenant), binary=True).fetchone()
        if found is None:
            return None
        provider, received_at, *sealed = found
        try:
            arrival = opened(self._keys, tenant, receipt_id, Sealed(*sealed))
        except UnknownMasterKeyError as error:
            raise NotReadableHere(needs="key") from error
        return Received(
            id=receipt_id,
            tenant=TenantId(tenant),
            provider=provider,
            received_at=received_at,
            arrival=arrival,
        )

    def settle(self, received: Received, what: Understood) -> None:
        """Note what came of a call, unless somebody did. Of whom something was erased meanwhile nothing
        is kept.
        """
        is_over = what.state is ReceiptState.UNDERSTOOD
        values = {
            "id": received.id,
            "tenant": received.tenant,
            "state": what.state,
            "type": what.type,
            "outcome": what.outcome,
            "about": list(what.about),
            "at": self._clock() if is_over else None,
        }
        with self._database.as_worker() as connection:
            if not what.about:
                connection.execute(SETTLE, values, prepare=True)
                return
            with connection.transaction():
                hold_off_erasures(connection)
                connection.execute(SETTLE, values, prepare=True)
                connection.execute(FORGET_ERASED, values, prepare=True)

    def prune(self) -> int:
        """Destroy what was understood some time ago, and what nobody has understood for long."""
        now = self._clock()
        return self._forget(FORGET, now - KEPT) + self._forget(GIVE_UP, now - WAITED)

    def _forget(self, statement: str, before: datetime) -> int:
        forgotten = 0
        with self._database.as_worker() as connection:
            values = (before, MOST_FORGOTTEN)
            while some := connection.execute(statement.encode(), values).rowcount:
                forgotten += some
        return forgotten


def to_understand(tenant: str, receipt_id: str, at: datetime, round_: int = 0) -> NewJob:
    """Return the job by which a call is understood: another one each time that it is to be."""
    return NewJob(
        tenant=tenant,
        order=UnderstandCall(receipt_id=receipt_id),
        about=receipt_id,
        due_at=at,
        dedupe_key=f"{PROCESS}/{receipt_id}/{at.isoformat()}/{round_}",
        process=PROCESS,
    )


def clear_receipts(connection: Connection[Any], tenant: str, streams: list[str]) -> None:
    """Destroy the calls of which something was recorded in these streams."""
    connection.execute(ERASE, (tenant, streams))


KEEP: Final = """
    INSERT INTO work.receipts (id, tenant_id, provider, wrapped, sealed, received_at)
    VALUES (%(id)s, %(tenant)s, %(provider)s, %(wrapped)s, %(sealed)s, %(now)s)
    ON CONFLICT (id) DO NOTHING RETURNING id
"""
WAITING: Final = """
    SELECT provider, received_at, wrapped, sealed FROM work.receipts
    WHERE id = %s AND tenant_id = %s AND state = 'waiting'
"""
# Of whom something was recorded when it was understood before, it speaks still: about them it stays.
# Does not wait for the disk, as what becomes of its job does not: what a crash of PostgreSQL takes back is
# done again, and does nothing twice.
SETTLE: Final = """
    UPDATE work.receipts SET
        state = %(state)s, type = %(type)s, outcome = %(outcome)s, settled_at = %(at)s,
        about = ARRAY(SELECT DISTINCT unnest(about || %(about)s::text[]))
    WHERE id = %(id)s AND tenant_id = %(tenant)s AND state = 'waiting'
    RETURNING set_config('synchronous_commit', 'off', true)
"""
FORGET_ERASED: Final = """
    DELETE FROM work.receipts WHERE id = %(id)s AND tenant_id = %(tenant)s AND EXISTS (
        SELECT FROM log.keys
        WHERE tenant_id = %(tenant)s AND stream = ANY(%(about)s) AND destroyed_at IS NOT NULL
    )
"""
FORGET: Final = """
    DELETE FROM work.receipts WHERE id IN (
        SELECT id FROM work.receipts WHERE settled_at < %s ORDER BY settled_at LIMIT %s
    )
"""
GIVE_UP: Final = """
    DELETE FROM work.receipts WHERE id IN (
        SELECT id FROM work.receipts
        WHERE state IN ('waiting', 'not_understood_yet', 'parked') AND received_at < %s LIMIT %s
    )
"""
ERASE: Final = "DELETE FROM work.receipts WHERE tenant_id = %s AND about && %s::text[]"
