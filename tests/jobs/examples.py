"""Orders to carry out, an event that causes them, and a worker that remembers what it did."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

import msgspec
from psycopg.rows import dict_row

from adapters import jobs
from adapters.jobs import Worker
from adapters.jobs.lanes import AT_ONCE, COMMANDS
from adapters.jobs.worker import LEASE
from adapters.postgres import Database
from adapters.wakeups.bell import Bell
from application.operations.jobs import Dispatch, Handled, Handlers, Job
from application.ports import About, Recorded
from application.processes.process import Do, Effect, Orders, Withdraw
from domain.messages import Command, DomainError

TENANT: Final = "0198a000-0000-7000-8000-000000000001"
ANOTHER_TENANT: Final = "0198a000-0000-7000-8000-000000000002"
NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALONE: Final = {COMMANDS: 1}
"""One thread, of one lane."""

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)


class WaterPlants(Command, frozen=True):
    room: str


class RecordBellRung(Command, frozen=True):
    times: int


class RingBell(Effect, frozen=True):
    times: int


class Toll(Effect, frozen=True):
    """A bell whose strokes must come in order."""

    lane: ClassVar[str] = "mails"

    tower: str
    stroke: int

    @property
    def ordering_key(self) -> str:
        return self.tower


Tolling = Callable[[Toll, Job], Handled]


class PlantsAreDead(DomainError):
    """There is nothing left to water."""


class ManualClock:
    """Stands at noon until somebody moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


class ManualSeconds:
    """By what a worker knows how long others are silent: nothing passes until somebody says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class DispatcherThatRemembers:
    """Keeps each command once per id, as the log does, and refuses what it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.seen: dict[UUID, tuple[Command, About]] = {}
        self.calls = 0

    def __call__(self, command: Command, about: About) -> None:
        self.calls += 1
        if self.error is not None:
            raise self.error
        self.seen.setdefault(about.command_id, (command, about))

    @property
    def commands(self) -> list[Command]:
        return [command for command, _ in self.seen.values()]


class BellThatRemembers:
    """Handles RingBell: counts, and fails as often as it is told to."""

    def __init__(self, *errors: Exception, report: bool = True) -> None:
        self.errors = list(errors)
        self.rung: list[tuple[int, Job]] = []
        self.report = report

    def __call__(self, effect: RingBell, job: Job) -> Handled:
        self.rung.append((effect.times, job))
        if self.errors:
            raise self.errors.pop(0)
        return RecordBellRung(times=effect.times) if self.report else None


def an_event(position: int = 1, tenant: str = TENANT, **metadata: str) -> Recorded:
    return Recorded(
        position=position,
        tenant=tenant,
        tenant_position=position,
        stream="room-1",
        version=1,
        type="something-happened.v1",
        event=None,
        recorded_at=NOON,
        metadata_json=msgspec.json.encode(metadata or {"id": f"event-{position}"}).decode(),
    )


def water(room: str = "kitchen", at: datetime | None = None) -> Do:
    return Do(WaterPlants(room=room), about=room, at=at)


def ring(times: int = 1, at: datetime | None = None, about: str = "bell") -> Do:
    return Do(RingBell(times=times), about=about, at=at)


def toll(stroke: int, tower: str = "north", at: Any = None) -> Do:
    return Do(Toll(tower=tower, stroke=stroke), about=tower, at=at)


def no_more_water(room: str = "kitchen") -> Withdraw:
    return Withdraw(WaterPlants, about=room)


def no_more_rings(about: str = "bell") -> Withdraw:
    return Withdraw(RingBell, about=about)


def order(
    database: Database, *orders: Do | Withdraw, position: int = 1, tenant: str = TENANT
) -> None:
    """Record what a process made of the event at `position`."""
    with database.as_worker() as connection, connection.transaction():
        record(connection, orders, an_event(position, tenant))


def record(connection: Any, orders: Orders, caused_by: Recorded) -> None:
    intake = jobs.Intake(connection, "look-after", NOON)
    intake.add(orders, caused_by)
    intake.enqueue()


def a_worker(
    database: Database,
    clock: Callable[[], datetime],
    dispatch: Dispatch | None = None,
    handle: Callable[[RingBell, Job], Handled] | None = None,
    **options: Any,
) -> Worker:
    effects: Handlers = {RingBell: handle or BellThatRemembers()}
    return Worker(
        database,
        clock,
        dispatch or DispatcherThatRemembers(),
        [WaterPlants, RecordBellRung],
        effects,
        **options,
    )


def a_ringer(
    database: Database, clock: Callable[[], datetime], handle: Tolling, **options: Any
) -> Worker:
    return Worker(database, clock, DispatcherThatRemembers(), [], {Toll: handle}, **options)


def wait_out(worker: Worker, seconds: ManualSeconds) -> int:
    """Let as much time pass for a worker as a lease lasts that nobody renews; return how many jobs it
    carried out meanwhile.
    """
    done = worker.run_due()
    for _ in range(2):
        seconds.now += LEASE.total_seconds() / 2
        done += worker.run_due()
    return done


@contextmanager
def at_work(worker: Worker, bell: Bell, threads: Mapping[str, int] = AT_ONCE) -> Iterator[None]:
    """Have so many threads carry out each lane; as many as the system has, unless said otherwise."""
    stop = threading.Event()
    working = [
        threading.Thread(target=worker.run, args=(stop, (lane,)))
        for lane, at_once in threads.items()
        for _ in range(at_once)
    ]
    for thread in working:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        bell.ring()
        for thread in working:
            thread.join(20)
    assert not any(thread.is_alive() for thread in working)


def jobs_of(database: Database, tenant: str | None = None) -> list[Mapping[str, Any]]:
    """Return the rows, for what no operator can see."""
    with database.as_worker() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        sql = "SELECT * FROM work.jobs ORDER BY due_at, caused_by, id"
        return [row for row in cursor.execute(sql) if tenant in (None, str(row["tenant_id"]))]


def statuses(database: Database) -> list[str]:
    return [row["status"] for row in jobs_of(database)]
