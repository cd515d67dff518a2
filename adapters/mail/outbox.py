"""Where no mail server is configured, mails are put into a table that one can read."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

import msgspec
from psycopg.abc import Params
from psycopg.rows import dict_row

from adapters.event_store.erased import hold_off_erasures
from adapters.postgres import Database
from application.operations.outbox import OutboxMail, OutboxMailNotFound
from application.ports import Clock
from application.scheduling.guest_bookings import WISHES_KEPT
from application.scheduling.mails import Message
from domain.values import FRONTDESK

KEEP: Final = timedelta(days=180)

# Whoever rendered the mail may have read before an erasure, and puts it here afterwards.
PUT: Final = """
    INSERT INTO work.outbox
        (id, tenant_id, idempotency_key, about, person, kind, recipient, mail, sent_at)
    SELECT %(id)s, %(tenant)s, %(key)s, %(about)s, %(person)s, %(kind)s, %(to)s, %(mail)s::json,
        %(now)s
    WHERE NOT EXISTS (
        SELECT FROM log.keys WHERE tenant_id = %(tenant)s
            AND stream = ANY(%(mentions)s) AND destroyed_at IS NOT NULL
    )
    ON CONFLICT DO NOTHING
"""

PRUNE: Final = "DELETE FROM work.outbox WHERE sent_at < %s"
# An address that nobody has proved is kept no longer than what else was said with it.
PRUNE_CODES: Final = "DELETE FROM work.outbox WHERE kind = 'guest-code' AND sent_at < %s"

FIND: Final = """
    SELECT id, number, sent_at, mail FROM work.outbox WHERE {conditions}
    ORDER BY number DESC LIMIT %(limit)s
"""
CONDITIONS: Final = {
    "tenant": "tenant_id = %(tenant)s",
    "about": "about = %(about)s",
    "to": "recipient = %(to)s",
    "before": "number < %(before)s",
}

GET: Final = "SELECT id, number, sent_at, mail FROM work.outbox WHERE tenant_id = %s AND id = %s"


class OutboxMailer:
    """Puts mails into the outbox, once per idempotency key, and finds them there again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def send(self, message: Message, idempotency_key: str) -> str:
        """Put it there, unless who it speaks of was erased meanwhile; return its id."""
        mail_id = uuid5(FRONTDESK, f"outbox/{message.tenant}/{idempotency_key}")
        mentioned = (message.about, message.person, *message.mentions)
        row = {
            "id": mail_id,
            "tenant": message.tenant,
            "key": idempotency_key,
            "about": message.about,
            "person": message.person,
            "mentions": [each for each in mentioned if each is not None],
            "kind": message.kind,
            "to": message.to.address,
            "mail": msgspec.json.encode(message).decode(),
            "now": self._clock(),
        }
        with self._database.as_worker() as connection, connection.transaction():
            hold_off_erasures(connection)
            connection.execute(PUT, row)
        return str(mail_id)

    def find(
        self,
        tenant: str,
        *,
        about: str | None = None,
        to: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> Sequence[OutboxMail]:
        """Return mails, newest first; a page goes on `before` the number that ended the last."""
        asked = {"tenant": tenant, "about": about, "to": to, "before": before}
        met = [CONDITIONS[name] for name, value in asked.items() if value is not None]
        statement = FIND.format(conditions=" AND ".join(met))
        return self._mails(tenant, statement, {**asked, "limit": limit})

    def get(self, tenant: str, mail_id: UUID) -> OutboxMail:
        """Return one mail. Raises OutboxMailNotFound."""
        found = self._mails(tenant, GET, (tenant, mail_id))
        if not found:
            raise OutboxMailNotFound
        return found[0]

    def prune(self) -> int:
        """Destroy what nobody will read any more."""
        now = self._clock()
        with self._database.as_worker() as connection:
            old = connection.execute(PRUNE, (now - KEEP,)).rowcount
            return old + connection.execute(PRUNE_CODES, (now - WISHES_KEPT,)).rowcount

    def _mails(self, tenant: str, sql: str, values: Params) -> list[OutboxMail]:
        with self._database.as_tenant(tenant) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            rows = cursor.execute(sql.encode(), values).fetchall()
        return [msgspec.convert(row, OutboxMail) for row in rows]
