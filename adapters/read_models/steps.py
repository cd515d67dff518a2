"""What each event of a thing changed in the row that shows it: who, when, from what to what."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from adapters.read_models.fold import moved_on
from application.ports import Recorded, Steps
from projections.read_model import ReadModel, Row

FILLED_IN: Final = ("version", "created_at", "updated_at")
RAW: Final = msgspec.json.Encoder()


class Step(msgspec.Struct, frozen=True):
    """`changes` gives the fields that differ, each as the pair of its old and its new value."""

    version: int
    position: int
    type: str
    at: datetime
    actor: str | None
    changes: dict[str, tuple[Any, Any]]


def steps(
    model: ReadModel, key: str, history: Iterable[Recorded], *, after: int, most: int
) -> Steps:
    """Fold the history of a row one by one, and tell what comes behind a version, as far as it has so
    many bytes; the first always. Events that changed nothing shown are steps too.
    """
    row: Row | None = None
    taken: list[msgspec.Raw] = []
    for past in history:
        before = row
        if isinstance(past.event, model.subscribes_to):
            row = moved_on(model, (past.tenant, key), row, past)
        if past.version > after:
            text = RAW.encode(_step(past, before, row))
            most -= len(text)
            if taken and most < 0:
                return Steps(taken, has_more=True)
            taken.append(msgspec.Raw(text))
    return Steps(taken, has_more=False)


def _step(past: Recorded, before: Row | None, after: Row | None) -> Step:
    return Step(
        version=past.version,
        position=past.tenant_position,
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
