"""Group commit: while one transaction is being committed, the next batch gathers.

Callers stand in line. The first in line leads: it takes everybody's appends, carries them out in
one call of one SQL function (one round trip, one fsync), hands each caller their own answer and
gives the lead to the next in line. A single caller pays for no hand-over at all.

Nobody stands in line for longer than they have patience; and while the batch under way is stuck, whoever
comes is sent away at once, so that threads are left for those who only ask.

Nothing that was refused may happen. So PostgreSQL gives up before we do: its time-outs are shorter than
our patience, and nothing is sent for which there is no time any more. Where the line to it breaks, or
says nothing, all the same, nobody knows what became of a batch, and that is what its callers hear.
It is not cancelled then: whoever waits for a standby has committed, and would only stop waiting.
"""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Final, NamedTuple

from psycopg import Error, OperationalError

from adapters.postgres import Bounds, DatabaseUnavailableError, Session
from application.ports import OutcomeUnknownError, StoreUnavailableError

MOST_PER_BATCH: Final = 512
MOST_BYTES_PER_BATCH: Final = 8_000_000
WAIT: Final = 3.0
"""Seconds from standing in line to the answer, at most."""

PATIENCE: Final = 3.0
"""Seconds for which a lost connection is sought again. Resending is safe: an append that was
committed before the connection broke is known by its command id."""

STUCK: Final = 1.5
"""Seconds after which a batch that is not done is believed not to be done soon."""

ATTEMPT: Final = 2 / 5
"""Of that time, for one attempt: another connection has time to do it, too."""

GIVEN_UP: Final = 1 / 3
"""Of that time, after which PostgreSQL gives up by itself, well before the attempt is over."""

PASSING: Final = ("08", "40", "53", "55P03", "57")
"""Beginnings of SQLSTATEs that are PostgreSQL's trouble, not the append's: connections, deadlocks,
resources, locks, shutdowns and time-outs."""


READ_ONLY: Final = "25006"
"""Of a connection to what is not the primary any more."""

UNHEARD: Final = ("08", "57P")
"""Beginnings of SQLSTATEs after which it may have been done: what a server says as it goes down."""


def bounds_of(wait: float, idle: float) -> Bounds:
    """Return what the connection of a writer is bounded by, whose callers wait for so many seconds."""
    return Bounds(statement=wait * GIVEN_UP, lock=wait * GIVEN_UP, idle=idle)


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
    last_mark: str | None = None


TRY: Final = """
    SELECT pg_advisory_xact_lock(hashtext('frontdesk.log')),
        pg_logical_emit_message(true, 'frontdesk', 'whether one can write')
"""
"""What an append needs, and adds nothing to the log: the lock, and a commit that a standby may have to
acknowledge.
"""

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
        self._attempt = wait * ATTEMPT
        self._most = most
        self._most_bytes = most_bytes
        self._connection: Session | None = None
        self._began: float | None = None
        self._failed = False
        self._trying = threading.Lock()
        self._line: list[_Turn] = []
        self._led = False
        self._gate = threading.Lock()

    def append(self, rows: bytes) -> Verdict:
        """Append what one command wants (JSON rows, see `log.append`); return the verdict.

        Raises StoreUnavailableError when it was not done, since PostgreSQL cannot be reached for some
        seconds; OutcomeUnknownError when it may have been.
        """
        if self.is_stuck:
            raise StoreUnavailableError
        turn = _Turn(rows, self._wait)
        first = self._stand_in_line(turn)
        try:
            # `leads` may be true already: then they were called, and have to hear it
            if not first:
                self._wait_for(turn)
            if turn.leads:
                self._lead()
        except BaseException:
            self._leave(turn)
            raise
        if turn.verdict is None:
            raise turn.problem or OutcomeUnknownError
        return turn.verdict

    def close(self) -> None:
        """Close the connection; the next append opens one again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @property
    def is_stuck(self) -> bool:
        """Whether the batch under way takes longer than any should; or, after one that failed, whether
        there is one at all: who tries it again goes alone.
        """
        began = self._began
        return began is not None and (self._failed or time.monotonic() - began > self._stuck)

    @property
    def is_failing(self) -> bool:
        """Whether nothing can be appended at present, by the last that was tried."""
        return self._failed or self.is_stuck

    def try_again(self) -> None:
        """Try, in a thread that nobody waits for, whether one can append again; one at a time. Where
        nobody is sent to who cannot write, nobody else would find out.
        """
        if self._trying.acquire(blocking=False):
            threading.Thread(target=self._try, name="writer", daemon=True).start()

    def _try(self) -> None:
        try:
            with closing(self._connect()) as session:
                session.patience = self._attempt
                session.execute(TRY)
            self._failed = False
        except (Error, DatabaseUnavailableError):
            pass  # it is as it was
        finally:
            self._trying.release()

    # --- The line ------------------------------------------------------------------------

    def _stand_in_line(self, turn: _Turn) -> bool:
        with self._gate:
            self._line.append(turn)
            turn.leads, self._led = not self._led, True
            return turn.leads

    def _wait_for(self, turn: _Turn) -> None:
        """Wait to be called. Who is tired of it goes, unless somebody has their append in hand: that
        is soon over.
        """
        if turn.called.acquire(timeout=max(0.0, turn.until - time.monotonic())):
            return
        if self._leave(turn):
            raise StoreUnavailableError
        turn.called.acquire(timeout=self._attempt)

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
        """Return how many of those in line fit into one batch: at least the first."""
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

    def _leave(self, turn: _Turn) -> bool:
        """Interrupted (Ctrl-C) or tired of waiting: whoever was to lead lets the next one. Tell whether
        they still stood in line; what is in a batch already may be recorded all the same.
        """
        with self._gate:
            stood = turn in self._line
            if stood:
                self._line.remove(turn)
                if turn.leads:
                    self._call_next()
            return stood

    # --- The batch -----------------------------------------------------------------------

    def _carry_out(self, batch: list[_Turn]) -> None:
        try:
            last = batch[0].until - self._attempt  # who was first has waited longest
            verdicts = self._append([turn.rows for turn in batch], last)
        except StoreUnavailableError as problem:
            self._failed = self._failed or problem.__cause__ is not None
            for turn in batch:
                turn.problem = problem
        except Error as problem:
            self._one_by_one(batch, problem)
        else:
            self._failed = False
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

    def _append(self, appends: list[bytes], last: float) -> list[Verdict]:
        """Try it, again and again. `last` is the moment from which on nothing is sent any more; after a
        batch that failed, one attempt has to do.
        """
        given_up = time.monotonic() + (0.0 if self._failed else self._patience)
        batch = (b"[" + b",".join(appends) + b"]").decode()
        pause = 0.01
        problem: Exception | None = None
        unheard = False
        while time.monotonic() <= last:
            try:
                return self._ask(batch, last)
            except (OperationalError, DatabaseUnavailableError) as error:
                if not _will_pass(error):
                    raise
                problem = error
                unheard = unheard or _may_be_done(error)
                self.close()
                if time.monotonic() > given_up:
                    break
                time.sleep(pause)
                pause = min(2 * pause, 0.5)
        raise (OutcomeUnknownError if unheard else StoreUnavailableError) from problem

    def _ask(self, batch: str, last: float) -> list[Verdict]:
        if self._connection is None or self._connection.is_dead:
            self.close()
            self._connection = self._connect()
            if time.monotonic() > last:
                raise DatabaseUnavailableError
        self._connection.patience = self._attempt
        now = self._clock() if self._clock else None
        cursor = self._connection.execute(APPEND, (batch, now), prepare=True, binary=True)
        return [Verdict(*row) for row in cursor.fetchall()]


def _will_pass(problem: Exception) -> bool:
    """Whether it may succeed when tried again: psycopg counts as operational much that will
    not, such as a name that is too long for an index.
    """
    state = _state_of(problem)
    return state is None or state.startswith((*PASSING, READ_ONLY))


def _may_be_done(problem: Exception) -> bool:
    """Whether something was sent, and no answer heard that says what was done."""
    if isinstance(problem, DatabaseUnavailableError):
        return False
    state = _state_of(problem)
    return state is None or state.startswith(UNHEARD)


def _state_of(problem: Exception) -> str | None:
    """Return the SQLSTATE: of what closed the connection, if that is what is said."""
    states = (getattr(each, "sqlstate", None) for each in (problem, problem.__cause__))
    return next(filter(None, states), None)
