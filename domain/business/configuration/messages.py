"""What may be asked of what a business configures, what can happen to it, and why not."""

from datetime import datetime
from enum import StrEnum

from domain.confidential import Secret
from domain.messages import Command, DomainError, Erasure, Event, Invalid, Missing, Personal, Value


class Plain(Value, frozen=True, kw_only=True):
    """A value that may be shown."""

    name: str
    value: str | int | bool


class Sealed(Value, frozen=True, kw_only=True):
    """One that may not."""

    name: str
    secret: Secret


class Typed(Value, frozen=True, kw_only=True):
    """What somebody has typed, by name: what it may be says its declaration."""

    plain: tuple[Plain, ...] = ()
    secrets: Personal[tuple[Sealed, ...]] = ()

    def secret(self, name: str | None) -> Secret | None:
        """Return the secret of this name, if there is one."""
        return next((each.secret for each in self.secrets if each.name == name), None)


class Objection(StrEnum):
    """Why a provider does not take what was typed; all that anybody is told of its answer."""

    KEY_REJECTED = "key-rejected"
    NOT_PERMITTED = "not-permitted"
    NOT_TAKEN = "not-taken"
    ADDRESS_NOT_ALLOWED = "address-not-allowed"


# --- What may be asked ----------------------------------------------------------------


class Configure(Command, frozen=True):
    """Let these values be in force, if they are `verified`: what the provider has taken. Else they wait until
    it was asked; where it cannot be (`is_checked`), they are in force at once. `id` is what is configured
    under the key at present, or new.
    """

    id: str
    key: str
    values: Typed
    verified: Typed | None = None
    is_checked: bool = True


class RecordVerdict(Command, frozen=True):
    """What the provider said of what was typed `number`th: nothing against it, or an objection."""

    id: str
    number: int
    objection: Objection | None = None


class LetGoOfFormer(Command, frozen=True):
    """Take what was signed with a former secret no longer."""

    key: str


class RemoveConfiguration(Command, frozen=True):
    """Forget it: its secrets are gone for good."""

    key: str


class RecordTrouble(Command, frozen=True):
    """The provider says by this code that what is configured under a key is not good at present; or, by none, it has
    taken something by it.
    """

    key: str
    code: str | None


# --- What can happen ------------------------------------------------------------------


class ConfigurationChanged(Event, frozen=True):
    """`in_force`: at once, or after it was verified. `verifies` names the secret by which signatures are."""

    id: str
    key: str
    number: int
    values: Typed
    in_force: bool
    at: datetime
    verifies: str | None = None


class ConfigurationVerified(Event, frozen=True):
    id: str
    number: int
    at: datetime


class ConfigurationRefused(Event, frozen=True):
    id: str
    number: int
    objection: Objection


class ConfigurationTroubled(Event, frozen=True):
    """Its provider says by this code that it is not good at present."""

    id: str
    key: str
    code: str
    at: datetime


class ConfigurationRecovered(Event, frozen=True):
    """Its provider has taken something by it again."""

    id: str
    key: str
    at: datetime


class FormerSecretsLetGo(Event, frozen=True):
    id: str


class ConfigurationRemoved(Erasure, frozen=True):
    id: str
    key: str


ConfigurationEvent = (
    ConfigurationChanged
    | ConfigurationVerified
    | ConfigurationRefused
    | ConfigurationTroubled
    | ConfigurationRecovered
    | FormerSecretsLetGo
    | ConfigurationRemoved
)


# --- Why it may be refused ------------------------------------------------------------


class ConfigurationNotFound(Missing):
    """Nothing is configured under this key."""


class ConfiguredMeanwhile(DomainError):
    """Somebody else has configured this meanwhile, or removed it. Look at it again."""


class ProviderRefuses(Invalid):
    """The provider does not take these values. What was in force still is."""

    why: Objection
