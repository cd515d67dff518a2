"""Who takes payments: the practice provider, wherever one practises, and nobody yet in production."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from adapters.event_store.glance import Asking
from adapters.event_store.store import PostgresEventStore
from adapters.inbound import AgreedSecrets, PostgresReceipts
from adapters.payments import Calls, Practice
from adapters.postgres import Database
from application.business.configuration import Configured
from application.inbound import PROVIDERS, Provider, Reception
from application.money.charging import Charging
from application.money.desk import PaymentsDesk
from application.money.practice import PRACTICE, secret_of, understood
from application.operations.jobs import Dispatch, Handlers
from application.ports import Clock
from infra.settings import Mode, Settings

OwnSecrets = Mapping[str, Callable[[str], bytes]]


def own_secrets(settings: Settings) -> OwnSecrets:
    """Return the secrets of providers that are built in: by the provider's name, of each business."""
    if settings.mode is Mode.PRODUCTION:
        return {}
    return {PRACTICE: partial(secret_of, pepper=settings.pepper.encode())}


def practised(settings: Settings, providers: Sequence[Provider]) -> Sequence[Provider]:
    """Return the providers: what the practice provider says is understood only where one practises."""
    return providers if settings.mode is Mode.PRODUCTION else understood(providers)


def practice_of(
    settings: Settings,
    database: Database,
    configured: Configured,
    calls: PostgresReceipts,
    clock: Clock,
) -> Practice | None:
    """Return the practice provider, where one practises: it calls as everybody does."""
    if settings.mode is Mode.PRODUCTION:
        return None
    reception = Reception(
        PROVIDERS, AgreedSecrets(configured, {}, own_secrets(settings)), calls, clock
    )
    call = Calls(reception, clock, settings.pepper.encode())
    return Practice(database, call, settings.address)


def charging_of(
    store: PostgresEventStore, dispatch: Dispatch, practice: Practice | None, clock: Clock
) -> Handlers:
    """Return what asks providers."""
    gateways = {} if practice is None else {PRACTICE: practice}
    return Charging(Asking(store, clock), dispatch, gateways).handlers


def payments_of(dispatch: Dispatch, practice: Practice | None) -> PaymentsDesk:
    """Return what is asked about payments."""
    return PaymentsDesk(dispatch, () if practice is None else (PRACTICE,), practice)
