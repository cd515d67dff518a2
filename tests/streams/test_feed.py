"""Whatever Kafka makes of the log, consumers do everything once and in order."""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.consumers.runner import Runner
from adapters.streams.feed import LATE, SILENT, Feed
from adapters.streams.records import Row
from adapters.wakeups.bell import Bell
from application.ports import Recorded
from tests.read_models.examples import ACCOUNTS, GROUPS, MODELS, TENANT, Paid, World
from tests.read_models.histories import HISTORY, happen
from tests.streams.test_relay import publish_all, relay_of
from tests.streams.topics import Topics

pytestmark = pytest.mark.postgres


class Time:
    """Passes only when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def head(world: World) -> int:
    [[position]] = world.ask("SELECT coalesce(max(position), 0) FROM log.events")
    return int(position)


class Worker:
    """A worker process without its broker: it is handed records, and may be killed."""

    def __init__(self, world: World, time: Time, batch: int = 50, most: int = 50_000) -> None:
        self._world, self._time, self._batch, self._most = world, time, batch, most
        self.meanwhile: Callable[[], object] | None = None
        self.restart()

    def log(self, connection: Any, after: int, *, limit: int) -> Sequence[Recorded]:
        """Read as the feed does; what happens meanwhile, happens before it is delivered."""
        events = self.feed.log(connection, after, limit=limit)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return events

    def restart(self) -> None:
        """Know nothing any more."""
        world = self._world
        self.feed = Feed(world.reader, appended=Bell(), most=self._most, now=self._time)
        self.runner = Runner(
            world.database,
            world.reader,
            world.consumers(),
            appended=Bell(),
            advanced=Bell(),
            batch=self._batch,
            source=self,
        )

    def settle(self) -> None:
        """Let time pass until nothing is left to do."""
        while any(self._world.position_of(each.name) < head(self._world) for each in MODELS):
            self._time.seconds += SILENT
            self.runner.step()


def published(world: World) -> Topics:
    topics = Topics()
    publish_all(relay_of(world, topics), world)
    return topics


def everything(topics: Topics) -> list[Row]:
    return sorted(row for n in range(len(topics.partitions)) for row in topics.rows(n))


ACTION = st.tuples(
    st.integers(0, 1),  # which worker
    st.one_of(
        st.tuples(st.just("fetch"), st.integers(0, 11), st.integers(0, 30), st.integers(1, 20)),
        st.tuples(st.sampled_from(["all", "overtaken"])),
        st.tuples(st.sampled_from(["step", "restart", "wait"])),
    ),
)


@given(history=HISTORY, actions=st.lists(ACTION, min_size=8, max_size=40), batch=st.integers(1, 9))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_two_workers_keep_is_what_a_plain_fold_gives(
    world: World, history: list[Any], actions: Sequence[Any], batch: int
) -> None:
    """Both believe that everything is theirs, fetch what they like as often as they like, in any
    order of partitions, miss what they miss, are overtaken by the other, and are killed.
    """
    happen(world, history)
    topics, time = published(world), Time()
    workers = [Worker(world, time, batch), Worker(world, time, batch)]

    for number, action in actions:
        match action:
            case ("fetch", partition, offset, count):
                rows = topics.rows(partition)
                offset %= len(rows)
                workers[number].feed.put(rows[offset : offset + count])
            case ("overtaken",):
                workers[number].meanwhile = workers[1 - number].runner.step
                workers[number].runner.step()
            case ("all",):
                workers[number].feed.put(reversed(everything(topics)))
            case ("step",):
                workers[number].runner.step()
            case ("restart",):
                workers[number].restart()
            case _:
                time.seconds += SILENT
    workers[0].settle()

    for model in MODELS:
        assert world.stored(model) == world.folded(model)


def test_a_worker_that_wakes_up_late_finds_that_another_has_gone_on(world: World) -> None:
    account = world.account()
    world.record(account, Paid(account=account, group="red", amount=5))
    worker, zombie = Worker(world, Time()), Worker(world, Time())
    rows = everything(published(world))
    for each in (worker, zombie):
        each.feed.put(rows)
    zombie.meanwhile = worker.runner.step

    zombie.runner.step()

    assert world.stored(GROUPS) == world.folded(GROUPS)


def test_what_comes_in_order_is_never_looked_up(world: World) -> None:
    for _ in range(5):
        account = world.account()
        world.record(account, Paid(account=account, group="red", amount=1))
    worker = Worker(world, Time())

    worker.feed.put(everything(published(world)))
    worker.runner.catch_up()

    assert worker.feed.healed == 0
    assert world.stored(ACCOUNTS) == world.folded(ACCOUNTS)


def test_what_is_late_is_waited_for_and_what_is_lost_is_looked_up(world: World) -> None:
    for _ in range(3):
        world.account()
    first, second, third = everything(published(world))
    time = Time()
    worker = Worker(world, time)

    worker.feed.put([first, third])
    assert worker.runner.step() == 1
    assert worker.runner.step() == 0, "the second may be on its way"
    worker.feed.put([second])
    assert worker.runner.step() == 2
    assert worker.feed.healed == 0

    world.account()
    world.account()
    worker.feed.put([everything(published(world))[-1]])
    assert worker.runner.step() == 0
    time.seconds += LATE
    assert worker.runner.step() == 2
    assert worker.feed.healed == 2


def test_when_nothing_comes_any_more_the_log_is_asked_now_and_then(world: World) -> None:
    world.account()
    time = Time()
    worker = Worker(world, time)

    assert worker.runner.step() == 0
    time.seconds += SILENT
    assert worker.runner.step() == 1
    world.account()
    assert worker.runner.step() == 0
    time.seconds += SILENT
    assert worker.runner.step() == 1


def test_who_has_come_to_the_end_does_not_keep_others_from_asking_the_log(world: World) -> None:
    world.account()
    time = Time()
    feed = Worker(world, time).feed

    with world.database.as_worker() as connection:
        for seconds in (0, SILENT):
            time.seconds += seconds
            at_the_end = feed.log(connection, head(world), limit=1)
            behind = feed.log(connection, 0, limit=1)

    assert (len(at_the_end), len(behind)) == (0, 1)


def test_who_begins_late_reads_the_log_first(world: World) -> None:
    for _ in range(30):
        world.account()
    worker = Worker(world, Time())

    worker.feed.put(everything(published(world))[-1:])
    worker.runner.catch_up()

    assert world.stored(ACCOUNTS) == world.folded(ACCOUNTS)
    assert worker.feed.healed >= 29


def test_no_more_is_kept_than_there_is_room_for(world: World) -> None:
    for _ in range(40):
        world.account()
    worker = Worker(world, Time(), most=10)

    for row in everything(published(world)):
        worker.feed.put([row])
    worker.settle()

    assert world.stored(ACCOUNTS) == world.folded(ACCOUNTS)
    assert worker.feed.kept <= 10


def test_what_was_erased_after_it_was_published_cannot_be_read(world: World, dsn: str) -> None:
    account = world.account()
    worker = Worker(world, Time())
    worker.feed.put(everything(published(world)))
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE log.keys SET wrapped = NULL, destroyed_at = now()")

    worker.runner.catch_up()

    assert world.stored(ACCOUNTS)[TENANT, account].holder == "[erased]"


# --- A log that was restored to an earlier time ------------------------------------------------

WHICH = st.frozensets(st.integers(0, 11))


@given(
    kept=HISTORY, lost=HISTORY, new=HISTORY, of_lost=WHICH, of_new=WHICH, batch=st.integers(1, 9)
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_published_before_a_restore_is_not_taken_for_what_happened_after(
    world: World,
    dsn: str,
    kept: list[Any],
    lost: list[Any],
    new: list[Any],
    of_lost: frozenset[int],
    of_new: frozenset[int],
    batch: int,
) -> None:
    """A worker that nobody has stopped holds what it was sent, from any partitions, of a time that
    never was, and is sent some of what came instead.
    """
    happen(world, kept)
    worker = Worker(world, Time(), batch)
    worker.settle()
    turned_back = head(world)
    happen(world, lost)
    published_and_lost = published(world)
    worker.feed.put(row for n in of_lost for row in published_and_lost.rows(n))
    restore_to(turned_back, world, dsn)

    happen(world, new)
    published_instead = published(world)
    worker.feed.put(row for n in of_new for row in published_instead.rows(n))
    worker.settle()

    for model in MODELS:
        assert world.stored(model) == world.folded(model)


def restore_to(position: int, world: World, dsn: str) -> None:
    """Leave of the log what a restore to that time would have left; read models stand there."""
    with psycopg.connect(dsn) as connection:
        for table, place in (("log.events", "position"), ("log.commands", "last_position")):
            connection.execute(f"DELETE FROM {table} WHERE {place} > {position}".encode())
        connection.execute(
            "UPDATE work.checkpoints SET position = least(position, %s)", (position,)
        )
        versions = connection.execute(
            "SELECT tenant_id::text, stream, max(version) FROM log.events GROUP BY 1, 2"
        ).fetchall()
    world.versions = {(tenant, stream): version for tenant, stream, version in versions}
