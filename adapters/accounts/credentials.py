"""What people log in with: a digest of the address and a hash of the password, outside the log."""

import unicodedata
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from application.people.contact_details import EmailAddressNotUnderstood, parse_email
from domain.macs import mac
from domain.values import TenantId, UserId

Connect = Callable[[], AbstractContextManager[Connection[Any]]]


class Credential(NamedTuple):
    """Reserved for a registration until it is active."""

    digest: bytes
    tenant_id: TenantId
    user_id: UserId
    command_id: UUID
    password_hash: str
    reserved_at: datetime
    active: bool = False


def email_digest(email: str, pepper: bytes) -> bytes:
    """Return what stands for an address: the same however it is written, of no use to a thief."""
    with suppress(EmailAddressNotUnderstood):  # then nobody has it, which is found out later
        email = parse_email(email)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email).casefold())
    return mac(pepper, b"account/" + folded.encode())


class Credentials:
    """Their table."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def find(self, digest: bytes) -> Credential | None:
        """Return what is kept under an address."""
        with (
            self._connect() as connection,
            connection.cursor(row_factory=class_row(Credential)) as cursor,
        ):
            return cursor.execute(
                """
                SELECT email_digest AS digest, tenant_id::text, user_id, command_id, password_hash,
                       reserved_at, active
                FROM accounts.credentials WHERE email_digest = %s
                """,
                (digest,),
            ).fetchone()

    def reserve(self, credential: Credential) -> Credential:
        """Reserve an address; return what is kept under it, which may be somebody else's."""
        with self._connect() as connection:
            connection.execute(
                """
                INSERT INTO accounts.credentials
                VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (email_digest) DO NOTHING
                """,
                credential,
            )
        return self.find(credential.digest) or self.reserve(credential)

    def activate(self, credential: Credential) -> bool:
        """Let it be used. Whatever happened to the reservation; False if the address is another's."""
        with self._connect() as connection:
            done = connection.execute(
                """
                INSERT INTO accounts.credentials
                VALUES (%s, %s, %s, %s, %s, %s, true)
                ON CONFLICT (email_digest) DO UPDATE SET active = true
                WHERE credentials.command_id = excluded.command_id
                """,
                credential[:-1],
            )
        return done.rowcount == 1

    def give_up(self, credential: Credential) -> None:
        """Free a reserved address."""
        with self._connect() as connection:
            connection.execute(
                """
                DELETE FROM accounts.credentials
                WHERE email_digest = %s AND command_id = %s AND NOT active
                """,
                (credential.digest, credential.command_id),
            )

    def rehash(self, credential: Credential, password_hash: str) -> None:
        """Keep a better hash of the same password, unless it was changed meanwhile."""
        with self._connect() as connection:
            connection.execute(
                """
                UPDATE accounts.credentials SET password_hash = %s
                WHERE email_digest = %s AND password_hash = %s
                """,
                (password_hash, credential.digest, credential.password_hash),
            )

    def forget(self, tenant_id: str, user_id: str) -> None:
        """Destroy what a user logs in with; the address is free again."""
        with self._connect() as connection:
            connection.execute(
                "DELETE FROM accounts.credentials WHERE tenant_id = %s AND user_id = %s",
                (tenant_id, user_id),
            )
