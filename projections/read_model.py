"""A read model answers one question. It is a fold: `evolve(row, event)` gives the next row."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from domain.messages import Event


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. The runner fills `version` (of the stream), `created_at` and `updated_at`."""

    version: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


class ReadModel(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration of a read model, kept in a table made from it.

    The table has `tenant_id`, `key`, one typed column per name in `columns` (fields of the row by
    which one filters or sorts), and `document`: the whole row as JSON, ready to be sent.
    Raising `version` rebuilds it. `owner` is the kind of the one aggregate whose id is the key, if
    rows are owned by one: then a row can be had from that stream alone.
    `evolve` returns None to remove the row.
    """

    name: str
    version: int
    row: type[Row]
    subscribes_to: tuple[type[Event], ...]
    key: Callable[[Any], Sequence[str]]
    evolve: Callable[[Any, Any], Row | None]
    columns: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    owner: str | None = None
