"""The roles that connections are in; `infra/migrations` says what each may do."""

from typing import Final

APP: Final = "frontdesk_app"
"""Asks for one tenant at a time."""

ACCOUNTS: Final = "frontdesk_accounts"
"""Sees what people log in with, and nothing else."""

WRITER: Final = "frontdesk_writer"
"""Appends to the log, and sees nothing."""

WORKER: Final = "frontdesk_worker"
"""Follows the log of all tenants, and keeps read models and queues."""

GUARDED: Final = {
    APP: "log.events",
    WRITER: "log.events",
    WORKER: "log.events",
    ACCOUNTS: "accounts.credentials",
}
"""A table for each role which it must not see as an owner or a superuser would."""


class RoleRefusedError(Exception):
    """The login in the address of the database is not what it has to be."""


def not_held(role: str, login: str, why: object) -> RoleRefusedError:
    """Say that a login cannot act as a role, and what to do."""
    return RoleRefusedError(
        f"{login!r} cannot act as {role}: {why}. Migrate the database as its owner"
        f" (`frontdesk migrate`), who may also have to say: GRANT {role} TO {login};"
    )


def held_too(role: str, login: str) -> RoleRefusedError:
    """Say that a login can act as a role which the other login is there for."""
    return RoleRefusedError(
        f"{login!r} of DATABASE_URL can act as {role}, which is what WORKER_DATABASE_URL is for."
        f" Its owner may say: REVOKE {role} FROM {login}; it must be no superuser either."
    )
