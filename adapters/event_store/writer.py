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
MOST_BYTES_PER_BATCH: Final = 8_000_000
PATIENCE: Final = 5.0
"""Seconds for which a lost connection is sought again. Resending is safe: an append that was
committed before the connection broke is known by its command id."""

PASSING: Final = ("08", "40", "53", "57")
"""Classes of errors that are PostgreSQL's trouble, not the append's: connections, deadlocks,
resources, shutdowns."""

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

    __slots__ = ("called", "leads", "problem", "rows", "verdict")

    def __init__(self, rows: bytes) -> None:
        self.rows = rows
        self.called = threading.Lock()
        self.called.acquire()
        self.leads = False
        self.verdict: Verdict | None = None
        self.problem: BaseException | None = None


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
        patience: float = PATIENCE,
        most: int = MOST_PER_BATCH,
        most_bytes: int = MOST_BYTES_PER_BATCH,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._committed = committed
        self._patience = patience
        self._most = most
        self._most_bytes = most_bytes
        self._connection: Connection[Any] | None = None
        self._line: list[_Turn] = []
        self._led = False
        self._gate = threading.Lock()

    def append(self, rows: bytes) -> Verdict:
        """Append what one command wants (JSON rows, see `log.append`) and give the verdict.

        Raises StoreUnavailableError when PostgreSQL cannot be reached for some seconds.
        """
        turn = _Turn(rows)
        first = self._stand_in_line(turn)
        try:
            if not first:  # `leads` may be true already: then he was called, and has to hear it
                turn.called.acquire()
            if turn.leads:
                self._lead()
        except BaseException:
            self._leave(turn)
            raise
        if turn.verdict is None:
            raise turn.problem or StoreUnavailableError
        return turn.verdict

    def close(self) -> None:
        """Close the connection; the next append opens one again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    # --- The line ------------------------------------------------------------------------

    def _stand_in_line(self, turn: _Turn) -> bool:
        with self._gate:
            self._line.append(turn)
            turn.leads, self._led = not self._led, True
            return turn.leads

    def _lead(self) -> None:
        with self._gate:
            batch = self._line[: self._how_many()]
            del self._line[: len(batch)]
        try:
            self._carry_out(batch)
        finally:
            self._hand_over(batch)

    def _how_many(self) -> int:
        """Tell how many of those in line fit into one batch: at least the first."""
        size = 0
        for n, turn in enumerate(self._line):
            size += len(turn.rows)
            if n == self._most or (n and size > self._most_bytes):
                return n
        return len(self._line)

    def _hand_over(self, batch: list[_Turn]) -> None:
        """Call the next to lead first: he works while those who are answered wake up."""
        with self._gate:
            self._call_next()
        for turn in batch:
            turn.called.release()

    def _call_next(self) -> None:
        self._led = bool(self._line)
        if self._led:
            self._line[0].leads = True
            self._line[0].called.release()

    def _leave(self, turn: _Turn) -> None:
        """Interrupted while waiting (Ctrl-C): whoever was to lead lets the next one."""
        with self._gate:
            if turn in self._line:
                self._line.remove(turn)
                if turn.leads:
                    self._call_next()

    # --- The batch -----------------------------------------------------------------------

    def _carry_out(self, batch: list[_Turn]) -> None:
        try:
            verdicts = self._append([turn.rows for turn in batch])
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

    def _append(self, appends: list[bytes]) -> list[Verdict]:
        batch = (b"[" + b",".join(appends) + b"]").decode()
        until = time.monotonic() + self._patience
        pause = 0.01
        while True:
            try:
                return self._ask(batch)
            except (OperationalError, DatabaseUnavailableError) as problem:
                if not _will_pass(problem):
                    raise
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


def _will_pass(problem: Exception) -> bool:
    """Tell whether it may succeed when tried again: psycopg counts as operational much that will
    not, such as a name that is too long for an index.
    """
    state = getattr(problem, "sqlstate", None)
    return state is None or state.startswith(PASSING)
