"""Jobs of one ordering key never overtake each other, whoever carries them out."""

import threading
import time

import pytest

from adapters.jobs import JobDesk, Orders
from adapters.postgres import Database
from application.operations.jobs import Handled, Job, Skipped, UncertainError
from tests.jobs.examples import (
    HOUR,
    MINUTE,
    NOON,
    TENANT,
    ManualClock,
    Toll,
    Tolling,
    a_ringer,
    jobs_of,
    order,
    statuses,
    toll,
)

pytestmark = pytest.mark.postgres


def strokes_in(heard: list[tuple[str, int]], tower: str = "north") -> list[int]:
    return [stroke for where, stroke in heard if where == tower]


@pytest.fixture
def heard() -> list[tuple[str, int]]:
    return []


@pytest.fixture
def ringing(heard: list[tuple[str, int]]) -> Tolling:
    def ring(effect: Toll, job: Job) -> None:
        heard.append((effect.tower, effect.stroke))

    return ring


def test_what_earlier_events_caused_comes_first_whenever_it_was_ordered(
    database: Database, clock: ManualClock, ringing: Tolling, heard: list[tuple[str, int]]
) -> None:
    for stroke in (3, 1, 2):
        order(database, toll(stroke), position=stroke)
    ringer = a_ringer(database, clock, ringing)

    while ringer.run_due():
        pass

    assert strokes_in(heard) == [1, 2, 3]


class Belfry:
    """Many towers. Each is slow, and fails once at its second stroke."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.standing: set[str] = set()
        self.heard: list[tuple[str, int]] = []
        self.two_at_once: list[str] = []

    def ring(self, effect: Toll, job: Job) -> None:
        if effect.tower in self.standing:
            self.two_at_once.append(effect.tower)
        self.standing.add(effect.tower)
        time.sleep(0.002)
        self.standing.discard(effect.tower)
        if effect.stroke == 2 and job.attempt == 1:
            raise OSError
        self.heard.append((effect.tower, effect.stroke))

    def ring_all(self, database: Database, start: threading.Barrier) -> None:
        ringer = a_ringer(database, self.clock, self.ring, batch=3)
        start.wait()
        while set(statuses(database)) != {"done"}:
            ringer.run_due()
            self.clock.move(MINUTE)


def test_many_threads_of_many_workers_keep_the_order(
    database: Database, clock: ManualClock
) -> None:
    belfry, towers = Belfry(clock), [f"tower {n}" for n in range(6)]
    for stroke in range(1, 5):
        order(database, *[toll(stroke, tower) for tower in towers], position=stroke)

    start = threading.Barrier(4)
    threads = [threading.Thread(target=belfry.ring_all, args=(database, start)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert belfry.two_at_once == []
    assert {tuple(strokes_in(belfry.heard, tower)) for tower in towers} == {(1, 2, 3, 4)}


def test_what_runs_elsewhere_holds_back_what_comes_after_it_and_nothing_else(
    database: Database, clock: ManualClock, heard: list[tuple[str, int]], ringing: Tolling
) -> None:
    def while_it_runs(effect: Toll, job: Job) -> None:
        other = a_ringer(database, clock, ringing)
        assert other.run_due() == 1
        assert other.run_due() == 0
        ringing(effect, job)

    order(database, toll(1), position=1)
    order(database, toll(2), toll(1, "south"), position=2)
    a_ringer(database, clock, while_it_runs, batch=1).run_due()

    assert heard == [("south", 1), ("north", 1)]


def test_what_failed_is_waited_for_by_what_is_after_it(
    database: Database, clock: ManualClock, ringing: Tolling, heard: list[tuple[str, int]]
) -> None:
    def fails_once(effect: Toll, job: Job) -> None:
        if job.attempt == 1 and effect.stroke == 1:
            raise OSError
        ringing(effect, job)

    ringer = a_ringer(database, clock, fails_once)
    order(database, toll(1), position=1)
    order(database, toll(2), position=2)
    ringer.run_due()
    assert ringer.run_due() == 0

    # Nobody looks for it before the first may be tried again.
    clock.now = ringer.next_due() or clock.now
    assert clock.now > NOON
    while ringer.run_due():
        pass

    assert strokes_in(heard) == [1, 2]


def test_what_failed_is_asked_at_once_whether_it_still_counts_when_something_comes_after_it(
    database: Database, clock: ManualClock, ringing: Tolling, heard: list[tuple[str, int]]
) -> None:
    def only_the_last_counts(effect: Toll, job: Job) -> Handled:
        if effect.stroke == 1 and job.attempt > 1:
            return Skipped("another stroke says otherwise")
        if effect.stroke == 1:
            raise OSError
        ringing(effect, job)
        return None

    ringer = a_ringer(database, clock, only_the_last_counts)
    order(database, toll(1), position=1)
    ringer.run_due()

    order(database, toll(2), position=2)
    while ringer.run_due():
        pass

    assert clock.now == NOON
    assert strokes_in(heard) == [2]


def test_a_timer_holds_nothing_back_before_its_time(
    database: Database, clock: ManualClock, ringing: Tolling, heard: list[tuple[str, int]]
) -> None:
    ringer = a_ringer(database, clock, ringing)
    order(database, toll(1), toll(9, at=NOON + HOUR), position=1)
    order(database, toll(2), position=2)

    while ringer.run_due():
        pass

    assert strokes_in(heard) == [1, 2]


@pytest.mark.parametrize("error", [OSError("stuck"), UncertainError("nobody knows")])
def test_what_is_set_aside_holds_nothing_back_and_knows_that_it_was_overtaken(
    database: Database, clock: ManualClock, error: Exception
) -> None:
    tolled: list[tuple[int, bool]] = []

    def stuck(effect: Toll, job: Job) -> None:
        tolled.append((effect.stroke, job.overtaken))
        if effect.stroke == 1 and len(tolled) == 1:
            raise error

    order(database, toll(1), position=1)
    order(database, toll(2), position=2)
    with database.as_worker() as connection:
        connection.execute("UPDATE work.jobs SET max_attempts = 1")
    ringer = a_ringer(database, clock, stuck)
    while ringer.run_due():
        pass
    [aside] = [row for row in jobs_of(database) if row["status"] != "done"]

    JobDesk(database, clock, Orders([Toll])).retry(TENANT, aside["id"])
    while ringer.run_due():
        pass

    assert tolled == [(1, False), (2, False), (1, True)]


def test_the_database_lets_no_two_of_one_key_run_at_once(
    database: Database, clock: ManualClock
) -> None:
    order(database, toll(1), position=1)
    order(database, toll(2), position=2)

    with database.as_worker() as connection, pytest.raises(Exception, match="one_at_a_time"):
        connection.execute("UPDATE work.jobs SET status = 'running'")


def test_what_is_edited_to_be_for_another_stands_in_their_line(
    database: Database, clock: ManualClock
) -> None:
    order(database, toll(1))
    desk = JobDesk(database, clock, Orders([Toll]))
    [job] = desk.find(TENANT)

    desk.edit(TENANT, job.id, run_at=NOON)
    assert jobs_of(database)[0]["ordering_key"] == f"{TENANT}/north"
    desk.edit(TENANT, job.id, payload={"tower": "south", "stroke": 1})
    assert jobs_of(database)[0]["ordering_key"] == f"{TENANT}/south"
