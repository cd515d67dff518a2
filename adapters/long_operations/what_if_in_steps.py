"""What would have been by other rules, looked at some events a step: a line for each lead, and each decision,
that would have been another. Looked at is what had happened when it was begun; nothing is recorded.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from psycopg import Connection

from adapters.event_store.reader import Reader
from adapters.long_operations.hindsight import LoggedHindsight
from adapters.postgres import Database
from application.operations.long_operations import MOST_BYTES, Operation, Step, Stopping, Work
from application.ports import Recorded
from application.what_if.looking import Counted, look, looked_for
from application.what_if.policies import Policy
from domain.messages import Value

LOOKED_AT: Final = 10_000
"""Events of a business among which one step looks for what is to be looked at."""

AT_ONCE: Final = 200
"""Leads and decisions of one step."""

PART: Final = 1_000_000
"""Bytes of a part of the file, more or less a line."""

FULL: Final = MOST_BYTES - 2 * PART
"""Bytes of a file from which on nothing more is told in it."""


class Seen(Value, frozen=True):
    """Where in the log it ended when it was begun, and what was counted so far."""

    until: int
    counted: Counted = Counted()


def what_if_in_steps(
    database: Database, reader: Reader, *, at_once: int = AT_ONCE, full: int = FULL
) -> Work:
    """Return what looks at the next few."""

    def step(operation: Operation, stopping: Stopping) -> Step:
        with database.as_worker() as connection:
            if not operation.steps:
                return _begun(connection, operation.tenant)
            seen = msgspec.convert(operation.checkpoint, Seen)
            policy = msgspec.convert(operation.given, Policy)
            log = LoggedHindsight(connection, reader, operation.tenant, seen.until)
            to = min(operation.done + LOOKED_AT, operation.total)
            found = log.happened(looked_for(policy), after=operation.done, to=to, most=at_once)
            looking = _Looking(log, policy, seen.counted, has_room=operation.bytes < full)
            reached = looking.at(found, stopping)
        if reached is None:
            reached = to if len(found) < at_once else found[-1].tenant_position
        return _step(reached, operation.total, Seen(seen.until, looking.counted), looking.part)

    return step


class _Looking:
    """Looks at some, and writes a line for what would have been another."""

    def __init__(
        self, log: LoggedHindsight, policy: Policy, counted: Counted, *, has_room: bool
    ) -> None:
        self._log = log
        self._policy = policy
        self._has_room = has_room
        self.counted = counted
        self.part = b""

    def at(self, found: Sequence[Recorded], stopping: Stopping) -> int | None:
        """Look at all of them, or as far as one came before it was another's turn: return that place."""
        for past in found:
            told, self.counted = look(past, self._policy, self._log, self.counted)
            if told is not None and self._has_room:
                self.part += msgspec.json.encode(told) + b"\n"
            elif told is not None:
                self.counted = replace(self.counted, untold=self.counted.untold + 1)
            if stopping() or len(self.part) >= PART:
                return past.tenant_position
        return None


def _begun(connection: Connection[Any], tenant: str) -> Step:
    row = connection.execute(END, (tenant,), prepare=True).fetchone()
    total, until = row or (0, 0)
    return _step(0, total, Seen(until), b"")


def _step(reached: int, total: int, seen: Seen, part: bytes) -> Step:
    checkpoint: Mapping[str, Any] = msgspec.to_builtins(seen)
    return Step(
        done=reached,
        total=total,
        checkpoint=checkpoint,
        part=part or None,
        result=checkpoint["counted"] if reached >= total else None,
    )


END: Final = """
    SELECT tenant_position, position FROM log.events WHERE tenant_id = %s
    ORDER BY tenant_position DESC LIMIT 1
"""
