"""What goes wrong for reasons that a person can mend."""

from typing import Final

from adapters.event_store.bundle import NotABundleError
from adapters.postgres import DatabaseUnavailableError
from domain.messages import DomainError
from infra.migrate import DatabaseTooNewError, MigrationChangedError
from infra.postgres import PostgresUnavailable
from infra.serving import PortTakenError
from infra.settings import SettingsError

SAID: Final = (
    SettingsError,
    PortTakenError,
    PostgresUnavailable,
    DatabaseUnavailableError,
    DatabaseTooNewError,
    MigrationChangedError,
    NotABundleError,
    DomainError,
)
