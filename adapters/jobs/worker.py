"""Carries out jobs when they are due: commands are dispatched, effects go to their handlers.

    claim ─► begin ─► carry out ─┬─► done        a refused command is an answer, and done; what it found
                                 │               that has to be done next comes into the queue before
                                 ├─► next turn   it went well, and there is more to be done
                                 ├─► again       after a pause that doubles, up to an hour; by
                                 │               another release, soon, if only that one can
                                 ├─► parked      after the last attempt, or when told so
                                 └─► uncertain   it may have been done, and nobody can be asked

Each lane has threads of its own. Of those, one at a time waits for work and takes it; the others
carry out what they took, or wait to be the one.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from psycopg import Connection, OperationalError

from adapters.jobs import circuits, claims, queue
from adapters.jobs.attempts import Attempts, Provider, Result
from adapters.jobs.batch import SLICE, Batch, Pace
from adapters.jobs.circuits import FailingLane, Gates
from adapters.jobs.claims import Claimed, Took
from adapters.jobs.lanes import APART, AT_ONCE, COMMANDS, LANES
from adapters.jobs.leases import Lease, leases, reap
from adapters.jobs.postponed import ELSEWHERE, Postponed, Waits, pause, recall, too_long
from adapters.jobs.shares import NoShares, Shares
from adapters.jobs.turns import Turns
from adapters.postgres import Database, DatabaseUnavailableError
from adapters.running.silence import Silence
from adapters.wakeups.bell import Bell
from application.operations.jobs import Dispatch, Handlers, JobStatus
from application.ports import Clock
from domain.messages import Command

BATCH: Final = 50
LEASE: Final = timedelta(seconds=20)
POLL: Final = timedelta(seconds=1)
"""How long a worker sleeps at most: another process may have ordered something meanwhile."""

GATHER: Final = 0.05
"""Seconds a worker that was woken waits for more to come: what is carried out together costs less,
and a mail may come so much later."""

KEEP: Final = timedelta(days=30)
"""How long finished jobs are kept, for those who ask what became of them."""

PRUNE_EVERY: Final = timedelta(hours=1)
REAP_EVERY: Final = 1.0

log = structlog.get_logger()


class Worker:
    """Carries out jobs of some lanes. `run` may be called by several threads at once.

    `bell` rings when there may be something to do: a job was ordered, or the clock was moved.
    `seconds` is the clock by which other workers are silent, and pauses that they made are over.
    `upkeep` is done every hour, besides forgetting jobs that were finished long ago.
    `unread` is told the kinds of orders that only another release can carry out.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        dispatch: Dispatch,
        commands: Iterable[type[Command]],
        effects: Handlers,
        *,
        bell: Bell | None = None,
        lanes: Sequence[str] = LANES,
        batch: int = BATCH,
        lease: timedelta = LEASE,
        seconds: Callable[[], float] = time.monotonic,
        poll: timedelta = POLL,
        keep: timedelta = KEEP,
        upkeep: Sequence[Callable[[], object]] = (),
        unread: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._attempts = Attempts(database, dispatch, commands, effects, unread)
        self._lanes = tuple(lanes)
        self._turns = {lane: Turns(lane) for lane in lanes}
        self._gates = Gates()
        self._shares = {
            lane: Shares(AT_ONCE[lane]) if lane in APART else NoShares() for lane in lanes
        }
        self._paces = {lane: Pace(batch) for lane in lanes}
        self._first_in_line = {lane: threading.Lock() for lane in lanes}
        self._batch = batch
        self._lease = lease
        self._silence: Silence[Lease] = Silence(lease, seconds)
        self._postponed: Waits[Postponed] = Waits(seconds)
        self._left_alone: Waits[FailingLane] = Waits(seconds)
        self._poll = poll
        self._keep = keep
        self._upkeep = upkeep
        self._bell = bell or Bell()
        self._next_prune = datetime.min.replace(tzinfo=UTC)
        self._next_reap = 0.0

    # --- When ----------------------------------------------------------------------------

    def run(self, stop: threading.Event, lanes: Sequence[str] = ()) -> None:
        """Carry out what falls due in these lanes until `stop`; ring after that, and it ends at
        once. Of the lane named first, one thread at a time claims.
        """
        lanes = lanes or self._lanes
        while not stop.is_set():
            try:
                with self._first_in_line[lanes[0]]:
                    jobs = self._wait_for_jobs(lanes, stop)
                self._run_batch(jobs, stop, SLICE)
            except (DatabaseUnavailableError, OperationalError) as error:
                log.warning("the queue cannot be reached", error=str(error))
                stop.wait(self._poll.total_seconds())
            except Exception:
                log.exception("the queue cannot be worked on")
                stop.wait(self._poll.total_seconds())

    def run_due(self, stop: threading.Event | None = None) -> int:
        """Carry out one batch of what is due in each lane; return how many jobs that were."""
        self._reap()
        due = self.next_due()
        if due is None or due > self._clock():
            return 0
        return sum(self._run_batch(self._claim(lane, self._batch), stop) for lane in self._lanes)

    def next_due(self) -> datetime | None:
        """Return when the next job is to be tried; None when nothing waits."""
        with self._database.as_worker() as connection:
            return claims.next_due(connection, self._lanes)

    def prune(self) -> int:
        """Forget what was finished long ago. A process must not be rewound further than that."""
        with self._database.as_worker() as connection:
            return claims.prune(connection, self._clock() - self._keep)

    def _wait_for_jobs(self, lanes: Sequence[str], stop: threading.Event) -> list[Claimed]:
        while not stop.is_set():
            heard = self._bell.rings
            self._keep_house(lanes)
            looked = self._clock()
            for lane in lanes:
                if jobs := self._claim(lane, self._paces[lane].batch):
                    return jobs
            if self._bell.wait(heard, self._pause(lanes, looked)):
                stop.wait(GATHER)
        return []

    def _keep_house(self, lanes: Sequence[str]) -> None:
        if COMMANDS not in lanes:
            return
        if time.monotonic() >= self._next_reap:
            self._next_reap = time.monotonic() + REAP_EVERY
            self._reap()
        now = self._clock()
        if now >= self._next_prune:
            self._next_prune = now + PRUNE_EVERY
            while self.prune():
                pass
            for task in self._upkeep:
                task()

    def _reap(self) -> None:
        with self._database.as_worker() as connection:
            reap(connection, self._silence.found(leases(connection)))
            now = self._clock()
            recall(connection, self._postponed.over(too_long(connection, now), now), now=now)
            left_alone = circuits.too_long(connection, now)
            circuits.reopen(connection, self._left_alone.over(left_alone, now), now=now)

    def _pause(self, lanes: Sequence[str], looked: datetime) -> float:
        """Return the time to the next due. What was due and could not be done waits for a bell."""
        with self._database.as_worker() as connection:
            due = claims.next_due(connection, lanes, after=looked)
        if due is None:
            return self._poll.total_seconds()
        return max(0.0, min(self._poll, due - self._clock()).total_seconds())

    # --- What ----------------------------------------------------------------------------

    def _claim(self, lane: str, most: int) -> list[Claimed]:
        now, turns = self._clock(), self._turns[lane]
        with self._database.as_worker() as connection:
            if not turns.has_any(connection, now):
                return []
            room = self._gates.room(connection, lane, now=now, most=most)
            if not room:
                return []
            jobs = turns.claim(
                connection,
                now=now,
                most=room,
                claim_id=uuid4(),
                lease=self._lease,
                without=self._shares[lane].full(),
            )
        self._gates.enter(lane, len(jobs))
        return jobs

    def _run_batch(
        self,
        jobs: Sequence[Claimed],
        stop: threading.Event | None,
        seconds: float | None = None,
    ) -> int:
        """Carry them out, and give back what is not begun after so many seconds."""
        if not jobs:
            return 0
        batch, began = Batch(jobs), time.monotonic()
        try:
            with self._shares[batch.lane].holding(batch), self._holding(batch, seconds):
                while not (stop and stop.is_set()) and (job := batch.take()) is not None:
                    self._run(job)
                    batch.done += 1
                self._give_back(batch.rest())
        finally:
            self._gates.leave(batch.lane, batch.size)
            self._paces[batch.lane].learn(batch, began)
        return batch.done

    def _give_back(self, jobs: Sequence[Claimed]) -> None:
        if jobs:
            with self._database.as_worker() as connection:
                claims.give_back(connection, jobs)

    def _run(self, claimed: Claimed) -> None:
        with self._database.as_worker() as connection:
            begun = claims.begin(connection, claimed, self._lease)
        if begun is None:
            return
        result = self._attempts.carry_out(claimed, begun)
        if result is None:
            return
        with self._database.as_worker() as connection:
            waited_for = self._settle(connection, claimed, begun.attempt, result)
            opened = self._learn(connection, claimed.lane, result)
        if waited_for or opened:
            self._bell.echo()

    def _learn(self, connection: Connection[Any], lane: str, result: Result) -> bool:
        """Take from a result how the lane is; return whether it opens."""
        match result.provider:
            case Provider.AWAY:
                self._gates.met_nobody(connection, lane, now=self._clock())
            case Provider.ANSWERS:
                return self._gates.met_somebody(connection, lane)
            case Provider.NOT_ASKED:
                pass
        return False

    def _settle(
        self, connection: Connection[Any], claimed: Claimed, attempt: int, result: Result
    ) -> bool:
        """Write down what came of it; return whether something can be done for it."""
        now = self._clock()
        match result.status:
            case JobStatus.DONE:
                if attempt > 1:
                    _say(log.info, "a job that failed is done", claimed, attempt)
                is_more = queue.enqueue(connection, queue.found(result.orders, claimed)) > 0
                return claims.settle(connection, claimed, result.text, at=now) or is_more
            case JobStatus.TODO if result.pause is not None:
                claims.go_on(connection, claimed, at=now + timedelta(seconds=result.pause))
                return not result.pause
            case JobStatus.TODO:
                if attempt == 1 and result.counts and result.provider is not Provider.AWAY:
                    _say(log.warning, "a job fails, and is tried again", claimed, attempt)
                self._try_again(connection, claimed, attempt, result, now)
                return False
            case aside:
                log.error("job set aside", status=aside, job=str(claimed.id), kind=claimed.kind)
                return claims.set_aside(connection, claimed, aside, result.text or "", at=now)

    def _try_again(
        self,
        connection: Connection[Any],
        claimed: Claimed,
        attempt: int,
        result: Result,
        now: datetime,
    ) -> None:
        usual = ELSEWHERE if result.elsewhere else pause(claimed.id, attempt)
        not_before = None if result.after is None else now + result.after
        if not result.counts and not_before is not None:
            at = not_before
        else:
            at = max(now + usual, not_before or now)
        took = Took.ELSEWHERE if result.elsewhere else Took.ONE if result.counts else Took.NONE
        claims.try_again(
            connection, claimed, result.text or "", at=at, took=took, not_before=not_before
        )

    # --- Alive ---------------------------------------------------------------------------

    @contextmanager
    def _holding(self, batch: Batch, seconds: float | None) -> Iterator[None]:
        """Renew the lease of a batch for as long as it takes, and shorten it when it takes long."""
        finished = threading.Event()
        args = (batch, seconds, finished)
        heart = threading.Thread(target=self._look_after, args=args, daemon=True)
        heart.start()
        try:
            yield
        finally:
            finished.set()
            heart.join()

    def _look_after(self, batch: Batch, seconds: float | None, finished: threading.Event) -> None:
        if seconds is not None and not finished.wait(seconds):
            self._reach(lambda: self._give_back(batch.rest()))
        while not finished.wait(self._lease.total_seconds() / 4):
            self._reach(lambda: self._renew(batch.claim))

    def _renew(self, claim_id: UUID) -> None:
        with self._database.as_worker() as connection:
            claims.renew(connection, claim_id, self._lease)

    def _reach(self, do: Callable[[], object]) -> None:
        """Do something with a lease, if the database is there; else it ends by itself."""
        try:
            do()
        except (DatabaseUnavailableError, OperationalError) as error:
            log.warning("a lease could not be renewed", error=str(error))


def _say(how: Callable[..., object], what: str, job: Claimed, attempt: int) -> None:
    """Log something of a job; not what went wrong, which may speak of somebody: the desk shows it."""
    how(what, job=str(job.id), kind=job.kind, tenant=job.tenant, attempt=attempt)
