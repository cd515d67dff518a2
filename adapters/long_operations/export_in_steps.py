"""A tenant's history as a file, made part by part: see `adapters/event_store/bundle.py`. It ends where the history ended
when it was begun; since nothing is ever changed there, parts of different moments fit together.
"""

from typing import Final

from adapters.event_store.bundle import FORMAT, first_line, some_lines
from adapters.postgres import Database
from application.operations.long_operations import Operation, Step, Stopping, Work

PART: Final = 1_000_000
"""Bytes of a part, more or less an event."""


def export_in_steps(database: Database, most_bytes: int = PART) -> Work:
    """Return what makes one part of the file, its first line at first. What is personal stays
    encrypted: what is in a file that is kept could not be erased.
    """

    def step(operation: Operation, _: Stopping) -> Step:
        with database.as_worker() as connection:
            if not operation.steps:
                lines, end = first_line(connection, operation.tenant)
                return Step(
                    done=0,
                    total=end.tenant_position,
                    part=lines,
                    checkpoint={"hash": end.hash.hex()},
                    result=None if end.tenant_position else _result(0, ""),
                )
            lines, reached = some_lines(
                connection,
                operation.tenant,
                after=operation.done,
                until=operation.total,
                most_bytes=most_bytes,
            )
        end_hash = operation.checkpoint["hash"]
        return Step(
            done=reached,
            total=operation.total,
            part=lines,
            checkpoint=operation.checkpoint,
            result=_result(reached, end_hash) if reached >= operation.total else None,
        )

    return step


def _result(events: int, digest: str) -> dict[str, str | int]:
    return {"format": FORMAT, "events": events, "hash": digest}
