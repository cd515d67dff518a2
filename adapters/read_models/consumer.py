"""A read model as a consumer of the log."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from psycopg import Connection

from adapters import checkpoints
from adapters.read_models.fold import Failure, fold, relevant
from adapters.read_models.tables import LIVE, Key, Table
from application.ports import Recorded
from projections.read_model import ReadModel


class ReadModelConsumer:
    """Keeps the table of a read model: loads the rows a batch touches, folds, writes them."""

    def __init__(self, model: ReadModel, schema: str = LIVE) -> None:
        self.table = Table(model, schema)
        self.model = model
        self.name = consumer_name(model.name, schema)

    def handle(
        self, connection: Connection[Any], events: Sequence[Recorded], parked: AbstractSet[Key]
    ) -> list[Failure]:
        """Fold a batch into the table."""
        touches = relevant(self.model, events)
        if not touches:
            return []
        rows = self.table.load(connection, {key for _, keys in touches for key in keys})
        failures = fold(self.model, rows, touches, parked)
        self.table.store(connection, rows)
        return failures

    def key_of(self, past: Recorded) -> Key:
        """Give the first row this event touches."""
        keys = self.model.key(past.event) if past.event is not None else []
        return past.tenant, next(iter(keys), past.stream)


def consumer_name(model: str, schema: str) -> str:
    """Give the name under which a table's checkpoint is kept."""
    return model if schema == LIVE else f"{model}@{schema}"


def enter(connection: Connection[Any], consumer: ReadModelConsumer) -> None:
    """Make the table of a read model that was never there, and begin at the first event."""
    known = checkpoints.read(connection, [consumer.name])
    if consumer.name in known:
        return
    with connection.transaction():
        consumer.table.create(connection)
        consumer.table.create_indexes(connection)
        checkpoints.begin(connection, consumer.name, shape=consumer.table.shape)
