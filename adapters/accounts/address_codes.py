"""Codes that prove an address: sent to it, and shown by whoever reads its mail."""

import hmac
import secrets
from datetime import timedelta
from typing import Final

from adapters.accounts.credentials import Connect
from adapters.postgres import NO_TENANT, Database
from application.address_proofs import AddressCodeWrong
from application.ports import Clock
from domain.values import TenantId, UserId

LIFETIME: Final = timedelta(hours=24)
MOST_GUESSES: Final = 5
ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without what looks like something else."""

GROUPS, LETTERS = 3, 4


class AddressCodes:
    """Their table. Who reads it learns no code, and who guesses has few tries."""

    def __init__(self, connect: Connect, clock: Clock, pepper: bytes) -> None:
        self._connect = connect
        self._clock = clock
        self._pepper = pepper

    def make(self, tenant_id: TenantId, user_id: UserId) -> str:
        """Make one, in place of any before it."""
        groups = ("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
        code = "-".join(groups)
        row = (tenant_id, user_id, self._digest(code), self._clock() + LIFETIME)
        with self._connect() as connection:
            connection.execute(
                """
                INSERT INTO accounts.address_codes VALUES (%s, %s, %s, %s)
                ON CONFLICT (tenant_id, user_id) DO UPDATE
                SET code_digest = excluded.code_digest, expires_at = excluded.expires_at, guesses = 0
                """,
                row,
            )
        return code

    def check(self, tenant_id: TenantId, user_id: UserId, code: str) -> None:
        """Count a guess, and refuse it if it is wrong, late, or one too many."""
        with self._connect() as connection:
            found = connection.execute(
                """
                UPDATE accounts.address_codes SET guesses = guesses + 1
                WHERE tenant_id = %s AND user_id = %s AND guesses < %s AND expires_at > %s
                RETURNING code_digest
                """,
                (tenant_id, user_id, MOST_GUESSES, self._clock()),
            ).fetchone()
        if found is None or not hmac.compare_digest(found[0], self._digest(code)):
            raise AddressCodeWrong

    def use_up(self, tenant_id: TenantId, user_id: UserId) -> None:
        """Let it be good for nothing any more."""
        with self._connect() as connection:
            connection.execute(
                "DELETE FROM accounts.address_codes WHERE tenant_id = %s AND user_id = %s",
                (tenant_id, user_id),
            )

    def _digest(self, code: str) -> bytes:
        letters = "".join(each for each in code.upper() if each in ALPHABET)
        return hmac.digest(self._pepper, b"address code/" + letters.encode(), "sha256")


def codes_of(database: Database, clock: Clock, pepper: str) -> AddressCodes:
    """Return the codes of a database, for whoever sends them and whoever is shown them."""
    return AddressCodes(lambda: database.as_tenant(NO_TENANT), clock, pepper.encode())
