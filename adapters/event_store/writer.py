"""Group commit: while one transaction is being committed, the next batch gathers.

Callers stand in line. The first in line leads: it takes everybody's appends, carries them out in
one call of one SQL function (one round trip, one fsync), hands each caller his own answer and
gives the lead to the next in line. A single caller pays for no hand-over at all.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import Connection, Error, OperationalError

from adapters.postgres import DatabaseUnavailableError
from application.ports import StoreUnavailableError

MOST_PER_BATCH: Final = 512
PATIENCE: Final = 5.0
"""Seconds for which a lost connection is sought again. Resending is safe: an append that was
committed before the connection broke is known by its command id."""

APPEND: Final = "SELECT * FROM log.append(%s::json, %s)"


class Verdict(NamedTuple):
    """What the log says to one append; the columns of `log.append`."""

    outcome: str
    last_position: int
    last_tenant_position: int
    event_count: int
    at_time: datetime
    at_stream: str | None
    at_version: int | None
    first_fingerprint: str | None


class _Turn:
    """A caller's place in the line; `called` is released when he is to lead, or is answered."""

    __slots__ = ("called", "item", "problem", "verdict")

    def __init__(self, item: bytes) -> None:
        self.item = item
        self.called = threading.Lock()
        self.called.acquire()
        self.verdict: Verdict | None = None
        self.problem: BaseException | None = None

    @property
    def answered(self) -> bool:
        return self.verdict is not None or self.problem is not None


class Writer:
    """Appends for all threads of one process, over one connection.

    `clock` is None where PostgreSQL tells the time; a test's clock is passed along instead.
    """

    def __init__(
        self,
        connect: Callable[[], Connection[Any]],
        *,
        clock: Callable[[], datetime] | None = None,
        committed: Callable[[int], None] = lambda _position: None,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._committed = committed
        self._connection: Connection[Any] | None = None
        self._line: list[_Turn] = []
        self._led = False
        self._gate = threading.Lock()

    def append(self, item: bytes) -> Verdict:
        """Append one element of a batch (JSON, see `log.append`) and give the log's verdict.

        Raises StoreUnavailableError when PostgreSQL cannot be reached for some seconds.
        """
        turn = _Turn(item)
        if not self._leads(turn):
            turn.called.acquire()
        if not turn.answered:
            self._lead()
        if turn.verdict is None:
            raise turn.problem or StoreUnavailableError
        return turn.verdict

    def close(self) -> None:
        """Close the connection; the next append opens one again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _leads(self, turn: _Turn) -> bool:
        with self._gate:
            self._line.append(turn)
            leads, self._led = not self._led, True
        return leads

    def _lead(self) -> None:
        with self._gate:
            batch, self._line = self._line[:MOST_PER_BATCH], self._line[MOST_PER_BATCH:]
        try:
            self._carry_out(batch)
        finally:
            self._hand_over(batch)

    def _hand_over(self, batch: list[_Turn]) -> None:
        with self._gate:
            heir = self._line[0] if self._line else None
            self._led = heir is not None
        if heir is not None:
            heir.called.release()
        for turn in batch:
            if not turn.answered:
                turn.problem = StoreUnavailableError()
            turn.called.release()

    def _carry_out(self, batch: list[_Turn]) -> None:
        try:
            verdicts = self._append([turn.item for turn in batch])
        except (StoreUnavailableError, DatabaseUnavailableError) as problem:
            for turn in batch:
                turn.problem = problem
        except Error as problem:
            self._one_by_one(batch, problem)
        else:
            for turn, verdict in zip(batch, verdicts, strict=True):
                turn.verdict = verdict
            self._committed(max(verdict.last_position or 0 for verdict in verdicts))

    def _one_by_one(self, batch: list[_Turn], problem: Error) -> None:
        """Only the append that PostgreSQL cannot take shall fail, not those it came with."""
        if len(batch) == 1:
            batch[0].problem = problem
            return
        for turn in batch:
            self._carry_out([turn])

    def _append(self, items: list[bytes]) -> list[Verdict]:
        batch = (b"[" + b",".join(items) + b"]").decode()
        until = time.monotonic() + PATIENCE
        pause = 0.01
        while True:
            try:
                return self._ask(batch)
            except (OperationalError, DatabaseUnavailableError) as problem:
                self.close()
                if time.monotonic() > until:
                    raise StoreUnavailableError from problem
                time.sleep(pause)
                pause = min(2 * pause, 0.5)

    def _ask(self, batch: str) -> list[Verdict]:
        if self._connection is None:
            self._connection = self._connect()
        now = self._clock() if self._clock else None
        cursor = self._connection.execute(APPEND, (batch, now), prepare=True, binary=True)
        return [Verdict(*row) for row in cursor.fetchall()]
