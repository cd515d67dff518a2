"""A process as a consumer of the log: what it orders goes to the queue in the same transaction."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from psycopg import Connection

from adapters import jobs
from adapters.consumers import checkpoints
from adapters.consumers.delivery import Consumer, Shapeless
from adapters.errors import without_data
from adapters.event_store.reader import head
from adapters.keys import Key
from adapters.read_models.fold import Failure
from application.ports import Clock, Recorded
from application.processes.process import Orders, Process


class ProcessConsumer(Shapeless):
    """Lets a process react. What fails is set aside by stream, so that the rest flows."""

    def __init__(self, process: Process, clock: Clock) -> None:
        self.process = process
        self._clock = clock
        self.name = process.name
        self.types = process.when

    def handle(
        self, connection: Connection[Any], events: Sequence[Recorded], parked: AbstractSet[Key]
    ) -> list[Failure]:
        """Record in the queue what the process makes of each event it waits for."""
        failed: dict[Key, Failure] = {}
        now = self._clock()
        intake = jobs.Intake(connection, self.name, now)
        for past in events:
            key = past.tenant, past.stream
            if not isinstance(past.event, self.process.when) or key in parked or key in failed:
                continue
            told = by_now(past, now)
            try:
                orders = self.process.then(told)
            except Exception as error:  # noqa: BLE001 - whatever it does, the rest must flow
                failed[key] = Failure(key, past.position, without_data(error))
                continue
            intake.add(orders, told)
        intake.enqueue()
        return list(failed.values())

    def reacts(self, past: Recorded) -> Orders:
        """Return what the process makes of an event; nothing of one that it does not wait for."""
        if not isinstance(past.event, self.process.when):
            return []
        return self.process.then(by_now(past, self._clock()))


def by_now(past: Recorded, now: datetime) -> Recorded:
    """Return an event as having happened by now: whatever clock stamped it, it is there. What is to
    be done at once is not done a day later for it, nor is it too late for a reminder.
    """
    return past if past.recorded_at <= now else replace(past, recorded_at=now)


def enter(connection: Connection[Any], consumers: Sequence[Consumer]) -> None:
    """Let new processes begin now: they do not react to what happened before they were there."""
    there = checkpoints.places(connection, [each.name for each in consumers])
    for each in consumers:
        if each.name not in there:
            checkpoints.begin(connection, each.name, position=head(connection))
