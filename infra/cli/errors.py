"""What goes wrong for reasons that a person can mend."""

from typing import Final

from adapters.event_store.bundle import NotABundleError
from adapters.event_store.personal_data import UnknownMasterKeyError
from adapters.postgres import DatabaseUnavailableError, RoleRefusedError
from adapters.read_models.rebuild import RebuildFailed, RebuildStopped, RebuildUnderWay
from adapters.read_models.switch import NothingToSwitchTo, SwitchBlocked
from domain.messages import DomainError
from infra.migrate import (
    DatabaseTooNewError,
    MigrationBlockedError,
    MigrationChangedError,
    MigrationForbiddenError,
)
from infra.servers.children import ServerUnavailable
from infra.servers.ports import CannotListenError, PortTakenError
from infra.settings import SettingsError


class UnknownReadModelError(Exception):
    """There is no read model of this name; `frontdesk read-models` lists them."""


class NoHeadsError(Exception):
    """Not a file that `frontdesk verify --keep-heads FILE` has written."""


class NoDatabaseError(Exception):
    """There is no database yet: `frontdesk up` makes one, or DATABASE_URL names another."""


class NoBusinessError(Exception):
    """There is no business by this id: its owner is told it by `/v1/auth/me`."""


SAID: Final = (
    SettingsError,
    PortTakenError,
    CannotListenError,
    ServerUnavailable,
    DatabaseUnavailableError,
    RoleRefusedError,
    DatabaseTooNewError,
    MigrationBlockedError,
    MigrationChangedError,
    MigrationForbiddenError,
    NotABundleError,
    UnknownMasterKeyError,
    UnknownReadModelError,
    NoHeadsError,
    NoDatabaseError,
    NoBusinessError,
    RebuildFailed,
    RebuildStopped,
    RebuildUnderWay,
    NothingToSwitchTo,
    SwitchBlocked,
    DomainError,
)


def reason(error: BaseException) -> str:
    """Return what PostgreSQL, or the way to it, says of why it cannot be reached."""
    return str(error.__cause__ or "") if isinstance(error, DatabaseUnavailableError) else ""
