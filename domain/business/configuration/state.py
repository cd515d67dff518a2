"""What is remembered of what a business configures under one key."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.business.configuration.messages import (
    ConfigurationChanged,
    ConfigurationEvent,
    ConfigurationRecovered,
    ConfigurationRefused,
    ConfigurationRemoved,
    ConfigurationTroubled,
    ConfigurationVerified,
    FormerSecretsLetGo,
    Objection,
    Typed,
)
from domain.confidential import Secret, masked
from domain.messages import Value

FORMER_FOR: Final = timedelta(hours=24)
"""So long a former secret is still valid for what providers sign: Stripe lets both be used for as long."""

MOST_FORMER: Final = 4
"""So many of them at a time: whoever mistypes a new one has not lost the one that is in use."""


class Standing(StrEnum):
    """How far what was typed last is."""

    NONE = "none"
    UNCHECKED = "unchecked"
    IN_FORCE = "in-force"
    REFUSED = "refused"


class Former(Value, frozen=True, kw_only=True):
    """A secret that is still valid `until` then."""

    secret: Secret
    until: datetime


class Configuration(Value, frozen=True, kw_only=True):
    """`typed` is what was typed last, as `number`; `in_force` what counts, which may be older. `trouble` is the code by
    which its provider says that it is not good at present.
    """

    key: str = ""
    number: int = 0
    typed: Typed | None = None
    standing: Standing = Standing.NONE
    objection: Objection | None = None
    in_force: Typed | None = None
    verifies: str | None = None
    former: tuple[Former, ...] = ()
    trouble: str | None = None

    def valid(self, now: datetime) -> tuple[Secret, ...]:
        """Return the secrets by which signatures are verified, each once, the newest first."""
        newest = self.in_force.secret(self.verifies) if self.in_force else None
        former = (each.secret for each in self.former if each.until > now)
        found = (each for each in (newest, *former) if each is not None and each.value)
        return tuple({each.value: each for each in found}.values())


def evolve(known: Configuration, event: ConfigurationEvent) -> Configuration:
    match event:
        case ConfigurationChanged(in_force=in_force):
            typed = replace(
                known,
                key=event.key,
                number=event.number,
                typed=event.values,
                standing=Standing.UNCHECKED,
                objection=None,
                verifies=event.verifies,
            )
            return _in_force(typed, event.at) if in_force else typed
        case ConfigurationVerified(at=at):
            return _in_force(known, at)
        case ConfigurationRefused(objection=objection):
            return replace(known, standing=Standing.REFUSED, objection=objection)
        case ConfigurationTroubled(code=code):
            return replace(known, trouble=code)
        case ConfigurationRecovered():
            return replace(known, trouble=None)
        case FormerSecretsLetGo():
            return replace(known, former=())
        case ConfigurationRemoved():
            return Configuration(key=known.key, number=known.number)
        case _:
            assert_never(event)


def _in_force(known: Configuration, at: datetime) -> Configuration:
    return replace(
        known,
        standing=Standing.IN_FORCE,
        objection=None,
        in_force=known.typed,
        former=_former(known, at),
        trouble=None,
    )


def _former(known: Configuration, at: datetime) -> tuple[Former, ...]:
    """Return what is former now. A secret of another value has another version, so that who knows no values
    comes to the same: the row of the read model does.
    """
    before = known.in_force.secret(known.verifies) if known.in_force else None
    now = known.typed.secret(known.verifies) if known.typed else None
    left = [each for each in known.former if each.until > at]
    if before is not None and (now is None or masked(before) != masked(now)):
        left = [Former(secret=before, until=at + FORMER_FOR), *left]
    return tuple(left[:MOST_FORMER])


CONFIGURATION = Aggregate(kind="configuration", initial=Configuration(), evolve=evolve)
