"""The picture that stands for something: the logo of a business, the avatar of a person.

choose ⇄ clear          one at a time; the one before is removed when another is there
"""

from collections.abc import Sequence
from typing import Final, assert_never

from domain.aggregate import Aggregate
from domain.files.purposes import Purpose
from domain.messages import Event, Value
from domain.telling import Tellings, public
from domain.values import FileId, PortraitId, derived_id

# --- What can happen ------------------------------------------------------------------


class PortraitChosen(Event, frozen=True):
    portrait_id: PortraitId
    owner_id: str
    file_id: FileId


class PortraitCleared(Event, frozen=True):
    portrait_id: PortraitId
    owner_id: str


PortraitEvent = PortraitChosen | PortraitCleared


# --- What a decision needs to remember ------------------------------------------------


class Portrait(Value, frozen=True):
    file_id: FileId | None = None


def evolve(_: Portrait, event: PortraitEvent) -> Portrait:
    match event:
        case PortraitChosen(file_id=file):
            return Portrait(file)
        case PortraitCleared():
            return Portrait()
        case _:
            assert_never(event)


PORTRAIT: Final = Aggregate(kind="portrait", initial=Portrait(), evolve=evolve)


def portrait_of(owner_id: str, purpose: Purpose) -> PortraitId:
    """Name the portrait of something: it has one for each purpose."""
    return PortraitId(derived_id(PORTRAIT.kind, owner_id, purpose))


# --- Decisions ------------------------------------------------------------------------


def choose(
    portrait_id: PortraitId, owner_id: str, file_id: FileId, portrait: Portrait
) -> Sequence[PortraitEvent]:
    """Let this one stand for it."""
    if portrait.file_id == file_id:
        return []
    return [PortraitChosen(portrait_id=portrait_id, owner_id=owner_id, file_id=file_id)]


def clear(
    portrait_id: PortraitId, owner_id: str, file_id: FileId, portrait: Portrait
) -> Sequence[PortraitEvent]:
    """Let none stand for it, if this one did."""
    if portrait.file_id != file_id:
        return []
    return [PortraitCleared(portrait_id=portrait_id, owner_id=owner_id)]


STORED_AS: Final[dict[str, type[Event]]] = {
    "portrait-chosen.v1": PortraitChosen,
    "portrait-cleared.v1": PortraitCleared,
}

TOLD_AS: Final[Tellings] = {
    PortraitChosen: public("portrait.chosen", "owner_id", "file_id", id="portrait_id"),
    PortraitCleared: public("portrait.cleared", "owner_id", id="portrait_id"),
}
