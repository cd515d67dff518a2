"""Has people on other channels told that somebody writes: once in as long as they see it."""

from datetime import timedelta
from typing import Final

from adapters.jobs.queue import NewJob, enqueue
from adapters.postgres import Database
from application.ports import Clock
from application.processes.effects.conversations import CarryReading

SHOWN_FOR: Final = timedelta(seconds=20)
"""Meta shows it for 25 seconds (developers.facebook.com/docs/whatsapp/cloud-api/typing-indicators)."""

PROCESS: Final = "signal-who-writes"


class TypingInQueue:
    """`application.conversations.company.Signalled`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def __call__(self, tenant: str, reading: CarryReading) -> None:
        """Have it told, unless they see it already."""
        now = self._clock()
        turn = int(now.timestamp() / SHOWN_FOR.total_seconds())
        job = NewJob(
            tenant=tenant,
            order=reading,
            about=reading.thread_id,
            due_at=now,
            dedupe_key=f"{PROCESS}/{tenant}/{reading.thread_id}/{turn}",
            process=PROCESS,
            max_attempts=1,
        )
        with self._database.as_desk() as connection:
            enqueue(connection, [job])
