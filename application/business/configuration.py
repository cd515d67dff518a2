"""Use cases of what a business configures, and how the rest of the system is told of it.

Whoever needs a value asks `Configured`: it answers from memory, and hears within two seconds of what changes
in any process. What was typed is shown to the provider first, where that can be done (`Checks`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from application.operations.jobs import Handled, Handlers, Job, NotTakenError, Skipped
from application.people.erasure import ErasureHasToWaitError, Erasures
from application.processes.effects.business import CheckConfiguration, ForgetConfiguration
from application.transact import Changes, Past, UseCase
from domain.business import configuration
from domain.business.configuration import (
    BY_KEY,
    CONFIGURATION,
    Configuration,
    ConfigurationNotFound,
    ConfigurationRemoved,
    ConfiguredMeanwhile,
    Objection,
    Standing,
    Typed,
    claim_of,
)
from domain.confidential import Secret
from domain.messages import Command, Value
from domain.records import CLAIM, ValueClaimed, ValueReleased

# --- How others are told ----------------------------------------------------------------


class Configured(Protocol):
    """What is in force, in every process within two seconds."""

    def values(self, tenant: str, key: str) -> Value | None:
        """Return the values in force, as they are declared: their defaults where nothing is, if all have
        one, or else None.
        """

    def secrets_of(self, tenant: str, key: str) -> Sequence[bytes]:
        """Return the secrets by which what a provider sends is verified, the newest first."""


class ProviderAwayError(NotTakenError):
    """The provider did not say anything of use: it is asked again. The message names nobody."""


Check = Callable[[Any], Objection | None]
"""Shows values to their provider. Raises ProviderAwayError."""

Checks = Mapping[str, Check]
"""By the key of what they check."""


class Tried(Protocol):
    """Shows what was typed to its provider."""

    def __call__(self, key: str, values: Typed) -> Objection | None:
        """Return what is wrong with it. Raises ProviderAwayError."""

    def can(self, key: str) -> bool:
        """Whether there is somebody to be asked."""


Reads = Mapping[str, Callable[[bytes], Any]]
"""How the secrets are read by which signatures are verified, by key. They raise ValueError."""


class Trying:
    """`Tried`, by these checks. No provider is asked about what nothing could be verified by."""

    def __init__(self, checks: Checks, reads: Reads) -> None:
        self._checks = checks
        self._reads = reads

    def __call__(self, key: str, values: Typed) -> Objection | None:
        """Return what is wrong with it. Raises ProviderAwayError."""
        declared = BY_KEY[key]
        complete = declared.values_of(values)
        if complete is None or not self._can_read(key, values.secret(declared.verifies)):
            return Objection.KEY_REJECTED
        return self._checks[key](complete)

    def _can_read(self, key: str, secret: Secret | None) -> bool:
        if secret is None or secret.value is None or key not in self._reads:
            return True
        try:
            self._reads[key](secret.value.encode())
        except ValueError:
            return False
        return True

    def can(self, key: str) -> bool:
        """Whether there is somebody to be asked."""
        return key in self._checks


# --- Use cases --------------------------------------------------------------------------


def owner_of(key: str, past: Past) -> str | None:
    """Return the id of what is configured under a key, if anything is."""
    return past.of(CLAIM, claim_of(key)).owner


def configured(key: str, past: Past) -> Configuration:
    """Return what is configured under a key."""
    owner = owner_of(key, past)
    return CONFIGURATION.initial if owner is None else past.of(CONFIGURATION, owner)


def configure(command: configuration.Configure, past: Past) -> Changes:
    owner, known = owner_of(command.key, past), past.of(CONFIGURATION, command.id)
    if owner != command.id and (owner is not None or known.number):
        raise ConfiguredMeanwhile
    verifies = BY_KEY[command.key].verifies
    events = configuration.configure(command, known, verifies=verifies, now=past.now)
    claim_id = claim_of(command.key)
    claimed = [] if owner else [ValueClaimed(claim_id=claim_id, owner=command.id)]
    return {command.id: events, claim_id: claimed}


def judge(command: configuration.RecordVerdict, past: Past) -> Changes:
    known = past.of(CONFIGURATION, command.id)
    return {command.id: configuration.judge(command, known, now=past.now)}


def trouble(command: configuration.RecordTrouble, past: Past) -> Changes:
    """Of what was removed meanwhile nothing is said."""
    if (owner := owner_of(command.key, past)) is None:
        return {}
    known = past.of(CONFIGURATION, owner)
    return {owner: configuration.trouble(command, owner, known, now=past.now)}


def let_go(command: configuration.LetGoOfFormer, past: Past) -> Changes:
    owner = _there(command.key, past)
    return {owner: configuration.let_go(owner, past.of(CONFIGURATION, owner))}


def remove(command: configuration.RemoveConfiguration, past: Past) -> Changes:
    owner, claim_id = _there(command.key, past), claim_of(command.key)
    return {
        owner: configuration.remove(command, owner, past.of(CONFIGURATION, owner)),
        claim_id: [ValueReleased(claim_id=claim_id, owner=owner)],
    }


def _there(key: str, past: Past) -> str:
    owner = owner_of(key, past)
    if owner is None:
        raise ConfigurationNotFound
    return owner


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    configuration.Configure: configure,
    configuration.RecordVerdict: judge,
    configuration.RecordTrouble: trouble,
    configuration.LetGoOfFormer: let_go,
    configuration.RemoveConfiguration: remove,
}

# --- What is done when nobody waits -----------------------------------------------------

Ask = Callable[[str, Callable[[Past], Configuration]], Configuration]

NOTHING_TO_DO: Final = Skipped("something else was typed since")


def checking(ask: Ask, tried: Tried, erasures: Erasures) -> Handlers:
    """Ask providers again about what they were not there for, and forget what was removed."""

    def check(effect: CheckConfiguration, job: Job) -> Handled:
        known = ask(job.tenant, lambda past: past.of(CONFIGURATION, effect.id))
        if known.standing is not Standing.UNCHECKED or known.number != effect.number:
            return NOTHING_TO_DO
        assert known.typed is not None, "what is unchecked was typed"
        objection = tried(known.key, known.typed)
        return configuration.RecordVerdict(id=effect.id, number=effect.number, objection=objection)

    def forget(effect: ForgetConfiguration, job: Job) -> None:
        removed = ConfigurationRemoved(id=effect.id, key=effect.key, streams=(effect.id,))
        if not erasures.finish_purge(job.tenant, removed):
            raise ErasureHasToWaitError

    return {CheckConfiguration: check, ForgetConfiguration: forget}
