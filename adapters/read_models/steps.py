"""What each event of a thing changed in the row that shows it: who, when, from what to what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from adapters.read_models.fold import moved_on
from application.ports import Bookmark, Recorded
from projections.read_model import ReadModel, Row

FILLED_IN: Final = ("version", "created_at", "updated_at")
RAW: Final = msgspec.json.Encoder()
LONGEST: Final = str(Bookmark(2**62, "0" * 16))
"""In place of a bookmark: so many bytes it has at most."""


class Step(msgspec.Struct, frozen=True):
    """`changes` gives the fields that differ, each as the pair of its old and its new value. `bookmark` is
    its position with what is there, once that is known.
    """

    version: int
    position: int
    bookmark: str
    type: str
    at: datetime
    actor: str | None
    changes: dict[str, tuple[Any, Any]]


def steps(
    model: ReadModel, key: str, history: Iterable[Recorded], *, after: int, most: int
) -> tuple[Sequence[Step], bool]:
    """Fold the history of a row one by one, and tell what comes behind a version, as far as it has so
    many bytes, the first always; and whether there are more. Events that changed nothing shown are steps too.
    """
    row: Row | None = None
    taken: list[Step] = []
    for past in history:
        before = row
        if isinstance(past.event, model.subscribes_to):
            row = moved_on(model, (past.tenant, key), row, past)
        if past.version > after:
            step = _step(past, before, row)
            most -= len(RAW.encode(step))
            if taken and most < 0:
                return taken, True
            taken.append(step)
    return taken, False


def told(taken: Sequence[Step], bookmarks: Mapping[int, Bookmark]) -> list[msgspec.Raw]:
    """Return steps as JSON, each with the bookmark of its position."""
    marked = (replace(each, bookmark=str(bookmarks[each.position])) for each in taken)
    return [msgspec.Raw(RAW.encode(each)) for each in marked]


def _step(past: Recorded, before: Row | None, after: Row | None) -> Step:
    return Step(
        version=past.version,
        position=past.tenant_position,
        bookmark=LONGEST,
        type=past.type,
        at=past.recorded_at,
        actor=past.metadata.get("actor"),
        changes=_changes(before, after),
    )


def _changes(before: Row | None, after: Row | None) -> dict[str, tuple[Any, Any]]:
    some = after or before
    names = some.__struct_fields__ if some else ()
    pairs = {name: (getattr(before, name, None), getattr(after, name, None)) for name in names}
    return {
        name: (old, new)
        for name, (old, new) in pairs.items()
        if name not in FILLED_IN and _text(old) != _text(new)
    }


def _text(value: Any) -> bytes:
    """Compare as JSON: raw values know no other equality."""
    return RAW.encode(value)
