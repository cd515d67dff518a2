"""Fold events into rows. Pure: rows in, rows out; a key whose fold fails is named, not raised."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from msgspec.structs import replace

from adapters.errors import without_data
from adapters.keys import Key
from adapters.read_models.tables import Rows
from application.ports import Recorded
from projections.read_model import ReadModel, Row

Touches = Sequence[tuple[Recorded, list[Key]]]
"""Events, each with the rows it touches."""


class Failure(NamedTuple):
    """A key that could not be carried on, and the event at which it failed; what it `needs` is a
    master key, by its name.
    """

    key: Key
    position: int
    error: str
    needs: str | None = None


def relevant(model: ReadModel, events: Iterable[Recorded]) -> Touches:
    """Return the events a read model subscribes to, with the rows each of them touches."""
    wanted = frozenset(model.subscribes_to)
    return [
        (past, [(past.tenant, key) for key in model.key(past.event)])
        for past in events
        if type(past.event) in wanted
    ]


def older(model: ReadModel, touches: Touches) -> set[Key]:
    """Return the rows that may have been there before. One that is owned begins with the first event
    of its stream, so of most there is no need to look.
    """
    found = {key for _, keys in touches for key in keys}
    if model.owner is None:
        return found
    return found - {(past.tenant, past.stream) for past, _ in touches if past.version == 1}


def fold(
    model: ReadModel, rows: Rows, touches: Touches, parked: AbstractSet[Key] = frozenset()
) -> list[Failure]:
    """Move `rows` on by the events that touch them; parked keys are passed over."""
    failures: dict[Key, Failure] = {}
    for past, keys in touches:
        for key in keys:
            if (parked and key in parked) or (failures and key in failures):
                continue
            try:
                rows[key] = moved_on(model, key, rows.get(key), past)
            except Exception as error:  # noqa: BLE001 - whatever a fold does, the rest must flow
                failures[key] = Failure(key, past.position, without_data(error))
    return list(failures.values())


def moved_on(model: ReadModel, key: Key, row: Row | None, past: Recorded) -> Row | None:
    """Return the next row, with its version and times filled in.

    The version of a row that is owned is that of its stream, so that it can be asked for in
    If-Match; others count the events they were made of.
    """
    new = model.after(row, past.event, past.recorded_at)
    if new is None:
        return None
    if past.stream == key[1]:
        version = past.version
    else:
        version = (row.version if row else 0) + (model.owner is None)
    created_at = row.created_at if row else past.recorded_at
    by = {"by": past.metadata.get("actor")} if model.tells_by and row is None else {}
    return replace(new, version=version, created_at=created_at, updated_at=past.recorded_at, **by)
