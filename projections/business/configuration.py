"""What is configured, and does it count?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from domain.business.configuration import (
    CONFIGURATION,
    Configuration,
    ConfigurationChanged,
    ConfigurationEvent,
    ConfigurationRecovered,
    ConfigurationRefused,
    ConfigurationRemoved,
    ConfigurationTroubled,
    ConfigurationVerified,
    Former,
    FormerSecretsLetGo,
    Objection,
    Plain,
    Sealed,
    Standing,
    Typed,
    evolve,
)
from domain.confidential import Secret, masked
from domain.messages import Value
from projections.read_model import ReadModel, Row

Shown = Mapping[str, str | int | bool | Secret]


class ListedFormer(Value, frozen=True, kw_only=True):
    """A former secret by which signatures are taken `until` then: its version, and what it ends with."""

    secret: Secret
    until: datetime


class ListedConfiguration(Row, frozen=True, kw_only=True):
    """`name` is the key under which it is configured. `values` are what was typed last, and `standing` whether
    that counts: the provider may not have been asked yet (`unchecked`), or does not take it (`refused`, and the
    `objection`). Then `instead` is what counts. `trouble` is the code by which the provider says that it is not good at
    present.
    """

    id: str
    name: str
    number: int
    standing: Standing
    objection: Objection | None = None
    values: Shown
    instead: Shown | None = None
    former: tuple[ListedFormer, ...] = ()
    verifies: str | None = None
    trouble: str | None = None


def _evolve(
    row: ListedConfiguration | None, event: ConfigurationEvent
) -> ListedConfiguration | None:
    """Fold as the aggregate does: which secrets differ, their versions tell."""
    known = evolve(_remembered(row), event)
    if known.typed is None:
        return None
    instead = None if known.standing is Standing.IN_FORCE else known.in_force
    return ListedConfiguration(
        id=event.id,
        name=known.key,
        number=known.number,
        standing=known.standing,
        objection=known.objection,
        values=_shown(known.typed),
        instead=None if instead is None else _shown(instead),
        former=tuple(ListedFormer(secret=masked(e.secret), until=e.until) for e in known.former),
        verifies=known.verifies,
        trouble=known.trouble,
    )


def _shown(typed: Typed) -> Shown:
    plain = {each.name: each.value for each in typed.plain}
    return plain | {each.name: masked(each.secret) for each in typed.secrets}


def _typed(shown: Shown | None) -> Typed | None:
    if shown is None:
        return None
    return Typed(
        plain=tuple(Plain(name=n, value=v) for n, v in shown.items() if not isinstance(v, Secret)),
        secrets=tuple(Sealed(name=n, secret=s) for n, s in shown.items() if isinstance(s, Secret)),
    )


def _remembered(row: ListedConfiguration | None) -> Configuration:
    if row is None:
        return CONFIGURATION.initial
    typed = _typed(row.values)
    in_force = typed if row.standing is Standing.IN_FORCE else _typed(row.instead)
    return Configuration(
        key=row.name,
        number=row.number,
        typed=typed,
        standing=row.standing,
        objection=row.objection,
        in_force=in_force,
        verifies=row.verifies,
        former=tuple(Former(secret=each.secret, until=each.until) for each in row.former),
        trouble=row.trouble,
    )


CONFIGURATION_ROWS: Final = ReadModel(
    name="configuration",
    version=2,
    row=ListedConfiguration,
    subscribes_to=(
        ConfigurationChanged,
        ConfigurationVerified,
        ConfigurationRefused,
        ConfigurationTroubled,
        ConfigurationRecovered,
        FormerSecretsLetGo,
        ConfigurationRemoved,
    ),
    key=lambda event: [event.id],
    evolve=_evolve,
    columns=("name", "standing"),
    indexes=(("name",),),
    owner=CONFIGURATION.kind,
)
