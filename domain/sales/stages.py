"""Stages: where a lead stands on the way that a business takes with its leads, beside its status. Which one
it is in, the lead says; a stage that was removed stays for those that are in it.
"""

from typing import Annotated, Final

from domain.business.users import Role
from domain.fields import Held, Line
from domain.messages import Value
from domain.records import Kind, StoredAs, Unique

Colour = Annotated[str, Held(pattern="^#[0-9a-f]{6}$")]


class Stage(Value, frozen=True, kw_only=True):
    """`position` puts stages in order. Of those that come so far, `probability` percent are won."""

    name: Line
    position: Annotated[int, Held(ge=0, le=1_000)]
    probability: Annotated[int, Held(ge=0, le=100)] = 0
    colour: Colour | None = None


STAGES: Final = Kind(
    one="stage",
    many="stages",
    french="Étape",
    values=Stage,
    examples=(
        Stage(name="Essai proposé", position=1, probability=20, colour="#3b82f6"),
        Stage(name="Devis envoyé", position=2, probability=60),
    ),
    stored_as=StoredAs(
        created="stage-created.v1",
        changed="stage-changed.v1",
        removed="stage-removed.v1",
        restored="stage-restored.v1",
        purged="stage-purged.v1",
    ),
    columns=("position", "name"),
    unique=(Unique(fields=("name",)),),
    writers=frozenset({Role.OWNER}),
    readers=frozenset({Role.FRONT_DESK, Role.AUDITOR}),
    for_good=True,
)
