"""Group commit: while one transaction is being committed, the next batch gathers.

Callers stand in line. The first in line leads: it takes everybody's appends, carries them out in
one call of one SQL function (one round trip, one fsync), hands each caller their own answer and
gives the lead to the next in line. A single caller pays for no hand-over at all.

Nobody stands in line for longer than they have patience; and while the batch under way is stuck, whoever
comes is sent away at once, so that threads are left for those who only ask.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from psycopg import Error, OperationalError

from adapters.postgres import DatabaseUnavailableError, Session
from application.ports import StoreUnavailableError

MOST_PER_BATCH: Final = 512
MOST_BYTES_PER_BATCH: Final = 8_000_000
WAIT: Final = 3.0
"""Seconds from standing in line to the answer, at most."""

PATIENCE: Final = 3.0
"""Seconds for which a lost connection is sought again. Resending is safe: an append that was
committed before the connection broke is known by its command id."""

STUCK: Final = 1.5
"""Seconds after which a batch that is not done is believed not to be done soon."""

PASSING: Final = ("08", "40", "53", "55P03", "57")
"""Beginnings of SQLSTATEs that are PostgreSQL's trouble, not the append's: connections, deadlocks,
resources, locks, shutdowns and time-outs."""


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


APPEND: Final = f"SELECT {', '.join(Verdict._fields)} FROM log.append(%s::json, %s)"


class _Turn:
    """A caller's place in the line; `called` is released when they are to lead, or are answered."""

    __slots__ = ("called", "leads", "problem", "rows", "until", "verdict")

    def __init__(self, rows: bytes, wait: float = WAIT) -> None:
        self.rows = rows
        self.until = time.monotonic() + wait
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
        connect: Callable[[], Session],
        *,
        clock: Callable[[], datetime] | None = None,
        committed: Callable[[int], None] = lambda _position: None,
        patience: float = PATIENCE,
        wait: float = WAIT,
        most: int = MOST_PER_BATCH,
        most_bytes: int = MOST_BYTES_PER_BATCH,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._committed = committed
        self._patience = patience
        self._wait = wait
        self._stuck = min(STUCK, wait / 2)
        self._attempt = wait * 2 / 3  # so that another connection has time to do it
        self._most = most
        self._most_bytes = most_bytes
        self._connection: Session | None = None
        self._began: float | None = None
        self._line: list[_Turn] = []
        self._led = False
        self._gate = threading.Lock()

    def append(self, rows: bytes) -> Verdict:
        """Append what one command wants (JSON rows, see `log.append`) and give the verdict.

        Raises StoreUnavailableError when PostgreSQL cannot be reached for some seconds.
        """
        if self.is_stuck:
            raise StoreUnavailableError
        turn = _Turn(rows, self._wait)
        first = self._stand_in_line(turn)
        try:
            # `leads` may be true already: then they were called, and have to hear it
            if first or turn.called.acquire(timeout=max(0.0, turn.until - time.monotonic())):
                if turn.leads:
                    self._lead()
            else:
                self._leave(turn)
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

    @property
    def is_stuck(self) -> bool:
        """Whether the batch under way takes longer than any should."""
        began = self._began
        return began is not None and time.monotonic() - began > self._stuck

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
        self._began = time.monotonic()
        try:
            self._carry_out(batch)
        finally:
            self._began = None
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
        """Call the next to lead first: they work while those who are answered wake up."""
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
        """Interrupted (Ctrl-C) or tired of waiting: whoever was to lead lets the next one. What is
        in a batch already may be recorded all the same.
        """
        with self._gate:
            if turn in self._line:
                self._line.remove(turn)
                if turn.leads:
                    self._call_next()

    # --- The batch -----------------------------------------------------------------------

    def _carry_out(self, batch: list[_Turn]) -> None:
        try:
            verdicts = self._append([turn.rows for turn in batch], self._until(batch[0]))
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

    def _until(self, first: _Turn) -> float:
        return min(first.until, time.monotonic() + self._patience)

    def _append(self, appends: list[bytes], until: float) -> list[Verdict]:
        batch = (b"[" + b",".join(appends) + b"]").decode()
        pause = 0.01
        problem: Exception | None = None
        while (left := until - time.monotonic()) > 0:
            try:
                return self._ask(batch, left)
            except (OperationalError, DatabaseUnavailableError) as error:
                if not _will_pass(error):
                    raise
                problem = error
                self.close()
                time.sleep(pause)
                pause = min(2 * pause, 0.5)
        raise StoreUnavailableError from problem

    def _ask(self, batch: str, patience: float) -> list[Verdict]:
        if self._connection is None:
            self._connection = self._connect()
        self._connection.patience = min(patience, self._attempt)
        now = self._clock() if self._clock else None
        cursor = self._connection.execute(APPEND, (batch, now), prepare=True, binary=True)
        return [Verdict(*row) for row in cursor.fetchall()]


def _will_pass(problem: Exception) -> bool:
    """Tell whether it may succeed when tried again: psycopg counts as operational much that will
    not, such as a name that is too long for an index.
    """
    state = getattr(problem, "sqlstate", None)
    return state is None or state.startswith(PASSING)
