"""A read model answers one question. It is a fold: `evolve(row, event)` gives the next row."""

from collections.abc import Callable, Sequence
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from domain.messages import Event


def some(hint: Any) -> Any:
    """Return the type of what there is, if there is anything: of `str | None` it is text."""
    if get_origin(hint) is Annotated:
        return some(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return next(some(part) for part in get_args(hint) if part is not NoneType)
    return hint


def plain(hint: Any) -> Any:
    """Return the plain type behind a hint: of `BookingId | None` it is text, too."""
    hint = some(hint)
    return getattr(hint, "__supertype__", hint)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. The runner fills `version` (of the stream), `created_at` and `updated_at`."""

    version: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


class ReadModel(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration of a read model, kept in a table made from it.

    The table has `tenant_id`, `key`, one typed column per name in `columns` (fields of the row by
    which one filters or sorts, or that are counted), and `document`: the whole row as JSON, ready to be sent.
    Raising `version` rebuilds it. `owner` is the kind of the one aggregate whose id is the key, if
    rows are owned by one: then a row can be had from that stream alone.
    `evolve` returns None to remove the row. Where it `tells_by`, the runner fills in `by` whom a row was begun.
    Where it is `dated`, it is told when something happened, too: `evolve(row, event, at)`.
    """

    name: str
    version: int
    row: type[Row]
    subscribes_to: tuple[type[Event], ...]
    key: Callable[[Any], Sequence[str]]
    evolve: Callable[..., Row | None]
    columns: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    owner: str | None = None
    tells_by: bool = False
    dated: bool = False

    def after(self, row: Row | None, event: Any, at: datetime) -> Row | None:
        """Return the row after something has happened."""
        return self.evolve(row, event, at) if self.dated else self.evolve(row, event)
