"""Sessions: a chain of refresh tokens, each good for one use. A used one that comes again was
copied, by somebody: then nobody goes on with the session.
"""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import structlog
from psycopg import Connection
from psycopg.rows import class_row
from uuid_utils import uuid7

from application.accounts import InvalidRefreshToken
from application.ports import Clock
from domain.values import TenantId, UserId

Connect = Callable[[], AbstractContextManager[Connection[Any]]]

log = structlog.get_logger()


class Session(NamedTuple):
    """Who goes on."""

    session_id: str
    tenant_id: TenantId
    user_id: UserId


class Shown(NamedTuple):
    """What is known about a refresh token that somebody shows."""

    session_id: str
    tenant_id: TenantId
    user_id: UserId
    ended_at: datetime | None
    used_at: datetime | None
    expires_at: datetime


class Sessions:
    """Their tables. Tokens are random, so a plain hash of them is enough."""

    def __init__(self, connect: Connect, clock: Clock, lifetime: timedelta) -> None:
        self._connect = connect
        self._clock = clock
        self._lifetime = lifetime

    def begin(self, tenant_id: TenantId, user_id: UserId) -> tuple[Session, str]:
        """Begin one, and give its first refresh token."""
        session = Session(str(uuid7()), tenant_id, user_id)
        with self._connect() as connection, connection.transaction():
            connection.execute(
                "INSERT INTO accounts.sessions VALUES (%s, %s, %s, %s)", (*session, self._clock())
            )
            return session, self._new_token(connection, session)

    def go_on(self, token: str) -> tuple[Session, str]:
        """Use a refresh token, and give the next one. Raises InvalidRefreshToken."""
        with self._connect() as connection, connection.transaction():
            went_on = self._next(connection, _hash(token))
        if went_on is None:
            raise InvalidRefreshToken
        return went_on

    def end(self, session_id: str) -> None:
        """End one, if it still goes on."""
        with self._connect() as connection:
            self._end(connection, session_id)

    def _next(self, connection: Connection[Any], token_hash: bytes) -> tuple[Session, str] | None:
        shown = _locked(connection, token_hash)
        if shown is None or shown.ended_at is not None:
            return None
        if shown.used_at is not None:
            self._end(connection, shown.session_id)
            log.warning("refresh-token-used-twice", session=shown.session_id)
            return None
        if shown.expires_at <= self._clock():
            return None
        connection.execute(
            "UPDATE accounts.refresh_tokens SET used_at = %s WHERE token_hash = %s",
            (self._clock(), token_hash),
        )
        session = Session(shown.session_id, shown.tenant_id, shown.user_id)
        return session, self._new_token(connection, session)

    def _end(self, connection: Connection[Any], session_id: str) -> None:
        connection.execute(
            """
            UPDATE accounts.sessions SET ended_at = %s WHERE session_id = %s AND ended_at IS NULL
            """,
            (self._clock(), session_id),
        )

    def _new_token(self, connection: Connection[Any], session: Session) -> str:
        token, now = secrets.token_urlsafe(32), self._clock()
        connection.execute(
            "INSERT INTO accounts.refresh_tokens VALUES (%s, %s, %s, %s)",
            (_hash(token), session.session_id, now, now + self._lifetime),
        )
        return token


def _locked(connection: Connection[Any], token_hash: bytes) -> Shown | None:
    """Both rows are locked: of two who use one token at once, the second must see it used."""
    with connection.cursor(row_factory=class_row(Shown)) as cursor:
        return cursor.execute(
            """
            SELECT s.session_id, s.tenant_id::text, s.user_id, s.ended_at, t.used_at, t.expires_at
            FROM accounts.refresh_tokens t JOIN accounts.sessions s USING (session_id)
            WHERE t.token_hash = %s FOR UPDATE
            """,
            (token_hash,),
        ).fetchone()


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
