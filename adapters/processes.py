"""A process as a consumer of the log: what it orders goes to the queue in the same transaction."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from psycopg import Connection

from adapters import checkpoints, jobs
from adapters.event_store.reader import head
from adapters.read_models.fold import Failure, described
from application.ports import Recorded
from application.processes.process import Process

Key = tuple[str, str]


class ProcessConsumer:
    """Lets a process react. What fails is set aside by stream, so that the rest flows."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.name = process.name
        self.types = process.when

    def accepts(self, _connection: Connection[Any], _shape: str | None) -> bool:
        """A process has no shape."""
        return True

    def handle(
        self, connection: Connection[Any], events: Sequence[Recorded], parked: AbstractSet[Key]
    ) -> list[Failure]:
        """Record in the queue what the process makes of each event it waits for."""
        failed: dict[Key, Failure] = {}
        intake = jobs.Intake(connection, self.name)
        for past in events:
            key = past.tenant, past.stream
            if not isinstance(past.event, self.process.when) or key in parked or key in failed:
                continue
            try:
                orders = self.process.then(past)
            except Exception as error:  # noqa: BLE001 - whatever it does, the rest must flow
                failed[key] = Failure(key, past.position, described(error))
                continue
            intake.add(orders, past)
        intake.enqueue()
        return list(failed.values())

    def keys_of(self, past: Recorded) -> list[Key]:
        """Give the stream: its later events wait for the earlier."""
        return [(past.tenant, past.stream)]


def enter(connection: Connection[Any], consumer: ProcessConsumer) -> None:
    """Let a new process begin now: it does not react to what happened before it was there."""
    checkpoints.begin(connection, consumer.name, position=head(connection))
