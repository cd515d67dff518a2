"""Sessions: a chain of refresh tokens, each good for one use. A used one that comes again was
copied, by somebody: then nobody goes on with the session.
"""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

import structlog
from psycopg import Connection
from psycopg.rows import class_row
from uuid_utils import uuid7

from application.business.accounts import Before, InvalidRefreshToken
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
    """Their tables. Tokens are random, so a plain hash of them is enough. `ended` is told of each
    session that ended, once PostgreSQL knows of it.
    """

    def __init__(
        self,
        connect: Connect,
        clock: Clock,
        lifetime: timedelta,
        ended: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._lifetime = lifetime
        self._ended = ended

    def begin(self, tenant_id: TenantId, user_id: UserId, version: int) -> tuple[Session, str]:
        """Begin one for a user of this version; return its first refresh token."""
        session = Session(str(uuid7()), tenant_id, user_id)
        with self._connect() as connection, connection.transaction():
            connection.execute(BEGIN, (*session, self._clock(), version))
            return session, self._new_token(connection, session)

    def go_on(self, token: str) -> tuple[Session, str]:
        """Use a refresh token; return the next one. Raises InvalidRefreshToken."""
        token_hash = _hash(token)
        with self._connect() as connection, connection.transaction():
            shown = _locked(connection, token_hash)
            if shown is None or shown.ended_at is not None:
                raise InvalidRefreshToken
            if shown.used_at is None:
                return self._next(connection, shown, token_hash)
            self._end(connection, shown.session_id)
        log.warning("refresh-token-used-twice", session=shown.session_id)
        self._ended(shown.session_id)
        raise InvalidRefreshToken

    def end(self, session_id: str) -> None:
        """End one, if it still goes on."""
        with self._connect() as connection:
            self._end(connection, session_id)
        self._ended(session_id)

    def end_all(self, tenant_id: TenantId, user_id: UserId, before: Before | None = None) -> None:
        """End all of a user's, or those that began before something happened to them."""
        version, time = before or (None, None)
        values = {
            "now": self._clock(),
            "tenant": tenant_id,
            "user": user_id,
            "version": version,
            "time": time,
        }
        with self._connect() as connection:
            ended = connection.execute(END_ALL, values).fetchall()
        for (session_id,) in ended:
            self._ended(session_id)

    def forget(self, tenant_id: TenantId, user_id: UserId) -> None:
        """End all of a user's, and destroy the tokens they went on with."""
        self.end_all(tenant_id, user_id)
        with self._connect() as connection:
            connection.execute(
                """
                DELETE FROM accounts.refresh_tokens t USING accounts.sessions s
                WHERE s.session_id = t.session_id AND s.tenant_id = %s AND s.user_id = %s
                """,
                (tenant_id, user_id),
            )

    def _next(
        self, connection: Connection[Any], shown: Shown, token_hash: bytes
    ) -> tuple[Session, str]:
        if shown.expires_at <= self._clock():
            raise InvalidRefreshToken
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


BEGIN: Final = """
    INSERT INTO accounts.sessions (session_id, tenant_id, user_id, began_at, user_version)
    VALUES (%s, %s, %s, %s, %s)
"""
END_ALL: Final = """
    UPDATE accounts.sessions SET ended_at = %(now)s
    WHERE tenant_id = %(tenant)s AND user_id = %(user)s AND ended_at IS NULL
      AND coalesce(user_version < %(version)s::integer, began_at < %(time)s::timestamptz, true)
    RETURNING session_id
"""


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
