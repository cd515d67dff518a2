"""PostgreSQL's clock is a day ahead for a while: who works is left to it, and who died is missed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from adapters.jobs.worker import LEASE
from adapters.postgres import Database
from adapters.running.roll import EVERY, GONE, Entry, Ring, Roll, answering
from adapters.running.silence import Silence
from application.operations.jobs import Job
from tests.jobs.examples import (
    BellThatRemembers,
    ManualClock,
    ManualSeconds,
    RingBell,
    a_worker,
    jobs_of,
    no_more_rings,
    order,
    ring,
    statuses,
    wait_out,
)
from tests.operations.clocks import DatabaseClock

pytestmark = pytest.mark.postgres

DAY: Final = timedelta(days=1)
WRONG: Final = pytest.mark.parametrize("off", [DAY, -DAY])


@pytest.fixture(autouse=True)
def its_clock(dsn: str) -> Iterator[DatabaseClock]:
    """There before anybody connects."""
    with DatabaseClock(dsn) as clock:
        yield clock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def seconds() -> ManualSeconds:
    return ManualSeconds()


class Died(BaseException):
    """A worker is no more."""


def die(effect: RingBell, job: Job) -> None:
    raise Died


# --- Jobs --------------------------------------------------------------------------------------


@WRONG
def test_what_somebody_is_doing_is_not_done_by_another_as_well(
    database: Database, clock: ManualClock, its_clock: DatabaseClock, off: timedelta
) -> None:
    done_by_another: list[int] = []

    def slow(effect: RingBell, job: Job) -> None:
        its_clock.set_off(off)
        done_by_another.append(a_worker(database, clock).run_due())

    order(database, ring())
    a_worker(database, clock, handle=slow).run_due()

    assert done_by_another == [0]
    assert statuses(database) == ["done"]


@WRONG
def test_what_a_worker_left_that_died_meanwhile_is_done_as_soon_as_ever(
    database: Database,
    clock: ManualClock,
    seconds: ManualSeconds,
    its_clock: DatabaseClock,
    off: timedelta,
) -> None:
    its_clock.set_off(off)
    order(database, ring())
    with pytest.raises(Died):
        a_worker(database, clock, handle=die).run_due()
    its_clock.set_off(timedelta())

    bell = BellThatRemembers()
    assert wait_out(a_worker(database, clock, handle=bell, seconds=seconds), seconds) == 1


def test_what_was_withdrawn_is_kept_as_long_as_what_was_done(
    database: Database, clock: ManualClock, its_clock: DatabaseClock
) -> None:
    its_clock.set_off(-100 * DAY)
    order(database, ring(1, about="first"), ring(2, about="second"))
    order(database, no_more_rings("first"), position=2)
    worker = a_worker(database, clock)
    worker.run_due()

    assert worker.prune() == 0
    assert {job["finished_at"] for job in jobs_of(database)} == {clock()}


# --- Silence -----------------------------------------------------------------------------------


def test_who_could_not_look_knows_of_nobody_that_they_were_silent(seconds: ManualSeconds) -> None:
    """PostgreSQL was away, or the machine stood still: neither could the others say anything."""
    silence: Silence[str] = Silence(LEASE, seconds)
    silence.found(["a worker"])
    seconds.now += 2 * LEASE.total_seconds()

    assert silence.found(["a worker"]) == []


# --- The roll ----------------------------------------------------------------------------------


def process(database: Database, seconds: ManualSeconds, *keys: str) -> Roll:
    entry = Entry(
        id=uuid4(), release="1", reads=[], records=[], master_keys=list(keys), secret_keys=[]
    )
    roll = Roll(database, entry, lambda: (), seconds)
    roll.call()
    return roll


def key_used(roll: Roll, *keys: str) -> Callable[[], str]:
    used = [0]
    roll.settle(Ring("master_keys", keys, lambda n: used.__setitem__(0, n)))
    return lambda: keys[used[0]]


def let_pass(seconds: ManualSeconds, *who: Roll) -> None:
    """Let as much time pass as makes a process be gone that says nothing."""
    for _ in range(round(GONE.total_seconds() / EVERY) + 1):
        for each in who:
            each.call()
        seconds.now += EVERY


@WRONG
def test_a_key_that_somebody_does_not_know_is_not_used_because_their_sign_looks_old(
    database: Database, seconds: ManualSeconds, its_clock: DatabaseClock, off: timedelta
) -> None:
    process(database, seconds, "old")
    newer = process(database, seconds, "new", "old")
    used = key_used(newer, "new", "old")

    its_clock.set_off(off)
    newer.call()

    assert used() == "old"


@WRONG
def test_who_died_meanwhile_is_missed_as_soon_as_ever_and_who_is_there_is_not(
    database: Database, seconds: ManualSeconds, its_clock: DatabaseClock, off: timedelta
) -> None:
    its_clock.set_off(off)
    process(database, seconds, "old")
    its_clock.set_off(timedelta())
    older, newer = process(database, seconds, "old"), process(database, seconds, "new", "old")
    used = key_used(newer, "new", "old")

    let_pass(seconds, older, newer)
    with database.as_worker() as connection:
        assert len(answering(connection)) == 2
    assert used() == "old"

    let_pass(seconds, newer)
    assert used() == "new"


@WRONG
def test_whoever_asks_once_hears_of_all_who_are_there_and_of_nobody_else(
    database: Database, seconds: ManualSeconds, its_clock: DatabaseClock, off: timedelta
) -> None:
    process(database, seconds, "dead")
    there = process(database, seconds, "alive")
    its_clock.set_off(off)

    def wait(_: Any) -> None:
        seconds.now += EVERY
        there.call()

    with database.as_worker() as connection:
        found = answering(connection, wait, seconds)

    assert [each.master_keys for each in found] == [["alive"]]
