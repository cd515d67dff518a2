"""Carries out jobs when they are due: commands are dispatched, effects go to their handlers.

    claim a batch ─► begin ─► carry out ─┬─► done        a refused command is an answer, and done
                                         ├─► again       after a pause that doubles, up to an hour
                                         └─► parked      after the last attempt, or when told so

What an effect did is written into its job before it is recorded on what it concerns. So a worker
that dies in between, or a record that fails, does not make the effect happen twice; only dying
after the provider said yes and before that is written down can, and then the provider sees the
same idempotency key again.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid4, uuid5

import msgspec
import structlog
from psycopg import OperationalError

from adapters.bell import Bell
from adapters.jobs import claims
from adapters.jobs.claims import LANES, Claimed
from adapters.jobs.orders import Order, Orders, kind_of
from adapters.postgres import Database, DatabaseUnavailableError
from application.dispatch import TooContended
from application.jobs import Dispatch, GivenUpError, Handled, Handlers, Job, Skipped
from application.ports import About, Clock
from domain.messages import Command, DomainError

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
LONGEST_PAUSE: Final = 3600
LONGEST_ERROR: Final = 1_000

log = structlog.get_logger()


class Result(NamedTuple):
    """What came of one attempt: done, to be tried again, or to be parked."""

    status: str
    text: str | None = None


class Report(msgspec.Struct):
    """The command that records an effect, as kept in the effect's job."""

    kind: str
    command: msgspec.Raw


class Worker:
    """Carries out jobs of some lanes. `run` may be called by several threads at once.

    `bell` rings when there may be something to do: a job was ordered, or the clock was moved.
    `upkeep` is done every hour, besides forgetting jobs that were finished long ago.
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
        poll: timedelta = POLL,
        keep: timedelta = KEEP,
        upkeep: Sequence[Callable[[], object]] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._dispatch = dispatch
        self._orders = Orders([*commands, *effects])
        self._effects: Handlers = dict(effects)
        self._lanes = lanes
        self._batch = batch
        self._lease = lease
        self._poll = poll
        self._keep = keep
        self._upkeep = upkeep
        self._bell = bell or Bell()
        self._next_prune = datetime.min.replace(tzinfo=UTC)

    # --- When ----------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        """Carry out what falls due until `stop`; ring after that, and it ends at once."""
        while not stop.is_set():
            heard = self._bell.rings
            try:
                self._keep_house()
                if self.run_due(stop) < self._batch and self._bell.wait(heard, self._pause()):
                    stop.wait(GATHER)
            except (DatabaseUnavailableError, OperationalError) as error:
                log.warning("the queue cannot be reached", error=str(error))
                stop.wait(self._poll.total_seconds())
            except Exception:
                log.exception("the queue cannot be worked on")
                stop.wait(self._poll.total_seconds())

    def run_due(self, stop: threading.Event | None = None) -> int:
        """Carry out one batch of what is due in each lane, and tell how many jobs that were."""
        with self._database.as_worker() as connection:
            claims.reap(connection)
        return sum(self._run_lane(lane, stop) for lane in self._lanes)

    def next_due(self) -> datetime | None:
        """Tell when the next job is to be tried; None when nothing waits."""
        with self._database.as_worker() as connection:
            return claims.next_due(connection, self._lanes)

    def prune(self) -> int:
        """Forget what was finished long ago. A process must not be rewound further than that."""
        with self._database.as_worker() as connection:
            return claims.prune(connection, self._clock() - self._keep)

    def _keep_house(self) -> None:
        now = self._clock()
        if now >= self._next_prune:
            self._next_prune = now + PRUNE_EVERY
            while self.prune():
                pass
            for task in self._upkeep:
                task()

    def _pause(self) -> float:
        due = self.next_due()
        if due is None:
            return self._poll.total_seconds()
        return max(0.0, min(self._poll, due - self._clock()).total_seconds())

    # --- What ----------------------------------------------------------------------------

    def _run_lane(self, lane: str, stop: threading.Event | None) -> int:
        with self._database.as_worker() as connection:
            jobs = claims.claim(
                connection,
                lane,
                now=self._clock(),
                most=self._batch,
                claim_id=uuid4(),
                lease=self._lease,
            )
        if not jobs:
            return 0
        with self._holding(jobs[0].claim):
            return self._run_batch(jobs, stop)

    def _run_batch(self, jobs: Sequence[Claimed], stop: threading.Event | None) -> int:
        for number, job in enumerate(jobs):
            if stop is not None and stop.is_set():
                with self._database.as_worker() as connection:
                    claims.give_back(connection, jobs[number:])
                return number
            self._run(job)
        return len(jobs)

    def _run(self, claimed: Claimed) -> None:
        with self._database.as_worker() as connection:
            attempt = claims.begin(connection, claimed, self._lease)
        if attempt is None:
            return
        result = self._attempt(claimed, attempt)
        with self._database.as_worker() as connection:
            match result.status:
                case "done":
                    claims.settle(connection, claimed, result.text, at=self._clock())
                case "parked":
                    log.error("job parked", job=str(claimed.id), kind=claimed.kind)
                    claims.park(connection, claimed, result.text or "")
                case _:
                    again = self._clock() + pause(claimed.id, attempt)
                    claims.try_again(connection, claimed, result.text or "", at=again)

    def _attempt(self, claimed: Claimed, attempt: int) -> Result:
        try:
            return Result("done", self._carry_out(claimed, attempt))
        except GivenUpError as end:
            return Result("parked", _described(end.__cause__ or end))
        except Exception as error:  # noqa: BLE001  (whatever it is, it is kept, shown and retried)
            last = attempt >= claimed.max_attempts
            return Result("parked" if last else "again", _described(error))

    def _carry_out(self, claimed: Claimed, attempt: int) -> str | None:
        if claimed.report_json is not None:
            return self._record(claimed, self._reported(claimed.report_json))
        order = self._orders.decode(claimed.kind, claimed.payload)
        if isinstance(order, Command):
            return self._order(order, claimed, claimed.id)
        job = Job(
            id=claimed.id,
            tenant=claimed.tenant,
            about=claimed.about,
            due_at=claimed.due_at,
            attempt=attempt,
            max_attempts=claimed.max_attempts,
        )
        return self._have_effect(order, claimed, job)

    def _have_effect(self, effect: Order, claimed: Claimed, job: Job) -> str | None:
        try:
            handled: Handled = self._effects[type(effect)](effect, job)  # type: ignore[index]
        except GivenUpError as end:
            if end.report is not None:
                self._record(claimed, end.report)
            raise
        match handled:
            case None:
                return None
            case Skipped(why=why):
                return f"skipped: {why}"
            case _:
                self._remember(claimed, handled)
                return self._record(claimed, handled)

    def _remember(self, claimed: Claimed, report: Command) -> None:
        kept = Report(kind_of(type(report)), msgspec.Raw(msgspec.json.encode(report)))
        with self._database.as_worker() as connection:
            claims.remember_report(connection, claimed, msgspec.json.encode(kept).decode())

    def _reported(self, text: str) -> Command:
        kept = msgspec.json.decode(text, type=Report)
        report = self._orders.decode(kept.kind, bytes(kept.command))
        assert isinstance(report, Command)
        return report

    def _record(self, claimed: Claimed, report: Command) -> str:
        """Record what an effect did. Its id follows from what it says: success after failure is
        another command, the same success twice is not.
        """
        says = f"{kind_of(type(report))}/{msgspec.json.encode(report).decode()}"
        return self._order(report, claimed, uuid5(claimed.id, says))

    def _order(self, command: Command, claimed: Claimed, command_id: UUID) -> str:
        """Dispatch a command; a refusal is an answer. Who was merely too late may try again."""
        trail = claimed.trail
        about = About(
            tenant=claimed.tenant,
            actor=f"process/{claimed.process}",
            command_id=command_id,
            retried=True,
            correlation=trail.get("correlation"),
            causation=trail.get("causation"),
            trace=trail.get("trace"),
        )
        try:
            self._dispatch(command, about)
        except TooContended:
            raise
        except DomainError as refusal:
            return f"refused: {refusal.code}"
        return "carried out"

    # --- Alive ---------------------------------------------------------------------------

    @contextmanager
    def _holding(self, claim_id: UUID) -> Iterator[None]:
        """Renew the lease of a batch for as long as it takes."""
        finished = threading.Event()
        args = (claim_id, finished)
        heart = threading.Thread(target=self._keep_renewing, args=args, daemon=True)
        heart.start()
        try:
            yield
        finally:
            finished.set()
            heart.join()

    def _keep_renewing(self, claim_id: UUID, finished: threading.Event) -> None:
        while not finished.wait(self._lease.total_seconds() / 4):
            try:
                with self._database.as_worker() as connection:
                    claims.renew(connection, claim_id, self._lease)
            except (DatabaseUnavailableError, OperationalError) as error:
                log.warning("a lease could not be renewed", error=str(error))


def pause(job_id: UUID, attempt: int) -> timedelta:
    """Give the time until the next attempt: 2, 4, 8 … seconds, an hour at most, and up to half as
    much again, so that what failed together does not come back together.
    """
    seconds = float(min(2**attempt, LONGEST_PAUSE))
    share = uuid5(job_id, str(attempt)).int % 1000 / 1000
    return timedelta(seconds=seconds * (1 + share / 2))


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
