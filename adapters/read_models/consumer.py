"""A read model as a consumer of the log."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from psycopg import Connection

from adapters.keys import Key
from adapters.read_models.fold import Failure, fold, older, relevant
from adapters.read_models.tables import LIVE, table_for
from application.ports import Recorded
from projections.read_model import ReadModel


class ReadModelConsumer:
    """Keeps the table of a read model: loads the rows a batch touches, folds, writes them."""

    def __init__(self, model: ReadModel, schema: str = LIVE) -> None:
        self.table = table_for(model, schema)
        self.model = model
        self.name = consumer_name(model.name, schema)
        self.types = model.subscribes_to
        self._accepted: dict[str | None, bool] = {self.table.shape: True}

    def accepts(self, connection: Connection[Any], shape: str | None) -> bool:
        """Whether a table of this shape can be carried on: it was made from this declaration,
        or from an older one that had all of its columns.
        """
        known = self._accepted.get(shape)
        if known is None:
            older = version_of(shape) <= self.model.version
            known = self._accepted[shape] = older and self.table.suffices(connection)
        return known

    def handle(
        self, connection: Connection[Any], events: Sequence[Recorded], parked: AbstractSet[Key]
    ) -> Sequence[Failure]:
        """Fold a batch into the table."""
        touches = relevant(self.model, events)
        if not touches:
            return []
        rows = self.table.load(connection, older(self.model, touches))
        there = frozenset(rows)
        failures = fold(self.model, rows, touches, parked)
        self.table.store(connection, rows, there)
        return failures

    def keys_of(self, past: Recorded) -> list[Key]:
        """Return the rows this event touches; its stream, if even that cannot be said."""
        try:
            keys = self.model.key(past.event) if past.event is not None else []
        except Exception:  # noqa: BLE001 - a declaration may fail at anything
            keys = []
        return [(past.tenant, key) for key in keys or [past.stream]]


def consumer_name(model: str, schema: str) -> str:
    """Return the name under which a table's checkpoint is kept."""
    return model if schema == LIVE else f"{model}@{schema}"


def table_of(model: str, version: int) -> str:
    """Return how processes call the table of a read model in some version.

    >>> table_of("bookings", 2)
    'live.bookings.v2'
    """
    return f"{LIVE}.{model}.v{version}"


def version_of(shape: str | None) -> int:
    """Return the version of the declaration that a table was made from."""
    number = (shape or "").partition("-")[0]
    return int(number) if number.isdigit() else 0
