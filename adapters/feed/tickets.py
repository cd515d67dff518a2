"""Tickets to listen: `application.feed.Tickets`, filled. They are random, so a plain hash of them is enough."""

import secrets
from hashlib import sha256
from typing import Final

import msgspec

from adapters.postgres import NO_TENANT, Database
from application.feed import TICKET_LASTS, Admission, TicketInvalid
from application.ports import Clock

LENGTH: Final = 43
"""Characters of one."""

ISSUE: Final = """
    INSERT INTO accounts.feed_tickets (hash, content, expires_at) VALUES (%s, %s, %s)
"""
OF: Final = """
    SELECT content::text FROM accounts.feed_tickets WHERE hash = %s AND expires_at > %s
"""
PRUNE: Final = "DELETE FROM accounts.feed_tickets WHERE expires_at <= %s"


class PostgresTickets:
    """Their table. What it says of somebody is ids, as an access token does, and is gone in a minute."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def issue(self, admission: Admission) -> str:
        """Return a ticket, good for `TICKET_LASTS`."""
        ticket = secrets.token_urlsafe(32)
        content = msgspec.json.encode(admission).decode()
        with self._database.as_tenant(NO_TENANT) as connection:
            values = (_hash(ticket), content, self._clock() + TICKET_LASTS)
            connection.execute(ISSUE, values, prepare=True)
        return ticket

    def admission(self, ticket: str) -> Admission:
        """Return what a ticket is for. Raises TicketInvalid."""
        if len(ticket) != LENGTH:
            raise TicketInvalid
        values = (_hash(ticket), self._clock())
        with self._database.as_tenant(NO_TENANT) as connection:
            row = connection.execute(OF, values, prepare=True).fetchone()
        if row is None:
            raise TicketInvalid
        return msgspec.json.decode(row[0], type=Admission)

    def prune(self) -> int:
        """Forget those that nobody can show any more."""
        with self._database.as_tenant(NO_TENANT) as connection:
            return connection.execute(PRUNE, (self._clock(),)).rowcount


def _hash(ticket: str) -> bytes:
    return sha256(ticket.encode()).digest()
