"""The roles that connections are in; `infra/migrations` says what each may do."""

from typing import Final

APP: Final = "frontdesk_app"
"""Sees one tenant at a time."""

WORKER: Final = "frontdesk_worker"
"""Follows the log of all tenants, and keeps read models and queues."""

GUARDED: Final = {APP: "log.events", WORKER: "log.events"}
"""A table of tenants' rows for each role: it must not see it as an owner or a superuser would."""


class RoleRefusedError(Exception):
    """The login in the address of the database cannot be what it has to be."""

    def __init__(self, role: str, login: str, why: object) -> None:
        super().__init__(
            f"{login!r} cannot act as {role}: {why}. Migrate the database as its owner"
            f" (`frontdesk migrate`), who may also have to say: GRANT {role} TO {login};"
        )
