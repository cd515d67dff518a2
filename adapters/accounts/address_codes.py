"""Codes that prove an address: sent to it, and shown by whoever reads its mail."""

import hmac
from datetime import timedelta
from typing import Final
from uuid import UUID

from adapters.accounts.credentials import Connect
from adapters.postgres import NO_TENANT, Database
from application.business.address_proofs import AddressCodeWrong
from application.ports import Clock
from domain.macs import mac
from domain.values import TenantId

LIFETIME: Final = timedelta(hours=24)
MOST_GUESSES: Final = 5
ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without what looks like something else."""

LENGTH, LETTERS = 12, 4
"""How long it is, and how much of it stands together."""


class AddressCodes:
    """Their table. Who reads it learns no code, and who guesses has few tries. `whose` is a user, or the wish
    of a guest.
    """

    def __init__(self, connect: Connect, clock: Clock, pepper: bytes) -> None:
        self._connect = connect
        self._clock = clock
        self._pepper = pepper

    def make(self, tenant_id: TenantId, whose: str, job_id: UUID) -> str:
        """Return the code of a mail, the same however often it is tried. Those before are good, too."""
        code = self._code(f"{tenant_id}/{whose}/{job_id}")
        now = self._clock()
        with self._connect() as connection:
            connection.execute(
                """
                DELETE FROM accounts.address_codes
                WHERE tenant_id = %s AND user_id = %s AND expires_at <= %s
                """,
                (tenant_id, whose, now),
            )
            connection.execute(
                """
                INSERT INTO accounts.address_codes VALUES (%s, %s, %s, %s)
                ON CONFLICT (tenant_id, user_id, code_digest) DO UPDATE
                SET expires_at = excluded.expires_at
                """,
                (tenant_id, whose, self._digest(code), now + LIFETIME),
            )
        return code

    def arrived(self, tenant_id: TenantId, whose: str, code: str) -> None:
        """Let it alone be good: its mail was taken."""
        with self._connect() as connection:
            connection.execute(
                """
                DELETE FROM accounts.address_codes
                WHERE tenant_id = %s AND user_id = %s AND code_digest <> %s
                """,
                (tenant_id, whose, self._digest(code)),
            )

    def check(self, tenant_id: TenantId, whose: str, code: str) -> None:
        """Refuse a code that is wrong, or late, or shown after too many others: those are counted, so that
        one is good however often it is shown.
        """
        digest = self._digest(code)
        with self._connect() as connection:
            found = connection.execute(
                """
                UPDATE accounts.address_codes
                SET guesses = guesses + CASE WHEN code_digest = %s THEN 0 ELSE 1 END
                WHERE tenant_id = %s AND user_id = %s AND guesses < %s AND expires_at > %s
                RETURNING code_digest
                """,
                (digest, tenant_id, whose, MOST_GUESSES, self._clock()),
            ).fetchall()
        if not any(hmac.compare_digest(good, digest) for (good,) in found):
            raise AddressCodeWrong

    def use_up(self, tenant_id: TenantId, whose: str) -> None:
        """Let it be good for nothing any more."""
        with self._connect() as connection:
            connection.execute(
                "DELETE FROM accounts.address_codes WHERE tenant_id = %s AND user_id = %s",
                (tenant_id, whose),
            )

    def _code(self, mail: str) -> str:
        """Return what nobody can know who has not the pepper, and whoever has it need not keep."""
        number = int.from_bytes(mac(self._pepper, f"code for {mail}".encode()))
        digits = (number // len(ALPHABET) ** n % len(ALPHABET) for n in range(LENGTH))
        code = "".join(ALPHABET[digit] for digit in digits)
        return "-".join(code[n : n + LETTERS] for n in range(0, LENGTH, LETTERS))

    def _digest(self, code: str) -> bytes:
        letters = "".join(each for each in code.upper() if each in ALPHABET)
        return mac(self._pepper, b"address code/" + letters.encode())


def codes_of(database: Database, clock: Clock, pepper: str) -> AddressCodes:
    """Return the codes of a database, for whoever sends them and whoever is shown them."""
    return AddressCodes(lambda: database.as_tenant(NO_TENANT), clock, pepper.encode())
