"""Accounts on a running system, and one of everything that goes into them."""

from typing import Any, Final
from uuid import uuid5

from adapters.accounts.postgres import PostgresAccounts
from adapters.accounts.tokens import AccessTokens
from adapters.rate_limits.one_process import ProcessRateLimiter
from application.business.accounts import NewAccount
from application.operations.rate_limits import RateLimiter
from application.ports import About
from domain.business.tenants import Business
from domain.values import FRONTDESK
from infra.composition import System

PASSWORD: Final = "nine green teapots"
SECRET: Final = "a secret of tests, forty characters long"

salon: Final = Business(
    name="Salon Camille", time_zone="Europe/Paris", language="fr", currency="EUR"
)
camille: Final = NewAccount(
    name="Camille Petit", email="Camille.Petit@example.org", password=PASSWORD, language="fr"
)
noor: Final = NewAccount(name="Noor Haddad", email="noor@example.org", password=PASSWORD)


def accounts_of(
    system: System, *, dispatch: Any = None, limiter: RateLimiter | None = None
) -> PostgresAccounts:
    return PostgresAccounts(
        system.database,
        dispatch or system.dispatch,
        system.store,
        AccessTokens([SECRET], system.clock),
        limiter or ProcessRateLimiter(lambda: system.clock().timestamp()),
        system.denylist,
        system.clock,
        pepper=system.settings.pepper,
    )


def about(name: str, tenant: str = "") -> About:
    """Return what is known of a request with an idempotency key of this name."""
    command_id = uuid5(FRONTDESK, f"request/{name}")
    return About(tenant=tenant, actor="", command_id=command_id, retried=True)
