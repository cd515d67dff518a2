"""What comes of an order about what a business configures."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from domain.business.configuration.messages import (
    ConfigurationChanged,
    ConfigurationEvent,
    ConfigurationNotFound,
    ConfigurationRecovered,
    ConfigurationRefused,
    ConfigurationRemoved,
    ConfigurationTroubled,
    ConfigurationVerified,
    Configure,
    FormerSecretsLetGo,
    RecordTrouble,
    RecordVerdict,
    RemoveConfiguration,
    Sealed,
    Typed,
)
from domain.business.configuration.state import Configuration, Standing
from domain.confidential import Secret, kept


def kept_in(typed: Typed, known: Configuration) -> Typed:
    """Return what was typed with the secrets that it keeps of what was typed before. A new one has the number
    of this change as its version, so that no two have the same. Raises SecretNotKept.
    """
    before = known.typed or Typed()
    secrets = (_kept(each, before.secret(each.name), known.number + 1) for each in typed.secrets)
    return replace(typed, secrets=tuple(secrets))


def _kept(said: Sealed, known: Secret | None, number: int) -> Sealed:
    secret = kept(said.secret, known)
    return replace(said, secret=secret if secret == known else replace(secret, version=number))


def configure(
    command: Configure, known: Configuration, *, verifies: str | None, now: datetime
) -> Sequence[ConfigurationEvent]:
    """Let it be so, as soon as the provider was asked."""
    values = kept_in(command.values, known)
    counts = not command.is_checked or command.verified == values
    if values == known.typed and verifies == known.verifies:
        waits = known.standing is not Standing.IN_FORCE
        verified = ConfigurationVerified(id=command.id, number=known.number, at=now)
        return [verified] if counts and waits else []
    return [
        ConfigurationChanged(
            id=command.id,
            key=command.key,
            number=known.number + 1,
            values=values,
            in_force=counts,
            at=now,
            verifies=verifies,
        )
    ]


def judge(
    command: RecordVerdict, known: Configuration, *, now: datetime
) -> Sequence[ConfigurationEvent]:
    """Let what was typed count, or not; unless something else was typed since."""
    if known.standing is not Standing.UNCHECKED or known.number != command.number:
        return []
    if command.objection is None:
        return [ConfigurationVerified(id=command.id, number=command.number, at=now)]
    return [ConfigurationRefused(id=command.id, number=command.number, objection=command.objection)]


def trouble(
    command: RecordTrouble, id_: str, known: Configuration, *, now: datetime
) -> Sequence[ConfigurationEvent]:
    """Say that it is in trouble, and that it is no more: each once."""
    if known.in_force is None:
        return []
    if command.code is not None and known.trouble is None:
        return [ConfigurationTroubled(id=id_, key=command.key, code=command.code, at=now)]
    if command.code is None and known.trouble is not None:
        return [ConfigurationRecovered(id=id_, key=command.key, at=now)]
    return []


def let_go(id_: str, known: Configuration) -> Sequence[ConfigurationEvent]:
    """Take what was signed with a former secret no longer."""
    if known.standing is Standing.NONE:
        raise ConfigurationNotFound
    return [FormerSecretsLetGo(id=id_)] if known.former else []


def remove(
    command: RemoveConfiguration, id_: str, known: Configuration
) -> Sequence[ConfigurationEvent]:
    """Forget it."""
    if known.standing is Standing.NONE:
        raise ConfigurationNotFound
    return [ConfigurationRemoved(id=id_, key=command.key, streams=(id_,))]
